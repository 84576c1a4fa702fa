"""HelpScreen: every command and its keys; typing searches, Enter does the command.

Long because all signs that views draw are explained here in one place.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from typing import ClassVar, Final

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Label

from ivscope.domain.frozen import frozen
from ivscope.export.clippings import Clipping
from ivscope.render.bars import footer_line, note_line
from ivscope.render.cells import cut, line_width, pad, shorten, wrap
from ivscope.render.event_rows import TOLD
from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import (
    CURSOR,
    EIGHTHS,
    ERROR,
    ERRORS_THERE,
    IN_VIEW,
    LANE_SIGNS,
    NOTHING,
    REPLICA_SIGN,
    THEN_PUBLISHING,
    UNSURE,
)
from ivscope.settings.commands import COMMANDS, Area, Command, View, footer_hints
from ivscope.settings.key_names import shown_key, shown_keys
from ivscope.ui.commands import CommandScreen, keyboard
from ivscope.ui.status_area import TypingLine
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList, no_tail
from ivscope.ui.widgets.screens import CoveringScreen
from ivscope.ui.widgets.text_pane import TextPane

_KEYS = 17
"""Cells for the keys of a command: the longest default list of them."""

_LABEL = 17
"""Cells for the label: the longest one."""


class Heading(StrEnum):
    """The headings below the commands of the view."""

    SIGNS = "Signs and colours"
    ELSEWHERE = "In other views"


@frozen
class Sign:
    """Explains signs, in the colours that they have."""

    signs: Line
    text: str
    """Empty where they are explained between them."""


SIGNS: Final = (
    Sign((Span(ERROR, Role.ERROR),), "an error"),
    Sign(
        (Span(ERRORS_THERE, Role.ERROR),), "at the right edge of a list: errors in that part of it"
    ),
    Sign((Span(IN_VIEW, Role.MUTED),), "at the right edge of a list: the part that is in view"),
    Sign((Span("~", Role.CHANGED),), "a token exchange"),
    Sign((Span("+ -"),), "something begins, something ends"),
    Sign((Span("?", Role.WARNING),), "an unknown event, or one that contradicts the request"),
    Sign(
        (Span("m", Role.ACCENT), Span(" "), Span("/", Role.HIT)),
        "marked by you; a hit of the search",
    ),
    Sign((Span(TOLD, Role.MUTED),), "told by EventBridge too, in the file one came with"),
    *(
        Sign((Span(sign, role),), f"{word}, in lanes")
        for sign, role, word in LANE_SIGNS
        if sign != ERROR
    ),
    Sign((Span(THEN_PUBLISHING, Role.GOOD),), "at the right of a lane: publishing at the cursor"),
    Sign((Span(REPLICA_SIGN),), "after a name in lanes: a replica, copied from another stage"),
    Sign((Span(CURSOR, Role.STRONG),), "the time of the cursor of the lanes; below it reversed"),
    Sign((Span(EIGHTHS[1:], Role.ERROR),), "how many in that time; the most is a full cell"),
    Sign(
        (Span(NOTHING, Role.MUTED), Span(" "), Span(UNSURE, Role.MUTED)),
        "none in that time; not read, or perhaps",
    ),
    Sign(
        (Span("SEEN", Role.GOOD), Span(" "), Span("LIKELY", Role.WARNING)),
        "follows from what was read; follows unless events are missing",
    ),
    Sign((Span("UNKNOWN", Role.MUTED),), "what was read does not decide it"),
    Sign((Span("cyan", Role.ACCENT),), "keys, and what Enter follows"),
)
"""What the signs of lists, lanes, plots and findings mean."""


_OF_EVENTS: Final = (
    (
        *(Span(ERROR, Role.ERROR), Span(" error  "), Span("+"), Span(" begins  "), Span("-")),
        *(Span(" ends  "), Span("~", Role.CHANGED), Span(" token exchange  ")),
        *(Span("?", Role.WARNING), Span(" unknown  "), Span("m", Role.ACCENT), Span(" your mark")),
    ),
    (
        *(Span("Right edge: "), Span(ERRORS_THERE, Role.ERROR)),
        *(Span(" errors in that part of the list  "), Span(IN_VIEW, Role.MUTED)),
        Span(" the part in view"),
    ),
    (Span("SINCE PREV: time since the event before in time; = is the same second"),),
)
_OF_LISTS: Final = ((Span("*", Role.GOOD), Span(" live now  - not live")),)
_IN_PLACE: Final[Mapping[View, tuple[Line, ...]]] = {
    View.STAGES: _OF_LISTS,
    View.SESSIONS: _OF_LISTS,
    View.PARTICIPANTS: (
        (Span("STAYED  ? end not read  21:18+ at least until then  x33 joined 33 times"),),
        (Span("USER    5 of 7: the fifth of 7 participants with this user id"),),
        (Span("ERR     3+ more can come  MOST OFTEN: its most frequent error code"),),
    ),
    View.EVENTS: _OF_EVENTS,
    View.TIMELINE: _OF_EVENTS,
    View.DETAIL: _OF_EVENTS[:1],
    View.COMPARE: _OF_EVENTS[:1],
    View.SUMMARY: (
        (
            *(Span("SEEN", Role.GOOD), Span(" follows from what was read  ")),
            *(Span("LIKELY", Role.WARNING), Span(" unless events are missing")),
        ),
        (Span("UNKNOWN", Role.MUTED), Span(" what was read does not decide it")),
        (
            *(Span(EIGHTHS[1:], Role.ERROR), Span(" how many in that time  ")),
            *(Span(NOTHING, Role.MUTED), Span(" none  "), Span(UNSURE, Role.MUTED)),
            Span(" not read"),
        ),
    ),
    View.LANES: (
        (
            *(Span(CURSOR, Role.STRONG), Span(" the time of the cursor  ")),
            *(Span(THEN_PUBLISHING, Role.GOOD), Span(" publishing then  ")),
            *(Span(NOTHING, Role.MUTED), Span(" in the room then  "), Span(REPLICA_SIGN)),
            Span(" replica"),
        ),
    ),
}
"""The signs of a view in a few lines, for the first page of its help."""


Entry = Area | Heading | Sign | Command


class HelpRows:
    """The rows of the help: commands, below the headings of their areas unless searched."""

    def __init__(
        self, entries: Sequence[Entry], keys: Mapping[str, str], reasons: Mapping[str, str]
    ) -> None:
        """Make rows.

        Args:
            entries: Headings and commands.
            keys: Keys by command id, as in force.
            reasons: Why a command cannot be done now, by command id; empty when it can.
        """
        self.entries = entries
        self._keys = keys
        self._reasons = reasons

    def __len__(self) -> int:
        return len(self.entries)

    def command(self, index: int) -> Command | None:
        """Return the command of a row; None for a heading and when there are no rows."""
        entry = self.entries[index] if self.entries else None
        return entry if isinstance(entry, Command) else None

    def titles(self, width: int) -> Line:  # noqa: ARG002 - the signature of rows
        """Return no titles: the columns need none."""
        return ()

    def key(self, index: int) -> Hashable:
        """Return the entry: its keys do not change while the help is open."""
        return self.entries[index]

    def line(self, index: int, width: int) -> Line:
        """Draw a row: keys, label, then why it cannot be done now, else its help, cut to fit."""
        entry = self.entries[index]
        if isinstance(entry, Sign):
            if not entry.text:
                return cut(entry.signs, width)
            fill = Span(" " * (_KEYS + 1 - line_width(entry.signs)))
            return (*entry.signs, fill, Span(shorten(entry.text, max(0, width - _KEYS - 1))))
        if not isinstance(entry, Command):
            return (Span(shorten(entry.value, width), Role.STRONG),)
        room = width - _KEYS - _LABEL - 2
        reason = self._reasons[entry.id]
        text = f"not now: {reason}" if reason else entry.help
        return (
            Span(pad(shown_keys(self._keys[entry.id]), _KEYS) + " ", Role.ACCENT),
            Span(pad(entry.label, _LABEL) + " ", Role.MUTED if reason else Role.TEXT),
            Span(shorten(text, room), Role.WARNING if reason else Role.MUTED),
        )

    def text(self) -> str:
        """Write all rows, none of them cut."""
        return "\n".join(self._text(entry).rstrip() for entry in self.entries)

    def _text(self, entry: Entry) -> str:
        if isinstance(entry, Command):
            keys = shown_keys(self._keys[entry.id]) or "no key"
            return f"  {pad(keys, _KEYS)} {pad(entry.label, _LABEL)} {entry.help}"
        if isinstance(entry, Sign):
            signs = "".join(span.text for span in entry.signs)
            return f"  {pad(signs, _KEYS)} {entry.text}" if entry.text else f"  {signs}"
        return f"\n{entry.value}"

    def step(self, index: int, rows: int) -> int:
        """Return the row so many rows away, or the command nearest to it: headings are skipped.

        Rows further in the same direction are tried before those on the way there.
        """
        last = len(self.entries) - 1
        way = -1 if rows < 0 else 1
        there = max(0, min(index + rows, last))
        further = range(there, -1 if way < 0 else last + 1, way)
        back = range(there, index, -way)
        return next((row for row in (*further, *back) if self.command(row) is not None), index)


_OWN: Final = {
    View.SUMMARY: Area.SUMMARY,
    View.LANES: Area.LANES,
    View.COMPARE: Area.COMPARE,
    View.PROMPT: Area.PROMPT,
}
"""The areas of commands that a single view has."""


def grouped(view: View) -> tuple[Entry, ...]:
    """List the commands of a view below the headings of their areas, the signs, all others."""
    entries: list[Entry] = [Sign(line, "") for line in _IN_PLACE.get(view, ())]
    # What only this view has comes first, and what every finger knows last.
    for area in sorted(Area, key=lambda one: (one is not _OWN.get(view), one is Area.MOVING)):
        commands = [c for c in COMMANDS if c.area is area and view in c.views]
        if commands:
            entries += [area, *commands]
    others = [c for c in COMMANDS if view not in c.views]
    return (*entries, Heading.SIGNS, *SIGNS, Heading.ELSEWHERE, *others)


def found(query: str, keys: Mapping[str, str], view: View) -> tuple[Command, ...]:
    """Find the commands that have every word of the query in id, label, help, area or keys.

    Commands with a word as their key come first, then those with all words in the label, then the
    rest. Within each of these the commands of the view come first, then the order of the table. A
    key of one letter differs from its capital.

    Args:
        query: Words in any order, in any case.
        keys: Keys by command id, as in force.
        view: The view that the help was opened from.
    """
    words = query.split()
    ranked = [
        ((rank, view not in command.views), command)
        for command in COMMANDS
        if (rank := _rank(words, command, keys[command.id])) is not None
    ]
    return tuple(command for _, command in sorted(ranked, key=lambda hit: hit[0]))


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


def full_lines(command: Command, keys: str, reason: str, width: int) -> tuple[Line, ...]:
    """Write all about a command: its keys, its id for the configuration, its help."""
    head = (
        Span(shown_keys(keys) or "no key", Role.ACCENT if keys else Role.MUTED),
        Span(f"  {command.label}  ", Role.STRONG),
        Span(command.id, Role.MUTED),
    )
    why = ((Span(shorten(f"Not now: {reason}", width), Role.WARNING),),) if reason else ()
    return (*wrap(head, width), *why, *wrap((Span(command.help),), width))


def _nothing_found(width: int) -> tuple[Line, ...]:
    return tuple(wrap((Span("no command has all these words", Role.MUTED),), width))


class HelpScreen(CommandScreen[str | None], CoveringScreen[str | None], ModalScreen[str | None]):
    """Help and command palette in one; its result is the id of the command to do, or None."""

    # Over other screens, the keys of the app are not asked.
    BINDINGS: ClassVar[list[BindingType]] = [
        *keyboard(View.HELP),
        Binding("ctrl+c", "app.help_quit", show=False),
    ]
    opening: ClassVar = "help.do"

    def __init__(
        self,
        view: View,
        keys: Mapping[str, str],
        reasons: Mapping[str, str],
        takers: Mapping[str, Callable[[Clipping], None]],
    ) -> None:
        """Make the help of a view.

        Args:
            view: The view that it is opened from: its commands come first.
            keys: Keys by command id, as in force; empty for a command without keys.
            reasons: Why a command cannot be done now, by command id; empty when it can.
            takers: What copies and what prints a text, by the id of the command.
        """
        super().__init__(keys)
        self._from = view
        self._reasons = reasons
        self._note = ""
        self._rows = HelpRows(grouped(view), keys, reasons)
        add = self.handlers.add
        add("help.do", self._do)
        for id_, take in takers.items():
            add(id_, partial(self._take, take))
        add("help.close", lambda: self.dismiss(None))
        add("help.down", lambda: self._step(1))
        add("help.up", lambda: self._step(-1))
        add("help.page_down", lambda: self._step(self._list.page))
        add("help.page_up", lambda: self._step(-self._list.page))

    @property
    def view(self) -> View:
        """The view of this screen."""
        return View.HELP

    def compose(self) -> Iterator[Widget]:
        """Make the search, the list of commands, the text about the chosen one, and a footer."""
        with Horizontal(id="help-search"):
            yield Label("HELP", markup=False)
            yield TypingLine(placeholder="words or a key", select_on_focus=False)
        yield RowList(id="help-list")
        yield TextPane(id="help-text")
        yield LineBar(id="help-footer")

    @property
    def _list(self) -> RowList:
        return self.query_one("#help-list", RowList)

    def on_mount(self) -> None:
        """Take the focus: all keys go to the search."""
        self._list.can_focus = False
        self.query_one(TextPane).can_focus = False
        line = self.query_one(Input)
        line.cursor_blink = False
        line.focus()
        self.call_after_refresh(self._show)

    def say(self, note: str) -> None:
        """Show a note instead of the keys, until the next key."""
        self._note = self.handlers.with_keys(note)
        self._show_keys()

    def on_key(self, event: events.Key) -> None:
        """Remove the note at any key, and say what is no key here."""
        if self._note:
            self.say("")
        self.say_no_key(event)

    def on_resize(self) -> None:
        """Draw again for another width."""
        self._show_keys()

    def _show_keys(self) -> None:
        width = self.size.width
        hints = (("type", "search"), *footer_hints(View.HELP, self.keys))
        self.query_one("#help-footer", LineBar).show(
            note_line(self._note, width) if self._note else footer_line(hints, width)
        )

    def _show(self) -> None:
        tail = no_tail if len(self._rows) else _nothing_found
        self._list.show(self._rows, tail, self._rows.step(0, 0), top=0)

    @on(Input.Changed)
    def _search(self, message: Input.Changed) -> None:
        message.stop()
        self.say("")
        is_search = bool(message.value.strip())
        entries = found(message.value, self.keys, self._from) if is_search else grouped(self._from)
        self._rows = HelpRows(entries, self.keys, self._reasons)
        self._show()

    @on(RowList.Highlighted)
    @on(TextPane.Resized)
    def _explain(self) -> None:
        command = self._rows.command(self._list.cursor)
        pane = self.query_one(TextPane)
        if command is None:
            pane.show(())
        else:
            keys, reason = self.keys[command.id], self._reasons[command.id]
            pane.show(full_lines(command, keys, reason, max(1, self.size.width)))

    def _take(self, take: Callable[[Clipping], None]) -> None:
        """Copy or print the rows as they are listed now."""
        take(Clipping("y", "list of keys", self._rows.text()))

    def _do(self) -> None:
        command = self._rows.command(self._list.cursor)
        if command is not None:
            self.dismiss(command.id)

    def _step(self, rows: int) -> None:
        """Choose another command."""
        self._list.cursor = self._rows.step(self._list.cursor, rows)
