"""AppendList: the items of a feed that is not one of events."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar, overload

Item = TypeVar("Item")


class AppendOnly(Protocol[Item]):
    """Append-only items in the order returned.

    One writer at a time; any thread may read below a `len()` that it saw.
    """

    def append(self, items: Iterable[Item], /) -> None:
        """Add a page at the end."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Item]: ...

    @overload
    def __getitem__(self, index: int, /) -> Item: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Item]: ...


class AppendList(Sequence[Item]):
    """A list of items without columns, for everything but events."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: list[Item] = []

    def append(self, items: Iterable[Item], /) -> None:
        """Add a page at the end."""
        self._rows.extend(items)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._rows)

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> list[Item]: ...
    def __getitem__(self, index: int | slice) -> Item | list[Item]:
        return self._rows[index]
