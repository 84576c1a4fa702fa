"""SummaryScreen: which errors came how often, for whom and when; rows lead to their events."""

from collections.abc import Hashable, Iterator, Mapping
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.widget import Widget

from ivscope.render.bars import both_ends
from ivscope.render.finding_lines import EvidenceKeys
from ivscope.render.lines import Line, Role, Span
from ivscope.settings.commands import View
from ivscope.settings.key_names import first_key
from ivscope.ui.commands import CountingScreen, OverlayReading, keyboard
from ivscope.ui.summary.data import SummaryData
from ivscope.ui.summary.lines import SummaryLine, summary_lines
from ivscope.ui.time_display import TimeDisplay
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList, no_tail
from ivscope.workspace.jobs import Jobs

Drill = str | int
"""Where a row leads: a filter of events, or the position of an event in the session's log."""


class SummaryRows:
    """The lines of a summary as rows; they are laid out for a width already."""

    def __init__(self, rows: list[SummaryLine]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    def key(self, index: int) -> Hashable:
        """Return the line itself."""
        return self._rows[index].line

    def line(self, index: int, width: int) -> Line:  # noqa: ARG002 - laid out for the width already
        """Return a row."""
        return self._rows[index].line

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the protocol's signature
        """Return no titles: each table has its own."""
        return ()

    def next_code(self, row: int) -> int | None:
        """Return the next row below that counts an error code; None when there is none."""
        for index in range(row + 1, len(self._rows)):
            if (self._rows[index].drill or "").startswith("code:"):
                return index
        return None

    def drill(self, index: int) -> Drill | None:
        """Return where a row leads; None when it leads nowhere."""
        row = self._rows[index]
        return row.position if row.drill is None else row.drill


class SummaryScreen(CountingScreen[Drill | None]):
    """Shows a summary; its result is where the opened row leads, None without one."""

    VIEW = View.SUMMARY
    BINDINGS: ClassVar[list[BindingType]] = keyboard(VIEW)

    def __init__(
        self,
        data: SummaryData,
        times: TimeDisplay,
        jobs: Jobs,
        keys: Mapping[str, str],
        reading: OverlayReading,
    ) -> None:
        super().__init__(keys, jobs, data.work, reading)
        self._data = data
        self._times = times
        self._rows = SummaryRows([])
        self._was_used = False
        """Whether a key was pressed; until then the cursor stays on the first code."""
        self._evidence_keys = EvidenceKeys(
            first_key(keys["go.in"]), first_key(keys["evidence.fetch"]), ""
        )
        add = self.handlers.add
        add("go.in", self._drill, self._why_no_drill)
        for id_ in ("go.out", "go.quit_or_out", "triage.summary"):
            add(id_, lambda: self.dismiss(None))
        add("summary.next_code", self._next_code, self._why_no_code)
        add("evidence.fetch", self._fetch)
        add("read.pause", self._pause)

    def compose(self) -> Iterator[Widget]:
        """Make a title, the rows and a footer."""
        yield LineBar(id="title")
        yield RowList(id="summary")
        yield self.trouble
        yield self.foot

    @property
    def _list(self) -> RowList:
        return self.query_one("#summary", RowList)

    def changed(self) -> None:
        """Called when events or facts came."""
        self._data.changed()
        super().changed()

    def draw(self) -> None:
        """Draw title, rows and keys."""
        if not self.is_laid_out:
            return
        width = self.size.width
        zone, inner = self._times.zone, width - 2
        rows = summary_lines(
            self._data.summary(),
            inner,
            zone,
            heading=self._data.title,
            about=self._data.about(inner, self._times),
            findings=self._data.findings(inner, zone, self._evidence_keys),
        )
        self._rows = SummaryRows(rows)
        cursor = self._list.cursor if self._was_used else self._rows.next_code(-1) or 0
        self._list.show(self._rows, no_tail, cursor, self._list.top if self._was_used else 0)
        title = (Span("SUMMARY", Role.STRONG),)
        line = both_ends(
            title,
            Span(self.handlers.with_keys(self._data.word(self._times.zone)), Role.ACCENT),
            width,
        )
        self.query_one("#title", LineBar).show(line)
        self.show_foot()

    def on_key(self, event: events.Key) -> None:
        """Leave the cursor where it is from now on, and remove the note."""
        self._was_used = True
        super().on_key(event)

    def _landing(self) -> Drill | None:
        row = self._list.cursor
        return self._rows.drill(row) if row < len(self._rows) else None

    def _why_no_drill(self) -> str:
        return "" if self._landing() is not None else "this row leads to no events"

    def _drill(self) -> None:
        """Go to the events that the row counts."""
        self.dismiss(self._landing())

    def _fetch(self) -> None:
        """Read missing facts, or stop that."""
        self.say(self._data.fetch())
        self.counting.changed()

    def _pause(self) -> None:
        """Pause the reading, or go on."""
        self.say(self._data.pause())
        self.counting.changed()

    def _why_no_code(self) -> str:
        is_last = self._rows.next_code(self._list.cursor) is None
        return "no error code below this row" if is_last else ""

    def _next_code(self) -> None:
        """Go to the next error code."""
        row = self._rows.next_code(self._list.cursor)
        if row is not None:
            self._list.cursor = row
