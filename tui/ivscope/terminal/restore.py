"""Gives the terminal back when a signal ends the program: its modes, its cursor, its settings."""

import os
import select
import signal
import termios
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any, Final, NoReturn

ENDING: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that end the program: `kill`, a closed terminal or SSH connection, and Ctrl+backslash.
Ctrl+C is a key while the program runs."""

CLEARING: Final = "\x1b[H\x1b[2J"
"""Empties the screen. Sent before the second screen is left, for terminals that have none (GNU
screen, mosh): the picture would stay, and the shell write into it."""

_RESTORING: Final = (
    "\x18"  # what was half written is no sequence any more
    "\x1b[?2026l"  # a frame that was begun is shown
    "\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # no reports of the mouse
    "\x1b[?2004l\x1b[?2048l\x1b[?1004l"  # nor of pastes, sizes and focus
    "\x1b[?7h\x1b[0m"
    f"{CLEARING}\x1b[?1049l\x1b[?25h"
)

_LONGEST_WAIT = 0.2
"""Seconds to wait for a terminal that takes no bytes; then its picture stays as it is."""


class TerminalFile:
    """The file that the terminal reads. Drops what is written once it is muted, or gone."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.is_muted = False

    def write(self, text: str) -> int:
        """Write text, unless muted. A terminal that is gone mutes it."""
        if not self.is_muted:
            try:
                self._file.write(text)
            except OSError:
                self.is_muted = True
        return len(text)

    def flush(self) -> None:
        """Send what was written, unless muted."""
        if not self.is_muted:
            try:
                self._file.flush()
            except OSError:
                self.is_muted = True

    def fileno(self) -> int:
        """Return the file descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return self._file.isatty()


def restore_when_ended(file: TerminalFile, stdin: int) -> Callable[[], None]:
    """From now on a signal of `ENDING` gives the terminal back before it ends the program.

    The shell sees the signal as the reason (143 for SIGTERM, 129 for SIGHUP). A signal that was
    ignored when the program started, as `nohup` does, stays ignored.

    Args:
        file: The terminal; muted by the signal, so that no late frame follows.
        stdin: Descriptor with the settings of the terminal as they are now, which come back.

    Returns:
        Takes the handlers back.
    """
    settings: list[Any] | None = None
    with suppress(termios.error):
        settings = termios.tcgetattr(stdin)

    def end(number: int, _frame: object) -> NoReturn:
        file.is_muted = True
        _give_back(file.fileno(), stdin, settings)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        os._exit(128 + number)

    before = {number: signal.getsignal(number) for number in ENDING}
    changed = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in changed:
        signal.signal(number, end)

    def take_back() -> None:
        for number in changed:
            signal.signal(number, before[number])

    return take_back


def has_shell() -> bool:
    """Whether a shell with job control can bring the program back after it stops.

    A program that a terminal, tmux or SSH has started by itself leads its session: stopped, it
    would stay so, and its window with it.
    """
    return os.getsid(0) != os.getpid()


def _give_back(output: int, stdin: int, settings: list[Any] | None) -> None:
    """Undo what the program has set. A terminal that is gone or takes nothing is left alone."""
    with suppress(termios.error):
        termios.tcflush(output, termios.TCOFLUSH)
    with suppress(OSError):
        if select.select([], [output], [], _LONGEST_WAIT)[1]:
            os.write(output, _RESTORING.encode())
    with suppress(termios.error):
        termios.tcflush(stdin, termios.TCIFLUSH)
    if settings is not None:
        with suppress(termios.error):
            termios.tcsetattr(stdin, termios.TCSANOW, settings)
