"""Following a live participant: when it polls, when it stops, and what it says."""

from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain.events import LEFT, Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import ParticipantScope
from ivscope.provider.fetch.following import Follower, FollowState
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scheduler import THROTTLE_RETRIES
from support.growing_source import LiveSource
from support.moved_clock import standing_clock
from support.scripted_source import failure
from support.waiting import wait_for

SCOPE = ParticipantScope("arn:a", "st-1", "p")
EPOCH = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)


class Watch:
    """A follower at work: time passes when the test says so."""

    def __init__(self, provider, source, **options):
        self.now = 0.0
        self.source = source
        self.provider = provider
        self.follower = Follower(provider, SCOPE, **options)

    def start(self):
        self.follower.start(self.now)
        self.settle()

    def settle(self):
        """Let calls come back and tell the follower, as the screen does on every change."""
        for _ in range(20):
            session = self.provider.session(SCOPE.session)
            wait_for(lambda: not self.follower.feed.status.is_busy)
            wait_for(lambda: not session.status.is_busy)  # noqa: B023 - used at once
            self.follower.tick(self.now)
            if not (self.follower.feed.status.is_busy or session.status.is_busy):
                return
        pytest.fail("it does not settle")

    def next_poll(self):
        """Pass the time to the next poll; returns how long that was."""
        wait = self.follower.next_in(self.now)
        self.now += wait
        self.settle()
        return wait

    def polls(self):
        return len(self.source.calls)

    @property
    def status(self):
        return self.follower.status(self.now)

    def happens(self, name="JOINED", second=None):
        second = len(self.source.events) if second is None else second
        self.source.insert(0, Event(name, "p", EPOCH + timedelta(seconds=second)))


@pytest.fixture
def watch():
    made = []

    def build(source=None, **options):
        source = source or LiveSource()
        provider = StageDataProvider(
            lambda: source, rate_limiter=RateLimiter(demand=1000, window=0.01, first_backoff=0.001)
        )
        made.append(provider)
        watch = Watch(provider, source, **options)
        for _ in range(3):
            watch.happens()
        return watch

    yield build
    for provider in made:
        provider.close()


def test_it_asks_for_nothing_until_it_is_started(watch):
    one = watch()
    one.follower.tick(0)
    assert one.status.state is FollowState.OFF
    assert one.status.next_in is None
    assert one.polls() == 0


def test_it_polls_at_once_and_soon_again_after_news(watch):
    one = watch()
    one.start()
    assert one.polls() == 1
    assert one.status.state is FollowState.FOLLOWING
    assert one.status.next_in == 2
    one.happens()
    assert one.next_poll() == 2
    assert one.status.new_events == 1
    assert one.status.next_in == 2


def test_polls_without_news_grow_rarer_up_to_half_a_minute(watch):
    one = watch()
    one.start()
    waits = [one.next_poll() for _ in range(10)]
    assert waits[:4] == [2, 3, 4.5, 6.75]
    assert waits[-2:] == [30, 30]
    one.happens()
    one.next_poll()
    assert one.status.next_in == 2


def test_it_does_not_poll_before_its_time_however_often_it_is_ticked(watch):
    one = watch()
    one.start()
    one.now = 1.99
    for _ in range(5):
        one.settle()
    assert one.polls() == 1


def test_the_first_page_and_what_was_held_before_are_not_news(watch):
    one = watch()
    one.start()
    assert one.status.new_events == 0


def test_a_pause_goes_on_counting_and_going_on_counts_from_there(watch):
    one = watch()
    one.start()
    one.follower.pause()
    for _ in range(3):
        one.happens()
        one.happens()
        one.next_poll()
    assert one.status.state is FollowState.PAUSED
    assert one.status.new_events == 6
    one.follower.resume()
    assert one.status.state is FollowState.FOLLOWING
    assert one.status.new_events == 0


def test_stopping_ends_the_polls_and_starting_again_begins_at_once(watch):
    one = watch()
    one.start()
    one.follower.stop()
    one.now = 1000
    one.settle()
    assert one.polls() == 1
    assert one.status.state is FollowState.OFF
    one.start()
    assert one.polls() == 2


def test_a_participant_that_left_is_followed_on_because_it_may_come_back(watch):
    one = watch()
    one.happens(LEFT)
    one.start()
    for _ in range(12):
        one.next_poll()
    assert one.status.state is FollowState.FOLLOWING
    one.happens("JOINED")
    one.next_poll()
    assert one.status.new_events == 1


def test_the_session_is_looked_at_after_five_polls_without_news(watch):
    one = watch()
    one.start()
    for _ in range(5):
        one.next_poll()
    assert one.source.sessions_asked == 0
    one.next_poll()
    assert one.source.sessions_asked == 1
    for _ in range(5):
        one.next_poll()
    assert one.source.sessions_asked == 2


def test_the_end_of_the_session_ends_it_after_one_last_poll(watch):
    one = watch()
    one.start()
    one.source.end_time = EPOCH
    for _ in range(5):
        one.next_poll()
    before = one.polls()
    one.source.between_calls.append(one.happens)
    one.next_poll()
    assert one.polls() == before + 2
    assert one.status.state is FollowState.ENDED
    assert one.status.new_events == 1
    assert one.status.next_in is None
    one.now += 1000
    one.settle()
    assert one.polls() == before + 2


def test_what_the_caller_knows_of_the_end_needs_no_call_for_the_session(watch):
    live = [True]
    one = watch(is_live=lambda: live[0])
    one.start()
    live[0] = False
    one.happens()
    one.settle()
    assert one.status.state is FollowState.ENDED
    assert one.status.new_events == 1
    assert one.source.sessions_asked == 0


def test_a_failure_that_can_pass_keeps_everything_and_goes_on_by_itself(watch):
    one = watch()
    one.start()
    one.source.failures.append(failure(FailureKind.NETWORK))
    one.next_poll()
    assert one.status.state is FollowState.FAILED
    assert one.status.failure.kind is FailureKind.NETWORK
    assert len(one.follower.feed.items) == 3
    one.happens()
    assert one.next_poll() == 30
    assert one.status.state is FollowState.FOLLOWING
    assert one.status.failure is None
    assert one.status.new_events == 1


def test_a_failure_that_stays_waits_for_a_retry(watch):
    one = watch()
    one.start()
    one.source.failures.append(ProviderFailure(FailureKind.DENIED, "no", "ask", retryable=False))
    one.next_poll()
    assert one.status.state is FollowState.FAILED
    assert one.status.next_in is None
    one.happens()
    one.follower.retry(one.now)
    one.settle()
    assert one.status.state is FollowState.FOLLOWING
    assert one.status.new_events == 1


def test_a_failure_of_the_last_poll_is_followed_by_another_one(watch):
    live = [True]
    one = watch(is_live=lambda: live[0])
    one.start()
    live[0] = False
    one.source.failures.append(failure(FailureKind.NETWORK))
    one.settle()
    assert one.status.state is FollowState.FAILED
    one.next_poll()
    assert one.status.state is FollowState.ENDED


def test_a_poll_that_waits_for_the_service_is_throttled_for_so_many_seconds(watch):
    source = LiveSource()
    provider = StageDataProvider(lambda: source, rate_limiter=RateLimiter(), clock=standing_clock())
    try:
        one = Watch(provider, source)
        source.failures.append(failure(FailureKind.THROTTLED, retry_after=8))
        one.follower.start(0)
        wait_for(lambda: one.status.state is FollowState.THROTTLED)
        assert one.status.throttled_seconds == 8
        assert one.status.next_in is None
    finally:
        provider.close()


def test_a_service_that_throttles_for_too_long_is_a_failure_to_go_on_after(watch):
    one = watch()
    one.start()
    for _ in range(THROTTLE_RETRIES + 1):
        one.source.failures.append(failure(FailureKind.THROTTLED))
    one.next_poll()
    assert one.status.state is FollowState.FAILED
    one.next_poll()
    assert one.status.state is FollowState.FOLLOWING


def test_a_list_from_the_oldest_on_is_first_read_to_its_end_without_waiting(watch):
    one = watch(LiveSource(page_size=10))
    one.source.events.clear()
    one.source._ids.clear()
    for second in range(35):
        one.source.insert(second, Event("JOINED", "p", EPOCH + timedelta(seconds=second)))
    one.start()
    assert one.polls() == 4
    assert len(one.follower.feed.items) == 35
    assert one.status.new_events == 0
    one.source.insert(35, Event("LEFT", "p", EPOCH + timedelta(seconds=40)))
    one.next_poll()
    assert one.status.new_events == 1
