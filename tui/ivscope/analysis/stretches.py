"""Stretches: from when to when one participant was joined, published and subscribed."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ivscope.analysis.event_spans import SPAN_NAMES
from ivscope.analysis.span_halves import STAY, SUBSCRIBE, Half, pair
from ivscope.provider.store.event_log import NO_TIME, EventKind, EventLog, EventTables

PUBLISH: Final = 1
"""Index in `SPAN_NAMES`, as `STAY` and `SUBSCRIBE` are."""

_ROLES: Final = {
    name: (family, is_end)
    for family in (STAY, PUBLISH, SUBSCRIBE)
    for is_end, name in enumerate(SPAN_NAMES[family])
}


class Stretch(NamedTuple):
    """Once joined, publishing, or subscribed to one publisher. Microseconds since 1970 UTC."""

    begin: int
    """Without a beginning that was read, the earliest moment that it can have begun."""
    end: int
    """Without an end that was read, the latest moment that it can have lasted to."""
    has_begin: bool
    has_end: bool
    is_lasting: bool = False
    """Whether it began and nothing read says that it ended."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the events of one participant tell. Stretches by their beginning."""

    stays: tuple[Stretch, ...]
    publishing: tuple[Stretch, ...]
    subscribed: tuple[Stretch, ...]
    """Of all publishers; they overlap."""
    errors: "array[int]"
    """Ascending, microseconds."""
    untimed: int
    """Events without a readable time, which are nowhere in time."""


class KindRoles:
    """What each kind of event begins or ends, looked up by its number."""

    __slots__ = ("_kinds", "_roles")

    def __init__(self, tables: EventTables) -> None:
        self._kinds: Sequence[EventKind] = tables.kinds
        self._roles: list[tuple[int, bool] | None] = []

    def is_error(self, kind: int) -> bool:
        """Whether it reports a failure."""
        return self._kinds[kind].is_error

    def of(self, kind: int) -> tuple[int, bool] | None:
        """Index in `SPAN_NAMES` and whether it ends; None when it does neither."""
        while kind >= len(self._roles):
            name = self._kinds[len(self._roles)].name
            role = None if name is None else _ROLES.get(name)
            self._roles.append(None if role is None else (role[0], bool(role[1])))
        return self._roles[kind]


Row = tuple[int, int, int, int]
"""Position, time in microseconds, number of the kind, number of the remote participant."""


def rows_of(log: EventLog, ranges: Iterable[range]) -> Iterator[Row]:
    """The events at some places of a log."""
    for part in ranges:
        columns = log.columns(part.start, part.stop)
        yield from zip(part, columns.times, columns.kinds, columns.remotes, strict=True)


def told_by(rows: Iterable[Row], roles: KindRoles, until: int) -> Told:
    """What the events of one participant tell.

    Args:
        rows: Its events, in any order.
        roles: Of the tables of their log.
        until: What is open lasted at most to here, microseconds, unless events are later.
    """
    halves: dict[tuple[int, int], list[Half]] = {}
    errors = array("q")
    untimed = 0
    latest = until
    for position, time, kind, remote in rows:
        if time <= NO_TIME:
            untimed += 1
            continue
        if roles.is_error(kind):
            errors.append(time)
        latest = max(latest, time)
        role = roles.of(kind)
        if role is not None:
            family, is_end = role
            key = (family, remote if family == SUBSCRIBE else 0)
            halves.setdefault(key, []).append(Half(time, "", position, is_end))
    stays = _stretches(halves.pop((STAY, 0), []), latest)
    begins = [stay.begin for stay in stays]
    publishing: list[Stretch] = []
    subscribed: list[Stretch] = []
    for (family, _), own in halves.items():
        found = publishing if family == PUBLISH else subscribed
        for one in _stretches(own, latest):
            found += _within(one, stays, begins)
    subscribed.sort()
    return Told(
        tuple(stays), tuple(publishing), tuple(subscribed), array("q", sorted(errors)), untimed
    )


def _stretches(halves: list[Half], until: int) -> list[Stretch]:
    ordered, others = pair(halves)
    found: list[Stretch] = []
    for index, half in enumerate(ordered):
        if half.position in others:
            if not half.is_end:
                found.append(Stretch(half.time, ordered[index + 1].time, True, True))
        elif half.is_end:
            begin = ordered[index - 1].time if index else NO_TIME
            found.append(Stretch(begin, half.time, False, True))
        elif index + 1 < len(ordered):
            found.append(Stretch(half.time, ordered[index + 1].time, True, False))
        else:
            found.append(Stretch(half.time, until, True, False, True))
    return found


def _within(one: Stretch, stays: list[Stretch], begins: list[int]) -> Iterator[Stretch]:
    """The same within stays: who has left neither publishes nor subscribes."""
    first = _stay_at(stays, begins, one.begin) if one.has_begin else None
    last = _stay_at(stays, begins, one.end) if one.has_end else None
    earliest = one.begin if last is None else max(one.begin, last.begin)
    if one.has_begin and one.has_end:
        if first is None or one.end <= first.end:
            yield one
            return
        # It left in between: an end and a beginning are missing.
        yield Stretch(one.begin, first.end, True, False)
        yield Stretch(max(first.end, earliest), one.end, False, True)
    elif one.has_begin:
        bound, is_lasting = one.end, one.is_lasting
        if first is not None:
            bound, is_lasting = min(bound, first.end), is_lasting and first.is_lasting
        else:
            following = bisect_right(begins, one.begin)
            if following < len(begins):
                bound, is_lasting = min(bound, begins[following]), False
        yield Stretch(one.begin, bound, True, False, is_lasting)
    else:
        yield Stretch(earliest, one.end, False, True)


def _stay_at(stays: list[Stretch], begins: list[int], moment: int) -> Stretch | None:
    """The last stay that holds a moment."""
    at = bisect_right(begins, moment) - 1
    return stays[at] if at >= 0 and stays[at].end >= moment else None


class Covered:
    """Moments that at least one of some stretches covers, both ends included."""

    __slots__ = ("_begins", "_ends")

    def __init__(self, stretches: Iterable[Stretch]) -> None:
        self._begins = array("q")
        self._ends = array("q")
        for one in sorted(stretches):
            if self._ends and one.begin <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], one.end)
            else:
                self._begins.append(one.begin)
                self._ends.append(one.end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._begins, self._ends, strict=True)

    def touches(self, start: int, stop: int) -> bool:
        """Whether a moment from `start` to below `stop` is covered."""
        at = bisect_left(self._begins, stop) - 1
        return at >= 0 and self._ends[at] >= start
