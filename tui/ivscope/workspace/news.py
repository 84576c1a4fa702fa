"""News: what reading threads stored, taken in at once, or together when it comes thick."""

from collections.abc import Callable, Collection
from time import monotonic

_AT_ONCE = 6
"""What one key sets off comes in a few changes, and each of them shows at once."""

_EACH_SECONDS = 0.125
"""For those that follow. No eye follows more than some ten changes a second, and each redraws."""


class News:
    """Collects changes and has them taken in together. Its owner calls it from the event loop."""

    def __init__(
        self,
        take: Callable[[Collection[object]], None],
        later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        """Collect nothing yet.

        Args:
            take: Takes in what has changed since the last time, each once.
            later: Calls a function after so many seconds.
        """
        self._take = take
        self._later = later
        self._changed: dict[object, None] = {}
        self._is_waiting = False
        self._paid_until = 0.0
        """Each taking in is paid for with some time; so far the past is used up."""

    def add(self, what: object) -> None:
        """Something changed."""
        self._changed[what] = None
        if self._is_waiting:
            return
        wait = self._paid_until - (_AT_ONCE - 1) * _EACH_SECONDS - monotonic()
        if wait <= 0:
            self._go()
        else:
            self._is_waiting = True
            self._later(wait, self._go)

    def _go(self) -> None:
        self._is_waiting = False
        self._paid_until = max(self._paid_until, monotonic()) + _EACH_SECONDS
        changed, self._changed = self._changed, {}
        self._take(changed)
