"""SummaryScreen: what failed, how often, for whom, since when; every row leads to its events."""

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.presentation.footer_line import footer_line
from tui.presentation.lines import Line, Role, Span
from tui.presentation.summary_lines import summary_lines
from tui.presentation.summary_table import SummaryLine
from tui.screens.clock import Clock
from tui.screens.summary_data import SummaryData
from tui.widgets.line_bar import LineBar
from tui.widgets.row_list import RowList

_WORK_SECONDS = 0.008
"""One slice of counting. A key waits for one slice and a frame at most."""

_PAUSE_SECONDS = 0.02
"""Between two slices."""


class SummaryLines:
    """Rows of a summary, already laid out."""

    def __init__(self, rows: list[SummaryLine]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def line(self, index: int, width: int) -> Line:  # noqa: ARG002 - laid out for the width already
        """One row."""
        return self._rows[index].line

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the protocol's signature
        """None: the tables bring their own."""
        return ()

    def drill(self, index: int) -> str | None:
        """The filter that a row leads to."""
        return self._rows[index].drill


class SummaryScreen(ModalScreen[str | None]):
    """The result is the filter of the row that was opened, None without one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,l,right", "drill"),
        Binding("escape,q,h,left,backspace,i", "close"),
        Binding("e", "next_row"),
    ]

    def __init__(self, data: SummaryData, clock: Clock) -> None:
        super().__init__()
        self._data = data
        self._clock = clock
        self._rows = SummaryLines([])
        self._is_working = False

    def compose(self) -> Iterator[Widget]:
        """A title, the rows, a footer."""
        yield LineBar(id="title")
        yield RowList(id="summary")
        yield LineBar(id="keys")

    def on_mount(self) -> None:
        """Count."""
        self._list.focus()
        self.changed()

    @property
    def _list(self) -> RowList:
        return self.query_one("#summary", RowList)

    def changed(self) -> None:
        """Events came: count them between the keys."""
        if not self._is_working:
            self._is_working = True
            self._work()

    def _work(self) -> None:
        if not self.is_attached:
            return
        is_more = self._data.work(_WORK_SECONDS)
        self._is_working = is_more
        if is_more:
            self.set_timer(_PAUSE_SECONDS, self._work)
        self._draw()

    def on_resize(self) -> None:
        """Lay out for the width."""
        self._draw()

    def _draw(self) -> None:
        width = self.size.width
        if not width:
            return
        heading = self._data.title
        rows = summary_lines(self._data.summary(), width - 2, self._clock.zone, heading=heading)
        self._rows = SummaryLines(rows)
        self._list.show(self._rows, (), self._list.cursor, self._list.top)
        word = self._data.word()
        title = "SUMMARY"
        fill = " " * max(1, width - len(title) - len(word))
        line = (Span(title, Role.STRONG), Span(fill), Span(word, Role.ACCENT))
        self.query_one("#title", LineBar).show(line)
        hints = (("Enter", "show these events"), ("e", "next table row"), ("Esc", "back"))
        self.query_one("#keys", LineBar).show(footer_line(hints, width))

    def action_drill(self) -> None:
        """Go to the events of the row."""
        row = self._list.cursor
        drill = self._rows.drill(row) if row < len(self._rows) else None
        if drill is not None:
            self.dismiss(drill)

    def action_next_row(self) -> None:
        """Go to the next row that leads somewhere."""
        for row in range(self._list.cursor + 1, len(self._rows)):
            if self._rows.drill(row) is not None:
                self._list.cursor = row
                return

    def action_close(self) -> None:
        """Leave."""
        self.dismiss(None)
