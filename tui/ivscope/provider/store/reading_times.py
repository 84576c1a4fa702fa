"""ReadingTimes: when each feed and fact was read, so up to when it is known to be complete."""

from collections.abc import Callable
from datetime import datetime

from ivscope.provider.store.feed import FeedStatus
from ivscope.provider.store.fetchable import Fetchable


class ReadingTimes:
    """Read times, seconds on the provider's clock, and which answers were recorded. Not locked."""

    def __init__(self, time_of: Callable[[float], datetime]) -> None:
        self.time_of = time_of
        """Turns such seconds into a date and time."""
        self._moments: dict[Fetchable, float] = {}
        self._begun: dict[Fetchable, float] = {}
        """When the first call of a read began that needs more calls."""
        self._whole: dict[Fetchable, datetime] = {}
        """When the pass began that reads, or has read, the whole list."""
        self._recorded: set[Fetchable] = set()
        self._last_recorded: set[Fetchable] = set()

    def of(self, target: Fetchable) -> float | None:
        """When the call for the first page began, or the first call of the last refresh.

        What came in after it can be missing, whatever the order of the list. None when nothing was
        read.
        """
        return self._moments.get(target)

    def whole_at(self, target: Fetchable) -> datetime | None:
        """When the pass began that all rows of a complete list were in; None when nothing was read.

        A refresh that looks only where the list grows does not move it: events can have come late
        anywhere else.
        """
        return self._whole.get(target)

    def is_recorded(self, target: Fetchable) -> bool:
        """Whether the read time of this target is that of a recorded answer."""
        return target in self._recorded

    def recorded_at(self, target: Fetchable) -> datetime | None:
        """When a recorded answer was asked for; None for an answer of this run."""
        moment = self._moments.get(target) if target in self._recorded else None
        return None if moment is None else self.time_of(moment)

    def came_recorded(self, target: Fetchable) -> bool:
        """Whether the last answer of this target was a recorded one."""
        return target in self._last_recorded

    def forget(self, target: Fetchable) -> None:
        """Forget a target that nobody will ask about."""
        self._moments.pop(target, None)
        self._begun.pop(target, None)
        self._whole.pop(target, None)
        self._recorded.discard(target)
        self._last_recorded.discard(target)

    def note(
        self,
        target: Fetchable,
        began: float,
        before: FeedStatus,
        *,
        goes_on: bool,
        is_recorded: bool,
    ) -> None:
        """Note that an answer was stored.

        Args:
            target: What was read.
            began: When the call began.
            before: Status before the answer.
            goes_on: Whether the same read needs another call.
            is_recorded: Whether it is a recorded answer.
        """
        (self._last_recorded.add if is_recorded else self._last_recorded.discard)(target)
        began = self._begun.pop(target, began)
        if goes_on:
            self._begun[target] = began
        after = target.status
        has_refreshed = after.refreshed is not None and after.refreshed.failure is None
        is_fresh = before.refreshed != after.refreshed and has_refreshed
        is_first = before.pages == 0 or before.generation != after.generation
        if is_first or (is_fresh and after.refreshed is not None and after.refreshed.is_whole):
            self._whole[target] = self.time_of(began)
        if is_fresh or is_first:
            self._moments[target] = began
            (self._recorded.add if is_recorded else self._recorded.discard)(target)
