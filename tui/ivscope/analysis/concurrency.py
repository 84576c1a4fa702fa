"""PublisherCounter: how many participants were publishing at once, at every moment."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import compress
from typing import Final

from ivscope.analysis.plots import PublisherLevel
from ivscope.analysis.shown_events import flags_of
from ivscope.analysis.stretches import Covered, KindRoles, Row, Stretch, told_by
from ivscope.analysis.time_window import TimeWindow
from ivscope.domain import events
from ivscope.domain.clock import work_limit
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import NO_TIME, EventLog

_CHUNK = 8_192
"""Events looked at between two looks at the clock: 1 ms, 5 ms when all of them matter."""

_PEOPLE = 256
"""Publishers looked at between two looks at the clock."""

_INSTANTS = 4_096
"""Instants counted between two looks at the clock: about 2 ms."""

_STARTS_AND_STOPS: Final = frozenset({events.PUBLISH_STARTED, events.PUBLISH_STOPPED})
_NAMES: Final = _STARTS_AND_STOPS | {events.JOINED, events.LEFT}

_FOREVER = 1 << 62
"""Later than every time."""


class PublisherCounter:
    """Counts publishers from JOINED, PUBLISH_STARTED, PUBLISH_STOPPED and LEFT.

    A participant counts once however often it starts, and what stops in an instant frees its seat
    for what starts in the same instant: times are whole seconds and do not tell which was first.
    Who is not read at all counts nowhere. Not for two threads at once.

    Args:
        log: Events of everybody.
        is_read: Whether the events of a participant are read to the end.
        ended: When the session ended; None while it is live.
    """

    __slots__ = (
        "_certain",
        "_ended",
        "_is_live",
        "_is_read",
        "_log",
        "_people",
        "_possible",
        "_publishers",
        "_roles",
        "_rows",
        "_scanned",
        "_work",
    )

    def __init__(
        self, log: EventLog, *, is_read: Callable[[str], bool], ended: datetime | None
    ) -> None:
        self._log = log
        self._is_read = is_read
        self._is_live = ended is None
        self._ended = NO_TIME if ended is None else to_microseconds(ended)
        self._roles = KindRoles(log.tables)
        self._scanned = 0
        self._rows: dict[int, array[int]] = {}
        """By participant: position, time and kind of each event that matters, flat."""
        self._publishers: dict[int, None] = {}
        """Participants who started or stopped publishing."""
        self._people: dict[int, _Publishing] = {}
        self._certain = _Steps()
        self._possible = _Steps()
        self._work: Iterator[None] | None = None

    def advance(self, seconds: float) -> bool:
        """Count for about so long, at least one slice; whether something is left to count.

        What was counted before stays in place until the log is counted to its end. Call it anew
        when the log has grown or a participant is read to its end.
        """
        is_over = work_limit(seconds)
        if self._work is None:
            self._work = self._steps()
        for _ in self._work:
            if is_over():
                return True
        self._work = None
        return self._scanned < len(self._log)

    def levels(
        self, window: TimeWindow, columns: int, until: datetime | None = None
    ) -> list[PublisherLevel]:
        """The highest level in each column of a window.

        Args:
            window: What is shown.
            columns: How many.
            until: Nothing is known later: columns that begin after it have nobody. For live
                sessions, when the events were read.
        """
        edges = window.edges(columns)
        edges[-1] += 1  # The last column holds the end of the window too.
        bound = _FOREVER if until is None else to_microseconds(until)
        return [
            self._level(edges[column], edges[column + 1])
            if edges[column] <= bound
            else PublisherLevel(0, 0)
            for column in range(columns)
        ]

    def at(self, moment: datetime) -> PublisherLevel:
        """The level at one moment."""
        start = to_microseconds(moment)
        return self._level(start, start + 1)

    @property
    def peak(self) -> PublisherLevel:
        """The highest level there was."""
        return self._level(NO_TIME, _FOREVER)

    def _level(self, start: int, stop: int) -> PublisherLevel:
        return PublisherLevel(self._certain.most(start, stop), self._possible.most(start, stop))

    def _steps(self) -> Iterator[None]:
        while self._scanned < len(self._log):
            self._scan(self._scanned, min(self._scanned + _CHUNK, len(self._log)))
            yield
        texts = self._log.tables.texts
        has_changed = False
        for count, number in enumerate(self._publishers):
            rows = self._rows[number]
            is_read = self._is_read(texts[number] or "")
            known = self._people.get(number)
            if known is None or (known.length, known.is_read) != (len(rows), is_read):
                has_changed = True
                told = told_by(_unpacked(rows), self._roles, self._ended).publishing
                self._people[number] = _Publishing(
                    len(rows), told, is_read=is_read, is_live=self._is_live
                )
                yield
            elif count % _PEOPLE == 0:
                yield
        if has_changed:
            people = self._people.values()
            certain, possible = _Steps(), _Steps()
            yield from certain.fill([own.certain for own in people])
            yield from possible.fill([own.possible for own in people])
            self._certain, self._possible = certain, possible

    def _scan(self, start: int, stop: int) -> None:
        columns = self._log.columns(start, stop)
        flags = flags_of(self._log, start, stop, lambda kind: kind.name in _STARTS_AND_STOPS)
        self._publishers.update(dict.fromkeys(compress(columns.participants, flags)))
        flags = flags_of(self._log, start, stop, lambda kind: kind.name in _NAMES)
        rows = zip(
            columns.participants, range(start, stop), columns.times, columns.kinds, strict=True
        )
        for participant, *row in compress(rows, flags):
            self._rows.setdefault(participant, array("q")).extend(row)
        self._scanned = stop


class _Publishing:
    """When one participant was publishing."""

    __slots__ = ("certain", "is_read", "length", "possible")

    def __init__(
        self, length: int, told: Iterable[Stretch], *, is_read: bool, is_live: bool
    ) -> None:
        self.length = length
        """Of the rows that it was told by."""
        self.is_read = is_read
        lasting = [
            one._replace(end=_FOREVER) if one.is_lasting and is_live else one for one in told
        ]
        self.possible = Covered(lasting)
        self.certain = Covered(
            one
            for one in lasting
            if is_read and one.has_begin and (one.has_end or (one.is_lasting and is_live))
        )


class _Steps:
    """How many of some intervals cover a moment, for every moment."""

    __slots__ = ("_after", "_peaks", "_times")

    def __init__(self) -> None:
        self._times = array("q")
        self._peaks = array("q")
        """The most in the very instant."""
        self._after = array("q")
        """How many from there to the next instant."""

    def fill(self, covers: Sequence[Covered]) -> Iterator[None]:
        """Count the intervals, once, with chances to pause."""
        starts: Counter[int] = Counter()
        stops: Counter[int] = Counter()
        passing: Counter[int] = Counter()
        for number, cover in enumerate(covers):
            for begin, end in cover:
                starts[begin] += 1
                (passing if begin == end else stops)[end] += 1
            if number % _PEOPLE == 0:
                yield
        self._times.extend(sorted(starts.keys() | stops.keys()))
        yield
        count = 0
        for number, time in enumerate(self._times):
            count += starts[time] - stops[time]
            self._peaks.append(count)
            count -= passing[time]
            self._after.append(count)
            if number % _INSTANTS == 0:
                yield

    def most(self, start: int, stop: int) -> int:
        """The most from `start` to below `stop`."""
        first, last = bisect_left(self._times, start), bisect_left(self._times, stop)
        before = self._after[first - 1] if first else 0
        if first < last and self._times[first] == start:
            before = 0  # It changed in that very instant.
        return max(before, max(self._peaks[first:last], default=0))


def _unpacked(rows: "array[int]") -> Iterator[Row]:
    values = iter(rows)
    for position, time, kind in zip(values, values, values, strict=True):
        yield position, time, kind, 0
