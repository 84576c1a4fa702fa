"""Canvas: a widget drawn line by line that sends only the cells that changed."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Self

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import NULL_SIZE, Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import ERRORS_THERE, IN_VIEW, in_ascii
from ivscope.ui.driver import PlainApp
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


def _cells_of(lines: Sequence[Strip], differences: Iterable[Region]) -> int:
    """Count the cells that are sent; blanks to the end of a line take none."""
    return sum(
        region.width if region.x else min(region.width, len(lines[region.y].text.rstrip()))
        for region in differences
    )


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
    kept, so that a line that stays or only moves is not drawn again. After a scroll the terminal
    itself moves lines where less is to be sent then.
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._drawn: dict[int, Strip] = {}
        """What the screen shows, by line."""
        self._next: dict[int, Strip] = {}
        """What the next frame shows instead. Rows may come between the comparison of a line and
        the frame: the cells that differ from those of another strip would not be sent."""
        self.size_drawn: Size = NULL_SIZE
        self.top_drawn = 0
        """Size and scroll as lines are being drawn: Textual looks them up anew for each."""
        self._base: Style | None = None
        self._kept: dict[Hashable, Strip] = {}
        self._kept_styles: dict[Role, Style] = {}

    @property
    def titles_height(self) -> int:
        """How many lines at the top do not scroll."""
        return 0

    def begin(self) -> None:
        """Look up once what all lines depend on; called before lines are drawn."""
        self.size_drawn, self.top_drawn = self.size, self.scroll_offset.y

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

    def on_unmount(self) -> None:
        """Leave nothing with the app: its signal would keep the widget and its screen for ever."""
        self.app.theme_changed_signal.unsubscribe(self)

    def _draw_anew(self, _theme: object) -> None:
        self._forget_styles(is_all_drawn_anew=True)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Keep the styles: none of ours asks for the focus, which a list shows by its cursor."""

    def notify_style_update(self) -> None:
        """Forget styles when they may be others; what is drawn stays on the same ground."""
        super().notify_style_update()
        base, self._base = self._base, self.rich_style
        self._forget_styles(is_all_drawn_anew=base != self._base)

    def _forget_styles(self, *, is_all_drawn_anew: bool) -> None:
        self.__dict__.pop("role_styles", None)
        if is_all_drawn_anew:
            self.forget()
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
        while len(self._kept) > _KEPT_SCREENS * max(1, self.size_drawn.height):
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
        blank = width - sum(cell_len(segment.text) for segment in segments)
        if blank < 0:
            return Strip(segments).adjust_cell_length(width, over).simplify()
        if blank:
            segments.append(Segment(" " * blank, over))
        return Strip(Segment.simplify(segments), width)

    def render_line(self, y: int) -> Strip:
        """Return a visible line, as Textual asks for it."""
        width = self.size.width
        strip = self._next.pop(y, None) or self._drawn.get(y)
        if strip is None or strip.cell_length != width:
            self.begin()
            strip = self.draw(y, width)
        self._drawn[y] = strip
        return strip

    def repaint(self) -> None:
        """Draw the visible lines and send those that differ from the screen."""
        if self.is_mounted and self.size.height:
            lines = self.visible_lines()
            self._send(lines, self.differences(lines))

    def visible_lines(self) -> Sequence[Strip]:
        """Draw all visible lines, from the top."""
        self.begin()
        width, height = self.size_drawn
        return [self.draw(y, width) for y in range(height)]

    def differences(
        self, lines: Sequence[Strip], shown: Mapping[int, Strip] | None = None
    ) -> list[Region]:
        """Return where lines differ from what the screen shows, or would show: one of each line."""
        shown, width = self._drawn if shown is None else shown, self.size_drawn.width
        found: list[Region] = []
        for y, strip in enumerate(lines):
            drawn = shown.get(y)
            start, end = 0, width
            if drawn is not None and drawn.cell_length == width:
                start, end = _changed_cells(drawn, strip)
            if start < end:
                found.append(Region(start, y, end - start, 1))
        return found

    def _send(self, lines: Sequence[Strip], differences: Sequence[Region]) -> None:
        self._next = {region.y: lines[region.y] for region in differences}
        if differences:
            self.refresh(*differences)

    def forget(self) -> None:
        """Forget what was drawn: all lines are to be drawn anew, in another size or style."""
        self._drawn.clear()
        self._next.clear()

    def _set_dirty(self, *regions: Region) -> None:
        """Note what is to be sent; all of it, in another size or layout, is drawn anew first."""
        if not regions:
            self.forget()
        super()._set_dirty(*regions)

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
        lines = round(new_value) - round(old_value)
        if lines:
            self._show_scrolled(lines)

    def _show_scrolled(self, lines: int) -> None:
        """Send what differs after a scroll up by so many lines.

        The terminal moves them where less is to be sent then. It moves lines as a whole, so what
        stands beside is drawn again where it was.
        """
        top, bottom = self.region.y + self.titles_height, self.region.bottom
        move = self.app.line_mover if isinstance(self.app, PlainApp) else None
        if move is None or 4 * abs(lines) > 3 * (bottom - top):  # hardly any line would stay
            self.repaint()
            return
        new = {one: one.visible_lines() for one in self._all_in(top, bottom)}
        moved = {one: one.after_move(top, bottom, lines) for one in new}
        without = {one: one.differences(strips) for one, strips in new.items()}
        with_move = {one: one.differences(strips, moved[one]) for one, strips in new.items()}
        cells, cells_moved = (
            sum(_cells_of(strips, differences[one]) for one, strips in new.items())
            for differences in (without, with_move)
        )
        if cells_moved < cells:
            move(top, bottom, lines)
            for one, strips in new.items():
                one.take_moved(moved[one], strips, with_move[one])
        elif self in new:
            self._send(new[self], without[self])
        else:
            self.repaint()

    def _all_in(self, top: int, bottom: int) -> "list[Canvas]":
        """Return all that stands in some lines of the screen, if the terminal may move it.

        Empty where something else than a canvas stands there, or one that ends between them.
        """
        if self.app.screen is not self.screen:
            return []
        band = Region(0, top, self.screen.size.width, bottom - top)
        found: list[Canvas] = []
        for widget in self.screen.walk_children(Widget):
            region = widget.region
            if not widget.children and region.overlaps(band):
                is_whole = region.y <= top and region.bottom >= bottom
                if not isinstance(widget, Canvas) or not is_whole:
                    return []
                found.append(widget)
        return found

    def after_move(self, top: int, bottom: int, lines: int) -> dict[int, Strip]:
        """Return what the screen shows of it once the terminal has moved lines of the screen up.

        Lines that wait for the next frame are left out: they were drawn, and may not be sent yet.
        """
        waiting = {y for region in self._repaint_regions for y in region.line_range}
        shown, rows = dict(self._drawn), range(top - self.region.y, bottom - self.region.y)
        for y in rows:
            strip = None
            if y + lines not in rows:
                strip = Strip.blank(self.size.width)
            elif y + lines not in waiting:
                strip = self._drawn.get(y + lines)
            if strip is None:
                shown.pop(y, None)
            else:
                shown[y] = strip
        return shown

    def take_moved(
        self, shown: dict[int, Strip], lines: Sequence[Strip], differences: Sequence[Region]
    ) -> None:
        """Take what the screen shows after a move, and send what differs from it."""
        self._drawn = shown
        self._styles_cache.clear()  # Textual's own lines, which are others now
        self._send(lines, differences)


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
        self.forget()

    def draw(self, y: int, width: int) -> Strip:
        """Draw the line at the top, and blanks below it."""
        return self.strip_of(self.line, width) if y == 0 else Strip.blank(width)
