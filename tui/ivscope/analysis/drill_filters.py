"""Drills: drill-down filters, which show exactly the events that a row of a summary counts."""

import re
from collections.abc import Collection, Iterable

from ivscope.analysis.filters import folded

MOST_NAMED = 70
"""Participants that one filter names: their ids, of 12 characters, fill the longest filter."""

_PLAIN = r"[A-Za-z0-9_.-]+"


class Drills:
    """Makes drill-down filters for the texts of one field.

    A text in a filter is also found inside longer texts and in any case. Where that would find
    another text of the field, the filter says that exactly this one is meant.

    Args:
        field: As typed before the colon.
        texts: Every text that the field has in the log; None for events without one.
    """

    __slots__ = ("_field", "_folded")

    def __init__(self, field: str, texts: Iterable[str | None]) -> None:
        self._field = field
        # To search one long text is a hundred times as fast as thousands of short ones.
        self._folded = ""
        self.add(texts)

    def add(self, texts: Iterable[str | None]) -> None:
        """Add texts of the field from new events; each text is given once."""
        self._folded += "".join(f"{folded(text)}\n" for text in texts if text is not None)

    def only(self, text: str | None) -> str:
        """Return the filter for one text; None stands for events that have none."""
        if text is None:
            return f"!{self._field}:*"
        if not text:
            return f'{self._field}:""'
        if re.fullmatch(_PLAIN, text) and self._folded.count(folded(text)) <= 1:
            return f"{self._field}:{text}"
        return f"{self._field}:{_exactly((text,))}"

    def any_of(self, texts: Collection[str]) -> str | None:
        """Return the filter for several texts; None for none, or when it would be too long."""
        if not texts or len(texts) > MOST_NAMED:
            return None
        if len(texts) == 1:
            return self.only(next(iter(texts)))
        return f"{self._field}:{_exactly(texts)}"


def _exactly(texts: Collection[str]) -> str:
    if all(map(str.isprintable, texts)):
        return "=" + ",".join(map(_quoted, texts))
    choice = "|".join("".join(map(_literal, text)) for text in texts)
    return rf"/\A(?-i:{choice})\Z/"


def _quoted(text: str) -> str:
    if re.fullmatch(_PLAIN, text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _literal(character: str) -> str:
    """Escape a character so that it means itself; blanks and slashes would end an expression."""
    if character.isalnum() or character in "_-":
        return character
    return rf"\U{ord(character):08x}"
