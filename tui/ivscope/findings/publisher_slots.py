"""Seats: how many were publishing in a second of a swept session, and who."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from datetime import datetime

from ivscope.domain import events
from ivscope.domain.times import to_microseconds
from ivscope.findings.event_context import SECOND_US, positions_named
from ivscope.findings.finding import Certainty, EventRef, Finding
from ivscope.findings.known_facts import PublisherCount, Seat
from ivscope.findings.publishing import PUBLISHING_NAMES, Stretch, stretches_of
from ivscope.findings.quota import ACCOUNT_LIMITS, PUBLISHER_LIMIT
from ivscope.findings.session_context import REPLICA, SessionContext, SessionFacts
from ivscope.provider.store.event_log import EventLog

_FOREVER = 1 << 62
"""A second later than all."""


class Seats:
    """Who published when, from a log of many participants. Building it looks at every event.

    Args:
        log: The log of the session.
        is_read: Whether the events of a participant are read to the end. Of others nothing is
            certain: a stop can be unread.
    """

    __slots__ = ("_begins", "_ends", "_firm_begins", "_firm_ends", "_is_read", "_people")

    def __init__(self, log: EventLog, is_read: Callable[[str], bool]) -> None:
        self._is_read = is_read
        grouped: dict[str, list[int]] = {}
        for at in positions_named(log, PUBLISHING_NAMES):
            grouped.setdefault(log.participant(at) or "", []).append(at)
        self._people = {name: stretches_of(log, own) for name, own in grouped.items()}
        firm: list[tuple[int, int]] = []
        possible: list[tuple[int, int]] = []
        for name, stretches in self._people.items():
            for stretch, begin, end in _bounded(stretches):
                possible.append((begin, end))
                if begin < end and self._is_firm(name, stretch):
                    firm.append((begin, end))
        self._firm_begins = sorted(begin for begin, _ in firm)
        self._firm_ends = sorted(end for _, end in firm)
        self._begins = sorted(begin for begin, _ in possible)
        self._ends = sorted(end for _, end in possible)

    def least(self, second: int) -> int:
        """So many started before a second and stopped after it."""
        return bisect_left(self._firm_begins, second) - bisect_right(self._firm_ends, second)

    def most(self, second: int) -> int:
        """With all that may have been publishing in a second; never too few."""
        return bisect_right(self._begins, second) - bisect_left(self._ends, second)

    def is_taken_by(self, participant_id: str, second: int) -> bool:
        """Whether a participant was publishing for certain in a second."""
        return any(
            begin < second < end and self._is_firm(participant_id, stretch)
            for stretch, begin, end in _bounded(self._people.get(participant_id, []))
        )

    def taken(self, second: int) -> Iterator[tuple[str, Stretch, bool]]:
        """Who was publishing in a second, each once, and whether that is certain."""
        for name, stretches in self._people.items():
            here = [
                (begin < second < end and self._is_firm(name, stretch), stretch)
                for stretch, begin, end in _bounded(stretches)
                if begin <= second <= end
            ]
            if here:
                is_firm, stretch = max(here, key=lambda one: one[0])
                yield name, stretch, is_firm

    def _is_firm(self, participant_id: str, stretch: Stretch) -> bool:
        is_whole = stretch.end is not None or stretch.end_second is None
        return stretch.start is not None and is_whole and self._is_read(participant_id)


def _bounded(stretches: list[Stretch]) -> Iterator[tuple[Stretch, int, int]]:
    """Stretches with their longest possible seconds; one without a start follows the one before."""
    ended = -_FOREVER
    for stretch in stretches:
        begin = ended if stretch.start_second is None else stretch.start_second
        ended = _FOREVER if stretch.end_second is None else stretch.end_second
        yield stretch, begin, ended


def count_publishers(known: SessionFacts, seats: Seats, moment: datetime) -> PublisherCount:
    """Who was publishing in the second of a moment. `seats` are those of the session's log."""
    started: list[Seat] = []
    tied: list[Seat] = []
    for name, stretch, is_firm in seats.taken(to_microseconds(moment) // SECOND_US):
        seat = Seat(name, EventRef(known.scope, stretch.positions[0]))
        (started if is_firm else tied).append(seat)
    types = {row.participant_id: row.replication_type for row in known.participants}
    are_known = all(types.get(seat.participant_id) for seat in started)
    copies = sum(types.get(seat.participant_id) == REPLICA for seat in started)
    return PublisherCount(
        started=tuple(started),
        tied=tuple(tied),
        copies=copies if are_known else None,
        read=sum(map(known.is_read, types)),
        total=len(types),
        all_listed=known.all_listed,
    )


def quota_against_seats(swept: SessionContext) -> Iterator[Finding]:
    """Compare each QUOTA_EXCEEDED of publishing with the seats taken at its second."""
    errors = [
        at
        for at in swept.errors
        if swept.log.error_code(at) == "QUOTA_EXCEEDED"
        and swept.log.name(at) == events.PUBLISH_ERROR
    ]
    if not errors:
        return
    seats = Seats(swept.log, swept.known.is_read)
    full: list[int] = []
    free: list[int] = []
    unsure: list[int] = []
    for at in errors:
        second = swept.second(at)
        own = swept.log.participant(at) or ""
        others = seats.least(second) - seats.is_taken_by(own, second)
        if others >= PUBLISHER_LIMIT:
            full.append(at)
        elif swept.is_complete and seats.most(second) < PUBLISHER_LIMIT:
            free.append(at)
        else:
            unsure.append(at)
    of_all = f"of {len(errors):,} QUOTA_EXCEEDED when publishing"
    if full:
        text = f"At {len(full):,} {of_all}, {PUBLISHER_LIMIT} or more others were publishing"
        yield Finding(
            (f"{text}: the seats of the stage were taken.",),
            Certainty.SHOWN,
            swept.refs(full),
            swept.partial,
            swept.rest,
        )
    if free:
        text = f"At {len(free):,} {of_all}, fewer than {PUBLISHER_LIMIT} were publishing"
        yield Finding(
            (f"{text}: it was another limit.",),
            Certainty.LIKELY,
            swept.refs(free),
            (ACCOUNT_LIMITS,),
        )
    if unsure:
        text = f"At {len(unsure):,} {of_all}, it is not certain that {PUBLISHER_LIMIT} others were"
        unknown = swept.partial or ("who came first inside the second",)
        yield Finding(
            (f"{text} publishing.",), Certainty.UNKNOWN, swept.refs(unsure), unknown, swept.rest
        )
