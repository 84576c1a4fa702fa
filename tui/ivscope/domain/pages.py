"""Page: one answer of a list call."""

from dataclasses import dataclass
from typing import Generic, NewType, TypeVar

Cursor = NewType("Cursor", str)
"""Opaque `nextToken`: only the source that gave it reads it."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Items in the order returned, and where to go on."""

    items: tuple[Item, ...]
    next_cursor: Cursor | None = None
    """None on the last page. An empty `nextToken` counts as absent."""
    request_id: str | None = None
    """For AWS Support."""
