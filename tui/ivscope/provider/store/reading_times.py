"""ReadingTimes: up to when what is held of each list is known to be all."""

from collections.abc import Callable
from datetime import datetime

from ivscope.provider.store.feed import FeedStatus
from ivscope.provider.store.fetchable import Fetchable


class ReadingTimes:
    """Moments on the provider's clock, and whose answers were recorded ones. Not locked."""

    def __init__(self, time_of: Callable[[float], datetime]) -> None:
        self.time_of = time_of
        """A moment as a time."""
        self._moments: dict[Fetchable, float] = {}
        self._begun: dict[Fetchable, float] = {}
        """When the first of several calls for one read began, while the others are to come."""
        self._recorded: set[Fetchable] = set()
        self._last_recorded: set[Fetchable] = set()

    def of(self, target: Fetchable) -> float | None:
        """When the call for the first page began, or the first call of the last refresh.

        What came after it can be missing, whatever the order of the list. None when none was
        noted.
        """
        return self._moments.get(target)

    def is_recorded(self, target: Fetchable) -> bool:
        """Whether the answer that this moment is that of was a recorded one."""
        return target in self._recorded

    def recorded_at(self, target: Fetchable) -> datetime | None:
        """When a recorded answer was asked for; None for one of this run."""
        moment = self._moments.get(target) if target in self._recorded else None
        return None if moment is None else self.time_of(moment)

    def came_recorded(self, target: Fetchable) -> bool:
        """Whether the last answer of all was a recorded one."""
        return target in self._last_recorded

    def forget(self, target: Fetchable) -> None:
        """Nobody will ask."""
        self._moments.pop(target, None)
        self._begun.pop(target, None)
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
        """An answer was stored.

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
        if is_fresh or before.pages == 0 or before.generation != after.generation:
            self._moments[target] = began
            (self._recorded.add if is_recorded else self._recorded.discard)(target)
