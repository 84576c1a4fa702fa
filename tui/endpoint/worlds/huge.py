"""HugeWorld: as much as a Region can hold, made while it is read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from tui.endpoint.world import Members
from tui.endpoint.worlds.generated import GeneratedSequence, mix, read_id, write_id
from tui.endpoint.worlds.huge_session import HugeSession
from tui.endpoint.worlds.people import stage_arn
from tui.endpoint.worlds.told_world import Clock, stage_settings

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
"""Room for session numbers inside a session id."""

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

    def __init__(self, epoch: datetime, _clock: Clock) -> None:
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
        """One participant, found without a search."""
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
        """Nobody is replicated here."""
        return ()

    def ingest_configurations(self) -> Sequence[Members]:
        """Nobody comes over RTMP here."""
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
