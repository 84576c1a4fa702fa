"""PUBLISHER_NOT_FOUND: what the publisher was doing in that second."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from ivscope.domain import events
from ivscope.domain.stages import ParticipantScope
from ivscope.findings.event_context import (
    PAGES_OPEN,
    SECOND_US,
    EventContext,
    ask_events,
    ask_participant,
    distance,
    positions_within,
    second_of,
)
from ivscope.findings.finding import Certainty, EventRef, Finding, Lacking, Outside, Text
from ivscope.findings.known_facts import KnownLog
from ivscope.findings.publishing import (
    NEAR_SECONDS,
    ORDER_OPEN,
    Publishing,
    State,
    moves_near,
    publishing_in,
)
from ivscope.findings.session_context import MANY, SessionContext

_RACE = "so near that it can be a race"

_VERBS = {
    events.PUBLISH_STARTED: "started",
    events.PUBLISH_STOPPED: "stopped publishing",
    events.LEFT: "left",
}


def publisher_state(context: EventContext) -> Iterator[Finding]:
    """Say whether the remote participant was publishing."""
    remote = context.event.remote_participant_id
    if not remote or context.second is None:
        lacking = "the publisher" if not remote else "a readable time"
        yield Finding(
            (f"The event does not give {lacking}, so nothing can be compared.",),
            Certainty.UNKNOWN,
            context.refs(context.position),
        )
        return
    scope = ParticipantScope(context.scope.stage_arn, context.scope.session_id, remote)
    known_log = context.facts.log(scope)
    if known_log is None:
        yield Finding(
            ("Whether the publisher was publishing is not known: its events are not read.",),
            Certainty.UNKNOWN,
            context.refs(context.position),
            None,
            (ask_events(scope, Lacking.EVENTS_OF_PUBLISHER),),
        )
    else:
        yield _compare(context, scope, known_log, context.second)
    if context.event.replica:
        yield from _replication(context, scope, context.second)


def _compare(
    context: EventContext, scope: ParticipantScope, known_log: KnownLog, second: int
) -> Finding:
    time = context.log.time_us(context.position) or 0
    found = publishing_in(known_log, time)
    near = moves_near(known_log, found, time)
    is_tied = any(distance(time, known_log.log.time_us(at)) == distance(0, 0) for at in near)
    is_race = bool(near) and not (found.state is State.TIE and is_tied)
    if is_race:
        text, certainty, positions = _race(known_log, time, near)
    else:
        text, certainty, positions = _sentence(context, known_log, found, second)
    unknown: Text | None = None
    covers = known_log.covers(second + NEAR_SECONDS)
    if not known_log.complete:
        unknown = PAGES_OPEN
    elif not covers:
        unknown = ("what came since its events were read",)
    elif is_race or found.state is State.TIE:
        unknown = ORDER_OPEN
    elif found.why is not None:
        unknown = (found.why,)
    elif found.state is State.ON:
        unknown = ("why it was not found: what app and network did is not in the events",)
    elif found.state is State.NEVER:
        unknown = ("whether events are lost: how long they are kept is not documented",)
    asks = () if covers else (ask_events(scope, Lacking.REST_OF_PUBLISHER),)
    if certainty is Certainty.SHOWN and not covers:
        certainty = Certainty.LIKELY
    rests = (*(EventRef(scope, at) for at in positions), EventRef(context.scope, context.position))
    return Finding(text, certainty, rests, unknown, asks)


def _sentence(
    context: EventContext, known_log: KnownLog, found: Publishing, second: int
) -> tuple[Text, Certainty, list[int]]:
    time = context.log.time_us(context.position) or 0
    log, start, end = known_log.log, found.start, found.end
    if found.state is State.NEVER:
        return _never(context, known_log)
    if found.state is State.ON and start is not None:
        began = f"it started {_away(known_log, time, start)}"
        if end is None and found.why is not None:
            words = f"The publisher was publishing as far as is read: {began}, and no stop follows."
            return (words,), Certainty.LIKELY, [start]
        words = f"The publisher was publishing all along: {began}"
        words += "." if end is None else f" and stopped {_away(known_log, time, end)}."
        words += " Its end does not explain the error."
        certainty = Certainty.SHOWN if found.why is None else Certainty.LIKELY
        return (words,), certainty, [*found.positions]
    if found.state is State.OFF:
        return _stopped(known_log, time, start, end)
    if found.state is State.NOT_YET and start is not None:
        words = (
            f"The publisher first started {_away(known_log, time, start)}: it was not there yet."
        )
        error = next(_back_from(known_log, second, events.PUBLISH_ERROR), None)
        if error is None:
            return (words,), Certainty.SHOWN, [start]
        code = log.error_code(error) or "no code"
        text = (f"{words} Its attempt {_away(known_log, time, error)} failed: ", Outside(code))
        return text, Certainty.SHOWN, [error, start]
    if found.state is State.TIE:
        positions = [at for at in (start, end) if at is not None and second_of(log, at) == second]
        verb = "started"
        if end is not None and positions[-1:] == [end]:
            verb = "left" if log.name(end) == events.LEFT else "stopped publishing"
        words = f"The publisher {verb} in the same second; which came first is not known."
        return (words,), Certainty.LIKELY, positions
    words = "Whether the publisher was publishing is not known: a start or a stop has no time or "
    return (f"{words}is missing in its events.",), Certainty.UNKNOWN, [*found.positions]


def _race(
    known_log: KnownLog, time: int, near: tuple[int, ...]
) -> tuple[Text, Certainty, list[int]]:
    moves = dict.fromkeys(
        f"{_VERBS[known_log.log.name(at) or '']} {_away(known_log, time, at)}" for at in near
    )
    return (f"The publisher {' and '.join(moves)}: {_RACE}.",), Certainty.LIKELY, [*near]


def _stopped(
    known_log: KnownLog, time: int, start: int | None, end: int | None
) -> tuple[Text, Certainty, list[int]]:
    if end is None:
        words = "The publisher was not publishing, but when it stopped is missing in its events."
        return (words,), Certainty.UNKNOWN, [] if start is None else [start]
    if known_log.log.name(end) == events.LEFT:
        words = f"The publisher left {_away(known_log, time, end)}; no PUBLISH_STOPPED is read."
        return (words,), Certainty.SHOWN, [end]
    since = second_of(known_log.log, end) or 0
    left = [
        *islice(
            positions_within(known_log.log, (events.LEFT,), since=since, until=time // SECOND_US), 1
        )
    ]
    words = f"The publisher stopped publishing {_away(known_log, time, end)}"
    if left:
        words += f" and left {_away(known_log, time, left[0])}"
    return (f"{words}.",), Certainty.SHOWN, [end, *left]


def _never(context: EventContext, known_log: KnownLog) -> tuple[Text, Certainty, list[int]]:
    scope = context.scope
    remote = ParticipantScope(
        scope.stage_arn, scope.session_id, context.event.remote_participant_id or ""
    )
    summary = context.facts.summary(remote)
    if summary is not None and summary.published:
        words = "No PUBLISH_STARTED of the publisher is read, yet the list of participants says "
        return (f"{words}that it has published.",), Certainty.UNKNOWN, []
    if not len(known_log.log):
        words = "The publisher has no events: that does not show that it never published."
        return (words,), Certainty.UNKNOWN, []
    if known_log.complete:
        return ("The publisher never published: its events have no start.",), Certainty.SHOWN, []
    return ("No PUBLISH_STARTED of the publisher is read so far.",), Certainty.UNKNOWN, []


def _back_from(known_log: KnownLog, second: int, *names: str) -> Iterator[int]:
    return positions_within(known_log.log, names, until=second, newest_first=True)


def _away(known_log: KnownLog, time: int, position: int) -> str:
    return distance(time, known_log.log.time_us(position))


def _replication(context: EventContext, remote: ParticipantScope, second: int) -> Iterator[Finding]:
    """Say whether the replication of a publisher that is a replica had ended."""
    summary = context.facts.summary(remote)
    if summary is None or not summary.source_stage_arn or not summary.source_session_id:
        yield Finding(
            ("The publisher is a replica; where it comes from is not read.",),
            Certainty.UNKNOWN,
            context.refs(context.position),
            None,
            () if summary else (ask_participant(remote, Lacking.FACTS_OF_PUBLISHER),),
        )
        return
    source = ParticipantScope(
        summary.source_stage_arn, summary.source_session_id, remote.participant_id
    )
    known_log = context.facts.log(source)
    if known_log is None:
        yield Finding(
            ("The publisher is a replica; whether its replication had ended is not read.",),
            Certainty.UNKNOWN,
            context.refs(context.position),
            None,
            (ask_events(source, Lacking.EVENTS_OF_SOURCE),),
        )
        return
    time = context.log.time_us(context.position) or 0
    before = (
        at
        for at in _back_from(
            known_log, second, events.REPLICATION_STARTED, events.REPLICATION_STOPPED
        )
        if _leads_to_this_session(context, known_log, at)
    )
    last = next(before, None)
    if last is None or known_log.log.name(last) != events.REPLICATION_STOPPED:
        return
    away = _away(known_log, time, last)
    one_before = next(before, last)
    is_tied = one_before != last and second_of(known_log.log, one_before) == second_of(
        known_log.log, last
    )
    is_race = second - (second_of(known_log.log, last) or 0) <= NEAR_SECONDS
    firm = known_log.complete and not (is_race or is_tied)
    doubt = ORDER_OPEN if is_race or is_tied else None
    race = f": {_RACE}" if is_race else ""
    yield Finding(
        (f"The publisher is a replica, and its replication to this session ended {away}{race}.",),
        Certainty.SHOWN if firm else Certainty.LIKELY,
        (EventRef(source, last), EventRef(context.scope, context.position)),
        doubt if known_log.complete else PAGES_OPEN,
        () if known_log.complete else (ask_events(source, Lacking.REST_OF_SOURCE),),
    )


def _leads_to_this_session(context: EventContext, known_log: KnownLog, position: int) -> bool:
    event = known_log.log[position]
    destination = (event.destination_stage_arn, event.destination_session_id)
    return destination == (context.scope.stage_arn, context.scope.session_id)


MOST_PUBLISHERS = 20
"""The most publishers with a finding, those with the most participants first."""


def unreachable_publishers(session: SessionContext) -> Iterator[Finding]:
    """Name the publishers that several participants failed to subscribe to."""
    by_remote: defaultdict[str, list[int]] = defaultdict(list)
    for at in session.errors:
        remote = session.log.remote(at)
        if remote and session.log.name(at) == events.SUBSCRIBE_ERROR:
            by_remote[remote].append(at)
    found = []
    for remote, positions in by_remote.items():
        whose = session.whose(positions)
        if session.persons(whose) >= MANY:
            found.append((len(whose), remote, positions))
    for count, remote, positions in sorted(found, key=lambda one: -one[0])[:MOST_PUBLISHERS]:
        text: Text = (
            f"{count:,} participants failed to subscribe to ",
            Outside(remote),
            *session.from_to(positions),
            ".",
        )
        unknown = session.partial or ("whether the publisher or the subscribers are the reason",)
        yield Finding(text, Certainty.SHOWN, session.refs(positions), unknown, session.rest)
