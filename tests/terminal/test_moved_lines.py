"""A list that scrolls: the terminal moves what only moves, and what came is sent."""

import pytest

from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, SHOW
from support.terminal import lines_written
from support.walks import ivscope_over

_MOVED = b"\x1b[r"
"""Ends the lines that a terminal moves: those of the whole screen are again."""

_TITLES = 2
"""Lines above the rows of the list."""


@pytest.mark.parametrize("size", [(80, 24), (120, 20)])
def test_moved_lines_look_as_if_drawn_at_once(size):
    columns, rows = size
    world = open_world("incident", lambda: EPOCH)
    with ivscope_over(world, LIVE_STAGE, SHOW, PRIYA, columns=columns, rows=rows) as terminal:
        terminal.until("61 events, all read").until("Do next  ").until("API 0/").until_quiet()
        before = len(terminal.raw)
        for keys in ("j" * 20, "jjj", "k" * 20, "G", "k" * 24):
            terminal.press(*keys).until_quiet(0.5)
            looks = terminal.looks
            terminal.resize(columns + 1, rows).until_quiet()
            terminal.resize(columns, rows).until_quiet()
            assert terminal.looks == looks, keys
        terminal.press(*"j" * 24).until_quiet(0.5)
        looks = terminal.looks
        # Under the help the screen keeps what it has drawn.
        terminal.press("?").until("HELP").press("esc").until("Esc back").until_quiet(0.5)
        assert terminal.looks == looks
        assert terminal.raw[before:].count(_MOVED) > 5
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0


def test_a_key_over_the_edge_of_a_list_sends_the_rows_that_came():
    world = open_world("incident", lambda: EPOCH)
    with ivscope_over(world, LIVE_STAGE, SHOW, PRIYA, columns=80, rows=24) as terminal:
        terminal.until("61 events, all read").until("Do next  ").until("API 0/").until_quiet()
        rule = next(y for y, line in enumerate(terminal.screen) if line.startswith("─"))
        shown = rule - _TITLES
        terminal.press(*"j" * (shown - 1)).until_quiet(0.5)
        at_edge, before = [line[1:70] for line in terminal.screen], len(terminal.raw)
        terminal.press("j").until_quiet(0.5)
        came = sum(line[1:70] not in at_edge for line in terminal.screen[_TITLES:rule])
        sent = {y for y in lines_written(terminal.raw[before:]) if _TITLES <= y < rule}
        assert _MOVED in terminal.raw[before:]
        assert 0 < came < shown // 2
        # The rows that came, the one that the cursor left, and cells of the overview at the edge.
        assert len(sent) < shown - came
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
