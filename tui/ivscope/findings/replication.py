"""REPLICATION_STOPPED: how long replication lasted, and whether the publisher had stopped."""

from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope
from ivscope.findings.event_context import (
    SECOND_US,
    EventContext,
    ask_events,
    distance_between,
    positions_within,
    second_of,
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
)
from ivscope.findings.publishing import Publishing, State, publishing_in
from ivscope.findings.session_context import REPLICA

WINDOW_SECONDS = 300
"""Longest reconnect window of a replication (IVS API: StartParticipantReplication): so long after
the publisher stopped it can end by itself."""

NEAR_SECONDS = 2
"""Events up to so many seconds apart can be one happening: no document says how exact times are."""


class ReplicationSays(PlainClaim):
    """What is said of the end of a replication."""

    LENGTH_NOT_KNOWN = "replicated_for_not_known"
    STOPPED_PUBLISHING_AFTER = "replication_then_publishing_ended"
    CALL_IS_LEFT = "replication_ended_by_call"
    """Of the documented reasons: it went on publishing."""
    STOPPED_PUBLISHING_TOO = "publishing_ended_with_replication"
    CAUSE_NOT_KNOWN = "replication_cause_not_known"

    LEFT_AS_REPLICA = "left_as_replica"
    """It is a replica, and the events of its source are not read."""


class ReplicationOpen(PlainClaim):
    """What stays unknown of the end of a replication."""

    WHICH_ENDED_WHICH = "which_ended_which"
    WHO_CALLED = "who_made_the_call"
    ORDER_IN_SECOND = "order_of_ends_in_the_second"
    WINDOW = "reconnect_window_asked_for"


@frozen
class ReplicatedFor(Claim):
    """How long the replication lasted that ended with this event."""

    seconds: float


@frozen
class PublishingEndedBefore(Claim):
    """Publishing had ended before, which ends a replication when the reconnect window is over."""

    stopped: Distance


@frozen
class ReplicaLeft(Claim):
    """It is a replica, and its replication to this session ended right beside LEFT."""

    ended: Distance


def replica_left(context: EventContext) -> Iterator[Finding]:
    """At LEFT of a replica: whether its replication ended at that time."""
    own, here = context.facts.summary(context.scope), context.refs(context.position)
    if own is None or own.replication_type != REPLICA or context.second is None:
        return
    if not own.source_stage_arn or not own.source_session_id:
        return
    source = ParticipantScope(
        own.source_stage_arn, own.source_session_id, context.scope.participant_id
    )
    known_log = context.facts.log(source)
    if known_log is None:
        asks = (ask_events(source, Lacking.EVENTS_OF_SOURCE),)
        yield Finding(ReplicationSays.LEFT_AS_REPLICA, Certainty.UNKNOWN, here, None, asks)
        return
    to_here = (context.scope.stage_arn, context.scope.session_id)
    since, until = context.second - NEAR_SECONDS, context.second + NEAR_SECONDS
    names = (events.REPLICATION_STOPPED,)
    for at in positions_within(known_log.log, names, since=since, until=until):
        event = known_log.log[at]
        if (event.destination_stage_arn, event.destination_session_id) == to_here:
            time = context.log.time_us(context.position)
            claim = ReplicaLeft(distance_between(time, known_log.log.time_us(at)))
            rests = (EventRef(source, at), *here)
            yield Finding(claim, Certainty.SHOWN, rests, Open.WHICH_CAME_FIRST)
            return


def replication_stopped(context: EventContext) -> Iterator[Finding]:
    """Say how long the replication lasted and what can have ended it."""
    yield _duration(context)
    if context.second is None:
        return
    time = context.log.time_us(context.position) or 0
    yield _cause(context, context.second, publishing_in(context.known_log, time))


def _duration(context: EventContext) -> Finding:
    span = context.span(context.position)
    unknown = None if span is None else span.why
    if span is None or span.other is None or span.duration is None:
        says, refs = ReplicationSays.LENGTH_NOT_KNOWN, context.refs(context.position)
        return Finding(says, Certainty.UNKNOWN, refs, unknown, context.rest)
    claim = ReplicatedFor(span.duration.total_seconds())
    refs = context.refs(span.other, context.position)
    certainty = context.firm(unless=unknown is not None)
    return Finding(claim, certainty, refs, context.open_pages or unknown, context.rest)


def _cause(context: EventContext, second: int, found: Publishing) -> Finding:
    refs = context.refs(*found.positions, context.position)
    fact = FactKey(FactKind.REPLICAS, context.scope)
    replicas = Ask(Lacking.REPLICAS_NOW, fact, 1)
    end = found.end
    end_second = None if end is None else second_of(context.log, end)
    if found.state is State.ON and (end_second or second + WINDOW_SECONDS) - second <= NEAR_SECONDS:
        says, open_ = ReplicationSays.STOPPED_PUBLISHING_AFTER, ReplicationOpen.WHICH_ENDED_WHICH
        return Finding(says, Certainty.UNKNOWN, refs, open_, context.rest)
    if found.state is State.ON:
        says = ReplicationSays.CALL_IS_LEFT
        # Without its stop it can have stopped before as well.
        certainty = Certainty.LIKELY if found.why is None else Certainty.UNKNOWN
        unknown = context.open_pages or found.why or ReplicationOpen.WHO_CALLED
        return Finding(says, certainty, refs, unknown, (*context.rest, replicas))
    if found.state in {State.OFF, State.TIE} and end is not None:
        stopped = second_of(context.log, end) or 0
        if stopped == second:
            says, open_ = ReplicationSays.STOPPED_PUBLISHING_TOO, ReplicationOpen.ORDER_IN_SECOND
            # A call, and the end of publishing in the same whole second, is frequent too.
            is_exact = (context.log.time_us(context.position) or 0) % SECOND_US > 0
            is_one = context.is_before(end) or (is_exact and context.is_tied(end))
            certainty = Certainty.LIKELY if is_one else Certainty.UNKNOWN
            return Finding(says, certainty, refs, open_, context.rest)
        if 0 < second - stopped <= WINDOW_SECONDS:
            claim = PublishingEndedBefore(context.to(end))
            unknown = context.open_pages or ReplicationOpen.WINDOW
            return Finding(claim, Certainty.LIKELY, refs, unknown, context.rest)
    says, rest = ReplicationSays.CAUSE_NOT_KNOWN, (*context.rest, replicas)
    return Finding(says, Certainty.UNKNOWN, refs, context.open_pages, rest)
