"""SweepProgress: how far the sweep of a session has come, and how fast it goes."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from ivscope.domain.failures import ProviderFailure

_MEASURED_CALLS = 40
"""The rate is that of so many last answers: twenty seconds at two calls per second."""


class SweepState(StrEnum):
    """How a sweep stands; the word is shown on screen."""

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
class SweepProgress:
    """How far it has come."""

    state: SweepState
    participants_known: int
    list_complete: bool
    """Whether everybody is listed; before, `participants_known` only grows."""
    participants_read: int
    """To the end, whoever read them."""
    failed: int
    """Participants whose last call failed."""
    calls: int
    """Answers and failures that the sweep has had."""
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
