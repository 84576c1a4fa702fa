"""The calls that read from IVS, as values: an operation, and whose list or facts it asks for.

Equal calls ask for the same thing, so that answers can be kept by call. The table in
`sources.wire_source` says how a call is put on the wire and how its answer is decoded.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ivscope.domain.events import Event
from ivscope.domain.ingest import IngestConfiguration
from ivscope.domain.pages import Row
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

Item = TypeVar("Item", bound=Row)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class ListCall(Generic[Item]):
    """A call that lists items, page by page."""

    operation: str
    """Name in the IVS API."""
    scope: Hashable = None
    """Whose items the operation lists; None for those of the account and Region."""


@dataclass(frozen=True, slots=True)
class GetCall(Generic[Value]):
    """A call whose answer is a single value."""

    operation: str
    """Name in the IVS API."""
    scope: Hashable
    """Whose value the operation gives."""


STAGES: ListCall[StageSummary] = ListCall("ListStages")
"""The stages of the account and Region."""


def sessions(stage_arn: str) -> ListCall[StageSession]:
    """The sessions of a stage."""
    return ListCall("ListStageSessions", stage_arn)


def participants(
    session: SessionScope, narrowed: ParticipantFilter | None = None
) -> ListCall[ParticipantSummary]:
    """The participants of a session, all or narrowed by the service."""
    return ListCall("ListParticipants", (session, narrowed))


def events(scope: ParticipantScope) -> ListCall[Event]:
    """The events of a participant."""
    return ListCall("ListParticipantEvents", scope)


def replicas(stage_arn: str, participant_id: str) -> ListCall[ParticipantReplica]:
    """The copies of a participant of this stage in other stages."""
    return ListCall("ListParticipantReplicas", (stage_arn, participant_id))


def ingest_configurations(stage_arn: str) -> ListCall[IngestConfiguration]:
    """The ingest configurations attached to a stage now."""
    return ListCall("ListIngestConfigurations", stage_arn)


def stage(arn: str) -> GetCall[Stage]:
    """One stage in full."""
    return GetCall("GetStage", arn)


def session(scope: SessionScope) -> GetCall[StageSession]:
    """One session, without listing them all."""
    return GetCall("GetStageSession", scope)


def participant(scope: ParticipantScope) -> GetCall[Participant]:
    """One participant in full."""
    return GetCall("GetParticipant", scope)
