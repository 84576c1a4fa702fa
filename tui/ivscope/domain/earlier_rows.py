"""EarlierRows: tells which rows of a list that is read again were read before.

The one rule for lists whose rows have no id, as events have none: a row is new when it comes more
often than it was read before. Rows with an id are matched by it, so that a changed row is not new.
"""

from collections.abc import Hashable, Iterable


class EarlierRows:
    """The rows of a list that were read before, each by a key that is equal for equal rows.

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
