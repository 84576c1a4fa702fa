"""SessionContext: a session with its errors, gathered once for all rules over a whole session."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import compress

from ivscope.analysis.intervals import LATEST
from ivscope.analysis.timed_events import all_timed, flags_of
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantSummary
from ivscope.domain.times import from_microseconds
from ivscope.findings.event_context import SECOND_US, refs, second_of
from ivscope.findings.finding import (
    MOST_NAMED,
    Ask,
    EventRef,
    FactKey,
    FactKind,
    Lacking,
    PartlyRead,
)
from ivscope.findings.known_facts import ErrorBurst, SessionFacts
from ivscope.provider.store.event_log import EventKind, EventLog

REPLICA = "REPLICA"
"""Replication type of a copy (IVS API: ReplicationType)."""

MANY = 3
"""From so many participants on an error is not one of a single participant."""


WINDOW_SECONDS = 60
"""Seconds. Errors of several participants so near each other are one burst."""


@frozen
class EventPeriod:
    """The time from the first to the last of some events, UTC."""

    first: datetime
    last: datetime


def period(log: EventLog, first: int, last: int) -> EventPeriod:
    """The time from one event to another, by their positions; both have a readable time."""
    times = (log.time_us(first) or 0, log.time_us(last) or 0)
    return EventPeriod(*map(from_microseconds, times))


@frozen
class SessionContext:
    """A scanned session and its errors."""

    facts: SessionFacts
    log: EventLog
    errors: Sequence[int]
    """Positions of the errors with a readable time, oldest first."""
    people: dict[str, ParticipantSummary]
    """Rows by participant id, each id once."""
    read: int
    """Participants whose events are read to the end."""
    clients_lacking: Callable[[], int]
    """Counts the participants whose SDK and browser are not read, once."""

    @property
    def is_complete(self) -> bool:
        """Whether every participant is listed and read."""
        return self.facts.all_listed and self.read >= len(self.people)

    @property
    def partial(self) -> PartlyRead | None:
        """What is open because not everybody is read; None when everybody is."""
        if self.is_complete:
            return None
        denied = self.facts.denied()
        names = tuple(denied[:MOST_NAMED])
        all_listed = self.facts.all_listed
        return PartlyRead(self.read, len(self.people), all_listed, len(denied), names)

    @property
    def rest(self) -> tuple[Ask, ...]:
        """What to read for the rest of the session; empty when a scan has nothing left to read.

        Who is denied stays unread after it.
        """
        calls = self.facts.scan_calls()
        if self.is_complete or (self.facts.all_listed and not calls):
            return ()
        fact = FactKey(FactKind.SESSION_EVENTS, self.facts.scope)
        return (Ask(Lacking.EVENTS_OF_EVERYBODY_ELSE, fact, max(1, calls)),)

    @property
    def rest_of_clients(self) -> tuple[Ask, ...]:
        """What to read for SDK and browser of everybody: one reading, whoever it is asked for."""
        lacking = self.clients_lacking()
        fact = FactKey(FactKind.SESSION_FACTS, self.facts.scope)
        return (Ask(Lacking.CLIENTS_OF_EVERYBODY, fact, lacking),) if lacking else ()

    def settled_to(self) -> int:
        """Up to then no event of anybody read is expected any more, microseconds since 1970 UTC.

        Looks at every participant.
        """
        read = filter(self.facts.is_read, self.people)
        return min((self.facts.reach(name).settled_to for name in read), default=LATEST)

    def second(self, position: int) -> int:
        """The second since 1970 UTC of an event that has a readable time."""
        return second_of(self.log, position) or 0

    def whose(self, positions: Iterable[int]) -> set[str]:
        """Ids of the participants that events belong to; events without one belong to nobody."""
        return {name for at in positions if (name := self.log.participant(at))}

    def persons(self, participant_ids: Iterable[str]) -> int:
        """The least number of people behind these participants: one user id is one person."""
        names = set(participant_ids)
        rows = (self.people.get(name) for name in names)
        users = [row.user_id for row in rows if row and row.user_id]
        return len(names) - len(users) + len(set(users))

    def are_many(self, participant_ids: Iterable[str]) -> bool:
        """Whether user ids show that several people are behind these participants."""
        rows = [self.people.get(name) for name in set(participant_ids)]
        users = [row.user_id if row else None for row in rows]
        return len(set(filter(None, users))) + (not all(users)) >= MANY

    def refs(self, positions: Sequence[int]) -> tuple[EventRef, ...]:
        """References to events of the session's log."""
        return refs(self.facts.scope, positions)

    def period(self, positions: Sequence[int]) -> EventPeriod:
        """From the first to the last of these events, which have readable times."""
        return period(self.log, positions[0], positions[-1])

    def by_participant(self, positions: Iterable[int]) -> dict[str, list[int]]:
        """Positions by participant id, in the order given."""
        grouped: defaultdict[str, list[int]] = defaultdict(list)
        for at in positions:
            name = self.log.participant(at)
            if name:
                grouped[name].append(at)
        return grouped


def session_context(facts: SessionFacts) -> SessionContext:
    """Gather all errors of a session. Looks at every event once."""
    log = facts.log
    length = len(log)
    flags = flags_of(log, 0, length, lambda kind: kind.is_error)
    timed = [at for at in compress(range(length), flags) if log.time_us(at) is not None]
    errors = sorted(timed, key=lambda at: (log.time_us(at), at))
    return with_errors(facts, errors)


def with_errors(facts: SessionFacts, errors: Sequence[int]) -> SessionContext:
    """A session with some of its errors, oldest first. Looks at every participant once."""
    people = {row.participant_id: row for row in facts.participants}

    @cache
    def clients_lacking() -> int:
        return sum(facts.participant(name) is None for name in people)

    read = sum(map(facts.is_read, people))
    return SessionContext(facts, facts.log, errors, people, read, clients_lacking)


def code_of(kind: EventKind) -> str:
    """What errors are told apart by: the code, or the name where there is none."""
    return kind.error_code or kind.name or ""


_MOST_IN_A_MOMENT = 1_000
"""Errors whose bursts are found in two milliseconds."""


class KeptBursts:
    """The bursts of a session's log by code, found once as long as the log does not grow.

    Any thread may ask; two at once find the same.
    """

    __slots__ = ("_kept", "_log")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._kept: dict[str, tuple[int, Sequence[ErrorBurst]]] = {}
        """By code: the length of the log, and what was found in it."""

    def is_of(self, log: EventLog) -> bool:
        """Whether they are those of a log."""
        return self._log is log

    def lacking(self, kind: EventKind) -> int:
        """How many errors have to be looked at to tell the bursts of errors of a kind."""
        code = code_of(kind)
        length, _ = self._kept.get(code, (-1, ()))
        return 0 if length == len(self._log) else self._log.tally.count(self._numbers(code))

    def of(self, code: str) -> Sequence[ErrorBurst]:
        """The bursts of a code, oldest first."""
        length, found = self._kept.get(code, (-1, ()))
        if length != len(self._log):
            length, numbers = len(self._log), self._numbers(code)
            wanted = frozenset(self._log.tables.kinds[number] for number in numbers)
            found = bursts_in(self._log, all_timed(self._log, wanted.__contains__))
            self._kept[code] = length, found
        return found

    @property
    def lacks_many(self) -> bool:
        """Whether there is a code with so many errors that their bursts take more than a moment."""
        return bool(self._many())

    def find_many(self) -> None:
        """Find the bursts of these codes before somebody asks for them."""
        for kind in self._many():
            self.of(code_of(kind))

    def _many(self) -> list[EventKind]:
        kinds = [kind for kind in self._log.tables.kinds if kind.is_error]
        return [kind for kind in kinds if self.lacking(kind) > _MOST_IN_A_MOMENT]

    def _numbers(self, code: str) -> list[int]:
        kinds = enumerate(self._log.tables.kinds)
        return [at for at, kind in kinds if kind.is_error and code_of(kind) == code]


def bursts_in(log: EventLog, positions: Sequence[int]) -> list[ErrorBurst]:
    """Bursts among errors of one code, oldest first.

    Args:
        log: The events of everybody.
        positions: The errors, oldest first; all have a readable time.
    """
    seconds = [time // SECOND_US for time in log.column_at("times", positions)]
    whose = log.column_at("participants", positions)
    found: list[ErrorBurst] = []
    inside: dict[int, int] = {}
    first = begin = end = most = 0
    for last, (second, who) in enumerate(zip(seconds, whose, strict=True)):
        inside[who] = inside.get(who, 0) + 1
        while second - seconds[first] > WINDOW_SECONDS:
            gone = whose[first]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
            first += 1
        if len(inside) < MANY:
            continue
        if first >= end:
            if end:
                found.append(_burst(log, positions, seconds, whose, (begin, end, most)))
            begin, most = first, 0
        end, most = last + 1, max(most, len(inside))
    if end:
        found.append(_burst(log, positions, seconds, whose, (begin, end, most)))
    return found


def _burst(
    log: EventLog,
    positions: Sequence[int],
    seconds: Sequence[int],
    whose: Sequence[int],
    found: tuple[int, int, int],
) -> ErrorBurst:
    begin, end, most = found
    texts = log.tables.texts
    names = filter(None, map(texts.__getitem__, set(whose[begin:end])))
    return ErrorBurst(
        positions[begin:end], seconds[begin], seconds[end - 1], frozenset(names), most
    )
