"""WireSource: the read calls of IVS over anything that answers them as botocore does."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from tui.domain.events import Event
from tui.domain.ingest import IngestConfiguration
from tui.domain.pages import Cursor, Page
from tui.domain.stages import (
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
from tui.sources import decoding
from tui.sources.call_context import CallContext
from tui.sources.request_members import (
    filter_members,
    paging_members,
    participant_member,
    participant_members,
    session_members,
    stage_member,
)

Item = TypeVar("Item")

_PAGE = 100
"""Items. IVS API: maxResults of the list calls, 1 to 100."""

_REPLICA_PAGE = 50
"""Items. IVS API: ListParticipantReplicas, maxResults, 1 to 50."""


class WireClient(Protocol):
    """Whatever answers."""

    @property
    def context(self) -> CallContext:
        """What failures name."""
        ...

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call one operation by its boto3 method name, such as `list_stages`. Blocks.

        Returns:
            The answer as botocore parses it, with times as the text that came.

        Raises:
            ProviderFailure: No answer, or one that refuses.
        """
        ...


class WireSource:
    """Asks, and makes values of the answers. Every method blocks.

    Every method raises `ProviderFailure` and nothing else for trouble outside our code. Methods
    may be called from several threads at once if the client may.
    """

    def __init__(self, client: WireClient) -> None:
        self._client = client

    def list_stages(self, cursor: Cursor | None) -> Page[StageSummary]:
        """IVS API: ListStages."""
        answer = self._call("list_stages", maxResults=_PAGE, **paging_members(cursor))
        return self._page(answer, "stages", decoding.decode_stage_summary)

    def list_sessions(self, stage_arn: str, cursor: Cursor | None) -> Page[StageSession]:
        """IVS API: ListStageSessions."""
        answer = self._call(
            "list_stage_sessions",
            stageArn=stage_member(stage_arn, self._client.context),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "stageSessions", decoding.decode_session)

    def list_participants(
        self, session: SessionScope, narrowed: ParticipantFilter | None, cursor: Cursor | None
    ) -> Page[ParticipantSummary]:
        """IVS API: ListParticipants, with at most one server-side filter."""
        answer = self._call(
            "list_participants",
            **session_members(session, self._client.context),
            **filter_members(narrowed),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "participants", decoding.decode_participant_summary)

    def list_events(self, scope: ParticipantScope, cursor: Cursor | None) -> Page[Event]:
        """IVS API: ListParticipantEvents."""
        answer = self._call(
            "list_participant_events",
            **participant_members(scope, self._client.context),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "events", decoding.decode_event)

    def list_replicas(
        self, source_stage_arn: str, participant_id: str, cursor: Cursor | None
    ) -> Page[ParticipantReplica]:
        """IVS API: ListParticipantReplicas."""
        answer = self._call(
            "list_participant_replicas",
            sourceStageArn=stage_member(source_stage_arn, self._client.context),
            participantId=participant_member(participant_id),
            maxResults=_REPLICA_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "replicas", decoding.decode_replica)

    def list_ingest_configurations(
        self, stage_arn: str, cursor: Cursor | None
    ) -> Page[IngestConfiguration]:
        """IVS API: ListIngestConfigurations, those attached to a stage."""
        answer = self._call(
            "list_ingest_configurations",
            filterByStageArn=stage_member(stage_arn, self._client.context),
            maxResults=_PAGE,
            **paging_members(cursor),
        )
        return self._page(answer, "ingestConfigurations", decoding.decode_ingest_configuration)

    def get_stage(self, stage_arn: str) -> Stage:
        """IVS API: GetStage."""
        answer = self._call("get_stage", arn=stage_member(stage_arn, self._client.context))
        return self._single(answer, "stage", decoding.decode_stage)

    def get_session(self, session: SessionScope) -> StageSession:
        """IVS API: GetStageSession."""
        answer = self._call("get_stage_session", **session_members(session, self._client.context))
        return self._single(answer, "stageSession", decoding.decode_session)

    def get_participant(self, scope: ParticipantScope) -> Participant:
        """IVS API: GetParticipant."""
        answer = self._call("get_participant", **participant_members(scope, self._client.context))
        return self._single(answer, "participant", decoding.decode_participant)

    def _call(self, operation: str, **parameters: object) -> dict[str, Any]:
        return self._client.call(operation, **parameters)

    def _page(
        self, answer: dict[str, Any], member: str, decode_row: Callable[[Any], Item]
    ) -> Page[Item]:
        return decoding.decode_page(answer, member, decode_row, origin=self._client.context.host)

    def _single(
        self, answer: dict[str, Any], member: str, decode_row: Callable[[Any], Item]
    ) -> Item:
        return decoding.decode_single(answer, member, decode_row, origin=self._client.context.host)
