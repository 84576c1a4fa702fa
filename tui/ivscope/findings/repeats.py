"""Repeated errors: how many of one kind, since when, and in what time."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice

from ivscope.analysis.timed_events import Wanted, all_timed, timed_events, untimed_events
from ivscope.domain.durations import per_minute, rate, round_duration
from ivscope.findings.event_context import SECOND_US, EventContext, ask_session, moment_of
from ivscope.findings.finding import (
    MOST_REFS,
    Certainty,
    Claim,
    Finding,
    Lacking,
    Outside,
    Part,
    PlainClaim,
    Text,
)
from ivscope.findings.session_context import MANY, SessionContext, with_errors
from ivscope.provider.store.event_log import EventLog

INTERNAL = "INTERNAL_SERVER_EXCEPTION"


def repeated(context: EventContext) -> Iterator[Finding]:
    """Count the errors with the name and code of this one, among the events read."""
    log, event = context.log, context.event
    kinds = _alike(context)
    count = log.tally.count(kinds)
    if event.error_code == INTERNAL:
        yield _of_others(context) or _internal(context, count)
    if count < 2:  # noqa: PLR2004 - once is no repetition
        return
    words: list[Part] = [f"{count:,} times the same error", *_remotes(context, kinds)]
    if not context.complete:
        words.append(", of what was read")
    wanted = frozenset(log.tables.kinds[kind] for kind in kinds).__contains__
    untimed = list(untimed_events(log, wanted))
    if untimed:
        rests = sorted([*all_timed(log, wanted), *untimed])
        words.append("; not all of them have a readable time.")
    else:
        rests = _ends(log, wanted, count)
        words += _rate(context, rests, count)
    yield Finding(
        tuple(words), Certainty.SHOWN, context.refs(*rests), context.open_pages, context.rest
    )


def _alike(context: EventContext) -> list[int]:
    """Numbers of the event kinds with its name and code; an empty code counts as none."""
    alike = (context.event.name, context.event.error_code or None)
    kinds = enumerate(context.log.tables.kinds)
    return [number for number, kind in kinds if (kind.name, kind.error_code or None) == alike]


def _ends(log: EventLog, wanted: Wanted, count: int) -> list[int]:
    """Positions of these errors, oldest first; of many only the first and the last ones."""
    first = [*islice(timed_events(log, wanted), min(count, MOST_REFS))]
    if count <= MOST_REFS:
        return first
    half = MOST_REFS // 2
    last = [*islice(timed_events(log, wanted, newest_first=True), half)]
    return [*first[:half], *last[::-1]]


def _rate(context: EventContext, timed: list[int], count: int) -> list[Part]:
    log = context.log
    seconds = ((log.time_us(timed[-1]) or 0) - (log.time_us(timed[0]) or 0)) / SECOND_US
    if seconds < 1:
        return [", all in one second, ", moment_of(log, timed[0]), "."]
    words: list[Part] = [", from ", moment_of(log, timed[0]), " to ", moment_of(log, timed[-1])]
    found = per_minute(count, seconds)
    if found is not None and found >= 0.1:  # noqa: PLR2004
        words.append(f", on average {rate(found)} a minute")
    return [*words, f", over {round_duration(seconds)}."]


def _remotes(context: EventContext, kinds: list[int]) -> list[Part]:
    """The remote participants of these errors, as part of the sentence."""
    texts = context.log.tables.texts
    remotes = {texts[number] for number in context.log.tally.remotes(kinds)}
    if None in remotes:
        return []
    if len(remotes) > 1:
        return [f", about {len(remotes):,} different publishers"]
    return [", always about ", Outside(next(iter(remotes)) or "")]


def _internal(context: EventContext, count: int) -> Finding:
    once = (
        "It is the only one of this participant"
        if count == 1
        else f"This participant has {count:,} of them"
    )
    text: Text = (f"{once}{'' if context.complete else ', of what was read'}.",)
    return Finding(
        text,
        Certainty.UNKNOWN,
        context.refs(context.position),
        ("whether others failed at the same time, which would speak for the service",),
        ask_session(context.facts, context.scope.session, Lacking.EVENTS_OF_EVERYBODY),
    )


def _of_others(context: EventContext) -> Finding | None:
    """Whether others met it at the same time, as the session says; None when it is not scanned."""
    facts, second = context.facts.scanned(context.scope.session), context.second
    if facts is None or second is None:
        return None
    mine = context.scope.participant_id
    errors = all_timed(facts.log, lambda kind: kind.is_error and kind.error_code == INTERNAL)
    session = with_errors(facts, errors)
    for burst in _many_in(session, errors):
        first, last = session.second(burst[0]), session.second(burst[-1])
        if first <= second <= last and mine in session.whose(burst):
            others = len(session.whose(burst)) - 1
            text: Text = (f"{others:,} other participants met it too", *_times(session, burst))
            text = (*text, ".", _ESCALATE)
            reason = session.partial or _SERVICE
            return Finding(text, Certainty.SHOWN, session.refs(burst), reason, session.rest)
    near = [at for at in errors if abs(session.second(at) - second) <= WINDOW_SECONDS]
    count = len(session.whose(near) - {mine})
    whose = f"{count:,} other participant{'' if count == 1 else 's'}" if count else "Nobody else"
    text = (f"{whose} met it within {WINDOW_SECONDS} s.",)
    until = (second + WINDOW_SECONDS + 1) * SECOND_US
    late = any(facts.reach(one).read_to < until for one in session.people)
    later: Text | None = ("what came since the others were read",) if late else None
    unknown = session.partial or later
    certainty = Certainty.UNKNOWN if unknown and not count else Certainty.SHOWN
    rests = (*context.refs(context.position), *(session.refs(near) if count else ()))
    return Finding(text, certainty, rests[:MOST_REFS], unknown or _SERVICE, session.rest)


WINDOW_SECONDS = 60
"""Seconds. Errors of several participants so near each other are one burst."""

_ESCALATE = (
    f" Several within {WINDOW_SECONDS} s are a reason to escalate, with stage, session and times."
)

_SERVICE: Text = ("whether the service or something that they share is the reason",)

MOST_BURSTS = 20
"""The most bursts with a finding, those with the most participants."""


def bursts(session: SessionContext) -> Iterator[Finding]:
    """Find bursts of errors, the one with the most participants first."""
    by_code: defaultdict[str, list[int]] = defaultdict(list)
    for at in session.errors:
        by_code[session.log.error_code(at) or session.log.name(at) or ""].append(at)
    found = [
        (len(session.whose(burst)), code, burst)
        for code, positions in by_code.items()
        for burst in _many_in(session, positions)
    ]
    for count, code, burst in sorted(found, key=lambda one: -one[0])[:MOST_BURSTS]:
        words = [f"{count:,} participants met ", Outside(code), *_times(session, burst), "."]
        unknown: Claim | PlainClaim | Text | None = session.partial
        if code == INTERNAL:
            words.append(_ESCALATE)
            unknown = unknown or _SERVICE
        yield Finding(tuple(words), Certainty.SHOWN, session.refs(burst), unknown, session.rest)


def _times(session: SessionContext, burst: Sequence[int]) -> list[Part]:
    """From when to when a burst was; of a long one also how many met it at once."""
    words = session.from_to(burst)
    if session.second(burst[-1]) - session.second(burst[0]) > WINDOW_SECONDS:
        most = max(len(whose) for whose in _windows(session, burst))
        words.append(f", at most {most:,} of them within {WINDOW_SECONDS} s")
    return words


def _windows(session: SessionContext, positions: Sequence[int]) -> Iterator[Counter[str | None]]:
    """For each error whose the errors up to it are that lie within the window. One value, kept."""
    whose: Counter[str | None] = Counter()
    first = 0
    for at in positions:
        whose[session.log.participant(at)] += 1
        while session.second(at) - session.second(positions[first]) > WINDOW_SECONDS:
            gone = session.log.participant(positions[first])
            whose[gone] -= 1
            if not whose[gone]:
                del whose[gone]
            first += 1
        yield whose


def _many_in(session: SessionContext, positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """Bursts of errors of one code that several people met."""
    for burst in _bursts_in(session, positions):
        # A user who comes back with one token after another is a single person.
        if session.persons(session.whose(burst)) >= MANY:
            yield burst


def _bursts_in(session: SessionContext, positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """Runs of errors of one code, each near to errors of enough other participants."""
    first = 0
    begin, end = 0, 0
    for last, whose in enumerate(_windows(session, positions)):
        while session.second(positions[last]) - session.second(positions[first]) > WINDOW_SECONDS:
            first += 1
        if len(whose) < MANY:
            continue
        if end and first < end:
            end = last + 1
        else:
            if end:
                yield positions[begin:end]
            begin, end = first, last + 1
    if end:
        yield positions[begin:end]
