"""Moments: times as a reader types them, and the row nearest to one."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ivscope.analysis.moments import MomentError, nearest_row, parse_moment
from ivscope.domain.events import Event
from ivscope.render.timestamps import full
from support.shown_rows import ShownRows, at, log_of

REFERENCE = datetime(2026, 11, 23, 20, 30, 5, tzinfo=UTC)
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=30))


def read(text, zone=UTC):
    return parse_moment(text, zone=zone, reference=REFERENCE, now=NOW)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("20:36", "2026-11-23T20:36:00"),
        ("8:05", "2026-11-23T08:05:00"),
        (" 20:36:10 ", "2026-11-23T20:36:10"),
        ("20:36:10.25", "2026-11-23T20:36:10.250000"),
        ("20:36Z", "2026-11-23T20:36:00"),
        ("20:36+02:00", "2026-11-23T18:36:00"),
        ("2026-11-22 20:36", "2026-11-22T20:36:00"),
        ("2026-11-22T20:36:10", "2026-11-22T20:36:10"),
        ("2026-11-22T20:36:10.602Z", "2026-11-22T20:36:10.602000"),
        ("2026-11-22T20:36:10+05:30", "2026-11-22T15:06:10"),
        ("2026-11-22", "2026-11-22T00:00:00"),
        ("-5m", "2026-11-23T20:25:05"),
        ("+90s", "2026-11-23T20:31:35"),
        ("-1h30m", "2026-11-23T19:00:05"),
        ("+2d", "2026-11-25T20:30:05"),
        ("now", "2026-11-25T09:00:00"),
        ("Yesterday 20:36", "2026-11-24T20:36:00"),
        ("today", "2026-11-25T00:00:00"),
    ],
)
def test_every_way_to_type_a_moment_is_read(text, wanted):
    assert read(text) == datetime.fromisoformat(wanted).replace(tzinfo=UTC)
    assert read(text).tzinfo is UTC


def test_a_clock_time_takes_the_date_that_the_event_has_in_the_zone_of_the_reader():
    assert read("02:10", EAST) == datetime(2026, 11, 23, 20, 40, tzinfo=UTC)
    assert read("2026-11-24 02:10", EAST) == datetime(2026, 11, 23, 20, 40, tzinfo=UTC)
    assert read("yesterday 00:00", EAST) == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


def test_an_hour_that_clocks_repeat_is_the_first():
    zone = ZoneInfo("America/New_York")
    assert read("2025-11-02 01:30", zone) == datetime(2025, 11, 2, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", [UTC, EAST, timezone(timedelta(hours=-3))])
@given(st.timedeltas(timedelta(days=-40_000), timedelta(days=40_000)).map(NOW.__add__))
def test_a_time_copied_from_the_detail_pane_is_read(zone, moment):
    assert read(full(moment, zone), EAST) == moment


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "soon", "25:00", "20:60", "20", "20:3", "2026-13-01", "2026-11-31 10:00"),
        *("2026-11-23 soon", "yesterday soon", "5m", "-5", "-5x", "+", "20:36 20:40"),
        *("-999999999d", "0001-01-01T00:00+14:00", "2026-11-23T", "٢٠:٣٦", "--5m"),
    ],
)
def test_what_is_no_moment_is_told_what_to_type(text):
    with pytest.raises(MomentError, match="type 20:36") as raised:
        read(text)
    assert text.strip() in str(raised.value)


@given(st.text(max_size=20) | st.from_regex(r"[-+0-9:TZ. dhms]{0,20}", fullmatch=True))
def test_any_text_is_a_moment_or_a_moment_error(text):
    with suppress(MomentError):
        assert read(text).tzinfo is UTC


def view_of(seconds, **options):
    events = (Event(time=None if second is None else at(second)) for second in seconds)
    return ShownRows(log_of(events), **options)


def test_the_nearest_row_is_the_nearest_in_every_order():
    for seconds in ([0, 10, 30, 31], [31, 30, 10, 0], [30, 0, 31, 10]):
        view = view_of(seconds)
        for moment, wanted in [(-99, 0), (4, 0), (6, 10), (19, 10), (21, 30), (30, 30), (99, 31)]:
            assert seconds[nearest_row(view, at(moment))] == wanted
        assert seconds[nearest_row(view, at(20))] == 10
    by_time = view_of([30, 0, 31, 10], positions=[1, 3, 0, 2], by_time=True)
    assert nearest_row(by_time, at(29)) == 2


def test_no_row_is_near_when_none_has_a_time():
    assert nearest_row(view_of([]), at(0)) is None
    assert nearest_row(view_of([None, None]), at(0)) is None


TIMES = st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=40)


@given(TIMES, st.integers(-2, 42), st.sampled_from(["as it comes", "up", "down", "by time"]))
def test_the_nearest_row_is_what_looking_at_every_row_finds(seconds, moment, order):
    if order in {"up", "down"}:
        rising = iter(sorted(second for second in seconds if second is not None))
        falling = iter(sorted((s for s in seconds if s is not None), reverse=True))
        ordered = rising if order == "up" else falling
        seconds = [None if second is None else next(ordered) for second in seconds]
    view = view_of(seconds)
    if order == "by time":
        shown = sorted(range(len(seconds)), key=lambda place: seconds[place] or 0)
        shown = [place for place in shown if seconds[place] is not None]
        view = view_of(seconds, positions=shown, by_time=True)
        seconds = [seconds[place] for place in shown]
    row = nearest_row(view, at(moment))
    distances = [
        (abs(second - moment), second, place)
        for place, second in enumerate(seconds)
        if second is not None
    ]
    assert row == min(distances, default=(0, 0, None))[2]
