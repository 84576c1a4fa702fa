"""Neighbours: the few starts and ends around a time that say what was on then.

Outwards from the time, up to a second after which it is certain what is on: what lies behind it
says nothing of what lies before it, and the other way round.
"""

from collections.abc import Callable, Iterator
from heapq import merge
from itertools import groupby
from operator import gt, lt
from typing import NamedTuple, Protocol

from ivscope.analysis.histories import Key, destination_of
from ivscope.analysis.intervals import NOTHING_KNOWN, SECOND, SPAN_NAMES, Family, Reach, bounds_of
from ivscope.analysis.pairing import Doubts, Half, Stays, stays_of
from ivscope.analysis.possible_states import settles
from ivscope.analysis.timed_events import EARLIEST, LATEST
from ivscope.provider.store.event_log import EventLog

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
