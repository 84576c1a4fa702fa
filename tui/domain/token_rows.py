"""The parts of a token comparison: rows with two sides, and how each row changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tui.domain.times import UnreadableTime


class TokenField(StrEnum):
    """A part of a participant token."""

    CAPABILITIES = "capabilities"
    ATTRIBUTES = "attributes"
    USER_ID = "user id"
    EXPIRATION = "expiration"


class Presence(StrEnum):
    """Whether a value came: absent and empty are different answers."""

    ABSENT = "absent"
    EMPTY = "empty"
    GIVEN = "given"


class Change(StrEnum):
    """What became of a row."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class TokenSide:
    """One value of one token."""

    presence: Presence
    value: str | datetime | UnreadableTime | None = None
    """Text from outside, or the expiration. None unless given with a single value."""


ABSENT = TokenSide(Presence.ABSENT)
EMPTY = TokenSide(Presence.EMPTY)
SET_GIVEN = TokenSide(Presence.GIVEN)
"""A set with members: each of them has a row of its own."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One value before and after the exchange."""

    field: TokenField
    key: str | None
    """The capability or the attribute key. None for a single value, and for the row that says
    whether a set was absent or empty as a whole."""
    before: TokenSide
    after: TokenSide
    change: Change
    common_prefix: int = 0
    """Characters that both texts start with; only on changed text."""
    common_suffix: int = 0
    """Characters that both texts end with; never overlaps the prefix in either text."""


@dataclass(frozen=True, slots=True)
class ExpirationChange:
    """How the expiration moved, as far as the times could be read."""

    delta: float | None
    """Seconds from the previous expiration to the new one; negative when it is earlier."""
    left_before: float | None
    """Seconds that the previous token had left at the exchange; negative when it was over."""
    left_after: float | None
    """Seconds that the new token had left at the exchange; negative when it was over."""
