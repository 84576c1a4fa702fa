"""LanesScreen: who was in, publishing, failing, and when; lanes and plots over one time."""

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from ivscope.render.bars import both_ends, footer_line
from ivscope.render.cells import clip
from ivscope.render.cells import width as text_width
from ivscope.render.lines import Line, Role, Span
from ivscope.ui.lanes.view import LanesView
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.screens import CoveringScreen, counting_job
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace.jobs import Jobs

_HINTS = (
    ("h l", "time"),
    ("z Z", "zoom"),
    ("0", "all"),
    ("v", "plot"),
    ("!", "errors first"),
    ("Enter", "open at this time"),
    ("Esc", "back"),
)

Landing = tuple[str | None, datetime | None]
"""Whom to open, None for nobody; and the moment of the cursor."""


class LaneRows:
    """A row for each participant, as the view is now: what changes there needs other rows."""

    def __init__(self, view: LanesView) -> None:
        self._view = view

    def __len__(self) -> int:
        return len(self._view.order)

    def key(self, index: int) -> Hashable:
        """The lane of these rows: with the view, a moment say, every lane changes."""
        return self, index

    def line(self, index: int, width: int) -> Line:
        """One lane."""
        return self._view.lane(index, width)

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the protocol's signature
        """None: the axis stands above."""
        return ()


class LanesScreen(CoveringScreen[Landing]):
    """The result says where to land."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left", "move(-1)"),
        Binding("l,right", "move(1)"),
        Binding("H,less_than_sign", "move(-10)"),
        Binding("greater_than_sign", "move(10)"),
        Binding("z", "zoom(2)"),
        Binding("Z", "zoom(0.5)"),
        Binding("0", "fit"),
        Binding("v", "plot"),
        Binding("exclamation_mark", "errors_first"),
        Binding("enter", "open"),
        Binding("escape,q,backspace,I", "close"),
    ]

    def __init__(self, view: LanesView, word: Callable[[], str], jobs: Jobs) -> None:
        """Lanes.

        Args:
            view: What is shown.
            word: State of the sweep, in capitals.
            jobs: The owner of background work.
        """
        super().__init__()
        self._view = view
        self._word = word
        self._counting = counting_job(jobs, view.work, self._draw)

    def compose(self) -> Iterator[Widget]:
        """Title, plot and axis, lanes, legend, keys."""
        yield LineBar(id="title")
        plot = TextPane(id="plot")
        plot.can_focus = False
        yield plot
        yield RowList(id="lanes")
        yield LineBar(id="legend")
        yield LineBar(id="keys")

    def on_mount(self) -> None:
        """Count, and take the keys."""
        self._list.focus()
        self._counting.begin()

    def on_unmount(self) -> None:
        """Nothing is left to draw on."""
        self._counting.close()

    @property
    def _list(self) -> RowList:
        return self.query_one("#lanes", RowList)

    def changed(self) -> None:
        """Events came."""
        self._counting.changed()

    def on_resize(self) -> None:
        """Lay out for the size."""
        self._counting.draw()

    def _draw(self) -> None:
        width = self.size.width
        if not (width and self.is_attached):  # not laid out yet, or on its way out
            return
        inner = width - 1
        head = self._view.head(inner)
        plot = self.query_one("#plot", TextPane)
        plot.styles.height = len(head)
        plot.show(tuple((Span(" "), *line) for line in head))
        self._list.show(LaneRows(self._view), (), self._list.cursor, self._list.top)
        word = Span(self._word(), Role.ACCENT)
        text = clip(self._view.title(inner), inner - text_width(word.text))
        title = (Span(text, Role.STRONG),)
        line = both_ends(title, word, width)
        self.query_one("#title", LineBar).show(line)
        self.query_one("#legend", LineBar).show((Span(" "), *self._view.foot(inner)))
        self.query_one("#keys", LineBar).show(footer_line(_HINTS, width))

    def action_move(self, cells: int) -> None:
        """Move the cursor in time."""
        self._view.move(cells, self.size.width - 1)
        self._counting.draw()

    def action_zoom(self, factor: float) -> None:
        """Zoom around the cursor."""
        self._view.zoom(factor)
        self._counting.draw()

    def action_fit(self) -> None:
        """Show the whole session."""
        self._view.fit()
        self._counting.draw()

    def action_plot(self) -> None:
        """The next plot."""
        self._view.next_plot()
        self._counting.draw()

    def action_errors_first(self) -> None:
        """Order the lanes by errors, or by first join."""
        self._view.errors_first = not self._view.errors_first
        self._view.work(0)
        self._counting.draw()

    def action_open(self) -> None:
        """Open the participant of the lane at the moment of the cursor."""
        row = self._list.cursor
        if row < len(self._view.order):
            self.dismiss((self._view.order[row], self._view.moment))

    def action_close(self) -> None:
        """Back to where this was opened; everybody's list goes to the moment."""
        self.dismiss((None, self._view.moment))
