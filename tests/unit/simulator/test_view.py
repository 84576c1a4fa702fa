"""A view without faults shows exactly what happened, and each fault does what it says."""

from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.domain.times import to_microseconds
from support.simulator.showing import show
from support.simulator.stage import SECOND, WATCH, Stage
from support.simulator.view import (
    ALL_FAULTS,
    CLEAN,
    ENDS_MISSING,
    UNORDERED,
    UNREAD,
    Extent,
    Fault,
)
from support.simulator.worlds import all_worlds, lot_of, worlds

SETTINGS = settings(max_examples=40, deadline=None)
"""Few, as each world is made of many draws; no clock decides."""

LOTS = 60
"""Views looked at for one fault: more than enough that each has had its effect."""


def busy_history(*, is_live=False):
    """Two participants with all kinds of events, an exchange and a drop; many in one second."""
    stage = Stage()
    stage.add("host", "guest")
    stage.add("fan", "guest")
    stage.add("copy", is_replica=True)
    for _ in range(4):
        for name in ("host", "fan", "copy"):
            stage.join(name)
        stage.wait(SECOND // 10)
        stage.publish("host")
        stage.publish("copy")
        stage.subscribe("fan", "host")
        stage.subscribe("fan", "copy")
        stage.replicate("host", ("arn:aws:ivs:us-west-2:123456789012:stage/Other", "st-other"))
        stage.wait(3 * SECOND)
        stage.exchange("host", WATCH, cut_off_after=SECOND)
        stage.wait(5 * SECOND)
        stage.drop("host")
        stage.leave("fan")
        stage.leave("copy")
        stage.wait(60 * SECOND)
    return stage.so_far() if is_live else stage.end()


def views(fault, *, is_live=False):
    """A history, and views of it in which this fault has had an effect, and no other."""
    history = busy_history(is_live=is_live)
    shown = [show(lot_of(seed), history, frozenset({fault})) for seed in range(LOTS)]
    found = [view for view in shown if fault in view.faults]
    assert len(found) >= LOTS // 10
    assert {one for view in shown for one in view.faults} == {fault}
    return history, found


def numbers(view, name):
    return [row.number for row in view.read(name)]


def is_timed(row):
    return isinstance(row.event.time, datetime)


@SETTINGS
@given(worlds(CLEAN))
def test_a_view_without_faults_has_each_happening_once_and_nothing_else(world):
    history, view = world.history, world.view
    assert view.faults == frozenset()
    assert view.all_listed
    assert [row.participant_id for row in view.participants] == list(history.participants)
    for name in history.participants:
        assert view.extent(name) is Extent.WHOLE
        assert sorted(numbers(view, name)) == list(history.numbers_of(name))
        for row in view.read(name):
            assert row.event.name == history.happenings[row.number].event.name
            assert row.event.participant_id == name
    assert world.is_seen_whole


@SETTINGS
@given(worlds(CLEAN))
def test_a_view_without_faults_is_in_true_order_from_one_end_or_the_other(world):
    for name in world.history.participants:
        told = numbers(world.view, name)
        assert told in (sorted(told), sorted(told, reverse=True))


@SETTINGS
@given(worlds())
def test_a_time_shown_is_the_true_one_or_cut_to_milliseconds_or_seconds(world):
    for name in world.history.participants:
        for row in filter(is_timed, world.view.read(name)):
            true, shown = (
                world.history.happenings[row.number].time,
                to_microseconds(row.event.time),
            )
            assert shown in (true, true // 1_000 * 1_000, true // SECOND * SECOND)


@SETTINGS
@given(worlds())
def test_a_row_tells_the_happening_that_it_names(world):
    for name in world.history.participants:
        for row in world.view.read(name):
            true = world.history.happenings[row.number].event
            assert (row.event.name, row.event.participant_id) == (true.name, name)
            assert row.event.error_code == true.error_code
            assert row.event.remote_participant_id == true.remote_participant_id
            assert row.event.replica == true.replica


@SETTINGS
@given(worlds(UNORDERED))
def test_order_and_number_of_rows_hide_nothing(world):
    assert world.is_seen_whole


@SETTINGS
@given(worlds(ENDS_MISSING))
def test_only_ends_that_no_client_reports_are_missing_where_only_they_may_be(world):
    unseen = [one for name in world.history.participants for one in world.unseen(name)]
    assert all(one.may_stay_untold for one in unseen)
    assert bool(unseen) is (Fault.MISSING_END in world.view.faults)


@SETTINGS
@given(worlds(UNREAD))
def test_what_is_not_read_is_the_only_thing_missing_where_only_that_may_be(world):
    assert world.view.when_all_read().faults <= UNORDERED | {Fault.DENIED, Fault.NOT_LISTED}
    for name in world.history.participants:
        if world.view.extent(name) is Extent.WHOLE:
            assert world.unseen(name) == ()


@SETTINGS
@given(worlds())
def test_no_row_is_read_twice_unless_events_are_doubled(world):
    if Fault.DOUBLED not in world.view.faults:
        for name in world.history.participants:
            assert len(set(numbers(world.view, name))) == len(numbers(world.view, name))


def test_an_end_that_no_client_reports_can_be_missing():
    history, shown = views(Fault.MISSING_END)
    seen_alone = set()
    for view in shown:
        missing = set(history.numbers_of("host")) - view.numbers_read("host")
        assert missing
        assert all(history.happenings[one].may_stay_untold for one in missing)
        assert view.numbers_read("fan") == set(history.numbers_of("fan"))
        seen_alone.update(history.happenings[one].event.name for one in missing)
    assert seen_alone == {"PUBLISH_STOPPED", "REPLICATION_STOPPED", "LEFT"}


def test_lost_events_never_come():
    history, shown = views(Fault.LOST)
    for view in shown:
        later = view.when_all_came().when_all_read()
        assert any(
            later.numbers_read(name) < set(history.numbers_of(name))
            for name in history.participants
        )


def test_late_events_are_not_read_until_they_come():
    history, shown = views(Fault.LATE)
    for view in shown:
        assert any(
            view.numbers_read(name) < set(history.numbers_of(name)) for name in history.participants
        )
        assert all(view.extent(name) is Extent.WHOLE for name in history.participants)
        later = view.when_all_came().when_all_read()
        assert later.faults == frozenset()
        for name in history.participants:
            told = numbers(later, name)
            assert told in (sorted(told), sorted(told, reverse=True))
            assert set(told) == set(history.numbers_of(name))
            before = iter(told)
            assert all(one in before for one in numbers(view, name)), "the others keep their order"


def test_doubled_events_are_equal_in_all_members():
    history, shown = views(Fault.DOUBLED)
    for view in shown:
        rows = [row for name in history.participants for row in view.read(name)]
        assert len(rows) > len({row.number for row in rows}) == len(history.happenings)
        by_number = {}
        assert all(by_number.setdefault(row.number, row.event) == row.event for row in rows)


def test_swapped_events_change_places_inside_their_second_only():
    history, shown = views(Fault.SWAPPED)

    def seconds(view, name):
        return [history.happenings[number].time // SECOND for number in numbers(view, name)]

    for view in shown:
        swapped = 0
        for name in history.participants:
            told = seconds(view, name)
            assert told in (sorted(told), sorted(told, reverse=True))
            own = numbers(view, name)
            swapped += own not in (sorted(own), sorted(own, reverse=True))
        assert swapped


def test_shuffled_events_rise_and_fall():
    history, shown = views(Fault.SHUFFLED)
    for view in shown:
        own = numbers(view, "host")
        assert sorted(own) == list(history.numbers_of("host"))
        assert {later > former for former, later in pairwise(own)} == {True, False}


def test_events_without_a_readable_time_are_still_read():
    history, shown = views(Fault.UNTIMED)
    for view in shown:
        rows = [row for name in history.participants for row in view.read(name)]
        assert len(rows) == len(history.happenings)
        assert not all(map(is_timed, rows))


def test_a_vague_exchange_lacks_a_token_or_its_capabilities():
    history, shown = views(Fault.VAGUE_TOKEN)
    for view in shown:
        tokens = [
            token
            for row in view.read("host")
            if row.event.name == "TOKEN_EXCHANGED"
            for token in (row.event.previous_token, row.event.new_token)
        ]
        assert any(token is None or token.capabilities is None for token in tokens)
        assert view.numbers_read("host") == set(history.numbers_of("host"))


@pytest.mark.parametrize(
    ("fault", "extent"), [(Fault.NOT_READ, Extent.NOT), (Fault.DENIED, Extent.DENIED)]
)
def test_of_who_is_not_read_or_denied_nothing_is_held(fault, extent):
    history, shown = views(fault)
    for view in shown:
        unread = view.of_extent(extent)
        assert unread
        assert all(view.read(name) == [] for name in unread)
        assert {view.extent(name) for name in set(history.participants) - {*unread}} <= {
            Extent.WHOLE
        }
        read = view.when_all_read()
        assert all(bool(read.read(name)) is (fault is Fault.NOT_READ) for name in unread)


def test_the_first_pages_are_a_beginning_of_the_whole_list():
    _, shown = views(Fault.FIRST_PAGES)
    for view in shown:
        whole = view.when_all_read()
        partly = view.of_extent(Extent.PARTLY)
        assert partly
        for name in partly:
            read = view.read(name)
            assert 0 < len(read) < len(whole.read(name))
            assert len(read) % view.page_size == 0
            assert whole.read(name)[: len(read)] == read
    assert {
        numbers(view, name)[0] == min(numbers(view.when_all_read(), name))
        for view in shown
        for name in view.of_extent(Extent.PARTLY)
    } == {True, False}, "the page read is the oldest in some views and the newest in others"


def test_a_list_of_participants_can_be_unfinished_or_have_a_row_twice():
    history, shown = views(Fault.NOT_LISTED)
    for view in shown:
        assert not view.all_listed
        assert len(view.participants) < len(history.participants)
    history, shown = views(Fault.LISTED_TWICE)
    for view in shown:
        assert view.all_listed
        assert len(view.participants) == len(history.participants) + 1
        assert len(set(view.participants)) == len(history.participants)
        assert view.of_extent(Extent.WHOLE) == history.participants


def test_what_happened_after_a_reading_of_a_live_session_is_not_in_it():
    history, shown = views(Fault.OLD_EVENTS, is_live=True)
    for view in shown:
        for name in history.participants:
            as_of = view.served[name].as_of
            due = {one for one in history.numbers_of(name) if history.happenings[one].time <= as_of}
            assert view.numbers_read(name) == due
        assert any(view.served[name].as_of < history.until for name in history.participants)


def test_an_old_list_of_participants_says_who_was_connected_then():
    history, shown = views(Fault.OLD_LIST, is_live=True)
    for view in shown:
        assert view.listed_at < history.until
        for row in view.participants:
            connected = history.is_connected(row.participant_id, view.listed_at)
            assert row.state == ("CONNECTED" if connected else "DISCONNECTED")


def test_a_live_session_has_no_end_and_says_when_it_was_read():
    for is_live in (True, False):
        history = busy_history(is_live=is_live)
        view = show(lot_of(1), history, CLEAN)
        moment = history.until if is_live else None
        assert (view.session.end_time is None) is is_live
        assert view.listed_at == moment
        assert {one.as_of for one in view.served.values()} == {moment}


def test_participants_are_listed_as_the_api_lists_them():
    view = show(lot_of(1), busy_history(), CLEAN)
    host, fan, copy = view.participants
    assert (host.user_id, host.published, host.replication_type) == ("guest", True, "SOURCE")
    assert (fan.user_id, fan.published, fan.replication_type) == ("guest", False, "NONE")
    assert (copy.published, copy.replication_type) == (True, "REPLICA")
    assert copy.source_stage_arn != view.scope.stage_arn
    assert host.source_stage_arn is None
    assert {row.state for row in view.participants} == {"DISCONNECTED"}


@SETTINGS
@given(st.integers(0, 10_000))
def test_only_allowed_faults_occur(seed):
    history = busy_history()
    for allowed in (CLEAN, UNORDERED, ENDS_MISSING, UNREAD):
        assert show(lot_of(seed), history, allowed).faults <= allowed


def test_every_fault_occurs_in_the_worlds_of_a_loop():
    assert {fault for world in all_worlds() for fault in world.view.faults} == ALL_FAULTS
