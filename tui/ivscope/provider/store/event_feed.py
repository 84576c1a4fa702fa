"""EventFeed: the events of one participant, which grow while the session is live."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

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
from ivscope.provider.store.merging import repeated_at_head
from ivscope.provider.store.order import OrderLabel
from ivscope.provider.store.page_cursor import PageCursor
from ivscope.provider.store.refresh import Goal, Refresh, refresh_of, reread
from ivscope.provider.store.source import Source


class EventFeed(Feed[Event]):
    """The events of one participant, kept in columns. Can be read again without being replaced."""

    __slots__ = ("_before", "_is_for_next_page", "_refresh")

    items: EventLog

    def __init__(
        self,
        operation: str,
        list_page: Callable[[Source, Cursor | None], Page[Event]],
        new_rows: Callable[[], EventLog],
    ) -> None:
        super().__init__(operation, list_page, new_rows)
        self._refresh: Refresh | None = None
        self._before = self.status
        self._is_for_next_page = False

    def fill(self, rows: EventLog) -> None:
        """Hold what was read to the end in another way; nothing else was read before."""
        self.items = rows
        self._paging.pages = 1
        self.rest()

    def begin_refresh(self) -> bool:
        """Make the next call look for news.

        The news of a list from the oldest to the newest are behind what was not read yet: then,
        as before the first page, this is an ordinary read.

        Returns:
            False when reading again from the start was begun and has failed: that comes first.
        """
        paging = self._paging
        if self._fresh is not None:
            return False
        is_unread = paging.cursor is not None and self.items.order is OrderLabel.OLDEST_FIRST
        if paging.pages == 0 or is_unread:
            return self.wants_read or self.can_retry
        self._before = self.status
        self._is_for_next_page = False
        self._refresh = refresh_of(self.items, paging)
        return True

    @property
    def is_reading_on(self) -> bool:
        """Whether the next call reads the next page, and looks for no news."""
        return self._refresh is None and super().is_reading_on

    def begin_again(self) -> None:
        """Make the next call read the first page; a refresh is over."""
        self._refresh = None
        super().begin_again()

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read one page; see `Feed.fetch`."""
        refresh = self._refresh
        if refresh is None:
            return super().fetch(source)
        try:
            page = self._list_page(source, refresh.paging.cursor)
        except ProviderFailure as failure:
            if failure.kind is FailureKind.INVALID and refresh.begins_at_a_cursor:
                return partial(self._reread, Goal.END)
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
        self._note_refresh(0, failure)
        before: FeedStatus = self._before
        if before.state is FeedState.FAILED:
            self._publish(before.state, before.failure, can_restart=before.can_restart)
        else:
            self.rest()

    def rest(self) -> None:
        """Forget the call and stand where the pages read have led."""
        self._refresh = None
        super().rest()

    def _store(self, paging: PageCursor, page: Page[Event]) -> bool:
        repeated = repeated_at_head(self.items, page.items) if paging.is_stale else 0
        if repeated is None:
            self._is_for_next_page = True
            return self._reread(Goal.COVERING)
        if not repeated:
            return super()._store(paging, page)
        kept = page.items[repeated:]
        needs_another_call = super()._store(paging, replace(page, items=kept))
        # A page of nothing but repeats may end before the rows held do.
        paging.is_stale = not kept
        return needs_another_call

    def _reread(self, goal: Goal) -> bool:
        self._refresh = reread(self.items, self._paging, goal)
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
        self._paging, new = refresh.merge(self._paging)
        self._note_refresh(new, None)
        self.rest()
        return False

    def _note_refresh(self, new: int, failure: ProviderFailure | None) -> None:
        last = self._refreshed
        number, total = (0, 0) if last is None else (last.number, last.total_new_rows)
        self._refreshed = RefreshResult(number + 1, new, total + new, failure)
