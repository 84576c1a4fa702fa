"""LanesScreen: when each participant was in, publishing or failing, with plots over time."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from ivscope.export.clippings import Clipping
from ivscope.render.lines import Line, Span
from ivscope.render.plots import legend
from ivscope.settings.commands import View
from ivscope.ui.commands import keyboard
from ivscope.ui.lanes.view import LABEL_CELLS, LanesView
from ivscope.ui.overlays import CountingScreen, OverlayReading, Shared
from ivscope.ui.taking import ViewText, clippings_for_place
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList, no_tail
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace.place import Place

_FAR = 10
"""Cells that the keys for ten cells move the cursor in time."""

_TOLD = "yjes"
"""Letters of the texts with what was found."""

Landing = tuple[str | None, datetime | None]
"""The id of the participant to open, None for nobody; and the moment of the cursor."""


class LaneRows:
    """The lanes of a view, a row each, as it was when they were made, whatever it shows since.

    So those that are drawn later are of the window that stands above them, also in a file.
    """

    def __init__(self, view: LanesView, width: int) -> None:
        """Keep a view as it is.

        Args:
            view: What to draw.
            width: Cells of a row on screen.
        """
        self.view = view.as_it_is()
        self._rows = view.rows
        self._width = width
        self._drawn: dict[int, Line] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def participant(self, index: int) -> str | None:
        """Return the id of the participant of a row; None for a heading and for no row."""
        row = self._rows[index] if index < len(self._rows) else None
        return row if isinstance(row, str) else None

    def key(self, index: int) -> Hashable:
        """Return the row as it is drawn: most lanes stay the same when others are made."""
        return self.line(index, self._width)

    def line(self, index: int, width: int) -> Line:
        """Draw a lane, or a heading."""
        if width != self._width:
            return self.view.row(self._rows[index], width)
        if index not in self._drawn:
            self._drawn[index] = self.view.row(self._rows[index], width)
        return self._drawn[index]

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the protocol's signature
        """Return no titles: the axis of time is above the list."""
        return ()


class LaneList(RowList):
    """The lanes; the cursor passes over the headings.

    It reverses names only: a full cell that is reversed would be a hole in the lane.
    """

    cursor_cells = 1 + LABEL_CELLS

    @property
    def participant(self) -> str | None:
        """Id of the participant of the lane under the cursor; None before anybody is listed."""
        return self.rows.participant(self.cursor) if isinstance(self.rows, LaneRows) else None

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor on a lane: the next one in the direction of the move, else the last."""
        cursor, rows = super().validate_cursor(cursor), self.rows
        if not isinstance(rows, LaneRows):
            return cursor
        below, above = range(cursor, len(rows)), range(cursor, -1, -1)
        order = (*below, *above) if cursor >= self.cursor else (*above, *below)
        return next((row for row in order if rows.participant(row) is not None), cursor)


class LanesScreen(CountingScreen[Landing]):
    """Shows the lanes of a session; its result says where to go."""

    VIEW = View.LANES
    NAME = "lanes"
    has_times = True
    BINDINGS: ClassVar[list[BindingType]] = keyboard(VIEW)

    def __init__(
        self,
        view: LanesView,
        title: Callable[[str, int], Line],
        shared: Shared,
        reading: OverlayReading,
    ) -> None:
        """Make the screen.

        Args:
            view: What is shown.
            title: Makes the line on top for the name of this view and a width: where this is, and
                the state of the scan.
            shared: What it shares with the explorer.
            reading: What went wrong in reading the session, and how to read again.
        """
        super().__init__(shared, view.work, reading, view.lanes)
        self._view = view
        self._title = title
        add = self.handlers.add
        add("lanes.earlier", lambda: self._move(-1))
        add("lanes.later", lambda: self._move(1))
        add("lanes.much_earlier", lambda: self._move(-_FAR))
        add("lanes.much_later", lambda: self._move(_FAR))
        add("lanes.zoom_in", lambda: self._change(lambda: view.zoom(2)))
        add("lanes.zoom_out", lambda: self._change(lambda: view.zoom(0.5)))
        add("lanes.all", lambda: self._change(view.fit), self._why_no_fit)
        add("lanes.plot", lambda: self._change(view.next_plot))
        add("lanes.errors_first", lambda: self._change(view.sort))
        add("read.pause", lambda: self._change(lambda: self.say(view.pause())))
        add("lanes.open", self._open, self._why_no_lane)
        for id_ in ("lanes.close", "go.quit_or_out", "triage.lanes"):
            add(id_, self.leave)

    def compose(self) -> Iterator[Widget]:
        """Make title, plot with axis, lanes, what is at the cursor, legend and keys."""
        yield LineBar(id="title")
        plot = TextPane(id="plot")
        plot.can_focus = False
        yield plot
        yield LaneList(id="lanes")
        yield LineBar(id="told")
        yield LineBar(id="legend")
        yield self.trouble
        yield self.foot

    @property
    def _list(self) -> LaneList:
        return self.query_one("#lanes", LaneList)

    def draw(self) -> None:
        """Draw title, plot, lanes and keys."""
        if not self.is_laid_out:
            return
        width, view = self.size.width, self._view
        inner = width - 1
        view.arrange()
        head = view.head(inner, self.size.height)
        plot = self.query_one("#plot", TextPane)
        plot.styles.height = len(head)
        plot.show(tuple((Span(" "), *line) for line in head))
        # The cursor stays on its participant, wherever the lane moves.
        view.chosen = self._list.participant or view.chosen
        self._list.show(LaneRows(view, inner), no_tail, view.row_of(view.chosen), self._list.top)
        self.query_one("#title", LineBar).show(self._title(self.NAME, width))
        signs = legend(inner, has_replicas=view.has_replicas, has_awaited=view.has_awaited)
        self.query_one("#legend", LineBar).show((Span(" "), *signs))
        self._tell()
        self.show_foot()

    @on(RowList.Highlighted)
    def _tell(self) -> None:
        """Say what the participant of the lane under the cursor did at its time."""
        rows = self._list.rows
        view = rows.view if isinstance(rows, LaneRows) else self._view
        told = view.cursor_line(self._list.participant, self.size.width - 1)
        self.query_one("#told", LineBar).show((Span(" "), *told))

    def leave(self) -> None:
        """Go back to where they were opened, at the time of the cursor."""
        self.dismiss((None, self._view.moment))

    @property
    def moment(self) -> datetime | None:
        """The time of the cursor; None before anything has a time."""
        return self._view.moment

    def go_to_moment(self, moment: datetime) -> None:
        """Move the cursor to a time."""
        if self._view.go_to(moment):
            self.counting.changed()
        self.counting.draw()

    def clippings(self) -> Iterator[Clipping]:
        """Offer what is told of the participant of the lane under the cursor, at its time.

        The event is the nearest error, else the nearest event. What names the place is of the time
        of the cursor.
        """
        place, moment, shared = self.shared.place, self._view.moment, self.shared
        lane = Place(place.stage_arn, place.session_id, self._list.participant)
        ref = None
        if lane.participant_id is not None:
            ref = shared.copies.nearest(lane.participant, moment)
        named = clippings_for_place(lane, shared.connection(), shared.times.now(), moment)
        menu = () if ref is None else shared.copies.menu_at(ref)
        yield from (one for one in menu if one.letter in _TOLD)
        yield from named
        own = {*_TOLD, *(one.letter for one in named)}
        yield from (one for one in menu if one.letter not in own)

    def text(self) -> ViewText:
        """Return all lanes as text; long ones are made in the thread that saves them."""
        self._view.settle()
        self.draw()
        rows, lanes = self._list.rows, self._view.lanes

        def prepare(part: range, check: Callable[[], object]) -> Callable[[], object]:
            names = [rows.participant(at) for at in part] if isinstance(rows, LaneRows) else []
            return partial(lanes.keep, lanes.made_of(filter(None, names), check))

        return replace(super().text(), prepare=prepare)

    def row_text(self, index: int) -> str:
        """Return name and id of the participant of a lane; nothing for a heading."""
        rows = self._list.rows
        participant = rows.participant(index) if isinstance(rows, LaneRows) else None
        return "" if participant is None else f"{self._view.name(participant)} {participant}"

    def _change(self, change: Callable[[], object]) -> None:
        change()
        self.counting.draw()

    def _why_no_fit(self) -> str:
        return "the whole session is shown already" if self._view.is_fitted else ""

    def _move(self, cells: int) -> None:
        """Move the cursor in time."""
        if self._view.move(cells, self.size.width - 1):
            self.counting.changed()
        self.counting.draw()

    def _why_no_lane(self) -> str:
        return "" if self._list.participant is not None else "no participants listed yet"

    def _open(self) -> None:
        """Open the participant of the lane at the moment of the cursor."""
        self._view.chosen = self._list.participant
        self.dismiss((self._view.chosen, self._view.moment))
