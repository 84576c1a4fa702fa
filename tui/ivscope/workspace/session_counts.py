"""What is counted of a session, over its time and for its summary, and of one participant."""

from collections import Counter
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from math import log1p

from ivscope.analysis.estimates import Estimates
from ivscope.analysis.event_tally import EventTally
from ivscope.analysis.intervals import NOTHING_KNOWN, Reach
from ivscope.analysis.lanes import Lanes
from ivscope.analysis.listed_participants import ListedParticipants, Names
from ivscope.analysis.publishers import PublisherLevel, Publishers
from ivscope.analysis.session_summary import Summary
from ivscope.analysis.summary import SummaryBuilder
from ivscope.analysis.time_window import TimeWindow
from ivscope.domain.clock import work_limit
from ivscope.domain.stages import ParticipantScope, ParticipantSummary, SessionScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.event_log import EventLog
from ivscope.workspace.reaches import Reaches


class TimedCounts:
    """Counts over time what a scan has read. Reads nothing itself. Not for two threads at once."""

    def __init__(self, provider: StageDataProvider, scan: Scan) -> None:
        """Begin without counts.

        Args:
            provider: What was read of the session.
            scan: The scan, with the events of everybody.
        """
        self.scan = scan
        self.names = Names(scan.participants)
        """User ids."""
        log = scan.log
        self.tally = EventTally(log.log)
        """Events and errors of every second."""
        self._reaches = reaches = Reaches(provider)
        self.publishers = Publishers(log.log, lambda: reaches.in_scan(scan))
        """Who was publishing when."""
        self.look()
        self.hold_until(known_until(provider, scan.session))

    def hold_until(self, until: datetime) -> None:
        """Begin new lanes, which go up to a time; what is counted is as true as before."""
        self.until = until
        """When the session ended; of one that was live, when this was made."""
        log = self.scan.log
        self.lanes = Lanes(log.log, log.ranges, self._reach, until)
        """What every participant did, as far as it was known at the last `look`."""

    def count_times(self, seconds: float) -> bool:
        """Count over time for so many seconds, about. Returns whether more is left to count."""
        parts = self.tally, self.publishers
        return sum(part.advance(seconds / len(parts)) for part in parts) > 0

    def look(self) -> None:
        """Look anew how far everybody is read."""
        self._failed = self.scan.log.failures
        self._reach_of = self._reaches.in_scan(self.scan)

    def read_to(self) -> datetime | None:
        """Return up to when the scan has read; None when nothing can follow."""
        return self._reaches.read_to(self.scan)

    def publishing(self, window: TimeWindow, columns: int) -> Sequence[PublisherLevel]:
        """Return how many were publishing at most in each column of a window."""
        return self.publishers.levels(window, columns, self.until)

    def _reach(self, participant_id: str) -> Reach:
        is_unread = participant_id in self._failed
        return NOTHING_KNOWN if is_unread else self._reach_of(participant_id)


class SessionCounts(TimedCounts):
    """Counts everything that a scan has read: over time, and for the summary."""

    def __init__(self, provider: StageDataProvider, scan: Scan) -> None:
        """Begin without counts. Arguments as for `TimedCounts`."""
        super().__init__(provider, scan)
        self._provider = provider
        self._builder = SummaryBuilder(scan.log.log)
        self._people = ListedParticipants()
        self._estimates: Estimates | None = None
        self._estimated_at: tuple[ScanState, int, int] | None = None
        self._prepared: tuple[object, ...] = ()
        """What was read when `prepare` had counted all of it."""
        self._not_looked_at: Iterator[str] = iter(())
        """Ids of those whom it has to look at."""

    def work(self, seconds: float) -> bool:
        """Count for about so many seconds. Returns whether more is left to count."""
        is_more = self._builder.advance(seconds / 3)
        return self.count_times(seconds * 2 / 3) or is_more

    def prepare(self, seconds: float) -> bool:
        """Count for about so many seconds, and look at everybody, before a view needs that.

        Returns:
            Whether more is left to do.
        """
        scan, is_over = self.scan, work_limit(seconds)
        read = len(scan.log.log), *self._reaches.state(scan)
        if read != self._prepared:
            if self.work(seconds):
                return True
            self.look()
            # Of a live session a view looks up to when it is opened.
            has_ended = self.until == known_until(self._provider, scan.session)
            self._prepared = read
            self._not_looked_at = iter(scan.log.participant_ids if has_ended else ())
        for participant_id in self._not_looked_at:
            self.lanes.look(participant_id)
            if is_over():
                return True
        return False

    def summary(self) -> Summary:
        """Sum up what is counted so far."""
        log = self.scan.log
        self._people.take(self.scan.participants.facts)
        self._people.add(self.scan.listed_first)
        counted = self._builder.summary(
            people=self._people,
            facts=self._provider.store.facts(self.scan.session),
            read=log.read_ids,
            all_listed=log.participants_complete,
            knows_of_more=self.scan.participants.knows_of_more,
            estimated=self._counted_estimates(),
        )
        listed = self.scan.participants.contradictions
        if not listed:
            return counted
        return replace(counted, contradictions=Counter(counted.contradictions) + Counter(listed))

    def _counted_estimates(self) -> Estimates | None:
        """Return what those read at random tell, as of when all their events were counted.

        It is made again when one percent more is read: in a big session it takes a while.
        """
        scan, log = self.scan, self.scan.log
        now = (scan.state, _percents(log.participants_read), _percents(log.participants_known))
        if now != self._estimated_at:
            sample = scan.sample()
            # Events come before their participant counts as read, so these are all of theirs.
            if self._builder.counted >= len(log.log):
                self._estimates = None if sample is None else self._builder.estimates(sample)
                self._estimated_at = now
        return self._estimates


def counts_of(provider: StageDataProvider, scan: Scan, kept: SessionCounts | None) -> SessionCounts:
    """Return the counts of a scan: those that are kept if they are of it, else new ones.

    Those of a session that is live hold up to when they were made. New ones go on from what they
    have counted.
    """
    if kept is None or kept.scan is not scan:
        return SessionCounts(provider, scan)
    until = known_until(provider, scan.session)
    if kept.until != until:
        kept = copy(kept)
        kept.hold_until(until)
    return kept


def known_until(provider: StageDataProvider, scope: SessionScope) -> datetime:
    """Return when a session ended; of one that is live the present time."""
    session = provider.store.session(scope)
    end = session.end_time if session is not None else None
    return end if isinstance(end, datetime) else provider.time_of(provider.clock.monotonic())


def _percents(count: int) -> int:
    """Return a number that grows by one when a count has grown by one percent."""
    return int(100 * log1p(count))


class ParticipantCounts:
    """Counts what is read of one participant. Not for two threads at once."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.builder = SummaryBuilder(log)
        """For its summary."""
        self.tally = EventTally(log)
        """Events and errors of every second."""

    def work(self, seconds: float) -> bool:
        """Count for about so many seconds. Returns whether more is left to count."""
        parts = self.builder, self.tally
        return sum(part.advance(seconds / len(parts)) for part in parts) > 0


def participant_summary(
    provider: StageDataProvider,
    scope: ParticipantScope,
    builder: SummaryBuilder,
    *,
    is_complete: bool,
) -> Summary:
    """Sum up what is counted so far of one participant.

    Args:
        provider: What was read of it.
        scope: The participant.
        builder: Counts its events.
        is_complete: Whether all of them are read.
    """
    fact = provider.store.participant(scope)
    summary = fact.summary if fact is not None else ParticipantSummary(scope.participant_id)
    return builder.summary(
        people=ListedParticipants([summary]),
        facts={} if fact is None else {scope.participant_id: fact},
        read=[scope.participant_id] if is_complete else [],
        all_listed=True,
    )
