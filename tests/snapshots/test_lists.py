"""Pictures of lists in every state. A docstring says what a person should see."""

from dataclasses import replace

import pytest

from ivscope.endpoint.worlds.catalog import STANDUP_ARN
from ivscope.workspace.place import Place
from support.explorer import DANA, LIVE_STAGE, PRIYA, at
from support.snapshots import SIZES, picture

EVENTS = "ListParticipantEvents"
ALL_OF_PRIYA = "61 events, all read"

both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])


async def error_selected(journey):
    """The third QUOTA_EXCEEDED of priya-guest, from the newest event down."""
    await journey.until(ALL_OF_PRIYA)
    await journey.press("e", "e", "e")
    await journey.until(lambda: journey.event.error_code == "QUOTA_EXCEEDED")


@both_sizes
def test_stages(snap_compare, size):
    """Every stage with id and state of its live session, cursor on the first; its facts beside."""

    async def walk(journey):
        await journey.until("fri-night-rival")
        await journey.until("ALL READ")

    assert picture(snap_compare, walk, size=size)


@both_sizes
def test_sessions(snap_compare, size):
    """Five sessions, newest first, the live one in green; start and length of each."""

    async def walk(journey):
        await journey.until("all 5 sessions read")

    assert picture(snap_compare, walk, Place(LIVE_STAGE), size=size)


@both_sizes
def test_participants(snap_compare, size):
    """The people of the show, newest first; bracketed and foreign names as they are."""

    async def walk(journey):
        await journey.until("40 participants, all read")

    assert picture(snap_compare, walk, at(), size=size)


@both_sizes
def test_events_being_read(snap_compare, size):
    """No rows yet: the list says that events are being read, the status says READING."""

    async def walk(journey):
        await journey.until("... reading events")
        await journey.until("Jio")
        await journey.until(lambda: "API 0/" in journey.status)

    fault = f"slow_headers.{EVENTS}"
    assert picture(snap_compare, walk, at(PRIYA), size=size, fault=fault, rests=False)


@both_sizes
def test_events_read_in_part(snap_compare, size):
    """Some hundred events of dana and "more available"; nowhere does it say how many there are."""

    async def walk(journey):
        await journey.until("00 events read, more available")

    assert picture(snap_compare, walk, at(DANA), size=size)


@both_sizes
def test_an_error_selected(snap_compare, size):
    """A QUOTA_EXCEEDED in red under the cursor; beside it what it means and what was found."""
    assert picture(snap_compare, error_selected, at(PRIYA), size=size)


@both_sizes
def test_no_events(snap_compare, size):
    """No row, but a sentence about what no rows can mean; nothing looks like a failure."""

    async def walk(journey):
        await journey.until("0 events, all read")
        await journey.until("no-history")

    place = Place(STANDUP_ARN, "st-YP7A83qc0J8zB", "3Bz5o9kqRcJV")
    assert picture(snap_compare, walk, place, size=size, world="quiet")


@both_sizes
def test_a_failed_first_page(snap_compare, size):
    """Cause, next step and request id in the place of the rows; FAILED and `r` in the status."""

    async def walk(journey):
        await journey.until("FAILED")
        await journey.until("Request id")

    fault = f"internal500.{EVENTS}"
    assert picture(snap_compare, walk, at(PRIYA), size=size, fault=fault)


@both_sizes
def test_a_failure_in_the_middle(snap_compare, size):
    """The last of a hundred rows kept, and under them the failure of the second page."""

    async def walk(journey):
        await journey.until("100 events read")
        await journey.press("G")
        await journey.until("FAILED")
        await journey.until("Do ")

    fault = f"internal500.{EVENTS}@2"
    assert picture(snap_compare, walk, at(DANA), size=size, fault=fault)


@both_sizes
def test_throttled(snap_compare, size):
    """THROTTLED with the seconds left in the status, in yellow; no failure, no rows yet."""

    async def walk(journey):
        await journey.until(lambda: "THROTTLED" in journey.status)
        await journey.until("Jio")
        provider = journey.app._provider
        # The seconds would run on while the picture is being taken.
        still = replace(provider.activity(), used=1, throttled_seconds=2.0)
        provider.activity = lambda now=None: still
        await journey.until("THROTTLED 2 s")
        await journey.until("goes on by itself")

    fault = f"throttle.{EVENTS}"
    assert picture(snap_compare, walk, at(PRIYA), size=size, fault=fault, rests=False)


@both_sizes
def test_a_filter(snap_compare, size):
    """The three events that match, and in the status the filter and "3 of 61"."""

    async def walk(journey):
        await journey.until(ALL_OF_PRIYA)
        await journey.ask("ampersand", "FILTER", "code:QUOTA")
        await journey.press("enter")
        await journey.until("3 shown of 61")

    assert picture(snap_compare, walk, at(PRIYA), size=size)


@both_sizes
def test_search_hits(snap_compare, size):
    """The searched word highlighted in every row that has it, and the number of the hit."""

    async def walk(journey):
        await journey.until(ALL_OF_PRIYA)
        await journey.ask("slash", "FIND", "publish_e")
        await journey.press("enter")
        await journey.until("hit 1/")

    assert picture(snap_compare, walk, at(PRIYA), size=size)


def test_one_pane_in_a_small_window(snap_compare):
    """60 columns: a list alone, its columns cut where that hurts least, status and two keys."""
    assert picture(snap_compare, error_selected, at(PRIYA), size=(60, 16))
