"""Signals, a closed terminal, Ctrl+Z: the program ends or stops, and the terminal is as it was."""

import signal
import sys

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
@pytest.mark.parametrize("shown", ["starting", LISTED])
def test_a_signal_ends_it_and_gives_the_terminal_back(number, shown):
    """From the first frame on."""
    with Terminal(DEMO) as terminal:
        before = terminal.line_settings
        terminal.until(shown).signal(number)
        assert terminal.exit_code() == -number
        assert terminal.line_settings == before
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


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not installed")
def test_ctrl_z_goes_to_the_shell_and_fg_comes_back():
    shell = ("bash", "--norc", "-i")
    with Tmux(shell, columns=100, rows=30, environ=settings(PS1="ready:")) as tmux:
        tmux.until("ready:").press(*" ".join(DEMO), "Enter").until(LISTED)
        tmux.press("C-z").until("Stopped")
        tmux.press(*"echo $((40+2))", "Enter").until("42")
        tmux.press(*"fg", "Enter").until(LISTED)
        tmux.press("j", "Enter").until("sessions, all read").press("C-q").until("ready:")
        tmux.press(*"exit", "Enter")
        assert tmux.exit_code() == 0


def test_ctrl_z_without_a_shell_says_why_not():
    with Terminal(DEMO) as terminal:
        terminal.until(LISTED).send(b"\x1a").until("no shell started this")
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
