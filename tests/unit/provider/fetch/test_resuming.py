"""A second run over what a first one has recorded."""

import gc
import weakref
from datetime import timedelta

import pytest

from ivscope.domain.failures import FailureKind
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.feed import FeedState
from support.moved_clock import standing_clock
from support.remembered import Memory
from support.scripted_source import Gate
from support.session_source import EPOCH, SESSION, SessionSource, joined, scope
from support.waiting import wait_for

FAST = 100_000


class Runs:
    """One run after the other, all over one source and one memory."""

    def __init__(self):
        self.source = SessionSource(page_size=3, list_size=4)
        self.memory = Memory(EPOCH + timedelta(hours=2))
        self.seconds = 1000.0
        self.provider = None

    def begin(self, *, alone=False, rate_limiter=None):
        """End the run before, and begin another one; alone means without the service."""
        self.end()
        self.source.calls.clear()
        self.provider = StageDataProvider(
            None if alone else lambda: self.memory.watch(self.source),
            rate_limiter=rate_limiter or RateLimiter(demand=FAST, background=FAST, window=0),
            recorded=self.memory.reading,
            clock=standing_clock(lambda: self.seconds, lambda: self.memory.now),
        )
        return self.provider

    def end(self):
        if self.provider is not None:
            self.provider.close()

    def know_the_session(self):
        fact = self.provider.session(SESSION)
        self.provider.read(fact)
        wait_for(lambda: fact.value is not None)

    def scan(self):
        scan = self.provider.scan(SESSION)
        scan.start()
        wait_for(lambda: not scan.is_running)
        return scan

    def calls_for(self, participant_id):
        calls = self.source.calls
        return sum(count for (asked, _), count in calls.items() if asked == participant_id)


@pytest.fixture
def runs():
    made = Runs()
    yield made
    made.end()


def test_a_second_scan_asks_for_what_the_first_one_had_not_read_and_nothing_else(runs):
    for number in range(9):
        runs.source.add(f"p{number}", events=7)
    runs.source.end_time = EPOCH + timedelta(hours=1)
    runs.begin()
    runs.know_the_session()
    gate = runs.source.gates["p5"] = Gate(None)
    scan = runs.provider.scan(SESSION)
    scan.start()
    wait_for(lambda: scan.log.participants_read == 8)
    first = dict(runs.source.calls)

    runs.begin()
    runs.know_the_session()
    scan = runs.scan()
    assert scan.state is ScanState.COMPLETE
    assert runs.source.is_held_by(scan.log)
    assert {asked for asked, _ in runs.source.calls} == {"p5"}
    assert sum(first.values()) > len(runs.source.calls) == 3
    assert scan.progress(0).calls == 3
    assert runs.provider.activity().total == 3 + 1  # the session fact
    gate.opened.set()


def test_a_participant_read_half_is_read_on_from_its_cursor(runs):
    runs.source.add("p", events=8)
    runs.begin()
    feed = runs.provider.events(scope("p"))
    for pages in (1, 2):
        runs.provider.read_more(feed)
        wait_for(lambda pages=pages: feed.pages == pages)

    runs.begin()
    scan = runs.scan()
    assert runs.source.is_held_by(scan.log)
    assert [cursor for asked, cursor in runs.source.calls if asked == "p"] == ["6"]


def test_a_cursor_that_is_no_longer_good_means_reading_again_and_nothing_lost(runs):
    runs.source.add("p", events=8)
    runs.begin()
    feed = runs.provider.events(scope("p"))
    runs.provider.read_more(feed)
    wait_for(lambda: feed.pages == 1)

    runs.begin()
    runs.source.fail("p", FailureKind.INVALID)
    scan = runs.scan()
    assert scan.state is ScanState.COMPLETE
    assert runs.source.is_held_by(scan.log)


def test_after_an_end_well_before_the_recording_nothing_is_asked_again(runs):
    runs.source.add("p")
    runs.source.end_time = EPOCH + timedelta(hours=1)
    runs.begin()
    runs.know_the_session()
    runs.scan()

    runs.begin()
    runs.know_the_session()
    scan = runs.scan()
    assert not scan.start()
    assert not runs.calls_for("p")
    assert scan.recorded_at == EPOCH + timedelta(hours=2)


def test_what_was_recorded_before_the_session_ended_is_looked_at_again_by_itself(runs):
    runs.source.add("p", state="DISCONNECTED")
    runs.memory.now = EPOCH + timedelta(minutes=30)
    runs.begin()
    runs.scan()

    runs.memory.now = EPOCH + timedelta(hours=2)
    runs.source.end_time = EPOCH + timedelta(hours=1)
    runs.source.events["p"].append(joined("p", 2400))
    runs.source.add("late")
    runs.begin()
    runs.know_the_session()
    scan = runs.scan()
    assert runs.source.is_held_by(scan.log)
    assert scan.recorded_at is None
    assert not scan.start()


def test_of_a_live_session_what_was_recorded_stands_with_its_time_until_asked_again(runs):
    runs.source.add("p")
    runs.memory.now = EPOCH + timedelta(minutes=30)
    runs.begin()
    runs.scan()

    runs.memory.now = EPOCH + timedelta(minutes=50)
    runs.source.events["p"].append(joined("p", 2400))
    runs.begin()
    scan = runs.scan()
    assert scan.state is ScanState.COMPLETE
    assert not runs.source.is_held_by(scan.log)
    assert scan.recorded_at == EPOCH + timedelta(minutes=30)
    assert runs.provider.time_of(scan.up_to_date_at) == EPOCH + timedelta(minutes=30)
    scan = runs.scan()
    assert runs.source.is_held_by(scan.log)
    assert scan.recorded_at is None


def test_a_list_opened_by_a_person_says_when_it_was_recorded_until_it_is_read_again(runs):
    runs.source.add("p", events=2)
    runs.begin()
    feed = runs.provider.events(scope("p"))
    runs.provider.read_more(feed)
    wait_for(lambda: feed.state is FeedState.COMPLETE)
    assert runs.provider.recorded_at(feed) is None

    recorded_at, runs.memory.now = runs.memory.now, runs.memory.now + timedelta(hours=1)
    runs.begin()
    feed = runs.provider.events(scope("p"))
    runs.provider.read_more(feed)
    wait_for(lambda: feed.state is FeedState.COMPLETE)
    assert runs.provider.recorded_at(feed) == recorded_at
    assert not runs.calls_for("p")
    runs.provider.refresh(feed)
    wait_for(lambda: feed.status.refreshed is not None)
    assert runs.calls_for("p")
    assert runs.provider.recorded_at(feed) is None


def test_without_the_service_the_recording_is_all_there_is(runs):
    runs.source.add("p", events=5)
    runs.source.add("q", events=5)
    runs.begin()
    feed = runs.provider.events(scope("p"))
    runs.provider.read_more(feed)
    wait_for(lambda: feed.pages == 1)
    people = runs.provider.participants(SESSION)
    runs.provider.read_more(people)
    wait_for(lambda: people.state is FeedState.COMPLETE)

    provider = runs.begin(alone=True)
    scan = runs.scan()
    assert not runs.source.calls
    assert (scan.log.participants_known, scan.log.participants_read) == (2, 0)
    assert len(scan.log.log) == 3
    assert {f.kind for f in scan.log.failures.values()} == {FailureKind.NOT_RECORDED}
    assert provider.activity().total == 0


def test_recorded_answers_do_not_wait_for_the_pace(runs):
    for number in range(40):
        runs.source.add(f"p{number}")
    runs.begin()
    runs.scan()
    never = RateLimiter(demand=1, background=1, window=10_000)
    runs.begin(rate_limiter=never)
    assert runs.scan().log.participants_read == 40
    assert not runs.source.calls
    # Whether a live session has ended since is asked again.
    assert runs.provider.activity().total == 1


def scanned_while_the_end_is_learnt(runs):
    """A scan that ended, and in which it came to be known that the session had ended."""
    runs.begin()
    gate = runs.source.gates["p"] = Gate(None)
    scan = runs.provider.scan(SESSION)
    scan.start()
    assert gate.entered.wait(5)
    runs.know_the_session()
    gate.opened.set()
    wait_for(lambda: not scan.is_running)
    return scan


def test_an_end_that_is_learnt_while_the_scan_runs_makes_it_final_if_it_was_well_before(runs):
    runs.source.add("p")
    runs.source.end_time = EPOCH + timedelta(hours=1)
    assert not scanned_while_the_end_is_learnt(runs).start()


def test_an_end_just_before_the_scan_may_still_bring_events(runs):
    runs.source.add("p")
    runs.memory.now = EPOCH + timedelta(hours=1, minutes=1)
    runs.source.end_time = EPOCH + timedelta(hours=1)
    assert scanned_while_the_end_is_learnt(runs).start()


def test_what_a_person_read_before_the_end_is_looked_at_again_by_the_scan(runs):
    runs.source.add("p", events=2)
    runs.memory.now = EPOCH + timedelta(minutes=30)
    runs.begin()
    feed = runs.provider.events(scope("p"))
    runs.provider.read_more(feed)
    wait_for(lambda: feed.state is FeedState.COMPLETE)
    runs.source.events["p"].append(joined("p", 2400))
    runs.source.end_time = EPOCH + timedelta(minutes=41)
    runs.memory.now += timedelta(hours=1)
    runs.seconds += 3600
    runs.know_the_session()
    assert runs.source.is_held_by(runs.scan().log)


def test_what_a_recording_has_of_a_session_is_let_go_and_comes_again_without_a_call(runs):
    for number in range(9):
        runs.source.add(f"p{number}", events=7)
    runs.source.end_time = EPOCH + timedelta(hours=1)
    runs.begin()
    runs.know_the_session()
    runs.scan()
    provider = runs.begin(alone=True)
    feed = provider.events(scope("p3"))
    provider.read_more(feed)
    wait_for(lambda: feed.pages)
    rows = list(runs.scan().participants.facts)
    gone = [weakref.ref(one) for one in (provider.scan(SESSION), provider.scan(SESSION).log)]
    assert provider.events_held() == {SESSION: 9 * 7 + 7}
    assert provider.let_go(SESSION)
    assert provider.events_held() == {}
    wait_for(lambda: not provider.activity().in_flight)
    gc.collect()
    assert [one() for one in gone] == [None, None]
    again = runs.scan()
    assert runs.source.is_held_by(again.log)
    assert list(again.participants.facts) == rows
    assert not runs.source.calls


def test_what_the_service_gave_for_one_participant_is_let_go_and_read_again(runs):
    runs.source.add("p1", events=3)
    provider = runs.begin()
    feed = provider.events(scope("p1"))
    runs.source.gates["p1"] = gate = Gate(None)
    provider.read_more(feed)
    wait_for(gate.entered.is_set)
    assert not provider.let_go(SESSION), "it is being read"
    gate.opened.set()
    wait_for(lambda: feed.is_complete)
    events = list(feed.items)
    assert provider.let_go(SESSION)
    assert provider.events_held() == {}
    again = provider.events(scope("p1"))
    assert again is not feed
    assert not again.pages
    provider.read_more(again)
    wait_for(lambda: again.is_complete)
    assert list(again.items) == events == list(feed.items)


def test_what_a_scan_has_read_of_the_service_is_not_let_go(runs):
    for number in range(9):
        runs.source.add(f"p{number}", events=7)
    provider = runs.begin()
    scan = runs.scan()
    assert not provider.let_go(SESSION)
    assert provider.scan(SESSION) is scan
    assert provider.events_held() == {SESSION: 63}
