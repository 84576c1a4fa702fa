"""Regular cycles: an error, or stays, that come at a fixed pace, as those of a timer do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import Final, NamedTuple

from ivscope.analysis.timed_events import all_timed
from ivscope.domain import events
from ivscope.findings.event_context import SECOND_US, EventContext
from ivscope.findings.finding import Certainty, Claim, Finding, PlainClaim
from ivscope.findings.repeats import MOST_COMPARED, alike

LEAST_GAPS: Final = 6
"""So many times between events are needed at least: fewer are alike by chance too often."""

REGULAR_SHARE: Final = 0.9
"""Of them at least so many must be alike: an event can be lost, and a timer can start anew."""

_ROOM_US: Final = SECOND_US
"""Microseconds. Times of whole seconds make two equal gaps differ by up to that."""

_ROOM_SHARE: Final = 0.02
"""Of long gaps they may differ by so much: networks and services are not exact either."""

_LEAST_US: Final = 5 * SECOND_US
"""Microseconds. Shorter gaps are alike by chance, as people act within seconds."""


class CycleOpen(PlainClaim):
    """What stays unknown of a regular cycle."""

    WHOSE_TIMER = "whose_timer_it_is"


@dataclass(frozen=True, slots=True)
class ErrorCycle(Claim):
    """The same error comes at a fixed pace."""

    times: int
    """How often it comes, equal events counted once."""
    gap_seconds: float
    """The usual time from one to the next."""
    regular_gaps: int
    """How many of the times between them are like that."""
    gaps: int


@dataclass(frozen=True, slots=True)
class StayCycle(Claim):
    """The stays of a participant, or the pauses between them, are all about as long."""

    stays: int
    stay_seconds: float | None
    """The usual length of a stay; None when they differ."""
    regular_stays: int
    pauses: int
    pause_seconds: float | None
    """The usual time between two stays; None when they differ."""
    regular_pauses: int


class _Regular(NamedTuple):
    """Lengths that are mostly alike."""

    usual_us: int
    alike: int
    """How many are like that."""


def regular(lengths: Sequence[int]) -> _Regular | None:
    """The usual one of some lengths, microseconds; None when they differ or are too few."""
    if len(lengths) < LEAST_GAPS:
        return None
    usual = median_low(lengths)
    room = max(_ROOM_US, round(usual * _ROOM_SHARE))
    count = sum(abs(one - usual) <= room for one in lengths)
    if usual < _LEAST_US or count < REGULAR_SHARE * len(lengths):
        return None
    return _Regular(usual, count)


def error_cycle(context: EventContext) -> Iterator[Finding]:
    """Say whether the errors like this one come at a fixed pace."""
    log, kinds = context.log, alike(context)
    if not LEAST_GAPS < log.tally.count(kinds) <= MOST_COMPARED:
        return
    wanted = frozenset(log.tables.kinds[kind] for kind in kinds).__contains__
    positions = {log.time_us(at) or 0: at for at in all_timed(log, wanted)}
    times = sorted(positions)
    gaps = [later - one for one, later in pairwise(times)]
    found = regular(gaps)
    if found is None:
        return
    claim = ErrorCycle(len(times), found.usual_us / SECOND_US, found.alike, len(gaps))
    rests = context.refs(*(positions[time] for time in times))
    unknown = context.open_pages or CycleOpen.WHOSE_TIMER
    yield Finding(claim, Certainty.LIKELY, rests, unknown, context.rest)


def stay_cycle(context: EventContext) -> Iterator[Finding]:
    """Say whether the stays of the participant that left, or its pauses, are all as long."""
    log = context.log
    found = context.named(events.JOINED, events.LEFT)
    if not LEAST_GAPS <= len(found) <= MOST_COMPARED:
        return
    # Of one second leaving comes last, unless what came before it was leaving too.
    moves = dict.fromkeys((log.time_us(at) or 0, log.name(at)) for at in found)
    stays: list[int] = []
    pauses: list[int] = []
    for (time, name), (later, next_name) in pairwise(sorted(moves)):
        if (name, next_name) == (events.JOINED, events.LEFT):
            stays.append(later - time)
        elif (name, next_name) == (events.LEFT, events.JOINED):
            pauses.append(later - time)
    stay, pause = regular(stays), regular(pauses)
    if stay is None and pause is None:
        return
    claim = StayCycle(
        len(stays),
        None if stay is None else stay.usual_us / SECOND_US,
        0 if stay is None else stay.alike,
        len(pauses),
        None if pause is None else pause.usual_us / SECOND_US,
        0 if pause is None else pause.alike,
    )
    unknown = context.open_pages or CycleOpen.WHOSE_TIMER
    yield Finding(claim, Certainty.LIKELY, context.refs(*found), unknown, context.rest)
