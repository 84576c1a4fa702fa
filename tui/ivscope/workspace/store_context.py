"""StoreContext: what the provider has read, as answers to the rules of findings."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from ivscope.analysis.histories import PUBLISHING_NAMES, read_so_far
from ivscope.analysis.publishers import Publishers
from ivscope.domain import calls
from ivscope.domain.events import PUBLISH_ERROR
from ivscope.domain.failures import FailureKind
from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.findings.known_facts import (
    KnownFacts,
    KnownIngest,
    KnownLog,
    KnownParticipants,
    PublisherCount,
    SessionFacts,
)
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.event_log import EventLog
from ivscope.workspace.reaches import Reaches

if TYPE_CHECKING:
    from ivscope.findings.session_context import KeptBursts


def session_facts(
    provider: StageDataProvider, session: SessionScope, bursts: "KeptBursts | None" = None
) -> SessionFacts:
    """Return what a scan has read so far; call it anew for each look. Reads nothing.

    Its log is that of the timeline of everybody, so positions are the same in both.

    Args:
        provider: What was read.
        session: The session.
        bursts: Those of its log; None to find them when they are asked for.
    """
    from ivscope.findings.session_context import KeptBursts  # noqa: PLC0415 - after the first rows

    scan = provider.scan(session)
    reach = Reaches(provider).in_scan(scan)
    all_listed = scan.log.participants_complete
    rows = scan.participants.facts

    def participant(participant_id: str) -> Participant | None:
        scope = ParticipantScope(session.stage_arn, session.session_id, participant_id)
        return provider.store.participant(scope)

    return SessionFacts(
        scope=session,
        log=scan.log.log,
        participants=rows[: len(rows)],
        all_listed=all_listed,
        is_read=scan.log.is_read,
        reach=reach,
        participant=participant,
        scan_calls=lambda: scan.calls_left,
        denied=lambda: [
            name
            for name, failure in scan.log.failures.items()
            if failure.kind is FailureKind.DENIED and not scan.log.is_read(name)
        ],
        bursts=(bursts or KeptBursts(scan.log.log)).of,
    )


class PublisherCounts:
    """Counts publishers of a scan. Counts are kept, and go on when more was read."""

    def __init__(self, provider: StageDataProvider, reaches: Reaches) -> None:
        self._provider = provider
        self._reaches = reaches
        self._lock = Lock()
        self._kept: tuple[EventLog, Publishers] | None = None
        self._counted_for: tuple[object, ...] = ()
        self._session: SessionFacts | None = None

    def use(self, log: EventLog, publishers: Publishers) -> None:
        """Go on with publishers of a log that somebody in this thread has counted."""
        with self._lock:
            self._kept = log, publishers

    def work(self, scan: Scan) -> int:
        """Return how many events and participants the next count looks at."""
        participants = len(scan.participants.items)
        is_kept = self._counted_for == self._key(scan)
        return participants if is_kept else participants + len(scan.log.log)

    def at(self, scan: Scan, time: int) -> PublisherCount:
        """Return who was publishing at the time of an event, microseconds since 1970 UTC."""
        from ivscope.findings.quota import count_publishers  # noqa: PLC0415 - after the first rows

        with self._lock:
            key = self._key(scan)
            log, kept = scan.log.log, self._kept
            if kept is None or kept[0] is not log:
                kept = self._kept = log, Publishers(log, lambda: self._reaches.in_scan(scan))
            publishers = kept[1]
            if self._session is None or self._counted_for != key:
                # Who is read is noted first: the log, which is looked at then, only grows.
                self._session = session_facts(self._provider, scan.session)
                publishers.count()
                self._counted_for = key
            return count_publishers(self._session, publishers, time)

    def _key(self, scan: Scan) -> tuple[object, ...]:
        return len(scan.log.log), *self._reaches.state(scan)


class StoreContext:
    """Answers the questions of `KnownFacts`, without reading more.

    May be called from any thread.
    """

    def __init__(self, provider: StageDataProvider) -> None:
        self._provider = provider
        self.reaches = Reaches(provider)
        """Tells how far participants are read."""
        self._publishers = PublisherCounts(provider, self.reaches)
        self._kept_bursts: KeptBursts | None = None
        self._copies: tuple[int, dict[ParticipantScope, KnownLog | None]] = (-1, {})
        self.facts = KnownFacts(
            log=self.log,
            participant=self.participant,
            summary=self.summary,
            session=self.session,
            participants=self.participants,
            ingest_configurations=self.ingest_configurations,
            publishers_at=self.publishers_at,
            scanned=self.scanned,
            scan_calls=self.scan_calls,
        )
        """The questions that rules can ask."""

    def use_publishers(self, log: EventLog, publishers: Publishers) -> None:
        """Take the publishers of a scan's log that were counted already, in this thread."""
        self._publishers.use(log, publishers)

    def events(self, scope: ParticipantScope) -> EventLog | None:
        """Return the log of `log`, without finding out how far it is read."""
        feed = self._provider.store.opened_events(scope)
        if feed is not None:
            return feed.items if feed.pages else None
        known = self.log(scope)
        return None if known is None else known.log

    def log(self, scope: ParticipantScope) -> KnownLog | None:
        """Return the events of a participant from the feed that was opened, else from the scan."""
        feed = self._provider.store.opened_events(scope)
        if feed is not None:
            if feed.pages == 0:
                return None
            return KnownLog(feed.items, self.reaches.of_feed(scope, feed))
        changes = self._provider.changes
        if self._copies[0] != changes:
            self._copies = (changes, {})
        copies = self._copies[1]
        if scope not in copies:
            copies[scope] = self._scanned(scope)
        return copies[scope]

    def _scanned(self, scope: ParticipantScope) -> KnownLog | None:
        """Copy events from the scan, at the positions that an opened feed would have."""
        scan = self._provider.started_scan(scope.session)
        if scan is None:
            return None
        reading = scan.log.reading(scope.participant_id)
        is_read = scan.log.is_read(scope.participant_id)
        if reading is None or not (is_read or reading.events):
            return None
        log = scan.log.events_of(scope.participant_id)
        reach = self.reaches.in_scan(scan)(scope.participant_id)
        return KnownLog(log, reach if is_read else read_so_far(log, reach))

    def participant(self, scope: ParticipantScope) -> Participant | None:
        """Return the answer of GetParticipant; None when it is not read."""
        return self._provider.store.participant(scope)

    def summary(self, scope: ParticipantScope) -> ParticipantSummary | None:
        """Return the row inside the answer of GetParticipant, else the row of the list."""
        facts = self._provider.store.participant(scope)
        if facts is not None:
            return facts.summary
        return self.reaches.rows(scope.session).get(scope.participant_id)

    def session(self, scope: SessionScope) -> StageSession | None:
        """Return the facts of a session; None when they are not read."""
        return self._provider.store.session(scope)

    def participants(self, scope: SessionScope) -> KnownParticipants | None:
        """Return the participants of a session, as far as the unfiltered list was read."""
        feed = self._provider.store.participants(scope)
        if feed is None:
            return None
        is_complete, rows = feed.is_complete, feed.facts
        return KnownParticipants(rows[: len(rows)], is_complete)

    def ingest_configurations(self, stage_arn: str) -> KnownIngest | None:
        """Return the ingest configurations of a stage, as far as listed, and when they were."""
        feed = self._provider.feed(calls.ingest_configurations(stage_arn))
        if not feed.pages and feed.failure is None:
            return None
        moment, failure = self._provider.up_to_date_at(feed), feed.failure
        as_of = None if moment is None else self._provider.time_of(moment)
        is_complete, rows = feed.is_complete, feed.facts
        return KnownIngest(rows[: len(rows)], is_complete, as_of, failure)

    def publishers_at(self, scope: SessionScope, time: int) -> PublisherCount | None:
        """Return who was publishing at the time of an event; None without a scan."""
        scan = self._provider.started_scan(scope)
        return None if scan is None else self._publishers.at(scan, time)

    def scanned(self, scope: SessionScope) -> SessionFacts | None:
        """Return what the scan of a session has read so far; None without a scan."""
        scan = self._provider.started_scan(scope)
        return None if scan is None else session_facts(self._provider, scope, self._bursts(scan))

    def _bursts(self, scan: Scan) -> "KeptBursts":
        from ivscope.findings.session_context import KeptBursts  # noqa: PLC0415 - as above

        kept = self._kept_bursts
        if kept is None or not kept.is_of(scan.log.log):
            kept = self._kept_bursts = KeptBursts(scan.log.log)
        return kept

    def find_ahead(self, session: SessionScope) -> Callable[[], None] | None:
        """Return what finds, in a thread, what many errors of a session will be asked for.

        None where nothing is to be found, and while the session is read: it would be found anew.
        """
        scan = self._provider.started_scan(session)
        if scan is None or scan.is_running:
            return None
        bursts = self._bursts(scan)
        return bursts.find_many if bursts.lacks_many else None

    def scan_calls(self, scope: SessionScope) -> int:
        """Return the fewest calls that the scan still takes, as far as participants are listed."""
        scan = self._provider.started_scan(scope)
        if scan is not None:
            return scan.calls_left
        listed = self._provider.store.participants(scope)
        if listed is None:
            return 2
        opened = self._provider.store.opened_in(scope).values()
        read = sum(feed.is_complete for feed in opened)
        return max(0, len(listed.facts) - read) + listed.has_more

    def work(self, scope: ParticipantScope, position: int) -> int:
        """Return how many events rules look at one by one to find what is known about an event.

        These are the events of joining and publishing, which are paired from the first one on, and
        the errors of everybody with the code of this one; of others a few around the event are
        enough.
        """
        known = self.log(scope)
        if known is None or position >= len(known.log):
            return 0
        count, kind = _publishing(known.log), known.log.kind(position)
        remote = known.log.remote(position)
        if remote and kind.is_error:
            other = self.log(ParticipantScope(scope.stage_arn, scope.session_id, remote))
            count += 0 if other is None else _publishing(other.log)
        scan = self._provider.started_scan(scope.session)
        if scan is not None and kind.is_error:
            count += self._bursts(scan).lacking(kind) + len(scan.participants.items)
            if (kind.name, kind.error_code) == (PUBLISH_ERROR, "QUOTA_EXCEEDED"):
                count += self._publishers.work(scan)
        return count


def _publishing(log: EventLog) -> int:
    kinds = enumerate(log.tables.kinds)
    return log.tally.count(number for number, kind in kinds if kind.name in PUBLISHING_NAMES)
