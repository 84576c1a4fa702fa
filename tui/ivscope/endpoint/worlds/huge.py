"""HugeWorld: as many stages and events as a Region can have, computed when they are read."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final, overload

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.endpoint.world import Members, date_time
from ivscope.endpoint.worlds.people import base62, from_base62, stage_arn, viewer
from ivscope.endpoint.worlds.timeline_world import PresentTime, stage_settings

_MULTIPLIER: Final = 0x9E3779B97F4A7C15F39D
"""Neither even nor a multiple of 31, so that it has an inverse modulo a power of 62."""

_MASK: Final = (1 << 64) - 1


class GeneratedSequence(Sequence[Members]):
    """Items computed from their index; none is stored. A slice computes nothing either."""

    __slots__ = ("_indices", "_make")

    def __init__(self, indices: range, make: Callable[[int], Members]) -> None:
        self._indices = indices
        self._make = make

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> Members: ...
    @overload
    def __getitem__(self, index: slice) -> "GeneratedSequence": ...
    def __getitem__(self, index: int | slice) -> "Members | GeneratedSequence":
        if isinstance(index, slice):
            return GeneratedSequence(self._indices[index], self._make)
        return self._make(self._indices[index])

    def __iter__(self) -> Iterator[Members]:
        return map(self._make, self._indices)


def mix(*numbers: int) -> int:
    """A number that looks random and is always the same for the same numbers."""
    state = 0x243F6A8885A308D3
    for number in numbers:
        state = ((state ^ number) * 0xBF58476D1CE4E5B9) & _MASK
        state ^= state >> 29
    return (state * 0x94D049BB133111EB & _MASK) >> 16


def write_id(number: int, key: int, length: int) -> str:
    """An id of base-62 digits that looks random; `read_id` gets its number back."""
    return base62(number * _MULTIPLIER + key, length)


def read_id(text: str, key: int, length: int) -> int | None:
    """The number of an id. None when `write_id` cannot have made the id."""
    value = from_base62(text)
    if value is None or len(text) != length:
        return None
    modulus: int = 62**length
    return (value - key) * pow(_MULTIPLIER, -1, modulus) % modulus


PUBLISHERS: Final = 12
"""As many as a stage takes (IVS service quotas); they come first and stay to the end."""

FLAKY: Final = PUBLISHERS
"""Index of the participant with 40,000 events."""

_FLAKY_PUBLISHERS: Final = 9
_FLAKY_CYCLES: Final = 2_000
"""Stays of 2 + 2 x 9 events each: 40,000 events."""
_FLAKY_PERIOD: Final = 41

_AUDIENCE_FROM: Final = 30
"""Second of the first viewer, when all publishers are there."""
_CLOSING: Final = 60
"""Seconds before the end at which the publishers leave."""
_PAUSE: Final = 5
"""Seconds between two stays."""
_ERROR_ONE_IN: Final = 200


@frozen
class HugeSession:
    """A session and its size."""

    session_id: str
    key: int
    """Seed of the ids and of everything else."""
    start: datetime
    """Whole second."""
    duration: int
    """Seconds; of a live session those that have passed."""
    size: int
    """Participants, at least one more than there are publishers."""
    live: bool = False
    flaky: bool = False
    """Whether participant `FLAKY` has 40,000 events."""

    def members(self) -> Members:
        """The StageSession structure."""
        start = self.start + timedelta(milliseconds=1 + self.key % 999)
        answer = {"sessionId": self.session_id, "startTime": date_time(start)}
        if not self.live:
            answer["endTime"] = self._time(self.duration)
        return answer

    def participant_id(self, index: int) -> str:
        """Id of the participant at this index."""
        return write_id(index, self.key, 12)

    def participant(self, index: int) -> Members:
        """The Participant structure at this index."""
        publishes = index < PUBLISHERS
        return {
            "participantId": self.participant_id(index),
            "userId": f"{'host' if publishes else 'user'}-{index:05}",
            "state": "CONNECTED" if self.live else "DISCONNECTED",
            "firstJoinTime": self._time(self._join(index)),
            "attributes": {"role": "host" if publishes else "viewer"},
            "published": publishes,
            **viewer(index),
            "recordingS3BucketName": "",
            "recordingS3Prefix": "",
            "recordingState": "DISABLED",
            "replicationType": "NONE",
        }

    def event_count(self, index: int) -> int:
        """How many events the participant has; the last stay of a live session is open."""
        width = 2 + 2 * self._watched(index)
        open_half = width // 2 if self.live else 0
        return width * self._cycles(index) - open_half

    def event(self, index: int, number: int) -> Members:
        """The event structure of this number, oldest first.

        A stay is JOINED, one event per publisher, one more per publisher, LEFT.
        """
        watched = self._watched(index)
        cycle, slot = divmod(number, 2 + 2 * watched)
        begin, end = self._stay(index, cycle)
        if slot == 0:
            return self._event(index, events.JOINED, begin)
        if slot == 2 * watched + 1:
            return self._event(index, events.LEFT, end)
        half, publisher = divmod(slot - 1, watched)
        if index < PUBLISHERS:
            moment = end if half else max(begin, publisher)
        else:
            moment = end if half else begin + 1 + publisher // 6
        return self._publisher_event(index, cycle, publisher, half, moment)

    def _publisher_event(
        self, index: int, cycle: int, publisher: int, half: int, moment: int
    ) -> Members:
        if publisher == index:
            return self._event(
                index, (events.PUBLISH_STARTED, events.PUBLISH_STOPPED)[half], moment
            )
        chance = mix(self.key, index, cycle, publisher)
        if index < PUBLISHERS or chance % _ERROR_ONE_IN:
            name = (events.SUBSCRIBE_STARTED, events.SUBSCRIBE_STOPPED)[half]
            return self._event(index, name, moment, publisher)
        kind = chance // _ERROR_ONE_IN % 8
        if kind == 0:
            failed = self._event(index, events.PUBLISH_ERROR, moment)
            return failed | {"errorCode": "INSUFFICIENT_CAPABILITIES"}
        code = "QUOTA_EXCEEDED" if kind > 2 else "PUBLISHER_NOT_FOUND"  # noqa: PLR2004 - odds
        return self._event(index, events.SUBSCRIBE_ERROR, moment, publisher) | {"errorCode": code}

    def _event(self, index: int, name: str, moment: int, publisher: int | None = None) -> Members:
        event = {
            "name": name,
            "participantId": self.participant_id(index),
            "eventTime": self._time(moment),
        }
        if publisher is not None:
            event["remoteParticipantId"] = self.participant_id(publisher)
        return event

    def _watched(self, index: int) -> int:
        return _FLAKY_PUBLISHERS if self._is_flaky(index) else PUBLISHERS

    def _cycles(self, index: int) -> int:
        if self._is_flaky(index):
            return _FLAKY_CYCLES
        return 1 if index < PUBLISHERS else 1 + mix(self.key, index) % 2

    def _join(self, index: int) -> int:
        if index < PUBLISHERS:
            return index
        spread = (index - PUBLISHERS) * self.duration * 3 // 4
        return _AUDIENCE_FROM + spread // (self.size - PUBLISHERS)

    def _stay(self, index: int, cycle: int) -> tuple[int, int]:
        """Seconds of joining and leaving, counted from the start of the session."""
        join = self._join(index)
        if index < PUBLISHERS:
            return join, self.duration - _CLOSING
        if self._is_flaky(index):
            period = _FLAKY_PERIOD
        else:
            whole = 120 + mix(self.key, index, 1) % (self.duration // 6)
            period = whole // self._cycles(index)
        begin = join + cycle * period
        return begin, begin + period - _PAUSE

    def _is_flaky(self, index: int) -> bool:
        return self.flaky and index == FLAKY

    def _time(self, second: int) -> str:
        return date_time(self.start + timedelta(seconds=second))


REGION: Final = "us-east-1"

STAGES: Final = 1_000
"""Stages per Region (IVS service quotas, adjustable)."""

MAIN_STAGE: Final = STAGES - 1
"""Index of the main stage: the newest one, which a list from the newest on shows first."""

MAIN_SESSIONS: Final = 300
MAIN_PARTICIPANTS: Final = 25_000

_STAGE_KEY: Final = 0x51A6E
_SESSION_KEY: Final = 0x5E5510
_SESSIONS_PER_STAGE: Final = 1_000
"""Number of session numbers that a stage has in the numbers behind session ids."""

_DAY = timedelta(days=1)
_HOUR: Final = 3_600
_LIVE_EVERY: Final = 20
_LIVE_SECONDS: Final = 5_400


class HugeWorld:
    """1,000 stages; the newest session of the main one has 25,000 participants.

    They have about a million events, of which 40,000 belong to the participant at index
    `huge_session.FLAKY`. Nothing is stored: ids say which stage, session and participant they
    mean, and every item follows from its index. It does not change while it is read.
    """

    region = REGION
    newest_first = True

    def __init__(self, epoch: datetime, _clock: PresentTime) -> None:
        self._epoch = epoch.replace(microsecond=0)
        self._midnight = epoch.replace(hour=0, minute=0, second=0, microsecond=0)

    def stages(self) -> Sequence[Members]:
        """Every stage, the main one last."""
        return GeneratedSequence(range(STAGES), self._make_stage)

    def sessions(self, stage_arn: str) -> Sequence[Members] | None:
        """Sessions of a stage."""
        stage = _stage_index(stage_arn)
        if stage is None:
            return None
        return GeneratedSequence(
            range(_session_count(stage)), lambda number: self._make_session(stage, number)
        )

    def participants(self, stage_arn: str, session_id: str) -> Sequence[Members] | None:
        """Participants of a session, publishers first."""
        session = self._find(stage_arn, session_id)
        if session is None:
            return None
        return GeneratedSequence(
            range(session.size), lambda index: self._make_participant(session, index)
        )

    def participant(self, stage_arn: str, session_id: str, participant_id: str) -> Members | None:
        """One participant, found from its id without a search."""
        session = self._find(stage_arn, session_id)
        index = None if session is None else _participant_index(session, participant_id)
        if session is None or index is None:
            return None
        return self._make_participant(session, index)

    def events(
        self, stage_arn: str, session_id: str, participant_id: str
    ) -> Sequence[Members] | None:
        """Events of a participant."""
        session = self._find(stage_arn, session_id)
        index = None if session is None else _participant_index(session, participant_id)
        if session is None or index is None:
            return None
        return GeneratedSequence(
            range(session.event_count(index)),
            lambda number: self._make_event(session, index, number),
        )

    def replicas(self, source_stage_arn: str, participant_id: str) -> Sequence[Members]:  # noqa: ARG002
        """None: this world has no replicas."""
        return ()

    def ingest_configurations(self) -> Sequence[Members]:
        """None: this world has no encoders."""
        return ()

    def _make_stage(self, index: int) -> Members:
        arn = _arn(index)
        name = "world-finals" if index == MAIN_STAGE else f"room-{index:04}"
        answer: Members = {"arn": arn, "name": name}
        if _is_live(index):
            answer["activeSessionId"] = self._session(index, _session_count(index) - 1).session_id
        return answer | stage_settings(arn) | {"tags": {}}

    def _make_session(self, stage: int, number: int) -> Members:
        return self._session(stage, number).members()

    def _make_participant(self, session: HugeSession, index: int) -> Members:
        return session.participant(index)

    def _make_event(self, session: HugeSession, index: int, number: int) -> Members:
        return session.event(index, number)

    def _find(self, stage_arn: str, session_id: str) -> HugeSession | None:
        stage = _stage_index(stage_arn)
        if stage is None or not session_id.startswith("st-"):
            return None
        packed = read_id(session_id[3:], _SESSION_KEY, 13)
        if packed is None or packed // _SESSIONS_PER_STAGE != stage:
            return None
        number = packed % _SESSIONS_PER_STAGE
        return self._session(stage, number) if number < _session_count(stage) else None

    def _session(self, stage: int, number: int) -> HugeSession:
        packed = stage * _SESSIONS_PER_STAGE + number
        last = _session_count(stage) - 1
        live = number == last and _is_live(stage)
        main = stage == MAIN_STAGE
        big = main and number == last
        evening = self._midnight - _DAY + timedelta(hours=-2 if main else 18)
        start = evening - _DAY * (last - number)
        key = mix(packed)
        return HugeSession(
            session_id=f"st-{write_id(packed, _SESSION_KEY, 13)}",
            key=key,
            start=self._epoch - timedelta(seconds=_LIVE_SECONDS) if live else start,
            duration=_LIVE_SECONDS if live else (23 if main else 2) * _HOUR,
            size=MAIN_PARTICIPANTS if big else 13 + key % 30,
            live=live,
            flaky=big,
        )


def _arn(stage: int) -> str:
    return stage_arn(REGION, write_id(stage, _STAGE_KEY, 12))


def _stage_index(arn: str) -> int | None:
    index = read_id(arn.rpartition("/")[2], _STAGE_KEY, 12)
    return index if index is not None and index < STAGES and _arn(index) == arn else None


def _participant_index(session: HugeSession, participant_id: str) -> int | None:
    index = read_id(participant_id, session.key, 12)
    return index if index is not None and index < session.size else None


def _session_count(stage: int) -> int:
    return MAIN_SESSIONS if stage == MAIN_STAGE else stage % 4


def _is_live(stage: int) -> bool:
    return stage % _LIVE_EVERY == 1
