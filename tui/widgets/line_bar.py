"""LineBar: one line of text at an edge of the screen."""

from textual.strip import Strip

from tui.presentation.lines import Line
from tui.widgets.canvas import Canvas


class LineBar(Canvas):
    """A header, status line or footer of one line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._line: Line = ()

    def show(self, line: Line) -> None:
        """Show another line."""
        self._line = line
        self.repaint()

    def on_resize(self) -> None:
        """Forget the line drawn at another width."""
        self._drawn.clear()

    def draw(self, y: int, width: int) -> Strip:
        """The line on top, nothing below."""
        return self.strip_of(self._line, width) if y == 0 else Strip.blank(width)
