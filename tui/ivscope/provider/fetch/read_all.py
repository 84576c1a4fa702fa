"""ReadAll: reads a list to the end, and says how long that will take."""

from collections import deque
from datetime import datetime
from functools import partial
from typing import Any

from ivscope.domain.frozen import frozen
from ivscope.domain.times import to_microseconds
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import Feed, FeedState
from ivscope.provider.store.indexes import OrderLabel

_MEASURED_PAGES = 20
"""The rate is measured over so many last pages, so that older ones do not hide throttling."""


@frozen
class LoadProgress:
    """How far reading a whole list has come."""

    pages: int
    """Pages read, those from before the start included."""
    items: int
    """Events read, likewise."""
    rate: float | None
    """Events per second over the last pages; None before two pages have come."""


class ReadAll:
    """Asks for page after page, with the priority of a person. Has no thread.

    Its owner calls `step` once to begin and after every change of the feed. A failure ends it; of a
    list that had failed before, the first step makes the call that failed again.
    """

    def __init__(
        self, provider: StageDataProvider, feed: Feed[Any], *, to_the_end: bool = False
    ) -> None:
        """Ask nothing yet.

        Args:
            provider: Reads the pages.
            feed: The list.
            to_the_end: Whether the next page is asked for as soon as one came; else by a step, for
                an owner who may have enough then.
        """
        self.feed = feed
        self._ask = provider.read_to_the_end if to_the_end else provider.read_more
        self._ask_again = (
            partial(provider.read_to_the_end, retry=True) if to_the_end else provider.retry
        )
        self.is_cancelled = False
        self._provider = provider
        self._clock = provider.clock
        self._came: deque[tuple[float, int]] = deque(maxlen=_MEASURED_PAGES + 1)
        self._pages = -1
        self._has_begun = False

    def step(self) -> bool:
        """Note what came, and ask for the next page unless one is under way.

        Returns:
            Whether there is more to do: False once complete, failed or cancelled.
        """
        if self.is_cancelled:
            return False
        status = self.feed.status
        if status.pages != self._pages:
            self._pages = status.pages
            self._came.append((self._clock.monotonic(), len(self.feed.items)))
        if status.state is FeedState.COMPLETE:
            return False
        has_begun, self._has_begun = self._has_begun, True
        if status.state is FeedState.FAILED:
            return not has_begun and self._ask_again(self.feed)
        self._ask(self.feed)
        return True

    def cancel(self) -> None:
        """Ask for nothing more. A call under way is not given up, since it counts already."""
        self.is_cancelled = True
        self._provider.read_no_further(self.feed)

    @property
    def progress(self) -> LoadProgress:
        """Pages, events and rate so far."""
        status = self.feed.status
        return LoadProgress(status.pages, len(self.feed.items), self._rate(self._clock.monotonic()))

    def eta(
        self, now: float, first_time: datetime | None, last_time: datetime | None
    ) -> float | None:
        """Seconds until all is read, if the rest is as dense in time as what was read.

        Args:
            now: Seconds on the clock of the provider.
            first_time: No event can be before it: the start of the session or the first join.
            last_time: No event can be after it: the end of the session, or the present.

        Returns:
            None when the order, the times or the bounds do not tell, or when nothing is read.
        """
        if not self.feed.has_more:
            return 0.0
        if self.is_cancelled or self.feed.state is FeedState.FAILED:
            return None
        rate, items = self._rate(now), self.feed.items
        shares = _shares(items, first_time, last_time) if isinstance(items, EventLog) else None
        if not rate or shares is None:
            return None
        read, left = shares
        return len(items) * left / read / rate

    def _rate(self, now: float) -> float | None:
        """Events per second. Falls while a page is overdue, as its waiting time counts too."""
        if len(self._came) < 2:  # noqa: PLR2004 - from one page to the next
            return None
        (begin, before), (end, after) = self._came[0], self._came[-1]
        span = end - begin
        overdue = now - end - span / (len(self._came) - 1)
        seconds = span + max(0.0, overdue)
        return (after - before) / seconds if seconds > 0 else None


def _shares(
    log: EventLog, first_time: datetime | None, last_time: datetime | None
) -> tuple[int, int] | None:
    """Microseconds that the rows read cover, and that those not read do; None when not known."""
    if not log:
        return None
    returned = range(len(log)) if log.sequence is None else log.sequence
    begin, reached = log.time_us(returned[0]), log.time_us(returned[-1])
    if begin is None or reached is None:
        return None
    if log.order is OrderLabel.NEWEST_FIRST and first_time is not None:
        read, left = begin - reached, reached - to_microseconds(first_time)
    elif log.order is OrderLabel.OLDEST_FIRST and last_time is not None:
        read, left = reached - begin, to_microseconds(last_time) - reached
    else:
        return None
    return (read, left) if read > 0 and left >= 0 else None
