"""EventFeed: the events of one participant, which grow while the session is live.

Long because a refresh, which reads the same list again, changes the feed that it belongs to.
"""

from array import array
from collections.abc import Callable
from dataclasses import replace
from enum import Enum, auto
from functools import partial
from typing import Final

from ivscope.domain.calls import ListCall
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Contradiction, Page
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import (
    EMPTY_PAGES_FOLLOWED,
    Feed,
    FeedState,
    FeedStatus,
    PageCursor,
    RefreshResult,
    only_empty,
)
from ivscope.provider.store.indexes import OrderLabel
from ivscope.provider.store.merge import (
    Overlay,
    doubtful_rows,
    growth_at_end,
    growth_at_head,
    has_passed_newest,
    marked_as_repeated,
    overlay,
    repeated_rows,
    returned,
)
from ivscope.provider.store.source import Source


class Goal(Enum):
    """How far a refresh reads unless the list ends before."""

    MEETING = auto()
    """From the start until rows come that the log has: for a list that grows at its head."""
    COVERING = auto()
    """From the start until all rows of the log have come again: for a list without an order to
    rely on that was read in part."""
    LAST_PAGE = auto()
    """From the last page read to the end: for a list that grows at its end, oldest first."""
    WHOLE = auto()
    """From the start to the end."""


@frozen
class Merged:
    """What a refresh has done to the log."""

    page_cursor: PageCursor
    """Where reading the list goes on."""
    new: int
    """Events that were added."""
    is_whole: bool
    """Whether the log now has everything that the list had when the refresh began."""
    has_left_out: bool = False
    """Whether rows were left out that may be repeats. Only another reading of all can tell."""


class Refresh:
    """Reads a list again, from the start or from its last page, and merges what is new.

    The log does not change before `merge`: a refresh that fails leaves nothing behind.
    """

    __slots__ = (
        "_before",
        "_doubtful",
        "_fresh",
        "_growth",
        "_last_page",
        "_log",
        "_overlay",
        "_repeated",
        "goal",
        "page_cursor",
    )

    def __init__(self, log: EventLog, before: PageCursor, goal: Goal, *, is_settled: bool) -> None:
        """Read nothing yet.

        Args:
            log: The rows read before.
            before: How far they were read.
            goal: How far to read.
            is_settled: Whether nothing comes in any more.
        """
        self._log: Final = log
        self._before: Final = before
        self.goal: Final = goal
        self._fresh: Final = EventLog(log.tables)
        self._doubtful: set[int] = set()
        self._repeated: set[int] = set()
        """Those of them that count as given twice once the list is known not to have grown."""
        self._last_page = 0
        self._growth: int | None = None
        self._overlay: Overlay | None = None
        self.page_cursor: Final = PageCursor(before.generation, is_settled=is_settled)
        """How far this reading has come."""
        if goal is Goal.LAST_PAGE and before.asked is not None:
            self.page_cursor.cursor = before.asked
            self.page_cursor.seen = {hash(before.asked)}
            self.page_cursor.pages = before.pages - 1
            self.page_cursor.rows = before.rows - before.last_rows

    @property
    def begins_at_a_cursor(self) -> bool:
        """Whether its next page is its first one and is asked for with a cursor."""
        return self.goal is Goal.LAST_PAGE and not self._fresh

    def take(self, page: Page[Event]) -> None:
        """Take the next page."""
        fresh = self._fresh
        self.page_cursor.turn(len(page.items), page.next_cursor)
        self._last_page = len(fresh)
        if self.page_cursor.is_settled:
            page = _checked(fresh, page)
        else:
            rows = doubtful_rows(fresh, page.items)
            self._doubtful.update(len(fresh) + row for row in rows)
            if rows:
                rows = repeated_rows(fresh, page.items)
                self._repeated.update(len(fresh) + row for row in rows)
        fresh.append(page.items)

    def is_enough(self) -> bool:
        """Whether the pages read so far suffice for the goal."""
        self._growth = self._overlay = None
        if self.goal is Goal.MEETING and not self._doubtful:
            self._growth = growth_at_head(self._log, self._fresh)
        if self.page_cursor.cursor is None:
            return True
        if self.goal is Goal.MEETING:
            return self._growth is not None or self._meets()
        if self.goal is Goal.COVERING and len(self._fresh) >= len(self._log):
            self._overlay = overlay(self._log, self._fresh, self._doubtful, is_whole=False)
            return self._overlay.missing == 0
        return False

    @property
    def has_lost_its_place(self) -> bool:
        """Whether the last page is another one now, so that all must be read again."""
        return self.goal is Goal.LAST_PAGE and (
            bool(self._doubtful) or growth_at_end(self._log, self._before.base, self._fresh) is None
        )

    def merge(self) -> Merged:
        """Put what is new into the log. Call it once it `is_enough` and has not lost its place."""
        if self.goal is Goal.LAST_PAGE:
            return self._extend()
        if self._growth is not None and self.page_cursor.cursor is not None:
            if self._growth:
                self._log.prepend(self._fresh[: self._growth])
            return Merged(self._before, self._growth, is_whole=False)
        return self._spread()

    def _extend(self) -> Merged:
        """Add the new rows of a list that grows at its end."""
        rows_before = len(self._log) - self._before.base
        self._log.append(self._fresh[rows_before:])
        self.page_cursor.base = self._before.base + self._last_page
        return Merged(self.page_cursor, len(self._fresh) - rows_before, is_whole=False)

    def _spread(self) -> Merged:
        """Add new rows wherever in the list they stand."""
        before, page_cursor = self._before, self.page_cursor
        is_whole = page_cursor.cursor is None
        # Rows repeat only if the list grows. Two readings of equally many rows: it has not grown.
        is_quiet = is_whole and before.is_at_end and page_cursor.rows == before.rows
        laid = self._overlay
        if laid is None or is_whole:
            doubtful = frozenset[int]() if is_quiet else self._doubtful
            laid = overlay(self._log, self._fresh, doubtful, is_whole=is_whole)
        new = [self._new_event(index) for index in laid.new]
        self._arrange(new, laid.order)
        if self.goal is Goal.MEETING and not is_whole:
            before.is_unsure |= laid.has_left_out and not before.is_at_end
            before.has_missed_rows |= laid.has_left_out
            return Merged(before, len(new), is_whole=False, has_left_out=laid.has_left_out)
        is_as_read = len(laid.order) == len(self._fresh)
        page_cursor.base = self._last_page if is_as_read else len(laid.order)
        # A list that was complete still is, as of the time when it was read.
        was_complete = before.is_at_end and not before.is_unsure
        page_cursor.is_unsure = laid.has_left_out and not was_complete
        page_cursor.has_missed_rows = laid.has_left_out
        is_all = is_whole and not laid.has_left_out
        return Merged(page_cursor, len(new), is_whole=is_all, has_left_out=laid.has_left_out)

    def _new_event(self, index: int) -> Event:
        """An event read again that the log lacks. Left out before, it was given twice."""
        event = self._fresh[index]
        if index not in self._repeated:
            return event
        return replace(event, contradiction=Contradiction.REPEATED)

    def _meets(self) -> bool:
        """Whether a page older than the newest event of the log repeats the log in its order."""
        if not has_passed_newest(self._log, self._fresh):
            return False
        self._overlay = overlay(self._log, self._fresh, self._doubtful, is_whole=False)
        return self._overlay.is_known_from(self._last_page)

    def _arrange(self, new: list[Event], order: "array[int]") -> None:
        order_before = array("I", returned(self._log))
        if order[: len(order_before)] == order_before:
            self._log.append(new)
        else:
            self._log.arrange(new, order)


def goal_of(log: EventLog, before: PageCursor) -> Goal:
    """The cheapest reliable refresh of a log that was read as far as `before` says.

    For a list from the oldest to the newest it must have been read to its end.
    """
    if before.is_at_end and (before.is_unsure or before.has_missed_rows):
        return Goal.WHOLE
    if log.order is OrderLabel.NEWEST_FIRST:
        return Goal.MEETING
    is_last_page_held = before.last_rows == len(log) - before.base
    if log.order is OrderLabel.OLDEST_FIRST and before.asked is not None and is_last_page_held:
        return Goal.LAST_PAGE
    return Goal.WHOLE if before.cursor is None else Goal.COVERING


UNSURE_PASSES: Final = 3
"""After so many passes in a row that could not tell repeats from equal events, the list is said to
grow faster than it can be read. One pass is enough unless events come in during it."""


class EventFeed(Feed[Event]):
    """The events of one participant, kept in columns. Can be read again without being replaced.

    COMPLETE means that the log has everything that the list had when its first page was asked for.
    While a session is live, a page may repeat rows of the page before. Where that cannot be told
    from other events that are equal, they are left out, and the list is read once more.
    """

    __slots__ = ("_before", "_found", "_is_for_next_page", "_is_settled", "_passes", "_refresh")

    items: EventLog

    def __init__(
        self,
        call: ListCall[Event],
        new_rows: Callable[[], EventLog],
        is_settled: Callable[[], bool],
    ) -> None:
        """Begin with an empty log.

        Args:
            call: The call that reads it.
            new_rows: Makes an empty log.
            is_settled: Whether nothing comes in any more; asked when a pass begins.
        """
        super().__init__(call, new_rows)
        self._is_settled = is_settled
        self._refresh: Refresh | None = None
        self._before = self.status
        self._is_for_next_page = False
        self._passes = self._found = 0

    def fill(self, rows: EventLog) -> None:
        """Take over rows that a scan has read to the end. Only for a feed that has read nothing."""
        self.items = rows
        self._page_cursor.pages = 1
        self._page_cursor.rows = -1
        self.rest()

    def begin_refresh(self, *, is_whole: bool = False) -> bool:
        """Make the next call look for new events.

        In a list from the oldest to the newest they are on the pages not read yet. Then, and before
        the first page, this is an ordinary read.

        Args:
            is_whole: Whether to read all of it again, and not only where it grows.

        Returns:
            False when a restart was begun and has failed: it has to be retried first.
        """
        page_cursor = self._page_cursor
        if self._fresh is not None:
            return False
        is_unread = page_cursor.cursor is not None and self.items.order is OrderLabel.OLDEST_FIRST
        if page_cursor.pages == 0 or (is_unread and not is_whole):
            return self.wants_read or self.can_retry
        self._before = self.status
        self._is_for_next_page = False
        self._passes = self._found = 0
        self._read_again(Goal.WHOLE if is_whole else goal_of(self.items, page_cursor))
        return True

    @property
    def is_looking_for_news(self) -> bool:
        """Whether a refresh has no answer yet: nothing is known that the list does not have.

        A list that is read again as a whole can have had answers with news before.
        """
        refresh = self._refresh
        return (
            refresh is not None and refresh.goal is not Goal.WHOLE and not refresh.page_cursor.pages
        )

    @property
    def is_reading_on(self) -> bool:
        """Whether the next call reads the next page, and not rows that were read before."""
        return self._refresh is None and super().is_reading_on

    def begin_again(self) -> None:
        """Make the next call read the first page; this ends a refresh."""
        self._refresh = None
        super().begin_again()
        if self._fresh is not None:
            self._fresh.is_settled = self._is_settled()

    def queue(self) -> None:
        """Note that a call waits. Begins another pass if the last one has left rows out."""
        page_cursor = self._page_cursor
        if self._refresh is None and self._fresh is None:
            if page_cursor.needs_another_pass:
                self._pass_again()
            elif not page_cursor.pages:
                page_cursor.is_settled = self._is_settled()
        super().queue()

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read one page; see `Feed.fetch`."""
        refresh = self._refresh
        if refresh is None:
            return super().fetch(source)
        try:
            page = self._read_page(source, refresh.page_cursor)
        except ProviderFailure as failure:
            if failure.kind is FailureKind.INVALID and refresh.begins_at_a_cursor:
                return partial(self._read_again, Goal.WHOLE)
            raise
        return partial(self._store_again, refresh, page)

    def fail(self, failure: ProviderFailure) -> None:
        """Note the failure of a call. A failed refresh leaves the feed as it was before."""
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
        """Forget the call; the state follows from the pages read."""
        self._refresh = None
        super().rest()

    def _add(self, page_cursor: PageCursor, page: Page[Event]) -> bool:
        left_out = frozenset[int]()
        if page_cursor.pages > 1 and page_cursor is not self._fresh:
            if page_cursor.is_settled:
                page = _checked(self.items, page)
            else:
                left_out = doubtful_rows(self.items, page.items)
        if not left_out:
            needs_another_call = super()._add(page_cursor, page)
        else:
            page_cursor.is_unsure = True
            kept = [row for index, row in enumerate(page.items) if index not in left_out]
            page_cursor.base = len(self.items)
            self.items.append(kept)
            self.rest()
            needs_another_call = False
        if page_cursor.needs_another_pass:
            self._pass_again()
            return True
        return needs_another_call

    def _pass_again(self) -> None:
        self._is_for_next_page = True
        self._passes = self._found = 0
        self._read_again(Goal.WHOLE)

    def _read_again(self, goal: Goal) -> bool:
        is_settled = self._is_settled()
        self._refresh = Refresh(self.items, self._page_cursor, goal, is_settled=is_settled)
        return True

    def _store_again(self, refresh: Refresh, page: Page[Event]) -> bool:
        self.request_id = page.request_id
        refresh.take(page)
        page_cursor = refresh.page_cursor
        if page_cursor.dead_end is not None:
            self.fail(page_cursor.dead_end)
            return False
        if page_cursor.cursor is not None and not page.items:
            if page_cursor.empty_in_a_row < EMPTY_PAGES_FOLLOWED:
                return True
            self.fail(only_empty())
            return False
        if not refresh.is_enough():
            return True
        if refresh.has_lost_its_place:
            return self._read_again(Goal.WHOLE)
        merged = refresh.merge()
        self._page_cursor = merged.page_cursor
        self._found += merged.new
        if merged.has_left_out and self._page_cursor.is_at_end:
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


def _checked(log: EventLog, page: Page[Event]) -> Page[Event]:
    """The next page of a list that does not grow, with the rows marked that came before."""
    repeated = repeated_rows(log, page.items)
    return marked_as_repeated(page, repeated) if repeated else page


def _grows_too_fast() -> ProviderFailure:
    return ProviderFailure(
        FailureKind.PROTOCOL,
        "the list grew during every reading, so equal events cannot be told from repeats",
        "Some of several equal events may be missing. Read on when less is happening.",
        retryable=True,
    )
