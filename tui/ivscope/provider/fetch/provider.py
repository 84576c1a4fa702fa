"""StageDataProvider: the one shared store of everything read, and the only way to read more."""

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import partial
from random import random
from typing import Any, TypeVar

from ivscope.domain import calls
from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.clock import SYSTEM_CLOCK, Clock
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.provider.fetch.connection import RecordedAnswers, SourceDetails
from ivscope.provider.fetch.fetcher import Fetcher
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.fetch.scheduler import DEADLINE_SECONDS, Activity, Scheduler
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.fact import Fact
from ivscope.provider.store.feed import Feed
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.source import FileNature, RecordedReading, Source
from ivscope.provider.store.store import Store

Key = TypeVar("Key", bound=Hashable)
Target = TypeVar("Target")


class StageDataProvider:
    """Feeds and facts by scope, created on first use and shared by every screen.

    Nothing is fetched until it is asked for. Every method returns at once and may be called from
    any thread; calls are made in threads of their own, which fill the feed and then announce the
    change. Looking at a feed takes no lock.
    """

    def __init__(
        self,
        connect: Callable[[], Source] | None,
        *,
        rate_limiter: RateLimiter | None = None,
        clock: Clock = SYSTEM_CLOCK,
        deadline: float = DEADLINE_SECONDS,
        recorded: Callable[[], RecordedReading] | None = None,
        file: FileNature | None = None,
        ahead: Callable[[], RecordedReading] | None = None,
        draw: Callable[[], float] = random,
        typed: Callable[[], int] = int,
    ) -> None:
        """Read nothing yet.

        Args:
            connect: Makes the source, in the thread of a call; None with a recording only.
            rate_limiter: The calls that are allowed.
            clock: Measures all waiting and all ages.
            deadline: Seconds that a call may take in all.
            recorded: Opens the recording of an earlier run for one answer; None without one.
            file: What a file that is read instead leaves open; None where there is none.
            ahead: Opens the answers to calls that this run has made ahead; None without any.
            draw: Draws a number from 0 to 1, any as likely as another: the order in which scans
                of big sessions read.
            typed: A number that grows with each key, to which scans give way.
        """
        self.on_change: Callable[[Fetchable | Scan], None] | None = None
        """Called after each change of rows or status, in the thread that made it: mostly that
        of a call, else the caller's own. It must not block."""
        self.on_bug: Callable[[Exception], None] | None = None
        """Called with what a source or listener raised that is no `ProviderFailure`. Without it the
        thread dies with the traceback."""
        self.changes = 0
        """How many changes there were: while it stays the same, so does the store."""
        self.may_grow = connect is not None
        """Whether sessions can go on where pages come from: a recording does not grow."""
        self.file = file
        """What a file that is read instead of a service leaves open; None where there is none."""
        self.has_gaps = file is not None and file.has_gaps
        """Whether events can be missing anywhere between those read: the file is none of ours."""
        self.store = Store(may_grow=connect is not None, now=clock.now)
        """All feeds and facts, with what was read so far."""
        self._scans: dict[SessionScope, Scan] = {}
        self.clock = clock
        """The clock that all its times are on."""
        self._rate_limiter = RateLimiter() if rate_limiter is None else rate_limiter
        self._scheduler = Scheduler(self._rate_limiter, clock=clock, deadline=deadline, typed=typed)
        answers = RecordedAnswers(recorded, are_all=connect is None, clock=clock)
        self._fetcher = Fetcher(
            connect,
            self._scheduler,
            announce=self.announce,
            report=self.report,
            clock=clock.monotonic,
            recorded=answers,
            ahead=None if ahead is None else RecordedAnswers(ahead, are_all=False, clock=clock),
        )
        self._draw = draw
        self._closed = False

    def feed(self, call: ListCall[Item]) -> Feed[Item]:
        """The feed of a call. For events there is `events`."""
        with self._fetcher.lock:
            return self.store.feed(call)

    def fact(self, call: GetCall[Value]) -> Fact[Value]:
        """The fact of a call."""
        with self._fetcher.lock:
            return self.store.fact(call)

    def stages(self) -> Feed[StageSummary]:
        """The stages of the account in this Region."""
        return self.feed(calls.STAGES)

    def sessions(self, stage_arn: str) -> Feed[StageSession]:
        """The sessions of a stage."""
        return self.feed(calls.sessions(stage_arn))

    def participants(
        self, session: SessionScope, narrowed: ParticipantFilter | None = None
    ) -> Feed[ParticipantSummary]:
        """The participants of a session; each server-side filter has a feed of its own."""
        return self.feed(calls.participants(session, narrowed))

    def events(self, scope: ParticipantScope) -> EventFeed:
        """The events of a participant; those that a scan has read are in it."""
        return self._once(self.store.all_events, scope, partial(self._open_events, scope))

    def scan(self, session: SessionScope) -> Scan:
        """The scan of a session. It reads nothing before its `start`."""
        return self._once(self._scans, session, partial(self._new_scan, session))

    def started_scan(self, session: SessionScope) -> Scan | None:
        """The scan of a session if it was ever started."""
        scan = self._scans.get(session)
        return None if scan is None or scan.state is ScanState.IDLE else scan

    def events_held(self) -> dict[SessionScope, int]:
        """Events in memory by session, of those that a person opened and of scans."""
        held = {session: len(scan.log.log) for session, scan in list(self._scans.items())}
        for scope, feed in list(self.store.all_events.items()):
            held[scope.session] = held.get(scope.session, 0) + len(feed.items)
        return held

    def let_go(self, session: SessionScope) -> bool:
        """Forget the events of a session; lists and facts are kept. They are read again if asked.

        Nothing is forgotten while events of it are being read, nor what a scan has read of a
        service: reading that again takes a call for each participant.

        Returns:
            Whether they are forgotten.
        """
        with self._fetcher.changing():
            scan = self.started_scan(session)
            feeds = self.store.opened_in(session)
            if scan is not None and (self.may_grow or scan.is_running):
                return False
            if any(feed.status.is_busy for feed in feeds.values()):
                return False
            for name, feed in feeds.items():
                self._fetcher.unfollow(feed)
                scope = ParticipantScope(session.stage_arn, session.session_id, name)
                del self.store.all_events[scope]
            if scan is not None:
                scan.let_go()
                del self._scans[session]
        return True

    def stage(self, arn: str) -> Fact[Stage]:
        """What only GetStage tells of a stage."""
        return self.fact(calls.stage(arn))

    def session(self, scope: SessionScope) -> Fact[StageSession]:
        """One session, without listing them all."""
        return self.fact(calls.session(scope))

    def participant(self, scope: ParticipantScope) -> Fact[Participant]:
        """What only GetParticipant tells of a participant."""
        return self.fact(calls.participant(scope))

    def read_more(self, feed: Fetchable, priority: Priority = Priority.DEMAND) -> bool:
        """Ask for the next page.

        A second ask while the first is under way changes nothing but its priority. Nothing is
        asked when the feed is complete, or has failed: that is for `retry`.

        Returns:
            Whether this ask started a call.
        """
        return self._fetcher.ask(feed, priority, lambda: feed.wants_read)

    def read_to_the_end(self, feed: Fetchable, *, retry: bool = False) -> bool:
        """Ask for page after page, each as soon as the one before it came.

        Args:
            feed: Whose pages.
            retry: Whether to make the call that failed again, as `retry`; else as `read_more`.

        Returns:
            Whether this ask started a call.
        """
        return self._fetcher.read_on(
            feed, Priority.DEMAND, lambda: feed.can_retry if retry else feed.wants_read
        )

    def read_no_further(self, feed: Fetchable) -> None:
        """End `read_to_the_end` with the page that is under way."""
        self._fetcher.read_no_further(feed)

    def read(self, fact: Fetchable, priority: Priority = Priority.DEMAND) -> bool:
        """Ask for a fact unless it was read; as `read_more`."""
        return self.read_more(fact, priority)

    def retry(self, target: Fetchable, priority: Priority = Priority.DEMAND) -> bool:
        """Make the call that failed again, from the same cursor; as `read_more`."""
        return self._fetcher.ask(target, priority, lambda: target.can_retry)

    def restart(self, target: Fetchable, priority: Priority = Priority.DEMAND) -> None:
        """Read again from the start. What was read stays until the first page has come."""
        self._fetcher.restart(target, priority)

    def refresh(self, feed: EventFeed, priority: Priority = Priority.DEMAND) -> bool:
        """Read what is new and merge it; rows keep their positions. As `read_more`.

        How it ended is in `feed.status.refreshed`. A failure leaves the feed as it was.
        """
        return self._fetcher.ask(feed, priority, feed.begin_refresh)

    def cancel(self, target: Fetchable) -> bool:
        """Give up the call under way; its answer, should it come, is dropped.

        Returns:
            Whether there was one.
        """
        return self._fetcher.cancel(target)

    @property
    def background_limit(self) -> int:
        """Calls a second of each operation that nobody waits for."""
        return self._rate_limiter.background

    def watch(self, *, is_watched: bool) -> None:
        """Tell whether a person looks at what scans read, which may then take all our calls."""
        self._rate_limiter.is_watched = is_watched

    @property
    def scan_limit(self) -> int:
        """Calls a second of a scan that a person looks at, while no call was refused."""
        return self._rate_limiter.watched

    def activity(self, now: float | None = None) -> Activity:
        """What the status line says about calls; `now` on this provider's clock."""
        return self._scheduler.activity(self.clock.monotonic() if now is None else now)

    @property
    def source_details(self) -> SourceDetails | None:
        """Profile, Region and endpoint in use; None before the first call has connected."""
        return self._fetcher.source_details

    @property
    def should_connect(self) -> bool:
        """Whether answers came ahead of the connection, and none is awaited any more."""
        return self._fetcher.should_connect

    def connect(self) -> None:
        """Connect for the next call. Blocks; what fails is told when that call fails."""
        self._fetcher.connect()

    def close(self) -> None:
        """End at once: nothing more is called or announced, and no call is waited for."""
        self._closed = True
        self._fetcher.close()
        self._scheduler.close()

    def _once(self, store: dict[Key, Target], key: Key, make: Callable[[], Target]) -> Target:
        with self._fetcher.lock:
            if key not in store:
                store[key] = make()
            return store[key]

    def time_of(self, moment: float) -> datetime:
        """Turn seconds on this provider's clock into a time."""
        return self._fetcher.times.time_of(moment)

    def up_to_date_at(self, feed: Fetchable) -> float | None:
        """When the first page was asked for, or the last refresh begun, on this provider's clock.

        What came in after it can be missing. None when nothing was read.
        """
        return self._fetcher.times.of(feed)

    def all_read_at(self, feed: Feed[Any]) -> datetime | None:
        """When the pass began that has read all of a complete list.

        None when it is not complete, when that is not known, and for recorded rows, unless their
        file says it.
        """
        times = self._fetcher.times
        if feed.is_complete and self.file is not None:
            return self.file.all_read_at
        if not feed.is_complete or times.is_recorded(feed):
            return None
        return times.whole_at(feed)

    def recorded_at(self, feed: Fetchable) -> datetime | None:
        """When an earlier run asked for the rows or the value; None when this run did."""
        return self._fetcher.times.recorded_at(feed) if self.file is None else self.file.saved_at

    def _new_scan(self, session: SessionScope) -> Scan:
        clock = self.clock.monotonic
        return Scan(
            self.store,
            self._fetcher,
            session,
            clock=clock,
            announce=self.announce,
            draw=self._draw,
        )

    def _open_events(self, scope: ParticipantScope) -> EventFeed:
        scan = self._scans.get(scope.session)
        return self.store.new_events(scope) if scan is None else scan.open(scope)

    def announce(self, target: Fetchable | Scan) -> None:
        """Call `on_change`. For the parts of this provider, not for screens."""
        self.changes += 1
        if self._closed or self.on_change is None:
            return
        try:
            self.on_change(target)
        except Exception as bug:  # noqa: BLE001 - handed on whole, never swallowed
            self.report(bug)

    def report(self, bug: Exception) -> None:
        """Call `on_bug`, or raise the bug when nobody listens. As `announce`."""
        if self._closed:
            return
        if self.on_bug is None:
            raise bug
        self.on_bug(bug)
