"""Clock: the only source of the present time and of waiting; and telling what is waited for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from math import inf
from threading import Condition
from typing import Final

from ivscope.domain.frozen import frozen


@frozen
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
    """Called with a condition that the caller holds: returns once it is notified, or at a value
    of `monotonic`, which may be infinite. It can return early, as `Condition.wait` can."""


def utc_now() -> datetime:
    """The present, aware, on the clock of this machine."""
    return datetime.now(UTC)


def _wait_until(condition: Condition, moment: float) -> None:
    condition.wait(None if moment == inf else max(0.0, moment - time.monotonic()))


SYSTEM_CLOCK = Clock(utc_now, time.monotonic, _wait_until)
"""The clock of this machine."""


def work_seconds() -> float:
    """Seconds on a precise clock, to measure how long work takes, whatever `Clock` is used."""
    return time.perf_counter()


def work_limit(seconds: float) -> Callable[[], bool]:
    """For work done in slices: a function that returns whether so many seconds have passed.

    It goes by the clock of `work_seconds`, not by a `Clock` that a test moves.
    """
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() >= end


_TELL: Final[ContextVar[Callable[[str | None], None] | None]] = ContextVar("tell", default=None)


@contextmanager
def waits_told_to(tell: Callable[[str | None], None]) -> Iterator[None]:
    """Inside, `tell` is called in this thread with what is waited for, and with None after it."""
    token = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(token)


@contextmanager
def waiting_for(what: str) -> Iterator[None]:
    """Inside, something else than the service asked is waited for.

    Args:
        what: Its name on one line, such as "SSO of profile team".
    """
    tell = _TELL.get()
    if tell is not None:
        tell(what)
    try:
        yield
    finally:
        if tell is not None:
            tell(None)
