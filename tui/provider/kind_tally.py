"""KindTally: how many events of each kind a log has, and about whom its errors are."""

from array import array
from collections import Counter
from collections.abc import Iterable

from tui.provider.event_tables import EventTables


class KindTally:
    """Written by whoever appends to the log; any thread may ask."""

    __slots__ = ("_counts", "_remotes", "_tables")

    def __init__(self, tables: EventTables) -> None:
        self._tables = tables
        self._counts: Counter[int] = Counter()
        self._remotes: dict[int, set[int]] = {}
        """Remote participants by kind, for errors only."""

    def add(self, kinds: "array[int]", remotes: "array[int]") -> int:
        """Take in events by their columns. Returns how many of them report a failure."""
        counts = Counter(kinds)
        self._counts.update(counts)
        errors = [kind for kind in counts if self._tables.kinds[kind].is_error]
        for kind in errors:
            own = self._remotes.setdefault(kind, set())
            pairs = zip(kinds, remotes, strict=True)
            own.update(remote for other, remote in pairs if other == kind)
        return sum(counts[kind] for kind in errors)

    def count(self, kinds: Iterable[int]) -> int:
        """How many events are of some kinds."""
        return sum(self._counts[kind] for kind in kinds)

    def remotes(self, kinds: Iterable[int]) -> set[int]:
        """Numbers of the remote participants of errors of some kinds, 0 for none; a copy."""
        return set().union(*(self._remotes.get(kind, set()).copy() for kind in kinds))
