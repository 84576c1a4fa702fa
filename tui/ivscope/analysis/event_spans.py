"""EventSpan: two events that begin and end something, or one of them without the other."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivscope.domain import events

SPAN_NAMES = (
    (events.JOINED, events.LEFT),
    (events.PUBLISH_STARTED, events.PUBLISH_STOPPED),
    (events.SUBSCRIBE_STARTED, events.SUBSCRIBE_STOPPED),
    (events.REPLICATION_STARTED, events.REPLICATION_STOPPED),
)
"""Names that begin and end a span. The first two pair within one participant, subscribing also
within one remote participant, replication also within one destination stage and session."""


class Missing(StrEnum):
    """Why a span has one half only; the words are shown on screen.

    None of them says that it never ended: events can be lost or late.
    """

    STILL_OPEN = "still open"
    """Everything is read, the session is live, and nothing speaks of an end."""
    NOT_LOADED = "other half not loaded"
    """There are pages that are not read yet."""
    NOT_IN_ANSWER = "no other half in the answer"
    """Everything is read, and it is not there."""
    NO_TIME = "other half not known, an event has no time"
    """An event that could be the other half, or this one, cannot be placed."""


@dataclass(frozen=True, slots=True)
class EventSpan:
    """What one event began or ended. Positions are those of the log."""

    position: int
    """The event that was asked about."""
    is_start: bool
    """Whether that event is the beginning."""
    other_name: str
    """Event name of the other half, there or not."""
    time: datetime | None = None
    """When the event was; None when absent or unreadable."""
    other: int | None = None
    """Position of the other half; None when there is none."""
    other_time: datetime | None = None
    """When the other half was; None when there is none."""
    missing: Missing | None = None
    """Why there is no other half; None when there is one."""

    @property
    def duration(self) -> timedelta | None:
        """From the beginning to the end, never negative; None for half a span."""
        if self.time is None or self.other_time is None:
            return None
        return abs(self.other_time - self.time)
