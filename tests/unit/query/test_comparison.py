"""Comparison: two participants side by side in the same seconds."""

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from support.held import at, event, log_of

from tui.domain.times import UnreadableTime
from tui.query.comparison import Comparison, Side

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
