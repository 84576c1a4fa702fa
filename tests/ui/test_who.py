"""`:who USER` says what it costs, asks, looks on the other stages, and leads to who was found."""

from ivscope.workspace.place import Level, Place
from support.explorer import LIVE_STAGE, PRIYA, RIVAL_SHOW, RIVAL_STAGE, SHOW, at, explorer


async def who(journey, text):
    await journey.ask("colon", "goto TIME", f"who {text}".rstrip())
    await journey.press("enter")


async def test_a_user_of_another_stage_is_found_for_the_cost_that_was_told():
    async with explorer(at(PRIYA), size=(160, 40), unlimited=True) as journey:
        await journey.until("events, all read")
        before = dict(journey.endpoint.calls)
        await who(journey, "rival-fan-3")
        await journey.until("calls and 1 for each session")
        assert journey.endpoint.calls["ListStageSessions"] == before.get("ListStageSessions", 0)
        await journey.press("y")
        await journey.until("OPEN 1")
        assert "found 1 participant in" in journey.text
        assert "lists not read" not in journey.text
        assert "(at the time of this one)" in journey.text
        stages = len(journey.app._provider.stages().items) - 1
        lists = journey.endpoint.calls["ListStageSessions"] - before.get("ListStageSessions", 0)
        assert lists == stages
        await journey.press("1")
        await journey.until(lambda: journey.here.level is Level.EVENTS)
        assert journey.here.stage_arn == RIVAL_STAGE
        assert journey.here.session_id == RIVAL_SHOW
        await who(journey, "")
        await journey.until("OPEN 1")
        await journey.press("escape")


async def test_nothing_is_read_before_yes_and_esc_stops_what_runs():
    async with explorer(Place(LIVE_STAGE, SHOW), size=(160, 40)) as journey:
        await journey.until("participants, all read")
        await who(journey, "nobody-at-all")
        await journey.until("WHO y look")
        before = journey.endpoint.calls["ListParticipants"]
        await journey.press("escape")
        assert journey.explorer._who._search is None
        assert journey.endpoint.calls["ListParticipants"] == before
        await who(journey, "nobody-at-all")
        await journey.until("WHO y look")
        await journey.press("y")
        await journey.until("looking: ")
        await journey.press("escape")
        await journey.until("stopped: ")
        await who(journey, "nobody-at-all")
        await journey.until("WHO y look")
        with journey.unlimited():
            await journey.press("enter")
            await journey.until("not found in")


async def test_who_without_a_user_id_says_what_it_takes():
    async with explorer(size=(120, 40)) as journey:
        await journey.until("stages, all read")
        await who(journey, "")
        await journey.until("who takes a user id")
