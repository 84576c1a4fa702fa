"""HelpScreen: every command and its keys; typing searches, Enter does the command."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label

from tui.presentation.footer_line import footer_line
from tui.presentation.lines import Role, Span
from tui.screens.covering import CoveringScreen
from tui.screens.help_rows import HelpRows, found, full_lines, grouped
from tui.widgets.line_bar import LineBar
from tui.widgets.row_list import RowList
from tui.widgets.text_pane import TextPane

_NOTHING = (Span("no command has all these words", Role.MUTED),)
_HINTS = (("type", "search"), ("↑ ↓", "choose"), ("Enter", "do it"), ("Esc", "close"))


class HelpScreen(CoveringScreen[str | None], ModalScreen[str | None]):
    """Help and command palette in one; its result is the id of the command to do, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,ctrl+p", "close"),
        Binding("down", "move(1)"),
        Binding("up", "move(-1)"),
        Binding("pagedown", "move_page(1)"),
        Binding("pageup", "move_page(-1)"),
    ]

    def __init__(self, keys: Mapping[str, str]) -> None:
        """A help.

        Args:
            keys: Keys by command id, as in force; empty for a command without keys.
        """
        super().__init__()
        self._keys = keys
        self._rows = HelpRows(grouped(), keys)

    def compose(self) -> Iterator[Widget]:
        """The search, the commands, all about the chosen one, and a footer."""
        with Horizontal(id="help-search"):
            yield Label("HELP", markup=False)
            yield Input(placeholder="words or a key", select_on_focus=False)
        yield RowList(id="help-list")
        yield TextPane(id="help-text")
        yield LineBar(id="help-footer")

    @property
    def _list(self) -> RowList:
        return self.query_one("#help-list", RowList)

    def on_mount(self) -> None:
        """Take the keys; they all go to the search."""
        self._list.can_focus = False
        self.query_one(TextPane).can_focus = False
        line = self.query_one(Input)
        line.cursor_blink = False
        line.focus()
        self.call_after_refresh(self._show)

    def on_resize(self) -> None:
        """Lay out for the width."""
        self.query_one(LineBar).show(footer_line(_HINTS, self.size.width))

    def _show(self) -> None:
        tail = () if len(self._rows) else (_NOTHING,)
        self._list.show(self._rows, tail, self._rows.step(0, 0), top=0)

    @on(Input.Changed)
    def _search(self, message: Input.Changed) -> None:
        message.stop()
        is_search = bool(message.value.strip())
        entries = found(message.value, self._keys) if is_search else grouped()
        self._rows = HelpRows(entries, self._keys)
        self._show()

    @on(RowList.Highlighted)
    @on(TextPane.Resized)
    def _explain(self) -> None:
        command = self._rows.command(self._list.cursor)
        pane = self.query_one(TextPane)
        if command is None:
            pane.show(())
        else:
            pane.show(full_lines(command, self._keys[command.id], max(1, self.size.width)))

    @on(Input.Submitted)
    def _do(self, message: Input.Submitted) -> None:
        message.stop()
        command = self._rows.command(self._list.cursor)
        if command is not None:
            self.dismiss(command.id)

    def action_move(self, rows: int) -> None:
        """Choose another command."""
        self._list.cursor = self._rows.step(self._list.cursor, rows)

    def action_move_page(self, pages: int) -> None:
        """Choose a command a page away."""
        self.action_move(pages * self._list.page)

    def action_close(self) -> None:
        """Do nothing."""
        self.dismiss(None)
