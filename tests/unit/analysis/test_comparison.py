"""Comparison: two participants side by side in the same seconds."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.comparison import Comparison, Side
from ivscope.domain.times import UnreadableTime
from support.given_facts import START, at, event, log_of

NAMES = ("JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT", "PUBLISH_ERROR")


def events(who):
    return st.lists(
        st.builds(
            event,
            st.one_of(st.integers(0, 8), st.sampled_from([None, UnreadableTime("x"), 3.5])),
            st.sampled_from(NAMES),
            participant=st.just(who),
        ),
        max_size=12,
    )


def compared(log, left="a", right="b"):
    sides = [
        Side(log, [place for place in range(len(log)) if log.participant(place) == who])
        for who in (left, right)
    ]
    comparison = Comparison(*sides)
    return comparison, [comparison.row(index) for index in range(len(comparison))]


@given(events("a"), events("b"), st.randoms())
def test_every_event_stands_once_in_its_second_and_on_its_side(left, right, random):
    mixed = left + right
    random.shuffle(mixed)
    log = log_of(mixed)
    _, rows = compared(log)
    for side, who in (("left", "a"), ("right", "b")):
        shown = [getattr(row, side) for row in rows if getattr(row, side) is not None]
        assert sorted(shown) == [
            place for place in range(len(log)) if log.participant(place) == who
        ]
    for row in rows:
        for place in (row.left, row.right):
            if place is not None and isinstance(log[place].time, datetime):
                assert row.second == log[place].time.replace(microsecond=0)
        assert (row.left, row.right) != (None, None)
    seconds = [row.second for row in rows if row.second is not None]
    assert seconds == sorted(seconds)
    assert sum(row.is_first for row in rows) == len({row.second for row in rows})


def test_each_side_keeps_its_causal_order_beside_the_other():
    log = log_of(
        [
            event(5, "LEFT", participant="a"),
            event(2, "PUBLISH_STARTED", participant="a"),
            event(2, "JOINED", participant="b"),
            event(2, "JOINED", participant="a"),
            event(3, "LEFT", participant="b"),
        ]
    )
    comparison, rows = compared(log)
    assert [(row.second, row.left, row.right, row.is_first) for row in rows] == [
        (at(2), 3, 2, True),
        (at(2), 1, None, False),
        (at(3), None, 4, True),
        (at(5), 0, None, True),
    ]
    assert [comparison.row_at(at(second)) for second in (0, 2.7, 3, 4, 9)] == [0, 0, 2, 3, 3]


def test_two_logs_can_be_compared():
    left = log_of([event(1, "JOINED")])
    right = log_of([event(None, "LEFT"), event(1, "JOINED")])
    comparison = Comparison(Side(left, range(1)), Side(right, range(2)))
    rows = [comparison.row(index) for index in range(len(comparison))]
    assert [(row.second, row.left, row.right) for row in rows] == [
        (None, None, 0),
        (at(1), 0, 1),
    ]


def test_nothing_beside_nothing_has_no_rows():
    comparison, rows = compared(log_of([]))
    assert rows == []
    assert comparison.row_at(at(1)) == 0


def openness(left, right, *, complete=(False, True)):
    """For each second, whether either side may have more events that were not read."""
    logs = [log_of([event(second, "LEFT") for second in seconds]) for seconds in (left, right)]
    sides = [Side(log, range(len(log)), all_) for log, all_ in zip(logs, complete, strict=True)]
    comparison = Comparison(*sides)
    rows = [comparison.row(index) for index in range(len(comparison))]
    return {
        None if row.second is None else (row.second - START).seconds: (
            row.is_left_open,
            row.is_right_open,
        )
        for row in rows
    }


def test_a_side_read_to_the_end_has_nothing_more_anywhere():
    found = openness([5, 4], [9, 1, None], complete=(True, True))
    assert set(found.values()) == {(False, False)}


def test_a_side_read_from_the_newest_on_may_have_more_from_its_oldest_second_back():
    assert openness([6, 4], [9, 5, 4, 1]) == {
        9: (False, False),
        6: (False, False),
        5: (False, False),
        4: (True, False),
        1: (True, False),
    }


def test_a_side_read_from_the_oldest_on_may_have_more_from_its_newest_second_on():
    assert openness([4, 6], [9, 6, 1]) == {
        1: (False, False),
        4: (False, False),
        6: (True, False),
        9: (True, False),
    }


def test_a_side_in_no_order_may_have_more_anywhere():
    for seconds in ([4, 6, 5], [4], [], [None]):
        found = openness(seconds, [9, 5, 1])
        assert {left for left, _ in found.values()} == {True}
    assert openness([9, 1], [4, 8, 5], complete=(True, False))[9] == (False, True)
