"""Publishers: how many participants were publishing, who, and how sure that is.

The one count that plots, lanes and findings show. At a moment a participant counts as certain when
it started before and stopped after it, or still publishes for certain in a live session; as
possible when it may have been publishing. It counts once however often it starts. Participants that
are not read count nowhere. Replicas count too: no document says whether they take a slot of a
stage.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import compress, pairwise
from typing import Final, NamedTuple

from ivscope.analysis.histories import PUBLISHING_NAMES, KindRoles, Row, publishing_of
from ivscope.analysis.intervals import LATEST, SECOND, Cover, Interval, Reach, Track, Why
from ivscope.analysis.time_window import TimeWindow
from ivscope.analysis.timed_events import flags_of, places_of
from ivscope.domain import events
from ivscope.domain.clock import work_limit
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import EventLog

_CHUNK = 8_192
"""Events looked at between two looks at the clock: 1 ms, 5 ms when all of them matter."""

_PEOPLE = 64
"""Publishers looked at between two looks at the clock."""

_INSTANTS = 4_096
"""Instants counted between two looks at the clock: about 2 ms."""

_STARTS_AND_STOPS: Final = frozenset({events.PUBLISH_STARTED, events.PUBLISH_STOPPED})


class PublisherLevel(NamedTuple):
    """How many participants were publishing: through a time, or at most at once in a column."""

    certain: int
    """Those who started before and stopped after, or went on for certain."""
    possible: int
    """With those of whom that is not certain; never below `certain`."""


class Publisher(NamedTuple):
    """A participant that was publishing at a time, or may have been."""

    participant_id: str
    interval: Interval | None
    """The interval that shows it; None when no start or stop has a readable time."""
    why: Why | None
    """Why that is not certain; None when it is."""


class Publishers:
    """The publishers of a log that grows. Not for two threads at once.

    Args:
        log: Events of everybody.
        reaches: Looks at how far everybody is read, and returns how to tell it by id. Called
            before the log is looked at, which may grow meanwhile.
    """

    __slots__ = (
        "_certain",
        "_examined",
        "_log",
        "_people",
        "_possible",
        "_publishers",
        "_reaches",
        "_roles",
        "_rows",
        "_work",
    )

    def __init__(self, log: EventLog, reaches: Callable[[], Callable[[str], Reach]]) -> None:
        self._log = log
        self._reaches = reaches
        self._roles = KindRoles(log.tables)
        self._examined = 0
        self._rows: dict[int, array[int]] = {}
        """By participant: position, time and kind of each event that matters, one after another."""
        self._publishers: dict[int, None] = {}
        """Participants who started or stopped publishing."""
        self._people: dict[str, _PublishingTimes] = {}
        """By participant id."""
        self._certain = _Ranges()
        self._possible = _Ranges()
        self._work: Iterator[None] | None = None

    def advance(self, seconds: float) -> bool:
        """Count for about so many seconds, at least a slice. Returns whether more is left.

        Earlier counts stay valid until the log is counted to its end. Call it again when the log
        has grown or a participant is read further.
        """
        is_over = work_limit(seconds)
        if self._work is None:
            self._work = self._steps()
        for _ in self._work:
            if is_over():
                return True
        self._work = None
        return self._examined < len(self._log)

    def count(self) -> "Publishers":
        """Count everything at once, for a thread that may take its time. Returns itself."""
        while self.advance(1):
            pass
        return self

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
        bound = LATEST if until is None else to_microseconds(until)
        return [
            PublisherLevel(self._certain.most(start, stop), self._possible.most(start, stop))
            if start <= bound
            else PublisherLevel(0, 0)
            for start, stop in pairwise(edges)
        ]

    def level(self, first: int, last: int, without: str | None = None) -> PublisherLevel:
        """Return how many were publishing throughout a time, for certain and possibly.

        Args:
            first: The first moment that the time can stand for, microseconds.
            last: The last one.
            without: A participant who is not counted.
        """
        certain = self._certain.surrounding(first, last)
        possible = self._possible.touching(first, last)
        own = None if without is None else self._people.get(without)
        if own is not None:
            certain -= own.track.certain.surrounds(first, last)
            possible -= own.possible.touches(first, last + 1)
        return PublisherLevel(certain, possible)

    def times_above(self, count: int, lasting: int, *, possible: bool = False) -> Iterator[int]:
        """Yield moments in times with more than so many certain publishers, oldest first.

        Args:
            count: How many.
            lasting: Microseconds that such a time lasts at least.
            possible: Whether those of whom it is not certain are counted too.
        """
        return (self._possible if possible else self._certain).times_above(count, lasting)

    def at(self, first: int, last: int) -> Iterator[Publisher]:
        """Yield each participant that was publishing throughout a time, or may have been.

        Arguments as for `level`.
        """
        for participant_id, own in self._people.items():
            if own.possible.touches(first, last + 1):
                is_certain = own.track.certain.surrounds(first, last)
                interval = _nearest(own.track.intervals, first)
                why = None if is_certain else own.why_not(interval, first, last)
                yield Publisher(participant_id, interval, why)

    @property
    def known(self) -> int:
        """How many participants have a start or a stop of publishing; they only get more."""
        return len(self._people)

    def has(self, participant_id: str) -> bool:
        """Whether a participant has a start or a stop of publishing among what is counted."""
        return participant_id in self._people

    def _steps(self) -> Iterator[None]:
        reach_of = self._reaches()
        while self._examined < len(self._log):
            self._examine(self._examined, min(self._examined + _CHUNK, len(self._log)))
            yield
        texts = self._log.tables.texts
        has_changed = False
        for count, number in enumerate(self._publishers):
            name, rows = texts[number] or "", self._rows[number]
            reach, known = reach_of(name), self._people.get(name)
            if known is None or not known.is_made_of(len(rows), reach):
                has_changed = True
                track = publishing_of(self._log, _unpacked(rows), self._roles, reach)
                self._people[name] = _PublishingTimes(len(rows), reach, track)
            if count % _PEOPLE == 0:
                yield
        if has_changed:
            people = self._people.values()
            certain, possible = _Ranges(), _Ranges()
            # At the moment of the stop itself publishing is no longer certain.
            yield from certain.fill(
                [(begin, end - 1) for own in people for begin, end in own.track.certain]
            )
            yield from possible.fill([one for own in people for one in own.possible])
            self._certain, self._possible = certain, possible

    def _examine(self, start: int, stop: int) -> None:
        columns = self._log.columns(start, stop)
        participants, times, kinds = columns.participants, columns.times, columns.kinds
        flags = flags_of(self._log, start, stop, lambda kind: kind.name in _STARTS_AND_STOPS)
        self._publishers.update(dict.fromkeys(compress(participants, flags)))
        flags = flags_of(self._log, start, stop, lambda kind: kind.name in PUBLISHING_NAMES)
        for row in places_of(flags, 1):
            own = self._rows.setdefault(participants[row], array("q"))
            own.extend((start + row, times[row], kinds[row]))
        self._examined = stop


class _PublishingTimes:
    """When one participant was publishing."""

    __slots__ = ("length", "possible", "reach", "track")

    def __init__(self, length: int, reach: Reach, track: Track) -> None:
        self.length = length
        """Length of the rows that it was made from."""
        self.reach = reach
        self.track = track
        self.possible = Cover(_by_seconds(track.possible))
        """Without gaps within one second, so that nobody counts twice in a second."""

    def is_made_of(self, length: int, reach: Reach) -> bool:
        """Whether it was made from so many rows, read so far."""
        if length != self.length or reach.is_complete is not self.reach.is_complete:
            return False
        intervals = self.track.intervals
        is_over = all(one.is_over for one in intervals[-1:]) and self.reach.is_complete
        return reach == self.reach or (is_over and reach.ended == self.reach.ended)

    def why_not(self, interval: Interval | None, first: int, last: int) -> Why:
        """Return why it is not certain that it was publishing from `first` to `last`."""
        if not self.reach.is_complete:
            return Why.NOT_READ
        if interval is None:
            return Why.NO_TIME
        return interval.doubt(first, last)


def _by_seconds(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join ranges when one ends in the second in which the next begins."""
    held: tuple[int, int] | None = None
    for begin, end in ranges:
        if held is not None and held[1] // SECOND == begin // SECOND:
            held = held[0], end
            continue
        if held is not None:
            yield held
        held = begin, end
    if held is not None:
        yield held


def _nearest(intervals: Sequence[Interval], moment: int) -> Interval | None:
    """Return the last interval that began before a moment, else the first one."""
    at = bisect_left(intervals, moment, key=lambda one: one.begin)
    return intervals[max(0, at - 1)] if intervals else None


class _Ranges:
    """Ranges of many participants: how many of them cover a moment or a time."""

    __slots__ = ("_after", "_begins", "_ends", "_ends_by_begin", "_peaks", "_times")

    def __init__(self) -> None:
        self._times = array("q")
        self._peaks = array("q")
        """The most in the very instant."""
        self._after = array("q")
        """How many from there to the next instant."""
        self._begins = array("q")
        self._ends_by_begin = array("q")
        self._ends = array("q")

    def fill(self, ranges: list[tuple[int, int]]) -> Iterator[None]:
        """Count the ranges, both ends included, once, with chances to pause."""
        ranges = [one for one in ranges if one[0] <= one[1]]
        ranges.sort()
        yield
        self._begins.extend(begin for begin, _ in ranges)
        self._ends_by_begin.extend(end for _, end in ranges)
        self._ends.extend(sorted(self._ends_by_begin))
        yield
        starts, stops = Counter(self._begins), Counter(self._ends)
        yield
        self._times.extend(sorted(starts.keys() | stops.keys()))
        yield
        count = 0
        for number, time in enumerate(self._times):
            count += starts[time]
            self._peaks.append(count)
            count -= stops[time]
            self._after.append(count)
            if number % _INSTANTS == 0:
                yield

    def most(self, start: int, stop: int) -> int:
        """The most from `start` to below `stop`."""
        first, last = bisect_left(self._times, start), bisect_left(self._times, stop)
        before = self._after[first - 1] if first else 0
        return max(before, max(self._peaks[first:last], default=0))

    def times_above(self, count: int, lasting: int) -> Iterator[int]:
        """The middles of times of at least a length in which more than so many are."""
        if max(self._after, default=0) <= count:
            return
        begin: int | None = None
        for time, after in zip(self._times, self._after, strict=True):
            if after > count:
                begin = time if begin is None else begin
            elif begin is not None:
                if time - begin >= lasting:
                    yield (begin + time) // 2
                begin = None

    def touching(self, first: int, last: int) -> int:
        """How many have a moment of a time, both ends of it included."""
        return bisect_right(self._begins, last) - bisect_left(self._ends, first)

    def surrounding(self, first: int, last: int) -> int:
        """How many begin before a time and end at its last moment or later."""
        begun = bisect_left(self._begins, first)
        ended = bisect_left(self._ends, last)
        inside = range(begun, bisect_right(self._begins, last))
        return begun - ended + sum(self._ends_by_begin[at] < last for at in inside)


def _unpacked(rows: "array[int]") -> Iterator[Row]:
    values = iter(rows)
    for position, time, kind in zip(values, values, values, strict=True):
        yield position, time, kind, 0
