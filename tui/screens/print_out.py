"""Printing to the normal screen: text that every terminal can select, and that stays there."""

import signal
import sys

from textual.app import App, SuspendNotSupported

from tui.presentation.safe_lines import safe_lines

_ASK = "press Enter to go back"


def print_out(app: App[object], text: str) -> bool:
    """Leave the full screen, print below the shell's prompt, wait for Enter, come back.

    Blocks the event loop on purpose: nothing may draw meanwhile. What reading threads bring is
    handled afterwards. Ctrl+C and Ctrl+D go back too.

    Args:
        app: The running app. Call it from its event loop.
        text: Lines; what a terminal could act on is printed as an escape.

    Returns:
        False where the terminal cannot be given back and nothing was printed.
    """
    try:
        with app.suspend():
            _show(text)
    except SuspendNotSupported:
        return False
    return True


def _show(text: str) -> None:
    # The event loop's own handler would end the app once it goes on. Ours is there before the
    # text is: who has read it may press Ctrl+C at once.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        _print(f"\n{safe_lines(text)}\n\n{_ASK} ")
        if sys.__stdin__ is not None:
            sys.__stdin__.readline()
    except KeyboardInterrupt:
        _print("\n")
    finally:
        signal.signal(signal.SIGINT, before)


def _print(text: str) -> None:
    """Print in the terminal's encoding; what it lacks becomes an escape."""
    stream = sys.__stdout__
    if stream is not None:
        stream.buffer.write(text.encode(stream.encoding, "backslashreplace"))
        stream.flush()
