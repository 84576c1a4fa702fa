"""ScanProgress: how far the scan of a session has come, how fast, and up to when it is read."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from math import inf

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.reading_times import ReadingTimes

_MEASURED_CALLS = 40
"""The rate is measured over so many last answers: twenty seconds at two calls per second."""


class ScanState(StrEnum):
    """The state of a scan; the word is shown on screen."""

    IDLE = "IDLE"
    LISTING = "LISTING"
    """The list of participants is being read, and so are events of those listed already."""
    READING = "READING"
    """Everybody is listed; events are being read."""
    PAUSED = "PAUSED"
    FAILED = "FAILED"
    """It does not go on by itself."""
    COMPLETE = "COMPLETE"
    """Everybody's events were asked for. Single participants may have failed."""
    CANCELLED = "CANCELLED"


@frozen
class ScanProgress:
    """How far a scan has come."""

    state: ScanState
    participants_known: int
    list_complete: bool
    """Whether everybody is listed; before, `participants_known` only grows."""
    participants_read: int
    """Participants whose events are read to the end, by the scan or by a person."""
    failed: int
    """Participants whose last call failed."""
    calls: int
    """Calls of the scan that were answered or have failed."""
    events: int
    rate: float | None
    """Calls per second over the last answers; None before two of them, and while it is paused."""
    eta_seconds: float | None
    """Seconds until it is complete; None when rate or number of participants is not known."""
    failure: ProviderFailure | None
    """Set exactly when the state is FAILED."""


class CallRate:
    """Answers per second, measured over the last few."""

    def __init__(self) -> None:
        self._came: deque[float] = deque(maxlen=_MEASURED_CALLS + 1)

    def note(self, now: float) -> None:
        """Note that an answer has come."""
        self._came.append(now)

    def forget(self) -> None:
        """Start measuring anew, so that a pause does not count."""
        self._came.clear()

    def at(self, now: float) -> float | None:
        """Answers per second. Falls while one is overdue; None before two have come."""
        came = tuple(self._came)
        if len(came) < 2:  # noqa: PLR2004 - from one answer to the next
            return None
        span = came[-1] - came[0]
        overdue = now - came[-1] - span / (len(came) - 1)
        seconds = span + max(0.0, overdue)
        return (len(came) - 1) / seconds if seconds > 0 else None


class ScanPasses:
    """The read times of each pass of a scan, as seconds on the provider's clock."""

    def __init__(
        self,
        times: ReadingTimes,
        clock: Callable[[], float],
        has_ended: Callable[[], bool],
        is_settled: Callable[[datetime], bool],
    ) -> None:
        """Begin before the first pass.

        Args:
            times: The read times of all feeds and facts.
            clock: Seconds.
            has_ended: Tells whether the session has an end time.
            is_settled: Tells whether nothing of it could come in any more at a moment.
        """
        self._times = times
        self._clock = clock
        self._has_ended = has_ended
        self._is_settled_at = is_settled
        self._passes = 0
        self._first_began: datetime | None = None
        self._all_read_at: datetime | None = None
        self._began = self._up_to_date_at = 0.0
        self._oldest = self._oldest_recorded = self._recorded_before = inf
        self._knew_the_end = False
        self.is_final = False
        """Whether the last pass has read everything that can ever come."""

    @property
    def is_first(self) -> bool:
        """Whether this is the first pass."""
        return self._passes == 1

    @property
    def may_be_last(self) -> bool:
        """Whether the session had ended when the pass began, so that no other must follow."""
        return self._knew_the_end

    @property
    def up_to_date_at(self) -> float:
        """When the first or the last complete pass began, or an older recorded answer."""
        return min(self._up_to_date_at, self._recorded)

    @property
    def all_read_at(self) -> datetime | None:
        """Before everybody was read to the end: the first pass began, or a person had begun.

        Later passes look only where lists grow, and not at who was gone before, so they do not
        move it. None before the first pass has ended, and with recorded answers.
        """
        return self._all_read_at if self._recorded == inf else None

    @property
    def recorded_at(self) -> datetime | None:
        """When the oldest recorded answer in use was asked for; None once a pass replaced it."""
        return None if self._recorded == inf else self._times.time_of(self._recorded)

    @property
    def _recorded(self) -> float:
        return min(self._oldest_recorded, self._recorded_before)

    def begin(self) -> bool:
        """Begin a pass. Returns whether it is the first one."""
        self._recorded_before = self._recorded
        self._oldest = self._oldest_recorded = inf
        self._passes += 1
        self._began = self._clock()
        self._knew_the_end = self._has_ended()
        if self._passes == 1:
            self._up_to_date_at = self._began
            self._first_began = self._times.time_of(self._began)
        return self._passes == 1

    def note(self, target: Fetchable) -> bool:
        """Note an answer. Returns whether it is one of the service, not a recorded one."""
        if self._times.is_recorded(target):
            self._oldest_recorded = min(self._oldest_recorded, self._times.of(target) or 0.0)
            self.take_over(target)
        return not self._times.came_recorded(target)

    def take_over(self, target: Fetchable) -> None:
        """Count a target that was read before the pass as read in it."""
        moment = self._times.of(target)
        self._oldest = min(self._oldest, -inf if moment is None else moment)

    def end(self) -> bool:
        """End a pass. Returns whether another one must read events from before the end again."""
        self._up_to_date_at = self._began
        self._recorded_before = inf
        if self._passes == 1:
            self._all_read_at = self._first_began
            if -inf < self._oldest < self._began:
                self._all_read_at = self._times.time_of(self._oldest)
        has_old = self._oldest < self._began and not self._is_settled(self._oldest)
        knew = self._knew_the_end or self._is_settled(self._began)
        self.is_final = knew and not has_old
        return knew and has_old and self._passes == 1

    def _is_settled(self, moment: float) -> bool:
        return moment != -inf and self._is_settled_at(self._times.time_of(moment))
