"""EventFeed: the events of one participant, which grow while the session is live."""

from collections.abc import Callable
from functools import partial
from typing import Final

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import (
    EMPTY_PAGES_FOLLOWED,
    Feed,
    FeedState,
    FeedStatus,
    RefreshResult,
    only_empty,
)
from ivscope.provider.store.merge import doubtful_rows
from ivscope.provider.store.order import OrderLabel
from ivscope.provider.store.page_cursor import PageCursor
from ivscope.provider.store.refresh import Goal, Refresh, goal_of
from ivscope.provider.store.source import Source

UNSURE_PASSES: Final = 3
"""So many passes in a row that could not tell repeats from equal events: the list grows faster
than it can be read. One pass is enough unless something comes in during it."""


class EventFeed(Feed[Event]):
    """The events of one participant, kept in columns. Can be read again without being replaced.

    COMPLETE means that everything is held that the list had when its first page was asked for.
    While a session is live, a page may repeat rows of the page before. Where that cannot be told
    from other events that are equal, they are left out, and the list is read once more.
    """

    __slots__ = ("_before", "_found", "_is_for_next_page", "_is_settled", "_passes", "_refresh")

    items: EventLog

    def __init__(
        self,
        operation: str,
        list_page: Callable[[Source, Cursor | None], Page[Event]],
        new_rows: Callable[[], EventLog],
        is_settled: Callable[[], bool],
    ) -> None:
        """Hold nothing yet.

        Args:
            operation: The IVS API operation that reads it.
            list_page: Reads a page.
            new_rows: Makes an empty log.
            is_settled: Whether nothing comes in any more; asked when a pass begins.
        """
        super().__init__(operation, list_page, new_rows)
        self._is_settled = is_settled
        self._refresh: Refresh | None = None
        self._before = self.status
        self._is_for_next_page = False
        self._passes = self._found = 0

    def fill(self, rows: EventLog) -> None:
        """Hold what was read to the end in another way; nothing else was read before."""
        self.items = rows
        self._paging.pages = 1
        self._paging.rows = -1
        self.rest()

    def begin_refresh(self, *, is_whole: bool = False) -> bool:
        """Make the next call look for news.

        The news of a list from the oldest to the newest are behind what was not read yet: then,
        as before the first page, this is an ordinary read.

        Args:
            is_whole: Whether to read all of it again, and not only where it grows.

        Returns:
            False when reading again from the start was begun and has failed: that comes first.
        """
        paging = self._paging
        if self._fresh is not None:
            return False
        is_unread = paging.cursor is not None and self.items.order is OrderLabel.OLDEST_FIRST
        if paging.pages == 0 or (is_unread and not is_whole):
            return self.wants_read or self.can_retry
        self._before = self.status
        self._is_for_next_page = False
        self._passes = self._found = 0
        self._read_again(Goal.WHOLE if is_whole else goal_of(self.items, paging))
        return True

    @property
    def is_reading_on(self) -> bool:
        """Whether the next call reads the next page, and looks for no news."""
        return self._refresh is None and super().is_reading_on

    def begin_again(self) -> None:
        """Make the next call read the first page; a refresh is over."""
        self._refresh = None
        super().begin_again()
        if self._fresh is not None:
            self._fresh.is_settled = self._is_settled()

    def queue(self) -> None:
        """Say that a call waits; it begins another pass where the last one has left doubts."""
        paging = self._paging
        if self._refresh is None and self._fresh is None:
            if paging.needs_another_pass:
                self._pass_again()
            elif not paging.pages:
                paging.is_settled = self._is_settled()
        super().queue()

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read one page; see `Feed.fetch`."""
        refresh = self._refresh
        if refresh is None:
            return super().fetch(source)
        try:
            page = self._list_page(source, refresh.paging.cursor)
        except ProviderFailure as failure:
            if failure.kind is FailureKind.INVALID and refresh.begins_at_a_cursor:
                return partial(self._read_again, Goal.WHOLE)
            raise
        return partial(self._store_again, refresh, page)

    def fail(self, failure: ProviderFailure) -> None:
        """Say what went wrong. A failed refresh leaves the feed as it was before."""
        if self._refresh is None:
            super().fail(failure)
            return
        self._refresh = None
        if self._is_for_next_page:
            super().fail(failure)
            return
        self._note_refresh(self._found, failure=failure)
        before: FeedStatus = self._before
        if before.state is FeedState.FAILED:
            self._publish(before.state, before.failure, can_restart=before.can_restart)
        else:
            self.rest()

    def rest(self) -> None:
        """Forget the call and stand where the pages read have led."""
        self._refresh = None
        super().rest()

    def _add(self, paging: PageCursor, page: Page[Event]) -> bool:
        left_out = frozenset[int]()
        if paging.pages > 1 and not (paging.is_settled or paging is self._fresh):
            left_out = doubtful_rows(self.items, page.items)
        if not left_out:
            needs_another_call = super()._add(paging, page)
        else:
            paging.is_unsure = True
            kept = [row for index, row in enumerate(page.items) if index not in left_out]
            paging.base = len(self.items)
            self.items.append(kept)
            self.rest()
            needs_another_call = False
        if paging.needs_another_pass:
            self._pass_again()
            return True
        return needs_another_call

    def _pass_again(self) -> None:
        self._is_for_next_page = True
        self._passes = self._found = 0
        self._read_again(Goal.WHOLE)

    def _read_again(self, goal: Goal) -> bool:
        is_settled = self._is_settled()
        self._refresh = Refresh(self.items, self._paging, goal, is_settled=is_settled)
        return True

    def _store_again(self, refresh: Refresh, page: Page[Event]) -> bool:
        refresh.take(page)
        paging = refresh.paging
        if paging.dead_end is not None:
            self.fail(paging.dead_end)
            return False
        if paging.cursor is not None and not page.items:
            if paging.empty_in_a_row < EMPTY_PAGES_FOLLOWED:
                return True
            self.fail(only_empty())
            return False
        if not refresh.is_enough():
            return True
        if refresh.has_lost_its_place:
            return self._read_again(Goal.WHOLE)
        merged = refresh.merge()
        self._paging = merged.paging
        self._found += merged.new
        if merged.has_left_out and self._paging.is_at_end:
            self._passes += 1
            if self._passes < UNSURE_PASSES:
                return self._read_again(Goal.WHOLE)
        self._note_refresh(self._found, is_whole=merged.is_whole)
        if self._is_for_next_page and merged.has_left_out:
            self.fail(_grows_too_fast())
        else:
            self.rest()
        return False

    def _note_refresh(
        self, new: int, *, is_whole: bool = False, failure: ProviderFailure | None = None
    ) -> None:
        last = self._refreshed
        number, total = (0, 0) if last is None else (last.number, last.total_new_rows)
        self._refreshed = RefreshResult(number + 1, new, total + new, is_whole, failure)


def _grows_too_fast() -> ProviderFailure:
    return ProviderFailure(
        FailureKind.PROTOCOL,
        "the list grew during every reading, so equal events cannot be told from repeats",
        "Some of several equal events may be missing. Read on when less is happening.",
        retryable=True,
    )
