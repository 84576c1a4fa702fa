"""Answers that contradict the request, over real HTTP: told, kept, and counted as no fact."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from ivscope.analysis.event_tally import EventTally
from ivscope.analysis.listed_participants import Names
from ivscope.analysis.summary import SummaryBuilder
from ivscope.analysis.time_window import window_between
from ivscope.domain.events import is_error
from ivscope.domain.failures import FailureKind
from ivscope.domain.pages import Contradiction
from ivscope.domain.saved_head import SavedHead
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
)
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.export.saved_events import saved_lines
from ivscope.findings.rules import findings_for
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.feed import FeedState
from ivscope.render.event_lines import detail_lines
from ivscope.render.fields import not_counted
from ivscope.ui.explorer import picking
from ivscope.ui.explorer.list_status import list_status
from ivscope.workspace.place import Level
from ivscope.workspace.store_context import StoreContext, session_facts
from support.aws_sources import aws_source
from support.explorer import DANA, LIVE_STAGE, PRIYA, RIVAL_STAGE, SHOW
from support.faulty_urls import faulty_url
from support.waiting import wait_for

EPOCH = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
SHOW_SCOPE = SessionScope(LIVE_STAGE, SHOW)


def person(participant_id):
    return ParticipantScope(LIVE_STAGE, SHOW, participant_id)


@pytest.fixture
def connect():
    """Makes a provider over a world whose endpoint has a fault."""
    made = []

    def build(fault, world="incident"):
        served = open_world(world, lambda: EPOCH)
        endpoint = Endpoint(served).start()
        source = aws_source(faulty_url(endpoint, fault), region=served.region)
        limits = RateLimiter(demand=1_000, background=1_000)
        provider = StageDataProvider(lambda: source, rate_limiter=limits)
        made.append((endpoint, provider))
        return provider

    yield build
    for endpoint, provider in made:
        provider.close()
        endpoint.close()
        assert endpoint.bugs == ()


def read_all(provider, feed, pages=100):
    for _ in range(pages):
        provider.read_more(feed)
        wait_for(lambda: not feed.status.is_busy)
        if feed.state is not FeedState.READY:
            break
    return feed


def read(provider, fact):
    provider.read(fact)
    wait_for(lambda: not fact.status.is_busy)
    return fact


def text_of(lines):
    return "\n".join("".join(span.text for span in line) for line in lines)


def shown(items, level):
    rows = picking.picker_rows(level, items, UTC, EPOCH)
    return [text_of([rows.line(index, 100)]) for index in range(len(rows))]


def counted(log):
    """What is counted of a log: errors, events, events by name, errors by participant."""
    builder = SummaryBuilder(log)
    while builder.advance(1):
        pass
    tally = EventTally(log)
    while tally.advance(1):
        pass
    span = tally.span
    buckets = tally.buckets(window_between(*span), 40) if span else []
    return {
        "events": builder.facts,
        "errors": log.error_count,
        "plotted": sum(bucket.events for bucket in buckets),
        "plotted errors": sum(bucket.errors for bucket in buckets),
        "names": Counter(filter(None, map(log.name, range(len(log))))),
    }


def test_events_of_another_participant_are_kept_and_told_and_count_nowhere(connect):
    provider = connect("foreign_events.ListParticipantEvents")
    feed = read_all(provider, provider.events(person(PRIYA)))
    log = feed.items
    foreign = [at for at in range(len(log)) if log.participant(at) != PRIYA]
    own = [log[at] for at in range(len(log)) if at not in foreign]
    assert feed.state is FeedState.COMPLETE
    assert (len(log), len(foreign)) == (61, 21)
    assert counted(log) == {
        "events": 40,
        "errors": sum(event.is_error for event in own),
        "plotted": 40,
        "plotted errors": sum(event.is_error for event in own),
        "names": Counter(event.name for event in own),
    }
    errors = [at for at in foreign if is_error(log[at].name, log[at].error_code)]
    assert errors, "none of the foreign events would count as an error, so nothing is shown"
    facts = StoreContext(provider).facts
    assert all(findings_for(person(PRIYA), at, facts) == () for at in foreign)
    assert not_counted(feed.contradictions) == "21 are of another participant, not counted"
    told = text_of(detail_lines(log[errors[0]], 100))
    assert "This row is of another participant" in told


def test_a_scan_counts_no_event_of_another_participant(connect):
    provider = connect("foreign_events.ListParticipantEvents")
    scan = provider.scan(SHOW_SCOPE)
    scan.start()
    wait_for(lambda: scan.state is ScanState.COMPLETE, 60)
    log = scan.log.log
    foreign = [at for at in range(len(log)) if scan.log.event(at).contradiction is not None]
    assert 0 < len(foreign) < len(log)
    told = counted(log)
    assert told["events"] == told["plotted"] == len(log) - len(foreign)
    errors = sum(log[at].is_error for at in range(len(log)))
    assert told["errors"] == errors == sum(scan.log.errors_by_id.values())
    assert sum(
        is_error(scan.log.event(at).name, scan.log.event(at).error_code) for at in foreign
    ), "no foreign event would count as an error"


def test_participants_that_all_have_one_id_are_one_participant_of_whom_nothing_is_known(connect):
    provider = connect("one_id.ListParticipants")
    feed = read_all(provider, provider.participants(SHOW_SCOPE))
    assert len(feed.items) == 40
    assert list(feed.facts) == [ParticipantSummary("12345")]
    assert len({row.user_id for row in feed.items}) > 1
    status = list_status(feed, Level.PARTICIPANTS)
    assert status.count == 1
    assert "share an id, not counted" in status.extra[0]
    rows = shown(feed.items, Level.PARTICIPANTS)
    assert all("?" in row for row in rows)
    assert sum("shares its id" in row for row in rows) > 1
    assert any("priya-guest" in row for row in rows)
    assert Names(feed).user_id("12345") is None
    scan = provider.scan(SHOW_SCOPE)
    scan.start()
    wait_for(lambda: not scan.is_running, 30)
    facts = session_facts(provider, SHOW_SCOPE)
    assert list(facts.participants) == [ParticipantSummary("12345")]


def test_stages_that_all_have_one_arn_are_kept_and_told(connect):
    provider = connect("one_id.ListStages")
    feed = read_all(provider, provider.stages())
    assert len(feed.items) > 1
    assert len(feed.facts) == 1
    assert "were returned before, not counted" in list_status(feed, Level.STAGES).extra[0]


def test_sessions_that_all_have_one_id_are_kept_and_none_of_them_is_believed(connect):
    provider = connect("one_id.ListStageSessions")
    feed = read_all(provider, provider.sessions(LIVE_STAGE))
    one = feed.items[0].session_id
    assert len(feed.items) > 1
    assert not len(feed.facts)
    assert provider.store.session(SessionScope(LIVE_STAGE, one)) is None
    assert "share an id, not counted" in list_status(feed, Level.SESSIONS).extra[0]


def test_a_session_that_was_listed_for_another_stage_is_kept_and_not_believed(connect):
    provider = connect("one_id.ListStageSessions")
    first = read_all(provider, provider.sessions(LIVE_STAGE))
    other = read_all(provider, provider.sessions(RIVAL_STAGE))
    one = first.items[0].session_id
    assert {row.contradiction for row in other.items} == {Contradiction.STAGE}
    assert provider.store.session(SessionScope(RIVAL_STAGE, one)) is None
    assert all("? of another stage" in row for row in shown(other.items, Level.SESSIONS))


@pytest.mark.parametrize("knows_the_end", [True, False])
def test_rows_that_come_on_two_pages_are_kept_and_counted_once(connect, knows_the_end):
    truth = connect("late@999")
    provider = connect("doubled_rows.ListParticipantEvents")
    if knows_the_end:
        read_all(provider, provider.sessions(LIVE_STAGE))
        assert provider.store.is_settled(SHOW_SCOPE)
    feed = read_all(provider, provider.events(person(DANA)))
    true = read_all(truth, truth.events(person(DANA)))
    assert feed.state is FeedState.COMPLETE
    assert (len(true.items), len(feed.items)) == (755, 755 + 2 * 7)
    assert feed.contradictions == {Contradiction.REPEATED: 14}
    assert counted(feed.items) == counted(true.items)
    assert feed.is_complete


def test_participants_that_come_on_two_pages_are_kept_and_counted_once(connect):
    provider = connect("doubled_rows.ListParticipants", "huge")
    stage = read_all(provider, provider.stages()).items[0].arn
    session = read_all(provider, provider.sessions(stage)).items[0].session_id
    feed = read_all(provider, provider.participants(SessionScope(stage, session)), pages=3)
    assert (len(feed.items), len(feed.facts)) == (304, 300)
    assert len({row.participant_id for row in feed.facts}) == 300
    assert not_counted(feed.contradictions) == "4 were returned before, not counted"


def test_participants_that_the_filter_should_have_left_out_are_kept_and_not_counted(connect):
    provider = connect("unfiltered")
    asked = ParticipantFilter("filterByPublished", value=True)
    feed = read_all(provider, provider.participants(SHOW_SCOPE, asked))
    published = [row for row in feed.items if row.published]
    assert len(feed.items) == 40
    assert list(feed.facts) == published
    assert list_status(feed, Level.PARTICIPANTS).count == len(published)
    assert any("? outside the filter" in row for row in shown(feed.items, Level.PARTICIPANTS))


def test_an_answer_about_something_else_is_a_failure_that_names_it(connect):
    provider = connect("other_value")
    facts = (
        provider.participant(person(PRIYA)),
        provider.session(SHOW_SCOPE),
        provider.stage(LIVE_STAGE),
    )
    for fact in facts:
        read(provider, fact)
        assert fact.value is None
        assert fact.failure.kind is FailureKind.PROTOCOL
        assert "someoneElse" in fact.failure.summary


def test_a_next_token_that_repeats_is_told_and_the_list_is_not_called_complete(connect):
    provider = connect("repeat_token.ListParticipantEvents")
    feed = read_all(provider, provider.events(person(DANA)))
    assert feed.state is FeedState.FAILED
    assert not feed.is_complete
    assert "repeated nextToken" in feed.failure.summary
    assert counted(feed.items)["events"] <= len(feed.items)


def test_a_saved_file_marks_what_contradicts_and_counts_it_apart(connect):
    provider = connect("foreign_events.ListParticipantEvents")
    log = read_all(provider, provider.events(person(PRIYA))).items
    head = SavedHead(
        LIVE_STAGE,
        SHOW,
        PRIYA,
        EPOCH.isoformat(),
        saved=log.fact_count,
        loaded=log.fact_count,
        contradicting=len(log) - log.fact_count,
        is_complete=True,
        all_read_at=None,
        coverage="",
        order="",
        filter="",
    )
    first, *rows = map(json.loads, saved_lines(head, log))
    assert (first["events"], first["loaded"], first["contradicting"]) == (40, 40, 21)
    marked = [row for row in rows if "ivscopeContradiction" in row]
    assert len(marked) == 21
    assert all(row["participantId"] != PRIYA for row in marked)
