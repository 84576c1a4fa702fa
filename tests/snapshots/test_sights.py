"""Pictures of details and of a whole session. A docstring says what a person should see."""

import pytest

from ivscope.ui.compare.screen import CompareScreen
from ivscope.ui.help.screen import HelpScreen
from ivscope.ui.lanes.screen import LanesScreen
from support.explorer import DANA, JOSE, MARA, PRIYA, at
from support.snapshots import SIZES, picture

both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])


async def swept(journey):
    """The whole session read, and back at its participants."""
    await journey.until("40 participants, all read")
    with journey.unlimited():
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
    await journey.press("escape")
    await journey.until("40 participants, all read")
    await journey.until("errors of all 40, most first")


def test_participants_with_most_errors_first(snap_compare):
    """Who had most errors, of which code, when they were there; "all 40" says what it rests on."""
    assert picture(snap_compare, swept, at(), size=(80, 24))


async def summary(journey):
    """The summary of the session, all of it read."""
    await swept(journey)
    await journey.press("i")
    await journey.until("19 published")
    await journey.until("within 37 s")


async def lanes_at_an_error(journey):
    """Lanes of everybody, the cursor at the third QUOTA_EXCEEDED of priya-guest."""
    await swept(journey)
    journey.go(at(PRIYA))
    await journey.until("61 events, all read")
    await journey.press("e", "e", "e")
    await journey.until(lambda: journey.event.error_code == "QUOTA_EXCEEDED")
    await journey.press("I")
    await journey.until(lambda: isinstance(journey.app.screen, LanesScreen))
    await journey.until("12 of 12 publishing")
    await journey.until(lambda: not journey.app.screen.counting._is_working)
    await journey.until(lambda: not journey.app.screen._lanes.awaited)


async def token_exchange(journey):
    """The exchange at which josé lost PUBLISH."""
    await journey.until("events, all read")
    await journey.press("x")
    await journey.until(lambda: journey.event.name == "TOKEN_EXCHANGED")


def test_tokens_side_by_side(snap_compare):
    """Two columns, before and after: PUBLISH lost, marked and in words; what stayed is muted."""
    assert picture(snap_compare, token_exchange, at(JOSE), size=(200, 50))


def test_tokens_inline(snap_compare):
    """The same in 80 columns: what was lost, gained and changed, one under the other."""
    assert picture(snap_compare, token_exchange, at(JOSE), size=(80, 24))


@both_sizes
def test_the_detail_on_the_whole_screen(snap_compare, size):
    """The explanation of a QUOTA_EXCEEDED from side to side, with its findings."""

    async def walk(journey):
        await journey.until("61 events, all read")
        await journey.press("e", "e", "e")
        await journey.until(lambda: journey.event.error_code == "QUOTA_EXCEEDED")
        await journey.press("d")
        await journey.until(lambda: "INTERNAL_SERVER" not in journey.text)

    assert picture(snap_compare, walk, at(PRIYA), size=size)


@both_sizes
def test_help(snap_compare, size):
    """All commands with their keys under headings, over the dimmed explorer."""

    async def walk(journey):
        await journey.until("40 participants, all read")
        await journey.settled()
        await journey.press("question_mark")
        await journey.until(lambda: isinstance(journey.app.screen, HelpScreen))
        await journey.until("Opening and going back")

    assert picture(snap_compare, walk, at(), size=size)


@both_sizes
def test_the_summary_of_a_session(snap_compare, size):
    """What happened in sentences, most certain first, then codes and participants over time."""
    assert picture(snap_compare, summary, at(), size=size)


def test_the_summary_in_ascii(snap_compare):
    """The same with no sign that an old console lacks: strips of other signs, equally long."""
    assert picture(snap_compare, summary, at(), size=(120, 40), plain_signs=True)


def test_the_summary_on_a_light_terminal(snap_compare):
    """The same, dark on light: every colour of it can be read there too."""
    assert picture(snap_compare, summary, at(), size=(80, 24), light=True)


@both_sizes
def test_lanes(snap_compare, size):
    """Publishers against the line of 12; the twelve of 20:48:05 by name, priya-guest on top."""
    assert picture(snap_compare, lanes_at_an_error, at(), size=size)


def test_lanes_in_ascii(snap_compare):
    """The same with no sign that an old console lacks: # publishes, ! is an error, v the cursor."""
    assert picture(snap_compare, lanes_at_an_error, at(), size=(80, 24), plain_signs=True)


def test_lanes_without_colour(snap_compare):
    """The same in the colours of the terminal alone: marks and words tell what colours told."""
    assert picture(snap_compare, lanes_at_an_error, at(), size=(80, 24), colour=False)


async def compared(journey, participant):
    """The participant on screen beside another one."""
    await journey.until("events, all read")
    journey.go(at(participant))
    await journey.until(lambda: " read" in journey.status)
    await journey.until(lambda: journey.event is not None)
    await journey.settled()
    await journey.press("C")
    await journey.until(lambda: isinstance(journey.app.screen, CompareScreen))
    await journey.until("COMPARED")


@both_sizes
def test_a_comparison(snap_compare, size):
    """priya-guest and mara-host side by side, rows of the same second level with each other.

    Both are named on top, and below the names it stands that all of their events were read.
    """

    async def walk(journey):
        await compared(journey, MARA)
        await journey.until("priya-guest")

    assert picture(snap_compare, walk, at(PRIYA), size=size)


@both_sizes
def test_a_comparison_with_somebody_read_in_part(snap_compare, size):
    """dana at the right has "more available", and "? not all read" where nothing was read."""

    async def walk(journey):
        await compared(journey, DANA)
        await journey.press("g")
        await journey.until("? not all read")

    assert picture(snap_compare, walk, at(PRIYA), size=size)


@both_sizes
def test_the_timeline(snap_compare, size):
    """The events of everybody by time, with a column that tells whose they are; ALL READ."""

    async def walk(journey):
        await swept(journey)
        await journey.press("M")
        await journey.until("2,161 events, all read")
        await journey.until("2,161 events")
        await journey.press("g")
        await journey.until(lambda: journey.cursor == 0)

    assert picture(snap_compare, walk, at(), size=size)
