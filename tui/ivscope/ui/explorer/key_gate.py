"""KeyGate: takes keys before the bindings: split arrow keys, letters of a choice, counts."""

from enum import Enum, auto

from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.navigation import Navigation

_TOGETHER_SECONDS = 0.6
"""The rest of a split arrow key comes within this; a person who types Esc and [ is slower."""

ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"}
"""The key that the last letter of a sequence means (xterm's cursor keys: Esc [ A)."""


class Verdict(Enum):
    """What to do with a key."""

    PASS = auto()
    """The key is an ordinary key."""
    UNDO = auto()
    """The key belongs to the Esc before it: drop it, and undo what that Esc did."""
    ARROW = auto()
    """The key completes a split arrow key: drop it, and do what `arrow` says."""


class SplitKeys:
    """Puts arrow keys together that a slow line delivers as Esc, [ and a letter."""

    def __init__(self) -> None:
        self._escape_at: float | None = None
        self._is_torn = False
        self.arrow = ""
        """Textual's name of the arrow key that was put together."""

    def take(self, key: str, now: float) -> Verdict:
        """Judge a key.

        Args:
            key: Textual's name of the key.
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
    """Handles the keys of the explorer that are not commands."""

    def __init__(self, context: ExplorerContext, navigation: Navigation) -> None:
        self._context = context
        self._status = context.status
        self._navigation = navigation
        self._split = SplitKeys()
        self._left = context.here
        self._count = context.count

    def take(self, key: str) -> bool:
        """Handle a key that is not a command. Returns whether it was one of these."""
        verdict = self._split.take(key, self._context.jobs.clock.monotonic())
        if key == "escape":
            self._left = self._context.here
        if verdict is not Verdict.PASS:
            self._mend(verdict)
            return True
        if self._status.take_key(key):
            return True
        if self._count.add(key):
            self._status.say(f"{self._count}  then ( or ): that many minutes")
            return True
        return False

    def _mend(self, verdict: Verdict) -> None:
        """Undo the Esc of a split arrow key, then do what the arrow key does."""
        if verdict is Verdict.UNDO:
            self._navigation.go(self._left)
        elif self._split.arrow in {"up", "down"}:
            self._context.layout.main.step(1 if self._split.arrow == "down" else -1)
