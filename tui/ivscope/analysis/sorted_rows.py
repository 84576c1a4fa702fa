"""SortedRows: positions in the order of a key, cheap to extend at either end."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, compress
from operator import itemgetter

from ivscope.analysis.timed_events import flagged

_FEW = 512
"""Up to so many positions are inserted one by one, some 3 us each."""

_NEAR = 4
"""A merge at one end may move so many old rows for each new one."""

_SAMPLES = 4_096
_BUCKETS = 128
"""Parts that a great merge sorts one by one; 2 to 4 ms each at a million rows."""

_STEP_ROWS = 16_384
"""Rows that a great merge shares out in one piece: 2 to 4 ms, as what was added at once."""


class SortedRows:
    """Positions in ascending order of their key; equal keys in ascending order of position.

    Args:
        keys: Key by position. The owner extends it before positions are added, and calls
            `sort_again` when it changes keys.
    """

    __slots__ = ("_back", "_front", "_keys", "_merging", "_waiting")

    def __init__(self, keys: "array[int]") -> None:
        self._keys = keys
        self._front = array("I")  # last row first, so that both ends grow at an end
        self._back = array("I")
        self._waiting: list[Sequence[int]] = []
        """Pieces as they were added."""
        self._merging: Iterator[None] | None = None

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
        return self._index(self._keys[position], position)

    def index_of_key(self, key: int) -> int:
        """How many rows have a lower key."""
        return self._index(key, -1)

    @property
    def waiting(self) -> int:
        """How many added positions become rows only when `merge` has ended."""
        return sum(map(len, self._waiting))

    @property
    def is_merging(self) -> bool:
        """Whether a merge has begun: until it ends, add nothing and change no key."""
        return self._merging is not None

    def add(self, positions: Sequence[int]) -> None:
        """Add new positions, given in ascending order and above all that were added before.

        Costs as much as they are when they go to one end. Many that go elsewhere wait for
        `merge`, and so does all that comes while others wait.
        """
        if not positions:
            return
        if self._waiting:
            self._waiting.append(positions)
            return
        new = sorted(positions, key=self._keys.__getitem__)
        after, before = self.index(new[0]), self.index(new[-1])
        moved = min(len(self) - after, before)
        if after == len(self):
            self._back.extend(new)
        elif before == 0:
            new.reverse()
            self._front.extend(new)
        elif moved > _NEAR * len(new) and len(new) > _FEW:
            self._waiting.append(positions)
        elif moved == before:
            merged = self._merged(self._cut_start(before), new)
            merged.reverse()
            self._front.extend(merged)
        else:
            self._back.extend(self._merged(self._cut_end(after), new))

    def keep(self, positions: Sequence[int]) -> None:
        """Have positions wait for `merge`, however many they are; else as `add`."""
        if positions:
            self._waiting.append(positions)

    def take_from(self, whole: "SortedRows", flags: "bytes | bytearray | None") -> None:
        """Have the next merge take what was added from an order that has it, unsorted.

        Args:
            whole: An order by the same keys; it must not change before that merge ends.
            flags: A byte for each position, 1 for those that were added; None if all of `whole`
                were.
        """
        self._merging = self._take(whole, flags)

    def merge(self) -> bool:
        """Do one piece of putting waiting positions among the rows, about 3 ms.

        Returns:
            Whether it was not the last one.
        """
        if self._merging is None:
            self._merging = self._merge()
        for _ in self._merging:
            return True
        self._merging = None
        return False

    def sort_again(self, low: int, high: int) -> int:
        """Sort rows again whose keys changed, but stayed from `low` to below `high`.

        What waits is put in order when it is merged, by the keys of then.

        Returns:
            How many rows there are.
        """
        start, stop = self.index_of_key(low), self.index_of_key(high)
        ordered = sorted(self.part(start, stop))
        ordered.sort(key=self._keys.__getitem__)
        front = len(self._front)
        for row, position in enumerate(ordered, start):
            if row >= front:
                self._back[row - front] = position
            else:
                self._front[front - 1 - row] = position
        return stop - start

    def _index(self, key: int, position: int) -> int:
        keys = self._keys
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            there = self[middle]
            if keys[there] < key or (keys[there] == key and there < position):
                low = middle + 1
            else:
                high = middle
        return low

    def _merge(self) -> Iterator[None]:
        get_key = self._keys.__getitem__
        count = len(self)
        total = count + sum(map(len, self._waiting))
        each = max(1, total // _SAMPLES)
        sample = [get_key(self[at]) for at in range(0, count, each)]
        sample += [get_key(at) for piece in self._waiting for at in piece[::each]]
        sample.sort()
        bounds = sample[:: max(1, len(sample) // _BUCKETS)]
        buckets = [array("I") for _ in range(len(bounds) + 1)]
        rows = (self.part(at, at + _STEP_ROWS) for at in range(0, count, _STEP_ROWS))
        waiting = (
            array("I", sorted(piece[at : at + _STEP_ROWS], key=get_key))
            for piece in self._waiting
            for at in range(0, len(piece), _STEP_ROWS)
        )
        for piece in chain(rows, waiting):
            start = 0
            for bucket, bound in zip(buckets, bounds, strict=False):
                stop = bisect_left(piece, bound, start, key=get_key)
                bucket.extend(piece[start:stop])
                start = stop
            buckets[-1].extend(piece[start:])
            yield
        back = array("I")
        for bucket in buckets:
            # Of equal keys those added earlier come first: they have the lower positions.
            back.extend(sorted(bucket, key=get_key))
            yield
        self._front, self._back, self._waiting = array("I"), back, []

    def _take(self, whole: "SortedRows", flags: "bytes | bytearray | None") -> Iterator[None]:
        back = array("I")
        if flags is None:
            back.extend(whole.part(0, len(whole)))
        else:
            for at in range(0, len(whole), _STEP_ROWS):
                part = whole.part(at, at + _STEP_ROWS).tolist()
                # Of one place, `itemgetter` would return the flag alone.
                back.fromlist(list(compress(part, itemgetter(*part, 0)(flags))))
                yield
        self._front, self._back, self._waiting = array("I"), back, []

    def _merged(self, moved: "array[int]", new: list[int]) -> "array[int]":
        if len(moved) > _NEAR * len(new):
            get_key = self._keys.__getitem__
            merged = array("I")
            start = 0
            for position in new:
                # Of equal keys the new ones come last: they have the higher positions.
                row = bisect_right(moved, get_key(position), start, key=get_key)
                merged.extend(moved[start:row])
                merged.append(position)
                start = row
            merged.extend(moved[start:])
            return merged
        return array("I", sorted(sorted(chain(moved, new)), key=self._keys.__getitem__))

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


_SPARSE = 16
"""Of fewer than one in so many positions, sorting those costs less than going through all."""

_EVERY = b"\1"


class FoundRows:
    """Which of the positions looked at were found, and their rows; looked at in ascending order.

    Args:
        keys: Sort key by position. None keeps the order of the positions.
        whole: All positions in order, kept by somebody else, if all of them will be found.
    """

    __slots__ = ("_flags", "_looked_at", "_owns_order", "_positions", "found", "sorted")

    def __init__(self, keys: "array[int] | None", whole: SortedRows | None = None) -> None:
        self._looked_at = 0
        self._flags: bytearray | None = None
        """A byte for each position looked at, 1 for found; None while all were found."""
        self._positions: range | array[int] = range(0)
        """Those found, where rows are in the order of positions."""
        self._owns_order = whole is None
        self.found = 0
        """How many were found, with those that are no rows yet."""
        self.sorted = whole
        """The order, unless it is that of the positions."""
        if keys is not None and whole is None:
            self.sorted = SortedRows(keys)

    def __len__(self) -> int:
        return len(self._positions if self.sorted is None else self.sorted)

    def __contains__(self, position: int) -> bool:
        if self._flags is None:
            return 0 <= position < self._looked_at
        return position < self._looked_at and self._flags[position] == 1

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

    def among(self, start: int, flags: bytes) -> bytes:
        """Flags of positions from `start` on, all looked at, without those that were not found."""
        if self._flags is None:
            return flags
        own = self._flags[start : start + len(flags)]
        both = int.from_bytes(flags, "little") & int.from_bytes(own, "little")
        return both.to_bytes(len(flags), "little")

    def add_all(self, stop: int) -> None:
        """Add all positions from those looked at to below `stop`."""
        self._add(range(self._looked_at, stop), _EVERY * (stop - self._looked_at))

    def add(self, flags: bytes) -> None:
        """Add, of the positions that follow those looked at, those with a flag of 1."""
        start, count = self._looked_at, flags.count(1)
        if count == len(flags):
            self.add_all(start + count)
            return
        self._add(array("I", map(start.__add__, flagged(flags))), flags)

    def _add(self, positions: "range | array[int]", flags: bytes) -> None:
        start, self._looked_at = self._looked_at, self._looked_at + len(flags)
        if self._flags is None and len(positions) < len(flags):
            self._flags = bytearray(_EVERY * start)
        if self._flags is not None:
            self._flags += flags
        self.found += len(positions)
        if self.sorted is not None:
            if self._owns_order:
                (self.sorted.add if len(positions) <= _FEW else self.sorted.keep)(positions)
            return
        held = self._positions
        if isinstance(held, range):
            if isinstance(positions, range) and positions.start == held.stop:
                self._positions = range(positions.stop)
                return
            held = self._positions = array("I", held)
        held.extend(positions)

    def merge(self, whole: SortedRows | None) -> bool:
        """Do one piece of putting the rows in order.

        Args:
            whole: An order that has all that was found, by the same keys; None without one.

        Returns:
            Whether it was not the last one.
        """
        order = self.sorted
        if order is None:
            return False
        if not (whole is None or whole is order or order.is_merging):
            if self.found == len(whole):
                order.take_from(whole, None)
            elif self.found * _SPARSE >= len(whole):
                order.take_from(whole, self._flags or _EVERY * self._looked_at)
        return order.merge()
