"""`:profile` and `:region`: another account or Region by keys, over real HTTP."""

from dataclasses import replace

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.knowledge.limits import REGIONS
from ivscope.ui.explorer.accounts import fitting
from ivscope.workspace.launch import Accounts, Connecting
from support.aws_sources import aws_source
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, at, explorer


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
            await journey.until("oncall, team")
            await journey.type("te")
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


def test_names_that_do_not_fit_are_counted():
    assert fitting(REGIONS, 200) == ", ".join(REGIONS)
    assert fitting(REGIONS, 70).endswith("ap-northeast-1 and 3 more")
    assert all(len(fitting(REGIONS, room)) <= room for room in range(7, 120))
    assert fitting((), 70) == "0 names"
