"""Tie order: the events of one participant and one time in an order in which they can have come.

What `possible_states` finds of the stays of the participant, and of all that is on inside them,
decides whether a stop ends what was on before, or what starts in the same time. What nothing
decides comes in the usual order of a visit, and what is equal keeps the order given.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from ivscope.analysis.histories import KindRoles
from ivscope.analysis.intervals import EARLIEST, SECOND, Family, Reach, bounds_of
from ivscope.analysis.pairing import Doubts, Half, states_of
from ivscope.analysis.possible_states import (
    IN,
    ON,
    OUT,
    PossibleStates,
    Step,
    Steps,
    Way,
    begins_anew,
    steps_of,
)
from ivscope.analysis.spans import Near, Neighbours, Thing, end_of_second, stay_of, thing_of
from ivscope.domain import events
from ivscope.provider.store.event_log import NO_TIME, EventLog

PLACES = 32
"""Places that the events of one time are told apart by."""

USUAL_PLACE = 10
"""Place of the first event of a time in which nothing has to be decided; its rank is added."""

_OTHER = 5
_RANKS = {
    events.JOINED: 0,
    # An exchange allows publishing, or ends it.
    events.TOKEN_EXCHANGED: 1,
    events.PUBLISH_STARTED: 2,
    events.SUBSCRIBE_STARTED: 3,
    events.REPLICATION_STARTED: 4,
    events.PUBLISH_STOPPED: 6,
    events.SUBSCRIBE_STOPPED: 7,
    events.REPLICATION_STOPPED: 8,
    events.LEFT: 9,
}

_Place = tuple[int, int, int]
"""The part between two moves, the round in it, and the rank."""

Row = tuple[int, int, int, int, int]
"""Key and position of an event, and from its log the kind, remote participant and time."""


def rank(name: str | None) -> int:
    """Return the place of an event name within one time when nothing was on, 0 to 9."""
    return _OTHER if name is None else _RANKS.get(name, _OTHER)


class Halves:
    """The starts, ends and signs of presence of some participants, kept in the order of time."""

    __slots__ = ("_log", "_own", "_signs", "roles")

    def __init__(self, log: EventLog, roles: KindRoles) -> None:
        self._log = log
        self.roles = roles
        self._own: dict[Thing, array[int]] = {}
        self._signs: dict[int, array[int]] = {}

    def add(self, participant: int, rows: Iterable[Row]) -> None:
        """Add events of a participant in the order of their times, all of them at one end.

        What comes among the others is put there too, at the cost of sorting them.
        """
        own: dict[Thing, list[int]] = {}
        signs: list[int] = []
        # The lists that events of a kind about a remote participant go to, which are many.
        lists: dict[tuple[int, int], list[list[int]]] = {}
        for _, position, kind, remote, time in rows:
            if time <= NO_TIME:
                continue
            into = lists.get((kind, remote))
            if into is None:
                role = self.roles.of(kind)
                into = [signs] if role is not None and role.is_sign else []
                family = None if role is None else role.family
                if family is not None:
                    thing = thing_of(self._log, family, position, participant, remote)
                    into.append(own.setdefault(thing, []))
                if family is not Family.REPLICATION:  # its destination is not in the key
                    lists[kind, remote] = into
            for positions in into:
                positions.append(position)
        for thing, positions in own.items():
            self._put(self._own.setdefault(thing, array("I")), positions)
        self._put(self._signs.setdefault(participant, array("I")), signs)

    def _put(self, into: "array[int]", positions: list[int]) -> None:
        if not positions:
            return
        if not into or self._time(positions[0]) >= self._time(into[-1]):
            into.extend(positions)
        else:
            is_older = self._time(positions[-1]) <= self._time(into[0])
            into[:0] = array("I", positions)
            if not is_older:
                into[:] = array("I", sorted(into, key=self._time))

    def halves(self, thing: Thing, since: int, until: int, *, newest_first: bool) -> Iterator[Half]:
        """The halves of a thing between two times, both included."""
        own = self._own.get(thing, ())
        if newest_first:
            rows = range(bisect_right(own, until, key=self._time) - 1, -1, -1)
        else:
            rows = range(bisect_left(own, since, key=self._time), len(own))
        for row in rows:
            position = own[row]
            time = self._time(position)
            if not since <= time <= until:
                return
            role = self.roles.of(self._log.kinds_of(position, position + 1)[0])
            if role is not None:
                yield Half(time, role.detail, position, role.is_end)

    def last_sign(self, participant: int, after: int, before: int) -> Iterator[int]:
        """When the participant was heard of last between two times; nothing when it was not."""
        signs = self._signs[participant]
        for row in range(bisect_left(signs, before, key=self._time) - 1, -1, -1):
            time = self._time(signs[row])
            if time <= after:
                return
            if bounds_of(time)[1] < before:
                yield time
                return

    def _time(self, position: int) -> int:
        time = self._log.time_us(position)
        return NO_TIME if time is None else time


class _Around(NamedTuple):
    """What the events around a time allow a thing to have been."""

    states: PossibleStates
    path: list[Way | None]
    near: Near


class _Group(NamedTuple):
    """The starts and stops of a thing in one time."""

    edges: tuple[int, int]
    """The states that can be before them and after them."""
    ways: tuple[Way, ...]
    """How they can have come about, the most likely one first; none when that is not known."""
    starts: list[int]
    stops: list[int]
    """Positions in the log."""

    def steps(self, way: Way | None, moves: Steps) -> Steps:
        """An order of these with the moves between them."""
        counts = len(self.starts), len(self.stops)
        steps = steps_of(self.edges, way, moves, *counts)
        # Too many to try: nothing is decided.
        return steps or (*moves, *[Step.START] * counts[0], *[Step.STOP] * counts[1])

    def positions(self, steps: Steps) -> list[int]:
        """The position of each start and stop among some steps."""
        waiting = {
            Step.START: iter(self.starts),
            Step.STOP: iter(self.stops),
        }
        return [next(waiting[step]) for step in steps if step in waiting]


class _Moves(NamedTuple):
    """JOINED and LEFT of one participant in one time."""

    steps: Steps = ()
    was_inside: bool = True
    """Whether the participant was in the session before them."""
    is_inside: bool = True
    """Whether it is after them."""

    @classmethod
    def of(cls, stay: _Group, steps: Steps) -> "_Moves":
        """Read the steps of a stay as moves."""
        first, last = steps[0] is Step.STOP, steps[-1] is Step.START
        if stay.ways:
            first, last = stay.ways[0].entry == ON, stay.ways[0].exit == ON
        moves = (Step.JOIN if step is Step.START else Step.LEAVE for step in steps)
        return cls(tuple(moves), first, last)

    def way_of(self, group: _Group, family: Family) -> Way | None:
        """The most likely way of something that goes with these, if any does."""
        if not self.steps or not group.ways:
            return next(iter(group.ways), None)
        edges = self.was_inside, self.is_inside
        if family is Family.REPLICATION:
            # It does not follow the stay, but starts and stops inside it as a rule.
            before, after = (IN if is_inside else OUT for is_inside in edges)
            way = group.ways[0]
            return way._replace(
                entry=way.entry if way.entry == ON else before,
                exit=way.exit if way.exit == ON else after,
            )
        fitting = (way for way in group.ways if (way.entry != OUT, way.exit != OUT) == edges)
        return next(fitting, group.ways[0])

    @property
    def last_inside(self) -> int:
        """The last part between these in which the participant is in the session, else the last."""
        inside = [
            2 * place
            for place, (before, after) in enumerate(
                zip((None, *self.steps), (*self.steps, None), strict=True)
            )
            if before is Step.JOIN or after is Step.LEAVE
        ]
        return max(inside, default=2 * len(self.steps))


class Tie(NamedTuple):
    """Some events of one time in order."""

    places: dict[int, int]
    """Place of each by position, 0 to 31."""
    is_first: bool
    """Whether older events can change it."""
    is_last: bool
    """Whether newer ones can."""


class TieOrder:
    """Puts the events of one participant and one time in an order that is possible.

    Args:
        log: The log that they are in.
        halves: All that is read of the participant. Nothing is added after the first question.
    """

    def __init__(self, log: EventLog, halves: Halves) -> None:
        self._log = log
        self._roles = halves.roles
        self._halves = halves
        self._neighbours = Neighbours(log, halves)
        self._known: dict[Thing, _Around] = {}

    def order(self, participant: int, time: int, rows: Sequence[Row]) -> Tie:
        """Put the events of one time in order. More than 32 places are not told apart."""
        others: list[int] = []
        things: dict[Thing, None] = {}
        for _, position, kind, remote, own_time in rows:
            if own_time <= NO_TIME:
                continue
            role = self._roles.of(kind)
            if role is None or role.family is None:
                others.append(position)
            else:
                things[thing_of(self._log, role.family, position, participant, remote)] = None
        stay = stay_of(participant)
        if stay not in things and all(self._begins_anew(thing, stay, time) for thing in things):
            timed = (position for _, position, _, _, own_time in rows if own_time > NO_TIME)
            places = {at: USUAL_PLACE + rank(self._log.name(at)) for at in timed}
            return Tie(places, is_first=False, is_last=False)
        found: dict[int, _Place] = {}
        moves = _Moves()
        if stay in things:
            del things[stay]
            group = self._group(stay, time)
            steps = group.steps(next(iter(group.ways), None), ())
            moves = _Moves.of(group, steps)
            positions = group.positions(steps)
            found = {at: (2 * place + 1, 0, 0) for place, at in enumerate(positions)}
        for thing in things:
            group = self._group(thing, time)
            steps = group.steps(moves.way_of(group, thing.key[0]), moves.steps)
            found.update(self._rounds(steps, group.positions(steps)))
        found.update({at: (moves.last_inside, 1, rank(self._log.name(at))) for at in others})
        used = sorted(set(found.values()))
        first = max(0, min(USUAL_PLACE, PLACES - len(used)))
        place_of = {one: min(PLACES - 1, first + place) for place, one in enumerate(used)}
        known = [self._known[thing].near for thing in (stay, *things) if thing in self._known]
        return Tie(
            {at: place_of[one] for at, one in found.items()},
            any(near.is_first for near in known),
            any(near.is_last for near in known),
        )

    def _begins_anew(self, thing: Thing, stay: Thing, time: int) -> bool:
        """Whether what came last before a time already says all: so in most ties of long lists."""
        end = end_of_second(time)
        here = [*self._halves.halves(thing, end + 1 - SECOND, end, newest_first=False)]
        moved = any(self._halves.halves(stay, end + 1 - SECOND, end, newest_first=False))
        if moved or any(half.time != time for half in here):
            return False
        things = (thing,) if thing.key[0] is Family.REPLICATION else (stay, thing)
        last = [self._last_second(one, end - SECOND) for one in things]
        second = max(one[0] for one in last)
        counts = [one[1] if one[0] == second else (0, 0) for one in last]
        joins, leaves = counts[0] if len(counts) > 1 else (0, 0)
        before = joins, leaves, *counts[-1]
        return begins_anew(before, (0, 0, *_starts_and_stops(here)))

    def _last_second(self, thing: Thing, until: int) -> tuple[int, tuple[int, int]]:
        """The last second with starts or stops of a thing, and how many; else the earliest."""
        found = groupby(
            self._halves.halves(thing, EARLIEST, until, newest_first=True),
            lambda half: half.time // SECOND,
        )
        for second, same in found:
            return second, _starts_and_stops([*same])
        return EARLIEST, (0, 0)

    def _group(self, thing: Thing, time: int) -> _Group:
        """The starts and stops of a thing in one time, and how they can have come about."""
        around = self._around(thing, time)
        states = around.states
        at = bisect_left(states.groups, time, key=lambda group: group.last)
        group, way = states.groups[at], around.path[at]
        starts = [one for one in group.starts if self._log.time_us(one) == time]
        stops = [one for one in group.stops if self._log.time_us(one) == time]
        is_whole = len(starts) + len(stops) == len(group.starts) + len(group.stops)
        ways = (way, *states.ways[at]) if way is not None and is_whole else ()
        edges = states.entries[at], states.exits[at]
        return _Group(edges, ways, starts, stops)

    def _rounds(self, steps: Steps, positions: list[int]) -> Iterator[tuple[int, _Place]]:
        """The place of each own step of a thing among the moves of its participant."""
        own = iter(positions)
        part = 0
        for is_move, run in groupby(steps, lambda step: step in {Step.JOIN, Step.LEAVE}):
            here = list(run)
            if is_move:
                part += 2 * len(here)
                continue
            number = int(here[0] is Step.START or Step.START not in here)
            for step, before in zip(here, (None, *here), strict=False):
                number += step is Step.START and before is Step.STOP
                at = next(own)
                yield at, (part, number, rank(self._log.name(at)))

    def _around(self, thing: Thing, time: int) -> _Around:
        known = self._known.get(thing)
        if known is None or not known.near.covers(time):
            known = self._known[thing] = self._look_around(thing, time)
        return known

    def _look_around(self, thing: Thing, time: int) -> _Around:
        near = self._neighbours.around(thing, time) or self._neighbours.all_of(thing)
        states = self._states(thing, near)
        if near.is_first and any(states.broken):
            # Something was on before all events that are read, which may not be all.
            states = self._states(thing, near._replace(is_first=False))
        return _Around(states, states.path(), near)

    def _states(self, thing: Thing, near: Near) -> PossibleStates:
        reach = Reach()
        if thing.key[0] is Family.STAY:
            return self._neighbours.stays(thing, near, reach, Doubts()).states
        stays = self._neighbours.stays_beside(thing, near, reach)
        follows = thing.key[0] is not Family.REPLICATION
        return states_of(near.halves, stays, reach, follows=follows, is_first=near.is_first)


def _starts_and_stops(halves: Sequence[Half]) -> tuple[int, int]:
    stops = sum(half.is_end for half in halves)
    return len(halves) - stops, stops
