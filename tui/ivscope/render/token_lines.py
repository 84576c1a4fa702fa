"""Tokens as lines: what changed between two, side by side, or all tokens of a stay in columns.

Long because two tokens and all of a stay are drawn by one table.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from ivscope.domain.durations import duration, round_duration
from ivscope.domain.frozen import frozen
from ivscope.domain.times import Time, UnreadableTime
from ivscope.domain.token_comparison import (
    Change,
    ExpirationChange,
    Presence,
    TokenComparison,
    TokenField,
    TokenRow,
    TokenSide,
    compare_tokens,
)
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from ivscope.render.cells import clip, line_width, pad, wrap
from ivscope.render.fields import LABEL_CELLS, LONGEST_VALUE, field, value_span
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import needs_quotes, safe, safe_parts, safe_value
from ivscope.render.sentences.words import counted
from ivscope.render.timestamps import clock, full

if TYPE_CHECKING:
    from ivscope.findings.token_exchange import TokenHistory

SIDE_BY_SIDE_CELLS = 76
"""Least width for two columns; in less, the values are below each other."""

_NAMES = {TokenField.CAPABILITIES: "capability ", TokenField.ATTRIBUTES: "attribute "}


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
        parts.append("new token had already expired")
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


@frozen
class TokenColumn:
    """A token, and what is drawn above and below it."""

    title: str
    token: ParticipantToken | None
    at: Time | None = None
    """When it was given: what is left of it is counted from here."""
    published: Sequence[str] = ()
    """When there was publishing under it; empty where that is not told."""
    errors: Sequence[str] = ()
    """The errors under it; empty where that is not told."""


def verdict_line(
    comparison: TokenComparison, who: str, stopped: str = "", errors: str = ""
) -> Line:
    """Say in a sentence what somebody may do now, and what followed.

    "José may no longer publish; PUBLISH_STOPPED in the same second; 2 errors since."

    Args:
        comparison: The comparison.
        who: User id or participant id, from outside.
        stopped: When publishing stopped; empty where it did not, or that is not known.
        errors: How many errors followed; empty where that is not known.
    """
    name = Span(safe(who[:LONGEST_VALUE]), Role.STRONG)
    may: list[str] = []
    for words, change in (("may now", Change.ADDED), ("may no longer", Change.REMOVED)):
        verbs = [
            row.key.lower()
            if row.key in {PUBLISH, SUBSCRIBE}
            else f"use {value_span(row.key).text}"
            for row in comparison.rows
            if row.field is TokenField.CAPABILITIES and row.key is not None and row.change is change
        ]
        if verbs:
            may.append(f"{words} {' and '.join(verbs)}")
    told = " and ".join(may)
    if not may:
        # What changed beside capabilities, or why that cannot be told.
        said = value_span(token_verdict(comparison)).text
        told = (
            f"may do what it could before; {said}" if _keeps(comparison) else f"exchanged: {said}"
        )
    stops = f"; PUBLISH_STOPPED {stopped}" if stopped else ""
    follows = f"; {errors}" if errors else ""
    return name, Span(f" {told}{stops}{follows}.", Role.STRONG)


def _keeps(comparison: TokenComparison) -> bool:
    """Whether both tokens have capabilities, and the same ones."""
    rows = [row for row in comparison.rows if row.field is TokenField.CAPABILITIES]
    return bool(rows) and all(row.change is Change.SAME for row in rows)


def token_lines(
    comparison: TokenComparison, width: int, zone: tzinfo, *, inline: bool = False
) -> list[Line]:
    """Draw a comparison side by side from 76 cells on, else with values below each other.

    Args:
        comparison: The comparison.
        width: Cells of every line.
        zone: Zone of the expiration times.
        inline: Whether values are below each other even where side by side would fit.
    """
    rows = comparison.rows
    if not (comparison.has_previous and comparison.has_new):
        return [*_one_token(comparison, width, zone)]
    shown = [row for row in rows if row.change is not Change.SAME]
    lines: list[Line] = []
    if width >= SIDE_BY_SIDE_CELLS and not inline:
        lines += _table(
            ("BEFORE", "AFTER"), [_by_key(comparison)], _shown_keys([comparison]), width, zone
        )
    else:
        for row in shown:
            lines += _inline(row, width, zone)
    lines += _time_left(comparison, width)
    return [*lines, *_folded([row for row in rows if _is_folded(row)], width)]


def token_columns(columns: Sequence[TokenColumn], width: int, zone: tzinfo) -> list[Line]:
    """Draw tokens side by side, with what happened while each was in force below it.

    Args:
        columns: Two at least; `columns_that_fit` says how many fit.
        width: Cells of every line.
        zone: Zone of the times.
    """
    pairs = [compare_tokens(one.token, other.token, other.at) for one, other in pairwise(columns)]
    edges = _edges(len(columns), width)
    rule: Line = (Span(_RULE * width, Role.MUTED),)
    lines = _table(
        [one.title for one in columns],
        list(map(_by_key, pairs)),
        _shown_keys(pairs, fold=False),
        width,
        zone,
    )
    lines.insert(1, rule)
    left = [(Span(_time_to_end(one), Role.TEXT),) for one in columns]
    lines += _cells("time left", [("", cell) for cell in left], edges)
    lines.append(rule)
    for label, told in (
        ("published", [one.published for one in columns]),
        ("errors", [one.errors for one in columns]),
    ):
        for number, texts in enumerate(zip_longest(*told, fillvalue="")):
            cells: list[tuple[str, Line]] = [("", (Span(text),)) for text in texts]
            lines += _cells("" if number else label, cells, edges)
    return lines


def errors_since(history: "TokenHistory") -> str:
    """Say how many errors came under the new token; empty where none is read so far."""
    held = history.tokens[history.at]
    count = sum(number for _, number in held.errors)
    until = "since" if history.at + 1 == len(history.tokens) else "until the next exchange"
    if not count:
        return f"no error {until}" if history.is_all_read else ""
    of = "" if history.is_all_read else ", of what was read"
    tied = " or in that second" if held.is_error_tied else ""
    return f"{counted(count, 'error')} {until}{tied}{of}"


def history_lines(history: "TokenHistory", width: int, zone: tzinfo) -> list[Line]:
    """Draw the tokens of a stay in columns, those around the exchange where not all of them fit."""
    count = min(len(history.tokens), columns_that_fit(width))
    first = max(0, min(history.at - count // 2, len(history.tokens) - count))
    shown = range(first, first + count)
    columns = [_column(history, number, zone) for number in shown]
    lines = token_columns(columns, width, zone)
    if count < len(history.tokens):
        told = f"tokens {first + 1} to {first + count} of {len(history.tokens)}"
        lines.append((Span(told, Role.MUTED),))
    return lines


def _column(history: "TokenHistory", number: int, zone: tzinfo) -> TokenColumn:
    held = history.tokens[number]
    how = "joined" if held.is_joined else "exchanged"
    since = "" if held.since is None else f" {clock(held.since, zone)}"
    ends = (
        "an end not known" if one.end is None else clock(one.end, zone) for one in held.published
    )
    published = [
        f"{clock(one.start, zone)} to {end}" for one, end in zip(held.published, ends, strict=True)
    ]
    errors = [
        f"{count:,}  {value_span(code).text if code else 'no code'}" for code, count in held.errors
    ]
    if held.is_error_tied:
        errors.append("some in the second of the exchange")
    is_open = any(one.end is None for other in history.tokens[:number] for one in other.published)
    none = ("never", "0") if history.is_all_read else ("not in what was read",) * 2
    return TokenColumn(
        f"TOKEN {number + 1}{since} {how}",
        held.token,
        held.since,
        published or ["not known" if is_open else none[0]],
        errors or [none[1]],
    )


_LEAST_COLUMN_CELLS = 26
"""Room for a mark, a value, and an expiration with its date."""

_MOST_COLUMN_CELLS = 36
"""More would only put values that belong together further apart."""

_RULE = "─"


def columns_that_fit(width: int) -> int:
    """How many tokens fit side by side."""
    return (width - LABEL_CELLS) // _LEAST_COLUMN_CELLS


def _edges(count: int, width: int) -> list[int]:
    """The widths of label and columns."""
    return [LABEL_CELLS, *[min((width - LABEL_CELLS) // count, _MOST_COLUMN_CELLS)] * count]


_Key = tuple[TokenField, str | None]


def _by_key(comparison: TokenComparison) -> dict[_Key, TokenRow]:
    return {(row.field, row.key): row for row in comparison.rows}


def _is_folded(row: TokenRow) -> bool:
    """Whether a row stands only in the count of what is the same: capabilities stand in a row."""
    return row.change is Change.SAME and row.field is not TokenField.CAPABILITIES


def _shown_keys(pairs: Sequence[TokenComparison], *, fold: bool = True) -> list[_Key]:
    """What has a row of its own, in reading order; the capabilities have one together."""
    rows = [row for pair in pairs for row in pair.rows if not (fold and _is_folded(row))]
    keys = dict.fromkeys(
        (row.field, row.key) for row in rows if row.field is not TokenField.CAPABILITIES
    )
    order = list(TokenField)
    found = sorted(keys, key=lambda key: (order.index(key[0]), key[1] or ""))
    has_capabilities = any(row.field is TokenField.CAPABILITIES for row in rows)
    return [*([(TokenField.CAPABILITIES, None)] if has_capabilities else []), *found]


def _table(
    titles: Sequence[str],
    pairs: Sequence[dict[_Key, TokenRow]],
    keys: Sequence[_Key],
    width: int,
    zone: tzinfo,
) -> list[Line]:
    """Draw a line of titles, and a row for each key with the mark of its change before a value."""
    edges = _edges(len(titles), width)
    lines = list(_cells("", [("", (Span(title, Role.MUTED),)) for title in titles], edges))
    for field_, key in keys:
        cells: list[tuple[str, Line]] = []
        for number, pair in enumerate(pairs):
            if field_ is TokenField.CAPABILITIES:
                rows = [row for (one, _), row in pair.items() if one is field_]
                if not number:
                    cells.append(("", _capabilities(rows, is_after=False)))
                mark = _mark(rows)
                same = mark == "" and bool(number)
                cells.append((mark, _capabilities(rows, is_after=True) if not same else _SAME))
                continue
            row = pair.get((field_, key))
            if not number:
                cells.append(
                    ("", () if row is None else _value(row, row.before, zone, is_after=False))
                )
            if row is None:
                cells.append(("", ()))
            elif row.change is Change.SAME:
                cells.append(("", _SAME))
            else:
                cells.append((_MARKS[row.change], _value(row, row.after, zone, is_after=True)))
        label = "capability" if field_ is TokenField.CAPABILITIES else _LABELS.get(field_, "")
        lines += _cells(label if key is None else value_span(key).text, cells, edges)
    return lines


_SAME: Line = (Span("same", Role.MUTED),)

_MARKS = {
    Change.SAME: "",
    Change.ADDED: "+",
    Change.REMOVED: "-",
    Change.CHANGED: "~",
    Change.UNKNOWN: "?",
}
_MARK_ROLES = {"+": Role.ADDED, "-": Role.REMOVED, "~": Role.CHANGED, "?": Role.WARNING}
_MARK_CELLS = 3
"""Room for the mark of a change and two spaces, before each value but that of the first token."""

_LABELS = {
    TokenField.ATTRIBUTES: "attributes",
    TokenField.USER_ID: "user id",
    TokenField.EXPIRATION: "expires",
}


def _mark(rows: Sequence[TokenRow]) -> str:
    """The mark of a change of capabilities as a whole."""
    changes = {row.change for row in rows} - {Change.SAME}
    if len(changes) == 1:
        return _MARKS[changes.pop()]
    return "?" if Change.UNKNOWN in changes else "~" if changes else ""


def _capabilities(rows: Sequence[TokenRow], *, is_after: bool) -> Line:
    """Draw the capabilities of a token in one cell: its names, or that there are none."""
    spans: list[Span] = []
    for row in rows:
        side = row.after if is_after else row.before
        if row.key is None:
            if side.value is None and side.presence is not Presence.GIVEN:
                spans.append(Span(f"{side.presence} ", Role.MUTED))
        elif side.presence is Presence.GIVEN:
            marked = {Change.ADDED: Role.ADDED, Change.REMOVED: Role.REMOVED}
            spans += [Span(value_span(row.key).text, marked.get(row.change, Role.TEXT)), Span(" ")]
    return tuple(spans) or (Span("none", Role.MUTED),)


def _cells(label: str, cells: Sequence[tuple[str, Line]], edges: Sequence[int]) -> Iterator[Line]:
    """Draw one row: the label, then a mark and a value in each column, wrapped to it."""
    parts = [wrap((Span(label, Role.MUTED),), edges[0] - 1)]
    for at, ((mark, value), room) in enumerate(zip(cells, edges[1:], strict=True)):
        marks = _MARK_CELLS if at else 0
        wrapped = wrap(value, room - marks - 1)
        blank = Span(" " * marks)
        marked = Span(mark, _MARK_ROLES.get(mark, Role.TEXT)), Span(" " * (marks - len(mark)))
        first, *others = wrapped
        parts.append([(*marked, *first), *((blank, *line) for line in others)])
    for row in zip_longest(*parts, fillvalue=()):
        yield _columns(row, tuple(edges))


def _time_to_end(column: TokenColumn) -> str:
    """What is left of a token when it was given."""
    left = compare_tokens(None, column.token, column.at).expiration.left_after
    return "not known" if left is None else _left(left)


def _columns(parts: tuple[Line, ...], cells: tuple[int, ...]) -> Line:
    spans: list[Span] = []
    for part, room in zip(parts[:-1], cells[:-1], strict=True):
        spans += [*part, Span(" " * max(0, room - line_width(part)))]
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
        yield from wrap((Span(mark, role), Span(" "), name, *value), width, 4)


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
    told = ", ".join(known)
    if comparison.expiration.left_before == comparison.expiration.left_after:
        told = _left(comparison.expiration.left_after or 0)
    return field("Time left", (Span(f"{told} (at the exchange)"),), width)


def _left(seconds: float) -> str:
    return duration(seconds) if seconds > 0 else f"expired for {duration(seconds)}"


def _folded(rows: list[TokenRow], width: int) -> list[Line]:
    if not rows:
        return []
    head = pad("Same", LABEL_CELLS)
    names = ", ".join(_name(row) for row in rows)
    return [
        (
            Span(head, Role.MUTED),
            Span(clip(f"{len(rows)} ({names})", width - LABEL_CELLS), Role.MUTED),
        )
    ]
