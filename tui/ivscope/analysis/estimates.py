"""Estimates: how many of those not read have an error, concluded from a random part of them."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from math import exp, lgamma
from typing import Final

from ivscope.domain.frozen import frozen
from ivscope.provider.fetch.scan_queue import Sample

_EACH_SIDE: Final = 0.025
"""The chance of an error on either side, so that a range holds at least 95 times of 100."""

_NEGLIGIBLE: Final = 1e-12
"""A term this small beside the sum changes no digit that is shown."""

FEWEST: Final = 12
"""Participants read at random before anything is said: none of 12 still allows 27 %. More can take
over ten seconds at four calls a second: while the list grows, not all who are read count."""


@frozen
class Share:
    """How many of a population have something, from a part of it that was drawn at random."""

    found: int
    """Participants of the part that have it."""
    read: int
    """Participants of the part."""
    population: int
    """Participants that the part was drawn from, itself included."""
    fewest: int
    """At least so many of the population have it, and at most `most`, in 95 of 100 samples."""
    most: int


@frozen
class FirstRead:
    """Who is read before the others, since the list itself made it suspicious. No sample."""

    read: int
    known: int
    """As far as listed."""
    failing: int
    """Of those read, with any error."""
    by_code: tuple[tuple[str | None, int], ...]
    """How many of those read got each code, most first."""


@frozen
class Estimates:
    """What the random part of a session says of everybody who was not read first."""

    first: FirstRead
    all_listed: bool
    """Whether the population is all others; before, it is the first ones listed."""
    failed: int
    """Of those drawn, how many could not be read; the ranges count them both ways."""
    any_error: Share
    by_code: tuple[tuple[str | None, Share], ...]
    """A row for each code that was found in the session, most found first."""


def estimate(population: int, read: int, found: int, failed: int = 0) -> Share:
    """Share from a part that was drawn at random, without drawing anybody twice.

    The range is the exact one of Clopper and Pearson, with the hypergeometric distribution in place
    of the binomial one: it has every number under which the part found was not too unlikely. It
    holds in at least 95 of 100 samples, whatever the true number is, also when nothing was found.

    Args:
        population: How many there are, from 1 on.
        read: How many were drawn and read, 1 to `population`.
        found: How many of those have it, 0 to `read`.
        failed: How many more were drawn and could not be read: the range holds whether all or
            none of them have it.
    """
    drawn = read + failed
    fewest = _fewest(population, drawn, found)
    most = population - _fewest(population, drawn, read - found)
    return Share(found, read, population, fewest, most)


def _fewest(population: int, drawn: int, found: int) -> int:
    """The smallest number under which so many or more are drawn with a chance above 2.5 %."""
    if not found:
        return 0
    low, high = found, population - (drawn - found)
    while low < high:
        middle = (low + high) // 2
        if _is_likely(population, middle, drawn, found):
            high = middle
        else:
            low = middle + 1
    return low


def _is_likely(population: int, marked: int, drawn: int, found: int) -> bool:
    """Whether at least `found` marked ones are drawn with a chance above 2.5 %."""
    if found * population <= marked * drawn:
        return True  # no more than the mean: about every second sample has so many
    others = population - marked
    term = exp(
        _log_choose(marked, found)
        + _log_choose(others, drawn - found)
        - _log_choose(population, drawn)
    )
    total = 0.0
    for number in range(found, min(marked, drawn) + 1):
        total += term
        if total > _EACH_SIDE or term < total * _NEGLIGIBLE:
            break
        term *= (marked - number) * (drawn - number)
        term /= (number + 1) * (others - drawn + number + 1)
    return total > _EACH_SIDE


def _log_choose(count: int, taken: int) -> float:
    return lgamma(count + 1) - lgamma(taken + 1) - lgamma(count - taken + 1)


def estimates(sample: Sample, failing: Mapping[str | None, AbstractSet[str]]) -> Estimates | None:
    """Share for any error and for each code.

    Each participant counts once for a code, however often it got it. Who was read first is counted
    apart and says nothing of the others. Every range holds 95 times of 100 by itself, not all of
    them at once.

    Args:
        sample: Who was read.
        failing: Ids of the participants with an error, by code.

    Returns:
        None when too few were read at random, and when nobody is left to read.
    """
    if len(sample.drawn) < FEWEST or len(sample.drawn) + sample.failed >= sample.others:
        return None
    anybody: set[str] = set().union(*failing.values())

    def of(names: AbstractSet[str]) -> Share:
        found = len(names & sample.drawn)
        return estimate(sample.others, len(sample.drawn), found, sample.failed)

    first = [(code, len(names & sample.first)) for code, names in failing.items()]
    rows = [(code, of(names)) for code, names in failing.items()]
    return Estimates(
        first=FirstRead(
            read=len(sample.first),
            known=sample.first_known,
            failing=len(anybody & sample.first),
            by_code=tuple(
                sorted((one for one in first if one[1]), key=lambda one: (-one[1], one[0] or ""))
            ),
        ),
        all_listed=sample.all_listed,
        failed=sample.failed,
        any_error=of(anybody),
        by_code=tuple(sorted(rows, key=lambda row: (-row[1].found, row[0] or ""))),
    )
