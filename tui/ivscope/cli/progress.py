"""Progress: how far a command is, on the last line of a terminal."""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from ivscope.cli.command_line import warn
from ivscope.domain.clock import Clock
from ivscope.domain.durations import duration, forecast
from ivscope.domain.failures import ProviderFailure, is_not_recorded
from ivscope.provider.fetch.scan import Scan
from ivscope.render.bars import coverage_text, in_number, rows_read, what_is_left
from ivscope.render.cells import clip
from ivscope.workspace.event_stream import scan_coverage

_BAR_CELLS = 20

_REDRAWN_EVERY_SECONDS = 0.1
"""It is drawn again so often at most."""

_USUAL_WIDTH = 80
"""Cells of a line where the terminal does not tell."""

_ALSO_KEPT = "ivscope record -o FILE keeps what it has read"


class Progress:
    """Draws a line on stderr while something is read, if that is a terminal."""

    def __init__(self, clock: Clock, command: str | None = None) -> None:
        """Tell nothing yet.

        Args:
            clock: Tells when it was drawn last.
            command: Its name, if one may have to wait long; None where nothing is called.
        """
        self._command = command
        self._words: Callable[[], str] = lambda: ""
        self._clock = clock
        self._scan: Scan | None = None
        self._forecast: Callable[[], str] | None = None
        self._shown = ""
        self._drawn_at = -_REDRAWN_EVERY_SECONDS

    def tell(self, words: Callable[[], str]) -> None:
        """Tell what is done by a function that says how far it is."""
        self._words, self._scan, self._forecast = words, None, None

    def watch(self, scan: Scan, doing: str) -> None:
        """Tell how far the scan of a session is, with a bar once everybody is listed.

        Args:
            scan: The scan.
            doing: What is done, such as "reading".
        """

        def words() -> str:
            told = scan.progress(self._clock.monotonic())
            people = f"{told.participants_read:,} of {told.participants_known:,} participants"
            left = "" if told.eta_seconds is None else f", about {duration(told.eta_seconds)} left"
            return f"{doing}: {people}, {told.events:,} events{left}"

        self._words, self._scan, self._forecast = words, scan, None

    def warn_of(self, calls: Callable[[], int], pace: int) -> None:
        """Say once what the rest takes, as soon as it is known, unless it is soon done.

        Other than the line, this also goes where stderr is no terminal.

        Args:
            calls: Returns the fewest calls that the rest takes; 0 while that is not known.
            pace: Calls per second.
        """
        if self._command is None:
            return
        kept = "--resume goes on" if self._command == "record" else _ALSO_KEPT

        def told() -> str:
            count = calls()
            if not count:
                return ""
            self._forecast = None
            least = forecast(count, pace)
            return least and f"{least}. Ctrl+C ends it; {kept}"

        self._forecast = told

    def changed(self) -> None:
        """Draw again, unless that was a moment ago."""
        if self._forecast is not None and (told := self._forecast()):
            self.hide()
            warn(told)
        now = self._clock.monotonic()
        if now - self._drawn_at < _REDRAWN_EVERY_SECONDS or not is_terminal(sys.stderr):
            return
        self._drawn_at = now
        width = terminal_width(sys.stderr, _USUAL_WIDTH)
        text = clip(f"{self._bar()}{self._words()}", width - 1)
        if text != self._shown:
            self.hide()
            self._shown = text
            self._write(f"\r{text}")

    def hide(self) -> None:
        """Take the line away, before anything else is printed."""
        if self._shown:
            self._write("\r\x1b[K")
            self._shown = ""

    def _bar(self) -> str:
        scan = self._scan
        if scan is None or not scan.log.participants_complete or not scan.log.participants_known:
            return ""
        done = _BAR_CELLS * scan.log.participants_read // scan.log.participants_known
        return f"[{'#' * done}{'.' * (_BAR_CELLS - done)}] "

    @staticmethod
    def _write(text: str) -> None:
        with suppress(OSError):  # the terminal can be gone
            sys.stderr.write(text)
            sys.stderr.flush()


def scan_words(scan: Scan) -> str:
    """Say how much of a session was read: "12 of 40 participants read, more to list, 87 events"."""
    return f"{coverage_text(scan_coverage(scan))}, {in_number(len(scan.log.log), 'events')}"


def events_read(count: int, failures: Mapping[str, ProviderFailure], *, is_all: bool) -> str:
    """Say how many events are read: of a recording the rest is not there, and not available.

    Args:
        count: How many.
        failures: Why not all could be read, by what it was.
        is_all: Whether they are all.
    """
    missing = [one for one in failures.values() if is_not_recorded(one)]
    left = what_is_left(max(missing, key=lambda one: one.is_rest_known, default=None))
    return rows_read(count, "events", has_more=not is_all, is_all=is_all, in_parts=False, left=left)


def is_terminal(stream: Any) -> bool:  # noqa: ANN401 - of any class, and none where it was closed
    """Whether a standard stream is there and goes to a terminal."""
    return bool(stream and stream.isatty())


def terminal_width(stream: Any, otherwise: int) -> int:  # noqa: ANN401 - same
    """Return the cells of a line of the terminal behind a stream; `otherwise` without one."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or otherwise
    except (OSError, ValueError):
        return otherwise
