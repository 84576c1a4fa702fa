"""StageDataProvider: the one shared store of everything read, and the only way to read more."""

import threading
import time
from collections.abc import Callable, Hashable
from functools import partial
from typing import TypeVar

from tui.domain.failures import FailureKind, ProviderFailure
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
from tui.provider import feeds
from tui.provider.calls import DEADLINE_SECONDS, Activity, Call, CallQueue
from tui.provider.connection import Connection, SourceFacts
from tui.provider.event_feed import EventFeed
from tui.provider.event_log import EventTables
from tui.provider.fact import Fact
from tui.provider.feed import Feed
from tui.provider.pace import Pace, Priority
from tui.provider.readable import Readable
from tui.provider.source import Source

_CURED_BY_A_FRESH_SESSION = frozenset(
    {FailureKind.EXPIRED, FailureKind.CREDENTIALS, FailureKind.CONFIGURATION}
)


Key = TypeVar("Key", bound=Hashable)
Target = TypeVar("Target", bound=Readable)


class StageDataProvider:
    """Feeds and facts by scope, created on first use and shared by every screen.

    Nothing is fetched until it is asked for. Every method returns at once and may be called from
    any thread; calls are made in threads of their own, which fill the feed and then announce the
    change. Who reads a feed takes no lock.
    """

    def __init__(
        self,
        connect: Callable[[], Source],
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self.on_change: Callable[[Readable], None] | None = None
        """Told after each change of rows or status, in the thread that made it: mostly a
        reading thread, else the caller's own. It must not block."""
        self.on_bug: Callable[[Exception], None] | None = None
        """Told what a source or a listener raised that is no `ProviderFailure`. Without it the
        thread dies with the traceback."""
        self._connect = connect
        self._clock = clock
        self._calls = CallQueue(Pace() if pace is None else pace, clock=clock, deadline=deadline)
        self._lock = threading.Lock()
        self._reading: dict[Readable, Call] = {}
        self._connection = Connection(connect)
        self._source_facts: SourceFacts | None = None
        self._closed = False
        self._tables = EventTables()
        self._stages = feeds.stages()
        self._sessions: dict[str, Feed[StageSession]] = {}
        self._participants: dict[
            tuple[SessionScope, ParticipantFilter | None], Feed[ParticipantSummary]
        ] = {}
        self._events: dict[ParticipantScope, EventFeed] = {}
        self._replicas: dict[tuple[str, str], Feed[ParticipantReplica]] = {}
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
        """The events of a participant."""
        return self._once(self._events, scope, partial(feeds.events, scope, self._tables))

    def replicas(self, stage_arn: str, participant_id: str) -> Feed[ParticipantReplica]:
        """The copies of a participant of this stage in other stages."""
        key = (stage_arn, participant_id)
        return self._once(self._replicas, key, partial(feeds.replicas, *key))

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
        return self._ask(feed, priority, lambda: feed.wants_read)

    def read(self, fact: Readable, priority: Priority = Priority.DEMAND) -> bool:
        """Ask for a fact unless it is known; as `read_more`."""
        return self.read_more(fact, priority)

    def retry(self, target: Readable, priority: Priority = Priority.DEMAND) -> bool:
        """Make the call that failed again, from the same cursor; as `read_more`."""
        return self._ask(target, priority, lambda: target.can_retry)

    def restart(self, target: Readable, priority: Priority = Priority.DEMAND) -> None:
        """Read again from the start. What was read stays until the first page has come."""
        with self._lock:
            if self._closed:
                return
            self._give_up(target)
            target.begin_again()
            self._submit(target, priority)
        self._announce(target)

    def refresh(self, feed: EventFeed, priority: Priority = Priority.DEMAND) -> bool:
        """Read what is new and merge it; rows keep their positions. As `read_more`.

        How it ended is in `feed.status.refreshed`. A failure leaves the feed as it was.
        """
        return self._ask(feed, priority, feed.begin_refresh)

    def cancel(self, target: Readable) -> bool:
        """Give up the call under way; its answer, should it come, is dropped.

        Returns:
            Whether there was one.
        """
        with self._lock:
            was_reading = self._give_up(target)
            if was_reading:
                target.rest()
        if was_reading:
            self._announce(target)
        return was_reading

    def activity(self, now: float | None = None) -> Activity:
        """What the status line says about calls; `now` on this provider's clock."""
        return self._calls.activity(self._clock() if now is None else now)

    @property
    def source_facts(self) -> SourceFacts | None:
        """Profile, Region and endpoint in use; None before the first call has connected."""
        return self._connection.facts or self._source_facts

    def close(self) -> None:
        """End at once: nothing more is called or announced, and no call is waited for."""
        self._closed = True
        self._calls.close()

    def _once(self, store: dict[Key, Target], key: Key, make: Callable[[], Target]) -> Target:
        with self._lock:
            if key not in store:
                store[key] = make()
            return store[key]

    def _ask(self, target: Readable, priority: Priority, wanted: Callable[[], bool]) -> bool:
        with self._lock:
            call = self._reading.get(target)
            if call is not None:
                self._calls.raise_priority(call, priority)
                return False
            if self._closed or not wanted():
                return False
            self._submit(target, priority)
        self._announce(target)
        return True

    def _submit(self, target: Readable, priority: Priority) -> None:
        call = Call(
            target.operation,
            priority,
            run=lambda: self._run(target, call),
            throttled=lambda: self._update(target, call, target.queue),
            failed=lambda failure: self._fail(target, call, failure),
            crashed=lambda bug: self._crash(target, call, bug),
        )
        self._reading[target] = call
        target.queue()
        self._calls.submit(call)

    def _give_up(self, target: Readable) -> bool:
        call = self._reading.pop(target, None)
        if call is not None:
            self._calls.cancel(call)
        return call is not None

    def _run(self, target: Readable, call: Call) -> None:
        if not self._update(target, call, target.begin_reading):
            return
        connection = self._connection
        try:
            source = connection.source()
            # Connecting takes time, and what was given up meanwhile must not cost a call.
            if self._reading.get(target) is not call:
                return
            store = target.fetch(source)
        except ProviderFailure as failure:
            if failure.kind in _CURED_BY_A_FRESH_SESSION:
                self._renew(connection)
            raise
        with self._lock:
            if self._reading.get(target) is not call:
                return
            needs_another_call = store()
            del self._reading[target]
            if needs_another_call:
                self._submit(target, call.priority)
        self._announce(target)

    def _fail(self, target: Readable, call: Call, failure: ProviderFailure) -> None:
        connection = self._connection
        if failure.kind is FailureKind.TIMEOUT and not connection.is_made:
            self._renew(connection)
        self._update(target, call, lambda: target.fail(failure), ends=True)

    def _crash(self, target: Readable, call: Call, bug: Exception) -> None:
        self._update(target, call, target.rest, ends=True)
        self._report(bug)

    def _update(
        self, target: Readable, call: Call, change: Callable[[], None], *, ends: bool = False
    ) -> bool:
        """Change the status for a call; False, and no change, when the call was given up."""
        with self._lock:
            if self._reading.get(target) is not call:
                return False
            if ends:
                del self._reading[target]
            change()
        self._announce(target)
        return True

    def _renew(self, connection: Connection) -> None:
        """Connect afresh next time, unless another call has seen to it."""
        with self._lock:
            if self._connection is connection:
                self._source_facts = connection.facts or self._source_facts
                self._connection = Connection(self._connect)

    def _announce(self, target: Readable) -> None:
        if self._closed or self.on_change is None:
            return
        try:
            self.on_change(target)
        except Exception as bug:  # noqa: BLE001 - handed on whole, never swallowed
            self._report(bug)

    def _report(self, bug: Exception) -> None:
        if self._closed:
            return
        if self.on_bug is None:
            raise bug
        self.on_bug(bug)
