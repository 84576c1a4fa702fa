"""Lanes on screen: the axis of time, a row for each participant, what the signs mean."""

from collections.abc import Callable, Sequence
from datetime import timedelta, tzinfo
from itertools import groupby
from typing import Final

from ivscope.analysis.plots import Bucket, LaneCell, Level
from ivscope.analysis.time_window import TimeWindow
from ivscope.render.cells import clip, pad
from ivscope.render.lines import Line, Role, Span
from ivscope.render.timestamps import clock

CURSOR: Final = "|"
"""Marks the moment of the cursor. An error or an open end in that cell stays visible."""

_ROLES: Final = {
    LaneCell.ERROR: Role.ERROR,
    LaneCell.OPEN: Role.WARNING,
    LaneCell.PUBLISHING: Role.GOOD,
    LaneCell.SUBSCRIBED: Role.ACCENT,
    LaneCell.JOINED: Role.MUTED,
    LaneCell.OUTSIDE: Role.TEXT,
}

_KEPT: Final = frozenset({LaneCell.ERROR, LaneCell.OPEN})

_TICK_GAP = 2
"""Cells between two times on the axis."""

LEGEND: Final[Line] = (
    Span(LaneCell.JOINED, Role.MUTED),
    Span(" joined  "),
    Span(LaneCell.PUBLISHING, Role.GOOD),
    Span(" publishing  "),
    Span(LaneCell.SUBSCRIBED, Role.ACCENT),
    Span(" subscribed only  "),
    Span(LaneCell.ERROR, Role.ERROR),
    Span(" error  "),
    Span(LaneCell.OPEN, Role.WARNING),
    Span(" other end not read"),
)
"""69 cells."""


def lane_line(
    label: str, cells: str, *, label_cells: int, cursor: int | None, is_chosen: bool = False
) -> Line:
    """One lane.

    Args:
        label: From outside: who it is.
        cells: Signs of `LaneCell`.
        label_cells: Cells of the label, a blank beside it included.
        cursor: Column of the moment of the cursor; None when outside.
        is_chosen: Whether it is the lane that keys act on.
    """
    mark = ">" if is_chosen else " "
    name = pad(mark + clip(label, label_cells - 2), label_cells)
    return (Span(name, Role.STRONG if is_chosen else Role.TEXT), *_signs(cells, cursor))


def _signs(cells: str, cursor: int | None) -> Line:
    signs: list[tuple[str, Role]] = []
    for column, sign in enumerate(cells):
        role = _ROLES[LaneCell(sign)]
        if column != cursor:
            signs.append((sign, role))
        elif sign in _KEPT:
            # The sign says more than the line through it; the role shows where the line is.
            signs.append((sign, Role.HIT))
        else:
            signs.append((CURSOR, Role.HIT))
    return tuple(
        Span("".join(sign for sign, _ in run), role)
        for role, run in groupby(signs, key=lambda one: one[1])
    )


def axis_line(
    window: TimeWindow, columns: int, zone: tzinfo, *, label_cells: int, cursor: int | None
) -> Line:
    """Clock times above their columns, each beginning where its column begins.

    The date stands in place of the label, that of the beginning of the window.
    """
    with_date = clock(window.start, zone, with_date=True)
    date = with_date.partition(" ")[0]
    row = [" "] * columns
    width = len(clock(window.start, zone))
    step = width + _TICK_GAP
    moments = [
        (column, clock(window.moment_at(column, columns), zone))
        for column in range(0, columns - width + 1, step)
    ]
    shown = ""
    for column, text in moments:
        if text != shown:
            row[column : column + width] = text
        shown = text
    if cursor is not None and 0 <= cursor < columns:
        row[cursor] = CURSOR
    return (Span(pad(date, label_cells), Role.MUTED), Span("".join(row), Role.MUTED))


def window_text(window: TimeWindow, columns: int, zone: tzinfo) -> str:
    """From when to when, and how much time a cell holds: "20:31:07 to 21:40:00, 52 s a cell"."""
    cell = (window.end - window.start) / max(columns, 1)
    one_second = timedelta(seconds=1)
    size = f"{cell / one_second:.1f} s" if cell < 10 * one_second else f"{cell // one_second} s"
    return f"{clock(window.start, zone)} to {clock(window.end, zone)}, {size} a cell"


_SURE: Final = "#"
_UNSURE: Final = "?"
_LIMIT: Final = "-"

_MANY = 10
"""From so many errors on a cell shows a plus instead of a digit."""


def level_plot(
    levels: Sequence[Level], height: int, *, limit: int, cursor: int | None, label_cells: int
) -> list[Line]:
    """How many were publishing, a line at the limit.

    `#` are certain, `?` may be on top: a start or a stop is not read. A row is full from its
    label on; what is less than the lowest label still shows one sign.

    Args:
        levels: One for each column.
        height: Lines of the result; fewer when the highest level is lower.
        limit: Where the line is drawn, 1 or more.
        cursor: Column of the moment of the cursor; None when outside.
        label_cells: Cells left of the first column.
    """
    top = max(limit, max((level.possible for level in levels), default=0))
    marks = _marks(top, limit, height)
    lines: list[Line] = []
    for row, mark in enumerate(marks):
        is_lowest = row == len(marks) - 1
        is_limit = mark == limit

        def sign(
            column: int,
            mark: int = mark,
            *,
            is_lowest: bool = is_lowest,
            is_limit: bool = is_limit,
        ) -> tuple[str, Role]:
            level = levels[column]
            if level.certain >= mark or (is_lowest and level.certain):
                role = Role.WARNING if is_limit else Role.GOOD
                return _SURE, Role.HIT if column == cursor else role
            if level.possible >= mark or (is_lowest and level.possible):
                return _UNSURE, Role.HIT if column == cursor else Role.WARNING
            if column == cursor:
                return CURSOR, Role.HIT
            return (_LIMIT, Role.WARNING) if is_limit else (" ", Role.TEXT)

        label = f"{mark} limit" if is_limit else str(mark)
        lines.append(_row(label, len(levels), sign, label_cells))
    return lines


def _marks(top: int, limit: int, height: int) -> list[int]:
    """What each row stands for, top first; one of them is the limit."""
    rows = max(1, min(height, top))
    marks = [-(-top * (rows - row) // rows) for row in range(rows)]
    nearest = min(range(rows), key=lambda row: abs(marks[row] - limit))
    marks[nearest] = limit
    return marks


def histogram(
    buckets: Sequence[Bucket], height: int, *, cursor: int | None, label_cells: int
) -> list[Line]:
    """Bars of events, and below them the errors of each column: a digit, `+` from ten on.

    Args:
        buckets: One for each column.
        height: Lines of the result, 2 or more.
        cursor: Column of the moment of the cursor; None when outside.
        label_cells: Cells left of the first column.
    """
    top = max((bucket.events for bucket in buckets), default=0)
    bars = max(height - 1, 1)
    lines: list[Line] = []
    for row in range(bars):
        level = bars - row

        def sign(column: int, level: int = level) -> tuple[str, Role]:
            # Rounded up: one event shows, however high the others are.
            if top and -(-buckets[column].events * bars // top) >= level:
                return _SURE, Role.HIT if column == cursor else Role.ACCENT
            return (CURSOR, Role.HIT) if column == cursor else (" ", Role.TEXT)

        label = _short(top) if row == 0 else "events" if row == bars - 1 else ""
        lines.append(_row(label, len(buckets), sign, label_cells))

    def error(column: int) -> tuple[str, Role]:
        errors = buckets[column].errors
        if errors:
            return (str(errors) if errors < _MANY else "+"), Role.ERROR
        return (CURSOR, Role.HIT) if column == cursor else (" ", Role.TEXT)

    lines.append(_row("errors", len(buckets), error, label_cells))
    return lines


def _row(
    label: str, columns: int, sign: Callable[[int], tuple[str, Role]], label_cells: int
) -> Line:
    signs = map(sign, range(columns))
    return (
        Span(pad(label.rjust(label_cells - 1), label_cells), Role.MUTED),
        *(
            Span("".join(text for text, _ in run), role)
            for role, run in groupby(signs, key=lambda one: one[1])
        ),
    )


def _short(count: int) -> str:
    """A count in at most five cells: "812", "9999", "12k", "1200k"."""
    return str(count) if count < 10_000 else f"{count // 1000}k"  # noqa: PLR2004 - five digits
