"""Page: one answer of a list call, and Row: one item of it."""

from dataclasses import field
from enum import StrEnum
from typing import Generic, NewType, TypeVar

from ivscope.domain.frozen import frozen

Cursor = NewType("Cursor", str)
"""Opaque `nextToken`: only the source that gave it reads it."""


class Contradiction(StrEnum):
    """Why a row of an answer counts as no fact; the text is what its row says on screen."""

    PARTICIPANT = "of someone else"
    """It names another participant than the one asked for."""
    FILTER = "outside the filter"
    """It says that it does not match the filter that the service was asked to apply."""
    STAGE = "of another stage"
    """It names another stage than the one asked for, or was listed for another one before."""
    REPEATED = "returned before"
    """It was in this list before: equal in every member, or with the same id."""
    SHARED_ID = "shares its id"
    """Another row of this list has its id and cannot be the same."""


@frozen
class Row:
    """One item of a list call."""

    contradiction: Contradiction | None = field(
        default=None, compare=False, repr=False, kw_only=True
    )
    """How it contradicts the request, so that it counts as no fact. Not part of the answer."""


Item = TypeVar("Item", bound=Row)


@frozen
class Page(Generic[Item]):
    """Items in the order returned, and where to go on."""

    items: tuple[Item, ...]
    next_cursor: Cursor | None = None
    """None on the last page. An empty `nextToken` counts as absent."""
    request_id: str | None = None
    """For AWS Support."""
