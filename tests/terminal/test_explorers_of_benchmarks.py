"""The explorers that benchmarks measure start and show events, or nobody would measure anything."""

import sys

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import EPOCH, LIVE_STAGE, SHOW
from support.terminal import Terminal, settings
from support.tree import ROOT

ENVIRON = settings(PYTHONPATH=str(ROOT))


def program(name, *words):
    return (sys.executable, "-m", f"benchmarks.{name}", *words)


def test_an_explorer_over_many_events_shows_them():
    with Terminal(program("filled_explorer", "1000"), environ=ENVIRON) as terminal:
        terminal.until("1,000 events").press("ctrl+q")
        assert terminal.exit_code() == 0


def test_an_explorer_that_scans_shows_its_session():
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:
        words = (endpoint.url, "us-west-2", LIVE_STAGE, SHOW, "4")
        with Terminal(program("scanning_explorer", *words), environ=ENVIRON) as terminal:
            terminal.until("40 participants, all read").press("ctrl+q")
            assert terminal.exit_code() == 0
