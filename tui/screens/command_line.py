"""The `:` command line: names, arguments and completion."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.screens.deed import NotNow


@dataclass(frozen=True, slots=True)
class Word:
    """One command that can be typed."""

    name: str
    arguments: str
    """What may follow, for the hint; empty for nothing."""
    does: Callable[[str], None]
    """Takes what follows the name. May raise `NotNow`."""
    choices: tuple[str, ...] = ()
    """Arguments that complete."""


class CommandLine:
    """Words by name; a time alone goes there."""

    def __init__(self, words: tuple[Word, ...], go_to: Callable[[str], None]) -> None:
        self._words = {word.name: word for word in words}
        self._go_to = go_to

    def run(self, text: str) -> None:
        """Do what was typed.

        Raises:
            NotNow: There is no such command, or it cannot be done now.
        """
        text = text.strip()
        if not text:
            return
        if text[0].isdigit() or text[0] in "+-":
            self._go_to(text)
            return
        name, _, rest = text.partition(" ")
        matches = [word for word in self._words if word.startswith(name)]
        if name in self._words:
            matches = [name]
        if len(matches) != 1:
            names = ", ".join(matches or self._words)
            what = "which one" if matches else f"no command {name!r}; there are"
            raise NotNow(f"{what}: {names}")
        self._words[matches[0]].does(rest.strip())

    def complete(self, text: str) -> str:
        """The text completed as far as it is certain."""
        name, blank, rest = text.partition(" ")
        if not blank:
            return _completed(name, tuple(self._words), " ")
        word = self._words.get(name)
        return f"{name} {_completed(rest, word.choices, '')}" if word else text


def _completed(text: str, choices: tuple[str, ...], end: str) -> str:
    matches = [choice for choice in choices if choice.startswith(text)]
    if not matches:
        return text
    if len(matches) == 1:
        return matches[0] + end
    shortest = min(matches, key=len)
    for length in range(len(shortest), len(text), -1):
        if all(match.startswith(shortest[:length]) for match in matches):
            return shortest[:length]
    return text
