"""Source: where the provider gets pages and single answers."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.saved_head import SavedHead


class Source(Protocol):
    """Reads pages and facts, one call at a time. Both methods block: call them from a thread.

    Both raise `ProviderFailure` and nothing else for what goes wrong outside our code. Lists ask
    for the largest page that the API allows (100; 50 for replicas). A None cursor means the first
    page.
    """

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """Read one page of a list."""
        ...

    def read_fact(self, call: GetCall[Value]) -> Value:
        """Read one value."""
        ...


@frozen
class FileNature:
    """What a file that is read instead of a service leaves open; a recording leaves nothing."""

    has_gaps: bool
    """Whether events can be missing anywhere between those that are in it."""
    saved_at: datetime | None = None
    """When what is in it was read or saved; None where it does not say so."""
    all_read_at: datetime | None = None
    """When the pass began that has read all that is in it; None where it does not say so."""
    saved: SavedHead | None = None
    """What a file of saved events says of them; None for another file."""


@frozen
class RecordedReading:
    """The recording as a source, for a single answer."""

    source: Source
    """Raises a `ProviderFailure` of kind NOT_RECORDED for what the recording does not have."""
    asked_at: Callable[[], datetime | None]
    """When the call behind its last answer began, UTC; None before one."""
