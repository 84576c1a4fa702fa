"""The first run with nothing configured: what can be opened stands where the stages would."""

import pytest

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.knowledge.limits import REGIONS
from ivscope.settings.configuration import Configuration
from ivscope.ui.app import IvscopeApp
from ivscope.workspace.launch import Accounts, Connecting, Launch
from ivscope.workspace.place import Place
from support.explorer import LIVE_STAGE, SHOW, Journey
from support.terminal import IVSCOPE, Terminal, settings


class Nothing:
    """An explorer without credentials, and what it asked for."""

    def __init__(self, kind=FailureKind.CREDENTIALS):
        self.kind = kind
        self.asked = []
        self.words = []
        accounts = Accounts(lambda: ("oncall",), REGIONS, self.connect)
        launch = Launch("default", Place, accounts=accounts, begin_anew=self.begin_anew)
        self.app = IvscopeApp(self.failing, launch, Configuration({}, fold=False))

    def failing(self):
        raise ProviderFailure(self.kind, "nothing is set", "Sign in, then press r.", retryable=True)

    def connect(self, profile, region, stage_arn):
        self.asked.append((profile, region, stage_arn))
        return Connecting(self.failing, "elsewhere")

    def begin_anew(self, words):
        self.words.append(tuple(words))
        return "no such file" if "missing" in words else ""


async def test_each_row_opens_what_it_says_or_says_why_not():
    start = Nothing()
    async with start.app.run_test(size=(80, 24)) as pilot:
        journey = Journey(start.app, pilot, None)
        await journey.until("Opens ivscope --demo")
        assert [line.split("  ")[0].strip("▌ ") for line in journey.screen[2:7]] == [
            "Demo",
            "Profile",
            "Region",
            "ARN or alert",
            "File",
        ]
        assert "Choose one of these, or sign in, then press r." in journey.text
        assert "0 stages read" in journey.status

        await journey.press("j", "enter")
        await journey.until("▌ oncall")
        await journey.press("escape", "j", "enter")
        await journey.until(f"▌ {REGIONS[0]}")
        await journey.press("escape", "j", "j", "enter")
        await journey.until("path of a recording")
        await journey.type("missing")
        await journey.press("enter")
        await journey.until("no such file")
        assert start.words == [("open", "--", "missing")]

        await journey.press("k", "enter")
        await journey.until("an alert or a log line")
        await journey.type("rubbish")
        await journey.press("enter")
        await journey.until("its session is not in the text")

        await journey.press("g", "enter")
        await pilot.pause()
    assert start.words[-1] == ("--demo",)
    assert start.asked == []


@pytest.mark.parametrize("kind", [FailureKind.CREDENTIALS, FailureKind.CONFIGURATION])
async def test_what_is_pasted_opens_in_the_region_of_its_arn(kind):
    start = Nothing(kind)
    async with start.app.run_test(size=(80, 24)) as pilot:
        journey = Journey(start.app, pilot, None)
        await journey.until("ARN or alert")
        journey.explorer._prompts.paste(f"{LIVE_STAGE} {SHOW}")
        await journey.until("elsewhere")
        await journey.until(lambda: journey.here == Place(LIVE_STAGE, SHOW))
        assert start.asked == [(None, "us-west-2", LIVE_STAGE)]


async def test_a_failure_of_another_kind_is_no_first_run():
    start = Nothing(FailureKind.NETWORK)
    async with start.app.run_test(size=(80, 24)) as pilot:
        journey = Journey(start.app, pilot, None)
        await journey.until("nothing is set")
        assert "ARN or alert" not in journey.text


def test_the_demo_opens_in_place_of_a_start_without_credentials_and_leaves_well():
    environ = settings()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del environ[name]
    with Terminal([*IVSCOPE], environ=environ, columns=80, rows=24) as terminal:
        terminal.until("no AWS Region is set").until("Opens ivscope --demo").press("enter")
        terminal.until("fri-night-live").press("ctrl+q")
        assert terminal.exit_code() == 0
