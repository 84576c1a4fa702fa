"""Source: what the provider needs from a place that pages come from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivscope.domain.events import Event
from ivscope.domain.ingest import IngestConfiguration
from ivscope.domain.pages import Cursor, Page
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


class Source(Protocol):
    """Page in, page out. Every method blocks: call it from a reading thread.

    Every method raises `ProviderFailure` and nothing else for trouble outside our code. Lists ask
    for the largest page that the API allows (100; 50 for replicas). A None cursor means the first
    page.
    """

    def list_stages(self, cursor: Cursor | None) -> Page[StageSummary]:
        """IVS API: ListStages."""
        ...

    def list_sessions(self, stage_arn: str, cursor: Cursor | None) -> Page[StageSession]:
        """IVS API: ListStageSessions."""
        ...

    def list_participants(
        self, session: SessionScope, narrowed: ParticipantFilter | None, cursor: Cursor | None
    ) -> Page[ParticipantSummary]:
        """IVS API: ListParticipants, with at most one server-side filter."""
        ...

    def list_events(self, scope: ParticipantScope, cursor: Cursor | None) -> Page[Event]:
        """IVS API: ListParticipantEvents."""
        ...

    def list_replicas(
        self, source_stage_arn: str, participant_id: str, cursor: Cursor | None
    ) -> Page[ParticipantReplica]:
        """IVS API: ListParticipantReplicas."""
        ...

    def list_ingest_configurations(
        self, stage_arn: str, cursor: Cursor | None
    ) -> Page[IngestConfiguration]:
        """IVS API: ListIngestConfigurations, those attached to a stage."""
        ...

    def get_stage(self, stage_arn: str) -> Stage:
        """IVS API: GetStage."""
        ...

    def get_session(self, session: SessionScope) -> StageSession:
        """IVS API: GetStageSession."""
        ...

    def get_participant(self, scope: ParticipantScope) -> Participant:
        """IVS API: GetParticipant."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedReading:
    """One reading of what was recorded before."""

    source: Source
    """Raises a `ProviderFailure` of kind NOT_RECORDED for what the recording does not hold."""
    asked_at: Callable[[], datetime | None]
    """When the call behind its last answer began, UTC; None before one."""
