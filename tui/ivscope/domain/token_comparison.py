"""TokenComparison: what a token exchange changed; sets are compared as sets, not as text."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from unicodedata import category

from ivscope.domain.frozen import frozen
from ivscope.domain.times import Time, UnreadableTime
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken


class TokenField(StrEnum):
    """A part of a participant token."""

    CAPABILITIES = "capabilities"
    ATTRIBUTES = "attributes"
    USER_ID = "user id"
    EXPIRATION = "expiration"


class Presence(StrEnum):
    """Whether a value was in the answer: absent and empty are different."""

    ABSENT = "absent"
    EMPTY = "empty"
    GIVEN = "given"
    NOT_TOLD = "not told"
    """Of a member of a set that is absent as a whole: whether the token has it is not known."""


class Change(StrEnum):
    """How a value differs between the two tokens."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    """One of the two tokens does not have this part at all: what it was there is not known."""


@frozen
class TokenSide:
    """One value of one token."""

    presence: Presence
    value: str | datetime | UnreadableTime | None = None
    """Text from outside, or the expiration. None unless given with a single value."""


ABSENT = TokenSide(Presence.ABSENT)
EMPTY = TokenSide(Presence.EMPTY)
NOT_TOLD = TokenSide(Presence.NOT_TOLD)
SET_GIVEN = TokenSide(Presence.GIVEN)
"""A set with members: each of them has a row of its own."""


@frozen
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


@frozen
class ExpirationChange:
    """How the expiration moved, as far as the times could be read."""

    delta: float | None
    """Seconds from the previous expiration to the new one; negative when it is earlier."""
    left_before: float | None
    """Seconds until the previous token expired, at the exchange; negative when it had expired."""
    left_after: float | None
    """Seconds until the new token expires, at the exchange; negative when it had expired."""


_NOTHING = ParticipantToken()


@frozen
class TokenComparison:
    """Two tokens side by side.

    Rows are in reading order: capabilities (PUBLISH, SUBSCRIBE, others by name), attributes by key,
    user id, expiration. Every key has one row. A value absent on both sides has none. Only a member
    of a set that both tokens have is added or removed; a part that one token does not have at all,
    such as its capabilities, may be the same in it.
    """

    has_previous: bool
    """Whether the answer had a previous token. If not, nothing can be said to be added."""
    has_new: bool
    """Whether the answer had a new token. If not, nothing can be said to be removed."""
    rows: tuple[TokenRow, ...]
    expiration: ExpirationChange


def compare_tokens(
    previous: ParticipantToken | None, new: ParticipantToken | None, at: Time | None
) -> TokenComparison:
    """Compare two tokens.

    Capabilities are a set: neither order nor repetition counts.

    Args:
        previous: The token in force before. None when the answer had none.
        new: The token in force after. None when the answer had none.
        at: When the exchange happened; the time left of each token is counted from here.
    """
    before, after = previous or _NOTHING, new or _NOTHING
    rows = (
        *_set_rows(TokenField.CAPABILITIES, _members(before), _members(after)),
        *_set_rows(TokenField.ATTRIBUTES, _attributes(before), _attributes(after)),
        *_single_row(TokenField.USER_ID, before.user_id, after.user_id),
        *_single_row(TokenField.EXPIRATION, before.expiration_time, after.expiration_time),
    )
    expiration = ExpirationChange(
        delta=_seconds(before.expiration_time, after.expiration_time),
        left_before=_seconds(at, before.expiration_time),
        left_after=_seconds(at, after.expiration_time),
    )
    return TokenComparison(previous is not None, new is not None, rows, expiration)


def _members(token: ParticipantToken) -> dict[str, str] | None:
    if token.capabilities is None:
        return None
    known = [name for name in (PUBLISH, SUBSCRIBE) if name in token.capabilities]
    return {name: name for name in [*known, *sorted({*token.capabilities} - {*known})]}


def _attributes(token: ParticipantToken) -> dict[str, str] | None:
    return None if token.attributes is None else dict(sorted(token.attributes))


def _set_rows(
    field: TokenField, before: dict[str, str] | None, after: dict[str, str] | None
) -> Iterator[TokenRow]:
    if not (before and after) and not (before is None and after is None):
        sides = _set_side(before), _set_side(after)
        yield _row(field, None, *sides)
    keys = {**(before or {}), **(after or {})}
    if field is TokenField.ATTRIBUTES:
        keys = dict(sorted(keys.items()))
    else:
        keys = _members(ParticipantToken(capabilities=tuple(keys))) or {}
    for key in keys:
        yield _row(field, key, _member_side(before, key), _member_side(after, key))


def _member_side(members: dict[str, str] | None, key: str) -> TokenSide:
    return NOT_TOLD if members is None else _side(members.get(key))


def _set_side(members: dict[str, str] | None) -> TokenSide:
    if members is None:
        return ABSENT
    return SET_GIVEN if members else EMPTY


def _single_row(
    field: TokenField, before: str | Time | None, after: str | Time | None
) -> Iterator[TokenRow]:
    if before is not None or after is not None:
        yield _row(field, None, _side(before), _side(after))


def _side(value: str | Time | None) -> TokenSide:
    if value is None:
        return ABSENT
    return EMPTY if value == "" else TokenSide(Presence.GIVEN, value)


def _row(field: TokenField, key: str | None, before: TokenSide, after: TokenSide) -> TokenRow:
    change = _change(before, after)
    if key is None and change in {Change.ADDED, Change.REMOVED}:
        change = Change.UNKNOWN
    if change is Change.CHANGED and isinstance(before.value, str) and isinstance(after.value, str):
        prefix, suffix = _common_parts(before.value, after.value)
        return TokenRow(field, key, before, after, change, prefix, suffix)
    return TokenRow(field, key, before, after, change)


def _change(before: TokenSide, after: TokenSide) -> Change:
    if before == after:
        return Change.SAME
    if NOT_TOLD in {before, after}:
        return Change.UNKNOWN
    if before.presence is Presence.ABSENT:
        return Change.ADDED
    if after.presence is Presence.ABSENT:
        return Change.REMOVED
    return Change.CHANGED


def _common_parts(before: str, after: str) -> tuple[int, int]:
    """Lengths of the common start and end; a character and its marks stay on one side."""
    shorter = min(len(before), len(after))
    prefix = 0
    while prefix < shorter and before[prefix] == after[prefix]:
        prefix += 1
    while prefix and (_starts_with_mark(before, prefix) or _starts_with_mark(after, prefix)):
        prefix -= 1
    suffix = 0
    while suffix < shorter - prefix and before[-1 - suffix] == after[-1 - suffix]:
        suffix += 1
    while suffix and _starts_with_mark(before, len(before) - suffix):
        suffix -= 1
    return prefix, suffix


def _starts_with_mark(text: str, position: int) -> bool:
    return position < len(text) and category(text[position]).startswith("M")


def _seconds(start: Time | None, end: Time | None) -> float | None:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return (end - start).total_seconds()
    return None
