"""Timed events: those of some kinds in the order of their times, as few as are asked for.

Kinds are looked at by columns: no event is built.
"""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush, heapreplace
from itertools import compress

from ivscope.provider.store.event_log import NO_TIME, EventKind, EventLog

EARLIEST = NO_TIME + 1
LATEST = 2**63 - 1
"""Microseconds: every readable time is between them."""

Wanted = Callable[[EventKind], bool]

_BYTE_VALUES = 256

_MOST_PAGES = 6
"""Pages of a table of 256 numbers each that are looked up one after the other: 3 ms each for a
million numbers, which one by one take 25 ms."""

_FEW = 4_096
"""Up to so many numbers are looked up one by one, if not all fit into a byte."""

_MOST_APART = 16_384
"""Up to so many positions that are apart are looked at one by one: 1 ms. All of a million events
take three."""

_SPARSE = 8
"""Of so many flags at most one is set where the next one is searched for: a search costs as much as
to look at some eight flags one by one."""


def timed_events(
    log: EventLog,
    wanted: Wanted,
    *,
    since: int = EARLIEST,
    until: int = LATEST,
    newest_first: bool = False,
    participant: int | None = None,
    remote: int | None = None,
) -> Iterator[int]:
    """Positions of the events of some kinds with a time from `since` to `until`.

    Looks at a block of the log only when what it holds is next, in whatever order events came.

    Args:
        log: The log.
        wanted: Which kinds.
        since: Microseconds.
        until: Microseconds, itself included.
        newest_first: Whether they come by falling times; else by rising ones. Of one time they
            come by position, which then falls or rises too.
        participant: Number of the participant; None for any.
        remote: Number of the remote participant; None for any.
    """
    blocks = log.blocks.by_time(
        _numbers(log, wanted),
        since,
        until,
        newest_first=newest_first,
        participant=participant,
        remote=remote,
    )
    # Times and positions change their signs for falling times: the least is always next.
    sign = -1 if newest_first else 1
    open_blocks: list[_Open] = []
    flags = KindFlags(log, wanted)
    for edge, places in blocks:
        yield from _before(sign * edge, open_blocks, sign)
        rows = _rows(log, flags, places, participant, remote)
        own = iter(sorted((sign * time, sign * at) for time, at in rows if since <= time <= until))
        if (first_row := next(own, None)) is not None:
            heappush(open_blocks, (*first_row, own))
    yield from _before(None, open_blocks, sign)


_Open = tuple[int, int, Iterator[tuple[int, int]]]
"""Time and position of the next event of a block, and those that follow in it."""


def _before(edge: int | None, open_blocks: list[_Open], sign: int) -> Iterator[int]:
    """The events that come before a time, or all; what is left stays in the blocks."""
    while open_blocks and (edge is None or open_blocks[0][0] < edge):
        _, at, own = open_blocks[0]
        yield sign * at
        row = next(own, None)
        if row is None:
            heappop(open_blocks)
        else:
            heapreplace(open_blocks, (*row, own))


def all_timed(log: EventLog, wanted: Wanted) -> list[int]:
    """Positions of all events of some kinds with a time, oldest first, then by position."""
    blocks = log.blocks.timed(_numbers(log, wanted), EARLIEST, LATEST)
    flags = KindFlags(log, wanted)
    positions: list[int] = []
    for places in _joined(places for _, _, places in blocks):
        positions.extend(map(places.start.__add__, flagged(flags.of(places))))
    times = log.column_at("times", positions)
    order = sorted(range(len(times)), key=times.__getitem__)
    return [positions[row] for row in order if times[row] > NO_TIME]


def count_of(log: EventLog, wanted: Wanted) -> int:
    """How many events of some kinds there are; looks at none of them."""
    return log.tally.count(_numbers(log, wanted))


def found_in(log: EventLog, wanted: Wanted) -> list[int]:
    """Positions of all events of some kinds, ascending. For few of them."""
    return sorted([*all_timed(log, wanted), *untimed_events(log, wanted)])


def _joined(blocks: Iterable[range]) -> Iterator[range]:
    """The positions of some blocks, ascending; neighbouring blocks are one range."""
    joined: range | None = None
    for places in blocks:
        if joined is not None and joined.stop == places.start:
            joined = range(joined.start, places.stop)
            continue
        if joined is not None:
            yield joined
        joined = places
    if joined is not None:
        yield joined


def untimed_events(
    log: EventLog, wanted: Wanted, *, participant: int | None = None, remote: int | None = None
) -> Iterator[int]:
    """Positions of the events of some kinds that have no readable time, ascending."""
    flags = KindFlags(log, wanted)
    for places in log.blocks.untimed(_numbers(log, wanted)):
        rows = _rows(log, flags, places, participant, remote)
        yield from (at for time, at in rows if time <= NO_TIME)


def _numbers(log: EventLog, wanted: Wanted) -> list[int]:
    return [number for number, kind in enumerate(log.tables.kinds) if wanted(kind)]


def _rows(
    log: EventLog, flags: "KindFlags", places: range, participant: int | None, remote: int | None
) -> list[tuple[int, int]]:
    """Times and positions of what is wanted in a part of a log, ascending by position.

    The log can grow between two looks at it, so the first one says what is looked at.
    """
    positions = [places.start + place for place in flagged(flags.of(places))]
    if participant is not None:
        whose = log.column_at("participants", positions)
        positions = [at for at, who in zip(positions, whose, strict=True) if who == participant]
    if remote is not None:
        whom = log.column_at("remotes", positions)
        positions = [at for at, who in zip(positions, whom, strict=True) if who == remote]
    return list(zip(log.column_at("times", positions), positions, strict=True))


class KindFlags:
    """Says which of some positions have a kind that is wanted.

    Looks at the positions alone, until so many are asked for that a look at all of the log is
    cheaper. For as long as nothing is shown that came since it was made.
    """

    __slots__ = ("_asked", "_everywhere", "_log", "_table", "_wanted")

    def __init__(self, log: EventLog, wanted: Wanted) -> None:
        self._log = log
        self._wanted = wanted
        self._table = b""
        """By number of a kind: 1 when it is wanted."""
        self._asked = 0
        self._everywhere: bytes | None = None

    def of(self, positions: Sequence[int]) -> bytes:
        """One byte for each of some positions, in their order: 1 when its kind is wanted."""
        if isinstance(positions, range):
            if not positions:
                return b""
            start = min(positions[0], positions[-1])
            flags = self._flags(self._log.kinds_of(start, start + len(positions)))
            return flags if positions.step > 0 else flags[::-1]
        self._asked += len(positions)
        if self._asked <= _MOST_APART:
            return self._flags(self._log.column_at("kinds", positions))
        return bytes(map(self.everything().__getitem__, positions))

    def everything(self) -> bytes:
        """One byte for each position of the log."""
        if self._everywhere is None:
            self._everywhere = self._flags(self._log.kinds_of(0, len(self._log)))
        return self._everywhere

    def _flags(self, kinds: "array[int]") -> bytes:
        known = self._log.tables.kinds
        if len(self._table) < len(known):
            self._table = bytes(map(self._wanted, known))
        return looked_up(kinds, self._table)


def flags_of(log: EventLog, start: int, stop: int, wanted: Wanted) -> bytes:
    """One byte for each position from `start` to `stop`: 1 when its kind is wanted, else 0."""
    return KindFlags(log, wanted).of(range(start, stop))


def looked_up(numbers: "array[int]", table: bytes | bytearray) -> bytes:
    """One byte for each number of a column: what a table says of that number."""
    if len(table) <= _BYTE_VALUES:
        return _byte_of(numbers, 0).translate(table.ljust(_BYTE_VALUES, b"\0"))
    is_flags = table.count(0) + table.count(1) == len(table)
    if is_flags and len(numbers) > _FEW and len(table) <= _BYTE_VALUES**2:
        firsts = range(0, len(table), _BYTE_VALUES)
        yes, no = (
            [first for first in firsts if value in table[first : first + _BYTE_VALUES]]
            for value in (1, 0)
        )
        if min(len(yes), len(no)) <= _MOST_PAGES:
            is_yes = len(yes) <= len(no)
            return _on_pages(numbers, table, yes if is_yes else no, int(is_yes))
    return bytes(map(table.__getitem__, numbers))


def _byte_of(numbers: "array[int]", which: int) -> bytes:
    """One byte of each number, 0 for the lowest: bytes are translated thirty times as fast."""
    size = numbers.itemsize
    return numbers.tobytes()[which if sys.byteorder == "little" else size - 1 - which :: size]


def _on_pages(
    numbers: "array[int]", table: bytes | bytearray, pages: list[int], value: int
) -> bytes:
    """Look up what a table says where its other pages, of 256 numbers each, never say `value`."""
    count = len(numbers)
    if not pages:
        return bytes((1 - value,)) * count
    low, high = _byte_of(numbers, 0), _byte_of(numbers, 1)
    found = 0
    for first in pages:
        page = bytes(one == value for one in table[first : first + _BYTE_VALUES])
        is_here = bytes(at == first // _BYTE_VALUES for at in range(_BYTE_VALUES))
        said = low.translate(page.ljust(_BYTE_VALUES, b"\0"))
        found |= int.from_bytes(said, "little") & int.from_bytes(high.translate(is_here), "little")
    if not value:
        found ^= int.from_bytes(b"\1" * count, "little")
    return found.to_bytes(count, "little")


def with_low_bits(numbers: "array[int]", low: bytes, bits: int) -> "array[int]":
    """Shift each number of a column up by some bits, and put another one into those.

    All are shifted as one great number with 64 bits for each, which takes a third of the time.

    Args:
        numbers: 64 bits each; none is negative, nor so great that a bit is lost.
        low: As many, each below 1 << bits.
        bits: How many.
    """
    order, size = sys.byteorder, numbers.itemsize
    below = bytearray(size * len(numbers))
    below[0 if order == "little" else size - 1 :: size] = low
    shifted = int.from_bytes(numbers.tobytes(), order) << bits
    joined = array("q")
    joined.frombytes((shifted | int.from_bytes(below, order)).to_bytes(len(below), order))
    return joined


def flagged(flags: bytes) -> Iterator[int]:
    """Yield the indexes of the flags that are 1, ascending; quick where few are."""
    if flags.count(1) > len(flags) // _SPARSE:
        return compress(range(len(flags)), flags)
    return places_of(flags, 1)


def places_of(column: "array[int] | bytes", number: int) -> Iterator[int]:
    """Yield the indexes at which a number is in a column, ascending."""
    place = -1
    while True:
        try:
            place = column.index(number, place + 1)
        except ValueError:
            return
        yield place
