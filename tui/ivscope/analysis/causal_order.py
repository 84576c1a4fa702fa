"""Causal order: events by time, and inside one time in the order in which they can have happened.

All samples of the IVS API give whole seconds, and order the events of one second at random. A
start and its stop in one time are in that order when the thing was not open before: JOINED, LEFT.
When it was open, the stop belongs to an older start and comes first: LEFT, JOINED.

Long because the order within one time and the sort keys of a growing log change together.
"""

from array import array
from collections import ChainMap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ivscope.analysis.intervals import SPAN_NAMES, Family
from ivscope.analysis.sorted_rows import SortedRows
from ivscope.domain import events
from ivscope.provider.store.event_log import NO_TIME, EventColumns, EventLog

EARLY, USUAL, LATE = 0, 10, 20
"""Rounds, added to the rank of an event: it ends an older start; usual; it starts after that."""

PAIRS = {
    name: (family, is_start)
    for family in Family
    for name, is_start in zip(SPAN_NAMES[family], (True, False), strict=True)
}
"""What an event name starts (True) or stops."""

Pair = int
"""A pair is what starts and stops, such as one subscription; numbered by `pair_number`."""

Half = tuple[int, Pair, bool]
"""Position of an event, its pair, and whether the event starts the pair."""

_KIND_BITS = 2
_KIND_MASK = (1 << _KIND_BITS) - 1
_NUMBER_BITS = 32

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


def pair_number(kind: int, participant: int, side: int) -> Pair:
    """Combine a kind of pair, the number of a participant and that of the other side."""
    return (side << _NUMBER_BITS | participant) << _KIND_BITS | kind


def _without_side(pair: Pair) -> int:
    return pair & ((1 << _NUMBER_BITS + _KIND_BITS) - 1)


def rank(name: str | None) -> int:
    """Return the place of an event name within one time when nothing was open, 0 to 9."""
    return _OTHER if name is None else _RANKS.get(name, _OTHER)


@dataclass(slots=True)
class Tie:
    """The starts and stops of one time, when some pair has both."""

    halves: list[Half]
    before: dict[Pair, bool]
    """Whether each pair was open before, as far as known."""

    def rounds(self) -> dict[int, int]:
        """Return the round of each event by position: `EARLY`, `USUAL` or `LATE`."""
        rounds: dict[int, int] = {}
        for participant in {_without_side(pair) >> _KIND_BITS for _, pair, _ in self.halves}:
            own = [
                half for half in self.halves if _without_side(half[1]) >> _KIND_BITS == participant
            ]
            membership = pair_number(Family.STAY, participant, 0)
            joins = [at for at, pair, is_start in own if pair == membership and is_start]
            leaves = [at for at, pair, is_start in own if pair == membership and not is_start]
            # A participant that leaves without a JOINED was in the session.
            was_inside = self.before.get(membership, bool(leaves) and not joins)
            returns = was_inside and bool(joins) and bool(leaves)
            for pair in {pair for _, pair, _ in own}:
                starts = [at for at, one, is_start in own if one == pair and is_start]
                stops = [at for at, one, is_start in own if one == pair and not is_start]
                stops_first = self.before.get(pair, False) if starts else returns
                first_stop = EARLY if stops and stops_first and (starts or returns) else USUAL
                rounds.update(_alternate(starts, USUAL))
                rounds.update(_alternate(stops, first_stop))
            if leaves and len(leaves) - len(joins) >= was_inside:
                latest = max(rounds[at] for at, _, _ in own)
                rounds.update(dict.fromkeys(leaves[-1:] if joins else leaves, latest))
        return rounds


def _alternate(positions: list[int], first: int) -> dict[int, int]:
    return {at: min(LATE, first + USUAL * index) for index, at in enumerate(positions)}


_BOTH = 2
"""The two directions: start and stop."""


@dataclass(slots=True)
class Stretch:
    """What neighbouring times say about which pairs are open, and the ties among them."""

    resolve: Callable[[Tie], None]
    """Called with a tie whenever more is known of what was open before it."""
    after: dict[Pair, bool] = field(default_factory=dict)
    """Which pairs are open at the end."""
    before: dict[Pair, bool] = field(default_factory=dict)
    """Which pairs must have been open at the start, since a stop came first."""
    unsure: dict[Pair, list[Tie]] = field(default_factory=dict)
    """Ties of which no earlier event says what was open before."""

    def take(self, halves: list[Half]) -> None:
        """Add the starts and stops of the next time."""
        self._take(halves)
        moved = {pair for _, pair, _ in halves if pair & _KIND_MASK == Family.STAY}
        for _, pair, is_start in halves:
            membership = _without_side(pair) & ~_KIND_MASK | Family.STAY
            if is_start and pair & _KIND_MASK != Family.STAY and membership not in moved:
                # Only a participant in the session starts something; JOINED is at another time.
                if membership not in self.after:
                    self.before[membership] = True
                self.after[membership] = True

    def _take(self, halves: list[Half]) -> None:
        if len({is_start for _, _, is_start in halves}) < _BOTH:
            for _, pair, is_start in halves:
                self._learn(pair, is_open=is_start)
            return
        balance: dict[Pair, int] = {}
        signs: set[tuple[Pair, bool]] = set()
        for _, pair, is_start in halves:
            balance[pair] = balance.get(pair, 0) + (1 if is_start else -1)
            signs.add((pair, is_start))
        if len(signs) > len(balance):
            after = self.after
            tie = Tie(sorted(halves), {pair: after[pair] for pair in balance if pair in after})
            for pair in balance:
                if pair not in after and {(pair, True), (pair, False)} <= signs:
                    self.unsure.setdefault(pair, []).append(tie)
            self.resolve(tie)
        for pair, rest in balance.items():
            if rest:
                self._learn(pair, is_open=rest > 0)

    def _learn(self, pair: Pair, *, is_open: bool) -> None:
        if pair not in self.after:
            self.before[pair] = not is_open
        self.after[pair] = is_open

    def decide(self, pair: Pair, *, is_open: bool | None) -> None:
        """Set whether a pair was open before its unsure ties; None when that is not known."""
        for tie in self.unsure.get(pair, ()):
            if tie.before.get(pair) is is_open:
                continue
            if is_open is None:
                del tie.before[pair]
            else:
                tie.before[pair] = is_open
            self.resolve(tie)

    def put_before(self, older: "Stretch") -> None:
        """Join an older stretch that ends where this one begins."""
        for pair, is_open in older.after.items():
            self.decide(pair, is_open=is_open)
            self.unsure.pop(pair, None)
            self.after.setdefault(pair, is_open)
        for pair, ties in older.unsure.items():
            self.unsure[pair] = ties + self.unsure.get(pair, [])
        self.before.update(older.before)


Row = tuple[int, int, int, int, int]
"""Key and position of an event, and from its log the kind, remote participant and time."""


class ParticipantRuns:
    """Where the events of each participant are, as runs of neighbours; a page is usually one."""

    __slots__ = ("_runs", "touched")

    def __init__(self) -> None:
        self._runs: dict[int, array[int]] = {}
        """By participant: where each run starts and stops, one after the other."""
        self.touched: set[int] = set()
        """Numbers of participants with events that the owner has not sorted yet."""

    def __len__(self) -> int:
        return len(self._runs)

    def extend(self, participants: "array[int]", start: int) -> None:
        """Add a column of participants that begins at a position."""
        for number, run in groupby(participants):
            stop = start + sum(1 for _ in run)
            runs = self._runs.setdefault(number, array("I"))
            if runs and runs[-1] == start:
                runs[-1] = stop
            else:
                runs.extend((start, stop))
            self.touched.add(number)
            start = stop

    def rows(self, number: int, log: EventLog, keys: "array[int]") -> list[Row]:
        """Return the events of a participant by key, then position."""
        rows: list[Row] = []
        runs = self._runs[number]
        for start, stop in zip(runs[::2], runs[1::2], strict=True):
            columns = log.columns(start, stop)
            parts = columns.kinds, columns.remotes, columns.times
            rows += zip(keys[start:stop], range(start, stop), *parts, strict=True)
        rows.sort()
        return rows


_STEP_BITS = 5
"""32 places inside one time. Even the year 9999 in microseconds leaves so many bits of 63."""

_STEP_ROWS = 2_048
"""Rows sorted between two chances to pause: 2 to 4 ms."""

_Time = tuple[int, list[Half]]
"""Microseconds since 1970 UTC, and what starts and stops then."""

_BEFORE_ALL = -(2**63)
"""Key of events that no event with a readable time comes before."""


def causal_order(log: EventLog, positions: Sequence[int]) -> list[int]:
    """Sort positions, oldest first.

    Equal times are told apart for each participant: JOINED, TOKEN_EXCHANGED, starts, others,
    stops, LEFT; but the stop of something that was open before comes before its new start.
    What is still equal keeps the order given. An event without a readable time stays with its
    neighbour before it in the log. The whole log is looked at, also where it is not asked for.
    """
    keys = CausalKeys(log)
    keys.extend(len(log))
    for _ in keys.settle():
        pass
    return sorted(positions, key=keys.keys.__getitem__)


class CausalKeys:
    """Sort keys of a log that grows: ascending keys, then positions, are the causal order.

    `extend` gives keys that are right up to ties in one time; `settle` makes them right.

    The log of one participant grows at its ends: the rest need not be looked at again. A page
    among those of others can go anywhere, but concerns its participant only.
    """

    __slots__ = (
        "_changed",
        "_core",
        "_high",
        "_log",
        "_low",
        "_newest",
        "_oldest",
        "_runs",
        "_sides",
        "keys",
        "order",
    )

    def __init__(self, log: EventLog) -> None:
        self.keys = array("q")
        """Key by position; grows in place."""
        self._log = log
        self.order = SortedRows(self.keys)
        """All positions that have keys, in their order; read it only."""
        self._sides: dict[tuple[str | None, str | None], int] = {}
        self._core = Stretch(self._resolve)
        # The core leaves the first and last time out: a page can still add events to them.
        self._oldest: _Time | None = None
        self._newest: _Time | None = None
        self._low: int | None = None
        self._high = 0
        self._changed: dict[int, dict[int, int]] = {}
        """New keys by position, by time: a key changes when its time is sorted again."""
        self._runs = ParticipantRuns()

    @property
    def is_settled(self) -> bool:
        """Whether `settle` has nothing to do."""
        return self._low is None

    def extend(self, stop: int) -> None:
        """Make keys for the events up to below `stop`. Costs as much as they are, in order."""
        start = len(self.keys)
        if start >= stop:
            return
        columns = self._log.columns(start, stop)
        ranks = [USUAL + rank(kind.name) for kind in self._log.tables.kinds]
        places = map(ranks.__getitem__, columns.kinds)
        new = [
            (time << _STEP_BITS) + place for time, place in zip(columns.times, places, strict=True)
        ]
        if min(columns.times) <= NO_TIME:
            last = self.keys[-1] if start else _BEFORE_ALL
            for index, time in enumerate(columns.times):
                if time > NO_TIME:
                    last = new[index]
                new[index] = last
        self.keys.extend(new)
        self.order.add(range(start, stop))
        self._runs.extend(columns.participants, start)
        low, high = min(new) >> _STEP_BITS, max(new) >> _STEP_BITS
        self._high = high if self._low is None else max(self._high, high)
        self._low = low if self._low is None else min(self._low, low)

    def settle(self) -> Iterator[list[tuple[int, int]]]:
        """Put ties in order, in steps of 2 ms; extend nothing before the last one.

        Looks at all events of every participant with new ones; when all are of one, only at the
        new ones and the time they touch if they go to one end.

        Yields:
            Key ranges, the end not in it, inside which keys have changed.
        """
        if self._low is None:
            return
        while self.order.has_waiting:
            self.order.merge()
            yield []
        yield from self._settle_whole(self._low) if len(self._runs) == 1 else self._settle_each()
        self._runs.touched.clear()
        while self._changed:
            yield self._sort_again()
        self._low = None

    def _settle_each(self) -> Iterator[list[tuple[int, int]]]:
        rows = 0
        for number in self._runs.touched:
            stretch = Stretch(self._resolve)
            for count, halves in self._times_of(number):
                stretch.take(halves)
                rows += count
                if rows >= _STEP_ROWS:
                    yield []
                    rows = 0
            for pair in stretch.unsure:
                stretch.decide(pair, is_open=stretch.before.get(pair))

    def _times_of(self, number: int) -> Iterator[tuple[int, list[Half]]]:
        """Yield for each time of a participant how many events it has, and its starts and stops."""
        pairs = self._pairs()
        rows = self._runs.rows(number, self._log, self.keys)
        for _, same in groupby(rows, key=lambda row: row[0] >> _STEP_BITS):
            count, halves = 0, []
            for _, position, kind, remote, time in same:
                count += 1
                pair = pairs[kind]
                if pair is not None and time > NO_TIME:
                    side = self._side(pair[0], position, remote)
                    halves.append((position, pair_number(pair[0], number, side), pair[1]))
            yield count, halves

    def _settle_whole(self, lowest: int) -> Iterator[list[tuple[int, int]]]:
        stretch, start, stop = self._region(lowest)
        is_newer, is_older = start > 0, stop < len(self.order)
        first, last = 0, stop - 1
        if is_newer or is_older:
            touched = self.order.part(start, stop)
            first, last = min(touched), max(touched)
        columns = self._log.columns(first, last + 1)
        held: _Time | None = None
        is_first = not is_newer
        for row in range(start, stop, _STEP_ROWS):
            for moment in self._times(row, stop, columns, first):
                if is_first:
                    self._oldest, is_first = moment, False
                    continue
                if held is not None:
                    stretch.take(held[1])
                held = moment
            yield self._sort_again()
        if not is_older:
            self._newest = held or self._oldest
        elif held is not None:
            stretch.take(held[1])
            self._core.put_before(stretch)
        self._decide_unsure()

    def _region(self, low: int) -> tuple[Stretch, int, int]:
        """Return the stretch to add times to, the first row to look at, and the end of the rows."""
        order, oldest, newest = self.order, self._oldest, self._newest
        if oldest is not None and newest is not None and newest is not oldest:
            if low >= newest[0]:
                return self._core, order.index_of_key(newest[0] << _STEP_BITS), len(order)
            if self._high <= oldest[0]:
                stop = order.index_of_key((oldest[0] + 1) << _STEP_BITS)
                return Stretch(self._resolve), 0, stop
        self._core = Stretch(self._resolve)
        return self._core, 0, len(order)

    def _times(self, start: int, stop: int, columns: EventColumns, first: int) -> Iterator[_Time]:
        """Yield the times that begin in one step of rows, with their starts and stops."""
        keys, order = self.keys, self.order
        end = min(stop, start + _STEP_ROWS)
        if start:
            start = order.index_of_key(((keys[order[start - 1]] >> _STEP_BITS) + 1) << _STEP_BITS)
        if end < stop:
            end = order.index_of_key(((keys[order[end - 1]] >> _STEP_BITS) + 1) << _STEP_BITS)
        times, kinds = columns.times, columns.kinds
        participants, remotes = columns.participants, columns.remotes
        pairs = self._pairs()
        now: int | None = None
        halves: list[Half] = []
        for position in order.part(start, end):
            time = keys[position] >> _STEP_BITS
            if time != now:
                if now is not None:
                    yield now, halves
                now, halves = time, []
            index = position - first
            pair = pairs[kinds[index]]
            if pair is None or times[index] <= NO_TIME:
                continue
            side = self._side(pair[0], position, remotes[index])
            halves.append((position, pair_number(pair[0], participants[index], side), pair[1]))
        if now is not None:
            yield now, halves

    def _pairs(self) -> list[tuple[int, bool] | None]:
        """What an event starts or stops, by the number of its kind."""
        kinds = self._log.tables.kinds
        return [None if kind.name is None else PAIRS.get(kind.name) for kind in kinds]

    def _side(self, kind: int, position: int, remote: int) -> int:
        """Return the number of the other side of a pair; 0 when it has none."""
        if kind == Family.SUBSCRIBE:
            return remote
        if kind != Family.REPLICATION:
            return 0
        event = self._log[position]
        side = (event.destination_stage_arn, event.destination_session_id)
        return self._sides.setdefault(side, len(self._sides))

    def _decide_unsure(self) -> None:
        """Resolve ties of the core from the events at both ends of the log."""
        core, oldest, newest = self._core, self._oldest, self._newest
        if oldest is None or newest is None:
            return
        start = Stretch(self._resolve)
        start.take(oldest[1])
        end = Stretch(self._resolve)
        if newest is not oldest:
            for _, pair, _ in newest[1]:
                known = core.after.get(pair, start.after.get(pair))
                if known is not None:
                    end.after[pair] = known
            end.take(newest[1])
        # An earlier event knows best what was open; else the first later one that shows it.
        later = ChainMap(core.before, end.before)
        for pair in core.unsure:
            core.decide(pair, is_open=start.after.get(pair, later.get(pair)))
        for pair in start.unsure:
            start.decide(pair, is_open=start.before.get(pair, later.get(pair)))
        for pair in end.unsure:
            end.decide(pair, is_open=end.before.get(pair))

    def _resolve(self, tie: Tie) -> None:
        keys, log = self.keys, self._log
        for position, place in tie.rounds().items():
            time = keys[position] >> _STEP_BITS
            key = (time << _STEP_BITS) + place + rank(log.name(position))
            changed = self._changed.get(time, {})
            if changed.get(position, keys[position]) == key:
                continue
            self._changed[time] = changed
            changed[position] = key
            follower = position + 1
            while follower < len(keys) and log.time_us(follower) is None:
                changed[follower] = key
                follower += 1

    def _sort_again(self) -> list[tuple[int, int]]:
        """Change the keys of some times, and put them in order at once."""
        ranges: list[tuple[int, int]] = []
        rows = 0
        while self._changed and rows < _STEP_ROWS:
            time, changed = self._changed.popitem()
            for position, key in changed.items():
                self.keys[position] = key
            low, high = time << _STEP_BITS, (time + 1) << _STEP_BITS
            rows += self.order.sort_again(low, high)
            ranges.append((low, high))
        return ranges
