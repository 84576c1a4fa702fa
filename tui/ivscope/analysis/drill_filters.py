"""Drills: the filter text that shows exactly the events that a row of a summary counts."""

import re
from collections.abc import Collection, Iterable

MOST_NAMED = 100
"""Participants that one filter names: with 12 characters each, more fill no prompt."""

_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


class Drills:
    """Filters for texts of one field.

    A text in a filter is found inside longer ones and in any case. Where that would find another
    text of the field, an expression says that exactly this one is meant.

    Args:
        field: As typed before the colon.
        texts: Every text that the field has in the log; None for events without one.
    """

    __slots__ = ("_field", "_folded")

    def __init__(self, field: str, texts: Iterable[str | None]) -> None:
        self._field = field
        # One long text is searched a hundred times as fast as thousands of short ones.
        self._folded = ""
        self.add(texts)

    def add(self, texts: Iterable[str | None]) -> None:
        """Take in texts that the field has in what the log has gained; each comes once."""
        self._folded += "".join(f"{text.casefold()}\n" for text in texts if text is not None)

    def only(self, text: str | None) -> str:
        """The filter for one text; None for events that have none."""
        if text is None:
            return f"!{self._field}:*"
        if not text:
            return f'{self._field}:""'
        if _PLAIN.fullmatch(text) and self._folded.count(text.casefold()) <= 1:
            return f"{self._field}:{text}"
        return f"{self._field}:{_expression((text,))}"

    def any_of(self, texts: Collection[str]) -> str | None:
        """The filter for several texts; None for none or when it would be too long."""
        if not texts or len(texts) > MOST_NAMED:
            return None
        if len(texts) == 1:
            return self.only(next(iter(texts)))
        return f"{self._field}:{_expression(texts)}"


def _expression(texts: Iterable[str]) -> str:
    choice = "|".join("".join(map(_literal, text)) for text in texts)
    return rf"/\A(?-i:{choice})\Z/"


def _literal(character: str) -> str:
    """A character that means itself, without blanks and slashes, which end an expression."""
    if character.isalnum() or character in "_-":
        return character
    return rf"\U{ord(character):08x}"
