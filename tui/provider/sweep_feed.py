"""SweptFeed: takes the rows of one participant's feed over into the log of the session."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tui.domain.events import Event
from tui.provider.event_feed import EventFeed
from tui.provider.session_log import SessionLog


class SweptFeed:
    """A feed, and how much of it is in the log."""

    __slots__ = ("_generation", "_mark", "_taken", "feed", "is_refresh", "number")

    def __init__(self, number: int, feed: EventFeed, *, is_filled: bool) -> None:
        """Follow a feed of the participant of this number.

        Args:
            number: Its number in the log.
            feed: Its feed.
            is_filled: Whether the rows of the feed came out of the log.
        """
        self.number = number
        self.feed = feed
        self.is_refresh = False
        """Whether the call under way looks for news of a participant read to its end."""
        self._taken = len(feed.items) if is_filled else 0
        self._generation: int | None = feed.generation if is_filled else None
        self._mark = self._progress

    def mark(self) -> None:
        """Remember how far the feed is, before a call."""
        self._mark = self._progress

    @property
    def has_moved(self) -> bool:
        """Whether an answer has come since `mark`."""
        return self._progress != self._mark

    @property
    def has_refreshed(self) -> bool:
        """Whether a refresh has ended since `mark`."""
        return self._progress[2] != self._mark[2]

    def take_over(self, log: SessionLog) -> int:
        """Add the rows that are not in the log yet; returns how many."""
        feed = self.feed
        generation = feed.generation
        if generation == self._generation:
            new: Iterable[Event] = feed.items[self._taken :]
        elif log.count(self.number):
            new = _more_often(feed.items, log.events_of(log.participant_id(self.number)))
        else:
            new = feed.items
        self._generation, self._taken = generation, len(feed.items)
        before = len(log.log)
        log.append(self.number, new)
        return len(log.log) - before

    @property
    def _progress(self) -> tuple[int, int, int]:
        status = self.feed.status
        refreshes = 0 if status.refreshed is None else status.refreshed.number
        return status.generation, status.pages, refreshes


def _more_often(rows: Iterable[Event], held: Iterable[Event]) -> Iterator[Event]:
    """Rows that come more often than they are held: the list was read again from its start."""
    left = Counter(held)
    for row in rows:
        if left[row]:
            left[row] -= 1
        else:
            yield row
