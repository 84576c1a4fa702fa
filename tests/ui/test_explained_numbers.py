"""An error number of an SDK, typed behind / or :explain, is explained beside the events."""

import pytest
from textual.events import Paste

from ivscope.ui.explorer.prompts import logged_number
from support.explorer import PRIYA, at, explorer


async def entered(journey, key, sign, text):
    await journey.ask(key, sign, text)
    await journey.press("enter")


async def test_a_number_that_no_event_shows_is_explained_until_the_cursor_moves_on():
    async with explorer(at(PRIYA), size=(160, 40)) as journey:
        await journey.until("events, all read")
        await entered(journey, "slash", "FIND", "1024")
        await journey.until("1024 iOS and Android")
        assert "QUOTA_EXCEEDED" in journey.text
        assert "Beside" in journey.text
        await journey.press("j")
        await journey.until(lambda: "1024 iOS" not in journey.text)
        assert "hit" not in journey.status, "nothing is searched for any more"


async def test_below_the_list_it_gets_the_screen_and_esc_leads_back():
    async with explorer(at(PRIYA), size=(80, 24)) as journey:
        await journey.until("events, all read")
        await entered(journey, "colon", "goto TIME", "explain 1027")
        await journey.until("1027 Web, in logs and error details")
        assert journey.explorer.context.layout.detail_is_full
        await journey.press("escape")
        await journey.until(lambda: "1027 Web" not in journey.text)
        assert journey.pane.event is not None
        await entered(journey, "colon", "goto TIME", "explain 4711")
        await journey.until("4711 is not in the documents")


async def test_a_number_is_explained_in_a_picker_too_where_no_row_has_it():
    async with explorer(size=(120, 40)) as journey:
        await journey.until("stages, all read")
        await entered(journey, "slash", "FILTER", "1027")
        await journey.until("1027 Web, in logs")
        assert "fri-night-live" in journey.text, "the rows are there again"
        await entered(journey, "colon", "goto TIME", "explain")
        await journey.until("explain takes an SDK error number")


async def test_a_number_that_an_event_shows_is_found_as_before():
    async with explorer(at(PRIYA), size=(120, 40)) as journey:
        await journey.until("events, all read")
        await entered(journey, "slash", "FIND", "7")
        await journey.until("7 is also an SDK error: :explain tells")
        assert "CODEC_MISMATCH" not in journey.text


LOGGED = {
    "web": 'ERROR StageError: {"code":1024,"category":"JOIN_ERROR","fatal":true}',
    "iOS": 'Error Domain=com.amazon.ivs.broadcast Code=1024 "stage at capacity"',
    "Android": "E/AmazonIVS: BroadcastException code: 1024, detail at capacity",
}


@pytest.mark.parametrize("line", LOGGED.values(), ids=LOGGED)
def test_the_number_in_a_log_line_of_an_sdk_is_found(line):
    assert logged_number(line) == "1024"


def test_lines_with_several_numbers_or_none_that_is_known_stay_open():
    assert logged_number("code 1024, then code 1027") == ""
    assert logged_number("HTTP error 404 after 1024 ms") == ""
    assert logged_number("nothing") == ""


async def test_a_pasted_log_line_of_an_sdk_without_a_place_is_explained():
    async with explorer(at(PRIYA), size=(160, 40)) as journey:
        await journey.until("events, all read")
        journey.app.post_message(Paste(LOGGED["web"]))
        await journey.until("1024 iOS and Android")
        await journey.until("from the text: error 1024 of an SDK; it names no place to open")
