"""What the start and each view send to the terminal: one screen, then what has come."""

import json
import sys
from pathlib import Path

import pytest

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, SHOW
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


@pytest.mark.parametrize("key", ["i", "I", "?"])
def test_a_view_is_one_screen_and_so_is_what_it_leads_back_to(key):
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:
        where = ("--endpoint-url", endpoint.url, "--region", "us-west-2")
        with Terminal((*IVSCOPE, LIVE_STAGE, SHOW, *where), columns=120, rows=40) as terminal:
            terminal.until("40 participants, all read").press("M")
            terminal.until("all 40 participants").press("esc").until_quiet(0.7)
            for pressed in (key, "esc"):
                before = len(terminal.raw)
                terminal.press(pressed).until_quiet(0.5)
                sent = terminal.raw[before:]
                # What is counted later may change its last line once more.
                assert 1 <= sent.count(b"\x1b[38;1H") <= (1 if pressed == "esc" else 2)


PLACES = {
    (): {"ListStages": 1},
    (LIVE_STAGE,): {"ListStageSessions": 1},
    (LIVE_STAGE, SHOW): {"ListParticipants": 1},
    (LIVE_STAGE, SHOW, PRIYA): {"ListParticipantEvents": 1, "GetParticipant": 1},
}


@pytest.mark.parametrize("place", PLACES, ids=len)
def test_each_first_call_is_made_once_whichever_process_makes_it(place):
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:
        command = (*IVSCOPE, *place, "--endpoint-url", endpoint.url, "--region", "us-west-2")
        with Terminal(command) as terminal:
            terminal.until("read").until("env keys").until_quiet(0.5)
            assert dict(endpoint.calls) == PLACES[place]
            assert children_of(terminal.process_id) == []


def test_what_came_ahead_is_redacted_too():
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:
        where = ("--endpoint-url", endpoint.url, "--region", "us-west-2")
        with Terminal((*IVSCOPE, LIVE_STAGE, SHOW, *where, "--redact")) as terminal:
            terminal.until("40 participants, all read").until("user-1")
            assert dict(endpoint.calls) == {"ListParticipants": 1}
            assert b"noor" not in terminal.raw


def test_where_no_process_can_be_started_the_explorer_asks_by_itself():
    """Linux refuses a copy of a process beyond the limit, and in a sandbox that forbids it."""
    refuses = (
        "import os, sys; from ivscope.cli.main import run; sys.argv[0] = 'ivscope'\n"
        "def fork(): raise BlockingIOError(11, 'Resource temporarily unavailable')\n"
        "os.fork = fork; run()"
    )
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:
        command = (sys.executable, "-c", refuses, "--endpoint-url", endpoint.url)
        with Terminal((*command, "--region", "us-west-2")) as terminal:
            terminal.until("7 stages, all read").until("env keys")
            assert dict(endpoint.calls) == {"ListStages": 1}


NOTING = """
import json, sys
from pathlib import Path
from ivscope.cli.main import run
from ivscope.ui.app import IvscopeApp

begun = IvscopeApp.on_explorer_screen_begun

async def note(app):
    Path(note_in).write_text(json.dumps(list(sys.modules)))
    await begun(app)

note_in = sys.argv.pop(1)
IvscopeApp.on_explorer_screen_begun = note
sys.argv[0] = "ivscope"
run()
"""
"""The command, which notes what is loaded when the first screen stands."""

FOR_TEXTS_AND_FILES = {"ivscope.sources.saved_file", "ivscope.sources.outside_file", "gzip", "html"}


def test_what_reads_texts_and_files_is_not_loaded_where_none_is_given(tmp_path):
    noted = tmp_path / "modules.json"
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:
        command = (sys.executable, "-c", NOTING, str(noted), "--endpoint-url", endpoint.url)
        with Terminal((*command, "--region", "us-west-2")) as terminal:
            terminal.until("7 stages, all read")
            loaded = set(json.loads(noted.read_text()))
    assert "ivscope.ui.explorer.screen" in loaded
    assert not loaded & {*FOR_TEXTS_AND_FILES, "ivscope.analysis.session_summary"}


def children_of(process):
    """Ids of the processes that it has started, those included that nobody has waited for."""
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()
