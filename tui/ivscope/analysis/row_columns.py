"""Looking at kinds of events in a log by columns: no event is built."""

import sys
from array import array
from collections.abc import Callable, Iterator

from ivscope.provider.store.event_log import EventKind, EventLog

_BYTE_VALUES = 256


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
