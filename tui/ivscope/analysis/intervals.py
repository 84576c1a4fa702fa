"""Intervals: from when to when something of a participant was on, and how sure that is.

These are its stays, its publishing, a subscription for each publisher and a replication for each
destination. `pairing` makes them; spans, lanes, plots, findings and counts all use them.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import Enum, IntEnum, auto
from typing import Final

from ivscope.domain import events
from ivscope.domain.frozen import frozen

EARLIEST: Final = -(2**62)
LATEST: Final = 2**62
"""Microseconds: every readable time is between them."""

SECOND: Final = 1_000_000
MILLISECOND: Final = 1_000
"""Microseconds."""

LATENESS: Final = 600 * SECOND
"""Microseconds after which an event counts as listed, or as lost. No document says how long the
service takes; its notices by EventBridge can be hours late. Ten minutes are our guess."""


class Family(IntEnum):
    """What can be on within one participant.

    Subscriptions are told apart by publisher, replications by destination stage and session.
    """

    STAY = 0
    PUBLISH = 1
    SUBSCRIBE = 2
    REPLICATION = 3


SPAN_NAMES: Final = (
    (events.JOINED, events.LEFT),
    (events.PUBLISH_STARTED, events.PUBLISH_STOPPED),
    (events.SUBSCRIBE_STARTED, events.SUBSCRIBE_STOPPED),
    (events.REPLICATION_STARTED, events.REPLICATION_STOPPED),
)
"""The names of the events that begin and end each family."""


class Why(Enum):
    """Why an answer is not certain."""

    END_MISSING = auto()
    """All events are read, and no end of it is among them."""
    START_MISSING = auto()
    """All events are read, and its start is not among them."""
    NOT_READ = auto()
    """Events that are not read can change it."""
    TIE = auto()
    """It depends on the order of events inside one second."""
    NO_TIME = auto()
    """An event that matters has no readable time."""
    PUBLISH_TAKEN = auto()
    """A token exchange took the capability away, or does not say so, and no end follows."""
    AFTER_READING = auto()
    """It is after the last time that a live session was read."""


@frozen
class Reach:
    """How far the events of one participant are read. Times in microseconds since 1970 UTC."""

    is_complete: bool = True
    """Whether the last page is read."""
    known_after: int = EARLIEST
    """When not complete: if the order goes on as what is read looks, all events later than this"""
    known_before: int = LATEST
    """and earlier than this are read."""
    read_to: int = LATEST
    """When it was read; later is not known. `LATEST` once the session has ended."""
    settled_to: int = LATEST
    """Up to then no event is expected to come any more: `LATENESS` before it was read, whether
    the session had ended by then or not."""
    ended: int = LATEST
    """End of the session; `LATEST` while it is live."""
    connected_at: int | None = None
    """When the list of participants of a live session said CONNECTED; None when it did not."""

    @property
    def surely_open_to(self) -> int | None:
        """Until when something without an end is on for certain; None for never.

        A connected participant has neither crashed nor left since the last JOINED that is read.
        """
        at = self.connected_at
        if at is None or not self.is_complete or self.ended != LATEST or at > self.read_to:
            return None
        return at

    def knows(self, first: int, last: int) -> bool:
        """Whether all events between two times are read, both included."""
        return self.is_complete or (first > self.known_after and last < self.known_before)


NOTHING_KNOWN: Final = Reach(is_complete=False, known_after=LATEST, known_before=EARLIEST)
"""Events that are not read can be anywhere."""


@frozen
class Interval:
    """One time that something was on. Times in microseconds since 1970 UTC.

    It can be on from `begin` to `end`, both included. It is on for certain between `begun` and
    `ending`, both left out, if the second is later.
    """

    start: int | None
    """Position of its start in the log; None when none is read."""
    stop: int | None
    """Position of its own end: a stop, or LEFT for a stay. None when none is read."""
    begin: int
    begun: int
    ending: int
    end: int
    why: Why | None = None
    """Why its ends are not certain; None when they are, or when it goes on for certain."""
    cut: int | None = None
    """Position of a LEFT that ended it without an end of its own."""
    is_over: bool = True
    """Whether something says that it has ended: its end, LEFT, a new JOINED, another start."""

    @property
    def is_paired(self) -> bool:
        """Whether both ends are read."""
        return self.start is not None and self.stop is not None

    def doubt(self, first: int, last: int) -> Why:
        """Return why it is not certain that it was on from `first` to `last`."""
        if self.why is not None:
            return self.why
        is_tied = self.begun >= first
        if self.stop is None:
            return Why.TIE if is_tied else Why.AFTER_READING
        is_tied = is_tied or self.end // SECOND <= last // SECOND
        return Why.TIE if is_tied else Why.PUBLISH_TAKEN

    @property
    def positions(self) -> tuple[int, ...]:
        """The positions of its events that are read, the start first."""
        return tuple(at for at in (self.start, self.stop) if at is not None)


@frozen
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
    why: Why | None = None
    """Why that is not certain; None when it is."""
    left: int | None = None
    """Position of a LEFT that ended it without an end of its own; None when there is none."""
    left_time: datetime | None = None
    """When that LEFT was."""

    @property
    def is_open(self) -> bool:
        """Whether it went on for certain when the events were read."""
        return self.other is None and self.why is None

    @property
    def duration(self) -> timedelta | None:
        """From the beginning to the end, never negative; None for half a span."""
        if self.time is None or self.other_time is None:
            return None
        return abs(self.other_time - self.time)


class Cover:
    """The moments that some ranges cover; ranges that overlap are joined."""

    __slots__ = ("_begins", "_ends")

    def __init__(self, ranges: Iterable[tuple[int, int]] = (), *, is_open: bool = False) -> None:
        """Join ranges, given in any order.

        Args:
            ranges: First and last moments, microseconds.
            is_open: Whether the ends are excluded: then ranges that only touch stay apart.
        """
        self._begins = array("q")
        self._ends = array("q")
        for begin, end in sorted(ranges):
            if self._ends and begin < self._ends[-1] + (not is_open):
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._begins.append(begin)
                self._ends.append(end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self._begins, self._ends, strict=True)

    def touches(self, start: int, stop: int) -> bool:
        """Whether a moment from `start` to below `stop` is covered."""
        at = bisect_left(self._begins, stop) - 1
        return at >= 0 and self._ends[at] >= start

    def surrounds(self, first: int, last: int) -> bool:
        """Whether one range begins before a time and ends after it."""
        at = bisect_left(self._begins, first) - 1
        return at >= 0 and self._ends[at] > last


def bounds_of(time: int) -> tuple[int, int]:
    """Return the first and last moment that a time can stand for, microseconds.

    A time of whole seconds stands for the second, one of whole milliseconds for the millisecond.
    """
    if time % MILLISECOND:
        return time, time
    return time, time + (MILLISECOND if time % SECOND else SECOND) - 1


class Track:
    """When one thing of one participant was on."""

    __slots__ = ("_of", "certain", "intervals", "possible")

    def __init__(
        self,
        intervals: Iterable[Interval] = (),
        certain: Iterable[tuple[int, int]] = (),
        possible: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.intervals = tuple(intervals)
        """Oldest first, in the order with the fewest missing ends."""
        self.certain = Cover(certain, is_open=True)
        """It is on for certain inside these, their ends left out."""
        self.possible = Cover(possible)
        """It can be on in these, their ends included."""
        self._of = {at: one for one in self.intervals for at in one.positions}

    def of(self, position: int) -> Interval | None:
        """The interval that an event begins or ends; None when it has no readable time."""
        return self._of.get(position)
