"""SweptFeed: takes the rows of one participant's feed over into the log of the session."""

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.held_rows import HeldRows
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import Feed, FeedState, Item
from ivscope.provider.store.session_log import SessionLog


class SweptFeed:
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

    def can_begin(self) -> bool:
        """Whether there is something to call for; prepares that."""
        if self.is_refresh:
            return self.feed.begin_refresh()
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
