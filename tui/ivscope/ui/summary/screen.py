"""SummaryScreen: which errors came how often, for whom and when; rows lead to their events."""

from collections.abc import Callable, Hashable, Iterator
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.widget import Widget

from ivscope.export.clippings import Clipping
from ivscope.render.bars import coverage_text
from ivscope.render.cells import clip
from ivscope.render.finding_lines import EvidenceKeys
from ivscope.render.lines import Line, Role, Span
from ivscope.render.sentences.words import counted
from ivscope.settings.commands import View
from ivscope.settings.key_names import first_key
from ivscope.ui.commands import keyboard
from ivscope.ui.overlays import CountingScreen, OverlayReading, Shared
from ivscope.ui.summary.data import SummaryData
from ivscope.ui.summary.lines import SummaryLine, summary_lines
from ivscope.ui.taking import clippings_for_place, file_name
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList, no_tail
from ivscope.workspace.jobs import Promise

if TYPE_CHECKING:
    from ivscope.export.report import Report


_AS_SHOWN = "t"
_FORMS = {"m": "report in Markdown", "h": "report in HTML", _AS_SHOWN: "this view as text"}
"""How a summary is saved, by letter."""

_ENDINGS = {"m": "md", "h": "html"}


class OtherView(Enum):
    """Views of the same session that a key opens."""

    LANES = "lanes"
    TIMELINE = "timeline"


Drill = str | int | OtherView
"""Where the summary leads: a filter of events, the position of an event in the session's log, or
another view."""


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

    def in_others(self, row: int, others: list[SummaryLine]) -> int:
        """Return where other rows lead to the same events as a row; that row when nowhere."""
        if not 0 <= row < len(self._rows) or self.drill(row) is None:
            return row
        own = self._rows[row]
        wanted = own.drill, own.position, own.kind
        same = [
            index
            for index, one in enumerate(others)
            if (one.drill, one.position, one.kind) == wanted
        ]
        return min(same, key=lambda index: abs(index - row), default=row)

    def below(self, row: int) -> str:
        """Say what follows from a row on: "6 codes, 20 participants"; empty for nothing."""
        counts: dict[str, int] = {}
        for one in self._rows[row:]:
            if one.kind:
                counts[one.kind] = counts.get(one.kind, 0) + one.stands_for
        return ", ".join(
            kind.lower() if kind.isupper() else counted(count, kind)
            for kind, count in counts.items()
        )

    @property
    def first_to_open(self) -> int:
        """The first finding or code, else the first row: where the cursor begins."""
        kinds = (index for index, row in enumerate(self._rows) if row.kind)
        return next(kinds, 0)

    def next_code(self, row: int) -> int | None:
        """Return the next row below that counts an error code; None when there is none."""
        for index in range(row + 1, len(self._rows)):
            if (self._rows[index].drill or "").startswith("code:"):
                return index
        return None

    def goes_on(self, index: int) -> bool:
        """Whether a row goes on with the one above."""
        return 0 <= index < len(self._rows) and self._rows[index].goes_on

    def is_finding(self, index: int) -> bool:
        """Whether a finding begins in a row."""
        return index < len(self._rows) and self._rows[index].kind == "finding"

    def drill(self, index: int) -> Drill | None:
        """Return where a row leads; None when it leads nowhere."""
        row = self._rows[index]
        return row.position if row.drill is None else row.drill


class SummaryList(RowList):
    """The rows of a summary; the cursor goes from finding to finding, over their further lines."""

    def validate_cursor(self, cursor: int) -> int:
        """Go to the first line of a finding; from there, to what follows below its last."""
        cursor, rows = super().validate_cursor(cursor), self.rows
        if not isinstance(rows, SummaryRows) or not rows.goes_on(cursor):
            return cursor
        head = next(row for row in range(cursor, -1, -1) if not rows.goes_on(row))
        if head != self.cursor:
            return head
        below = range(cursor, len(rows))
        return next((row for row in below if not rows.goes_on(row)), head)


class SummaryScreen(CountingScreen[Drill | None]):
    """Shows a summary; its result is where the opened row leads, None without one."""

    VIEW = View.SUMMARY
    NAME = "summary"
    BINDINGS: ClassVar[list[BindingType]] = keyboard(VIEW)

    def __init__(
        self,
        data: SummaryData,
        title: Callable[[str, int], Line],
        shared: Shared,
        *,
        reading: OverlayReading,
        cursor: int | None,
    ) -> None:
        """Make the screen.

        Args:
            data: What is summed up.
            title: Makes the line on top for the name of this view and a width.
            shared: What it shares with the explorer.
            reading: What went wrong in reading what is counted, and how to read again.
            cursor: The row where the cursor was when the summary was left; None for a new one.
        """
        super().__init__(shared, data.work, reading, data.lanes)
        self._data = data
        self._title = title
        self._times = shared.times
        self._rows = SummaryRows([])
        self.cursor = cursor
        """Where a key has put the cursor; None until then: it stays on what happened."""
        self._evidence_keys = EvidenceKeys(
            first_key(self.keys["go.in"]), first_key(self.keys["evidence.fetch"]), ""
        )
        self._more = LineBar(id="more")
        add = self.handlers.add
        add("go.in", self._drill, self._why_no_drill)
        add("triage.lanes", lambda: self.dismiss(OtherView.LANES))
        add("go.timeline", lambda: self.dismiss(OtherView.TIMELINE))
        for id_ in ("go.out", "go.quit_or_out", "triage.summary"):
            add(id_, self.leave)
        add("summary.next_code", self._next_code, self._why_no_code)
        add("evidence.fetch", self._fetch)
        add("read.pause", self._pause)

    def compose(self) -> Iterator[Widget]:
        """Make a title, the rows, what follows below them and a footer."""
        yield LineBar(id="title")
        yield SummaryList(id="summary")
        yield self._more
        yield self.trouble
        yield self.foot

    @property
    def _list(self) -> RowList:
        return self.query_one("#summary", RowList)

    def changed(self) -> None:
        """Called when events or facts came."""
        self._data.changed()
        super().changed()

    @property
    def is_at_rest(self) -> bool:
        """Whether all is counted and found."""
        return super().is_at_rest and not self._data.is_looking

    def begin_long(self) -> None:
        """Begin in a thread what takes long, behind what is on screen by now."""
        super().begin_long()
        self._data.look()

    def draw(self) -> None:
        """Draw title, rows and keys."""
        if not self.is_laid_out:
            return
        width = self.size.width
        zone, inner = self._times.zone, width - 2
        rows = summary_lines(
            self._data.summary(),
            inner,
            self._data.times(zone),
            about=self._data.about(inner, self._times),
            findings=self._data.findings(inner, zone, self._evidence_keys),
        )
        if self.cursor is not None:
            self.cursor = self._rows.in_others(self.cursor, rows)
        self._rows = SummaryRows(rows)
        is_new = self.cursor is None
        cursor = self._rows.first_to_open if self.cursor is None else self.cursor
        self._list.show(self._rows, no_tail, cursor, 0 if is_new else self._list.top)
        self.query_one("#title", LineBar).show(self._title(self.NAME, width))
        self._tell_more()
        self.show_foot()

    @on(RowList.Highlighted)
    def _tell_more(self) -> None:
        """Say what is below the last visible row, and the key that shows it."""
        shown = self._list
        below = self._rows.below(shown.top + shown.page)
        key = first_key(self.keys["move.page_down"])
        text = f" below: {below}  {key}" if below else ""
        self._more.show((Span(clip(text, self.size.width), Role.MUTED),))

    def on_key(self, event: events.Key) -> None:
        """Leave the cursor where it is from now on, and remove the note."""
        if self.cursor is None:
            self.cursor = self._list.cursor
        super().on_key(event)

    @on(RowList.Highlighted)
    def _keep_cursor(self) -> None:
        if self.cursor is not None and len(self._rows):
            self.cursor = self._list.cursor

    def leave(self) -> None:
        """Go back to where it was opened."""
        self.dismiss(None)

    def clippings(self) -> Iterator[Clipping]:
        """Offer what was found, and what names the place that is summed up."""
        shared = self.shared
        yield from self._data.copies(shared)
        yield from clippings_for_place(shared.place, shared.connection(), shared.times.now())

    def _save(self) -> None:
        """Ask in which form to save: the report of a session, or what is on screen as text."""
        make = self._data.report(self.shared)
        if make is None:
            super()._save()
            return
        report = cache(make)
        self.foot.choose("SAVE", _FORMS, lambda form: self._save_as(form, report))

    def _save_as(self, form: str, report: "Callable[[], Report]") -> None:
        if form == _AS_SHOWN:
            super()._save()
            return
        from ivscope.export.report import report_text  # noqa: PLC0415 - if asked for

        what = f"report-{self.shared.place.session_id}"
        name = file_name(what, self.shared.times.now(), _ENDINGS[form])

        def content(promise: Promise) -> Iterator[bytes]:
            text = report_text(report(), name)
            promise.begin_last_step()
            yield text.encode()

        said = coverage_text(self._data.summary().coverage)
        self.shared.taking.save(name, content, f"incident report, {said}")

    def _landing(self) -> Drill | None:
        row = self._list.cursor
        return self._rows.drill(row) if row < len(self._rows) else None

    def _why_no_drill(self) -> str:
        if self._landing() is not None:
            return ""
        if self._rows.is_finding(self._list.cursor):
            return "no events to show: {evidence.fetch} reads what would tell more"
        return "this row has no events to show"

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
