"""StoreContext: what the provider holds now, as the rules of findings look at it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.domain.times import to_microseconds
from ivscope.findings.known_facts import KnownIngest, KnownLog, KnownParticipants, PublisherCount
from ivscope.findings.publisher_slots import Seats, count_publishers
from ivscope.findings.publishing import PUBLISHING_NAMES
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog

_SECOND_US = 1_000_000


class UpTo(Protocol):
    """Up to when events are read; None when nothing can follow."""

    def feed_as_of(self, session: SessionScope, feed: EventFeed) -> datetime | None:
        """Of a feed that a person has opened."""
        ...

    def sweep_as_of(self, sweep: Scan) -> datetime | None:
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

    def work(self, sweep: Scan) -> int:
        """How many events and participants are looked at for another second."""
        kept = self._seats
        participants = len(sweep.participants.items)
        is_kept = kept is not None and kept[0][: len(_key(sweep))] == _key(sweep)
        return participants if is_kept else participants + len(sweep.log.log)

    def at(self, sweep: Scan, moment: datetime) -> PublisherCount:
        """Who was publishing in the second of a moment."""
        second = to_microseconds(moment) // _SECOND_US
        opened = self._provider.store.opened_in(sweep.session)
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


def _key(sweep: Scan) -> _Key:
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


def _read_up_to(sweep: Scan, own: Mapping[str, bool], *, covers: bool) -> ReadUpTo:
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


_LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Of what nobody knows when it was read: it covers nothing while the session is live."""


class StoreContext:
    """A `KnownFacts` over a provider. Nothing is created, and nothing read, by looking.

    May be asked from any thread.
    """

    def __init__(self, provider: StageDataProvider) -> None:
        self._provider = provider
        self._seats = SeatCounts(provider, self)
        self._rows: tuple[tuple[int, int, int], dict[str, ParticipantSummary]] = ((0, 0, 0), {})
        self._copies: tuple[int, dict[ParticipantScope, KnownLog | None]] = (-1, {})

    def log(self, scope: ParticipantScope, /) -> KnownLog | None:
        """Events of a participant: of the feed that was opened, else what a sweep has read."""
        feed = self._provider.store.opened_events(scope)
        if feed is not None:
            if feed.pages == 0:
                return None
            as_of = self.feed_as_of(scope.session, feed)
            return KnownLog(feed.items, feed.is_complete, as_of)
        changes = self._provider.changes
        if self._copies[0] != changes:
            self._copies = (changes, {})
        copies = self._copies[1]
        if scope not in copies:
            copies[scope] = self._swept(scope)
        return copies[scope]

    def _swept(self, scope: ParticipantScope) -> KnownLog | None:
        """A copy of what a sweep holds, at the positions that the opened feed would have."""
        sweep = self._provider.started_sweep(scope.session)
        if sweep is None:
            return None
        reading = sweep.log.reading(scope.participant_id)
        is_read = sweep.log.is_read(scope.participant_id)
        if reading is None or not (is_read or reading.events):
            return None
        as_of = self.sweep_as_of(sweep)
        if reading.failure is not None:
            as_of = _LONG_AGO
        return KnownLog(sweep.log.events_of(scope.participant_id), is_read, as_of)

    def feed_as_of(self, session: SessionScope, feed: EventFeed) -> datetime | None:
        """Up to when an opened feed is read; None when nothing can follow."""
        moment = self._provider.up_to_date_at(feed)
        sweep = self._provider.started_sweep(session)
        if moment is None and sweep is not None:
            moment = sweep.up_to_date_at
        return self._as_of(session, moment)

    def sweep_as_of(self, sweep: Scan) -> datetime | None:
        """Up to when those are read that only the sweep has read; None as above."""
        return self._as_of(sweep.session, sweep.up_to_date_at)

    def _as_of(self, session: SessionScope, moment: float | None) -> datetime | None:
        if moment is None:
            return _LONG_AGO
        as_of = self._provider.time_of(moment)
        row = self._provider.store.session(session)
        end = None if row is None else row.end_time
        return None if isinstance(end, datetime) and end <= as_of else as_of

    def participant(self, scope: ParticipantScope, /) -> Participant | None:
        """The answer of GetParticipant."""
        return self._provider.store.participant(scope)

    def summary(self, scope: ParticipantScope, /) -> ParticipantSummary | None:
        """The row inside the answer of GetParticipant, else that of the list."""
        facts = self._provider.store.participant(scope)
        if facts is not None:
            return facts.summary
        feed = self._provider.store.participants(scope.session)
        if feed is None:
            return None
        key = (id(feed), feed.generation, len(feed.items))
        if self._rows[0] != key:
            self._rows = (key, {row.participant_id: row for row in feed.items[: key[2]]})
        return self._rows[1].get(scope.participant_id)

    def session(self, scope: SessionScope, /) -> StageSession | None:
        """The session."""
        return self._provider.store.session(scope)

    def participants(self, scope: SessionScope, /) -> KnownParticipants | None:
        """Who is in the session, as far as the unfiltered list was read."""
        feed = self._provider.store.participants(scope)
        if feed is None:
            return None
        is_complete = feed.is_complete
        return KnownParticipants(feed.items[: len(feed.items)], is_complete)

    def ingest_configurations(self, stage_arn: str, /) -> KnownIngest | None:
        """What is attached to a stage, as far as it was listed, and when."""
        feed = self._provider.store.ingest_configurations(stage_arn)
        if feed is None:
            return None
        moment, failure = self._provider.up_to_date_at(feed), feed.failure
        as_of = None if moment is None else self._provider.time_of(moment)
        is_complete = feed.is_complete
        return KnownIngest(feed.items[: len(feed.items)], is_complete, as_of, failure)

    def publishers_at(self, scope: SessionScope, moment: datetime, /) -> PublisherCount | None:
        """Who was publishing in the second of a moment; None when the session was not swept."""
        sweep = self._provider.started_sweep(scope)
        return None if sweep is None else self._seats.at(sweep, moment)

    def sweep_calls(self, scope: SessionScope, /) -> int:
        """The fewest calls that a sweep still takes, as far as participants are listed."""
        sweep = self._provider.started_sweep(scope)
        if sweep is not None:
            return sweep.calls_left
        listed = self._provider.store.participants(scope)
        if listed is None:
            return 2
        opened = self._provider.store.opened_in(scope).values()
        read = sum(feed.is_complete for feed in opened)
        return max(0, len(listed.items) - read) + listed.has_more

    def work(self, scope: ParticipantScope, position: int) -> int:
        """How many events are looked at one by one to say what is held about one event.

        That are those of joining and publishing, which are paired from the first on; of others a
        few around the event are enough, however many there are.
        """
        held = self.log(scope)
        if held is None or position >= len(held.log):
            return 0
        count = _publishing(held.log)
        remote = held.log.remote(position)
        if remote and held.log.is_error(position):
            other = self.log(ParticipantScope(scope.stage_arn, scope.session_id, remote))
            count += 0 if other is None else _publishing(other.log)
        sweep = self._provider.started_sweep(scope.session)
        if sweep is not None and held.log.error_code(position) == "QUOTA_EXCEEDED":
            count += self._seats.work(sweep)
        return count


def _publishing(log: EventLog) -> int:
    kinds = enumerate(log.tables.kinds)
    return log.tally.count(number for number, kind in kinds if kind.name in PUBLISHING_NAMES)
