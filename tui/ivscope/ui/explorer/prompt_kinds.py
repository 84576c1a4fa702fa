"""What the prompts of the explorer ask for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ivscope.settings.prompt_history import load, save


def _nothing(_text: str) -> None:
    """Typing alone does nothing."""


@dataclass(frozen=True, slots=True)
class OpenPrompt:
    """A prompt that is open: what it says and what its answers do."""

    title: str
    hint: str
    entered: Callable[[str], None]
    """Called on Enter, after the prompt closed. May raise `Unavailable`."""
    text: str = ""
    typed: Callable[[str], None] = _nothing
    """Called after every key. May raise `Unavailable`, which is shown under the line."""
    cancelled: Callable[[], None] = field(default=lambda: None)
    complete: Callable[[str], str] | None = None
    sister: "Callable[[str], OpenPrompt] | None" = None
    """The prompt that Tab switches to, with what was typed."""


class History:
    """Texts entered in each kind of prompt, oldest first, each once."""

    def __init__(self, path: Path | None = None) -> None:
        """A history.

        Args:
            path: File that remembers it, read at the first prompt; None for this run only.
        """
        self._path = path

    @cached_property
    def _texts(self) -> dict[str, list[str]]:
        return load(self._path) if self._path is not None else {}

    def of(self, title: str) -> Sequence[str]:
        """Texts of one kind of prompt."""
        return self._texts.get(title, [])

    def add(self, title: str, text: str) -> None:
        """Remember a text as the latest."""
        if text.strip():
            texts = self._texts.setdefault(title, [])
            if text in texts:
                texts.remove(text)
            texts.append(text)
            if self._path is not None:
                save(self._path, self._texts)
