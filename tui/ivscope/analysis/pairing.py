"""The pairing of starts and ends: which event ended what another one began, and how sure that is.

Times are whole seconds as a rule, so nothing is known of the order inside one second but what is
possible; a time with a fraction is as exact as it is written. What the events leave open is told
in the way that needs the fewest missing ends, and said to be uncertain, with the reason.

Long because what belongs together is told in one go through the groups of events.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import attrgetter
from typing import Final, NamedTuple

from ivscope.analysis.intervals import (
    EARLIEST,
    LATEST,
    SECOND,
    Interval,
    Reach,
    Track,
    Why,
    bounds_of,
)
from ivscope.analysis.possible_states import ANY, IN, ON, OUT, Gap, Group, PossibleStates, Way


class Half(NamedTuple):
    """A start or an end. Sorts by time, then by what it is, and by its place among equals."""

    time: int
    detail: str
    """Tells halves of one time apart, so that their place in the log does not have to."""
    position: int
    is_end: bool


def groups_of(halves: Iterable[Half], moves: Sequence[Half], reach: Reach) -> list[Group]:
    """Put halves together that can have been in any order, oldest first.

    Args:
        halves: Of one thing.
        moves: JOINED and LEFT of its participant by time, where they are not the halves: those
            that can have been in between go into the group.
        reach: How far is read.
    """
    groups: list[Group] = []
    group: Group | None = None
    times: dict[bool, int] = {}
    since, until = _moving(moves)
    for time, _, position, is_end in sorted(halves):
        first, last = bounds_of(time)
        if first <= until and last >= since:
            first, last = _stretched(first, last, moves)
        if group is None or first > group.last:
            group = Group(first, last)
            groups.append(group)
            times = {is_end: time}
        else:
            group.first, group.last = min(group.first, first), max(group.last, last)
            group.is_mixed |= times.setdefault(is_end, time) != time
        (group.stops if is_end else group.starts).append(position)
    if not moves and reach.is_complete:
        return groups
    for group in groups:
        if group.first <= until and group.last >= since:
            for move in _moves_from(moves, group.first):
                if move.time > group.last:
                    break
                group.joins += not move.is_end
                group.leaves += move.is_end
                group.left = move.position if move.is_end else group.left
        group.is_known = reach.knows(group.first, group.last)
    return groups


def _moving(moves: Sequence[Half]) -> tuple[int, int]:
    """The first and last moment that any of some moves can have been at, given by time."""
    if not moves:
        return LATEST, EARLIEST
    return moves[0].time, moves[-1].time // SECOND * SECOND + SECOND - 1


def _stretched(first: int, last: int, moves: Sequence[Half]) -> tuple[int, int]:
    """A time with those of all moves that can have been in it, and so on."""
    is_growing = True
    while is_growing:
        is_growing = False
        for move in _moves_from(moves, first):
            begin, end = bounds_of(move.time)
            if begin > last:
                break
            if begin < first or end > last:
                first, last, is_growing = min(first, begin), max(last, end), True
    return first, last


def _moves_from(moves: Sequence[Half], first: int) -> Iterator[Half]:
    """Those that can have been at a moment or later: a whole second reaches on to its end."""
    at = bisect_left(moves, first - first % SECOND, key=lambda move: move.time)
    while at < len(moves):
        if bounds_of(moves[at].time)[1] >= first:
            yield moves[at]
        at += 1


class Doubts(NamedTuple):
    """What makes answers about one thing uncertain beside its halves."""

    taken: Sequence[tuple[int, int]] = ()
    """First and last moments of the token exchanges that may have ended it, by time."""
    untimed_start: bool = False
    """Whether a start of it has no readable time."""
    untimed_end: bool = False
    """Whether something that can end it has none."""


class _Open(NamedTuple):
    """A start while its end is looked for."""

    start: int
    begin: int
    begun: int
    is_sure: bool
    """Whether it is certain that it is this one of the starts of its time."""


_BEGUN: Final = attrgetter("begun")


class TrackBuilder:
    """Makes a track of the states that the events allow. Used once."""

    __slots__ = ("_certain", "_doubts", "_intervals", "_possible", "_reach", "_states")

    def __init__(self, states: PossibleStates, reach: Reach, doubts: Doubts) -> None:
        self._states = states
        self._reach = reach
        self._doubts = doubts
        self._intervals: list[Interval] = []
        self._certain: list[tuple[int, int]] = []
        self._possible: list[tuple[int, int]] = []

    def track(self) -> Track:
        """The track."""
        self._cover()
        intervals = self.intervals()
        if self._doubts.untimed_start:
            self._certain.clear()
            self._possible = [(EARLIEST, self._reach.ended)]
        if not self._reach.is_complete:
            self._certain.clear()
        return Track(intervals, self._certain, self._possible)

    def intervals(self) -> list[Interval]:
        """The intervals of the track, for who needs nothing else of it."""
        open_: _Open | None = None
        for at, way in enumerate(self._states.path()):
            open_ = self._pass_unknown(at, open_) if way is None else self._pass(at, way, open_)
        if open_ is not None:
            self._leave_open(open_)
        found = self._intervals
        found.sort(key=_BEGUN)
        if any(one.begun == other.begun for one, other in pairwise(found)):
            found.sort(key=lambda one: (one.begun, one.positions))
        return found

    # When it was on.

    def _cover(self) -> None:
        states, possible = self._states, self._possible
        groups = states.groups
        if groups and states.entries[0] & ON:
            cut = states.gaps[0].cut if states.is_cut(states.gaps[0]) else None
            since = EARLIEST if cut is None or not states.gaps[0].is_known else cut[0]
            possible.append((since, groups[0].last))
        for at, group in enumerate(groups):
            gap, after = states.gaps[at + 1], at + 1
            if group.starts or states.entries[at] & ON:
                possible.append((group.first, group.last))
            end = groups[after].last if after < len(groups) else self._reach.ended
            cut = gap.cut if gap.is_known and states.is_cut(gap) else None
            if not gap.is_known:
                possible.append((group.first, end))
            elif states.exits[at] & ON:
                possible.append((group.first, end if cut is None else min(cut[1], end)))
            if after == len(groups):
                self._cover_end(group)
            elif states.is_surely_on(after):
                self._sure(group, groups[after].first)
            else:
                if states.entries[after] & ON and (cut is not None or states.broken[after]):
                    possible.append((group.first if cut is None else cut[0], end))
                self._heard(at)

    def _heard(self, at: int) -> None:
        heard = self._states.gaps[at + 1].heard
        if heard is not None and self._states.exits[at] == ON:
            self._sure(self._states.groups[at], heard)

    def _cover_end(self, group: Group) -> None:
        to = self._open_to
        if to is not None:
            self._sure(group, to)
        self._heard(len(self._states.groups) - 1)

    @property
    def _open_to(self) -> int | None:
        """Until when it is on for certain after the last group, exchanges left aside."""
        states = self._states
        is_on = states.exits[-1] == ON and states.gaps[-1].cut is None
        return self._reach.surely_open_to if is_on and not self._doubts.untimed_end else None

    def _sure(self, group: Group, end: int) -> None:
        """On for certain since a group, unless an exchange may have ended it."""
        end = min(end, self._taken_after(group.first))
        if end >= group.last:
            self._certain.append((group.last, end))

    def _taken_after(self, moment: int) -> int:
        """When an exchange may have ended what began at a moment."""
        taken = self._doubts.taken
        at = bisect_left(taken, moment, key=lambda one: one[1])
        return taken[at][0] if at < len(taken) else LATEST

    # What belongs together.

    def _pass(self, at: int, way: Way, open_: _Open | None) -> _Open | None:
        """Go through a group. Returns what is on after it."""
        states = self._states
        group, gap = states.groups[at], states.gaps[at]
        if open_ is not None and (way.entry != ON or states.is_cut(gap)):
            self._end_in_gap(open_, at)
            open_ = None
        if not group.stops and way.exit == ON and len(group.starts) == 1:
            if open_ is not None:
                self._end_unseen(open_, group.last, group.left, is_sure=open_.is_sure)
            return _Open(group.starts[0], group.first, group.last, not group.is_mixed)
        is_broken = states.broken[at]
        ways = states.ways[at]
        is_sure = len(ways) == 1 or len({one[1:4] for one in ways}) == 1
        is_sure = is_sure and not is_broken and not group.is_mixed
        stops = list(group.stops)
        if way.ends_old:
            stop = stops.pop(0)
            if open_ is None:
                self._lone_stop(group, stop, Why.START_MISSING)
            else:
                self._close(open_, group, stop, is_sure=is_sure and states.is_surely_on(at))
        elif open_ is not None:
            is_unseen = open_.is_sure and not self._may_end_old(at)
            self._end_unseen(open_, group.last, group.left, is_sure=is_unseen)
        begun = self._begun(group)
        for one in begun[: way.closed]:
            self._close(one, group, stops.pop(0), is_sure=is_sure)
        begun = begun[way.closed :]
        last = begun.pop() if way.exit == ON and begun else None
        for one in begun:
            self._end_unseen(one, group.last, group.left, is_sure=is_sure)
        for stop in stops:
            self._lone_stop(group, stop, Why.START_MISSING if is_broken else Why.TIE)
        return last

    def _may_end_old(self, at: int) -> bool:
        """Whether a stop of a group may belong to what began before it."""
        return any(one.ends_old for one in self._states.ways[at])

    def _pass_unknown(self, at: int, open_: _Open | None) -> _Open | None:
        """A group that is not read whole, or has too many events of one time."""
        group = self._states.groups[at]
        begun = [] if open_ is None else [open_]
        begun += self._begun(group)
        last = begun.pop() if group.starts and self._states.exits[at] == ON else None
        for one in begun:
            self._end_unseen(one, group.last, group.left, is_sure=False)
        for stop in group.stops:
            self._lone_stop(group, stop, Why.TIE)
        return last

    @staticmethod
    def _begun(group: Group) -> list[_Open]:
        is_sure = not group.is_mixed
        return [_Open(start, group.first, group.last, is_sure) for start in group.starts]

    def _close(self, open_: _Open, group: Group, stop: int, *, is_sure: bool) -> None:
        """Pair a start with an end. Of what is not read whole only what is forced is told."""
        is_sure = is_sure and open_.is_sure
        if not is_sure and not self._reach.is_complete:
            self._end_unseen(open_, group.last, None, is_sure=False)
            self._lone_stop(group, stop, Why.TIE)
            return
        ending = min(group.first, self._taken_after(open_.begin))
        why = self._why(None if is_sure else Why.TIE)
        self._intervals.append(
            Interval(
                open_.start, stop, open_.begin, open_.begun, ending, group.last, self._untimed(why)
            )
        )

    def _lone_stop(self, group: Group, stop: int, why: Why) -> None:
        """An end whose start is not known; where it began is not either."""
        self._intervals.append(
            Interval(
                None,
                stop,
                group.first,
                group.last,
                group.first,
                group.last,
                self._untimed(self._why(why)),
            )
        )

    def _end_unseen(
        self, open_: _Open, end: int, cut: int | None, *, is_sure: bool, ending: int = EARLIEST
    ) -> None:
        """It was over by a moment, and no end of its own is read."""
        why = self._why(Why.END_MISSING if is_sure else Why.TIE)
        ending = max(open_.begun, ending)
        self._intervals.append(
            Interval(
                open_.start, None, open_.begin, open_.begun, ending, end, self._untimed(why), cut
            )
        )

    def _end_in_gap(self, open_: _Open, at: int) -> None:
        """It ended somewhere before a group, at the latest when JOINED or LEFT says so."""
        states = self._states
        gap, end, left = states.gaps[at], LATEST, None
        is_sure = states.exits[at - 1] == ON and open_.is_sure
        if gap.cut is not None and states.is_cut(gap):
            _, end, left = gap.cut
        elif at < len(states.groups):
            end, is_sure = states.groups[at].last, is_sure and not self._may_end_old(at)
        heard = EARLIEST if gap.heard is None else gap.heard
        self._end_unseen(open_, end, left, is_sure=is_sure, ending=heard)

    def _leave_open(self, open_: _Open) -> None:
        """Nothing after it is read that says that it ended, except for JOINED or LEFT."""
        gap, ended = self._states.gaps[-1], self._reach.ended
        heard = EARLIEST if gap.heard is None else gap.heard
        if self._states.is_cut(gap):
            self._end_in_gap(open_, len(self._states.groups))
            return
        to, taken = self._open_to, self._taken_after(open_.begin)
        is_sure = self._states.exits[-1] == ON and open_.is_sure
        self._end_unseen(open_, ended, None, is_sure=is_sure, ending=heard)
        one = replace(self._intervals.pop(), is_over=gap.cut is not None)
        if to is not None and taken >= to:
            one = replace(one, ending=to, why=self._untimed(None))
        elif self._reach.is_complete and is_sure and taken < LATEST:
            one = replace(one, why=self._untimed(Why.PUBLISH_TAKEN))
        elif self._reach.is_complete and is_sure and self._doubts.untimed_end:
            one = replace(one, why=Why.NO_TIME)
        self._intervals.append(one)

    def _why(self, why: Why | None) -> Why | None:
        return why if self._reach.is_complete else Why.NOT_READ

    def _untimed(self, why: Why | None) -> Why | None:
        return Why.NO_TIME if self._doubts.untimed_start and self._reach.is_complete else why


class Stays(NamedTuple):
    """The stays of a participant, and what they allow everything else to be."""

    track: Track
    states: PossibleStates
    moves: Sequence[Half]
    """JOINED and LEFT by time."""

    def inside(self, group: Group) -> tuple[int, int]:
        """What can be on before and after a group with JOINED or LEFT in it."""
        states = self.states
        first = bisect_left(states.groups, group.first, key=lambda one: one.last)
        last = first
        while last + 1 < len(states.groups) and states.groups[last + 1].first <= group.last:
            last += 1
        return _within(states.entries[first]), _within(states.exits[last])


def _within(stay: int) -> int:
    """The states of something inside a stay, by those of the stay."""
    return (IN | ON if stay & ON else 0) | (OUT if stay & IN else 0)


def stays_of(
    moves: Iterable[Half],
    heard: Sequence[int],
    reach: Reach,
    doubts: Doubts,
    *,
    is_first: bool = True,
) -> Stays:
    """When a participant was in the session.

    Args:
        moves: JOINED and LEFT.
        heard: Times of other events of it that only who is connected has, ascending.
        reach: How far is read.
        doubts: What else makes it uncertain.
        is_first: Whether nothing of it is left out before the first of these.
    """
    moves = sorted(moves)
    groups = groups_of(moves, (), reach)
    gaps = _gaps(groups, reach)
    for at, gap in enumerate(gaps):
        after = groups[at - 1].last if at else EARLIEST
        before = groups[at].first if at < len(groups) else LATEST
        place = bisect_left(heard, before) - 1
        while place >= 0 and bounds_of(heard[place])[1] >= before:
            place -= 1
        if place >= 0 and heard[place] > after:
            gaps[at] = replace(gap, heard=heard[place])
    is_known = is_first and reach.is_complete and gaps[0].heard is None
    entry = IN if is_known else IN | ON
    states = PossibleStates(groups, gaps, entry, follows=False)
    return Stays(TrackBuilder(states, reach, doubts).track(), states, moves)


def track_of(
    halves: Iterable[Half],
    stays: Stays,
    reach: Reach,
    doubts: Doubts,
    *,
    follows: bool,
    is_first: bool = True,
) -> Track:
    """When something of a participant was on.

    Arguments are those of `states_of`, and what makes it uncertain beside its starts and stops.
    """
    states = states_of(halves, stays, reach, follows=follows, is_first=is_first)
    return TrackBuilder(states, reach, doubts).track()


def intervals_of(
    halves: Iterable[Half], stays: Stays, reach: Reach, doubts: Doubts
) -> list[Interval]:
    """Return the intervals of what ends with a stay, as `track_of` would; that costs a third more.

    Arguments are those of `track_of`.
    """
    return TrackBuilder(states_of(halves, stays, reach, follows=True), reach, doubts).intervals()


def states_of(
    halves: Iterable[Half],
    stays: Stays,
    reach: Reach,
    *,
    follows: bool,
    is_first: bool = True,
) -> PossibleStates:
    """What the events allow something of a participant to have been.

    Args:
        halves: Its starts and stops.
        stays: Of the participant.
        reach: How far is read.
        follows: Whether it ends with the stay. A replication may go on for a while.
        is_first: Whether nothing of it is left out before the first of these.
    """
    moves = stays.moves
    groups = groups_of(halves, moves if follows else (), reach)
    gaps = _gaps(groups, reach)
    until = _moving(moves)[1]
    for at, gap in enumerate(gaps):
        after = groups[at - 1].last if at else EARLIEST
        if after >= until:
            break
        before = groups[at].first if at < len(groups) else LATEST
        cut = _cut(moves, after, before)
        if cut is not None:
            gaps[at] = replace(gap, cut=cut)
    inside = None
    if follows and moves:
        inside = [stays.inside(one) if one.joins or one.leaves else (ANY, ANY) for one in groups]
    entry = OUT | IN if moves and follows else IN
    if not (is_first and reach.is_complete) and (gaps[0].cut is None or not follows):
        entry = ANY if follows else IN | ON
    return PossibleStates(groups, gaps, entry, follows=follows, inside=inside)


def _gaps(groups: Sequence[Group], reach: Reach) -> list[Gap]:
    if reach.is_complete:
        return [Gap()] * (len(groups) + 1)
    edges = [EARLIEST, *(one.last for one in groups)], [*(one.first for one in groups), LATEST]
    return [Gap(reach.knows(after + 1, before - 1)) for after, before in zip(*edges, strict=True)]


def _cut(moves: Sequence[Half], after: int, before: int) -> tuple[int, int, int | None] | None:
    """The first JOINED or LEFT between two moments."""
    found: tuple[int, int, int | None] | None = None
    for move in _moves_from(moves, after + 1):
        first, last = bounds_of(move.time)
        if first <= after:
            continue
        if last >= before or (found is not None and first > found[1]):
            break
        left = move.position if move.is_end else None if found is None else found[2]
        found = (first, last, left) if found is None else (found[0], max(last, found[1]), left)
    return found
