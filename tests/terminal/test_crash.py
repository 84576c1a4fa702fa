"""A bug in the explorer: an apology, a report without values, and a whole terminal."""

import re
import stat
import sys
from pathlib import Path

import pytest

from ivscope.terminal.crash_report import CRASHED
from support.terminal import Terminal, settings

USER = "user-4711-of-a-customer"

IN_A_COMMAND = f"""
from ivscope.ui.explorer.copying import Copying
from ivscope.ui.explorer.navigation import Navigation
def broken(self, *arguments):
    user_id = {USER!r}
    raise LookupError(user_id)
Navigation.arrive, real = broken, Navigation.arrive
begun = []
def first(self):
    Navigation.arrive = broken
    real(self)
Navigation.arrive = first
"""

IN_THE_THREAD_OF_KEYS = f"""
from ivscope.terminal.typed_input import TypedInput
real = TypedInput.feed
def broken(self, raw, now):
    if raw == b"x":
        raise LookupError({USER!r})
    return real(self, raw, now)
TypedInput.feed = broken
"""

IN_A_READING_THREAD = f"""
from ivscope.sources import aws
def broken(*arguments):
    raise LookupError({USER!r})
aws.AwsSource.connect = broken
"""

BEFORE_THE_SCREEN = f"""
from ivscope.cli import connections
def broken(*arguments):
    raise LookupError({USER!r})
connections.to_world = broken
"""

AN_ERROR_THAT_DRAWS_ITSELF = f"""
from ivscope.ui.explorer.navigation import Navigation
class Drawn(Exception):
    def __rich__(self):
        return {USER!r}
def broken(self):
    raise Drawn({USER!r})
Navigation.arrive = broken
"""

CASES = {
    "in a command": (IN_A_COMMAND, "enter"),
    "in the thread of keys": (IN_THE_THREAD_OF_KEYS, "x"),
    "in a reading thread": (IN_A_READING_THREAD, ""),
    "before the screen": (BEFORE_THE_SCREEN, ""),
    "drawing itself": (AN_ERROR_THAT_DRAWS_ITSELF, ""),
}


def with_bug(bug: str, *arguments: str) -> tuple[str, ...]:
    code = f"import sys\nsys.argv = ['ivscope', *{arguments!r}]\n{bug}\n"
    return (sys.executable, "-c", f"{code}\nfrom ivscope.cli.main import run\nrun()")


@pytest.mark.parametrize(("bug", "key"), CASES.values(), ids=CASES)
def test_a_bug_ends_with_an_apology_a_report_and_a_whole_terminal(tmp_path, bug, key):
    environ = settings(HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path / "state"), SSH_TTY="x")
    command = with_bug(bug, "--demo", "--world", "quiet")
    with Terminal(command, environ=environ) as terminal:
        if key:
            terminal.until("2 stages, all read").press(key)
        assert terminal.exit_code() == CRASHED == 70
        assert terminal.line_settings == terminal.first_line_settings
        assert not terminal.cursor_is_hidden
        assert not terminal.modes - {7, 25}
        assert "sorry, a bug in ivscope ended it" in terminal.text
        assert "~/state/ivscope/crash-" in terminal.text
        assert "Traceback" not in terminal.text
        assert USER not in terminal.text
    (report,) = (tmp_path / "state" / "ivscope").glob("crash-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text("utf-8")
    assert USER not in text
    assert str(tmp_path) not in text
    assert re.search(r"^(LookupError|Drawn): ", text, re.MULTILINE)
    assert 'File "<string>", line ' in text or "main.py" in text
    assert "TERM: 'xterm-256color'" in text
    if key == "enter":
        assert "Commands done last: go.in" in text


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        ("<&-", "code 0"),
        (">&-", "ivscope: stdout is closed: there is nowhere to print\ncode 1"),
        ("2>&-", "code 0"),
    ],
)
def test_a_closed_stream_is_no_crash(tmp_path, closed, told):
    command = f"{sys.executable} -m ivscope --check-config {closed}; echo code $?"
    environ = settings(HOME=str(tmp_path))
    with Terminal(("sh", "-c", command), environ=environ) as terminal:
        terminal.until("code ").until_quiet()
        assert told in terminal.text
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize("elsewhere", ["2>&-", "2>errors.txt"])
def test_the_explorer_is_drawn_also_where_stderr_is_closed_or_a_file(tmp_path, elsewhere):
    command = f"cd {tmp_path}; {sys.executable} -m ivscope --demo {elsewhere}; echo code $?"
    with Terminal(("sh", "-c", command), environ=settings(HOME=str(tmp_path))) as terminal:
        terminal.until("fri-night-live").until_quiet()
        terminal.press("q")
        terminal.until("code 0")
        assert not terminal.modes - {7, 25}
    assert all(file.read_bytes() == b"" for file in tmp_path.glob("errors.txt"))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize(
    ("arguments", "says"), [("--check-config", "cannot print: No space left"), ("--help", "")]
)
def test_what_cannot_be_printed_is_one_sentence_and_no_success(tmp_path, arguments, says):
    command = f"{sys.executable} -m ivscope {arguments} >/dev/full; echo code $?"
    with Terminal(("sh", "-c", command), environ=settings(HOME=str(tmp_path))) as terminal:
        terminal.until("code ").until_quiet()
        assert says in terminal.text
        assert "code 1" in terminal.text
        assert "Traceback" not in terminal.text


@pytest.mark.parametrize(
    "arguments",
    [
        "open 'a\x1b]0;x\x07b'",
        "--demo --record '/proc/a\x1b[31m/b'",
        "'\x1b[31m'",
        "'--a\x1b[31m'",
        "--world '\x1b[31m'",
        "endpoint --world '\x1b[31m/x'",
        "endpoint --port '\x1b[31m'",
    ],
)
def test_no_byte_of_an_argument_reaches_the_terminal_in_an_error(tmp_path, arguments):
    command = f"{sys.executable} -m ivscope {arguments}; echo code $?"
    with Terminal(("sh", "-c", command), environ=settings(HOME=str(tmp_path))) as terminal:
        terminal.until("code ").until_quiet()
        assert "code 2" in terminal.text
        assert b"\x1b" not in terminal.raw


def test_an_id_that_begins_with_a_hyphen_is_told_where_to_go(tmp_path):
    command = f"{sys.executable} -m ivscope a b -Xy12_45678A; echo code $?"
    with Terminal(("sh", "-c", command), environ=settings(HOME=str(tmp_path))) as terminal:
        terminal.until("code 2")
        assert "an id that begins with - goes after --" in " ".join(terminal.text.split())
