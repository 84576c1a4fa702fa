"""Scheduler: decides which call goes next, and when; runs each in a thread of its own."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import inf

from ivscope.domain.clock import SYSTEM_CLOCK, Clock
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter

CALLS_IN_FLIGHT = 4
"""At most so many at once: about the budget of a second, and few enough for a small machine."""

SWEEP_CALLS_AT_WORK = 2
"""Of a sweep, so many young calls at once. Threads that decode answers take turns with the keys:
with four of them both the keys and the sweep were slower."""

YOUNG_SECONDS = 0.25
"""A call under way for longer waits for the network, and takes no processor from anybody."""

DEADLINE_SECONDS = 30.0
"""For one call in all. A socket timeout covers one read only: a trickle never trips it."""

THROTTLE_RETRIES = 5
"""Waits of 1, 2, 4, 8 and 8 s are 23 s; who is throttled longer should decide for themselves."""


@dataclass(slots=True, eq=False)
class Call:
    """One call to make, and whom to tell.

    The functions are called without any lock of the queue, in the call's own thread or, for a
    call that ran out of time, in the dispatching thread.
    """

    operation: str
    priority: Priority
    run: Callable[[], None]
    """Blocks: fetches and stores. Raises ProviderFailure. Runs again after throttling."""
    throttled: Callable[[], object]
    """The call waits once more."""
    failed: Callable[[ProviderFailure], object]
    """The last word on the call, unless it crashed or was cancelled."""
    crashed: Callable[[Exception], object]
    """`run` raised what no source may raise: a bug."""
    is_free: bool = False
    """Whether it asks no service: the pace is not for it, and nobody counts it."""
    throttles: int = 0
    started_at: float = -inf
    expires_at: float = inf


@dataclass(frozen=True, slots=True)
class Activity:
    """What the status line says about calls."""

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


class Scheduler:
    """Starts calls as the pace allows, most urgent first, and gives up those out of time.

    All its threads are daemons and nothing ever joins them: a process can end at once.
    """

    def __init__(
        self,
        pace: RateLimiter,
        *,
        clock: Clock = SYSTEM_CLOCK,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._pace = pace
        self._clock = clock
        self._deadline = deadline
        self._changed = threading.Condition()
        self._waiting: list[Call] = []
        self._in_flight: list[Call] = []
        self._total = 0
        self._dispatcher: threading.Thread | None = None
        self._closed = False

    def submit(self, call: Call) -> None:
        """Line a call up behind those of its priority. Does not block; no effect once closed."""
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
        """The state of things at a moment of this queue's clock."""
        with self._changed:
            return Activity(
                used=self._pace.used(now),
                budget=self._pace.budget,
                throttled_seconds=max(0.0, self._pace.waiting_until - now),
                waiting=len(self._waiting),
                in_flight=len(self._in_flight),
                total=self._total,
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
                    return partial(late.failed, _out_of_time(self._deadline))
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
        wait_of_sweeps = self._wait_of_sweeps(now)
        best: Call | None = None
        for call in self._waiting:
            lane = ("" if call.is_free else call.operation, call.priority)
            if lane not in delays:
                delay = 0.0 if call.is_free else self._pace.delay(*lane, now)
                is_sweep = call.priority is Priority.SWEEP
                delays[lane] = max(delay, wait_of_sweeps) if is_sweep else delay
            if delays[lane] <= 0 and (best is None or call.priority < best.priority):
                best = call
        return best, min(delays.values(), default=inf)

    def _wait_of_sweeps(self, now: float) -> float:
        """Seconds until another call of a sweep may start, unless one ends before."""
        young = [
            call.started_at
            for call in self._in_flight
            if call.priority is Priority.SWEEP and now - call.started_at < YOUNG_SECONDS
        ]
        return min(young) + YOUNG_SECONDS - now if len(young) >= SWEEP_CALLS_AT_WORK else 0.0

    def _begin(self, call: Call, now: float) -> Callable[[], object]:
        self._waiting.remove(call)
        self._in_flight.append(call)
        if not call.is_free:
            self._pace.note_call(call.operation, call.priority, now)
            self._total += 1
        call.started_at = now
        call.expires_at = now + self._deadline
        return threading.Thread(
            target=self._make, args=(call,), name=call.operation, daemon=True
        ).start

    def _make(self, call: Call) -> None:
        try:
            call.run()
        except ProviderFailure as failure:
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
                    self._pace.recover(call.operation)
            self._leave(call)

    def _wait_once_more(self, call: Call, failure: ProviderFailure) -> None:
        with self._changed:
            self._pace.note_throttle(call.operation, self._clock.monotonic(), failure.retry_after)
            call.throttles += 1
            call.expires_at = inf
        if call.throttles > THROTTLE_RETRIES:
            if self._leave(call):
                call.failed(failure)
            return
        # Told before it waits, or the next attempt could be told first.
        call.throttled()
        with self._changed:
            if self._remove(call):
                self._waiting.insert(0, call)
                self._changed.notify_all()

    def _leave(self, call: Call) -> bool:
        """Free the place of a call; False when it was given up before."""
        with self._changed:
            self._changed.notify_all()
            return self._remove(call)

    def _remove(self, call: Call) -> bool:
        for place in (self._waiting, self._in_flight):
            if call in place:
                place.remove(call)
                return True
        return False


def _out_of_time(seconds: float) -> ProviderFailure:
    return ProviderFailure(
        FailureKind.TIMEOUT,
        f"no complete answer within {seconds:g} s",
        "Ask again. If it stays slow, look at the network, the VPN or the proxy.",
        retryable=True,
    )
