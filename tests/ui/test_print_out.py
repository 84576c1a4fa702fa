"""Printing to the normal screen, in a real pseudo-terminal and in a real tmux."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support import printing_app
from support.printing_app import PrintingApp
from support.terminal import Terminal, settings
from support.waiting import wait_for

ALTERNATE_SCREEN = 1049
ASK = "press Enter to go back"
PRINTED = ["first line", r"second \x1b[31mline\x1b[0m \x1b \u202e é", r"\x07last line"]
ROOT = Path(__file__).parents[2]
PYTHONPATH = os.pathsep.join((str(ROOT / "tests"), str(ROOT / "tui")))
COMMAND = (sys.executable, printing_app.__file__)


def _terminal(**environ):
    return Terminal(COMMAND, environ=settings(PYTHONPATH=PYTHONPATH, **environ))


def _printed(terminal):
    """What was written to the normal screen the last time."""
    normal = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    return normal.partition(ASK)[0]


@pytest.mark.parametrize(
    "leave",
    [b"\r", b"\x1b", b"q", b"\x03", b"\x04"],
    ids=["enter", "esc", "q", "ctrl+c", "ctrl+d"],
)
def test_text_is_printed_on_the_normal_screen_until_enter_and_the_app_comes_back(leave):
    with _terminal() as terminal:
        terminal.until("the full screen")
        terminal.press("p")
        terminal.until(ASK)
        assert ALTERNATE_SCREEN not in terminal.modes
        assert "\r\n".join(["", *PRINTED, "", ""]) in _printed(terminal)
        terminal.send(leave)
        terminal.until("back again")
        assert ALTERNATE_SCREEN in terminal.modes
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert ALTERNATE_SCREEN not in terminal.modes


def test_the_key_of_quitting_ends_the_app_from_a_printed_text():
    with _terminal() as terminal:
        terminal.until("the full screen").press("p").until(ASK).press("ctrl+q")
        assert terminal.exit_code() == 0
        assert terminal.line_settings == terminal.first_line_settings


def test_other_keys_and_their_pieces_do_nothing_on_a_printed_text():
    with _terminal() as terminal:
        terminal.until("the full screen").press("p").until(ASK)
        terminal.press("up", "x", "down").until_quiet()
        assert ALTERNATE_SCREEN not in terminal.modes
        assert "^[" not in terminal.text
        terminal.press("enter").until("back again").press("q")
        assert terminal.exit_code() == 0


def test_it_can_be_done_again_and_again():
    with _terminal() as terminal:
        terminal.until("the full screen")
        for _ in range(3):
            terminal.press("p")
            terminal.until(lambda: ALTERNATE_SCREEN not in terminal.modes and ASK in terminal.text)
            terminal.press("enter")
            terminal.until(lambda: ALTERNATE_SCREEN in terminal.modes)
            terminal.until("back again")
        terminal.press("q")
        assert terminal.exit_code() == 0


def test_letters_that_the_terminal_cannot_encode_are_escapes():
    with _terminal(PYTHONUTF8="0", PYTHONIOENCODING="ascii") as terminal:
        terminal.until("the full screen")
        terminal.press("p")
        terminal.until(ASK)
        assert r"\u202e \xe9" in _printed(terminal)


async def test_without_a_terminal_nothing_is_printed_and_it_is_said(capfd):
    app = PrintingApp()
    async with app.run_test() as pilot:
        await pilot.press("p")
        assert app.screen.query_one("Static").content == "cannot print here"
    assert "first line" not in capfd.readouterr().out


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here")
def test_in_tmux_the_text_stays_on_the_normal_screen(tmp_path):
    socket = str(tmp_path / "s")
    environ = settings(PYTHONPATH=PYTHONPATH, LC_ALL="C.UTF-8")

    def tmux(*words):
        command = ["tmux", "-u", "-S", socket, "-f", os.devnull, *words]
        done = subprocess.run(command, env=environ, capture_output=True, check=True, timeout=5)
        return done.stdout.decode()

    def shows(text):
        wait_for(lambda: text in tmux("capture-pane", "-p"), timeout=15)

    program = f"{' '.join(COMMAND)}; echo ended with $?; exec cat"
    tmux("new-session", "-d", "-x", "80", "-y", "24", program)
    try:
        shows("the full screen")
        tmux("send-keys", "p")
        shows(ASK)
        screen = tmux("capture-pane", "-p").splitlines()
        assert [line for line in screen if line.strip()] == [*PRINTED, ASK]
        tmux("send-keys", "Enter")
        shows("back again")
        assert "first line" not in tmux("capture-pane", "-p")
        tmux("send-keys", "q")
        shows("ended with 0")
        assert "first line" in tmux("capture-pane", "-p")
    finally:
        tmux("kill-server")
