"""Refresh: a second reading of the events of a participant, and its merge with those held."""

from array import array
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from ivscope.domain.events import Event
from ivscope.domain.pages import Page
from ivscope.provider.store.event_log import EventLog
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
