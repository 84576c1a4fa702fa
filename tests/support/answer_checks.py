"""What is wrong with the answers of an endpoint: by the model of other hands, and by the truth.

Every answer is read three times: as it came over the wire, as boto3 understands it, and by the
strict models of `aws-resource-validator-ivs-realtime`, which are made from the same API by people
who never saw this endpoint. The rows are compared with those of the world that is served.
"""

import json
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ValidationError

from ivscope.endpoint.world import Members
from support.clients import ivs_client
from support.small_world import (
    EMPTY_PARTICIPANT_ID,
    PARTICIPANT_ID,
    SESSION_ID,
    STAGE_ARN,
    SmallWorld,
)
from support.wire_shapes import SHAPES, violations

with warnings.catch_warnings():
    # It is compiled when it is first imported, and Python warns of escapes in its texts.
    warnings.simplefilter("ignore")
    import aws_resource_validator.class_definitions  # noqa: F401 - the models load it late
    from aws_resource_validator.pydantic_models.ivs_realtime import ivs_realtime_classes as models

TOMORROW = frozenset({"STAGE_MIGRATED", "SESSION_LIMIT_EXCEEDED", "NEW_CODE_OF_TOMORROW"})
"""Names that worlds invent, for what IVS may add one day."""

_MOST_PAGES = 20
"""Pages of one list: far more than any list of the world has here."""


def model_complaints(operation: str, answer: Members) -> Iterator[str]:
    """What the models of other hands do not allow in an answer that boto3 has parsed.

    Types are not converted, lengths and patterns are compared, and a member that the model does
    not have is one complaint, although the models themselves let it pass.
    """
    model: type[BaseModel] = getattr(models, f"{operation}ResponseTypeDef")
    try:
        read = model.model_validate(answer, strict=True, context={"aws_validate_patterns": True})
    except ValidationError as refused:
        for error in refused.errors():
            if error["type"] != "literal_error" or error["input"] not in TOMORROW:
                yield f"model: {'.'.join(map(str, error['loc']))}: {error['msg']}"
    else:
        yield from _unknown(read, operation)


def _unknown(value: object, path: str) -> Iterator[str]:
    """Members that a model has no field for. Those of ResponseMetadata are boto3's own."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or ():
            yield f"model: {path}.{name}: no such member"
        for name in value.model_fields_set - {"ResponseMetadata"}:
            yield from _unknown(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from _unknown(one, f"{path}[]")


class Reader:
    """A boto3 client that keeps what is wrong with each answer that it reads."""

    def __init__(self, url: str, region: str) -> None:
        self.complaints: list[str] = []
        self.answers: Counter[str] = Counter()
        """By operation, those of errors aside."""
        self._request_ids: set[str] = set()
        self._raw: Members = {}
        self._client = ivs_client(url, region=region, read_timeout=2)
        self._client.meta.events.register("before-parse.ivs-realtime", self._keep)

    def call(self, operation: str, method: str, **parameters: Any) -> Members | None:
        """The members as they came over the wire; None after a complaint or an error."""
        self._raw = {}
        try:
            parsed = getattr(self._client, method)(**parameters)
        except ClientError as refused:
            self._complain(operation, f"client: {refused}")
            return None
        except (BotoCoreError, ValueError, AttributeError, TypeError) as broken:
            self._complain(operation, f"client: {type(broken).__name__}: {broken}")
            return None
        self.answers[operation] += 1
        self._check_head(operation)
        for text in model_complaints(operation, parsed):
            self._complain(operation, text)
        try:
            members = json.loads(self._raw["body"])
        except ValueError as broken:
            self._complain(operation, f"wire: {broken}")
            return None
        output = f"{operation}Response"
        for text in violations(output, members):
            if not any(f"not in the enum ('{name}')" in text for name in TOMORROW):
                self._complain(operation, f"wire: {text}")
        return members if isinstance(members, dict) else None

    def refusal(self, method: str, **parameters: Any) -> tuple[str, int, str]:
        """Code, status and text of the error that the call ends with; of success its status."""
        try:
            answer = getattr(self._client, method)(**parameters)
        except ClientError as refused:
            response = refused.response
            metadata = response["ResponseMetadata"]
            text = str(response.get("exceptionMessage") or response["Error"].get("Message"))
            return response["Error"]["Code"], metadata["HTTPStatusCode"], text
        except BotoCoreError as broken:
            return type(broken).__name__, 0, str(broken)
        return "no error", answer["ResponseMetadata"]["HTTPStatusCode"], ""

    def pages(self, operation: str, method: str, **parameters: Any) -> Iterator[Members]:
        """The answers of a list call, to the last page, or to a complaint."""
        tokens: set[str] = set()
        for _ in range(_MOST_PAGES):
            members = self.call(operation, method, **parameters)
            if members is None:
                return
            yield members
            token = members.get("nextToken")
            if token is None:
                return
            if not isinstance(token, str) or token in tokens or not token:
                self._complain(operation, f"pages: nextToken {token!r} came before, or is none")
                return
            tokens.add(token)
            parameters["nextToken"] = token
        self._complain(operation, "pages: they do not end")

    def compare(self, operation: str, method: str, wanted: Sequence[Members], **asked: Any) -> None:
        """Read a list and hold its rows and the size of its pages to the truth."""
        member, shape = _result(operation)
        rows: list[Any] = []
        for page in self.pages(operation, method, **asked):
            found = page.get(member)
            if not isinstance(found, list):
                self._complain(operation, f"rows: no list {member}")
                return
            if len(found) > asked.get("maxResults", len(found)):
                self._complain(operation, f"pages: {len(found)} rows, more than maxResults")
            if "nextToken" in page and len(found) < asked.get("maxResults", 0):
                self._complain(operation, f"pages: {len(found)} rows, and more follow")
            rows += found
        truth = [{name: one[name] for name in shape if name in one} for one in wanted]
        if rows != truth:
            place = next(
                (
                    at
                    for at, pair in enumerate(zip(rows, truth, strict=False))
                    if pair[0] != pair[1]
                ),
                min(len(rows), len(truth)),
            )
            self._complain(
                operation, f"rows: {len(rows)} of {len(truth)}, row {place} is not the world's"
            )

    def compare_one(self, operation: str, method: str, wanted: Members, **asked: Any) -> None:
        """Read one value and hold it to the truth."""
        member, shape = _result(operation)
        members = self.call(operation, method, **asked) or {}
        if members.get(member) != {name: wanted[name] for name in shape if name in wanted}:
            self._complain(operation, f"value: {member} is not the world's")

    def refuse(self, method: str, code: str, status: int, begins: str, **asked: Any) -> None:
        """Make a call that must end with this error."""
        got = self.refusal(method, **asked)
        if got[:2] != (code, status) or begins not in got[2]:
            self._complain(method, f"error: {got}, not {(code, status, begins)}")

    def _keep(self, response_dict: Members, **_: Any) -> None:
        self._raw = dict(response_dict)

    def _check_head(self, operation: str) -> None:
        if self._raw["status_code"] != 200:
            self._complain(operation, f"head: status {self._raw['status_code']}")
        headers = {name.lower(): value for name, value in self._raw["headers"].items()}
        if headers.get("content-type") != "application/json":
            self._complain(operation, f"head: Content-Type {headers.get('content-type')}")
        identity = headers.get("x-amzn-requestid", "")
        if len(identity) != 36 or identity in self._request_ids:
            self._complain(operation, f"head: request id {identity!r} is none, or came before")
        self._request_ids.add(identity)
        try:
            date = parsedate_to_datetime(headers["date"])
        except (KeyError, ValueError):
            self._complain(operation, "head: no Date")
        else:
            if abs((datetime.now(UTC) - date).total_seconds()) > _SKEW:
                self._complain(operation, f"head: Date {date}")

    def _complain(self, operation: str, text: str) -> None:
        self.complaints.append(f"{operation} {text}")


_SKEW = 300
"""Seconds; AWS refuses a client whose clock is further off than 900."""


def _result(operation: str) -> tuple[str, list[str]]:
    """The member that holds the result, and the members of a row of it."""
    output = SHAPES[f"{operation}Response"]["members"]
    ((member, reference),) = (item for item in output.items() if item[0] != "nextToken")
    shape = SHAPES[reference["shape"]]
    row = SHAPES[shape["member"]["shape"]] if shape["type"] == "list" else shape
    return member, list(row["members"])


def walk(reader: Reader) -> None:
    """Read every answer of an endpoint: each page of each list, and each value."""
    for _ in reader.pages("ListIngestConfigurations", "list_ingest_configurations"):
        pass
    for stages in reader.pages("ListStages", "list_stages"):
        for stage in stages["stages"]:
            reader.call("GetStage", "get_stage", arn=stage["arn"])
            place = {"stageArn": stage["arn"]}
            for sessions in reader.pages("ListStageSessions", "list_stage_sessions", **place):
                for session in sessions["stageSessions"]:
                    _walk_session(reader, {**place, "sessionId": session["sessionId"]})


def _walk_session(reader: Reader, session: Members) -> None:
    reader.call("GetStageSession", "get_stage_session", **session)
    for people in reader.pages("ListParticipants", "list_participants", **session):
        for row in people["participants"]:
            one = {"participantId": row["participantId"]}
            source = {"sourceStageArn": session["stageArn"], **one}
            reader.call("GetParticipant", "get_participant", **session, **one)
            for operation, method, asked in (
                ("ListParticipantEvents", "list_participant_events", {**session, **one}),
                ("ListParticipantReplicas", "list_participant_replicas", source),
            ):
                for _ in reader.pages(operation, method, **asked):
                    pass


def complaints_about(url: str, world: SmallWorld) -> list[str]:
    """Walk every operation of an endpoint that serves this world, and say what is wrong."""
    reader = Reader(url, world.region)
    session = {"stageArn": STAGE_ARN, "sessionId": SESSION_ID}
    person = {**session, "participantId": PARTICIPANT_ID}
    source = {"sourceStageArn": STAGE_ARN, "participantId": PARTICIPANT_ID}
    stages, sessions = list(world.stages()), list(world.sessions(STAGE_ARN) or ())
    people = list(world.participants(STAGE_ARN, SESSION_ID) or ())
    events = list(world.events(STAGE_ARN, SESSION_ID, PARTICIPANT_ID) or ())
    ingests = list(world.ingest_configurations())
    reader.compare("ListStages", "list_stages", stages, maxResults=2)
    reader.compare_one("GetStage", "get_stage", stages[0], arn=STAGE_ARN)
    reader.compare(
        "ListStageSessions", "list_stage_sessions", sessions, stageArn=STAGE_ARN, maxResults=2
    )
    for row in (sessions[0], sessions[-1]):
        asked = {"stageArn": STAGE_ARN, "sessionId": row["sessionId"]}
        reader.compare_one("GetStageSession", "get_stage_session", row, **asked)
    reader.compare("ListParticipants", "list_participants", people, **session, maxResults=3)
    disconnected = [row for row in people if row["state"] == "DISCONNECTED"]
    reader.compare(
        "ListParticipants",
        "list_participants",
        disconnected,
        **session,
        filterByState="DISCONNECTED",
        maxResults=2,
    )
    reader.compare_one("GetParticipant", "get_participant", people[0], **person)
    reader.compare(
        "ListParticipantEvents", "list_participant_events", events, **person, maxResults=50
    )
    nothing = {**session, "participantId": EMPTY_PARTICIPANT_ID}
    reader.compare("ListParticipantEvents", "list_participant_events", (), **nothing)
    reader.compare(
        "ListParticipantReplicas",
        "list_participant_replicas",
        list(world.replicas(STAGE_ARN, PARTICIPANT_ID)),
        **source,
        maxResults=2,
    )
    reader.compare("ListIngestConfigurations", "list_ingest_configurations", ingests, maxResults=3)
    reader.compare(
        "ListIngestConfigurations",
        "list_ingest_configurations",
        [row for row in ingests if row["stageArn"] == STAGE_ARN],
        filterByStageArn=STAGE_ARN,
    )
    reader.refuse(
        "get_participant",
        "ResourceNotFoundException",
        404,
        "not found",
        **{**person, "participantId": "ghost0000000"},
    )
    reader.refuse("list_stages", "ValidationException", 400, "nextToken", nextToken="made-up")
    return reader.complaints
