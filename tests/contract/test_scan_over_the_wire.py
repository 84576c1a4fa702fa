"""The scan of a session over real boto3 and real HTTP."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from ivscope.domain import calls
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.case_file import CaseWorld
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.knowledge.limits import CALLS_PER_SECOND
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scan import CALLS_AHEAD
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.feed import FeedState
from support.aws_sources import aws_source
from support.case_files import case
from support.explorer import LIVE_STAGE, SHOW
from support.waiting import wait_for

EPOCH = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
UNLIMITED = 1_000
SHOW_SCOPE = SessionScope(LIVE_STAGE, SHOW)


@pytest.fixture
def connect():
    """A provider over an endpoint of a world, and the source for looking past the provider."""
    made = []

    def build(world, *, rate_limiter, throttle=False):
        if isinstance(world, str):
            world = open_world(world, lambda: EPOCH)
        endpoint = Endpoint(world, throttle=throttle).start()
        source = aws_source(endpoint.url, region=world.region)
        provider = StageDataProvider(lambda: source, rate_limiter=rate_limiter)
        made.append((endpoint, provider))
        return endpoint, provider, source

    yield build
    for endpoint, provider in made:
        provider.close()
        endpoint.close()
        assert endpoint.bugs == ()


def events_of(source, session, participant_id):
    scope = ParticipantScope(session.stage_arn, session.session_id, participant_id)
    cursor, events = None, []
    while True:
        page = source.read_page(calls.events(scope), cursor)
        events += page.items
        cursor = page.next_cursor
        if cursor is None:
            return events


def test_everything_of_the_show_is_read_without_a_throttle_answer(connect):
    # The pace allows four calls a second of the five; the default of two takes twice as long.
    endpoint, provider, _ = connect(
        "incident", rate_limiter=RateLimiter(background=CALLS_PER_SECOND - 1), throttle=True
    )
    scan = provider.scan(SHOW_SCOPE)
    scan.start()
    wait_for(lambda: not scan.is_running, 60)
    assert scan.state is ScanState.COMPLETE
    assert endpoint.throttled == 0
    assert scan.log.participants_read == 40
    # One call for each page and none twice.
    pages = sum(-(-scan.log.reading(one).events // 100) for one in scan.log.participant_ids)
    assert endpoint.calls == {"ListParticipants": 1, "ListParticipantEvents": pages}


@pytest.mark.parametrize(
    ("name", "denied"), [("A01", {"denied01", "valid8ion"}), ("Q01", {"secret01"})]
)
def test_where_a_participant_is_denied_all_others_are_read(connect, name, denied):
    rate_limiter = RateLimiter(demand=UNLIMITED, background=UNLIMITED)
    file = case(name).file
    _, provider, _ = connect(CaseWorld(file), rate_limiter=rate_limiter)
    scan = provider.scan(SessionScope(file.stage["arn"], file.session["sessionId"]))
    scan.start()
    wait_for(lambda: not scan.is_running, 30)
    assert scan.state is ScanState.COMPLETE
    assert set(scan.log.failures) == denied
    assert scan.log.participants_read == len(file.events) - len(denied)


def test_the_log_of_the_show_is_what_the_service_has_for_each(connect):
    _, provider, source = connect(
        "incident", rate_limiter=RateLimiter(demand=UNLIMITED, background=UNLIMITED)
    )
    scan = provider.scan(SHOW_SCOPE)
    scan.start()
    wait_for(lambda: scan.state is ScanState.COMPLETE, 30)
    for name in scan.log.participant_ids:
        held = scan.log.events_of(name)
        assert Counter(held) == Counter(events_of(source, SHOW_SCOPE, name))
    names = {event.name for event in scan.log.log}
    assert {"JOIN_ERROR", "TOKEN_EXCHANGED", "REPLICATION_STARTED"} <= names


def newest_session(provider):
    """The newest session of the newest stage, and the provider knows whether it has ended."""
    stages = provider.stages()
    provider.read_more(stages)
    wait_for(lambda: stages.pages)
    sessions = provider.sessions(stages.items[0].arn)
    provider.read_more(sessions)
    wait_for(lambda: sessions.pages)
    return SessionScope(stages.items[0].arn, sessions.items[0].session_id)


def test_the_twelve_publishers_of_twenty_five_thousand_are_read_first(connect):
    # The list names them last; at this pace it takes more than a minute to get there.
    endpoint, provider, _ = connect(
        "huge", rate_limiter=RateLimiter(background=CALLS_PER_SECOND - 1), throttle=True
    )
    scan = provider.scan(newest_session(provider))
    scan.start()
    wait_for(lambda: scan.log.participants_read >= 12, 60)
    sample = scan.sample()
    scan.cancel()
    assert len(sample.first) == sample.first_known == 12
    assert not sample.all_listed
    assert endpoint.calls["ListParticipantEvents"] <= 12 + CALLS_AHEAD
    # Each operation has four calls a second: this is done within ten seconds.
    assert max(endpoint.calls.values()) <= 4 * 10
    assert endpoint.throttled == 0


def test_a_part_of_twenty_five_thousand_is_a_random_one(connect):
    _, provider, _ = connect(
        "huge", rate_limiter=RateLimiter(demand=UNLIMITED, background=UNLIMITED)
    )
    session = newest_session(provider)
    scan = provider.scan(session)
    scan.start()
    wait_for(lambda: scan.log.participants_complete, 120)
    seen, sample = 0, None

    def are_fifty_drawn():
        # A sample goes through all 25,000: looking on and on would leave the scan no processor.
        nonlocal seen, sample
        before, seen = seen, scan.log.participants_read
        if before == seen:
            return False
        # A later one can be of fewer: a pause may leave a gap in the order.
        sample = scan.sample()
        return sample.all_listed and len(sample.drawn) >= 50

    wait_for(are_fifty_drawn, 60)
    scan.pause()
    wait_for(lambda: not provider.activity().in_flight)
    assert (sample.others, len(sample.first)) == (24_988, 12)
    assert not sample.first & sample.drawn
    assert all(map(scan.log.is_read, sample.drawn))
    # Neither the newest nor the oldest ones: they come from the whole list.
    places = [at for at, one in enumerate(scan.log.participant_ids) if one in sample.drawn]
    assert min(places) < 25_000 / 4 < 25_000 * 3 / 4 < max(places)


def test_a_few_hundred_of_twenty_five_thousand(connect):
    endpoint, provider, source = connect(
        "huge", rate_limiter=RateLimiter(demand=UNLIMITED, background=UNLIMITED)
    )
    session = newest_session(provider)
    stage = session.stage_arn
    scan = provider.scan(session)
    scan.start()
    wait_for(lambda: scan.log.participants_read >= 300, 60)
    scan.pause()
    wait_for(lambda: not provider.activity().in_flight)
    made = endpoint.calls
    read = [one for one in scan.log.participant_ids if scan.log.is_read(one)]
    for name in read[::100]:
        feed = provider.events(ParticipantScope(stage, session.session_id, name))
        assert feed.state is FeedState.COMPLETE
        assert endpoint.calls == made
        assert Counter(feed.items) == Counter(events_of(source, session, name))
        made = endpoint.calls
    assert len(scan.log.log) == sum(
        scan.log.reading(name).events for name in scan.log.participant_ids
    )
