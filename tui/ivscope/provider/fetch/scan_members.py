"""ScanMembers: whom a scan reads next, whom it has read, and which failures end that."""

from collections import Counter
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import datetime

from ivscope.domain.calls import Item
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import EarlierRows
from ivscope.domain.stages import ParticipantFilter, ParticipantSummary
from ivscope.provider.fetch.scan_queue import READ_FIRST, ScanQueue
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import Feed, FeedState
from ivscope.provider.store.session_log import ReadState, SessionLog

STOPPED_BY = frozenset(
    {
        FailureKind.EXPIRED,
        FailureKind.CREDENTIALS,
        FailureKind.DENIED,
        FailureKind.CONFIGURATION,
        FailureKind.THROTTLED,
    }
)
"""Failures that the call for the next participant would meet as well. A throttled call has been
repeated several times before it fails."""

STOPPED_BY_ONE = STOPPED_BY - {FailureKind.DENIED}
"""Of these one call for the events of a participant is enough. That one participant is denied says
nothing of the others."""

COUNTED = frozenset(
    {FailureKind.NETWORK, FailureKind.TIMEOUT, FailureKind.SERVICE, FailureKind.DENIED}
)
"""One of these alone can be chance or concern one participant; several in a row mean an outage, or
that nobody may be read."""


@frozen
class Wanted:
    """Whom a scan reads when not everybody is needed."""

    narrowed: ParticipantFilter
    """What the service can narrow its list to, one of `READ_FIRST`."""
    joined_by: datetime | None = None
    """Who joined for the first time after it is left out; None for nobody."""

    def takes(self, row: ParticipantSummary) -> bool:
        """Whether a participant is among them, or may be: a row need not say it."""
        joined = row.first_join_time
        is_late = (
            isinstance(joined, datetime) and self.joined_by is not None and joined > self.joined_by
        )
        return not is_late and not self.narrowed.is_contradicted_by(row)


_PASSES = 255
"""Passes are numbered from 1 to this and again from 1, so that one fits a byte; 0 is none."""


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
        self.wanted: Wanted | None = None
        """Whom to read; None for everybody."""
        self._left_out: list[int] = []
        """Numbers of those who were listed and are not wanted."""
        self._opened_ids = opened_ids
        self._generation = rows.generation
        self._taken = 0
        self._taken_first: Counter[str] = Counter()
        """How many rows of each narrowed list are taken, by what it is narrowed to."""
        self._pass = 0
        self._read_in = bytearray()
        """By participant number: the pass in which it was read last."""
        self._was_gone = bytearray()
        """By participant number: whether it was listed as DISCONNECTED, then read."""

    @property
    def leaves_out(self) -> bool:
        """Whether somebody is not wanted who is listed, or may be in the rest of the list."""
        is_part = bool(self._left_out) or not self.log.participants_complete
        return self.wanted is not None and is_part

    def want_everybody(self) -> None:
        """Queue those who were left out, unless they were read since."""
        self.wanted = None
        for number in self._left_out:
            if self.log.state(number) is not ReadState.COMPLETE and not self.queue.is_due(number):
                self.queue.add(number)
        self._left_out.clear()

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

    def take_first(self, narrowed: Feed[ParticipantSummary], by: ParticipantFilter) -> None:
        """Queue the participants that a narrowed list has gained, before everybody else.

        Args:
            narrowed: The list.
            by: What it is narrowed to, one of `READ_FIRST`.
        """
        rows = narrowed.items
        new = rows[self._taken_first[by.member] :]
        self._taken_first[by.member] += len(new)
        for row in new:
            # What contradicts the request says nothing of the participant.
            if row.contradiction is None:
                self._take(row, READ_FIRST[by])

    def _take(self, row: ParticipantSummary, found: int = 0) -> int:
        number = self.log.add_participant(row.participant_id)
        if number == len(self._read_in):
            self._read_in.append(0)
            self._was_gone.append(0)
        self.queue.note(number, row, found)
        was_gone, is_gone = bool(self._was_gone[number]), row.state == "DISCONNECTED"
        state = self.log.state(number)
        if state is ReadState.COMPLETE:
            is_due = self._read_in[number] != self._pass and not (was_gone and is_gone)
        else:
            is_due = state is not ReadState.READING
        # A row after which nobody is read, such as one that a person lists anew between two passes,
        # does not say that the events were read when all of them were there.
        self._was_gone[number] = is_gone and (was_gone or is_due)
        if self.wanted is not None and not self.wanted.takes(row):
            self._left_out.append(number)
        elif is_due and not self.queue.is_due(number):
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
        "Reading was stopped before an answer came",
        "Go on reading.",
        retryable=True,
    )
