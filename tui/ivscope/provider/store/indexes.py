"""What a log knows of its rows without a look at them: their order, what each block can hold.

Both are kept up to date as rows arrive.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from heapq import heapify, heappop, heappush
from typing import Final

from ivscope.domain.frozen import slotted


class OrderLabel(StrEnum):
    """The order of a list as the times read so far show it; the words are shown on screen.

    The IVS API documents no order, so this is an observation and no promise about the pages
    that are still to come.
    """

    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"
    UNORDERED = "unordered"
    """Times both rise and fall."""
    ONE_TIME = "one time only"
    """Every time is the same, or there is only one."""
    NO_TIMES = "no times"
    """No row, or no row with a readable time."""


class OrderTally:
    """Counts rises and falls between neighbours; ties and missing times count for neither."""

    __slots__ = ("falls", "first", "last", "rises")

    def __init__(self) -> None:
        self.first: int | None = None
        self.last: int | None = None
        self.rises = 0
        self.falls = 0

    def add(self, time_us: int) -> None:
        """Count the time, in microseconds, of the next row that has one."""
        last = self.last
        if last is None:
            self.first = time_us
        elif time_us > last:
            self.rises += 1
        elif time_us < last:
            self.falls += 1
        self.last = time_us

    def add_all(self, later: "OrderTally") -> None:
        """Count all rows of another tally, which come after those added so far."""
        if later.first is None:
            return
        self.add(later.first)
        self.rises += later.rises
        self.falls += later.falls
        self.last = later.last

    @property
    def label(self) -> OrderLabel:
        """The order of everything added so far."""
        if self.rises and self.falls:
            return OrderLabel.UNORDERED
        if self.rises:
            return OrderLabel.OLDEST_FIRST
        if self.falls:
            return OrderLabel.NEWEST_FIRST
        return OrderLabel.NO_TIMES if self.last is None else OrderLabel.ONE_TIME


BLOCK: Final = 1_024
"""Events of a block: about the square root of a million, so that skipping the other blocks of such
a log costs as much as looking at the rows of one. A block costs about 200 bytes, a fifth of a byte
for an event."""

_BITS = 255
"""Numbers up to here have a bit of their own. Higher ones share a bit with a lower one, so that a
block can be looked at without need."""

_GROUP = 32
"""Blocks of a group, about as many as a million events have groups: a group that holds nothing
that is asked for is skipped at one look."""

_NEVER = 2**63 + 1
"""Later than any time in microseconds, and, when negative, earlier."""


@slotted
class _Block:
    first: int = _NEVER
    """The earliest readable time, microseconds."""
    last: int = -_NEVER
    kinds: int = 0
    """A bit for the number of each kind; `participants` and `remotes` likewise."""
    untimed: int = 0
    """Kinds of the events without a readable time."""
    participants: int = 0
    remotes: int = 0


class BlockIndex:
    """Which kinds and times each block of neighbouring events has, so that others are skipped."""

    __slots__ = ("_blocks", "_groups")

    def __init__(self) -> None:
        self._blocks: list[_Block] = []
        self._groups: list[_Block] = []

    def add(
        self,
        start: int,
        *,
        times: "array[int]",
        kinds: "array[int]",
        participants: "array[int]",
        remotes: "array[int]",
        no_time: int,
    ) -> None:
        """Add neighbouring events to the index.

        Args:
            start: Position of the first one: as many as were added before.
            times: Microseconds.
            kinds: Numbers of their kinds.
            participants: Numbers of their participants.
            remotes: Numbers of their remote participants.
            no_time: This number, and everything below it, stands for "no readable time".
        """
        at = 0
        while at < len(times):
            room = BLOCK - (start + at) % BLOCK
            if room == BLOCK:
                if len(self._blocks) % _GROUP == 0:
                    self._groups.append(_Block())
                self._blocks.append(_Block())
            part = slice(at, at + room)
            timed = [time for time in times[part] if time > no_time]
            first, last = (min(timed), max(timed)) if timed else (_NEVER, -_NEVER)
            untimed = 0
            if len(timed) < len(times[part]):
                pairs = zip(kinds[part], times[part], strict=True)
                untimed = _bits(kind for kind, time in pairs if time <= no_time)
            numbers = [_bits(column[part]) for column in (kinds, participants, remotes)]
            for block in (self._blocks[-1], self._groups[-1]):
                block.first = min(block.first, first)
                block.last = max(block.last, last)
                block.untimed |= untimed
                block.kinds |= numbers[0]
                block.participants |= numbers[1]
                block.remotes |= numbers[2]
            at += room

    def timed(self, kinds: Iterable[int], since: int, until: int) -> list[tuple[int, int, range]]:
        """The blocks that can hold events of these kinds at times from `since` to `until`.

        Args:
            kinds: Numbers of kinds.
            since: Microseconds.
            until: Microseconds, itself included.

        Returns:
            Earliest and latest time of each block, and its positions, ascending.
        """
        found = self._found(_can_hold(kinds, since, until))
        return [(block.first, block.last, places) for block, places in found]

    def by_time(
        self,
        kinds: Iterable[int],
        since: int,
        until: int,
        *,
        newest_first: bool = False,
        participant: int | None = None,
        remote: int | None = None,
    ) -> Iterator[tuple[int, range]]:
        """As `timed`, by earliest times; looks at no more blocks than are asked for.

        Args:
            kinds: Numbers of kinds.
            since: Microseconds.
            until: Microseconds, itself included.
            newest_first: By latest times instead, the last one first.
            participant: Number of the participant; None for any.
            remote: Number of the remote participant; None for any.

        Yields:
            Earliest time, or latest one with `newest_first`, and the positions of the block.
        """
        can_hold = _can_hold(kinds, since, until, participant, remote)
        sign = -1 if newest_first else 1

        def edge(block: _Block) -> int:
            return -block.last if newest_first else block.first

        # Of one time, groups come before blocks: one of theirs may be the next block.
        waiting = [(edge(one), False, at) for at, one in enumerate(self._groups) if can_hold(one)]
        heapify(waiting)
        while waiting:
            time, is_block, at = heappop(waiting)
            if is_block:
                yield sign * time, _places(at)
                continue
            for number, block in self._of_group(at, can_hold):
                heappush(waiting, (edge(block), True, number))

    def untimed(self, kinds: Iterable[int]) -> Iterator[range]:
        """Positions of the blocks that can hold events of some kinds without a readable time."""
        wanted = _bits(kinds)
        return (places for _, places in self._found(lambda block: bool(block.untimed & wanted)))

    def _found(self, can_hold: Callable[[_Block], bool]) -> Iterator[tuple[_Block, range]]:
        for at, group in enumerate(self._groups):
            if can_hold(group):
                for number, block in self._of_group(at, can_hold):
                    yield block, _places(number)

    def _of_group(
        self, at: int, can_hold: Callable[[_Block], bool]
    ) -> Iterator[tuple[int, _Block]]:
        first = at * _GROUP
        for number, block in enumerate(self._blocks[first : first + _GROUP], first):
            if can_hold(block):
                yield number, block


def _places(block: int) -> range:
    """The positions of the events of a block, by its number."""
    return range(block * BLOCK, block * BLOCK + BLOCK)


def _can_hold(
    kinds: Iterable[int],
    since: int,
    until: int,
    participant: int | None = None,
    remote: int | None = None,
) -> Callable[[_Block], bool]:
    wanted = _bits(kinds)
    who = -1 if participant is None else _bits((participant,))
    whom = -1 if remote is None else _bits((remote,))

    def can_hold(block: _Block) -> bool:
        return bool(
            block.kinds & wanted
            and block.first <= until
            and block.last >= since
            and block.participants & who
            and block.remotes & whom
        )

    return can_hold


def _bits(numbers: Iterable[int]) -> int:
    found = 0
    for number in set(numbers):
        found |= 1 << (number & _BITS)
    return found
