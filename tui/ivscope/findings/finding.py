"""Finding: one conclusion of a rule as data, the events it rests on, and what stays unknown.

Its sentence is made in `ivscope.render.sentences`.
"""

import re
from enum import StrEnum

from ivscope.analysis.intervals import Why
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.domain.times import Time

MOST_NAMED = 3
"""The most participants that a finding names for one reason."""

MOST_REFS = 20
"""The most events that a finding names: nobody jumps to more of them by hand."""


class Certainty(StrEnum):
    """How sure a finding is; the words are shown on screen."""

    SHOWN = "shown"
    """It follows from what was read."""
    LIKELY = "likely"
    """It is documented, or follows unless events are missing; other causes are possible."""
    UNKNOWN = "unknown"
    """What was read does not decide it."""


@frozen
class EventRef:
    """Names one event, by its position in the log of the participant, or of the scanned session."""

    scope: ParticipantScope | SessionScope
    position: int


@frozen
class Cited:
    """An event that a finding rests on. Its texts are not yet safe."""

    name: str | None
    time: Time | None
    who: str | None
    """User id or participant id; None when it is that of the event under the cursor."""
    participant_id: str | None = None
    """Tells participants of one name apart; None where `who` does, or is None."""


class FactKind(StrEnum):
    """Kinds of data that can be read to know more."""

    PARTICIPANT = "participant"
    """GetParticipant of a `ParticipantScope`."""
    EVENTS = "events"
    """ListParticipantEvents of a `ParticipantScope`: pages not read yet, or what came since."""
    REPLICAS = "replicas"
    """ListParticipantReplicas of a `ParticipantScope`, without its session."""
    PARTICIPANTS = "participants"
    """The pages of ListParticipants of a `SessionScope` that are not read yet."""
    INGEST_CONFIGURATIONS = "ingest_configurations"
    """ListIngestConfigurations of the stage of a `SessionScope`: pages not read yet. Needs a
    permission that many do not have."""
    SESSION_FACTS = "session_facts"
    """GetParticipant of everybody in a `SessionScope` who has an error event."""
    SESSION_EVENTS = "session_events"
    """A scan of a `SessionScope`: every participant and its events."""


@frozen
class FactKey:
    """Names the data that would have to be read."""

    kind: FactKind
    scope: ParticipantScope | SessionScope


class Lacking(StrEnum):
    """Data that could change a finding, by what it is to the finding."""

    REST_OF_EVENTS = "rest_of_events"
    FACTS = "facts"
    PROTOCOL = "protocol"
    SDK_AND_BROWSER = "sdk_and_browser"
    PROTOCOL_SDK_AND_BROWSER = "protocol_sdk_and_browser"
    EVENTS_OF_EVERYBODY = "events_of_everybody"
    EVENTS_OF_EVERYBODY_ELSE = "events_of_everybody_else"
    CLIENTS_OF_EVERYBODY = "clients_of_everybody"
    """First of those who failed."""
    PARTICIPANTS = "participants"
    EVENTS_OF_ANOTHER = "events_of_another"
    INGEST_CONFIGURATIONS = "ingest_configurations"
    """Those attached to the stage now."""
    EVENTS_OF_PUBLISHER = "events_of_publisher"
    REST_OF_PUBLISHER = "rest_of_publisher"
    FACTS_OF_PUBLISHER = "facts_of_publisher"
    WHETHER_EVER_PUBLISHED = "whether_ever_published"
    EVENTS_OF_SOURCE = "events_of_source"
    """Of the participant whose replica it is."""
    REST_OF_SOURCE = "rest_of_source"
    REPLICAS_NOW = "replicas_now"


@frozen
class Ask:
    """An offer to read data that could change the finding."""

    what: Lacking
    fact: FactKey
    calls: int
    """The fewest calls that it takes; how many pages a list has is not known before."""


@frozen
class Claim:
    """What a finding says, or what stays unknown after it: its class, and its members as values.

    Members are plain: names and texts from outside as they came, times in UTC, time between
    events as a `Distance`, counts. No member is a sentence.
    """


class PlainClaim(StrEnum):
    """Claims, or what stays unknown, without values: always the same sentence.

    Each rule has its own members; the value of one names it in exported data.
    """


class Open(PlainClaim):
    """What stays unknown after findings of many rules."""

    PAGES_NOT_READ = "pages_not_read"
    """Events that are not read yet can change the finding."""
    MAY_COME_LATE = "events_may_come_late"
    """It was read so soon after the event that others of that time can still come."""
    WHICH_CAME_FIRST = "which_came_first"
    """Of events of two participants: no document says how exact event times are."""


@frozen
class Distance:
    """How far another event is from the one that a finding is about."""

    microseconds: int | None
    """Negative when the other one was before; None when one of them has no readable time."""
    is_tied: bool = False
    """Whether the times leave open which came first: one second has no order."""

    @property
    def is_after(self) -> bool:
        """Whether the other event came after for certain."""
        return not self.is_tied and (self.microseconds or 0) > 0


@frozen
class PartlyRead(Claim):
    """Stays unknown since only some participants of the session are read."""

    read: int
    listed: int
    """Participants that the session has, as far as listed."""
    all_listed: bool
    denied: int
    """Of how many others the events may not be read: nothing will tell what they did."""
    denied_ids: tuple[str, ...]
    """The first of them."""


StaysUnknown = Claim | PlainClaim | Why
"""What stays unknown after a finding."""


@frozen
class RuleFailed(Claim):
    """A rule raised, which is a bug of ours: what it would find is not known."""

    function: str
    error: str
    """Class of the exception."""


@frozen
class Finding:
    """One conclusion of a rule."""

    claim: Claim | PlainClaim
    certainty: Certainty
    rests_on: tuple[EventRef, ...] = ()
    """In the order of the sentence; at most `MOST_REFS`, of more the first and the last ones.
    Empty when it rests on facts of a participant, or on there being no event."""
    unknown: StaysUnknown | None = None
    """What stays unknown; None when nothing does."""
    would_tell: tuple[Ask, ...] = ()

    @property
    def rule(self) -> str:
        """Names the claim, not the sentence: "slots_taken". Stable, and in exported data."""
        return rule_name(self.claim)


def rule_name(claim: object) -> str:
    """The name of a claim: the value of a plain one, else the name of its class in lower case."""
    if isinstance(claim, PlainClaim):
        return claim.value
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(claim).__name__).lower()
