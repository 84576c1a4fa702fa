"""SeatCounts: who was publishing in one second of a session that a sweep reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tui.domain.stages import Participant, ParticipantSummary, SessionScope
from tui.domain.times import to_microseconds
from tui.findings.known import PublisherCount
from tui.findings.seats import Seats, count_publishers
from tui.provider.event_feed import EventFeed
from tui.provider.event_log import EventLog
from tui.provider.provider import StageDataProvider
from tui.provider.sweep import Sweep

_SECOND_US = 1_000_000


class UpTo(Protocol):
    """Up to when events are read; None when nothing can follow."""

    def feed_as_of(self, session: SessionScope, feed: EventFeed) -> datetime | None:
        """Of a feed that a person has opened."""
        ...

    def sweep_as_of(self, sweep: Sweep) -> datetime | None:
        """Of those that only the sweep has read."""
        ...


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """A swept session at one moment: who is read to the end and later than a certain second."""

    scope: SessionScope
    log: EventLog
    participants: Sequence[ParticipantSummary]
    all_listed: bool
    read: frozenset[str]
    calls: int

    def is_read(self, participant_id: str, /) -> bool:
        """Whether the events of a participant are read that far."""
        return participant_id in self.read

    def participant(self, _participant_id: str, /) -> Participant | None:
        """Nothing: seats need no facts of clients."""
        return None

    def sweep_calls(self) -> int:
        """The fewest calls that the rest of the sweep takes."""
        return self.calls


_Key = tuple[object, ...]


class SeatCounts:
    """Counts publishers. What is made of a log is kept until the sweep has read more."""

    def __init__(self, provider: StageDataProvider, up_to: UpTo) -> None:
        self._provider = provider
        self._up_to = up_to
        self._seats: tuple[_Key, ReadUpTo, Seats] | None = None
        self._counted: tuple[_Key, PublisherCount] | None = None

    def work(self, sweep: Sweep) -> int:
        """How many events and participants are looked at for another second."""
        kept = self._seats
        participants = len(sweep.participants.items)
        is_kept = kept is not None and kept[0][: len(_key(sweep))] == _key(sweep)
        return participants if is_kept else participants + len(sweep.log.log)

    def at(self, sweep: Sweep, moment: datetime) -> PublisherCount:
        """Who was publishing in the second of a moment."""
        second = to_microseconds(moment) // _SECOND_US
        opened = self._provider.held.opened_in(sweep.session)
        own = {
            name: _covers(self._up_to.feed_as_of(sweep.session, feed), second)
            for name, feed in opened.items()
        }
        covers = _covers(self._up_to.sweep_as_of(sweep), second)
        others = frozenset(name for name, is_covered in own.items() if is_covered is not covers)
        key = (*_key(sweep), covers, others)
        kept = self._seats
        if kept is None or kept[0] != key:
            # Who is read is noted before the log is looked at, which only grows meanwhile.
            session = _read_up_to(sweep, own, covers=covers)
            kept = self._seats = (key, session, Seats(session.log, session.is_read))
        counted = self._counted
        if counted is None or counted[0] != (key, second):
            count = count_publishers(kept[1], kept[2], moment)
            counted = self._counted = ((key, second), count)
        return counted[1]


def _covers(as_of: datetime | None, second: int) -> bool:
    return as_of is None or to_microseconds(as_of) > second * _SECOND_US


def _key(sweep: Sweep) -> _Key:
    log, rows = sweep.log, sweep.participants
    return (
        sweep.session,
        len(log.log),
        log.participants_read,
        log.participants_failed,
        log.participants_complete,
        rows.generation,
        len(rows.items),
    )


def _read_up_to(sweep: Sweep, own: Mapping[str, bool], *, covers: bool) -> ReadUpTo:
    """What a sweep holds.

    Args:
        sweep: The sweep.
        own: By participants whom persons have opened: whether their feed reaches the second.
        covers: Whether the reading of everybody else does.
    """
    log = sweep.log
    # Somebody can have joined since everybody was listed.
    all_listed = log.participants_complete and covers
    failed = log.failures
    read = frozenset(
        name
        for name in log.participant_ids
        if own.get(name, covers) and name not in failed and log.is_read(name)
    )
    rows = sweep.participants.items
    return ReadUpTo(sweep.session, log.log, rows[: len(rows)], all_listed, read, sweep.calls_left)
