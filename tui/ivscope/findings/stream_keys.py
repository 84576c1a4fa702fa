"""REUSE_OF_STREAM_KEY, INVALID_STREAM_KEY: who else carries the same ingest configuration."""

from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.stages import ParticipantScope, ParticipantSummary
from ivscope.findings.event_context import (
    PAGES_OPEN,
    EventContext,
    ask_events,
    ask_participant,
    distance,
    second_of,
)
from ivscope.findings.finding import (
    Ask,
    Certainty,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Outside,
    Text,
)
from ivscope.findings.publishing import State, publishing_in

MOST_OTHERS = 5
"""So many others are looked at one by one; more never share a key in earnest."""


def worked_later(here: EventContext) -> Iterator[Finding]:
    """A start of its own shows that a key was good."""
    if here.second is None:
        return
    for at in here.named(events.PUBLISH_STARTED):
        if (second_of(here.log, at) or 0) > here.second:
            yield Finding(
                (f"It published {here.distance(at)}: by then it had a key that works.",),
                Certainty.SHOWN,
                here.refs(here.position, at),
            )
            return


def shared_stream_key(here: EventContext) -> Iterator[Finding]:
    """Look for others with the same ingest configuration, and whether they were publishing."""
    mine = here.known.summary(here.scope)
    if mine is None or mine.ingest_configuration_arn is None:
        text = "Which ingest configuration it used is not known."
        asks = () if here.known.participant(here.scope) else (ask_participant(here.scope, "facts"),)
        yield Finding((text,), Certainty.UNKNOWN, here.refs(here.position), None, asks)
        return
    if not mine.ingest_configuration_arn:
        text = "The participant names no ingest configuration, so others cannot be compared."
        yield Finding((text,), Certainty.UNKNOWN, here.refs(here.position))
        return
    held = here.known.participants(here.scope.session)
    arn = mine.ingest_configuration_arn
    rows = () if held is None else held.rows
    others = {
        row.participant_id: row
        for row in rows
        if row.ingest_configuration_arn == arn and row.participant_id != here.scope.participant_id
    }
    for row in list(others.values())[:MOST_OTHERS]:
        yield _compare(here, mine, row)
    if held is not None and held.complete and others:
        return
    fact = FactKey(FactKind.PARTICIPANTS, here.scope.session)
    more = () if held and held.complete else (Ask("who else is in the session", fact, 1),)
    text = "No other participant of this session carries its ingest configuration"
    text += "." if not more else " as far as listed."
    if others:
        text = "The list of participants is not read to the end."
    yield Finding(
        (text,),
        Certainty.UNKNOWN if more else Certainty.SHOWN,
        here.refs(here.position),
        ("whether the key was in use on another stage, or attached at all",),
        more,
    )


def _compare(here: EventContext, mine: ParticipantSummary, other: ParticipantSummary) -> Finding:
    scope = ParticipantScope(here.scope.stage_arn, here.scope.session_id, other.participant_id)
    carries: Text = (Outside(other.participant_id), " carries the same ingest configuration")
    held = here.known.log(scope)
    if held is None or here.second is None:
        asks = (ask_events(scope, "events of that participant"),) if held is None else ()
        text = (*carries, "; whether it was publishing is not known.")
        return Finding(text, Certainty.UNKNOWN, here.refs(here.position), None, asks)
    found = publishing_in(held, here.log.time_us(here.position) or 0)
    positions = found.positions
    rests = (*(EventRef(scope, at) for at in positions), *here.refs(here.position))
    covers = held.covers(here.second)
    unknown = None if covers else PAGES_OPEN
    asks = () if covers else (ask_events(scope, "the rest of its events"),)
    certainty = Certainty.SHOWN if covers else Certainty.LIKELY
    if found.state is State.ON and found.start is not None:
        since = distance(here.second, second_of(held.log, found.start))
        text = (*carries, f" and was publishing: it started {since}.")
        if found.why is not None:
            certainty, unknown = Certainty.LIKELY, unknown or (found.why,)
        if mine.redundant_ingest or other.redundant_ingest:
            certainty = Certainty.UNKNOWN
            unknown = ("whether the key is the same: redundant ingest has two of them",)
        return Finding(text, certainty, rests, unknown, asks)
    if found.state in {State.TIE, State.UNSURE}:
        text = (*carries, "; whether it was publishing in that second is not certain.")
        return Finding(text, Certainty.UNKNOWN, rests, unknown, asks)
    return Finding((*carries, " but was not publishing then."), certainty, rests, unknown, asks)
