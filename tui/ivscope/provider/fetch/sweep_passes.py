"""SweepPasses: how old what a sweep holds can be, and whether anything can still come."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf

from ivscope.domain.stages import StageSession
from ivscope.domain.times import Time
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.reading_times import ReadingTimes

_SETTLED = timedelta(minutes=5)
"""So long after the end of a session nothing of it comes any more: the clocks of the service and
of this machine may differ by some of it, and events take time to be listed."""


class SweepPasses:
    """Follows the times of what is read in each pass. Moments are on the provider's clock."""

    def __init__(
        self,
        times: ReadingTimes,
        clock: Callable[[], float],
        session: Callable[[], StageSession | None],
    ) -> None:
        """Before the first pass.

        Args:
            times: Of everything that is read.
            clock: Seconds.
            session: What is known of the session.
        """
        self._times = times
        self._clock = clock
        self._session = session
        self._passes = 0
        self._began = self._up_to_date_at = 0.0
        self._oldest = self._oldest_recorded = self._recorded_before = inf
        self._knew_the_end = False
        self.is_final = False
        """Whether nothing can come any more, as the last pass has shown."""

    @property
    def up_to_date_at(self) -> float:
        """When the first pass began, or the last one that is complete, or what was recorded."""
        return min(self._up_to_date_at, self._recorded)

    @property
    def recorded_at(self) -> datetime | None:
        """When the oldest recorded answer was asked for that no later pass has looked behind."""
        return None if self._recorded == inf else self._times.time_of(self._recorded)

    @property
    def _recorded(self) -> float:
        return min(self._oldest_recorded, self._recorded_before)

    def begin(self) -> bool:
        """A pass begins. Returns whether it is the first one."""
        self._recorded_before = self._recorded
        self._oldest = self._oldest_recorded = inf
        self._passes += 1
        self._began = self._clock()
        self._knew_the_end = bool(self._end)
        if self._passes == 1:
            self._up_to_date_at = self._began
        return self._passes == 1

    def note(self, target: Fetchable) -> bool:
        """An answer has come. Returns whether the service gave it."""
        if self._times.is_recorded(target):
            self._oldest_recorded = min(self._oldest_recorded, self._times.of(target) or 0.0)
            self.take_over(target)
        return not self._times.came_recorded(target)

    def take_over(self, target: Fetchable) -> None:
        """What was read before the pass is counted as read in it."""
        moment = self._times.of(target)
        self._oldest = min(self._oldest, -inf if moment is None else moment)

    def end(self) -> bool:
        """A pass has ended. Returns whether the session has, too, and what is held is older."""
        self._up_to_date_at = self._began
        self._recorded_before = inf
        has_old = self._oldest < self._began and not self._is_settled(self._oldest)
        knew = self._knew_the_end or self._is_settled(self._began)
        self.is_final = knew and not has_old
        return knew and has_old and self._passes == 1

    @property
    def _end(self) -> Time | None:
        session = self._session()
        return None if session is None else session.end_time

    def _is_settled(self, moment: float) -> bool:
        end = self._end
        if moment == -inf or not isinstance(end, datetime):
            return False
        return end + _SETTLED <= self._times.time_of(moment)
