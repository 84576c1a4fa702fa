"""FactReading: reads GetParticipant of many participants, in the background."""

from collections import deque
from collections.abc import Iterable

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import Participant, ParticipantScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.scan_members import STOPPED_BY
from ivscope.provider.store.fact import Fact

_AHEAD = 4
"""Calls asked for at once: enough to use what the rate limiter allows while answers are stored."""


class FactReading:
    """Reads one after the other, in the order given, with the priority of scans. Has no thread.

    Its owner calls `step` once to begin and after every change that the provider announces.
    Participants that were read before are passed over. A failure of one does not end it, unless the
    next one would fail in the same way.
    """

    def __init__(self, provider: StageDataProvider, scopes: Iterable[ParticipantScope]) -> None:
        self._provider = provider
        self._waiting = deque(
            scope for scope in scopes if provider.store.participant(scope) is None
        )
        self._asked: list[Fact[Participant]] = []
        self.wanted = len(self._waiting)
        """How many had to be read in the beginning."""
        self.failed = 0
        self.failure: ProviderFailure | None = None
        """Why it ended early."""

    @property
    def done(self) -> int:
        """How many were asked for and answered, failures included."""
        return self.wanted - len(self._waiting) - len(self._asked)

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return bool(self._waiting or self._asked)

    def step(self) -> bool:
        """Note the answers that have come, and ask for more. Returns whether more is to come."""
        for fact in [one for one in self._asked if not one.status.is_busy]:
            self._asked.remove(fact)
            failure = fact.failure
            self.failed += failure is not None
            if failure is not None and failure.kind in STOPPED_BY:
                self.failure = failure
                self._waiting.clear()
        while self._waiting and len(self._asked) < _AHEAD:
            fact = self._provider.participant(self._waiting.popleft())
            if not self._provider.read(fact, Priority.SCAN):
                self._provider.retry(fact, Priority.SCAN)
            if fact.status.is_busy:
                self._asked.append(fact)
        return self.is_running

    def stop(self) -> None:
        """Ask for nothing more. Calls under way are not given up, since they count already."""
        self._waiting.clear()
