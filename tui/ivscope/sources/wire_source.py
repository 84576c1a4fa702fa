"""WireSource: the read calls of IVS over anything that answers them as botocore does."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.identifiers import (
    is_participant_id,
    is_session_id,
    is_stage_arn,
    parse_stage_arn,
)
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
from ivscope.sources import decoding
from ivscope.sources.call_context import CallContext
from ivscope.sources.outside_text import failure_of, one_line


def stage_member(arn: str, context: CallContext) -> str:
    """The ARN, if it is one and its stage is in the Region that is read.

    Raises:
        ProviderFailure: It is not, with what to do.
    """
    if not is_stage_arn(arn):
        raise _not_an("stage ARN", arn, "arn:aws:ivs:REGION:ACCOUNT:stage/ID")
    region = parse_stage_arn(arn)
    if region != context.region and context.is_aws:
        raise failure_of(
            FailureKind.CONFIGURATION,
            f"this stage is in {region}, but {context.region} is read",
            f"Start ivscope again with --region {region}, or with the ARN alone.",
        )
    return arn


def session_members(scope: SessionScope, context: CallContext) -> dict[str, str]:
    """`stageArn` and `sessionId`.

    Raises:
        ProviderFailure: One of them cannot be right.
    """
    if not is_session_id(scope.session_id):
        raise _not_an("session id", scope.session_id, "st- and 13 letters or digits")
    return {"stageArn": stage_member(scope.stage_arn, context), "sessionId": scope.session_id}


def participant_members(scope: ParticipantScope, context: CallContext) -> dict[str, str]:
    """`stageArn`, `sessionId` and `participantId`.

    Raises:
        ProviderFailure: One of them cannot be right.
    """
    members = session_members(scope.session, context)
    return {**members, "participantId": participant_member(scope.participant_id)}


def participant_member(participant_id: str) -> str:
    """The participant id.

    Raises:
        ProviderFailure: It cannot be one.
    """
    if not is_participant_id(participant_id):
        raise _not_an("participant id", participant_id, "1 to 64 letters, digits, - or _")
    return participant_id


def paging_members(cursor: Cursor | None) -> dict[str, str]:
    """`nextToken`, or nothing for the first page: botocore refuses None."""
    return {} if cursor is None else {"nextToken": cursor}


def filter_members(narrowed: ParticipantFilter | None) -> dict[str, str | bool]:
    """The one filter of ListParticipants, or nothing."""
    return {} if narrowed is None else {narrowed.member: narrowed.value}


def _not_an(what: str, text: str, form: str) -> ProviderFailure:
    shown = one_line(text) or "empty"
    return failure_of(
        FailureKind.INVALID, f"not a {what}: {shown}", f"A {what} looks like this: {form}."
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
