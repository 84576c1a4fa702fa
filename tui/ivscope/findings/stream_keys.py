"""REUSE_OF_STREAM_KEY, INVALID_STREAM_KEY: who else has the same ingest configuration."""

from collections.abc import Iterator
from enum import StrEnum

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope, ParticipantSummary
from ivscope.findings.event_context import (
    PAGES_OPEN,
    EventContext,
    ask_events,
    ask_participant,
    distance_between,
)
from ivscope.findings.finding import (
    Ask,
    Certainty,
    Claim,
    Distance,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Lacking,
    Open,
    PlainClaim,
    StaysUnknown,
)
from ivscope.findings.publishing import ORDER_OPEN, State, moves_near, publishing_in

MOST_OTHERS = 5
"""The most other participants that are looked at: hardly more than two share a key."""


class KeySays(PlainClaim):
    """What is said about a stream key without values."""

    CONFIGURATION_NOT_KNOWN = "ingest_configuration_not_known"
    NO_CONFIGURATION = "no_ingest_configuration_named"
    NOBODY_ELSE = "nobody_else_has_the_ingest_configuration"
    NOBODY_AS_LISTED = "nobody_listed_has_the_ingest_configuration"
    LIST_NOT_READ = "participants_not_listed_to_the_end"


class KeyOpen(PlainClaim):
    """What stays unknown about a stream key."""

    ELSEWHERE = "whether_the_key_was_used_elsewhere"
    TWO_KEYS = "whether_the_key_is_the_same"
    """Redundant ingest has two of them."""


class OtherWas(StrEnum):
    """Whether another participant was publishing at the error."""

    PUBLISHING = "publishing"
    NOT_PUBLISHING = "not_publishing"
    NOT_CERTAIN = "not_certain"
    NOT_READ = "not_read"


@frozen
class WorkedLater(Claim):
    """It published later, so that it had a valid key by then."""

    started: Distance


@frozen
class SameConfiguration(Claim):
    """Another participant has the same ingest configuration."""

    participant_id: str
    then: OtherWas
    started: Distance | None = None
    """Its last start before, if it has not ended as far as is read."""


def worked_later(context: EventContext) -> Iterator[Finding]:
    """Say whether the participant published later, so that it had a valid key then."""
    if context.second is None:
        return
    for at in context.named(events.PUBLISH_STARTED):
        if context.is_after(at):
            refs = context.refs(context.position, at)
            yield Finding(WorkedLater(context.to(at)), Certainty.SHOWN, refs)
            return


def shared_stream_key(context: EventContext) -> Iterator[Finding]:
    """Look for others with the same ingest configuration, and whether they were publishing."""
    mine, here = context.facts.summary(context.scope), context.refs(context.position)
    if mine is None or mine.ingest_configuration_arn is None:
        ask = ask_participant(context.scope, Lacking.FACTS)
        asks = () if context.facts.participant(context.scope) else (ask,)
        says = KeySays.CONFIGURATION_NOT_KNOWN
        yield Finding(says, Certainty.UNKNOWN, here, None, asks)
        return
    if not mine.ingest_configuration_arn:
        yield Finding(KeySays.NO_CONFIGURATION, Certainty.UNKNOWN, here)
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
    says = KeySays.NOBODY_AS_LISTED if more else KeySays.NOBODY_ELSE
    if others:
        says = KeySays.LIST_NOT_READ
    certainty = Certainty.UNKNOWN if more else Certainty.SHOWN
    yield Finding(says, certainty, here, KeyOpen.ELSEWHERE, more)


def _compare(context: EventContext, mine: ParticipantSummary, other: ParticipantSummary) -> Finding:
    name, here = other.participant_id, context.refs(context.position)
    scope = ParticipantScope(context.scope.stage_arn, context.scope.session_id, name)
    known_log = context.facts.log(scope)
    if known_log is None or context.second is None:
        ask = ask_events(scope, Lacking.EVENTS_OF_ANOTHER)
        claim = SameConfiguration(name, OtherWas.NOT_READ)
        return Finding(claim, Certainty.UNKNOWN, here, None, (ask,) if known_log is None else ())
    time = context.log.time_us(context.position) or 0
    found = publishing_in(known_log, time)
    is_near = bool(moves_near(known_log, found, time))
    rests = (*(EventRef(scope, at) for at in found.positions), *here)
    is_open = found.state in {State.TIE, State.UNSURE}
    is_open = is_open or (is_near and found.state is not State.NEVER) or found.why is not None
    has_two_keys = bool(mine.redundant_ingest or other.redundant_ingest)
    unknown: StaysUnknown | None = None
    asks: tuple[Ask, ...] = ()
    certainty = Certainty.SHOWN
    if not known_log.is_settled(context.second):
        asks = (ask_events(scope, Lacking.REST_OF_EVENTS),)
        certainty = Certainty.LIKELY
    if not known_log.covers(context.second):
        unknown = PAGES_OPEN
    elif is_open:
        unknown = KeyOpen.TWO_KEYS if has_two_keys else found.why or ORDER_OPEN
    started = None
    if found.state is State.ON and found.start is not None:
        started = distance_between(time, known_log.log.time_us(found.start))
    if unknown is not None:
        claim = SameConfiguration(name, OtherWas.NOT_CERTAIN, started)
        return Finding(claim, Certainty.UNKNOWN, rests, unknown, asks)
    late = Open.MAY_COME_LATE if asks else None
    if started is None:
        claim = SameConfiguration(name, OtherWas.NOT_PUBLISHING)
        return Finding(claim, certainty, rests, late, asks)
    claim = SameConfiguration(name, OtherWas.PUBLISHING, started)
    if has_two_keys:
        return Finding(claim, Certainty.UNKNOWN, rests, KeyOpen.TWO_KEYS)
    return Finding(claim, certainty, rests, late, asks)
