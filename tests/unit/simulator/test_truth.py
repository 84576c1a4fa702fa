"""The simulated truth agrees with itself, and what it tells follows from it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings

from ivscope.domain.times import from_microseconds
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from support.simulator.showing import SOURCE, show
from support.simulator.stage import BOTH, SECOND, SEND, START, WATCH, Stage
from support.simulator.truth import Span
from support.simulator.worlds import World, all_worlds, lot_of, world_of, worlds

PLACE = (SOURCE.stage_arn, SOURCE.session_id)
SETTINGS = settings(max_examples=40, deadline=None)
"""Few, as each world is made of many draws; no clock decides."""

LONGEST_CUT_OFF = 2 * SECOND


def stage_of(*names):
    stage = Stage()
    for name in names:
        stage.add(name)
    return stage


def names_told(history, who=None):
    return [
        one.event.name for one in history.happenings if who is None or one.participant_id == who
    ]


def lies_in(span, others):
    """Whether a span lies in one of others, as far as it has an end."""
    return any(
        other.begin <= span.begin
        and (other.end is None or (span.end is not None and span.end <= other.end))
        for other in others
    )


@SETTINGS
@given(worlds())
def test_nobody_publishes_subscribes_or_has_a_token_without_being_connected(world):
    for life in world.history.lives.values():
        stays = [stay.span for stay in life.stays]
        spans = [*life.publishing, *(span for span, _ in life.tokens)]
        spans += [span for own in life.subscribing.values() for span in own]
        assert all(lies_in(span, stays) for span in spans)


@SETTINGS
@given(worlds())
def test_replications_lie_inside_publishing(world):
    for life in world.history.lives.values():
        for spans in life.replicating.values():
            assert all(lies_in(span, life.publishing) for span in spans)


@SETTINGS
@given(worlds())
def test_subscriptions_lie_inside_the_publishing_of_the_publisher(world):
    for life in world.history.lives.values():
        for remote, spans in life.subscribing.items():
            published = world.history.lives[remote].publishing
            assert all(lies_in(span, published) for span in spans)


@SETTINGS
@given(worlds())
def test_who_publishes_has_publish_or_lost_it_a_moment_ago(world):
    history = world.history
    for name, life in history.lives.items():
        if life.is_replica:
            continue
        allowed = [
            Span(span.begin, None if span.end is None else span.end + LONGEST_CUT_OFF)
            for span, token in life.tokens
            if PUBLISH in token.capabilities
        ]
        for begin, end in life.publishing:
            moments = {begin, *(span.begin for span, _ in life.tokens), (end or history.until) - 1}
            inside = [time for time in moments if begin <= time and (end is None or time < end)]
            assert all(any(span.holds(time) for span in allowed) for time in inside), name


@SETTINGS
@given(worlds())
def test_spans_of_one_kind_do_not_overlap(world):
    for life in world.history.lives.values():
        kinds = [[stay.span for stay in life.stays], life.publishing]
        kinds += [*life.subscribing.values(), *life.replicating.values()]
        kinds += [[span for span, _ in life.tokens]]
        for spans in kinds:
            for former, later in pairwise(spans):
                assert former.end is not None
                assert former.begin <= former.end <= later.begin


@SETTINGS
@given(worlds())
def test_every_end_belongs_to_an_earlier_start_of_the_same_thing(world):
    history = world.history
    for number, one in enumerate(history.happenings):
        is_end = one.event.name.endswith("_STOPPED") or one.event.name == "LEFT"
        assert is_end is (one.started_by is not None)
        if is_end:
            start = history.happenings[one.started_by]
            pairs = {"LEFT": "JOINED"}
            started = pairs.get(one.event.name, one.event.name.replace("STOPPED", "STARTED"))
            assert one.started_by < number
            assert start.event.name == started
            assert start.participant_id == one.participant_id
            assert start.event.remote_participant_id == one.event.remote_participant_id
            assert start.event.destination_session_id == one.event.destination_session_id
            assert history.ended_by[one.started_by] == number


@SETTINGS
@given(worlds())
def test_spans_are_those_of_the_happenings(world):
    history = world.history

    def told(name, started, remote=None, to=None):
        return [
            Span(
                one.time,
                history.happenings[history.ended_by[number]].time
                if number in history.ended_by
                else None,
            )
            for number, one in enumerate(history.happenings)
            if one.participant_id == name
            and one.event.name == started
            and remote in (None, one.event.remote_participant_id)
            and to in (None, one.event.destination_session_id)
        ]

    for name, life in history.lives.items():
        assert told(name, "JOINED") == [stay.span for stay in life.stays]
        assert told(name, "PUBLISH_STARTED") == list(life.publishing)
        for remote, spans in life.subscribing.items():
            assert told(name, "SUBSCRIBE_STARTED", remote) == list(spans)
        for (_, to), spans in life.replicating.items():
            assert told(name, "REPLICATION_STARTED", to=to) == list(spans)


@SETTINGS
@given(worlds())
def test_happenings_are_in_the_order_of_time_and_inside_the_session(world):
    history = world.history
    times = [one.time for one in history.happenings]
    assert times == sorted(times)
    assert all(history.start <= time <= history.until for time in times)
    assert all(
        from_microseconds(one.time) == one.event.time and one.event.participant_id
        for one in history.happenings
    )


@SETTINGS
@given(worlds())
def test_nobody_is_left_in_a_session_that_ended(world):
    if not world.history.is_live:
        assert world.history.publishing_at(world.history.until) == frozenset()
        assert not any(
            world.history.is_connected(name, world.history.until)
            for name in world.history.participants
        )


@SETTINGS
@given(worlds())
def test_counts_and_sets_over_a_second_hold_those_of_its_moments(world):
    history = world.history
    for one in history.happenings[:20]:
        start = one.time // SECOND * SECOND
        start, stop = max(start, history.start), start + SECOND
        least, most = history.counts(start, stop)
        throughout = history.publishing_throughout(start, stop)
        sometime = history.publishing_sometime(start, stop)
        assert len(throughout) <= least <= most <= len(sometime)
        for time in {start, one.time, min(stop - 1, history.until)}:
            now = history.publishing_at(time)
            assert throughout <= now <= sometime
            assert least <= len(now) <= most


def test_a_token_that_loses_publish_ends_publishing_and_what_hangs_on_it():
    stage = stage_of("host", "fan")
    stage.join("host")
    stage.join("fan", WATCH)
    stage.publish("host")
    stage.subscribe("fan", "host")
    stage.replicate("host", PLACE)
    stage.wait(SECOND)
    stage.exchange("host", WATCH, cut_off_after=SECOND)
    assert stage.is_publishing("host")
    stage.wait(5 * SECOND)
    history = stage.so_far()
    assert history.lives["host"].publishing == (Span(START, START + 2 * SECOND),)
    assert not history.is_subscribed("fan", "host", START + 2 * SECOND)
    assert not history.is_replicating("host", PLACE, START + 2 * SECOND)
    assert history.token_at("host", START + SECOND - 1) == BOTH
    assert history.token_at("host", START + SECOND) == WATCH
    assert names_told(history)[-4:] == [
        "TOKEN_EXCHANGED",
        "REPLICATION_STOPPED",
        "PUBLISH_STOPPED",
        "SUBSCRIBE_STOPPED",
    ]


def test_a_token_that_gets_publish_back_in_time_ends_nothing():
    stage = stage_of("host")
    stage.join("host")
    stage.publish("host")
    stage.exchange("host", WATCH, cut_off_after=SECOND)
    stage.wait(SECOND // 2)
    stage.exchange("host", SEND)
    stage.wait(5 * SECOND)
    assert stage.so_far().is_publishing("host", stage.now)


def test_a_token_that_loses_subscribe_ends_subscriptions():
    stage = stage_of("host", "fan")
    stage.join("host")
    stage.join("fan")
    stage.publish("host")
    stage.subscribe("fan", "host")
    stage.exchange("fan", SEND)
    assert stage.subscriptions("fan") == ()
    assert names_told(stage.so_far(), "fan")[-1] == "SUBSCRIBE_STOPPED"


def test_what_the_service_refuses_is_an_error_and_changes_nothing():
    stage = stage_of("host", "fan")
    stage.join("host", WATCH)
    stage.join("fan", SEND)
    stage.publish("host")
    stage.subscribe("host", "fan")
    stage.subscribe("fan", "host")
    history = stage.so_far()
    assert [one.event.error_code for one in history.happenings[2:]] == [
        "INSUFFICIENT_CAPABILITIES",
        "PUBLISHER_NOT_FOUND",
        "INSUFFICIENT_CAPABILITIES",
    ]
    assert history.publishing_at(START) == frozenset()


def test_somebody_who_drops_is_gone_and_its_ends_are_marked():
    stage = stage_of("host", "fan")
    stage.join("host")
    stage.join("fan")
    stage.publish("host")
    stage.subscribe("fan", "host")
    stage.wait(SECOND)
    stage.drop("host")
    stage.join("host")
    history = stage.so_far()
    assert [
        (one.event.name, one.participant_id) for one in history.happenings if one.may_stay_untold
    ] == [
        ("PUBLISH_STOPPED", "host"),
        ("LEFT", "host"),
    ]
    assert history.stay_of("host", START).is_dropped
    assert not history.stay_of("host", START + SECOND).is_dropped
    assert not history.is_publishing("host", START + SECOND)
    assert not history.is_subscribed("fan", "host", START + SECOND)


def test_a_replica_publishes_without_a_token_and_its_events_say_replica():
    stage = Stage()
    stage.add("copy", is_replica=True)
    stage.add("fan")
    stage.join("copy")
    stage.publish("copy")
    stage.join("fan")
    stage.subscribe("fan", "copy")
    history = stage.so_far()
    assert history.replicas == {"copy"}
    assert history.publishing_at(START) == {"copy"}
    assert history.token_at("copy", START) is None
    assert [one.event.replica for one in history.happenings] == [True, True, None, True]
    with pytest.raises(ValueError, match="no token"):
        stage.exchange("copy", WATCH)


@pytest.mark.parametrize("act", ["leave", "drop", "publish", "unpublish"])
def test_nobody_acts_without_being_connected(act):
    stage = stage_of("host")
    with pytest.raises(ValueError, match="host is not connected"):
        getattr(stage, act)("host")


def test_nothing_is_known_after_the_last_moment():
    history = stage_of("host").so_far()
    with pytest.raises(ValueError, match="after the last moment"):
        history.publishing_at(START + 1)


def test_a_seed_makes_the_same_world_each_time_and_another_seed_another_one():
    assert repr(world_of(3)) == repr(world_of(3))
    assert world_of(3) == world_of(3)
    assert len({repr(world)[20:] for world in all_worlds(count=50)}) > 40


def test_capabilities_are_those_of_the_api():
    assert set(BOTH.capabilities) == {PUBLISH, SUBSCRIBE}


def test_a_world_prints_its_truth_beside_what_is_read():
    stage = stage_of("host")
    stage.join("host")
    stage.publish("host")
    stage.wait(SECOND)
    stage.exchange("host", WATCH)
    history = stage.so_far()
    view = show(lot_of(1), history, frozenset())
    assert repr(World(history, view, "by hand")).splitlines() == [
        "by hand: live",
        "  host: whole, read [0, 1, 2, 3]",
        "    0 +0.000000 host JOINED",
        "    1 +0.000000 host PUBLISH_STARTED",
        "    2 +1.000000 host TOKEN_EXCHANGED PUBLISH/SUBSCRIBE to SUBSCRIBE",
        "    3 +1.000000 host PUBLISH_STOPPED of 1 (reported by no client)",
        "  until +1.000000",
    ]
