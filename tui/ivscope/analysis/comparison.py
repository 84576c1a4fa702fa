"""Comparison: the events of two participants side by side, second by second."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, zip_longest
from math import inf

from ivscope.analysis.causal_order import causal_order
from ivscope.analysis.intervals import SECOND
from ivscope.domain.frozen import frozen
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.indexes import OrderLabel

_UNTIMED = -(1 << 62)
"""Second of events that no event with a readable time comes before."""


@frozen
class Side:
    """One of the two participants that are compared."""

    log: EventLog
    positions: Sequence[int]
    """Positions of its events in the log, in any order."""
    is_complete: bool = True
    """Whether these are all of its events."""


@frozen
class ComparisonRow:
    """At most one event of each side, from the same second."""

    second: datetime | None
    """The second, UTC; None for events at the start that have no readable time."""
    left: int | None
    """Position in the log of the left side; None for no event."""
    right: int | None
    is_left_open: bool
    """Whether the left side may have more events in that second, which were not read."""
    is_right_open: bool
    is_first: bool
    """Whether it is the first row of its second."""


class Comparison:
    """Rows oldest first.

    Inside a second each side has its own causal order, and what stands in one row happened in
    that second; which of the two was first is not known. An event without a readable time stays
    with the one before it.
    """

    __slots__ = ("_known", "_rows", "_seconds")

    def __init__(self, left: Side, right: Side) -> None:
        lefts, rights = _by_second(left), _by_second(right)
        self._known = _known(left, lefts), _known(right, rights)
        self._seconds: list[int] = []
        self._rows: list[tuple[int | None, int | None]] = []
        for second in sorted(lefts.keys() | rights.keys()):
            pairs = list(zip_longest(lefts.get(second, ()), rights.get(second, ())))
            self._rows += pairs
            self._seconds += [second] * len(pairs)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> ComparisonRow:
        """Return a row, 0 to below `len()`."""
        second = self._seconds[index]
        is_first = index == 0 or self._seconds[index - 1] != second
        time = None if second == _UNTIMED else from_microseconds(second * SECOND)
        is_left_open, is_right_open = (not low < second < high for low, high in self._known)
        return ComparisonRow(time, *self._rows[index], is_left_open, is_right_open, is_first)

    def row_at(self, moment: datetime) -> int:
        """Return the first row at or after the second of a moment, else the last; 0 if empty."""
        row = bisect_left(self._seconds, to_microseconds(moment) // SECOND)
        return max(0, min(row, len(self) - 1))


def _known(side: Side, seconds: Iterable[int]) -> tuple[float, float]:
    """Return the two seconds between which, both excluded, all events of a side are read.

    The service promises no order: what is not read is assumed to go on in the order seen so far.
    """
    if side.is_complete:
        return -inf, inf
    match side.log.order:
        case OrderLabel.NEWEST_FIRST:
            return min((second for second in seconds if second != _UNTIMED), default=inf), inf
        case OrderLabel.OLDEST_FIRST:
            return -inf, max(seconds, default=-inf)
        case _:
            return inf, inf


def _by_second(side: Side) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for second, group in groupby(_with_seconds(side), key=lambda one: one[0]):
        found[second] = [position for _, position in group]
    return found


def _with_seconds(side: Side) -> Iterator[tuple[int, int]]:
    second = _UNTIMED
    for position in _ordered(side):
        time = side.log.time_us(position)
        second = second if time is None else time // SECOND
        yield second, position


def _ordered(side: Side) -> Iterable[int]:
    """Sort a side; equal times are ordered by its own events, not by the whole session."""
    own = EventLog(side.log.tables)
    positions = sorted(side.positions)
    start = 0
    while start < len(positions):
        stop = start + 1
        while stop < len(positions) and positions[stop] == positions[stop - 1] + 1:
            stop += 1
        own.append_rows(side.log, range(positions[start], positions[stop - 1] + 1))
        start = stop
    return map(positions.__getitem__, causal_order(own, range(len(own))))
