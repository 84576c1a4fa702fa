"""EventTally: how many events and errors there are in each stretch of time."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from datetime import datetime
from itertools import compress, pairwise
from typing import NamedTuple

from ivscope.analysis.intervals import SECOND
from ivscope.analysis.time_window import TimeWindow, window_between
from ivscope.analysis.timed_events import flags_of
from ivscope.domain.clock import work_limit
from ivscope.domain.times import LATEST_US, from_microseconds
from ivscope.provider.store.event_log import NO_TIME, EventLog

_CHUNK = 16_384
"""Events counted between two looks at the clock: about 2 ms."""

_MOST_SORTED = _CHUNK
"""Times that are kept in one order at most: to sort them takes 1 to 4 ms, and a million events have
some sixty parts, in which a second is looked up in 0.02 ms."""


class Bucket(NamedTuple):
    """Events within one column of a plot."""

    events: int
    errors: int


class EventTally:
    """Counts the events of every second. Not for two threads at once."""

    __slots__ = ("_all", "_by_code", "_counted", "_errors", "_log")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._counted = 0
        self._all = _SortedTimes()
        self._errors = _SortedTimes()
        self._by_code: dict[str | None, _SortedTimes] = {}
        """The errors of each code."""

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
        edges = _whole_seconds(window, columns)
        return list(map(Bucket, self._all.between(edges), self._errors.between(edges)))

    def errors(self, code: str | None, window: TimeWindow, columns: int) -> list[int]:
        """Return the errors of a code, None for those without one, in each column of a window."""
        return self._by_code.get(code, _SortedTimes()).between(_whole_seconds(window, columns))

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """From the first second with an event to the end of the last; None without a time."""
        ends = self._all.ends
        if ends is None:
            return None
        first, last = ends
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
        self._all.add(compress(times, facts) if 0 in facts else times)
        if 1 in errors:
            failed_at = list(compress(times, errors))
            self._errors.add(failed_at)
            kinds = self._log.tables.kinds
            by_code: dict[str | None, list[int]] = {}
            failed = compress(self._log.kinds_of(start, stop), errors)
            for kind, time in zip(failed, failed_at, strict=True):
                by_code.setdefault(kinds[kind].error_code, []).append(time)
            for code, own in by_code.items():
                self._by_code.setdefault(code, _SortedTimes()).add(own)
        self._counted = stop


def _whole_seconds(window: TimeWindow, columns: int) -> list[int]:
    """Return the second in which each column begins to count, and that after the last."""
    edges = window.edges(columns)
    edges[-1] += 1  # The last column holds the end of the window too.
    return [-(-edge // SECOND) for edge in edges]


_UNTIMED = NO_TIME // SECOND
"""What becomes of the time of an event without one; every other second is later."""


_LAST = 2**32 - 1
"""The last second that four bytes hold."""


class _SortedTimes:
    """The seconds of times that come in any order, in few parts that are sorted each.

    A part is joined with the one before it once it has grown as long, so that pages that come one
    by one make no more parts than a whole log that comes at once.
    """

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: list[array[int]] = []

    def add(self, times: Iterable[int]) -> None:
        """Add times in microseconds; those that are none are left out."""
        new = sorted([time // SECOND for time in times])
        del new[: bisect_left(new, _UNTIMED + 1)]
        if not new:
            return
        parts = self._parts
        while parts and len(parts[-1]) <= min(len(new), _MOST_SORTED - len(new)):
            new.extend(parts.pop())
            new.sort()
        # Four bytes a second until 2106, eight for what lies beyond.
        parts.append(array("I" if new[0] >= 0 and new[-1] <= _LAST else "q", new))

    @property
    def ends(self) -> tuple[int, int] | None:
        """The first and the last second; None without any."""
        if not self._parts:
            return None
        return min(part[0] for part in self._parts), max(part[-1] for part in self._parts)

    def between(self, moments: list[int]) -> list[int]:
        """Return how many lie from each of some rising seconds to below the next one."""
        before = [0] * len(moments)
        for part in self._parts:
            at = 0
            for number, moment in enumerate(moments):
                at = bisect_left(part, moment, at)
                before[number] += at
        return [after - own for own, after in pairwise(before)]
