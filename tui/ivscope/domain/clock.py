"""Clock: the one place that the time comes from."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from threading import Condition


@dataclass(frozen=True, slots=True)
class Clock:
    """What time it is, and how threads wait for a later time.

    The program runs on `SYSTEM_CLOCK`. A test hands in a clock that it moves itself, so that an
    hour of following takes it a second.
    """

    now: Callable[[], datetime]
    """The present, aware, UTC."""
    monotonic: Callable[[], float]
    """Seconds since some moment; never goes back."""
    wait_until: Callable[[Condition, float], object]
    """Called with a condition that the caller holds: returns once it is notified, or at a moment
    of `monotonic`, which may be infinite. It can return early, as `Condition.wait` can."""


def utc_now() -> datetime:
    """The present, aware, on the clock of this machine."""
    return datetime.now(UTC)


def _wait_until(condition: Condition, moment: float) -> None:
    condition.wait(None if moment == inf else max(0.0, moment - time.monotonic()))


SYSTEM_CLOCK = Clock(utc_now, time.monotonic, _wait_until)
"""The clock of this machine."""


def work_seconds() -> float:
    """A precise clock for measuring how long work takes this machine, whatever `Clock` is used."""
    return time.perf_counter()


def work_limit(seconds: float) -> Callable[[], bool]:
    """For work done in slices: says whether a slice has taken so many seconds by now.

    It measures work of the processor and not the time of the story, as `work_seconds` does.
    """
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end
