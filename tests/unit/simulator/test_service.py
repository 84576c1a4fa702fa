"""A simulated service keeps its laws, and knows why each refusal and each end came."""

from dataclasses import replace

import pytest

from support.simulator.causes import Cause
from support.simulator.laws import DAY, Laws, browser, encoder
from support.simulator.service import Service
from support.simulator.stage import BOTH, SECOND, SEND, WATCH
from support.simulator.worlds import lot_of

KEY = "arn:aws:ivs:us-west-2:123456789012:ingest-configuration/one"


def service(**laws):
    return Service(lot_of(1), replace(Laws(), **laws))


def hosts(stage, count, **more):
    names = []
    for number in range(count):
        names.append(stage.arrive(browser(f"browser{number}"), **more))
        stage.publish(names[-1])
        stage.wait(SECOND)
    return names


def told(history, name=None):
    return [
        (one.event.name, one.event.error_code, one.cause)
        for one in history.happenings
        if name in {None, one.event.name}
    ]


@pytest.mark.parametrize("limit", [10, 12, 15])
def test_one_more_than_the_limit_is_refused_because_the_stage_is_full(limit):
    stage = service(limit=limit)
    names = hosts(stage, limit + 1)
    history = stage.so_far()
    assert history.slots_taken_at(history.until) == {*names[:limit]}
    assert told(history, "PUBLISH_ERROR") == [("PUBLISH_ERROR", "QUOTA_EXCEEDED", Cause.STAGE_FULL)]


@pytest.mark.parametrize("take", [True, False])
def test_replicas_take_slots_only_where_the_law_says_so(take):
    stage = service(limit=2, replicas_take_slots=take)
    hosts(stage, 1, is_replica=True)
    hosts(stage, 2)
    history = stage.so_far()
    assert len(history.publishing_at(history.until)) == (2 if take else 3)
    assert len(history.slots_taken_at(history.until)) == 2


def test_a_full_account_refuses_while_the_stage_has_slots():
    stage = service()
    stage.is_account_full = True
    hosts(stage, 1)
    assert told(stage.so_far(), "PUBLISH_ERROR")[0][2] is Cause.ACCOUNT_FULL


@pytest.mark.parametrize("is_first", [True, False])
def test_publishing_ends_after_the_longest_time_with_the_stop_on_either_side(is_first):
    stage = service(stop_comes_first=is_first)
    (host,) = hosts(stage, 1)
    stage.wait(DAY)
    history = stage.so_far()
    begin, end = history.lives[host].publishing[0]
    assert end - begin == DAY
    last = [name for name, _, cause in told(history) if cause is Cause.TOO_LONG]
    expected = ["PUBLISH_STOPPED", "PUBLISH_ERROR"]
    assert last == (expected if is_first else expected[::-1])


@pytest.mark.parametrize("measures_stay", [True, False])
def test_subscribing_is_measured_from_the_first_subscription_or_each_for_itself(measures_stay):
    stage = service(measures_stay=measures_stay)
    first, second = hosts(stage, 2)
    viewer = stage.arrive(browser("viewer"), WATCH)
    stage.subscribe(viewer, first)
    stage.unsubscribe(viewer, first)
    stage.wait(3600 * SECOND)
    for host in (first, second):
        stage.unpublish(host)
        stage.publish(host)
    stage.wait(SECOND)
    stage.subscribe(viewer, second)
    stage.wait(DAY - 3600 * SECOND)
    assert bool(stage.subscriptions(viewer)) is not measures_stay


def test_a_publisher_that_just_started_is_not_found_for_as_long_as_the_law_says():
    stage = service(spread=2 * SECOND)
    host = stage.arrive(browser("host"))
    viewer = stage.arrive(browser("viewer"), WATCH)
    stage.subscribe(viewer, host)
    stage.publish(host)
    stage.wait(SECOND)
    stage.subscribe(viewer, host)
    stage.wait(SECOND)
    stage.subscribe(viewer, host)
    causes = [cause for name, _, cause in told(stage.so_far()) if name.startswith("SUBSCRIBE")]
    assert causes == [Cause.PUBLISHER_NOT_THERE, Cause.PUBLISHER_TOO_NEW, None]


def test_a_stream_key_is_refused_while_it_is_in_use_here_or_elsewhere():
    stage = service()
    first, second = (stage.arrive(encoder(name, KEY), SEND) for name in ("one", "two"))
    stage.publish(first)
    stage.publish(second)
    stage.leave(first)
    stage.keys_elsewhere.add(KEY)
    stage.publish(second)
    stage.keys_elsewhere.clear()
    stage.publish(second)
    causes = [cause for name, _, cause in told(stage.so_far()) if name == "PUBLISH_ERROR"]
    assert causes == [Cause.KEY_IN_USE_HERE, Cause.KEY_IN_USE_ELSEWHERE]
    assert stage.is_publishing(second)


def test_both_streams_of_a_redundant_ingest_are_taken():
    stage = service()
    for name in ("one", "two"):
        stage.publish(stage.arrive(encoder(name, KEY, is_redundant=True), SEND))
    assert len(stage.so_far().publishing_at(stage.now)) == 2


def test_the_token_is_the_cause_before_everything_else():
    stage = service(limit=0)
    stage.is_account_full = True
    stage.publish(stage.arrive(browser("viewer"), WATCH))
    assert told(stage.so_far(), "PUBLISH_ERROR")[0][2] is Cause.TOKEN


def test_what_ends_with_somebody_who_leaves_has_the_cause_of_leaving():
    stage = service()
    (host,) = hosts(stage, 1)
    viewer = stage.arrive(browser("viewer"), WATCH)
    stage.subscribe(viewer, host)
    stage.leave(host, Cause.DISCONNECTED)
    ends = {name: cause for name, _, cause in told(stage.so_far()) if cause is not None}
    assert ends == {
        "PUBLISH_STOPPED": Cause.DISCONNECTED,
        "LEFT": Cause.DISCONNECTED,
        "SUBSCRIBE_STOPPED": Cause.PUBLISHER_STOPPED,
    }


def test_the_token_of_a_happening_is_known_where_all_has_one_time():
    stage = service()
    name = stage.arrive(browser("host"), WATCH)
    stage.publish(name)
    stage.exchange(name, BOTH)
    stage.publish(name)
    stage.leave(name)
    history = stage.so_far()
    numbers = history.numbers_of(name)
    tokens = [history.token_of(one) for one in numbers]
    assert tokens[:2] == [WATCH, WATCH]
    assert tokens[2:] == [BOTH] * (len(numbers) - 2)
