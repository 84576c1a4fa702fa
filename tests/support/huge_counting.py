"""CountingHugeWorld: counts the items that the huge world makes."""

from collections import Counter
from datetime import UTC, datetime

from ivscope.endpoint.worlds.huge import HugeWorld

EPOCH = datetime(2026, 11, 24, 14, 3, 7, tzinfo=UTC)


class CountingHugeWorld(HugeWorld):
    """The huge world, with a count of what it made by kind."""

    def __init__(self):
        self.made = Counter()
        super().__init__(EPOCH, lambda: EPOCH)

    def id_at(self, stage_arn, session_id, index):
        return self.participants(stage_arn, session_id)[index]["participantId"]

    def _make_stage(self, index):
        self.made["stage"] += 1
        return super()._make_stage(index)

    def _make_session(self, stage, number):
        self.made["session"] += 1
        return super()._make_session(stage, number)

    def _make_participant(self, session, index):
        self.made["participant"] += 1
        return super()._make_participant(session, index)

    def _make_event(self, session, index, number):
        self.made["event"] += 1
        return super()._make_event(session, index, number)
