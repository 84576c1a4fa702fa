"""Source: what the provider needs from a place that pages come from."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.pages import Cursor, Page


class Source(Protocol):
    """Page in, page out. Both methods block: call it from a reading thread.

    Both raise `ProviderFailure` and nothing else for trouble outside our code. Lists ask
    for the largest page that the API allows (100; 50 for replicas). A None cursor means the first
    page.
    """

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """Read one page of a list."""
        ...

    def read_fact(self, call: GetCall[Value]) -> Value:
        """Read one value."""
        ...


@dataclass(frozen=True, slots=True)
class RecordedReading:
    """One reading of what was recorded before."""

    source: Source
    """Raises a `ProviderFailure` of kind NOT_RECORDED for what the recording does not hold."""
    asked_at: Callable[[], datetime | None]
    """When the call behind its last answer began, UTC; None before one."""
