"""KnownFacts: what rules may ask about what was read. No rule fetches anything."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

from ivscope.analysis.intervals import SECOND, Reach, Why
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import (
    IngestConfiguration,
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.findings.finding import EventRef
from ivscope.provider.store.event_log import EventLog


@frozen
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
        """Whether all events up to and in a second since 1970 UTC are read.

        A guess: how long the service takes to list an event is not documented.
        """
        return self.complete and self.reach.read_to > second * SECOND

    def is_settled(self, second: int) -> bool:
        """Whether it was read so long after a second that nothing of it is expected to come."""
        return self.complete and self.reach.settled_to > second * SECOND


@frozen
class KnownParticipants:
    """The participants of one session, as far as listed."""

    rows: Sequence[ParticipantSummary]
    complete: bool
    """Whether the last page is read."""


@frozen
class KnownIngest:
    """The ingest configurations attached to one stage, as far as listed."""

    rows: Sequence[IngestConfiguration]
    complete: bool
    """Whether the last page is read."""
    as_of: datetime | None
    """When they were listed. None when no page has come."""
    failure: ProviderFailure | None
    """Why the last call failed; what was listed before stays."""


@frozen
class Slot:
    """A publisher slot of a stage: a participant that was publishing, or may have been."""

    participant_id: str
    event: EventRef | None
    """An event that shows it; None when no such event has a readable time."""
    why: Why | None = None
    """Why it is not certain; None when it is certain."""
    is_copy: bool | None = False
    """Whether it is a replica from another stage; None when that is not known."""
    since: datetime | None = None
    """When it started to publish; None when no start with a readable time is read."""


class Beyond(Enum):
    """Whether more than the documented limit were publishing at any time of a session."""

    NEVER = auto()
    WITH_COPIES = auto()
    """With replicas only: then either they take no slots, or the limit is another one."""
    PERHAPS = auto()
    """For a moment, as the event times say: without replicas."""
    SURELY = auto()
    """For longer than clocks can be apart, and without replicas: the limit is another one."""


@frozen
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
    denied: tuple[str, ...] = ()
    """Ids of those whose events may not be read."""
    beyond: Beyond = Beyond.NEVER
    """Whether more than the documented limit were publishing at any time."""
    unread: frozenset[str] = frozenset()
    """Ids of those listed whose events are not read to the end."""

    @property
    def least(self) -> int:
        """How many were certainly publishing."""
        return len(self.certain)

    @property
    def most(self) -> int:
        """How many at most were publishing, of the participants read."""
        return len(self.certain) + len(self.unsure)

    @property
    def is_complete(self) -> bool:
        """Whether everybody is listed and read, so that nobody else can have been publishing."""
        return self.all_listed and self.read >= self.total

    @property
    def copies(self) -> int:
        """How many of them, certain or not, are certainly replicas."""
        return sum(slot.is_copy is True for slot in (*self.certain, *self.unsure))

    def without(self, participant_id: str) -> "PublisherCount":
        """The same of the others: whether that one's own events are read makes no difference."""
        certain, unsure = (
            tuple(slot for slot in slots if slot.participant_id != participant_id)
            for slots in (self.certain, self.unsure)
        )
        read = self.read + (participant_id in self.unread)
        return replace(self, certain=certain, unsure=unsure, read=read)


@frozen
class ErrorBurst:
    """Errors of one code, each within the window of those of enough other participants."""

    positions: Sequence[int]
    """In the log of the session, oldest first."""
    first: int
    """The second of the first one since 1970 UTC."""
    last: int
    whose: frozenset[str]
    """Ids of the participants that have them."""
    most_at_once: int
    """The most participants that have one within the window."""


@frozen
class SessionFacts:
    """A session as far as it is read, for the rules over a whole session."""

    scope: SessionScope
    """The scope of the session."""
    log: EventLog
    """Events of all participants read; `log.participant(position)` says from whose list."""
    participants: Sequence[ParticipantSummary]
    """Everybody listed so far, read or not. Ids can repeat."""
    all_listed: bool
    """Whether the list of participants is read to the end."""
    is_read: Callable[[str], bool]
    """Whether the events of a participant are read to the end.

    In a live session: up to the time when they were read, and no finding says more.
    """
    reach: Callable[[str], Reach]
    """How far the events of a participant are read."""
    participant: Callable[[str], Participant | None]
    """The answer of GetParticipant; None when it was not asked for."""
    scan_calls: Callable[[], int]
    """The fewest calls that the rest of the scan takes."""
    denied: Callable[[], Sequence[str]]
    """Ids of those whose events may not be read: the permission is missing."""
    bursts: Callable[[str], Sequence[ErrorBurst]]
    """The bursts of errors with a code, or with a name where they have none, oldest first."""


@frozen
class KnownFacts:
    """The questions that rules may ask. Answers come from what was read; none makes a call.

    Cheap to ask: the detail pane asks on every cursor move.
    """

    log: Callable[[ParticipantScope], KnownLog | None]
    """Events of a participant; None when none of its pages was read."""
    participant: Callable[[ParticipantScope], Participant | None]
    """The answer of GetParticipant."""
    summary: Callable[[ParticipantScope], ParticipantSummary | None]
    """The row of ListParticipants, or the one inside the answer of GetParticipant."""
    session: Callable[[SessionScope], StageSession | None]
    """The row of a session; None when none was read."""
    participants: Callable[[SessionScope], KnownParticipants | None]
    """Who is in the session; None when no page of an unfiltered list was read."""
    ingest_configurations: Callable[[str], KnownIngest | None]
    """The configurations attached to a stage, by its ARN; None when they were not asked for."""
    publishers_at: Callable[[SessionScope, int], PublisherCount | None]
    """Who was publishing at the time of an event, microseconds since 1970 UTC.

    None when the session was not scanned.
    """
    scanned: Callable[[SessionScope], SessionFacts | None]
    """What the scan of a session has read so far; None when it was not scanned."""
    scan_calls: Callable[[SessionScope], int]
    """The fewest calls that a scan still takes, as far as participants are listed."""
