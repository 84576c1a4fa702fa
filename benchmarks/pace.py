"""What our pace costs production and another ivscope: simulated, and once with two programs."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from random import Random

from benchmarks.programs import KEYS_OF_NOBODY, at_endpoint
from benchmarks.pty_session import ROOT, PtySession
from benchmarks.result import Result
from benchmarks.scanning import biggest, participants_read
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.huge import REGION, HugeWorld
from ivscope.provider.fetch.rate_limiter import DEMAND_LIMIT, Priority, RateLimiter

sys.path.append(str(ROOT / "tests"))

from support.shared_quota import (
    FAR,
    NEAR,
    TEN_MINUTES,
    Calls,
    Quota,
    SlidingWindow,
    TokenBucket,
    share_a_quota,
)

_QUOTAS: Mapping[str, Callable[[], Quota]] = {
    "a sliding window": SlidingWindow,
    "a token bucket": TokenBucket,
}
"""The two usual ways to count. Which one AWS has is not documented."""

_PRODUCTION = (1, 2, 3, 3.5, 4)
"""Its calls a second, of the five that the service allows."""

_SEEDS = 5
_HALF_AN_HOUR = 1_800.0

_MOST_LOST = 0.01
_LEAST_SHARE = 0.4
_LEAST_ALONE = 0.97

_APART = (0.0, 7.3, 60.0, 300.0)
"""Seconds after which the second of two begins."""

_FIRST_MINUTE = 60.0
_SECOND_BEGINS = 1.0
_MINUTES = 20
"""So many pairs, whose first minute differs by chance more than ten minutes do."""

_WAYS = {"far": FAR, "near": NEAR}
"""How evenly calls come: from far away each is late by another time, from near by the same."""

_TOGETHER_SECONDS = 60.0


def pace() -> Iterator[Result]:
    """Simulate half an hour beside production; the clock is that of the simulation."""
    for name, quota in _QUOTAS.items():
        yield _at_least(
            f"share of {DEMAND_LIMIT} calls/s that we make alone, {name}",
            min(_alone(quota, way) for way in _WAYS.values()),
            _LEAST_ALONE,
        )
        for production in _PRODUCTION:
            seen = [
                _beside(quota, production, way, seed)
                for way in _WAYS.values()
                for seed in range(_SEEDS)
            ]
            lost, ours = zip(*seen, strict=True)
            yield Result(
                f"calls of production refused, at {production:g} of 5 a second, {name}",
                f"{max(lost):.1%} in the worst ten minutes of {len(seen)} half hours",
                f"alone 0 %; we read {sum(ours) / len(seen):.2f} a second",
                bar=f"<= {_MOST_LOST:.0%}",
                is_ok=max(lost) <= _MOST_LOST,
            )
        for apart in _APART:
            told = "together" if not apart else f"{apart:g} s apart"
            share = min(
                _shared(quota, apart, way, seed) for way in _WAYS.values() for seed in range(_SEEDS)
            )
            yield _at_least(
                f"share of the slower of two of us, begun {told}, {name}", share, _LEAST_SHARE
            )
        for told, way in _WAYS.items():
            shares = [_first_minute(quota, way, n) for n in range(_MINUTES)]
            yield _at_least(
                f"share of the slower of two of us in the first minute, {told}, {name}",
                min(shares),
                _LEAST_SHARE,
                beside=f"{sum(share < _LEAST_SHARE for share in shares)} of {_MINUTES} below it",
            )


def two_of_us() -> Iterator[Result]:
    """Have two explorers read everybody from one endpoint that allows five calls a second."""
    world = HugeWorld(datetime.now(UTC), lambda: datetime.now(UTC))
    scope = biggest(world)
    with Endpoint(world, throttle=True) as endpoint, ExitStack() as stack:
        place = (scope.stage_arn, scope.session_id)
        command = at_endpoint(endpoint.url, *place, region=REGION)
        both = []
        for _ in range(2):
            both.append(stack.enter_context(PtySession(command, environment=KEYS_OF_NOBODY)))
            both[-1].until("more available")
            both[-1].settle(0.5)
        for one in both:
            one.send("M")
        for one in both:
            one.until("participants read")
        before = [participants_read(one) for one in both]
        for _ in range(int(_TOGETHER_SECONDS)):
            for one in both:
                one.idle(0.5)
        read = [participants_read(one) - was for one, was in zip(both, before, strict=True)]
    told = " and ".join(f"{count:,}" for count in read)
    yield _at_least(
        f"share of the slower of two explorers in {_TOGETHER_SECONDS:.0f} s",
        min(read) / max(1, sum(read)),
        _LEAST_SHARE,
        beside=f"{told} participants read, {endpoint.throttled:,} calls refused",
    )


def _limiter(seed: int) -> RateLimiter:
    chance = Random(seed)  # noqa: S311 - no secret
    return RateLimiter(background=DEMAND_LIMIT, lot=chance.random)


def _alone(quota: Callable[[], Quota], way: tuple[float, float]) -> float:
    """Return our share of the calls that we allow ourselves."""
    _, (alone,) = share_a_quota(quota(), [_limiter(1)], seconds=TEN_MINUTES, seed=1, way=way)
    return alone.answered_between(0, TEN_MINUTES) / (DEMAND_LIMIT * TEN_MINUTES)


def _beside(
    quota: Callable[[], Quota], production: float, way: tuple[float, float], seed: int
) -> tuple[float, float]:
    """Return the largest share of production's calls lost, and how many of ours a second came."""
    made, (ours,) = share_a_quota(
        quota(),
        [_limiter(seed)],
        seconds=_HALF_AN_HOUR,
        seed=seed,
        production=production,
        priority=Priority.SCAN,
        way=way,
    )
    first = [calls.first_refused_at for calls in (made, ours)]
    lost = [made.most_refused(at) for at in first if at is not None]
    return max(lost, default=0.0), ours.answered_between(0, _HALF_AN_HOUR) / _HALF_AN_HOUR


def _shared(quota: Callable[[], Quota], apart: float, way: tuple[float, float], seed: int) -> float:
    readers, end = [_limiter(seed), _limiter(seed + 100)], apart + TEN_MINUTES
    _, both = share_a_quota(quota(), readers, seconds=end, seed=seed, starts=(0.0, apart), way=way)
    return _share_of_the_slower(both, apart, end)


def _first_minute(quota: Callable[[], Quota], way: tuple[float, float], seed: int) -> float:
    """Return the share of the slower of two that read everybody, as `two_of_us` does."""
    _, both = share_a_quota(
        quota(),
        [_limiter(seed), _limiter(seed + 100)],
        seconds=_SECOND_BEGINS + _FIRST_MINUTE,
        seed=seed,
        starts=(0.0, _SECOND_BEGINS),
        priority=Priority.SCAN,
        way=way,
    )
    return _share_of_the_slower(both, _SECOND_BEGINS, _SECOND_BEGINS + _FIRST_MINUTE)


def _share_of_the_slower(both: Sequence[Calls], start: float, end: float) -> float:
    answered = [calls.answered_between(start, end) for calls in both]
    return min(answered) / sum(answered)


def _at_least(what: str, share: float, bar: float, *, beside: str = "") -> Result:
    return Result(what, f"{share:.0%}", beside, bar=f">= {bar:.0%}", is_ok=share >= bar)
