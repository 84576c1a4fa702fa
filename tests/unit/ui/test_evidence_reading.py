"""Z reads events of a publisher page by page, as far as the second needs and no further."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.settings.commands import View
from ivscope.ui.commands import Handlers, Unavailable
from ivscope.ui.explorer.event_findings import EventFindings
from ivscope.ui.explorer.evidence import EvidenceCommands
from ivscope.workspace.event_refs import reads_past
from ivscope.workspace.event_stream import ParticipantStream
from ivscope.workspace.place import Place
from ivscope.workspace.store_context import StoreContext
from support.given_facts import log_of
from support.moved_clock import MovedClock, standing_clock
from support.session_source import EPOCH, SESSION, SessionSource, joined, scope
from support.waiting import wait_for

ME = Place(SESSION.stage_arn, SESSION.session_id, "me")
FAST = 100_000


class Case:
    """A subscriber that could not find its publisher at second 4, and somebody who presses Z."""

    def __init__(self):
        self.source = SessionSource(page_size=3)
        self.source.add("me", events=0)
        moment = EPOCH + timedelta(seconds=4)
        self.source.events["me"].append(
            Event("SUBSCRIBE_ERROR", "me", moment, "host", "PUBLISHER_NOT_FOUND")
        )
        self.now = EPOCH + timedelta(seconds=60)
        self.provider = StageDataProvider(
            lambda: self.source,
            rate_limiter=RateLimiter(demand=FAST, background=FAST, window=0),
            clock=standing_clock(now=lambda: self.now),
        )
        self.said = []
        feed = self.provider.events(scope("me"))
        self.read(feed)
        event_list = SimpleNamespace(stream=ParticipantStream(self.provider, scope("me")))
        self.pane = SimpleNamespace(event_list=event_list, position=0, event=feed.items[0])
        self.going = SimpleNamespace(here=ME, shows_events=True)
        event_findings = EventFindings(
            self.provider, StoreContext(self.provider), MovedClock().jobs()
        )
        self.handlers = Handlers({})
        context = SimpleNamespace(
            provider=self.provider,
            pane=self.pane,
            times=None,
            say=self.said.append,
            handlers=self.handlers,
            why_no_events=lambda: "",
            steps_back=[],
        )
        self.evidence = EvidenceCommands(context, event_findings, self.going)

    def read(self, feed):
        self.provider.read_more(feed)
        wait_for(lambda: not feed.status.is_busy)

    @property
    def feed(self):
        return self.provider.store.opened_events(scope("host"))

    def press(self):
        """Press Z, and let pages come until nothing more is asked for."""
        self.handlers.do("evidence.fetch", View.EVENTS)
        self.settle()

    def settle(self):
        while True:
            wait_for(lambda: not self.feed.status.is_busy)
            self.evidence.changed()
            if not self.feed.status.is_busy:
                return


@pytest.fixture
def case():
    one = Case()
    yield one
    one.provider.close()


def test_pages_are_read_until_the_second_is_passed(case):
    case.source.add("host", events=30)
    case.press()
    assert len(case.feed.items) == 9
    assert case.said == ["reading events of the publisher", "read events of the publisher"]


def test_pressed_again_it_reads_one_page_more(case):
    case.source.add("host", events=30)
    case.press()
    case.press()
    assert len(case.feed.items) == 12


def test_a_list_from_the_newest_is_read_back_to_before_the_second(case):
    case.source.add("host", events=0)
    case.source.events["host"] = [joined("host", second) for second in range(20, -20, -1)]
    case.press()
    last = case.feed.items[len(case.feed.items) - 1]
    assert last.time == EPOCH
    assert case.feed.has_more


def test_what_is_read_to_the_end_is_refreshed_while_the_session_is_live(case):
    case.source.add("host", events=2)
    case.press()
    assert not case.feed.has_more
    case.now = EPOCH
    case.provider.changes += 1
    case.source.events["host"].append(joined("host", 3))
    case.press()
    assert case.feed.status.refreshed.new_rows == 1


def test_a_failure_ends_it_and_pressed_again_it_is_tried_again(case):
    case.source.add("host", events=2)
    case.source.fail("host", FailureKind.SERVICE)
    case.press()
    assert case.said[-1].startswith("not read: scripted")
    case.press()
    assert len(case.feed.items) == 2


def test_whoever_goes_elsewhere_reads_no_further(case):
    case.source.add("host", events=30)
    case.handlers.do("evidence.fetch", View.EVENTS)
    case.going.here = Place()
    case.settle()
    assert len(case.feed.items) == 3
    assert case.said == ["reading events of the publisher"]


def test_without_an_event_there_is_no_evidence(case):
    case.pane.event = None
    for id_ in ("evidence.next", "evidence.fetch"):
        with pytest.raises(Unavailable, match="no event under the cursor"):
            case.handlers.do(id_, View.EVENTS)


@pytest.mark.parametrize(
    ("seconds", "reaches"),
    [
        ((0, 2, 4), False),
        ((0, 2, 7), True),
        ((9, 7, 3), False),
        ((9, 7, 1), True),
        ((0, 9, 1), False),
        ((), False),
    ],
)
def test_the_order_of_the_list_says_what_reaches_second_four(seconds, reaches):
    moment = 4_000_000 + int(EPOCH.timestamp()) * 1_000_000
    log = log_of([joined("host", second) for second in seconds])
    assert reads_past(log, moment) is reaches
    assert not reads_past(log, None)
