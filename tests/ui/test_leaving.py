"""Leaving while something that was asked for goes on: said on every screen, then done or lost."""

import threading

import pytest
from textual import events

from ivscope.terminal.clipboard import CopyResult, Route
from ivscope.ui import taking
from ivscope.workspace.jobs import Outcome
from support.explorer import PRIYA, at, explorer


class Held:
    """A slow disk or clipboard, which goes on when the test says so."""

    def __init__(self):
        self.entered = threading.Event()
        self.go_on = threading.Event()

    def save(self, _path, content):
        for _ in content:
            self._wait()

    def copy(self, *_text, **_options):
        self._wait()
        return CopyResult(Route.NATIVE, "given to pbcopy")

    def _wait(self):
        self.entered.set()
        assert self.go_on.wait(20)


@pytest.fixture
def held(monkeypatch):
    made = Held()
    monkeypatch.setattr(taking, "save_private", made.save)
    monkeypatch.setattr(taking, "copy", made.copy)
    yield made
    made.go_on.set()


async def ask(journey, held, *keys):
    await journey.until("61 events, all read")
    await journey.press(*keys)
    await journey.until(held.entered.is_set)


async def test_a_copy_on_its_way_is_finished_before_leaving(held):
    async with explorer(at(PRIYA)) as journey:
        await ask(journey, held, "y", "i")
        await journey.press("ctrl+q")
        await journey.until("Copying participant id: … Ctrl+Q again quits without it")
        assert not journey.app._exit
        held.go_on.set()
        await journey.until(lambda: journey.app._exit)
        (outcome,) = journey.app.jobs.outcomes
        assert outcome == Outcome("participant id: given to pbcopy")


async def test_the_key_that_prints_instead_is_the_one_of_the_view_that_copies(monkeypatch):
    keys = []

    def copy(*_text, print_key, **_options):
        keys.append(print_key)
        return CopyResult(Route.NATIVE, "given to pbcopy")

    monkeypatch.setattr(taking, "copy", copy)
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("y", "i")
        await journey.until(lambda: keys == ["p"])
        await journey.press("question_mark", "ctrl+y")
        await journey.until(lambda: keys == ["p", "Ctrl+O"])


@pytest.mark.parametrize(("columns", "key"), [(80, "question_mark"), (120, "i")])
async def test_the_sentence_stands_below_whatever_is_shown(held, columns, key):
    async with explorer(at(PRIYA), size=(columns, 24)) as journey:
        await ask(journey, held, "W")
        await journey.press(key)
        await journey.until(lambda: journey.app.screen is not journey.explorer)
        await journey.press("ctrl+q")
        await journey.until("again quits without it")
        assert journey.screen[-1].startswith("Saving ivscope-")
        assert len(journey.screen[-1]) <= columns


async def test_who_cannot_wait_is_told_what_is_lost(held):
    async with explorer(at(PRIYA)) as journey:
        await ask(journey, held, "W")
        await journey.press("ctrl+q")
        await journey.until("again quits without it")
        await journey.press("ctrl+q")
        await journey.until(lambda: journey.app._exit)
        (outcome,) = journey.app.jobs.outcomes
        assert not outcome.is_kept
        assert "was not saved: saving was stopped" in outcome.text


async def test_with_nothing_asked_for_leaving_is_at_once_whatever_the_network_does():
    slow = "slow_headers.ListParticipantEvents"
    async with explorer(at(PRIYA), fault=slow) as journey:
        await journey.until("reading events")
        await journey.press("ctrl+q")
        assert journey.app._exit
        assert journey.app.jobs.outcomes == []


async def test_the_key_that_quits_does_not_wait_for_a_text_that_was_typed_by_a_paste():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        app = journey.app
        for _ in range(3_000):
            app.post_message(events.Key("j", "j"))
        app.post_message(events.Key("ctrl+q", None))
        await journey.until(lambda: app._exit)
        assert app._turn < 1_500, "keys that nobody waits for are dropped"
