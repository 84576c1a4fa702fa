"""Panes of lines: TextPane scrolls, NoticePane shows all, NameList has names to choose from."""

from collections.abc import Sequence

from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from ivscope.render.cells import shorten
from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import AT_CURSOR
from ivscope.render.safe import safe
from ivscope.ui.widgets.canvas import Canvas


class TextPane(Canvas, can_focus=True):
    """Shows lines that are wrapped to its width already, and says when more follow below."""

    class Resized(Message):
        """Message: the pane has another width, so its lines must be wrapped anew."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.lines: tuple[Line, ...] = ()
        self._laid_out_for: Size | None = None
        self.more_keys = ""
        """Keys that scroll the pane from the list, named beside "more lines"; empty for none."""

    def show(self, lines: tuple[Line, ...]) -> None:
        """Show other lines, from the first one on."""
        self.lines, self._laid_out_for = lines, self.size
        self._measure()
        if self.scroll_offset.y:
            self.scroll_to(y=0, animate=False)
        self.repaint()

    @property
    def is_outdated(self) -> bool:
        """Whether it shows lines that were made for another size."""
        return bool(self.size) and self._laid_out_for not in {None, self.size}

    def _measure(self) -> None:
        size = Size(max(1, self.size.width), len(self.lines))
        if size != self.virtual_size:
            # The plain assignment would lay the whole screen out again, and repaint it.
            self.set_reactive(TextPane.virtual_size, size)

    def on_resize(self) -> None:
        """Ask for lines wrapped to another width, unless they are."""
        if self._laid_out_for != self.size:
            self.forget()
            self._measure()
            self.post_message(self.Resized())

    def draw(self, y: int, width: int) -> Strip:
        """Draw a visible line, or the note that more lines follow."""
        index = y + self.top_drawn
        if y == self.size_drawn.height - 1 and index < len(self.lines) - 1:
            note = f"{len(self.lines) - index} more lines  {self.more_keys}"
            return self.strip_of((Span(note, Role.MUTED),), width)
        if index >= len(self.lines):
            return Strip.blank(width)
        line = self.lines[index]
        return self.kept((line, width), lambda: self.strip_of(line, width))

    def step(self, lines: int) -> None:
        """Scroll by a number of lines."""
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False)

    def step_page(self, half_pages: int) -> None:
        """Scroll by a number of half pages."""
        self.step(half_pages * max(1, self.size.height // 2))

    def to_first(self) -> None:
        """Scroll to the first line."""
        self.scroll_to(y=0, animate=False)

    def to_last(self) -> None:
        """Scroll to the last line."""
        self.scroll_to(y=len(self.lines), animate=False)


class NoticePane(TextPane, can_focus=False):
    """As high as its lines, and not there without any."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.display = False

    def show(self, lines: tuple[Line, ...]) -> None:
        """Show other lines, and take as much of the screen as they need."""
        if lines == self.lines:
            return
        self.styles.height = len(lines)
        self.display = bool(lines)
        super().show(lines)


_MOST_NAMES = 8
"""Names shown at once: a list of Regions must leave the screen below it readable."""


class NameList(NoticePane):
    """The names that a prompt offers, as far as they have what is typed, and a cursor on one."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__()
        self._names = names
        self._found = names
        self._cursor = 0

    @property
    def chosen(self) -> str | None:
        """The name under the cursor; None when none has what is typed."""
        return self._found[self._cursor] if self._found else None

    def narrow(self, text: str) -> None:
        """Show the names that have a text, those that begin with it first."""
        sought = text.strip().casefold()
        found = [name for name in self._names if sought in name.casefold()]
        self._found = sorted(found, key=lambda name: not name.casefold().startswith(sought))
        self._cursor = 0

    def step(self, lines: int) -> None:
        """Go to another name, from the last one to the first."""
        if self._found:
            self._cursor = (self._cursor + lines) % len(self._found)

    def draw_for(self, width: int, height: int) -> None:
        """Show the names around the cursor, in a part of the screen, and how many there are."""
        rows = max(1, min(_MOST_NAMES, height // 3))
        first = max(0, min(self._cursor - rows // 2, len(self._found) - rows))
        lines: list[Line] = []
        for at, name in enumerate(self._found[first : first + rows], first):
            is_here = at == self._cursor
            mark = Span(f"{AT_CURSOR} " if is_here else "  ", Role.ACCENT)
            room = max(1, width - 2)
            text = Span(shorten(safe(name), room), Role.STRONG if is_here else Role.TEXT)
            lines.append((mark, text))
        if not self._found:
            lines.append((Span(f"  none of {len(self._names):,} has that", Role.WARNING),))
        elif len(self._found) > rows:
            told = f"  {self._cursor + 1:,} of {len(self._found):,}"
            lines.append((Span(told, Role.MUTED),))
        self.show(tuple(lines))
