"""StoredSession: a whole session, as the rules of findings look at what its sweep holds."""

from collections.abc import Sequence

from ivscope.analysis.intervals import Reach
from ivscope.domain.stages import Participant, ParticipantScope, ParticipantSummary, SessionScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.event_log import EventLog
from ivscope.workspace.reaches import Reaches


class StoredSession:
    """A `SessionFacts` over a sweep, made anew for each look at it. Reads nothing.

    Its log is that of `M`, so a position in it is a position there.
    """

    def __init__(self, provider: StageDataProvider, session: SessionScope) -> None:
        self.scope = session
        self._provider = provider
        self._sweep = provider.sweep(session)
        self._reach_of = Reaches(provider).in_sweep(self._sweep)

    @property
    def log(self) -> EventLog:
        """Events of everybody read; `participant(position)` is whose list it came from."""
        return self._sweep.log.log

    @property
    def participants(self) -> Sequence[ParticipantSummary]:
        """Everybody listed so far, read or not. Ids can repeat. A copy."""
        rows = self._sweep.participants.items
        return rows[: len(rows)]

    @property
    def all_listed(self) -> bool:
        """Whether the list of participants is read to the end."""
        return self._sweep.log.participants_complete

    def is_read(self, participant_id: str, /) -> bool:
        """Whether the events of a participant are read to the end."""
        return self._sweep.log.is_read(participant_id)

    def reach(self, participant_id: str, /) -> Reach:
        """How far the events of a participant were read when this was made."""
        return self._reach_of(participant_id)

    def participant(self, participant_id: str, /) -> Participant | None:
        """The answer of GetParticipant; None when it was not asked for."""
        scope = ParticipantScope(self.scope.stage_arn, self.scope.session_id, participant_id)
        return self._provider.store.participant(scope)

    def sweep_calls(self) -> int:
        """The fewest calls that the rest of the sweep takes."""
        return self._sweep.calls_left
