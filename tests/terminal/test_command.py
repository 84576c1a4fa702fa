"""The command in a real terminal: the triage by hand, and what it does to the terminal."""

import re
import subprocess
import sys

import pytest

from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import ARN, EPOCH, JOSE, LIVE_STAGE, PRIYA, SHOW
from support.terminal import (
    AT_CURSOR,
    IVSCOPE,
    Terminal,
    colours,
    has_extended_colour,
    lines_written,
    settings,
)
from support.walks import ivscope_over

MOUSE = {1000, 1002, 1003, 1005, 1006, 1015, 1016}
DEFAULTS = {39, 49}
ALTERNATE_SCREEN = {1049, 1047, 47}


def incident():
    return open_world("incident", lambda: EPOCH)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 50)])
def test_the_triage_by_hand_from_the_stages_to_the_cause(columns, rows):
    with ivscope_over(incident(), columns=columns, rows=rows) as terminal:
        terminal.until("fri-night-rival").press("enter").until("5 sessions, all read")
        terminal.press("j", "enter").until("40 participants, all read").press("enter")
        terminal.until("events, all read").press("esc").until("40 participants, all read")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
        assert not terminal.modes & MOUSE
        assert not terminal.modes & ALTERNATE_SCREEN
        assert not terminal.cursor_is_hidden
        assert all(len(line) <= columns for line in terminal.screen)


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 50)])
def test_an_arn_leads_to_the_explanation_of_an_error_and_to_the_token_that_changed(columns, rows):
    with ivscope_over(incident(), LIVE_STAGE, SHOW, JOSE, columns=columns, rows=rows) as terminal:
        terminal.until("events, all read").until("Do next  ").press("x")
        terminal.until("exchange 2 of 2").until("may no longer publish")
        terminal.press("g", "e").until("PUBLISH_ERROR INSUFFICIENT_CAPABILITIES")
        terminal.until("took PUBLISH away").until("Do next")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


def fills(screen, columns):
    """Whether the zone stands at the right edge and the status above the last line."""
    is_wide = len(screen[0]) == columns and screen[0].endswith("UTC")
    return is_wide and "events, all read" in screen[-2]


def test_the_screen_follows_every_new_size():
    with ivscope_over(incident(), LIVE_STAGE, SHOW, JOSE, columns=120, rows=40) as terminal:
        terminal.until("events, all read").until("Do next  ")
        for columns, rows in ((200, 50), (80, 24), (60, 16), (100, 30), (120, 40)):
            terminal.resize(columns, rows)
            terminal.until(lambda columns=columns: fills(terminal.screen, columns)).until_quiet()
            assert fills(terminal.screen, columns)
        terminal.until("Do next  ")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


def test_a_prompt_sends_its_own_line_and_the_row_under_the_cursor_only():
    with ivscope_over(incident(), LIVE_STAGE, SHOW, PRIYA, columns=80, rows=24) as terminal:
        terminal.until("61 events, all read").until("Do next  ").until("API 0/").until_quiet()
        row = next(y for y, line in enumerate(terminal.screen) if line.startswith(AT_CURSOR))
        before = len(terminal.raw)
        terminal.press("/").until("FIND").until_quiet()
        terminal.press("esc").until("61 events, all read").until_quiet()
        assert lines_written(terminal.raw[before:]) == {row, 22}
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


def test_what_was_drawn_bit_by_bit_looks_as_if_drawn_at_once():
    with ivscope_over(incident(), LIVE_STAGE, SHOW, PRIYA, columns=80, rows=24) as terminal:
        terminal.until("61 events, all read").until("Do next  ").until("API 0/").until_quiet()
        for keys in (
            ("/", "q", "u"),
            ("o", "enter"),
            ("tab",),
            ("tab", "&", "code:", "quota", "enter"),
            ("f",),
            ("f", "esc", "e"),
            ("?", "esc", ":", "x", "esc"),
        ):
            terminal.press(*keys).until_quiet(0.5)
            looks = terminal.looks
            terminal.resize(81, 24).until_quiet()
            terminal.resize(80, 24).until_quiet()
            assert terminal.looks == looks, keys
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0, terminal.text


@pytest.fixture(scope="module")
def colourless():
    """What is sent with NO_COLOR on a walk past every kind of widget."""
    environ = settings(NO_COLOR="1")
    with ivscope_over(incident(), LIVE_STAGE, SHOW, JOSE, environ=environ) as terminal:
        terminal.until("events, all read").press("j", "j", "v").until('"name"')
        terminal.press("v", "?").until("HELP").press("esc").press("/").until_quiet()
        terminal.press("x", "esc").until_quiet().press("ctrl+q")
        assert terminal.exit_code() == 0
        return terminal.raw


def test_without_colour_not_one_colour_is_sent(colourless):
    assert colours(colourless) - DEFAULTS == set()


def test_without_colour_not_even_the_default_ones_are_sent(colourless):
    assert not colours(colourless) & DEFAULTS


@pytest.mark.parametrize("name", ["xterm-16color", "linux", "xterm-256color"])
def test_every_terminal_gets_its_own_sixteen_colours_only(name):
    environ = settings(TERM=name)
    with ivscope_over(incident(), LIVE_STAGE, SHOW, JOSE, environ=environ) as terminal:
        terminal.until("events, all read").press("j", "j", "?").until("HELP").press("esc")
        terminal.until_quiet().press("/").until_quiet().press("x", "esc", "ctrl+q")
        assert terminal.exit_code() == 0
        assert colours(terminal.raw)
        assert not has_extended_colour(terminal.raw)


def test_an_arrow_key_torn_apart_by_a_slow_line_comes_back_to_the_view_and_moves():
    """Its Esc has counted as the key by then."""
    environ = settings(SSH_CONNECTION="10.0.0.1 5000 10.0.0.2 22")
    with ivscope_over(incident(), LIVE_STAGE, SHOW, JOSE, environ=environ) as terminal:
        terminal.until("events, all read").until_quiet()
        first = next(line for line in terminal.screen if line.startswith(AT_CURSOR))
        terminal.send(b"\x1b").until(lambda: JOSE not in terminal.screen[0])
        terminal.send(b"[B").until(lambda: JOSE in terminal.screen[0])
        terminal.until(
            lambda: first != next((x for x in terminal.screen if x.startswith(AT_CURSOR)), first)
        )
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (b"/quota\r", "hit 1/3 of 61 read"),
        (b"&code:quota\r", "3 shown of 61"),
        (b"/quota\r\x1b[Bn", "hit 3/3 of 61 read"),
        (b":20:48\r", "QUOTA_EXCEEDED"),
        (b"?gap\r", "SUBSCRIBE_STOPPED"),
        (b"yc", "AWS CLI command: "),
        (b"/\x1b[200~quota\x1b[201~\r", "hit 1/3 of 61 read"),
    ],
)
def test_keys_that_come_in_one_packet_do_what_they_do_one_by_one(typed, shown):
    with ivscope_over(incident(), LIVE_STAGE, SHOW, PRIYA) as terminal:
        terminal.until("61 events, all read").until_quiet()
        terminal.send(typed).until(shown)
        assert PRIYA in terminal.screen[0]
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


def test_an_idle_screen_sends_nothing():
    with ivscope_over(incident(), LIVE_STAGE, SHOW, JOSE) as terminal:
        terminal.until("events, all read").until("API 0/").until_quiet(0.3)
        before = len(terminal.raw)
        terminal.until_quiet(1.5)
        assert len(terminal.raw) == before


@pytest.mark.parametrize("fault", ["slow_headers", "slow_body", "throttle", "close_now"])
def test_quitting_does_not_wait_for_the_network(fault):
    with ivscope_over(
        incident(), LIVE_STAGE, SHOW, JOSE, fault=f"{fault}.ListParticipantEvents"
    ) as terminal:
        # What fails at once can have failed before the first screen is there.
        terminal.until(lambda: re.search(r"\.\.\. reading events|NETWORK", terminal.text))
        terminal.press("ctrl+q")
        assert terminal.exit_code(timeout=2) == 0
        assert not terminal.modes & ALTERNATE_SCREEN


def test_quitting_does_not_wait_for_a_program_that_should_give_credentials(tmp_path):
    (tmp_path / "config").write_text("[default]\ncredential_process = sleep 77\n")
    environ = settings(AWS_CONFIG_FILE=str(tmp_path / "config"))
    del environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
    with Terminal((*IVSCOPE, "--region", "us-west-2"), environ=environ) as terminal:
        terminal.until("credential_process").press("ctrl+q")
        assert terminal.exit_code(timeout=2) == 0
        assert not terminal.modes & ALTERNATE_SCREEN


def test_interrupting_leaves_a_whole_terminal():
    with ivscope_over(incident(), LIVE_STAGE, SHOW, JOSE) as terminal:
        terminal.until("events, all read").press("ctrl+c").until_quiet()
        assert "Ctrl+C does not quit" in terminal.text
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


def refused(*arguments, environ, piped=False):
    """Exit code and text of a command that must not start."""
    if piped:
        done = subprocess.run(
            [*IVSCOPE, *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=20,
            check=False,
        )
        return done.returncode, done.stderr.decode(), done.stdout
    with Terminal([*IVSCOPE, *arguments], environ=environ) as terminal:
        return terminal.exit_code(), terminal.text, terminal.raw


@pytest.mark.parametrize("name", ["dumb", ""])
def test_a_dumb_terminal_is_refused_with_a_pointer(name):
    code, text, raw = refused("--demo", environ=settings(TERM=name))
    assert code == 2
    assert "TERM" in text
    assert "xterm-256color" in text
    assert b"\x1b" not in raw


def test_a_system_without_unix_terminals_is_told_in_one_sentence_what_works():
    """As on Windows, where Python has no module termios."""
    start = "import sys; sys.modules['termios'] = None; from ivscope.cli.main import run; run()"
    for arguments in ((), ("--demo",), ("open", "saved.ivscope")):
        done = subprocess.run(
            [sys.executable, "-c", start, *arguments],
            env=settings(),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        (line,) = done.stderr.splitlines()
        assert line.startswith("ivscope: ")
        assert "Windows" in line
        assert "WSL" in line
        assert (done.returncode, done.stdout) == (2, "")


def test_a_file_of_one_letter_is_no_recording_and_no_database(tmp_path):
    file = tmp_path / "letter.ivscope"
    file.write_text("a")
    code, text, _ = refused("open", str(file), environ=settings())
    assert code == 2
    said = text.replace("\r\n", "")
    assert "letter.ivscope is not a recording" in said
    assert "a database" not in said
    assert file.read_text() == "a"


def test_a_pipe_is_refused():
    code, text, out = refused("--demo", environ=settings(), piped=True)
    assert code == 2
    assert "needs a terminal" in text
    assert out == b""


@pytest.mark.parametrize(
    "wrong", ["nonsense", "arn:aws:ivs:us-west-2:1:channel/abc", "\x1b]0;x\x07", ARN]
)
def test_what_holds_no_stage_is_refused(wrong):
    code, text, raw = refused(wrong, environ=settings())
    assert code == 2
    assert "stage" in text
    assert b"\x1b" not in raw


def test_a_participant_id_that_the_api_refuses_is_refused():
    code, text, _ = refused(LIVE_STAGE, SHOW, "not/an id", environ=settings())
    assert code == 2
    assert "participant id" in text
