"""What is kept of a list of events: the dates of its filter, and how far a time can be told."""

from datetime import UTC, datetime, timedelta

import pytest

from ivscope.analysis.filters import FilterError
from ivscope.analysis.jumps import nearest_row
from ivscope.analysis.time_input import DatedBy, TimeReference
from ivscope.domain.events import Event
from ivscope.workspace.event_list import EventList
from support.shown_rows import at, log_of

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
SHOW = (datetime(2026, 11, 23, 20, 31, tzinfo=UTC), datetime(2026, 11, 23, 21, 40, tzinfo=UTC))


class Stream:
    """The first page of some events; whether more can come is told by the test."""

    user = None

    def __init__(self, seconds, *, may_grow=True):
        times = [None if second is None else at(second) for second in seconds]
        self.items = log_of(Event(name="JOINED", time=moment) for moment in times)
        self.may_grow = may_grow

    def user_of(self, participant_id):
        return {"": self.user, "b": "bea"}.get(participant_id)


def listed(*seconds, may_grow=True):
    return EventList.of(Stream(seconds, may_grow=may_grow))


def shown(reading):
    """Positions of the events that pass the filter."""
    while reading.view.work(1.0):
        pass
    return [reading.view.position(row) for row in range(len(reading.view))]


def is_nearest(reading, second):
    moment = at(second)
    return reading.is_nearest(nearest_row(reading.view, moment), moment)


@pytest.mark.parametrize(
    ("seconds", "near", "far"),
    [
        ((90, 60, 30), (999, 90, 50, 30), (29, 0)),
        ((30, 60, 90), (-99, 30, 70, 90), (91, 999)),
        ((30, 90, 60), (), (30, 60, 90, 999)),
        ((60, 60), (), (60,)),
        ((None, None), (), (60,)),
        ((90, None, 30, None), (90, 30), (29,)),
    ],
)
def test_a_time_is_looked_for_on_further_pages_as_long_as_they_can_hold_a_nearer_event(
    seconds, near, far
):
    assert all(is_nearest(listed(*seconds), second) for second in near)
    assert not any(is_nearest(listed(*seconds), second) for second in far)
    assert all(is_nearest(listed(*seconds, may_grow=False), second) for second in far)


def test_behind_a_filter_a_nearer_event_can_still_come():
    reading = listed(90, 60, 30)
    reading.filter_by("after:20:01:20", TimeReference(UTC, at(0)))
    assert shown(reading) == [0]
    assert is_nearest(reading, 70)
    assert not is_nearest(reading, 50)


def test_only_pages_in_the_direction_of_the_list_are_read_for_minutes():
    newest_first, oldest_first, mixed = listed(9, 5), listed(5, 9), listed(5, 9, 7)
    assert [one.may_reach(1) for one in (newest_first, oldest_first, mixed)] == [False, True, True]
    assert [one.may_reach(-1) for one in (newest_first, oldest_first, mixed)] == [True, False, True]
    assert not listed(9, 5, may_grow=False).may_reach(-1)


def test_clock_times_get_the_date_of_the_session_when_that_becomes_known():
    reading = listed(9, 5)
    reading.filter_by("after:20:36", TimeReference(UTC, NOW))
    reading.search_for("before:21:00", TimeReference(UTC, NOW))
    assert reading.lacks_session
    reading.date_by(SHOW)
    assert not reading.lacks_session
    for times in (reading.filter.times, reading.search.times):
        assert [one.dated_by for one in times] == [DatedBy.SESSION]
    assert reading.filter.times[0].ranges[0][0] == datetime(2026, 11, 23, 20, 36, tzinfo=UTC)


def test_a_session_that_dates_nothing_is_asked_once():
    reading = listed(9, 5)
    reading.filter_by("after:20:36", TimeReference(UTC, NOW))
    reading.date_by((NOW - timedelta(days=300), NOW))
    assert not reading.lacks_session


def test_what_the_session_would_make_wrong_keeps_its_date():
    reading = listed(9, 5)
    cursor = NOW - timedelta(days=40)
    reading.filter_by("during:23:00..now", TimeReference(UTC, NOW, cursor))
    before = reading.filter
    reading.date_by((NOW - timedelta(hours=1), NOW))
    assert reading.filter == before


def test_a_filter_is_not_read_anew_when_it_is_switched_off_and_on():
    reading = listed(90, 60, 30)
    reading.filter_by("after:-20s", TimeReference(UTC, NOW, at(80)))
    assert shown(reading) == [0, 1]
    reading.toggle_filter()
    assert shown(reading) == [0, 1, 2]
    reading.toggle_filter()
    assert shown(reading) == [0, 1]


def test_a_text_that_is_no_filter_leaves_the_one_before():
    reading = listed(90, 60, 30)
    reading.filter_by("name:JOINED", TimeReference(UTC, NOW))
    with pytest.raises(FilterError):
        reading.filter_by("after:soon", TimeReference(UTC, NOW))
    assert reading.filter_shown == "name:JOINED"


def test_a_filter_by_user_id_finds_the_events_when_the_user_id_becomes_known():
    reading = listed(9, 5)
    reading.filter_by("user:dana", TimeReference(UTC, NOW))
    reading.search_for("user:dana", TimeReference(UTC, NOW))
    assert shown(reading) == []
    assert not reading.lacks_user
    reading.stream.user = "dana"
    assert reading.lacks_user
    reading.take_user()
    assert shown(reading) == [0, 1]
    assert reading.view.hit_count == 2
    assert not reading.lacks_user


def test_a_user_id_that_becomes_known_changes_nothing_when_nobody_asks_for_it():
    reading = listed(9, 5)
    reading.filter_by("name:JOINED", TimeReference(UTC, NOW))
    reading.stream.user = "dana"
    assert not reading.lacks_user


def test_enter_repeats_what_was_typed_and_looks_for_nothing_again():
    reading, reference = listed(*range(50)), TimeReference(UTC, NOW)
    reading.search_for("name:JOINED", reference)
    reading.filter_by("!name:LEFT", reference)
    shown(reading)
    version = reading.view.version
    reading.search_for("name:JOINED ", reference)
    reading.filter_by("!name:LEFT", reference)
    assert (reading.view.version, reading.view.searched) == (version, 50)
    assert (reading.search_text, reading.filter_text) == ("name:JOINED", "!name:LEFT")
    reading.search_for("name:LEFT", reference)
    assert reading.view.searched == 0
    shown(reading)
    assert reading.view.hit_count == 0


def test_a_search_for_a_user_id_is_made_again_since_the_id_can_have_become_known():
    reading, reference = listed(*range(5)), TimeReference(UTC, NOW)
    reading.search_for("user:nina", reference)
    shown(reading)
    assert reading.view.hit_count == 0
    reading.stream.user = "nina"
    reading.search_for("user:nina", reference)
    shown(reading)
    assert reading.view.hit_count == 5
