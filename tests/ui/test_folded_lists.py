"""Lists at the keyboard and under the mouse: rows that open, columns that tell, themes."""

import re

import pytest

from ivscope.ui.driver import QuickDriver
from ivscope.ui.stylesheets import themes
from support.explorer import DANA, JOSE, MARA, PRIYA, at, explorer
from support.snapshots import still

FOLDED = re.compile(r"SUBSCRIBE_STOPPED +8 in this second")


async def at_the_folded_row(journey):
    """The cursor on the eight subscriptions that ended when priya-guest left."""
    await journey.until("61 events, all read")
    await journey.press("j", "j")
    await journey.until(lambda: journey.cursor == 2)
    assert FOLDED.search(journey.text)
    await journey.until("first of 8 in this row")


async def test_equal_routine_events_of_a_second_are_one_row_that_enter_opens():
    async with explorer(at(PRIYA), fold=True) as journey:
        await at_the_folded_row(journey)
        rows = len(journey.rows("events").rows)
        await journey.press("j")
        await journey.until(lambda: journey.cursor == 3)
        assert journey.pane.position == 10
        await journey.press("k", "enter")
        await journey.until(lambda: len(journey.rows("events").rows) == rows + 7)
        assert not FOLDED.search(journey.text)
        assert (journey.cursor, journey.pane.position) == (2, 2)
        # What is counted stays counted.
        assert "61 events, all read" in journey.status
        assert journey.here == at(PRIYA)


async def test_v_opens_all_rows_and_folds_them_again_with_the_cursor_on_its_event():
    async with explorer(at(PRIYA), fold=True) as journey:
        await at_the_folded_row(journey)
        await journey.press("j")
        await journey.until(lambda: journey.pane.position == 10)
        await journey.press("V")
        await journey.until(lambda: len(journey.rows("events").rows) == 61)
        assert (journey.cursor, journey.pane.position) == (10, 10)
        await journey.press("V")
        await journey.until(lambda: journey.cursor == 3)
        assert journey.pane.position == 10


async def test_a_search_opens_the_row_that_has_what_it_found():
    async with explorer(at(PRIYA), fold=True) as journey:
        await at_the_folded_row(journey)
        remotes = [event.remote_participant_id for event in journey.pane.event_list.view.log]
        await journey.ask("slash", "FIND", f"remote:{remotes[5]}")
        await journey.press("enter")
        await journey.until(lambda: journey.pane.position == 5)
        assert journey.cursor == 5
        assert not FOLDED.search(journey.text)


async def test_a_mark_opens_its_row_and_is_never_folded():
    async with explorer(at(PRIYA), fold=True) as journey:
        await at_the_folded_row(journey)
        await journey.press("m")
        await journey.until(lambda: journey.pane.event_list.marks == {2})
        assert not FOLDED.search(journey.text)
        await journey.press("V", "V")
        await journey.until("equal events of a second share a row")
        assert not FOLDED.search(journey.text)
        await journey.press("m", "V", "V")
        await journey.until(lambda: FOLDED.search(journey.text))


async def test_a_page_whose_rows_do_not_fill_the_screen_has_the_next_one_read():
    async with explorer(at(DANA), fold=True) as journey:
        await journey.until("200 events read, more available")
        await journey.settled()
        rows = journey.rows("events")
        assert rows.page < len(rows.rows) < 100
        assert sum(len(rows.rows._folds.rows(line)) for line in range(len(rows.rows))) == 200


async def test_everybodys_events_are_not_folded_and_v_says_so():
    async with explorer(at(), unlimited=True, fold=True) as journey:
        await journey.press("M")
        await journey.until("2,161 events, all read", within=40)
        await journey.until(lambda: len(journey.rows("events").rows) == 2161)
        await journey.press("V")
        await journey.until("in the list of one participant only")


async def test_the_participants_tell_their_errors_once_they_are_read():
    async with explorer(at(), size=(80, 60)) as journey:
        await journey.until("40 participants, all read")
        assert "all left" in journey.status
        assert " ERR " not in journey.text
        assert "kenji-rival  replica" in journey.text
        journey.go(at(PRIYA))
        await journey.until("61 events, all read")
        await journey.press("escape")
        await journey.until(" ERR MOST OFTEN ")
        row = next(line for line in journey.screen if "priya-guest" in line)
        assert re.search(r"priya-guest +5 QUOTA_EXCEEDED +20:46-21:18", row)
        other = next(line for line in journey.screen if "nina" in line)
        assert re.search(r"nina +20:55-\?", other)


async def test_a_click_moves_the_cursor_and_a_second_click_opens_the_row():
    async with explorer(at(), size=(80, 24)) as journey:
        await journey.until("40 participants, all read")
        picker = journey.rows("picker")
        await journey.pilot.click("#picker", offset=(8, 4))
        await journey.until(lambda: picker.cursor == 3)
        assert journey.here == at()
        await journey.pilot.click("#picker", offset=(8, 4))
        await journey.until(lambda: journey.here != at())
        assert journey.here.participant_id == "SuYGrg1gSZWU"


async def test_mouse_takes_on_or_off(monkeypatch):
    taken = []
    monkeypatch.setattr("ivscope.ui.driver.PlainApp.take_mouse", lambda _, *, on: taken.append(on))
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        for word in ("on", "off"):
            await journey.ask("colon", ":", f"mouse {word}")
            await journey.press("enter")
            await journey.until(f"mouse {word}: ")
        assert taken == [True, False]
        await journey.ask("colon", ":", "mouse maybe")
        await journey.press("enter")
        await journey.until("mouse takes on or off")


def test_the_terminal_is_asked_for_clicks_and_not_for_every_move():
    written = []
    driver = QuickDriver.__new__(QuickDriver)
    driver._mouse = False
    driver.write = written.append
    driver.flush = lambda: None
    driver.take_mouse(on=True)
    assert "".join(written) == "\x1b[?1000h\x1b[?1006h"
    written.clear()
    driver.take_mouse(on=False)
    assert "\x1b[?1000l" in "".join(written)
    assert not driver._mouse


@pytest.mark.parametrize("theme", [theme.name for theme in themes()])
async def test_every_theme_uses_the_colours_of_the_terminal_and_never_bright_black(theme):
    async with explorer(at(JOSE), size=(120, 40)) as journey:
        journey.app.theme = theme
        await journey.until("72 events, all read")
        await still(journey)
        strips = journey.app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        colours = {
            colour.number
            for style in styles
            for colour in (style.color, style.bgcolor)
            if colour is not None and not colour.is_default
        }
        assert None not in colours
        assert 8 not in colours
        light = {3, 6, 2, 11, 14, 10}
        if theme.endswith("-light"):
            assert not colours & light
        is_dimmed = any(style.dim for style in styles)
        assert is_dimmed == (theme != "high-contrast")


async def test_a_list_that_is_shown_again_wraps_its_last_line_to_its_width():
    async with explorer(at(), size=(80, 24)) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("slash", "FILTER", "priya")
        await journey.press("enter")
        await journey.until("61 events, all read")
        for keys in (("escape",), ("enter", "M", "escape", "escape"), ("i", "escape")):
            await journey.press(*keys)
            await journey.until(lambda: journey.here == at())
            await journey.until("all 40 participants read")


async def test_names_stand_in_the_rows_once_the_participants_are_listed():
    async with explorer(at(), size=(80, 24)) as journey:
        await journey.until("40 participants, all read")
        journey.go(at(MARA))
        await journey.until(" events, all read")
        await journey.until(lambda: re.search("of (g1-amelie|program-feed)", journey.text))
        await journey.press("w")
        assert DANA not in journey.text
        await journey.until(lambda: re.search(r"of [\w-]+ [A-Za-z0-9]{12}", journey.text))
