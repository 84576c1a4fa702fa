"""ScanMembers: whose events a scan reads next, and how far each of them is read."""

from collections import deque
from collections.abc import Callable
from collections.abc import Set as AbstractSet

from ivscope.domain.calls import Item
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.held_rows import HeldRows
from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import Feed, FeedState
from ivscope.provider.store.session_log import ReadState, SessionLog

_PASSES = 255
"""Passes are counted round in a byte each; 0 stands for none."""

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


class ScanQueue:
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


class ScanMembers:
    """Takes the list of participants over, row by row, and lines up whoever must be read.

    In a later pass that is everybody except those that were DISCONNECTED before they were read
    and still are. Who came back and left again between two lists is not noticed.
    """

    def __init__(
        self,
        log: SessionLog,
        rows: Feed[ParticipantSummary],
        opened_ids: Callable[[], AbstractSet[str]],
    ) -> None:
        """Start with nobody.

        Args:
            log: Where participants get their numbers.
            rows: The list of participants.
            opened_ids: Whom persons have opened.
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
        """Whoever is listed from now on may have news."""
        self._pass = self._pass % _PASSES + 1

    def end_list(self) -> None:
        """Free what only the reading of the list needs."""
        self.queue.forget_users()

    def end(self, number: int, *, is_new: bool) -> None:
        """A participant is read to its end.

        Args:
            number: Whose events they are.
            is_new: False when it was read before its row was, or in an earlier run: then the
                row says nothing about how final the events are.
        """
        self._read_in[number] = self._pass
        if not is_new:
            self._was_gone[number] = 0

    def take_rows(self) -> None:
        """Take over the rows that came since the last time."""
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
    """A feed, and how much of it is in the log."""

    __slots__ = (
        "_generation",
        "_held",
        "_mark",
        "_taken",
        "feed",
        "is_refresh",
        "is_shared",
        "number",
    )

    def __init__(self, number: int, feed: EventFeed, *, is_shared: bool) -> None:
        """Follow a feed of the participant of this number.

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
        """Whether the call under way looks for news of a participant read to its end."""
        self._taken = len(feed.items) if is_filled else 0
        self._generation: int | None = feed.generation if is_filled else None
        self._held = HeldRows(())
        """Rows of the log that may come again, as the feed was begun anew."""
        self._mark = self._progress

    def mark(self) -> None:
        """Remember how far the feed is, before a call."""
        self._mark = self._progress

    @property
    def has_moved(self) -> bool:
        """Whether an answer has come since `mark`."""
        return self._progress != self._mark

    @property
    def is_done(self) -> bool:
        """Whether all is read, or the refresh has ended."""
        return self.feed.state is FeedState.COMPLETE and (
            not self.is_refresh or self._progress[2] != self._mark[2]
        )

    @property
    def failure(self) -> ProviderFailure | None:
        """Why the call failed; a refresh that did leaves the state of the feed alone."""
        status = self.feed.status
        if self.is_refresh and status.refreshed is not None and status.failure is None:
            has_ended = self._progress[2] != self._mark[2]
            return status.refreshed.failure if has_ended else None
        return status.failure

    def can_begin(self, *, is_last: bool) -> bool:
        """Whether there is something to call for; prepares that.

        Args:
            is_last: Whether nobody will look for news again, so that all must be read.
        """
        if self.is_refresh:
            return self.feed.begin_refresh(is_whole=is_last)
        # Rows that a person looks at are not replaced.
        return can_begin(self.feed, may_restart=not self.is_shared)

    def take_over(self, log: SessionLog) -> None:
        """Add the rows that are not in the log yet."""
        rows, generation = self.feed.items, self.feed.generation
        if generation != self._generation:
            # Read again from the start, or before anybody followed: what is held comes again.
            self._generation, self._taken = generation, 0
            held = log.events_of(log.participant_id(self.number))
            self._held = HeldRows(map(held.key, range(len(held))))
        part = range(self._taken, len(rows))
        self._taken = len(rows)
        if self._held:
            news = EventLog(rows.tables)
            news.append(rows[at] for at in part if self._held.take(rows.key(at)) is None)
            log.append(self.number, news, range(len(news)))
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
    """Whether a feed can be read on, or tried again; prepares a restart where that is the way."""
    if feed.can_restart and may_restart:
        feed.begin_again()
        return True
    return feed.wants_read or feed.can_retry


def given_up() -> ProviderFailure:
    """What to say when a call ended without an answer and without a failure."""
    return ProviderFailure(
        FailureKind.NETWORK,
        "The reading was given up before an answer came",
        "Go on reading.",
        retryable=True,
    )
