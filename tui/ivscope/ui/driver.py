"""QuickDriver: Textual's terminal driver, which leaves at once when the program ends."""

import termios
from contextlib import suppress

from rich.segment import Segment
from textual.color import Color
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter


class QuickDriver(LinuxDriver):
    """Does not wait for its own reading thread on the way out.

    Textual's driver joins the thread that reads keys, which looks up from its `select` twice
    a second in ten: up to 0.2 s in which the reader has quit and still sees the old screen.
    """

    is_leaving = False
    """Set when the program ends; a suspended program still waits, since it reads on later."""

    def disable_input(self) -> None:
        """Stop reading keys."""
        if not self.is_leaving:
            super().disable_input()
            return
        self._disable_mouse_support()
        self.exit_event.set()
        with suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)


class WithoutColor(LineFilter):
    """NO_COLOR: not one colour code. Textual's own filter sends the default colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """Take the colours of segments away."""
        return [
            Segment(text, style.without_color if style is not None else None, control)
            for text, style, control in segments
        ]
