"""Feed and Fact: pages, tokens and failures, without threads."""

import pytest

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import BEHIND_THE_FILE, Contradiction
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSummary,
)
from ivscope.provider.store.append_list import AppendList
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.fact import Fact
from ivscope.provider.store.feed import EMPTY_PAGES_FOLLOWED, Feed, FeedState
from ivscope.ui.explorer.list_status import list_status
from ivscope.workspace.place import Level
from support.scripted_source import ScriptedSource, failure, page

A, B, C, D = (StageSummary(f"arn:{letter}") for letter in "abcd")


def test_a_new_feed_is_idle_and_may_have_more():
    feed = Feed(calls.STAGES, AppendList)
    assert feed.state is FeedState.IDLE
    assert feed.has_more
    assert feed.wants_read
    assert list(feed.items) == []


def test_three_pages_are_joined_in_the_order_returned():
    feed, source = _feed(page([A, B], "1"), page([C], "2"), page([D]))
    states = []
    for _ in range(3):
        assert _read(feed, source) is False
        states.append(feed.state)
    assert list(feed.items) == [A, B, C, D]
    assert states == [FeedState.READY, FeedState.READY, FeedState.COMPLETE]
    assert source.cursors("ListStages") == [None, "1", "2"]
    assert feed.pages == 3
    assert not feed.has_more
    assert not feed.wants_read


def test_more_is_known_only_once_a_page_has_named_the_next_one():
    feed, source = _feed(page([A], "1"), page([B]))
    assert not feed.knows_of_more, "nobody has said anything yet"
    _read(feed, source)
    assert feed.knows_of_more
    feed.fail(failure(FailureKind.NETWORK))
    assert feed.knows_of_more
    feed.fail(ProviderFailure(FailureKind.NOT_RECORDED, "?", "", False, is_rest_known=False))
    assert not feed.knows_of_more, "a file has a next page only to say that it knows of none"
    _read(feed, source)
    assert not feed.knows_of_more


def test_what_is_behind_the_last_row_of_a_file_is_asked_for_at_once():
    feed, source = _feed(page([A], "1"), page([B], BEHIND_THE_FILE))
    assert [_read(feed, source) for _ in range(2)] == [False, True]
    assert list(feed.items) == [A, B]


@pytest.mark.parametrize("end", [None, ""])
def test_an_absent_and_an_empty_token_both_end_the_list(end):
    feed, source = _feed(page([A], end))
    _read(feed, source)
    assert feed.state is FeedState.COMPLETE
    assert feed.cursor is None


def test_an_empty_list_is_complete():
    feed, source = _feed(page([]))
    assert _read(feed, source) is False
    assert feed.state is FeedState.COMPLETE


def test_an_empty_last_page_ends_the_list():
    feed, source = _feed(page([A], "1"), page([]))
    _read(feed, source)
    assert _read(feed, source) is False
    assert feed.state is FeedState.COMPLETE
    assert list(feed.items) == [A]


def test_an_empty_page_with_a_token_asks_to_go_on():
    feed, source = _feed(page([], "1"), page([A], "2"))
    assert _read(feed, source) is True
    assert _read(feed, source) is False
    assert feed.state is FeedState.READY
    assert source.cursors("ListStages") == [None, "1"]


def test_too_many_empty_pages_are_a_failure_that_a_retry_continues():
    empty = [page([], str(i)) for i in range(EMPTY_PAGES_FOLLOWED)]
    feed, source = _feed(page([A], "x"), *empty, page([], "y"), page([B]))
    _read(feed, source)
    assert [_read(feed, source) for _ in empty] == [True] * 19 + [False]
    assert feed.state is FeedState.FAILED
    assert feed.failure is not None
    assert feed.failure.kind is FailureKind.PROTOCOL
    assert "empty pages" in feed.failure.summary
    assert feed.can_retry
    assert _read(feed, source) is True
    assert _read(feed, source) is False
    assert list(feed.items) == [A, B]
    assert feed.state is FeedState.COMPLETE


@pytest.mark.parametrize("tokens", [["1", "1"], ["1", "2", "1"], ["1", "2", "3", "2"]])
def test_a_token_seen_before_is_a_failure_that_names_itself_and_keeps_rows(tokens):
    feed, source = _feed(*(page([A], token) for token in tokens))
    for _ in tokens:
        _read(feed, source)
    assert feed.state is FeedState.FAILED
    assert feed.failure is not None
    assert feed.failure.kind is FailureKind.PROTOCOL
    assert "repeated nextToken" in feed.failure.summary
    assert len(feed.items) == len(tokens)
    assert not feed.can_retry
    assert feed.can_restart


def test_an_empty_page_that_repeats_its_token_is_not_followed():
    feed, source = _feed(page([A], "1"), page([], "1"))
    _read(feed, source)
    assert _read(feed, source) is False
    assert feed.state is FeedState.FAILED
    assert list(feed.items) == [A]


def test_a_failure_in_the_middle_keeps_rows_and_cursor():
    feed, source = _feed(page([A], "1"), page([B]))
    _read(feed, source)
    trouble = failure(FailureKind.NETWORK)
    feed.queue()
    feed.fail(trouble)
    assert feed.status.failure is trouble
    assert list(feed.items) == [A]
    assert feed.cursor == "1"
    assert not feed.wants_read
    assert feed.can_retry
    assert not feed.can_restart
    _read(feed, source)
    assert list(feed.items) == [A, B]
    assert feed.failure is None


def test_a_rejected_cursor_offers_to_start_again_and_a_rejected_first_page_does_not():
    feed, source = _feed(page([A], "1"))
    feed.fail(failure(FailureKind.INVALID))
    assert not feed.can_restart
    _read(feed, source)
    feed.fail(failure(FailureKind.INVALID))
    assert feed.can_restart
    assert feed.can_retry


def test_reading_again_keeps_the_rows_until_the_first_page_has_come():
    feed, source = _feed(page([A], "1"), page([], "n1"), page([C], "n2"), page([D]))
    _read(feed, source)
    old = feed.items
    feed.begin_again()
    assert _read(feed, source) is True
    assert feed.items is old
    assert feed.generation == 0
    assert _read(feed, source) is False
    assert list(feed.items) == [C]
    assert list(old) == [A]
    assert feed.generation == 1
    _read(feed, source)
    assert list(feed.items) == [C, D]
    assert source.cursors("ListStages") == [None, None, "n1", "n2"]


def test_reading_again_may_meet_the_tokens_of_the_first_time():
    feed, source = _feed(page([A], "1"), page([B]), page([A], "1"), page([B]))
    _read(feed, source)
    _read(feed, source)
    feed.begin_again()
    _read(feed, source)
    _read(feed, source)
    assert feed.state is FeedState.COMPLETE
    assert list(feed.items) == [A, B]


def test_giving_up_a_second_reading_goes_back_to_the_first():
    feed, source = _feed(page([A], "1"), page([B]))
    _read(feed, source)
    feed.begin_again()
    feed.queue()
    feed.rest()
    assert feed.state is FeedState.READY
    _read(feed, source)
    assert source.cursors("ListStages") == [None, "1"]
    assert list(feed.items) == [A, B]


def test_giving_up_the_way_out_of_a_dead_end_leads_back_to_it():
    feed, source = _feed(page([A], "1"), page([B], "1"))
    _read(feed, source)
    _read(feed, source)
    feed.begin_again()
    feed.queue()
    feed.rest()
    assert feed.state is FeedState.FAILED
    assert feed.can_restart


def test_a_failed_second_reading_can_be_retried_even_out_of_a_dead_end():
    feed, source = _feed(page([A], "1"), page([B], "1"), page([C]))
    _read(feed, source)
    _read(feed, source)
    feed.begin_again()
    feed.fail(failure(FailureKind.NETWORK))
    assert list(feed.items) == [A, B]
    assert feed.can_retry
    _read(feed, source)
    assert list(feed.items) == [C]
    assert feed.state is FeedState.COMPLETE


def test_events_are_kept_in_a_log():
    source = ScriptedSource()
    source.will_answer("ListParticipantEvents", page([Event("JOINED")]))
    feed = EventFeed(calls.events(ParticipantScope("arn", "st-1", "p")), EventLog, lambda: True)
    _read(feed, source)
    assert isinstance(feed.items, EventLog)
    assert feed.items.name(0) == "JOINED"


def test_a_fact_keeps_its_value_while_it_is_read_again():
    source = ScriptedSource()
    source.will_answer("GetStage", "first", "second")
    fact = Fact(calls.stage("arn"))
    assert fact.state is FeedState.IDLE
    _read(fact, source)
    assert (fact.state, fact.value) == (FeedState.COMPLETE, "first")
    assert not fact.wants_read
    fact.queue()
    assert fact.value == "first"
    fact.fail(failure(FailureKind.DENIED))
    assert (fact.state, fact.value) == (FeedState.FAILED, "first")
    assert fact.can_retry
    _read(fact, source)
    assert (fact.state, fact.value) == (FeedState.COMPLETE, "second")


def _feed(*pages):
    source = ScriptedSource()
    source.will_answer("ListStages", *pages)
    return Feed(calls.STAGES, AppendList), source


def _read(target, source):
    target.queue()
    target.begin_reading()
    return target.fetch(source)()


def test_rows_that_do_not_match_the_filter_asked_for_are_kept_counted_and_told():
    session = SessionScope("arn:aws:ivs:us-west-2:123456789012:stage/x", "st-0000000000000")
    asked = ParticipantFilter("filterByPublished", value=True)
    told = (True, False, None)
    rows = [ParticipantSummary(str(at), published=one) for at, one in enumerate(told)]
    source = ScriptedSource()
    source.will_answer("ListParticipants", page(rows[:2], "a"), page(rows[1:]))
    feed = Feed(calls.participants(session, asked), AppendList[ParticipantSummary])
    _read(feed, source)
    _read(feed, source)
    assert (len(feed.items), feed.contradictions) == (4, {Contradiction.FILTER: 2})
    status = list_status(feed, Level.PARTICIPANTS)
    assert "2 do not match the filter asked for, not counted" in status.extra
