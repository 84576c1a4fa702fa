"""QuickDriver: Textual's terminal driver, which leaves at once when the program ends."""

import termios
from contextlib import suppress

from rich.segment import Segment
from textual.color import Color
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter


class QuickDriver(LinuxDriver):
    """Does not wait for the thread that reads keys when the program ends.

    Textual's driver joins that thread, which notices the end only when its `select` times out:
    for up to 0.2 s the screen of a program that was quit would stay.
    """

    is_leaving = False
    """Set when the program ends. A suspended program still joins, since it reads keys later."""

    def disable_input(self) -> None:
        """Stop reading keys, without a join when the program ends."""
        if not self.is_leaving:
            super().disable_input()
            return
        self._disable_mouse_support()
        self.exit_event.set()
        with suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)


class WithoutColor(LineFilter):
    """Sends no colour code at all, for NO_COLOR. Textual's filter still sends default colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """Remove foreground and background colours from segments."""
        return [
            Segment(text, style.without_color if style is not None else None, control)
            for text, style, control in segments
        ]
