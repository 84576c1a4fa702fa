"""HostileWorld: a world that has every value of a corpus in every text it serves."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ivscope.endpoint.world import Members

CORPUS = json.loads((Path(__file__).parent / "hostile_corpus.json").read_bytes())

CASES = {name: case["value"] * (case.get("repeat") or 1) for name, case in CORPUS["cases"].items()}
BODIES = {name: body["body"] for name, body in CORPUS["bodies"].items()}
TIMES = tuple(CORPUS["times"])

PLAIN = {name: f"plain-{number:03d}" for number, name in enumerate(CASES)}
"""Harmless values for the same world."""

REGION = "us-west-2"
SESSION_ID = "st-Hostile000000"
WELL = "2026-11-20T20:30:00Z"

_EPOCH = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)


def stage_arn(number: int) -> str:
    return f"arn:aws:ivs:{REGION}:111122223333:stage/S{number:03d}"


def participant_id(number: int) -> str:
    return f"p{number:03d}"


class HostileWorld:
    """A world (see `ivscope.endpoint.world`) with one stage, participant and event for every value.

    Ids in requests stay well formed, since the service checks those; everything
    that is only shown is a value of the corpus. Every stage has the same sessions, the first of
    them `SESSION_ID`, then one for every time and one for every value. The first participant has
    all the events, the second all values as attributes; every other one has its own value only.
    """

    region = REGION
    newest_first = False

    def __init__(self, cases: Mapping[str, str] = CASES, times: Sequence[str] = TIMES) -> None:
        self.cases = cases
        values = list(cases.values())
        self._stages: list[Members] = [
            {"arn": stage_arn(number), "name": value, "tags": {value: value}}
            for number, value in enumerate(values)
        ]
        self._sessions: list[Members] = [
            {"sessionId": SESSION_ID, "startTime": WELL, "endTime": WELL}
        ]
        self._sessions += [
            {"sessionId": f"st-Time{number:09d}", "startTime": time, "endTime": times[number - 1]}
            for number, time in enumerate(times)
        ]
        self._sessions += [{"sessionId": value, "startTime": WELL} for value in values]
        self._participants = [
            _participant(number, value, {value: value}) for number, value in enumerate(values)
        ]
        self._participants[1]["attributes"] = {value: value for value in values}
        self._events = [
            _event(number, value, times[number % len(times)]) for number, value in enumerate(values)
        ]

    def stages(self) -> Sequence[Members]:
        return self._stages

    def sessions(self, stage_arn: str) -> Sequence[Members]:
        return self._sessions

    def participants(self, stage_arn: str, session_id: str) -> Sequence[Members]:
        return self._participants

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        known = (row for row in self._participants if row["participantId"] == participant_id)
        return next(known, None)

    def events(self, stage_arn: str, session_id: str, participant_id: str) -> Sequence[Members]:
        return self._events if participant_id == self._participants[0]["participantId"] else []

    def replicas(self, source_stage_arn: str, participant_id: str) -> Sequence[Members]:
        return []

    def ingest_configurations(self) -> Sequence[Members]:
        return []


def _participant(number: int, value: str, attributes: dict[str, str]) -> Members:
    return {
        "participantId": participant_id(number),
        "userId": value,
        "state": value,
        "firstJoinTime": (_EPOCH + timedelta(seconds=number)).isoformat(),
        "published": True,
        "recordingState": value,
        "replicationType": value,
        "replicationState": value,
        "sourceStageArn": value,
        "sourceSessionId": value,
        "ingestConfigurationArn": value,
        "attributes": attributes,
        "ispName": value,
        "osName": value,
        "osVersion": value,
        "browserName": value,
        "browserVersion": value,
        "sdkVersion": value,
        "protocol": value,
        "recordingS3BucketName": value,
        "recordingS3Prefix": value,
    }


def _event(number: int, value: str, time: str) -> Members:
    token = {
        "capabilities": ["PUBLISH", value],
        "attributes": {value: value, "role": value},
        "userId": value,
        "expirationTime": time,
    }
    before = token | {"capabilities": [value], "attributes": {"role": f"a{value}"}, "userId": "u"}
    return {
        "name": value,
        "participantId": participant_id(0),
        "eventTime": (_EPOCH + timedelta(seconds=number)).isoformat(),
        "remoteParticipantId": value,
        "errorCode": value,
        "destinationStageArn": value,
        "destinationSessionId": value,
        "replica": True,
        "previousToken": before,
        "newToken": token,
    }
