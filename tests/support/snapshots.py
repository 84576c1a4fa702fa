"""Takes a picture of the app after some keys, and compares it with the stored one.

`pytest tests/snapshots --snapshot-update` stores them anew; look at each before accepting it.
"""

import time
import uuid
from collections.abc import Awaitable, Callable
from math import inf

import pytest
from rich import console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.pilot import Pilot

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.provider.fetch import scheduler as calls
from ivscope.provider.fetch.connection import RecordedAnswers
from ivscope.render import bars
from ivscope.ui.stylesheets import PLAIN_SIGNS
from ivscope.workspace.place import Place
from support.explorer import EPOCH, Journey, explorer_app

Walk = Callable[[Journey], Awaitable[object]]
"""What a person does before the picture is taken."""

Compare = Callable[..., bool]
"""The fixture `snap_compare`."""

SIZES = [(80, 24), (120, 40)]

STILL_SECONDS = 0.3
"""Seconds without a change after which work is done: slices follow each other faster."""

REQUEST_ID = "6f9a1c52-0d3e-5b47-9a81-2c4e7d90b3f5"


def picture(
    snap_compare: Compare,
    walk: Walk,
    start: Place | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    rests: bool = True,
    colour: bool = True,
    light: bool = False,
    plain_signs: bool = False,
    guided: bool | None = None,
    **over: str,
) -> bool:
    """Whether the picture equals the stored one.

    The walk ends by waiting for what it leads to. `rests`: the call meter has to come to rest
    too, which it never does while a call is being answered. `light`: on a light terminal, in its
    colours. `guided`: in the guided demo. `plain_signs`: on one that draws no block elements.
    `over`: a world, a fault.
    """
    with pytest.MonkeyPatch.context() as patch:
        if not colour:
            patch.setenv("NO_COLOR", "1")
        if light:
            patch.setattr(console, "SVG_EXPORT_THEME", DEFAULT_TERMINAL_THEME)
        # Request ids number the calls, and calls that start together are received in any order.
        patch.setattr(uuid, "uuid5", lambda *_: REQUEST_ID)
        # Pages come in any order, too, and events of one second stand in the order received.
        patch.setattr(calls, "CALLS_IN_FLIGHT", 1)
        # The present stands still and calls take time, so the time of a call would vary.
        patch.setattr(RecordedAnswers, "time_of", lambda *_: EPOCH)
        # A call that is never answered shows its seconds after two: on a busy machine too soon.
        patch.setattr(bars, "SLOW_SECONDS", inf)
        theme = "ansi-light" if light else "ansi-dark"
        dressed = theme, plain_signs
        return _picture(
            snap_compare, walk, start, size, dressed, rests=rests, guided=guided, **over
        )


def _picture(
    snap_compare: Compare,
    walk: Walk,
    start: Place | None,
    size: tuple[int, int],
    dressed: tuple[str, bool],
    *,
    rests: bool,
    guided: bool | None,
    world: str = "incident",
    fault: str = "",
) -> bool:
    told = open_world(world, lambda: EPOCH)
    with Endpoint(told) as endpoint:
        app = explorer_app(
            endpoint, start, fault=fault, region=told.region, fold=True, guided=guided
        )
        app.animation_level = "none"
        app.theme, plain_signs = dressed
        app.set_class(plain_signs, PLAIN_SIGNS)

        async def run_before(pilot: Pilot[None]) -> None:
            journey = Journey(app, pilot, endpoint)
            await journey.until(lambda: journey.has_begun)
            await walk(journey)
            if rests:
                await journey.settled()
            await still(journey)

        return snap_compare(app, terminal_size=size, run_before=run_before)


async def still(journey: Journey) -> None:
    """Wait for findings and overviews, which are worked out in slices after the rows are there."""
    since, seen = time.monotonic(), journey.screen

    def rests() -> bool:
        nonlocal since, seen
        if journey.screen != seen:
            since, seen = time.monotonic(), journey.screen
        return time.monotonic() - since > STILL_SECONDS

    await journey.until(rests)
