"""MovedClock: a clock that stands still until the test moves it, and the timers on it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from math import inf

from ivscope.domain.clock import Clock
from ivscope.workspace.jobs import Jobs, UiThread

START = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

_PATIENCE = 10.0
"""Real seconds to wait for another thread."""


class MovedClock:
    """The test's thread takes the place of the UI thread: moving the clock runs timers in it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Seconds that the clock shows."""
        self.wall_ahead = 0.0
        """Seconds by which the time of day has moved more than that: a machine that sleeps counts
        no seconds, and a clock that is set jumps."""
        self.clock = Clock(self.now, self.monotonic, self._wait_until)
        self.typed = 0
        """Keys that have come."""
        self.ui = UiThread(self._soon, self._later, lambda: self.typed)
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[float, threading.Condition]] = {}
        self._numbers = count()
        self._timers: dict[int, tuple[float, Callable[[], object]]] = {}
        self._calls: list[Callable[[], object]] = []
        self._called = threading.Condition()

    def jobs(self, crash: Callable[[Exception], object] | None = None) -> Jobs:
        """Jobs that go by this clock; a crash fails the test unless it is wanted."""
        return Jobs(self.clock, self.ui, _fail if crash is None else crash)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds + self.wall_ahead)

    def monotonic(self) -> float:
        with self._lock:
            return self.seconds

    # What threads do.

    def _wait_until(self, condition: threading.Condition, moment: float) -> None:
        with self._lock:
            if self.seconds >= moment:
                return
            number = next(self._numbers)
            self._waiting[number] = (moment, condition)
        condition.wait()
        with self._lock:
            self._waiting.pop(number, None)

    def _soon(self, call: Callable[[], object]) -> None:
        with self._called:
            self._calls.append(call)
            self._called.notify_all()

    # What the test does.

    @property
    def timers(self) -> list[float]:
        """When timers are due, the next one first."""
        return sorted(moment for moment, _ in self._timers.values())

    @property
    def awaited(self) -> list[float]:
        """The times until which threads wait, without those that wait for ever."""
        with self._lock:
            return [moment for moment, _ in self._waiting.values() if moment < inf]

    def _later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        number = next(self._numbers)
        self._timers[number] = (self.seconds + seconds, call)
        return lambda: self._timers.pop(number, None)

    def catch_up(self) -> None:
        """Run what threads have handed to the UI thread so far."""
        while self._calls:
            with self._called:
                call = self._calls.pop(0)
            call()

    def until(self, condition: Callable[[], object]) -> None:
        """Work as the UI thread until a condition is true that other threads bring about."""
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            assert time.monotonic() < deadline, "it never came true"
            with self._called:
                self._called.wait_for(lambda: self._calls, 0.001)
            self.catch_up()

    def pass_time(self, seconds: float) -> None:
        """Move the clock, stopping at every timer that is due on the way."""
        end = self.seconds + seconds
        while True:
            self.catch_up()
            due = min((moment, number) for number, (moment, _) in self._timers.items() or [_NEVER])
            if due[0] > end:
                break
            self._show(max(self.seconds, due[0]))
            self._timers.pop(due[1])[1]()
        self._show(end)
        self.catch_up()

    def jump(self, seconds: float) -> None:
        """Move the clock at once, as over a sleep: what was due on the way is due now, and once."""
        self._show(self.seconds + seconds)
        self.pass_time(0)

    def _show(self, moment: float) -> None:
        with self._lock:
            self.seconds = moment
            late = [number for number, (until, _) in self._waiting.items() if until <= moment]
            conditions = [self._waiting.pop(number)[1] for number in late]
        for condition in conditions:
            with condition:
                condition.notify_all()


_NEVER = (0, (inf, None))


def _fail(error: Exception) -> None:
    raise AssertionError("work in the background failed") from error


def standing_clock(
    monotonic: Callable[[], float] = lambda: 0.0, now: Callable[[], datetime] = lambda: START
) -> Clock:
    """A clock that shows what a test sets. Waiting on it ends only by a notification."""
    return Clock(now, monotonic, lambda condition, _moment: condition.wait())
