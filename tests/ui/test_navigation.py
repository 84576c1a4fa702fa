"""Finding, filtering, jumping, time: by keys, over real HTTP."""

import json

import pytest
from textual.events import Paste

from ivscope.ui.explorer import events_pane
from ivscope.ui.explorer.events_pane import edge_spans
from support.explorer import (
    DANA,
    JOSE,
    LIVE_STAGE,
    MARA,
    NINA,
    PRIYA,
    RIVAL_SHOW,
    RIVAL_STAGE,
    at,
    explorer,
)


async def test_e_goes_to_the_next_error_and_capital_e_back():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("e")
        await journey.until(lambda: journey.event.error_code == "INTERNAL_SERVER_EXCEPTION")
        first = journey.cursor
        await journey.press("e", "e")
        await journey.until(lambda: journey.event.error_code == "QUOTA_EXCEEDED")
        await journey.press("E", "E")
        await journey.until(lambda: journey.cursor == first)
        await journey.press("E")
        await journey.until("no error above this row")


async def test_e_reads_on_until_there_is_an_error():
    async with explorer(at(DANA), fault="late.ListParticipantEvents") as journey:
        await journey.until("100 events read, more available")
        await journey.press("e")
        await journey.until("looking for error, Esc stops")
        await journey.until(lambda: journey.event.is_error, within=20)
        assert journey.cursor >= 300


async def test_esc_stops_looking_and_keeps_what_was_read():
    async with explorer(at(DANA), fault="late.ListParticipantEvents") as journey:
        await journey.until("100 events read, more available")
        await journey.press("e")
        await journey.until("looking for error")
        await journey.press("escape")
        await journey.until("stopped; what was read is kept")
        await journey.settled()
        assert len(journey.pane.event_list.stream.items) < 755
        assert journey.cursor == 0


async def test_an_honest_end_says_how_much_was_searched():
    async with explorer(at(MARA)) as journey:
        await journey.until("events, all read")
        count = len(journey.pane.event_list.stream.items)
        await journey.press("e")
        await journey.until(f"no error in all {count} events")


async def test_errors_only_hides_the_rest_and_keeps_the_event_under_the_cursor():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("e", "e")
        event = journey.event
        await journey.press("exclamation_mark")
        await journey.until("5 shown of 61")
        assert journey.event == event
        await journey.press("exclamation_mark")
        await journey.until("61 events, all read")
        assert journey.event == event


async def test_filter_shows_what_matches_and_backslash_toggles_it():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.ask("ampersand", "FILTER", "code:QUOTA")
        await journey.until(lambda: len(journey.rows("events").rows) == 3)
        await journey.press("enter")
        await journey.until("3 shown of 61")
        assert "filter: code:QUOTA" in journey.status
        await journey.press("backslash")
        await journey.until("61 events, all read")
        await journey.press("backslash")
        await journey.until("3 shown of 61")
        await journey.press("escape")
        await journey.until("61 events, all read")


async def test_a_wrong_filter_says_what_to_type_and_hides_nothing():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.ask("ampersand", "FILTER", "colour:red")
        await journey.press("enter")
        await journey.until("code")
        assert len(journey.rows("events").rows) == 61


async def test_search_highlights_and_n_goes_through_the_hits():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.ask("slash", "FIND", "quota")
        await journey.press("enter")
        await journey.until("hit 1/3 of 61 read")
        await journey.press("n")
        await journey.until("hit 2/3 of 61 read")
        await journey.press("N")
        await journey.until("hit 1/3 of 61 read")
        await journey.press("escape")
        await journey.until(lambda: "hit" not in journey.status)


async def test_tab_in_the_prompt_switches_between_find_and_filter():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.ask("slash", "FIND", "quota")
        await journey.press("tab")
        await journey.until("FILTER quota")
        await journey.press("enter")
        await journey.until("3 shown of 61")


async def test_up_recalls_what_was_entered_before():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("slash")
        await journey.type("quota")
        await journey.press("enter")
        await journey.until("hit 1/3")
        await journey.press("slash", "up")
        await journey.until("FIND quota")


async def test_x_goes_to_the_token_exchange():
    async with explorer(at(JOSE)) as journey:
        await journey.until("events, all read")
        await journey.press("x")
        await journey.until(lambda: journey.event.name == "TOKEN_EXCHANGED")


async def test_o_follows_one_remote_participant():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("j", "j")
        remote = journey.event.remote_participant_id
        await journey.press("o")
        assert journey.event.remote_participant_id == remote
        assert journey.cursor > 2


async def test_marks_are_set_found_and_taken_away():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("j", "j", "m", "G", "U")
        await journey.until(lambda: journey.cursor == 2)
        await journey.press("m", "u")
        await journey.until("no event is marked")


async def test_goto_takes_a_clock_time_of_the_day_of_the_event():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.ask("colon", "goto TIME", "20:47")
        await journey.press("enter")
        await journey.until(
            lambda: journey.event.time.hour == 20 and journey.event.time.minute < 48
        )


async def test_a_count_moves_by_minutes():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        before = journey.event.time
        await journey.press("1", "0", "left_parenthesis")
        assert (before - journey.event.time).total_seconds() >= 600


async def test_zero_counts_time_from_the_event():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("G", "T")
        await journey.until("T+0:14")


async def test_sorting_by_time_says_so_and_returns():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("newest first")
        await journey.press("colon")
        await journey.type("sort time")
        await journey.press("enter")
        await journey.until("sorted by time")
        await journey.press("g")
        assert journey.event.name == "JOINED"
        await journey.press("colon")
        await journey.type("sort ret")
        await journey.press("tab", "enter")
        await journey.until("newest first")


async def test_brackets_go_to_the_sibling_participants():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("enter")
        await journey.until("noor-web")
        await journey.press("right_square_bracket")
        await journey.until("tariq-mobile 7hYnMmos4A3v")
        await journey.press("left_square_bracket")
        await journey.until("noor-web rgeSAc1aOKO6")
        await journey.press("escape")
        await journey.until("40 participants, all read")


async def test_dash_toggles_between_two_places():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("j", "j", "enter")
        await journey.until("cam-truck")
        await journey.press("minus")
        await journey.until(f"priya-guest {PRIYA}")
        await journey.press("minus")
        await journey.until("cam-truck")


async def test_load_all_reads_every_page():
    async with explorer(at(DANA)) as journey:
        await journey.until("100 events read, more available")
        await journey.press("L")
        await journey.until("READING ALL")
        await journey.until("755 events, all read", within=20)


async def test_a_command_that_is_not_there_names_those_that_are():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("colon")
        await journey.type("explode")
        await journey.press("enter")
        await journey.until("no command 'explode'")


@pytest.mark.parametrize("view", [None, "i"])
async def test_an_alert_typed_as_a_command_is_opened_also_over_a_view(view):
    stage = {"resources": [LIVE_STAGE]}
    detail = {"session_id": "st-dxMFysKnE9UAk", "participant_id": PRIYA}
    text = json.dumps({"detail-type": "IVS Stage Update", **stage, "detail": detail})
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        if view is not None:
            await journey.press(view)
            await journey.until(lambda: journey.app.screen is not journey.explorer)
        await journey.ask("colon", "20:36  goto", "")
        journey.app.post_message(Paste(text))
        await journey.until("IVS Stage Update")
        await journey.press("enter")
        await journey.until(f"from the text: participant {PRIYA}")


async def test_a_command_that_makes_no_sense_here_says_why():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("x")
        await journey.until("open a participant first")


async def test_the_span_of_an_event_is_told():
    async with explorer(at(NINA), size=(200, 50)) as journey:
        await journey.until("events, all read")
        await journey.press("G")
        await journey.until("lasted")


async def test_panes_can_be_moved_resized_and_hidden():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        wide = journey.rows("events").size.width
        await journey.press("plus")
        await journey.until(lambda: journey.rows("events").size.width > wide)
        await journey.press("underscore")
        await journey.until(lambda: journey.rows("events").size.width == wide)
        await journey.press("P")
        await journey.until(lambda: journey.rows("events").size.width == 120)
        await journey.press("P")
        await journey.until(lambda: "Means" not in journey.text)
        await journey.press("P")
        await journey.until("Means")
        await journey.press("f")
        await journey.until(lambda: "Means" not in journey.text)
        await journey.press("f")
        await journey.until("Means")
        await journey.press("d")
        await journey.until(lambda: not journey.rows("events").display)
        await journey.press("escape")
        await journey.until(lambda: journey.rows("events").display)


def shown_panes(journey):
    """Ids of the parts of the screen that are drawn."""
    parts = ("picker", "events", "rule", "detail")
    return [part for part in parts if journey.app.screen.query_one(f"#{part}").display]


@pytest.mark.parametrize(
    ("columns", "panes"),
    [
        (80, ["events", "rule", "detail"]),
        (109, ["events", "rule", "detail"]),
        (110, ["events", "detail"]),
        (159, ["events", "detail"]),
        (160, ["picker", "events", "detail"]),
    ],
)
async def test_the_width_decides_which_panes_there_are_and_where_the_edge_is(columns, panes):
    async with explorer(at(PRIYA), size=(columns, 30)) as journey:
        await journey.until("61 events, all read")
        assert shown_panes(journey) == panes
        date = "" if "rule" in panes else "2026-11-23 "
        title = next(line for line in journey.screen if f"priya-guest · {date}21:18:44" in line)
        assert title.startswith("─ LEFT · priya-guest") is ("rule" in panes)
        edges = sum("│" in line for line in journey.screen)
        assert edges == (0 if "rule" in panes else 27)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_picker_is_a_drawer_over_the_list_that_enter_leads_on_from(size):
    async with explorer(at(), size=size) as journey:
        await journey.until("40 participants, all read")
        journey.go(at(PRIYA))
        await journey.until("61 events, all read")
        before = journey.rows("events").size
        await journey.press("D")
        await journey.until("noor-web")
        assert journey.explorer.context.layout.picker_has_focus
        assert journey.rows("events").size == before
        await journey.press("D")
        await journey.until(lambda: "noor-web" not in journey.text)
        assert journey.explorer.context.layout.main_has_focus
        await journey.press("D")
        await journey.until("noor-web")
        await journey.press("escape")
        await journey.until(lambda: "noor-web" not in journey.text)
        assert journey.here == at(PRIYA)
        await journey.press("D", "g", "j")
        await journey.until("noor-web")
        row = journey.explorer.context.picker.row
        await journey.press("enter")
        await journey.until(lambda: journey.here.participant_id == row.participant_id)
        await journey.until(lambda: "picker" not in shown_panes(journey))


@pytest.mark.parametrize(
    ("columns", "drawer"), [(80, "D"), (110, ""), (110, "D"), (120, ""), (200, "")]
)
async def test_the_full_detail_has_the_whole_width_and_nothing_of_it_is_cut(columns, drawer):
    async with explorer(at(JOSE), size=(columns, 40)) as journey:
        await journey.until("events, all read")
        await journey.until("Do next  ")
        if drawer:
            await journey.press(drawer)
            await journey.until(lambda: journey.rows("picker").display)
        await journey.press("d")
        await journey.until(lambda: not journey.rows("events").display)
        await journey.until(lambda: journey.screen[1].startswith("LEFT"))
        assert not journey.rows("picker").display
        detail = journey.app.screen.query_one("#detail")
        assert (detail.region.x, detail.region.width) == (0, columns)


async def test_the_link_to_the_publisher_lands_at_the_same_second_and_comes_back():
    async with explorer(at(NINA)) as journey:
        await journey.until("events, all read")
        await journey.press("e")
        here, remote = journey.event, journey.event.remote_participant_id
        row = journey.cursor
        await journey.press("enter")
        await journey.until(f"g8-hana {remote}")
        await journey.until(
            lambda: (
                (journey.event is not None and journey.cursor > 0)
                or (journey.event and journey.event.name == "LEFT")
            )
        )
        assert abs((journey.event.time - here.time).total_seconds()) <= 2
        await journey.press("escape")
        await journey.until(f"nina {NINA}")
        assert journey.cursor == row
        assert journey.event == here


async def test_a_replica_leads_to_its_source():
    async with explorer(at("ZfD7Z0rI8EzQ")) as journey:
        await journey.until("events, all read")
        await journey.until("replica")
        await journey.settled()
        await journey.press("a")
        await journey.until("JAM1v77QQkAW")
        await journey.until("events, all read")


async def test_a_torn_arrow_key_neither_leaves_the_view_nor_does_something_else():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("escape", "left_square_bracket", "B")
        await journey.until("61 events, all read")
        assert journey.cursor == 1


async def test_capital_w_saves_what_is_shown_and_says_how_complete(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("exclamation_mark")
        await journey.until("5 shown of 61")
        await journey.press("W")
        await journey.until("saved 5 of 61 events read, all read: ivscope-")
        (file,) = tmp_path.iterdir()
        head, *events = map(json.loads, file.read_text("ascii").splitlines())
        assert head["complete"] is True
        assert head["filter"] == "errors only"
        assert head["userIds"] == {PRIYA: "priya-guest"}
        assert [event["name"] for event in events] == ["PUBLISH_ERROR"] * 5
        assert file.stat().st_mode & 0o777 == 0o600


async def test_no_further_error_is_not_said_as_no_error():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("e", "e", "e", "e", "e", "e")
        await journey.until("no error further down; all 61 events are read")


async def test_semicolon_filters_by_the_value_under_the_cursor():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("j", "j", "semicolon")
        await journey.until("filter: remote:")
        remote = journey.event.remote_participant_id
        view = journey.pane.event_list.view
        log = view.log
        shown = {log.remote(view.position(row)) for row in range(len(view))}
        assert shown == {remote}
        await journey.press("escape", "e", "semicolon")
        await journey.until("filter: code:INTERNAL_SERVER_EXCEPTION")


async def test_the_edge_shows_where_errors_lie_also_when_the_list_gets_taller():
    async with explorer(at(PRIYA), size=(80, 24)) as journey:
        await journey.until("61 events, all read")
        rows = journey.rows("events")
        page = rows.page
        await journey.press("f")
        await journey.until(lambda: rows.page > page)
        edge = [span.text for span in edge_spans(journey.pane.event_list, rows.page)]
        errors = [y for y, mark in enumerate(edge) if mark == "┃"]
        assert errors

        def marked():
            lines = journey.screen[rows.region.y + 1 : rows.region.bottom]
            return [y for y, line in enumerate(lines) if line[79:] == "┃"]

        await journey.until(lambda: marked() == errors)


async def test_a_filter_may_leave_fewer_rows_than_there_are_above_the_cursor_while_searching():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("slash", *"quota", "enter")
        await journey.until("hit 1/3 of 61 read")
        await journey.press("G")
        await journey.until(lambda: journey.cursor == 60)
        await journey.ask("ampersand", "FILTER", "name:LEFT")
        await journey.press("enter")
        await journey.until("filter: name:LEFT")
        await journey.ask("ampersand", "FILTER", "name:NOTHING")
        await journey.press("enter")
        await journey.until("0 shown of 61")


async def test_what_was_left_is_let_go_and_one_comes_back_to_the_same_event(monkeypatch):
    monkeypatch.setattr(events_pane, "MOST_LEFT_EVENTS", 0)
    async with explorer(at(DANA), unlimited=True) as journey:
        await journey.until("100 events read, more available")
        store = journey.app._provider.store
        await journey.press("e")
        await journey.until(lambda: journey.event.is_error, within=20)
        left, row = journey.event, journey.cursor
        journey.go(at(None, RIVAL_SHOW, RIVAL_STAGE))
        await journey.until("participants, all read")
        assert at(DANA).participant in store.all_events, "it can be compared"
        for _ in range(2):
            await journey.press("enter")
            await journey.until("events, all read")
            await journey.press("escape", "j")
        assert at(DANA).participant not in store.all_events
        asked = journey.endpoint.calls["ListParticipantEvents"]
        journey.go(at(DANA))
        await journey.until(lambda: journey.event == left, within=20)
        assert journey.cursor == row
        assert journey.endpoint.calls["ListParticipantEvents"] > asked


async def test_a_list_with_a_mark_is_never_let_go(monkeypatch):
    monkeypatch.setattr(events_pane, "MOST_LEFT_EVENTS", 0)
    async with explorer(at(PRIYA), unlimited=True) as journey:
        await journey.until("61 events, all read")
        await journey.press("j", "m")
        log = journey.pane.event_list.view.log
        journey.go(at(None, RIVAL_SHOW, RIVAL_STAGE))
        await journey.until("participants, all read")
        for _ in range(2):
            await journey.press("enter")
            await journey.until("events, all read")
            await journey.press("escape", "j")
        journey.go(at(PRIYA))
        assert journey.pane.event_list.view.log is log
        assert len(journey.pane.event_list.marks) == 1
