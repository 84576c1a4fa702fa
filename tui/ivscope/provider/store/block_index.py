"""BlockIndex: what each stretch of neighbouring events of a log can hold, to skip the others."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

BLOCK: Final = 1_024
"""Events of a block. Of a million, as many blocks are passed over as rows are looked at in one;
a block costs about 200 bytes, a fifth of a byte for an event."""

_BITS = 255
"""Numbers are told apart up to here; others share a bit, and a block is looked at in vain."""


@dataclass(slots=True)
class _Block:
    first: int | None = None
    """The earliest readable time, microseconds; None without any."""
    last: int = 0
    kinds: int = 0
    """A bit for each number, as in the next two."""
    untimed: int = 0
    """Kinds of the events without a readable time."""
    participants: int = 0
    remotes: int = 0


class BlockIndex:
    """Written by whoever appends to the log; any thread may ask about positions that it has."""

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

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
        """Take in neighbouring events.

        Args:
            start: Position of the first one: as many as were added before.
            times: Microseconds.
            kinds: Numbers of their kinds.
            participants: Numbers of their participants.
            remotes: Numbers of their remote participants.
            no_time: This time, and everything below it, stands for none.
        """
        at = 0
        while at < len(times):
            room = BLOCK - (start + at) % BLOCK
            if room == BLOCK:
                self._blocks.append(_Block())
            block, part = self._blocks[-1], slice(at, at + room)
            timed = [time for time in times[part] if time > no_time]
            if timed:
                earliest, latest = min(timed), max(timed)
                is_first = block.first is None
                block.last = latest if is_first else max(block.last, latest)
                block.first = earliest if block.first is None else min(block.first, earliest)
            if len(timed) < len(times[part]):
                pairs = zip(kinds[part], times[part], strict=True)
                block.untimed |= _bits(kind for kind, time in pairs if time <= no_time)
            block.kinds |= _bits(kinds[part])
            block.participants |= _bits(participants[part])
            block.remotes |= _bits(remotes[part])
            at += room

    def timed(
        self,
        kinds: Iterable[int],
        since: int,
        until: int,
        *,
        participant: int | None = None,
        remote: int | None = None,
    ) -> list[tuple[int, int, range]]:
        """Where events can be that are of some kinds and have a time from `since` to `until`.

        Args:
            kinds: Numbers of kinds.
            since: Microseconds.
            until: Microseconds, itself included.
            participant: Its number; None for any.
            remote: Number of the remote participant; None for any.

        Returns:
            Earliest and latest time of each block, and its positions, ascending.
        """
        wanted = _bits(kinds)
        who = -1 if participant is None else _bits((participant,))
        whom = -1 if remote is None else _bits((remote,))
        return [
            (block.first, block.last, range(number * BLOCK, number * BLOCK + BLOCK))
            for number, block in enumerate(self._blocks)
            if block.kinds & wanted
            and block.first is not None
            and block.first <= until
            and block.last >= since
            and block.participants & who
            and block.remotes & whom
        ]

    def untimed(self, kinds: Iterable[int]) -> Iterator[range]:
        """Positions of the blocks that can hold events of some kinds without a readable time."""
        wanted = _bits(kinds)
        for number, block in enumerate(self._blocks):
            if block.untimed & wanted:
                yield range(number * BLOCK, number * BLOCK + BLOCK)


def _bits(numbers: Iterable[int]) -> int:
    found = 0
    for number in set(numbers):
        found |= 1 << (number & _BITS)
    return found
