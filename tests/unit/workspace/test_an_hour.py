"""An hour of a live session in a second: every wait of reading goes by one clock."""

from datetime import timedelta
from itertools import pairwise

import pytest

from ivscope.domain.events import LEFT, Event
from ivscope.domain.failures import FailureKind
from ivscope.domain.stages import ParticipantScope
from ivscope.provider.fetch.following import LONGEST_WAIT_SECONDS, Follower, FollowState
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import DEMAND_LIMIT, RateLimiter
from ivscope.workspace.jobs import Alarm
from support.growing_source import LiveSource
from support.moved_clock import START, MovedClock
from support.named_calls import NamedCalls
from support.scripted_source import failure

SCOPE = ParticipantScope("arn:a", "st-1", "p")
HOUR = 3600
EVENT_EVERY = 90
"""Seconds: longer than the longest wait between two polls."""


class Watcher(NamedCalls):
    """Follows one participant as the explorer does: by an alarm, and by what is announced."""

    def __init__(self, time, source):
        self.time = time
        self.source = source
        self.polls = []
        """When each call came."""
        self.found_after = []
        """Seconds between an event and its being held."""
        self._changes = []
        self._jobs = time.jobs()
        self._alarm = Alarm(self._jobs, self.tick)
        even = RateLimiter(lot=lambda: 0.0)
        self.provider = StageDataProvider(lambda: self, rate_limiter=even, clock=time.clock)
        self.provider.on_change = lambda _what: time.ui.soon(self.tick)
        self.follower = Follower(self.provider, SCOPE)

    # The source: the one that grows, with a note of when it was asked.

    def __getattr__(self, name):
        return getattr(self.source, name)

    def list_events(self, scope, cursor):
        self.polls.append(self.time.seconds)
        return self.source.list_events(scope, cursor)

    # The owner of the follower.

    def tick(self):
        now = self.time.seconds
        self.follower.tick(now)
        wait = self.follower.next_in(now)
        if wait is not None:
            self._alarm.set(wait)

    def settle(self):
        """Wait until no call is under way that could go on without the time passing."""

        def rests():
            activity = self.provider.activity()
            if activity.throttled_seconds and activity.waiting:
                goes_on_at = self.time.seconds + activity.throttled_seconds
                return any(abs(moment - goes_on_at) < 1e-6 for moment in self.time.awaited)
            targets = (self.follower.feed, self.provider.session(SCOPE.session))
            return not any(target.status.is_busy for target in targets)

        self.time.until(rests)
        self.time.catch_up()

    def pass_time(self, seconds):
        """Go from one thing that is due to the next one."""
        end = self.time.seconds + seconds
        self.settle()
        while self.time.seconds < end:
            due = min([end, *self.time.timers, *self.time.awaited])
            self.time.pass_time(max(0.0, due - self.time.seconds))
            self.settle()

    @property
    def status(self):
        return self.follower.status(self.time.seconds)


@pytest.fixture
def time():
    return MovedClock()


@pytest.fixture
def watcher(time):
    made = Watcher(time, LiveSource())
    yield made
    made.provider.close()


def test_an_hour_of_following_finds_every_event_soon_and_asks_seldom(time, watcher):
    watcher.source.insert(0, Event("JOINED", "p", START))
    watcher.follower.start(0)
    watcher.tick()
    watcher.settle()
    for number in range(HOUR // EVENT_EVERY):
        at = START + timedelta(seconds=time.seconds)
        watcher.source.insert(0, Event("SUBSCRIBE_STARTED", "p", at))
        came, held = time.seconds, number + 2
        while len(watcher.follower.feed.items) < held:
            watcher.pass_time(1)
            assert time.seconds - came <= LONGEST_WAIT_SECONDS + 1
        watcher.pass_time(came + EVENT_EVERY - time.seconds)
    assert time.seconds == HOUR
    assert watcher.status.new_events == HOUR // EVENT_EVERY
    assert watcher.status.state is FollowState.FOLLOWING
    gaps = [after - before for before, after in pairwise(watcher.polls)]
    assert max(gaps) <= LONGEST_WAIT_SECONDS
    assert len(watcher.polls) <= HOUR / EVENT_EVERY * 8
    assert watcher.source.sessions_asked > 0


def test_in_an_hour_of_silence_it_asks_twice_a_minute_and_ends_with_the_session(time, watcher):
    watcher.source.insert(0, Event(LEFT, "p", START))
    watcher.follower.start(0)
    watcher.tick()
    watcher.pass_time(HOUR)
    assert HOUR / LONGEST_WAIT_SECONDS <= len(watcher.polls) <= HOUR / LONGEST_WAIT_SECONDS + 10
    assert len(watcher.polls) / 6 <= watcher.source.sessions_asked <= len(watcher.polls) / 4
    watcher.source.end_time = START + timedelta(hours=1)
    watcher.pass_time(6 * LONGEST_WAIT_SECONDS)
    assert watcher.status.state is FollowState.ENDED
    assert time.timers == []
    polls = len(watcher.polls)
    watcher.pass_time(HOUR)
    assert len(watcher.polls) == polls


def test_a_throttled_hour_waits_on_the_same_clock_and_goes_on_by_itself(time, watcher):
    """Ten failures in a row: waits of 0.4 to 8 s, a failed poll, and the next one."""
    watcher.source.insert(0, Event(LEFT, "p", START))
    watcher.follower.start(0)
    watcher.tick()
    watcher.settle()
    watcher.source.failures.extend(failure(FailureKind.THROTTLED) for _ in range(10))
    watcher.pass_time(HOUR)
    assert not watcher.source.failures
    assert watcher.status.state is FollowState.FOLLOWING
    throttled = watcher.polls[1:12]
    waits = [after - before for before, after in pairwise(throttled)]
    assert waits[:6] == pytest.approx([0.4, 0.4, 1, 2, 4, 8])
    busiest = max(sum(at <= poll < at + 1 for poll in watcher.polls) for at in watcher.polls)
    assert busiest <= DEMAND_LIMIT


NIGHT = 8 * HOUR

SLEEPS = {
    "seconds go on": (NIGHT, 0),
    "seconds stand still": (0, NIGHT),
    "seconds go on and the time of day does not": (NIGHT, -NIGHT),
    "the clock is set back": (0, -NIGHT),
}


@pytest.mark.parametrize(("seconds", "ahead"), SLEEPS.values(), ids=SLEEPS)
def test_after_a_night_of_sleep_it_polls_once_loses_nothing_and_follows_on(
    time, watcher, seconds, ahead
):
    watcher.source.insert(0, Event("JOINED", "p", START))
    watcher.follower.start(0)
    watcher.tick()
    watcher.pass_time(10 * LONGEST_WAIT_SECONDS)
    polls = len(watcher.polls)
    watcher.source.insert(0, Event("PUBLISH_STARTED", "p", START + timedelta(hours=4)))
    time.wall_ahead = ahead
    time.jump(seconds)
    watcher.settle()
    assert len(watcher.polls) <= polls + 1
    watcher.pass_time(LONGEST_WAIT_SECONDS)
    assert {event.name for event in watcher.follower.feed.items} == {"JOINED", "PUBLISH_STARTED"}
    assert watcher.status.state is FollowState.FOLLOWING
    assert watcher.status.new_events == 1
    after = watcher.polls[polls:]
    assert len(after) >= 1
    assert max(sum(at <= poll < at + 1 for poll in after) for at in after) <= DEMAND_LIMIT


def test_a_poll_on_which_the_machine_fell_asleep_fails_and_is_asked_again(time, watcher):
    """The connection does not outlive the night."""
    watcher.source.insert(0, Event("JOINED", "p", START))
    watcher.follower.start(0)
    watcher.tick()
    watcher.pass_time(10 * LONGEST_WAIT_SECONDS)
    watcher.source.failures.append(failure(FailureKind.NETWORK))
    time.jump(NIGHT)
    watcher.settle()
    assert watcher.status.state is FollowState.FAILED
    assert len(watcher.follower.feed.items) == 1
    watcher.source.insert(0, Event("PUBLISH_STARTED", "p", START + timedelta(hours=4)))
    watcher.pass_time(LONGEST_WAIT_SECONDS)
    assert watcher.status.state is FollowState.FOLLOWING
    assert len(watcher.follower.feed.items) == 2


def test_polls_that_a_night_of_sleep_left_out_are_not_made_up_for(time, watcher):
    watcher.source.insert(0, Event("JOINED", "p", START))
    watcher.follower.start(0)
    watcher.tick()
    watcher.pass_time(10 * LONGEST_WAIT_SECONDS)
    polls = len(watcher.polls)
    time.jump(NIGHT)
    watcher.settle()
    watcher.pass_time(LONGEST_WAIT_SECONDS - 1)
    assert len(watcher.polls) == polls + 1
