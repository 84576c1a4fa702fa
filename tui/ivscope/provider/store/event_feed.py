"""EventFeed: the events of one participant, which grow while the session is live.

Long because a refresh, which reads the same list again, changes the feed that it belongs to.
"""

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Final

from ivscope.domain.calls import ListCall
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Page
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import (
    EMPTY_PAGES_FOLLOWED,
    Feed,
    FeedState,
    FeedStatus,
    RefreshResult,
    only_empty,
)
from ivscope.provider.store.merge import (
    Overlay,
    doubtful_rows,
    growth_at_end,
    growth_at_head,
    has_passed_newest,
    overlay,
    returned,
)
from ivscope.provider.store.order import OrderLabel
from ivscope.provider.store.page_cursor import PageCursor
from ivscope.provider.store.source import Source


class Goal(Enum):
    """How far a refresh reads unless the list ends before."""

    MEETING = auto()
    """From the start until what is held follows: a list that grows at its head, newest first."""
    COVERING = auto()
    """From the start until all that is held has come again: no order to rely on, and not all was
    read."""
    LAST_PAGE = auto()
    """From the last page read to the end: a list that grows at its end, oldest first."""
    WHOLE = auto()
    """From the start to the end."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a refresh has done to the log."""

    paging: PageCursor
    """Where the list is to be read on."""
    new: int
    """Events that were added."""
    is_whole: bool
    """Whether everything is held that the list had when the refresh began."""
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
        "_goal",
        "_growth",
        "_last_page",
        "_log",
        "_overlay",
        "paging",
    )

    def __init__(self, log: EventLog, before: PageCursor, goal: Goal, *, is_settled: bool) -> None:
        """Read nothing yet.

        Args:
            log: The rows held.
            before: How far the reading of them came.
            goal: How far to read.
            is_settled: Whether nothing comes in any more.
        """
        self._log: Final = log
        self._before: Final = before
        self._goal: Final = goal
        self._fresh: Final = EventLog(log.tables)
        self._doubtful: set[int] = set()
        self._last_page = 0
        self._growth: int | None = None
        self._overlay: Overlay | None = None
        self.paging: Final = PageCursor(before.generation, is_settled=is_settled)
        """How far this reading has come."""
        if goal is Goal.LAST_PAGE and before.asked is not None:
            self.paging.cursor = before.asked
            self.paging.seen = {hash(before.asked)}
            self.paging.pages = before.pages - 1
            self.paging.rows = before.rows - before.last_rows

    @property
    def begins_at_a_cursor(self) -> bool:
        """Whether it has yet to ask for its first page, and that with a cursor."""
        return self._goal is Goal.LAST_PAGE and not self._fresh

    def take(self, page: Page[Event]) -> None:
        """Take the next page."""
        fresh = self._fresh
        self.paging.turn(len(page.items), page.next_cursor)
        self._last_page = len(fresh)
        if not self.paging.is_settled:
            rows = doubtful_rows(fresh, page.items)
            self._doubtful.update(len(fresh) + row for row in rows)
        fresh.append(page.items)

    def is_enough(self) -> bool:
        """Whether nothing that is still to come matters."""
        self._growth = self._overlay = None
        if self._goal is Goal.MEETING and not self._doubtful:
            self._growth = growth_at_head(self._log, self._fresh)
        if self.paging.cursor is None:
            return True
        if self._goal is Goal.MEETING:
            return self._growth is not None or self._meets()
        if self._goal is Goal.COVERING and len(self._fresh) >= len(self._log):
            self._overlay = overlay(self._log, self._fresh, self._doubtful, is_whole=False)
            return self._overlay.missing == 0
        return False

    @property
    def has_lost_its_place(self) -> bool:
        """Whether the last page is another one now, so that all must be read again."""
        return self._goal is Goal.LAST_PAGE and (
            bool(self._doubtful) or growth_at_end(self._log, self._before.base, self._fresh) is None
        )

    def merge(self) -> Merged:
        """Put what is new into the log. Only once it `is_enough` and has not lost its place."""
        if self._goal is Goal.LAST_PAGE:
            return self._extend()
        if self._growth is not None and self.paging.cursor is not None:
            if self._growth:
                self._log.prepend(self._fresh[: self._growth])
            return Merged(self._before, self._growth, is_whole=False)
        return self._spread()

    def _extend(self) -> Merged:
        """Add what has come behind the last page."""
        held = len(self._log) - self._before.base
        self._log.append(self._fresh[held:])
        self.paging.base = self._before.base + self._last_page
        return Merged(self.paging, len(self._fresh) - held, is_whole=False)

    def _spread(self) -> Merged:
        """Add what has come anywhere."""
        before, paging = self._before, self.paging
        is_whole = paging.cursor is None
        # Only growth makes rows repeat. The same number of rows twice: there was none in between.
        is_quiet = is_whole and before.is_at_end and paging.rows == before.rows
        laid = self._overlay
        if laid is None or is_whole:
            doubtful = frozenset[int]() if is_quiet else self._doubtful
            laid = overlay(self._log, self._fresh, doubtful, is_whole=is_whole)
        new = [self._fresh[index] for index in laid.new]
        self._arrange(new, laid.order)
        if self._goal is Goal.MEETING and not is_whole:
            before.is_unsure |= laid.has_left_out and not before.is_at_end
            before.has_missed_news |= laid.has_left_out
            return Merged(before, len(new), is_whole=False, has_left_out=laid.has_left_out)
        is_as_read = len(laid.order) == len(self._fresh)
        paging.base = self._last_page if is_as_read else len(laid.order)
        # What was complete remains so, as of the time when it was read.
        was_complete = before.is_at_end and not before.is_unsure
        paging.is_unsure = laid.has_left_out and not was_complete
        paging.has_missed_news = laid.has_left_out
        is_all = is_whole and not laid.has_left_out
        return Merged(paging, len(new), is_whole=is_all, has_left_out=laid.has_left_out)

    def _meets(self) -> bool:
        """Whether a whole page below the newest held event was held already, in its order."""
        if not has_passed_newest(self._log, self._fresh):
            return False
        self._overlay = overlay(self._log, self._fresh, self._doubtful, is_whole=False)
        return self._overlay.is_known_from(self._last_page)

    def _arrange(self, new: list[Event], order: "array[int]") -> None:
        held = array("I", returned(self._log))
        if order[: len(held)] == held:
            self._log.append(new)
        else:
            self._log.arrange(new, order)


def goal_of(log: EventLog, before: PageCursor) -> Goal:
    """The refresh with the fewest calls that can be relied on, after a reading that got so far.

    A list from the oldest to the newest must have been read to its end.
    """
    if before.is_at_end and (before.is_unsure or before.has_missed_news):
        return Goal.WHOLE
    if log.order is OrderLabel.NEWEST_FIRST:
        return Goal.MEETING
    is_last_page_held = before.last_rows == len(log) - before.base
    if log.order is OrderLabel.OLDEST_FIRST and before.asked is not None and is_last_page_held:
        return Goal.LAST_PAGE
    return Goal.WHOLE if before.cursor is None else Goal.COVERING


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
        call: ListCall[Event],
        new_rows: Callable[[], EventLog],
        is_settled: Callable[[], bool],
    ) -> None:
        """Hold nothing yet.

        Args:
            call: What reads it.
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
            page = source.read_page(self.call, refresh.paging.cursor)
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
