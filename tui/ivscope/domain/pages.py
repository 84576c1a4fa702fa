"""Page: one answer of a list call, Row: one item of it, and which rows were read before."""

from collections.abc import Hashable, Iterable
from dataclasses import field
from enum import StrEnum
from typing import Generic, NewType, TypeVar

from ivscope.domain.frozen import frozen

Cursor = NewType("Cursor", str)
"""Opaque `nextToken`: only the source that gave it reads it."""

BEHIND_THE_FILE = Cursor("behind the file")
"""Asks for what is behind the last row of a file. It is not there, and the failure says what is
known of it, so it is asked for at once. No `nextToken` has a blank."""


class Contradiction(StrEnum):
    """Why a row of an answer counts as no fact; the text is what its row says on screen."""

    PARTICIPANT = "of someone else"
    """It names another participant than the one asked for."""
    FILTER = "outside the filter"
    """It says that it does not match the filter that the service was asked to apply."""
    STAGE = "of another stage"
    """It names another stage than the one asked for, or was listed for another one before."""
    REPEATED = "returned before"
    """It was in this list before: equal in every member, or with the same id."""
    SHARED_ID = "shares its id"
    """Another row of this list has its id and cannot be the same."""


@frozen
class Row:
    """One item of a list call."""

    contradiction: Contradiction | None = field(
        default=None, compare=False, repr=False, kw_only=True
    )
    """How it contradicts the request, so that it counts as no fact. Not part of the answer."""


Item = TypeVar("Item", bound=Row)


@frozen
class Page(Generic[Item]):
    """Items in the order returned, and where to go on."""

    items: tuple[Item, ...]
    next_cursor: Cursor | None = None
    """None on the last page. An empty `nextToken` counts as absent."""
    request_id: str | None = None
    """For AWS Support."""


class EarlierRows:
    """The rows of a list that were read before, each by a key that is equal for equal rows.

    The one rule for lists whose rows have no id, as events have none: a row is new when it comes
    more often than it was read before. Rows with an id are matched by it, so that a changed row
    is not new.

    A row that comes takes the first equal one that no other has taken. So the order in which rows
    come does not matter for what is new, and equal rows are new when there are more of them.
    """

    __slots__ = ("_first", "_next")

    def __init__(self, keys: Iterable[Hashable], first_rank: int = 0) -> None:
        """Begin with rows that none has taken.

        Args:
            keys: In the order of the list.
            first_rank: Rank of the first one in the list, from 0.
        """
        self._first: dict[Hashable, int] = {}
        self._next: dict[int, int] = {}
        last: dict[Hashable, int] = {}
        for rank, key in enumerate(keys, first_rank):
            first = self._first.setdefault(key, rank)
            if first != rank:
                self._next[last.get(key, first)] = rank
                last[key] = rank

    def __bool__(self) -> bool:
        return bool(self._first)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._first

    def take(self, key: Hashable) -> int | None:
        """Match a row that has come.

        Returns:
            The rank in the list of the earlier row that it is; None when it is new.
        """
        rank = self._first.get(key)
        if rank is not None:
            following = self._next.pop(rank, None)
            if following is None:
                del self._first[key]
            else:
                self._first[key] = following
        return rank
