"""Session views: summary, lanes and comparison, by keys over real HTTP."""

from ivscope.endpoint.worlds.huge import MAIN_STAGE, HugeWorld
from ivscope.ui.compare.screen import CompareScreen
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.lanes.screen import LanesScreen
from ivscope.workspace.place import Level, Place
from support.explorer import DANA, EPOCH, MARA, PRIYA, at, explorer


async def test_one_key_counts_errors_by_code_and_three_lead_to_the_participant():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("INTERNAL_SERVER_EXCEPTION", within=40)
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        assert "ALL READ  40 of 40 participants read" in journey.text
        await journey.press("enter")
        await journey.until("8 shown of 2,161")
        errors = [line for line in journey.screen[:12] if " ! " in line]
        assert len(errors) == 8
        assert all("INTERNAL_SERVER_EXCEPTION" in line for line in errors)
        code = journey.event.error_code
        await journey.press("enter")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        await journey.until(lambda: journey.event is not None)
        assert journey.event.error_code == code


async def test_a_partial_summary_says_so():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("PARTLY READ")
        await journey.until("of 40 participants read")


async def test_a_summary_says_why_the_sweep_stopped():
    async with explorer(at(), fault="accessdenied.ListParticipantEvents") as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("FAILED · r retries")
        await journey.until("reading stopped: ivs:ListParticipantEvents is not allowed")


async def test_what_is_read_of_a_big_session_tells_of_the_others():
    world = HugeWorld(EPOCH, lambda: EPOCH)
    stage = world.stages()[MAIN_STAGE]["arn"]
    session = world.sessions(stage)[-1]["sessionId"]
    start = Place(stage, session)
    async with explorer(start, world="huge", size=(80, 24)) as journey:
        await journey.until("participants read")
        await journey.press("i")
        await journey.until("all 12 that published", within=60)
        await journey.until("LIKELY: ", within=60)
        assert "listed." in " ".join(journey.text.split())
        assert "PARTLY READ" in journey.text
        read = journey.app.screen._data.scan.log.participants_read
        assert "of the other participants" in " ".join(journey.text.split())
        assert read < 1_000


async def test_findings_of_the_session_lead_to_their_event():
    async with explorer(at(), size=(120, 60), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until("Session     ended after ")
        await journey.until("Findings", within=30)
        await journey.until(lambda: rows_of_findings(journey))
        row = rows_of_findings(journey)[0]
        position = journey.app.screen._rows.drill(row)
        await journey.press("g", *["j"] * row, "enter")
        await journey.until(lambda: isinstance(journey.app.screen, ExplorerScreen))
        await journey.until(lambda: journey.pane.position == position)


def rows_of_findings(journey):
    rows = journey.app.screen._rows
    return [row for row in range(len(rows)) if isinstance(rows.drill(row), int)]


async def test_the_summary_of_one_participant_needs_no_sweep():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        calls = dict(journey.endpoint.calls)
        await journey.press("i")
        await journey.until("QUOTA_EXCEEDED")
        await journey.until("Participant summary")
        # At rest nothing else draws the status line.
        await journey.until(lambda: not journey.explorer._meter.is_set)
        await journey.press("enter")
        await journey.until("3 shown of 61")
        assert dict(journey.endpoint.calls) == calls


async def test_lanes_show_everybody_and_open_one_at_the_cursor():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("I")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until("12 limit")
        assert "mara-host" in journey.text
        await journey.press("z", "l", "l", "v")
        await journey.until("errors")
        moment = journey.app.screen._view.moment
        await journey.press("enter")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        await journey.until(lambda: journey.event is not None)
        assert abs((journey.event.time - moment).total_seconds()) < 600


async def test_lanes_of_priyas_second_show_twelve_of_twelve():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("e", "e", "e")
        await journey.until(lambda: journey.event.error_code == "QUOTA_EXCEEDED")
        await journey.press("I")
        await journey.until(": at least ")
        with journey.unlimited():
            await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until(": 12 of 12 publishing", within=40)
        assert isinstance(journey.app.screen, LanesScreen)


async def test_two_participants_stand_side_by_side():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        journey.go(at(MARA))
        await journey.until("mara-host")
        await journey.until("events, all read")
        await journey.press("C")
        await journey.until(lambda: isinstance(journey.app.screen, CompareScreen))
        await journey.until("priya-guest")
        await journey.press("n", "escape")
        await journey.until("events, all read")


async def test_one_key_reads_the_clients_of_everybody_and_compares_those_who_failed():
    async with explorer(at(), size=(120, 90)) as journey:
        await journey.until("40 participants, all read")
        with journey.unlimited():
            await journey.press("i")
            await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until("no facts are read")
        await journey.until("(Z, 40 calls)")
        await journey.press("Z")
        await journey.until("READING FACTS ")
        await journey.press("Z")
        await journey.until("stopped; the facts of ")
        await journey.until(lambda: "ALL READ" in journey.screen[0])
        asked = journey.endpoint.calls["GetParticipant"]
        assert 0 < asked < 40
        await journey.press("Z")
        await journey.until("READING FACTS ")
        with journey.unlimited():
            await journey.until("known for 40 of 40 participants", within=40)
        assert journey.endpoint.calls["GetParticipant"] == 40
        await journey.press("Z")
        await journey.until("the facts of everybody listed are read")


async def test_the_sweep_is_paused_where_its_counts_are():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("READING ")
        await journey.press("equals_sign")
        await journey.until("PAUSED · ")
        with journey.unlimited():
            await journey.press("equals_sign")
            await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.press("equals_sign")
        await journey.until("nothing new can come")


async def test_a_comparison_says_how_complete_either_side_is():
    async with explorer(at(PRIYA), size=(80, 24)) as journey:
        await journey.until("61 events, all read")
        journey.go(at(DANA))
        await journey.until("100 events read, more available")
        await journey.press("C")
        await journey.until(lambda: isinstance(journey.app.screen, CompareScreen))
        await journey.press("g")
        await journey.until("? not all read")
        names, loaded, first = journey.screen[:3]
        assert PRIYA in names
        assert DANA in names
        assert "61 events, all read" in loaded
        assert loaded.endswith("100 events read, more available")
        assert first.startswith(">20:46:58")
        assert first.endswith("? not all read")
