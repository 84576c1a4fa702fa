"""Remembers what one run of the provider has read, for the next run: a recording without a file."""

from datetime import datetime
from typing import Any

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.provider.store.source import RecordedReading
from support.session_source import SessionSource


class Memory:
    """Pages of a `SessionSource` by call, with the time at which they were asked for."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        """The present; tests move it."""
        self.held: dict[tuple[object, ...], tuple[Page[Any], datetime]] = {}

    def watch(self, source: SessionSource) -> "_Watched":
        """A source that answers as another one and remembers every answer."""
        return _Watched(self, source)

    def reading(self) -> RecordedReading:
        """The remembered answers as a recording."""
        source = _Reading(self)
        return RecordedReading(source, lambda: source.asked_at)


class _Watched:
    profile, region, endpoint_url, credentials = "session", "eu-central-1", "", ""

    def __init__(self, memory: Memory, source: SessionSource) -> None:
        self._memory = memory
        self._source = source

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        asked_at = self._memory.now
        page = self._source.read_page(call, cursor)
        self._memory.held[call, cursor] = page, asked_at
        return page

    def read_fact(self, call: GetCall[Value]) -> Value:
        return self._source.read_fact(call)


class _Reading:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.asked_at: datetime | None = None

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        if (call, cursor) not in self._memory.held:
            raise _not_recorded()
        page: Page[Item]
        page, self.asked_at = self._memory.held[call, cursor]
        return page

    def read_fact(self, _call: GetCall[Value]) -> Value:
        raise _not_recorded()


def _not_recorded() -> ProviderFailure:
    return ProviderFailure(FailureKind.NOT_RECORDED, "not recorded", "", retryable=False)
