"""RateLimiter: how many calls ivscope allows itself, so that production keeps its share."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf
from random import random

from ivscope.knowledge.limits import CALLS_PER_SECOND

DEMAND_LIMIT = CALLS_PER_SECOND - 1
"""Calls per second for what a person waits for: leaves one of the quota to production."""

BACKGROUND_LIMIT = 2
"""Calls per second for prefetch, and for a scan that nobody looks at: leaves room for a person and
for production."""

WINDOW_SECONDS = 1.0
"""Span in which calls are counted."""

LONGEST_BACKOFF_SECONDS = 8.0
"""The waits after throttling grow from 1 s to 2, 4 and 8 s and stay there."""

LONGEST_WAIT_SECONDS = 60.0
"""If the service asks to wait for longer, we wait a minute and try again."""

FIRST_CUT = 1 / 4
"""Share of the rate that is left after the first refusal: one call a second, which is what four of
five calls of production leave."""

CUT = 1 / 2
"""Share of the rate that is left after a refusal soon after another one."""

STEP_BACK = 0.6
"""Share of the rate that is left after a refusal that ended a quiet time: a little less than what
went well before."""

QUIET_SECONDS = 120.0
"""The rate rises again after so long without a refusal. Each try may cost production a call."""

RISE = 0.25
"""Calls a second that a minute of quiet gives back, and at most this share of the rate."""

MOST_AFTER_REFUSAL = 2.0
"""Calls a second, once refused, until the end: two of us and a little production have room."""

SLOWEST = 1 / 16
"""The least calls a second: a person waits for a page, though not for ever."""

_TOLD_SECONDS = 2.0
"""A pause between calls that is as long is told, as a wait after a refusal is."""

_LATE_ANSWERS_SECONDS = 2.0
"""Refusals so soon after a cut may be those of calls, ours or others', that were under way then."""

_UNEVEN = 0.03
"""Gaps between calls are longer by up to this share, by lot. With equal gaps the calls of a program
that makes its own at equal gaps could be refused for ever and ours never."""

_UNEVEN_AFTER_REFUSAL = 0.25
"""The same once a call was refused: the pace is no aim any more."""


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
    """Start times within two windows, oldest first."""
    last: float = -inf
    last_background: float = -inf
    refusals: int = 0
    rate: float = inf
    """Calls a second that were left at the last cut; infinite before the first refusal."""
    refused_at: float = -inf
    cut_at: float = -inf
    backoff: float = 0.0
    wait_until: float = -inf
    lot: float = 0.0
    """From 0 to 1, drawn anew for each gap."""


class RateLimiter:
    """The call budgets of one account. Pure: the caller brings the clock.

    Each quota has a budget of its own, by the name that the caller gives it as `operation`: the
    service counts each operation, and each Region, apart.

    Times are seconds on any monotonic clock. Not locked: one caller at a time.
    """

    def __init__(
        self,
        *,
        demand: int = DEMAND_LIMIT,
        background: int = BACKGROUND_LIMIT,
        window: float = WINDOW_SECONDS,
        first_backoff: float = 1.0,
        lot: Callable[[], float] = random,
    ) -> None:
        self._demand = demand
        self._window = window
        self._first_backoff = first_backoff
        self._lot = lot
        self._budgets: dict[str, _Budget] = {}
        self.background = background
        """Calls per window for prefetch and scans; may be raised at any time, up to the quota."""
        self.is_watched = False
        """Whether a person looks at what a scan reads."""

    @property
    def budget(self) -> int:
        """The most calls per window and operation."""
        return max(self._demand, self.background)

    @property
    def watched(self) -> int:
        """Calls per window of a scan that a person looks at while nothing was refused.

        All of the budget, unless the background was made slower than it usually is.
        """
        return self.background if self.background < BACKGROUND_LIMIT else self.budget

    def delay(self, operation: str, priority: Priority, now: float) -> float:
        """Seconds until a call of this operation and priority may start; 0 when it may start now.

        Calls on demand may come in a burst, and evenly after it. Background calls are always
        spread evenly: a burst at the end of one window and another at the start of the next would
        meet at the service.
        """
        budget = self._budgets.get(operation)
        if budget is None:
            return 0.0
        on_demand = priority is Priority.DEMAND
        rate = self._rate(budget, now)
        limit = self.budget if on_demand else self.background
        if priority is Priority.SCAN and self.is_watched and rate == inf:
            limit = self.watched
        gap = self._window / limit * (1 + _UNEVEN * budget.lot)
        earliest = budget.wait_until
        if len(budget.calls) >= limit:
            earliest = max(earliest, budget.calls[-limit] + self._window)
        for count in range(limit + 1, len(budget.calls) + 1):
            earliest = max(earliest, budget.calls[-count] + count * gap)
        if rate < inf:
            earliest = max(earliest, self._pause_ends(budget, min(rate, limit / self._window)))
        elif not on_demand:
            earliest = max(earliest, budget.last_background + gap)
        return max(0.0, earliest - now)

    def note_call(self, operation: str, priority: Priority, now: float) -> None:
        """Note that a call starts."""
        budget = self._budgets.setdefault(operation, _Budget())
        self._forget_old(budget, now)
        budget.calls.append(now)
        budget.last = now
        budget.lot = self._lot()
        if priority is not Priority.DEMAND:
            budget.last_background = now

    def note_throttle(self, operation: str, now: float, retry_after: float | None = None) -> None:
        """Note that the service refused a call: wait, and go on slower for minutes.

        The service counts the calls of everybody in the account, so a refusal of ours says that
        others were probably refused too. Answers to calls under way together count as one.
        """
        budget = self._budgets.setdefault(operation, _Budget())
        budget.refusals += 1
        if now >= budget.wait_until:
            if now - budget.cut_at >= _LATE_ANSWERS_SECONDS:
                budget.rate = max(SLOWEST, self._cut(budget, now))
                budget.cut_at = now
            budget.backoff = min(LONGEST_BACKOFF_SECONDS, budget.backoff * 2 or self._first_backoff)
        budget.refused_at = now
        asked = min(retry_after or 0.0, LONGEST_WAIT_SECONDS)
        budget.wait_until = max(budget.wait_until, now + max(budget.backoff, asked))

    def recover(self, operation: str) -> None:
        """Note that a call was answered: the next wait after a refusal is the first one again."""
        budget = self._budgets.get(operation)
        if budget is not None:
            budget.backoff = 0.0

    def _cut(self, budget: _Budget, now: float) -> float:
        """The rate after a refusal at `now`, calls a second."""
        if budget.rate == inf:
            return FIRST_CUT * self.budget / self._window
        was_quiet = now - budget.refused_at >= QUIET_SECONDS
        return self._rate(budget, now) * (STEP_BACK if was_quiet else CUT)

    def _rate(self, budget: _Budget, now: float) -> float:
        """Calls a second that refusals leave; infinite before the first one."""
        if budget.rate == inf:
            return inf
        minutes = max(0.0, now - budget.refused_at - QUIET_SECONDS) / 60
        risen = budget.rate + RISE * min(1.0, budget.rate) * minutes
        return min(risen, max(budget.rate, MOST_AFTER_REFUSAL))

    def slowed_to(self, now: float) -> float | None:
        """Calls a second that refusals leave the most refused operation; None before the first."""
        rates = [self._rate(budget, now) for budget in self._budgets.values()]
        lowest = min(rates, default=inf)
        return None if lowest == inf else lowest

    @property
    def refusals(self) -> int:
        """Calls that the service has refused since the start, of all operations."""
        return sum(budget.refusals for budget in self._budgets.values())

    def used(self, now: float, operation: str | None = None) -> int:
        """Calls started within the window: of one operation, or of the busiest one."""
        if operation is not None:
            budget = self._budgets.get(operation)
            return 0 if budget is None else self._count(budget, now)
        return max((self._count(budget, now) for budget in self._budgets.values()), default=0)

    @property
    def waiting_until(self) -> float:
        """When the last wait after a refusal ends or has ended; minus infinity if there was none.

        Long pauses between calls, which refusals leave for minutes, are such waits.
        """
        return max(map(self._waits_until, self._budgets.values()), default=-inf)

    def _waits_until(self, budget: _Budget) -> float:
        is_told = 1 / budget.rate >= _TOLD_SECONDS
        pause = self._pause_ends(budget, budget.rate) if is_told else -inf
        return max(budget.wait_until, pause)

    def _pause_ends(self, budget: _Budget, rate: float) -> float:
        return budget.last + (1 + _UNEVEN_AFTER_REFUSAL * budget.lot) / rate

    def _count(self, budget: _Budget, now: float) -> int:
        return sum(1 for start in budget.calls if now - start < self._window)

    def _forget_old(self, budget: _Budget, now: float) -> None:
        while budget.calls and now - budget.calls[0] >= 2 * self._window:
            budget.calls.popleft()
