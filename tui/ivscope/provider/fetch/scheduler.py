"""Scheduler: decides which call is next, and when; runs each in a thread of its own."""

import threading
from collections.abc import Callable
from functools import partial
from math import inf

from ivscope.domain.clock import SYSTEM_CLOCK, Clock, waits_told_to
from ivscope.domain.failures import FailureKind, ProviderFailure, forget_frames
from ivscope.domain.frozen import frozen, slotted
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter

CALLS_IN_FLIGHT = 4
"""The most calls at once: about those allowed in a second, and few enough for a small machine."""

SCAN_CALLS_AT_WORK = 2
"""The most young calls of a scan at once. Threads that decode answers take turns with the thread of
the screen: with four of them both key presses and the scan were slower."""

YOUNG_SECONDS = 0.25
"""A call is young until then. Later it waits for the network, and takes no processor time."""

TYPING_SECONDS = 0.06
"""For so long after a key no call of a scan begins, since the screen is drawn; but one each
`YOUNG_SECONDS`, about as often as the service allows, begins also while a key is held."""

DEADLINE_SECONDS = 30.0
"""For a whole call. A socket timeout covers a single read, so that a trickle never trips it."""

THROTTLE_RETRIES = 6
"""Waits of twice 0.4 s, and then 1, 2, 4 and 8 s, are 16 s; after that a person should decide what
to do."""


@slotted
class Call:
    """One call to make, and the functions to call with its outcome.

    The functions are called without the scheduler's lock, in the call's own thread or, for a
    call that ran out of time, in the dispatching thread.
    """

    operation: str
    priority: Priority
    run: Callable[[], None]
    """Blocks: fetches and stores. Raises ProviderFailure. Runs again after throttling."""
    throttled: Callable[[], object]
    """Called when the service throttles: the call waits once more."""
    failed: Callable[[ProviderFailure], object]
    """Called with the final failure, unless the call crashed or was cancelled."""
    crashed: Callable[[Exception], object]
    """Called with what `run` raised and no source may raise: a bug."""
    region: str | None = None
    """Region that it asks; None for the Region configured."""
    is_free: bool = False
    """Whether it asks no service, so that no rate limit holds for it and it is not counted."""
    throttles: int = 0
    waits_for: str | None = None
    """What it waits for before it asks the service, such as credentials; None for nothing."""
    started_at: float = -inf
    expires_at: float = inf

    @property
    def quota(self) -> str:
        """Name of the quota that it uses up: each operation has its own in each Region."""
        return self.operation if self.region is None else f"{self.operation} {self.region}"


@frozen
class Activity:
    """The numbers that the status line shows about calls."""

    used: int
    """Calls started in the last second, of the busiest operation."""
    budget: int
    """Calls per second and operation that we allow ourselves."""
    throttled_seconds: float
    """Until the throttling wait ends; 0 when there is none."""
    waiting: int
    """Calls asked for and not started."""
    in_flight: int
    total: int
    """Calls started since the beginning."""
    waited_seconds: float = 0.0
    """How long the call that waits longest has been under way; 0 when none is."""
    waits_for: str | None = None
    """What that call waits for before it asks the service; None for the service itself."""
    refusals: int = 0
    """Calls that the service has refused since the beginning, because there were too many."""
    slowed_to: float | None = None
    """About the calls a second that refusals leave; None before the first."""


class Scheduler:
    """Starts calls as the rate limiter allows, most urgent first, and gives up those out of time.

    All its threads are daemons and nothing ever joins them: a process can end at once.
    """

    def __init__(
        self,
        rate_limiter: RateLimiter,
        *,
        clock: Clock = SYSTEM_CLOCK,
        deadline: float = DEADLINE_SECONDS,
        typed: Callable[[], int] = int,
    ) -> None:
        """Start nothing yet.

        Args:
            rate_limiter: The calls that are allowed.
            clock: Measures all waiting.
            deadline: Seconds that a call may take in all.
            typed: A number that grows with each key: scans give way to it.
        """
        self._typed, self._typed_before, self._typed_at = typed, 0, -inf
        self._scan_began_at = -inf
        self._rate_limiter = rate_limiter
        self._clock = clock
        self._deadline = deadline
        self._changed = threading.Condition()
        self._waiting: list[Call] = []
        self._in_flight: list[Call] = []
        self._total = 0
        self._dispatcher: threading.Thread | None = None
        self._closed = False

    def submit(self, call: Call) -> None:
        """Queue a call behind those of its priority. Does not block; no effect once closed."""
        with self._changed:
            if self._closed:
                return
            self._waiting.append(call)
            if self._dispatcher is None:
                self._dispatcher = threading.Thread(
                    target=self._dispatch, name="dispatch", daemon=True
                )
                self._dispatcher.start()
            self._changed.notify_all()

    def raise_priority(self, call: Call, priority: Priority) -> None:
        """Make a call more urgent; never less."""
        with self._changed:
            call.priority = min(call.priority, priority)
            self._changed.notify_all()

    def cancel(self, call: Call) -> None:
        """Drop a waiting call, or give up one in flight: its place is free at once."""
        with self._changed:
            self._remove(call)
            self._changed.notify_all()

    def activity(self, now: float) -> Activity:
        """The numbers for the status line at `now`, seconds on the scheduler's clock."""
        with self._changed:
            asking = (call for call in self._in_flight if not call.is_free)
            oldest = min(asking, key=lambda call: call.started_at, default=None)
            return Activity(
                used=self._rate_limiter.used(now),
                budget=self._rate_limiter.budget,
                throttled_seconds=max(0.0, self._rate_limiter.waiting_until(now) - now),
                waiting=len(self._waiting),
                in_flight=len(self._in_flight),
                total=self._total,
                waited_seconds=0.0 if oldest is None else now - oldest.started_at,
                waits_for=None if oldest is None else oldest.waits_for,
                refusals=self._rate_limiter.refusals,
                slowed_to=self._rate_limiter.slowed_to(now),
            )

    def close(self) -> None:
        """Start nothing more and report nothing more. Does not wait for calls in flight."""
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._in_flight.clear()
            self._changed.notify_all()

    def _dispatch(self) -> None:
        while (step := self._next_step()) is not None:
            step()

    def _next_step(self) -> Callable[[], object] | None:
        """Wait until there is something to do; None once closed."""
        with self._changed:
            while not self._closed:
                now = self._clock.monotonic()
                late = min(self._in_flight, key=lambda call: call.expires_at, default=None)
                if late is not None and late.expires_at <= now:
                    self._in_flight.remove(late)
                    return partial(late.failed, _out_of_time(self._deadline, late.waits_for))
                call, wait = self._most_urgent(now)
                if call is not None:
                    return self._begin(call, now)
                if late is not None:
                    wait = min(wait, late.expires_at - now)
                self._clock.wait_until(self._changed, now + wait)
        return None

    def _most_urgent(self, now: float) -> tuple[Call | None, float]:
        """The call to start now, or None and the seconds until one may start."""
        if len(self._in_flight) >= CALLS_IN_FLIGHT:
            return None, inf
        delays: dict[tuple[str, Priority], float] = {}
        wait_of_scans = self._wait_of_scans(now)
        best: Call | None = None
        for call in self._waiting:
            lane = ("" if call.is_free else call.quota, call.priority)
            if lane not in delays:
                delay = 0.0 if call.is_free else self._rate_limiter.delay(*lane, now)
                is_scan = call.priority is Priority.SCAN
                delays[lane] = max(delay, wait_of_scans) if is_scan else delay
            if delays[lane] <= 0 and (best is None or call.priority < best.priority):
                best = call
        return best, min(delays.values(), default=inf)

    def _wait_of_scans(self, now: float) -> float:
        """Seconds until another call of a scan may start, unless one ends before."""
        young = [
            call.started_at
            for call in self._in_flight
            if call.priority is Priority.SCAN and now - call.started_at < YOUNG_SECONDS
        ]
        if len(young) >= SCAN_CALLS_AT_WORK:
            return min(young) + YOUNG_SECONDS - now
        if (typed := self._typed()) != self._typed_before:
            self._typed_before, self._typed_at = typed, now
        return min(self._typed_at + TYPING_SECONDS, self._scan_began_at + YOUNG_SECONDS) - now

    def _begin(self, call: Call, now: float) -> Callable[[], object]:
        self._waiting.remove(call)
        self._in_flight.append(call)
        if not call.is_free:
            self._rate_limiter.note_call(call.quota, call.priority, now)
            self._total += 1
        call.started_at = now
        if call.priority is Priority.SCAN:
            self._scan_began_at = now
        call.expires_at = now + self._deadline
        return threading.Thread(
            target=self._make, args=(call,), name=call.operation, daemon=True
        ).start

    def _make(self, call: Call) -> None:
        def tell(what: str | None) -> None:
            call.waits_for = what

        try:
            with waits_told_to(tell):
                call.run()
        except ProviderFailure as failure:
            forget_frames(failure)
            if failure.kind is FailureKind.THROTTLED:
                self._wait_once_more(call, failure)
            elif self._leave(call):
                call.failed(failure)
        except Exception as bug:  # noqa: BLE001 - handed on whole, never swallowed
            self._leave(call)
            call.crashed(bug)
        else:
            if not call.is_free:
                with self._changed:
                    self._rate_limiter.recover(call.quota)
            self._leave(call)

    def _wait_once_more(self, call: Call, failure: ProviderFailure) -> None:
        with self._changed:
            self._rate_limiter.note_throttle(
                call.quota, self._clock.monotonic(), failure.retry_after
            )
            call.throttles += 1
            call.expires_at = inf
        if call.throttles > THROTTLE_RETRIES:
            if self._leave(call):
                call.failed(failure)
            return
        # Called before the call waits, or its next attempt could be announced first.
        call.throttled()
        with self._changed:
            if self._remove(call):
                self._waiting.insert(0, call)
                self._changed.notify_all()

    def _leave(self, call: Call) -> bool:
        """Remove a call that has ended; False when it was given up before."""
        with self._changed:
            self._changed.notify_all()
            return self._remove(call)

    def _remove(self, call: Call) -> bool:
        for place in (self._waiting, self._in_flight):
            if call in place:
                place.remove(call)
                return True
        return False


def _out_of_time(seconds: float, waited_for: str | None) -> ProviderFailure:
    if waited_for is not None:
        return ProviderFailure(
            FailureKind.CREDENTIALS,
            f"no credentials within {seconds:g} s, waiting for {waited_for}",
            "Run its command, or reach its address, by hand to see why it hangs, then press r.",
            retryable=True,
        )
    return ProviderFailure(
        FailureKind.TIMEOUT,
        f"no complete answer within {seconds:g} s",
        "Press r to retry. If it stays slow, look at the network, the VPN or the proxy.",
        retryable=True,
    )
