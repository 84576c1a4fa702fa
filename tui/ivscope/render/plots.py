"""Plots in characters: bars over columns of time, against a limit where there is one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Generic, TypeVar

from ivscope.analysis.time_window import TimeWindow
from ivscope.render.cells import pad
from ivscope.render.lines import Line, Role, Span

Source = TypeVar("Source")
Bucket = TypeVar("Bucket")

CURSOR: Final = "|"
"""Marks the moment of the cursor. An error or an open end in that cell stays visible."""

_LIMIT: Final = "-"

_MANY = 10
"""Counts from here on are shown as a plus instead of a digit."""


@dataclass(frozen=True, slots=True)
class PlotFrame:
    """The size of a plot, and where the cursor is."""

    height: int
    """Lines at most, 2 or more."""
    label_cells: int
    """Cells left of the first column."""
    cursor: int | None
    """Column of the moment of the cursor; None when outside."""


@dataclass(frozen=True, slots=True)
class _Row:
    label: str
    above: int
    """Bars higher than this reach into the row."""
    is_limit: bool = False


@dataclass(frozen=True, slots=True)
class Layer(Generic[Bucket]):
    """A part of the bars of a plot."""

    height: Callable[[Bucket], int]
    """Returns the height of the bar in a column of time."""
    sign: str
    role: Role


@dataclass(frozen=True, slots=True)
class Plot(Generic[Source, Bucket]):
    """One plot over the time of the lanes."""

    title: str
    buckets: Callable[[Source, TimeWindow, int], Sequence[Bucket]]
    """Counts a source: returns a bucket for each of so many columns of a window."""
    layers: tuple[Layer[Bucket], ...]
    """Front first: a layer hides the lower part of those behind it."""
    limit: int | None = None
    """Height of a line for a limit, 1 or more; rows are then labelled with their heights. Without
    it the top row is labelled with the highest count and the bottom row with the title."""
    counted: tuple[str, Callable[[Bucket], int]] | None = None
    """A label and a count of failures, shown as a digit below each column, `+` from ten on."""

    def lines(
        self, source: Source, window: TimeWindow, columns: int, frame: PlotFrame
    ) -> list[Line]:
        """Draw the plot of a source."""
        return self.drawn(self.buckets(source, window, columns), frame)

    def drawn(self, buckets: Sequence[Bucket], frame: PlotFrame) -> list[Line]:
        """Draw the plot of buckets, one for each column.

        A bar lower than the lowest row still has one sign.
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
        """Return the rows with their heights, the highest first; one of them is the limit."""
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
    """Draw a label and the sign of each column; a blank or the cursor where there is none."""
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
    """Write a count in at most five cells: "812", "9999", "12k", "1200k"."""
    return str(count) if count < 10_000 else f"{count // 1000}k"  # noqa: PLR2004 - five digits
