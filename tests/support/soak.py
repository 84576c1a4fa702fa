"""Soak: hours of simulated on-call on an injected clock, with real boto3 over real HTTP.

`PYTHONPATH=tui:tests python -m support.soak --hours 1 --seed 1 --world incident` prints a table.
A seed draws keys, pastes, resizes and faults; threads make the rest of a run differ a little.
"""

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import threading
import time
import traceback
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from textual.events import Paste
from textual.pilot import Pilot

from ivscope.endpoint import faults as endpoint_faults
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.world import World
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.settings.configuration import MOST_BACKGROUND_CALLS, Configuration
from ivscope.ui.app import IvscopeApp
from ivscope.ui.commands import CommandScreen
from ivscope.workspace.jobs import UiThread
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Place
from support.aws_sources import aws_source
from support.faulty_urls import faulty_url
from support.moved_clock import START, MovedClock
from support.soak_account import HOUR, MOST_MEMORY, Account, Use, own_traces
from support.soak_person import Act, Person, Step
from support.soak_truth import Truth, is_up_to_date
from support.soak_worlds import KINDS, SHORT_WAITS, RandomFaults, ground

_BETWEEN = (0.1, 0.3, 1.0, 2.0, 5.0, 20.0)
"""Seconds of the injected clock between two steps; a person reads for some of them."""

_MOVE = 0.5
"""Longest move of the clock at once, seconds: shorter than the deadlines of calls."""

_PATIENCE = 0.05
"""Real seconds that a call under way gets before the clock moves on."""

_CHECKED_EVERY = 30.0
"""Seconds of the injected clock between two comparisons of lists with the world."""

MOST_WAIT = 20.0
"""Real seconds for the first screen and the first events: a busy machine takes its time."""

_MOST_PASSES = 3
"""Starts of a scan at the end: the first one may go on with a pass that began long ago."""

LEAVE_WAIT = 20.0
"""Real seconds for threads and connections to end; they do so at once on an idle machine."""

_LINES_OF_GROWTH = 25
"""Lines of code that a run with tracing prints, those whose memory grew most first."""


class _App(IvscopeApp):
    """The app, which notes a crash and never quits: keys that quit are counted only."""

    def __init__(self, *arguments: Any, clock: "_Clock", **named: Any) -> None:
        super().__init__(*arguments, clock=clock.clock, **named)
        self.jobs.ui = clock.ui_of(self)
        self.crashes: list[Exception] = []
        self.left = 0

    def _crash(self, error: Exception) -> None:
        self.crashes.append(error)

    def exit(self, *_arguments: Any, **_named: Any) -> None:
        self.left += 1

    def action_suspend_process(self) -> None:
        """There is no shell to go to."""


class _Clock(MovedClock):
    """The moved clock, which runs the timers of an app."""

    def ui_of(self, app: IvscopeApp) -> UiThread:
        return UiThread(
            app.call_later,
            lambda seconds, call: self._later(seconds, partial(app.call_later, call)),
        )


class Soak:
    """One run: a person, a clock, an endpoint, and the app between them."""

    def __init__(self, kind: str, seed: int) -> None:
        self.account = Account(kind, seed)
        self._lot = Random(f"{kind} {seed}")  # noqa: S311 - no secret
        self._ground = ground(kind, seed)
        self._clock = _Clock()
        self._clock.wall_ahead = (self._ground.start - START).total_seconds()
        self._stopped: datetime | None = None
        """When the world stood still, so that it can be compared; None while it goes on."""
        self._asked = threading.local()
        """In the thread that compares: the moment of the world that is asked for."""
        self._world: World = self._ground.open(self._present)
        fate = Random(f"faults of {kind} {seed}")  # noqa: S311 - no secret
        self._faults = RandomFaults(fate, self._ground.faults)
        draw = Random(f"lists of {kind} {seed}")  # noqa: S311 - no secret
        self._truth = Truth(self._world, self.account, draw, self._at)
        self._checked = 0.0
        self._app: _App
        self._pilot: Pilot[None]
        self._port: int | None = None
        self._traces: tracemalloc.Snapshot | None = None

    def _present(self) -> datetime:
        asked: datetime | None = getattr(self._asked, "moment", None)
        return asked or self._stopped or self._clock.now()

    def _at(self, moment: datetime | None, do: Callable[[], None]) -> None:
        self._asked.moment = moment
        try:
            do()
        finally:
            self._asked.moment = None

    async def run(self, seconds: float) -> Account:
        """Run for so many seconds of the injected clock, or until something fails."""
        account = self.account
        threading.excepthook, usual = self._thread_failed, threading.excepthook
        try:
            account.before = Use.now()
            with (
                patch.dict(vars(endpoint_faults), SHORT_WAITS),
                Endpoint(self._world) as endpoint,
            ):
                self._port = endpoint._server.server_port
                endpoint._server.faults = self._faults  # type: ignore[assignment]
                try:
                    await asyncio.create_task(self._live(endpoint, seconds))
                finally:
                    account.calls = endpoint.calls.total()
                account.errors += map(repr, endpoint.bugs)
            account.faults = self._faults.met.total()
            self._forget_app()
            await self._until(self._has_left_nothing, LEAVE_WAIT)
            account.after = Use.now()
        except Exception as error:  # noqa: BLE001 - told with the seed and the last keys
            account.errors.append("".join(traceback.format_exception(error)))
        finally:
            threading.excepthook = usual
        return account

    async def _live(self, endpoint: Endpoint, seconds: float) -> None:
        """Begin and end the app, in a task of its own.

        The pilot draws in the task that waits, and drawing leaves there which screens are behind
        the topmost one. In the task of the whole run they would hold the app when it has ended.
        """
        async with self._running(endpoint):
            await self._go_on(seconds)
            await self._compare()

    @asynccontextmanager
    async def _running(self, endpoint: Endpoint) -> AsyncIterator[None]:
        url = faulty_url(endpoint, "random") if self._ground.faults else endpoint.url
        self._app = _App(
            lambda: aws_source(url, region=self._world.region),
            Launch(label="soak", start=Place),
            Configuration({}, background_calls=MOST_BACKGROUND_CALLS),
            clock=self._clock,
        )
        async with self._app.run_test(size=(120, 40)) as self._pilot:
            await self._until(lambda: not self._app._holds_keys, MOST_WAIT)
            yield

    def _has_left_nothing(self) -> bool:
        gc.collect()
        return not self.account.complaints_of(Use.counted())

    def _forget_app(self) -> None:
        """Let go of the app, as the end of the process does, so that its connections end."""
        self._has_failed()
        del self._app, self._pilot
        self._clock = _Clock()

    async def _go_on(self, seconds: float) -> None:
        account, person = self.account, Person(self._lot, self._world)
        for step in person.alert():
            await self._do(step)
        await self._reach(lambda: bool(self._opened))
        steps = person.opening()
        while account.seconds < seconds and not self._has_failed():
            for step in steps:
                await self._do(step)
            steps = person.steps(self._view)
            await self._pass(self._lot.choice(_BETWEEN))
            self._check(is_all=False)
            if account.quarter is None and account.seconds >= seconds / 4:
                account.quarter = await self._use_at_rest()
        account.end = await self._use_at_rest()
        self._check(is_all=True)

    async def _use_at_rest(self) -> Use:
        await self._rest()
        use = Use.now(self._app._provider, self._port)
        if tracemalloc.is_tracing():
            traces = own_traces(tracemalloc.take_snapshot())
            if self._traces is not None:
                grown = traces.compare_to(self._traces, "lineno")
                self.account.grown = [str(line) for line in grown[:_LINES_OF_GROWTH]]
            self._traces = traces
        return use

    @property
    def _opened(self) -> int:
        """How many participants were opened."""
        provider = self._app._provider
        return 0 if provider is None else len(provider.store.all_events)

    def _check(self, *, is_all: bool) -> None:
        """Every now and then, compare lists with the world while it goes on."""
        provider = self._app._provider
        if provider is None or not (is_all or self.account.seconds >= self._checked):
            return
        self._checked = self.account.seconds + _CHECKED_EVERY
        self._truth.check(provider, is_true=self._ground.is_true, is_all=is_all)

    async def _reach(self, condition: Callable[[], bool]) -> None:
        """Let time pass until something has come about, which an idle machine does at once."""
        end = time.monotonic() + MOST_WAIT
        while not condition() and not self._has_failed() and time.monotonic() < end:
            await self._pass(_MOVE)

    @property
    def _view(self) -> Any:
        screen = self._app.screen
        return screen.view if isinstance(screen, CommandScreen) else None

    async def _do(self, step: Step) -> None:
        self.account.last.append(str(step))
        self.account.acts[step.act] += len(step.keys) or 1
        match step.act:
            case Act.KEYS:
                await self._pilot.press(*step.keys)
            case Act.PASTE:
                self._app.post_message(Paste(step.text))
                await self._pilot.pause()
                await self._pass(2.0)
            case Act.RESIZE:
                await self._pilot.resize_terminal(*step.size)

    async def _pass(self, seconds: float) -> None:
        """Let time pass, with a moment of real time for what is under way."""
        while seconds > 0:
            step = min(seconds, _MOVE)
            self._clock.pass_time(step)
            self.account.seconds += step
            seconds -= step
            await asyncio.sleep(0.001)
            await self._until(lambda: not self._is_calling, _PATIENCE)

    @property
    def _is_calling(self) -> bool:
        provider = self._app._provider
        return provider is not None and bool(provider.activity().in_flight)

    async def _until(self, condition: Any, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:  # noqa: ASYNC110 - other threads change it
            await asyncio.sleep(0.005)

    async def _rest(self) -> None:
        """Back to the stages, with nothing under way and without faults."""
        self._faults.are_on, were_on = False, self._faults.are_on
        await self._pilot.resize_terminal(120, 40)
        await self._pilot.press(*("escape",) * 8)
        before = self.account.seconds
        provider = self._app._provider
        if provider is not None:
            # After keys that have expired no client is there until the next call: have one.
            provider.restart(provider.stages())
        for _ in range(5):
            await self._pass(2.0)
        self.account.seconds = before
        await self._pilot.pause()
        self._faults.are_on = were_on

    async def _compare(self) -> None:
        """Read on what was opened, on a world that stands still, and compare."""
        provider = self._app._provider
        if provider is None or not self._ground.is_true or self._has_failed():
            return
        self._stopped = self._clock.now()
        self._faults.are_on = False
        before, since = self.account.seconds, self._clock.monotonic()
        for feed in tuple(provider.store.all_events.values()):
            is_refreshed = False
            for _ in range(400):
                if feed.status.is_busy:
                    await self._pass(0.3)
                elif feed.can_retry:
                    provider.retry(feed)
                elif feed.has_more:
                    provider.read_more(feed)
                elif is_refreshed or not provider.refresh(feed):
                    break
                else:
                    is_refreshed = True
        for scan in tuple(provider._scans.values()):
            if scan.state is not ScanState.IDLE:
                await self._scan_again(scan, since)
        self.account.seconds = before
        self._truth.compare(provider, since)
        self._has_failed()

    async def _scan_again(self, scan: Scan, since: float) -> None:
        for _ in range(_MOST_PASSES):
            if not is_up_to_date(scan, since):
                scan.start()
                await self._reach(lambda: not scan.is_running)

    def _thread_failed(self, args: threading.ExceptHookArgs) -> None:
        self.account.errors.append(f"in a thread: {args.exc_value!r}")

    def _has_failed(self) -> bool:
        """Note what failed since; whether anything has."""
        app, errors = self._app, self.account.errors
        told = [*app.crashes, *(bug.error for bug in app.jobs.bugs)]
        if app._exception is not None:
            told.append(app._exception)
        texts = ["".join(traceback.format_exception(error)) for error in told]
        errors += [text for text in texts if text not in errors]
        return bool(errors)


def soaked(kind: str, seed: int, seconds: float) -> Account:
    """Run a soak in an empty folder, where it can save files."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return asyncio.run(Soak(kind, seed).run(seconds))
        finally:
            os.chdir(here)


def main() -> int:
    """Run by the arguments and print; 1 when anything failed."""
    parser = argparse.ArgumentParser(prog="support.soak", description="Hours of simulated on-call.")
    parser.add_argument("--hours", type=float, default=1.0, help="simulated hours")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", choices=KINDS, default=KINDS[0])
    parser.add_argument(
        "--trace", action="store_true", help="trace memory, which takes three times as long"
    )
    chosen = parser.parse_args()
    soaked(chosen.world, chosen.seed, 10)  # loads every module that the run will use
    if chosen.trace:
        tracemalloc.start()
    began = time.monotonic()
    account = soaked(chosen.world, chosen.seed, chosen.hours * HOUR)
    lines = [account.rows, f"  {time.monotonic() - began:.0f} s of real time"]
    said = account.complaints
    if account.growth is not None and account.growth > MOST_MEMORY:
        said.append(f"memory grew by {account.growth / 1e6:.1f} MB an hour")
    if account.grown:
        lines += ["memory that grew most:", *account.grown]
    if said:
        lines += ["FAILED:", *said, "the last steps:", *account.last]
    sys.stdout.write("\n".join([*lines, ""]))
    return bool(said)


if __name__ == "__main__":
    sys.exit(main())
