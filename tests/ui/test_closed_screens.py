"""What was on screen and is gone is freed: the explorer stays open for days."""

import gc
import weakref
from dataclasses import replace

import pytest

from ivscope.knowledge.limits import REGIONS
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.widgets.canvas import Canvas
from ivscope.workspace.launch import Accounts, Connecting, Elsewhere
from support.aws_sources import aws_source
from support.explorer import PRIYA, at, explorer


def are_freed(gone):
    """A thread that has just made a call lets go of it a moment later."""
    gc.collect()
    return all(one() is None for one in gone)


@pytest.mark.parametrize(("key", "sign"), [("question_mark", "Esc close"), ("I", "lanes")])
async def test_what_a_closed_view_has_drawn_on_is_freed(key, sign):
    async with explorer(at(PRIYA), unlimited=True) as journey:
        await journey.until("61 events, all read")
        gone = []
        for _ in range(4):
            await journey.press(key)
            await journey.until(lambda: journey.app.screen is not journey.explorer)
            gone.append([weakref.ref(one) for one in journey.app.screen.query(Canvas)])
            await journey.press("escape")
            await journey.until(lambda: journey.app.screen is journey.explorer)
        await journey.press("j")
        assert all(gone)
        # Textual keeps what it handled last until it handles something else.
        await journey.until(lambda: are_freed(one for widgets in gone[:-1] for one in widgets))


async def test_an_account_that_was_left_is_freed_with_its_client_and_its_rows():
    async with explorer(at(PRIYA)) as journey:
        await journey.until("61 events, all read")
        journey.app._launch = replace(
            journey.app._launch,
            accounts=Accounts(
                lambda: ("oncall", "team"),
                REGIONS,
                lambda profile, *_: Connecting(lambda: aws_source(journey.endpoint.url), profile),
            ),
        )
        gone = []
        for _ in range(4):
            left = weakref.ref(journey.explorer)
            gone.append(weakref.ref(journey.app._provider))
            move = Elsewhere("team", None, at(PRIYA), None, None, "")
            journey.app.post_message(ExplorerScreen.Left(move))
            await journey.until(lambda left=left: journey.explorer is not left())
            await journey.until(lambda: journey.event is not None)
            await journey.press("j")
        # Textual keeps the first screen of an app, and what it handled last.
        await journey.until(lambda: are_freed(gone[1:-1]))
