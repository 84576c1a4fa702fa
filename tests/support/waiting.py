"""Waits for a condition that another thread makes true, never for a time."""

import threading
import time
from collections.abc import Callable


def wait_for(predicate: Callable[[], object], timeout: float = 5.0) -> None:
    """Return as soon as the predicate holds; fail the test when it does not in time."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not predicate():
        if time.monotonic() > deadline:
            raise AssertionError(f"did not come true within {timeout:g} s")
        pause.wait(0.001)
