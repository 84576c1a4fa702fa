"""TimeWindow: zoom, centring and columns."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.time_window import SHORTEST, window_between
from ivscope.domain.times import to_microseconds

START = datetime(2026, 11, 23, 20, tzinfo=UTC)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

windows = st.builds(
    lambda start, length: window_between(
        START + timedelta(microseconds=start), START + timedelta(microseconds=start + length)
    ),
    st.integers(0, 10**12),
    st.integers(10**7, 10**12),
)


@given(windows, st.floats(0.5, 4), st.floats(0, 1))
def test_zooming_in_and_out_comes_back_and_keeps_its_moment(window, factor, part):
    around = window.start + (window.end - window.start) * part
    near = window.zoom(factor, around)
    length = window.end - window.start
    assert abs((near.end - near.start) - length / factor) <= timedelta(microseconds=1)
    back = near.zoom(1 / factor, around)
    for one, other in ((back.start, window.start), (back.end, window.end)):
        assert abs(one - other) <= timedelta(microseconds=8)
    kept = (around - near.start) / (near.end - near.start)
    assert kept == pytest.approx(part, abs=1e-5)


@given(windows, st.floats(-3, 3))
def test_centring_keeps_the_length_and_puts_the_moment_in_the_middle(window, part):
    moment = window.start + (window.end - window.start) * part
    centred = window.centred(moment)
    assert centred.end - centred.start == window.end - window.start
    half = (window.end - window.start) // 2
    assert abs(centred.start + half - moment) <= timedelta(microseconds=1)


@given(windows, st.integers(1, 300), st.floats(0, 1))
def test_a_moment_is_between_the_edges_of_its_column(window, columns, part):
    moment = window.start + (window.end - window.start) * part
    column = window.column_of(moment, columns)
    edges = window.edges(columns)
    at = to_microseconds(moment)
    assert edges[column] <= at <= edges[column + 1]
    assert at < edges[column + 1] or column == columns - 1
    assert window.column_of(window.moment_at(column, columns), columns) == column
    assert (edges[0], edges[-1]) == window.bounds


def test_what_lies_outside_is_in_no_column():
    window = window_between(START, START + timedelta(seconds=10))
    assert window.column_of(START - timedelta(microseconds=1), 10) is None
    assert window.column_of(START + timedelta(seconds=10), 10) == 9
    assert window.column_of(START + timedelta(seconds=11), 10) is None


def test_a_window_is_never_shorter_than_a_second_nor_outside_the_calendar():
    window = window_between(START, START)
    assert window.end - window.start == SHORTEST
    assert window.zoom(100) == window
    widest = window.zoom(1e-15)
    assert (widest.start, widest.end) == (FIRST, LAST)
    assert widest.centred(START) == widest
    assert window_between(LAST, FIRST) == widest
    late = window_between(LAST, LAST)
    assert late.end == LAST
    assert late.centred(LAST) == late


def test_zooming_around_a_moment_outside_keeps_the_nearest_edge():
    window = window_between(START, START + timedelta(seconds=10))
    near = window.zoom(2, START - timedelta(hours=1))
    assert (near.start, near.end) == (START, START + timedelta(seconds=5))
    assert window.zoom(2).start == START + timedelta(seconds=2, microseconds=500_000)
    centred = window.centred(START)
    assert centred.start == START - timedelta(seconds=5)
