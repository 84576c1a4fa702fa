"""Reading the rows of an `EventView`, and kinds of events in a log, by columns."""

import sys
from array import array
from collections.abc import Callable, Iterable, Iterator

from ivscope.analysis.event_view import EventView
from ivscope.provider.store.event_log import NO_TIME, EventKind, EventLog
from ivscope.provider.store.order import OrderLabel

FEW = 1_000
"""Up to so many positions are looked up one by one; for more all rows are read."""

_SPREAD = 8
"""Columns are copied for so many positions per one that is asked for; beyond, one by one is
cheaper."""

_BYTE_VALUES = 256


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
    if not positions:
        return array("q")
    first, last = min(positions), max(positions)
    if last - first > _SPREAD * len(positions):
        single = map(view.log.time_us, positions)
        return array("q", [NO_TIME if time_us is None else time_us for time_us in single])
    times = view.log.columns(first, last + 1).times
    return array("q", [times[position - first] for position in positions])


def flags_of(log: EventLog, start: int, stop: int, wanted: Callable[[EventKind], bool]) -> bytes:
    """One byte for each position from `start` to `stop`: 1 when its kind is wanted, else 0."""
    kinds = log.kinds_of(start, stop)
    table = bytes(map(wanted, log.tables.kinds))
    if len(table) > _BYTE_VALUES:
        return bytes(map(table.__getitem__, kinds))
    # Kind numbers fit into their lowest byte, and bytes are translated thirty times as fast.
    lowest = 0 if sys.byteorder == "little" else kinds.itemsize - 1
    return kinds.tobytes()[lowest :: kinds.itemsize].translate(table.ljust(_BYTE_VALUES, b"\0"))


def places_of(column: "array[int] | bytes", number: int) -> Iterator[int]:
    """Yield the indexes at which a number is in a column, ascending."""
    place = -1
    while True:
        try:
            place = column.index(number, place + 1)
        except ValueError:
            return
        yield place
