"""TimeDisplay and machine zone: every date is told with the offset that it had."""

import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.render.time_display import PlatformZone, TimeDisplay, machine_zone
from ivscope.render.timestamps import TimeStyle, clock, full

SUMMER = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
WINTER = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")
RULE = "CET-1CEST,M3.5.0,M10.5.0/3"
"""Central European time as a rule without a name, which TZ may hold (POSIX.1, 8.3)."""


@pytest.fixture
def central_europe(monkeypatch):
    """A machine whose zone has rules and no name."""
    monkeypatch.setenv("TZ", RULE)
    time.tzset()
    yield PlatformZone()
    monkeypatch.undo()
    time.tzset()


def test_the_zone_of_the_machine_has_its_name_and_the_offset_of_each_date():
    zone = machine_zone({"TZ": "America/New_York"})
    assert zone == NEW_YORK
    assert clock(SUMMER, zone) == "19:30:00"
    assert clock(WINTER, zone) == "04:00:00"
    assert machine_zone({"TZ": ":Europe/Berlin"}) == ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize("name", ["", RULE, "No/Such", "/etc/localtime", "\0"])
def test_a_zone_without_a_name_is_asked_of_the_platform(name):
    assert isinstance(machine_zone({"TZ": name}), PlatformZone)


def test_the_zone_is_found_without_a_setting():
    zone = machine_zone({})
    assert WINTER.astimezone(zone).utcoffset() == WINTER.astimezone().utcoffset()


def test_the_platform_tells_the_offset_of_each_date(central_europe):
    assert full(SUMMER, central_europe) == "2026-10-25 01:30:00 +02:00"
    assert full(WINTER, central_europe) == "2026-11-28 10:00:00 +01:00"


def test_both_passes_of_a_repeated_hour_lead_back_to_their_times(central_europe):
    for minutes in range(0, 240, 15):
        moment = SUMMER + timedelta(minutes=minutes)
        local = moment.astimezone(central_europe)
        assert local.astimezone(UTC) == moment
        berlin = moment.astimezone(ZoneInfo("Europe/Berlin"))
        assert (local.replace(tzinfo=None), local.fold) == (
            berlin.replace(tzinfo=None),
            berlin.fold,
        )


@given(st.datetimes(timezones=st.just(UTC)))
def test_the_platform_never_fails_to_tell_a_time(moment):
    assert full(moment, PlatformZone())


def test_a_chosen_zone_is_left_for_that_of_the_machine():
    told = TimeDisplay(NEW_YORK, lambda: WINTER)
    assert (told.zone, told.zone_name(None)) == (UTC, "UTC")
    told.choose("Asia/Tokyo")
    assert (told.style, told.zone_name(None)) == (TimeStyle.LOCAL, "Asia/Tokyo")
    told.choose("utc")
    assert told.zone is UTC
    told.choose("local")
    assert (told.zone, told.zone_name(None)) == (NEW_YORK, "America/New_York")


def test_a_zone_that_is_not_there_changes_nothing():
    told = TimeDisplay(NEW_YORK, lambda: WINTER)
    with pytest.raises(ValueError, match="no zone 'Europe/Nowhere' here"):
        told.choose("Europe/Nowhere")
    assert told.zone is UTC


def test_a_zone_without_a_name_is_called_by_its_offset_at_the_time_shown(central_europe):
    told = TimeDisplay(central_europe, lambda: WINTER)
    told.choose("local")
    assert told.zone_name(None) == "+01:00"
    assert told.zone_name(SUMMER) == "+02:00"
    told = TimeDisplay(timezone(timedelta(hours=2)), lambda: WINTER)
    told.choose("local")
    assert told.zone_name(None) == "+02:00"
