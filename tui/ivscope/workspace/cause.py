"""Finds the events that somebody asks about, and reads what their causes take.

`CauseReading` does it for one participant, `SessionMoment` looks for the errors of everybody in a
session at some time.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ivscope.analysis.intervals import SECOND
from ivscope.analysis.jumps import nearest_row, row_like
from ivscope.domain.events import Event
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
)
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.findings.finding import Ask, EventRef, FactKind, Finding
from ivscope.findings.rules import findings_for
from ivscope.provider.fetch.scan_members import Wanted
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.fetchable import Fetchable
from ivscope.workspace.event_list import EventList
from ivscope.workspace.event_refs import EventRefs, reads_past, target_of
from ivscope.workspace.event_stream import ParticipantStream
from ivscope.workspace.reader import Reader
from ivscope.workspace.store_context import StoreContext

MOST_CALLS = 60
"""A scan that takes more calls than this is offered, not made: a quarter of a minute."""

_MOST_PAGES = 10
"""Pages of the participant's own list that are read for a finding: two seconds and a half."""

_SECOND = timedelta(seconds=1)

_PUBLISHED = ParticipantFilter("filterByPublished", value=True)


TimeSpan = tuple[datetime, datetime]
"""From a time up to, not including, another; aware UTC."""


@frozen
class SoughtEvent:
    """What somebody tells of an event."""

    time: datetime | None
    """Aware UTC, a whole second as a rule; None when it is not told."""
    name: str | None = None
    """As ListParticipantEvents names it; None for any."""
    error_code: str | None = None
    """Whole or a part of it, in any case; None for any."""
    spans: tuple[TimeSpan, ...] = ()
    """What a typed time covers, ascending: a minute for 20:48. Empty where an event tells its
    own time, which is that of the event to a second."""

    @property
    def span(self) -> TimeSpan | None:
        """From the first to the last moment that is asked about; None without a time."""
        if self.spans:
            return self.spans[0][0], self.spans[-1][1]
        if self.time is None:
            return None
        start = self.time.replace(microsecond=0)
        return start, start + _SECOND

    def fits(self, event: Event) -> bool:
        """Whether an event is of this name and code, at whatever time."""
        if self.name is None and self.error_code is None:
            return event.is_error
        code = (self.error_code or "").upper()
        return self.name in {None, event.name} and code in (event.error_code or "").upper()

    def within(self, log: EventLog) -> list[int]:
        """Return where the events of this time stand in a log, whatever they are, ascending."""
        bounds = [
            (to_microseconds(start), to_microseconds(end))
            for start, end in self.spans or filter(None, [self.span])
        ]
        times = ((at, log.time_us(at)) for at in range(len(log)))
        return [
            at
            for at, time_us in times
            if time_us is not None and any(start <= time_us < end for start, end in bounds)
        ]


def _is_past(log: EventLog, span: TimeSpan) -> bool:
    """Whether events are read up to the far end of a time, whichever comes first in the list."""
    return all(reads_past(log, to_microseconds(moment)) for moment in span)


class CauseReading:
    """Reads the events of one participant, and what findings about one of them ask for."""

    def __init__(self, reader: Reader, scope: ParticipantScope) -> None:
        self.failures: dict[Ask, ProviderFailure] = {}
        """What could not be read that findings ask for."""
        self.scope = scope
        self.stream = ParticipantStream(reader.provider, scope)
        self.refs = EventRefs(reader.provider, StoreContext(reader.provider))
        """The events that findings name."""
        self._reader = reader
        self._provider = reader.provider
        self._list = EventList.of(self.stream)
        self._asked: set[Ask] = set()
        self._unread: set[Ask] = set()
        """Those of them that were read in part only."""

    def find(self, sought: SoughtEvent) -> list[int]:
        """Read up to an event, and return where it stands.

        Returns:
            Positions in the log of the participant. With a time that of the event in that second,
            or none; with a typed time those of all errors that it covers, else of all events.
            Without a time those of all events of that name and code; all are read then.
        """
        view, feed = self._list.view, self.stream.feed
        moment = sought.time
        if sought.spans:
            return self._find_within(sought)

        def is_enough() -> bool:
            self._work()
            if moment is None:
                return False
            return self._list.is_nearest(nearest_row(view, moment), moment)

        self._reader.read_list(feed, is_enough)
        self._work()
        if moment is None:
            return [at for at in range(len(feed.items)) if sought.fits(feed.items[at])]
        row = nearest_row(view, moment)
        if row is None or abs(self._time(row) - moment) >= _SECOND:
            return []
        if sought.name is None and sought.error_code is None:
            errors = [at for at in self._second_of(row) if feed.items.is_error(at)]
            return errors or [view.position(row)]
        same = row_like(view, row, sought.name, sought.error_code)
        return [] if same is None else [view.position(same)]

    def _find_within(self, sought: SoughtEvent) -> list[int]:
        span, feed = sought.span, self.stream.feed
        assert span is not None  # noqa: S101 - there are spans
        self._reader.read_list(feed, lambda: _is_past(feed.items, span))
        self._work()
        found = sought.within(feed.items)
        found.sort(key=lambda at: feed.items.time_us(at) or 0)
        fitting = [at for at in found if sought.fits(feed.items[at])]
        return fitting if fitting or sought.name or sought.error_code else found

    def nearest(self, moment: datetime) -> Event | None:
        """Return the event nearest to a moment, of those read."""
        row = nearest_row(self._list.view, moment)
        return None if row is None else self.stream.items[self._list.view.position(row)]

    def _work(self) -> None:
        while self._list.view.work(1.0):
            pass

    def _time(self, row: int) -> datetime:
        time_us = self.stream.items.time_us(self._list.view.position(row))
        return from_microseconds(time_us or 0)

    def _second_of(self, row: int) -> Iterator[int]:
        """Yield the positions of the events in the second of a row."""
        log = self.stream.items
        second = to_microseconds(self._time(row)) // SECOND
        for at in range(len(log)):
            time_us = log.time_us(at)
            if time_us is not None and time_us // SECOND == second:
                yield at

    def findings(self, position: int) -> tuple[Finding, ...]:
        """Return the findings about an event, and read what they ask for before.

        A recording has all of a session without a call, so everybody in it is read first.
        """
        event = self.stream.items[position]
        if not self._provider.may_grow and event.is_error:
            self._reader.read_session(self._provider.scan(self.scope.session))
        while True:
            found = findings_for(
                self.scope,
                position,
                self.refs.store_context.facts,
                self._reader.jobs.rule_failed,
            )
            ask = self._next(found)
            if ask is None:
                return found
            self._asked.add(ask)
            self._read(ask, event)

    def left(self, findings: tuple[Finding, ...]) -> list[Ask]:
        """Return what findings still ask for and what was not read: it takes too many calls."""
        asks = dict.fromkeys(ask for one in findings for ask in one.would_tell)
        return [ask for ask in asks if ask not in self._asked or ask in self._unread]

    def ref(self, position: int) -> EventRef:
        """Refer to an event of the participant."""
        return EventRef(self.scope, position)

    def _next(self, findings: tuple[Finding, ...]) -> Ask | None:
        """Return the next fact to read: those of single calls first."""
        failed = {ask.fact for ask in self.failures}
        asks = [
            ask for ask in self.left(findings) if ask.fact not in failed and ask not in self._asked
        ]
        cheap = [ask for ask in asks if ask.calls <= MOST_CALLS]
        return min(cheap, key=lambda ask: ask.calls, default=None)

    def _read(self, ask: Ask, event: Event) -> None:
        target = target_of(self._provider, ask.fact)
        if target is self.stream.feed:
            failure = self._read_own(ask)
        elif target is not None:
            self._read_target(target, event)
            failure = target.status.failure
        elif ask.fact.kind is FactKind.SESSION_EVENTS:
            failure = self._read_session(event)
        else:
            return
        if failure is not None:
            self.failures[ask] = failure

    def _read_own(self, ask: Ask) -> ProviderFailure | None:
        feed = self.stream.feed
        most = feed.pages + _MOST_PAGES
        self._reader.read_list(feed, lambda: feed.pages >= most)
        if not feed.is_complete:
            self._unread.add(ask)
        return feed.failure

    def _read_target(self, target: Fetchable, event: Event) -> None:
        if isinstance(target, EventFeed):
            time_us = to_microseconds(event.time) if isinstance(event.time, datetime) else None
            self._reader.read_list(
                target, lambda: target.pages > 0 and reads_past(target.items, time_us)
            )
        else:
            self._reader.read(target)

    def _read_session(self, event: Event) -> ProviderFailure | None:
        """Read those who can have been publishing when a place was refused, else everybody."""
        scan = self._provider.scan(self.scope.session)
        is_first = self._provider.started_scan(self.scope.session) is None
        wanted = None
        if is_first and event.error_code == "QUOTA_EXCEEDED" and isinstance(event.time, datetime):
            wanted = Wanted(_PUBLISHED, event.time + _SECOND)
        self._reader.read_session(scan, wanted)
        return scan.failure or next(iter(scan.log.failures.values()), None)


class SessionMoment:
    """Looks for the errors that anybody in a session had at some time, and reads no further.

    Who joined after that time is not read, nor what lies beyond it in the lists of the others.
    """

    def __init__(self, reader: Reader, session: SessionScope) -> None:
        self.failures: dict[str, ProviderFailure] = {}
        """What could not be read, by what it is."""
        self.listed = 0
        """Participants that the session has, as far as listed."""
        self.wanted = 0
        """Those of them who had joined by then, or of whom it is not told."""
        self.done = 0
        """Those of them who were looked at."""
        self.nearest: tuple[ParticipantScope, Event] | None = None
        """Of the errors read the one nearest to that time; None when none was read."""
        self._distance_us = 0
        self.found: list[tuple[ParticipantScope, int]] = []
        """Whose errors these are, and where they stand in the log of each, as they were read."""
        self._reader = reader
        self._session = session

    def find(self, sought: SoughtEvent) -> None:
        """Read, and note what is found, participant by participant.

        Args:
            sought: What is told of the events, with a time.
        """
        span = sought.span
        assert span is not None  # noqa: S101 - see above
        rows = self._reader.provider.participants(self._session)
        self._reader.read_list(rows)
        self._note("the participants", rows.failure)
        self.listed = len(rows.facts)
        wanted = [row for row in rows.facts if not _joined_after(row, span)]
        self.wanted = len(wanted)
        for row in wanted:
            scope = ParticipantScope(
                self._session.stage_arn, self._session.session_id, row.participant_id
            )
            log = self._read(scope, span)
            self.found += [(scope, at) for at in sought.within(log) if sought.fits(log[at])]
            self._take_nearest(scope, log, to_microseconds(span[0]))
            self.done += 1

    def _read(self, scope: ParticipantScope, span: TimeSpan) -> EventLog:
        feed = self._reader.provider.events(scope)
        self._reader.read_list(feed, lambda: _is_past(feed.items, span))
        self._note(f"participant {scope.participant_id}", feed.failure)
        return feed.items

    def _take_nearest(self, scope: ParticipantScope, log: EventLog, wanted_us: int) -> None:
        for at in range(len(log)):
            time_us = log.time_us(at) if log.is_error(at) else None
            if time_us is None:
                continue
            distance_us = abs(time_us - wanted_us)
            if self.nearest is None or distance_us < self._distance_us:
                self.nearest, self._distance_us = (scope, log[at]), distance_us

    def _note(self, what: str, failure: ProviderFailure | None) -> None:
        if failure is not None:
            self.failures[what] = failure


def _joined_after(row: ParticipantSummary, span: TimeSpan) -> bool:
    joined = row.first_join_time
    return isinstance(joined, datetime) and joined >= span[1]
