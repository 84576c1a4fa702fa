"""Causal order: events by time, and inside one time in the order in which they can have happened.

The IVS API gives whole seconds in all its samples, and orders events of one second at random.
"""

from array import array
from collections.abc import Sequence

from tui.domain import events
from tui.provider.event_log import NO_TIME, EventLog, EventTables

STEPS = 32
"""Places inside one time. Even the year 9999 in microseconds times 32 fits into 63 bits."""

EARLY, USUAL, LATE = 0, 10, 20
"""What is added to a rank: before a new start, as usual, after a second start."""

_BEFORE_ALL = -(2**63)
"""Key of events that no event with a readable time comes before."""

_OTHER = 5
_RANKS = {
    events.JOINED: 0,
    # An exchange allows publishing, or ends it.
    events.TOKEN_EXCHANGED: 1,
    events.PUBLISH_STARTED: 2,
    events.SUBSCRIBE_STARTED: 3,
    events.REPLICATION_STARTED: 4,
    events.PUBLISH_STOPPED: 6,
    events.SUBSCRIBE_STOPPED: 7,
    events.REPLICATION_STOPPED: 8,
    events.LEFT: 9,
}
"""In which order things happen to a participant that was outside before; others in the middle."""


def rank(name: str | None) -> int:
    """Place of an event name inside one time, 0 to 9."""
    return _OTHER if name is None else _RANKS.get(name, _OTHER)


def first_keys(log: EventLog, start: int, stop: int, before: int | None) -> "array[int]":
    """Sort keys by time and rank alone, for the events from `start` to below `stop`.

    An event without a readable time takes the key of its neighbour before it.

    Args:
        log: The log.
        start: First position.
        stop: Position after the last.
        before: Key of the event before `start`; None if there is none.
    """
    columns = log.columns(start, stop)
    ranks = _rank_table(log.tables)
    keys = [
        time * STEPS + place
        for time, place in zip(columns.times, map(ranks.__getitem__, columns.kinds), strict=True)
    ]
    if keys and min(columns.times) <= NO_TIME:
        last = _BEFORE_ALL if before is None else before
        for index, time in enumerate(columns.times):
            if time <= NO_TIME:
                keys[index] = last
            last = keys[index]
    return array("q", keys)


def causal_order(log: EventLog, positions: Sequence[int]) -> list[int]:
    """Positions oldest first."""
    keys = first_keys(log, 0, len(log), None)
    return sorted(positions, key=keys.__getitem__)


def _rank_table(tables: EventTables) -> list[int]:
    return [USUAL + rank(kind.name) for kind in tables.kinds]
