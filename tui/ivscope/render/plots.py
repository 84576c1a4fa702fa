"""Plots, strips and lanes over time in block elements, and the plain ASCII sign for each."""

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta, tzinfo
from itertools import groupby
from typing import Final, Generic, TypeVar

from ivscope.analysis.lanes import AWAITED, LaneCell
from ivscope.analysis.time_window import TimeWindow
from ivscope.domain.frozen import frozen
from ivscope.render.cells import line_width, pad
from ivscope.render.lines import Line, Role, Span
from ivscope.render.timestamps import clock

Source = TypeVar("Source")
Bucket = TypeVar("Bucket")

EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
"""A cell that is filled from the bottom by so many eighths."""

FULL: Final = EIGHTHS[-1]
NOTHING: Final = "·"
"""A cell of a strip or below a limit in which nothing happened, as far as read."""
UNSURE: Final = "░"
"""What is not read, or may be on top of what is certain."""
CURSOR: Final = "▼"
"""Marks the moment of the cursor on the axis. In the rows below it that cell has its own role."""

ERROR: Final = LaneCell.ERROR.value
"""An error, in a list as in a lane."""
ERRORS_THERE: Final = "┃"
"""Stands in the overview at the right edge of a list for a part that has errors."""
IN_VIEW: Final = NOTHING
"""Stands there for the part that is in view: a dot, since a line reads as a mark of its row."""
AT_CURSOR: Final = "▌"
"""Stands before the row under the cursor."""

_TWINS: Final = {
    **dict(zip(EIGHTHS[1:], "_:-=+*%#", strict=True)),
    NOTHING: ".",
    UNSURE: '"',
    CURSOR: "v",
    "▒": "~",
    "●": "o",
    ERROR: "!",
    AT_CURSOR: ">",
    "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}": ">",
    "│": "|",
    ERRORS_THERE: "!",
    "─": "-",
    "\N{MULTIPLICATION SIGN}": "x",
    "…": "~",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
}
"""One sign for one sign, since the cells of a row are counted before it is drawn. Signs that can
stand side by side have different twins. None is `?`: in lanes that has a meaning of its own."""

_IN_ASCII: Final = str.maketrans(_TWINS)


def in_ascii(text: str) -> str:
    """Replace the signs that plots, lists and sentences are drawn with; all others stay."""
    return text if text.isascii() else text.translate(_IN_ASCII)


def level(count: int, most: int) -> str:
    """Draw a count in one cell: as many eighths as its share, one at least; a dot for none."""
    if count <= 0:
        return NOTHING
    return EIGHTHS[max(1, count * 8 // max(most, count))]


def strip(counts: Sequence[int], role: Role, most: int | None = None) -> Line:
    """Draw counts over time, a cell each: the highest one is a full cell.

    Args:
        counts: One for each cell.
        role: Of the cells in which something happened.
        most: The count of a full cell; None for the highest of these counts.
    """
    most = max(counts, default=0) if most is None else most
    return runs((level(count, most), role if count > 0 else Role.MUTED) for count in counts)


def runs(signs: Iterable[tuple[str, Role]]) -> Line:
    """Join neighbours in one role to one span."""
    return tuple(
        Span("".join(sign for sign, _ in run), role)
        for role, run in groupby(signs, key=lambda one: one[1])
    )


@frozen
class PlotFrame:
    """The size of a plot, and where the cursor is."""

    height: int
    """Lines at most, 2 or more."""
    label_cells: int
    """Cells left of the first column."""
    cursor: int | None
    """Column of the moment of the cursor; None when outside."""


@frozen
class Layer(Generic[Bucket]):
    """A part of the bars of a plot."""

    height: Callable[[Bucket], int]
    """Returns the height of the bar in a column of time."""
    role: Role
    sign: str = ""
    """Drawn where the bar reaches; empty for eighths of a cell."""


@frozen
class Plot(Generic[Source, Bucket]):
    """One plot over the time of the lanes."""

    title: str
    buckets: Callable[[Source, TimeWindow, int], Sequence[Bucket]]
    """Counts a source: returns a bucket for each of so many columns of a window."""
    layers: tuple[Layer[Bucket], ...]
    """Front first: a layer hides the lower part of those behind it."""
    limit: int | None = None
    """Height up to which the rows reach at least, 1 or more, with a dotted line: full cells stand
    there when the limit is reached. Rows are then labelled with their heights. Without it the top
    row is labelled with the highest count and the bottom row with the title."""
    counted: tuple[str, Callable[[Bucket], int]] | None = None
    """A label and a count of failures, shown as a digit below each column, `+` from ten on."""

    def lines(
        self, source: Source, window: TimeWindow, columns: int, frame: PlotFrame
    ) -> list[Line]:
        """Draw the plot of a source."""
        return self.drawn(self.buckets(source, window, columns), frame)

    def drawn(self, buckets: Sequence[Bucket], frame: PlotFrame) -> list[Line]:
        """Draw the plot of buckets, one for each column.

        A bar lower than an eighth of the lowest row still has one sign.
        """
        top = max((layer.height(bucket) for layer in self.layers for bucket in buckets), default=0)
        lines: list[Line] = []
        for row in self._rows(top, max(frame.height - (self.counted is not None), 1)):

            def sign(column: int, row: _Row = row) -> tuple[str, Role] | None:
                for layer in self.layers:
                    eighths = row.eighths(layer.height(buckets[column]))
                    if eighths:
                        return layer.sign or EIGHTHS[eighths], layer.role
                return (NOTHING, Role.WARNING) if row.is_limit else None

            lines.append(_row(row.label, len(buckets), sign, frame))
        if self.counted is not None:
            label, count = self.counted

            def digit(column: int) -> tuple[str, Role] | None:
                errors = count(buckets[column])
                return (str(errors) if errors < _MANY else "+", Role.ERROR) if errors else None

            lines.append(_row(label, len(buckets), digit, frame))
        return lines

    def _rows(self, top: int, height: int) -> "list[_Row]":
        """Return the rows with their heights, the highest first; one of them is the limit."""
        limit = self.limit
        if limit is None:
            return [
                _Row(
                    _short(top) if row == 0 else self.title if row == height - 1 else "",
                    (height - row - 1) * top / height,
                    (height - row) * top / height,
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
                float(below),
                float(mark),
                is_limit=mark == limit,
            )
            for mark, below in zip(marks, [*marks[1:], 0], strict=True)
        ]


_MANY = 10
"""Counts from here on are shown as a plus instead of a digit."""


@frozen
class _Row:
    label: str
    below: float
    """Bars higher than this reach into the row,"""
    top: float
    """and fill it from here on."""
    is_limit: bool = False

    def eighths(self, height: int) -> int:
        """Return how much of the row a bar fills: full only when it reaches its top."""
        if height <= self.below or self.top <= self.below:
            return 0
        return min(8, max(1, int((height - self.below) * 8 / (self.top - self.below))))


def _row(
    label: str, columns: int, sign: Callable[[int], tuple[str, Role] | None], frame: PlotFrame
) -> Line:
    """Draw a label and the sign of each column; a blank where there is none."""
    signs = [sign(column) or (" ", Role.TEXT) for column in range(columns)]
    if frame.cursor is not None and 0 <= frame.cursor < columns:
        signs[frame.cursor] = signs[frame.cursor][0], Role.CURSOR
    return (
        Span(pad(label.rjust(frame.label_cells - 1), frame.label_cells), Role.MUTED),
        *runs(signs),
    )


def _short(count: int) -> str:
    """Write a count in at most five cells: "812", "9999", "12k", "1200k"."""
    return str(count) if count < 10_000 else f"{count // 1000}k"  # noqa: PLR2004 - five digits


LANE_SIGNS: Final = (
    (LaneCell.PUBLISHING, Role.GOOD, "publishing"),
    (LaneCell.ERROR, Role.ERROR, "error"),
    (LaneCell.SUBSCRIBED, Role.MUTED, "watching"),
    (LaneCell.JOINED, Role.MUTED, "in room"),
    (LaneCell.UNREAD, Role.MUTED, "not read"),
    (LaneCell.MAYBE_PUBLISHING, Role.WARNING, "perhaps"),
    (LaneCell.OPEN, Role.WARNING, "no end"),
)
"""Signs, how they look and what they mean, in the order of the legend."""

_ROLES: Final[dict[str, Role]] = {
    LaneCell.OUTSIDE: Role.TEXT,
    AWAITED: Role.MUTED,
    **{sign: role for sign, role, _ in LANE_SIGNS},
}

_TICK_GAP = 4
"""Least cells between two times on the axis."""


def legend(width: int, *, has_replicas: bool = False, has_awaited: bool = False) -> Line:
    """Explain the signs of the lanes, the most frequent first, as many as fit."""
    spans: list[Span] = []
    awaited = ((AWAITED, Role.MUTED, "being counted"),) if has_awaited else ()
    replica = ((REPLICA_SIGN, Role.TEXT, "replica"),) if has_replicas else ()
    for sign, role, word in (*awaited, *LANE_SIGNS[:_OF_ALL], *replica, *LANE_SIGNS[_OF_ALL:]):
        more = (*([Span("  ")] if spans else []), Span(sign, role), Span(f" {word}"))
        if line_width((*spans, *more)) > width:
            break
        spans += more
    return tuple(spans)


_OF_ALL = 4
"""So many signs of the legend every session has."""

REPLICA_SIGN: Final = "r"
"""Stands after the name of a replica."""

THEN_PUBLISHING: Final = "●"
"""Stands at the right end of the lane of who was publishing at the time of the cursor."""


def lane_cells(cells: str, cursor: int | None = None) -> Line:
    """Draw the cells of a lane, the one at the time of the cursor in its own role."""
    if cursor is None or not 0 <= cursor < len(cells):
        return _in_roles(cells)
    here = Span(cells[cursor], Role.CURSOR)
    return (*_in_roles(cells[:cursor]), here, *_in_roles(cells[cursor + 1 :]))


def _in_roles(cells: str) -> Line:
    return tuple(Span("".join(run), role) for role, run in groupby(cells, _ROLES.__getitem__))


def axis_line(
    window: TimeWindow, columns: int, zone: tzinfo, *, label_cells: int, cursor: int | None
) -> Line:
    """Draw the axis: clock times, each beginning at its column, and the cursor above the lanes.

    The date of the beginning of the window is at the place of the labels. A time that the cursor
    would cut is left out.
    """
    date = clock(window.start, zone, with_date=True).partition(" ")[0]
    # Cells of ten seconds and more: nobody reads the seconds of where they begin.
    digits = 8 if window.end - window.start < columns * timedelta(seconds=10) else 5
    row = [" "] * columns
    shown = ""
    for column in range(0, columns - digits + 1, digits + _TICK_GAP):
        text = clock(window.moment_at(column, columns), zone)[:digits]
        is_cut = cursor is not None and column - 1 <= cursor <= column + digits
        if text != shown and not is_cut:
            row[column : column + digits] = text
        shown = text
    if cursor is None or not 0 <= cursor < columns:
        return (Span(pad(date, label_cells), Role.MUTED), Span("".join(row), Role.MUTED))
    return (
        Span(pad(date, label_cells) + "".join(row[:cursor]), Role.MUTED),
        Span(CURSOR, Role.STRONG),
        Span("".join(row[cursor + 1 :]), Role.MUTED),
    )


def cell_text(window: TimeWindow, columns: int) -> str:
    """Say how much time a cell is: "52 s a cell"."""
    cell = (window.end - window.start) / max(columns, 1)
    one_second = timedelta(seconds=1)
    size = f"{cell / one_second:.2g} s" if cell < 10 * one_second else f"{cell // one_second} s"
    return f"{size} a cell"
