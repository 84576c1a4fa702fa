"""SortedRows: positions in the order of a key, cheap to extend at either end."""

from array import array
from collections.abc import Sequence
from itertools import chain


class SortedRows:
    """Positions in ascending order of their key; equal keys in ascending order of position.

    Args:
        keys: Key by position. The owner extends it before positions are added; a key may change
            only if no position that was added has it.
    """

    __slots__ = ("_back", "_front", "_keys")

    def __init__(self, keys: "array[int]") -> None:
        self._keys = keys
        self._front = array("I")  # last row first, so that both ends grow at an end
        self._back = array("I")

    def __len__(self) -> int:
        return len(self._front) + len(self._back)

    def __getitem__(self, row: int) -> int:
        front = len(self._front)
        return self._back[row - front] if row >= front else self._front[front - 1 - row]

    def part(self, start: int, stop: int) -> "array[int]":
        """Positions of rows `start` to below `stop`."""
        front = len(self._front)
        if start >= front:
            return self._back[start - front : stop - front]
        cut = self._front[max(0, front - stop) : front - start]
        cut.reverse()
        if stop > front:
            cut.extend(self._back[: stop - front])
        return cut

    def index(self, position: int) -> int:
        """How many rows come before a position, which need not be among them."""
        keys = self._keys
        wanted = (keys[position], position)
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            there = self[middle]
            if (keys[there], there) < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def add(self, positions: Sequence[int]) -> None:
        """Add new positions, given in ascending order.

        Costs as much as there are new ones when they go to one end, else as much as there are
        rows on the shorter side of the first or the last of them, at the speed of a merge in C.
        """
        if not positions:
            return
        new = sorted(positions, key=self._keys.__getitem__)
        after, before = self.index(new[0]), self.index(new[-1])
        count = len(self)
        if after == count:
            self._back.extend(new)
        elif before == 0:
            new.reverse()
            self._front.extend(new)
        elif count - after <= before:
            moved = self._cut_end(after)
            self._back.extend(self._merged(moved, new))
        else:
            moved = self._cut_start(before)
            merged = self._merged(moved, new)
            merged.reverse()
            self._front.extend(merged)

    def sort_again(self, start: int, stop: int) -> None:
        """Put rows `start` to below `stop` in order after their keys changed among themselves."""
        ordered = sorted(self.part(start, stop))
        ordered.sort(key=self._keys.__getitem__)
        front = len(self._front)
        for row, position in enumerate(ordered, start):
            if row >= front:
                self._back[row - front] = position
            else:
                self._front[front - 1 - row] = position

    def _merged(self, one: Sequence[int], other: Sequence[int]) -> list[int]:
        # By position first: among equal keys the sort by key keeps that order.
        both = list(chain(one, other))
        keys = self._keys
        if max(one) < min(other):
            both.sort(key=keys.__getitem__)
        else:
            both.sort(key=lambda position: (keys[position], position))
        return both

    def _cut_end(self, start: int) -> "array[int]":
        moved = self.part(start, len(self))
        front = len(self._front)
        del self._back[max(0, start - front) :]
        if start < front:
            del self._front[: front - start]
        return moved

    def _cut_start(self, stop: int) -> "array[int]":
        moved = self.part(0, stop)
        front = len(self._front)
        if stop > front:
            del self._back[: stop - front]
        del self._front[max(0, front - stop) :]
        return moved
