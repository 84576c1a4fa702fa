"""RateLimiter: how many calls ivscope allows itself, so that production keeps its share."""

from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf

from ivscope.knowledge.limits import CALLS_PER_SECOND

DEMAND_LIMIT = CALLS_PER_SECOND - 1
"""Calls per second for what a person waits for: leaves one of the quota to production."""

BACKGROUND_LIMIT = 2
"""Calls per second for prefetch and scan: leaves room for a person and for production."""

WINDOW_SECONDS = 1.0
"""Span in which calls are counted."""

LONGEST_BACKOFF_SECONDS = 8.0
"""The waits after throttling grow from 1 s to 2, 4 and 8 s and stay there."""

LONGEST_WAIT_SECONDS = 60.0
"""If the service asks to wait for longer, we wait a minute and try again."""

_SLOWEST = 1 / 16
"""The least share of the limits after throttling: one call in four seconds on demand."""

_RECOVERY = 1 / 32
"""Share of the limits that an answer gives back: from half to full after sixteen answers."""


class Priority(IntEnum):
    """What a call is for. Lower goes first."""

    DEMAND = 0
    """A person waits for it."""
    PREFETCH = 1
    """A person will probably ask for it next."""
    SCAN = 2
    """Reading a whole session in the background."""


@dataclass(slots=True)
class _Budget:
    """What one operation has used of its limits."""

    calls: deque[float] = field(default_factory=deque)
    """Start times within the window, oldest first."""
    last: float = -inf
    last_background: float = -inf
    share: float = 1.0
    """Share of the limits in use; below 1 after throttling."""
    backoff: float = 0.0
    wait_until: float = -inf


class RateLimiter:
    """The call budget of one account and Region. Pure: the caller brings the clock.

    Times are seconds on any monotonic clock. Not locked: one caller at a time.
    """

    def __init__(
        self,
        *,
        demand: int = DEMAND_LIMIT,
        background: int = BACKGROUND_LIMIT,
        window: float = WINDOW_SECONDS,
        first_backoff: float = 1.0,
    ) -> None:
        self._demand = demand
        self._window = window
        self._first_backoff = first_backoff
        self._budgets: dict[str, _Budget] = {}
        self.background = background
        """Calls per window for prefetch and scans; may be raised at any time, up to the quota."""

    @property
    def budget(self) -> int:
        """The most calls per window and operation."""
        return max(self._demand, self.background)

    def delay(self, operation: str, priority: Priority, now: float) -> float:
        """Seconds until a call of this operation and priority may start; 0 when it may start now.

        Calls on demand may come in a burst. Background calls are spread evenly: a burst at
        the end of one window and another at the start of the next would meet at the service.
        """
        budget = self._budgets.get(operation)
        if budget is None:
            return 0.0
        on_demand = priority is Priority.DEMAND
        limit = self.budget if on_demand else self.background
        earliest = budget.wait_until
        if len(budget.calls) >= limit:
            earliest = max(earliest, budget.calls[-limit] + self._window)
        gap = self._window / (limit * budget.share)
        if budget.share < 1:
            earliest = max(earliest, budget.last + gap)
        elif not on_demand:
            earliest = max(earliest, budget.last_background + gap)
        return max(0.0, earliest - now)

    def note_call(self, operation: str, priority: Priority, now: float) -> None:
        """Note that a call starts."""
        budget = self._budgets.setdefault(operation, _Budget())
        self._forget_old(budget, now)
        budget.calls.append(now)
        budget.last = now
        if priority is not Priority.DEMAND:
            budget.last_background = now

    def note_throttle(self, operation: str, now: float, retry_after: float | None = None) -> None:
        """Note that the service asked to slow down: halve the rate and wait before the next call.

        Answers to calls that were under way together count as one.
        """
        budget = self._budgets.setdefault(operation, _Budget())
        if now >= budget.wait_until:
            budget.share = max(_SLOWEST, budget.share / 2)
            budget.backoff = min(LONGEST_BACKOFF_SECONDS, budget.backoff * 2 or self._first_backoff)
        asked = min(retry_after or 0.0, LONGEST_WAIT_SECONDS)
        budget.wait_until = max(budget.wait_until, now + max(budget.backoff, asked))

    def recover(self, operation: str) -> None:
        """Note that a call was answered: end the backoff and give a little of the rate back."""
        budget = self._budgets.get(operation)
        if budget is not None:
            budget.backoff = 0.0
            budget.share = min(1.0, budget.share + _RECOVERY)

    def used(self, now: float, operation: str | None = None) -> int:
        """Calls started within the window: of one operation, or of the busiest one."""
        if operation is not None:
            budget = self._budgets.get(operation)
            return 0 if budget is None else self._count(budget, now)
        return max((self._count(budget, now) for budget in self._budgets.values()), default=0)

    @property
    def waiting_until(self) -> float:
        """When the last throttling wait ends or has ended; minus infinity if there was none."""
        return max((budget.wait_until for budget in self._budgets.values()), default=-inf)

    def _count(self, budget: _Budget, now: float) -> int:
        return sum(1 for start in budget.calls if now - start < self._window)

    def _forget_old(self, budget: _Budget, now: float) -> None:
        while budget.calls and now - budget.calls[0] >= self._window:
            budget.calls.popleft()
