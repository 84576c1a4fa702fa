"""MovedClock: a clock that stands still until the test moves it, with the timers that go by it."""

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
"""Seconds of the real clock for what another thread is to bring."""


class MovedClock:
    """The test's thread plays the UI thread: timers ring in it while it moves the clock."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """What the clock shows."""
        self.clock = Clock(self.now, self.monotonic, self._wait_until)
        self.ui = UiThread(self._soon, self._later)
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
        return START + timedelta(seconds=self.seconds)

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
        """When timers are to ring, the next one first."""
        return sorted(moment for moment, _ in self._timers.values())

    @property
    def awaited(self) -> list[float]:
        """Until when threads wait, without those that wait for ever."""
        with self._lock:
            return [moment for moment, _ in self._waiting.values() if moment < inf]

    def _later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        number = next(self._numbers)
        self._timers[number] = (self.seconds + seconds, call)
        return lambda: self._timers.pop(number, None)

    def catch_up(self) -> None:
        """Do what threads have asked the UI thread to do so far."""
        while self._calls:
            with self._called:
                call = self._calls.pop(0)
            call()

    def until(self, condition: Callable[[], object]) -> None:
        """Be the UI thread until something is true that other threads bring about."""
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
    """A clock that stands between two settings: who waits on it is woken by something else."""
    return Clock(now, monotonic, lambda condition, _moment: condition.wait())
