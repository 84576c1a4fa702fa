"""Lanes stand by first join or by errors, however the list of participants came."""

from ivscope.analysis.lanes import LaneOrder
from ivscope.domain.stages import ParticipantSummary
from ivscope.domain.times import UnreadableTime
from ivscope.provider.store.append_list import AppendList
from support.shown_rows import at

PEOPLE = [
    ParticipantSummary("late", first_join_time=at(9)),
    ParticipantSummary("never"),
    ParticipantSummary("early", first_join_time=at(1)),
    ParticipantSummary("late", first_join_time=at(5)),
    ParticipantSummary("bad", first_join_time=UnreadableTime("x")),
    ParticipantSummary("middle", first_join_time=at(6)),
]
BY_JOIN = ["early", "late", "middle", "never", "bad"]


def listed(*people):
    rows = AppendList()
    rows.append(people)
    return rows


def test_they_stand_in_the_order_of_joining_or_of_errors():
    order = LaneOrder()
    order.take(listed(*PEOPLE))
    assert order.by_join == BY_JOIN
    by_errors = order.errors_first({"middle": 2, "never": 7, "late": 2})
    assert by_errors == ["never", "late", "middle", "early", "bad"]
    assert order.by_join == BY_JOIN


def test_a_list_that_grows_is_in_the_order_of_the_whole_list():
    rows, order = AppendList(), LaneOrder()
    for one in PEOPLE:
        rows.append([one])
        order.take(rows)
    assert order.by_join == BY_JOIN


def test_a_list_begun_anew_takes_the_place_of_the_old_one():
    order = LaneOrder()
    order.take(listed(*PEOPLE))
    order.take(listed(PEOPLE[1], PEOPLE[2]))
    assert order.by_join == ["early", "never"]
