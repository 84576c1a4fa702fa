"""Finding: one line of evidence, the events it rests on, and what it does not know."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivscope.analysis.intervals import Why
from ivscope.domain.stages import ParticipantScope, SessionScope

MOST_REFS = 20
"""Events that a finding rests on are named up to here: more cannot be jumped through by hand."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Text that came from outside: an id, a code, a version. Not safe to draw as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment inside a sentence, UTC; drawn in the zone that the reader has chosen."""

    time: datetime


Part = str | Outside | Moment | Why
"""A bare str is ours and safe to draw."""

Text = tuple[Part, ...]
"""A sentence. Its parts follow each other without a gap."""


class Certainty(StrEnum):
    """How far a finding can be relied on; the words are shown on screen."""

    SHOWN = "shown"
    """It follows from what was read."""
    LIKELY = "likely"
    """The connection is documented, or follows unless events are missing; there are others."""
    UNKNOWN = "unknown"
    """What was read is not enough to say it."""


@dataclass(frozen=True, slots=True)
class EventRef:
    """One event. The position is one in the log of the participant, or of the swept session."""

    scope: ParticipantScope | SessionScope
    position: int


class FactKind(StrEnum):
    """What can be fetched to know more."""

    PARTICIPANT = "participant"
    """GetParticipant of a `ParticipantScope`."""
    EVENTS = "events"
    """ListParticipantEvents of a `ParticipantScope`: pages not read yet, or what came since."""
    REPLICAS = "replicas"
    """ListParticipantReplicas of a `ParticipantScope`; its session plays no part in the call."""
    PARTICIPANTS = "participants"
    """The pages of ListParticipants of a `SessionScope` that are not read yet."""
    INGEST_CONFIGURATIONS = "ingest configurations"
    """ListIngestConfigurations of the stage of a `SessionScope`: pages not read yet. Needs a
    permission that many do not have."""
    SESSION_FACTS = "session facts"
    """GetParticipant of everybody in a `SessionScope` who has an error event."""
    SESSION_EVENTS = "session events"
    """The sweep of a `SessionScope`: every participant and its events."""


@dataclass(frozen=True, slots=True)
class FactKey:
    """Names what would have to be fetched."""

    kind: FactKind
    scope: ParticipantScope | SessionScope


@dataclass(frozen=True, slots=True)
class Ask:
    """Something to fetch that would tell more."""

    what: str
    """In our words, without text from outside."""
    fact: FactKey
    calls: int
    """The fewest calls it takes: nobody knows how many pages a list has."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of evidence."""

    text: Text
    certainty: Certainty
    rests_on: tuple[EventRef, ...] = ()
    """In the order in which they are read aloud; at most `MOST_REFS`, first and last ones kept.
    Empty when it rests on facts of a participant, or on there being no event."""
    unknown: Text | None = None
    """What it does not know; None when nothing is open."""
    would_tell: tuple[Ask, ...] = ()
