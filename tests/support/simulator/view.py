"""What the API shows of a history: lists of events with their faults, read more or less far.

A fault that a view was allowed need not have had an effect; `View.faults` holds those that had.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

from ivscope.domain.events import Event
from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)


class Fault(StrEnum):
    """What can be wrong or missing in what was read."""

    MISSING_END = "an end that no client reports was never told"
    LOST = "an event was lost"
    LATE = "an event is served only later"
    DOUBLED = "an event stands twice, equal in all members"
    SWAPPED = "events of one second stand in the wrong order"
    SHUFFLED = "events stand in no order"
    UNTIMED = "an event has no readable time"
    VAGUE_TOKEN = "an exchange does not say what a token allows"  # noqa: S105 - a sentence
    NOT_READ = "a participant is listed and not read"
    DENIED = "the events of a participant are denied"
    FIRST_PAGES = "of a participant only the first pages are read"
    LISTED_TWICE = "the list of participants has a row twice"
    NOT_LISTED = "the list of participants is not read to its end"
    OLD_LIST = "the list of participants is older than the last moment of a live session"
    OLD_EVENTS = "a participant was read before the last moment of a live session"
    CLOCKS_APART = "the events of two participants are dated by clocks that are apart"
    FACTS_UNREAD = "of a participant the client facts are not read"


CLEAN: frozenset[Fault] = frozenset()
"""Everything is told and read."""

UNORDERED = frozenset({Fault.SWAPPED, Fault.SHUFFLED, Fault.DOUBLED, Fault.LISTED_TWICE})
"""Nothing is missing; only order and number are of no use."""

ENDS_MISSING = UNORDERED | {Fault.MISSING_END}
"""Nothing is missing but ends that no client reports."""

UNREAD = UNORDERED | {Fault.NOT_READ, Fault.DENIED, Fault.FIRST_PAGES, Fault.NOT_LISTED}
"""Everything is told, and not everything is read."""

ALL_FAULTS = frozenset(Fault) - {Fault.CLOCKS_APART, Fault.FACTS_UNREAD}
"""Of a history whose laws are not drawn."""

LOSSLESS = ENDS_MISSING | {
    Fault.LATE,
    Fault.CLOCKS_APART,
    Fault.FACTS_UNREAD,
    Fault.OLD_LIST,
    Fault.OLD_EVENTS,
}
"""Everybody is read, no event that somebody reports is lost, and all the rest can be wrong."""

LOSSY = LOSSLESS | {Fault.LOST}
"""The same, and events are lost without a trace."""

HALF_READ = LOSSLESS | UNREAD
"""Nothing is lost, and not everything is read."""

WHOLE_FAULTS = frozenset(Fault) - {Fault.UNTIMED, Fault.VAGUE_TOKEN}
"""Of a whole stage."""


class Extent(StrEnum):
    """How far the list of one participant is read."""

    WHOLE = "whole"
    PARTLY = "partly"
    NOT = "not"
    DENIED = "denied"


class Row(NamedTuple):
    """One row of the list of a participant."""

    event: Event
    number: int | None
    """Of the happening that it tells; None when no history is known."""
    is_late: bool = False
    """Whether the service does not serve it yet."""


@dataclass(frozen=True)
class Served:
    """The list of one participant, as the service serves it and as far as it is read."""

    participant_id: str
    rows: tuple[Row, ...]
    """In the order served, the late ones at the places that they will have."""
    extent: Extent
    pages: int
    """Pages read, from the first on. 0 when not read or denied."""
    as_of: int | None
    """When the last of them was read, microseconds. None when the session had ended by then."""


@dataclass(frozen=True)
class View:
    """A session as far as somebody has read it."""

    scope: SessionScope
    session: StageSession
    participants: tuple[ParticipantSummary, ...]
    """As far as listed."""
    all_listed: bool
    listed_at: int | None
    """When they were listed, microseconds. None when the session had ended by then."""
    served: dict[str, Served]
    """By participant id, of everybody, listed or not."""
    page_size: int
    faults: frozenset[Fault]
    facts: dict[str, Participant] = field(default_factory=dict)
    """What GetParticipant says, of those for whom it was asked."""
    read_at: int | None = None
    """When an ended session was read, microseconds: right after its end events can still come.
    None when that is long ago."""

    def pages(self, participant_id: str) -> list[tuple[Row, ...]]:
        """The pages read of a participant; a list that is read and empty has one empty page."""
        one = self.served[participant_id]
        served = tuple(row for row in one.rows if not row.is_late)
        starts = range(0, max(len(served), 1), self.page_size)
        return [served[start : start + self.page_size] for start in starts][: one.pages]

    def read(self, participant_id: str) -> list[Row]:
        """The rows read of a participant, in the order served."""
        return [row for page in self.pages(participant_id) for row in page]

    def events(self, participant_id: str) -> list[Event]:
        """The events read of a participant, in the order served."""
        return [row.event for row in self.read(participant_id)]

    def extent(self, participant_id: str) -> Extent:
        return self.served[participant_id].extent

    def of_extent(self, *extents: Extent) -> tuple[str, ...]:
        """Those who are listed and read so far."""
        listed = dict.fromkeys(row.participant_id for row in self.participants)
        return tuple(name for name in listed if self.served[name].extent in extents)

    def numbers_read(self, participant_id: str) -> frozenset[int]:
        """The happenings that the rows read tell."""
        return frozenset(row.number for row in self.read(participant_id) if row.number is not None)

    def scope_of(self, participant_id: str) -> ParticipantScope:
        return ParticipantScope(self.scope.stage_arn, self.scope.session_id, participant_id)

    def when_all_came(self) -> "View":
        """The same view after the service serves the late events."""
        served = {
            name: replace(one, rows=tuple(row._replace(is_late=False) for row in one.rows))
            for name, one in self.served.items()
        }
        return self._with(served, self.faults - {Fault.LATE})

    def when_all_read(self) -> "View":
        """The same view after every list was read to its end; denied ones stay denied."""
        served = {
            name: one
            if one.extent is Extent.DENIED
            else replace(one, extent=Extent.WHOLE, pages=max(len(one.rows), 1))
            for name, one in self.served.items()
        }
        return self._with(served, self.faults - {Fault.NOT_READ, Fault.FIRST_PAGES})

    def _with(self, served: dict[str, Served], faults: Iterable[Fault]) -> "View":
        return replace(self, served=served, faults=frozenset(faults))
