"""HelpScreen: every key, from the one table."""

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import BindingType
from textual.screen import ModalScreen
from textual.widget import Widget

from tui.keymap import COMMANDS, HELP_KEYS, Area, bindings, shown_keys
from tui.presentation.cells import pad, wrap
from tui.presentation.footer_line import footer_line
from tui.presentation.lines import Line, Role, Span
from tui.widgets.line_bar import LineBar
from tui.widgets.text_pane import TextPane

_KEYS = 28
"""Cells for the keys of a command: the longest list of them."""


class HelpScreen(ModalScreen[None]):
    """All keys by area. Any way out closes it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(HELP_KEYS)

    def compose(self) -> Iterator[Widget]:
        """The keys and a footer."""
        yield TextPane()
        yield LineBar()

    def on_mount(self) -> None:
        """Take the keys."""
        self.query_one(TextPane).focus()

    def on_resize(self) -> None:
        """Lay out for the width."""
        width = self.size.width
        self.query_one(TextPane).show(tuple(help_lines(width)))
        self.query_one(LineBar).show(footer_line((("Esc", "back"), ("j k", "scroll")), width))

    def action_close(self) -> None:
        """Close the help."""
        self.dismiss()


def help_lines(width: int) -> list[Line]:
    """Every command, by area."""
    lines: list[Line] = [(Span("Keys", Role.STRONG),)]
    for area in Area:
        commands = [command for command in COMMANDS if command.area is area]
        if not commands:
            continue
        lines += [(), (Span(area.value, Role.STRONG),)]
        for command in commands:
            keys = Span(pad(shown_keys(command), _KEYS) + " ", Role.ACCENT)
            lines += wrap((keys, Span(command.help)), width, _KEYS + 1)
    return lines
