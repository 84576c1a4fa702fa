"""EventTally: how many events and errors there are in each stretch of time."""

from bisect import bisect_left
from collections import Counter
from datetime import datetime
from itertools import accumulate, compress, pairwise, repeat
from operator import floordiv
from typing import NamedTuple

from ivscope.analysis.intervals import SECOND
from ivscope.analysis.time_window import TimeWindow, window_between
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

    __slots__ = ("_all", "_by_code", "_code_sums", "_counted", "_errors", "_log", "_sums")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._counted = 0
        self._all: Counter[int] = Counter()
        """By second since 1970 UTC."""
        self._errors: Counter[int] = Counter()
        self._by_code: dict[str | None, Counter[int]] = {}
        """The errors of each code, likewise."""
        self._sums: tuple[_Sums, _Sums] | None = None
        """Running sums of `_all` and `_errors`; None when these have changed since."""
        self._code_sums: dict[str | None, _Sums] = {}
        """Running sums of `_by_code`, without those that have changed since."""

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
        events, errors = (sums.between(_seconds(window, columns)) for sums in self._sums)
        return list(map(Bucket, events, errors))

    def errors(self, code: str | None, window: TimeWindow, columns: int) -> list[int]:
        """Return the errors of a code, None for those without one, in each column of a window."""
        sums = self._code_sums.get(code)
        if sums is None:
            sums = self._code_sums[code] = _Sums(self._by_code.get(code, Counter()))
        return sums.between(_seconds(window, columns))

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first second with an event to the end of the last; None without a time."""
        if not self._all:
            return None
        first, last = min(self._all), max(self._all)
        end = min((last + 1) * SECOND, LATEST_US)
        return from_microseconds(first * SECOND), from_microseconds(end)

    @property
    def window(self) -> TimeWindow | None:
        """The window that shows all events with a time; None without any."""
        return None if self.span is None else window_between(*self.span)

    def _count(self, start: int, stop: int) -> None:
        times = self._log.columns(start, stop).times
        errors = flags_of(self._log, start, stop, lambda kind: kind.is_error)
        facts = flags_of(self._log, start, stop, lambda kind: kind.contradiction is None)
        kept = compress(times, facts) if 0 in facts else times
        for counter, own in ((self._all, kept), (self._errors, compress(times, errors))):
            timed = filter(NO_TIME.__lt__, own)
            counter.update(map(floordiv, timed, repeat(SECOND)))
        if 1 in errors:
            kinds = self._log.tables.kinds
            failed = compress(self._log.columns(start, stop).kinds, errors)
            for kind, time in zip(failed, compress(times, errors), strict=True):
                if time > NO_TIME:
                    code = kinds[kind].error_code
                    self._by_code.setdefault(code, Counter())[time // SECOND] += 1
                    self._code_sums.pop(code, None)
        self._counted = stop
        self._sums = None


def _seconds(window: TimeWindow, columns: int) -> list[int]:
    """Return the second from which each column counts, and the one after the last column."""
    edges = window.edges(columns)
    edges[-1] += 1  # The last column holds the end of the window too.
    return [-(-edge // SECOND) for edge in edges]


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
