"""Rows of the help: commands by area, or those that a search found."""

from collections.abc import Mapping, Sequence

from tui.key_names import shown_key, shown_keys
from tui.keymap import COMMANDS, Area, Command
from tui.presentation.cells import pad, shorten, wrap
from tui.presentation.lines import Line, Role, Span

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
