"""Names: the name of each participant of a session, and of a stage, from what was read."""

from ivscope.domain import calls
from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.feed import Feed


class Names:
    """Looks names up in the list of participants, which grows."""

    def __init__(self, participants: Feed[ParticipantSummary]) -> None:
        self._participants = participants
        self._rows = participants.facts
        self._names: dict[str, str] = {}
        self._read = 0

    def name(self, participant_id: str) -> str:
        """Return the user id, else the participant id. Text from outside."""
        return self.user_id(participant_id) or participant_id

    def user_id(self, participant_id: str) -> str | None:
        """Return the user id; None without one, or while it is not listed. Text from outside."""
        rows = self._participants.facts
        if rows is not self._rows:  # read again from the start, or some of it was taken back
            self._rows, self._read = rows, 0
            self._names.clear()
        while self._read < len(rows):
            row = rows[self._read]
            if row.user_id:
                self._names[row.participant_id] = row.user_id
            self._read += 1
        return self._names.get(participant_id)


def known_stage_name(provider: StageDataProvider, stage_arn: str) -> str | None:
    """Return the name of a stage, from what is read; None without one."""
    stage = provider.store.known(calls.stage(stage_arn))
    if stage is not None:
        return stage.name
    listed = provider.store.listed(calls.STAGES)
    rows = () if listed is None else listed.facts
    return next((row.name for row in rows if row.arn == stage_arn), None)
