"""SplitKeys: puts an arrow key together again that a slow link tore apart.

An arrow key is three bytes, Esc `[` and a letter. When the rest comes late, the toolkit reads
Esc and two letters (measured from 100 ms on over SSH), and Esc alone leaves the view.
"""

from enum import Enum, auto

_TOGETHER_SECONDS = 0.6
"""The rest of a torn key arrives within this; a person who means Esc and [ is slower."""

ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}
"""What the last letter stands for (xterm's cursor keys)."""


class Verdict(Enum):
    """What to do with a key."""

    PASS = auto()
    """It is what it seems."""
    UNDO = auto()
    """It belongs to the Esc before it: swallow it, and undo what that Esc did."""
    ARROW = auto()
    """It completes a torn key: swallow it, and do what `arrow` says."""


class SplitKeys:
    """Looks at every key before it is acted on."""

    def __init__(self) -> None:
        self._escape_at: float | None = None
        self._is_torn = False
        self.arrow = ""
        """The key that was put together; its name in the toolkit."""

    def take(self, key: str, now: float) -> Verdict:
        """Judge a key.

        Args:
            key: Name in the toolkit.
            now: Seconds on any monotonic clock.
        """
        escape_at, self._escape_at = self._escape_at, now if key == "escape" else None
        is_torn, self._is_torn = self._is_torn, False
        if is_torn and key in ARROWS:
            self.arrow = ARROWS[key]
            return Verdict.ARROW
        is_soon = escape_at is not None and now - escape_at <= _TOGETHER_SECONDS
        if key == "left_square_bracket" and is_soon:
            self._is_torn = True
            return Verdict.UNDO
        return Verdict.PASS
