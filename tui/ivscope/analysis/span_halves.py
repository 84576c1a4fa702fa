"""Halves: the events that can begin or end the same thing, found by time and paired."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

from ivscope.analysis.event_spans import SPAN_NAMES
from ivscope.analysis.timed_events import EARLIEST, LATEST, timed_events, untimed_events
from ivscope.provider.store.event_log import EventLog

STAY: Final = 0
SUBSCRIBE: Final = 2
REPLICATION: Final = 3
"""Indexes in `SPAN_NAMES`."""

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
    """Microseconds."""
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


def halves_of(
    log: EventLog,
    key: Key,
    *,
    since: int = EARLIEST,
    until: int = LATEST,
    newest_first: bool = False,
) -> Iterator[Half]:
    """The halves of a key in the order of their times, as far as asked for.

    Args:
        log: The log.
        key: What they have in common.
        since: Microseconds.
        until: Microseconds, itself included.
        newest_first: Whether times fall.
    """
    names = SPAN_NAMES[key.family]
    positions = timed_events(
        log,
        lambda kind: kind.name in names,
        since=since,
        until=until,
        newest_first=newest_first,
        participant=key.participant,
        remote=key.remote,
    )
    for at in positions:
        if key.destination is None or _destination(log, at) == key.destination:
            kind = log.kind(at)
            detail = f"{kind.replica} {kind.error_code}"
            yield Half(log.time_us(at) or 0, detail, at, kind.name == names[1])


def has_untimed_half(log: EventLog, key: Key, *, is_end: bool) -> bool:
    """Whether an end, or a start, of a key has no readable time."""
    name = SPAN_NAMES[key.family][is_end]
    return any(
        key.destination is None or _destination(log, at) == key.destination
        for at in untimed_events(
            log,
            lambda kind: kind.name == name,
            participant=key.participant,
            remote=key.remote,
        )
    )


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


def _destination(log: EventLog, position: int) -> Destination:
    event = log[position]
    return event.destination_stage_arn, event.destination_session_id
