"""RowList: a list with a cursor that asks for the visible rows only, and keeps none."""

from collections.abc import Callable, Hashable
from typing import ClassVar, Protocol

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip

from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import AT_CURSOR, IN_VIEW
from ivscope.ui.widgets.canvas import Canvas

_CURSOR = Style(reverse=True, bold=True)
_BLURRED = Style(bold=True)
"""Styles of the whole row under the cursor, in a list with the focus and in one without."""

_EDGE_CELLS = 2
"""The overview, and a blank so that its signs are not read as the end of a row."""


Tail = Callable[[int], tuple[Line, ...]]
"""Makes the lines below the last row, each at most so many cells wide; asked again for another
width."""


def no_tail(_width: int) -> tuple[Line, ...]:
    """Nothing below the last row."""
    return ()


class ListedRows(Protocol):
    """Rows that a `RowList` can show."""

    def __len__(self) -> int: ...

    def key(self, index: int) -> Hashable:
        """Return a value for what row `index` shows: rows with equal keys look alike.

        Called for visible rows, several times for each drawing, so it has to be cheap.
        """
        ...

    def line(self, index: int, width: int) -> Line:
        """Draw row `index` in at most `width` cells; called when a visible row has a new key."""
        ...

    def titles(self, width: int) -> Line:
        """Return the column titles; empty for none."""
        ...


class NoRows:
    """No rows, for a list that shows nothing yet."""

    def __len__(self) -> int:
        return 0

    def key(self, index: int) -> Hashable:
        """Never asked for."""
        raise IndexError(index)

    def line(self, index: int, width: int) -> Line:  # noqa: ARG002 - the protocol's signature
        """Never asked for."""
        raise IndexError(index)

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the protocol's signature
        """No titles."""
        return ()


_AHEAD_OF_NEXT = 6
"""A key that moves by one row out of the view scrolls by this part of a page, so that as few rows
are sent; another one by a half, since what it leads to is read with what stands around it."""


class RowList(Canvas, can_focus=True):
    """A list of any length with a cursor, column titles and a tail below the last row.

    The tail is lines about the list as a whole: it is being read, has more, failed, or is empty.
    """

    class Highlighted(Message):
        """Message: the cursor is on another row, or the row under it changed."""

        def __init__(self, row_list: "RowList", index: int) -> None:
            super().__init__()
            self.row_list = row_list
            self.index = index

        @property
        def control(self) -> "RowList":
            """The list, for `on` selectors."""
            return self.row_list

    class NearEnd(Message):
        """Message: fewer than a screen of rows are left below the cursor."""

        def __init__(self, row_list: "RowList") -> None:
            super().__init__()
            self.row_list = row_list

        @property
        def control(self) -> "RowList":
            """The list, for `on` selectors."""
            return self.row_list

    class Opened(Message):
        """Message: the row under the cursor was clicked."""

        def __init__(self, row_list: "RowList") -> None:
            super().__init__()
            self.row_list = row_list

        @property
        def control(self) -> "RowList":
            """The list, for `on` selectors."""
            return self.row_list

    cursor: var[int] = var(0)
    """The row under the cursor; 0 also when there are no rows."""
    cursor_cells: ClassVar[int | None] = None
    """Cells of the row under the cursor that have its style, the others their own; None for all."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.rows: ListedRows = NoRows()
        self._tail: Tail = no_tail
        self.tail: tuple[Line, ...] = ()
        """The lines below the last row, made for the width."""
        self._measured_width = 0
        self._edge: tuple[Span, ...] = ()
        self._edge_of: Callable[[int], tuple[Span, ...]] = lambda _height: ()
        self._shown_rows = 0
        self._titles_of: tuple[ListedRows, int] | None = None
        self._titles: Line = ()
        self._is_stepping = False
        self._cursor_drawn, self._over = 0, _BLURRED
        self._joined: dict[int, tuple[Strip, Strip, Strip]] = {}
        """Row, cell of the overview and both in one, by visible line, as they were drawn last."""
        self.before_scroll: Callable[[], None] = lambda: None
        """Called when the cursor was moved and the rows are about to. What stands beside them and
        tells of the cursor is drawn anew here: the terminal moves both, and sends it once."""

    def show(self, rows: ListedRows, tail: Tail, cursor: int, top: int | None = None) -> None:
        """Show other rows, the cursor on one of them and `top`, if given, as the first visible."""
        self.rows, self._tail = rows, tail
        self._measure()
        self.set_reactive(RowList.cursor, self._clamp(cursor))
        if top is not None:
            self.scroll_to(y=top, animate=False)
        self._follow_cursor()
        self.repaint()
        self._announce()

    def shift(self, rows: int) -> None:
        """Keep cursor and view on the same rows when rows came or went above the cursor."""
        if rows:
            self._measure()
            self.set_reactive(RowList.cursor, self._clamp(self.cursor + rows))
            self.scroll_to(y=self.scroll_offset.y + rows, animate=False)

    def grow(self, tail: Tail) -> None:
        """Draw again after rows came or the tail changed. The cursor stays on its row.

        A cursor on the last row brings the tail into view, with the failure that it may tell.
        """
        was_empty = not self.virtual_size.height or self._shown_rows == 0
        self._tail = tail
        self._measure()
        if self.cursor == len(self.rows) - 1:
            self._follow_cursor()
        self.repaint()
        if was_empty and len(self.rows):
            self._announce()

    def overlook(self, edge_of: Callable[[int], tuple[Span, ...]]) -> None:
        """Show an overview of the whole list at the right edge, from the next drawing on.

        Args:
            edge_of: Makes so many cells, top to bottom. Called again for another height.
        """
        self._edge_of = edge_of
        self._edge = edge_of(self.page)

    @property
    def top(self) -> int:
        """The first visible row."""
        return self.scroll_offset.y

    @property
    def rows_below(self) -> int:
        """How many rows are below the cursor; -1 when there are no rows."""
        return len(self.rows) - 1 - self.cursor

    @property
    def page(self) -> int:
        """How many rows fit, at least 1."""
        return max(1, self.size.height - self.titles_height)

    @property
    def titles_height(self) -> int:
        """How many lines the titles take at the top: 1, or 0 where there are none."""
        return 1 if self._titles_in(self._row_width(self.size)) else 0

    def _row_width(self, size: Size) -> int:
        """Return the cells of a row in a list of this size, beside the overview if there is one."""
        has_edge = self._edge and self._shown_rows >= size.height
        return size.width - _EDGE_CELLS if has_edge else size.width

    def _titles_in(self, width: int) -> Line:
        """Return the titles; laid out once for these rows and this width."""
        laid_out = self._titles_of
        if laid_out is None or laid_out[0] is not self.rows or laid_out[1] != width:
            self._titles_of = self.rows, width
            self._titles = self.rows.titles(width)
        return self._titles

    def _measure(self) -> None:
        self._shown_rows = len(self.rows)
        # A list that is not laid out yet has no width. It is measured again once it has one.
        room = self.size
        self._measured_width = room.width
        self.tail = self._tail(self._row_width(room) - 1) if room.width else ()
        height = self._shown_rows + len(self.tail) + self.titles_height
        size = Size(max(1, room.width), height)
        if size != self.virtual_size:
            # The plain assignment would lay the whole screen out again, and repaint it.
            self.set_reactive(RowList.virtual_size, size)

    def on_resize(self) -> None:
        """Make the tail anew, and keep the cursor visible."""
        self._measure()
        self._edge = self._edge_of(self.page)
        self._follow_cursor()
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that is clicked; open the one that has the cursor."""
        event.stop()
        index = event.y - self.titles_height + self.scroll_offset.y
        if event.y < self.titles_height or index >= self._shown_rows:
            return
        if index == self.cursor:
            self.post_message(self.Opened(self))
        else:
            self.cursor = index

    def on_focus(self) -> None:
        """Draw the cursor in the style of a focused list."""
        self.repaint()

    def on_blur(self) -> None:
        """Draw the cursor in the style of a list without the focus."""
        self.repaint()

    def begin(self) -> None:
        """Look up once where the cursor is, too, and how it looks."""
        super().begin()
        self._cursor_drawn = self.cursor
        self._over = _CURSOR if self.has_focus else _BLURRED

    def draw(self, y: int, width: int) -> Strip:
        """Draw a visible line: the titles, a row, a line of the tail, or blanks."""
        if width != self._measured_width:
            # A list that was hidden, or is beside others now: no size was announced for it.
            self._measure()
        height = self.size_drawn.height
        row_width = self._row_width(Size(width, height))
        titles = self._titles_in(row_width)
        if titles:
            if y == 0:
                return self.kept((titles, width), lambda: self.strip_of(titles, width))
            y, height = y - 1, height - 1
        row = self._draw_row(y, row_width)
        if row_width == width:
            return row
        edge = self._draw_edge(y, max(1, height))
        joined = self._joined.get(y)
        if joined is None or joined[0] is not row or joined[1] is not edge:
            joined = row, edge, Strip((*row, Segment(" "), *edge), width)
            self._joined[y] = joined
        return joined[2]

    def _draw_edge(self, y: int, page: int) -> Strip:
        """Draw one cell of the overview; a bar marks the part that is in view."""
        span = self._edge[y] if y < len(self._edge) else Span(" ")
        if span.text == " ":
            top, total = self.top_drawn, self._shown_rows
            is_in_view = top * page // total <= y <= (top + page) * page // total
            span = Span(IN_VIEW if is_in_view else " ", Role.MUTED)
        return self.kept(span, lambda: self.strip_of((span,), 1))

    def _draw_row(self, y: int, width: int) -> Strip:
        index = y + self.top_drawn
        if index < self._shown_rows:
            over = self._over if index == self._cursor_drawn else None
            key = (self.rows.key(index), width, over)
            return self.kept(key, lambda: self._make_row(index, width, over))
        index -= self._shown_rows
        if index < len(self.tail):
            return self.strip_of((Span(" "), *self.tail[index]), width)
        return Strip.blank(width)

    def _make_row(self, index: int, width: int, over: Style | None) -> Strip:
        mark = Span(" " if over is None else AT_CURSOR, Role.ACCENT)
        line = (mark, *self.rows.line(index, width - 1))
        cells = self.cursor_cells
        if over is None or cells is None:
            return self.strip_of(line, width, over)
        return Strip.join(
            [self.strip_of(line, cells, over), self.strip_of(line, width).crop(cells)]
        )

    def _clamp(self, index: int) -> int:
        return max(0, min(index, len(self.rows) - 1))

    def validate_cursor(self, cursor: int) -> int:
        """Keep the cursor within the rows."""
        return self._clamp(cursor)

    def watch_cursor(self) -> None:
        """Bring the row into view, and announce it."""
        self._follow_cursor()
        self.repaint()
        self._announce()

    def _follow_cursor(self) -> None:
        """Scroll when the cursor left the view; by some rows, since each scroll sends."""
        if len(self.rows) != self._shown_rows:
            # Rows came since the last drawing: without them the scroll would end too early.
            self._measure()
        top, page = self.scroll_offset.y, self.page
        is_next = self.cursor in {top - 1, top + page}
        ahead = max(1, page // _AHEAD_OF_NEXT if is_next else page // 2)
        if self.cursor < top:
            top = self.cursor if self.cursor == 0 else max(0, self.cursor - ahead)
        elif self.cursor >= top + page:
            top = self.cursor - (page - ahead if is_next else ahead)
        if self.cursor == len(self.rows) - 1 and len(self.rows) + len(self.tail) > page:
            top = max(top, len(self.rows) + len(self.tail) - page)
            top = min(top, self.cursor)
        top = max(0, min(top, len(self.rows) + len(self.tail) - page))
        if top != self.scroll_offset.y:
            if self._is_stepping:
                self.before_scroll()
            self.scroll_to(y=top, animate=False)

    def _announce(self) -> None:
        self.post_message(self.Highlighted(self, self.cursor))
        if self.rows_below < self.page:
            self.post_message(self.NearEnd(self))

    def step(self, rows: int) -> None:
        """Move the cursor by a number of rows."""
        if self.cursor == self._clamp(self.cursor + rows):
            self._announce()
        self._is_stepping = True
        self.cursor += rows
        self._is_stepping = False

    def step_page(self, half_pages: int) -> None:
        """Move the cursor by a number of half pages."""
        self.step(half_pages * max(1, self.page // 2))

    def to_first(self) -> None:
        """Move the cursor to the first row."""
        self.step(-len(self.rows))

    def to_last(self) -> None:
        """Move the cursor to the last row read so far."""
        self.step(len(self.rows))
