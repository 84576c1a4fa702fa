"""Names: the name of each participant of a session, for one column."""

from ivscope.domain.stages import ParticipantSummary
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
