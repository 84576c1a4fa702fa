"""KnownFacts: what the rules may look at. It is what is held now; no rule fetches anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.ingest import IngestConfiguration
from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.findings.finding import EventRef
from ivscope.provider.store.event_log import EventLog


@dataclass(frozen=True, slots=True)
class KnownLog:
    """The events of one participant, as far as read."""

    log: EventLog
    complete: bool
    """Whether the last page is read."""
    as_of: datetime | None = None
    """When the last page was read. None when the session had ended by then: nothing can follow."""

    def covers(self, second: int) -> bool:
        """Whether everything up to a second since 1970 UTC is read.

        How long the service takes to show an event is not documented, so this is the best guess.
        """
        return self.complete and (self.as_of is None or self.as_of.timestamp() > second)


@dataclass(frozen=True, slots=True)
class KnownParticipants:
    """The participants of one session, as far as listed."""

    rows: Sequence[ParticipantSummary]
    complete: bool
    """Whether the last page is read."""


@dataclass(frozen=True, slots=True)
class KnownIngest:
    """The ingest configurations attached to one stage, as far as listed."""

    rows: Sequence[IngestConfiguration]
    complete: bool
    """Whether the last page is read."""
    as_of: datetime | None
    """When they were listed. None when no page has come."""
    failure: ProviderFailure | None
    """Why the last call failed; what was listed before stays."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One participant that was publishing, and an event that tells it."""

    participant_id: str
    event: EventRef


@dataclass(frozen=True, slots=True)
class PublisherCount:
    """Who was publishing in one second, copies of participants of other stages among them."""

    started: tuple[Seat, ...]
    """Those who started before that second and stopped after it, with their PUBLISH_STARTED."""
    tied: tuple[Seat, ...]
    """Those who may have been publishing: they started or stopped within that second, or a start
    or a stop is missing or can still be unread."""
    copies: int | None
    """How many of `started` are replicas. None when that is not known of each of them."""
    read: int
    """Participants whose events are read to the end, in a live session later than that second."""
    total: int
    """Participants that the session has, as far as listed."""
    all_listed: bool
    """Whether the list of participants is read to the end."""

    @property
    def least(self) -> int:
        """So many were publishing for certain."""
        return len(self.started)

    @property
    def most(self) -> int:
        """So many at the most, of those read."""
        return len(self.started) + len(self.tied)

    @property
    def is_complete(self) -> bool:
        """Whether nobody is left that could have been publishing too."""
        return self.all_listed and self.read >= self.total


class KnownFacts(Protocol):
    """What is held now. Cheap to ask: the detail pane asks on every cursor move."""

    def log(self, scope: ParticipantScope, /) -> KnownLog | None:
        """Events of a participant; None when none of its pages was read."""
        ...

    def participant(self, scope: ParticipantScope, /) -> Participant | None:
        """The answer of GetParticipant."""
        ...

    def summary(self, scope: ParticipantScope, /) -> ParticipantSummary | None:
        """The row of ListParticipants, or the one inside the answer of GetParticipant."""
        ...

    def session(self, scope: SessionScope, /) -> StageSession | None:
        """The session."""
        ...

    def participants(self, scope: SessionScope, /) -> KnownParticipants | None:
        """Who is in the session; None when no page of an unfiltered list was read."""
        ...

    def ingest_configurations(self, stage_arn: str, /) -> KnownIngest | None:
        """What is attached to a stage; None when it was not asked for."""
        ...

    def publishers_at(self, scope: SessionScope, moment: datetime, /) -> PublisherCount | None:
        """Who was publishing in the second of a moment; None when the session was not swept."""
        ...

    def sweep_calls(self, scope: SessionScope, /) -> int:
        """The fewest calls that a sweep still takes, as far as participants are listed."""
        ...
