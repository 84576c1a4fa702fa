"""Fetcher: makes the calls of feeds and facts, one at a time for each, and tells what came."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ivscope.domain.failures import FailureKind, ProviderFailure, is_not_recorded
from ivscope.provider.fetch.connection import Connection, SourceFacts
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.scheduler import Call, Scheduler
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.reading_times import ReadingTimes
from ivscope.provider.store.recorded_answers import RecordedAnswers
from ivscope.provider.store.source import Source

_CURED_BY_A_FRESH_SESSION = frozenset(
    {FailureKind.EXPIRED, FailureKind.CREDENTIALS, FailureKind.CONFIGURATION}
)


class Fetcher:
    """Lines calls up, runs them and stores their answers.

    Methods that say so are called with `lock` held; all others take it.
    """

    def __init__(
        self,
        connect: Callable[[], Source] | None,
        calls: Scheduler,
        *,
        announce: Callable[[Fetchable], None],
        report: Callable[[Exception], None],
        clock: Callable[[], float],
        recorded: RecordedAnswers,
    ) -> None:
        """Fetch nothing yet.

        Args:
            connect: Makes the source; None where there is only what an earlier run has read.
            calls: Decides which call goes next.
            announce: Told that rows or status have changed, always without the lock.
            report: Told what a source or a follower raised that it may not raise, without the lock.
            clock: Seconds that only grow.
            recorded: What an earlier run has read.
        """
        self.lock = threading.Lock()
        """Held while a feed, a fact or a sweep changes; by `changing` unless nobody is told."""
        self._connect = connect
        self._recorded = recorded
        self._connection = Connection(connect)
        self._source_facts: SourceFacts | None = None
        self._calls = calls
        self._announce = announce
        self._report = report
        self._clock = clock
        self.times = ReadingTimes(self._recorded.time_of)
        """When what is held was asked for."""
        self._reading: dict[Fetchable, Call] = {}
        self._followers: dict[Fetchable, Callable[[], None]] = {}
        self._hidden: set[Fetchable] = set()
        self._afterwards: list[Callable[[], None]] = []
        self._closed = False

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold the lock, and then do what was put off meanwhile, in this thread."""
        steps: list[Callable[[], None]] = []
        with self.lock:
            try:
                yield
            finally:
                steps, self._afterwards = self._afterwards, steps
        for step in steps:
            step()

    @property
    def source_facts(self) -> SourceFacts | None:
        """Where pages come from; None before the first call has connected."""
        return self._connection.facts or self._source_facts

    def close(self) -> None:
        """Start nothing more."""
        self._closed = True

    def ask(self, target: Fetchable, priority: Priority, wanted: Callable[[], bool]) -> bool:
        """Start a call if one is wanted and none is under way; else only hurry that one.

        Returns:
            Whether this ask started a call.
        """
        with self.changing():
            call = self._reading.get(target)
            if call is not None:
                self._calls.raise_priority(call, priority)
                return False
            if self._closed or not wanted():
                return False
            self._submit(target, priority)
            self._announce_afterwards(target)
        return True

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
                self._tell_follower(target)
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
        """With the lock held: have somebody told of every answer, with the lock held.

        Changes of a hidden target are announced to nobody else. One follower for each target.
        """
        self._followers[target] = follower
        if hidden:
            self._hidden.add(target)
        else:
            self._hidden.discard(target)

    def unfollow(self, target: Fetchable) -> None:
        """With the lock held: tell nobody any more; it is nobody's."""
        self._followers.pop(target, None)
        self._hidden.discard(target)
        self.times.forget(target)

    def afterwards(self, step: Callable[[], None]) -> None:
        """In `changing`: have something done when the lock is released."""
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
            is_free=self._recorded.come_first(target) if free is None else free,
        )
        self._reading[target] = call
        target.queue()
        self._calls.submit(call)

    def _give_up(self, target: Fetchable) -> bool:
        call = self._reading.pop(target, None)
        if call is not None:
            self._calls.cancel(call)
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
            if again:
                self._submit(target, call.priority)
            self._tell_follower(target)

    def _fetch(self, target: Fetchable, call: Call) -> tuple[Callable[[], bool], float] | None:
        """What stores the answer of the service, and when it was asked; None when given up."""
        connection = self._connection
        try:
            source = connection.source()
            # Connecting takes time, and what was given up meanwhile must not cost a call.
            if self._reading.get(target) is not call:
                return None
            began = self._clock()
            return target.fetch(source), began
        except ProviderFailure as failure:
            if failure.kind in _CURED_BY_A_FRESH_SESSION:
                self._renew(connection)
            raise

    def _call_instead(self, target: Fetchable, call: Call) -> None:
        """Ask the service for what was not recorded."""
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
            change()
            if ends:
                self._tell_follower(target)
            else:
                self._announce_afterwards(target)
        return True

    def _tell_follower(self, target: Fetchable) -> None:
        """Also announces: decided before, for a follower may let go of what it hides."""
        self._announce_afterwards(target)
        follower = self._followers.get(target)
        if follower is not None:
            follower()

    def _renew(self, connection: Connection) -> None:
        """Connect afresh next time, unless another call has seen to it."""
        with self.lock:
            if self._connection is connection:
                self._source_facts = connection.facts or self._source_facts
                self._connection = Connection(self._connect)
