"""RecordedAnswers: what was read in an earlier run, asked before the service is."""

from collections.abc import Callable
from datetime import datetime, timedelta

from ivscope.domain.clock import Clock
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.source import RecordedReading

_RESUMED = frozenset({"ListParticipants", "ListParticipantEvents"})
"""What a scan reads. Everything else is a call or two, and better fresh than recorded."""


class RecordedAnswers:
    """Answers of a recording, placed on the clock of the provider."""

    def __init__(
        self,
        make: Callable[[], RecordedReading] | None,
        *,
        are_all: bool,
        clock: Clock,
    ) -> None:
        """Ask nothing yet.

        Args:
            make: Opens the recording for one answer; None without a recording.
            are_all: Whether there is no service to ask.
            clock: The clock of the provider.
        """
        self._make = make
        self._are_all = are_all
        self._clock = clock

    def come_first(self, target: Fetchable) -> bool:
        """Whether the recording is asked before the service."""
        if self._make is None or self._are_all:
            return self._are_all
        return target.operation in _RESUMED and target.is_reading_on

    def fetch(self, target: Fetchable) -> tuple[Callable[[], bool], float]:
        """A function that stores the answer, and when it was asked for. Blocks.

        Raises:
            ProviderFailure: NOT_RECORDED when the recording has no such answer.
        """
        assert self._make is not None  # noqa: S101 - or nothing would come first
        recorded = self._make()
        store = target.fetch(recorded.source)
        asked_at = recorded.asked_at() or self._clock.now()
        return store, self._clock.monotonic() - (self._clock.now() - asked_at).total_seconds()

    def time_of(self, moment: float) -> datetime:
        """Turn seconds on the clock of the provider into a time, which may be before this run."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic() - moment)
