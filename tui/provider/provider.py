"""StageDataProvider: the one shared store of everything read, and the only way to read more."""

import time
from collections.abc import Callable, Hashable
from datetime import datetime
from functools import partial
from typing import TypeVar

from tui.domain.ingest import IngestConfiguration
from tui.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantReplica,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)
from tui.domain.times import utc_now
from tui.provider import feeds
from tui.provider.calls import DEADLINE_SECONDS, Activity, CallQueue
from tui.provider.connection import SourceFacts
from tui.provider.event_feed import EventFeed
from tui.provider.event_log import EventTables
from tui.provider.fact import Fact
from tui.provider.feed import Feed
from tui.provider.pace import Pace, Priority
from tui.provider.readable import Readable
from tui.provider.reader import Reader
from tui.provider.recorded_answers import RecordedAnswers
from tui.provider.session_log import SessionLog
from tui.provider.source import Recorded, Source
from tui.provider.sweep import Sweep
from tui.provider.sweep_members import SweepMembers
from tui.provider.sweep_progress import SweepState

Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept")


class StageDataProvider:
    """Feeds and facts by scope, created on first use and shared by every screen.

    Nothing is fetched until it is asked for. Every method returns at once and may be called from
    any thread; calls are made in threads of their own, which fill the feed and then announce the
    change. Who reads a feed takes no lock.
    """

    def __init__(
        self,
        connect: Callable[[], Source] | None,
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        deadline: float = DEADLINE_SECONDS,
        recorded: Callable[[], Recorded] | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """Read nothing yet.

        Args:
            connect: Makes the source, in a reading thread; None when a recording is all there is.
            pace: The call budget.
            clock: Seconds.
            deadline: Seconds that a call may take in all.
            recorded: Makes a reading of what an earlier run has read; None for nothing.
            now: The present, aware.
        """
        self.on_change: Callable[[Readable | Sweep], None] | None = None
        """Told after each change of rows or status, in the thread that made it: mostly a
        reading thread, else the caller's own. It must not block."""
        self.on_bug: Callable[[Exception], None] | None = None
        """Told what a source or a listener raised that is no `ProviderFailure`. Without it the
        thread dies with the traceback."""
        self.changes = 0
        """How many changes there were: while it stays the same, so does all that is held."""
        self.has_service = connect is not None
        """Whether there is more to read than a recording."""
        self._clock = clock
        self._calls = CallQueue(Pace() if pace is None else pace, clock=clock, deadline=deadline)
        answers = RecordedAnswers(recorded, are_all=connect is None, clock=clock, now=now)
        self._reader = Reader(connect, self._calls, self, clock, answers)
        self._closed = False
        self._tables = EventTables()
        self._stages = feeds.stages()
        self._sessions: dict[str, Feed[StageSession]] = {}
        self._participants: dict[
            tuple[SessionScope, ParticipantFilter | None], Feed[ParticipantSummary]
        ] = {}
        self._events: dict[ParticipantScope, EventFeed] = {}
        self._sweeps: dict[SessionScope, Sweep] = {}
        self._replicas: dict[tuple[str, str], Feed[ParticipantReplica]] = {}
        self._ingest_configurations: dict[str, Feed[IngestConfiguration]] = {}
        self._stage_facts: dict[str, Fact[Stage]] = {}
        self._session_facts: dict[SessionScope, Fact[StageSession]] = {}
        self._participant_facts: dict[ParticipantScope, Fact[Participant]] = {}

    def stages(self) -> Feed[StageSummary]:
        """The stages of the account in this Region."""
        return self._stages

    def sessions(self, stage_arn: str) -> Feed[StageSession]:
        """The sessions of a stage."""
        return self._once(self._sessions, stage_arn, partial(feeds.sessions, stage_arn))

    def participants(
        self, session: SessionScope, narrowed: ParticipantFilter | None = None
    ) -> Feed[ParticipantSummary]:
        """The participants of a session; each server-side filter has a feed of its own."""
        return self._once(
            self._participants,
            (session, narrowed),
            partial(feeds.participants, session, narrowed),
        )

    def events(self, scope: ParticipantScope) -> EventFeed:
        """The events of a participant; what a sweep of the session holds of them is there."""
        return self._once(self._events, scope, partial(self._open_events, scope))

    def sweep(self, session: SessionScope) -> Sweep:
        """The sweep of a session. It reads nothing before its `start`."""
        return self._once(self._sweeps, session, partial(self._new_sweep, session))

    def replicas(self, stage_arn: str, participant_id: str) -> Feed[ParticipantReplica]:
        """The copies of a participant of this stage in other stages."""
        key = (stage_arn, participant_id)
        return self._once(self._replicas, key, partial(feeds.replicas, *key))

    def ingest_configurations(self, stage_arn: str) -> Feed[IngestConfiguration]:
        """The ingest configurations that are attached to a stage now."""
        make = partial(feeds.ingest_configurations, stage_arn)
        return self._once(self._ingest_configurations, stage_arn, make)

    def stage(self, arn: str) -> Fact[Stage]:
        """What only GetStage tells of a stage."""
        return self._once(self._stage_facts, arn, partial(feeds.stage, arn))

    def session(self, scope: SessionScope) -> Fact[StageSession]:
        """One session, without listing them all."""
        return self._once(self._session_facts, scope, partial(feeds.session, scope))

    def participant(self, scope: ParticipantScope) -> Fact[Participant]:
        """What only GetParticipant tells of a participant."""
        return self._once(self._participant_facts, scope, partial(feeds.participant, scope))

    def read_more(self, feed: Readable, priority: Priority = Priority.DEMAND) -> bool:
        """Ask for the next page.

        A second ask while the first is under way changes nothing but its urgency. Nothing is
        asked when the feed is complete, or has failed: that is for `retry`.

        Returns:
            Whether this ask started a call.
        """
        return self._reader.ask(feed, priority, lambda: feed.wants_read)

    def read(self, fact: Readable, priority: Priority = Priority.DEMAND) -> bool:
        """Ask for a fact unless it is known; as `read_more`."""
        return self.read_more(fact, priority)

    def retry(self, target: Readable, priority: Priority = Priority.DEMAND) -> bool:
        """Make the call that failed again, from the same cursor; as `read_more`."""
        return self._reader.ask(target, priority, lambda: target.can_retry)

    def restart(self, target: Readable, priority: Priority = Priority.DEMAND) -> None:
        """Read again from the start. What was read stays until the first page has come."""
        self._reader.restart(target, priority)

    def refresh(self, feed: EventFeed, priority: Priority = Priority.DEMAND) -> bool:
        """Read what is new and merge it; rows keep their positions. As `read_more`.

        How it ended is in `feed.status.refreshed`. A failure leaves the feed as it was.
        """
        return self._reader.ask(feed, priority, feed.begin_refresh)

    def cancel(self, target: Readable) -> bool:
        """Give up the call under way; its answer, should it come, is dropped.

        Returns:
            Whether there was one.
        """
        return self._reader.cancel(target)

    def activity(self, now: float | None = None) -> Activity:
        """What the status line says about calls; `now` on this provider's clock."""
        return self._calls.activity(self._clock() if now is None else now)

    @property
    def source_facts(self) -> SourceFacts | None:
        """Profile, Region and endpoint in use; None before the first call has connected."""
        return self._reader.source_facts

    def close(self) -> None:
        """End at once: nothing more is called or announced, and no call is waited for."""
        self._closed = True
        self._reader.close()
        self._calls.close()

    def _once(self, store: dict[Key, Kept], key: Key, make: Callable[[], Kept]) -> Kept:
        with self._reader.lock:
            if key not in store:
                store[key] = make()
            return store[key]

    # What is held now. Nothing is created or read for these.

    def opened_events(self, scope: ParticipantScope) -> EventFeed | None:
        """The feed of a participant if a person has opened it."""
        return self._events.get(scope)

    def opened_in(self, session: SessionScope) -> dict[str, EventFeed]:
        """Feeds that persons have opened in a session, by participant id."""
        opened = list(self._events.items())
        return {scope.participant_id: feed for scope, feed in opened if scope.session == session}

    def held_participant(self, scope: ParticipantScope) -> Participant | None:
        """What GetParticipant told of a participant."""
        fact = self._participant_facts.get(scope)
        return None if fact is None else fact.value

    def held_facts(self, session: SessionScope) -> dict[str, Participant]:
        """What GetParticipant told of participants of a session, by participant id."""
        facts = list(self._participant_facts.items())
        return {
            scope.participant_id: fact.value
            for scope, fact in facts
            if scope.session == session and fact.value is not None
        }

    def held_session(self, session: SessionScope) -> StageSession | None:
        """The row of a session; the one that names its end, when one does."""
        rows = self._sessions.get(session.stage_arn)
        fact = self._session_facts.get(session)
        held = [] if rows is None else list(rows.items)
        if fact is not None and fact.value is not None:
            held.append(fact.value)
        own = [row for row in held if row.session_id == session.session_id]
        return max(own, key=lambda row: row.end_time is not None, default=None)

    def held_participants(self, session: SessionScope) -> Feed[ParticipantSummary] | None:
        """The unfiltered list of a session if some of it was read."""
        rows = self._participants.get((session, None))
        return None if rows is None or rows.pages == 0 else rows

    def held_replicas(self, scope: ParticipantScope) -> Feed[ParticipantReplica] | None:
        """The copies of a participant if some of the list was read."""
        rows = self._replicas.get((scope.stage_arn, scope.participant_id))
        return None if rows is None or rows.pages == 0 else rows

    def held_ingest_configurations(self, stage_arn: str) -> Feed[IngestConfiguration] | None:
        """Those of a stage if some of the list was read, or asking for it failed."""
        rows = self._ingest_configurations.get(stage_arn)
        return None if rows is None or (rows.pages == 0 and rows.failure is None) else rows

    def started_sweep(self, session: SessionScope) -> Sweep | None:
        """The sweep of a session if it was ever started."""
        sweep = self._sweeps.get(session)
        return None if sweep is None or sweep.state is SweepState.IDLE else sweep

    def time_of(self, moment: float) -> datetime:
        """A moment on this provider's clock, as a time."""
        return self._reader.times.time_of(moment)

    def up_to_date_at(self, feed: Readable) -> float | None:
        """When the first page was asked for, or the last refresh begun, on that clock.

        What came after it can be missing. None when that is not known.
        """
        return self._reader.times.of(feed)

    def recorded_at(self, feed: Readable) -> datetime | None:
        """When an earlier run asked for what is held; None when this one did."""
        return self._reader.times.recorded_at(feed)

    def new_events(self, scope: ParticipantScope) -> EventFeed:
        """A feed of a participant that is not shared. For sweeps."""
        return feeds.events(scope, self._tables)

    def _new_sweep(self, session: SessionScope) -> Sweep:
        key = (session, None)
        listed = self._participants.setdefault(key, feeds.participants(*key))
        members = SweepMembers(
            SessionLog(self._tables),
            listed,
            lambda: {scope.participant_id for scope in self._events if scope.session == session},
        )
        return Sweep(self, self._reader, members, session, self._clock)

    def _open_events(self, scope: ParticipantScope) -> EventFeed:
        sweep = self._sweeps.get(scope.session)
        return self.new_events(scope) if sweep is None else sweep.open(scope)

    def announce(self, target: Readable | Sweep) -> None:
        """Tell `on_change`. For what this provider is made of, not for screens."""
        self.changes += 1
        if self._closed or self.on_change is None:
            return
        try:
            self.on_change(target)
        except Exception as bug:  # noqa: BLE001 - handed on whole, never swallowed
            self.report(bug)

    def report(self, bug: Exception) -> None:
        """Tell `on_bug`, or raise it when nobody listens. As `announce`."""
        if self._closed:
            return
        if self.on_bug is None:
            raise bug
        self.on_bug(bug)
