"""QuickDriver: Textual's terminal driver, which leaves at once and gives the terminal back."""

import os
import select
import sys
import termios
from codecs import getincrementaldecoder
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, cast

from rich.segment import Segment
from textual._xterm_parser import XTermParser
from textual.color import Color
from textual.drivers.linux_driver import LinuxDriver
from textual.filter import LineFilter
from textual.message import Message

from ivscope.terminal.restore import TerminalFile, restore_when_ended

if TYPE_CHECKING:
    from io import TextIOWrapper

GONE: Final = 129
"""Exit code when the terminal is gone: that of SIGHUP, with which a shell says the same."""

_WAIT = 0.1
"""Seconds in which a lone Esc is told from the beginning of a key, as in Textual's driver."""

_MOST_BYTES = 4096
"""Bytes read at once."""


class QuickDriver(LinuxDriver):
    """Textual's driver, but it leaves at once and gives the terminal back whatever happens.

    Textual's joins the thread that reads keys, which notices the end only when its `select` times
    out: for up to 0.2 s the screen of a program that was quit would stay. A signal, a byte that is
    no UTF-8 or a terminal that is gone ends it in a traceback, or not at all.
    """

    is_leaving = False
    """Set when the program ends. A suspended program still joins, since it reads keys later."""

    def start_application_mode(self) -> None:
        """Take the terminal, and from then on give it back also when a signal ends the program."""
        self._terminal = TerminalFile(sys.__stderr__ or sys.stderr)
        # Textual names a plain file; all that it does is write to it.
        self._file = cast("TextIOWrapper[Any]", self._terminal)
        self._take_handlers_back = restore_when_ended(self._terminal, self.fileno)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        """Give the terminal back, cleared for those without a second screen."""
        self.write("\x1b[H\x1b[2J")
        super().stop_application_mode()
        self._take_handlers_back()

    def disable_input(self) -> None:
        """Stop reading keys, without a join when the program ends."""
        if not self.is_leaving:
            super().disable_input()
            return
        self._disable_mouse_support()
        self.exit_event.set()
        with suppress(termios.error):
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def run_input_thread(self) -> None:
        """Hand on keys, pastes and reports until the program ends or the terminal is gone.

        Bytes that are no UTF-8 count as U+FFFD.
        """
        parser = XTermParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            messages: list[Message] = []
            if select.select([self.fileno], [], [], _WAIT)[0]:
                raw = self._read()
                if not raw:
                    self._terminal.is_muted = True
                    self._app.call_later(self._app.exit, None, GONE)
                    return
                messages += parser.feed(decode(raw))
            for message in (*messages, *parser.tick()):
                self.process_message(message)

    def _read(self) -> bytes:
        """The bytes that have come; none when the terminal is gone."""
        try:
            return os.read(self.fileno, _MOST_BYTES)
        except OSError:
            return b""


class WithoutColor(LineFilter):
    """Sends no colour code at all, for NO_COLOR. Textual's filter still sends default colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - the base's signature
        """Remove foreground and background colours from segments."""
        return [
            Segment(text, style.without_color if style is not None else None, control)
            for text, style, control in segments
        ]
