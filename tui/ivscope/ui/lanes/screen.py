"""LanesScreen: when each participant was in, publishing or failing, with plots over time."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from ivscope.render.bars import both_ends
from ivscope.render.cells import clip
from ivscope.render.cells import width as text_width
from ivscope.render.lines import Line, Role, Span
from ivscope.settings.commands import View
from ivscope.ui.commands import CountingScreen, OverlayReading, keyboard
from ivscope.ui.lanes.view import LanesView
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList, no_tail
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace.jobs import Jobs

_FAR = 10
"""Cells that the keys for ten cells move the cursor in time."""

Landing = tuple[str | None, datetime | None]
"""The id of the participant to open, None for nobody; and the moment of the cursor."""


class LaneRows:
    """The lanes of a view as it is now, a row each; after any change new rows are needed."""

    def __init__(self, view: LanesView) -> None:
        self._view = view

    def __len__(self) -> int:
        return len(self._view.order)

    def key(self, index: int) -> Hashable:
        """Return these rows and the index: a change of the view changes every lane."""
        return self, index

    def line(self, index: int, width: int) -> Line:
        """Draw a lane."""
        return self._view.lane(index, width)

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the protocol's signature
        """Return no titles: the axis of time is above the list."""
        return ()


class LanesScreen(CountingScreen[Landing]):
    """Shows the lanes of a session; its result says where to go."""

    VIEW = View.LANES
    BINDINGS: ClassVar[list[BindingType]] = keyboard(VIEW)

    def __init__(
        self,
        view: LanesView,
        word: Callable[[], str],
        jobs: Jobs,
        keys: Mapping[str, str],
        reading: OverlayReading,
    ) -> None:
        """Make the screen.

        Args:
            view: What is shown.
            word: Returns the state of the scan, in capitals.
            jobs: The owner of background work.
            keys: Keys in force by command id.
            reading: What went wrong in reading the session, and how to read again.
        """
        super().__init__(keys, jobs, view.work, reading)
        self._view = view
        self._word = word
        add = self.handlers.add
        add("lanes.earlier", lambda: self._move(-1))
        add("lanes.later", lambda: self._move(1))
        add("lanes.much_earlier", lambda: self._move(-_FAR))
        add("lanes.much_later", lambda: self._move(_FAR))
        add("lanes.zoom_in", lambda: self._change(lambda: view.zoom(2)))
        add("lanes.zoom_out", lambda: self._change(lambda: view.zoom(0.5)))
        add("lanes.all", lambda: self._change(view.fit))
        add("lanes.plot", lambda: self._change(view.next_plot))
        add("lanes.errors_first", self._errors_first)
        add("read.pause", lambda: self._change(lambda: self.say(view.pause())))
        add("lanes.open", self._open, self._why_no_lane)
        for id_ in ("lanes.close", "go.quit_or_out", "triage.lanes"):
            add(id_, lambda: self.dismiss((None, view.moment)))

    def compose(self) -> Iterator[Widget]:
        """Make the title, the plot with the axis, the lanes, the legend and the keys."""
        yield LineBar(id="title")
        plot = TextPane(id="plot")
        plot.can_focus = False
        yield plot
        yield RowList(id="lanes")
        yield LineBar(id="legend")
        yield self.trouble
        yield self.foot

    @property
    def _list(self) -> RowList:
        return self.query_one("#lanes", RowList)

    def draw(self) -> None:
        """Draw title, plot, lanes and keys."""
        if not self.is_laid_out:
            return
        width = self.size.width
        inner = width - 1
        head = self._view.head(inner)
        plot = self.query_one("#plot", TextPane)
        plot.styles.height = len(head)
        plot.show(tuple((Span(" "), *line) for line in head))
        self._list.show(LaneRows(self._view), no_tail, self._list.cursor, self._list.top)
        word = Span(self.handlers.with_keys(self._word()), Role.ACCENT)
        text = clip(self._view.title(inner), inner - text_width(word.text))
        title = (Span(text, Role.STRONG),)
        line = both_ends(title, word, width)
        self.query_one("#title", LineBar).show(line)
        self.query_one("#legend", LineBar).show((Span(" "), *self._view.foot(inner)))
        self.show_foot()

    def _change(self, change: Callable[[], object]) -> None:
        change()
        self.counting.draw()

    def _move(self, cells: int) -> None:
        """Move the cursor in time."""
        self._change(lambda: self._view.move(cells, self.size.width - 1))

    def _errors_first(self) -> None:
        """Order the lanes by errors, or by first join."""
        self._view.errors_first = not self._view.errors_first
        self._change(lambda: self._view.work(0))

    def _why_no_lane(self) -> str:
        return "" if self._list.cursor < len(self._view.order) else "nobody is listed yet"

    def _open(self) -> None:
        """Open the participant of the lane at the moment of the cursor."""
        self.dismiss((self._view.order[self._list.cursor], self._view.moment))
