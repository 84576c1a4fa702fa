"""The report of a crash: what a maintainer needs to find the bug, and nothing of what was read."""

import os
import platform
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from ivscope.settings.files import save_private, state_folder
from ivscope.settings.prompt_history import without_secrets

CRASHED: Final = 70
"""Exit code after a bug: EX_SOFTWARE of sysexits.h."""

_PACKAGES: Final = ("ivscope", "textual", "rich", "boto3", "botocore")

_FACTS: Final = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "LANG", "LC_ALL")
_FACTS_WITHOUT_VALUE: Final = ("TMUX", "STY", "SSH_CONNECTION", "NO_COLOR")
"""Told as there or not: their values are paths and addresses."""

_MOST_REPORTS: Final = 10
"""Files. A bug that comes at every start shall not fill a disk."""

_LONGEST_MESSAGE: Final = 300
_LONGEST_FACT: Final = 40

_HIDDEN: Final = (
    (re.compile(r"(?<=://)[^/@\s]*@"), ""),  # a user in an address
    (re.compile(r"[\w+/=-]{24,}"), "<long word>"),  # other keys; ids and ARNs go with them
)
_QUOTED = re.compile(r"""(['"])(.*?)(?:\1|\Z)""", re.DOTALL)
"""Values in a message are quoted as a rule. A quote that does not end hides the rest."""
_ABOUT_CODE: Final = (AttributeError, ImportError, NameError, TypeError)
"""Errors whose messages quote names of the code, not values."""
_ADDRESS_OR_NUMBER = re.compile(r"\S*@\S*|\w*\d\w{3,}|\w{3,}\d\w*")
"""Mail addresses, and words with digits in them: ids, times, account numbers."""


def report_crash(
    error: BaseException,
    commands: Iterable[str],
    environ: Mapping[str, str],
    now: datetime,
) -> str:
    """Write the report in a file of its own, mode 0600, in the folder for state.

    The oldest reports there are removed, so that no more than ten are left.

    Args:
        error: What ended the program.
        commands: Ids of the commands done last, the latest last.
        environ: The environment, for facts about the terminal.
        now: The time for the name of the file, UTC.

    Returns:
        An apology with the place of the file, to be printed. If it cannot be written, the report
        follows the apology.
    """
    home = environ.get("HOME", "")
    report = "\n".join(_lines(error, commands, environ)) + "\n"
    if len(home) > 1:
        report = report.replace(home, "~")
    path = state_folder(environ) / f"crash-{now:%Y%m%dT%H%M%SZ}.txt"
    sorry = f"sorry, a bug in ivscope ended it ({type(error).__name__}{_place(error)})."
    try:
        save_private(path, (report.encode("utf-8", "backslashreplace"),))
    except OSError as refused:
        reason = refused.strerror or type(refused).__name__
        return f"{sorry} Its report could not be saved ({reason}):\n{report}"
    with suppress(OSError):
        for old in sorted(path.parent.glob("crash-*.txt"))[:-_MOST_REPORTS]:  # named by time
            old.unlink()
    shown = str(path).replace(home, "~") if len(home) > 1 else str(path)
    return (
        f"{sorry}\nA report for its maintainers is in {shown}. It holds nothing of what was read. "
        "The same command starts it again."
    )


def _lines(
    error: BaseException, commands: Iterable[str], environ: Mapping[str, str]
) -> Iterator[str]:
    yield f"ivscope ended with {type(error).__name__}"
    yield ""
    yield from _traceback_lines(error)
    yield ""
    yield f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    for name in _PACKAGES:
        with suppress(PackageNotFoundError):
            yield f"{name} {version(name)}"
    yield f"Commands done last: {', '.join(commands) or 'none'}"
    for name in _FACTS:
        value = environ.get(name)
        yield f"{name}: {'not set' if value is None else ascii(value[:_LONGEST_FACT])}"
    for name in _FACTS_WITHOUT_VALUE:
        yield f"{name}: {'set' if environ.get(name) else 'not set'}"
    with suppress(OSError, ValueError, AttributeError):
        size = os.get_terminal_size((sys.__stdout__ or sys.stdout).fileno())
        yield f"Terminal: {size.columns}x{size.lines}"


def _traceback_lines(error: BaseException) -> Iterator[str]:
    """Where it happened, the cause first as Python prints it: lines of code, and no values."""
    for one in reversed(_chain(error)):
        yield "Traceback (most recent call last):"
        for entry in traceback.format_list(traceback.extract_tb(one.__traceback__)):
            yield entry.rstrip("\n")
        message = _redacted(_message(one), keeps_names=isinstance(one, _ABOUT_CODE))
        yield f"{type(one).__name__}: {message}"


def _chain(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in found:
        found.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return found


def _message(error: BaseException) -> str:
    try:
        return str(error)[:_LONGEST_MESSAGE]
    except Exception as broken:  # noqa: BLE001 - an error may have a bug of its own
        return f"no message ({type(broken).__name__})"


def _redacted(text: str, *, keeps_names: bool = False) -> str:
    """A text as one line without secrets and values."""
    text = without_secrets(text)
    for pattern, instead in _HIDDEN:
        text = pattern.sub(instead, text)
    if not (keeps_names and all(quoted[2].isidentifier() for quoted in _QUOTED.finditer(text))):
        text = _QUOTED.sub("'…'", text)
    return " ".join(_ADDRESS_OR_NUMBER.sub("…", text).split())


def _place(error: BaseException) -> str:
    """The line of ours where it happened, such as " in ui/app.py:12"; empty if it has none."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "ivscope" in Path(frame.filename).parts]
    if not ours:
        return ""
    parts = Path(ours[-1].filename).parts
    inside = parts[len(parts) - parts[::-1].index("ivscope") :]
    return f" in {'/'.join(inside)}:{ours[-1].lineno}"
