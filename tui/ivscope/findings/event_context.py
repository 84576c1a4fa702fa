"""EventContext: one event with its log, and the questions that rules ask about its surroundings."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from ivscope.analysis.intervals import EventSpan, bounds_of
from ivscope.analysis.spans import Spans
from ivscope.analysis.timed_events import EARLIEST, LATEST, all_timed, timed_events, untimed_events
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.domain.times import from_microseconds
from ivscope.findings.finding import (
    MOST_REFS,
    Ask,
    Certainty,
    Distance,
    EventRef,
    FactKey,
    FactKind,
    Lacking,
    Open,
)
from ivscope.findings.known_facts import KnownFacts, KnownLog
from ivscope.provider.store.event_log import EventLog

SECOND_US = 1_000_000
"""Microseconds. Event times are whole seconds in every sample of the IVS API: within one second
the order of events is not known."""

PAGES_OPEN: Final = Open.PAGES_NOT_READ


@frozen
class EventContext:
    """One event, the log it is in, and all facts that rules may ask for."""

    scope: ParticipantScope
    position: int
    facts: KnownFacts
    log: EventLog
    known_log: KnownLog
    """The log, and how far it is read."""
    event: Event
    second: int | None
    """The second of the event since 1970 UTC; None when it has no readable time."""

    @property
    def complete(self) -> bool:
        """Whether the log is read to its end."""
        return self.known_log.complete

    def named(self, *names: str) -> list[int]:
        """Positions of the events with these names and a readable time, oldest first."""
        return positions_named(self.log, names)

    def since(self, second: int, *names: str) -> Iterator[int]:
        """Positions of the events with these names from a second on, oldest first."""
        return positions_within(self.log, names, since=second)

    def until(self, second: int, *names: str) -> Iterator[int]:
        """Positions of the events with these names up to the end of a second, newest first."""
        return positions_within(self.log, names, until=second, newest_first=True)

    def within(self, since: int, until: int, *names: str) -> list[int]:
        """Positions of the events with these names in both seconds or between, oldest first."""
        return list(positions_within(self.log, names, since=since, until=until))

    def has_untimed(self, *names: str) -> bool:
        """Whether an event with one of these names has no readable time."""
        return has_untimed(self.log, names)

    def seconds_to(self, position: int) -> float:
        """Seconds from this event to another; negative when the other one was before."""
        mine, other = self.log.time_us(self.position), self.log.time_us(position)
        return 0 if mine is None or other is None else (other - mine) / SECOND_US

    def to(self, position: int) -> Distance:
        """How far away another event is."""
        return distance_between(self.log.time_us(self.position), self.log.time_us(position))

    def is_before(self, position: int) -> bool:
        """Whether another event came before this one for certain: fractions of seconds count."""
        mine, other = self.log.time_us(self.position), self.log.time_us(position)
        return None not in {mine, other} and bounds_of(other or 0)[1] < bounds_of(mine or 0)[0]

    def is_after(self, position: int) -> bool:
        """Whether another event came after this one for certain."""
        mine, other = self.log.time_us(self.position), self.log.time_us(position)
        return None not in {mine, other} and bounds_of(other or 0)[0] > bounds_of(mine or 0)[1]

    def is_tied(self, position: int) -> bool:
        """Whether the times of both events leave their order open."""
        return not (self.is_before(position) or self.is_after(position))

    def span(self, position: int) -> EventSpan | None:
        """The span that an event of this log begins or ends; None when its name does neither."""
        return Spans(self.log).span_of(position, self.known_log.reach)

    def refs(self, *positions: int) -> tuple[EventRef, ...]:
        """References to events of this log."""
        return refs(self.scope, positions)

    def firm(self, *, unless: bool = False) -> Certainty:
        """SHOWN when all events up to this one are read and `unless` is false, else LIKELY."""
        return Certainty.SHOWN if self.is_settled and not unless else Certainty.LIKELY

    @property
    def is_settled(self) -> bool:
        """Whether no event up to this one is expected to come any more."""
        return self.complete and (self.second is None or self.known_log.is_settled(self.second))

    @property
    def open_pages(self) -> Open | None:
        """What is open since events are not read, or can still come; None when nothing is."""
        if not self.complete:
            return Open.PAGES_NOT_READ
        return None if self.is_settled else Open.MAY_COME_LATE

    @property
    def rest(self) -> tuple[Ask, ...]:
        """What to read for the rest of the log; empty when it is complete."""
        return () if self.complete else (ask_events(self.scope, Lacking.REST_OF_EVENTS),)


def look(scope: ParticipantScope, position: int, facts: KnownFacts) -> EventContext | None:
    """The context of an event; None when its log is not read, or not as far as its position."""
    known_log = facts.log(scope)
    if known_log is None or not 0 <= position < len(known_log.log):
        return None
    log = known_log.log
    return EventContext(
        scope, position, facts, log, known_log, log[position], second_of(log, position)
    )


def second_of(log: EventLog, position: int) -> int | None:
    """The second of an event since 1970 UTC; None without a readable time."""
    time_us = log.time_us(position)
    return None if time_us is None else time_us // SECOND_US


def time_of(log: EventLog, position: int) -> datetime | None:
    """The time of an event; None when it is not readable."""
    time_us = log.time_us(position)
    return None if time_us is None else from_microseconds(time_us)


def positions_named(log: EventLog, names: Iterable[str]) -> list[int]:
    """Positions of the events with these names and a readable time, oldest first."""
    wanted = frozenset(names)
    return all_timed(log, lambda kind: kind.name in wanted)


def positions_within(
    log: EventLog,
    names: Iterable[str],
    *,
    since: int | None = None,
    until: int | None = None,
    newest_first: bool = False,
) -> Iterator[int]:
    """Positions of the events with these names, in order of time, found one by one as needed.

    Args:
        log: The log.
        names: Event names.
        since: The first second since 1970 UTC; None for any.
        until: The last second since 1970 UTC; None for any.
        newest_first: Whether the newest comes first, and not the oldest.
    """
    wanted = frozenset(names)
    return timed_events(
        log,
        lambda kind: kind.name in wanted,
        since=EARLIEST if since is None else since * SECOND_US,
        until=LATEST if until is None else (until + 1) * SECOND_US - 1,
        newest_first=newest_first,
    )


def has_untimed(log: EventLog, names: Iterable[str]) -> bool:
    """Whether an event with one of these names has no readable time."""
    wanted = frozenset(names)
    return any(True for _ in untimed_events(log, lambda kind: kind.name in wanted))


def distance_between(time: int | None, other: int | None) -> Distance:
    """How far another event is from this one. Times in microseconds since 1970 UTC."""
    if time is None or other is None:
        return Distance(None)
    (first, last), (other_first, other_last) = bounds_of(time), bounds_of(other)
    return Distance(other - time, first <= other_last and other_first <= last)


def refs(scope: ParticipantScope | SessionScope, positions: Sequence[int]) -> tuple[EventRef, ...]:
    """References to events; of more than `MOST_REFS` the middle ones are left out."""
    half = MOST_REFS // 2
    kept = positions if len(positions) <= MOST_REFS else [*positions[:half], *positions[-half:]]
    return tuple(EventRef(scope, position) for position in kept)


def ask_events(scope: ParticipantScope, what: Lacking) -> Ask:
    """An offer to read the events of a participant."""
    return Ask(what, FactKey(FactKind.EVENTS, scope), 1)


def ask_participant(scope: ParticipantScope, what: Lacking) -> Ask:
    """An offer to read the client facts of a participant."""
    return Ask(what, FactKey(FactKind.PARTICIPANT, scope), 1)


def ask_session(facts: KnownFacts, scope: SessionScope, what: Lacking) -> tuple[Ask, ...]:
    """To read the events of everybody in the session; nothing when its scan has read them.

    Who is denied stays unread after it.
    """
    calls = facts.scan_calls(scope)
    scanned = facts.scanned(scope)
    if scanned is not None and scanned.all_listed and not calls:
        return ()
    return (Ask(what, FactKey(FactKind.SESSION_EVENTS, scope), max(1, calls)),)
