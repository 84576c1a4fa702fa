"""Runs the real app over real boto3 and real HTTP, on a world whose clock stands still."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from textual.pilot import Pilot

from ivscope.analysis.notices import Notices
from ivscope.domain.clock import SYSTEM_CLOCK
from ivscope.domain.events import Event
from ivscope.domain.identifiers import Identifiers
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.timeline_world import PresentTime
from ivscope.settings.configuration import MOST_BACKGROUND_CALLS, Configuration
from ivscope.ui.app import IvscopeApp
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.widgets.row_list import RowList
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Place
from support.aws_sources import aws_source
from support.faulty_urls import faulty_url

EPOCH = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)

PLUS_TWO = timezone(timedelta(hours=2))
"""The zone of the person at the keyboard."""

ARN = "arn:aws:ivs:us-west-2:123456789012:stage/"
LIVE_STAGE = ARN + "W0Zz9IkArb68"
RIVAL_STAGE = ARN + "JAM1v77QQkAW"
SHOW = "st-dxMFysKnE9UAk"
RIVAL_SHOW = "st-kGjYjimtbecpy"
PRIYA = "tAv0YThNuP8y"
JOSE = "beRSlnzycy6R"
DANA = "GKTLNRRbA6FI"
"""755 events: eight pages."""
NINA = "BZgGuCPI0fGj"
MARA = "rJ8znbQQyqev"


def at(
    participant: str | None = None, session: str | None = SHOW, stage: str | None = LIVE_STAGE
) -> Place:
    """A place in the incident world."""
    return Place(stage, session, participant)


class Journey:
    """A person at the keyboard: presses keys, waits, and reads the screen."""

    def __init__(self, app: IvscopeApp, pilot: Pilot[None], endpoint: Endpoint) -> None:
        self.app = app
        self.pilot = pilot
        self.endpoint = endpoint

    @property
    def screen(self) -> list[str]:
        """What is on screen, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.screen)

    @property
    def status(self) -> str:
        return self.screen[-2] if self.screen else ""

    @property
    def event(self) -> Event | None:
        """The event under the cursor."""
        return self.pane.event

    @property
    def pane(self) -> EventsPane:
        """The events pane."""
        return self.explorer.context.pane

    @property
    def here(self) -> Place:
        """The place where the person is."""
        return self.explorer.context.here

    def go(self, place: Place) -> None:
        """Open a place without keys."""
        self.explorer._navigation.go(place)

    @property
    def cursor(self) -> int:
        return self.rows("events").cursor

    @property
    def explorer(self) -> ExplorerScreen:
        screens = [s for s in self.app.screen_stack if isinstance(s, ExplorerScreen)]
        return screens[0]

    @property
    def has_begun(self) -> bool:
        """Whether the explorer takes keys."""
        return not self.app._holds_keys

    def rows(self, which: str) -> RowList:
        return self.explorer.query_one(f"#{which}", RowList)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        names = {" ": "space", ":": "colon", "-": "minus", "_": "underscore", "/": "slash"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))

    async def ask(self, key: str, sign: str, text: str) -> None:
        """Open a prompt, wait for what it shows, and type; Enter is still to be pressed."""
        await self.press(key)
        await self.until(sign)
        await self.type(text)

    async def until(self, condition: str | Callable[[], object], within: float = 10.0) -> None:
        """Wait for a text on screen, or for a condition."""
        if isinstance(condition, str):
            wanted, condition = condition, lambda: wanted in self.text
        deadline = time.monotonic() + within
        while not condition():
            assert time.monotonic() < deadline, f"never came; the screen:\n{self.text}"
            await asyncio.sleep(0.01)
            await self.pilot.pause()

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """No limit of calls per second inside: the endpoint here limits none, and nobody waits."""
        assert self.app._provider is not None
        limiter = self.app._provider._scheduler._rate_limiter
        usual, limiter.background = limiter.background, 1000
        yield
        limiter.background = usual

    async def settled(self) -> None:
        """Whether no call is under way, the call meter is at rest, and everything is drawn."""
        provider = self.app._provider
        assert provider is not None

        def rests() -> bool:
            now = provider.activity()
            return not (now.used or now.in_flight or now.waiting)

        await self.until(rests)
        await self.until(lambda: "API 0/" in self.status or "API" not in self.status)


@asynccontextmanager
async def explorer(
    start: Place | None = None,
    *,
    world: str = "incident",
    size: tuple[int, int] = (120, 40),
    fault: str = "",
    throttle: bool = False,
    clock: PresentTime = lambda: EPOCH,
    go_to: str | None = None,
    event: Identifiers | None = None,
    only: str | None = None,
    zone: tzinfo = PLUS_TWO,
    configuration: Configuration | None = None,
    unlimited: bool = False,
    fold: bool = False,
    kept: Path | None = None,
    history: Path | None = None,
    guided: bool | None = None,
    told: Callable[[str], Notices | None] | None = None,
) -> AsyncIterator[Journey]:
    """The app on screen.

    Args:
        start: The first place.
        world: Its name.
        size: Columns and rows of the screen.
        fault: What the endpoint does wrong.
        throttle: Whether it enforces the rate of the service.
        clock: Tells the present.
        go_to: The argument of `--at`.
        only: The argument of `--filter`.
        zone: The time zone of the person at the keyboard.
        configuration: Settings; None for the defaults.
        kept: File that keeps places and marks for the next run; None for none.
        history: File that keeps typed texts for the next run; None for none.
        guided: Whether the guide asks from the start; None where it is not offered either.
        told: Tells what EventBridge has told in pasted texts; None for nothing.
        fold: Whether equal events of one second share a row: tests count rows one by one.
        unlimited: Whether calls may follow each other at once, for a test of what was read and
            not of how: reading the session takes 15 s at the rate that the program keeps to.
    """
    opened = open_world(world, clock)
    with Endpoint(opened, throttle=throttle) as endpoint:
        app = explorer_app(
            endpoint,
            start,
            fault=fault,
            clock=clock,
            region=opened.region,
            go_to=go_to,
            event=event,
            only=only,
            zone=zone,
            configuration=configuration,
            fold=fold,
            kept=kept,
            history=history,
            guided=guided,
            told=told,
        )
        async with app.run_test(size=size) as pilot:
            journey = Journey(app, pilot, endpoint)
            await journey.until(lambda: journey.has_begun)
            with journey.unlimited() if unlimited else nullcontext():
                yield journey


def explorer_app(
    endpoint: Endpoint,
    start: Place | None = None,
    *,
    fault: str = "",
    clock: PresentTime = lambda: EPOCH,
    region: str = "us-west-2",
    go_to: str | None = None,
    event: Identifiers | None = None,
    only: str | None = None,
    zone: tzinfo = PLUS_TWO,
    configuration: Configuration | None = None,
    fold: bool = False,
    kept: Path | None = None,
    history: Path | None = None,
    guided: bool | None = None,
    told: Callable[[str], Notices | None] | None = None,
) -> IvscopeApp:
    """The app over an endpoint."""
    url = faulty_url(endpoint, fault) if fault else endpoint.url
    return IvscopeApp(
        lambda: aws_source(url, region=region),
        Launch(
            label="demo",
            start=lambda: start or Place(),
            at=go_to,
            event=event,
            filter=only,
            kept=kept,
            world=None if guided is None else "incident",
            is_guided=bool(guided),
            notices=told,
            origin="demo",
            why_one_account="the demo has one account and one Region",
        ),
        configuration or Configuration({}, background_calls=MOST_BACKGROUND_CALLS, fold=fold),
        local_zone=zone,
        history=history,
        clock=replace(SYSTEM_CLOCK, now=clock),
    )
