"""SessionKnown: what a sweep of one session holds so far."""

from collections.abc import Sequence
from typing import Protocol

from tui.domain.stages import Participant, ParticipantSummary, SessionScope
from tui.provider.event_log import EventLog


class SessionKnown(Protocol):
    """A whole session, or what is read of it."""

    @property
    def scope(self) -> SessionScope:
        """The session."""
        ...

    @property
    def log(self) -> EventLog:
        """Events of all participants read; `participant(position)` is whose list it came from."""
        ...

    @property
    def participants(self) -> Sequence[ParticipantSummary]:
        """Everybody listed so far, read or not. Ids can repeat."""
        ...

    @property
    def all_listed(self) -> bool:
        """Whether the list of participants is read to the end."""
        ...

    def is_read(self, participant_id: str, /) -> bool:
        """Whether the events of a participant are read to the end.

        While a session is live that means up to a moment; the findings say nothing of later.
        """
        ...

    def participant(self, participant_id: str, /) -> Participant | None:
        """The answer of GetParticipant; None when it was not asked for."""
        ...

    def sweep_calls(self) -> int:
        """The fewest calls that the rest of the sweep takes."""
        ...
