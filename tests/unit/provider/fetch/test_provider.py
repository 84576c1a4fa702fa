"""StageDataProvider: one call per ask, nothing lost, nothing late, nobody waiting."""

import threading
import time

import pytest

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope, StageSummary
from ivscope.provider.fetch.connection import SourceDetails
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter
from ivscope.provider.fetch.scheduler import CALLS_IN_FLIGHT, THROTTLE_RETRIES
from ivscope.provider.store.feed import FeedState
from support.scripted_source import Gate, ScriptedSource, connects_to, failure, page
from support.waiting import wait_for

A, B, C = (StageSummary(f"arn:{letter}") for letter in "abc")
SESSION = SessionScope("arn:a", "st-1")
SCOPE = ParticipantScope("arn:a", "st-1", "p")
DEMAND, PREFETCH, SCAN = Priority.DEMAND, Priority.PREFETCH, Priority.SCAN


@pytest.fixture
def source():
    return ScriptedSource()


@pytest.fixture
def make(source):
    """Makes providers with a pace that never holds a test up, and closes them."""
    made = []

    def build(connect=None, **options):
        options.setdefault("rate_limiter", _fast_pace())
        provider = StageDataProvider(connect or (lambda: source), **options)
        made.append(provider)
        return provider

    yield build
    for provider in made:
        provider.close()


def test_nothing_is_connected_or_fetched_until_it_is_asked_for(make, source):
    def connect():
        raise AssertionError("connected without need")

    provider = make(connect)
    provider.stages()
    provider.events(SCOPE)
    assert provider.source_details is None
    assert provider.activity().total == 0
    assert source.asked == []


def test_each_scope_has_one_feed_that_everyone_shares(make):
    provider = make()
    same = ParticipantScope(SCOPE.stage_arn, SCOPE.session_id, SCOPE.participant_id)
    narrowed = ParticipantFilter("filterByPublished", True)
    assert provider.stages() is provider.stages()
    assert provider.sessions("arn:a") is provider.sessions("arn:a")
    assert provider.events(SCOPE) is provider.events(same)
    assert provider.participants(SESSION) is provider.participants(SESSION)
    assert provider.participants(SESSION) is not provider.participants(SESSION, narrowed)
    copies, again = calls.replicas("arn:a", "p"), calls.replicas("arn:a", "p")
    assert provider.feed(copies) is provider.feed(again)
    assert provider.stage("arn:a") is provider.stage("arn:a")
    assert provider.session(SESSION) is provider.session(SESSION)
    assert provider.participant(SCOPE) is provider.participant(same)


def test_every_feed_and_fact_asks_its_own_operation_about_its_scope(make, source):
    provider = make()
    narrowed = ParticipantFilter("filterByState", "CONNECTED")
    targets = {
        "ListStages": (provider.stages(), None),
        "ListStageSessions": (provider.sessions("arn:a"), "arn:a"),
        "ListParticipants": (provider.participants(SESSION, narrowed), (SESSION, narrowed)),
        "ListParticipantEvents": (provider.events(SCOPE), SCOPE),
        "ListParticipantReplicas": (provider.feed(calls.replicas("arn:a", "p")), ("arn:a", "p")),
        "ListIngestConfigurations": (provider.feed(calls.ingest_configurations("arn:a")), "arn:a"),
        "GetStage": (provider.stage("arn:a"), "arn:a"),
        "GetStageSession": (provider.session(SESSION), SESSION),
        "GetParticipant": (provider.participant(SCOPE), SCOPE),
    }
    for operation, (target, _) in targets.items():
        source.will_answer(operation, "value" if operation.startswith("Get") else page([]))
        assert provider.read_more(target)
    for target, _ in targets.values():
        _await_state(target, FeedState.COMPLETE)
    assert {asked.operation: asked.scope for asked in source.asked} == {
        operation: scope for operation, (_, scope) in targets.items()
    }


def test_asking_twice_makes_one_call(make, source):
    gate = Gate(page([A], "1"))
    source.will_answer("ListStages", gate)
    provider = make()
    feed = provider.stages()
    assert provider.read_more(feed) is True
    assert feed.status.is_busy
    assert gate.entered.wait(5)
    assert feed.state is FeedState.READING
    assert provider.read_more(feed) is False
    gate.opened.set()
    _await_state(feed, FeedState.READY)
    assert len(source.asked) == 1


def test_many_threads_that_ask_at_once_make_one_call(make, source):
    gate = Gate(page([A]))
    source.will_answer("ListStages", gate)
    provider = make()
    barrier = threading.Barrier(8)
    answers = []

    def ask():
        barrier.wait(5)
        answers.append(provider.read_more(provider.stages()))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    gate.opened.set()
    _await_state(provider.stages(), FeedState.COMPLETE)
    assert sorted(answers) == [False] * 7 + [True]
    assert len(source.asked) == 1


def test_a_complete_feed_and_a_known_fact_ask_nothing(make, source):
    source.will_answer("ListStages", page([A]))
    source.will_answer("GetStage", "stage")
    provider = make()
    feed, fact = provider.stages(), provider.stage("arn:a")
    provider.read_more(feed)
    provider.read(fact)
    _await_state(feed, FeedState.COMPLETE)
    _await_state(fact, FeedState.COMPLETE)
    assert provider.read_more(feed) is False
    assert provider.read(fact) is False
    assert provider.retry(feed) is False
    assert len(source.asked) == 2


def test_empty_pages_in_the_middle_are_followed_by_one_ask(make, source):
    events = [Event("JOINED"), Event("LEFT")]
    source.will_answer(
        "ListParticipantEvents",
        page(events[:1], "1"),
        page([], "2"),
        page([], "3"),
        page(events[1:]),
    )
    provider = make()
    feed = provider.events(SCOPE)
    provider.read_more(feed)
    _await_state(feed, FeedState.READY)
    provider.read_more(feed)
    _await_state(feed, FeedState.COMPLETE)
    assert list(feed.items) == events
    assert source.cursors("ListParticipantEvents") == [None, "1", "2", "3"]
    assert feed.pages == 4


def test_a_failure_in_the_middle_waits_for_a_retry_that_goes_on_from_the_cursor(make, source):
    trouble = failure(FailureKind.NETWORK)
    source.will_answer("ListStages", page([A], "1"), trouble, page([B]))
    provider = make()
    feed = provider.stages()
    provider.read_more(feed)
    _await_state(feed, FeedState.READY)
    provider.read_more(feed)
    _await_state(feed, FeedState.FAILED)
    assert feed.failure is trouble
    assert list(feed.items) == [A]
    assert provider.read_more(feed, PREFETCH) is False
    assert provider.retry(feed) is True
    _await_state(feed, FeedState.COMPLETE)
    assert list(feed.items) == [A, B]
    assert source.cursors("ListStages") == [None, "1", "1"]


def test_connecting_happens_in_a_reading_thread(make, source):
    threads = []

    def connect():
        threads.append(threading.current_thread())
        return source

    source.will_answer("ListStages", page([A]))
    provider = make(connect)
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.COMPLETE)
    assert len(threads) == 1
    assert threads[0] is not threading.current_thread()
    assert provider.source_details == SourceDetails("scripted", "eu-central-1", None)


def test_a_connection_that_fails_fails_the_feed_and_the_retry_connects_again(make, source):
    trouble = failure(FailureKind.CREDENTIALS)
    source.will_answer("ListStages", page([A]))
    provider = make(connects_to(trouble, source))
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.FAILED)
    assert provider.stages().failure is trouble
    provider.retry(provider.stages())
    _await_state(provider.stages(), FeedState.COMPLETE)


def test_calls_that_find_the_credentials_expired_together_connect_again_once(make, source):
    fresh = ScriptedSource()
    gates = [Gate(failure(FailureKind.EXPIRED)) for _ in range(2)]
    source.will_answer("ListStages", gates[0])
    source.will_answer("GetStage", gates[1])
    fresh.will_answer("ListStages", page([A]))
    fresh.will_answer("GetStage", "stage")
    provider = make(connects_to(source, fresh))
    feed, fact = provider.stages(), provider.stage("arn:a")
    provider.read_more(feed)
    provider.read(fact)
    for gate in gates:
        assert gate.entered.wait(5)
    gates[0].opened.set()
    _await_state(feed, FeedState.FAILED)
    provider.retry(feed)
    _await_state(feed, FeedState.COMPLETE)
    gates[1].opened.set()
    _await_state(fact, FeedState.FAILED)
    provider.retry(fact)
    _await_state(fact, FeedState.COMPLETE)
    assert len(fresh.asked) == 2


@pytest.mark.parametrize("kind", [FailureKind.NETWORK, FailureKind.DENIED, FailureKind.SERVICE])
def test_other_failures_keep_the_connection(make, source, kind):
    source.will_answer("ListStages", failure(kind), page([A]))
    provider = make(connects_to(source))
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.FAILED)
    provider.retry(provider.stages())
    _await_state(provider.stages(), FeedState.COMPLETE)


def test_the_facts_of_the_source_stay_while_a_fresh_session_is_due(make, source):
    source.will_answer("ListStages", failure(FailureKind.EXPIRED))
    provider = make(connects_to(source))
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.FAILED)
    assert provider.source_details == SourceDetails("scripted", "eu-central-1", None)


def test_throttling_waits_in_sight_and_goes_on_by_itself(make, source):
    gate = Gate(failure(FailureKind.THROTTLED, retry_after=0.2))
    source.will_answer("ListStages", gate, page([A]))
    provider = make()
    feed = provider.stages()
    waits = []

    def look(target):
        if target.status.state is FeedState.QUEUED:
            waits.append(provider.activity().throttled_seconds)

    provider.on_change = look
    provider.read_more(feed)
    gate.opened.set()
    _await_state(feed, FeedState.COMPLETE)
    *before, throttled = waits
    assert set(before) <= {0}  # none where the call had begun before it was looked at
    assert 0 < throttled <= 0.2
    assert len(source.asked) == 2


def test_throttling_without_end_is_reported(make, source):
    source.will_answer("ListStages", *[failure(FailureKind.THROTTLED)] * 20)
    provider = make()
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.FAILED)
    assert provider.stages().failure.kind is FailureKind.THROTTLED
    assert len(source.asked) == 1 + THROTTLE_RETRIES


def test_a_call_can_be_cancelled_while_it_waits_out_throttling(make, source):
    source.will_answer("ListStages", failure(FailureKind.THROTTLED, retry_after=60))
    provider = make()
    feed = provider.stages()
    provider.read_more(feed)
    wait_for(lambda: provider.activity().throttled_seconds > 1 and provider.activity().waiting)
    assert provider.cancel(feed) is True
    assert feed.state is FeedState.IDLE
    assert provider.activity().waiting == 0


def test_a_call_out_of_time_fails_frees_its_place_and_its_late_answer_is_dropped(make, source):
    gate = Gate(page([A], "late"))
    source.will_answer("ListStages", gate, page([B]))
    provider = make(deadline=0.3)
    feed = provider.stages()
    provider.read_more(feed)
    _await_state(feed, FeedState.FAILED)
    assert feed.failure.kind is FailureKind.TIMEOUT
    assert provider.activity().in_flight == 0
    gate.opened.set()
    _await_no_call("ListStages")
    assert feed.state is FeedState.FAILED
    assert list(feed.items) == []
    provider.retry(feed)
    _await_state(feed, FeedState.COMPLETE)
    assert list(feed.items) == [B]


def test_a_late_failure_after_the_deadline_is_dropped_too(make, source):
    gate = Gate(failure(FailureKind.SERVICE))
    source.will_answer("ListStages", gate)
    provider = make(deadline=0.3)
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.FAILED)
    gate.opened.set()
    _await_no_call("ListStages")
    assert provider.stages().failure.kind is FailureKind.TIMEOUT


def test_calls_that_hang_do_not_block_those_after_them(make, source):
    gates = [Gate(page([])) for _ in range(CALLS_IN_FLIGHT)]
    source.will_answer("ListStageSessions", *gates)
    source.will_answer("ListStages", page([A]))
    provider = make(deadline=0.3)
    for i in range(CALLS_IN_FLIGHT):
        provider.read_more(provider.sessions(f"arn:{i}"))
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.COMPLETE)
    for gate in gates:
        gate.opened.set()


def test_a_connection_that_hangs_is_given_up_and_made_anew(make, source):
    gate = Gate(source)
    attempts = []

    def connect():
        attempts.append(1)
        return gate.pass_through() if len(attempts) == 1 else source

    source.will_answer("ListStages", page([A]))
    provider = make(connect, deadline=0.3)
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.FAILED)
    provider.retry(provider.stages())
    _await_state(provider.stages(), FeedState.COMPLETE)
    gate.opened.set()
    _await_no_call("ListStages")
    assert len(source.asked) == 1


def test_cancelling_a_call_in_flight_drops_its_answer_and_keeps_the_place(make, source):
    gate = Gate(page([B], "2"))
    source.will_answer("ListStages", page([A], "1"), gate, page([C]))
    provider = make()
    feed = provider.stages()
    provider.read_more(feed)
    _await_state(feed, FeedState.READY)
    provider.read_more(feed)
    assert gate.entered.wait(5)
    assert provider.cancel(feed) is True
    assert provider.cancel(feed) is False
    assert feed.state is FeedState.READY
    assert provider.activity().in_flight == 0
    gate.opened.set()
    _await_no_call("ListStages")
    assert list(feed.items) == [A]
    provider.read_more(feed)
    _await_state(feed, FeedState.COMPLETE)
    assert list(feed.items) == [A, C]
    assert source.cursors("ListStages") == [None, "1", "1"]


def test_a_waiting_call_that_is_cancelled_is_never_made(make, source):
    gates = _fill_all_places(provider := make(), source)
    feed = provider.stages()
    provider.read_more(feed)
    assert feed.state is FeedState.QUEUED
    assert provider.activity().waiting == 1
    provider.cancel(feed)
    for gate in gates:
        gate.opened.set()
    wait_for(lambda: provider.activity().in_flight == 0)
    assert feed.state is FeedState.IDLE
    assert source.cursors("ListStages") == []


def test_a_restart_drops_the_page_in_flight_and_keeps_rows_until_the_first_came(make, source):
    late, first = Gate(page([B], "2")), Gate(page([C]))
    source.will_answer("ListStages", page([A], "1"), late, first)
    provider = make()
    feed = provider.stages()
    provider.read_more(feed)
    _await_state(feed, FeedState.READY)
    provider.read_more(feed)
    assert late.entered.wait(5)
    provider.restart(feed)
    assert first.entered.wait(5)
    late.opened.set()
    wait_for(lambda: _calls_alive("ListStages") == 1)
    assert list(feed.items) == [A]
    assert feed.status.is_busy
    first.opened.set()
    _await_state(feed, FeedState.COMPLETE)
    assert list(feed.items) == [C]
    assert feed.generation == 1
    assert source.cursors("ListStages") == [None, "1", None]


def test_a_rejected_cursor_leads_to_a_restart_that_loses_nothing(make, source):
    source.will_answer(
        "ListStages", page([A], "old"), failure(FailureKind.INVALID), page([A], "new"), page([B])
    )
    provider = make()
    feed = provider.stages()
    provider.read_more(feed)
    _await_state(feed, FeedState.READY)
    provider.read_more(feed)
    _await_state(feed, FeedState.FAILED)
    assert feed.can_restart
    assert list(feed.items) == [A]
    provider.restart(feed)
    _await_state(feed, FeedState.READY)
    provider.read_more(feed)
    _await_state(feed, FeedState.COMPLETE)
    assert list(feed.items) == [A, B]


def test_what_a_person_waits_for_passes_prefetch_and_scan(make, source):
    provider = make()
    gates = _fill_all_places(provider, source)
    held = {
        "ListStages": (provider.stages(), SCAN),
        "ListParticipants": (provider.participants(SESSION), PREFETCH),
        "GetStage": (provider.stage("arn:a"), DEMAND),
    }
    answers = {operation: Gate(page([])) for operation in held}
    for operation, (target, priority) in held.items():
        source.will_answer(operation, answers[operation])
        provider.read_more(target, priority)
    for place, operation in zip(
        gates, ["GetStage", "ListParticipants", "ListStages"], strict=False
    ):
        place.opened.set()
        assert answers[operation].entered.wait(5)
    assert [asked.operation for asked in source.asked[CALLS_IN_FLIGHT:]] == [
        "GetStage",
        "ListParticipants",
        "ListStages",
    ]
    for gate in [*gates, *answers.values()]:
        gate.opened.set()


def test_a_second_and_more_urgent_ask_moves_a_waiting_call_forward(make, source):
    provider = make()
    gates = _fill_all_places(provider, source)
    first, second = Gate("stage"), Gate(page([]))
    source.will_answer("GetStage", first)
    source.will_answer("ListStages", second)
    provider.read(provider.stage("arn:a"), PREFETCH)
    provider.read_more(provider.stages(), SCAN)
    assert provider.read_more(provider.stages(), DEMAND) is False
    gates[0].opened.set()
    assert second.entered.wait(5)
    assert not first.entered.is_set()
    for gate in [*gates, first, second]:
        gate.opened.set()
    _await_state(provider.stage("arn:a"), FeedState.COMPLETE)


def test_an_operation_that_must_wait_does_not_hold_up_the_others(make, source):
    source.will_answer("ListStageSessions", page([]))
    source.will_answer("GetStage", "stage")
    provider = make(rate_limiter=RateLimiter(demand=1, background=1, window=600))
    provider.read_more(provider.sessions("arn:a"))
    provider.read_more(provider.sessions("arn:b"))
    provider.read(provider.stage("arn:a"))
    _await_state(provider.stage("arn:a"), FeedState.COMPLETE)
    _await_state(provider.sessions("arn:a"), FeedState.COMPLETE)
    assert provider.sessions("arn:b").state is FeedState.QUEUED


def test_calls_keep_the_pace(make, source):
    source.will_answer("ListStageSessions", *[page([])] * 5)
    provider = make(rate_limiter=RateLimiter(demand=2, window=0.1))
    began = time.monotonic()
    for i in range(5):
        provider.read_more(provider.sessions(f"arn:{i}"))
    for i in range(5):
        _await_state(provider.sessions(f"arn:{i}"), FeedState.COMPLETE)
    assert time.monotonic() - began >= 0.2


def test_activity_tells_calls_and_budget(make, source):
    gate = Gate(page([]))
    source.will_answer("ListStages", gate)
    provider = make(rate_limiter=RateLimiter(window=600))
    provider.read_more(provider.stages())
    assert gate.entered.wait(5)
    activity = provider.activity()
    assert (activity.used, activity.budget) == (1, 4)
    assert (activity.waiting, activity.in_flight, activity.total) == (0, 1, 1)
    gate.opened.set()
    wait_for(lambda: provider.activity().in_flight == 0)
    assert provider.activity().total == 1


def test_every_change_is_announced_with_its_feed(make, source):
    source.will_answer("ListStages", page([A], "1"), failure(FailureKind.NETWORK))
    provider = make()
    feed = provider.stages()
    heard = []
    provider.on_change = lambda target: heard.append((target, len(target.items)))
    provider.read_more(feed)
    _await_state(feed, FeedState.READY)
    wait_for(lambda: (feed, 1) in heard)
    heard.clear()
    provider.read_more(feed)
    wait_for(lambda: feed.state is FeedState.FAILED and len(heard) == 3)


def test_a_bug_in_a_source_is_handed_over_and_the_feed_can_be_asked_again(make, source):
    bug = KeyError("nextToken")
    source.will_answer("ListStages", page([A], "1"), bug, page([B]))
    provider = make()
    bugs = []
    provider.on_bug = bugs.append
    feed = provider.stages()
    provider.read_more(feed)
    _await_state(feed, FeedState.READY)
    provider.read_more(feed)
    wait_for(lambda: bugs == [bug])
    assert feed.state is FeedState.READY
    assert provider.activity().in_flight == 0
    provider.read_more(feed)
    _await_state(feed, FeedState.COMPLETE)
    assert list(feed.items) == [A, B]


def test_a_page_that_cannot_be_stored_is_a_bug_and_not_an_endless_reading(make, source):
    source.will_answer("ListParticipantEvents", page(["no event"]))
    provider = make()
    bugs = []
    provider.on_bug = bugs.append
    provider.read_more(provider.events(SCOPE))
    wait_for(lambda: len(bugs) == 1)
    assert isinstance(bugs[0], AttributeError)
    assert not provider.events(SCOPE).status.is_busy


def test_a_bug_in_a_listener_is_handed_over_and_reading_goes_on(make, source):
    source.will_answer("ListStages", page([A]))
    provider = make()
    bugs = []

    def listen(target):
        raise ValueError("drawing failed")

    provider.on_change, provider.on_bug = listen, bugs.append
    provider.read_more(provider.stages())
    _await_state(provider.stages(), FeedState.COMPLETE)
    wait_for(lambda: len(bugs) == 3)


def test_after_close_nothing_is_started_or_announced(make, source):
    gate = Gate(page([A]))
    source.will_answer("ListStages", gate)
    provider = make()
    feed = provider.stages()
    provider.read_more(feed)
    assert gate.entered.wait(5)
    heard = []
    provider.on_change = heard.append
    provider.close()
    gate.opened.set()
    _await_no_call("ListStages")
    assert provider.read_more(provider.sessions("arn:a")) is False
    provider.restart(provider.sessions("arn:a"))
    assert provider.sessions("arn:a").state is FeedState.IDLE
    assert heard == []
    assert len(source.asked) == 1


def _fast_pace():
    return RateLimiter(demand=1000, background=1000, window=0.01, first_backoff=0.001)


def _fill_all_places(provider, source):
    """Occupy every place in flight with a call that is held."""
    gates = [Gate(page([])) for _ in range(CALLS_IN_FLIGHT)]
    source.will_answer("ListStageSessions", *gates)
    for i in range(CALLS_IN_FLIGHT):
        provider.read_more(provider.sessions(f"arn:{i}"))
    for gate in gates:
        assert gate.entered.wait(5)
    return gates


def _await_state(target, state):
    wait_for(lambda: target.state is state)


def _calls_alive(operation):
    return sum(thread.name == operation for thread in threading.enumerate())


def _await_no_call(operation):
    wait_for(lambda: _calls_alive(operation) == 0)
