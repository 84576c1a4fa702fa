"""The calls that read from IVS, as values: an operation, and whose list or facts it asks for.

Equal calls ask for the same thing, so that answers can be kept by call. The table in
`sources.wire_source` says how a call is put on the wire and how its answer is decoded.

What in an answer contradicts its call is decided here alone, for every list and every value. A row
that contradicts is kept where it came and told as such, and counts as no fact: nothing is counted,
paired, named or concluded from it. A member that is absent contradicts nothing.
"""

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any, Generic, TypeVar

from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import region_of
from ivscope.domain.pages import Contradiction, Page, Row
from ivscope.domain.stages import (
    IngestConfiguration,
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


@frozen
class ListCall(Generic[Item]):
    """A call that lists items, page by page."""

    operation: str
    """Name in the IVS API."""
    scope: Hashable = None
    """Whose items the operation lists; None for those of the account and Region."""

    @property
    def region(self) -> str | None:
        """The Region to ask: that of the stage; None for the Region configured."""
        return _region_of(self.scope)


@frozen
class GetCall(Generic[Value]):
    """A call whose answer is a single value."""

    operation: str
    """Name in the IVS API."""
    scope: Hashable
    """Whose value the operation gives."""

    @property
    def region(self) -> str | None:
        """The Region to ask: that of the stage."""
        return _region_of(self.scope)


def _region_of(scope: object) -> str | None:
    match scope:
        case str() as arn:
            return region_of(arn)
        case SessionScope() | ParticipantScope():
            return region_of(scope.stage_arn)
        case (first, _):
            return _region_of(first)
    return None


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


def contradiction_of(call: ListCall[Any], row: object) -> Contradiction | None:
    """How a row contradicts the call that it answers; None when it does not, by itself."""
    match call.scope, row:
        case ParticipantScope() as scope, Event():
            return _unless(row.participant_id, scope.participant_id, Contradiction.PARTICIPANT)
        case (_, ParticipantFilter() as narrowed), ParticipantSummary():
            return Contradiction.FILTER if narrowed.is_contradicted_by(row) else None
        case (str() as stage_arn, str() as participant_id), ParticipantReplica():
            return _unless(
                row.participant_id, participant_id, Contradiction.PARTICIPANT
            ) or _unless(row.source_stage_arn, stage_arn, Contradiction.STAGE)
        case str() as stage_arn, IngestConfiguration():
            return _unless(row.stage_arn, stage_arn, Contradiction.STAGE)
    return None


def _unless(given: str | None, asked: str, contradiction: Contradiction) -> Contradiction | None:
    return contradiction if given and given != asked else None


def with_contradictions(page: Page[Item], found: Iterable[Contradiction | None]) -> Page[Item]:
    """The page with what was found about each of its rows, in their order."""
    rows = zip(page.items, found, strict=True)
    return replace(
        page,
        items=tuple(
            row if said is None else replace(row, contradiction=said) for row, said in rows
        ),
    )


def identity_of(row: object) -> Hashable:
    """What no two rows of a list share; None for rows without an id, such as events."""
    match row:
        case ParticipantSummary():
            return row.participant_id or None
        case StageSession():
            return row.session_id or None
        case StageSummary() | IngestConfiguration():
            return row.arn or None
        case ParticipantReplica():
            return row.participant_id, row.destination_stage_arn, row.destination_session_id
    return None


def contradiction_between(earlier: object, later: object) -> Contradiction:
    """How a row contradicts an earlier one of the same list that has its id.

    It is the same row once more unless a member differs that never changes: a list may have moved
    on between two pages, but nobody gets another user id or another first join.
    """
    members: tuple[str, ...] = ()
    match earlier, later:
        case ParticipantSummary(), ParticipantSummary():
            members = ("user_id", "first_join_time", "source_stage_arn", "source_session_id")
        case StageSession(), StageSession():
            members = ("start_time",)
    for member in members:
        one, other = getattr(earlier, member), getattr(later, member)
        if one and other and one != other:
            return Contradiction.SHARED_ID
    return Contradiction.REPEATED


def without_claims(row: object) -> ParticipantSummary | None:
    """What is left of a row whose id several rows share: that there is such a participant.

    None for a session, since a session without an end would be a live one.
    """
    return ParticipantSummary(row.participant_id) if isinstance(row, ParticipantSummary) else None


def is_about_another(call: GetCall[Any], value: object) -> str | None:
    """The id of what a value is about, when it is not what the call asked for; else None."""
    match call.scope, value:
        case ParticipantScope() as scope, Participant():
            given, asked = value.summary.participant_id, scope.participant_id
        case SessionScope() as session, StageSession():
            given, asked = value.session_id, session.session_id
        case str() as arn, Stage():
            given, asked = value.arn, arn
        case _:
            return None
    return given if given and given != asked else None
