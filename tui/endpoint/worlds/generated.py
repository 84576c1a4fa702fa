"""Sequences whose items are made when looked at, and ids that say which item they name."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, overload

from tui.endpoint.world import Members
from tui.endpoint.worlds.people import base62, from_base62

_MULTIPLIER: Final = 0x9E3779B97F4A7C15F39D
"""Neither even nor a multiple of 31, so that it can be divided out modulo a power of 62."""

_MASK: Final = (1 << 64) - 1


class GeneratedSequence(Sequence[Members]):
    """Items made from their index, nothing stored. A slice of it makes nothing either."""

    __slots__ = ("_indices", "_make")

    def __init__(self, indices: range, make: Callable[[int], Members]) -> None:
        self._indices = indices
        self._make = make

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> Members: ...
    @overload
    def __getitem__(self, index: slice) -> "GeneratedSequence": ...
    def __getitem__(self, index: int | slice) -> "Members | GeneratedSequence":
        if isinstance(index, slice):
            return GeneratedSequence(self._indices[index], self._make)
        return self._make(self._indices[index])

    def __iter__(self) -> Iterator[Members]:
        return map(self._make, self._indices)


def mix(*numbers: int) -> int:
    """A number of 64 bits that looks random and always belongs to the same numbers."""
    state = 0x243F6A8885A308D3
    for number in numbers:
        state = ((state ^ number) * 0xBF58476D1CE4E5B9) & _MASK
        state ^= state >> 29
    return (state * 0x94D049BB133111EB & _MASK) >> 16


def write_id(number: int, key: int, length: int) -> str:
    """An id of base-62 digits that does not look like a number; `read_id` reads it back."""
    return base62(number * _MULTIPLIER + key, length)


def read_id(text: str, key: int, length: int) -> int | None:
    """The number behind an id. None when the id cannot have been written."""
    value = from_base62(text)
    if value is None or len(text) != length:
        return None
    modulus: int = 62**length
    return (value - key) * pow(_MULTIPLIER, -1, modulus) % modulus
