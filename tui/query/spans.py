"""Spans: which event began what another one ended."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import compress, groupby
from operator import attrgetter
from typing import NamedTuple

from tui.domain.event_spans import SPAN_NAMES, EventSpan, Missing
from tui.domain.times import from_microseconds
from tui.provider.event_log import NO_TIME, EventColumns, EventLog
from tui.query.shown import flags_of

_STAY = 0
_SUBSCRIBE = 2
_REPLICATION = 3
"""Indexes in `SPAN_NAMES`."""

_CHUNK = 65_536
"""Events whose columns are copied at a time: 1.3 MB, and few enough turns of the loop."""

_SAMPLE_STEP = 997
"""One event in so many tells which column is the rarest; a prime, to keep out of step with
patterns in the events."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What two events must have in common. Numbers are those of the log's tables."""

    family: int
    participant: int
    remote: int | None = None
    """Only when subscribing."""
    destination: tuple[str | None, str | None] | None = None
    """Only when replicating: stage and session."""


class _Half(NamedTuple):
    """Sorts by time, then by what it is, and by its place only among equals."""

    time: int
    """Microseconds, `NO_TIME` or less without a readable one."""
    detail: str
    """Tells halves of one instant apart, so that their place in the log does not have to."""
    position: int
    is_end: bool


@dataclass(slots=True)
class _Halves:
    """Every event of one key among the first `read` of the log."""

    read: int = 0
    timed: list[_Half] = field(default_factory=list)
    """In the order in which they must have happened."""
    untimed: list[_Half] = field(default_factory=list)
    others: dict[int, int] = field(default_factory=dict)
    """Positions, from either half to the other one."""


class Spans:
    """The spans of one log. They do not depend on the order in which the events came.

    A start pairs with the end that follows it in time, with no other start or end of its key
    between. In one instant the end comes first if something had begun before, else the start.
    What was read for a key is kept; later only what the log has gained is read.
    """

    __slots__ = ("_known", "_log")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._known: dict[_Key, _Halves] = {}

    def span_of(self, position: int, *, complete: bool, live: bool) -> EventSpan | None:
        """What the event at a position began or ended; None when its name does neither.

        Args:
            position: Below `len(log)`.
            complete: Whether the last page of the log is read.
            live: Whether the session has no end and the participant may still be in it.
        """
        name = self._log.name(position)
        family = _family(name)
        if family is None:
            return None
        key = self._key(family, position)
        is_start = name == SPAN_NAMES[family][0]
        other = self._halves(key).others.get(position)
        missing = None
        if other is None:
            missing = self._missing(key, position, is_start, complete=complete, live=live)
        return EventSpan(
            position=position,
            is_start=is_start,
            other_name=SPAN_NAMES[family][is_start],
            time=self._time(position),
            other=other,
            other_time=None if other is None else self._time(other),
            missing=missing,
        )

    def _missing(
        self, key: _Key, position: int, is_start: bool, *, complete: bool, live: bool
    ) -> Missing:
        halves = self._halves(key)
        time = self._log.time_us(position)
        if time is None or any(half.is_end == is_start for half in halves.untimed):
            return Missing.NO_TIME
        if not complete:
            return Missing.NOT_LOADED
        if not is_start or not live or halves.timed[-1].position != position:
            return Missing.NOT_IN_ANSWER
        if key.family == _STAY:
            return Missing.STILL_OPEN
        stays = self._halves(_Key(_STAY, key.participant))
        if any(half.is_end for half in stays.untimed):
            return Missing.NO_TIME
        return Missing.NOT_IN_ANSWER if _ends_after(stays, time) else Missing.STILL_OPEN

    def _key(self, family: int, position: int) -> _Key:
        columns = self._log.columns(position, position + 1)
        return _Key(
            family,
            columns.participants[0],
            columns.remotes[0] if family == _SUBSCRIBE else None,
            self._destination(position) if family == _REPLICATION else None,
        )

    def _halves(self, key: _Key) -> _Halves:
        halves = self._known.setdefault(key, _Halves())
        length = len(self._log)
        if halves.read < length:
            found = list(self._find(key, halves.read, length))
            halves.read = length
            if found:
                halves.untimed += [half for half in found if half.time <= NO_TIME]
                timed = [half for half in found if half.time > NO_TIME]
                _pair(halves, [*halves.timed, *timed])
        return halves

    def _find(self, key: _Key, start: int, stop: int) -> Iterator[_Half]:
        log = self._log
        end_name = SPAN_NAMES[key.family][1]
        for first in range(start, stop, _CHUNK):
            columns = log.columns(first, min(first + _CHUNK, stop))
            kinds = log.tables.kinds
            details = [f"{kind.replica} {kind.error_code}" for kind in kinds]
            ends = [kind.name == end_name for kind in kinds]
            for place in self._places(key, first, columns):
                if key.destination is None or self._destination(first + place) == key.destination:
                    kind = columns.kinds[place]
                    yield _Half(columns.times[place], details[kind], first + place, ends[kind])

    def _places(self, key: _Key, first: int, columns: EventColumns) -> list[int]:
        """Where in the columns everything agrees that has a column; the rarest goes first."""
        names = SPAN_NAMES[key.family]
        count = len(columns.kinds)
        flags = flags_of(self._log, first, first + count, lambda kind: kind.name in names)
        numbers = [(columns.participants, key.participant)]
        if key.remote is not None:
            numbers.append((columns.remotes, key.remote))
        candidates: Iterable[int] = compress(range(count), flags)
        rarest = sum(flags[::_SAMPLE_STEP])
        for column, number in numbers:
            sampled = column[::_SAMPLE_STEP].count(number)
            if sampled < rarest:
                rarest, candidates = sampled, _places_of(column, number)
        places = [place for place in candidates if flags[place]]
        for column, number in numbers:
            places = [place for place in places if column[place] == number]
        return places

    def _destination(self, position: int) -> tuple[str | None, str | None]:
        event = self._log[position]
        return event.destination_stage_arn, event.destination_session_id

    def _time(self, position: int) -> datetime | None:
        time = self._log.time_us(position)
        return None if time is None else from_microseconds(time)


def _family(name: str | None) -> int | None:
    for family, names in enumerate(SPAN_NAMES):
        if name in names:
            return family
    return None


def _places_of(column: "array[int]", number: int) -> Iterator[int]:
    """Where a number is in a column, ascending."""
    place = -1
    while True:
        try:
            place = column.index(number, place + 1)
        except ValueError:
            return
        yield place


def _pair(halves: _Halves, timed: list[_Half]) -> None:
    """Put the halves in order and pair neighbours."""
    halves.timed = []
    halves.others = {}
    begun: _Half | None = None
    for _, instant in groupby(sorted(timed), attrgetter("time")):
        starts: list[_Half] = []
        ends: list[_Half] = []
        for half in instant:
            (ends if half.is_end else starts).append(half)
        starts.reverse()
        ends.reverse()
        while starts or ends:
            if ends and (begun is not None or not starts):
                half = ends.pop()
                if begun is not None:
                    halves.others[begun.position] = half.position
                    halves.others[half.position] = begun.position
                begun = None
            else:
                begun = half = starts.pop()
            halves.timed.append(half)


def _ends_after(stays: _Halves, time: int) -> bool:
    """Whether the participant left, or joined anew, since something began at a time."""
    if not stays.timed:
        return False
    last = stays.timed[-1]
    return last.is_end if last.time == time else last.time > time
