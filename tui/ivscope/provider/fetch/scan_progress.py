"""ScanProgress: how far the scan of a session has come, how fast, and up to when it is read."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf

from ivscope.domain.failures import ProviderFailure
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.reading_times import ReadingTimes

_MEASURED_CALLS = 40
"""The rate is that of so many last answers: twenty seconds at two calls per second."""


class ScanState(StrEnum):
    """How a scan stands; the word is shown on screen."""

    IDLE = "IDLE"
    LISTING = "LISTING"
    """The list of participants is being read; events of those listed already are, too."""
    READING = "READING"
    """Everybody is listed; events are being read."""
    PAUSED = "PAUSED"
    FAILED = "FAILED"
    """It cannot go on by itself."""
    COMPLETE = "COMPLETE"
    """Everybody was asked for. Single participants may have failed."""
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class ScanProgress:
    """How far it has come."""

    state: ScanState
    participants_known: int
    list_complete: bool
    """Whether everybody is listed; before, `participants_known` only grows."""
    participants_read: int
    """To the end, whoever read them."""
    failed: int
    """Participants whose last call failed."""
    calls: int
    """Answers and failures that the scan has had."""
    events: int
    rate: float | None
    """Calls per second lately; None before two answers, and while it stands still."""
    eta_seconds: float | None
    """None when the rate or the number of participants is not known."""
    failure: ProviderFailure | None
    """Set exactly when the state is FAILED."""


class CallRate:
    """Answers per second, told from the last few."""

    def __init__(self) -> None:
        self._came: deque[float] = deque(maxlen=_MEASURED_CALLS + 1)

    def note(self, now: float) -> None:
        """An answer has come."""
        self._came.append(now)

    def forget(self) -> None:
        """The reading stands still: what comes later must not count this time."""
        self._came.clear()

    def at(self, now: float) -> float | None:
        """Falls while an answer is overdue; None before two have come."""
        came = tuple(self._came)
        if len(came) < 2:  # noqa: PLR2004 - from one answer to the next
            return None
        span = came[-1] - came[0]
        overdue = now - came[-1] - span / (len(came) - 1)
        seconds = span + max(0.0, overdue)
        return (len(came) - 1) / seconds if seconds > 0 else None


class ScanPasses:
    """Follows the times of what is read in each pass. Moments are on the provider's clock."""

    def __init__(
        self,
        times: ReadingTimes,
        clock: Callable[[], float],
        has_ended: Callable[[], bool],
        is_settled: Callable[[datetime], bool],
    ) -> None:
        """Before the first pass.

        Args:
            times: Of everything that is read.
            clock: Seconds.
            has_ended: Whether the end of the session is known.
            is_settled: Whether nothing of it came in any more at a moment.
        """
        self._times = times
        self._clock = clock
        self._has_ended = has_ended
        self._is_settled_at = is_settled
        self._passes = 0
        self._began = self._up_to_date_at = 0.0
        self._oldest = self._oldest_recorded = self._recorded_before = inf
        self._knew_the_end = False
        self.is_final = False
        """Whether nothing can come any more, as the last pass has shown."""

    @property
    def may_be_last(self) -> bool:
        """Whether the session had ended when the pass began: nobody looks for news after it."""
        return self._knew_the_end

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
        self._knew_the_end = self._has_ended()
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

    def _is_settled(self, moment: float) -> bool:
        return moment != -inf and self._is_settled_at(self._times.time_of(moment))
