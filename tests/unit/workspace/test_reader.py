"""Loop: calls of other threads and timers, run by the thread that waits."""

import threading

import pytest

from ivscope.domain.clock import SYSTEM_CLOCK, Clock
from ivscope.workspace.jobs import Alarm, Jobs
from ivscope.workspace.reader import Loop


class StoodClock:
    """A clock that shows the moment that is waited for at once."""

    def __init__(self):
        self.seconds = 0.0
        self.clock = Clock(SYSTEM_CLOCK.now, lambda: self.seconds, self.wait_until)

    def wait_until(self, _condition, moment):
        self.seconds = max(self.seconds, moment)


def test_timers_run_in_their_order_and_stopped_ones_never():
    clock = StoodClock()
    loop = Loop(clock.clock)
    rung = []
    loop.later(3, lambda: rung.append((3, clock.seconds)))
    stop = loop.later(2, lambda: rung.append((2, clock.seconds)))
    loop.later(1, lambda: rung.append((1, clock.seconds)))
    stop()
    loop.run_until(lambda: len(rung) == 2)
    assert rung == [(1, 1), (3, 3)]


def test_a_call_of_another_thread_runs_in_the_thread_that_waits():
    loop = Loop(SYSTEM_CLOCK)
    ran_in = []
    call = lambda: ran_in.append(threading.current_thread())  # noqa: E731 - one expression
    threading.Thread(target=loop.soon, args=(call,)).start()
    loop.run_until(lambda: bool(ran_in))
    assert ran_in == [threading.current_thread()]


def test_what_a_call_raises_ends_the_waiting():
    loop = Loop(SYSTEM_CLOCK)

    def fail(error):
        raise error

    jobs = Jobs(SYSTEM_CLOCK, loop.ui, fail)
    jobs.crash_soon(ZeroDivisionError("a bug"))
    with pytest.raises(ZeroDivisionError, match="a bug"):
        loop.run_until(lambda: False)


def test_an_alarm_of_the_jobs_rings_in_the_loop():
    clock = StoodClock()
    loop = Loop(clock.clock)
    rung = []
    alarm = Alarm(Jobs(clock.clock, loop.ui, print), lambda: rung.append(clock.seconds))
    alarm.set(5)
    alarm.set(30)
    loop.run_until(lambda: not alarm.is_set)
    assert rung == [30]
