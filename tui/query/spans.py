"""Spans: which event began what another one ended."""

from dataclasses import dataclass, field
from datetime import datetime

from tui.domain.event_spans import SPAN_NAMES, EventSpan, Missing
from tui.domain.times import from_microseconds
from tui.provider.event_log import NO_TIME, EventLog
from tui.provider.order import OrderLabel
from tui.query.span_halves import STAY, Half, Key, find_halves, instants, key_of, pair

_NEAR = 1_024
"""Events on either side that are looked at first; most of what begins ends that soon."""

_FARTHER = 8
"""By so much that grows until the answer is certain."""

_CHUNK = 65_536
"""Events whose columns are copied at a time."""


@dataclass(slots=True)
class _Halves:
    """Every half of one key among the first `read` events of the log."""

    read: int = 0
    timed: list[Half] = field(default_factory=list)
    """In the order in which they must have happened."""
    untimed: list[Half] = field(default_factory=list)
    others: dict[int, int] = field(default_factory=dict)
    """Positions, from either half to the other one."""


class Spans:
    """The spans of one log. They do not depend on the order in which the events came.

    A start pairs with the end that follows it in time, with no other start or end of its key
    between. In one instant the end comes first if something had begun before, else the start.

    When times only rise or only fall, the events around one tell its span. Otherwise, and for
    half a span, everything of its key is read once and kept; later only what the log has gained.
    """

    __slots__ = ("_all_timed", "_known", "_log", "_times_read")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._known: dict[Key, _Halves] = {}
        self._times_read = 0
        self._all_timed = True

    def span_of(self, position: int, *, complete: bool, live: bool) -> EventSpan | None:
        """What the event at a position began or ended; None when its name does neither.

        Args:
            position: Below `len(log)`.
            complete: Whether the last page of the log is read.
            live: Whether the session has no end and the participant may still be in it.
        """
        key = key_of(self._log, position)
        if key is None:
            return None
        start_name, end_name = SPAN_NAMES[key.family]
        is_start = self._log.name(position) == start_name
        other = None
        if key not in self._known and self._is_ordered():
            other = self._near(key, position)
        if other is None:
            other = self._halves(key).others.get(position)
        missing = None
        if other is None:
            missing = self._missing(key, position, is_start, complete=complete, live=live)
        return EventSpan(
            position=position,
            is_start=is_start,
            other_name=end_name if is_start else start_name,
            time=self._time(position),
            other=other,
            other_time=None if other is None else self._time(other),
            missing=missing,
        )

    def _near(self, key: Key, position: int) -> int | None:
        """The other half, if the events around a position tell it for certain."""
        log = self._log
        length = len(log)
        radius = _NEAR
        start, stop = 0, 0
        while stop - start < length:
            start, stop = max(0, position - radius), min(length, position + radius)
            radius *= _FARTHER
            edges = sorted((log.columns(at, at + 1).times[0], at) for at in (start, stop - 1))
            (oldest, one), (newest, other) = edges
            has_oldest, has_newest = one in {0, length - 1}, other in {0, length - 1}
            # What happened in the instant of an edge can lie just outside.
            halves = [
                half
                for half in find_halves(log, key, start, stop)
                if (half.time > oldest or has_oldest) and (half.time < newest or has_newest)
            ]
            certain = _certain(halves, position, has_oldest=has_oldest)
            other_half = pair(certain)[1].get(position)
            if other_half is not None:
                return other_half
        return None

    def _is_ordered(self) -> bool:
        """Whether events of one time are neighbours, and none is without a time."""
        log = self._log
        if log.sequence is not None or log.order is OrderLabel.UNORDERED:
            return False
        length = len(log)
        for start in range(self._times_read, length if self._all_timed else 0, _CHUNK):
            times = log.columns(start, min(start + _CHUNK, length)).times
            self._all_timed = self._all_timed and min(times) > NO_TIME
        self._times_read = length
        return self._all_timed

    def _halves(self, key: Key) -> _Halves:
        halves = self._known.setdefault(key, _Halves())
        length = len(self._log)
        if halves.read < length:
            found = list(find_halves(self._log, key, halves.read, length))
            halves.read = length
            if found:
                halves.untimed += [half for half in found if half.time <= NO_TIME]
                timed = [half for half in found if half.time > NO_TIME]
                halves.timed, halves.others = pair([*halves.timed, *timed])
        return halves

    def _missing(
        self, key: Key, position: int, is_start: bool, *, complete: bool, live: bool
    ) -> Missing:
        halves = self._halves(key)
        time = self._log.time_us(position)
        if time is None or any(half.is_end == is_start for half in halves.untimed):
            return Missing.NO_TIME
        if not complete:
            return Missing.NOT_LOADED
        if not is_start or not live or halves.timed[-1].position != position:
            return Missing.NOT_IN_ANSWER
        if key.family == STAY:
            return Missing.STILL_OPEN
        stays = self._halves(Key(STAY, key.participant))
        if any(half.is_end for half in stays.untimed):
            return Missing.NO_TIME
        return Missing.NOT_IN_ANSWER if _ends_after(stays, time) else Missing.STILL_OPEN

    def _time(self, position: int) -> datetime | None:
        time = self._log.time_us(position)
        return None if time is None else from_microseconds(time)


def _certain(halves: list[Half], position: int, *, has_oldest: bool) -> list[Half]:
    """The halves from an instant on where it is certain whether something had begun before.

    That matters to an instant with ends. It is certain after one with more starts than ends, or
    fewer. Empty when no such instant comes before that of `position`.
    """
    groups = [[*starts, *ends] for starts, ends in instants(halves)]
    positions = [{half.position for half in group} for group in groups]
    here = next((at for at, places in enumerate(positions) if position in places), -1)
    for at in range(here, -1, -1):
        ends = sum(half.is_end for half in groups[at])
        if ends == 0 or (at < here and 2 * ends != len(groups[at])):
            return [half for group in groups[at:] for half in group]
    return halves if has_oldest else []


def _ends_after(stays: _Halves, time: int) -> bool:
    """Whether the participant left, or joined anew, since something began at a time."""
    if not stays.timed:
        return False
    last = stays.timed[-1]
    return last.is_end if last.time == time else last.time > time
