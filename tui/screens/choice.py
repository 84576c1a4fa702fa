"""Choice: one letter asked for in the status line."""

from collections.abc import Callable
from dataclasses import dataclass

from tui.presentation.footer_line import footer_line
from tui.presentation.lines import Line, Role, Span
from tui.screens.deed import NotNow


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be chosen, and what the letter does."""

    title: str
    choices: dict[str, str]
    """Letter and what it stands for."""
    chosen: Callable[[str], None]

    def line(self, width: int) -> Line:
        """The status line while it is open."""
        hints = footer_line((*self.choices.items(), ("Esc", "none")), width - len(self.title) - 1)
        return (Span(f"{self.title} ", Role.STRONG), *hints)

    def take(self, key: str) -> None:
        """Take a key; Esc takes nothing.

        Raises:
            NotNow: The key is no choice.
        """
        if key in self.choices:
            self.chosen(key)
        elif key != "escape":
            raise NotNow(f"{self.title.lower()}: {key} is none of {' '.join(self.choices)}")
