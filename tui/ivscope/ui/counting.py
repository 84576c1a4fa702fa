"""Counting: slices of work between the keys, and drawings at a pace, for a view that grows."""

from collections.abc import Callable
from time import monotonic

from textual.widget import Widget

_WORK_SECONDS = 0.008
"""One slice. A key waits for one slice and a frame at most."""

_PAUSE_SECONDS = 0.02
"""Between two slices."""

_DRAW_SECONDS = 0.5
"""Between two drawings while events come: summing up a large session takes a twentieth of it."""


class Counting:
    """Works for one screen, from its mounting until it is closed."""

    def __init__(
        self, screen: Widget, work: Callable[[float], bool], draw: Callable[[], None]
    ) -> None:
        """Work for a screen.

        Args:
            screen: Whose timers are used.
            work: Counts for about so many seconds; says whether more is left.
            draw: Draws what is counted.
        """
        self._screen = screen
        self._work = work
        self._draw = draw
        self._is_open = False
        self._is_working = False
        self._drawn_at = -_DRAW_SECONDS

    def begin(self) -> None:
        """The screen is mounted."""
        self._is_open = True
        self.changed()

    def changed(self) -> None:
        """There is more to count."""
        if self._is_open and not self._is_working:
            self._is_working = True
            self._slice()

    def draw(self) -> None:
        """Draw now: a key changed what is shown, or the size did."""
        if self._is_open and self._screen.size.width:
            self._drawn_at = monotonic()
            self._draw()

    def _slice(self) -> None:
        if not self._screen.is_attached:  # closed between two slices
            return
        is_more = self._work(_WORK_SECONDS)
        wait = self._drawn_at + _DRAW_SECONDS - monotonic()
        if wait <= 0:
            self.draw()
        if is_more or wait > 0:
            self._screen.set_timer(_PAUSE_SECONDS if is_more else wait, self._slice)
        else:
            self._is_working = False
