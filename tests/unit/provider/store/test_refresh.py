"""Refreshing events: nothing lost, nothing doubled, and every event keeps its position."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.indexes import OrderLabel
from ivscope.provider.store.merge import growth_at_end
from support.feed_reader import SCOPE, FeedReader
from support.growing_source import GrowingList, LiveSource
from support.scripted_source import failure
from support.waiting import wait_for

EPOCH = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)


def event(second, name="JOINED"):
    time = EPOCH + timedelta(seconds=second)
    return Event(name, "p", time)


def grow_newest(source, *events):
    for one in events:
        source.insert(0, one)


def grow_oldest(source, *events):
    for one in events:
        source.insert(len(source.events), one)


# Seconds that pass, and which of two equal names comes: ties and equal events abound.
GROWTH = st.lists(
    st.tuples(st.sampled_from([0, 0, 0, 1, 2]), st.sampled_from("ab")), min_size=1, max_size=6
)
STEPS_AND_GROWTH_WHILE_READING = st.lists(
    st.one_of(st.just("read"), st.just("refresh"), GROWTH, GROWTH.map(tuple)), max_size=25
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(steps=STEPS_AND_GROWTH_WHILE_READING, size=st.integers(1, 5), start=st.integers(0, 12))
def test_a_list_growing_at_its_head_is_kept_up_with(steps, size, start):
    _follow(GrowingList(size), steps, start, grow_newest)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(steps=STEPS_AND_GROWTH_WHILE_READING, size=st.integers(1, 5), start=st.integers(0, 12))
def test_a_list_whose_pages_shift_while_it_grows_is_kept_up_with(steps, size, start):
    _follow(GrowingList(size, shifts=True), steps, start, grow_newest)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(steps=STEPS_AND_GROWTH_WHILE_READING, size=st.integers(1, 5), start=st.integers(0, 12))
def test_a_list_growing_at_its_end_is_kept_up_with(steps, size, start):
    _follow(GrowingList(size), steps, start, grow_oldest)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data(), steps=STEPS_AND_GROWTH_WHILE_READING, size=st.integers(1, 5))
def test_a_list_without_order_is_kept_up_with(data, steps, size):
    def grow_anywhere(source, *events):
        for one in events:
            source.insert(data.draw(st.integers(0, len(source.events))), one)

    source = GrowingList(size)
    grow_oldest(source, event(2), event(1), event(3))
    reader = FeedReader(source)
    while reader.log.order is not OrderLabel.UNORDERED:
        reader.read()
    _walk(reader, steps, grow_anywhere)
    _check_whole(reader)


def _follow(source, steps, start, grow):
    grow(source, *(event(0, "ab"[number % 2]) for number in range(start // 2)))
    grow(source, *(event(number, "a") for number in range(start - start // 2)))
    reader = FeedReader(source)
    _walk(reader, steps, grow, now=start)
    _check_whole(reader)


def _walk(reader, steps, grow, now=5):
    for step in steps:
        if step == "read":
            reader.read()
        elif step == "refresh":
            reader.refresh()
        else:
            for passed, name in step:
                now += passed
                change = partial(grow, reader.source, event(now, name))
                if isinstance(step, tuple) or reader.source.between_calls:
                    reader.source.between_calls.append(change)
                else:
                    change()


def _check_whole(reader):
    """Refresh, read to the end, refresh: all of it is there, in the order of the service."""
    while reader.source.between_calls:
        reader.source.between_calls.popleft()()
    reader.refresh()
    reader.read_to_end()
    reader.refresh()
    assert reader.feed.state is FeedState.COMPLETE
    assert Counter(reader.log) == Counter(reader.source.events)
    assert reader.in_order_returned() == reader.source.events
    fresh = FeedReader(reader.source)
    fresh.read_to_end()
    assert reader.log.order is fresh.log.order
    calls = len(reader.source.calls)
    reader.refresh()
    assert reader.feed.status.refreshed.new_rows == 0
    assert len(reader.source.calls) > calls


def test_a_refresh_without_news_costs_one_call_however_long_the_list():
    for grow in (grow_newest, grow_oldest):
        reader = _complete(grow, *(event(second) for second in range(50)))
        reader.refresh()
        assert len(reader.source.calls) == 1
        assert reader.feed.status.refreshed.new_rows == 0
        assert reader.log.sequence is None


def test_news_at_the_head_cost_one_call_and_come_first_in_the_order_returned():
    reader = _complete(grow_newest, *(event(second) for second in range(50)))
    grow_newest(reader.source, event(49), event(50), event(51))
    reader.refresh()
    assert len(reader.source.calls) == 1
    assert list(reader.log.sequence[:4]) == [50, 51, 52, 0]
    assert reader.log.order is OrderLabel.NEWEST_FIRST
    assert reader.feed.status.refreshed.new_rows == 3


def test_news_at_the_end_are_read_from_the_last_page_and_keep_the_plain_order():
    reader = _complete(grow_oldest, *(event(second) for second in range(48)))
    last_page = reader.last_cursors[-1]
    grow_oldest(reader.source, *(event(second) for second in range(48, 60)))
    reader.refresh()
    assert reader.source.calls[0] == last_page
    assert len(reader.source.calls) == 2
    assert reader.log.sequence is None
    assert reader.in_order_returned() == reader.source.events
    reader.source.calls.clear()
    reader.refresh()
    assert len(reader.source.calls) == 1


def test_a_rejected_cursor_of_the_last_page_makes_it_read_all_again():
    reader = _complete(grow_oldest, *(event(second) for second in range(25)))
    grow_oldest(reader.source, event(25))
    reader.source.rejects.update(cursor for cursor in reader.last_cursors if cursor)
    reader.refresh()
    assert reader.source.calls[1] is None
    assert reader.in_order_returned() == reader.source.events
    assert reader.feed.status.refreshed.failure is None


def test_a_late_event_between_held_ones_is_found_in_the_pages_read():
    reader = _complete(grow_newest, *(event(second) for second in range(50)))
    reader.source.insert(4, event(45, "LATE"))
    grow_newest(reader.source, event(50))
    reader.refresh()
    assert reader.in_order_returned() == reader.source.events
    assert len(reader.source.calls) == 2
    assert reader.feed.status.refreshed.new_rows == 2


def test_events_that_the_service_has_dropped_stay_in_their_place():
    reader = _complete(grow_newest, *(event(second) for second in range(6)))
    held = list(reader.source.events)
    del reader.source.events[2], reader.source.events[4]
    grow_newest(reader.source, event(6))
    reader.refresh()
    assert reader.in_order_returned() == [event(6), *held]
    assert reader.feed.status.refreshed.new_rows == 1


def test_a_failed_refresh_leaves_everything_as_it_was_and_says_so():
    trouble = failure(FailureKind.NETWORK)
    reader = _complete(grow_newest, *(event(second) for second in range(50)))
    grow_newest(reader.source, *(event(second) for second in range(50, 75)))
    reader.source.between_calls.append(lambda: reader.source.failures.append(trouble))
    reader.refresh()
    assert len(reader.log) == 50
    assert reader.feed.state is FeedState.COMPLETE
    assert reader.feed.failure is None
    assert reader.feed.status.refreshed.failure is trouble
    reader.refresh()
    assert reader.in_order_returned() == reader.source.events
    refreshed = reader.feed.status.refreshed
    assert (refreshed.number, refreshed.new_rows, refreshed.failure) == (2, 25, None)


def test_a_failed_refresh_does_not_keep_an_unfinished_list_from_being_read_on():
    source = GrowingList(10)
    grow_newest(source, *(event(second) for second in range(25)))
    reader = FeedReader(source)
    reader.read()
    source.failures.append(failure(FailureKind.NETWORK))
    reader.refresh()
    assert reader.feed.state is FeedState.READY
    reader.read_to_end()
    assert list(reader.log) == source.events


def test_a_failed_page_stays_failed_when_a_refresh_fails_too_and_not_when_it_succeeds():
    source = GrowingList(10)
    grow_newest(source, *(event(second) for second in range(25)))
    reader = FeedReader(source)
    reader.read()
    first, second = failure(FailureKind.NETWORK), failure(FailureKind.DENIED)
    source.failures.append(first)
    reader.read()
    source.failures.append(second)
    reader.refresh()
    assert reader.feed.failure is first
    assert reader.feed.status.refreshed.failure is second
    reader.refresh()
    assert reader.feed.state is FeedState.READY


def test_a_list_read_in_part_from_the_oldest_on_goes_on_instead():
    source = GrowingList(10)
    grow_oldest(source, *(event(second) for second in range(25)))
    reader = FeedReader(source)
    reader.refresh()
    reader.refresh()
    assert len(reader.log) == 20
    assert len(source.calls) == 2
    assert reader.feed.status.refreshed is None


def test_only_a_refresh_that_reads_the_growing_end_and_has_no_answer_looks_for_news():
    reader = _complete(grow_newest, *(event(second) for second in range(5)))
    looks = [reader.feed.is_looking_for_news]
    for is_whole in (False, True):
        assert reader.feed.begin_refresh(is_whole=is_whole)
        looks.append(reader.feed.is_looking_for_news)
        reader.feed.queue()
        reader.feed.rest()
        looks.append(reader.feed.is_looking_for_news)
    assert looks == [False, True, False, False, False]


def test_giving_up_a_refresh_or_reading_all_again_forgets_it():
    reader = _complete(grow_newest, *(event(second) for second in range(5)))
    assert reader.feed.begin_refresh()
    reader.feed.queue()
    reader.feed.rest()
    assert reader.feed.state is FeedState.COMPLETE
    assert reader.feed.begin_refresh()
    reader.feed.begin_again()
    grow_newest(reader.source, event(5))
    old = reader.feed.items
    reader.feed.fetch(reader.source)()
    assert reader.feed.items is not old
    assert list(reader.feed.items) == reader.source.events


def _complete(grow, *events):
    """A reader that has all of these, in pages of ten; its source has forgotten the calls."""
    source = GrowingList(10)
    grow(source, *events)
    reader = FeedReader(source)
    reader.read_to_end()
    reader.last_cursors = list(source.calls)
    source.calls.clear()
    return reader


def test_the_provider_refreshes_once_for_many_asks_and_announces_the_news():
    source = LiveSource(page_size=10)
    grow_newest(source, *(event(second) for second in range(15)))
    provider = StageDataProvider(lambda: source, rate_limiter=RateLimiter(demand=1000))
    feed = provider.events(SCOPE)
    seen = []
    provider.on_change = lambda target: seen.append(target.status.refreshed)
    try:
        assert provider.refresh(feed)
        wait_for(lambda: feed.state is FeedState.READY)
        grow_newest(source, *(event(second) for second in range(15, 40)))
        gate = threading.Event()
        source.between_calls.append(lambda: gate.wait(10))
        assert provider.refresh(feed)
        assert not provider.refresh(feed)
        assert not provider.read_more(feed)
        gate.set()
        wait_for(lambda: seen[-1] is not None)
        assert seen[-1].new_rows == 25
        assert list(feed.items.sequence[:2]) == [10, 11]
        assert provider.activity().total == 1 + 3
    finally:
        provider.close()
    assert not provider.refresh(feed)


def test_a_late_event_in_the_middle_of_a_list_that_shifts_is_found_and_doubles_nothing():
    """Fault A20: this was "+1 new", with one event twice and the late one missing."""
    source = GrowingList(10, shifts=True)
    grow_oldest(source, *(event(second) for second in range(25)))
    reader = FeedReader(source)
    reader.read_to_end()
    source.insert(5, event(4, "LATE"))
    reader.refresh()
    assert reader.in_order_returned() == source.events
    refreshed = reader.feed.status.refreshed
    assert (refreshed.new_rows, refreshed.is_whole) == (1, True)


def test_a_refresh_that_looked_at_the_newest_page_only_does_not_speak_for_the_others():
    """Fault A20: a late event on the second page was "nothing new"."""
    reader = _complete(grow_newest, *(event(second) for second in range(25)))
    reader.source.insert(12, event(12, "LATE"))
    reader.refresh()
    refreshed = reader.feed.status.refreshed
    assert (refreshed.new_rows, refreshed.is_whole) == (0, False)
    reader.refresh(is_whole=True)
    refreshed = reader.feed.status.refreshed
    assert (refreshed.new_rows, refreshed.is_whole) == (1, True)
    assert reader.in_order_returned() == reader.source.events


def test_a_list_that_grew_between_its_pages_is_complete_with_every_event_once():
    """Fault A20: three events after the first page made 156 of 153 events."""
    source = GrowingList(100, shifts=True)
    grow_newest(source, *(event(second) for second in range(150)))
    reader = FeedReader(source)
    reader.read()
    grow_newest(source, *(event(second) for second in range(150, 153)))
    reader.read_to_end()
    assert reader.in_order_returned() == source.events
    reader.refresh()
    assert reader.in_order_returned() == source.events
    assert reader.feed.status.refreshed.new_rows == 0


def test_a_row_pushed_onto_the_last_page_is_not_taken_for_one_more_that_is_equal():
    source = GrowingList(3, shifts=True)
    grow_oldest(source, event(0), *(event(1) for _ in range(4)))
    reader = FeedReader(source)
    reader.read_to_end()
    source.insert(0, event(0, "LATE"))
    reader.refresh()
    assert reader.in_order_returned() == source.events


def test_growth_behind_an_empty_last_page_is_not_told_from_rows_pushed_there():
    log, fresh = EventLog(), EventLog()
    log.append([event(1)])
    assert growth_at_end(log, 1, fresh) is None


def test_nothing_is_doubted_once_the_session_is_over():
    source = GrowingList(1)
    grow_newest(source, *(event(1) for _ in range(4)))
    over = FeedReader(source, is_settled=lambda: True)
    over.read_to_end()
    assert len(source.calls) == 4
    assert over.in_order_returned() == source.events


def test_equal_events_of_a_live_session_take_a_second_reading():
    source = GrowingList(2)
    grow_newest(source, *(event(1) for _ in range(4)))
    reader = FeedReader(source)
    reader.read()
    reader.read()
    assert len(source.calls) == 4
    assert reader.feed.state is FeedState.COMPLETE
    assert reader.in_order_returned() == source.events


def test_a_list_that_grows_faster_than_it_is_read_is_not_called_complete():
    source = GrowingList(1)
    grow_newest(source, event(1), event(1))
    reader = FeedReader(source)
    reader.read()
    for second in range(2, 20):
        source.between_calls.append(partial(grow_newest, source, event(second)))
    reader.read()
    assert reader.feed.state is FeedState.FAILED
    assert "grew during every reading" in reader.feed.failure.summary
    assert not reader.feed.is_complete
    assert reader.feed.has_more
    source.between_calls.clear()
    reader.retry()
    assert reader.feed.state is FeedState.COMPLETE
    assert reader.in_order_returned() == source.events
