"""Which states the events of one thing allow: of a stay, a publishing, a subscription.

Its events switch it on and off. What holds for them, from the IVS user guide and from what people
report:

- A start is never left out, an end may be: a client that crashes sends none. So something on may
  go off between any two events, and nothing goes on without its start.
- JOINED begins a new stay, in which nothing is on yet; LEFT ends the stay and all that is in it.
- An event may come twice.
- Inside one time nothing is known of the order but what is possible.

For every stretch between two times all states are kept that some order of the events allows, from
the events before and from those after. What is the same in all of them is certain.

Long because the ways that events allow and the orders that make them are one set of rules.
"""

from collections.abc import Sequence
from dataclasses import field
from enum import Enum, auto
from functools import lru_cache
from typing import Final, NamedTuple

from ivscope.domain.frozen import frozen, slotted

OUT, IN, ON = 1, 2, 4
ANY: Final = OUT | IN | ON
"""States as bits of a set: not in the session; in it; in it and on."""

_MOST_ORDERS = 512
"""States in which the events of one time are tried. More are called unknown: five events of each
kind come to about so many, and nobody does that in earnest."""

Counts = tuple[int, int, int, int]
"""How many JOINED, LEFT, starts and stops."""


class Way(NamedTuple):
    """One way in which the events of one time can have followed each other."""

    entry: int
    exit: int
    ends_old: bool
    """Whether what was on before is ended by a stop of this time."""
    closed: int
    """Starts of this time that a stop of this time ends."""
    cost: int
    """Ends that are missing, and events that came twice."""


_OLD, _NEW = 8, 16
"""On since before this time; on since a start of this time. Only inside `_tails`."""

_NEVER = 1 << 20
"""More than any cost."""

_Tail = tuple[int, bool, int]
"""Exit, whether the old one was ended, how many starts were."""


@lru_cache(maxsize=16_384)
def _tails(state: int, counts: Counts) -> dict[_Tail, int]:
    """How the events that are left can go on from a state, and the least cost of each way."""
    if not any(counts):
        return {(state, False, 0): 0}
    joins, leaves, starts, stops = counts
    is_on = state in {_OLD, _NEW}
    found: dict[_Tail, int] = {}

    def take(after: int, rest: Counts, cost: int, *, ends: bool = False, closes: int = 0) -> None:
        for (end, ends_old, closed), more in _tails(after, rest).items():
            key = (end, ends_old or ends, closed + closes)
            found[key] = min(found.get(key, _NEVER), more + cost)

    if joins:
        take(IN, (joins - 1, leaves, starts, stops), 0 if state == OUT else 1 + is_on)
    if leaves and state != OUT:
        take(OUT, (joins, leaves - 1, starts, stops), int(is_on))
    if starts and state != OUT:
        take(_NEW, (joins, leaves, starts - 1, stops), int(is_on))
    if stops and is_on:
        is_old = state == _OLD
        take(IN, (joins, leaves, starts, stops - 1), 0, ends=is_old, closes=not is_old)
    return found


@lru_cache(maxsize=16_384)
def _ways(counts: Counts) -> tuple[Way, ...] | None:
    """All ways for events of one time; None when they are too many to try."""
    size = 1
    for count in counts:
        size *= (count + 1) * max(count, 1)
    if size > _MOST_ORDERS:
        return None
    best: dict[tuple[int, int, bool, int], int] = {}
    # Of equal events one at least is real; the others can be the same one again.
    joins, leaves, starts, stops = (range(min(count, 1), count + 1) for count in counts)
    for real in ((j, e, s, p) for j in joins for e in leaves for s in starts for p in stops):
        again = sum(counts) - sum(real)
        for entry in (OUT, IN, ON):
            tails = _tails(_OLD if entry == ON else entry, real)
            for (end, ends_old, closed), cost in tails.items():
                key = (entry, ON if end in {_OLD, _NEW} else end, ends_old, closed)
                best[key] = min(best.get(key, _NEVER), cost + again)
    return tuple(Way(*key, cost) for key, cost in best.items())


@lru_cache(maxsize=16_384)
def _between(entries: int, exits: int, counts: Counts) -> tuple[Way, ...]:
    """The ways from some states to some, the most likely one first.

    None at all when there are too many to try.
    """
    found = [way for way in _ways(counts) or () if way.entry & entries and way.exit & exits]
    found.sort(key=lambda way: (way.cost, not way.ends_old, -way.closed, way.entry, way.exit))
    return tuple(found)


@lru_cache(maxsize=16_384)
def _exits(entries: int, counts: Counts) -> int:
    ways = _ways(counts)
    found = ANY if ways is None else 0
    for way in ways or ():
        found |= way.exit if way.entry & entries else 0
    return found


@lru_cache(maxsize=16_384)
def _entries(exits: int, counts: Counts) -> int:
    ways = _ways(counts)
    found = ANY if ways is None else 0
    for way in ways or ():
        found |= way.entry if way.exit & exits else 0
    return found


class Step(Enum):
    """What happens to a thing at one place in an order of events."""

    START = auto()
    STOP = auto()
    JOIN = auto()
    LEAVE = auto()


Steps = tuple[Step, ...]

_OTHER_WAY = 8
"""Cost of each point in which an order differs from the way asked for: more than the missing ends
of any time that is tried."""

_IMPOSSIBLE = 64
"""Cost of an event that cannot be where it is, unless it is an earlier one told again."""

_Ends = tuple[bool, int]
"""Whether the old one is ended, and how many starts are."""


@lru_cache(maxsize=16_384)
def _steps(
    state: int, left: tuple[Steps, int, int], exits: int, ends: _Ends | None
) -> tuple[int, Steps]:
    """The cost of the best order of what is left, and the order."""
    moves, starts, stops = left
    is_on = state in {_OLD, _NEW}
    if not (moves or starts or stops):
        is_other = not (ON if is_on else state) & exits
        return _OTHER_WAY * (is_other + sum(ends or ())), ()
    found: list[tuple[int, Steps]] = []

    def take(
        step: Step, cost: int, after: int, counts: tuple[int, int], ends: _Ends | None = ends
    ) -> None:
        rest = moves[1:] if step in {Step.JOIN, Step.LEAVE} else moves
        more, order = _steps(after, (rest, *counts), exits, ends)
        found.append((cost + more, (step, *order)))

    if starts:
        cost, after = (_IMPOSSIBLE, OUT) if state == OUT else (int(is_on), _NEW)
        take(Step.START, cost, after, (starts - 1, stops))
    if stops:
        # One that was told twice is shown inside the stay.
        cost, after = (0, IN) if is_on else (_IMPOSSIBLE - (state == IN), state)
        rest = ends
        if is_on and ends is not None:
            ends_old, closed = ends
            is_wanted = ends_old if state == _OLD else closed > 0
            cost = 0 if is_wanted else _OTHER_WAY
            rest = (False, closed) if state == _OLD else (ends_old, max(0, closed - 1))
        take(Step.STOP, cost, after, (starts, stops - 1), rest)
    if moves and moves[0] is Step.JOIN:
        take(Step.JOIN, 0 if state == OUT else 1 + is_on, IN, (starts, stops))
    elif moves:
        cost = _IMPOSSIBLE if state == OUT else int(is_on)
        take(Step.LEAVE, cost, OUT, (starts, stops))
    return min(found, key=lambda one: one[0])


def steps_of(
    edges: tuple[int, int], way: Way | None, moves: Steps, starts: int, stops: int
) -> Steps | None:
    """An order in which the events of one time can have followed each other.

    It is the one with the fewest missing ends. An event that was told twice stands anywhere.

    Args:
        edges: The states that can be before and after them.
        way: The way that they came about; None when it is not known.
        moves: Each JOINED and LEFT, in order; none when these are the starts and the stops.
        starts: How many there are.
        stops: How many there are.

    Returns:
        None when there are too many to try.
    """
    if (len(moves) + 1) * (starts + 1) * (stops + 1) > _MOST_ORDERS:
        return None
    entries, exits = edges
    ends: _Ends | None = None
    if way is not None:
        entries, exits, ends = way.entry, way.exit, way[2:4]
    tried = [
        _steps(_OLD if entry == ON else entry, (moves, starts, stops), exits, ends)
        for entry in (OUT, IN, ON)
        if entry & entries
    ]
    return min(tried, key=lambda one: one[0])[1]


def settles(counts: Counts) -> bool:
    """Whether it is certain what is on after events of one time, whatever was before.

    Then nothing that comes later says anything about what was before, and the other way round.
    """
    return _exits(ANY, counts) in {OUT, IN, ON}


def begins_anew(before: Counts, counts: Counts) -> bool:
    """Whether one start and one stop of a time can only be that start, then its stop.

    Args:
        before: The events of the last time before it with any.
        counts: Those of the time.
    """
    return counts == (0, 0, 1, 1) and not _exits(ANY, before) & ON


_DOWN: Final = tuple(
    ANY if states & ON else OUT | IN if states & IN else states for states in range(8)
)
"""By a set of states: what can become of them while nothing is heard, as an end may be missing."""

_UP: Final = tuple(
    ANY if states & OUT else IN | ON if states & IN else states for states in range(8)
)
"""By a set of states: what can have become one of them in silence."""

_SILENT_COST: Final = {
    (ON, IN): 1,
    (ON, OUT): 2,
    (IN, OUT): 1,
    **dict.fromkeys([(OUT, IN), (OUT, ON), (IN, ON)], _NEVER),
}
"""Missing ends, by the state after a group and the one before the next; nothing goes on in
silence."""

_NO_COST: Final[dict[tuple[int, int], int]] = {}
"""The same where the gap between them is not read, or something in it says what happened."""


@slotted
class Group:
    """The events of one thing whose order among each other is not known. Times in microseconds."""

    first: int
    last: int
    """The moments that its times can stand for lie between these two, both included."""
    starts: list[int] = field(default_factory=list)
    stops: list[int] = field(default_factory=list)
    """Positions in the log."""
    joins: int = 0
    leaves: int = 0
    """How many JOINED and LEFT, where these are not its starts and stops."""
    left: int | None = None
    """Position of a LEFT among them."""
    is_known: bool = True
    """Whether all of its time is read."""
    is_mixed: bool = False
    """Whether its starts, or its stops, have times that differ: it matters which one was which."""

    @property
    def counts(self) -> Counts:
        """How many of each."""
        return self.joins, self.leaves, len(self.starts), len(self.stops)


@frozen
class Gap:
    """What lies between two groups, before the first, or after the last."""

    is_known: bool = True
    """Whether everything in it is read."""
    cut: tuple[int, int, int | None] | None = None
    """First and last moment of the first JOINED or LEFT in it, and the position of a LEFT."""
    heard: int | None = None
    """When the participant last did something in it that only who is connected can do. Only for
    stays."""


class PossibleStates:
    """The states around each group. Costs as much as there are groups.

    Args:
        groups: Oldest first.
        gaps: One more than there are groups: before each, and after the last.
        entry: The states that can be before all of them.
        follows: Whether it can only be on inside a stay of its participant, and ends with it.
        inside: For each group the states that the stay allows before it and after it; None where
            the stay is the thing itself, or says nothing.
    """

    __slots__ = (
        "_any",
        "_counts",
        "_follows",
        "_silent",
        "broken",
        "entries",
        "exits",
        "gaps",
        "groups",
        "ways",
    )

    def __init__(
        self,
        groups: Sequence[Group],
        gaps: Sequence[Gap],
        entry: int,
        *,
        follows: bool,
        inside: Sequence[tuple[int, int]] | None = None,
    ) -> None:
        self.groups = groups
        self.gaps = gaps
        self._counts = [group.counts for group in groups]
        self._follows = follows
        self._any = ANY if follows else IN | ON
        self.entries: list[int] = []
        """By group: the states before it that all events allow."""
        self.exits: list[int] = []
        """By group: those after it."""
        self.broken: list[bool] = []
        """By group: whether what must have come before it is not in the events."""
        self._silent: list[bool] = []
        """By group: whether all between the one before and it is read and says nothing, and what
        must have come before it is there."""
        self._forward(entry, inside)
        self._backward()
        self.ways = [
            _between(entry, exit_, counts) if group.is_known else ()
            for entry, exit_, counts, group in zip(
                self.entries, self.exits, self._counts, groups, strict=True
            )
        ]
        """By group: the ways that it can have come about, the most likely one first; none at all
        when it is not read whole, or has too many events."""

    def _forward(self, states: int, inside: Sequence[tuple[int, int]] | None) -> None:
        entries_of, exits_of, broken, silent = self.entries, self.exits, self.broken, self._silent
        anything, gaps = self._any, iter(self.gaps)
        gap = next(gaps)
        follows, is_open = self._follows, gap.is_known and not self.is_cut(gap)
        before = after = anything
        for at, (group, counts, gap) in enumerate(
            zip(self.groups, self._counts, gaps, strict=True)
        ):
            if inside is not None:
                before, after = inside[at]
            wanted = after if gap.heard is None else after & ON
            entries, exits, is_broken = _passed(
                states & before, wanted, counts, group.is_known, anything
            )
            entries_of.append(entries)
            exits_of.append(exits)
            broken.append(is_broken)
            silent.append(is_open and not is_broken)
            is_open = gap.is_known and not (follows and gap.cut is not None)
            if is_open:
                states = anything & _DOWN[exits]
            else:
                states = anything & (OUT | IN) if gap.is_known else anything

    def is_cut(self, gap: Gap) -> bool:
        """Whether what was on before a gap has ended in it with its stay."""
        return self._follows and gap.cut is not None

    def _backward(self) -> None:
        entries, exits, groups, counts = self.entries, self.exits, self.groups, self._counts
        for at in range(len(groups) - 1, -1, -1):
            if groups[at].is_known:
                entries[at] &= _entries(exits[at], counts[at]) or ANY
            if at and self._silent[at]:
                exits[at - 1] &= _UP[entries[at]]

    def is_surely_on(self, at: int) -> bool:
        """Whether it is on for certain all the way from the group before up to a group."""
        return at > 0 and self.entries[at] == ON and not self.broken[at]

    def path(self) -> list[Way | None]:
        """For each group the way that needs the fewest missing ends over all; None for unknown."""
        steps: list[_PathStep] = []
        before: _Costs = ((ANY, 0),)
        for ways, is_silent in zip(self.ways, self._silent, strict=True):
            step, before = _path_step(before, ways, is_silent)
            steps.append(step)
        chosen: list[Way | None] = []
        last = min(before, key=lambda one: (one[1], -one[0]))[0]
        for step in reversed(steps):
            last, way = step[last]
            chosen.append(way)
        return chosen[::-1]


@lru_cache(maxsize=4_096)
def _passed(
    entries: int, wanted: int, counts: Counts, is_known: bool, anything: int
) -> tuple[int, int, bool]:
    """The states before a group and after it, and whether what must have come before is missing.

    Args:
        entries: What can be before it.
        wanted: What can be after it for another reason.
        counts: Its events.
        is_known: Whether these are all.
        anything: What is possible where nothing is known.
    """
    exits = _exits(entries, counts) & wanted if is_known else wanted
    if exits:
        return entries, exits, False
    exits = _exits(anything, counts)
    return anything, exits & wanted or exits or anything, True


_Costs = tuple[tuple[int, int], ...]
"""States, and what it costs more to be in each than in the cheapest."""

_PathStep = dict[int, tuple[int, Way | None]]
"""By the state after a group: the state before it, and the way through it."""


@lru_cache(maxsize=4_096)
def _path_step(before: _Costs, ways: tuple[Way, ...], is_silent: bool) -> tuple[_PathStep, _Costs]:
    """The cheapest way to each state after a group. Long lists repeat few cases.

    Args:
        before: The states after the group before it.
        ways: Those through the group; none for an unknown one.
        is_silent: Whether all of the gap before it is read, and nothing in it says what happened.
    """
    missing = (_SILENT_COST if is_silent else _NO_COST).get
    found: dict[int, tuple[int, int, Way | None]] = {}
    for way in ways:
        cost, state = min((cost + missing((state, way.entry), 0), state) for state, cost in before)
        cost += way.cost
        if way.exit not in found or cost < found[way.exit][0]:
            found[way.exit] = cost, state, way
    if not found:
        cost, state = min((cost, state) for state, cost in before)
        found[ANY] = cost, state, None
    least = min(cost for cost, _, _ in found.values())
    costs = tuple((state, cost - least) for state, (cost, _, _) in found.items())
    return {state: (entry, way) for state, (_, entry, way) in found.items()}, costs
