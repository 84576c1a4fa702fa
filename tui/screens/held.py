"""Held: what the provider holds now, as the rules of findings look at it."""

from datetime import UTC, datetime

from tui.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from tui.findings.known import HeldIngest, HeldLog, HeldParticipants, PublisherCount
from tui.findings.publishing import PUBLISHING_NAMES
from tui.provider.event_feed import EventFeed
from tui.provider.event_log import EventLog
from tui.provider.provider import StageDataProvider
from tui.provider.sweep import Sweep
from tui.screens.seat_counts import SeatCounts

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""Of what nobody knows when it was read: it covers nothing while the session is live."""


class Held:
    """A `Known` over a provider. Nothing is created, and nothing read, by looking.

    May be asked from any thread.
    """

    def __init__(self, provider: StageDataProvider) -> None:
        self._provider = provider
        self._seats = SeatCounts(provider, self)
        self._rows: tuple[tuple[int, int, int], dict[str, ParticipantSummary]] = ((0, 0, 0), {})
        self._copies: tuple[int, dict[ParticipantScope, HeldLog | None]] = (-1, {})

    def log(self, scope: ParticipantScope, /) -> HeldLog | None:
        """Events of a participant: of the feed that was opened, else what a sweep has read."""
        feed = self._provider.held.opened_events(scope)
        if feed is not None:
            if feed.pages == 0:
                return None
            as_of = self.feed_as_of(scope.session, feed)
            return HeldLog(feed.items, feed.is_complete, as_of)
        changes = self._provider.changes
        if self._copies[0] != changes:
            self._copies = (changes, {})
        copies = self._copies[1]
        if scope not in copies:
            copies[scope] = self._swept(scope)
        return copies[scope]

    def _swept(self, scope: ParticipantScope) -> HeldLog | None:
        """A copy of what a sweep holds, at the positions that the opened feed would have."""
        sweep = self._provider.held.started_sweep(scope.session)
        if sweep is None:
            return None
        reading = sweep.log.reading(scope.participant_id)
        is_read = sweep.log.is_read(scope.participant_id)
        if reading is None or not (is_read or reading.events):
            return None
        as_of = self.sweep_as_of(sweep)
        if reading.failure is not None:
            as_of = _LONG_AGO
        return HeldLog(sweep.log.events_of(scope.participant_id), is_read, as_of)

    def feed_as_of(self, session: SessionScope, feed: EventFeed) -> datetime | None:
        """Up to when an opened feed is read; None when nothing can follow."""
        moment = self._provider.up_to_date_at(feed)
        sweep = self._provider.held.started_sweep(session)
        if moment is None and sweep is not None:
            moment = sweep.up_to_date_at
        return self._as_of(session, moment)

    def sweep_as_of(self, sweep: Sweep) -> datetime | None:
        """Up to when those are read that only the sweep has read; None as above."""
        return self._as_of(sweep.session, sweep.up_to_date_at)

    def _as_of(self, session: SessionScope, moment: float | None) -> datetime | None:
        if moment is None:
            return _LONG_AGO
        as_of = self._provider.time_of(moment)
        row = self._provider.held.session(session)
        end = None if row is None else row.end_time
        return None if isinstance(end, datetime) and end <= as_of else as_of

    def participant(self, scope: ParticipantScope, /) -> Participant | None:
        """The answer of GetParticipant."""
        return self._provider.held.participant(scope)

    def summary(self, scope: ParticipantScope, /) -> ParticipantSummary | None:
        """The row inside the answer of GetParticipant, else that of the list."""
        facts = self._provider.held.participant(scope)
        if facts is not None:
            return facts.summary
        feed = self._provider.held.participants(scope.session)
        if feed is None:
            return None
        key = (id(feed), feed.generation, len(feed.items))
        if self._rows[0] != key:
            self._rows = (key, {row.participant_id: row for row in feed.items[: key[2]]})
        return self._rows[1].get(scope.participant_id)

    def session(self, scope: SessionScope, /) -> StageSession | None:
        """The session."""
        return self._provider.held.session(scope)

    def participants(self, scope: SessionScope, /) -> HeldParticipants | None:
        """Who is in the session, as far as the unfiltered list was read."""
        feed = self._provider.held.participants(scope)
        if feed is None:
            return None
        is_complete = feed.is_complete
        return HeldParticipants(feed.items[: len(feed.items)], is_complete)

    def ingest_configurations(self, stage_arn: str, /) -> HeldIngest | None:
        """What is attached to a stage, as far as it was listed, and when."""
        feed = self._provider.held.ingest_configurations(stage_arn)
        if feed is None:
            return None
        moment, failure = self._provider.up_to_date_at(feed), feed.failure
        as_of = None if moment is None else self._provider.time_of(moment)
        is_complete = feed.is_complete
        return HeldIngest(feed.items[: len(feed.items)], is_complete, as_of, failure)

    def publishers_at(self, scope: SessionScope, moment: datetime, /) -> PublisherCount | None:
        """Who was publishing in the second of a moment; None when the session was not swept."""
        sweep = self._provider.held.started_sweep(scope)
        return None if sweep is None else self._seats.at(sweep, moment)

    def sweep_calls(self, scope: SessionScope, /) -> int:
        """The fewest calls that a sweep still takes, as far as participants are listed."""
        sweep = self._provider.held.started_sweep(scope)
        if sweep is not None:
            return sweep.calls_left
        listed = self._provider.held.participants(scope)
        if listed is None:
            return 2
        opened = self._provider.held.opened_in(scope).values()
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
        sweep = self._provider.held.started_sweep(scope.session)
        if sweep is not None and held.log.error_code(position) == "QUOTA_EXCEEDED":
            count += self._seats.work(sweep)
        return count


def _publishing(log: EventLog) -> int:
    kinds = enumerate(log.tables.kinds)
    return log.tally.count(number for number, kind in kinds if kind.name in PUBLISHING_NAMES)
