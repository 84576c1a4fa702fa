"""The events of everybody in a session: sweep, timeline, drill-down."""

import pytest

from ivscope.analysis import event_view
from ivscope.ui.explorer import event_commands, events_pane
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace import jobs
from ivscope.workspace.event_list import EventList
from ivscope.workspace.place import Level
from support.explorer import PRIYA, at, explorer
from support.snapshots import still


async def filter_by(journey, text):
    await journey.press("ampersand")
    await journey.until(lambda: "FILTER" in journey.status)
    await journey.press("ctrl+u")
    await journey.type(text)
    await journey.press("enter")
    await journey.until(lambda: not journey.pane.event_list.view.work(0.01))


async def test_everybody_is_read_and_shown_by_time():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("M")
        await journey.until("READING ")
        await journey.until("all 40 participants", within=40)
        await journey.until("2,161 events, all read")
        log = journey.pane.event_list.view
        times = [log.log.time_us(log.position(row)) for row in range(len(log))]
        assert times == sorted(times)
        assert journey.endpoint.throttled == 0
        assert journey.endpoint.calls["ListParticipantEvents"] == 47


async def test_a_row_of_the_timeline_leads_to_its_participant_and_back():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("M")
        await journey.until(" 40 participants")
        await journey.until(lambda: journey.event is not None)
        before = journey.event
        await journey.press("enter")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        assert journey.here.participant_id == before.participant_id
        await journey.until(lambda: journey.event is not None)
        assert journey.event.time == before.time
        await journey.press("escape")
        await journey.until("timeline")
        assert journey.event == before


async def test_a_sweep_can_be_paused_and_goes_on():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("M")
        await journey.until("READING ")
        await journey.press("equals_sign")
        await journey.until("PAUSED · ")
        await journey.settled()
        held = len(journey.pane.event_list.view)
        await journey.press("equals_sign")
        await journey.until("READING ")
        await journey.until(lambda: len(journey.pane.event_list.view) > held)


async def test_what_was_swept_is_not_read_again():
    async with explorer(at(), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("M")
        await journey.until("2,161 events, all read", within=40)
        before = journey.endpoint.calls["ListParticipantEvents"]
        journey.go(at(PRIYA))
        await journey.until("61 events, all read")
        assert journey.endpoint.calls["ListParticipantEvents"] == before


async def test_e_in_the_participant_picker_opens_one_with_an_error():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("e")
        await journey.until(lambda: journey.here.level is Level.EVENTS, within=30)
        await journey.until(lambda: journey.event is not None and journey.event.is_error)
        read = journey.endpoint.calls["ListParticipantEvents"]
        assert read < 40
        await journey.press("escape")
        await journey.until("40 participants, all read")
        await journey.press("e")
        await journey.until(lambda: journey.here.level is Level.EVENTS, within=30)
        await journey.until(lambda: journey.event is not None and journey.event.is_error)


async def test_esc_stops_looking_for_trouble():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("e", "escape")
        await journey.until("stopped; what was read is kept")
        await journey.settled()
        assert journey.here.level is Level.PARTICIPANTS


async def test_a_filter_by_user_id_finds_the_events_of_everybody_who_has_it():
    async with explorer(at(), unlimited=True) as journey:
        await journey.press("M")
        await journey.until("2,161 events, all read", within=60)
        await filter_by(journey, "user:dana")
        event_list = journey.pane.event_list
        log, rows = event_list.view.log, event_list.stream.scan.participants.items
        danas = {row.participant_id for row in rows if "dana" in (row.user_id or "")}
        wanted = [at for at in range(len(log)) if log.participant(at) in danas]
        assert len(event_list.view) == len(wanted) == 755
        assert {log.participant(event_list.view.position(row)) for row in range(755)} == danas


async def test_a_filter_by_her_own_user_id_shows_all_events_of_a_participant():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await filter_by(journey, "user:priya")
        await journey.until("61 shown of 61")
        await filter_by(journey, "!user:priya")
        await journey.until("0 shown of 61")


@pytest.fixture
def slowly(monkeypatch):
    """Whatever is looked for is found in many short pieces."""
    for name in ("_FIRST_ROWS", "_MOST_ROWS", "_MOST_NEW_ROWS"):
        monkeypatch.setattr(event_view, name, 40)
    for module in (events_pane, event_commands):
        monkeypatch.setattr(module, "ANSWER_SECONDS", 0)
    monkeypatch.setattr(jobs, "SLICE_SECONDS", 0)


@pytest.mark.usefixtures("slowly")
async def test_an_answer_that_comes_in_pieces_ends_where_a_plain_look_at_all_events_does():
    async with explorer(at(), unlimited=True) as journey:
        await journey.press("M")
        await journey.until("2,161 events, all read", within=60)
        await journey.until(lambda: not journey.pane.event_list.view.work(1.0))
        view = journey.pane.event_list.view
        errors = [row for row in range(2_161) if view.log.is_error(view.position(row))]
        row = errors[len(errors) // 2]
        here = view.position(row)
        journey.pane.move_to(row)
        await still(journey)
        detail = journey.explorer.query_one("#detail", TextPane)
        told = detail.lines
        for shown in (len(errors), 2_161):
            await journey.press("exclamation_mark")
            await journey.until(lambda shown=shown: len(view) == shown)
            await journey.until(lambda: journey.pane.position == here)
            await journey.until(lambda: detail.lines == told)
            await journey.until(lambda: "sorted by time" in journey.status)
            hidden = f"{len(errors):,} shown of 2,161"
            assert (hidden in journey.status) is (shown < 2_161)
        hits = [row for row in range(2_161) if view.log.name(view.position(row)) == "LEFT"]
        after = [at for at in hits if at >= row]
        await journey.ask("colon", ":", "find name:LEFT")
        await journey.press("enter")
        await journey.until(lambda: journey.cursor == after[0])
        await journey.press("n")
        await journey.until(lambda: journey.cursor == after[1])
        number = hits.index(after[1]) + 1
        await journey.until(f"hit {number:,}/{len(hits):,} of 2,161 read")


async def test_the_timeline_is_put_in_order_behind_a_summary_once_nothing_is_worked_on(monkeypatch):
    made, of = [], EventList.of

    def noted(stream, *, fold):
        made.append(of(stream, fold=fold))
        return made[-1]

    monkeypatch.setattr(EventList, "of", noted)
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        with journey.unlimited():
            await journey.press("i")
            await journey.until("ALL READ")
        await journey.until(lambda: made and not made[0].view.left)
        log = made[0].view
        times = [log.log.time_us(log.position(row)) for row in range(len(log))]
        assert len(times) == 2161
        assert times == sorted(times)
        await journey.press("escape", "M")
        await journey.until("2,161 events, all read")
        assert journey.pane.event_list is made[0]
        assert len(made) == 1
