"""Throttle: the call rate that the service allows."""

import threading
from collections.abc import Callable

from ivscope.endpoint.answers import ServiceError

CALLS_PER_SECOND = 5
"""Per operation, account and Region, not adjustable (IVS user guide: service quotas)."""


class Throttle:
    """One bucket of `CALLS_PER_SECOND` calls per operation, refilled evenly.

    A full bucket allows a burst. That AWS counts in buckets is general practice, not a documented
    fact of this service.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._refused = 0

    @property
    def refused(self) -> int:
        """Calls refused so far."""
        return self._refused

    def admit(self, operation: str) -> None:
        """Count one call.

        Raises:
            ServiceError: ThrottlingException when the bucket is empty.
        """
        with self._lock:
            now = self._clock()
            level, since = self._buckets.get(operation, (CALLS_PER_SECOND, now))
            level = min(CALLS_PER_SECOND, level + (now - since) * CALLS_PER_SECOND)
            if level < 1:
                self._refused += 1
                self._buckets[operation] = (level, now)
                raise ServiceError("ThrottlingException", 429, "Rate exceeded", "message")
            self._buckets[operation] = (level - 1, now)
