"""Whatever happens while a list is read: no event is lost, doubled or moved, none claimed.

The service is a list that only grows: at its newest end, and with late events anywhere. Its
cursors are offsets, which shift when something comes in before them, or places in the list.
"""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind
from ivscope.provider.store.feed import FeedState
from support.feed_reader import FeedReader
from support.growing_source import GrowingList
from support.scripted_source import failure

EPOCH = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)
NAMES = st.sampled_from("ab")
"""Two names, and many events in one second: events that are equal in every field abound."""


class Service(GrowingList):
    """A list in one of three orders of equal and other events."""

    def __init__(self, order, page_size, *, shifts):
        super().__init__(page_size, shifts=shifts)
        self.order = order
        self.now = 0

    def happen(self, seconds, name, share):
        """Something happens now, so many seconds after what happened before."""
        self.now += seconds
        one = _event(self.now, name)
        places = {"newest first": 0, "oldest first": len(self.events)}
        self.insert(places.get(self.order, round(share * len(self.events))), one)

    def list_late(self, age, name, share):
        """An event is listed long after it has happened, among those of its second."""
        one = _event(max(0, self.now - age), name)
        if self.order == "unordered":
            self.insert(round(share * len(self.events)), one)
            return
        times = [event.time for event in self.events]
        older = sum(time < one.time for time in times)
        newer = sum(time > one.time for time in times)
        low, high = older, len(times) - newer
        if self.order == "newest first":
            low, high = newer, len(times) - older
        self.insert(low + round(share * (high - low)), one)


class Histories(RuleBasedStateMachine):
    """A person reads on, refreshes, reads again and retries while the list grows."""

    @initialize(
        order=st.sampled_from(["newest first", "oldest first", "unordered"]),
        shifts=st.booleans(),
        page_size=st.integers(1, 5),
        start=st.lists(st.tuples(st.sampled_from([0, 0, 1, 2]), NAMES), max_size=14),
    )
    def begin(self, order, shifts, page_size, start):
        self.service = Service(order, page_size, shifts=shifts)
        for seconds, name in start:
            self.service.happen(seconds, name, 0.5)
        self.reader = FeedReader(self.service)

    @rule()
    def read_on(self):
        self.reader.read()

    @rule()
    def read_to_the_end(self):
        for _ in range(40):
            if self.reader.feed.state is not FeedState.READY:
                break
            self.reader.read()

    @rule()
    def refresh(self):
        service, feed = self.service, self.reader.feed
        calls, before = len(service.first_pages), feed.status.refreshed
        self.reader.refresh()
        refreshed = feed.status.refreshed
        if refreshed is None or refreshed is before or refreshed.failure is not None:
            return
        if getattr(refreshed, "is_whole", True):
            assert len(service.first_pages) > calls, "all was read again without its first page"
            self._must_hold(service.first_pages[calls], "a refresh that has read everything")

    @rule()
    def read_again(self):
        self.reader.read_again()

    @rule()
    def retry(self):
        self.reader.retry()

    @rule()
    def give_up(self):
        self.reader.give_up()

    @rule(
        seconds=st.sampled_from([0, 0, 1, 2]),
        name=NAMES,
        times=st.integers(1, 4),
        share=st.floats(0, 1),
        later=st.booleans(),
    )
    def something_happens(self, seconds, name, times, share, later):
        def happen():
            self.service.happen(seconds, name, share)
            for _ in range(times - 1):
                self.service.happen(0, name, share)

        self._change(happen, later=later)

    @rule(age=st.integers(0, 8), name=NAMES, share=st.floats(0, 1), later=st.booleans())
    def an_event_comes_late(self, age, name, share, later):
        self._change(partial(self.service.list_late, age, name, share), later=later)

    @precondition(lambda self: self.reader.feed.is_complete)
    @rule(age=st.integers(1, 8), name=NAMES, share=st.floats(0, 1))
    def an_event_comes_late_before_a_refresh(self, age, name, share):
        self.service.list_late(age, name, share)
        self.service.happen(1, name, 1 - share)
        self.refresh()

    @rule(kind=st.sampled_from([FailureKind.NETWORK, FailureKind.DENIED]), later=st.booleans())
    def the_service_will_fail(self, kind, later):
        self._change(partial(self.service.failures.append, failure(kind)), later=later)

    @rule()
    def cursors_expire(self):
        self.service.expire_cursors()

    @precondition(lambda self: self.reader.feed.generation < 20)
    @rule()
    def read_everything_while_nothing_happens(self):
        service, reader = self.service, self.reader
        service.between_calls.clear()
        service.failures.clear()
        reader.read_again()
        reader.read_to_end()
        assert reader.in_order_returned() == service.events

    @precondition(lambda self: self.reader.feed.pages > 0)
    @rule()
    def find_everything_while_nothing_happens(self):
        """Two full reads that replace nothing find all that is missing, and double nothing."""
        service, reader = self.service, self.reader
        service.between_calls.clear()
        service.failures.clear()
        if reader.refresh(is_whole=True) and reader.refresh(is_whole=True):
            assert reader.feed.status.refreshed.is_whole
            assert reader.in_order_returned() == service.events

    @invariant()
    def no_event_is_doubled(self):
        doubled = Counter(self.reader.log) - Counter(self.service.events)
        assert not doubled, f"doubled: {doubled}"

    @invariant()
    def complete_means_that_a_pass_would_have_found_nothing_else(self):
        feed = self.reader.feed
        if feed.state is FeedState.COMPLETE:
            self._must_hold(self.reader.first_page, "a list called COMPLETE")

    @invariant()
    def the_words_of_completeness_are_true(self):
        reader, told = self.reader, self.reader.told
        is_all = re.search(r"ALL READ (\d\d):(\d\d):(\d\d)$", told)
        assert ("all read" in told) is bool(is_all), told
        if is_all:
            hours, minutes, seconds = map(int, is_all.groups())
            call = (hours * 60 + minutes) * 60 + seconds
            self._must_hold(self.service.at_calls[call], f"what says {told!r}")
        else:
            assert "ALL READ" not in told
            says = ("more available", "not read yet", "READ IN PARTS", "FAILED", " read ")
            assert any(word in told for word in says), told
        if reader.feed.pages:
            count = len(reader.log) - self._uncounted()
            assert told.startswith(f"{count} participant{'' if count == 1 else 's'}"), told

    def _uncounted(self):
        return self.reader.log.contradictions.total()

    def _must_hold(self, events, claim):
        missing = events - Counter(self.reader.log)
        assert not missing, f"{claim} lacks {missing}"

    def _change(self, change, *, later):
        """Now, or after the next answer: in the middle of a read."""
        if later:
            self.service.between_calls.append(change)
        else:
            change()


def test_no_event_is_lost_doubled_or_moved_and_none_is_claimed_that_was_not_read():
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=150, stateful_step_count=25, deadline=None)
    )


def _event(second, name):
    return Event(name, "p", EPOCH + timedelta(seconds=second))


def test_a_refresh_of_the_newest_page_does_not_move_the_time_at_which_all_was_read():
    service = Service("newest first", 2, shifts=False)
    for second in range(6):
        service.happen(1, "a" if second % 2 else "b", 0)
    reader = FeedReader(service)
    reader.read_to_end()
    assert reader.told.startswith("6 participants, all read")
    assert reader.told.endswith("ALL READ 00:00:00")
    service.list_late(4, "c", 0)
    service.happen(1, "d", 0)
    reader.refresh()
    assert reader.told.startswith("7 participants, all read")
    assert reader.told.endswith("ALL READ 00:00:00"), "the late event was not read"
    reader.refresh(is_whole=True)
    assert reader.told.startswith("8 participants, all read")
    assert not reader.told.endswith("ALL READ 00:00:00")
