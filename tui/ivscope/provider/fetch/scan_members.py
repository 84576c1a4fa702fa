"""ScanMembers: which participants a scan reads next, and which it has read."""

from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from ivscope.domain.calls import Item
from ivscope.domain.earlier_rows import EarlierRows
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import Feed, FeedState
from ivscope.provider.store.session_log import ReadState, SessionLog

_PASSES = 255
"""Passes are numbered from 1 to this and again from 1, so that one fits a byte; 0 is none."""

_SHARED_USER = 1

_COPIED = frozenset({"SOURCE", "REPLICA"})

_LEVELS = 32
"""Queues, one for each combination of the five reasons to read somebody early."""

_SHARED = -1
"""Stands for the participants of a user id that several have."""


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


class ScanQueue:
    """Participants that wait to be read, by number. No method costs more in a longer queue."""

    def __init__(self) -> None:
        self._levels: tuple[deque[int], ...] = tuple(deque() for _ in range(_LEVELS))
        self._urgent: deque[int] = deque()
        self._suspicions = bytearray()
        self._due = bytearray()
        self._length = 0
        self._users: dict[str, int] = {}
        """The only participant of a user id, or `_SHARED`. Kept while the list is being read."""

    def __len__(self) -> int:
        return self._length

    def is_due(self, number: int) -> bool:
        """Whether a participant waits to be read."""
        return number < len(self._due) and bool(self._due[number])

    def note(self, number: int, row: ParticipantSummary) -> None:
        """Note how suspicious a listed participant is. It need not be due."""
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
        """Queue a participant behind those as suspicious as it is."""
        self._make_due(number)
        self._level(number).append(number)

    def put_back(self, number: int) -> None:
        """Queue a participant before those as suspicious as it is."""
        self._make_due(number)
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

    def pop(self) -> int | None:
        """Take the next participant out; None when nobody is due."""
        if not self._length:
            return None
        for level in (self._urgent, *self._levels):
            while level:
                number = level.popleft()
                # Entries that `promote`, `discard` or `_suspect` have made void are passed over.
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


class ScanMembers:
    """Goes through the list of participants and queues those that must be read.

    In a later pass that is everybody except those that were DISCONNECTED before they were read
    and still are. A participant that came back and left again between two lists is not noticed.
    """

    def __init__(
        self,
        log: SessionLog,
        rows: Feed[ParticipantSummary],
        opened_ids: Callable[[], AbstractSet[str]],
    ) -> None:
        """Start with nobody.

        Args:
            log: Gives participants their numbers.
            rows: The list of participants.
            opened_ids: Ids of the participants that a person has opened.
        """
        self.log = log
        self.rows = rows
        self.queue = ScanQueue()
        self._opened_ids = opened_ids
        self._generation = rows.generation
        self._taken = 0
        self._pass = 0
        self._read_in = bytearray()
        """By participant number: the pass in which it was read last."""
        self._was_gone = bytearray()
        """By participant number: whether it was listed as DISCONNECTED, then read."""

    def begin_pass(self) -> None:
        """Begin a pass: everybody listed from now on may have new events."""
        self._pass = self._pass % _PASSES + 1

    def end_list(self) -> None:
        """Free what is needed only while the list is being read."""
        self.queue.forget_users()

    def end(self, number: int, *, is_new: bool) -> None:
        """Note that a participant is read to the end.

        Args:
            number: The number of the participant.
            is_new: False when its events were read before its row was, or in an earlier run: then
                the row does not say whether more events can come.
        """
        self._read_in[number] = self._pass
        if not is_new:
            self._was_gone[number] = 0

    def take_rows(self) -> None:
        """Queue the participants of the rows that came since the last call."""
        rows = self.rows
        if rows.generation != self._generation:
            self._generation, self._taken = rows.generation, 0
        new = rows.items[self._taken :]
        self._taken += len(new)
        opened = self._opened_ids()
        for row in new:
            number = self._take(row)
            if row.participant_id in opened:
                self.queue.promote(number)

    def _take(self, row: ParticipantSummary) -> int:
        number = self.log.add_participant(row.participant_id)
        if number == len(self._read_in):
            self._read_in.append(0)
            self._was_gone.append(0)
        self.queue.note(number, row)
        was_gone, is_gone = bool(self._was_gone[number]), row.state == "DISCONNECTED"
        self._was_gone[number] = is_gone
        state = self.log.state(number)
        if state is ReadState.COMPLETE:
            is_due = self._read_in[number] != self._pass and not (was_gone and is_gone)
        else:
            is_due = state is not ReadState.READING
        if is_due and not self.queue.is_due(number):
            self.queue.add(number)
        return number


class ScannedFeed:
    """The feed of a participant, and how much of it is in the log of the session."""

    __slots__ = (
        "_earlier",
        "_generation",
        "_mark",
        "_taken",
        "feed",
        "is_refresh",
        "is_shared",
        "number",
    )

    def __init__(self, number: int, feed: EventFeed, *, is_shared: bool) -> None:
        """Begin to follow a feed.

        Args:
            number: Its number in the log.
            feed: Its feed. One that is not shared may have been filled from the log.
            is_shared: Whether a person has opened it.
        """
        is_filled = not is_shared
        self.number = number
        self.feed = feed
        self.is_shared = is_shared
        self.is_refresh = False
        """Whether the call under way looks for new events of a participant read to the end."""
        self._taken = len(feed.items) if is_filled else 0
        self._generation: int | None = feed.generation if is_filled else None
        self._earlier = EarlierRows(())
        """Rows of the log that come again when the feed is read again from its start."""
        self._mark = self._progress

    def mark(self) -> None:
        """Remember how far the feed is read, before a call."""
        self._mark = self._progress

    @property
    def has_moved(self) -> bool:
        """Whether an answer has come since `mark`."""
        return self._progress != self._mark

    @property
    def is_done(self) -> bool:
        """Whether all pages are read, or the refresh has ended."""
        return self.feed.state is FeedState.COMPLETE and (
            not self.is_refresh or self._progress[2] != self._mark[2]
        )

    @property
    def failure(self) -> ProviderFailure | None:
        """Why the call failed. A failed refresh leaves no failure in the status of the feed."""
        status = self.feed.status
        if self.is_refresh and status.refreshed is not None and status.failure is None:
            has_ended = self._progress[2] != self._mark[2]
            return status.refreshed.failure if has_ended else None
        return status.failure

    def can_begin(self, *, is_last: bool) -> bool:
        """Whether a call has something to read; prepares the feed for it.

        Args:
            is_last: Whether this is the last pass, so that a refresh must read the whole list.
        """
        if self.is_refresh:
            return self.feed.begin_refresh(is_whole=is_last)
        # Rows that a person looks at are not replaced.
        return can_begin(self.feed, may_restart=not self.is_shared)

    def take_over(self, log: SessionLog) -> None:
        """Add the rows of the feed to the log that are not in it yet."""
        rows, generation = self.feed.items, self.feed.generation
        if generation != self._generation:
            # The feed was read again from its start, or before the scan: rows may be in the log.
            self._generation, self._taken = generation, 0
            earlier = log.events_of(log.participant_id(self.number))
            self._earlier = EarlierRows(map(earlier.key, range(len(earlier))))
        part = range(self._taken, len(rows))
        self._taken = len(rows)
        if self._earlier:
            new_rows = EventLog(rows.tables)
            new_rows.append(rows[at] for at in part if self._earlier.take(rows.key(at)) is None)
            log.append(self.number, new_rows, range(len(new_rows)))
            return
        sequence = rows.sequence
        is_newest = part.start > 0 and sequence is not None and sequence[0] >= part.start
        log.append(self.number, rows, part, before_others=is_newest)

    @property
    def _progress(self) -> tuple[int, int, int]:
        status = self.feed.status
        refreshes = 0 if status.refreshed is None else status.refreshed.number
        return status.generation, status.pages, refreshes


def can_begin(feed: Feed[Item], *, may_restart: bool) -> bool:
    """Whether a feed can be read on or retried; prepares a restart if only that can help."""
    if feed.can_restart and may_restart:
        feed.begin_again()
        return True
    return feed.wants_read or feed.can_retry


def given_up() -> ProviderFailure:
    """The failure of a call that ended without an answer and without a failure."""
    return ProviderFailure(
        FailureKind.NETWORK,
        "The reading was given up before an answer came",
        "Go on reading.",
        retryable=True,
    )
