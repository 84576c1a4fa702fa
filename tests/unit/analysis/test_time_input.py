"""Time input: the one grammar of times that a person types, and the date that they take."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.time_input import (
    DatedBy,
    TimeInputError,
    TimeReference,
    looks_like_time,
    read_after,
    read_before,
    read_during,
    read_time,
)
from ivscope.render.timestamps import (
    TimeStyle,
    clock,
    elapsed,
    from_to,
    full,
    gap,
    moment_text,
    recorded,
)

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CURSOR = datetime(2026, 11, 23, 20, 40, 5, tzinfo=UTC)
SHOW = (
    datetime(2026, 11, 23, 20, 31, 7, tzinfo=UTC),
    datetime(2026, 11, 23, 21, 40, 12, tzinfo=UTC),
)
EAST = timezone(timedelta(hours=5, minutes=30))
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def reference(zone=UTC, *, cursor=None, session=None, now=NOW, zero=None):
    return TimeReference(zone, now, cursor, session, zero)


ON_SHOW = reference(cursor=CURSOR, session=SHOW)


def ranges(text, of=ON_SHOW):
    return list(read_during(text, of).ranges)


TIMES = {
    "20:36": "2026-11-23T20:36:00",
    " 20:36:10 ": "2026-11-23T20:36:10",
    "8:05": "2026-11-23T08:05:00",
    "20:36:10.25": "2026-11-23T20:36:10.250000",
    "20:36:10,602": "2026-11-23T20:36:10.602000",
    "20:36:10.123456789": "2026-11-23T20:36:10.123456",
    "20:36Z": "2026-11-23T20:36:00",
    "20:36 utc": "2026-11-23T20:36:00",
    "22:36+02:00": "2026-11-23T20:36:00",
    "22:36 +02:00": "2026-11-23T20:36:00",
    "15:36-0500": "2026-11-23T20:36:00",
    "2026-11-22": "2026-11-22T00:00:00",
    "2026-11-22 20:36": "2026-11-22T20:36:00",
    "2026-11-22T20": "2026-11-22T20:00:00",
    "2026-11-22T20Z": "2026-11-22T20:00:00",
    "2026-11-22T9:05": "2026-11-22T09:05:00",
    "2026-11-22t20:36:10.602z": "2026-11-22T20:36:10.602000",
    "2026-11-22T20:36:10+05:30": "2026-11-22T15:06:10",
    "2026-11-22 20:36:10.602 UTC": "2026-11-22T20:36:10.602000",
    "20261122T203610Z": "2026-11-22T20:36:10",
    "20261122": "2026-11-22T00:00:00",
    "2026-W48-1 20:36": "2026-11-23T20:36:00",
    "yesterday": "2026-11-24T00:00:00",
    "Yesterday 20:36": "2026-11-24T20:36:00",
    "todayT08:15": "2026-11-25T08:15:00",
    "now": "2026-11-25T09:00:00",
    "-5m": "2026-11-23T20:35:05",
    "+90s": "2026-11-23T20:41:35",
    "-1h30m": "2026-11-23T19:10:05",
    "+2d": "2026-11-25T20:40:05",
    "+5:54": "2026-11-23T20:45:59",
    "-1:05:54": "2026-11-23T19:34:11",
    "+2d 01:05:54": "2026-11-25T21:45:59",
    "2h05m": "2026-11-25T06:55:00",
    "53m30s ago": "2026-11-25T08:06:30",
}


@pytest.mark.parametrize(("text", "wanted"), TIMES.items())
def test_every_way_to_type_a_time_is_read(text, wanted):
    found = read_time(text, ON_SHOW).moment
    assert found == utc(wanted)
    assert found.tzinfo is UTC
    assert looks_like_time(text)


NO_TIMES = {
    "": 0,
    "  ": 2,
    "soon": 0,
    "25:00": 0,
    "20:60": 0,
    "20": 0,
    "20:3": 0,
    "20:361": 0,
    "2026-13-01": 0,
    "2026-11-31 10:00": 0,
    "2026-11-23 soon": 11,
    "2026-11-23T": 11,
    "2026-11-23T20:3": 13,
    "2026-11-23T25": 11,
    "yesterday soon": 10,
    "20:36 20:40": 6,
    "20:36 +99:00": 5,
    "20:36:10 am": 9,
    "-5": 0,
    "-5x": 0,
    "+": 0,
    "--5m": 0,
    "-999999999d": 0,
    "+999999999y999999999y": 0,
    "0001-01-01T00:00+14:00": 0,
    "٢٠:٣٦": 0,
    "tomorrow": 0,
    "T+1:05": 0,
    "20:36..20:40": 5,
}


@pytest.mark.parametrize(("text", "position"), NO_TIMES.items())
def test_what_is_no_time_is_told_where_the_trouble_is_and_what_to_type(text, position):
    with pytest.raises(TimeInputError) as raised:
        read_time(text, ON_SHOW)
    assert raised.value.position == position
    assert text.strip() in str(raised.value)
    if not text.startswith("T"):
        assert "type 20:36, " in str(raised.value)


def test_an_error_does_not_repeat_a_long_text():
    with pytest.raises(TimeInputError) as raised:
        read_time("x" * 1_000_000, ON_SHOW)
    assert len(str(raised.value)) < 200


# The date of a clock time.


def test_a_clock_time_is_dated_by_the_session_and_not_by_today():
    found = read_time("20:36", reference(session=SHOW))
    assert (found.moment, found.dated_by) == (utc("2026-11-23T20:36"), DatedBy.SESSION)
    assert read_after("20:36", reference(session=SHOW)).ranges == ((utc("2026-11-23T20:36"), None),)
    assert read_before("20:36", reference(session=SHOW)).ranges == (
        (None, utc("2026-11-23T20:36")),
    )
    assert ranges("20:45..20:50") == [(utc("2026-11-23T20:45"), utc("2026-11-23T20:51"))]


def test_a_clock_time_outside_the_session_lies_on_its_day():
    for text in ("08:00", "20:31", "23:59"):
        found = read_time(text, reference(session=SHOW)).moment
        assert found == utc(f"2026-11-23T{text}")


def test_without_a_session_the_event_under_the_cursor_gives_the_date_and_else_today():
    by_cursor = read_time("20:36", reference(cursor=CURSOR))
    assert (by_cursor.moment, by_cursor.dated_by) == (utc("2026-11-23T20:36"), DatedBy.CURSOR)
    today = read_time("20:36", reference())
    assert (today.moment, today.dated_by) == (utc("2026-11-25T20:36"), DatedBy.NOW)


def test_the_date_is_that_of_the_zone_in_which_the_time_is_written():
    assert read_time("02:10", reference(EAST, cursor=CURSOR)).moment == utc("2026-11-23T20:40")
    assert read_time("02:10", reference(EAST, session=SHOW)).moment == utc("2026-11-23T20:40")
    assert read_time("20:40Z", reference(EAST, session=SHOW)).moment == utc("2026-11-23T20:40")
    assert read_time("2026-11-24 02:10", reference(EAST)).moment == utc("2026-11-23T20:40")
    assert read_time("yesterday 00:00", reference(EAST)).moment == utc("2026-11-23T18:30")


NIGHT = (utc("2026-11-23T22:15"), utc("2026-11-24T23:30"))
"""A session with two evenings."""


def test_in_a_session_over_midnight_a_filter_takes_every_day_and_go_to_the_nearest():
    early = reference(session=NIGHT, cursor=utc("2026-11-23T22:20"))
    late = reference(session=NIGHT, cursor=utc("2026-11-24T22:00"))
    both = (utc("2026-11-23T22:40"), utc("2026-11-24T22:40"))
    for of, nearest in ((early, both[0]), (late, both[1]), (reference(session=NIGHT), both[0])):
        found = read_time("22:40", of)
        assert (found.moment, found.moments) == (nearest, both)
        assert ranges("22:40..22:41", of) == [(one, one + timedelta(minutes=2)) for one in both]
        assert read_after("22:40", of).ranges == ((both[0], None),)
        assert read_before("22:40", of).ranges == ((None, both[1]),)
    assert read_time("01:00", early).moments == (utc("2026-11-24T01:00"),)
    assert read_time("22:00", early).moments == (utc("2026-11-24T22:00"),)


def test_a_range_over_midnight_lies_where_it_meets_the_session():
    night = reference(session=(utc("2026-11-23T23:55"), utc("2026-11-24T00:05")))
    wanted = [(utc("2026-11-23T23:50"), utc("2026-11-24T00:11"))]
    assert ranges("23:50..00:10", night) == wanted
    after_midnight = (utc("2026-11-24T00:01"), utc("2026-11-24T00:05"))
    assert ranges("23:50..00:10", reference(session=after_midnight)) == wanted
    assert ranges("23:50..00:10", reference(cursor=after_midnight[0])) == wanted
    assert ranges("20:00..20:32", reference(session=SHOW)) == [
        (utc("2026-11-23T20:00"), utc("2026-11-23T20:33"))
    ]


def test_an_event_outside_the_times_of_its_session_still_dates_what_is_read_off_it():
    ahead = utc("2026-11-24T01:10:43")
    found = read_time("01:10:43", reference(cursor=ahead, session=SHOW))
    assert found.moment == ahead


def test_a_session_longer_than_a_month_dates_nothing():
    endless = (utc("2026-01-01T00:00"), utc("2026-11-24T00:00"))
    assert read_time("20:36", reference(session=endless, cursor=CURSOR)).moments == (
        utc("2026-11-23T20:36"),
    )


# Hours that clocks repeat, and those that they skip.

FALL = (utc("2026-10-24T23:30"), utc("2026-10-25T02:30"))
"""In Berlin clocks go back at 01:00 UTC: 02:00 to 03:00 comes twice."""


def test_in_an_hour_that_clocks_repeat_both_passes_count_and_the_cursor_chooses():
    passes = (utc("2026-10-25T00:15"), utc("2026-10-25T01:15"))
    for text in ("02:15", "2026-10-25 02:15"):
        for cursor, wanted in ((passes[0], passes[0]), (passes[1], passes[1]), (None, passes[0])):
            found = read_time(text, reference(BERLIN, session=FALL, cursor=cursor))
            assert (found.moment, found.moments) == (wanted, passes)
    assert ranges("02:15..02:20", reference(BERLIN, session=FALL)) == [
        (one, one + timedelta(minutes=6)) for one in passes
    ]
    assert read_time("2025-11-02 01:30", reference(NEW_YORK)).moment == utc("2025-11-02T05:30")


def test_every_date_has_its_own_offset():
    summer = reference(NEW_YORK, now=utc("2026-11-28T12:00"))
    assert read_time("2026-10-24 19:30", summer).moment == utc("2026-10-24T23:30")
    assert read_time("2026-11-24 18:30", summer).moment == utc("2026-11-24T23:30")


def test_a_time_that_clocks_skip_is_read_as_if_they_had_not_changed():
    assert read_time("2026-03-29 02:30", reference(BERLIN)).moment == utc("2026-03-29T01:30")


def test_a_night_on_which_clocks_go_back_is_filtered_by_what_its_rows_show():
    start, end = FALL
    times = [start + timedelta(minutes=minutes) for minutes in range(0, 141, 5)]
    for zone in (BERLIN, NEW_YORK, UTC):
        of = reference(zone, session=(start, end))
        for typed in {clock(one, zone) for one in times}:
            kept = [t for t in times if any(a <= t < b for a, b in ranges(typed, of))]
            assert kept == [one for one in times if clock(one, zone) == typed]


# What a range covers.

RANGES = {
    "20:45": ("2026-11-23T20:45:00", "2026-11-23T20:46:00"),
    "20:45:10": ("2026-11-23T20:45:10", "2026-11-23T20:45:11"),
    "20:45:10.6": ("2026-11-23T20:45:10.600000", "2026-11-23T20:45:10.700000"),
    "20:45:10.602": ("2026-11-23T20:45:10.602000", "2026-11-23T20:45:10.603000"),
    "2026-11-23T20": ("2026-11-23T20:00:00", "2026-11-23T21:00:00"),
    "2026-11-22": ("2026-11-22T00:00:00", "2026-11-23T00:00:00"),
    "yesterday": ("2026-11-24T00:00:00", "2026-11-25T00:00:00"),
    "-5m": ("2026-11-23T20:35:05", "2026-11-23T20:35:06"),
    "20:45:10..20:45:10": ("2026-11-23T20:45:10", "2026-11-23T20:45:11"),
    "20:45:10..20:45": ("2026-11-23T20:45:10", "2026-11-23T20:46:00"),
    "2026-11-23T20..2026-11-23T21": ("2026-11-23T20:00:00", "2026-11-23T22:00:00"),
    "2026-11-23 20:45..20:50": ("2026-11-23T20:45:00", "2026-11-23T20:51:00"),
    "20:45..2026-11-23 20:50": ("2026-11-23T20:45:00", "2026-11-23T20:51:00"),
    "2026-11-22 23:50..00:10": ("2026-11-22T23:50:00", "2026-11-23T00:11:00"),
    "20:45Z..22:50+02:00": ("2026-11-23T20:45:00", "2026-11-23T20:51:00"),
    "2026-11-23 20:36:28 to 21:24:00 UTC": ("2026-11-23T20:36:28", "2026-11-23T21:24:01"),
    "20:45..+5m": ("2026-11-23T20:45:00", "2026-11-23T20:50:01"),
    "-5m..+5m": ("2026-11-23T20:35:05", "2026-11-23T20:45:06"),
    "20:45..now": ("2026-11-23T20:45:00", "2026-11-25T09:00:01"),
    "-5m..20:45": ("2026-11-23T20:35:05", "2026-11-23T20:46:00"),
}


@pytest.mark.parametrize(("text", "wanted"), RANGES.items())
def test_a_range_ends_with_the_end_of_what_was_written(text, wanted):
    start, end = wanted
    assert ranges(text) == [(utc(start), utc(end))]


def test_a_day_on_which_clocks_change_has_its_own_length():
    ((start, end),) = ranges("2026-10-25", reference(BERLIN))
    assert end - start == timedelta(hours=25)


BAD_RANGES = {
    "20:45..": (7, "Type a time like 20:36"),
    "..20:45": (0, "Type a time like 20:36"),
    "20:45..x": (7, "Type a time like 20:36"),
    "20:45 to soon": (9, "Type a time like 20:36"),
    "2026-11-23..2026-11-22": (0, "Type the earlier time first"),
    "now..-2d": (0, "Type the earlier time first"),
    "T+0:07": (0, "Set a zero first"),
}


@pytest.mark.parametrize(("text", "expected"), BAD_RANGES.items())
def test_what_is_no_range_is_told_where_and_what_to_type(text, expected):
    with pytest.raises(TimeInputError) as raised:
        read_during(text, ON_SHOW)
    position, advice = expected
    assert raised.value.position == position
    assert raised.value.advice.startswith(advice)


# Whatever is typed.

ZONES = st.sampled_from(
    [UTC, EAST, timezone(timedelta(hours=-3)), BERLIN, NEW_YORK, ZoneInfo("Pacific/Chatham")]
)
NEAR = st.timedeltas(timedelta(days=-40), timedelta(days=40)).map(NOW.__add__)
FAR = st.timedeltas(timedelta(days=-300_000), timedelta(days=2_000_000)).map(NOW.__add__)
SESSIONS = st.none() | st.tuples(NEAR, st.timedeltas(timedelta(0), timedelta(days=3))).map(
    lambda one: (one[0], one[0] + one[1])
)
REFERENCES = st.builds(
    TimeReference, ZONES, NEAR | FAR, st.none() | NEAR | FAR, SESSIONS, st.none() | NEAR | FAR
)
PIECES = st.lists(
    st.sampled_from(
        [
            *("2026-11-23", "20261123", "0001-01-01", "9999-12-31", "2026-W48-1", "today", "now"),
            *("yesterday", "T", " ", " ", "20", ":", ":36", "20:36", "02:15", ".602", "Z", " UTC"),
            *("+02:00", "-14:00", "+", "-", "1h", "30m", "9d", "999999999y", " ago", "..", " to "),
        ]
    ),
    max_size=6,
).map("".join)
TYPED = PIECES | st.text(max_size=20) | st.from_regex(r"[-+0-9:TZ. dhms]{0,20}", fullmatch=True)


def place_of_error(read, text, of):
    try:
        read(text, of)
    except TimeInputError as error:
        return error.position
    return 0


@given(TYPED, REFERENCES)
def test_any_text_is_a_time_or_a_documented_error_with_a_place_in_it(text, of):
    for read in (read_time, read_after, read_before, read_during):
        assert 0 <= place_of_error(read, text, of) <= len(text)


CLOCKS = st.sampled_from(["{:%H:%M}", "{:%H:%M:%S}", "{:%H:%M}Z", "{:%Y-%m-%d %H:%M}"])
DISTANCES = st.sampled_from(["-1h30m", "+90s", "now", "yesterday 20:36", "2h ago", "today"])


@given(st.builds(str.format, CLOCKS, NEAR) | DISTANCES, REFERENCES)
def test_filter_and_go_to_agree_about_the_instant(text, of):
    try:
        found = read_time(text, of)
    except TimeInputError:
        with pytest.raises(TimeInputError):
            read_during(text, of)
        return
    starts = [start for start, _ in read_during(text, of).ranges]
    assert found.moment in starts
    assert found.moments == tuple(starts)
    assert read_after(text, of).ranges == ((starts[0], None),)
    assert read_before(text, of).ranges == ((None, starts[-1]),)
    assert found.dated_by is read_during(text, of).dated_by


@given(SESSIONS.filter(bool), st.floats(0, 1), ZONES)
def test_a_clock_time_of_the_session_finds_the_moment_that_it_was_read_off(session, part, zone):
    start, end = session
    moment = (start + (end - start) * part).replace(microsecond=0)
    typed = clock(moment, zone)
    of = reference(zone, session=session)
    assert moment in read_time(typed, of).moments
    assert any(first <= moment < last for first, last in ranges(typed, of))
    after, before = read_after(typed, of).ranges[0], read_before(typed, of).ranges[0]
    assert after[0] <= moment <= before[1]
    at_cursor = reference(zone, session=session, cursor=moment)
    assert read_time(typed, at_cursor).moment == moment


# What the program prints is read, and means the same.

MOMENTS = NEAR | st.timedeltas(timedelta(days=-700_000), timedelta(days=2_900_000)).map(NOW.__add__)


@given(MOMENTS, ZONES, REFERENCES)
def test_a_full_time_means_the_same_wherever_it_is_pasted(moment, zone, of):
    assert read_time(full(moment, zone), of).moment == moment
    assert read_time(recorded(moment).removeprefix("recorded "), of).moment == moment.replace(
        second=0, microsecond=0
    )


@given(MOMENTS, ZONES, st.sampled_from([TimeStyle.UTC, TimeStyle.LOCAL]))
def test_the_time_of_the_row_under_the_cursor_means_that_event(moment, zone, style):
    row = moment_text(moment, style, zone, NOW, None, None)
    shown_in = UTC if style is TimeStyle.UTC else zone
    found = read_time(row, reference(shown_in, cursor=moment)).moment
    assert found <= moment < found + timedelta(seconds=1)
    dated = clock(moment, zone, with_date=True)
    assert read_time(dated, reference(zone, cursor=moment)).moment == found


SECONDS = st.integers(-3_000_000, 3_000_000) | st.integers(-200_000_000_000, 200_000_000_000)


def step_of(text):
    """How much the smallest unit that a short distance shows is."""
    units = {"h": 3_600, "m": 60, "d": 86_400, "y": 365 * 86_400}
    return timedelta(seconds=units.get(text[-1], 1))


@given(SECONDS)
def test_a_distance_from_the_zero_means_that_event_as_exactly_as_it_is_shown(seconds):
    zero = utc("2026-11-23T20:36:28")
    with suppress(OverflowError):
        moment = zero + timedelta(seconds=seconds)
        typed = elapsed(moment, zero)
        found = read_time(typed, reference(zero=zero)).moment
        assert abs(found - moment) < step_of(typed)


@given(st.integers(-3_000_000, 3_000_000))
def test_the_gap_of_a_row_leads_that_far_from_the_cursor(seconds):
    found = read_time(gap(seconds), reference(cursor=CURSOR)).moment
    assert found == CURSOR + timedelta(seconds=seconds)


@given(st.integers(0, 8_000_000))
def test_an_age_means_that_event_as_exactly_as_it_is_shown(seconds):
    moment = NOW - timedelta(seconds=seconds)
    typed = moment_text(moment, TimeStyle.AGE, UTC, NOW, None, None)
    found = read_time(typed, reference()).moment
    assert abs(found - moment) < step_of(typed)


@given(NEAR, st.timedeltas(timedelta(0), timedelta(days=3)), ZONES)
def test_two_times_as_the_detail_prints_them_are_a_range(start, length, zone):
    start = start.replace(microsecond=0)
    end = (start + length).replace(microsecond=0)
    ((first, last), *_others) = ranges(from_to(start, end, zone), reference(zone, cursor=start))
    assert first == start or is_repeated(start, zone)
    assert last == end + timedelta(seconds=1) or is_repeated(end, zone)


def is_repeated(moment, zone):
    """Whether the clock shows the same time an hour before or after."""
    hour = timedelta(hours=1)
    shown = clock(moment, zone)
    return shown in {clock(moment - hour, zone), clock(moment + hour, zone)}
