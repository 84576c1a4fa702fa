"""Journal: which calls an endpoint has received."""

import threading
from collections import Counter, deque
from dataclasses import dataclass

from tui.endpoint.world import Members

_REMEMBERED = 1000
"""Calls kept one by one; enough for a test, and small."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call received. It is written down before it is answered."""

    operation: str
    parameters: Members
    """Empty when the body was unreadable."""
    fault: str | None
    """Name of the fault it met; None for an ordinary answer."""


class Journal:
    """Counts all calls and remembers the last ones. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._recent: deque[Call] = deque(maxlen=_REMEMBERED)

    def write(self, call: Call) -> int:
        """Add a call and return its number, from 1."""
        with self._lock:
            self._counts[call.operation] += 1
            self._recent.append(call)
            return self._counts.total()

    def counts(self) -> Counter[str]:
        """Calls by operation, as of now."""
        with self._lock:
            return self._counts.copy()

    def recent(self) -> tuple[Call, ...]:
        """The last calls, oldest first."""
        with self._lock:
            return tuple(self._recent)
