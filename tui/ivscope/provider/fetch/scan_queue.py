"""ScanQueue: in which order a scan reads participants, and who of them is a random part."""

import heapq
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from itertools import chain, compress
from typing import Final

from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantFilter, ParticipantSummary
from ivscope.provider.store.session_log import SessionLog

_SHARED_USER = 1
_PUBLISHED = 16
_FAILED_RECORDING = 4

READ_FIRST: Final = {
    ParticipantFilter("filterByPublished", True): _PUBLISHED,
    ParticipantFilter("filterByRecordingState", "FAILED"): _FAILED_RECORDING,
}
"""What the list is narrowed to for those who come first, and how suspicious that makes them. The
service takes one filter for each request."""

_COPIED = frozenset({"SOURCE", "REPLICA"})

_LEVELS = 32
"""Queues, one for each combination of the five reasons to read somebody early."""

_COMES_FIRST = _FAILED_RECORDING
"""From this suspicion on somebody is read before a random part of the others is."""

_FIRST_LEVELS = _LEVELS - _COMES_FIRST

_NO_PLACE = 2.0
"""Behind every place in the random order: of those who come first."""

_FIRST: Final = bytes(found >= _COMES_FIRST for found in range(256))
"""Says of each suspicion whether that is so, as `bytes.translate` takes it."""

_NOT: Final = bytes((1, *[0] * 255))
"""Turns flags over."""

_SHARED = -1
"""Stands for the participants of a user id that several have."""


def suspicion(row: ParticipantSummary) -> int:
    """How much a participant deserves to be read early; more is earlier.

    Who published can have failed others too, so that outweighs everything else; next come
    copies and their originals, whose recording failed, and who is gone.
    """
    found = _PUBLISHED if row.published is True else 0
    if row.replication_type in _COPIED:
        found |= 8
    if row.recording_state == "FAILED":
        found |= _FAILED_RECORDING
    if row.state == "DISCONNECTED":
        found |= 2
    return found


@frozen
class Sample:
    """Who is read of an ended session that is too big to be read at once, and why those.

    Participants that the list itself makes suspicious come first. The others have an order that was
    drawn at random when they were listed. Those in it before the first one that is not read yet are
    a random part of all others, whatever a person has opened and however long each took to be read.
    While the list grows it is a part of those who were listed a while ago. Whoever is read out of
    turn is no part of it until it is its turn.
    """

    first: frozenset[str]
    """Ids of those who come first, as far as read to the end."""
    first_known: int
    """Who comes first, as far as listed."""
    drawn: frozenset[str]
    """Ids of the random part, all read to the end."""
    failed: int
    """Participants that belong to the random part but could not be read."""
    others: int
    """Of how many this is a part: those who do not come first, of the first ones listed."""
    all_listed: bool
    """Whether these are all others of the session."""


class ScanQueue:
    """Participants that wait to be read, by number.

    Only `sample` costs as much as there are participants.
    """

    def __init__(self) -> None:
        self._levels: tuple[deque[int], ...] = tuple(deque() for _ in range(_LEVELS))
        self._urgent: deque[int] = deque()
        self._suspicions = bytearray()
        self._due = bytearray()
        self._length = 0
        self._users: dict[str, int] = {}
        """The only participant of a user id, or `_SHARED`. Kept while the list is being read."""
        self._draw: Callable[[], float] | None = None
        self._places = array("d")
        """By participant number: its place in the random order, from 0 to 1. Empty without one."""
        self._others: list[tuple[float, int]] = []
        """A heap of those who wait in the random order: place and number."""

    def __len__(self) -> int:
        return self._length

    def is_due(self, number: int) -> bool:
        """Whether a participant waits to be read."""
        return number < len(self._due) and bool(self._due[number])

    def draw_others(self, draw: Callable[[], float]) -> None:
        """Read those who do not come first in a random order. Only before anybody is noted.

        Args:
            draw: Draws a number from 0 to 1, any as likely as another.
        """
        self._draw = draw

    def note(self, number: int, row: ParticipantSummary, found: int = 0) -> None:
        """Note how suspicious a listed participant is. It need not be due.

        Args:
            number: Its number.
            row: Its row.
            found: How suspicious it is whatever the row says.
        """
        self._make_room(number)
        found |= suspicion(row)
        if self._draw is not None:
            # Who has come first once belongs to no random part any more.
            before = self._suspicions[number]
            self._suspicions[number] = before | found
            if before < _COMES_FIRST <= found and self._due[number]:
                self._level(number).append(number)
            return
        self._suspicions[number] = found
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
        """Queue a participant behind those as suspicious as it is."""
        self._make_due(number)
        if not self._wait_in_random_order(number):
            self._level(number).append(number)

    def put_back(self, number: int) -> None:
        """Queue a participant before those as suspicious as it is."""
        self._make_due(number)
        if not self._wait_in_random_order(number):
            self._level(number).appendleft(number)

    def promote(self, number: int) -> None:
        """Move a participant that is due to the front, since a person looks at it."""
        if self.is_due(number):
            self._urgent.appendleft(number)

    def discard(self, number: int) -> None:
        """Remove a participant from the queue."""
        if self.is_due(number):
            self._due[number] = 0
            self._length -= 1

    def pop(self, *, only_first: bool = False) -> int | None:
        """Take the next participant out; None when nobody is due.

        Args:
            only_first: Whether to take only those who come first or whom a person looks at.
        """
        if not self._length:
            return None
        levels = self._levels[:_FIRST_LEVELS] if only_first else self._levels
        for level in (self._urgent, *levels):
            while level:
                number = level.popleft()
                # Entries that `promote`, `discard`, `note` or `_suspect` have made void are passed
                # over.
                if self._due[number]:
                    self.discard(number)
                    return number
        while self._others and not only_first:
            number = heapq.heappop(self._others)[1]
            if self._due[number]:
                self.discard(number)
                return number
        return None

    def sample(self, log: SessionLog) -> Sample | None:
        """Return who of the log is read in which order; None without a random order.

        Any thread may call it. Costs as much as there are participants.
        """
        if self._draw is None:
            return None
        all_listed = log.participants_complete
        done = log.read_flags
        tried = bytearray(done)
        for number in log.failed_numbers:
            if number < len(tried):
                tried[number] = 1
        places = self._places[: len(done)]
        firsts = self._suspicions[: len(places)].translate(_FIRST)
        for number in compress(range(len(places)), firsts):
            places[number] = _NO_PLACE
        end, taken = _longest_part(places, tried)
        drawn = frozenset(log.participant_id(number) for number in taken if done[number])
        first = (number for number in compress(range(len(places)), firsts) if done[number])
        return Sample(
            first=frozenset(map(log.participant_id, first)),
            first_known=sum(firsts),
            drawn=drawn,
            failed=len(taken) - len(drawn),
            others=end - sum(firsts[:end]),
            all_listed=all_listed and end == len(places),
        )

    def _wait_in_random_order(self, number: int) -> bool:
        """Let a participant wait at its place in the random order. Returns whether it has one."""
        if self._draw is None or self._suspicions[number] >= _COMES_FIRST:
            return False
        heapq.heappush(self._others, (self._places[number], number))
        return True

    def _make_room(self, number: int) -> None:
        while number >= len(self._due):
            self._due.append(0)
            self._suspicions.append(0)
            if self._draw is not None:
                self._places.append(self._draw())

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


def _longest_part(places: "array[float]", tried: bytearray) -> tuple[int, list[int]]:
    """Return which of the first ones listed are read without a gap in the random order.

    Who was listed just now is read next if an early place was drawn, and until then nobody behind
    that place is part of a random part of everybody. Of those listed before there is a longer one.

    Args:
        places: By participant number; `_NO_PLACE` for those without one.
        tried: By participant number: 1 for who is read or could not be, else 0.

    Returns:
        How many of those listed that is about, and the numbers of who is part of it.
    """
    # Before the first gap there are only those who were tried: they are few for a long time.
    numbers = [one for one in compress(range(len(places)), tried) if places[one] < _NO_PLACE]
    tried_places = [places[one] for one in numbers]
    until, best, longest = _NO_PLACE, (_NO_PLACE, 0), -1
    unread = compress(range(len(places)), tried.translate(_NOT))
    for number in chain((one for one in unread if places[one] < until), (len(places),)):
        before = tried_places[: bisect_left(numbers, number)]
        length = sum(map(until.__gt__, before))
        if length >= longest:
            best, longest = (until, number), length
        if number < len(places):
            until = places[number]
    until, end = best
    taken = [one for one, place in zip(numbers, tried_places, strict=True) if place < until]
    return end, taken[: bisect_left(taken, end)]
