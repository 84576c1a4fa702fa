"""Tables of a summary: a name, numbers at the right, and a bar where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui.presentation.cells import pad, shorten
from tui.presentation.cells import width as text_width
from tui.presentation.lines import Line, Role, Span

_FEWEST_NAME_CELLS = 16
"""A name that is cut shorter tells too little; columns are left out instead, the last first."""

_FEWEST_BAR_CELLS = 4
_MOST_BAR_CELLS = 20


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line, and where it leads."""

    line: Line
    drill: str | None = None
    """The filter that shows the events it counts; None when it counts none."""
    position: int | None = None
    """The event in the session's log that it rests on first; None when it rests on none."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row."""

    name: str
    """Safe to draw."""
    values: tuple[str, ...]
    """One for each column; safe to draw."""
    drill: str | None
    is_error: bool = False
    share: float | None = None
    """Length of its bar, 0 to 1; None for no bar."""


def table(
    heads: Sequence[str], rows: Sequence[TableRow], width: int, texts: int = 0
) -> list[SummaryLine]:
    """Heads and rows, each line at most `width` cells, numbers at the right of their columns.

    Args:
        heads: That of the name, then one for each column.
        rows: In the order shown.
        width: Cells.
        texts: How many of the last columns are no numbers.
    """
    numbers = len(heads) - 1 - texts
    sizes = [
        max(text_width(text) for text in (head, *(row.values[at] for row in rows)))
        for at, head in enumerate(heads[1:])
    ]
    longest = max(map(text_width, (heads[0], *(row.name for row in rows))))
    wanted = min(longest, _FEWEST_NAME_CELLS)
    while sizes and 2 + wanted + sum(sizes) + len(sizes) > width:
        sizes.pop()
    room = width - 2 - sum(sizes) - len(sizes)
    name_cells = max(1, min(longest, room))
    bar_cells = min(room - name_cells - 1, _MOST_BAR_CELLS)
    lines = [
        SummaryLine(
            (Span(_cells("  ", heads[0], heads[1:], name_cells, sizes, numbers), Role.MUTED),)
        )
    ]
    for row in rows:
        mark = "! " if row.is_error else "  "
        text = _cells(mark, row.name, row.values, name_cells, sizes, numbers)
        spans = [Span(text, Role.ERROR if row.is_error else Role.TEXT)]
        if row.share is not None and bar_cells >= _FEWEST_BAR_CELLS:
            # Rounded up: what is there shows.
            spans.append(Span(" " + "#" * -int(-row.share * bar_cells // 1), Role.WARNING))
        lines.append(SummaryLine(tuple(spans), row.drill))
    return lines


def _cells(  # noqa: PLR0917 - what a row is made of
    mark: str,
    name: str,
    values: Sequence[str],
    name_cells: int,
    sizes: Sequence[int],
    numbers: int,
) -> str:
    cells = [mark + pad(shorten(name, name_cells), name_cells)]
    # The values of columns left out are at the end.
    for column, (text, size) in enumerate(zip(values, sizes, strict=False)):
        fill = " " * (size - text_width(text))
        cells.append(fill + text if column < numbers else text + fill)
    return " ".join(cells)
