"""FactReading: reads GetParticipant of many participants, in the background."""

from collections import deque
from collections.abc import Iterable

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import Participant, ParticipantScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.scan import STOPPED_BY
from ivscope.provider.store.fact import Fact

_AHEAD = 4
"""Asked for at once: enough to use the pace while an answer is being stored."""


class FactReading:
    """One after the other, in the order given, at the pace of sweeps. Has no thread.

    Its owner calls `step` once to begin and after every change that the provider announces. What
    is known already is not asked for. A failure of one does not end it, unless the next one would
    fail with the same.
    """

    def __init__(self, provider: StageDataProvider, scopes: Iterable[ParticipantScope]) -> None:
        self._provider = provider
        self._waiting = deque(
            scope for scope in scopes if provider.store.participant(scope) is None
        )
        self._asked: list[Fact[Participant]] = []
        self.wanted = len(self._waiting)
        """How many were not known in the beginning."""
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
        """Take in what has come, and ask for more. Returns whether more is to come."""
        for fact in [one for one in self._asked if not one.status.is_busy]:
            self._asked.remove(fact)
            failure = fact.failure
            self.failed += failure is not None
            if failure is not None and failure.kind in STOPPED_BY:
                self.failure = failure
                self._waiting.clear()
        while self._waiting and len(self._asked) < _AHEAD:
            fact = self._provider.participant(self._waiting.popleft())
            if not self._provider.read(fact, Priority.SWEEP):
                self._provider.retry(fact, Priority.SWEEP)
            if fact.status.is_busy:
                self._asked.append(fact)
        return self.is_running

    def stop(self) -> None:
        """Ask for nothing more. What is under way still comes, since it was paid for."""
        self._waiting.clear()
