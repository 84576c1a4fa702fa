"""Hostile data in tmux: what it would do to a terminal that acts on it."""

import pytest

from ivscope.endpoint.server import Endpoint
from support.hostile_world import CASES, HostileWorld
from support.terminal import IVSCOPE
from support.tmux import HAS_TMUX, TITLE, Tmux

COUNT = len(CASES)

pytestmark = pytest.mark.skipif(not HAS_TMUX, reason="tmux is not on PATH")


def test_no_case_reaches_title_clipboard_mouse_or_screen():
    world = HostileWorld()
    with Endpoint(world) as endpoint:
        command = [*IVSCOPE, "--endpoint-url", endpoint.url, "--region", world.region]
        with Tmux(command) as tmux:
            places = (
                f"all {COUNT} stages read",
                "sessions, all read",
                f"all {COUNT} participants read",
                "events read",
            )
            for place in places[:-1]:
                tmux.until(place).press("G").until(place).press("g").until(place)
                assert_untouched(tmux)
                tmux.press("Enter")
            tmux.until(places[-1]).press("G").until(f"{COUNT} events, all read")
            for _ in range(6):
                tmux.press("b", "v", "v", "J")
            assert_untouched(tmux)
            tmux.press("C-q")
            assert tmux.exit_code() == 0
            assert tmux.about("alternate_on") == "0"
            assert tmux.raw.rindex(b"\x1b[?25h") > tmux.raw.rindex(b"\x1b[?25l")
            assert tmux.about("pane_title") == TITLE


def assert_untouched(tmux):
    assert tmux.about("pane_title") == TITLE
    assert tmux.about("mouse_any_flag") == "0"
    assert tmux.about("alternate_on") == "1"
    assert tmux.about("window_bell_flag") == "0"
    assert tmux.buffers == ""
