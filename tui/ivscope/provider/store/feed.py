"""Feed: a list read page by page, and how the reading of it stands."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Generic

from ivscope.domain.calls import Item, ListCall
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.provider.store.append_list import Rows
from ivscope.provider.store.page_cursor import PageCursor
from ivscope.provider.store.source import Source

EMPTY_PAGES_FOLLOWED = 20
"""Empty pages in a row that one read follows. Twenty calls take five seconds of the whole pace:
enough for a service that filters late, and soon enough to notice a list that never ends."""


class FeedState(StrEnum):
    """Where the reading of a feed or a fact stands."""

    IDLE = "IDLE"
    """Nothing read, nothing asked."""
    QUEUED = "QUEUED"
    """Asked; the call waits for the pace, or for the end of a throttling wait."""
    READING = "READING"
    """The call is in flight."""
    READY = "READY"
    """Some pages are here and more are available."""
    COMPLETE = "COMPLETE"
    """All that the service has was read. A fact is complete when its value is here."""
    FAILED = "FAILED"
    """The last call failed. What was read before is still here."""


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """How the last refresh of a feed ended."""

    number: int
    """How many refreshes have ended, this one included."""
    new_rows: int
    """Rows that this refresh found."""
    total_new_rows: int
    """Rows that all refreshes found: who missed one in between loses no count."""
    is_whole: bool
    """Whether it has read the whole list and found all that was in it when it began. Else it has
    looked only where a list grows: what came late may be missing."""
    failure: ProviderFailure | None
    """Why it failed. The feed can be read on nevertheless."""


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One consistent view of how the reading stands. Replaced as a whole: no lock to read it."""

    state: FeedState = FeedState.IDLE
    failure: ProviderFailure | None = None
    """Set exactly when the state is FAILED."""
    cursor: Cursor | None = None
    """Where the next page starts. None before the first page, and when nothing follows."""
    pages: int = 0
    """Pages read, empty ones included."""
    generation: int = 0
    """How often reading again from the start has replaced the rows."""
    can_restart: bool = False
    """Going on from the cursor is pointless; only reading again from the start can help."""
    refreshed: RefreshResult | None = None
    """How the last refresh ended; None before the first."""
    needs_another_pass: bool = False
    """All pages were read, but rows in them may be repeats: the next read reads all again."""

    @property
    def has_more(self) -> bool:
        """Whether a next page can be asked for. True before the first page."""
        return self.cursor is not None or self.pages == 0 or self.needs_another_pass

    @property
    def is_busy(self) -> bool:
        """Whether a call is waiting or in flight."""
        return self.state in {FeedState.QUEUED, FeedState.READING}


class Feed(Generic[Item]):
    """One list, read page by page on demand. Rows keep their position for ever.

    Screens read it from any thread without a lock: take `status` and `items` once and use those.
    The methods below `status` belong to the provider, which calls them under its lock.
    """

    __slots__ = (
        "_fresh",
        "_new_rows",
        "_paging",
        "_refreshed",
        "call",
        "items",
        "status",
    )

    def __init__(self, call: ListCall[Item], new_rows: Callable[[], Rows[Item]]) -> None:
        self.call = call
        """What reads it."""
        self.items = new_rows()
        """What was read, in the order returned. Another object after a restart."""
        self.status = FeedStatus()
        self._new_rows = new_rows
        self._paging = PageCursor()
        self._fresh: PageCursor | None = None
        self._refreshed: RefreshResult | None = None

    @property
    def operation(self) -> str:
        """IVS API operation that reads it."""
        return self.call.operation

    @property
    def state(self) -> FeedState:
        """Shortcut to `status.state`."""
        return self.status.state

    @property
    def failure(self) -> ProviderFailure | None:
        """Shortcut to `status.failure`."""
        return self.status.failure

    @property
    def cursor(self) -> Cursor | None:
        """Shortcut to `status.cursor`."""
        return self.status.cursor

    @property
    def pages(self) -> int:
        """Shortcut to `status.pages`."""
        return self.status.pages

    @property
    def generation(self) -> int:
        """Shortcut to `status.generation`."""
        return self.status.generation

    @property
    def has_more(self) -> bool:
        """Shortcut to `status.has_more`."""
        return self.status.has_more

    @property
    def is_complete(self) -> bool:
        """Whether the rows are all that the list had, also while it is read again."""
        return self._paging.is_at_end and not self._paging.is_unsure

    @property
    def can_restart(self) -> bool:
        """Shortcut to `status.can_restart`."""
        return self.status.can_restart

    @property
    def wants_read(self) -> bool:
        """Whether an ordinary ask starts a call. A failed feed waits for a retry instead."""
        return self.status.state in {FeedState.IDLE, FeedState.READY}

    @property
    def can_retry(self) -> bool:
        """Whether it failed and the call that failed can be made again."""
        return self.status.state is FeedState.FAILED and (
            self._fresh is not None or self._paging.dead_end is None
        )

    @property
    def is_reading_on(self) -> bool:
        """Whether the next call reads the next page, not the first one again."""
        return self._fresh is None

    def leave_recording(self) -> None:
        """The next page may have been given long after those held, and repeat some rows."""
        self._paging.is_settled = False

    def begin_again(self) -> None:
        """Make the next call read the first page. The rows stay until it has come."""
        self._fresh = PageCursor(self._paging.generation + 1)

    def queue(self) -> None:
        """Say that a call waits."""
        self._publish(FeedState.QUEUED)

    def begin_reading(self) -> None:
        """Say that the call is in flight."""
        self._publish(FeedState.READING)

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read one page. Blocks, and changes nothing: call it without the lock.

        Returns:
            What stores the page and says whether the same read needs another call.
        """
        paging = self._fresh or self._paging
        page = source.read_page(self.call, paging.cursor)
        return partial(self._store, paging, page)

    def fail(self, failure: ProviderFailure) -> None:
        """Keep rows and cursor and say what went wrong."""
        paging = self._fresh or self._paging
        stale = failure.kind is FailureKind.INVALID and paging.cursor is not None
        self._publish(FeedState.FAILED, failure, can_restart=stale)

    def rest(self) -> None:
        """Forget the call and stand where the pages read have led."""
        self._fresh = None
        paging = self._paging
        if paging.dead_end is not None:
            self._publish(FeedState.FAILED, paging.dead_end, can_restart=True)
        elif paging.pages == 0:
            self._publish(FeedState.IDLE)
        else:
            is_complete = paging.cursor is None and not paging.is_unsure
            self._publish(FeedState.COMPLETE if is_complete else FeedState.READY)

    def _store(self, paging: PageCursor, page: Page[Item]) -> bool:
        paging.turn(len(page.items), page.next_cursor)
        return self._add(paging, page)

    def _add(self, paging: PageCursor, page: Page[Item]) -> bool:
        follows = paging.cursor is not None and not page.items
        if follows and paging.empty_in_a_row < EMPTY_PAGES_FOLLOWED:
            return True
        if follows:
            paging.empty_in_a_row = 0
            self.fail(only_empty())
            return False
        if paging is self._fresh:
            rows = self._new_rows()
            rows.append(page.items)
            self._paging, self.items = paging, rows
        else:
            paging.base = len(self.items)
            self.items.append(page.items)
        self.rest()
        return False

    def _publish(
        self,
        state: FeedState,
        failure: ProviderFailure | None = None,
        *,
        can_restart: bool = False,
    ) -> None:
        paging = self._paging
        self.status = FeedStatus(
            state,
            failure,
            paging.cursor,
            paging.pages,
            paging.generation,
            can_restart,
            self._refreshed,
            paging.needs_another_pass,
        )


def only_empty() -> ProviderFailure:
    """What to say after `EMPTY_PAGES_FOLLOWED` empty pages."""
    return ProviderFailure(
        FailureKind.PROTOCOL,
        f"{EMPTY_PAGES_FOLLOWED} empty pages in a row, and the service says that more follows",
        "Go on reading from here, or stop.",
        retryable=True,
    )
