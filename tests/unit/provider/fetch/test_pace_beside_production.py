"""How much of production's calls reading costs, simulated, for two ways in which AWS may count."""

from functools import cache
from random import Random

import pytest

from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter
from support.shared_quota import (
    FAR,
    NEAR,
    TEN_MINUTES,
    SlidingWindow,
    TokenBucket,
    share_a_quota,
)

COUNTS = pytest.mark.parametrize("quota", [SlidingWindow, TokenBucket])
WAYS = pytest.mark.parametrize("way", [FAR, NEAR])
HALF_AN_HOUR = 1800.0

MOST_LOST = 0.01
"""Share of production's calls in any ten minutes after the first refusal."""

LEAST_SHARE = 0.4
"""Share of the calls that the slower of two has."""


def limiter(seed: int, **settings: int) -> RateLimiter:
    return RateLimiter(lot=Random(seed).random, **settings)  # noqa: S311 - no secret


def lost_by_production(quota, production, seed, priority, way):
    made, (ours,) = share_a_quota(
        quota(),
        [limiter(seed, background=4)],
        seconds=HALF_AN_HOUR,
        seed=seed,
        production=production,
        priority=priority,
        way=way,
    )
    first = [calls.first_refused_at for calls in (made, ours)]
    return max((made.most_refused(at) for at in first if at is not None), default=0.0)


@COUNTS
@pytest.mark.parametrize("production", [1, 1.5, 2, 2.5, 3, 3.5, 4])
@pytest.mark.parametrize("priority", [Priority.DEMAND, Priority.SCAN])
@WAYS
def test_production_loses_few_calls_in_any_ten_minutes_after_a_refusal(
    quota, production, priority, way
):
    worst = max(lost_by_production(quota, production, seed, priority, way) for seed in range(3))
    assert worst <= MOST_LOST


@COUNTS
@WAYS
def test_alone_it_keeps_its_pace_and_is_never_refused(quota, way):
    _, (ours,) = share_a_quota(quota(), [limiter(1)], seconds=TEN_MINUTES, seed=1, way=way)
    assert ours.first_refused_at is None
    assert ours.answered_between(0, TEN_MINUTES) >= 0.97 * 4 * TEN_MINUTES - 4


@COUNTS
def test_two_that_begin_together_share(quota):
    for seed in range(4):
        readers = [limiter(seed), limiter(seed + 100)]
        _, both = share_a_quota(quota(), readers, seconds=TEN_MINUTES, seed=seed)
        answered = [calls.answered_between(0, TEN_MINUTES) for calls in both]
        assert min(answered) >= LEAST_SHARE * sum(answered), answered


@COUNTS
@pytest.mark.parametrize("apart", [7.3, 60, 300])
def test_two_that_begin_apart_share(quota, apart):
    for seed in range(3):
        readers = [limiter(seed), limiter(seed + 100)]
        end = apart + TEN_MINUTES
        _, both = share_a_quota(quota(), readers, seconds=end, seed=seed, starts=(0, apart))
        answered = [calls.answered_between(apart, end) for calls in both]
        assert min(answered) >= LEAST_SHARE * sum(answered), answered


@pytest.fixture(scope="module")
def pairs():
    """`made_by_pairs`, which makes each once; it goes with the tests here, since it is large."""
    return cache(made_by_pairs)


def made_by_pairs(quota, apart, way):
    """The calls of twelve pairs as two explorers would be, in the first ten minutes of both."""
    made = []
    for seed in range(12):
        readers = [limiter(seed), limiter(seed + 100)]
        for reader in readers:
            reader.is_watched = True
        _, both = share_a_quota(
            quota(),
            readers,
            seconds=apart + TEN_MINUTES,
            seed=seed,
            starts=(0, apart),
            priority=Priority.SCAN,
            way=way,
        )
        made.append(both)
    return made


def shares_of_the_slower(pairs, seconds, apart):
    """Shares in the first `seconds` that both read, of each pair."""
    shares = []
    for both in pairs:
        answered = [calls.answered_between(apart, apart + seconds) for calls in both]
        shares.append(min(answered) / sum(answered))
    return shares


APART = (0, 1, 2, 7.3, 60)
FIRST_MINUTES = pytest.mark.parametrize("seconds", [60, 120, TEN_MINUTES])


@FIRST_MINUTES
@COUNTS
@WAYS
def test_two_share_nearly_always_in_the_first_minute_two_and_ten(quota, way, seconds, pairs):
    """Who comes to one that reads at full pace is hardly ever the only one that is refused."""
    shares = [
        share
        for apart in APART
        for share in shares_of_the_slower(pairs(quota, apart, way), seconds, apart)
    ]
    assert sum(share < LEAST_SHARE for share in shares) <= len(shares) / 50, sorted(shares)
