"""Causal order: events by time, and inside one time in an order in which they can have happened.

All samples of the IVS API give whole seconds, and order the events of one second at random.
`tie_order` puts those of one participant in order; here are the sort keys of a log that grows.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice, repeat
from operator import eq, rshift, sub

from ivscope.analysis.histories import KindRoles
from ivscope.analysis.intervals import Family
from ivscope.analysis.sorted_rows import SortedRows
from ivscope.analysis.tie_order import PLACES, USUAL_PLACE, Halves, Row, TieOrder, rank
from ivscope.analysis.timed_events import looked_up, with_low_bits
from ivscope.provider.store.event_log import NO_TIME, EventLog, cells_at

_STEP_BITS = PLACES.bit_length() - 1
"""Even the year 9999 in microseconds leaves so many bits of 63."""

_STEP_ROWS = 2_048
"""Rows looked at between two chances to pause: 1 to 3 ms."""

_QUICK = 8
"""Looking whether any of a participant's events share a time is so many times as fast."""

_FEW_TIMES = 64
"""Up to so many times in a step that several events share, only the events of these are gathered:
where times are whole seconds, most are shared."""

_STEP_TIES = 16
"""Times put in order between two chances to pause: 2 to 4 ms."""

_BEFORE_ALL = -(2**63)
"""Key of events that no event with a readable time comes before."""


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

    def count(self, number: int) -> int:
        """How many events a participant has."""
        runs = self._runs[number]
        return sum(runs[1::2]) - sum(runs[::2])

    def extend(self, participants: "array[int]", start: int) -> None:
        """Add a column of participants that begins at a position."""
        for number, run in groupby(participants):
            stop = start + len(list(run))
            runs = self._runs.setdefault(number, array("I"))
            if runs and runs[-1] == start:
                runs[-1] = stop
            else:
                runs.extend((start, stop))
            self.touched.add(number)
            start = stop

    def has_same_times(self, number: int, keys: "array[int]") -> bool:
        """Whether two events of a participant can be of one time, by their keys."""
        runs = self._runs[number]
        own: list[int] = []
        for start, stop in zip(runs[::2], runs[1::2], strict=True):
            own += keys[start:stop]
        own.sort()
        return any(_of_one_time(own))

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


def causal_order(log: EventLog, positions: Sequence[int]) -> list[int]:
    """Sort positions, oldest first.

    Equal times are told apart for each participant: JOINED, TOKEN_EXCHANGED, starts, others,
    stops, LEFT; but the stop of something that was on before comes before its new start.
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

    The log of one participant grows at its ends: of the rest only those ties are looked at again
    that new events can decide. A page among those of others can go anywhere, but concerns its
    participant only.
    """

    __slots__ = (
        "_changed",
        "_halves",
        "_high",
        "_indexed",
        "_log",
        "_low",
        "_newest",
        "_newest_ties",
        "_oldest",
        "_oldest_ties",
        "_roles",
        "_runs",
        "keys",
        "order",
    )

    def __init__(self, log: EventLog) -> None:
        self.keys = array("q")
        """Key by position; grows in place."""
        self._log = log
        self.order = SortedRows(self.keys)
        """All positions that have keys, in their order; read it only."""
        self._roles = KindRoles(log.tables)
        # While all events are of one participant. Filled up when there is a tie.
        self._halves = Halves(log, self._roles)
        self._indexed = 0
        self._oldest: int | None = None
        self._newest: int | None = None
        self._oldest_ties: set[int] = set()
        """Times with ties that older events can change."""
        self._newest_ties: set[int] = set()
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
        ranks = bytes(USUAL_PLACE + rank(kind.name) for kind in self._log.tables.kinds)
        places = looked_up(columns.kinds, ranks)
        low, high = min(columns.times), max(columns.times)
        if low >= 0:
            new = with_low_bits(columns.times, places, _STEP_BITS)
        else:
            new = self._keys_one_by_one(columns.times, places)
            low, high = min(new) >> _STEP_BITS, max(new) >> _STEP_BITS
        self.keys.extend(new)
        self.order.add(range(start, stop))
        self._runs.extend(columns.participants, start)
        self._high = high if self._low is None else max(self._high, high)
        self._low = low if self._low is None else min(self._low, low)

    def _keys_one_by_one(self, times: "array[int]", places: bytes) -> "array[int]":
        """The same for times of which some are unreadable: those events have the key before."""
        new = array("q")
        last = self.keys[-1] if self.keys else _BEFORE_ALL
        for time, place in zip(times, places, strict=True):
            if time > NO_TIME:
                last = (time << _STEP_BITS) + place
            new.append(last)
        return new

    def settle(self) -> Iterator[list[tuple[int, int]]]:
        """Put ties in order, in steps of some ms; extend nothing before the last one.

        Looks at all events of every participant with new ones; when all are of one, only at the
        new ones and the time they touch if they go to one end.

        Yields:
            Key ranges, the end not in it, inside which keys have changed.
        """
        if self._low is None:
            return
        while self.order.waiting:
            self.order.merge()
            yield []
        yield from self._settle_whole(self._low) if len(self._runs) == 1 else self._settle_each()
        self._runs.touched.clear()
        while self._changed:
            yield self._sort_again()
        self._low = None

    def _settle_each(self) -> Iterator[list[tuple[int, int]]]:
        count = 0
        for number in self._runs.touched:
            count += self._runs.count(number) // _QUICK
            rows: list[Row] = []
            if self._runs.has_same_times(number, self.keys):
                rows = self._runs.rows(number, self._log, self.keys)
            tied = [same for same in _same_times(rows) if self._is_tied(same)]
            if tied:
                halves = Halves(self._log, self._roles)
                halves.add(number, rows)
                ties = TieOrder(self._log, halves)
                for same in tied:
                    time = same[0][0] >> _STEP_BITS
                    self._move(time, ties.order(number, time, same).places)
            count += len(rows) + _STEP_ROWS // _STEP_TIES * len(tied)
            if count >= _STEP_ROWS:
                yield []
                count = 0

    def _settle_whole(self, lowest: int) -> Iterator[list[tuple[int, int]]]:
        start, stop, beside = self._region(lowest)
        ties = TieOrder(self._log, self._halves)
        for tied in chain(map(self._tied_at, sorted(beside)), self._tied_rows(start, stop)):
            if tied:
                yield from self._index()
            for number, same in enumerate(tied, 1):
                self._put_in_order(ties, same)
                if number % _STEP_TIES == 0:
                    yield self._sort_again()
            yield self._sort_again()
        self._oldest = self.keys[self.order[0]] >> _STEP_BITS
        self._newest = self.keys[self.order[len(self.order) - 1]] >> _STEP_BITS

    def _put_in_order(self, ties: TieOrder, rows: list[Row]) -> None:
        """Put the events of one time in order, and keep whether that can change."""
        time = rows[0][0] >> _STEP_BITS
        found = ties.order(self._only, time, rows)
        self._move(time, found.places)
        for is_open, times in (
            (found.is_first, self._oldest_ties),
            (found.is_last, self._newest_ties),
        ):
            (times.add if is_open else times.discard)(time)

    def _tied_rows(self, start: int, stop: int) -> Iterator[list[list[Row]]]:
        """The events of each time with a tie in a part of the order, step by step."""
        for row in range(start, stop, _STEP_ROWS):
            first, last = self._whole_times(row, stop)
            keys = cells_at(self.keys, self.order.part(first, last))
            places = list(_of_one_time(keys))
            if len(places) > _FEW_TIMES:
                found = _same_times(self._rows(first, last))
            else:
                found = (self._rows(first + start, first + end) for start, end in places)
            yield [same for same in found if self._is_tied(same)]

    def _tied_at(self, time: int) -> list[list[Row]]:
        """The same of one time that is known to have a tie."""
        start, stop = (self.order.index_of_key(one << _STEP_BITS) for one in (time, time + 1))
        return [self._rows(start, stop)]

    @property
    def _only(self) -> int:
        """Number of the participant whose events these are."""
        return self._log.columns(0, 1).participants[0]

    def _region(self, low: int) -> tuple[int, int, set[int]]:
        """The rows to look at, start and end, and the times beside them that they can change."""
        order, oldest, newest = self.order, self._oldest, self._newest
        if newest is not None and low >= newest:
            return order.index_of_key(newest << _STEP_BITS), len(order), {*self._newest_ties}
        if oldest is not None and self._high <= oldest:
            return 0, order.index_of_key((oldest + 1) << _STEP_BITS), {*self._oldest_ties}
        return 0, len(order), {*self._newest_ties, *self._oldest_ties}

    def _whole_times(self, start: int, stop: int) -> tuple[int, int]:
        """The rows of the times that begin in one step of rows."""
        keys, order = self.keys, self.order
        end = min(stop, start + _STEP_ROWS)
        if start:
            start = order.index_of_key(((keys[order[start - 1]] >> _STEP_BITS) + 1) << _STEP_BITS)
        if end < stop:
            end = order.index_of_key(((keys[order[end - 1]] >> _STEP_BITS) + 1) << _STEP_BITS)
        return start, end

    def _rows(self, start: int, stop: int) -> list[Row]:
        """Rows of the order, from one to below another."""
        keys = self.keys
        found: list[Row] = []
        part = self.order.part(start, stop)
        at = 0
        while at < len(part):
            # Neighbours in time are neighbours in the log as a rule, either way round.
            step = part[at + 1] - part[at] if at + 1 < len(part) else 1
            end = at + 1
            while end < len(part) and part[end] - part[end - 1] == step and abs(step) == 1:
                end += 1
            positions = part[at:end]
            low, high = min(positions[0], positions[-1]), max(positions[0], positions[-1])
            columns = self._log.columns(low, high + 1)
            for position in positions:
                row = position - low
                found.append(
                    (
                        keys[position],
                        position,
                        columns.kinds[row],
                        columns.remotes[row],
                        columns.times[row],
                    )
                )
            at = end
        return found

    def _index(self) -> Iterator[list[tuple[int, int]]]:
        """Keep the starts and ends of all events that have keys."""
        while self._indexed < len(self.keys):
            start = self._indexed
            self._indexed = stop = min(len(self.keys), start + _STEP_ROWS)
            columns = self._log.columns(start, stop)
            parts = columns.kinds, columns.remotes, columns.times
            rows = sorted(zip(self.keys[start:stop], range(start, stop), *parts, strict=True))
            self._halves.add(self._only, rows)
            yield []

    def _is_tied(self, rows: list[Row]) -> bool:
        """Whether the usual order can be wrong among the events of one time."""
        joins = ends = False
        sides: dict[tuple[Family, int], bool] = {}
        for _, _, kind, remote, time in rows:
            role = self._roles.of(kind)
            if role is None or role.family is None or time <= NO_TIME:
                continue
            joins |= role.family is Family.STAY and not role.is_end
            ends |= role.is_end
            if joins and ends:
                return True
            side = role.family, remote if role.family is Family.SUBSCRIBE else 0
            if sides.setdefault(side, role.is_end) is not role.is_end:
                return True
        return False

    def _move(self, time: int, places: dict[int, int]) -> None:
        keys, log = self.keys, self._log
        for position, place in places.items():
            key = (time << _STEP_BITS) + place
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


def _same_times(rows: list[Row]) -> Iterator[list[Row]]:
    """Rows that have their time in common, where there are more than one."""
    for start, stop in _of_one_time([row[0] for row in rows]):
        yield rows[start:stop]


def _of_one_time(keys: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where ascending keys are of one time: the first of them, and what follows the last."""
    if min(map(sub, keys[1:], keys), default=PLACES) >= PLACES:
        return
    times = list(map(rshift, keys, repeat(_STEP_BITS)))
    same = bytes(map(eq, times, islice(times, 1, None)))
    start = same.find(1)
    while start >= 0:
        stop = same.find(0, start)
        stop = len(same) if stop < 0 else stop
        yield start, stop + 1
        start = same.find(1, stop)
