"""Names: the name of each participant of a session, for one column."""

from ivscope.provider.fetch.scan import Scan


class Names:
    """Looks names up in the list of participants, which grows."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._names: dict[str, str] = {}
        self._read = 0

    def name(self, participant_id: str) -> str:
        """Return the user id, or the participant id without one. Text from outside."""
        rows = self._scan.participants.items
        if self._read > len(rows):  # the list was read again from the start
            self._read = 0
        while self._read < len(rows):
            row = rows[self._read]
            if row.user_id:
                self._names[row.participant_id] = row.user_id
            self._read += 1
        return self._names.get(participant_id, participant_id)
