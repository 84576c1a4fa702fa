"""EventTally: how many events and errors there are in each stretch of time."""

from bisect import bisect_left
from collections import Counter
from datetime import datetime
from itertools import accumulate, compress, pairwise, repeat
from operator import floordiv
from typing import NamedTuple

from ivscope.analysis.intervals import SECOND
from ivscope.analysis.time_window import TimeWindow
from ivscope.analysis.timed_events import flags_of
from ivscope.domain.clock import work_limit
from ivscope.domain.times import LATEST_US, from_microseconds
from ivscope.provider.store.event_log import NO_TIME, EventLog

_CHUNK = 16_384
"""Events counted between two looks at the clock: about 3 ms."""


class Bucket(NamedTuple):
    """Events within one column of a plot."""

    events: int
    errors: int


class EventTally:
    """Counts the events of every second. Not for two threads at once."""

    __slots__ = ("_all", "_counted", "_errors", "_log", "_sums")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._counted = 0
        self._all: Counter[int] = Counter()
        """By second since 1970 UTC."""
        self._errors: Counter[int] = Counter()
        self._sums: tuple[_Sums, _Sums] | None = None
        """Running sums of `_all` and `_errors`; None when these have changed since."""

    def advance(self, seconds: float) -> bool:
        """Count for about so many seconds, at least a slice. Returns whether events are left."""
        is_over = work_limit(seconds)
        while self._counted < len(self._log):
            self._count(self._counted, min(self._counted + _CHUNK, len(self._log)))
            if is_over():
                break
        return self._counted < len(self._log)

    def buckets(self, window: TimeWindow, columns: int) -> list[Bucket]:
        """Return the events and errors in each column of a window, as far as counted.

        A second counts in the column that holds its beginning.
        """
        if self._sums is None:
            self._sums = _Sums(self._all), _Sums(self._errors)
        edges = window.edges(columns)
        edges[-1] += 1  # The last column holds the end of the window too.
        seconds = [-(-edge // SECOND) for edge in edges]
        events, errors = (sums.between(seconds) for sums in self._sums)
        return list(map(Bucket, events, errors))

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first second with an event to the end of the last; None without a time."""
        if not self._all:
            return None
        first, last = min(self._all), max(self._all)
        end = min((last + 1) * SECOND, LATEST_US)
        return from_microseconds(first * SECOND), from_microseconds(end)

    def _count(self, start: int, stop: int) -> None:
        times = self._log.columns(start, stop).times
        errors = flags_of(self._log, start, stop, lambda kind: kind.is_error)
        facts = flags_of(self._log, start, stop, lambda kind: kind.contradiction is None)
        kept = compress(times, facts) if 0 in facts else times
        for counter, own in ((self._all, kept), (self._errors, compress(times, errors))):
            timed = filter(NO_TIME.__lt__, own)
            counter.update(map(floordiv, timed, repeat(SECOND)))
        self._counted = stop
        self._sums = None


class _Sums:
    """How many lie before each second."""

    __slots__ = ("_seconds", "_sums")

    def __init__(self, counts: Counter[int]) -> None:
        self._seconds = sorted(counts)
        self._sums = [0, *accumulate(map(counts.__getitem__, self._seconds))]

    def between(self, seconds: list[int]) -> list[int]:
        """Return how many events lie between each two neighbours of some seconds."""
        before = [self._sums[bisect_left(self._seconds, second)] for second in seconds]
        return [after - own for own, after in pairwise(before)]
