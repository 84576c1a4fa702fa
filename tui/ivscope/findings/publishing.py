"""Publishing: whether one participant was publishing at the time of an event."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from ivscope.analysis.histories import KindRoles, publishing_of, publishing_rows
from ivscope.analysis.intervals import SECOND, Interval, Why, bounds_of
from ivscope.analysis.timed_events import timed_events
from ivscope.domain import events
from ivscope.findings.finding import Open
from ivscope.findings.known_facts import KnownLog

NEAR_SECONDS: Final = 2
"""So near each other two events of different participants are a race, whatever order their times
have: nobody documents how exact event times are."""

ORDER_OPEN: Final = Open.WHICH_CAME_FIRST

_MOVES: Final = frozenset({events.PUBLISH_STARTED, events.PUBLISH_STOPPED, events.LEFT})


class State(Enum):
    """Whether a participant was publishing at a time."""

    ON = auto()
    """It started before, and stopped after or not at all as far as is read."""
    OFF = auto()
    """It had published and stopped before."""
    TIE = auto()
    """It started or stopped at that time, or in that second where times are whole seconds."""
    NOT_YET = auto()
    """It started for the first time after that."""
    NEVER = auto()
    """No event shows that it ever published."""
    UNSURE = auto()
    """A start or a stop is missing, or has no readable time."""


@dataclass(frozen=True, slots=True)
class Publishing:
    """The publishing of a participant at one time, as its events show it."""

    state: State
    interval: Interval | None = None
    """The interval of the state: the current one, the last one before or the first one after;
    None when there is none."""
    why: Why | None = None
    """Why it is not certain, if it is not."""

    @property
    def start(self) -> int | None:
        """Position of its PUBLISH_STARTED."""
        return None if self.interval is None else self.interval.start

    @property
    def end(self) -> int | None:
        """Position of its PUBLISH_STOPPED, or of the LEFT that ended it."""
        if self.interval is None:
            return None
        return self.interval.cut if self.interval.stop is None else self.interval.stop

    @property
    def positions(self) -> tuple[int, ...]:
        """Positions of the events that the interval has, the start first."""
        return tuple(at for at in (self.start, self.end) if at is not None)


_GOES_ON = frozenset({Why.END_MISSING, Why.TIE, Why.AFTER_READING})
"""Reasons for doubt with which an interval without an end still counts as going on."""


def publishing_in(known_log: KnownLog, time: int) -> Publishing:
    """Whether the participant of a log was publishing at a time, microseconds since 1970 UTC.

    For a log that is read in part, it is answered from the events read.
    """
    log, reach, (first, last) = known_log.log, known_log.reach, bounds_of(time)
    if not reach.is_complete:
        reach = replace(reach, is_complete=True, connected_at=None)
    track = publishing_of(log, publishing_rows(log), KindRoles(log.tables), reach)
    intervals = track.intervals
    around = [one for one in intervals if one.begin <= last and one.end >= first]
    tied = [one for one in around if _is_tied(one, first, last)]
    if track.certain.surrounds(first, last):
        return Publishing(
            State.ON, around[-1], None if known_log.reach.is_complete else Why.NOT_READ
        )
    if tied:
        return Publishing(State.TIE, tied[0], Why.TIE)
    if around:
        one = around[-1]
        why = one.doubt(first, last)
        is_going_on = not one.is_over and why in _GOES_ON
        return Publishing(State.ON if is_going_on else State.UNSURE, one, why)
    if track.possible.touches(first, last + 1):
        return Publishing(State.UNSURE, None, Why.NO_TIME)
    before = [one for one in intervals if one.end < first]
    if before:
        return Publishing(State.OFF, before[-1])
    return Publishing(State.NOT_YET, intervals[0]) if intervals else Publishing(State.NEVER)


def moves_near(known_log: KnownLog, found: Publishing, time: int) -> tuple[int, ...]:
    """Starts and stops so near a time that publishing and not publishing are both possible.

    Positions, oldest first, with a LEFT beside them; none when no start or stop is near.
    """
    log, room = known_log.log, NEAR_SECONDS * SECOND
    near = [
        *timed_events(log, lambda kind: kind.name in _MOVES, since=time - room, until=time + room)
    ]
    # Whatever order a list has them in, leaving comes last of one time.
    near.sort(key=lambda at: (log.time_us(at), log.name(at) == events.LEFT))
    is_race = any(at == found.end or log.name(at) != events.LEFT for at in near)
    return tuple(near) if is_race else ()


def _is_tied(one: Interval, first: int, last: int) -> bool:
    """Whether an interval began or ended at a time, or in its second if times are whole seconds."""
    if one.start is not None and one.begun >= first:
        return True
    has_end = one.stop is not None or one.cut is not None
    return has_end and one.end <= max(last, bounds_of(first // SECOND * SECOND)[1])
