"""A simulated service whose quota production and several ivscope share, on a clock of its own."""

import heapq
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Protocol

from ivscope.knowledge.limits import CALLS_PER_SECOND
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter

OPERATION = "ListParticipantEvents"
TEN_MINUTES = 600.0

FAR = (0.04, 0.08)
"""Seconds that a call, or its answer, is under way, from and to: over the internet."""

NEAR = (0.003, 0.01)
"""The same within one data centre, or on one machine."""


class Quota(Protocol):
    """How the service counts calls. Which way AWS does is not documented."""

    def take(self, now: float) -> bool:
        """Whether a call at `now`, in seconds, is answered; it is refused otherwise."""


class SlidingWindow:
    """At most so many answered calls in any second."""

    def __init__(self) -> None:
        self._answered: deque[float] = deque()

    def take(self, now: float) -> bool:
        """See `Quota`."""
        while self._answered and now - self._answered[0] >= 1:
            self._answered.popleft()
        if len(self._answered) >= CALLS_PER_SECOND:
            return False
        self._answered.append(now)
        return True


class TokenBucket:
    """So many tokens a second, and at most so many saved."""

    def __init__(self) -> None:
        self._tokens, self._at = float(CALLS_PER_SECOND), 0.0

    def take(self, now: float) -> bool:
        """See `Quota`."""
        saved = self._tokens + (now - self._at) * CALLS_PER_SECOND
        self._tokens, self._at = min(float(CALLS_PER_SECOND), saved), now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


@dataclass(slots=True)
class Calls:
    """Calls of one program, oldest first."""

    times: list[float] = field(default_factory=list)
    answered: list[bool] = field(default_factory=list)

    def note(self, now: float, *, answered: bool) -> None:
        """Add a call."""
        self.times.append(now)
        self.answered.append(answered)

    @property
    def first_refused_at(self) -> float | None:
        """Seconds; None where all were answered."""
        return next((at for at, ok in zip(self.times, self.answered, strict=True) if not ok), None)

    def answered_between(self, start: float, end: float) -> int:
        """Answered calls from `start` to before `end`."""
        return sum(
            ok and start <= at < end for at, ok in zip(self.times, self.answered, strict=True)
        )

    def most_refused(self, start: float) -> float:
        """The largest share of refused calls in any ten minutes that begin at `start` or later."""
        worst, refused = 0.0, 0
        inside: deque[tuple[float, bool]] = deque()
        for at, ok in zip(self.times, self.answered, strict=True):
            if at < start:
                continue
            inside.append((at, ok))
            refused += not ok
            while inside[0][0] < at - TEN_MINUTES:
                refused -= not inside.popleft()[1]
            if at - start >= TEN_MINUTES:
                worst = max(worst, refused / len(inside))
        return worst


def share_a_quota(
    quota: Quota,
    limiters: Sequence[RateLimiter],
    *,
    seconds: float,
    seed: int,
    production: float = 0.0,
    starts: Sequence[float] = (),
    priority: Priority = Priority.DEMAND,
    way: tuple[float, float] = FAR,
) -> tuple[Calls, list[Calls]]:
    """Let production and one reader per limiter call as often as they may.

    Args:
        quota: Answers or refuses.
        limiters: One for each ivscope; each always has a next call.
        seconds: How long.
        seed: For gaps and latencies.
        production: Its calls per second, at gaps that differ by up to a tenth; never repeated.
        starts: When each reader begins, in seconds; all at 0 without it.
        priority: What the readers' calls are for.
        way: How long a call of theirs, and its answer, is under way.

    Returns:
        The calls of production and of each reader.
    """
    chance, order = Random(seed), count()  # noqa: S311 - no secret
    agenda: list[tuple[float, int, Callable[[float], None]]] = []

    def at(moment: float, action: Callable[[float], None]) -> None:
        heapq.heappush(agenda, (moment, next(order), action))

    made = Calls()

    def produce(now: float) -> None:
        made.note(now, answered=quota.take(now))
        at(now + chance.uniform(0.9, 1.1) / production, produce)

    readers = [_Reader(limiter, priority, quota, chance, at, way=way) for limiter in limiters]
    for number, reader in enumerate(readers):
        at(starts[number] if starts else 0.0, reader.call)
    if production:
        at(chance.random() / production, produce)
    while agenda and agenda[0][0] < seconds:
        moment, _, action = heapq.heappop(agenda)
        action(moment)
    return made, [reader.calls for reader in readers]


class _Reader:
    """One ivscope that always has a next call, with at most four under way."""

    def __init__(
        self,
        limiter: RateLimiter,
        priority: Priority,
        quota: Quota,
        chance: Random,
        at: Callable[[float, Callable[[float], None]], None],
        *,
        way: tuple[float, float],
    ) -> None:
        self._way = way
        self.calls = Calls()
        self._limiter, self._priority, self._quota = limiter, priority, quota
        self._chance, self._at = chance, at
        self._under_way, self._tries_at = 0, -1.0

    def call(self, now: float) -> None:
        if self._under_way >= 4:
            return
        wait = self._limiter.delay(OPERATION, self._priority, now)
        if wait > 1e-9:
            if self._tries_at <= now or now + wait < self._tries_at:
                self._tries_at = now + wait
                self._at(self._tries_at, self.call)
            return
        self._limiter.note_call(OPERATION, self._priority, now)
        self._under_way += 1
        self._at(now + self._chance.uniform(*self._way), self._arrive)
        self._at(now, self.call)

    def _arrive(self, now: float) -> None:
        answered = self._quota.take(now)
        self.calls.note(now, answered=answered)
        back = now + self._chance.uniform(*self._way)
        self._at(back, self._answered if answered else self._refused)

    def _answered(self, now: float) -> None:
        self._under_way -= 1
        self._limiter.recover(OPERATION)
        self.call(now)

    def _refused(self, now: float) -> None:
        self._under_way -= 1
        self._limiter.note_throttle(OPERATION, now)
        self.call(now)
