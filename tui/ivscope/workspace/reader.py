"""Reader: has a provider read, and waits for the answers: the work of an explorer without a screen.

The thread that calls a reader takes the place of the UI thread. Between two answers it runs what
other threads hand over to it and the timers of `ivscope.workspace.jobs` that are due.
"""

import heapq
from collections import deque
from collections.abc import Callable
from itertools import count
from math import inf
from threading import Condition
from typing import Any

from ivscope.domain.clock import Clock
from ivscope.domain.failures import is_not_recorded
from ivscope.domain.stages import SessionScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.read_all import ReadAll
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_members import Wanted
from ivscope.provider.store.feed import Feed
from ivscope.provider.store.fetchable import Fetchable
from ivscope.workspace.jobs import Jobs, UiThread


class Loop:
    """Runs calls and timers in the thread that calls `run_until`."""

    def __init__(self, clock: Clock) -> None:
        self.ui = UiThread(self.soon, self.later)
        """What jobs need of it."""
        self._clock = clock
        self._changed = Condition()
        self._calls: deque[Callable[[], object]] = deque()
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._stopped: set[int] = set()
        self._numbers = count()

    def soon(self, call: Callable[[], object]) -> None:
        """Have a function called in the thread of the loop. May be called from any thread."""
        with self._changed:
            self._calls.append(call)
            self._changed.notify_all()

    def later(self, seconds: float, call: Callable[[], object]) -> Callable[[], object]:
        """Have a function called after some time; returns a function that stops that."""
        number = next(self._numbers)
        heapq.heappush(self._timers, (self._clock.monotonic() + seconds, number, call))
        return lambda: self._stopped.add(number)

    def run_until(self, is_done: Callable[[], bool]) -> None:
        """Run what is handed over and what is due, until a condition holds.

        The condition is looked at after each call, so what it waits for must be announced.

        Raises:
            Exception: What a call raised.
        """
        while not is_done():
            self._next()()

    def _next(self) -> Callable[[], object]:
        """Wait for the next call."""
        while True:
            with self._changed:
                if self._calls:
                    return self._calls.popleft()
                due, number, call = self._timers[0] if self._timers else (inf, -1, None)
                if call is None or due > self._clock.monotonic():
                    self._clock.wait_until(self._changed, due)
                    continue
            heapq.heappop(self._timers)
            if number not in self._stopped:
                return call
            self._stopped.discard(number)


class Reader:
    """Reads with the priority of a person who waits. All methods but `close` block.

    A failure is no exception: it stands in the status of what was read.
    """

    def __init__(
        self, provider: StageDataProvider, changed: Callable[[], object] = lambda: None
    ) -> None:
        """Read nothing yet.

        Args:
            provider: Makes the calls. The reader listens to its changes from now on.
            changed: Called in the thread of the reader after each change, to tell how far it is.
        """
        self.provider = provider
        self._loop = Loop(provider.clock)
        self.jobs = Jobs(provider.clock, self._loop.ui, _raise)
        """Timers, and bugs that cost only a part."""
        self._changed = changed
        provider.on_change = lambda _target: self._loop.soon(changed)
        provider.on_bug = self.jobs.crash_soon

    def wait_until(self, is_done: Callable[[], bool]) -> None:
        """Wait for a condition that changes of the provider, or timers, bring about."""
        self._loop.run_until(is_done)

    def read(self, target: Fetchable) -> bool:
        """Read one page of a list, or a fact, unless it is there. Returns whether that is so."""
        self.provider.read_more(target)
        self.wait_until(lambda: not target.status.is_busy)
        return target.status.failure is None

    def read_list(self, feed: Feed[Any], is_enough: Callable[[], bool] = lambda: False) -> bool:
        """Read a list page by page until all is read, a call fails, or it is enough.

        Args:
            feed: The list.
            is_enough: Asked before each page.

        Returns:
            Whether reading ended without a failure.
        """
        pages = ReadAll(self.provider, feed)

        def is_done() -> bool:
            if feed.status.is_busy:
                return False
            return is_enough() or not pages.step()

        self.wait_until(is_done)
        return feed.status.failure is None

    def read_times(self, session: SessionScope) -> bool:
        """Read start and end of a session unless they are there. Returns whether they are.

        A recording can have the session in the list of its stage only.
        """
        store = self.provider.store
        if store.session(session) is None:
            fact = self.provider.session(session)
            self.read(fact)
            if is_not_recorded(fact.status.failure):
                self.read_list(self.provider.sessions(session.stage_arn))
        return store.session(session) is not None

    def read_session(self, scan: Scan, wanted: Wanted | None = None) -> bool:
        """Read everybody in a session, or go on with that. Returns whether all could be read.

        Args:
            scan: The scan of the session.
            wanted: Whom to read, when that is not everybody.
        """
        self.read_times(scan.session)
        scan.start(wanted)
        self.wait_until(lambda: not scan.is_running)
        return scan.failure is None and not scan.log.participants_failed

    def read_again(self, scan: Scan) -> bool:
        """Read what is new in a session that was read. Returns whether more can come later."""
        session = self.provider.session(scan.session)
        if not self.provider.store.has_ended(scan.session):
            self.provider.restart(session)
            self.wait_until(lambda: not session.status.is_busy)
        may_grow = scan.start()
        self.wait_until(lambda: not scan.is_running)
        return may_grow and scan.failure is None

    def close(self) -> None:
        """Stop reading; calls in flight are not waited for."""
        self.jobs.close()
        self.provider.close()


def _raise(error: Exception) -> None:
    raise error
