"""Decodes wire answers to domain values: tolerant in every member, strict about the main one.

Used for answers as botocore parses them (times still text) and for the JSON that the AWS CLI
prints: both are the same structures.

A member of the wrong type becomes its JSON text. Where text is of no use (a number instead of a
structure, words instead of a boolean) the member counts as absent. A row that is not a structure
stays a row: its text becomes the member that names such a row on screen.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page, Row
from ivscope.domain.stages import (
    IngestConfiguration,
    Participant,
    ParticipantReplica,
    ParticipantSummary,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.domain.times import Time, parse_time
from ivscope.domain.tokens import ParticipantToken

Item = TypeVar("Item", bound=Row)
Value = TypeVar("Value")
Pairs = tuple[tuple[str, str], ...]
Answer = Mapping[str, Any]

_SELDOM = frozenset(
    ("destinationStageArn", "destinationSessionId", "replica", "previousToken", "newToken")
)
"""Members that most events lack, so that they are not looked for one by one."""


def decode_page(
    answer: Answer, member: str, decode_row: Callable[[Any], Item], *, origin: str
) -> Page[Item]:
    """Decode one page of a list call.

    Args:
        answer: The parsed answer.
        member: The list it must have: `stages`, `stageSessions`, `participants`, `events`,
            `replicas` or `ingestConfigurations`. botocore gives an empty answer for anything
            that is not JSON.
        decode_row: One of the row functions below.
        origin: Where the answer came from, for the failure.

    Raises:
        ProviderFailure: The list is missing or is something else, so this is no answer of IVS.
    """
    rows = answer.get(member)
    if not isinstance(rows, list):
        what = f"no `{member}`" if rows is None else f"`{member}` is not a list"
        raise unexpected_answer(origin, what, request_id(answer))
    token = _text(answer.get("nextToken"))
    return Page(
        tuple(map(decode_row, rows)),
        next_cursor=Cursor(token) if token else None,
        request_id=request_id(answer),
    )


def decode_single(
    answer: Answer, member: str, decode_row: Callable[[Any], Value], *, origin: str
) -> Value:
    """Decode the structure that answers a get call.

    Raises:
        ProviderFailure: The structure is missing, so this is no answer of IVS.
    """
    row = answer.get(member)
    if not isinstance(row, dict):
        what = f"no `{member}`" if row is None else f"`{member}` is not a structure"
        raise unexpected_answer(origin, what, request_id(answer))
    return decode_row(row)


def unexpected_answer(origin: str, what: str, identity: str | None) -> ProviderFailure:
    """The failure for an answer without the member that every such answer has."""
    return ProviderFailure(
        FailureKind.PROTOCOL,
        summary=f"unexpected answer from {origin}: {what} (not an IVS response)",
        remedy="A proxy, a sign-in page or a wrong endpoint URL may have answered instead; "
        "check the connection, then press r.",
        retryable=True,
        request_id=identity,
    )


def request_id(answer: Answer) -> str | None:
    """The id for AWS Support, if the answer has one."""
    metadata = answer.get("ResponseMetadata")
    return _text(metadata.get("RequestId")) if isinstance(metadata, dict) else None


def decode_event(row: Any) -> Event:  # noqa: ANN401 - wire JSON
    """A row of `events`."""
    if type(row) is not dict:
        return Event(name=_text(row))
    get = row.get
    usual = (
        _text(get("name")),
        _text(get("participantId")),
        _time(get("eventTime")),
        _text(get("remoteParticipantId")),
        _text(get("errorCode")),
    )
    if row.keys().isdisjoint(_SELDOM):
        return Event(*usual)
    return Event(
        *usual,
        _text(get("destinationStageArn")),
        _text(get("destinationSessionId")),
        _flag(get("replica")),
        _token(get("previousToken")),
        _token(get("newToken")),
    )


def decode_participant_summary(row: Any) -> ParticipantSummary:  # noqa: ANN401 - wire JSON
    """A row of `participants`."""
    if type(row) is not dict:
        return ParticipantSummary(participant_id="", user_id=_text(row))
    get = row.get
    return ParticipantSummary(
        participant_id=_text(get("participantId")) or "",
        user_id=_text(get("userId")),
        state=_text(get("state")),
        first_join_time=_time(get("firstJoinTime")),
        published=_flag(get("published")),
        recording_state=_text(get("recordingState")),
        replication_type=_text(get("replicationType")),
        replication_state=_text(get("replicationState")),
        source_stage_arn=_text(get("sourceStageArn")),
        source_session_id=_text(get("sourceSessionId")),
        redundant_ingest=_flag(get("redundantIngest")),
        ingest_configuration_arn=_text(get("ingestConfigurationArn")),
    )


def decode_participant(row: Any) -> Participant:  # noqa: ANN401 - wire JSON
    """The `participant` of GetParticipant."""
    get = _structure(row).get
    return Participant(
        summary=decode_participant_summary(row),
        attributes=_pairs(get("attributes")),
        isp_name=_text(get("ispName")),
        os_name=_text(get("osName")),
        os_version=_text(get("osVersion")),
        browser_name=_text(get("browserName")),
        browser_version=_text(get("browserVersion")),
        sdk_version=_text(get("sdkVersion")),
        protocol=_text(get("protocol")),
        recording_s3_bucket_name=_text(get("recordingS3BucketName")),
        recording_s3_prefix=_text(get("recordingS3Prefix")),
    )


def decode_replica(row: Any) -> ParticipantReplica:  # noqa: ANN401 - wire JSON
    """A row of `replicas`."""
    if type(row) is not dict:
        return ParticipantReplica(participant_id="", replication_state=_text(row))
    get = row.get
    return ParticipantReplica(
        participant_id=_text(get("participantId")) or "",
        source_stage_arn=_text(get("sourceStageArn")),
        source_session_id=_text(get("sourceSessionId")),
        destination_stage_arn=_text(get("destinationStageArn")),
        destination_session_id=_text(get("destinationSessionId")),
        replication_state=_text(get("replicationState")),
    )


def decode_ingest_configuration(row: Any) -> IngestConfiguration:  # noqa: ANN401 - wire JSON
    """A row of `ingestConfigurations`."""
    if type(row) is not dict:
        return IngestConfiguration(arn="", name=_text(row))
    get = row.get
    return IngestConfiguration(
        arn=_text(get("arn")) or "",
        name=_text(get("name")),
        protocol=_text(get("ingestProtocol")),
        stage_arn=_text(get("stageArn")),
        participant_id=_text(get("participantId")),
        state=_text(get("state")),
        user_id=_text(get("userId")),
        redundant_ingest=_flag(get("redundantIngest")),
    )


def decode_session(row: Any) -> StageSession:  # noqa: ANN401 - wire JSON
    """A row of `stageSessions`, and the `stageSession` of GetStageSession."""
    if type(row) is not dict:
        return StageSession(session_id=_text(row) or "")
    get = row.get
    return StageSession(
        session_id=_text(get("sessionId")) or "",
        start_time=_time(get("startTime")),
        end_time=_time(get("endTime")),
    )


def decode_stage_summary(row: Any) -> StageSummary:  # noqa: ANN401 - wire JSON
    """A row of `stages`."""
    if type(row) is not dict:
        return StageSummary(arn="", name=_text(row))
    get = row.get
    return StageSummary(
        arn=_text(get("arn")) or "",
        name=_text(get("name")),
        active_session_id=_text(get("activeSessionId")),
        tags=_pairs(get("tags")),
    )


def decode_stage(row: Any) -> Stage:  # noqa: ANN401 - wire JSON
    """The `stage` of GetStage."""
    summary = decode_stage_summary(row)
    members = _structure(row)
    recording = _structure(members.get("autoParticipantRecordingConfiguration"))
    return Stage(
        arn=summary.arn,
        name=summary.name,
        active_session_id=summary.active_session_id,
        tags=summary.tags,
        endpoints=_pairs(members.get("endpoints")),
        recording_storage_arn=_text(recording.get("storageConfigurationArn")),
        recording_media_types=_texts(recording.get("mediaTypes")),
        recording_reconnect_window_seconds=_whole(recording.get("recordingReconnectWindowSeconds")),
        records_replicas=_flag(recording.get("recordParticipantReplicas")),
    )


def _token(value: Any) -> ParticipantToken | None:  # noqa: ANN401 - wire JSON
    if type(value) is not dict:
        return None
    get = value.get
    return ParticipantToken(
        capabilities=_texts(get("capabilities")),
        attributes=_pairs(get("attributes")),
        user_id=_text(get("userId")),
        expiration_time=_time(get("expirationTime")),
    )


def _structure(value: Any) -> dict[str, Any]:  # noqa: ANN401 - wire JSON
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str | None:  # noqa: ANN401 - wire JSON
    """Text of a member; equal texts are one object, since names, codes and ids repeat."""
    if type(value) is str:
        return _seen_texts.get(value) or _shared(value)
    return None if value is None else _shared(_json_text(value))


_seen_texts: dict[str, str] = {}
"""Texts decoded lately, by themselves. An explorer follows for days, and what the interpreter
interns it can keep for ever (CPython 3.12 does), so they are not interned."""

_MOST_TEXTS = 16_384
"""Texts shared at once: the ids of a large session, in a table below half a megabyte."""

_LONGEST_SHARED = 256
"""Characters: no id or name is longer, and what is longer hardly ever repeats."""


def _shared(text: str) -> str:
    """The first of equal texts, so that a million events do not have a name of their own."""
    known = _seen_texts.get(text)
    if known is not None:
        return known
    if len(text) <= _LONGEST_SHARED:
        if len(_seen_texts) >= _MOST_TEXTS:
            _seen_texts.clear()
        _seen_texts[text] = text
    return text


def _json_text(value: Any) -> str:  # noqa: ANN401 - wire JSON
    if isinstance(value, str):
        return str(value)
    try:
        return value.isoformat() if isinstance(value, datetime) else json.dumps(value, default=str)
    except (ValueError, RecursionError):  # an int of more than 4300 digits, or deep nesting
        return "value too large to show"


def _time(value: Any) -> Time | None:  # noqa: ANN401 - wire JSON
    if value is None or isinstance(value, str | int | float | datetime):
        return parse_time(value)
    return parse_time(_json_text(value))


def _flag(value: Any) -> bool | None:  # noqa: ANN401 - wire JSON
    if value is None or type(value) is bool:
        return value
    return {"true": True, "false": False}.get(value) if type(value) is str else None


def _whole(value: Any) -> int | None:  # noqa: ANN401 - wire JSON
    return value if type(value) is int else None


def _texts(value: Any) -> tuple[str, ...] | None:  # noqa: ANN401 - wire JSON
    if isinstance(value, list):
        return tuple(_text(one) or _json_text(one) for one in value)
    return None if value is None else (_text(value) or "",)


def _pairs(value: Any) -> Pairs | None:  # noqa: ANN401 - wire JSON
    if not isinstance(value, dict):
        return None
    return tuple((_shared(str(key)), _text(one) or _json_text(one)) for key, one in value.items())
