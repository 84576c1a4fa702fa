"""Signals, a closed terminal, Ctrl+Z: the program ends or stops, and the terminal is as it was."""

import re
import shlex
import signal
import sys
from functools import partial

import pytest

from ivscope.ui.driver import GONE
from support.terminal import IVSCOPE, Terminal, settings
from support.tmux import HAS_TMUX, Tmux

DEMO = (*IVSCOPE, "--demo", "--world", "quiet")

LISTED = "2 stages, all read"

ENDING = [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT]

WITHOUT_HANGUP = (
    "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)
"""Starts a program as `nohup` does, but with its output on the terminal."""


def without_hangup(command):
    return (sys.executable, "-c", WITHOUT_HANGUP, *command)


@pytest.mark.parametrize("number", ENDING)
@pytest.mark.parametrize("shown", ["reading stages", LISTED])
def test_a_signal_ends_it_and_gives_the_terminal_back(number, shown):
    """From the first frame on."""
    with Terminal(DEMO) as terminal:
        terminal.until(shown).signal(number)
        assert terminal.exit_code() == -number
        assert terminal.line_settings == terminal.first_line_settings
        assert not terminal.cursor_is_hidden
        assert not terminal.modes - {7, 25}


def test_the_kitty_protocol_is_not_asked_for():
    """Who is killed cannot undo it, and the shell after it could not be typed in."""
    with Terminal(DEMO) as terminal:
        terminal.until(LISTED).press("ctrl+q")
        assert terminal.exit_code() == 0
        assert b"u" not in {part[-1:] for part in terminal.raw.split(b"\x1b[>")[1:]}
        assert b"\x1b[>25u" not in terminal.raw


@pytest.mark.parametrize("command", [DEMO, without_hangup(DEMO)], ids=["plain", "nohup"])
def test_it_ends_when_its_terminal_is_gone(command):
    with Terminal(command) as terminal:
        terminal.until(LISTED).hang_up()
        assert terminal.ended() in {-signal.SIGHUP, GONE}


def test_bytes_that_are_no_text_start_nothing_and_end_nothing():
    with Terminal(DEMO) as terminal:
        terminal.until(LISTED).until_quiet()
        before = terminal.screen
        terminal.send(b"\xe9\x9b\xff\xc3").until_quiet()
        assert terminal.screen == before
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


CLEARED = b"\x1b[H\x1b[2J"
LEFT = b"\x1b[?1049l"

WAYS_OUT = {
    "quit": lambda terminal: terminal.press("ctrl+q"),
    **{number.name: partial(Terminal.signal, number=number) for number in ENDING},
    "stop": lambda terminal: terminal.send(b"\x1a"),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_the_old_picture_is_gone_before_the_second_screen_is_left(way):
    """GNU screen and mosh have no second screen: it would stay there, for the shell to write in."""
    with_jobs = f"set -m; {shlex.join(DEMO)}; true"
    command = ("bash", "--norc", "-c", with_jobs) if way == "stop" else DEMO
    with Terminal(command) as terminal:
        terminal.until(LISTED).until_quiet()
        WAYS_OUT[way](terminal).until(lambda: LEFT in terminal.raw)
        cleared, left = terminal.raw.rindex(CLEARED), terminal.raw.index(LEFT)
        assert cleared < left
        between = terminal.raw[cleared + len(CLEARED) : left]
        assert not re.sub(rb"\x1b\[[?<>]?[0-9;]*[A-Za-z]", b"", between).strip(b"\r\n ")


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")
def test_ctrl_z_goes_to_the_shell_and_fg_comes_back():
    shell = ("bash", "--norc", "-i")
    with Tmux(shell, columns=100, rows=30, environ=settings(PS1="ready:")) as tmux:

        def asks():
            """Whether the shell waits for a line; what is typed before may be thrown away."""
            return "".join(tmux.screen).rstrip().endswith("ready:")

        tmux.until(asks).press(*" ".join(DEMO), "Enter").until(LISTED).until("team-standup")
        before = tmux.screen[:-2]  # the last two lines tell what is read, and keys
        tmux.press("C-z").until("Stopped").until(asks)
        tmux.press(*"echo $((40+2))", "Enter").until("42").until(asks)
        tmux.press(*"fg", "Enter").until(lambda: tmux.screen[:-2] == before)
        tmux.press("j", "Enter").until("sessions, all read").press("C-q").until(asks)
        tmux.press(*"exit", "Enter")
        assert tmux.exit_code() == 0


def test_ctrl_z_without_a_shell_says_why_not():
    with Terminal(DEMO) as terminal:
        terminal.until(LISTED).send(b"\x1a").until("not started from a shell")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
