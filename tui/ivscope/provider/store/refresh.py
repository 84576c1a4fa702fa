"""Refresh: one second reading of the events of a participant, and its merge."""

from array import array
from enum import Enum, auto
from typing import Final

from ivscope.domain.events import Event
from ivscope.domain.pages import Page
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.merging import (
    Overlay,
    growth_at_head,
    has_passed_newest,
    overlay,
    repeated_at_head,
    returned,
)
from ivscope.provider.store.order import OrderLabel
from ivscope.provider.store.page_cursor import PageCursor


class Goal(Enum):
    """How far a refresh reads unless the list ends before."""

    MEETING = auto()
    """Until what is held follows: a list that grows at its head, newest first."""
    COVERING = auto()
    """Until all that is held has come again: no order to rely on, and not all was read."""
    END = auto()
    """To the end: no order to rely on, or growth at the end."""


class Refresh:
    """Reads a list again, from the start or from its last page, and merges what is new.

    The log does not change before `merge`: a refresh that fails leaves nothing behind.
    """

    __slots__ = ("_base", "_fresh", "_goal", "_growth", "_last_page", "_log", "_overlay", "paging")

    def __init__(self, log: EventLog, paging: PageCursor, goal: Goal, base: int = 0) -> None:
        self._log: Final = log
        self._goal: Final = goal
        self._base: Final = base
        self._fresh: Final = EventLog(log.tables)
        self._last_page = 0
        self._growth: int | None = None
        self._overlay: Overlay | None = None
        self.paging: Final = paging
        """How far this reading has come."""

    @property
    def begins_at_a_cursor(self) -> bool:
        """Whether it has yet to ask for its first page, and that with a cursor."""
        return self.paging.asked is None and self.paging.cursor is not None and not self._fresh

    def take(self, page: Page[Event]) -> None:
        """Take the next page, without what it repeats because the list grew meanwhile."""
        fresh = self._fresh
        self.paging.turn(len(page.items), page.next_cursor)
        self._last_page = len(fresh)
        repeated = repeated_at_head(fresh, page.items) if self._goal is Goal.MEETING else 0
        fresh.append(page.items[repeated or 0 :])

    def is_enough(self) -> bool:
        """Whether nothing that is still to come matters."""
        if self.paging.cursor is None:
            return True
        self._growth = self._overlay = None
        if self._goal is Goal.MEETING:
            self._growth = growth_at_head(self._log, self._fresh)
            return self._growth is not None or self._meets()
        if self._goal is Goal.COVERING and len(self._fresh) >= len(self._log):
            self._overlay = overlay(self._log, 0, self._fresh, is_whole=False)
            return self._overlay.missing == 0
        return False

    def merge(self, before: PageCursor) -> tuple[PageCursor, int]:
        """Put what is new into the log.

        Returns:
            Where the list is to be read on, given where it would have been; and how many events
            were new.
        """
        if self.paging.cursor is not None and self._growth is not None:
            growth = self._growth
            if growth:
                self._log.prepend(self._fresh[:growth])
            return self._keep(before, growth), growth
        is_whole = self.paging.cursor is None
        laid = self._overlay
        if laid is None or is_whole:
            laid = overlay(self._log, self._base, self._fresh, is_whole=is_whole)
        new = [self._fresh[index] for index in laid.new]
        place = len(laid.order)
        if self._last_page < len(self._fresh):
            place = laid.order.index(laid.positions[self._last_page])
        self._arrange(new, laid.order)
        if self._goal is Goal.MEETING and not is_whole:
            return self._keep(before, len(new)), len(new)
        self.paging.base = self._base + place
        return self.paging, len(new)

    def _meets(self) -> bool:
        """Whether a whole page below the newest held event was held already, in its order."""
        if not has_passed_newest(self._log, self._fresh):
            return False
        self._overlay = overlay(self._log, 0, self._fresh, is_whole=False)
        return self._overlay.is_known_from(self._last_page)

    def _arrange(self, new: list[Event], order: "array[int]") -> None:
        held = array("I", returned(self._log)[self._base :])
        if order[: len(held)] == held:
            self._log.append(new)
        else:
            self._log.arrange(new, array("I", returned(self._log)[: self._base]) + order)

    def _keep(self, before: PageCursor, grown: int) -> PageCursor:
        before.base += grown
        before.is_stale = before.is_stale or grown > 0
        return before


def refresh_of(log: EventLog, before: PageCursor) -> Refresh:
    """The refresh with the fewest calls that can be relied on, after a reading that got so far.

    A list from the oldest to the newest must have been read to its end.
    """
    if log.order is OrderLabel.NEWEST_FIRST:
        return Refresh(log, PageCursor(before.generation), Goal.MEETING)
    if log.order is OrderLabel.OLDEST_FIRST and before.asked is not None:
        paging = PageCursor(
            before.generation, before.asked, before.pages - 1, seen={hash(before.asked)}
        )
        return Refresh(log, paging, Goal.END, before.base)
    goal = Goal.END if before.cursor is None else Goal.COVERING
    return Refresh(log, PageCursor(before.generation), goal)


def reread(log: EventLog, before: PageCursor, goal: Goal) -> Refresh:
    """A refresh from the start."""
    return Refresh(log, PageCursor(before.generation), goal)
