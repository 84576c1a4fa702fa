"""GrowingList: the events of a live participant, with one of two kinds of cursors."""

from collections import Counter, deque
from collections.abc import Callable

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import SessionScope, StageSession
from ivscope.domain.times import Time
from support.named_calls import NamedCalls


class GrowingList(NamedCalls):
    """A list of events in the order returned, read in pages.

    With `shifts`, a cursor is an offset into the list as it is now: growth at the head pushes
    rows into the pages that follow. Else it is a place in the list: what comes in before it
    does not matter.
    """

    def __init__(self, page_size: int, *, shifts: bool = False) -> None:
        self.page_size = page_size
        self.shifts = shifts
        self.events: list[Event] = []
        self._ids: list[int] = []
        self._places: dict[str, int] = {}
        self.calls: list[Cursor | None] = []
        self.first_pages: list[Counter[Event]] = []
        """The events in the list at each call for its first page."""
        self.at_calls: list[Counter[Event]] = []
        """The events in the list at each call, so that its number is a time."""
        self.rejects: set[str] = set()
        self.failures: deque[ProviderFailure] = deque()
        """Failures of the next calls, in order."""
        self.between_calls: deque[Callable[[], object]] = deque()
        """Changes to make, one after each answer, so that the list grows while it is read."""

    def insert(self, index: int, event: Event) -> None:
        self.events.insert(index, event)
        self._ids.insert(index, len(self._ids))

    def list_events(self, _scope: object, cursor: Cursor | None) -> Page[Event]:
        self.calls.append(cursor)
        self.at_calls.append(Counter(self.events))
        if cursor is None:
            self.first_pages.append(self.at_calls[-1])
        if self.failures:
            raise self.failures.popleft()
        start = self._start(cursor)
        stop = start + self.page_size
        following = self._write(stop) if stop < len(self.events) else None
        page = Page(tuple(self.events[start:stop]), following)
        if self.between_calls:
            self.between_calls.popleft()()
        return page

    def _start(self, cursor: Cursor | None) -> int:
        if cursor is None:
            return 0
        if cursor in self.rejects:
            raise ProviderFailure(FailureKind.INVALID, "rejected", "", retryable=False)
        if self.shifts:
            return int(cursor.split("+")[1])
        return self._ids.index(self._places[cursor]) + 1

    def _write(self, stop: int) -> Cursor:
        # Two cursors for the same place differ, as those of the service do.
        text = f"c{len(self._places)}+{stop}"
        self._places[text] = self._ids[stop - 1]
        return Cursor(text)

    def expire_cursors(self) -> None:
        """Refuse every cursor given so far."""
        self.rejects.update(self._places)


class LiveSource(GrowingList):
    """The source of one live participant, with the session that it is in."""

    profile = "live"
    region = "eu-central-1"
    endpoint_url = ""
    credentials = ""

    def __init__(self, page_size: int = 100) -> None:
        super().__init__(page_size)
        self.end_time: Time | None = None
        self.sessions_asked = 0

    def get_session(self, session: SessionScope) -> StageSession:
        self.sessions_asked += 1
        return StageSession(session.session_id, None, self.end_time)
