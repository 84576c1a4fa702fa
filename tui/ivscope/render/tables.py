"""Tables: columns as values, and the code that decides which of them fit and draws them.

A new column is one `Column` in the tuple of its table. What is left out in a narrow pane follows
from the priorities; no other code knows the widths.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeAlias, TypeVar

from ivscope.domain.frozen import frozen
from ivscope.render.cells import clip, pad, shorten
from ivscope.render.cells import width as text_width
from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import FULL

Item = TypeVar("Item")

MOST_CELLS = 500
"""Cells of a text from outside that are made safe: terminals show no longer rows."""

_FEWEST_CELLS = 5
"""Least cells of one of several texts in a column: "of …" would say nothing."""


@frozen
class Fit:
    """Width of a column: its widest text or its title. For tables of few rows."""

    least: int | None = None
    """Cells to which it is cut before columns are left out; None when it is never cut."""


@frozen
class Rest:
    """Width of a column: all cells that the other columns leave."""

    least: int
    """Least cells: other columns are left out before it gets fewer."""
    most: int = MOST_CELLS


@frozen
class Between:
    """Width of a column: cells that the others leave, before a `Rest` gets more than its least."""

    least: int
    most: int


@frozen
class Bar:
    """A bar instead of a text; a share above 0 has at least one sign."""

    share: float
    """Share of the cells of the column, 0 to 1."""


@frozen
class OverTime:
    """A drawing that fills the cells of its column instead of a text."""

    draw: Callable[[int], Line]
    """Draws exactly so many cells."""


@frozen
class Column(Generic[Item]):
    """One column of a table."""

    title: str | Callable[[int], str]
    """A function returns the title for so many cells."""
    width: int | Fit | Between | Rest
    text: Callable[[Item], str | Line | Bar | OverTime]
    """A string may come from outside: the table makes it safe. The spans of a line are safe, and
    have roles of their own."""
    role: Role | Callable[[Item], Role] = Role.TEXT
    priority: int = 0
    """0: always there. Of the others the highest number is left out first; among equals, the last
    column. A `Rest` that may be left out takes what the others leave and makes none of them go."""
    gap: int = 1
    """Blanks after it."""
    is_right: bool = False
    """Whether texts are aligned at the right, as numbers are."""
    uncut: Callable[[Item], int] | None = None
    """Returns the cells of its text that must be seen: blanks of the column before make room."""
    instead: "Column[Item] | None" = None
    """The column that replaces it when all columns that may be left out are left out."""


_Place: TypeAlias = tuple[Column[Item], int, Column[Item] | None, int]
"""A column and its cells, the column after it and its cells; None and 0 after the last."""


class Table(Generic[Item]):
    """Draws items as rows of columns."""

    def __init__(self, columns: Iterable[Column[Item]], rows: Sequence[Item] = ()) -> None:
        """Make a table.

        Args:
            columns: From left to right.
            rows: All rows, to measure columns of the width `Fit`.
        """
        self._columns = tuple(columns)
        self._widest = {
            index: max(
                text_width(_title(column, 0)), *(_cells_of(column.text(row)) for row in rows), 0
            )
            for index, column in enumerate(self._columns)
            if isinstance(column.width, Fit)
        }
        self._laid_out: tuple[int, list[_Place[Item]]] = (-1, [])

    def titles(self, width: int) -> Line:
        """Draw the titles above rows of so many cells."""
        text = ""
        for column, cells, _, _ in self._layout(width):
            title = _title(column, cells)
            if column.is_right:
                # A title wider than its numbers takes the blanks before it.
                over = max(0, len(title) - cells)
                text = text[: len(text) - over] + title.rjust(cells)
            else:
                text += pad(title, cells)
            text += " " * column.gap
        return (Span(text.rstrip(), Role.MUTED),)

    def line(self, item: Item, width: int) -> Line:
        """Draw an item in at most `width` cells, unless the columns that always stay need more."""
        parts: list[tuple[str, Role]] = []
        given = 0
        for column, own_cells, follower, next_cells in self._layout(width):
            cells = own_cells + given
            given = 0
            role = column.role if isinstance(column.role, Role) else column.role(item)
            told = column.text(item)
            if isinstance(told, OverTime):
                told = told.draw(cells)
            if isinstance(told, tuple):
                fill = cells - _add_cut(parts, told, cells)
            else:
                text = _bar(told, cells) if isinstance(told, Bar) else clip(told, cells)
                fill = cells - text_width(text)
                if column.is_right:
                    text, fill = " " * fill + text, 0
                parts.append((text, role))
            if follower is None:
                break
            if follower.uncut is not None and follower.uncut(item) > next_cells:
                given, fill = fill, 0
            if _is_extra(follower):
                # The blank before a bar is part of it.
                parts.append((" " * fill, role))
                role = follower.role if isinstance(follower.role, Role) else follower.role(item)
                fill = 0
            parts.append((" " * (fill + column.gap), role))
        return _joined(parts)

    def _layout(self, width: int) -> list[_Place[Item]]:
        """Return the columns that fit, each with its cells and the column after it."""
        if self._laid_out[0] != width:
            columns = self._lay_out(width)
            followers = [*columns[1:], (None, 0)]
            self._laid_out = (
                width,
                [(*one, *other) for one, other in zip(columns, followers, strict=True)],
            )
        return self._laid_out[1]

    def _lay_out(self, width: int) -> list[tuple[Column[Item], int]]:
        shown = [index for index, column in enumerate(self._columns) if not _is_extra(column)]
        while self._least(shown) > width:
            optional = [index for index in shown if self._columns[index].priority]
            if not optional:
                break
            shown.remove(max(optional, key=lambda index: (self._columns[index].priority, index)))
        room = width - self._least(shown)
        extras = [index for index, column in enumerate(self._columns) if _is_extra(column)]
        columns = [self._columns[index] for index in shown]
        if not extras and not any(column.priority for column in columns):
            columns = [column.instead or column for column in columns]
        laid_out: list[tuple[Column[Item], int]] = []
        given = self._given(shown, room)
        room -= sum(cells - self._cells(index) for index, cells in given.items())
        for index, column in zip(shown, columns, strict=True):
            cells = given.get(index, self._cells(index))
            match column.width:
                case Fit(least=int()):
                    grown = min(self._widest[index], cells + room)
                case Rest(most=most):
                    grown = min(most, cells + room)
                case _:
                    grown = cells
            room -= grown - cells
            laid_out.append((column, max(1, grown)))
        for index in extras:
            column = self._columns[index]
            assert isinstance(column.width, Rest)  # noqa: S101 - see `_is_extra`
            cells = min(column.width.most, room - laid_out[-1][0].gap)
            if cells >= column.width.least:
                laid_out.append((column, cells))
                room -= cells
        return laid_out

    def _given(self, shown: Sequence[int], room: int) -> dict[int, int]:
        """Return the cells of the columns that grow before a `Rest` does, by number of column."""
        given: dict[int, int] = {}
        for index in shown:
            width = self._columns[index].width
            if isinstance(width, Between):
                given[index] = min(width.most, width.least + room)
                room -= given[index] - width.least
        return given

    def _least(self, shown: Sequence[int]) -> int:
        """Return how many cells these columns need."""
        gaps = sum(self._columns[index].gap for index in shown[:-1])
        return sum(map(self._cells, shown)) + gaps

    def _cells(self, index: int) -> int:
        """Return how many cells a column needs at least."""
        width = self._columns[index].width
        if isinstance(width, int):
            return width
        if isinstance(width, Rest | Between):
            return width.least
        widest = self._widest[index]
        return widest if width.least is None else min(width.least, widest)


def _is_extra(column: Column[Item]) -> bool:
    """Whether a column is shown only when others leave cells for it."""
    return isinstance(column.width, Rest) and column.priority > 0


def _title(column: Column[Item], cells: int) -> str:
    return column.title if isinstance(column.title, str) else column.title(cells)


def _cells_of(told: str | Line | Bar | OverTime) -> int:
    if isinstance(told, Bar | OverTime):
        return 0
    if isinstance(told, str):
        return text_width(clip(told, MOST_CELLS))
    return sum(text_width(span.text) for span in told)


def _bar(bar: Bar, cells: int) -> str:
    # Rounded up, so that a small share is visible.
    return FULL * -int(-bar.share * cells // 1)


def _add_cut(parts: list[tuple[str, Role]], line: Line, cells: int) -> int:
    """Add spans until the cells are used up. Returns how many cells were used."""
    used = 0
    for span in line:
        text = shorten(span.text, cells - used)
        if cells - used < _FEWEST_CELLS and text != span.text:
            break
        parts.append((text, span.role))
        used += text_width(text)
    return used


def _joined(parts: Sequence[tuple[str, Role]]) -> Line:
    """Neighbours in one role become one span."""
    spans: list[Span] = []
    run, run_role = "", Role.TEXT
    for text, role in parts:
        if role is run_role or not text:
            run += text
        else:
            if run:
                spans.append(Span(run, run_role))
            run, run_role = text, role
    if run:
        spans.append(Span(run, run_role))
    return tuple(spans)
