"""Leaving while a file is written: it is finished first, or given up, and either is said."""

import json
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivscope.domain import calls
from ivscope.domain.stages import ParticipantScope
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.huge import FLAKY, MAIN_STAGE, HugeWorld
from ivscope.sources.recording import Recording
from support.aws_sources import aws_source
from support.huge_counting import EPOCH
from support.recordings import requests_of
from support.terminal import IVSCOPE, Terminal, settings
from support.tmux import HAS_TMUX, Tmux

MANY = 40_000
"""Events of the participant with the longest history. They take about a second to write."""


PRODUCT = str(Path(__file__).parents[2] / "tui")
"""Where the command is, for a program that runs in another folder."""

LONG_PAGE = 5_000
"""Events: the program takes pages as they come, and a test has no time for 400 of them."""


def _begin(path):
    return Recording.open(path, label="tests", create=True)


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """The command that opens a recording of them, which needs no pace."""
    world = HugeWorld(EPOCH, lambda: EPOCH)
    stage = world.stages()[MAIN_STAGE]["arn"]
    session = world.sessions(stage)[-1]["sessionId"]
    person = world.participants(stage, session)[FLAKY]["participantId"]
    scope = ParticipantScope(stage, session, person)
    folder = tmp_path_factory.mktemp("recordings")
    short, long = _begin(folder / "short.ivscope"), _begin(folder / "long.ivscope")
    with Endpoint(world) as endpoint:
        source = aws_source(endpoint.url, region=world.region, recording=short)
        cursor = None
        while (cursor := source.read_page(calls.events(scope), cursor).next_cursor) is not None:
            pass
    (request,) = requests_of(short)
    events = [event for page in short.answers(request) for event in short.body(page)["events"]]
    for first in range(0, MANY, LONG_PAGE):
        page = {"events": events[first : first + LONG_PAGE]}
        if first + LONG_PAGE < MANY:
            page["nextToken"] = f"from {first + LONG_PAGE}"
        long.save(request, page, f"from {first}" if first else "", EPOCH)
    short.close()
    long.close()
    return (*IVSCOPE, "open", str(long.path), stage, session, person)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder of the program."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@contextmanager
def a_long_list(words, **options):
    with Terminal(words, environ=settings(PYTHONPATH=PRODUCT), **options) as terminal:
        terminal.until("events read").press("L")
        terminal.until(f"{MANY:,} events, all read", timeout=60).until_quiet()
        yield terminal


def files_in(folder):
    """Everything, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("columns", [80, 120])
def test_a_file_of_many_events_is_finished_before_the_program_ends(words, folder, columns):
    with a_long_list(words, columns=columns) as terminal:
        terminal.press("W", "ctrl+q").until("Ctrl+Q again quits without it", timeout=2)
        assert "Saving ivscope-" in terminal.text
        assert terminal.exit_code(timeout=60) == 0
        assert f"saved {MANY:,} of {MANY:,} events" in terminal.text.replace("\n", "")
    (name,) = files_in(folder)
    lines = (folder / name).read_text("ascii").splitlines()
    assert len(lines) == 1 + MANY
    assert json.loads(lines[0])["events"] == MANY
    assert json.loads(lines[-1])


def test_a_second_time_gives_the_file_up_says_so_and_leaves_nothing_half_done(words, folder):
    with a_long_list(words) as terminal:
        terminal.press("W", "ctrl+q").until("Ctrl+Q again quits without it", timeout=2)
        began = time.monotonic()
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 1
        assert time.monotonic() - began < 2  # the file would still be written for a while
        assert "was not saved: saving was stopped" in terminal.text.replace("\n", "")
    assert files_in(folder) == []


@pytest.mark.skipif(not HAS_TMUX, reason="tmux is not on PATH")
def test_in_tmux_too_the_file_is_there_after_leaving_at_once(words, folder):
    environ = settings(PYTHONPATH=PRODUCT)
    with Tmux(words, columns=120, rows=40, environ=environ, folder=folder) as tmux:
        tmux.until("events read").press("L")
        tmux.until(f"{MANY:,} events, all read", timeout=60)
        tmux.press("W", "C-q")
        assert tmux.exit_code() == 0
    (name,) = files_in(folder)
    assert len((folder / name).read_text("ascii").splitlines()) == 1 + MANY
