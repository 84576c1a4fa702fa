"""A failure is told with its cause and the next step in every view, and nothing runs after it."""

import pytest

from ivscope.endpoint.answers import success
from ivscope.endpoint.faults import FAULTS, Fault
from ivscope.sources.call_context import CallContext
from support.explorer import DANA, MARA, PRIYA, at, explorer

EVENTS = "ListParticipantEvents"
STEP = f"Ask for the action ivs:{EVENTS}"
CAUSE = f"ivs:{EVENTS} is not allowed for"
ROLE = " assumed-role/OnCall/alex (the keys of the demo, account 111122223333)"

SIZES = [(80, 24), (120, 40)]


def flat(journey):
    """The words on screen in one line, so that wrapped sentences are found."""
    return " ".join(journey.text.split())


@pytest.mark.parametrize(("key", "place"), [("M", "timeline"), ("plus", "priya-guest")])
async def test_a_list_above_the_detail_is_as_wide_as_the_screen(key, place):
    async with explorer(at(PRIYA), size=(80, 24), unlimited=True) as journey:
        await journey.until("61 events, all read")
        await journey.press(key)
        await journey.until(lambda: place in journey.screen[0])
        await journey.until(lambda: "SINCE PREV" in journey.screen[1])
        assert journey.rows("events").size.width == 80


def assert_told(journey):
    # At 120 columns the detail is beside the list, and lines of both are mixed here.
    assert (CAUSE + ROLE if journey.app.size.width == 80 else CAUSE) in flat(journey)
    assert STEP in flat(journey)
    assert "ALL READ" not in journey.text
    assert "COMPLETE" not in journey.text


@pytest.mark.parametrize("size", SIZES)
async def test_a_sweep_that_fails_is_told_in_every_view_and_counts_nothing_as_zero(size):
    fault = f"accessdenied.{EVENTS}"
    async with explorer(at(), fault=fault, size=size, unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("FAILED · r retries")
        assert_told(journey)
        assert "0 errors" not in journey.text
        assert "0 of 40 participants read · no events are read" in journey.text
        await journey.press("escape")
        await journey.until(lambda: "FAILED · r retries" in journey.status)
        assert "40 participants" in journey.status
        assert_told(journey)
        await journey.press("I")
        await journey.until(lambda: "PARTICIPANT ID" not in journey.text)
        await journey.until("FAILED · r retries")
        assert_told(journey)
        await journey.press("escape", "M")
        await journey.until("timeline")
        await journey.until(lambda: "FAILED · r retries" in journey.status)
        assert_told(journey)
        journey.go(at(PRIYA))
        await journey.until(lambda: "FAILED · r retries" in journey.status)
        assert f"ivs:{EVENTS}" in journey.status
        await journey.until("Ask for")
        assert "No events returned" not in journey.text


@pytest.mark.parametrize("view", ["i", "I"])
async def test_r_in_the_summary_and_the_lanes_reads_on_once_the_cause_is_gone(view):
    async with explorer(at(), fault=f"expiredtoken.{EVENTS}:1", unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press(view)
        await journey.until("FAILED · r retries")
        await journey.until("ExpiredTokenException")
        await journey.press("r")
        await journey.until(lambda: "ALL READ" in journey.screen[0], within=20)
        assert "ExpiredTokenException" not in journey.text


async def test_r_in_the_participants_resumes_the_sweep_that_failed_there():
    async with explorer(at(), fault=f"expiredtoken.{EVENTS}:1", unlimited=True) as journey:
        await journey.until("40 participants, all read")
        await journey.press("i")
        await journey.until("FAILED · r retries")
        await journey.press("escape", "r")
        await journey.until(lambda: "40 participants, all read" in journey.status)
        await journey.until(lambda: "ALL READ" in journey.status)
        listed = journey.endpoint.calls["ListParticipants"]
        assert listed == 1


@pytest.mark.parametrize(
    ("fault", "rows"),
    [
        (f"internal500.{EVENTS}:9", 0),
        (f"internal500.{EVENTS}@2", 100),
        (f"accessdenied.{EVENTS}", 0),
        (f"repeat_token.{EVENTS}", 200),
        (f"stale_token.{EVENTS}", 100),
    ],
)
async def test_reading_all_stops_at_a_failure_and_nothing_runs(fault, rows):
    async with explorer(at(DANA), fault=fault) as journey:
        await journey.until(lambda: "100 events" in journey.text or "FAILED" in journey.status)
        await journey.press("L")
        await journey.until(lambda: "FAILED" in journey.status)
        assert "READING ALL" not in journey.text
        await journey.settled()
        asked = journey.endpoint.calls[EVENTS]
        await journey.press("j", "k")
        await journey.settled()
        assert journey.endpoint.calls[EVENTS] == asked
        assert len(journey.rows("events").rows) == rows
        await journey.press("escape")
        await journey.until("40 participants")


async def test_reading_all_of_a_list_that_cannot_go_on_says_how_to_begin_anew():
    async with explorer(at(DANA), fault=f"repeat_token.{EVENTS}") as journey:
        await journey.until("100 events")
        await journey.press("L")
        await journey.until(lambda: "FAILED" in journey.status)
        await journey.press("L")
        await journey.until("R reads again from the start")
        await journey.press("j")
        assert "FAILED" in journey.status


class EmptyPages:
    """Answers the events of everybody with so many empty pages, and only then with events."""

    def __init__(self, pages):
        self.left = pages

    def pick(self, _spec, operation):
        if operation != EVENTS or not self.left:
            return None
        self.left -= 1
        return "empty", Fault("an empty page", self._send)

    def _send(self, exchange):
        exchange.send(success({"events": [], "nextToken": f"empty-{self.left}"}))


async def test_e_reads_on_after_twenty_empty_pages_and_finds_the_error_behind_them():
    async with explorer(at(), fault="late.NoSuchOperation", unlimited=True) as journey:
        await journey.until("40 participants, all read")
        journey.endpoint._server.faults = Behind(EmptyPages(20))
        journey.go(at(PRIYA))
        await journey.until("20 empty pages in a row")
        await journey.press("e")
        await journey.until("61 events, all read")
        await journey.until(lambda: journey.event is not None and journey.event.error_code)


class Behind:
    """Empty pages; the cursor that they hand out is then answered with the first page."""

    def __init__(self, empty):
        self._empty = empty

    def pick(self, spec, operation):
        if operation != EVENTS:
            return None
        return self._empty.pick(spec, operation) or ("first", Fault("page 1", self._first))

    def _first(self, exchange):
        asked = {**exchange.request.parameters, "nextToken": None}
        exchange.send(success(exchange.members(asked)))


async def test_without_the_list_of_stages_one_is_told_that_an_arn_opens_a_stage():
    async with explorer(fault="accessdenied.ListStages", size=(80, 24)) as journey:
        await journey.until("FAILED")
        assert "Paste the ARN of a stage to open it, or run `ivscope ARN`" in flat(journey)
        assert "ivs:ListStages" in flat(journey)
        assert "the rest goes on" not in flat(journey)


@pytest.mark.parametrize("operation", ["GetParticipant", "GetStageSession"])
async def test_a_fact_that_is_denied_is_named_and_the_events_are_read(operation):
    fault = f"accessdenied.{operation}"
    async with explorer(at(MARA), fault=fault, size=(80, 24), unlimited=True) as journey:
        await journey.until("events, all read")
        if operation == "GetStageSession":
            await journey.press("escape", "i")
            await journey.until("ALL READ")
        await journey.until(f"ivs:{operation} is not allowed for")
        assert f"Ask for the action ivs:{operation}" in flat(journey)


async def test_ctrl_c_is_answered_in_the_status_line_by_the_key_that_quits():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("ctrl+c")
        await journey.until(lambda: "Ctrl+C does not quit: Ctrl+Q does" in journey.status)
        await journey.press("j")
        await journey.until(lambda: "ALL READ" in journey.status)


async def test_ctrl_c_is_answered_below_a_prompt_which_stays_open():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("slash", "x")
        await journey.until("FIND x")
        await journey.press("ctrl+c")
        await journey.until(lambda: "Ctrl+C does not quit: Ctrl+Q does" in journey.screen[-1])
        assert "FIND" in journey.status
        await journey.press("escape")
        await journey.until(lambda: "Esc back" in journey.screen[-1])


async def test_ctrl_c_is_answered_in_the_help_until_the_search_changes():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        await journey.press("question_mark")
        await journey.until(lambda: "Esc close" in journey.screen[-1])
        await journey.press("ctrl+c")
        await journey.until(lambda: "Ctrl+C does not quit: Ctrl+Q does" in journey.screen[-1])
        await journey.press("x")
        await journey.until(lambda: "Esc close" in journey.screen[-1])


async def test_r_is_not_offered_where_only_a_new_start_helps(monkeypatch):
    monkeypatch.setattr(CallContext, "has_fixed_keys", True)
    async with explorer(at(PRIYA), fault=f"expiredtoken.{EVENTS}", size=(100, 30)) as journey:
        await journey.until("start ivscope again")
        await journey.until("no use; a new start may help")
        assert "EXPIRED" in journey.status
        assert "r retries" not in journey.text
        assert "press r" not in journey.text.lower()
        assert "r retry" not in journey.text
        await journey.press("M")
        await journey.until("timeline")
        await journey.until(lambda: "FAILED" in journey.status)
        assert "r retries" not in journey.text
        assert "r retry" not in journey.text


async def test_r_is_not_offered_for_details_where_only_a_new_start_helps(monkeypatch):
    monkeypatch.setattr(CallContext, "has_fixed_keys", True)
    async with explorer(at(PRIYA), fault="expiredtoken.GetParticipant", size=(120, 40)) as journey:
        await journey.until("61 events, all read")
        await journey.press("tab", "G")
        await journey.until("no use; a new start may help")
        assert "r reads it again" not in journey.text


REPLICAS = "ListParticipantReplicas"


async def test_replicas_that_are_denied_are_named_and_the_rest_goes_on():
    fault = f"accessdenied.{REPLICAS}"
    async with explorer(at(MARA), fault=fault, size=(80, 24), unlimited=True) as journey:
        await journey.until("events, all read")
        view = journey.pane.event_list.view
        names = [view.log[view.position(row)].name for row in range(len(view))]
        journey.pane.move_to(names.index("REPLICATION_STOPPED"))
        for _ in range(3):  # other facts may be asked for first
            if REPLICAS not in journey.endpoint.calls:
                await journey.press("Z")
                await journey.settled()
        await journey.until(f"ivs:{REPLICAS} is not allowed for assumed-role/OnCall/alex")
        assert f"Ask for the action ivs:{REPLICAS}" in flat(journey)
        # The events are read, so they are not what failed.
        assert len(journey.rows("events").rows) == len(names)
        assert "FAILED" not in journey.status
        await journey.press("escape")
        await journey.until("40 participants, all read")
        assert REPLICAS not in flat(journey)


class Circle:
    """Answers the events of a participant with pages whose cursors lead in a circle."""

    def pick(self, _spec, operation):
        return ("circle", Fault("a circle", self._send)) if operation == EVENTS else None

    def _send(self, exchange):
        asked = exchange.request.parameters.get("nextToken")
        page = exchange.members({**exchange.request.parameters, "nextToken": None})
        after = {None: "a", "a": "b", "b": "a"}[asked]
        exchange.send(success({"events": page["events"], "nextToken": after}))


async def test_reading_all_of_cursors_in_a_circle_fails_and_nothing_runs():
    async with explorer(at(DANA), fault="late.NoSuchOperation", size=(80, 24)) as journey:
        await journey.until("100 events read")
        journey.endpoint._server.faults = Circle()
        await journey.press("R")
        await journey.until("100 events read, more")
        await journey.settled()
        await journey.press("L")
        await journey.until(lambda: "FAILED · R reads anew" in journey.status)
        await journey.settled()
        assert "READING" not in journey.text
        assert "names a next page that was read before" in flat(journey)
        asked = journey.endpoint.calls[EVENTS]
        await journey.press("j", "k")
        await journey.settled()
        assert journey.endpoint.calls[EVENTS] == asked


class Refusing:
    """Refuses all calls for events, as for their rate, until it is told to stop."""

    def __init__(self):
        self.is_on = True
        self.refused = 0

    def pick(self, _spec, operation):
        if operation != EVENTS or not self.is_on:
            return None
        self.refused += 1
        return "throttle", FAULTS["throttle"]


async def test_r_while_throttled_says_when_it_goes_on_and_asks_for_nothing_anew():
    async with explorer(at(), fault="late.NoSuchOperation") as journey:
        await journey.until("40 participants, all read")
        journey.endpoint._server.faults = service = Refusing()
        journey.go(at(PRIYA))
        await journey.until(lambda: "THROTTLED" in journey.status)
        assert "AWS asks for fewer calls · goes on by itself" in journey.status
        while "this goes on by itself within" not in journey.text:
            await journey.press("r")  # again where a wait has ended meanwhile
            assert "FAILED" not in journey.status
        service.is_on = False
        await journey.until("61 events, all read", within=20)
        assert journey.endpoint.calls[EVENTS] == service.refused + 1


async def test_events_that_could_not_be_refreshed_say_so_until_they_are():
    fault = f"internal500.{EVENTS}@2"
    async with explorer(at(PRIYA), fault=fault, size=(80, 24)) as journey:
        await journey.until("61 events, all read")
        await journey.press("r")
        await journey.until("not refreshed: IVS failed")
        await journey.press("j")
        assert "not refreshed: IVS failed" in journey.text
        assert "Usually over in a moment: press r to retry." in flat(journey)
        assert len(journey.rows("events").rows) == 61
        await journey.press("r")
        await journey.until(lambda: "not refreshed" not in journey.text)
