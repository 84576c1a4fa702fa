"""ListedParticipants and Names: who is listed, by id, state and name, while the list grows."""

from collections import Counter
from collections.abc import Iterable

from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.store.append_list import AppendOnly
from ivscope.provider.store.feed import Feed


class ListedParticipants:
    """Looks only at what a list has gained: a session can have 25,000 participants."""

    __slots__ = ("_list", "_states", "_taken", "rows")

    def __init__(self, rows: Iterable[ParticipantSummary] = ()) -> None:
        self.rows: dict[str, ParticipantSummary] = {}
        """Rows by participant id; of two rows with one id the later one."""
        self._states: Counter[str | None] = Counter()
        self._list: AppendOnly[ParticipantSummary] | None = None
        self._taken = 0
        self.add(rows)

    def take(self, rows: AppendOnly[ParticipantSummary]) -> None:
        """Add what is new in a list, or all of it when it is another list than before."""
        if rows is not self._list:
            self.rows.clear()
            self._states.clear()
            self._list, self._taken = rows, 0
        new = rows[self._taken :]
        self._taken += len(new)
        self.add(new)

    def states(self) -> list[tuple[str | None, int]]:
        """Return how many participants are in each state, most first."""
        return [(state, count) for state, count in self._states.most_common() if count]

    def add(self, rows: Iterable[ParticipantSummary]) -> None:
        """Add rows that the list may have as well."""
        for row in rows:
            before = self.rows.get(row.participant_id)
            if before is not None:
                self._states[before.state] -= 1
            self.rows[row.participant_id] = row
            self._states[row.state] += 1


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
