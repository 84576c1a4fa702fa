"""HelpScreen: every command and its keys; typing searches, Enter does the command."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label

from ivscope.render.bars import footer_line
from ivscope.render.cells import pad, shorten, wrap
from ivscope.render.lines import Line, Role, Span
from ivscope.settings.commands import COMMANDS, Area, Command
from ivscope.settings.key_names import shown_key, shown_keys
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.screens import CoveringScreen
from ivscope.ui.widgets.text_pane import TextPane

_KEYS = 17
"""Cells for the keys of a command: the longest default list of them."""

_LABEL = 17
"""Cells for the label: the longest one."""


class HelpRows:
    """What the help lists: areas as headings when nothing is searched, and commands."""

    def __init__(self, entries: Sequence[Area | Command], keys: Mapping[str, str]) -> None:
        self.entries = entries
        self._keys = keys

    def __len__(self) -> int:
        return len(self.entries)

    def command(self, index: int) -> Command | None:
        """The command of a row; None for a heading, and without rows."""
        entry = self.entries[index] if self.entries else None
        return entry if isinstance(entry, Command) else None

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the signature of rows
        """No titles: the columns are plain to see."""
        return ()

    def key(self, index: int) -> Hashable:
        """The entry: its keys stay while the help is open."""
        return self.entries[index]

    def line(self, index: int, width: int) -> Line:
        """One row: keys, label and as much of the help as fits."""
        entry = self.entries[index]
        if isinstance(entry, Area):
            return (Span(shorten(entry.value, width), Role.STRONG),)
        room = width - _KEYS - _LABEL - 2
        return (
            Span(pad(shown_keys(self._keys[entry.id]), _KEYS) + " ", Role.ACCENT),
            Span(pad(entry.label, _LABEL) + " "),
            Span(shorten(entry.help, room), Role.MUTED),
        )

    def step(self, index: int, rows: int) -> int:
        """The row so many rows away, or the nearest command to it: headings are skipped.

        Further that way comes before back this way.
        """
        last = len(self.entries) - 1
        way = -1 if rows < 0 else 1
        there = max(0, min(index + rows, last))
        further = range(there, -1 if way < 0 else last + 1, way)
        back = range(there, index, -way)
        return next((row for row in (*further, *back) if self.command(row) is not None), index)


def grouped() -> tuple[Area | Command, ...]:
    """All commands below the headings of their areas."""
    entries: list[Area | Command] = []
    for area in Area:
        commands = [command for command in COMMANDS if command.area is area]
        if commands:
            entries += [area, *commands]
    return tuple(entries)


def found(query: str, keys: Mapping[str, str]) -> tuple[Command, ...]:
    """Commands that have every word of the query in id, label, help, area or keys.

    Whose key a word is comes first, then whose label has them all, then the rest; each in the
    order of the table. A key of one letter is told apart from its capital.

    Args:
        query: Words in any order, in any case.
        keys: Keys by command id, as in force.
    """
    words = query.split()
    ranked = [(_rank(words, command, keys[command.id]), command) for command in COMMANDS]
    hits = [(rank, command) for rank, command in ranked if rank is not None]
    return tuple(command for _, command in sorted(hits, key=lambda hit: hit[0]))


def _rank(words: Sequence[str], command: Command, keys: str) -> int | None:
    names = keys.split(",") if keys else []
    own = {*names, *map(shown_key, names)}
    long = {name.lower() for name in own if len(name) > 1}
    text = " ".join([command.id, command.label, command.help, command.area, *own]).lower()
    is_key = [word in own or word.lower() in long for word in words]
    if not all(is_one or word.lower() in text for is_one, word in zip(is_key, words, strict=True)):
        return None
    if any(is_key):
        return 0
    return 1 if all(word.lower() in command.label.lower() for word in words) else 2


def full_lines(command: Command, keys: str, width: int) -> tuple[Line, ...]:
    """Everything about a command: its keys, its name for the configuration, its help."""
    head = (
        Span(shown_keys(keys) or "no key", Role.ACCENT if keys else Role.MUTED),
        Span(f"  {command.label}  ", Role.STRONG),
        Span(command.id, Role.MUTED),
    )
    return (*wrap(head, width), *wrap((Span(command.help),), width))


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
