"""Canvas: a widget drawn line by line that sends only the cells that changed."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from functools import cached_property
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import ERRORS_THERE, IN_VIEW, in_ascii
from ivscope.ui.stylesheets import LINKS, PLAIN_SIGNS

_UNDERLINED = Style(underline=True)

_KEPT_SCREENS = 4
"""Screens of drawn lines to keep: lines that scroll away and come back soon are not drawn again,
and memory stays small. With less than one screen, visible lines would be drawn for every look."""


def _changed_cells(before: Strip, after: Strip) -> tuple[int, int]:
    """Return the cells from the first difference up to, not including, what ends alike; else 0, 0.

    Both have the same width.
    """
    if before is after or before == after:
        return 0, 0
    old, new = deque(before), deque(after)
    start, end = 0, after.cell_length
    while old and new and old[-1] == new[-1]:
        end -= new.pop().cell_length
        old.pop()
    while old and new and old[0] == new[0]:
        start += new.popleft().cell_length
        old.popleft()
    if old and new and old[-1].style == new[-1].style:
        end -= _alike(reversed(old[-1].text), reversed(new[-1].text))
    if old and new and old[0].style == new[0].style:
        start += _alike(old[0].text, new[0].text)
    return start, max(start, end)


_ONE_CELL = frozenset(("─", ERRORS_THERE, IN_VIEW))
"""Signs of one cell each that fill the rule above a detail and the right edge of a list."""


def _alike(old: Iterable[str], new: Iterable[str]) -> int:
    """Count the cells of what two texts begin with, as far as each character takes one cell."""
    length = 0
    for left, right in zip(old, new, strict=False):
        if left != right or not (left.isascii() or left in _ONE_CELL):
            break
        length += 1
    return length


class Canvas(ScrollView, inherit_bindings=False):
    """Draws strips by line and keeps what it drew, so that an update costs what it changed.

    Textual repaints the whole widget when it scrolls or refreshes. Over SSH every byte takes time,
    so a subclass calls `repaint` instead of `refresh`: it draws the visible lines in memory and
    sends of those that differ the cells from the first to the last difference. Drawn lines are
    kept, so that a line
    that stays or only moves is not drawn again.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._drawn: dict[int, Strip] = {}
        self._base: Style | None = None
        self._kept: dict[Hashable, Strip] = {}
        self._kept_styles: dict[Role, Style] = {}

    def draw(self, y: int, width: int) -> Strip:
        """Draw the visible line y (0 at the top) as a strip of exactly `width` cells."""
        raise NotImplementedError

    @cached_property
    def role_styles(self) -> dict[Role, Style]:
        """The style of every role, from `styles/`: the app has them for all widgets."""
        styles_of = self.app.get_component_styles
        return {role: styles_of(f"line--{role}").partial_rich_style for role in Role}

    @cached_property
    def _shown(self) -> Callable[[str], str]:
        """What is shown for a text on this terminal."""
        return in_ascii if self.app.has_class(PLAIN_SIGNS) else str

    @cached_property
    def _has_links(self) -> bool:
        return self.app.has_class(LINKS)

    def _linked(self, span: Span) -> Style:
        """Return the style of a span; the name of an AWS page is a link to it."""
        style = self.role_styles[span.role]
        if span.role is not Role.ACCENT or ".html" not in span.text:
            return style
        from ivscope.render.event_lines import page_address  # noqa: PLC0415 - after the first frame

        address = page_address(span.text)
        return style if address is None else style + Style(link=address)

    def on_mount(self) -> None:
        """Have the app say when its styles of the roles are others."""
        self.app.theme_changed_signal.subscribe(self, self._draw_anew)

    def _draw_anew(self, _theme: object) -> None:
        self._forget_styles(is_all_drawn_anew=True)

    def notify_style_update(self) -> None:
        """Forget styles when they may be others; what is drawn stays on the same ground."""
        super().notify_style_update()
        base, self._base = self._base, self.rich_style
        self._forget_styles(is_all_drawn_anew=base != self._base)

    def _forget_styles(self, *, is_all_drawn_anew: bool) -> None:
        self.__dict__.pop("role_styles", None)
        if is_all_drawn_anew:
            self._drawn.clear()
            self.refresh()

    def kept(self, key: Hashable, make: Callable[[], Strip]) -> Strip:
        """Return the strip that was made for this key before, or make it.

        Args:
            key: Everything but the styles that the strip depends on: equal keys look alike.
            make: Makes the strip.
        """
        styles = self.role_styles
        if styles is not self._kept_styles:
            if styles != self._kept_styles:
                self._kept.clear()
            self._kept_styles = styles
        strip = self._kept.pop(key, None) or make()
        self._kept[key] = strip  # keeps the order of use, the latest last
        while len(self._kept) > _KEPT_SCREENS * max(1, self.size.height):
            del self._kept[next(iter(self._kept))]
        return strip

    def strip_of(self, line: Line, width: int, over: Style | None = None) -> Strip:
        """Make the strip of a line, cut or filled to `width`.

        Args:
            line: What to draw.
            width: Cells.
            over: Replaces the styles of the roles, so that the whole line has one; what a search
                found stays underlined. None to draw each role in its own style.
        """
        styles, shown = self.role_styles, self._shown
        if over is None:
            style_of = self._linked if self._has_links else lambda span: styles[span.role]
            segments = [Segment(shown(span.text), style_of(span)) for span in line if span.text]
        else:
            hit = over + _UNDERLINED
            segments = [
                Segment(shown(span.text), hit if span.role is Role.HIT else over)
                for span in line
                if span.text
            ]
        return Strip(segments).adjust_cell_length(width, over).simplify()

    def render_line(self, y: int) -> Strip:
        """Return a visible line, as Textual asks for it."""
        strip = self.draw(y, self.size.width)
        self._drawn[y] = strip
        return strip

    def repaint(self) -> None:
        """Draw the visible lines and send those that differ from the screen."""
        if not self.is_mounted or not self.size.height:
            return
        width = self.size.width
        for y in range(self.size.height):
            drawn = self._drawn.get(y)
            if drawn is None or drawn.cell_length != width:
                self.refresh(Region(0, y, width, 1))
                continue
            start, end = _changed_cells(drawn, self.draw(y, width))
            if start < end:
                self.refresh(Region(start, y, end - start, 1))

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Repaint only differences: Textual calls this also for every change of focus."""
        if regions or layout or recompose or not repaint or not self._drawn:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        self.repaint()
        return self

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint differences after a scroll instead of the whole region."""
        if round(old_value) != round(new_value):
            self.repaint()


class Edge(Canvas):
    """A line from top to bottom. It is a widget of its own so that no line beside it sends it."""

    def draw(self, y: int, width: int) -> Strip:  # noqa: ARG002 - all lines are alike
        """Draw one cell of the line."""
        return self.strip_of((Span("│", Role.MUTED),), width)


class LineBar(Canvas):
    """A header, status line or footer of one line."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.line: Line = ()

    def show(self, line: Line) -> None:
        """Replace the line."""
        self.line = line
        self.repaint()

    def on_resize(self) -> None:
        """Draw again for another width."""
        self._drawn.clear()

    def draw(self, y: int, width: int) -> Strip:
        """Draw the line at the top, and blanks below it."""
        return self.strip_of(self.line, width) if y == 0 else Strip.blank(width)
