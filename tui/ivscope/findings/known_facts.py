"""KnownFacts: what rules may ask about what was read. No rule fetches anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ivscope.analysis.intervals import SECOND, Reach, Why
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
    reach: Reach
    """How far it is read."""

    @property
    def complete(self) -> bool:
        """Whether the last page is read."""
        return self.reach.is_complete

    def covers(self, second: int) -> bool:
        """Whether everything up to a second since 1970 UTC is read.

        How long the service takes to show an event is not documented, so this is the best guess.
        """
        return self.complete and self.reach.read_to > second * SECOND


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
class Slot:
    """One participant that was publishing, or may have been."""

    participant_id: str
    event: EventRef | None
    """An event that tells it; None when none of them has a readable time."""
    why: Why | None = None
    """Why it is not certain; None when it is."""
    is_copy: bool | None = False
    """Whether it is a replica from another stage; None when that is not known."""


@dataclass(frozen=True, slots=True)
class PublisherCount:
    """Who was publishing at one time."""

    certain: tuple[Slot, ...]
    """Those who started before that time and stopped after it, or went on for certain."""
    unsure: tuple[Slot, ...]
    """Those who may have been publishing, each with the reason."""
    read: int
    """Participants whose events are read to the end, in a live session later than that time."""
    total: int
    """Participants that the session has, as far as listed."""
    all_listed: bool
    """Whether the list of participants is read to the end."""

    @property
    def least(self) -> int:
        """So many were publishing for certain."""
        return len(self.certain)

    @property
    def most(self) -> int:
        """So many at the most, of those read."""
        return len(self.certain) + len(self.unsure)

    @property
    def is_complete(self) -> bool:
        """Whether nobody is left that could have been publishing too."""
        return self.all_listed and self.read >= self.total

    @property
    def copies(self) -> int:
        """How many of all these are replicas for certain."""
        return sum(slot.is_copy is True for slot in (*self.certain, *self.unsure))

    def without(self, participant_id: str) -> "PublisherCount":
        """The others."""
        certain, unsure = (
            tuple(slot for slot in slots if slot.participant_id != participant_id)
            for slots in (self.certain, self.unsure)
        )
        return replace(self, certain=certain, unsure=unsure)


@dataclass(frozen=True, slots=True)
class KnownFacts:
    """What rules may ask. Each question is answered from what was read; none fetches anything.

    Cheap to ask: the detail pane asks on every cursor move.
    """

    log: Callable[[ParticipantScope], KnownLog | None]
    """Events of a participant; None when none of its pages was read."""
    participant: Callable[[ParticipantScope], Participant | None]
    """The answer of GetParticipant."""
    summary: Callable[[ParticipantScope], ParticipantSummary | None]
    """The row of ListParticipants, or the one inside the answer of GetParticipant."""
    session: Callable[[SessionScope], StageSession | None]
    """The session."""
    participants: Callable[[SessionScope], KnownParticipants | None]
    """Who is in the session; None when no page of an unfiltered list was read."""
    ingest_configurations: Callable[[str], KnownIngest | None]
    """What is attached to a stage, by its ARN; None when it was not asked for."""
    publishers_at: Callable[[SessionScope, int], PublisherCount | None]
    """Who was publishing at the time of an event, microseconds since 1970 UTC.

    None when the session was not swept.
    """
    sweep_calls: Callable[[SessionScope], int]
    """The fewest calls that a sweep still takes, as far as participants are listed."""
