"""Merging: what of a second reading is new, told by counting equal events and by their times."""

from array import array
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivscope.domain.events import Event
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.order import OrderLabel


@dataclass(frozen=True, slots=True)
class Overlay:
    """A second reading laid over the rows held. Ranks count held rows in the order returned."""

    ranks: list[int | None]
    """For each event read again the rank of the held row that it is; None when it is new."""
    positions: "array[int]"
    """For each event read again its position in the log: its old one, or the next free one."""
    order: "array[int]"
    """All these positions and those of the held rows that did not come, in their order."""
    missing: int
    """Held rows that did not come."""

    @property
    def new(self) -> list[int]:
        """Which of the events read again are new, ascending."""
        return [index for index, rank in enumerate(self.ranks) if rank is None]

    def is_known_from(self, start: int) -> bool:
        """Whether the events read from `start` on are all held, in the same relative order."""
        last = -1
        for rank in self.ranks[start:]:
            if rank is None or rank <= last:
                return False
            last = rank
        return True


def returned(log: EventLog) -> Sequence[int]:
    """All positions in the order returned."""
    return range(len(log)) if log.sequence is None else log.sequence


def overlay(log: EventLog, base: int, fresh: EventLog, *, is_whole: bool) -> Overlay:
    """Lay a second reading over the rows of rank `base` and above.

    An event is new when it comes more often than it is held. Held rows that did not come stay:
    behind all others, or behind the row that they followed when the reading is whole, because
    then the service has dropped them.
    """
    held = returned(log)[base:]
    same = _common_head(log, held, fresh)
    first_of, next_same = _ranks_by_key(log, held, same)
    ranks: list[int | None] = list(range(same))
    positions = array("I", held[:same])
    came = bytearray(b"\x01" * same + bytes(len(held) - same))
    free = len(log)
    for index in range(same, len(fresh)):
        key = fresh.key(index)
        rank = first_of.get(key)
        ranks.append(rank)
        if rank is None:
            positions.append(free)
            free += 1
            continue
        came[rank] = 1
        positions.append(held[rank])
        following = next_same.get(rank)
        if following is None:
            del first_of[key]
        else:
            first_of[key] = following
    missing = len(held) - sum(came)
    if not missing:
        order = positions
    elif is_whole:
        order = _with_dropped(held, came, ranks, positions)
    else:
        order = positions + array("I", (held[rank] for rank, here in enumerate(came) if not here))
    return Overlay(ranks, positions, order, missing)


def _common_head(log: EventLog, held: Sequence[int], fresh: EventLog) -> int:
    count = min(len(held), len(fresh))
    for rank in range(count):
        if log.key(held[rank]) != fresh.key(rank):
            return rank
    return count


def _ranks_by_key(
    log: EventLog, held: Sequence[int], start: int
) -> tuple[dict[Hashable, int], dict[int, int]]:
    """The first rank of each event, and the next rank of an equal event, from `start` on."""
    first_of: dict[Hashable, int] = {}
    next_same: dict[int, int] = {}
    for rank in range(len(held) - 1, start - 1, -1):
        key = log.key(held[rank])
        following = first_of.get(key)
        if following is not None:
            next_same[rank] = following
        first_of[key] = rank
    return first_of, next_same


def _with_dropped(
    held: Sequence[int], came: bytearray, ranks: list[int | None], positions: "array[int]"
) -> "array[int]":
    followers: defaultdict[int | None, list[int]] = defaultdict(list)
    anchor = -1
    for rank, position in enumerate(held):
        if came[rank]:
            anchor = rank
        else:
            followers[anchor].append(position)
    order = array("I", followers[-1])
    for came_as, position in zip(ranks, positions, strict=True):
        order.append(position)
        if came_as in followers:
            order.extend(followers[came_as])
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


def repeated_at_head(log: EventLog, items: Sequence[Event]) -> int | None:
    """How many events at the head of a next page repeat the end of a list.

    A list from the newest to the oldest that grew at its head may push rows that were read into
    the next page. Rows in the same order over more than one time are repeats; within one time,
    equal events may as well be further ones.

    Returns:
        None when it cannot be told.
    """
    if not items or not log or log.order is not OrderLabel.NEWEST_FIRST:
        return 0
    held = returned(log)
    last_held = log.time_us(held[-1])
    if not isinstance(items[0].time, datetime):
        return 0
    first = to_microseconds(items[0].time)
    if last_held is not None and first < last_held:
        return 0
    page = EventLog(log.tables)
    page.append(items)
    is_possible = False
    for start in range(len(held) - 1, -1, -1):
        time_us = log.time_us(held[start])
        if time_us is not None and time_us > first:
            break
        if time_us == first and _continues(log, held, start, page):
            last = min(len(page), len(held) - start) - 1
            last_time = page.time_us(last)
            if last_time is not None and last_time < first:
                return last + 1
            is_possible = True
    return None if is_possible else 0


def _continues(log: EventLog, held: Sequence[int], start: int, page: EventLog) -> bool:
    count = min(len(page), len(held) - start)
    return all(page.key(index) == log.key(held[start + index]) for index in range(count))
