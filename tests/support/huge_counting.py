"""CountingHugeWorld: counts the items that the huge world makes."""

from collections import Counter
from datetime import UTC, datetime

from ivscope.endpoint.world import Members
from ivscope.endpoint.worlds.huge import HugeSession, HugeWorld

EPOCH = datetime(2026, 11, 24, 14, 3, 7, tzinfo=UTC)


class CountingHugeWorld(HugeWorld):
    """The huge world, with a count of what it made by kind."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        super().__init__(EPOCH, lambda: EPOCH)

    def id_at(self, stage_arn: str, session_id: str, index: int) -> str:
        rows = self.participants(stage_arn, session_id)
        assert rows is not None
        found: str = rows[index]["participantId"]
        return found

    def _make_stage(self, index: int) -> Members:
        self.made["stage"] += 1
        return super()._make_stage(index)

    def _make_session(self, stage: int, number: int) -> Members:
        self.made["session"] += 1
        return super()._make_session(stage, number)

    def _make_participant(self, session: HugeSession, index: int) -> Members:
        self.made["participant"] += 1
        return super()._make_participant(session, index)

    def _make_event(self, session: HugeSession, index: int, number: int) -> Members:
        self.made["event"] += 1
        return super()._make_event(session, index, number)
