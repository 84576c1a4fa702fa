"""CompareScreen: two participants side by side at the same times."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui.presentation.comparison_lines import comparison_head, comparison_line
from tui.presentation.footer_line import footer_line
from tui.presentation.lines import Line
from tui.provider.event_log import EventLog
from tui.query.comparison import Comparison, Side
from tui.screens.clock import Clock
from tui.screens.covering import CoveringScreen
from tui.widgets.line_bar import LineBar
from tui.widgets.row_list import RowList


class ComparedRows:
    """Rows of a comparison."""

    def __init__(
        self, left: EventLog, right: EventLog, names: tuple[str, str], clock: Clock
    ) -> None:
        self._left, self._right = left, right
        self._names = names
        self._clock = clock
        self._rows = Comparison(Side(left, range(len(left))), Side(right, range(len(right))))

    def __len__(self) -> int:
        return len(self._rows)

    def line(self, index: int, width: int) -> Line:
        """At most one event of either side."""
        row = self._rows.row(index)
        return comparison_line(
            row.second,
            None if row.left is None else self._left[row.left],
            None if row.right is None else self._right[row.right],
            width,
            self._clock.zone,
            shows_time=row.is_first,
        )

    def titles(self, width: int) -> Line:
        """Whose events stand where."""
        return comparison_head(*self._names, width)

    def row_at(self, moment: datetime) -> int:
        """The row of a moment."""
        return self._rows.row_at(moment)

    def next_pair(self, row: int) -> int | None:
        """The next row where both sides have an event."""
        for index in range(row + 1, len(self._rows)):
            found = self._rows.row(index)
            if found.left is not None and found.right is not None:
                return index
        return None


class CompareScreen(CoveringScreen[None]):
    """Read side by side; nothing is said of which came first inside a second."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "next_pair"),
        Binding("escape,q,h,left,backspace,C", "close"),
    ]

    def __init__(self, rows: ComparedRows, moment: datetime | None, note: str) -> None:
        """A comparison.

        Args:
            rows: What is compared.
            moment: Where to begin.
            note: What is not read of either side; empty when all is.
        """
        super().__init__()
        self._rows = rows
        self._moment = moment
        self._note = note

    def compose(self) -> Iterator[Widget]:
        """The rows and the keys."""
        yield RowList(id="compared")
        yield LineBar(id="keys")

    def on_mount(self) -> None:
        """Begin at the moment."""
        rows = self.query_one("#compared", RowList)
        rows.focus()
        row = self._rows.row_at(self._moment) if self._moment is not None else 0
        self.call_after_refresh(rows.show, self._rows, (), row)

    def on_resize(self) -> None:
        """Lay out for the width."""
        note = ((self._note, ""),) if self._note else ()
        hints = (*note, ("n", "next second of both"), ("Esc", "back"))
        self.query_one("#keys", LineBar).show(footer_line(hints, self.size.width))

    def action_next_pair(self) -> None:
        """Go to the next row where both sides have an event."""
        rows = self.query_one("#compared", RowList)
        row = self._rows.next_pair(rows.cursor)
        if row is not None:
            rows.cursor = row

    def action_close(self) -> None:
        """Leave."""
        self.dismiss()
