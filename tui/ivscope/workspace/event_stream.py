"""EventStream: the events that a list shows: of one participant, or of a whole session."""

from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from ivscope.analysis.listed_participants import Names
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.domain.times import Time
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.feed import FeedState

if TYPE_CHECKING:
    from ivscope.analysis.session_summary import Coverage


class EventStream(Protocol):
    """A log of events that may grow, and what is known about its reading."""

    @property
    def items(self) -> EventLog:
        """The log of what was read. Another log after a restart."""
        ...

    @property
    def source(self) -> object:
        """The object that the provider announces when this changes."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether events are being read."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether all was read."""
        ...

    @property
    def may_grow(self) -> bool:
        """Whether reading on can bring more events, or the first ones."""
        ...

    @property
    def may_go_on(self) -> bool:
        """Whether looking for something reads on, also after a failure that may be over by now."""
        ...

    @property
    def failure(self) -> ProviderFailure | None:
        """Why reading stopped."""
        ...

    @property
    def coverage(self) -> str:
        """What part of a session was read, in words; empty for one participant."""
        ...

    @property
    def recorded_at(self) -> datetime | None:
        """When an earlier run read the oldest part; None when this run read all of it."""
        ...

    @property
    def all_read_at(self) -> datetime | None:
        """When the pass began that has read all; None unless this run has read all."""
        ...

    @property
    def user(self) -> str | None:
        """User id of the one whose events these are; None for several, or while it is unknown."""
        ...

    def user_of(self, participant_id: str) -> str | None:
        """User id of the participant that an event names, empty for none; None if not known."""
        ...

    def session_times(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Start and end of the session, `now` for a live one; None while they are not known."""
        ...

    def awaits_session(self) -> bool:
        """Have unknown times of the session read. Returns whether they will come."""
        ...

    def read_on(self, priority: Priority = Priority.DEMAND) -> None:
        """Have more read."""
        ...


class ParticipantStream:
    """The events of one participant."""

    def __init__(self, provider: StageDataProvider, scope: ParticipantScope) -> None:
        self._provider = provider
        self._scope = scope
        self.feed: EventFeed = provider.events(scope)
        self._names = Names(provider.participants(scope.session))

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """Return the first and last time that events can have, as far as known."""
        fact = self._provider.store.participant(self._scope)
        session = self._provider.store.session(self._scope.session)
        first = fact.summary.first_join_time if fact is not None else None
        last = session.end_time if session is not None else None
        return _readable(first), _readable(last)

    @property
    def items(self) -> EventLog:
        """The log of the feed."""
        return self.feed.items

    @property
    def source(self) -> object:
        """The feed."""
        return self.feed

    @property
    def is_busy(self) -> bool:
        """Whether a page is under way."""
        return self.feed.status.is_busy

    @property
    def is_complete(self) -> bool:
        """Whether the last page was read."""
        return self.feed.state is FeedState.COMPLETE

    @property
    def may_grow(self) -> bool:
        """Whether a page can be asked for."""
        return self.feed.failure is None and self.feed.has_more

    @property
    def may_go_on(self) -> bool:
        """Whether a page can be asked for, also after a failure that may be over by now."""
        failure = self.feed.failure
        return self.may_grow or (failure is not None and failure.retryable and self.feed.can_retry)

    @property
    def failure(self) -> ProviderFailure | None:
        """Why the last page did not come."""
        return self.feed.failure

    @property
    def coverage(self) -> str:
        """Empty: the count of events says it."""
        return ""

    @property
    def recorded_at(self) -> datetime | None:
        """When the first page, or the last refresh, was recorded."""
        scan = self._provider.started_scan(self._scope.session)
        is_scanned = scan is not None and self._provider.up_to_date_at(self.feed) is None
        if scan is not None and is_scanned and self._provider.file is None:
            return scan.recorded_at
        return self._provider.recorded_at(self.feed)

    @property
    def all_read_at(self) -> datetime | None:
        """When the pass over its events began, or that over everybody's."""
        scan = self._provider.started_scan(self._scope.session)
        if scan is not None and self._provider.up_to_date_at(self.feed) is None:
            return scan.passes.all_read_at if self.feed.is_complete else None
        return self._provider.all_read_at(self.feed)

    @property
    def user(self) -> str | None:
        """As GetParticipant or the list tells it, as far as held."""
        fact = self._provider.store.participant(self._scope)
        told = fact.summary.user_id if fact is not None else None
        return told or self._names.user_id(self._scope.participant_id)

    def user_of(self, participant_id: str) -> str | None:
        """An event that names nobody is of the participant whose events were asked for."""
        is_own = participant_id in {"", self._scope.participant_id}
        return self.user if is_own else self._names.user_id(participant_id)

    def session_times(self, now: datetime) -> tuple[datetime, datetime] | None:
        """As far as held."""
        return session_times(self._provider, self._scope.session, now)

    def awaits_session(self) -> bool:
        """Have them read if they are unknown. Returns whether they will come."""
        return _awaits_session(self._provider, self._scope.session)

    def read_on(self, priority: Priority = Priority.DEMAND) -> None:
        """Ask for the next page; one at a time."""
        self._provider.read_more(self.feed, priority)


def _readable(time: Time | None) -> datetime | None:
    return time if isinstance(time, datetime) else None


def session_times(
    provider: StageDataProvider, session: SessionScope, now: datetime
) -> tuple[datetime, datetime] | None:
    """Return start and end of a session, `now` for a live one; None while they are not known."""
    row = provider.store.session(session)
    start = None if row is None else _readable(row.start_time)
    if row is None or start is None:
        return None
    end = now if row.end_time is None else _readable(row.end_time) or start
    return start, max(start, end)


def _awaits_session(provider: StageDataProvider, session: SessionScope) -> bool:
    if provider.store.session(session) is not None:
        return False
    fact = provider.session(session)
    provider.read(fact)
    return fact.status.is_busy


class SessionStream:
    """The events of everybody in a session, as far as the scan has come."""

    def __init__(self, provider: StageDataProvider, session: SessionScope) -> None:
        self.scan = provider.scan(session)
        self._names = Names(self.scan.participants)
        self._provider = provider
        self._missing = "failed" if provider.may_grow else "not recorded"

    @property
    def items(self) -> EventLog:
        """The merged log."""
        return self.scan.log.log

    @property
    def source(self) -> object:
        """The scan."""
        return self.scan

    @property
    def is_busy(self) -> bool:
        """Whether the scan runs."""
        return self.scan.is_running

    @property
    def is_complete(self) -> bool:
        """Whether everybody was read."""
        return self.scan.state is ScanState.COMPLETE and not self.scan.log.participants_failed

    @property
    def may_grow(self) -> bool:
        """Whether the scan runs: looking for something does not start one."""
        return self.scan.is_running

    @property
    def may_go_on(self) -> bool:
        """As `may_grow`."""
        return self.may_grow

    @property
    def failure(self) -> ProviderFailure | None:
        """Why the scan stopped, or what tells most of what is left; None without a failure."""
        failure = self.scan.failure
        if failure is None or failure.is_rest_known:
            return failure
        others = self.scan.log.failures.values()
        return next((one for one in others if one.is_rest_known), failure)

    @property
    def coverage(self) -> str:
        """How many of the participants were read; of saved events what their file says."""
        file = self._provider.file
        saved = None if file is None else file.saved
        if saved is not None and saved.participant_id is None and saved.coverage:
            return saved.coverage
        log = self.scan.log
        known = log.participants_known
        if self._provider.has_gaps:
            people = "participant" if known == 1 else "participants"
            return f"{known:,} {people} named in this file"
        if log.is_all_read and not log.participants_failed and known > 1:
            return f"all {known:,} participants"
        text = f"{log.participants_read:,} of {known:,} participants read"
        text += scan_coverage(self.scan).left_to_list
        if log.participants_failed:
            text += f", {log.participants_failed:,} {self._missing}"
        return text

    @property
    def recorded_at(self) -> datetime | None:
        """When the participant read first was recorded."""
        file = self._provider.file
        return self.scan.recorded_at if file is None else file.saved_at

    @property
    def all_read_at(self) -> datetime | None:
        """When the first pass over everybody began."""
        return self.scan.passes.all_read_at if self.scan.log.is_all_read else None

    @property
    def user(self) -> str | None:
        """None: events are of several."""
        return None

    def user_of(self, participant_id: str) -> str | None:
        """As the list tells it; everybody is listed before their events are read."""
        return self._names.user_id(participant_id)

    def session_times(self, now: datetime) -> tuple[datetime, datetime] | None:
        """As far as held."""
        return session_times(self._provider, self.scan.session, now)

    def awaits_session(self) -> bool:
        """Have them read if they are unknown. Returns whether they will come."""
        return _awaits_session(self._provider, self.scan.session)

    def read_on(self, priority: Priority = Priority.DEMAND) -> None:
        """Do nothing: the scan reads at its own rate."""


def scan_coverage(scan: Scan) -> "Coverage":
    """Return how much of a session a scan has read."""
    from ivscope.analysis.session_summary import Coverage  # noqa: PLC0415 - after the first rows

    log, listed = scan.log, scan.participants
    complete = log.participants_complete
    return Coverage(log.participants_read, log.participants_known, complete, listed.knows_of_more)


def begun_scan(provider: StageDataProvider, session: SessionScope) -> Scan:
    """Return the scan of a session; starts it unless it was paused.

    Has it read whether the session has ended, if that is unknown: it decides what can still come.
    """
    scan = provider.scan(session)
    if scan.state is ScanState.IDLE:
        if provider.store.session(session) is None:
            provider.read(provider.session(session))
        scan.start()
    return scan


NOTHING_NEW = "the session has ended and all participants are read: nothing new can come"
"""Why a scan cannot go on."""


def pause_or_go_on(scan: Scan) -> str:
    """Pause a scan, or let it go on. Returns why it cannot go on; empty when it can."""
    if scan.is_running:
        scan.pause()
    elif not scan.start():
        return NOTHING_NEW
    return ""
