"""Halves: the events that can begin or end the same thing, found by columns and paired."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import compress, groupby
from operator import attrgetter
from typing import Final, NamedTuple

from tui.domain.event_spans import SPAN_NAMES
from tui.provider.event_log import EventColumns, EventLog
from tui.query.shown import flags_of, places_of

STAY: Final = 0
SUBSCRIBE: Final = 2
REPLICATION: Final = 3
"""Indexes in `SPAN_NAMES`."""

_CHUNK = 65_536
"""Events whose columns are copied at a time: 1.3 MB, and few enough turns of the loop."""

_SAMPLE_STEP = 997
"""One event in so many tells which column is the rarest; a prime, to keep out of step with
patterns in the events."""

Destination = tuple[str | None, str | None]
"""Stage and session."""


@dataclass(frozen=True, slots=True)
class Key:
    """What two events must have in common. Numbers are those of the log's tables."""

    family: int
    participant: int
    remote: int | None = None
    """Only when subscribing."""
    destination: Destination | None = None
    """Only when replicating."""


class Half(NamedTuple):
    """Sorts by time, then by what it is, and by its place only among equals."""

    time: int
    """Microseconds, `NO_TIME` or less without a readable one."""
    detail: str
    """Tells halves of one instant apart, so that their place in the log does not have to."""
    position: int
    is_end: bool


def key_of(log: EventLog, position: int) -> Key | None:
    """The key of the event at a position; None when it neither begins nor ends anything."""
    name = log.name(position)
    for family, names in enumerate(SPAN_NAMES):
        if name in names:
            columns = log.columns(position, position + 1)
            return Key(
                family,
                columns.participants[0],
                columns.remotes[0] if family == SUBSCRIBE else None,
                _destination(log, position) if family == REPLICATION else None,
            )
    return None


def find_halves(log: EventLog, key: Key, start: int, stop: int) -> Iterator[Half]:
    """The halves of a key from position `start` to below `stop`, by position."""
    end_name = SPAN_NAMES[key.family][1]
    for first in range(start, stop, _CHUNK):
        columns = log.columns(first, min(first + _CHUNK, stop))
        kinds = log.tables.kinds
        details = [f"{kind.replica} {kind.error_code}" for kind in kinds]
        ends = [kind.name == end_name for kind in kinds]
        for place in _places(log, key, first, columns):
            if key.destination is None or _destination(log, first + place) == key.destination:
                kind = columns.kinds[place]
                yield Half(columns.times[place], details[kind], first + place, ends[kind])


def pair(halves: Iterable[Half]) -> tuple[list[Half], dict[int, int]]:
    """Put halves with times in the order in which they must have happened, and pair neighbours.

    Returns:
        All of them in order, and the positions of either half by that of the other.
    """
    ordered: list[Half] = []
    others: dict[int, int] = {}
    begun: Half | None = None
    for starts, ends in instants(halves):
        while starts or ends:
            if ends and (begun is not None or not starts):
                half = ends.pop()
                if begun is not None:
                    others[begun.position] = half.position
                    others[half.position] = begun.position
                begun = None
            else:
                begun = half = starts.pop()
            ordered.append(half)
    return ordered, others


def instants(halves: Iterable[Half]) -> Iterator[tuple[list[Half], list[Half]]]:
    """The starts and the ends of each time, oldest time first, in each the first one last."""
    for _, instant in groupby(sorted(halves), attrgetter("time")):
        starts: list[Half] = []
        ends: list[Half] = []
        for half in instant:
            (ends if half.is_end else starts).append(half)
        yield starts[::-1], ends[::-1]


def _places(log: EventLog, key: Key, first: int, columns: EventColumns) -> list[int]:
    """Where in the columns everything agrees that has a column; the rarest goes first."""
    names = SPAN_NAMES[key.family]
    count = len(columns.kinds)
    flags = flags_of(log, first, first + count, lambda kind: kind.name in names)
    numbers = [(columns.participants, key.participant)]
    if key.remote is not None:
        numbers.append((columns.remotes, key.remote))
    candidates: Iterable[int] = compress(range(count), flags)
    rarest = sum(flags[::_SAMPLE_STEP])
    for column, number in numbers:
        sampled = column[::_SAMPLE_STEP].count(number)
        if sampled < rarest:
            rarest, candidates = sampled, places_of(column, number)
    places = [place for place in candidates if flags[place]]
    for column, number in numbers:
        places = [place for place in places if column[place] == number]
    return places


def _destination(log: EventLog, position: int) -> Destination:
    event = log[position]
    return event.destination_stage_arn, event.destination_session_id
