"""Counts of a session that are made ahead are those that a view would have made."""

from datetime import timedelta

import pytest

from ivscope.analysis.lanes import Lanes
from ivscope.analysis.summary import SummaryBuilder
from ivscope.domain.events import Event
from ivscope.domain.times import to_microseconds
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.workspace.session_counts import SessionCounts, counts_of
from support.session_source import EPOCH, SESSION, SessionSource, joined
from support.waiting import wait_for

FAST = 100_000
PEOPLE = 12


def of(participant_id, name, seconds, code=None):
    return Event(name, participant_id, EPOCH + timedelta(seconds=seconds), error_code=code)


@pytest.fixture
def source():
    source = SessionSource()
    source.end_time = EPOCH + timedelta(hours=1)
    for number in range(PEOPLE):
        name = f"p{number}"
        source.add(name, published=number % 3 == 0)
        source.events[name] = [
            joined(name, number),
            of(name, "PUBLISH_STARTED" if number % 3 == 0 else "SUBSCRIBE_STARTED", 60 + number),
            of(name, "PUBLISH_ERROR", 90, "QUOTA_EXCEEDED" if number % 2 else "X"),
        ]
    return source


@pytest.fixture
def provider(source):
    limits = RateLimiter(demand=FAST, background=FAST, window=0)
    provider = StageDataProvider(lambda: source, rate_limiter=limits)
    yield provider
    provider.close()


def read(provider):
    scan = provider.scan(SESSION)
    provider.read(provider.session(SESSION))
    wait_for(lambda: not provider.session(SESSION).status.is_busy)
    scan.start()
    wait_for(lambda: scan.state is ScanState.COMPLETE)
    return scan


def more(source, provider):
    """Have everybody publish a minute later: the session was live until now."""
    for name in source.events:
        source.events[name] += [of(name, "PUBLISH_STARTED", 150), of(name, "LEFT", 200)]
    scan = provider.scan(SESSION)
    known = len(scan.log.log)
    scan.start()
    wait_for(lambda: scan.state is ScanState.COMPLETE and len(scan.log.log) > known)


def told(counts):
    """All that summary and lanes show of the counts."""
    while counts.work(1):
        pass
    counts.look()
    ids = counts.scan.log.participant_ids
    for one in ids:
        counts.lanes.look(one)
    window = counts.tally.window
    moments = [to_microseconds(EPOCH + timedelta(seconds=second)) for second in range(0, 240, 30)]
    return (
        counts.summary(),
        counts.tally.span,
        counts.tally.buckets(window, 40),
        counts.tally.errors("X", window, 40),
        counts.publishing(window, 40),
        [counts.lanes.cells(one, window, 40) for one in ids],
        [counts.lanes.presence(one, at, at + 1) for one in ids for at in moments],
        counts.until,
    )


def prepare(counts):
    """Do all that is done ahead. Returns in how many slices."""
    slices = 1
    while counts.prepare(0):
        slices += 1
    return slices


def test_what_is_counted_ahead_is_what_a_view_would_have_counted(source, provider):
    scan = read(provider)
    ahead = SessionCounts(provider, scan)
    assert prepare(ahead) > PEOPLE
    assert told(ahead) == told(SessionCounts(provider, scan))


def test_counts_go_on_with_events_that_come_after_they_were_made_ahead(source, provider):
    source.end_time = None
    scan = read(provider)
    ahead = SessionCounts(provider, scan)
    prepare(ahead)
    before = told(ahead)
    more(source, provider)
    prepare(ahead)
    assert ahead._builder.counted == len(scan.log.log)
    kept = counts_of(provider, scan, ahead)
    new = counts_of(provider, scan, None)
    # Nothing stands still between the two but the end of what is known.
    new.hold_until(kept.until)
    assert told(kept) == told(new) != before


def test_a_view_before_all_is_counted_ahead_goes_on_from_there(source, provider):
    scan = read(provider)
    ahead = SessionCounts(provider, scan)
    for _ in range(PEOPLE // 2):
        assert ahead.prepare(0)
    assert told(counts_of(provider, scan, ahead)) == told(SessionCounts(provider, scan))


def test_counts_of_a_live_session_go_on_from_what_was_counted_ahead(source, provider, monkeypatch):
    source.end_time = None
    scan = read(provider)
    ahead = SessionCounts(provider, scan)
    prepare(ahead)
    monkeypatch.setattr(SummaryBuilder, "_count", lambda *_: pytest.fail("counted twice"))
    later = counts_of(provider, scan, ahead)
    assert later.until > ahead.until
    assert not later.work(1)
    assert later.summary().events == len(scan.log.log)
    monkeypatch.undo()
    new = SessionCounts(provider, scan)
    new.hold_until(later.until)
    assert told(later) == told(new)


def test_nothing_is_looked_at_twice_and_all_that_is_counted_costs_nothing(
    source, provider, monkeypatch
):
    scan = read(provider)
    looks, counted = [], []
    stays, count = Lanes._stays, SummaryBuilder._count

    def looked(self, participant_id, reach):
        looks.append(participant_id)
        return stays(self, participant_id, reach)

    def noted(self, start, stop):
        counted.append(range(start, stop))
        count(self, start, stop)

    monkeypatch.setattr(Lanes, "_stays", looked)
    monkeypatch.setattr(SummaryBuilder, "_count", noted)
    ahead = SessionCounts(provider, scan)
    prepare(ahead)
    assert sorted(looks) == sorted(scan.log.participant_ids)
    assert counted == [range(len(scan.log.log))]
    # A view, and each rest after a key.
    told(ahead)
    assert prepare(ahead) == prepare(ahead) == 1
    assert (len(looks), len(counted)) == (PEOPLE, 1)
