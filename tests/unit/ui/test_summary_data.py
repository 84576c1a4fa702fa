"""The data of a session's summary: an estimate is there while one can be made, not too early."""

from random import Random

import pytest

from ivscope.domain.events import Event
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scan import CALLS_AHEAD
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.ui.summary.data import SessionData
from ivscope.workspace.session_counts import SessionCounts, counts_of, known_until
from support.moved_clock import MovedClock
from support.session_source import EPOCH, SESSION, SessionSource, joined
from support.waiting import wait_for

FAST = 100_000


@pytest.fixture
def session():
    """A session of 200, every tenth of whom has an error, and the data of its summary."""
    source = SessionSource(list_size=100)
    source.end_time = EPOCH
    for number in range(200):
        source.add(f"p{number}", published=False)
        if number % 10 == 0:
            source.events[f"p{number}"] = [
                joined(f"p{number}"),
                Event("PUBLISH_ERROR", f"p{number}", EPOCH, error_code="QUOTA_EXCEEDED"),
            ]
    lot = Random(1)  # noqa: S311 - no secret
    limits = RateLimiter(demand=FAST, background=FAST, window=0)
    provider = StageDataProvider(lambda: source, rate_limiter=limits, draw=lot.random)
    people = provider.participants(SESSION)
    for pages in (1, 2):
        provider.read_more(people)
        wait_for(lambda pages=pages: people.pages == pages)
    scan = provider.scan(SESSION)
    counts = SessionCounts(provider, scan)
    yield source, SessionData(provider, counts, MovedClock().jobs(), lambda: None)
    provider.close()


def read(source, data, count):
    """Read on up to when so many were asked for, and pause there."""

    def pause(_asked):
        if len(source.asked) >= count:
            data.scan.pause()

    source.before_answer = pause
    data.scan.start()
    wait_for(lambda: not data.scan.is_running)
    wait_for(lambda: not data._provider.activity().in_flight)


def test_the_estimate_waits_until_all_events_of_the_part_are_counted(session):
    source, data = session
    read(source, data, 120)
    assert data.summary().estimates is None
    while data.work(1):
        pass
    first = data.summary().estimates.any_error
    assert (first.population, first.found) == (200, data.summary().failing)
    assert first.read >= 120 - CALLS_AHEAD
    read(source, data, 160)
    # The events that came are not counted yet: the part is still the one from before.
    assert data.summary().estimates.any_error == first
    while data.work(1):
        pass
    assert data.summary().estimates.any_error.read > first.read


def test_the_estimate_goes_away_when_everybody_is_read(session):
    source, data = session
    read(source, data, 1_000)
    assert data.scan.state is ScanState.COMPLETE
    while data.work(1):
        pass
    assert data.summary().estimates is None
    assert data.summary().coverage.is_complete


def test_a_view_goes_on_from_the_counts_of_another_one_once_the_session_has_ended(session):
    source, data = session
    provider, scan, counts = data._provider, data.scan, data._counts
    read(source, data, 500)
    assert counts_of(provider, scan, None) is not counts
    # It is live as far as is known, so that the counts end when they were made.
    assert counts_of(provider, scan, counts) is not counts
    provider.read(provider.session(SESSION))
    wait_for(lambda: provider.store.session(SESSION) is not None)
    ended = counts_of(provider, scan, counts)
    assert ended.until == EPOCH == known_until(provider, SESSION)
    assert counts_of(provider, scan, ended) is ended
