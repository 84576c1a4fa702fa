"""Every state of a list, drawn in place, over the real endpoint with its faults."""

import time
from contextlib import asynccontextmanager

import pytest

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import STANDUP_ARN, open_world
from ivscope.workspace.place import Place
from support.explorer import DANA, EPOCH, PRIYA, Journey, at, explorer, explorer_app

EVENTS = "ListParticipantEvents"
REQUEST_ID = "Request id"


def assert_failure_is_whole(journey, *, code=None):
    """Expect the cause, the code or request id, and the key on screen."""
    assert "Failed" in journey.text
    assert "Do " in journey.text
    assert REQUEST_ID in journey.text
    if code is not None:
        assert code in journey.text
    assert "r retries" in journey.status
    assert "r: reading goes on from where it stopped" in journey.text


async def test_a_list_says_that_it_is_being_read_until_the_answer_is_here():
    async with explorer(at(PRIYA), fault=f"late.{EVENTS}") as journey:
        await journey.until("... reading events")
        assert journey.status.endswith("READING")
        await journey.until("61 events, all read")
        assert "ALL READ" in journey.status


async def test_a_list_read_in_part_says_so():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        await journey.settled()
        assert "more available" in journey.status


async def test_the_status_never_tells_of_rows_that_are_not_drawn_yet():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        await journey.settled()
        screen, feed = journey.explorer, journey.pane.event_list.stream.feed
        provider = journey.app._provider
        provider.on_change = lambda _what: None
        provider.read_more(feed)
        await journey.until(lambda: feed.pages > 1)
        screen.show_bars()  # as a key does before the change is taken in
        rows = journey.rows("events")
        assert len(feed.items) == rows.rows_below + rows.cursor + 1
        assert rows.virtual_size.height > len(feed.items)
        await journey.until(lambda: f"{len(feed.items)} events" in journey.status)


async def test_events_that_contradict_the_request_stand_in_their_rows_and_are_not_counted():
    async with explorer(at(PRIYA), fault=f"foreign_events.{EVENTS}") as journey:
        await journey.until("40 events, all read")
        assert "21 are of another participant, not counted" in journey.status
        row = next(line for line in journey.screen if "of someone else" in line)
        assert "?" in row
        assert "✗" not in row


async def test_an_empty_list_says_what_that_does_not_mean():
    world = open_world("quiet", lambda: EPOCH)
    session, participant = next(
        (session["sessionId"], person["participantId"])
        for session in world.sessions(STANDUP_ARN)
        for person in world.participants(STANDUP_ARN, session["sessionId"])
        if person["userId"] == "no-history"
    )
    async with app_over(world, Place(STANDUP_ARN, session, participant)) as journey:
        await journey.until("0 events, all read")
        assert "No events returned for this participant." in journey.text
        assert "not documented" in journey.text
        await journey.until("no-history")
        assert "Failed" not in journey.text


@asynccontextmanager
async def app_over(world, start, fault=""):
    with Endpoint(world) as endpoint:
        app = explorer_app(endpoint, start, fault=fault, region=world.region)
        async with app.run_test(size=(120, 40)) as pilot:
            journey = Journey(app, pilot, endpoint)
            await journey.until(lambda: journey.has_begun)
            yield journey


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_failed_first_page_shows_its_cause_instead_of_rows(size):
    async with explorer(at(PRIYA), fault=f"internal500.{EVENTS}:1", size=size) as journey:
        await journey.until("FAILED")
        assert_failure_is_whole(journey, code="InternalServerException")
        assert "No events returned" not in journey.text
        await journey.press("r")
        await journey.until("61 events, all read")
        assert "Failed" not in journey.text


async def test_a_failure_in_the_middle_keeps_the_rows_and_r_goes_on_from_there():
    async with explorer(at(DANA), fault=f"internal500.{EVENTS}@2") as journey:
        await journey.until("100 events read")
        await journey.press("G")
        await journey.until("FAILED")
        assert_failure_is_whole(journey, code="InternalServerException")
        assert "Failed here: 100 events read before it are kept." in journey.text
        # Told once: above the status line, and not below the last row too.
        assert (
            " ".join(journey.text.split()).count("Usually over in a moment: press r to retry.") == 1
        )
        assert len(journey.rows("events").rows) == 100
        await journey.press("r")
        await journey.until("200 events read")
        await journey.settled()
        tokens = [call.parameters.get("nextToken") for call in journey.endpoint.recent]
        asked = [token for token in tokens if token]
        assert asked[0] == asked[1]
        assert journey.rows("events").cursor == 99


async def test_a_repeated_token_is_a_failure_that_names_itself():
    async with explorer(at(DANA), fault=f"repeat_token.{EVENTS}") as journey:
        await journey.until("100 events read")
        await journey.press("G")
        await journey.until("page 2 names a next page")
        assert "R reads anew" in journey.status
        await journey.press("G")
        await journey.until("Failed here: 200 events read before it are kept.")
        await journey.settled()
        assert journey.endpoint.calls[EVENTS] == 2


@pytest.mark.parametrize(("fault", "calls"), [("empty_middle", 9), ("empty_last", 9)])
async def test_empty_pages_are_followed_and_lose_nothing(fault, calls):
    async with explorer(at(DANA), fault=f"{fault}.{EVENTS}") as journey:
        for page in range(1, 8):
            await journey.until(f"{page}00 events read")
            await journey.press("G")
        await journey.until("755 events")
        await journey.press("G")
        await journey.until("755 events, all read")
        assert "ALL READ" in journey.status
        assert journey.endpoint.calls[EVENTS] == calls


@pytest.mark.parametrize(
    "fault", ["missing_member", "html200", "empty200", "truncated_json", "truncated_len", "gzip"]
)
async def test_an_answer_that_cannot_be_understood_is_never_an_empty_list(fault):
    async with explorer(at(PRIYA), fault=f"{fault}.{EVENTS}:1") as journey:
        await journey.until("FAILED")
        assert "No events returned" not in journey.text
        assert "Failed" in journey.text
        assert "PROTOCOL" in journey.text or "NETWORK" in journey.text
        await journey.press("r")
        await journey.until("61 events, all read")


async def test_a_proxy_page_shows_no_control_bytes_and_no_html():
    async with explorer(at(PRIYA), fault=f"html502.{EVENTS}") as journey:
        await journey.until("FAILED")
        await journey.until("502")
        assert "<html>" not in journey.text
        assert "\x1b" not in journey.text


async def test_throttling_says_how_long_and_goes_on_by_itself():
    async with explorer(at(PRIYA), fault=f"throttle.{EVENTS}:2") as journey:
        await journey.until(lambda: "THROTTLED" in journey.status)
        assert journey.status.split("THROTTLED ")[1].rstrip().endswith(" s")
        assert "FAILED" not in journey.status
        await journey.until("61 events, all read", within=20)
        assert journey.endpoint.calls[EVENTS] == 3


async def test_a_denied_participant_leaves_the_events_and_names_the_permission():
    async with explorer(at(PRIYA), fault="accessdenied.GetParticipant", size=(120, 90)) as journey:
        await journey.until("61 events, all read")
        await journey.until("ivs:GetParticipant")
        assert "DENIED" in journey.text
        assert REQUEST_ID in journey.text
        await journey.press("j", "j")
        assert journey.rows("events").cursor == 2
        assert "ALL READ" in journey.status


async def test_expired_credentials_keep_the_place_and_r_goes_on_after_a_login():
    async with explorer(at(DANA), fault=f"expiredtoken.{EVENTS}@2") as journey:
        await journey.until("100 events read")
        await journey.press("G")
        await journey.until("EXPIRED")
        assert "r retries" in journey.status
        await journey.until("ExpiredTokenException")
        assert "Do " in journey.text
        await journey.press("r")
        await journey.until("200 events read")
        assert journey.rows("events").cursor == 99


async def test_a_stale_token_offers_the_start_again_and_rows_stay():
    async with explorer(at(DANA), fault=f"stale_token.{EVENTS}") as journey:
        await journey.until("100 events read")
        await journey.press("G")
        await journey.until("R reads anew")
        assert "100 events read before it are kept." in journey.text
        await journey.press("R")
        await journey.until(lambda: journey.endpoint.calls[EVENTS] == 3)
        await journey.until(lambda: "FAILED" not in journey.status)
        assert len(journey.rows("events").rows) == 100


async def test_reading_again_from_the_start_keeps_the_cursor():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read")
        await journey.press("j", "j", "j", "R")
        await journey.until(lambda: journey.endpoint.calls[EVENTS] == 2)
        await journey.settled()
        assert journey.rows("events").cursor == 3


async def test_quitting_does_not_wait_for_a_call_in_flight():
    async with explorer(at(PRIYA), fault=f"slow_headers.{EVENTS}") as journey:
        await journey.until("... reading events")
        started = time.monotonic()
        await journey.press("ctrl+q")
        await journey.until(lambda: journey.app._exit)
    assert time.monotonic() - started < 1


async def test_esc_leaves_a_list_that_does_not_come():
    async with explorer(at(PRIYA), fault=f"slow_headers.{EVENTS}") as journey:
        await journey.until("... reading events")
        await journey.press("escape")
        await journey.until("40 participants, all read")


async def test_an_answer_that_trickles_ends_at_the_deadline():
    async with explorer(at(), fault=f"slow_body.{EVENTS}") as journey:
        await journey.until("40 participants, all read")
        journey.app._provider._scheduler._deadline = 0.4
        await journey.press("enter")
        await journey.until("TIMEOUT")
        assert "r retries" in journey.status
        assert "No events returned" not in journey.text


@pytest.mark.parametrize("fault", ["internal500", "html200", "close_now", "accessdenied"])
async def test_a_picker_that_fails_shows_its_cause_and_r_reads_it(fault):
    async with explorer(fault=f"{fault}.ListStages:1") as journey:
        await journey.until("FAILED")
        assert "No stages in this account" not in journey.text
        await journey.until("Failed")
        await journey.press("r")
        await journey.until("fri-night-rival")


async def test_a_huge_text_is_painted_and_keys_are_answered():
    async with explorer(at(PRIYA), fault="hugebody") as journey:
        await journey.until("61 events, all read")
        started = time.monotonic()
        await journey.press("v")
        await journey.until('"name": ')
        await journey.press("v", "j")
        await journey.until(lambda: journey.rows("events").cursor == 1)
        assert time.monotonic() - started < 10
