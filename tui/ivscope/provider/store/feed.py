"""Feed: a list read page by page, and the state of reading it."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Generic

from ivscope.domain.calls import Item, ListCall, contradiction_of, with_contradictions
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.frozen import frozen, slotted
from ivscope.domain.pages import BEHIND_THE_FILE, Contradiction, Cursor, Page
from ivscope.provider.store.append_list import AppendOnly
from ivscope.provider.store.source import Source

EMPTY_PAGES_FOLLOWED = 20
"""Empty pages in a row that one read follows. Twenty calls take all that the rate limiter allows
for five seconds: enough for a service that filters after it has cut the pages, and soon enough to
notice a list that never ends."""


class FeedState(StrEnum):
    """The state of reading a feed or a fact."""

    IDLE = "IDLE"
    """Nothing was read and no call was asked for."""
    QUEUED = "QUEUED"
    """The call waits for the rate limiter, or for the end of a throttling wait."""
    READING = "READING"
    """The call is in flight."""
    READY = "READY"
    """Some pages were read and more are available."""
    COMPLETE = "COMPLETE"
    """All that the service has was read. A fact is complete when its value was read."""
    FAILED = "FAILED"
    """The last call failed. What was read before is kept."""


@frozen
class RefreshResult:
    """How the last refresh of a feed ended."""

    number: int
    """How many refreshes have ended, this one included."""
    new_rows: int
    """Rows that this refresh found."""
    total_new_rows: int
    """Rows that all refreshes found, so that a missed announcement loses no count."""
    is_whole: bool
    """Whether it has read the whole list and found all that was in it when it began. If not, it has
    read only where the list grows, and events that came late may be missing."""
    failure: ProviderFailure | None
    """Why it failed. Reading the feed can go on nevertheless."""


@frozen
class FeedStatus:
    """The state of reading as one value. Replaced as a whole: reading it takes no lock."""

    state: FeedState = FeedState.IDLE
    failure: ProviderFailure | None = None
    """Set exactly when the state is FAILED."""
    cursor: Cursor | None = None
    """Asks for the next page. None before the first page, and when nothing follows."""
    pages: int = 0
    """Pages read, empty ones included."""
    generation: int = 0
    """How often a restart has replaced the rows."""
    can_restart: bool = False
    """Whether going on from the cursor is pointless and only a restart can help."""
    refreshed: RefreshResult | None = None
    """How the last refresh ended; None before the first."""
    needs_another_pass: bool = False
    """Whether all pages were read but may hold repeats, so that the next read reads all again."""

    @property
    def has_more(self) -> bool:
        """Whether a next page can be asked for. True before the first page."""
        return self.cursor is not None or self.pages == 0 or self.needs_another_pass

    @property
    def is_busy(self) -> bool:
        """Whether a call is waiting or in flight."""
        return self.state in {FeedState.QUEUED, FeedState.READING}


@slotted
class PageCursor:
    """How far one pass over a list has come, from its start or from a page in the middle."""

    generation: int = 0
    cursor: Cursor | None = None
    """Asks for the next page. None for the first page, and behind the last one."""
    pages: int = 0
    asked: Cursor | None = None
    """The cursor that gave the last page; None when that was the first page of the list."""
    base: int = 0
    """Rows of the feed before those of the last page."""
    rows: int = 0
    """Rows that came in this pass, repeats included; -1 where the pass was made elsewhere."""
    last_rows: int = 0
    """Rows of the last page."""
    empty_in_a_row: int = 0
    seen: set[int] | None = None
    """Hashes of the cursors received. The texts can be long, and hashes of a few thousand
    cursors do not meet by chance. None before the first: most feeds have one page, and a scan
    makes thousands of feeds."""
    dead_end: ProviderFailure | None = None
    """Why this pass cannot go on although the service says that more follows."""
    is_settled: bool = False
    """Whether nothing can have come in since this pass began, so that no page repeats rows."""
    is_unsure: bool = False
    """Whether rows of this pass were left out that may be repeats. Another pass has to tell."""
    has_missed_rows: bool = False
    """Whether a refresh has left out such rows, so that the next one has to read all again."""

    @property
    def is_at_end(self) -> bool:
        """Whether all pages were read."""
        return self.pages > 0 and self.cursor is None and self.dead_end is None

    @property
    def needs_another_pass(self) -> bool:
        """Whether all pages were read, and all must be read again."""
        return self.is_unsure and self.is_at_end

    def turn(self, rows: int, next_cursor: Cursor | None) -> None:
        """Note that a page of so many rows has come, and where it leads."""
        self.asked = self.cursor
        self.pages += 1
        self.rows += rows
        self.last_rows = rows
        self.empty_in_a_row = 0 if rows else self.empty_in_a_row + 1
        self.cursor = next_cursor or None
        if self.cursor is None:
            return
        mark = hash(self.cursor)
        self.seen = self.seen or set()
        if mark in self.seen:
            # The rows of this page are good; only its cursor leads back to a page read before.
            self.cursor = None
            self.dead_end = _repeated(self.pages)
        self.seen.add(mark)


def _repeated(pages: int) -> ProviderFailure:
    return ProviderFailure(
        FailureKind.PROTOCOL,
        f"page {pages} names a next page that was read before (repeated nextToken)",
        "The list may be incomplete. Read it again from the start.",
        retryable=False,
    )


class Feed(Generic[Item]):
    """One list, read page by page on demand. Rows never change their position.

    Any thread may read it without a lock: take `status` and `items` once and use those.
    The methods below `status` belong to the provider, which calls them under its lock.
    """

    __slots__ = (
        "_fresh",
        "_new_rows",
        "_page_cursor",
        "_refreshed",
        "call",
        "items",
        "request_id",
        "status",
    )

    def __init__(self, call: ListCall[Item], new_rows: Callable[[], AppendOnly[Item]]) -> None:
        self.call = call
        """The call that reads it."""
        self.items = new_rows()
        """The rows read, in the order returned. Another object after a restart."""
        self.request_id: str | None = None
        """Request id of the page that came last, for AWS Support; None where it had none."""
        self.status = FeedStatus()
        self._new_rows = new_rows
        self._page_cursor = PageCursor()
        self._fresh: PageCursor | None = None
        self._refreshed: RefreshResult | None = None

    @property
    def contradictions(self) -> Mapping[Contradiction, int]:
        """How many rows contradict the request, by how they do. They stay among `items`."""
        return self.items.contradictions

    @property
    def facts(self) -> AppendOnly[Item]:
        """The rows that count. Another object after a restart, or when rows are taken back."""
        return self.items.facts

    @property
    def operation(self) -> str:
        """IVS API operation that reads it."""
        return self.call.operation

    @property
    def region(self) -> str | None:
        """Region that is asked; None for the Region configured."""
        return self.call.region

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
    def knows_of_more(self) -> bool:
        """Whether the answers say that more follows, so that it is not only unknown."""
        status = self.status
        return status.cursor is not None and (
            status.failure is None or status.failure.is_rest_known
        )

    @property
    def is_complete(self) -> bool:
        """Whether the rows are all that the list had; stays true while it is read again."""
        return self._page_cursor.is_at_end and not self._page_cursor.is_unsure

    @property
    def can_restart(self) -> bool:
        """Shortcut to `status.can_restart`."""
        return self.status.can_restart

    @property
    def wants_read(self) -> bool:
        """Whether an ordinary read starts a call. A failed feed waits for a retry instead."""
        return self.status.state in {FeedState.IDLE, FeedState.READY}

    @property
    def can_retry(self) -> bool:
        """Whether it failed and the call that failed can be made again."""
        return self.status.state is FeedState.FAILED and (
            self._fresh is not None or self._page_cursor.dead_end is None
        )

    @property
    def is_reading_on(self) -> bool:
        """Whether the next call reads the next page, not the first one again."""
        return self._fresh is None

    def leave_recording(self) -> None:
        """Note that the service gives the next page, long after those recorded: rows may repeat."""
        self._page_cursor.is_settled = False

    def begin_again(self) -> None:
        """Make the next call read the first page. The rows stay until it has come."""
        self._fresh = PageCursor(self._page_cursor.generation + 1)

    def queue(self) -> None:
        """Note that a call waits."""
        self._publish(FeedState.QUEUED)

    def begin_reading(self) -> None:
        """Note that the call is in flight."""
        self._publish(FeedState.READING)

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read one page. Blocks, and changes nothing: call it without the lock.

        Returns:
            A function that stores the page and returns whether the same read needs another call.
        """
        page_cursor = self._fresh or self._page_cursor
        page = self._read_page(source, page_cursor)
        return partial(self._store, page_cursor, page)

    def _read_page(self, source: Source, page_cursor: PageCursor) -> Page[Item]:
        """Read a page, and mark the rows that contradict the request."""
        page = source.read_page(self.call, page_cursor.cursor)
        found = [contradiction_of(self.call, row) for row in page.items]
        return with_contradictions(page, found) if any(found) else page

    def fail(self, failure: ProviderFailure) -> None:
        """Keep rows and cursor and note the failure of the call."""
        page_cursor = self._fresh or self._page_cursor
        stale = failure.kind is FailureKind.INVALID and page_cursor.cursor is not None
        self._publish(FeedState.FAILED, failure, can_restart=stale)

    def rest(self) -> None:
        """Forget the call; the state follows from the pages read."""
        self._fresh = None
        page_cursor = self._page_cursor
        if page_cursor.dead_end is not None:
            self._publish(FeedState.FAILED, page_cursor.dead_end, can_restart=True)
        elif page_cursor.pages == 0:
            self._publish(FeedState.IDLE)
        else:
            is_complete = page_cursor.cursor is None and not page_cursor.is_unsure
            self._publish(FeedState.COMPLETE if is_complete else FeedState.READY)

    def _store(self, page_cursor: PageCursor, page: Page[Item]) -> bool:
        self.request_id = page.request_id
        page_cursor.turn(len(page.items), page.next_cursor)
        return self._add(page_cursor, page)

    def _add(self, page_cursor: PageCursor, page: Page[Item]) -> bool:
        follows = page_cursor.cursor is not None and not page.items
        if follows and page_cursor.empty_in_a_row < EMPTY_PAGES_FOLLOWED:
            return True
        if follows:
            page_cursor.empty_in_a_row = 0
            self.fail(only_empty())
            return False
        if page_cursor is self._fresh:
            rows = self._new_rows()
            rows.append(page.items)
            self._page_cursor, self.items = page_cursor, rows
        else:
            page_cursor.base = len(self.items)
            self.items.append(page.items)
        self.rest()
        return page_cursor.cursor == BEHIND_THE_FILE

    def _publish(
        self,
        state: FeedState,
        failure: ProviderFailure | None = None,
        *,
        can_restart: bool = False,
    ) -> None:
        page_cursor = self._page_cursor
        self.status = FeedStatus(
            state,
            failure,
            page_cursor.cursor,
            page_cursor.pages,
            page_cursor.generation,
            can_restart,
            self._refreshed,
            page_cursor.needs_another_pass,
        )


def only_empty() -> ProviderFailure:
    """The failure after `EMPTY_PAGES_FOLLOWED` empty pages."""
    return ProviderFailure(
        FailureKind.PROTOCOL,
        f"{EMPTY_PAGES_FOLLOWED} empty pages in a row, and the service says that more follows",
        "Go on reading from here, or stop.",
        retryable=True,
    )
