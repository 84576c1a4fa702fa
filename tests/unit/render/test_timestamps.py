"""Times as text, in the zone that is asked for."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ivscope.analysis.time_input import TimeReference, read_after, read_during
from ivscope.domain.times import UnreadableTime, parse_time
from ivscope.render.timestamps import (
    MOMENT_CELLS,
    NO_TIME,
    TimeStyle,
    age,
    clock,
    dates_taken,
    elapsed,
    from_to,
    full,
    gap,
    moment_text,
    recorded,
    zone_label,
)

MOMENT = datetime(2026, 11, 23, 20, 36, 28, 602_000, tzinfo=UTC)
EAST = timezone(timedelta(hours=5, minutes=30))
CORPUS = json.loads((Path(__file__).parents[2] / "support" / "hostile_corpus.json").read_bytes())


def test_a_clock_is_eight_cells_and_nineteen_with_the_date():
    assert clock(MOMENT, UTC) == "20:36:28"
    assert clock(MOMENT, UTC, with_date=True) == "2026-11-23 20:36:28"
    assert clock(MOMENT, EAST, with_date=True) == "2026-11-24 02:06:28"


@pytest.mark.parametrize(
    ("microsecond", "zone", "shown"),
    [
        (602_000, UTC, "2026-11-23 20:36:28.602 UTC"),
        (0, UTC, "2026-11-23 20:36:28 UTC"),
        (602_001, UTC, "2026-11-23 20:36:28.602001 UTC"),
        (0, EAST, "2026-11-24 02:06:28 +05:30"),
        (0, timezone(timedelta(hours=-3)), "2026-11-23 17:36:28 -03:00"),
        (0, ZoneInfo("UTC"), "2026-11-23 20:36:28 UTC"),
    ],
)
def test_a_full_time_names_its_zone_and_no_more_digits_than_came(microsecond, zone, shown):
    assert full(MOMENT.replace(microsecond=microsecond), zone) == shown


def test_the_hour_that_clocks_repeat_stays_unambiguous():
    zone = ZoneInfo("America/New_York")
    first = datetime(2025, 11, 2, 5, 30, tzinfo=UTC)
    assert full(first, zone) == "2025-11-02 01:30:00 -04:00"
    assert full(first + timedelta(hours=1), zone) == "2025-11-02 01:30:00 -05:00"


def test_absent_and_unreadable_times_are_words():
    assert (clock(None, UTC), full(None, UTC), age(None, MOMENT)) == ("no time",) * 3
    bad = UnreadableTime("yes\x1bterday")
    assert (clock(bad, UTC), age(bad, MOMENT)) == ("bad time",) * 2
    assert full(bad, UTC) == r'bad time "yes\x1bterday"'
    assert len(full(UnreadableTime("9" * 100_000), UTC)) < 60


@pytest.mark.parametrize("raw", CORPUS["times"])
@pytest.mark.parametrize("zone", [UTC, EAST, timezone(timedelta(hours=-12))])
def test_every_time_of_the_hostile_corpus_is_shown(raw, zone):
    time = parse_time(raw)
    assert len(clock(time, zone)) == 8
    assert full(time, zone).isprintable()


def test_the_first_and_the_last_year_do_not_overflow():
    assert full(datetime.max.replace(tzinfo=UTC), EAST).startswith("9999-12-31 23:59:59")
    assert full(datetime.min.replace(tzinfo=UTC), timezone(timedelta(hours=-3))).endswith("UTC")


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "+0:00"),
        (354, "+5:54"),
        (-354.9, "-5:54"),
        (3954, "+1:05:54"),
        (2 * 86_400 + 3954, "+2d 01:05:54"),
    ],
)
def test_gaps_are_signed_and_compact(seconds, shown):
    assert gap(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(7, "7s"), (3210, "53m30s"), (7500, "2h05m"), (273_600, "3d04h"), (-3210, "+53m30s")],
)
def test_ages_fit_the_column_of_a_clock(seconds, shown):
    assert age(MOMENT - timedelta(seconds=seconds), MOMENT) == shown
    assert len(shown) <= 8


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "T+0:00"),
        (7.9, "T+0:07"),
        (-0.5, "T-0:00"),
        (-7, "T-0:07"),
        (3954, "T+1:05:54"),
        (-35_999, "T-9:59:59"),
        (36_000, "T+10h00m"),
        (172_799, "T+47h59m"),
        (172_800, "T+2d00h"),
        (-999 * 86_400 - 86_399, "T-999d23h"),
        (86_400_000, "T+1000d"),
        (-99_999 * 86_400, "T-99999d"),
        (100_000 * 86_400, "T+273y"),
    ],
)
def test_the_distance_from_zero_drops_its_smallest_unit_and_never_its_sign(seconds, shown):
    assert elapsed(MOMENT + timedelta(seconds=seconds), MOMENT) == shown
    assert len(shown) <= MOMENT_CELLS


def test_every_style_has_its_own_text_for_one_moment():
    shown = {
        style: moment_text(
            MOMENT,
            style,
            EAST,
            MOMENT + timedelta(hours=2, minutes=5),
            MOMENT - timedelta(seconds=354),
            MOMENT + timedelta(seconds=7),
        )
        for style in TimeStyle
    }
    assert shown == {
        TimeStyle.UTC: "20:36:28",
        TimeStyle.LOCAL: "02:06:28",
        TimeStyle.AGE: "2h05m",
        TimeStyle.DELTA: "+5:54",
        TimeStyle.ZERO: "T-0:07",
    }


@pytest.mark.parametrize("style", TimeStyle)
@pytest.mark.parametrize("years", [-2025, -40, -3, 0, 3, 40, 7972])
@pytest.mark.parametrize("zone", [UTC, EAST])
def test_no_style_is_wider_than_the_column(style, years, zone):
    other = MOMENT.replace(year=MOMENT.year + years)
    assert 0 < len(moment_text(MOMENT, style, zone, other, other, other)) <= MOMENT_CELLS


@pytest.mark.parametrize("style", TimeStyle)
def test_absent_and_unreadable_times_are_words_in_every_style(style):
    assert moment_text(None, style, UTC, MOMENT, MOMENT, MOMENT) == "no time"
    assert moment_text(UnreadableTime("x"), style, UTC, MOMENT, MOMENT, MOMENT) == "bad time"
    assert elapsed(None, MOMENT) == "no time"
    assert elapsed(UnreadableTime("x"), MOMENT) == "bad time"


@pytest.mark.parametrize("previous", [None, UnreadableTime("x")])
def test_without_a_time_before_it_there_is_no_delta(previous):
    assert moment_text(MOMENT, TimeStyle.DELTA, UTC, MOMENT, previous, None) == ""


def test_the_same_time_twice_is_an_equals_sign_and_no_zero_set_is_the_clock():
    assert moment_text(MOMENT, TimeStyle.DELTA, UTC, MOMENT, MOMENT, None) == "="
    assert moment_text(MOMENT, TimeStyle.ZERO, EAST, MOMENT, None, None) == "02:06:28"


def test_two_times_say_date_and_zone_once_where_they_are_the_same():
    first = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    assert (
        from_to(first, first + timedelta(minutes=5), UTC) == "2026-10-24 22:30:00 to 22:35:00 UTC"
    )
    assert (
        from_to(first, first + timedelta(hours=2), UTC)
        == "2026-10-24 22:30:00 to 2026-10-25 00:30:00 UTC"
    )
    # Clocks go back in that night.
    berlin = from_to(first, first + timedelta(hours=4), ZoneInfo("Europe/Berlin"))
    assert berlin == "2026-10-25 00:30:00 +02:00 to 03:30:00 +01:00"
    assert from_to(None, first, UTC).startswith(f"{NO_TIME} to 2026-10-24")


def test_an_offset_to_the_second_is_told_to_the_second():
    berlin = ZoneInfo("Europe/Berlin")
    assert zone_label(datetime(1890, 1, 1, tzinfo=berlin)) == "+00:53:28"
    assert recorded(datetime(999, 12, 31, 9, tzinfo=UTC)) == "recorded 0999-12-31 09:00Z"


HERE = TimeReference(
    EAST,
    now=datetime(2026, 11, 25, tzinfo=UTC),
    cursor=MOMENT,
    session=(datetime(2026, 11, 23, 20, tzinfo=UTC), datetime(2026, 11, 25, 19, tzinfo=UTC)),
)
TAKEN = {
    "2026-11-23": "",
    "yesterday 20:36": "",
    "20:36": "2026-11-24 +05:30 and 2026-11-25 +05:30",
    "20:36Z": "2026-11-23 UTC and 2026-11-24 UTC",
    "01:00..01:20": "2026-11-25 +05:30",
    "-5m": "2026-11-24 02:01:28.602 +05:30",
}


@pytest.mark.parametrize(("text", "shown"), TAKEN.items())
def test_the_dates_that_times_took_are_told_where_the_text_does_not(text, shown):
    assert dates_taken([read_during(text, HERE)]) == shown


def test_dates_are_told_once_and_many_of_them_by_their_ends():
    one = read_after("02:00", HERE)
    assert dates_taken([one, one]) == "2026-11-24 +05:30"
    week = (datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 27, tzinfo=UTC))
    reference = TimeReference(UTC, now=MOMENT, session=week)
    assert dates_taken([read_during("12:00", reference)]) == "2026-11-20 UTC to 2026-11-26 UTC"
