"""Merge: what of a list of events that was read again is new, and where it belongs.

What is promised for a list that only grows, whatever its order and its cursors: no event is added
that the list does not have, none that is held moves, and one that is left out because it may be a
repeat is left out only until a reading of the whole list proves which it is.

A cursor may be an offset into the list as it is now. Then whatever came in since the last page
pushes rows that were read into the next one. Such a repeat cannot be told from another event that
is equal in every field: both are called doubtful here.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from ivscope.domain.events import Event
from ivscope.domain.held_rows import HeldRows
from ivscope.domain.times import from_microseconds
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.order import OrderLabel

_NEW: Final = -1
_LEFT_OUT: Final = -2


@dataclass(frozen=True, slots=True)
class Overlay:
    """A second reading laid over the rows held. Ranks count held rows in the order returned."""

    ranks: "array[int]"
    """For each event read again the rank of the held row that it is, or below 0 when it is new or
    left out."""
    order: "array[int]"
    """Positions in the log of those read again and of the held rows that did not come, in their
    order. New ones have the positions from the end of the log on."""
    missing: int
    """Held rows that did not come."""

    @property
    def new(self) -> list[int]:
        """Which of the events read again are new, ascending."""
        return [index for index, rank in enumerate(self.ranks) if rank == _NEW]

    @property
    def has_left_out(self) -> bool:
        """Whether some of those read again are neither held nor new."""
        return _LEFT_OUT in self.ranks

    def is_known_from(self, start: int) -> bool:
        """Whether the events read from `start` on are held, in the same relative order.

        Those left out say nothing.
        """
        last = -1
        for rank in self.ranks[start:]:
            if rank != _LEFT_OUT and rank <= last:
                return False
            last = max(rank, last)
        return last >= 0


def returned(log: EventLog) -> Sequence[int]:
    """All positions in the order returned."""
    return range(len(log)) if log.sequence is None else log.sequence


def overlay(
    log: EventLog, fresh: EventLog, doubtful: AbstractSet[int] = frozenset(), *, is_whole: bool
) -> Overlay:
    """Lay a second reading from the start of the list over the rows held.

    Held rows that did not come stay: behind all others, or behind the row that they followed when
    the reading is whole, because then the service has dropped them.

    Args:
        log: The rows held.
        fresh: What was read again; a log with the same tables.
        doubtful: Rows of `fresh` that are left out unless they are held.
        is_whole: Whether the list was read to its end.
    """
    held = returned(log)
    same = _common_head(log, held, fresh)
    rows = HeldRows((log.key(position) for position in held[same:]), same)
    ranks, positions = array("q", range(same)), array("I", held[:same])
    came = bytearray(b"\x01" * same + bytes(len(held) - same))
    free = len(log)
    for index in range(same, len(fresh)):
        rank = rows.take(fresh.key(index))
        if rank is not None:
            ranks.append(rank)
            positions.append(held[rank])
            came[rank] = 1
        elif index in doubtful:
            ranks.append(_LEFT_OUT)
        else:
            ranks.append(_NEW)
            positions.append(free)
            free += 1
    missing = len(held) - sum(came)
    if not missing:
        order = positions
    elif is_whole:
        order = _with_dropped(held, came, ranks, positions)
    else:
        order = positions + array("I", (held[rank] for rank, here in enumerate(came) if not here))
    return Overlay(ranks, order, missing)


def _common_head(log: EventLog, held: Sequence[int], fresh: EventLog) -> int:
    count = min(len(held), len(fresh))
    for rank in range(count):
        if log.key(held[rank]) != fresh.key(rank):
            return rank
    return count


def _with_dropped(
    held: Sequence[int], came: bytearray, ranks: Iterable[int], positions: Iterable[int]
) -> "array[int]":
    followers: defaultdict[int, list[int]] = defaultdict(list)
    anchor = _LEFT_OUT
    for rank, position in enumerate(held):
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

    `fresh` is the list read again from its start, as far as it was read. Its events that are as
    new as the newest held one are complete once an older one follows; from there on both must
    be the same.

    Returns:
        None when that cannot be told: nothing older has come, or there is more than growth.
    """
    held = returned(log)
    newest = log.time_us(held[0]) if held else None
    if newest is None:
        return None
    older_fresh = _first_older(fresh, range(len(fresh)), newest)
    older_held = _first_older(log, held, newest)
    if older_fresh is None or older_held is None:
        return None
    growth = older_fresh - older_held
    if growth < 0 or len(fresh) - growth > len(held):
        return None
    same = all(
        fresh.key(index) == log.key(held[index - growth]) for index in range(growth, len(fresh))
    )
    return growth if same else None


def growth_at_end(log: EventLog, base: int, fresh: EventLog) -> int | None:
    """How many events a list has gained at its end.

    Args:
        log: The rows held.
        base: The rank of the first row that was read again.
        fresh: What was read again from there to the end.

    Returns:
        None when that cannot be told: a held row did not come where it was, or what came behind
        them is equal to one of them, so that it may be one that was pushed here.
    """
    held = returned(log)[base:]
    if not held or _common_head(log, held, fresh) < len(held):
        return None
    known = {log.key(position) for position in held}
    is_apart = all(fresh.key(index) not in known for index in range(len(held), len(fresh)))
    return len(fresh) - len(held) if is_apart else None


def has_passed_newest(log: EventLog, fresh: EventLog) -> bool:
    """Whether a reading from the newest event on has come below the newest one held."""
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
    """Which rows of the next page are equal to one that is held, in every field.

    Costs what the page costs where the list is in the order of its times and the page goes on
    behind what is held; else as much as there are blocks of events of the same time and kind.

    Args:
        log: The rows held.
        page: What came behind them.
    """
    if not page or not log or _goes_on(log, page):
        return frozenset()
    rows = EventLog(log.tables)
    rows.append(page)
    keys = [rows.key(index) for index in range(len(rows))]
    sought = set(keys)
    held = {key for key in map(log.key, _near(log, rows)) if key in sought}
    return frozenset(index for index, key in enumerate(keys) if key in held)


def _goes_on(log: EventLog, page: Iterable[Event]) -> bool:
    """Whether all times of a page are beyond the last one held, in the order of the list."""
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
    """Positions of the held rows that may be equal to some of these."""
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
