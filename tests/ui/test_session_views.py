"""Session views: summary, lanes and comparison, by keys over real HTTP."""

from ivscope.endpoint.worlds.huge import MAIN_STAGE, HugeWorld
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter
from ivscope.settings.configuration import Configuration
from ivscope.ui.compare.screen import CompareScreen
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.lanes.screen import LanesScreen
from ivscope.ui.summary.screen import SummaryScreen
from ivscope.workspace.place import Level, Place
from support.explorer import DANA, EPOCH, JOSE, MARA, PRIYA, at, explorer


async def test_one_key_counts_errors_by_code_and_three_lead_to_the_participant():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("INTERNAL_SERVER_EXCEPTION", within=40)
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until("24 got 43 errors")
        await journey.press("e")
        await journey.until(lambda: on_code(journey))
        await journey.press("enter")
        await journey.until("8 shown of 2,161")

        def errors():
            return [line for line in journey.screen[:12] if " ✗ " in line]

        await journey.until(lambda: len(errors()) == 8)
        assert all("INTERNAL_SERVER_EXCEPTION" in line for line in errors())
        code = journey.event.error_code
        await journey.press("enter")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        await journey.until(lambda: journey.event is not None)
        assert journey.event.error_code == code


def on_code(journey):
    """Whether the cursor of the summary is on an error code."""
    screen = journey.app.screen
    return (screen._rows.drill(screen._list.cursor) or "").startswith("code:")


async def test_a_partial_summary_says_so():
    async with explorer(at()) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("of 40 participants read · at least ")
        await journey.until(lambda: "ALL READ" not in journey.text)


async def test_esc_leads_back_to_the_summary_and_from_there_to_the_participants():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until("24 got 43 errors")
        await journey.press("e", "e")
        await journey.until(lambda: on_code(journey))
        row = journey.app.screen._list.cursor
        await journey.press("enter")
        await journey.until("7 shown of 2,161")
        # A search of one's own ends first.
        await journey.press(*"/SUB", "enter")
        await journey.until(lambda: journey.pane.event_list.search_text == "SUB")
        await journey.press("escape")
        await journey.until(lambda: not journey.pane.event_list.search_text)
        await journey.press("escape")
        await journey.until(lambda: isinstance(journey.app.screen, SummaryScreen))
        await journey.until(lambda: journey.app.screen._list.cursor == row)
        await journey.press("escape")
        await journey.until(lambda: journey.here.level is Level.PARTICIPANTS)
        await journey.press("M")
        await journey.until("2,161 events, all read")
        await journey.until(lambda: "Esc back  Enter open  e next error" in journey.screen[-1])


async def test_lanes_lead_back_to_the_summary_and_a_participant_back_to_the_lanes():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.press("I")
        await journey.until("12 limit")
        await journey.press("j", "h", "h")
        await journey.until(lambda: "▌mara-host" in journey.text)
        moment, counts = journey.app.screen._view.moment, journey.app.screen._view._counts
        await journey.press("enter")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        await journey.press("escape")
        await journey.until(lambda: isinstance(journey.app.screen, LanesScreen))
        await journey.until(lambda: "▌mara-host" in journey.text)
        assert journey.app.screen._view.moment == moment
        await journey.press("escape")
        await journey.until(lambda: isinstance(journey.app.screen, SummaryScreen))
        await journey.press("escape")
        await journey.until(lambda: isinstance(journey.app.screen, ExplorerScreen))
        assert journey.here.level is Level.PARTICIPANTS
        # What was counted once is not counted again.
        await journey.press("i")
        await journey.until(lambda: isinstance(journey.app.screen, SummaryScreen))
        assert journey.app.screen._data._counts is counts


async def test_a_summary_says_why_the_sweep_stopped():
    async with explorer(at(), fault="accessdenied.ListParticipantEvents") as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("FAILED · r retries")
        await journey.until("reading stopped: ivs:ListParticipantEvents is not allowed")


async def test_a_scan_has_the_whole_pace_while_what_it_reads_is_on_screen():
    async with explorer(at(), configuration=Configuration({})) as journey:
        await journey.until("40 participants, all read")

        def pace():
            # Between two calls of the scan, when a call has just started.
            limiter = RateLimiter(lot=lambda: 0.0)
            limiter.is_watched = journey.app._provider._rate_limiter.is_watched
            limiter.note_call("list", Priority.SCAN, 0.0)
            return 1 / limiter.delay("list", Priority.SCAN, 0.0)

        assert pace() == 4
        await journey.press("enter")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        await journey.until(lambda: pace() == 2)
        await journey.press("I")
        await journey.until(lambda: isinstance(journey.app.screen, LanesScreen))
        await journey.until(lambda: pace() == 4)
        await journey.press("escape")
        await journey.until(lambda: isinstance(journey.app.screen, ExplorerScreen))
        await journey.until(lambda: pace() == 2)


async def test_scans_are_told_of_every_key():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        typed = journey.app._provider._scheduler._typed
        before = typed()
        await journey.press("j")
        assert typed() > before


async def test_what_is_read_of_a_big_session_tells_of_the_others():
    world = HugeWorld(EPOCH, lambda: EPOCH)
    stage = world.stages()[MAIN_STAGE]["arn"]
    session = world.sessions(stage)[-1]["sessionId"]
    start = Place(stage, session)
    # High enough for what is found beside what is estimated.
    async with explorer(start, world="huge", size=(80, 44)) as journey:
        await journey.until("participants read")
        await journey.press("i")
        await journey.until("all 12 that published", within=60)
        await journey.until("ERRORS ESTIMATED", within=60)
        assert "listed" in " ".join(journey.text.split())
        assert "at least" in journey.text
        read = journey.app.screen._data.scan.log.participants_read
        assert "of the other participants" in " ".join(journey.text.split())
        assert read < 1_000


async def test_findings_of_the_session_lead_to_their_event():
    async with explorer(at(), size=(120, 60), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until("within 37 s", within=30)
        await journey.until(lambda: not journey.app.screen.counting._is_working)
        rows = journey.app.screen._rows
        lines = ["".join(span.text for span in rows.line(at, 118)) for at in range(len(rows))]
        assert any(line.startswith("Session     ended after ") for line in lines)
        await journey.until(lambda: rows_of_findings(journey))
        row = rows_of_findings(journey)[0]
        position = journey.app.screen._rows.drill(row)
        await journey.press("g", *["j"] * steps_to(journey, row), "enter")
        await journey.until(lambda: isinstance(journey.app.screen, ExplorerScreen))
        await journey.until(lambda: journey.pane.position == position)
        await journey.press("escape")
        await journey.until(lambda: isinstance(journey.app.screen, SummaryScreen))
        await journey.until(lambda: journey.app.screen._list.cursor == row)
        rows = journey.app.screen._rows
        unknown = next(
            at for at in range(len(rows)) if rows.is_finding(at) and rows.drill(at) is None
        )
        await journey.press("g", *["j"] * steps_to(journey, unknown), "enter")
        await journey.until("no events to show: Z reads what would tell more")


async def test_what_happened_says_how_many_it_was_found_for_until_it_is_found_anew():
    async with explorer(at(), size=(120, 60), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.until("within 37 s", within=30)
        summary = journey.app.screen
        findings = summary._data._findings
        await journey.until(lambda: "participants tell" not in journey.text)
        findings._found = findings._found._replace(read=3)
        findings._done()
        await journey.until("WHAT HAPPENED  as far as 3 of 40 participants tell")


def rows_of_findings(journey):
    rows = journey.app.screen._rows
    return [row for row in range(len(rows)) if isinstance(rows.drill(row), int)]


def steps_to(journey, row):
    """Return how often j goes down from the first row: never to a further line of a finding."""
    rows = journey.app.screen._rows
    return sum(not rows.goes_on(at) for at in range(row))


async def test_the_summary_of_one_participant_needs_no_sweep():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        calls = dict(journey.endpoint.calls)
        await journey.press("i")
        await journey.until("QUOTA_EXCEEDED")
        await journey.until("summary")
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
        await journey.press("j")
        await journey.until(lambda: "▌mara-host" in journey.text)
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


async def test_lanes_open_where_one_was_and_those_who_published_then_are_below():
    async with explorer(at(PRIYA), size=(80, 24)) as journey:
        await journey.until("61 events, all read")
        await journey.press("e", "e", "e")
        await journey.until(lambda: journey.event.error_code == "QUOTA_EXCEEDED")
        with journey.unlimited():
            await journey.press("I")
            await journey.until(": 12 of 12 publishing (1 a replica)", within=40)
        await journey.until("in the room, not publishing at 20:48:05")
        lanes = journey.screen[5:22]
        assert lanes[0].startswith("▌priya-guest")
        assert "── publishing at 20:48:05 ──" in lanes[1]
        assert "── in the room, not publishing at 20:48:05 ──" in lanes[14]
        assert [line.endswith("●") for line in lanes[2:14]] == [True] * 12
        # The cursor passes over the heading, and stays on its lane when others come between.
        await journey.press("j")
        await journey.until(lambda: journey.screen[7].startswith("▌mara-host"))
        await journey.press("h")
        await journey.until("publishing at 20:47:1")
        assert any(line.startswith("▌mara-host") for line in journey.screen)


async def test_esc_leads_from_the_lanes_to_the_very_event_of_several_in_its_second():
    async with explorer(at(JOSE), unlimited=True) as journey:
        await journey.until("72 events, all read")
        await journey.press("x")
        await journey.until(lambda: journey.event.name == "TOKEN_EXCHANGED")
        exchange, row = journey.event, journey.cursor
        await journey.press("I")
        await journey.until(lambda: isinstance(journey.app.screen, LanesScreen))
        await journey.until("21:02:31: ", within=40)
        await journey.press("escape")
        await journey.until(lambda: isinstance(journey.app.screen, ExplorerScreen))
        await journey.settled()
        assert (journey.event, journey.cursor) == (exchange, row)


async def test_the_timeline_opens_at_the_event_where_one_was():
    async with explorer(at(PRIYA), size=(80, 24), unlimited=True) as journey:
        await journey.until("61 events, all read")
        await journey.press("e", "e", "e")
        await journey.until(lambda: journey.event.error_code == "QUOTA_EXCEEDED")
        event = journey.event
        await journey.press("M")
        await journey.until(lambda: journey.here.level is Level.TIMELINE)
        await journey.until(lambda: journey.event == event, within=40)
        await journey.until("2,161 events, all read")
        assert journey.event == event


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
        await journey.until("they are not read yet")
        await journey.until("Z reads SDK and browser")
        await journey.until(": 40 calls")
        await journey.press("Z")
        await journey.until("READING SDKS ")
        await journey.press("Z")
        await journey.until("stopped; the SDK of ")
        await journey.until(lambda: "ALL READ" in journey.screen[0])
        asked = journey.endpoint.calls["GetParticipant"]
        assert 0 < asked < 40
        await journey.press("Z")
        await journey.until("READING SDKS ")
        with journey.unlimited():
            await journey.until("known for 40 of 40 participants", within=40)
        assert journey.endpoint.calls["GetParticipant"] == 40
        await journey.press("Z")
        await journey.until("SDK and browser of all listed participants are read")


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
        await journey.until("▌21:22:19")
        await journey.press("g")
        await journey.until("? not all read")
        names, errors, loaded, first = journey.screen[1:5]
        assert errors.split() == [
            "ERRORS",
            *["5:", "3", "QUOTA_EXCEEDED,", "2", "INTERNAL_…", "|", "none", "so", "far"],
        ]
        assert PRIYA in names
        assert DANA in names
        assert "61 events, all read" in loaded
        assert loaded.endswith("100 events read, more available")
        assert first.startswith("▌20:46:58")
        assert first.endswith("? not all read")


async def test_those_with_most_errors_come_first_once_everybody_is_read_and_a_key_changes_it():
    async with explorer(at()) as journey:

        def first():
            return journey.screen[2][1:].split()[0]

        await journey.until("40 participants, all read")
        assert first() == "noor-web"
        await journey.press("!")
        await journey.until("no errors are read yet: i reads them")
        await journey.press("i")
        with journey.unlimited():
            await journey.until(lambda: "ALL READ" in journey.screen[0], within=40)
        await journey.press("escape")
        await journey.until("errors of all 40, most first")
        assert first() == "priya-guest"
        await journey.press("e")
        await journey.until(lambda: journey.event is not None and journey.event.is_error)
        assert journey.here.participant_id == PRIYA
        await journey.press("escape")
        await journey.until("errors of all 40, most first")
        await journey.press("e")
        await journey.until(lambda: journey.here.participant_id not in {None, PRIYA})
        await journey.until(lambda: "cam-truck" in journey.screen[0])
        await journey.press("escape")
        await journey.until("errors of all 40, most first")
        await journey.press("!")
        await journey.until("errors of all 40 read")
        assert first() == "noor-web"


async def test_while_no_key_comes_all_is_counted_that_a_view_needs_and_let_go_with_the_session():
    async with explorer(at(), size=(80, 24), unlimited=True) as journey:
        await journey.until("40 participants, all read")
        views = journey.explorer._views
        assert views._counts is None
        await journey.press("M")
        await journey.until("2,161 events, all read")
        await journey.until(lambda: views._counts is not None and not views._at_rest._alarm.is_set)
        counts = views._counts
        assert counts.tally.span is not None
        assert not counts.prepare(0)
        await journey.press("i")
        await journey.until("24 got 43 errors")
        assert journey.app.screen._data._counts.tally is counts.tally
        await journey.press("escape", "escape", "escape")
        await journey.until(lambda: journey.here.level is Level.SESSIONS)
        await journey.until(lambda: views._counts is None)


async def test_a_participant_that_is_read_is_counted_while_no_key_comes():
    async with explorer(at(PRIYA), size=(80, 24), unlimited=True) as journey:
        await journey.until("all read")
        views = journey.explorer._views
        await journey.until(lambda: views._participant_counts is not None)
        counts = views._participant_counts
        await journey.until(lambda: not counts.work(0))
        await journey.press("i")
        await journey.until(lambda: isinstance(journey.app.screen, SummaryScreen))
        assert journey.app.screen._data._counts is counts
        await journey.press("escape", "escape")
        await journey.until(lambda: journey.here.level is Level.PARTICIPANTS)
        await journey.until(lambda: views._participant_counts is None)
