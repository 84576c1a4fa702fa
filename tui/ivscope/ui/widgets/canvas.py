"""Canvas: a line-API view that repaints only what changed."""

from collections.abc import Callable, Hashable
from functools import cached_property
from typing import Self

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ivscope.render.lines import Line, Role

_KEPT_SCREENS = 4
"""Screens of strips to keep: one that scrolls by and comes back costs nothing, and memory stays
small. Not less than one, or a line on screen would be made again with each look at it."""


def _changed_width(before: Strip, after: Strip) -> int:
    """Cells from the left edge to the end of the last difference; 0 when nothing differs."""
    if before is after or before == after:
        return 0
    old, new = list(before), list(after)
    end = max(before.cell_length, after.cell_length)
    if before.cell_length != after.cell_length:
        return end
    while old and new and old[-1] == new[-1]:
        end -= new[-1].cell_length
        old.pop()
        new.pop()
    if old and new and old[-1].style == new[-1].style and old[-1].text.isascii():
        end -= _common_suffix(old[-1].text, new[-1].text)
    return end


def _common_suffix(old: str, new: str) -> int:
    if not new.isascii():
        return 0
    length = 0
    for left, right in zip(reversed(old), reversed(new), strict=False):
        if left != right:
            break
        length += 1
    return length


class Canvas(ScrollView, inherit_bindings=False):
    """Draws strips by line and keeps what it drew, so that an update costs what it changed.

    Textual repaints a whole line-API widget when it scrolls or refreshes. Over SSH bytes are
    what a reader waits for, so a subclass calls `repaint` instead of `refresh`: it draws every
    visible line again in memory and sends only the lines that differ, up to the last difference.
    What was drawn is kept, so that a line that only moves, or stays, is not made anew.
    """

    COMPONENT_CLASSES = {f"line--{role}" for role in Role}  # noqa: RUF012 - Textual's convention

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._drawn: dict[int, Strip] = {}
        self._base: Style | None = None
        self._kept: dict[Hashable, Strip] = {}
        self._kept_styles: dict[Role, Style] = {}

    def draw(self, y: int, width: int) -> Strip:
        """Strip of the visible line y (0 at the top), exactly `width` cells."""
        raise NotImplementedError

    @cached_property
    def role_styles(self) -> dict[Role, Style]:
        """Style of every role, from `styles/`."""
        return {role: self.get_component_rich_style(f"line--{role}", partial=True) for role in Role}

    def notify_style_update(self) -> None:
        """Forget the styles of another theme. Another focus comes here too, and changes none."""
        super().notify_style_update()
        self.__dict__.pop("role_styles", None)
        base, self._base = self._base, self.rich_style
        if base != self._base:
            self._drawn.clear()
            self.refresh()

    def kept(self, key: Hashable, make: Callable[[], Strip]) -> Strip:
        """The strip made for such a key before, or a new one.

        Args:
            key: All that the strip depends on, but for the styles: equal keys are drawn alike.
            make: Makes the strip.
        """
        styles = self.role_styles
        if styles is not self._kept_styles:
            if styles != self._kept_styles:
                self._kept.clear()
            self._kept_styles = styles
        strip = self._kept.pop(key, None) or make()
        self._kept[key] = strip  # the last used stand last
        if len(self._kept) > _KEPT_SCREENS * max(1, self.size.height):
            del self._kept[next(iter(self._kept))]
        return strip

    def strip_of(self, line: Line, width: int, over: Style | None = None) -> Strip:
        """The line in its styles, cut or filled to `width`, with `over` on top of all of it."""
        styles = self.role_styles
        if over is None:
            segments = [Segment(span.text, styles[span.role]) for span in line if span.text]
        else:
            segments = [Segment(span.text, styles[span.role] + over) for span in line if span.text]
        return Strip(segments).adjust_cell_length(width, over).simplify()

    def render_line(self, y: int) -> Strip:
        """Textual asks for a visible line."""
        strip = self.draw(y, self.size.width)
        self._drawn[y] = strip
        return strip

    def repaint(self) -> None:
        """Send what differs from what is on screen."""
        if not self.is_mounted or not self.size.height:
            return
        width = self.size.width
        for y in range(self.size.height):
            drawn = self._drawn.get(y)
            if drawn is None or drawn.cell_length != width:
                self.refresh(Region(0, y, width, 1))
                continue
            changed = _changed_width(drawn, self.draw(y, width))
            if changed:
                self.refresh(Region(0, y, changed, 1))

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        """Textual's way to say that something changed; with every change of focus it says so."""
        if regions or layout or recompose or not repaint or not self._drawn:
            return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)
        self.repaint()
        return self

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Repaint the difference instead of the whole region."""
        if round(old_value) != round(new_value):
            self.repaint()


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
