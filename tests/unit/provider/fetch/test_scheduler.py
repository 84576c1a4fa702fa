"""Scheduler: the last word on each call, whatever happens meanwhile."""

import threading
import time

import pytest

from ivscope.domain.failures import FailureKind
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter
from ivscope.provider.fetch.scheduler import (
    CALLS_IN_FLIGHT,
    SCAN_CALLS_AT_WORK,
    TYPING_SECONDS,
    YOUNG_SECONDS,
    Call,
    Scheduler,
)
from support.moved_clock import MovedClock, standing_clock
from support.scripted_source import failure
from support.waiting import wait_for


@pytest.fixture
def limiter():
    return RateLimiter(window=0.01, first_backoff=0.01)


@pytest.fixture
def queue(limiter):
    queue = Scheduler(limiter, deadline=0.3)
    yield queue
    queue.close()


def test_a_failure_after_the_deadline_is_not_reported_again(queue):
    answer = threading.Event()
    heard = []

    def run():
        answer.wait(5)
        raise failure(FailureKind.SERVICE)

    queue.submit(_call(run, failed=heard.append))
    wait_for(lambda: heard)
    answer.set()
    _await_no_call()
    assert [reported.kind for reported in heard] == [FailureKind.TIMEOUT]


def test_throttling_after_the_deadline_slows_us_down_but_is_not_repeated(queue, limiter):
    answer = threading.Event()
    heard, runs = [], []

    def run():
        runs.append(1)
        answer.wait(5)
        raise failure(FailureKind.THROTTLED)

    queue.submit(_call(run, failed=heard.append))
    wait_for(lambda: heard)
    answer.set()
    _await_no_call()
    assert len(heard) == len(runs) == 1
    assert limiter.waiting_until(0.0) > 0
    assert queue.activity(time.monotonic()).waiting == 0


def test_a_call_cancelled_as_it_is_told_to_wait_does_not_wait(queue):
    def run():
        raise failure(FailureKind.THROTTLED)

    call = _call(run, throttled=lambda: queue.cancel(call))
    queue.submit(call)
    wait_for(lambda: call.throttles == 1)
    _await_no_call()
    activity = queue.activity(time.monotonic())
    assert (activity.waiting, activity.in_flight, activity.total) == (0, 0, 1)


@pytest.mark.slow
def test_a_good_answer_ends_the_growth_of_the_waits():
    limiter = RateLimiter(window=0.01, first_backoff=1)
    queue = Scheduler(limiter)
    answers = [*(failure(FailureKind.THROTTLED) for _ in range(3)), None]

    def run():
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    queue.submit(_call(run))
    wait_for(lambda: not answers)
    _await_no_call()
    queue.close()
    limiter.note_call("GetStage", Priority.DEMAND, 1e9)
    limiter.note_throttle("GetStage", 1e9)
    assert limiter.waiting_until(1e9) == 1e9 + 1


def test_a_bug_after_the_deadline_is_still_a_bug(queue):
    answer = threading.Event()
    heard, bugs = [], []
    bug = KeyError("arn")

    def run():
        answer.wait(5)
        raise bug

    queue.submit(_call(run, failed=heard.append, crashed=bugs.append))
    wait_for(lambda: heard)
    answer.set()
    wait_for(lambda: bugs == [bug])


def test_no_more_calls_than_there_are_places_are_in_flight():
    queue = Scheduler(RateLimiter(demand=1000), deadline=0.1)
    answer = threading.Event()
    started = []

    def count(reported):
        # The queue tells of the first call out of time after it started all that it would.
        started.append(queue.activity(time.monotonic()).total)

    for _ in range(3 * CALLS_IN_FLIGHT):
        queue.submit(_call(lambda: answer.wait(5), failed=count))
    wait_for(lambda: started)
    queue.close()
    answer.set()
    assert started[0] == CALLS_IN_FLIGHT


def test_a_call_in_another_region_does_not_wait_for_the_quota_of_this_one():
    clock = standing_clock(lambda: 0.0)
    queue = Scheduler(RateLimiter(demand=1, background=1), clock=clock, deadline=1e9)
    made = []
    for number, region in enumerate(["us-west-2", "us-west-2", "eu-west-1"]):
        queue.submit(_call(lambda number=number: made.append(number), region=region))
    wait_for(lambda: len(made) == 2)
    assert sorted(made) == [0, 2]
    assert queue.activity(0.0).waiting == 1
    queue.close()
    _await_no_call()


def test_a_waiting_call_does_not_run_out_of_time():
    queue = Scheduler(RateLimiter(demand=1, background=1, window=0.6), deadline=0.4)
    runs, heard = [], []
    for i in range(2):
        queue.submit(_call(lambda i=i: runs.append(i), failed=heard.append))
    wait_for(lambda: runs == [0, 1])
    queue.close()
    assert heard == []


def _call(
    run,
    *,
    throttled=lambda: None,
    failed=lambda reported: None,
    crashed=None,
    priority=Priority.DEMAND,
    is_free=False,
    region=None,
):
    def unexpected(bug):
        raise bug

    told = (throttled, failed, crashed or unexpected)
    return Call("GetStage", priority, run, *told, is_free=is_free, region=region)


def _await_no_call():
    wait_for(lambda: all(thread.name != "GetStage" for thread in threading.enumerate()))


class _Scanning:
    """A queue on a clock that the test moves, and calls that end when the test says so."""

    def __init__(self):
        self.now = 0.0
        fast = RateLimiter(demand=1000, background=1000, window=0)
        self.queue = Scheduler(fast, clock=standing_clock(lambda: self.now), deadline=1e9)
        self.answers = []

    def submit(self, count, priority=Priority.SCAN, *, is_free=False):
        for _ in range(count):
            answer = threading.Event()
            self.answers.append(answer)
            self.queue.submit(_call(lambda a=answer: a.wait(5), priority=priority, is_free=is_free))

    @property
    def in_flight(self):
        return self.queue.activity(self.now).in_flight


@pytest.fixture
def scanning():
    made = _Scanning()
    yield made
    made.queue.close()
    for answer in made.answers:
        answer.set()
    _await_no_call()


@pytest.mark.parametrize("is_free", [False, True])
def test_a_scan_keeps_few_threads_at_work_and_a_person_gets_the_other_places(scanning, is_free):
    scanning.submit(4, is_free=is_free)
    wait_for(lambda: scanning.in_flight == SCAN_CALLS_AT_WORK)
    scanning.submit(1, Priority.DEMAND)
    wait_for(lambda: scanning.in_flight == SCAN_CALLS_AT_WORK + 1)
    scanning.answers[0].set()
    wait_for(lambda: scanning.queue.activity(0.0).waiting == 1)
    assert scanning.in_flight == SCAN_CALLS_AT_WORK + 1


def test_a_slow_service_does_not_slow_a_scan_down(scanning):
    scanning.submit(4)
    wait_for(lambda: scanning.in_flight == SCAN_CALLS_AT_WORK)
    scanning.now = YOUNG_SECONDS
    scanning.submit(1, Priority.DEMAND)  # somebody makes the queue look at its clock
    wait_for(lambda: scanning.in_flight == CALLS_IN_FLIGHT)


@pytest.mark.parametrize(
    ("typed_at", "goes_on_at"),
    [
        (0.01, 0.01 + TYPING_SECONDS),
        (YOUNG_SECONDS - 0.01, YOUNG_SECONDS),  # also while a key is held
    ],
)
def test_a_scan_gives_way_to_a_key_for_a_moment(typed_at, goes_on_at):
    clock, answer = MovedClock(), threading.Event()
    fast = RateLimiter(demand=1000, background=1000, window=0)
    queue = Scheduler(fast, clock=clock.clock, deadline=1e9, typed=lambda: clock.typed)
    try:
        queue.submit(_call(lambda: answer.wait(5), priority=Priority.SCAN))
        wait_for(lambda: queue.activity(0.0).in_flight == 1)
        clock.pass_time(typed_at)
        clock.typed += 1
        queue.submit(_call(lambda: answer.wait(5), priority=Priority.SCAN))
        wait_for(lambda: clock.awaited == [pytest.approx(goes_on_at)])
        queue.submit(_call(lambda: answer.wait(5)))  # nothing that a person waits for gives way
        wait_for(lambda: queue.activity(0.0).in_flight == 2)
        clock.pass_time(goes_on_at - typed_at + 1e-6)
        wait_for(lambda: queue.activity(0.0).in_flight == 3)
    finally:
        queue.close()
        answer.set()
        _await_no_call()
