"""What each feed and fact reads: its IVS operation and the source's method for it."""

from collections.abc import Callable

from ivscope.domain.ingest import IngestConfiguration
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantReplica,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.provider.store.append_list import AppendList
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog, EventTables
from ivscope.provider.store.fact import Fact
from ivscope.provider.store.feed import Feed


def stages() -> Feed[StageSummary]:
    """The stages of the account and Region."""
    return Feed(
        "ListStages",
        lambda source, cursor: source.list_stages(cursor),
        AppendList[StageSummary],
    )


def sessions(stage_arn: str) -> Feed[StageSession]:
    """The sessions of a stage."""
    return Feed(
        "ListStageSessions",
        lambda source, cursor: source.list_sessions(stage_arn, cursor),
        AppendList[StageSession],
    )


def participants(
    session: SessionScope, narrowed: ParticipantFilter | None
) -> Feed[ParticipantSummary]:
    """The participants of a session, all or narrowed by the service."""
    return Feed(
        "ListParticipants",
        lambda source, cursor: source.list_participants(session, narrowed, cursor),
        AppendList[ParticipantSummary],
    )


def events(
    scope: ParticipantScope, tables: EventTables, is_settled: Callable[[], bool]
) -> EventFeed:
    """The events of a participant, their texts kept in the tables given.

    `is_settled` says whether nothing comes in any more.
    """
    return EventFeed(
        "ListParticipantEvents",
        lambda source, cursor: source.list_events(scope, cursor),
        lambda: EventLog(tables),
        is_settled,
    )


def replicas(stage_arn: str, participant_id: str) -> Feed[ParticipantReplica]:
    """The copies of a participant in other stages."""
    return Feed(
        "ListParticipantReplicas",
        lambda source, cursor: source.list_replicas(stage_arn, participant_id, cursor),
        AppendList[ParticipantReplica],
    )


def ingest_configurations(stage_arn: str) -> Feed[IngestConfiguration]:
    """The ingest configurations attached to a stage."""
    return Feed(
        "ListIngestConfigurations",
        lambda source, cursor: source.list_ingest_configurations(stage_arn, cursor),
        AppendList[IngestConfiguration],
    )


def stage(arn: str) -> Fact[Stage]:
    """One stage in full."""
    return Fact("GetStage", lambda source: source.get_stage(arn))


def session(scope: SessionScope) -> Fact[StageSession]:
    """One session."""
    return Fact("GetStageSession", lambda source: source.get_session(scope))


def participant(scope: ParticipantScope) -> Fact[Participant]:
    """One participant in full."""
    return Fact("GetParticipant", lambda source: source.get_participant(scope))
