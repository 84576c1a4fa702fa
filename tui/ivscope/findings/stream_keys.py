"""REUSE_OF_STREAM_KEY, INVALID_STREAM_KEY: who else has the same ingest configuration."""

from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.stages import ParticipantScope, ParticipantSummary
from ivscope.findings.event_context import (
    PAGES_OPEN,
    EventContext,
    ask_events,
    ask_participant,
    distance,
)
from ivscope.findings.finding import (
    Ask,
    Certainty,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Lacking,
    Outside,
    Text,
)
from ivscope.findings.publishing import ORDER_OPEN, State, moves_near, publishing_in

MOST_OTHERS = 5
"""The most other participants that are looked at: hardly more than two share a key."""


def worked_later(context: EventContext) -> Iterator[Finding]:
    """Say whether the participant published later, so that it had a valid key then."""
    if context.second is None:
        return
    for at in context.named(events.PUBLISH_STARTED):
        if context.is_after(at):
            yield Finding(
                (f"It published {context.distance(at)}: by then it had a key that works.",),
                Certainty.SHOWN,
                context.refs(context.position, at),
            )
            return


def shared_stream_key(context: EventContext) -> Iterator[Finding]:
    """Look for others with the same ingest configuration, and whether they were publishing."""
    mine = context.facts.summary(context.scope)
    if mine is None or mine.ingest_configuration_arn is None:
        text = "Which ingest configuration it used is not known."
        asks = (
            ()
            if context.facts.participant(context.scope)
            else (ask_participant(context.scope, Lacking.FACTS),)
        )
        yield Finding((text,), Certainty.UNKNOWN, context.refs(context.position), None, asks)
        return
    if not mine.ingest_configuration_arn:
        text = "The participant names no ingest configuration, so others cannot be compared."
        yield Finding((text,), Certainty.UNKNOWN, context.refs(context.position))
        return
    listed = context.facts.participants(context.scope.session)
    arn = mine.ingest_configuration_arn
    rows = () if listed is None else listed.rows
    others = {
        row.participant_id: row
        for row in rows
        if row.ingest_configuration_arn == arn
        and row.participant_id != context.scope.participant_id
    }
    for row in list(others.values())[:MOST_OTHERS]:
        yield _compare(context, mine, row)
    if listed is not None and listed.complete and others:
        return
    fact = FactKey(FactKind.PARTICIPANTS, context.scope.session)
    more = () if listed and listed.complete else (Ask(Lacking.PARTICIPANTS, fact, 1),)
    text = "No other participant of this session carries its ingest configuration"
    text += "." if not more else " as far as listed."
    if others:
        text = "The list of participants is not read to the end."
    yield Finding(
        (text,),
        Certainty.UNKNOWN if more else Certainty.SHOWN,
        context.refs(context.position),
        ("whether the key was in use on another stage, or attached at all",),
        more,
    )


def _compare(context: EventContext, mine: ParticipantSummary, other: ParticipantSummary) -> Finding:
    scope = ParticipantScope(
        context.scope.stage_arn, context.scope.session_id, other.participant_id
    )
    carries: Text = (Outside(other.participant_id), " carries the same ingest configuration")
    known_log = context.facts.log(scope)
    if known_log is None or context.second is None:
        asks = (ask_events(scope, Lacking.EVENTS_OF_ANOTHER),) if known_log is None else ()
        text = (*carries, "; whether it was publishing is not known.")
        return Finding(text, Certainty.UNKNOWN, context.refs(context.position), None, asks)
    time = context.log.time_us(context.position) or 0
    found = publishing_in(known_log, time)
    is_near = bool(moves_near(known_log, found, time))
    positions = found.positions
    rests = (*(EventRef(scope, at) for at in positions), *context.refs(context.position))
    covers = known_log.covers(context.second)
    unknown = None if covers else PAGES_OPEN
    asks = () if covers else (ask_events(scope, Lacking.REST_OF_EVENTS),)
    certainty = Certainty.SHOWN if covers else Certainty.LIKELY
    if found.state is State.ON and found.start is not None:
        since = distance(time, known_log.log.time_us(found.start))
        text = (*carries, f" and was publishing: it started {since}.")
        if is_near or found.why is not None:
            doubt: Text = ORDER_OPEN if found.why is None else (found.why,)
            certainty, unknown = Certainty.LIKELY, unknown or doubt
        if mine.redundant_ingest or other.redundant_ingest:
            certainty = Certainty.UNKNOWN
            unknown = ("whether the key is the same: redundant ingest has two of them",)
        return Finding(text, certainty, rests, unknown, asks)
    if found.state in {State.TIE, State.UNSURE} or (is_near and found.state is not State.NEVER):
        text = (*carries, "; whether it was publishing in that second is not certain.")
        return Finding(text, Certainty.UNKNOWN, rests, unknown, asks)
    return Finding((*carries, " but was not publishing then."), certainty, rests, unknown, asks)
