"""Repeated errors: how many of one kind, since when, by how many people, and whether in a cycle.

Long because a burst and a cycle are told by the errors, and by the kinds, that a repetition has,
and so is who got an error, and how many got one where only a part of a session is read.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import islice, pairwise
from typing import Final, NamedTuple

from ivscope.analysis.estimates import Estimates
from ivscope.analysis.intervals import EARLIEST, LATEST
from ivscope.analysis.timed_events import Wanted, all_timed, timed_events, untimed_events
from ivscope.domain import events
from ivscope.domain.durations import per_minute
from ivscope.domain.frozen import frozen
from ivscope.findings.event_context import SECOND_US, EventContext, ask_session
from ivscope.findings.finding import MOST_REFS, Certainty, Claim, Finding, Lacking, Open, PlainClaim
from ivscope.findings.known_facts import ErrorBurst
from ivscope.findings.session_context import (
    MANY,
    WINDOW_SECONDS,
    EventPeriod,
    SessionContext,
    bursts_in,
    code_of,
    period,
    with_errors,
)
from ivscope.provider.store.event_log import EventLog

INTERNAL = "INTERNAL_SERVER_EXCEPTION"

MOST_COMPARED = 1_000
"""Up to so many errors are compared, which takes some milliseconds, to see whether one is there
twice."""


class RepeatsOpen(PlainClaim):
    """What stays unknown of repeated errors."""

    OTHERS_TOO = "whether_others_failed_too"
    """At the same time, which would speak for the service."""
    SINCE_READ = "what_came_since_the_others_were_read"
    TOLD_TWICE = "whether_equal_events_are_one"
    """An event can stand twice in the answer."""
    SERVICE_OR_CLIENT = "service_or_client"
    ONE_PERSON = "whether_they_are_one_person"
    """All of them carry one user id."""
    DIFFERENT_PEOPLE = "whether_they_are_different_people"
    """Too few of them carry a user id."""
    SERVICE_OR_SHARED = "service_or_something_shared"
    """Which of the two is the reason."""


@frozen
class SameError(Claim):
    """How often one participant met an error of one name and code."""

    event_name: str
    error_code: str | None
    """None when it came without one: then it need not be the same each time."""
    times: int
    """At least: events that are equal in all members count once."""
    most: int
    """With those that are equal: it can be one event told twice."""
    publisher_ids: int
    """How many remote participants they name; 0 when one of them names none."""
    publisher_id: str | None
    """The remote participant, when all of them name the same one."""
    is_all_read: bool
    """Whether the events of the participant are read to the end."""
    period: EventPeriod | None
    """None when one of them has no readable time."""
    a_minute: float | None
    """On average; None for a short time."""


@frozen
class OwnInternalErrors(Claim):
    """How many INTERNAL_SERVER_EXCEPTION a participant has."""

    times: int
    is_all_read: bool


@frozen
class OthersMetItToo(Claim):
    """The error is part of a burst: several participants got the same within a short time."""

    others: int
    period: EventPeriod
    most_at_once: int | None
    """The most participants within the window, when the burst is longer."""
    is_to_escalate: bool
    """Whether it is a reason to escalate: several INTERNAL_SERVER_EXCEPTION."""
    window_seconds: int = WINDOW_SECONDS


@frozen
class OthersNearby(Claim):
    """How many others met an INTERNAL_SERVER_EXCEPTION near this one; not enough for a burst."""

    others: int
    window_seconds: int = WINDOW_SECONDS


@frozen
class Burst(Claim):
    """Several participants got one error within a short time."""

    participants: int
    error_code: str
    """The name of the error when it has no code."""
    period: EventPeriod
    most_at_once: int | None
    """The most participants within the window, when the burst is longer."""
    is_to_escalate: bool
    """Whether it is a reason to escalate: several INTERNAL_SERVER_EXCEPTION."""
    window_seconds: int = WINDOW_SECONDS


@frozen
class ErrorsOfCode(Claim):
    """Who got the errors of one code of a session, in which no rule says why."""

    error_code: str
    """The name of the errors when they have no code."""
    times: int
    """At least: events that are equal in all members count once."""
    most: int
    """With those that are equal: it can be one event told twice."""
    is_all_read: bool
    """Whether no other error of that code is there or can come, whatever its time."""
    participants: int
    participant_id: str | None
    """When one participant has them all."""
    period: EventPeriod


def repeated(context: EventContext) -> Iterator[Finding]:
    """Count the errors with the name and code of this one, among the events read."""
    log, event = context.log, context.event
    kinds = _alike(context)
    count = log.tally.count(kinds)
    burst = _in_burst(context)
    if burst is not None:
        yield burst
    elif event.error_code == INTERNAL:
        yield _of_others(context) or _internal(context, count)
    if count < 2:  # noqa: PLR2004 - once is no repetition
        return
    wanted = frozenset(log.tables.kinds[kind] for kind in kinds).__contains__
    untimed = list(untimed_events(log, wanted))
    if untimed:
        rests, times = sorted([*all_timed(log, wanted), *untimed]), None
    else:
        rests = _ends(log, wanted, count)
        times = period(log, rests[0], rests[-1])
    least = _different(log, wanted, count)
    seconds = 0 if times is None else (times.last - times.first).total_seconds()
    claim = SameError(
        event.name or "",
        event.error_code,
        least or count,
        count,
        *_remotes(context, kinds),
        context.complete,
        times,
        per_minute(least or count, seconds),
    )
    certainty = Certainty.LIKELY if least is None else Certainty.SHOWN
    twice = None if least == count else RepeatsOpen.TOLD_TWICE
    yield Finding(claim, certainty, context.refs(*rests), context.open_pages or twice, context.rest)


def _different(log: EventLog, wanted: Wanted, count: int) -> int | None:
    """How many of these errors differ in time or remote participant; None for too many of them."""
    if count > MOST_COMPARED:
        return None
    timed = {(log.time_us(at), log.remote(at)) for at in all_timed(log, wanted)}
    untimed = {(log[at].time, log.remote(at)) for at in untimed_events(log, wanted)}
    return len(timed) + len(untimed)


def _alike(context: EventContext) -> list[int]:
    """Numbers of the event kinds with its name and code."""
    alike = (context.event.name, context.event.error_code)
    kinds = enumerate(context.log.tables.kinds)
    return [number for number, kind in kinds if (kind.name, kind.error_code) == alike]


def _ends(log: EventLog, wanted: Wanted, count: int) -> list[int]:
    """Positions of these errors, oldest first; of many only the first and the last ones."""
    first = [*islice(timed_events(log, wanted), min(count, MOST_REFS))]
    if count <= MOST_REFS:
        return first
    half = MOST_REFS // 2
    last = [*islice(timed_events(log, wanted, newest_first=True), half)]
    return [*first[:half], *last[::-1]]


def _remotes(context: EventContext, kinds: list[int]) -> tuple[int, str | None]:
    """How many remote participants these errors name, and the only one; 0 if not all name one."""
    texts = context.log.tables.texts
    remotes = {texts[number] for number in context.log.tally.remotes(kinds)}
    if None in remotes:
        return 0, None
    return len(remotes), next(iter(remotes)) if len(remotes) == 1 else None


def _internal(context: EventContext, count: int) -> Finding:
    return Finding(
        OwnInternalErrors(count, context.complete),
        Certainty.UNKNOWN,
        context.refs(context.position),
        RepeatsOpen.OTHERS_TOO,
        ask_session(context.facts, context.scope.session, Lacking.EVENTS_OF_EVERYBODY),
    )


def _in_burst(context: EventContext) -> Finding | None:
    """The burst that an error is part of, as the session says; None when it is in none."""
    facts, second, event = (
        context.facts.scanned(context.scope.session),
        context.second,
        context.event,
    )
    if facts is None or second is None:
        return None
    code, mine = event.error_code or event.name or "", context.scope.participant_id
    for burst in facts.bursts(code):
        if not burst.first <= second <= burst.last or mine not in burst.whose:
            continue
        session = with_errors(facts, burst.positions)
        if not _is_of_many(session, burst):
            continue
        others, during = len(burst.whose) - 1, session.period(burst.positions)
        claim = OthersMetItToo(others, during, _at_once(burst), code == INTERNAL)
        reason = session.partial or _open_of_burst(session, burst, claim.is_to_escalate)
        rests = session.refs(burst.positions)
        return Finding(claim, Certainty.SHOWN, rests, reason, session.rest)
    return None


def _near(log: EventLog, wanted: Wanted, second: int) -> Iterator[int]:
    """Positions of errors near a second."""
    since, until = second - WINDOW_SECONDS, second + WINDOW_SECONDS + 1
    return timed_events(log, wanted, since=since * SECOND_US, until=until * SECOND_US - 1)


def _of_others(context: EventContext) -> Finding | None:
    """Whether others met it near this one, outside a burst; None when that is not read."""
    facts, second = context.facts.scanned(context.scope.session), context.second
    if facts is None or second is None:
        return None
    mine = context.scope.participant_id
    near = [*_near(facts.log, lambda kind: kind.is_error and kind.error_code == INTERNAL, second)]
    session = with_errors(facts, near)
    count = len(session.whose(near) - {mine})
    until = (second + WINDOW_SECONDS + 1) * SECOND_US
    late = any(facts.reach(one).read_to < until for one in session.people)
    unknown = session.partial or (RepeatsOpen.SINCE_READ if late else None)
    certainty = Certainty.UNKNOWN if unknown and not count else Certainty.SHOWN
    rests = (*context.refs(context.position), *(session.refs(near) if count else ()))
    alone = RepeatsOpen.SERVICE_OR_SHARED if count else RepeatsOpen.SERVICE_OR_CLIENT
    if count and session.persons(session.whose(near) | {mine}) == 1:
        alone = RepeatsOpen.ONE_PERSON
    unknown = unknown or alone
    return Finding(OthersNearby(count), certainty, rests[:MOST_REFS], unknown, session.rest)


MOST_BURSTS = 20
"""The most bursts with a finding, those with the most participants."""


def bursts(session: SessionContext) -> Iterator[Finding]:
    """Find bursts of errors, the one with the most participants first."""
    found = [
        (len(burst.whose), code, burst)
        for code, positions in _by_code(session).items()
        for burst in bursts_in(session.log, positions)
        if _is_of_many(session, burst)
    ]
    settled_to = session.settled_to() if found else LATEST
    for count, code, burst in sorted(found, key=lambda one: -one[0])[:MOST_BURSTS]:
        during = session.period(burst.positions)
        claim = Burst(count, code, during, _at_once(burst), code == INTERNAL)
        certainty = Certainty.SHOWN
        unknown: Claim | PlainClaim | None = session.partial
        if (burst.last + 1) * SECOND_US > settled_to:
            certainty, unknown = Certainty.LIKELY, unknown or Open.MAY_COME_LATE
        unknown = unknown or _open_of_burst(session, burst, claim.is_to_escalate)
        yield Finding(claim, certainty, session.refs(burst.positions), unknown, session.rest)


MOST_CODES = 3
"""Of so many codes the errors are told in words; the table of codes has all of them."""


def errors_of_codes(session: SessionContext) -> Iterator[Finding]:
    """Say who got which error and when, the code with the most errors first."""
    log = session.log
    settled_to = session.settled_to() if session.is_complete else EARLIEST
    by_code = sorted(_by_code(session).items(), key=lambda item: -len(item[1]))
    for code, every in by_code[:MOST_CODES]:
        positions = [at for at in every if log.participant(at)]
        if not positions:
            continue
        whose = session.whose(positions)
        are_compared = len(positions) <= MOST_COMPARED
        different = len(positions)
        if are_compared:
            different = len(
                {
                    (log.participant(at), log.name(at), log.time_us(at), log.remote(at))
                    for at in positions
                }
            )
        claim = ErrorsOfCode(
            code,
            different,
            len(positions),
            settled_to >= LATEST and _count_of(log, code) == len(positions),
            len(whose),
            next(iter(whose)) if len(whose) == 1 else None,
            session.period(positions),
        )
        certainty = Certainty.SHOWN if are_compared else Certainty.LIKELY
        is_twice = different < len(positions) or not are_compared
        unknown = session.partial or (RepeatsOpen.TOLD_TWICE if is_twice else None)
        yield Finding(claim, certainty, session.refs(positions), unknown, session.rest)


def _count_of(log: EventLog, code: str) -> int:
    """How many errors of a code there are, with those that have no readable time."""
    kinds = enumerate(log.tables.kinds)
    return log.tally.count(
        number for number, kind in kinds if kind.is_error and code_of(kind) == code
    )


def _by_code(session: SessionContext) -> dict[str, list[int]]:
    """Positions of the errors, oldest first, by code, or by name where there is no code."""
    by_code: defaultdict[str, list[int]] = defaultdict(list)
    for at in session.errors:
        by_code[session.log.error_code(at) or session.log.name(at) or ""].append(at)
    return by_code


def _is_of_many(session: SessionContext, burst: ErrorBurst) -> bool:
    """Whether several people met it: a user with one token after another is a single person."""
    return session.persons(burst.whose) >= MANY


def _open_of_burst(
    session: SessionContext, burst: ErrorBurst, is_to_escalate: bool
) -> RepeatsOpen | None:
    if not session.are_many(burst.whose):
        return RepeatsOpen.DIFFERENT_PEOPLE
    return RepeatsOpen.SERVICE_OR_SHARED if is_to_escalate else None


def _at_once(burst: ErrorBurst) -> int | None:
    """How many participants got a long burst within the window; None for a short one."""
    return burst.most_at_once if burst.last - burst.first > WINDOW_SECONDS else None


class EstimateOf(StrEnum):
    """Of whom an estimate speaks. Who was read first, for a reason, is never among them."""

    ALL_OTHERS = "all_others"
    OTHERS_LISTED_SO_FAR = "others_listed_so_far"


@frozen
class Estimate(Claim):
    """How many of those not read first got an error, from a part of them drawn at random."""

    error_code: str | None
    """None for an error without a code, and for any."""
    is_any: bool
    """Whether every error counts, whatever its code."""
    errors: int
    """Participants drawn and read that got it."""
    read: int
    """Participants drawn and read."""
    of: int
    """Participants that they were drawn from."""
    low: int
    """At least so many of these got it."""
    high: int
    stratum: EstimateOf


@frozen
class DrawnAtRandom(Claim):
    """Stays unknown of an estimate: it rests on chance."""

    read: int
    failed: int
    """How many more were drawn and could not be read; the range holds with or without them."""


def estimated(told: Estimates) -> Iterator[Finding]:
    """What is concluded of a session that is read in part: of any error, then of each code."""
    stratum = EstimateOf.ALL_OTHERS if told.all_listed else EstimateOf.OTHERS_LISTED_SO_FAR
    shares = [(None, told.any_error), *told.by_code]
    for number, (code, one) in enumerate(shares):
        claim = Estimate(
            code, number == 0, one.found, one.read, one.population, one.fewest, one.most, stratum
        )
        yield Finding(claim, Certainty.LIKELY, (), DrawnAtRandom(one.read, told.failed))


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


@frozen
class ErrorCycle(Claim):
    """The same error comes at a fixed pace."""

    times: int
    """How often it comes, equal events counted once."""
    gap_seconds: float
    """The usual time from one to the next."""
    regular_gaps: int
    """How many of the times between them are like that."""
    gaps: int


@frozen
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
    usual = sorted(lengths)[(len(lengths) - 1) // 2]
    room = max(_ROOM_US, round(usual * _ROOM_SHARE))
    count = sum(abs(one - usual) <= room for one in lengths)
    if usual < _LEAST_US or count < REGULAR_SHARE * len(lengths):
        return None
    return _Regular(usual, count)


def error_cycle(context: EventContext) -> Iterator[Finding]:
    """Say whether the errors like this one come at a fixed pace."""
    log, kinds = context.log, _alike(context)
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
