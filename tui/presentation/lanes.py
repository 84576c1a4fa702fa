"""Lanes on screen: the axis of time, a row for each participant, what the signs mean."""

from datetime import timedelta, tzinfo
from itertools import groupby
from typing import Final

from tui.domain.plots import LaneCell
from tui.domain.time_window import TimeWindow
from tui.presentation.cells import clip, pad
from tui.presentation.lines import Line, Role, Span
from tui.presentation.timestamps import clock

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
