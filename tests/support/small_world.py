"""SmallWorld: a few stages with countable contents for tests of paging, filters and errors."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, overload

from ivscope.domain.stages import ParticipantScope, SessionScope

Members = dict[str, Any]

REGION = "us-west-2"
ACCOUNT = "111122223333"
EPOCH = datetime(2026, 11, 20, 20, 30, 0, tzinfo=UTC)
"""Time of the first event."""

STAGE_ARN = f"arn:aws:ivs:{REGION}:{ACCOUNT}:stage/Main00000000"
OTHER_STAGE_ARN = f"arn:aws:ivs:{REGION}:{ACCOUNT}:stage/Rival0000000"
SESSION_ID = "st-SmallLive0000"
PARTICIPANT_ID = "busy00000000"
"""Has all the events."""
EMPTY_PARTICIPANT_ID = "silent000000"
"""Is listed and has no events."""

USER_IDS = ("host-1", "Zoë 🎥", "視聴者", "", "[/b] tab\there", "host-1")
"""User ids of the first participants: ties, emoji, wide, empty, markup and a control character."""

ERROR_CODES = ("QUOTA_EXCEEDED", "INSUFFICIENT_CAPABILITIES", "NEW_CODE_OF_TOMORROW")

_NAMES = (
    "JOINED",
    "PUBLISH_STARTED",
    "SUBSCRIBE_STARTED",
    "SUBSCRIBE_ERROR",
    "REPLICATION_STARTED",
    "TOKEN_EXCHANGED",
    "PUBLISH_ERROR",
    "SUBSCRIBE_STOPPED",
    "REPLICATION_STOPPED",
    "JOIN_ERROR",
    "PUBLISH_STOPPED",
    "LEFT",
)


class Rows(Sequence[Members]):
    """A list whose items are made when they are read, so that a long one costs nothing."""

    def __init__(self, length: int, make: Callable[[int], Members]) -> None:
        self.length = length
        self._make = make

    def __len__(self) -> int:
        return self.length

    @overload
    def __getitem__(self, index: int) -> Members: ...
    @overload
    def __getitem__(self, index: slice) -> list[Members]: ...
    def __getitem__(self, index: int | slice) -> Members | list[Members]:
        if isinstance(index, slice):
            return [self._make(place) for place in range(*index.indices(self.length))]
        if not -self.length <= index < self.length:
            raise IndexError(index)
        return self._make(index % self.length)


class SmallWorld:
    """A world (see `ivscope.endpoint.world`) with `events` events for one participant.

    The first stage is live in session `SESSION_ID`; the second has the same session ids and no
    participants; the others have no sessions. Participant 0 is `PARTICIPANT_ID`, 1 is
    `EMPTY_PARTICIPANT_ID`. Two neighbouring events share one second and no two events are equal.
    """

    def __init__(
        self,
        *,
        stages: int = 3,
        sessions: int = 3,
        participants: int = 7,
        events: int = 250,
        replicas: int = 3,
        ingests: int = 4,
        newest_first: bool = False,
        region: str = REGION,
    ) -> None:
        self.region = region
        self.newest_first = newest_first
        self._stages = Rows(stages, self._stage)
        self._sessions = Rows(sessions, self._session)
        self._participants = Rows(participants, self._participant)
        self._events = Rows(events, event)
        self._replicas = Rows(replicas, _replica)
        self._ingests = Rows(ingests, _ingest)

    @property
    def session(self) -> SessionScope:
        """The session that has participants."""
        return SessionScope(STAGE_ARN, SESSION_ID)

    @property
    def scope(self) -> ParticipantScope:
        """The participant that has events."""
        return ParticipantScope(STAGE_ARN, SESSION_ID, PARTICIPANT_ID)

    def grow(self, *, events: int = 0, participants: int = 0) -> None:
        """Let more happen: new items at the end of the lists."""
        self._events.length += events
        self._participants.length += participants

    def stages(self) -> Rows:
        return self._stages

    def sessions(self, stage_arn: str) -> Rows | None:
        if stage_arn in (STAGE_ARN, OTHER_STAGE_ARN):
            return self._sessions
        known = any(stage["arn"] == stage_arn for stage in self._stages)
        return Rows(0, self._session) if known else None

    def participants(self, stage_arn: str, session_id: str) -> Rows | None:
        if not any(row["sessionId"] == session_id for row in self.sessions(stage_arn) or ()):
            return None
        if (stage_arn, session_id) == (STAGE_ARN, SESSION_ID):
            return self._participants
        return Rows(0, self._participant)

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        rows = self.participants(stage_arn, session_id) or ()
        return next((row for row in rows if row["participantId"] == participant_id), None)

    def events(self, stage_arn: str, session_id: str, participant_id: str) -> Rows | None:
        if self.participant(stage_arn, session_id, participant_id) is None:
            return None
        return self._events if participant_id == PARTICIPANT_ID else Rows(0, event)

    def replicas(self, source_stage_arn: str, participant_id: str) -> Rows:
        if (source_stage_arn, participant_id) == (STAGE_ARN, PARTICIPANT_ID):
            return self._replicas
        return Rows(0, _replica)

    def ingest_configurations(self) -> Rows:
        return self._ingests

    def _stage(self, place: int) -> Members:
        arn = (STAGE_ARN, OTHER_STAGE_ARN)[place] if place < 2 else _stage_arn(place)
        stage: Members = {
            "arn": arn,
            "name": f"stage-{place}",
            "tags": {"team": "[red]"},
            "endpoints": {
                "events": f"wss://global.events.live-video.net/{place}",
                "whip": f"https://whip.live-video.net/{place}",
            },
            "autoParticipantRecordingConfiguration": {
                "storageConfigurationArn": "",
                "mediaTypes": ["AUDIO_VIDEO"],
                "recordingReconnectWindowSeconds": 30,
                "recordParticipantReplicas": True,
            },
        }
        if place == 0:
            stage["activeSessionId"] = SESSION_ID
        return stage

    def _session(self, place: int) -> Members:
        # The live session is the youngest, and it is the one with the well-known id.
        age = len(self._sessions) - 1 - place
        session: Members = {
            "sessionId": SESSION_ID if age == 0 else session_id(place),
            "startTime": wire_time(EPOCH - timedelta(days=age), "milliseconds"),
        }
        if age:
            session["endTime"] = wire_time(EPOCH - timedelta(days=age) + timedelta(hours=1))
        return session

    def _participant(self, place: int) -> Members:
        known = (PARTICIPANT_ID, EMPTY_PARTICIPANT_ID)
        participant: Members = {
            "participantId": known[place] if place < 2 else f"guest_{place:06d}",
            "userId": USER_IDS[place % len(USER_IDS)],
            "state": "CONNECTED" if place % 2 == 0 else "DISCONNECTED",
            "firstJoinTime": wire_time(EPOCH + timedelta(seconds=place)),
            "published": place % 3 == 0,
            "recordingState": ("ACTIVE", "STOPPED", "FAILED")[place % 3],
            "attributes": {"role": "host", "größe": "📐"},
            "ispName": "Example, Inc.",
            "osName": "Windows",
            "osVersion": "10.0",
            "browserName": "Chrome",
            "browserVersion": "152.0.1",
            "sdkVersion": "1.33.0",
            "protocol": "WHIP",
            "replicationType": "NONE",
            "redundantIngest": False,
        }
        if place == 0:
            participant |= {"replicationType": "SOURCE", "replicationState": "ACTIVE"}
        return participant


def event(place: int) -> Members:
    """The event at this place of the busy participant, as it goes over the wire."""
    name = _NAMES[place % len(_NAMES)]
    members: Members = {
        "name": name,
        "participantId": PARTICIPANT_ID,
        "eventTime": wire_time(EPOCH + timedelta(seconds=place // 2)),
    }
    if name.startswith("SUBSCRIBE"):
        members |= {"remoteParticipantId": f"guest_{place:06d}", "replica": place % 5 == 0}
    if name.endswith("_ERROR"):
        members["errorCode"] = ERROR_CODES[place % len(ERROR_CODES)]
    if name.startswith("REPLICATION"):
        members |= {"destinationStageArn": OTHER_STAGE_ARN, "destinationSessionId": SESSION_ID}
    if name == "TOKEN_EXCHANGED":
        members["previousToken"] = _token(place, ["SUBSCRIBE"], "listener")
        members["newToken"] = _token(place + 3600, ["SUBSCRIBE", "PUBLISH"], "co-host")
    return members


def session_id(place: int) -> str:
    """Id of the session at this place; 16 characters, as the API demands."""
    return f"st-Small{place:08d}"


def wire_time(moment: datetime, timespec: str = "seconds") -> str:
    """ISO 8601 with a Z, as the service writes times."""
    return moment.isoformat(timespec=timespec).replace("+00:00", "Z")


def _stage_arn(place: int) -> str:
    return f"arn:aws:ivs:{REGION}:{ACCOUNT}:stage/Quiet{place:07d}"


def _token(seconds: int, capabilities: list[str], role: str) -> Members:
    return {
        "capabilities": capabilities,
        "attributes": {"role": role, "name": "Zoë 🎥"},
        "userId": "host-1",
        "expirationTime": wire_time(EPOCH + timedelta(hours=12, seconds=seconds)),
    }


def _replica(place: int) -> Members:
    return {
        "sourceStageArn": STAGE_ARN,
        "participantId": PARTICIPANT_ID,
        "sourceSessionId": SESSION_ID,
        "destinationStageArn": OTHER_STAGE_ARN,
        "destinationSessionId": session_id(place),
        "replicationState": "ACTIVE" if place == 0 else "STOPPED",
    }


def _ingest(place: int) -> Members:
    """Every other one is attached to the first stage, the rest to the second one or to none."""
    stage = (STAGE_ARN, OTHER_STAGE_ARN, STAGE_ARN, "")[place % 4]
    return {
        "name": f"key-{place}",
        "arn": f"arn:aws:ivs:{REGION}:{ACCOUNT}:ingest-configuration/Key{place:09d}",
        "ingestProtocol": "RTMP" if place else "RTMPS",
        "stageArn": stage,
        "participantId": f"guest_{place:06d}",
        "state": "INACTIVE" if place else "ACTIVE",
        "userId": USER_IDS[place % len(USER_IDS)],
        "redundantIngest": place == 0,
    }
