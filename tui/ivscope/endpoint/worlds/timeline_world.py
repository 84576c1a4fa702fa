"""TimelineWorld: a world made of timelines, as it is at the time of a clock."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ivscope.endpoint.world import Members, date_time
from ivscope.endpoint.worlds.person import Ingest, Person
from ivscope.endpoint.worlds.timeline import Timeline

PresentTime = Callable[[], datetime]
"""Tells the time as an aware UTC datetime."""

_RECORDING_BUCKET = "ivs-participant-recordings-us-west-2"


@dataclass(slots=True, eq=False)
class TimelineStage:
    """A stage and its sessions, oldest first."""

    arn: str
    name: str
    timelines: list[Timeline] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    storage_arn: str = ""
    """Where automatic participant recording goes; empty means off."""

    def members(self) -> Members:
        """The structure of GetStage (values as in the official sample)."""
        answer: Members = {"arn": self.arn, "name": self.name}
        if self.timelines and self.timelines[-1].end is None:
            answer["activeSessionId"] = self.timelines[-1].session_id
        return answer | stage_settings(self.arn, self.storage_arn) | {"tags": dict(self.tags)}


def stage_settings(arn: str, storage_arn: str = "") -> Members:
    """Recording configuration and endpoints of a stage."""
    place = arn.rpartition("/")[2].lower()
    ingest = f"{place}.global-contribute.live-video.net"
    return {
        "autoParticipantRecordingConfiguration": {
            "storageConfigurationArn": storage_arn,
            "mediaTypes": ["AUDIO_VIDEO"],
            "thumbnailConfiguration": {
                "targetIntervalSeconds": 60,
                "storage": ["SEQUENTIAL"],
                "recordingMode": "DISABLED",
            },
            "recordingReconnectWindowSeconds": 0,
            "hlsConfiguration": {"targetSegmentDurationSeconds": 6},
            "recordParticipantReplicas": True,
        },
        "endpoints": {
            "events": "wss://global.events.live-video.net",
            "rtmp": f"rtmp://{ingest}/app/",
            "rtmps": f"rtmps://{ingest}:443/app/",
            "whip": f"https://{place}.global-bm.whip.live-video.net",
        },
    }


class TimelineWorld:
    """Answers from timelines. Events after the time of the clock are not in the answers yet.

    Subscriptions of a person are computed when its events are first asked for, so that a
    world with a long future opens quickly.
    """

    def __init__(
        self,
        region: str,
        stages: Iterable[TimelineStage],
        clock: PresentTime,
        *,
        newest_first: bool,
        ingests: Sequence[Ingest] = (),
    ) -> None:
        self.region = region
        self.newest_first = newest_first
        self._clock = clock
        self._ingests = ingests
        self._stages = list(stages)
        self._by_arn = {stage.arn: stage for stage in self._stages}
        self._timelines = {
            (timeline.stage_arn, timeline.session_id): timeline
            for stage in self._stages
            for timeline in stage.timelines
        }
        self._people = {
            (*key, person.participant_id): person
            for key, timeline in self._timelines.items()
            for person in timeline.people
        }
        self._histories: dict[Person, tuple[list[datetime], list[Members]]] = {}

    def stages(self) -> list[Members]:
        """Every stage."""
        return [stage.members() for stage in self._stages]

    def sessions(self, stage_arn: str) -> list[Members] | None:
        """The sessions that have begun."""
        stage = self._by_arn.get(stage_arn)
        if stage is None:
            return None
        return [_session_members(timeline) for timeline in stage.timelines]

    def participants(self, stage_arn: str, session_id: str) -> list[Members] | None:
        """The participants that have joined, in the order of the first join."""
        timeline = self._timelines.get((stage_arn, session_id))
        if timeline is None:
            return None
        now = self._clock()
        arrived = [
            (person.arrival, place)
            for place, person in enumerate(timeline.people)
            if person.arrival is not None and person.arrival <= now
        ]
        return [
            _participant_members(timeline, timeline.people[place], now)
            for _, place in sorted(arrived)
        ]

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        """One participant; also one that failed to join and is in no list."""
        person = self._people.get((stage_arn, session_id, participant_id))
        now = self._clock()
        if person is None or not _is_known(person, now):
            return None
        return _participant_members(self._timelines[stage_arn, session_id], person, now)

    def events(self, stage_arn: str, session_id: str, participant_id: str) -> list[Members] | None:
        """The events of a participant so far."""
        person = self._people.get((stage_arn, session_id, participant_id))
        now = self._clock()
        if person is None or not _is_known(person, now):
            return None
        history = self._histories.get(person)
        if history is None:
            pairs = person.history(self._timelines[stage_arn, session_id].people)
            history = [moment for moment, _ in pairs], [event for _, event in pairs]
            self._histories[person] = history
        moments, events = history
        return events[: bisect_right(moments, now)]

    def replicas(self, source_stage_arn: str, participant_id: str) -> list[Members]:
        """The replicas of a participant that joined in this stage."""
        now = self._clock()
        return [
            {
                "sourceStageArn": replication.source_stage_arn,
                "participantId": participant_id,
                "sourceSessionId": replication.source_session_id,
                "destinationStageArn": replication.destination_stage_arn,
                "destinationSessionId": replication.destination_session_id,
                "replicationState": replication.state(now),
            }
            for (arn, _, known), person in self._people.items()
            if (arn, known) == (source_stage_arn, participant_id)
            for replication in person.replications
            if replication.span.start <= now
        ]

    def ingest_configurations(self) -> list[Members]:
        """Every ingest configuration of the account, as it is now."""
        now = self._clock()
        people = self._people.values()
        return [ingest.members(self.region, people, now) for ingest in self._ingests]


def _is_known(person: Person, now: datetime) -> bool:
    moments = [stay.start for stay in person.stays] + [moment for moment, _ in person.added]
    return min(moments) <= now


def _session_members(timeline: Timeline) -> Members:
    answer: Members = {
        "sessionId": timeline.session_id,
        "startTime": date_time(timeline.start),
    }
    if timeline.end is not None:
        answer["endTime"] = date_time(timeline.end)
    return answer


def _participant_members(timeline: Timeline, person: Person, now: datetime) -> Members:
    token = person.token_at(now)
    answer: Members = {"participantId": person.participant_id}
    if token.user_id is not None:
        answer["userId"] = token.user_id
    is_connected = any(stay.holds(now) for stay in person.stays)
    answer["state"] = "CONNECTED" if is_connected else "DISCONNECTED"
    if person.arrival is not None:
        answer["firstJoinTime"] = date_time(person.arrival)
    answer["attributes"] = dict(token.attributes)
    answer["published"] = any(span.start <= now for span in person.publishes)
    answer |= person.facts
    answer |= _recording_members(timeline, person, now)
    return answer | _replication_members(person, now)


def _recording_members(timeline: Timeline, person: Person, now: datetime) -> Members:
    state, begun = "DISABLED", None
    for moment, named in person.recording:
        if moment <= now:
            state, begun = named, begun or moment
    if begun is None:
        return {"recordingS3BucketName": "", "recordingS3Prefix": "", "recordingState": state}
    stage = timeline.stage_arn.rpartition("/")[2]
    place = (stage, timeline.session_id, person.participant_id, str(int(begun.timestamp())))
    return {
        "recordingS3BucketName": _RECORDING_BUCKET,
        # Slashes as in the official samples, although the API model's pattern has none.
        "recordingS3Prefix": "/".join(place),
        "recordingState": state,
    }


def _replication_members(person: Person, now: datetime) -> Members:
    if person.copy_of is not None:
        return {
            "replicationType": "REPLICA",
            "replicationState": person.copy_of.state(now),
            "sourceStageArn": person.copy_of.source_stage_arn,
            "sourceSessionId": person.copy_of.source_session_id,
        }
    begun = [item for item in person.replications if item.span.start <= now]
    if not begun:
        return {"replicationType": "NONE"}
    active = any(item.span.holds(now) for item in begun)
    return {"replicationType": "SOURCE", "replicationState": "ACTIVE" if active else "STOPPED"}
