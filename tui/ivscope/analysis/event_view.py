"""EventView: which events of a log are shown, in which order, and which of them are hits.

Long because what passes a filter, what a search hits and their order are found in the same pieces.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence

from ivscope.analysis.causal_order import CausalKeys
from ivscope.analysis.filters import Filter, Matcher, UserOf, no_user
from ivscope.analysis.sorted_rows import FoundRows, SortedRows
from ivscope.domain.clock import work_seconds
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.indexes import OrderLabel


class ReturnedKeys:
    """Sort keys that put positions into `EventLog.sequence`."""

    __slots__ = ("_last_key", "_seen", "_sequence", "_version", "keys")

    def __init__(self) -> None:
        self.keys = array("q")
        """Key by position. Another object whenever old keys changed."""
        self._sequence: array[int] | None = None
        self._version = 0
        self._seen = 0
        self._last_key = -1

    def update(self, log: EventLog) -> bool:
        """Make keys for new events.

        Returns:
            Whether the keys of older events stay valid.
        """
        version, sequence = log.sequence_version, log.sequence
        if sequence is None:
            return True
        if version != self._version:
            was = self._sequence or array("I", range(self._seen))
            old = self._seen
            self._version, self._sequence = version, sequence
            head = len(sequence) - old
            if head < 0 or sequence[head:] != was[:old] or not self.keys:
                self._renumber(sequence)
                return False
            first = self._last_key - len(sequence) + 1
            new = sorted(zip(sequence[:head], range(first, first + head), strict=True))
            self.keys.extend(key for _, key in new)
        else:
            count = len(sequence) - self._seen
            self.keys.extend(range(self._last_key + 1, self._last_key + 1 + count))
            self._last_key += count
        self._seen = len(self.keys)
        return True

    def _renumber(self, sequence: "array[int]") -> None:
        stop = len(sequence)
        self.keys = array("q", bytes(8 * stop))
        for key, position in enumerate(sequence[:stop]):
            self.keys[position] = key
        self._seen = stop
        self._last_key = stop - 1


FEW = 1_000
"""Up to so many positions are looked up one by one; for more all rows are read."""

_FIRST_ROWS = 2_048
"""Rows of the first piece, before the speed is known: 2 ms even if each needs its event."""

_PIECE_SECONDS = 0.004
"""How long one piece of work may take: a quarter of a frame at 60 Hz."""

_MOST_ROWS = 262_144
"""Rows in one piece at most, some 3 ms."""

_MOST_NEW_ROWS = 32_768
"""The same of rows that are sorted for the first time, one after the other."""

_MOST_TOKENS = 64
"""Events with tokens in one piece at most: their attributes can be long, and an expression is
looked for in each. Ordinary lists have one in some hundred rows. The first piece has one."""


class EventView:
    """Rows over a log: all or those that pass a filter, as returned or by time.

    A position is the index in the log and never changes; a row is an index in what is shown.
    Rows change only in `work`, `reset` and the `set_` methods, however the log grows meanwhile.
    After each of them only a few rows may be there, until `work` returns that nothing is left.
    Not for several threads.

    Args:
        log: What is shown. Another thread may append to it.
        user_of: Tells user ids, for the `user:` field.
    """

    def __init__(self, log: EventLog, user_of: UserOf = no_user) -> None:
        self.log = log
        """The log that positions belong to."""
        self.by_time = False
        """Whether rows are sorted oldest first."""
        self.version = 0
        """Another number whenever the rows begin anew. Until then rows only come, and keep their
        order except by time."""
        self._user_of = user_of
        self._returned = ReturnedKeys()
        self._causal = CausalKeys(log)
        self._settling: Iterator[list[tuple[int, int]]] | None = None
        self._filter: Matcher | None = None
        self._search: Matcher | None = None
        self._passing = bytearray()
        """By position, shown or not: 1 for an event that passes the search."""
        self._total = 0
        self._rate = 0.0
        self._tokens = 1
        self._examined = 0
        self._start_over()

    @property
    def filter(self) -> Filter | None:
        """The filter that shown events pass; None when all are shown."""
        return None if self._filter is None else self._filter.filter

    @property
    def search(self) -> Filter | None:
        """The search that hits pass; None when nothing is searched."""
        return None if self._search is None else self._search.filter

    def show_all(self) -> None:
        """Drop the filter."""
        self.set_filter(None)

    def set_filter(self, wanted: Filter | None) -> None:
        """Show events that pass a filter. Work on an older filter ends."""
        self._filter = self._matcher(wanted)
        self._start_over()

    def set_search(self, wanted: Filter | None) -> None:
        """Count shown events that pass a search as hits."""
        self._search = self._matcher(wanted)
        self._passing.clear()
        self._clear_hits()

    def set_by_time(self, by_time: bool) -> None:
        """Sort oldest first, or go back to the order returned."""
        self.by_time = by_time
        self._start_over()

    def reset(self, log: EventLog) -> None:
        """Show another log, or the same after a restart, under the same filter and search."""
        self.log = log
        self._returned = ReturnedKeys()
        self._causal = CausalKeys(log)
        self._settling = None
        self._filter = self._matcher(self.filter)
        self._search = self._matcher(self.search)
        self._passing.clear()
        self._start_over()

    @property
    def total(self) -> int:
        """Events of the log as far as it is known; `examined` goes up to it."""
        return self._total

    @property
    def examined(self) -> int:
        """How many events were looked at for the filter and the order."""
        return self._examined

    @property
    def left(self) -> int:
        """Events read that may still become rows: they wait to be filtered or to be sorted in."""
        log, rows = self.log, self._rows.sorted
        known = len(log if log.sequence is None or self.by_time else log.sequence)
        return max(0, known - self._examined) + (0 if rows is None else rows.waiting)

    @property
    def searched(self) -> int:
        """How many events were looked at for the search; as many as examined without a search."""
        return self._examined if self._search is None else self._searched

    def __len__(self) -> int:
        return len(self._rows)

    def position(self, row: int) -> int:
        """The position shown in a row, 0 to below the length."""
        return self._rows[row]

    def positions(self, start: int, stop: int) -> Sequence[int]:
        """The positions shown in rows `start` to below `stop`; a range when they are one."""
        return self._rows.part(start, stop)

    @property
    def sort_keys(self) -> "array[int] | None":
        """By position what the rows are sorted by; None in the order returned. Grows in place."""
        return self._causal.keys if self.by_time else None

    def is_shown(self, position: int) -> bool:
        """Whether some row shows the position."""
        return position in self._rows

    def row_at(self, position: int) -> int:
        """The row of a position.

        When it is hidden, the row of the next shown one after it, or the last row; 0 when
        nothing is shown.
        """
        last = max(0, len(self._rows) - 1)
        keys = self._keys()
        known = self._examined if keys is None else len(keys)
        return min(last, self._rows.index(position)) if position < known else last

    @property
    def hit_count(self) -> int:
        """Hits found so far."""
        return self._hits.found

    def is_hit(self, position: int) -> bool:
        """Whether the position is shown and the search found it."""
        return position in self._hits

    def hit_number(self, row: int) -> int | None:
        """Which hit a row is, from 1 in the order of the rows.

        None if it is none, or no row, and while hits are not in order yet.
        """
        if row >= len(self._rows) or len(self._hits) < self._hits.found:
            return None
        position = self._rows[row]
        return self._hits.index(position) + 1 if position in self._hits else None

    def next_hit(self, row: int, step: int) -> int | None:
        """The row of the next hit below (step 1) or above (step -1) a row; None at the end."""
        if not len(self._hits):
            return None
        position = self._rows[row]
        index = self._hits.index(position)
        if step < 0:
            index -= 1
        elif index < len(self._hits) and self._hits[index] == position:
            index += 1
        return self._rows.index(self._hits[index]) if 0 <= index < len(self._hits) else None

    def work(self, seconds: float) -> bool:
        """Look at more events, and take in what was appended.

        Args:
            seconds: Stop about then. At least one piece is done, of 4 ms as a rule.

        Returns:
            Whether more is left to do.
        """
        end = work_seconds() + seconds
        self._take_in()
        while self._piece(end):
            if work_seconds() >= end:
                return self.is_behind
        return False

    def _take_in(self) -> None:
        log = self.log
        if self.by_time:
            self._total = len(log)
            if self._filter is None:
                # The order that an earlier view made is used again.
                known = len(self._causal.keys)
                self._rows.add_all(known)
                self._examined = known
            return
        was_plain = not self._returned.keys
        if not self._returned.update(log) or (was_plain and self._returned.keys):
            self._clear()
        self._total = len(self._returned.keys) or len(log)
        if self._filter is None and not self._returned.keys:
            # Rows in the order of positions need no look at the events.
            self._rows.add_all(self._total)
            self._examined = self._total

    @property
    def is_behind(self) -> bool:
        """Whether `work` has something to do for the events that it has taken in."""
        return (
            self._examined < self._total
            or self.searched < self._total
            or (self.by_time and not self._causal.is_settled)
            or any(rows.waiting for _, rows in self._orders())
        )

    def _orders(self) -> list[tuple[FoundRows, SortedRows]]:
        both = self._rows, self._hits
        return [(rows, rows.sorted) for rows in both if rows.sorted is not None]

    def _piece(self, end: float) -> bool:
        return self._order_piece() or self._look_piece(end)

    def _order_piece(self) -> bool:
        """Sort what was found. A merge and a change of keys never overlap."""
        for rows, order in self._orders():
            if order.is_merging:
                rows.merge(None)
                return True
        if self.by_time and (self._settling is not None or self._examined == self._total):
            if self._settling is None:
                self._settling = self._causal.settle()
            changed = next(self._settling, None)
            if changed is not None:
                for _, order in self._orders():
                    for low, high in changed:
                        order.sort_again(low, high)
                return True
            self._settling = None
        looked_at = self._examined, self.searched
        whole = self._causal.order if self.by_time else None
        for (rows, order), count in zip(self._orders(), looked_at, strict=False):
            if order.waiting and count == self._total:
                rows.merge(whole)
                return True
            whole = order  # all hits are rows, which come first
        return False

    def _look_piece(self, end: float) -> bool:
        begin = work_seconds()
        is_search = self._examined == self._total
        start = self.searched if is_search else self._examined
        if start >= self._total:
            return False
        budget = min(_PIECE_SECONDS, max(end - begin, _PIECE_SECONDS / 4))
        most = _MOST_ROWS
        if self.by_time and start >= len(self._causal.keys):
            most = _MOST_NEW_ROWS
        rows = min(most, max(_FIRST_ROWS, int(self._rate * budget)))
        stop = min(self._total, start + rows)
        matcher = self._search if is_search else self._filter
        if is_search and start < len(self._passing):
            stop = min(start + _MOST_ROWS, self._total, len(self._passing))
        elif matcher is not None:
            if matcher.prepare(self._total - start, lambda: work_seconds() - begin >= budget):
                return True
            stop = matcher.stop_after(self.log, start, stop, self._tokens)
        if is_search:
            self._search_piece(start, stop)
        else:
            self._examine(start, stop)
        taken = work_seconds() - begin
        self._rate = (stop - start) / max(taken, 1e-6)
        is_quick = taken < _PIECE_SECONDS
        self._tokens = min(2 * self._tokens, _MOST_TOKENS) if is_quick else self._tokens // 2 or 1
        return True

    def _examine(self, start: int, stop: int) -> None:
        if self.by_time:
            self._causal.extend(stop)
        if self._filter is None:
            self._rows.add_all(stop)
        else:
            self._rows.add(self._filter.passing(self.log, start, stop))
        self._examined = stop

    def _search_piece(self, start: int, stop: int) -> None:
        if self._search is not None:
            if start == len(self._passing):
                self._passing += self._search.passing(self.log, start, stop)
            self._hits.add(self._rows.among(start, bytes(self._passing[start:stop])))
        self._searched = stop

    def _matcher(self, wanted: Filter | None) -> Matcher | None:
        if wanted is None or not wanted.terms:
            return None
        return Matcher(wanted, self.log.tables, self._user_of)

    def _start_over(self) -> None:
        self._clear()
        self._take_in()

    def _clear(self) -> None:
        self.version += 1
        whole = self._causal.order if self.by_time and self._filter is None else None
        self._rows = FoundRows(self._keys(), whole)
        self._examined = 0
        self._clear_hits()

    def _clear_hits(self) -> None:
        self._hits = FoundRows(self._keys())
        self._searched = 0
        self._rate = 0.0
        self._tokens = 1

    def _keys(self) -> "array[int] | None":
        if self.by_time:
            return self._causal.keys
        return self._returned.keys or None


def shown_rows(view: EventView, positions: Iterable[int]) -> Iterator[int]:
    """The rows of positions, in their order and without those that are hidden."""
    if len(view):
        for position in positions:
            row = view.row_at(position)
            if view.position(row) == position:
                yield row


def row_order(view: EventView) -> int | None:
    """1 when times rise from row to row, -1 when they fall, None when neither is certain.

    Rows without a readable time do not count.
    """
    if view.by_time:
        return 1
    # The order label is about the order of positions.
    if view.log.sequence is not None or view.log.order is OrderLabel.UNORDERED:
        return None
    return -1 if view.log.order is OrderLabel.NEWEST_FIRST else 1


def times_of(view: EventView, start: int, stop: int) -> "array[int]":
    """Times of rows `start` to `stop` in microseconds, `NO_TIME` or less for those without one."""
    positions = view.positions(start, stop)
    if isinstance(positions, range):
        return view.log.columns(positions.start, positions.stop).times
    return view.log.column_at("times", positions)
