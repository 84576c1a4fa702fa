"""A live session over the wire: refreshes and follows while the incident world goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from ivscope.domain import calls
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.incident import MAIN_ARN, IncidentWorld
from ivscope.provider.fetch.following import Follower, FollowState
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.indexes import OrderLabel
from support.aws_sources import aws_source
from support.waiting import wait_for

EPOCH = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
LIVE = SessionScope(MAIN_ARN, "st-MK9K8pBmnEp5B")
USER = "dana-phone"
"""Comes and goes every fifty seconds."""


class Live:
    """The incident world behind an endpoint, and a provider that reads it."""

    def __init__(self, url, world_clock):
        self.clock = world_clock
        self.source = aws_source(url)
        self.provider = StageDataProvider(
            lambda: self.source, rate_limiter=RateLimiter(demand=1000)
        )
        rows = self.source.read_page(calls.participants(LIVE, None), None).items
        (person,) = (row.participant_id for row in rows if row.user_id == USER)
        self.scope = ParticipantScope(LIVE.stage_arn, LIVE.session_id, person)
        self.feed = self.provider.events(self.scope)

    def settle(self):
        wait_for(lambda: not self.feed.status.is_busy)

    def all_events(self):
        """What the service has now, read without the provider."""
        events, cursor = [], None
        while True:
            page = self.source.read_page(calls.events(self.scope), cursor)
            events.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                return events

    def in_order_returned(self):
        log = self.feed.items
        return [log[position] for position in log.sequence or range(len(log))]


@pytest.fixture
def live():
    clock = [EPOCH]
    with Endpoint(IncidentWorld(EPOCH, lambda: clock[0])) as endpoint:
        live = Live(endpoint.url, clock)
        yield live
        live.provider.close()
        assert endpoint.bugs == ()


def test_refreshes_between_pages_lose_nothing_and_double_nothing(live):
    live.provider.read_more(live.feed)
    live.settle()
    assert live.feed.items.order is OrderLabel.NEWEST_FIRST
    held = list(live.feed.items)
    for minutes in (1, 2, 30):
        live.clock[0] += timedelta(minutes=minutes)
        assert live.provider.refresh(live.feed)
        live.settle()
        assert live.feed.status.refreshed.new_rows > 0
        live.provider.read_more(live.feed)
        live.settle()
        assert list(live.feed.items)[: len(held)] == held
        held = list(live.feed.items)
    while live.feed.state is not FeedState.COMPLETE:
        live.provider.read_more(live.feed)
        live.settle()
    assert live.feed.pages > 1
    assert live.in_order_returned() == live.all_events()
    assert live.feed.items.order is OrderLabel.NEWEST_FIRST


def test_following_finds_what_happens_and_waits_when_nothing_does(live):
    now = 0.0
    follower = Follower(live.provider, live.scope)
    follower.start(now)
    live.settle()
    follower.tick(now)
    held = len(live.feed.items)
    live.clock[0] += timedelta(minutes=1)
    for _ in range(2):
        now += follower.next_in(now)
        follower.tick(now)
        live.settle()
        follower.tick(now)
    status = follower.status(now)
    assert status.state is FollowState.FOLLOWING
    assert status.new_events == len(live.feed.items) - held > 0
    assert status.next_in == 3
