"""Loading all events: page after page until the end, and how long that will take."""

from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind
from ivscope.domain.stages import ParticipantScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.read_all import ReadAll
from ivscope.provider.store.feed import FeedState
from support.growing_source import LiveSource
from support.moved_clock import standing_clock
from support.scripted_source import failure
from support.waiting import wait_for

SCOPE = ParticipantScope("arn:a", "st-1", "p")
EPOCH = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)


class Load:
    """A load with a clock that moves a second with each page, and a step on each change."""

    def __init__(self, source):
        self.now = 0.0
        self.provider = StageDataProvider(
            lambda: source,
            rate_limiter=RateLimiter(demand=1000),
            clock=standing_clock(lambda: self.now),
        )
        self.feed = self.provider.events(SCOPE)
        self.all = ReadAll(self.provider, self.feed)

    def page(self):
        """Take one step and wait for its page; returns whether there was more to do."""
        more = self.all.step()
        wait_for(lambda: not self.feed.status.is_busy)
        self.now += 1
        return more

    def pages(self, count):
        for _ in range(count):
            self.page()
        # Takes note of the last page, and asks for one more.
        self.all.step()
        wait_for(lambda: not self.feed.status.is_busy)


@pytest.fixture
def load():
    made = []

    def build(*seconds):
        source = LiveSource(page_size=10)
        for number, second in enumerate(seconds):
            time = None if second is None else EPOCH + timedelta(seconds=second)
            source.insert(number, Event("JOINED", "p", time, str(number)))
        load = Load(source)
        made.append(load.provider)
        return load, source

    yield build
    for provider in made:
        provider.close()


def test_it_reads_page_after_page_to_the_end(load):
    one, source = load(*range(45))
    steps = [one.page() for _ in range(6)]
    assert steps == [True] * 5 + [False]
    assert one.feed.state is FeedState.COMPLETE
    assert list(one.feed.items) == source.events
    assert len(source.calls) == 5


def test_to_the_end_pages_come_one_after_the_other_without_a_step_between(load):
    one, source = load(*range(45))
    ReadAll(one.provider, one.feed, to_the_end=True).step()
    wait_for(lambda: one.feed.state is FeedState.COMPLETE)
    assert len(source.calls) == 5


def test_to_the_end_nothing_is_asked_for_after_a_failure_or_once_cancelled(load):
    one, source = load(*range(45))
    source.failures.append(failure(FailureKind.NETWORK))
    read_all = ReadAll(one.provider, one.feed, to_the_end=True)
    read_all.step()
    wait_for(lambda: one.feed.state is FeedState.FAILED)
    assert not read_all.step()
    again = ReadAll(one.provider, one.feed, to_the_end=True)
    source.between_calls += [again.cancel]
    assert again.step()
    wait_for(lambda: len(one.feed.items) == 10 and not one.feed.status.is_busy)
    assert len(source.calls) == 2
    assert one.feed.has_more


def test_many_steps_for_one_page_ask_for_it_once(load):
    one, source = load(*range(45))
    one.page()
    source.calls.clear()
    one.all.step()
    one.all.step()
    wait_for(lambda: not one.feed.status.is_busy)
    assert len(source.calls) <= 2
    assert len(one.feed.items) == 10 + 10 * len(source.calls)


def test_once_cancelled_it_asks_for_nothing_more_and_keeps_what_came(load):
    one, source = load(*range(45))
    one.page()
    one.page()
    one.all.cancel()
    assert not one.page()
    assert len(source.calls) == 2
    assert len(one.feed.items) == 20
    assert one.all.eta(one.now, EPOCH, EPOCH) is None


def test_a_failure_ends_it_and_nothing_is_asked_for_any_more(load):
    one, source = load(*range(25))
    one.page()
    source.failures.append(failure(FailureKind.NETWORK))
    assert one.page()
    assert not one.page()
    assert not one.page()
    assert one.feed.state is FeedState.FAILED
    assert len(source.calls) == 2
    assert one.all.eta(one.now, EPOCH, EPOCH + timedelta(seconds=25)) is None


def test_begun_on_a_list_that_failed_it_goes_on_from_the_same_cursor_to_the_end(load):
    one, source = load(*range(25))
    one.page()
    source.failures.append(failure(FailureKind.NETWORK))
    one.page()
    again = ReadAll(one.provider, one.feed)
    while again.step():
        wait_for(lambda: not one.feed.status.is_busy)
    assert one.feed.state is FeedState.COMPLETE
    assert list(one.feed.items) == source.events
    assert len(source.calls) == 4


def test_begun_on_a_list_whose_first_page_failed_it_asks_once_more_and_ends(load):
    one, source = load(*range(25))
    source.failures += [failure(FailureKind.NETWORK)] * 2
    one.page()
    again = ReadAll(one.provider, one.feed)
    assert again.step()
    wait_for(lambda: not one.feed.status.is_busy)
    assert not again.step()
    assert one.feed.state is FeedState.FAILED
    assert len(source.calls) == 2


def test_progress_counts_pages_events_and_the_rate(load):
    one, _ = load(*range(95))
    assert one.all.progress.rate is None
    one.pages(4)
    assert one.all.progress.items == 50
    assert one.all.progress.pages == 5
    assert one.all.progress.rate == pytest.approx(10)


def test_the_rate_falls_while_a_page_is_overdue(load):
    one, _ = load(*range(95))
    one.pages(4)
    one.now += 1
    assert one.all.progress.rate == pytest.approx(10)
    one.now += 30
    assert one.all.progress.rate < 2


@pytest.mark.parametrize("newest_first", [True, False])
def test_the_remaining_time_follows_from_the_span_of_time_that_is_covered(load, newest_first):
    # One event a second, 200 of them, of which 50 are read at ten a second: 15 s are left.
    seconds = range(199, -1, -1) if newest_first else range(200)
    one, _ = load(*seconds)
    one.pages(4)
    eta = one.all.eta(one.now, EPOCH, EPOCH + timedelta(seconds=199))
    assert eta == pytest.approx(15, rel=0.05)


def test_the_remaining_time_is_nothing_at_the_end(load):
    one, _ = load(*range(15))
    one.pages(2)
    assert one.all.eta(one.now, None, None) == 0


def test_no_remaining_time_is_claimed_without_bounds_or_order_or_times(load):
    first, last = EPOCH, EPOCH + timedelta(seconds=199)
    newest, _ = load(*range(199, -1, -1))
    assert newest.all.eta(newest.now, first, last) is None
    newest.pages(4)
    assert newest.all.eta(newest.now, None, last) is None
    assert newest.all.eta(newest.now, first, None) is not None
    assert newest.all.eta(newest.now, EPOCH + timedelta(seconds=190), last) is None
    oldest, _ = load(*range(200))
    oldest.pages(4)
    assert oldest.all.eta(oldest.now, first, None) is None
    for seconds in ([5, 9, 2] * 60, [7] * 200, [None] * 200):
        other, _ = load(*seconds)
        other.pages(4)
        assert other.all.eta(other.now, first, last) is None
