"""Reaches: how far the events of participants are read, from what the provider has read."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from ivscope.analysis.histories import read_so_far
from ivscope.analysis.intervals import LATENESS, LATEST, NOTHING_KNOWN, Reach, bounds_of
from ivscope.analysis.listed_participants import ListedParticipants
from ivscope.domain import calls
from ivscope.domain.stages import ParticipantScope, ParticipantSummary, SessionScope
from ivscope.domain.times import Time, to_microseconds
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.append_list import AppendOnly
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.fetchable import Fetchable

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
"""Read time of data whose read time is unknown: it covers nothing while the session is live."""

_CONNECTED = "CONNECTED"
"""State of a participant that is in the session (IVS API: ParticipantState)."""

_TOGETHER = timedelta(seconds=5)
"""Calls made together are answered within this time. A list that is newer than events by so much
still means the same stay: no client is dropped and back within it."""

_SET_ANEW = timedelta(seconds=1)
"""A time that differs by so much from what it was before comes from a clock that was set."""


class Reaches:
    """Looks at a provider without reading more. May be called from any thread."""

    def __init__(self, provider: StageDataProvider) -> None:
        self._provider = provider
        self._listed = ListedParticipants()
        self._list: AppendOnly[ParticipantSummary] | None = None
        self._lists = 0
        self._listing = Lock()
        self._times: dict[float, datetime] = {}
        """By moments on the provider's clock, as first told: told again they differ by a few
        microseconds, and everything made from a reach would be made again."""

    def rows(self, session: SessionScope) -> Mapping[str, ParticipantSummary]:
        """Return everybody listed in a session by id; of two rows with one id the later one.

        It goes on growing with the list, and another one is returned for another list.
        """
        feed = self._provider.store.participants(session)
        if feed is None:
            return {}
        facts = feed.facts
        with self._listing:
            if facts is not self._list:
                self._list, self._listed = facts, ListedParticipants()
                self._lists += 1
            self._listed.take(facts)
            return self._listed.rows

    def of_feed(self, scope: ParticipantScope, feed: EventFeed) -> Reach:
        """Return how far a feed is read that a person has opened."""
        if self._provider.has_gaps:
            return NOTHING_KNOWN
        session = scope.session
        read_at = self._feed_read_at(session, feed)
        as_of = self._as_of(session, read_at)
        store = self._provider.store
        fact, listed = store.all_facts.get(calls.participant(scope)), store.participants(session)
        told: list[tuple[datetime, str | None]] = []
        if fact is not None and fact.value is not None:
            told.append((self._read_time(fact), fact.value.summary.state))
        row = self.rows(session).get(scope.participant_id)
        if listed is not None and row is not None:
            told.append((self._read_time(listed), row.state))
        at = None
        if told and as_of is not None:
            moment, state = max(told, key=lambda one: one[0])
            if state == _CONNECTED and moment <= as_of + _TOGETHER:
                at = min(moment, as_of)
        reach = _reach(self._end(session), as_of, at, read_at)
        return reach if feed.is_complete else read_so_far(feed.items, reach)

    def in_scan(self, scan: Scan) -> Callable[[str], Reach]:
        """Return a function that says how far a participant is read in a scan now, by id."""
        session, log = scan.session, scan.log
        read_at = self._time_of(scan.up_to_date_at)
        end, as_of, failed = self._end(session), self._as_of(session, read_at), log.failures
        opened = self._opened(session)
        rows = self.rows(session)
        whole = _reach(end, as_of, None, read_at)
        # A scan reads events after the list that names their participant.
        open_ = _reach(end, as_of, as_of, read_at)

        def reach_of(participant_id: str) -> Reach:
            if not log.is_read(participant_id) or self._provider.has_gaps:
                return NOTHING_KNOWN
            if participant_id in opened:
                own = opened[participant_id]
                if own.is_complete:
                    return own
            if participant_id in failed:
                return _reach(end, _LONG_AGO if as_of is not None else None, None, read_at)
            row = rows.get(participant_id)
            return open_ if row is not None and row.state == _CONNECTED else whole

        return reach_of

    def state(self, scan: Scan) -> tuple[object, ...]:
        """Return a value that changes whenever the answers of `in_scan` may change."""
        session, log = scan.session, scan.log
        read = log.participants_known, log.participants_read, log.participants_failed
        listed = len(self.rows(session)), self._lists
        as_of = self._end(session), self._time_of(scan.up_to_date_at)
        return session, *read, *listed, *as_of, *self._opened(session).items()

    def _opened(self, session: SessionScope) -> dict[str, Reach]:
        opened = self._provider.store.opened_in(session).items()
        return {name: self.of_feed(_scope(session, name), feed) for name, feed in opened}

    def _feed_read_at(self, session: SessionScope, feed: EventFeed) -> datetime:
        """Return when an opened feed was read."""
        moment = self._provider.up_to_date_at(feed)
        scan = self._provider.started_scan(session)
        if moment is None and scan is not None:
            moment = scan.up_to_date_at
        return self._time_of(moment)

    def read_to(self, scan: Scan) -> datetime | None:
        """Return up to when the scan has read; None when nothing can follow."""
        return self._as_of(scan.session, self._time_of(scan.up_to_date_at))

    def _as_of(self, session: SessionScope, read_at: datetime) -> datetime | None:
        """Return up to when something read then is known; None when nothing can follow."""
        end = self._end(session)
        return None if isinstance(end, datetime) and end <= read_at else read_at

    def _read_time(self, target: Fetchable) -> datetime:
        return self._time_of(self._provider.up_to_date_at(target))

    def _time_of(self, moment: float | None) -> datetime:
        if moment is None:
            return _LONG_AGO
        told = self._provider.time_of(moment)
        known = self._times.get(moment)
        if known is None or abs(told - known) >= _SET_ANEW:
            self._times[moment] = known = told
        return known

    def _end(self, session: SessionScope) -> Time | None:
        """Return when a session ended; None while it is live, or when its row is not read."""
        row = self._provider.store.session(session)
        return None if row is None else row.end_time


def _scope(session: SessionScope, participant_id: str) -> ParticipantScope:
    return ParticipantScope(session.stage_arn, session.session_id, participant_id)


def _reach(
    end: Time | None, as_of: datetime | None, connected_at: datetime | None, read_at: datetime
) -> Reach:
    """Return how far a participant is read whose last page is read.

    Args:
        end: End of the session; None while it is live or when that is not read.
        as_of: When the participant was read; None when nothing can follow.
        connected_at: When the list said that it was connected; None when it did not.
        read_at: When the participant was read.
    """
    is_live = end is None and connected_at is not None
    return Reach(
        read_to=LATEST if as_of is None else to_microseconds(as_of),
        settled_to=to_microseconds(read_at) - LATENESS,
        ended=bounds_of(to_microseconds(end))[1] if isinstance(end, datetime) else LATEST,
        connected_at=to_microseconds(connected_at) if is_live and connected_at else None,
    )
