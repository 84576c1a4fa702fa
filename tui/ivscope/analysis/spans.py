"""Spans: which event began what another one ended."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter

from ivscope.analysis.event_spans import SPAN_NAMES, EventSpan, Missing
from ivscope.analysis.span_halves import (
    STAY,
    Half,
    Key,
    halves_of,
    has_untimed_half,
    key_of,
    pair,
)
from ivscope.domain.times import from_microseconds
from ivscope.provider.store.event_log import EventLog

_MOST = 4_096
"""So many halves are looked at for one event; where that is not enough, all are paired once and
kept until the log has grown."""

_Paired = tuple[list[Half], dict[int, int]]


class Spans:
    """The spans of one log. They do not depend on the order in which the events came.

    A start pairs with the end that follows it in time, with no other start or end of its key
    between. In one instant the end comes first if something had begun before, else the start.
    """

    __slots__ = ("_kept", "_log")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._kept: dict[Key, tuple[int, _Paired]] = {}

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
        time = self._log.time_us(position)
        other = missing = None
        if time is None:
            missing = Missing.NO_TIME
        else:
            ordered, others = self._around(key, time)
            other = others.get(position)
            if other is None:
                is_last = ordered[-1].position == position
                missing = self._missing(
                    key, time, is_start, is_last=is_last, complete=complete, live=live
                )
        return EventSpan(
            position=position,
            is_start=is_start,
            other_name=end_name if is_start else start_name,
            time=self._time(position),
            other=other,
            other_time=None if other is None else self._time(other),
            missing=missing,
        )

    def _around(self, key: Key, time: int) -> _Paired:
        """The halves of a key paired: certain for the instant of a time, with the one after."""
        log = self._log
        kept = self._kept.get(key)
        if kept is not None and kept[0] == len(log):
            return kept[1]
        before = list(islice(_since_certain(log, key, time), _MOST))
        if len(before) < _MOST:
            following = halves_of(log, key, since=time + 1)
            _, after = next(groupby(following, attrgetter("time")), (0, ()))
            return pair([*before, *after])
        length = len(log)
        paired = pair(halves_of(log, key))
        self._kept[key] = (length, paired)
        return paired

    def _missing(
        self, key: Key, time: int, is_start: bool, *, is_last: bool, complete: bool, live: bool
    ) -> Missing:
        log = self._log
        if has_untimed_half(log, key, is_end=is_start):
            return Missing.NO_TIME
        if not complete:
            return Missing.NOT_LOADED
        if not is_start or not live or not is_last:
            return Missing.NOT_IN_ANSWER
        if key.family == STAY:
            return Missing.STILL_OPEN
        stay = Key(STAY, key.participant)
        if has_untimed_half(log, stay, is_end=True):
            return Missing.NO_TIME
        return Missing.NOT_IN_ANSWER if self._ends_after(stay, time) else Missing.STILL_OPEN

    def _ends_after(self, stay: Key, time: int) -> bool:
        """Whether the participant left, or joined anew, since something began at a time."""
        latest = next(halves_of(self._log, stay, newest_first=True), None)
        if latest is None:
            return False
        last = self._around(stay, latest.time)[0][-1]
        return last.is_end if last.time == time else last.time > time

    def _time(self, position: int) -> datetime | None:
        time = self._log.time_us(position)
        return None if time is None else from_microseconds(time)


def _since_certain(log: EventLog, key: Key, time: int) -> Iterator[Half]:
    """The halves up to a time, newest first, back to where it is certain what had begun before.

    That matters to an instant with ends. It is certain after one with more starts than ends, or
    fewer.
    """
    halves = halves_of(log, key, until=time, newest_first=True)
    for instant, group in groupby(halves, attrgetter("time")):
        count = ends = 0
        for half in group:
            count += 1
            ends += half.is_end
            yield half
        if ends == 0 or (instant < time and 2 * ends != count):
            return
