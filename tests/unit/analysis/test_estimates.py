"""Estimates from a random part: how often the range holds, how wide it is, when there is none."""

from functools import cache
from math import exp, lgamma
from random import Random

import pytest

from ivscope.analysis.estimates import FEWEST, Share, estimate, estimates
from ivscope.provider.fetch.scan_queue import Sample

RUNS = 300


def found_in(lot, population, marked, read):
    """How many marked ones are among so many drawn; both ways round are the same."""
    small, large = sorted((marked, read))
    return sum(number < large for number in lot.sample(range(population), small))


def chance(population, marked, read, found):
    """How often exactly so many are found."""
    ways = log_comb(marked, found) + log_comb(population - marked, read - found)
    return exp(ways - log_comb(population, read))


def log_comb(count, taken):
    return lgamma(count + 1) - lgamma(taken + 1) - lgamma(count - taken + 1)


def possible(population, marked, read):
    return range(max(0, read - (population - marked)), min(read, marked) + 1)


WORLDS = [(25_000, 0), (25_000, 25), (25_000, 750), (25_000, 12_500), (6_000, 6), (6_000, 180)]
"""How many there are, and of how many it is true: none, 0.1 %, 3 % and half of them."""


@pytest.mark.parametrize("read", [50, 400, 5_000])
def test_drawn_again_and_again_the_range_holds_95_times_of_100(read):
    told = cache(lambda population, found: estimate(population, read, found))
    held = 0
    for population, marked in WORLDS:
        lot = Random(f"{population} {marked} {read}")  # noqa: S311 - no secret
        for _ in range(RUNS):
            one = told(population, found_in(lot, population, marked, read))
            held += one.fewest <= marked <= one.most
    assert held >= 0.95 * RUNS * len(WORLDS)


@pytest.mark.parametrize("read", [50, 400, 5_000])
@pytest.mark.parametrize(("population", "marked"), WORLDS)
def test_counted_over_all_draws_the_range_holds_95_times_of_100(population, marked, read):
    missed = 0.0
    for found in possible(population, marked, read):
        how_often = chance(population, marked, read, found)
        if how_often > 1e-9:
            one = estimate(population, read, found)
            missed += how_often * (not one.fewest <= marked <= one.most)
    assert missed <= 0.05


@pytest.mark.parametrize(("population", "read"), [(1, 1), (7, 3), (30, 20), (60, 50), (90, 20)])
def test_in_a_small_population_the_range_holds_whatever_the_truth_is(population, read):
    told = [estimate(population, read, found) for found in range(read + 1)]
    for marked in range(population + 1):
        missed = sum(
            chance(population, marked, read, found)
            for found in possible(population, marked, read)
            if not told[found].fewest <= marked <= told[found].most
        )
        assert missed <= 0.05


@pytest.mark.parametrize(
    ("read", "found", "least", "most"),
    [
        # The ranges of Clopper and Pearson for an endless population, in percent.
        (50, 0, 0.0, 7.12),
        (400, 0, 0.0, 0.92),
        (400, 12, 1.55, 5.19),
        (400, 200, 44.9, 55.1),
        (5_000, 150, 2.54, 3.52),
        (5_000, 5, 0.03, 0.24),
    ],
)
def test_the_range_is_no_wider_than_that_of_an_endless_population(read, found, least, most):
    one = estimate(25_000, read, found)
    assert 100 * one.fewest / 25_000 >= least
    assert 100 * one.most / 25_000 <= most
    assert one.fewest <= found / read * 25_000 <= one.most


def test_a_larger_part_tells_more():
    widths = [
        one.most - one.fewest for one in (estimate(25_000, n, n // 20) for n in (60, 400, 5_000))
    ]
    assert widths[0] > 2 * widths[1] > 4 * widths[2]


def test_when_all_are_read_the_range_is_the_count():
    assert estimate(400, 400, 12) == Share(12, 400, 400, 12, 12)
    assert estimate(400, 399, 12) == Share(12, 399, 400, 12, 13)


def test_who_could_not_be_read_counts_both_ways():
    known, unsure = estimate(1_000, 100, 10), estimate(1_000, 90, 10, failed=10)
    assert unsure.fewest == known.fewest
    assert unsure.most == estimate(1_000, 100, 20).most


def test_the_ends_are_the_last_numbers_that_are_not_too_unlikely():
    one = estimate(200, 60, 9)

    def at_least(marked):
        return sum(chance(200, marked, 60, found) for found in range(9, min(marked, 60) + 1))

    def at_most(marked):
        return sum(chance(200, marked, 60, found) for found in range(10))

    assert at_least(one.fewest - 1) <= 0.025 < at_least(one.fewest)
    assert at_most(one.most + 1) <= 0.025 < at_most(one.most)


def sample(*, first=(), drawn=100, others=1_000, **members):
    drawn = frozenset(f"v{number}" for number in range(drawn))
    options = {"first_known": len(first), "failed": 0, "all_listed": True} | members
    return Sample(first=frozenset(first), drawn=drawn, others=others, **options)


def test_who_was_read_first_says_nothing_of_the_others():
    failing = {"X": {"host1", "host2", "v3"}, None: {"host1"}, "Y": {"not read in turn"}}
    told = estimates(sample(first=("host1", "host2", "host3")), failing)
    assert told.any_error == estimate(1_000, 100, 1)
    assert dict(told.by_code) == {
        "X": estimate(1_000, 100, 1),
        None: estimate(1_000, 100, 0),
        "Y": estimate(1_000, 100, 0),
    }
    assert (told.first.read, told.first.failing) == (3, 2)
    assert told.first.by_code == (("X", 2), (None, 1))


def test_a_participant_with_two_codes_is_one_with_an_error():
    told = estimates(sample(), {"X": {"v1", "v2"}, "Y": {"v2", "v3", "v4"}})
    assert told.any_error.found == 4
    assert [(code, one.found) for code, one in told.by_code] == [("Y", 3), ("X", 2)]


def test_no_error_at_all_is_an_estimate_too():
    told = estimates(sample(), {})
    assert (told.any_error.found, told.any_error.fewest) == (0, 0)
    assert 20 <= told.any_error.most <= 40


@pytest.mark.parametrize(
    "read",
    [
        sample(drawn=FEWEST - 1),
        sample(drawn=0, first=("host",)),
        sample(drawn=100, others=100),
        sample(drawn=98, others=100, failed=2),
    ],
)
def test_there_is_none_from_too_few_and_none_when_nobody_is_left(read):
    assert estimates(read, {"X": {"v1"}}) is None
