"""HugeSession: one session whose people and events follow from their numbers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tui.domain import events
from tui.endpoint.world import Members
from tui.endpoint.worlds.generated import mix, write_id
from tui.endpoint.worlds.people import viewer

PUBLISHERS: Final = 12
"""As many as a stage takes (IVS service quotas); they come first and stay to the end."""

FLAKY: Final = PUBLISHERS
"""Index of the participant with the endless history."""

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


@dataclass(frozen=True, slots=True)
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
    """Whether participant `FLAKY` has the endless history."""

    def members(self) -> Members:
        """The StageSession structure."""
        start = self.start + timedelta(microseconds=1 + self.key % 999_999)
        answer = {"sessionId": self.session_id, "startTime": start.isoformat()}
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
        return (self.start + timedelta(seconds=second)).isoformat()
