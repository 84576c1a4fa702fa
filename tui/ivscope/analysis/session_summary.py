"""Summary: the facts and counts of a session or of one participant, as far as read."""

from collections.abc import Mapping
from datetime import datetime

from ivscope.analysis.estimates import Estimates
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Contradiction


@frozen
class Coverage:
    """How much of the session the counts rest on."""

    read: int
    """Participants whose events are read to the end."""
    known: int
    """Participants listed so far, each once."""
    all_listed: bool
    """Whether everybody is listed; before, `known` only grows."""
    knows_of_more: bool = True
    """Whether there certainly are more, while not everybody is known to be listed."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left to read."""
        return self.all_listed and self.read >= self.known

    @property
    def left_to_list(self) -> str:
        """Say what is left of the list, to be put behind a count; empty when everybody is listed.

        A page of a list can say that another one follows. A file need not say anything.
        """
        if self.all_listed:
            return ""
        return ", more to list" if self.knows_of_more else ", perhaps not all listed"


@frozen
class ErrorRow:
    """The errors of one code."""

    code: str | None
    """None for error events that came without a code."""
    count: int
    participants: int
    first: datetime | None
    """None when no event of it has a readable time."""
    last: datetime | None
    per_minute: float | None
    """From the first to the last one, as `durations.per_minute` has it; None when it has none."""
    drill: str
    """The filter that shows exactly these events."""


@frozen
class ParticipantRow:
    """One participant with errors."""

    participant_id: str | None
    user_id: str | None
    errors: int
    events: int
    """All events of it that are read."""
    top_code: str | None
    """The code it has most of; None when that is no code at all."""
    drill: str
    """Errors of that participant."""


@frozen
class NameRow:
    """The events of one name."""

    name: str | None
    count: int
    drill: str


@frozen
class StateRow:
    """Participants in one state, as the list of participants gave it."""

    state: str | None
    """None when the list gave none."""
    count: int


@frozen
class BreakdownRow:
    """Participants that have one thing in common, among those read whose facts are known."""

    value: str | None
    """None when the service gave none."""
    failing: int
    """With at least one error event."""
    total: int
    """With or without."""
    drill: str | None
    """Errors of those; None when no filter of a bearable length names them."""


@frozen
class Breakdown:
    """Failing and all participants by one fact. Counts, no claim of a cause."""

    label: str
    """SDK, Browser, System, Provider, Protocol."""
    known: int
    """Participants that count here: read to the end, and GetParticipant was asked for."""
    of: int
    """Participants listed."""
    failing_known: int
    """Of all that have errors, how many have their facts known."""
    failing: int
    """Participants with errors."""
    rows: tuple[BreakdownRow, ...]
    """Most failing first. Empty when nothing is known."""


@frozen
class Summary:
    """What is in a log, counted."""

    coverage: Coverage
    events: int
    errors: int
    failing: int
    """Participants with at least one error event."""
    first: datetime | None
    """Earliest readable time of an event."""
    last: datetime | None
    states: tuple[StateRow, ...]
    """Most first."""
    joins: int
    """JOINED events."""
    publishers: int
    """Participants with a PUBLISH_STARTED."""
    publishers_drill: str
    by_code: tuple[ErrorRow, ...]
    """Most first; rows without a code among them."""
    top_participants: tuple[ParticipantRow, ...]
    """Most errors first."""
    breakdowns: tuple[Breakdown, ...]
    by_name: tuple[NameRow, ...]
    """Most first."""
    estimates: Estimates | None
    """What is concluded of those not read; None when nothing can be."""
    contradictions: Mapping[Contradiction, int]
    """How many events and rows of the list contradict the request. They count nowhere else."""
    is_counting: bool = False
    """Whether events that are read are not all counted yet: then every number can grow."""
