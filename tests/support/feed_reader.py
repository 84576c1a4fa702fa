"""FeedReader: reads a feed as the provider does, call by call, without threads."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import ParticipantScope
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.reading_times import ReadingTimes
from ivscope.render.bars import Budget, all_read, status_line
from ivscope.ui.explorer.list_status import list_status
from ivscope.workspace.place import Level
from support.growing_source import GrowingList

EPOCH = datetime(2026, 11, 20, tzinfo=UTC)
SCOPE = ParticipantScope("arn", "st-1", "p")

_MOST_CALLS = 400
"""No read of a list in these tests takes so many calls, unless it never ends."""


class FeedReader:
    """A feed over a source; checks after every call that no row has changed its position."""

    def __init__(
        self, source: GrowingList, *, is_settled: Callable[[], bool] = lambda: False
    ) -> None:
        self.source = source
        self.feed = EventFeed(calls.events(SCOPE), EventLog, is_settled)
        self.times = ReadingTimes(lambda moment: EPOCH + timedelta(seconds=moment))
        """When it was read; the time of a call is its number, in seconds after `EPOCH`."""
        self.first_page: Counter[Event] = Counter()
        """The events in the list when the first page of the present rows was asked for."""
        self._before: list[Event] = []
        self._before_pages = self._generation = 0

    @property
    def log(self) -> EventLog:
        return self.feed.items

    def read(self) -> None:
        """Ask for the next page, as a person does who scrolls to the end."""
        if self.feed.wants_read:
            self._call()

    def refresh(self, *, is_whole: bool = False) -> bool:
        """Look for new events, in all pages if wanted. Returns whether a call was made."""
        begins = self.feed.begin_refresh(is_whole=is_whole)
        if begins:
            self._call()
        return begins

    def retry(self) -> None:
        """Make the call that failed again."""
        if self.feed.can_retry:
            self._call()

    def read_again(self) -> None:
        """Read from the start and replace what was read."""
        self.feed.begin_again()
        self._call()

    def give_up(self) -> None:
        """Ask for a page, and give the call up before it is made."""
        if self.feed.wants_read:
            self.feed.queue()
            self.feed.rest()

    def read_to_end(self) -> None:
        for _ in range(_MOST_CALLS):
            if self.feed.state is FeedState.COMPLETE:
                return
            self.read()
            assert self.feed.failure is None
        pytest.fail("the list does not end")

    @property
    def told(self) -> str:
        """What the status line says about the list."""
        feed = self.feed
        at = self.times.whole_at(feed) if feed.is_complete else None
        status = list_status(feed, Level.PARTICIPANTS, said=all_read(at, UTC))
        line = status_line(status, Budget(0, 0), "", 200)
        return "".join(span.text for span in line)

    def in_order_returned(self) -> list[Event]:
        log = self.log
        positions = range(len(log)) if log.sequence is None else log.sequence
        return [log[position] for position in positions]

    def _call(self) -> None:
        feed = self.feed
        feed.queue()
        for _ in range(_MOST_CALLS):
            feed.begin_reading()
            before, began = feed.status, len(self.source.calls)
            try:
                needs_another = feed.fetch(self.source)()
                self.times.note(feed, began, before, goes_on=needs_another, is_recorded=False)
            except ProviderFailure as failure:
                feed.fail(failure)
                needs_another = False
            self._check()
            if not needs_another:
                break
            feed.queue()
        else:
            pytest.fail("the read does not end")
        assert not feed.status.is_busy

    def _check(self) -> None:
        now = list(self.log)
        if self.feed.pages and not (
            self._before_pages and self.feed.generation == self._generation
        ):
            self.first_page = self.source.first_pages[-1]
        self._before_pages = self.feed.pages
        if self.feed.generation == self._generation:
            assert now[: len(self._before)] == self._before, "a row has changed its position"
        self._before, self._generation = now, self.feed.generation
        if self.log.sequence is not None:
            assert sorted(self.log.sequence) == list(range(len(self.log)))
