"""`:profile` and `:region`: another account or Region by keys, over real HTTP."""

from dataclasses import replace

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.knowledge.limits import REGIONS
from ivscope.render.lines import plain
from ivscope.settings.configuration import Configuration
from ivscope.ui.app import IvscopeApp
from ivscope.ui.widgets.text_pane import NameList
from ivscope.workspace.launch import Accounts, Connecting, Launch
from ivscope.workspace.place import Place
from support.aws_sources import aws_source
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, Journey, at, explorer


async def test_the_region_leads_to_its_stages_and_the_profile_keeps_the_place_and_the_event():
    quiet = open_world("quiet", lambda: EPOCH)
    async with explorer(at(PRIYA)) as journey:
        with Endpoint(quiet) as elsewhere:
            asked = []

            def connect(profile, region, stage_arn):
                asked.append((profile, region, stage_arn))
                server = elsewhere if region == quiet.region else journey.endpoint
                named = region or "us-west-2"
                return Connecting(lambda: aws_source(server.url, region=named), f"as {profile}")

            def allow():
                accounts = Accounts(lambda: ("oncall", "team"), REGIONS, connect)
                launch = replace(journey.app._launch, accounts=accounts)
                journey.app._launch = launch
                journey.explorer._prompts._accounts._launch = launch

            await journey.until("61 events, all read")
            await journey.ask("colon", ":", "profile")
            await journey.press("enter")
            await journey.until("one account")

            allow()
            await journey.press("e")
            await journey.until(lambda: journey.event.is_error)
            event = journey.event
            await journey.ask("colon", ":", "profile")
            await journey.press("enter")
            await journey.until("▌ oncall")
            assert "  team" in journey.text
            await journey.type("te")
            await journey.until("▌ team")
            assert "oncall" not in journey.text
            await journey.press("enter")
            await journey.until("as team")
            await journey.until(lambda: journey.event == event)
            assert asked == [("team", None, LIVE_STAGE)]

            await journey.ask("colon", ":", "region mars")
            await journey.press("enter")
            await journey.until("'mars' is no AWS Region")
            await journey.press("escape", "escape")
            await journey.ask("colon", ":", "region eu-west-1")
            await journey.press("enter")
            await journey.until("Region eu-west-1: its stages")
            await journey.until(quiet.stages()[0]["name"])
            assert "eu-west-1" in journey.screen[0]


async def test_regions_are_a_list_to_walk_where_connecting_failed():
    def failing():
        raise ProviderFailure(FailureKind.CREDENTIALS, "no credentials", "Log in.", retryable=True)

    asked = []

    def connect(profile, region, stage_arn):
        asked.append(region)
        return Connecting(failing, "elsewhere")

    launch = Launch("team", Place, accounts=Accounts(lambda: (), REGIONS, connect))
    app = IvscopeApp(failing, launch, Configuration({}, fold=False))
    async with app.run_test(size=(80, 24)) as pilot:
        journey = Journey(app, pilot, None)
        await journey.until("no credentials")
        height = journey.rows("picker").size.height
        await journey.ask("colon", ":", "region")
        await journey.press("enter")
        await journey.until(f"▌ {REGIONS[0]}")
        await journey.press("down", "down", "up", "up", "up")
        await journey.until(f"▌ {REGIONS[-1]}")
        await journey.type("eu-")
        await journey.until(lambda: "us-west-2" not in journey.text)
        await journey.type("mars")
        await journey.until(f"none of {len(REGIONS)} has that")
        await journey.press("escape")
        await journey.until(lambda: "none of" not in journey.text)
        # The list takes its lines back.
        await journey.until(lambda: journey.rows("picker").size.height == height)
        await journey.ask("colon", ":", "region")
        await journey.press("enter")
        await journey.until(f"▌ {REGIONS[0]}")
        await journey.press("down", "enter")
        await journey.until("elsewhere")
        assert asked == [REGIONS[1]]
        await journey.ask("colon", ":", "profile")
        await journey.press("enter")
        await journey.until("no profile is in the configuration")


def test_more_names_than_fit_are_counted_and_those_around_the_cursor_are_shown():
    names = NameList([f"team-{number}" for number in range(30)])
    names.draw_for(width=40, height=24)
    assert [plain(line) for line in names.lines][-2:] == ["  team-7", "  1 of 30"]
    names.step(-1)
    names.draw_for(width=40, height=24)
    assert [plain(line) for line in names.lines][-2:] == ["▌ team-29", "  30 of 30"]
    names.narrow("AM-1")
    names.draw_for(width=8, height=9)
    assert [plain(line) for line in names.lines] == [
        "▌ team-1",
        "  team-…",
        "  team-…",
        "  1 of 11",
    ]
    assert names.chosen == "team-1"
