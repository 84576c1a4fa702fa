"""AppendList: the items of a feed that is not one of events."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar, cast, overload

from ivscope.domain.calls import (
    contradiction_between,
    identity_of,
    without_claims,
)
from ivscope.domain.pages import Contradiction, Row

Item = TypeVar("Item", bound=Row)


class AppendOnly(Protocol[Item]):
    """Append-only items in the order returned.

    One writer at a time; any thread may read below a `len()` that it saw.
    """

    def append(self, items: Iterable[Item], /) -> None:
        """Add a page at the end."""
        ...

    @property
    def contradictions(self) -> Mapping[Contradiction, int]:
        """How many items contradict the request, by how they do."""
        ...

    @property
    def facts(self) -> "AppendOnly[Item]":
        """The items that count. All, where one that contradicts the request says nothing."""
        ...

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Item]: ...

    @overload
    def __getitem__(self, index: int, /) -> Item: ...
    @overload
    def __getitem__(self, index: slice, /) -> list[Item]: ...


class AppendList(Sequence[Item]):
    """A list of items without columns, for everything but events.

    An item whose id came before contradicts the request; both do when they cannot be the same.
    """

    __slots__ = ("_facts", "_firsts", "_judge", "_rows", "contradictions")

    def __init__(self, judge: Callable[[Item], Contradiction | None] = lambda _: None) -> None:
        """Begin empty.

        Args:
            judge: Tells how an item contradicts what other lists said before it; None for not.
        """
        self._judge = judge
        self._rows: list[Item] = []
        self._firsts: dict[Hashable, int] = {}
        """Where each id came first."""
        self.contradictions: Counter[Contradiction] = Counter()
        """How many items contradict the request, by how they do."""
        self._facts: AppendList[Item] | None = None

    def append(self, items: Iterable[Item], /) -> None:
        """Add a page at the end."""
        page: list[Item] = []
        taken_back = False
        for item in items:
            identity, row = identity_of(item), item
            elsewhere = None if item.contradiction is not None else self._judge(item)
            if elsewhere is not None:
                row = _marked(item, elsewhere)
            elif identity is not None and item.contradiction is None:
                index = len(self._rows) + len(page)
                first = self._firsts.setdefault(identity, index)
                if first != index:
                    row, is_shared = self._again(item, first, page)
                    taken_back |= is_shared
            page.append(row)
        found = Counter(one.contradiction for one in page if one.contradiction is not None)
        self._rows.extend(page)
        self.contradictions.update(found)
        if taken_back or (found and self._facts is None):
            self._facts = _facts(self._rows)
        elif self._facts is not None:
            self._facts.append(one for one in page if one.contradiction is None)

    @property
    def facts(self) -> "AppendList[Item]":
        """The items that count: this list, unless some of it contradicts the request.

        Another list after each page that takes back what an earlier one said.
        """
        return self if self._facts is None else self._facts

    def _again(self, item: Item, first: int, page: list[Item]) -> tuple[Item, bool]:
        """Say how an item contradicts the first one with its id, and whether that one goes too."""
        place = (self._rows, first) if first < len(self._rows) else (page, first - len(self._rows))
        rows, at = place
        said = contradiction_between(rows[at], item)
        shares = said is Contradiction.SHARED_ID
        taken_back = shares and rows[at].contradiction is None
        if taken_back:
            rows[at] = _marked(rows[at], said)
            self.contradictions[said] += rows is self._rows
        return _marked(item, said), taken_back

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


def _marked(item: Item, contradiction: Contradiction) -> Item:
    return replace(item, contradiction=contradiction)


def _facts(rows: Iterable[Item]) -> "AppendList[Item]":
    """The items that count; of those that share an id only that there is such a participant."""
    facts = AppendList[Item]()
    shared: dict[Hashable, Row | None] = {}
    for row in rows:
        if row.contradiction is Contradiction.SHARED_ID:
            shared.setdefault(identity_of(row), without_claims(row))
    facts.append(row for row in rows if row.contradiction is None)
    facts.append(cast("Item", row) for row in shared.values() if row is not None)
    return facts
