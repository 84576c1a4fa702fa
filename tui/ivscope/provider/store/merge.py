"""Merging a list of events that was read again: which rows are new, and where they belong.

This holds for every list that only grows, whatever its order and its cursors: no event is added
that the list does not have, no event of the log moves, and an event that is left out because it may
be a repeat is left out only until a reading of the whole list proves which it is.

A cursor may be an offset into the list as it is now. Then events that came in since the last page
push rows that were read into the next one. Such a repeat cannot be told from another event that is
equal in every field: both are called doubtful.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from itertools import chain
from typing import Final

from ivscope.domain.calls import with_contradictions
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Contradiction, EarlierRows, Page
from ivscope.domain.times import from_microseconds
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.indexes import OrderLabel

_NEW: Final = -1
_LEFT_OUT: Final = -2


@frozen
class Overlay:
    """A second reading laid over the log. A rank counts rows of the log in the order returned."""

    ranks: "array[int]"
    """For each event read again the rank of the row of the log that it is, or below 0 when it is
    new or left out."""
    order: "array[int]"
    """Positions in the log of the events read again and of the rows that did not come again, in
    their order. New ones have the positions from the end of the log on."""
    missing: int
    """Rows of the log that did not come again."""

    @property
    def new(self) -> list[int]:
        """Indexes of the new ones among the events read again, ascending."""
        return [index for index, rank in enumerate(self.ranks) if rank == _NEW]

    @property
    def has_left_out(self) -> bool:
        """Whether some events read again were left out, as they may be repeats."""
        return _LEFT_OUT in self.ranks

    def is_known_from(self, start: int) -> bool:
        """Whether the log has the events read from index `start` on, in the same relative order.

        Those left out do not count.
        """
        last = -1
        for rank in self.ranks[start:]:
            if rank != _LEFT_OUT and rank <= last:
                return False
            last = max(rank, last)
        return last >= 0


def returned(log: EventLog) -> Sequence[int]:
    """All positions of the log in the order returned."""
    return range(len(log)) if log.sequence is None else log.sequence


def overlay(
    log: EventLog, fresh: EventLog, doubtful: AbstractSet[int] = frozenset(), *, is_whole: bool
) -> Overlay:
    """Lay a second reading from the start of the list over the log.

    Rows that did not come again stay: behind all others, or behind the row that they followed when
    the reading is whole, because then the service has dropped them.

    Args:
        log: The rows read before.
        fresh: What was read again; a log with the same tables.
        doubtful: Indexes in `fresh` that are left out unless the log has such a row.
        is_whole: Whether the list was read to its end.
    """
    by_rank = returned(log)
    same = _common_head(log, by_rank, fresh)
    rows = EarlierRows((log.key(position) for position in by_rank[same:]), same)
    ranks, positions = array("q", range(same)), array("I", by_rank[:same])
    came = bytearray(b"\x01" * same + bytes(len(by_rank) - same))
    free = len(log)
    for index in range(same, len(fresh)):
        rank = rows.take(fresh.key(index))
        if rank is not None:
            ranks.append(rank)
            positions.append(by_rank[rank])
            came[rank] = 1
        elif index in doubtful:
            ranks.append(_LEFT_OUT)
        else:
            ranks.append(_NEW)
            positions.append(free)
            free += 1
    missing = len(by_rank) - sum(came)
    if not missing:
        order = positions
    elif is_whole:
        order = _with_dropped(by_rank, came, ranks, positions)
    else:
        order = positions + array(
            "I", (by_rank[rank] for rank, has_come in enumerate(came) if not has_come)
        )
    return Overlay(ranks, order, missing)


def _common_head(log: EventLog, by_rank: Sequence[int], fresh: EventLog) -> int:
    count = min(len(by_rank), len(fresh))
    for rank in range(count):
        if log.key(by_rank[rank]) != fresh.key(rank):
            return rank
    return count


def _with_dropped(
    by_rank: Sequence[int], came: bytearray, ranks: Iterable[int], positions: Iterable[int]
) -> "array[int]":
    followers: defaultdict[int, list[int]] = defaultdict(list)
    anchor = _LEFT_OUT
    for rank, position in enumerate(by_rank):
        if came[rank]:
            anchor = rank
        else:
            followers[anchor].append(position)
    order = array("I", followers[_LEFT_OUT])
    came_as = (rank for rank in ranks if rank != _LEFT_OUT)
    for rank, position in zip(came_as, positions, strict=True):
        order.append(position)
        if rank in followers:
            order.extend(followers[rank])
    return order


def growth_at_head(log: EventLog, fresh: EventLog) -> int | None:
    """How many events a list from the newest to the oldest has gained at its head.

    `fresh` is the list read again from its start, as far as it was read. Its events of the time of
    the newest one of the log are complete once an older one follows; from there on both must be
    the same.

    Returns:
        None when that cannot be told: nothing older has come, or the rows differ elsewhere too.
    """
    by_rank = returned(log)
    newest = log.time_us(by_rank[0]) if by_rank else None
    if newest is None:
        return None
    older_fresh = _first_older(fresh, range(len(fresh)), newest)
    older_before = _first_older(log, by_rank, newest)
    if older_fresh is None or older_before is None:
        return None
    growth = older_fresh - older_before
    if growth < 0 or len(fresh) - growth > len(by_rank):
        return None
    same = all(
        fresh.key(index) == log.key(by_rank[index - growth]) for index in range(growth, len(fresh))
    )
    return growth if same else None


def growth_at_end(log: EventLog, base: int, fresh: EventLog) -> int | None:
    """How many events a list has gained at its end.

    Args:
        log: The rows read before.
        base: The rank of the first row that was read again.
        fresh: What was read again from there to the end.

    Returns:
        None when that cannot be told: a row of the log did not come where it was, or a row behind
        them is equal to one of them, so that it may be a repeat that growth has pushed there.
    """
    by_rank = returned(log)[base:]
    if not by_rank or _common_head(log, by_rank, fresh) < len(by_rank):
        return None
    earlier = {log.key(position) for position in by_rank}
    is_apart = all(fresh.key(index) not in earlier for index in range(len(by_rank), len(fresh)))
    return len(fresh) - len(by_rank) if is_apart else None


def has_passed_newest(log: EventLog, fresh: EventLog) -> bool:
    """Whether a reading from the newest event on has come to one older than all of the log."""
    newest = log.time_us(returned(log)[0]) if len(log) else None
    last = fresh.time_us(len(fresh) - 1) if len(fresh) else None
    return newest is not None and last is not None and last < newest


def _first_older(log: EventLog, positions: Sequence[int], time_us: int) -> int | None:
    for rank, position in enumerate(positions):
        time = log.time_us(position)
        if time is not None and time < time_us:
            return rank
    return None


def doubtful_rows(log: EventLog, page: Sequence[Event]) -> frozenset[int]:
    """Indexes of the rows of the next page that equal one of the log in every field.

    Costs what the page costs where the list is in the order of its times and the page goes on
    behind the log; else as much as there are blocks of events of the same time and kind.

    Args:
        log: The rows read before.
        page: The page that came next.
    """
    if not page or not log or _goes_on(log, page):
        return frozenset()
    rows = EventLog(log.tables)
    rows.append(page)
    keys = [rows.key(index) for index in range(len(rows))]
    sought = set(keys)
    read_before = {key for key in map(log.key, _near(log, rows)) if key in sought}
    return frozenset(index for index, key in enumerate(keys) if key in read_before)


def repeated_rows(log: EventLog, page: Sequence[Event]) -> frozenset[int]:
    """Indexes of the rows of the next page that the service has given twice.

    For a list that does not grow. A row repeats one of the log that is equal in every field when
    the page begins with the rows that the log ends with, or when the list was past its time. Other
    equal rows at the time where the pages meet can be events of their own.

    Args:
        log: The rows read before, in the order returned.
        page: The page that came next.
    """
    equal = doubtful_rows(log, page)
    if not equal:
        return equal
    tail = [log.key(position) for position in returned(log)[-len(page) :]]
    rows = EventLog(log.tables)
    rows.append(page)
    keys = [rows.key(index) for index in range(len(rows))]
    lengths = range(min(len(tail), len(keys)), 0, -1)
    overlap = next((length for length in lengths if tail[-length:] == keys[:length]), 0)
    meeting = log.time_us(returned(log)[-1])
    return frozenset(index for index in equal if index < overlap or rows.time_us(index) != meeting)


def marked_as_repeated(page: Page[Event], repeated: AbstractSet[int]) -> Page[Event]:
    """The page with its repeats marked: they are kept and count as no fact."""
    found = [
        Contradiction.REPEATED if index in repeated else row.contradiction
        for index, row in enumerate(page.items)
    ]
    return with_contradictions(page, found)


def _goes_on(log: EventLog, page: Iterable[Event]) -> bool:
    """Whether all times of a page are beyond the last one of the log, in its order."""
    last_us = log.time_us(returned(log)[-1])
    if last_us is None:
        return False
    last = from_microseconds(last_us)
    if log.order is OrderLabel.NEWEST_FIRST:
        return all(isinstance(one.time, datetime) and one.time < last for one in page)
    if log.order is OrderLabel.OLDEST_FIRST:
        return all(isinstance(one.time, datetime) and one.time > last for one in page)
    return False


def _near(log: EventLog, rows: EventLog) -> Iterator[int]:
    """Positions of the log whose rows may be equal to some of these."""
    kinds = set(rows.kinds_of(0, len(rows)))
    times = [time for index in range(len(rows)) if (time := rows.time_us(index)) is not None]
    blocks = [log.blocks.untimed(kinds)] if len(times) < len(rows) else []
    if times:
        timed = log.blocks.timed(kinds, min(times), max(times))
        blocks.append(part for _, _, part in timed)
    moments: set[int | None] = {None, *times}
    for part in chain.from_iterable(blocks):
        for position in part[: max(0, len(log) - part.start)]:
            if log.time_us(position) in moments:
                yield position
