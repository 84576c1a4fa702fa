"""A token comparison as lines: the verdict, what changed, and a count of what did not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import zip_longest

from ivscope.domain.durations import duration, round_duration
from ivscope.domain.times import UnreadableTime
from ivscope.domain.token_comparison import (
    Change,
    ExpirationChange,
    Presence,
    TokenComparison,
    TokenField,
    TokenRow,
    TokenSide,
)
from ivscope.render.cells import clip, line_width, pad, wrap
from ivscope.render.fields import LONGEST_VALUE, field, value_span
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import needs_quotes, safe, safe_parts, safe_value
from ivscope.render.timestamps import full

SIDE_BY_SIDE_CELLS = 76
"""Least width for two columns; in less, the values are below each other."""

_CHANGE_CELLS = 9
_NAME_CELLS = 18
_NAMES = {TokenField.CAPABILITIES: "capability ", TokenField.ATTRIBUTES: "attribute "}
_ROLES = {
    Change.SAME: Role.MUTED,
    Change.ADDED: Role.ADDED,
    Change.REMOVED: Role.REMOVED,
    Change.CHANGED: Role.CHANGED,
    Change.UNKNOWN: Role.WARNING,
}


def token_verdict(comparison: TokenComparison) -> str:
    """Say what changed in one line, capabilities first: "gained PUBLISH; expires 1 h later".

    Nothing is gained or lost where one token does not say: "capabilities given now, absent before".

    Not yet safe: it holds text from outside when a capability is unknown.
    """
    if not comparison.has_previous and not comparison.has_new:
        return "neither token given"
    if not comparison.has_previous:
        allowed = _allowed(comparison.rows, lambda row: row.after)
        return f"previous token not given; new token allows {allowed}"
    if not comparison.has_new:
        allowed = _allowed(comparison.rows, lambda row: row.before)
        return f"new token not given; previous token allowed {allowed}"
    expiration = comparison.expiration
    changed = [row for row in comparison.rows if row.change is not Change.SAME]
    parts = [] if changed else ["no difference"]
    for verb, change in (("gained", Change.ADDED), ("lost", Change.REMOVED)):
        names = [
            row.key
            for row in changed
            if row.field is TokenField.CAPABILITIES and row.key is not None and row.change is change
        ]
        if names:
            parts.append(f"{verb} {', '.join(names)}")
    parts += [
        f"{row.field} {only_one_side(row)}"
        for row in changed
        if row.change is Change.UNKNOWN and row.key is None
    ]
    for change in (Change.CHANGED, Change.ADDED, Change.REMOVED):
        count = sum(
            row.field is TokenField.ATTRIBUTES and row.key is not None and row.change is change
            for row in changed
        )
        if count:
            parts.append(f"{count} {'attribute' if count == 1 else 'attributes'} {change}")
    known = [row for row in changed if row.change is not Change.UNKNOWN]
    parts += [f"user id {row.change}" for row in known if row.field is TokenField.USER_ID]
    parts += [_moved(row, expiration) for row in known if row.field is TokenField.EXPIRATION]
    if expiration.left_after is not None and expiration.left_after <= 0:
        parts.append("new token was already over")
    return "; ".join(parts)


def only_one_side(row: TokenRow) -> str:
    """Say that only one token has a part: "given now, absent before"."""
    return f"{row.after.presence} now, {row.before.presence} before"


def _moved(row: TokenRow, expiration: ExpirationChange) -> str:
    if expiration.delta is None:
        return f"expiration {row.change}"
    direction = "later" if expiration.delta > 0 else "earlier"
    return f"expires {round_duration(expiration.delta)} {direction}"


def _allowed(rows: Sequence[TokenRow], side_of: Callable[[TokenRow], TokenSide]) -> str:
    """List the capabilities of a token; without any, say whether the set is absent or empty."""
    sides = [(row.key, side_of(row)) for row in rows if row.field is TokenField.CAPABILITIES]
    names = [key for key, side in sides if key is not None and side.presence is Presence.GIVEN]
    if names:
        return ", ".join(names)
    if any(side.presence is Presence.EMPTY for _, side in sides):
        return "nothing (capabilities empty)"
    return "what it does not say (capabilities absent)"


def token_lines(
    comparison: TokenComparison,
    width: int,
    zone: tzinfo,
    *,
    fold: bool = True,
    inline: bool = False,
) -> list[Line]:
    """Draw a comparison side by side from 76 cells on, else with values below each other.

    Args:
        comparison: The comparison.
        width: Cells of every line.
        zone: Zone of the expiration times.
        fold: Whether unchanged rows become one line with a count.
        inline: Whether values are below each other even where side by side would fit.
    """
    told = value_span(token_verdict(comparison)).text
    lines = field("Verdict", (Span(told, Role.STRONG),), width)
    rows = comparison.rows
    if not (comparison.has_previous and comparison.has_new):
        return [*lines, *_one_token(comparison, width, zone)]
    shown = [row for row in rows if not fold or row.change is not Change.SAME]
    if width >= SIDE_BY_SIDE_CELLS and not inline:
        lines += _side_by_side(shown, width, zone)
    else:
        for row in shown:
            lines += _inline(row, width, zone)
    lines += _time_left(comparison, width)
    if fold:
        lines += _folded([row for row in rows if row.change is Change.SAME], width)
    return lines


def _side_by_side(rows: list[TokenRow], width: int, zone: tzinfo) -> Iterator[Line]:
    if not rows:
        return
    room = (width - _CHANGE_CELLS - _NAME_CELLS - 1) // 2
    columns = (_CHANGE_CELLS, _NAME_CELLS, room + 1, room)
    yield _columns(
        tuple((Span(text, Role.MUTED),) for text in ("Change", "What", "Before", "After")), columns
    )
    for row in rows:
        role = _ROLES[row.change]
        cells = (
            [(Span(row.change, role),)],
            wrap((Span(_name(row)),), _NAME_CELLS - 1),
            wrap(_value(row, row.before, zone, is_after=False), room),
            wrap(_value(row, row.after, zone, is_after=True), room),
        )
        for parts in zip_longest(*cells, fillvalue=()):
            yield _columns(parts, columns)


def _columns(parts: tuple[Line, ...], cells: tuple[int, ...]) -> Line:
    spans: list[Span] = []
    for part, room in zip(parts[:-1], cells[:-1], strict=True):
        spans += [*part, Span(" " * (room - line_width(part)))]
    return (*spans, *parts[-1])


def _inline(row: TokenRow, width: int, zone: tzinfo) -> Iterator[Line]:
    name = Span(f"{_NAMES.get(row.field, '') if row.key is not None else ''}{_name(row)}")
    is_member = row.field is TokenField.CAPABILITIES and row.key is not None
    if row.change is Change.UNKNOWN:
        side = row.before if row.after.value is None else row.after
        said: Line = (Span(only_one_side(row)),)
        if side.value is not None and not is_member:
            told = _value(row, side, zone, is_after=True)
            said = (*told, Span(f" ({only_one_side(row)})", Role.MUTED))
        yield from wrap((Span("? ", Role.WARNING), name, Span(": "), *said), width, 4)
        return
    both = (("-", row.before, False), ("+", row.after, True))
    marks = [item for item in both if item[1].presence is not Presence.ABSENT]
    if row.change is Change.SAME:
        marks = [(" ", row.after, True)]
    for mark, side, is_after in marks:
        role = {"-": Role.REMOVED, "+": Role.ADDED}.get(mark, Role.MUTED)
        value: Line = () if is_member else (Span(": "), *_value(row, side, zone, is_after=is_after))
        yield from wrap((Span(f"{mark} ", role), name, *value), width, 4)


def _value(row: TokenRow, side: TokenSide, zone: tzinfo, *, is_after: bool) -> Line:
    """Draw a value; only the part of a text that changed gets a role of its own."""
    role = Role.TEXT
    if row.change not in {Change.SAME, Change.UNKNOWN}:
        role = Role.ADDED if is_after else Role.REMOVED
    if side.value is None:
        return (Span(side.presence, Role.MUTED),)
    if isinstance(side.value, datetime | UnreadableTime):
        return (Span(full(side.value, zone), role),)
    text = side.value
    if len(text) > LONGEST_VALUE:
        return (value_span(text, role),)
    quote = (Span('"', Role.MUTED),) if needs_quotes(text) else ()
    if row.change is not Change.CHANGED or not _shares_most(row):
        return (*quote, Span(safe(text), role), *quote)
    head, middle, tail = safe_parts(text, (row.common_prefix, len(text) - row.common_suffix))
    parts = (Span(head), Span(middle, role), Span(tail))
    return (*quote, *(part for part in parts if part.text), *quote)


def _shares_most(row: TokenRow) -> bool:
    """Whether two texts have most in common; a few common letters would be chance."""
    texts = (side.value for side in (row.before, row.after) if isinstance(side.value, str))
    longest = max((len(text) for text in texts), default=0)
    return (row.common_prefix + row.common_suffix) * 2 >= longest


def _name(row: TokenRow) -> str:
    if row.key is None:
        return str(row.field)
    return value_span(row.key).text if row.key else safe_value("")


def _one_token(comparison: TokenComparison, width: int, zone: tzinfo) -> Iterator[Line]:
    """Draw the rows of the only token that came, without signs for added or removed."""
    for row in comparison.rows:
        side = row.after if comparison.has_new else row.before
        name = Span(f"{_NAMES.get(row.field, '') if row.key is not None else ''}{_name(row)}")
        if row.field is TokenField.CAPABILITIES and row.key is not None:
            yield from wrap((name,), width, 4)
        elif side.presence is not Presence.GIVEN or side.value is not None:
            plain = TokenRow(row.field, row.key, side, side, Change.SAME)
            value = _value(plain, side, zone, is_after=True)
            yield from wrap((name, Span(": "), *value), width, 4)
    yield from _time_left(comparison, width)


def _time_left(comparison: TokenComparison, width: int) -> list[Line]:
    sides = (
        ("before", comparison.expiration.left_before),
        ("after", comparison.expiration.left_after),
    )
    known = [f"{_left(seconds)} {word}" for word, seconds in sides if seconds is not None]
    if not known:
        return []
    return field("Time left", (Span(f"{', '.join(known)} (at the exchange)"),), width)


def _left(seconds: float) -> str:
    return duration(seconds) if seconds > 0 else f"over by {duration(seconds)}"


def _folded(rows: list[TokenRow], width: int) -> list[Line]:
    if not rows:
        return []
    head = pad("Same", 11)
    names = ", ".join(_name(row) for row in rows)
    return [(Span(head, Role.MUTED), Span(clip(f"{len(rows)} ({names})", width - 11), Role.MUTED))]
