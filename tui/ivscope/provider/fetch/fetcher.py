"""Fetcher: makes the calls of feeds and facts, one at a time for each, and announces answers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from ivscope.domain.failures import FailureKind, ProviderFailure, is_not_recorded
from ivscope.provider.fetch.connection import Connection, RecordedAnswers, SourceDetails
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.scheduler import Call, Scheduler
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.reading_times import ReadingTimes
from ivscope.provider.store.source import Source

_CURED_BY_A_FRESH_SESSION = frozenset(
    {FailureKind.EXPIRED, FailureKind.CREDENTIALS, FailureKind.CONFIGURATION}
)


class Fetcher:
    """Hands calls to the scheduler, runs them and stores their answers.

    Methods that say so are called with `lock` held; all others take it.
    """

    def __init__(
        self,
        connect: Callable[[], Source] | None,
        scheduler: Scheduler,
        *,
        announce: Callable[[Fetchable], None],
        report: Callable[[Exception], None],
        clock: Callable[[], float],
        recorded: RecordedAnswers,
        ahead: RecordedAnswers | None = None,
    ) -> None:
        """Fetch nothing yet.

        Args:
            connect: Makes the source; None where there is only a recording.
            scheduler: Decides which call goes next.
            announce: Told that rows or status have changed, always without the lock.
            report: Given what a source or a follower raised that it may not raise, without the
                lock.
            clock: Seconds that only grow.
            recorded: The answers of an earlier run.
            ahead: The answers to calls that this run made ahead; None where it made none.
        """
        self.lock = threading.Lock()
        """Held while a feed, a fact or a scan changes, mostly by `changing`."""
        self._connect = connect
        self._recorded = recorded
        self._ahead = ahead
        self._came_ahead = False
        self._connection = Connection(connect)
        self._source_details: SourceDetails | None = None
        self._scheduler = scheduler
        self._announce = announce
        self._report = report
        self._clock = clock
        self.times = ReadingTimes(self._recorded.time_of)
        """When each feed and fact was asked for."""
        self._reading: dict[Fetchable, Call] = {}
        self._followers: dict[Fetchable, Callable[[], None]] = {}
        self._hidden: set[Fetchable] = set()
        self._to_the_end: set[Fetchable] = set()
        self._afterwards: list[Callable[[], None]] = []
        self._closed = False

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock; after its release run the steps given to `afterwards`, in this thread."""
        steps: list[Callable[[], None]] = []
        with self.lock:
            try:
                yield
            finally:
                steps, self._afterwards = self._afterwards, steps
        for step in steps:
            step()

    @property
    def source_details(self) -> SourceDetails | None:
        """Profile, Region and endpoint in use; None before the first call has connected."""
        return self._connection.details or self._source_details

    @property
    def should_connect(self) -> bool:
        """Whether answers came ahead of the connection, and none is awaited any more."""
        return self._came_ahead and not self._connection.is_made and not self._reading

    def connect(self) -> None:
        """Connect for the next call. Blocks; what fails is told when that call fails."""
        with suppress(ProviderFailure):
            self._connection.source()

    def close(self) -> None:
        """Start nothing more."""
        self._closed = True

    def ask(self, target: Fetchable, priority: Priority, wanted: Callable[[], bool]) -> bool:
        """Start a call if one is wanted; if one is under way, only raise its priority.

        Returns:
            Whether this ask started a call.
        """
        with self.changing():
            call = self._reading.get(target)
            if call is not None:
                self._scheduler.raise_priority(call, priority)
                return False
            if self._closed or not wanted():
                return False
            self._submit(target, priority)
            self._announce_afterwards(target)
        return True

    def read_on(self, target: Fetchable, priority: Priority, wanted: Callable[[], bool]) -> bool:
        """As `ask`, and then page after page without being asked, until the last or a failure."""
        with self.lock:
            self._to_the_end.add(target)
        return self.ask(target, priority, wanted)

    def read_no_further(self, target: Fetchable) -> None:
        """Ask for no page after the one that is under way."""
        with self.lock:
            self._to_the_end.discard(target)

    def restart(self, target: Fetchable, priority: Priority) -> None:
        """Give up the call under way and read from the start."""
        with self.changing():
            self.begin_again(target, priority)

    def cancel(self, target: Fetchable) -> bool:
        """Give up the call under way; returns whether there was one."""
        with self.changing():
            was_reading = self._give_up(target)
            if was_reading:
                target.rest()
                self._call_follower(target)
        return was_reading

    def begin(self, target: Fetchable, priority: Priority, wanted: Callable[[], bool]) -> bool:
        """With the lock held: start a call if it is wanted and none is under way.

        Returns:
            Whether a call is under way now.
        """
        if target in self._reading:
            return True
        if self._closed or not wanted():
            return False
        self._submit(target, priority)
        self._announce_afterwards(target)
        return True

    def begin_again(self, target: Fetchable, priority: Priority) -> None:
        """With the lock held: give up the call under way and read from the start."""
        if self._closed:
            return
        self._give_up(target)
        target.begin_again()
        self._submit(target, priority)
        self._announce_afterwards(target)

    def withdraw(self, target: Fetchable, priority: Priority) -> bool:
        """With the lock held: give up a call that waits, unless somebody wants it more urgently.

        Returns:
            Whether no call is under way now. Its follower is not told.
        """
        call = self._reading.get(target)
        if call is None:
            return True
        if call.priority < priority or target.status.state is not FeedState.QUEUED:
            return False
        self._give_up(target)
        target.rest()
        self._announce_afterwards(target)
        return True

    def follow(self, target: Fetchable, follower: Callable[[], None], *, hidden: bool) -> None:
        """With the lock held: call `follower` at every answer, with the lock held.

        Changes of a hidden target are announced to nobody else. One follower for each target.
        """
        self._followers[target] = follower
        if hidden:
            self._hidden.add(target)
        else:
            self._hidden.discard(target)

    def unfollow(self, target: Fetchable, *, is_kept: bool = False) -> None:
        """With the lock held: forget the follower of a target, and its read times unless kept."""
        self._followers.pop(target, None)
        self._hidden.discard(target)
        if not is_kept:
            self.times.forget(target)

    def afterwards(self, step: Callable[[], None]) -> None:
        """Inside `changing`: have a step run when the lock is released."""
        self._afterwards.append(step)

    def _announce_afterwards(self, target: Fetchable) -> None:
        if not self._closed and target not in self._hidden:
            self.afterwards(lambda: self._announce(target))

    def _submit(self, target: Fetchable, priority: Priority, *, free: bool | None = None) -> None:
        call = Call(
            target.operation,
            priority,
            run=lambda: self._run(target, call),
            throttled=lambda: self._update(target, call, target.queue),
            failed=lambda failure: self._fail(target, call, failure),
            crashed=lambda bug: self._crash(target, call, bug),
            region=target.region,
            is_free=self._recorded.come_first(target) if free is None else free,
        )
        self._reading[target] = call
        target.queue()
        self._scheduler.submit(call)

    def _give_up(self, target: Fetchable) -> bool:
        self._to_the_end.discard(target)
        call = self._reading.pop(target, None)
        if call is not None:
            self._scheduler.cancel(call)
        return call is not None

    def _run(self, target: Fetchable, call: Call) -> None:
        if not self._update(target, call, target.begin_reading):
            return
        before = target.status
        try:
            answer = self._recorded.fetch(target) if call.is_free else self._fetch(target, call)
        except ProviderFailure as failure:
            if self._connect is None or not is_not_recorded(failure):
                raise
            self._call_instead(target, call)
            return
        if answer is None:
            return
        store, began = answer
        with self.changing():
            if self._reading.get(target) is not call:
                return
            again = store()
            self.times.note(target, began, before, goes_on=again, is_recorded=call.is_free)
            del self._reading[target]
            if again or (target in self._to_the_end and target.wants_read):
                self._submit(target, call.priority)
            else:
                self._to_the_end.discard(target)
            self._call_follower(target)

    def _fetch(self, target: Fetchable, call: Call) -> tuple[Callable[[], bool], float] | None:
        """A function that stores the answer, and when it was asked for; None when given up."""
        answer = self._fetch_ahead(target)
        if answer is not None:
            return answer
        connection = self._connection
        try:
            source = connection.source()
            # Connecting takes time, and a call that was given up meanwhile must not be made.
            if self._reading.get(target) is not call:
                return None
            began = self._clock()
            return target.fetch(source), began
        except ProviderFailure as failure:
            if failure.kind in _CURED_BY_A_FRESH_SESSION:
                self._renew(connection)
            raise

    def _fetch_ahead(self, target: Fetchable) -> tuple[Callable[[], bool], float] | None:
        """As `_fetch`, of what was asked ahead; None where this was not."""
        if self._ahead is None:
            return None
        try:
            answer = self._ahead.fetch(target)
        except ProviderFailure as failure:
            if is_not_recorded(failure):
                return None
            self._note_ahead(self._ahead)
            raise
        self._note_ahead(self._ahead)
        return answer

    def _note_ahead(self, ahead: RecordedAnswers) -> None:
        self._came_ahead = True
        self._source_details = ahead.details()

    def _call_instead(self, target: Fetchable, call: Call) -> None:
        """Ask the service for what the recording does not have."""
        with self.changing():
            if self._reading.get(target) is call:
                target.leave_recording()
                self._submit(target, call.priority, free=False)
                self._announce_afterwards(target)

    def _fail(self, target: Fetchable, call: Call, failure: ProviderFailure) -> None:
        connection = self._connection
        if failure.kind is FailureKind.TIMEOUT and not connection.is_made:
            self._renew(connection)
        self._update(target, call, lambda: target.fail(failure), ends=True)

    def _crash(self, target: Fetchable, call: Call, bug: Exception) -> None:
        self._update(target, call, target.rest, ends=True)
        self._report(bug)

    def _update(
        self, target: Fetchable, call: Call, change: Callable[[], None], *, ends: bool = False
    ) -> bool:
        """Change the status for a call; False, and no change, when the call was given up."""
        with self.changing():
            if self._reading.get(target) is not call:
                return False
            if ends:
                del self._reading[target]
                self._to_the_end.discard(target)
            change()
            if ends:
                self._call_follower(target)
            else:
                self._announce_afterwards(target)
        return True

    def _call_follower(self, target: Fetchable) -> None:
        """Call the follower, and announce. A follower may unfollow, so look at `hidden` first."""
        self._announce_afterwards(target)
        follower = self._followers.get(target)
        if follower is not None:
            follower()

    def _renew(self, connection: Connection) -> None:
        """Connect anew at the next call, unless another call has replaced the connection."""
        with self.lock:
            if self._connection is connection:
                self._source_details = connection.details or self._source_details
                self._connection = Connection(self._connect)
