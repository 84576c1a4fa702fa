"""WireSource: makes the read calls of IVS through a client that answers as botocore does."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import (
    is_participant_id,
    is_session_id,
    is_stage_arn,
)
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.sources import decoding
from ivscope.sources.call_context import CallContext
from ivscope.sources.outside_text import failure_of, one_line


def stage_member(arn: str) -> str:
    """The ARN, checked.

    Raises:
        ProviderFailure: It is no stage ARN.
    """
    if not is_stage_arn(arn):
        raise _not_an("stage ARN", arn, "arn:aws:ivs:REGION:ACCOUNT:stage/ID")
    return arn


def session_members(scope: SessionScope) -> dict[str, str]:
    """The request members `stageArn` and `sessionId`, checked.

    Raises:
        ProviderFailure: One of them cannot be right.
    """
    if not is_session_id(scope.session_id):
        raise _not_an("session id", scope.session_id, "st- and 13 letters or digits")
    return {"stageArn": stage_member(scope.stage_arn), "sessionId": scope.session_id}


def participant_members(scope: ParticipantScope) -> dict[str, str]:
    """The request members `stageArn`, `sessionId` and `participantId`, checked.

    Raises:
        ProviderFailure: One of them cannot be right.
    """
    members = session_members(scope.session)
    return {**members, "participantId": participant_member(scope.participant_id)}


def participant_member(participant_id: str) -> str:
    """The participant id, checked.

    Raises:
        ProviderFailure: It cannot be one.
    """
    if not is_participant_id(participant_id):
        raise _not_an("participant id", participant_id, "1 to 64 letters, digits, - or _")
    return participant_id


def _not_an(what: str, text: str, form: str) -> ProviderFailure:
    shown = one_line(text) or "empty"
    return failure_of(
        FailureKind.INVALID, f"not a {what}: {shown}", f"A {what} looks like this: {form}."
    )


_PAGE: Final = 100
"""Items. IVS API: maxResults of the list calls, 1 to 100."""

_REPLICA_PAGE: Final = 50
"""Items. IVS API: ListParticipantReplicas, maxResults, 1 to 50."""


@frozen
class Read:
    """How one operation is called, and how its answer is decoded."""

    method: str
    """Name of the boto3 method; recordings store the operation by it."""
    member: str
    """The member that the answer must have: a list of rows, or a single one."""
    decode: Callable[[Any], Any]
    """Turns a row into a value."""
    request: Callable[[Any], Mapping[str, str | bool]]
    """Turns the scope of a call into the members of its request.

    Raises ProviderFailure when the scope cannot be right.
    """
    page_size: int = 0
    """The most rows of a page; 0 where one value is the answer."""


def _all(_scope: None) -> dict[str, str | bool]:
    return {}


def _narrowed(scope: tuple[SessionScope, ParticipantFilter | None]) -> dict[str, str | bool]:
    session, narrowed = scope
    members: dict[str, str | bool] = {**session_members(session)}
    if narrowed is not None:
        members[narrowed.member] = narrowed.value
    return members


def _source(scope: tuple[str, str]) -> dict[str, str | bool]:
    stage_arn, participant_id = scope
    return {
        "sourceStageArn": stage_member(stage_arn),
        "participantId": participant_member(participant_id),
    }


def _stage(member: str) -> Callable[[str], dict[str, str | bool]]:
    return lambda arn: {member: stage_member(arn)}


READS: Final[Mapping[str, Read]] = {
    "ListStages": Read("list_stages", "stages", decoding.decode_stage_summary, _all, _PAGE),
    "ListStageSessions": Read(
        "list_stage_sessions", "stageSessions", decoding.decode_session, _stage("stageArn"), _PAGE
    ),
    "ListParticipants": Read(
        "list_participants",
        "participants",
        decoding.decode_participant_summary,
        _narrowed,
        _PAGE,
    ),
    "ListParticipantEvents": Read(
        "list_participant_events", "events", decoding.decode_event, participant_members, _PAGE
    ),
    "ListParticipantReplicas": Read(
        "list_participant_replicas", "replicas", decoding.decode_replica, _source, _REPLICA_PAGE
    ),
    "ListIngestConfigurations": Read(
        "list_ingest_configurations",
        "ingestConfigurations",
        decoding.decode_ingest_configuration,
        _stage("filterByStageArn"),
        _PAGE,
    ),
    "GetStage": Read("get_stage", "stage", decoding.decode_stage, _stage("arn")),
    "GetStageSession": Read(
        "get_stage_session", "stageSession", decoding.decode_session, session_members
    ),
    "GetParticipant": Read(
        "get_participant", "participant", decoding.decode_participant, participant_members
    ),
}
"""Every operation of the IVS API that is ever called; `ReadOnlyClient` refuses all others.
GetIngestConfiguration only reads, too, but its answer has the stream key."""

MEMBERS: Final = {read.method: read.member for read in READS.values()}
"""The member that the answer of an operation must have, by boto3 method name."""


class WireClient(Protocol):
    """A client that answers the calls of `READS`."""

    def context_of(self, region: str | None) -> CallContext:
        """The settings that failures of calls in a Region name; None for the Region configured."""
        ...

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call one operation by its boto3 method name, such as `list_stages`. Blocks.

        Returns:
            The answer as botocore parses it, with times as the text that came.

        Raises:
            ProviderFailure: There was no answer, or an error answer.
        """
        ...


class WireSource:
    """A source over a `WireClient`. Both methods block.

    Both raise `ProviderFailure` and nothing else for what goes wrong outside our code. They may be
    called from several threads at once if the client may.
    """

    def __init__(self, client: WireClient) -> None:
        self._client = client

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """Read one page of a list, the largest one that the API gives."""
        read = READS[call.operation]
        members = read.request(call.scope)
        # botocore refuses a nextToken that is None.
        paging = {} if cursor is None else {"nextToken": cursor}
        answer = self._client.call(read.method, **members, maxResults=read.page_size, **paging)
        origin = self._client.context_of(call.region).host
        return decoding.decode_page(answer, read.member, read.decode, origin=origin)

    def read_fact(self, call: GetCall[Value]) -> Value:
        """Read one value."""
        read = READS[call.operation]
        answer = self._client.call(read.method, **read.request(call.scope))
        origin = self._client.context_of(call.region).host
        value: Value = decoding.decode_single(answer, read.member, read.decode, origin=origin)
        return value
