"""Spans: what one event began or ended, found from the few events around it.

Outwards from its time, up to a second after which it is certain what is on: what lies behind it
says nothing of what lies before it, and the other way round.

Long because where to stop looking depends on what is told of what was found.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import merge
from itertools import groupby
from operator import gt, lt
from typing import NamedTuple, Protocol

from ivscope.analysis.histories import CAPABILITIES, Key, destination_of, may_take, role_of
from ivscope.analysis.intervals import (
    NOTHING_KNOWN,
    SECOND,
    SPAN_NAMES,
    EventSpan,
    Family,
    Interval,
    Reach,
    Track,
    Why,
    bounds_of,
)
from ivscope.analysis.pairing import Doubts, Half, Stays, stays_of, track_of
from ivscope.analysis.possible_states import settles
from ivscope.analysis.timed_events import EARLIEST, LATEST, timed_events, untimed_events
from ivscope.domain import events
from ivscope.domain.times import from_microseconds
from ivscope.provider.store.event_log import EventKind, EventLog

_MOST = 4_096
"""At most so many starts and ends are looked at for one event. Where that is not enough, all are
looked at once."""


_ANY_STAYS = stays_of((), (), NOTHING_KNOWN, Doubts())
"""Of somebody of whom nothing is known."""


class Thing(NamedTuple):
    """Something of one participant that is on or off. Numbers are those of the log's tables."""

    key: Key
    participant: int


class Near(NamedTuple):
    """The starts and ends around a time, oldest first, from where the earlier state is certain."""

    halves: list[Half]
    moves: list[Half]
    """JOINED and LEFT among them, when the thing is not the stay itself."""
    is_first: bool
    """Whether there are none before."""
    following: int | None
    """Time of the next one after them; None when there is none."""

    @property
    def is_last(self) -> bool:
        """Whether there are none after them."""
        return self.following is None

    def covers(self, time: int) -> bool:
        """Whether the same is found around another time: none of these is beyond its second."""
        edges = [half.time // SECOND for half in (*self.halves, *self.moves)]
        second = time // SECOND
        return (self.is_first or min(edges) < second) and (self.is_last or second < max(edges))


class HalfSource(Protocol):
    """Where starts and ends are found by their time."""

    def halves(self, thing: Thing, since: int, until: int, *, newest_first: bool) -> Iterator[Half]:
        """Those of a thing between two times, both included, in microseconds."""

    def last_sign(self, participant: int, after: int, before: int) -> Iterator[int]:
        """When a participant was heard of last between two times; nothing when it was not.

        All that its time can stand for is earlier than the second.
        """


class Neighbours:
    """Finds what is around a time. A log may grow between two questions."""

    __slots__ = ("_log", "_source")

    def __init__(self, log: EventLog, source: HalfSource) -> None:
        self._log = log
        self._source = source

    def around(self, thing: Thing, time: int) -> Near | None:
        """The halves around a time; None when they are too many."""
        earlier = self._streams(thing, until=end_of_second(time), newest_first=True)
        later = self._streams(thing, since=end_of_second(time) + 1)
        before, previous = self._settled(earlier, time, lt, thing.key[0])
        after, following = self._settled(later, time, gt, thing.key[0])
        if len(before) + len(after) >= _MOST:
            return None
        found = [*before[::-1], *after]
        return self._split(thing, found, is_first=previous is None, following=following)

    def all_of(self, thing: Thing) -> Near:
        """All halves of a thing."""
        return self._split(thing, [*self._streams(thing)], is_first=True, following=None)

    def stays_beside(self, thing: Thing, near: Near, reach: Reach) -> Stays:
        """The stays of a participant as far as they matter for something else of it."""
        if thing.key[0] is Family.REPLICATION or not _is_tied(near):
            return _ANY_STAYS._replace(moves=near.moves)
        stay = stay_of(thing.participant)
        moves = self._moves_around(stay, near.moves[0].time, near.moves[-1].time)
        return self.stays(stay, moves, reach, Doubts())._replace(moves=near.moves)

    def stays(self, stay: Thing, near: Near, reach: Reach, doubts: Doubts) -> Stays:
        """Stays from JOINED and LEFT, with the last sign of presence between any two times."""
        heard: list[int] = []
        edges = [bounds_of(half.time) for half in near.halves]
        afters = [EARLIEST, *(last for _, last in edges)][not near.is_first :]
        end = LATEST if near.following is None else near.following
        befores = [*(first for first, _ in edges), end][not near.is_first :]
        for after, before in zip(afters, befores, strict=True):
            if before > after:
                heard += self._source.last_sign(stay.participant, after, before)
        return stays_of(near.halves, sorted(heard), reach, doubts, is_first=near.is_first)

    def _moves_around(self, stay: Thing, first: int, last: int) -> Near:
        """JOINED and LEFT around two times."""
        end = end_of_second(first)
        earlier = self._source.halves(stay, EARLIEST, end, newest_first=True)
        later = self._source.halves(stay, end + 1, LATEST, newest_first=False)
        before, previous = self._settled(earlier, first, lt, Family.STAY)
        after, following = self._settled(later, last, gt, Family.STAY)
        if len(before) + len(after) >= _MOST:
            return self.all_of(stay)
        return Near([*before[::-1], *after], [], previous is None, following)

    def _split(
        self, thing: Thing, found: list[Half], *, is_first: bool, following: int | None
    ) -> Near:
        if thing.key[0] is Family.STAY:
            return Near(found, [], is_first, following)
        if thing.key[0] is Family.REPLICATION:
            moves = self._moves_after(thing.participant, found[-1].time)
            return Near(found, moves, is_first, following)
        moves = [half for half in found if self._log.name(half.position) in SPAN_NAMES[Family.STAY]]
        places = {half.position for half in moves}
        halves = [half for half in found if half.position not in places]
        return Near(halves, moves, is_first, following)

    def _moves_after(self, participant: int, time: int) -> list[Half]:
        """JOINED and LEFT from a time on, up to the first one in a later second."""
        found: list[Half] = []
        for move in self._source.halves(stay_of(participant), time, LATEST, newest_first=False):
            found.append(move)
            if move.time > end_of_second(time):
                break
        return found

    def _settled(
        self,
        found: Iterator[Half],
        time: int,
        is_beyond: Callable[[int, int], bool],
        family: Family,
    ) -> tuple[list[Half], int | None]:
        """Halves one by one, up to a second beyond another one that settles what was on.

        Returns:
            What was taken, and the time of the next one, None when there is none.
        """
        taken: list[Half] = []
        is_settled = False
        for second, same in groupby(found, lambda half: half.time // SECOND):
            counts = [0, 0, 0, 0]
            for half in same:
                if is_settled or len(taken) >= _MOST:
                    return taken, half.time
                taken.append(half)
                is_own = self._log.name(half.position) in SPAN_NAMES[family]
                counts[2 * is_own + half.is_end] += 1
            joins, leaves, starts, stops = counts
            is_settled = is_beyond(second, time // SECOND) and settles(
                (joins, leaves, starts, stops)
            )
        return taken, None

    def _streams(
        self,
        thing: Thing,
        *,
        since: int = EARLIEST,
        until: int = LATEST,
        newest_first: bool = False,
    ) -> Iterator[Half]:
        """The halves of something, and JOINED and LEFT of its participant if it ends with them."""
        things = {thing}
        if thing.key[0] is not Family.REPLICATION:
            things.add(stay_of(thing.participant))
        found = [
            self._source.halves(one, since, until, newest_first=newest_first) for one in things
        ]
        return merge(*found, key=lambda half: half.time, reverse=newest_first)


def thing_of(log: EventLog, family: Family, position: int, participant: int, remote: int) -> Thing:
    """What the event at a position begins or ends. Numbers are those of the log's tables."""
    about: object = None
    if family is Family.SUBSCRIBE:
        about = remote
    elif family is Family.REPLICATION:
        about = destination_of(log[position])
    return Thing((family, about), participant)


def stay_of(participant: int) -> Thing:
    """The stay of a participant."""
    return Thing((Family.STAY, None), participant)


def _is_tied(near: Near) -> bool:
    """Whether a JOINED or LEFT can have been at the time of a start or a stop."""
    seconds = {half.time // SECOND for half in near.halves}
    return any(move.time // SECOND in seconds for move in near.moves)


def end_of_second(time: int) -> int:
    """The last moment of the second of a time, microseconds."""
    return time // SECOND * SECOND + SECOND - 1


class Spans:
    """The spans of one log. They do not depend on the order in which the events came."""

    __slots__ = ("_events", "_kept", "_log", "_neighbours")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._events = _StartsAndEnds(log)
        self._neighbours = Neighbours(log, self._events)
        self._kept: dict[tuple[Thing, Reach], tuple[int, Track]] = {}
        """Tracks of things with too much around a time, until the log has grown."""

    def span_of(self, position: int, reach: Reach) -> EventSpan | None:
        """Return what an event began or ended; None when its name does neither.

        Args:
            position: Below `len(log)`.
            reach: How far the participant of the event is read.
        """
        log = self._log
        role = role_of(log.kind(position))
        if role is None or role.family is None:
            return None
        thing = self._thing(position, role.family)
        time = log.time_us(position)
        found = None if time is None else self._track(thing, time, reach).of(position)
        if found is None:
            found = Interval(None, None, EARLIEST, EARLIEST, EARLIEST, LATEST, Why.NO_TIME)
        other = found.start if role.is_end else found.stop
        why = found.why
        if other is None and self._untimed(thing, is_end=not role.is_end) and reach.is_complete:
            why = Why.NO_TIME
        return EventSpan(
            position=position,
            is_start=not role.is_end,
            other_name=SPAN_NAMES[role.family][not role.is_end],
            time=self._time(position),
            other=other,
            other_time=self._time(other),
            why=why,
            left=found.cut,
            left_time=self._time(found.cut),
        )

    def _thing(self, position: int, family: Family) -> Thing:
        columns = self._log.columns(position, position + 1)
        return thing_of(self._log, family, position, columns.participants[0], columns.remotes[0])

    def _time(self, position: int | None) -> datetime | None:
        time = None if position is None else self._log.time_us(position)
        return None if time is None else from_microseconds(time)

    # The events to look at.

    def _track(self, thing: Thing, time: int, reach: Reach) -> Track:
        kept = self._kept.get((thing, reach))
        if kept is not None and kept[0] == len(self._log):
            return kept[1]
        near = self._neighbours.around(thing, time)
        if near is not None:
            return self._track_of(thing, near, reach)
        length = len(self._log)
        found = self._track_of(thing, self._neighbours.all_of(thing), reach)
        self._kept = {(thing, reach): (length, found)}
        return found

    def _track_of(self, thing: Thing, near: Near, reach: Reach) -> Track:
        doubts = self._doubts(thing, near)
        if thing.key[0] is Family.STAY:
            return self._neighbours.stays(thing, near, reach, doubts).track
        stays = self._neighbours.stays_beside(thing, near, reach)
        follows = thing.key[0] is not Family.REPLICATION
        return track_of(near.halves, stays, reach, doubts, follows=follows, is_first=near.is_first)

    def _doubts(self, thing: Thing, near: Near) -> Doubts:
        stay = stay_of(thing.participant)
        family = thing.key[0]
        exchanged = (events.TOKEN_EXCHANGED,)
        is_stay = family is Family.STAY
        return Doubts(
            () if is_stay else [*self._taken(thing, near)],
            untimed_start=self._untimed(thing, is_end=False) or self._untimed(stay, is_end=False),
            untimed_end=self._untimed(thing, is_end=True)
            or self._untimed(stay, is_end=True)
            or (not is_stay and self._any_untimed(exchanged, thing.participant)),
        )

    def _taken(self, thing: Thing, near: Near) -> Iterator[tuple[int, int]]:
        """The exchanges that may have ended it, up to the first one after all halves."""
        capability = CAPABILITIES[thing.key[0]]
        if not near.halves:
            return
        last = near.halves[-1].time
        since = near.halves[0].time // SECOND * SECOND
        for at in self._events.named((events.TOKEN_EXCHANGED,), thing.participant, since=since):
            first, end = bounds_of(self._log.time_us(at) or 0)
            if first > last and not near.is_last:
                return
            if may_take(self._log[at].new_token, capability):
                yield first, end
                if first > last:
                    return

    def _untimed(self, thing: Thing, *, is_end: bool) -> bool:
        family, about = thing.key
        remote = about if isinstance(about, int) else None
        return self._any_untimed((SPAN_NAMES[family][is_end],), thing.participant, remote, about)

    def _any_untimed(
        self,
        names: tuple[str, ...],
        participant: int,
        remote: int | None = None,
        about: object = None,
    ) -> bool:
        found = untimed_events(
            self._log, lambda kind: kind.name in names, participant=participant, remote=remote
        )
        return any(
            not isinstance(about, tuple) or destination_of(self._log[at]) == about for at in found
        )


class _StartsAndEnds:
    """The starts and ends of a log, found by its blocks."""

    __slots__ = ("_log",)

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def last_sign(self, participant: int, after: int, before: int) -> Iterator[int]:
        """When a participant was heard of last between two times; nothing when it was not."""
        signs = timed_events(
            self._log,
            _is_sign,
            since=max(after + 1, EARLIEST),
            until=before - 1 if before < LATEST else LATEST,
            newest_first=True,
            participant=participant,
        )
        for at in signs:
            time = self._log.time_us(at) or 0
            if bounds_of(time)[1] < before:
                yield time
                return

    def halves(self, thing: Thing, since: int, until: int, *, newest_first: bool) -> Iterator[Half]:
        """The halves of a thing between two times."""
        family, about = thing.key
        names = SPAN_NAMES[family]
        found = self.named(
            names,
            thing.participant,
            since=since,
            until=until,
            newest_first=newest_first,
            remote=about if isinstance(about, int) else None,
        )
        for at in found:
            if family is Family.REPLICATION and destination_of(self._log[at]) != about:
                continue
            kind = self._log.kind(at)
            detail = f"{kind.replica} {kind.error_code}"
            yield Half(self._log.time_us(at) or 0, detail, at, kind.name == names[1])

    def named(
        self,
        names: tuple[str, ...],
        participant: int,
        *,
        since: int = EARLIEST,
        until: int = LATEST,
        newest_first: bool = False,
        remote: int | None = None,
    ) -> Iterator[int]:
        """Positions of the events of some names between two times."""
        return timed_events(
            self._log,
            lambda kind: kind.name in names,
            since=since,
            until=until,
            newest_first=newest_first,
            participant=participant,
            remote=remote,
        )


def _is_sign(kind: EventKind) -> bool:
    role = role_of(kind)
    return role is not None and role.is_sign
