"""What the start sends to the terminal: one screen, then what has come, in few blanks."""

import pytest

from support.terminal import IVSCOPE, Terminal

DEMO = (*IVSCOPE, "--demo")

MOST = {(120, 40): 15_000, (80, 24): 7_000}
"""Bytes until nothing more comes: at 9,600 baud a second for each thousand."""


@pytest.mark.parametrize("size", MOST)
def test_a_start_is_one_screen_and_what_comes_later(size):
    columns, rows = size
    with Terminal(DEMO, columns=columns, rows=rows) as terminal:
        terminal.until("7 stages, all read").until_quiet(0.5)
        assert terminal.text.count("fri-night-live") >= 1
        assert len(terminal.raw) <= MOST[size]
        assert terminal.raw.count(b" ") <= 600
        # The titles are drawn with the whole screen and with the rows, and seldom once more.
        assert terminal.raw.count(b"\x1b[2;1H") <= 3
