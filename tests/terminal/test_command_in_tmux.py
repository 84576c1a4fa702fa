"""The command in tmux, where most people on call meet it."""

import pytest

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, SHOW
from support.terminal import AT_CURSOR, IVSCOPE
from support.tmux import HAS_TMUX, TITLE, Tmux

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not on PATH")

CURSOR_BEFORE_TIME = 4
"""Cells: cursor, hit or mark, sign, blank."""


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40), (200, 50)])
def test_a_participant_in_tmux_from_the_arn_to_the_way_out(columns, rows):
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        command = [*IVSCOPE, "--endpoint-url", endpoint.url, "--region", world.region]
        with Tmux([*command, LIVE_STAGE, SHOW, PRIYA], columns=columns, rows=rows) as tmux:
            tmux.until("61 events, all read").until("Do next")
            assert tmux.about("alternate_on") == "1"
            assert tmux.about("mouse_any_flag") == "0"
            assert tmux.about("pane_title") == TITLE
            tmux.press("Down", "Down")
            tmux.until(lambda: cursor_row(tmux) == 2)
            tmux.press("Up")
            tmux.until(lambda: cursor_row(tmux) == 1)
            tmux.press("Escape").until("40 participants, all read")
            tmux.press("C-q")
            assert tmux.exit_code() == 0
            assert tmux.about("alternate_on") == "0"
            assert tmux.about("pane_title") == TITLE


def cursor_row(tmux):
    """The row of the event list that the cursor is on."""
    lines = tmux.screen
    titles = next(y for y, line in enumerate(lines) if "EVENT" in line)
    column = lines[titles].index("TIME") - CURSOR_BEFORE_TIME
    marked = [y for y, line in enumerate(lines) if line[column : column + 1] in AT_CURSOR]
    return marked[0] - titles - 1 if marked else None


def test_after_detaching_it_goes_on_and_fills_a_terminal_of_another_size():
    world = open_world("incident", lambda: EPOCH)
    with Endpoint(world) as endpoint:
        command = [*IVSCOPE, "--endpoint-url", endpoint.url, "--region", world.region]
        with Tmux([*command, LIVE_STAGE, SHOW, PRIYA], columns=120, rows=40) as tmux:
            tmux.until("61 events, all read")
            for columns, rows in ((100, 30), (200, 50), (80, 24)):
                with tmux.attached(columns, rows) as person:
                    person.until(lambda: fills(person, columns)).press("j")  # noqa: B023 - at once
                    person.until_quiet()
                    tmux.detach()
                    assert person.exit_code() == 0
                assert tmux.about("pane_width") == str(columns)
                tmux.press("k").until("61 events, all read")
            tmux.press("C-q")
            assert tmux.exit_code() == 0
            assert tmux.about("alternate_on") == "0"


def fills(person, columns):
    """Whether the zone stands at the right edge and the status above the last line."""
    first, *_, status, _ = person.screen
    is_wide = len(first) == columns and first.endswith("UTC")
    return is_wide and "events, all read" in status
