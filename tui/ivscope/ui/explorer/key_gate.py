"""KeyGate: looks at a key before the bindings do: torn keys, letters of a choice, counts."""

from enum import Enum, auto

from ivscope.domain.clock import Clock
from ivscope.ui.explorer.layout import Layout
from ivscope.ui.explorer.navigation import Navigation
from ivscope.ui.explorer.status_area import StatusArea

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


_COUNT_DIGITS = 4
"""More minutes than any session has."""


class Count:
    """A number typed before a command."""

    def __init__(self) -> None:
        self._digits = ""

    def add(self, key: str) -> bool:
        """Take a digit; a leading 0 is none. Returns whether it was one."""
        is_digit = key.isdigit() and (bool(self._digits) or key != "0")
        if is_digit:
            self._digits = (self._digits + key)[-_COUNT_DIGITS:]
        return is_digit

    def __str__(self) -> str:
        return self._digits

    def take(self) -> int:
        """The number, 1 without one. It is used up."""
        digits, self._digits = self._digits, ""
        return int(digits or 1)


class KeyGate:
    """Takes the keys that are no commands."""

    def __init__(
        self, status: StatusArea, layout: Layout, going: Navigation, count: Count, clock: Clock
    ) -> None:
        self._status = status
        self._layout = layout
        self._going = going
        self._split = SplitKeys()
        self._clock = clock
        self._left = going.here
        self._count = count

    def take(self, key: str) -> bool:
        """Take a key that is meant for us. Returns whether it was."""
        verdict = self._split.take(key, self._clock.monotonic())
        if key == "escape":
            self._left = self._going.here
        if verdict is not Verdict.PASS:
            self._mend(verdict)
            return True
        if self._status.take_key(key):
            return True
        if self._count.add(key):
            self._status.say(f"{self._count} …  then ( or ): so many minutes")
            return True
        return False

    def _mend(self, verdict: Verdict) -> None:
        """Undo the Esc of a torn arrow key, then do what the whole key does."""
        if verdict is Verdict.UNDO:
            self._going.go(self._left)
        elif self._split.arrow in {"up", "down"}:
            self._layout.main.action_move(1 if self._split.arrow == "down" else -1)
