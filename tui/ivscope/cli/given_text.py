"""The text in the place of a stage: as argument, on stdin for `-`, or in a file."""

import argparse
import os
import sys
from pathlib import Path

from ivscope.domain.failures import UnusableFileError

LONGEST_STDIN = 2_000_000
"""Bytes read from stdin: all that is ever looked at of a text."""

_LONGEST_NAME = 4_096
"""Bytes of a path (Linux PATH_MAX); a longer argument is a text."""


def take_text(options: argparse.Namespace) -> None:
    """Put the text that is meant in the place of the stage, or the file to open in `recording`.

    A recording and events that W has saved are opened; of any other file the text is taken, as if
    it were given as argument. One that names no stage is opened too, for what is in it.

    Raises:
        UnusableFileError: There is no text, no terminal for the keys, or the file cannot be read.
    """
    given = options.stage
    if given is None or options.recording is not None:
        return
    if given == "-":
        options.stage = _stdin()
    elif _names_a_file(given):
        _take_file(options, Path(given))


def _names_a_file(given: str) -> bool:
    try:
        return len(os.fsencode(given)) < _LONGEST_NAME and Path(given).exists()
    except (OSError, ValueError):
        return False


def _take_file(options: argparse.Namespace, path: Path) -> None:
    from ivscope.domain.identifiers import read_identifiers  # noqa: PLC0415 - only for files
    from ivscope.sources.outside_file import read_text  # noqa: PLC0415 - same
    from ivscope.sources.recording import is_database  # noqa: PLC0415 - same

    text = "" if is_database(path) else read_text(path)
    found = read_identifiers(text)
    names_a_stage = found.stage_arn or any(one.stage_arn for one in found.choices)
    if names_a_stage and not text.startswith('{"ivscope":'):
        options.stage = text
    else:
        options.stage, options.recording = None, str(path)


def _stdin() -> str:
    """Read stdin to its end, and have keys come from the terminal from then on."""
    if sys.stdin is None:
        raise UnusableFileError("stdin is closed: nothing can be read from it")
    content = sys.stdin.buffer.read(LONGEST_STDIN)
    if not content.strip():
        raise UnusableFileError("nothing came on stdin: ivscope - reads an alert or ids from it")
    if not sys.stdin.isatty():
        try:
            terminal = os.open("/dev/tty", os.O_RDWR)
        except OSError as error:
            raise UnusableFileError(
                "the text was read from stdin, but there is no terminal for the keys "
                f"(/dev/tty: {error.strerror}); ivscope why - needs none"
            ) from error
        os.dup2(terminal, sys.stdin.fileno())
        os.close(terminal)
    return content.decode("utf-8", "replace").removeprefix("\ufeff")
