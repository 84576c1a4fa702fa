"""Pictures of what a newcomer meets. A docstring says what a person should see."""

import pytest

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.knowledge.limits import REGIONS
from ivscope.settings.configuration import Configuration
from ivscope.ui.app import IvscopeApp
from ivscope.ui.lanes.screen import LanesScreen
from ivscope.workspace.launch import Accounts, Connecting, Launch
from ivscope.workspace.place import Place
from support.explorer import PRIYA, Journey, at
from support.snapshots import SIZES, picture, still

both_sizes = pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])


def _failing():
    raise ProviderFailure(
        FailureKind.CREDENTIALS,
        "no AWS credentials found for the default profile",
        "Sign in (`aws sso login`, or `aws configure`) or choose another --profile, "
        "then press r; `ivscope --demo` works without.",
        retryable=False,
    )


@both_sizes
def test_nothing_is_configured(snap_compare, size):
    """What can be opened stands where the stages would, why there are none and what to do below."""
    accounts = Accounts(lambda: (), REGIONS, lambda *_: Connecting(_failing, ""))
    app = IvscopeApp(_failing, Launch("default", Place, accounts=accounts), Configuration({}))
    app.theme, app.animation_level = "ansi-dark", "none"

    async def walk(pilot):
        journey = Journey(app, pilot, None)
        await journey.until("Opens ivscope --demo")
        await journey.settled()
        await still(journey)

    assert snap_compare(app, terminal_size=size, run_before=walk)


async def _publishing(journey):
    """The question after the next ones: what was asked stays above the keys of the lanes."""
    await journey.until("61 events, all read")
    await journey.press("Q")
    await journey.press("e", "e", "e")
    await journey.until("Answer")
    await journey.press("Q")
    await journey.press("I")
    with journey.unlimited():
        await journey.until(lambda: isinstance(journey.app.screen, LanesScreen))
        await journey.until("12 of 12 publishing", within=40)
        await journey.until("Guide 5/10")
    await journey.press("A")
    await journey.until("Hint ")


@both_sizes
def test_a_question_of_the_guide_over_the_lanes(snap_compare, size):
    """The answer found, the next question and its hint, and above them all that was asked about."""
    assert picture(snap_compare, _publishing, at(PRIYA), size=size, guided=True, rests=False)


def test_the_guide_is_offered_on_the_first_screen_of_the_demo(snap_compare):
    """One line above what is said of the stage."""

    async def walk(journey):
        await journey.until("New here?")
        await journey.until("all 7 stages read")

    assert picture(snap_compare, walk, size=(80, 24), guided=False)
