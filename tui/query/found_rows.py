"""FoundRows: positions found so far, as rows in an order."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence

from tui.query.sorted_rows import SortedRows


class FoundRows:
    """Positions found so far; they are found in ascending order.

    Args:
        keys: Sort key by position. None keeps the order of the positions.
        whole: All positions in order, kept by somebody else, if all of them will be found.
    """

    __slots__ = ("_owns_order", "_positions", "sorted")

    def __init__(self, keys: "array[int] | None", whole: SortedRows | None = None) -> None:
        self._positions: range | array[int] = range(0)
        self._owns_order = whole is None
        self.sorted = whole
        """The order, unless it is that of the positions."""
        if keys is not None and whole is None:
            self.sorted = SortedRows(keys)

    def __len__(self) -> int:
        return len(self._positions if self.sorted is None else self.sorted)

    def __contains__(self, position: int) -> bool:
        positions = self._positions
        if isinstance(positions, range):
            return position in positions
        index = bisect_left(positions, position)
        return index < len(positions) and positions[index] == position

    def __getitem__(self, row: int) -> int:
        return self._positions[row] if self.sorted is None else self.sorted[row]

    def part(self, start: int, stop: int) -> Sequence[int]:
        """Positions of rows `start` to below `stop`; a range when they follow each other."""
        return self._positions[start:stop] if self.sorted is None else self.sorted.part(start, stop)

    def index(self, position: int) -> int:
        """How many rows come before a position, which need not be among them."""
        if self.sorted is None:
            return bisect_left(self._positions, position)
        return self.sorted.index(position)

    def among(self, positions: "array[int]") -> "array[int]":
        """Those of the ascending positions that were found."""
        if isinstance(self._positions, range) or not positions:
            return positions
        low = bisect_left(self._positions, positions[0])
        high = bisect_left(self._positions, positions[-1] + 1)
        return array("I", sorted(set(positions).intersection(self._positions[low:high])))

    def add(self, positions: Sequence[int]) -> None:
        """Add positions, ascending and above all that were added."""
        held = self._positions
        if isinstance(held, range):
            if isinstance(positions, range) and positions.start == held.stop:
                self._positions = range(positions.stop)
            else:
                self._positions = array("I", held)
                self._positions.extend(positions)
        else:
            held.extend(positions)
        if self.sorted is not None and self._owns_order:
            self.sorted.add(positions)
