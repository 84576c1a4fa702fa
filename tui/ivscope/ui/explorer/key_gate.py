"""KeyGate: looks at a key before the bindings do: torn keys, letters of a choice, counts."""

from enum import Enum, auto

from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.navigation import Navigation

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


class KeyGate:
    """Takes the keys that are no commands."""

    def __init__(self, context: ExplorerContext, navigation: Navigation) -> None:
        self._context = context
        self._status = context.status
        self._navigation = navigation
        self._split = SplitKeys()
        self._left = context.here
        self._count = context.count

    def take(self, key: str) -> bool:
        """Take a key that is meant for us. Returns whether it was."""
        verdict = self._split.take(key, self._context.jobs.clock.monotonic())
        if key == "escape":
            self._left = self._context.here
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
            self._navigation.go(self._left)
        elif self._split.arrow in {"up", "down"}:
            self._context.layout.main.step(1 if self._split.arrow == "down" else -1)
