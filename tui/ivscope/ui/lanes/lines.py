"""Lanes on screen: the axis of time, a row for each participant, what the signs mean."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from itertools import groupby
from typing import Final, Generic, TypeVar

from ivscope.analysis.lanes import LaneCell
from ivscope.analysis.time_window import TimeWindow
from ivscope.render.cells import clip, pad
from ivscope.render.lines import Line, Role, Span
from ivscope.render.timestamps import clock

Source = TypeVar("Source")
Bucket = TypeVar("Bucket")

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

_LIMIT: Final = "-"

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


_MANY = 10
"""From so many on a cell shows a plus instead of a digit."""


@dataclass(frozen=True, slots=True)
class PlotFrame:
    """Where a plot is drawn."""

    height: int
    """Lines at most, 2 or more."""
    label_cells: int
    """Left of the first column."""
    cursor: int | None
    """Column of the moment of the cursor; None when outside."""


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    above: int
    """What is higher than this shows in it."""
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Layer(Generic[Bucket]):
    """A part of the bars of a plot."""

    height: Callable[[Bucket], int]
    """How high it reaches in one column of time."""
    sign: str
    role: Role


@dataclass(frozen=True, slots=True)
class Plot(Generic[Source, Bucket]):
    """One plot over the time of the lanes."""

    title: str
    buckets: Callable[[Source, TimeWindow, int], Sequence[Bucket]]
    """What is plotted of a source: a bucket for each of so many columns of a window."""
    layers: tuple[Layer[Bucket], ...]
    """Front first: a layer hides the lower part of those behind it."""
    limit: int | None = None
    """Where a line is drawn, 1 or more; rows are then labelled with what they stand for, and
    otherwise the highest with the most and the lowest with the title."""
    counted: tuple[str, Callable[[Bucket], int]] | None = None
    """A label and a count of failures, shown as a digit below each column, `+` from ten on."""

    def lines(
        self, source: Source, window: TimeWindow, columns: int, frame: PlotFrame
    ) -> list[Line]:
        """The plot of a source."""
        return self.drawn(self.buckets(source, window, columns), frame)

    def drawn(self, buckets: Sequence[Bucket], frame: PlotFrame) -> list[Line]:
        """The plot of buckets, one for each column.

        What is less than the lowest row stands for still shows one sign.
        """
        top = max((layer.height(bucket) for layer in self.layers for bucket in buckets), default=0)
        height = frame.height - (self.counted is not None)
        lines: list[Line] = []
        for row in self._rows(top, max(height, 1)):

            def sign(column: int, row: _Row = row) -> tuple[str, Role] | None:
                for layer in self.layers:
                    if layer.height(buckets[column]) > row.above:
                        role = Role.WARNING if row.is_limit else layer.role
                        return layer.sign, Role.HIT if column == frame.cursor else role
                return (_LIMIT, Role.WARNING) if row.is_limit and column != frame.cursor else None

            lines.append(_row(row.label, len(buckets), sign, frame))
        if self.counted is not None:
            label, count = self.counted

            def digit(column: int) -> tuple[str, Role] | None:
                errors = count(buckets[column])
                return (str(errors) if errors < _MANY else "+", Role.ERROR) if errors else None

            lines.append(_row(label, len(buckets), digit, frame))
        return lines

    def _rows(self, top: int, height: int) -> list[_Row]:
        """What each row stands for, the highest first; one of them is the limit."""
        limit = self.limit
        if limit is None:
            return [
                _Row(
                    _short(top) if row == 0 else self.title if row == height - 1 else "",
                    (height - row - 1) * top // height,
                )
                for row in range(height)
            ]
        top = max(top, limit)
        height = min(height, top)
        marks = [-(-top * (height - row) // height) for row in range(height)]
        nearest = min(range(height), key=lambda row: abs(marks[row] - limit))
        marks[nearest] = limit
        return [
            _Row(
                f"{mark} limit" if mark == limit else str(mark),
                0 if row == height - 1 else mark - 1,
                is_limit=mark == limit,
            )
            for row, mark in enumerate(marks)
        ]


def _row(
    label: str, columns: int, sign: Callable[[int], tuple[str, Role] | None], frame: PlotFrame
) -> Line:
    """A label, and the sign of each column; without one a blank or the cursor."""
    signs = [
        sign(column) or ((CURSOR, Role.HIT) if column == frame.cursor else (" ", Role.TEXT))
        for column in range(columns)
    ]
    return (
        Span(pad(label.rjust(frame.label_cells - 1), frame.label_cells), Role.MUTED),
        *(
            Span("".join(text for text, _ in run), role)
            for role, run in groupby(signs, key=lambda one: one[1])
        ),
    )


def _short(count: int) -> str:
    """A count in at most five cells: "812", "9999", "12k", "1200k"."""
    return str(count) if count < 10_000 else f"{count // 1000}k"  # noqa: PLR2004 - five digits
