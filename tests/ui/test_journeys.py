"""Journeys by keys through the real app, over real HTTP."""

import gc
import json

import pytest
from textual.events import Paste

from ivscope.domain.identifiers import read_identifiers
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.widgets.row_list import RowList
from ivscope.workspace.place import Level, Place
from support.explorer import DANA, JOSE, LIVE_STAGE, MARA, PRIYA, SHOW, at, explorer


async def test_three_enters_lead_from_the_stages_to_events():
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        await journey.press("enter")
        await journey.until("all 5 sessions read")
        await journey.press("j", "enter")
        await journey.until("40 participants, all read")
        await journey.press("enter")
        await journey.until("events, all read")
        await journey.until(lambda: "noor-web" in journey.screen[0])
        await journey.until("LEFT")


async def test_opening_a_participant_costs_one_events_call_and_one_participant_call():
    async with explorer(at(PRIYA), size=(200, 50)) as journey:
        await journey.until("61 events, all read")
        await journey.until("protocol")
        assert dict(journey.endpoint.calls) == {"ListParticipantEvents": 1, "GetParticipant": 1}


async def test_holding_a_key_in_the_picker_starts_no_calls():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        before = dict(journey.endpoint.calls)
        await journey.press(*["j"] * 30)
        await journey.settled()
        assert dict(journey.endpoint.calls) == before


async def test_the_way_out_leads_back_to_the_same_rows():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("j", "j", "j", "enter")
        await journey.until("events, all read")
        await journey.press("j", "j", "escape")
        await journey.until("40 participants, all read")
        assert journey.rows("picker").cursor == 3
        await journey.press("enter")
        await journey.until("events, all read")
        assert journey.rows("events").cursor == 2
        await journey.press("h", "left", "backspace")
        await journey.until("fri-night-rival")
        assert journey.here.level is Level.STAGES


async def test_esc_never_quits_and_q_quits_at_the_stages_only():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("q", "q")
        await journey.until("fri-night-rival")
        await journey.press("escape", "escape")
        await journey.until("this is the first screen: q quits")
        assert journey.app.is_running
        await journey.press("q")
        await journey.until(lambda: not journey.app.is_running or journey.app._exit)


async def test_pages_are_read_when_the_cursor_comes_near_and_never_before():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        await journey.settled()
        assert journey.endpoint.calls["ListParticipantEvents"] == 1
        await journey.press("G")
        await journey.until("200 events read, more available")
        assert journey.rows("events").cursor == 99


async def test_a_list_that_was_near_its_end_and_has_grown_since_asks_for_nothing():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        rows = journey.rows("events")
        rows.post_message(RowList.NearEnd(rows))
        await journey.pilot.pause()
        await journey.settled()
        assert journey.endpoint.calls["ListParticipantEvents"] == 1


async def test_the_last_page_says_that_all_was_loaded():
    async with explorer(at(DANA)) as journey:
        for page in range(1, 8):
            await journey.until(f"{page}00 events read")
            await journey.press("G")
        await journey.until("755 events, all read")
        assert "3 errors" in journey.status
        assert "ALL READ" in journey.status


async def test_typing_narrows_and_enter_opens_the_one_that_is_left():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("slash", "FILTER", "priya")
        await journey.until(lambda: len(journey.rows("picker").rows) == 2)
        await journey.press("enter")
        await journey.until("61 events, all read")
        assert PRIYA in journey.screen[0]


async def test_esc_leaves_the_prompt_and_shows_all_rows_again():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("slash", "FILTER", "priya")
        await journey.press("escape")
        await journey.until("40 participants, all read")
        assert len(journey.rows("picker").rows) == 40


async def test_the_arn_of_the_stage_one_is_in_leads_to_its_sessions_and_hides_no_participant():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("slash", "FILTER", LIVE_STAGE)
        await journey.until("open stage")
        await journey.press("enter")
        await journey.until("5 sessions, all read")
        await journey.ask("slash", "FILTER", LIVE_STAGE)
        await journey.until("open stage")
        await journey.press("enter")
        await journey.until("5 sessions, all read")
        assert len(journey.rows("picker").rows) == 5
        await journey.press("j", "enter")
        await journey.until("40 participants, all read")
        assert "23 Nov 20:30-21:24" in journey.screen[0]
        assert len(journey.rows("picker").rows) == 40


async def test_no_stages_are_read_for_a_list_that_is_mounted_before_its_place_is_open(monkeypatch):
    begin = ExplorerScreen._begin

    def late(screen):
        screen.set_focus(screen._picker)
        screen._picker.has_focus = True
        screen._near_end(RowList.NearEnd(screen._picker))
        begin(screen)

    monkeypatch.setattr(ExplorerScreen, "_begin", late)
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.settled()
        assert journey.endpoint.calls == {"ListParticipants": 1}


async def test_a_participant_id_that_is_not_listed_can_be_typed():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("slash", "FILTER", "WNhB3Ri0FIqI")
        await journey.until("open participant WNhB3Ri0FIqI (not among the rows read)")
        await journey.press("enter")
        await journey.until("INVALID_STREAM_KEY")


async def test_a_typed_id_is_not_counted_among_the_participants_that_match():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("slash", "FILTER", "WNhB3Ri0FIqI")
        await journey.until("None of the 40 participants read match.")
        await journey.press("enter")
        await journey.until("INVALID_STREAM_KEY")
        await journey.press("escape")
        await journey.until("open participant WNhB3Ri0FIqI (not among the rows read)")
        await journey.until("0 shown of 40")


async def test_the_service_filters_one_at_a_time():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("ampersand", "ASK SERVICE", "recording:failed")
        await journey.press("enter")
        await journey.until("1 participant, all read")
        assert "g6-freya" in journey.text
        assert "only recording:failed" in journey.screen[0]
        await journey.press("escape")
        await journey.until("40 participants, all read")


async def test_a_wrong_service_filter_says_what_to_type():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.ask("ampersand", "ASK SERVICE", "state:asleep")
        await journey.press("enter")
        await journey.until("state takes connected, disconnected")
        assert journey.endpoint.calls["ListParticipants"] == 1


async def test_pasting_an_eventbridge_event_opens_its_participant():
    event = f"""{{"detail-type": "IVS Stage Update", "resources": ["{LIVE_STAGE}"],
      "detail": {{"session_id": "{SHOW}", "participant_id": "{PRIYA}"}}}}"""
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        journey.app.post_message(Paste(event))
        await journey.until(f"from the text: participant {PRIYA}, session {SHOW}, stage")
        await journey.until(lambda: journey.event is not None)
        await journey.press("escape")
        await journey.until("fri-night-rival")


def alert(second="20:48:05", code="QUOTA_EXCEEDED"):
    """A log line with the EventBridge event of an error, at a time of the show."""
    members = {
        "session_id": SHOW,
        "event_name": "Participant Publish Error",
        "event_time": f"2026-11-23T{second}.417Z",
        "participant_id": PRIYA,
        "error_code": code,
    }
    event = {"time": "2026-11-23T22:00:00Z", "resources": [LIVE_STAGE], "detail": members}
    return f"2026-11-23T22:00:07Z INFO {json.dumps(event)}"


async def test_an_alert_leads_to_the_event_that_it_tells_of():
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        journey.app.post_message(Paste(alert()))
        await journey.until("20:48:05.417 UTC PUBLISH_ERROR QUOTA_EXCEEDED")
        assert "from the text: 2026-11-23 20:48:05.417 UTC PUBLISH_ERROR" in journey.text
        assert f"QUOTA_EXCEEDED, participant {PRIYA}" in journey.text
        await journey.until(lambda: journey.pane.event is not None)
        assert (journey.pane.event.error_code, journey.pane.event.time.second) == (
            "QUOTA_EXCEEDED",
            5,
        )


async def test_an_alert_whose_event_is_not_there_leads_to_the_nearest_and_says_so():
    found = read_identifiers(alert("20:48:01", "BITRATE_EXCEEDED"))
    async with explorer(at(PRIYA), event=found) as journey:
        await journey.until("no PUBLISH_ERROR BITRATE_EXCEEDED of 2026-11-23 20:48:01.417 UTC here")
        assert "nearest event is 3 s away" in journey.text
        assert journey.pane.event.time.second == 5


async def test_a_ticket_with_a_user_and_a_minute_leads_over_the_participant_to_its_events():
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        ticket = f"{LIVE_STAGE} {SHOW} user_id: priya-guest not on stage at 2026-11-23 20:48"
        journey.app.post_message(Paste(ticket))
        await journey.until("only user:priya-guest")
        await journey.until("the only 1 participant read")
        await journey.press("enter")
        await journey.until("from the text: 2026-11-23 20:48:00 UTC, user priya-guest")
        await journey.until(lambda: journey.event is not None and journey.event.time.second == 5)
        assert journey.here.participant_id == PRIYA
        assert journey.event.error_code == "QUOTA_EXCEEDED"


async def test_a_text_that_names_two_participants_asks_and_the_chosen_one_is_at_its_event():
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        text = alert("20:30:00").replace(PRIYA, MARA) + "\n" + alert()
        journey.app.post_message(Paste(text))
        await journey.until("the text names 2 places and 2 events: choose one")
        await journey.until(f"open participant {PRIYA} at 20:48:05 PUBLISH_ERROR")
        await journey.press("j", "enter")
        await journey.until("20:48:05.417 UTC PUBLISH_ERROR QUOTA_EXCEEDED")
        assert journey.app.screen.context.here == at(PRIYA)
        await journey.until(lambda: journey.pane.event is not None)
        assert journey.pane.event.error_code == "QUOTA_EXCEEDED"


async def test_a_participant_without_its_session_is_not_guessed():
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        journey.app.post_message(Paste(json.dumps({"events": [{"participantId": PRIYA}]})))
        await journey.until(f"from the text: participant {PRIYA}; its session is not in the text")


def record_of_a_call(at, **parameters):
    """A CloudTrail record, which names a stage and a time, and no session."""
    call = {"eventSource": "ivs.amazonaws.com", "eventName": "DisconnectParticipant"}
    members = {"stageArn": LIVE_STAGE, **parameters}
    return json.dumps({**call, "eventTime": at, "requestParameters": members})


async def test_the_record_of_a_call_leads_to_the_session_that_was_on_then():
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        record = record_of_a_call("2026-11-23T20:48:05Z", participantId=PRIYA)
        journey.app.post_message(Paste(record))
        await journey.until(lambda: journey.event is not None and journey.event.time.second == 5)
        assert journey.here == at(PRIYA)
        assert "from the text: 2026-11-23 20:48:05 UTC, participant" in journey.text
        # In another session of the stage the time still says which one is meant.
        live = journey.explorer._provider.sessions(LIVE_STAGE).facts[0].session_id
        journey.go(at(None, live))
        journey.app.post_message(Paste(record_of_a_call("2026-11-23T20:48:05Z")))
        await journey.until(lambda: journey.here == at())
        journey.app.post_message(Paste(record_of_a_call("2026-11-23T20:48:05Z", userId="José")))
        await journey.until("only user:José")
        assert journey.here.session_id == SHOW


async def test_a_call_while_no_session_was_on_leads_to_the_nearest_and_opens_none():
    found = read_identifiers(record_of_a_call("2026-11-23T03:00:00Z", participantId=PRIYA))
    async with explorer(Place(LIVE_STAGE), event=found) as journey:
        await journey.until("no session was on then: this one is the nearest; from the text")
        assert journey.here == Place(LIVE_STAGE)
        rows = journey.explorer._provider.sessions(LIVE_STAGE).facts
        away = [abs(one.start_time - found.time) for one in rows]
        cursor = journey.rows("picker").cursor
        assert cursor > 0, "it is not where it was"
        assert rows[cursor].start_time - found.time <= min(away) or rows[cursor].end_time


async def test_enter_on_a_subscribe_event_goes_to_the_publisher_and_esc_comes_back():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("j", "j", "enter")
        await journey.until(lambda: "cam-truck" in journey.screen[0])
        await journey.until("events, all read")
        await journey.until(lambda: "looking for" not in journey.text)  # which Esc would stop
        await journey.press("escape")
        await journey.until("61 events, all read")
        assert journey.rows("events").cursor == 2


async def test_the_detail_follows_the_cursor_and_compares_tokens():
    async with explorer(at(JOSE), size=(200, 50)) as journey:
        await journey.until("events, all read")
        log = journey.pane.event_list.stream.items
        index = next(i for i in range(len(log)) if log[i].name == "TOKEN_EXCHANGED")
        await journey.press(*["j"] * index)
        await journey.until("lost PUBLISH")
        assert "TOKEN_EXCHANGED" in journey.text


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40), (200, 50)])
async def test_every_size_shows_where_we_are_the_events_and_the_explanation(size):
    async with explorer(at(PRIYA), size=size) as journey:
        await journey.until("61 events, all read")
        await journey.until("Do next")
        assert "priya-guest" in journey.screen[0]
        assert journey.screen[0].endswith("UTC")
        assert all(len(line) <= size[0] for line in journey.screen)


async def test_a_terminal_below_80x20_shows_one_pane_and_enter_swaps():
    async with explorer(at(PRIYA), size=(60, 16)) as journey:
        await journey.until("61 events")
        assert "Means" not in journey.text
        await journey.press("enter")
        await journey.until("Do next")
        await journey.press("escape")
        await journey.until(lambda: "Means" not in journey.text)


async def test_the_zone_is_always_shown_and_t_changes_it():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("t")
        await journey.until(lambda: journey.screen[0].endswith("+02:00"))
        assert "23:18:44" in journey.text
        await journey.press("t")
        await journey.until("times: age")
        await journey.press("t", "t")
        await journey.until(lambda: journey.screen[0].endswith("UTC"))
        assert "21:18:44" in journey.text


async def test_v_shows_the_json_of_the_answer():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("v")
        await journey.until('"name": "LEFT"')
        await journey.press("v")
        await journey.until("Means")


async def test_help_lists_every_key_and_closes():
    async with explorer() as journey:
        await journey.until("fri-night-rival")
        await journey.press("question_mark")
        await journey.until("Read again what failed")
        await journey.press("escape")
        await journey.until("fri-night-rival")


async def test_a_key_typed_before_the_picker_is_open_is_one_of_the_place_asked_for():
    async with explorer(at(), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        journey.explorer.context.picker.place = Place()  # as it is until the first picture
        await journey.press("M")
        await journey.until("2,161 events, all read", within=60)


async def test_garbage_is_collected_again_once_the_explorer_is_there():
    """The command turns it off while modules load."""
    gc.disable()
    try:
        async with explorer() as journey:
            await journey.until("fri-night-live")
            assert gc.isenabled()
    finally:
        gc.enable()
