"""SweepQueue: whose events are read next, the most suspicious first."""

from collections import deque

from ivscope.domain.stages import ParticipantSummary

_SHARED_USER = 1

_COPIED = frozenset({"SOURCE", "REPLICA"})

_LEVELS = 32
"""All combinations of the five suspicions; the lowest level is served first."""

_SHARED = -1
"""Stands for the participants of a user that has several."""


def suspicion(row: ParticipantSummary) -> int:
    """How much a participant deserves to be read early; more is earlier.

    Who published can have failed others too, so that outweighs everything else; next come
    copies and their originals, who is gone, and whose recording failed.
    """
    found = 16 if row.published is True else 0
    if row.replication_type in _COPIED:
        found |= 8
    if row.state == "DISCONNECTED":
        found |= 4
    if row.recording_state == "FAILED":
        found |= 2
    return found


class SweepQueue:
    """Participants by number, each due or not. Every method costs the same for any length."""

    def __init__(self) -> None:
        self._levels: tuple[deque[int], ...] = tuple(deque() for _ in range(_LEVELS))
        self._urgent: deque[int] = deque()
        self._suspicions = bytearray()
        self._due = bytearray()
        self._length = 0
        self._users: dict[str, int] = {}
        """The only participant of a user, or `_SHARED`. Kept while the list is being read."""

    def __len__(self) -> int:
        return self._length

    def is_due(self, number: int) -> bool:
        """Whether a participant waits to be read."""
        return number < len(self._due) and bool(self._due[number])

    def note(self, number: int, row: ParticipantSummary) -> None:
        """Judge a participant as listed. It need not be due."""
        self._make_room(number)
        self._suspicions[number] = suspicion(row)
        user = row.user_id
        if not user:
            return
        first = self._users.setdefault(user, number)
        if first == number:
            return
        if first != _SHARED:
            self._users[user] = _SHARED
            self._suspect(first)
        self._suspect(number)

    def forget_users(self) -> None:
        """Free what is needed only while the list is being read."""
        self._users = {}

    def add(self, number: int) -> None:
        """Line a participant up behind those as suspicious as it is."""
        self._make_due(number)
        self._level(number).append(number)

    def put_back(self, number: int) -> None:
        """Line a participant up before those as suspicious as it is."""
        self._make_due(number)
        self._level(number).appendleft(number)

    def promote(self, number: int) -> None:
        """Serve a participant that is due next: a person looks at it."""
        if self.is_due(number):
            self._urgent.appendleft(number)

    def discard(self, number: int) -> None:
        """Serve a participant no more."""
        if self.is_due(number):
            self._due[number] = 0
            self._length -= 1

    def pop(self) -> int | None:
        """The next participant; None when nobody is due."""
        if not self._length:
            return None
        for level in (self._urgent, *self._levels):
            while level:
                number = level.popleft()
                # A place left behind by `promote`, `discard` or `_suspect` is passed over.
                if self._due[number]:
                    self.discard(number)
                    return number
        return None

    def _make_room(self, number: int) -> None:
        while number >= len(self._due):
            self._due.append(0)
            self._suspicions.append(0)

    def _make_due(self, number: int) -> None:
        self._make_room(number)
        self._length += not self._due[number]
        self._due[number] = 1

    def _suspect(self, number: int) -> None:
        self._suspicions[number] |= _SHARED_USER
        if self._due[number]:
            self._level(number).append(number)

    def _level(self, number: int) -> "deque[int]":
        return self._levels[_LEVELS - 1 - self._suspicions[number]]
