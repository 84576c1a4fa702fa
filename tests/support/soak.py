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
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from textual.events import Paste
from textual.pilot import Pilot

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.world import World
from ivscope.settings.configuration import MOST_BACKGROUND_CALLS, Configuration
from ivscope.ui.app import IvscopeApp
from ivscope.ui.commands import CommandScreen
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.workspace.jobs import UiThread
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Place
from support.aws_sources import aws_source
from support.moved_clock import START, MovedClock
from support.soak_person import Act, Person, Step
from support.soak_worlds import KINDS, RandomFaults, differences, ground

_HOUR = 3600.0

_ENDPOINT_THREADS = ("process_request_thread", "ivs-endpoint")
"""In the names of threads that the endpoint of the run owns: one per connection."""

_BETWEEN = (0.1, 0.3, 1.0, 2.0, 5.0, 20.0)
"""Seconds of the injected clock between two steps; a person reads for some of them."""

_MOVE = 0.5
"""Longest move of the clock at once, seconds: shorter than the deadlines of calls."""

_PATIENCE = 0.05
"""Real seconds that a call under way gets before the clock moves on."""

_MOST_MEMORY = 1_000_000
"""Bytes per simulated hour by which memory may grow after the first quarter."""


@dataclass(frozen=True, slots=True)
class Use:
    """What the process uses, at rest."""

    memory: int
    """Bytes resident."""
    threads: int
    """Without those of the endpoint."""
    files: int
    """Open descriptors without sockets, of which the endpoint has its own."""

    @classmethod
    def now(cls) -> "Use":
        """Measure after collecting garbage."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        threads = [
            one
            for one in threading.enumerate()
            if not any(n in one.name for n in _ENDPOINT_THREADS)
        ]
        return cls(pages * os.sysconf("SC_PAGE_SIZE"), len(threads), _files())


def _files() -> int:
    folder = Path("/proc/self/fd")
    links = []
    for path in folder.iterdir():
        try:
            links.append(str(path.readlink()))
        except OSError:
            continue  # the descriptor of this very listing
    return sum(not link.startswith("socket:") for link in links)


@dataclass
class Account:
    """What became of one run."""

    world: str
    seed: int
    seconds: float = 0.0
    """Of the injected clock."""
    acts: Counter[Act] = field(default_factory=Counter)
    faults: int = 0
    calls: int = 0
    before: Use | None = None
    """Before the app was made, when the modules were loaded."""
    quarter: Use | None = None
    end: Use | None = None
    after: Use | None = None
    """When the app had ended."""
    compared: int = 0
    lost: int = 0
    doubled: int = 0
    errors: list[str] = field(default_factory=list)
    last: deque[str] = field(default_factory=lambda: deque(maxlen=30))
    """The last steps, for a person who looks for the cause."""

    @property
    def growth(self) -> float:
        """Bytes per simulated hour after the first quarter."""
        if self.quarter is None or self.end is None or not self.seconds:
            return 0.0
        return (self.end.memory - self.quarter.memory) / (self.seconds * 0.75 / _HOUR)

    @property
    def complaints(self) -> list[str]:
        """What must not be, memory aside: of that a short run cannot tell."""
        said = list(self.errors)
        if self.lost or self.doubled:
            said.append(f"{self.lost} events lost, {self.doubled} doubled")
        for first, last in ((self.before, self.after), (self.quarter, self.end)):
            if first is not None and last is not None:
                if last.threads > first.threads:
                    said.append(f"threads: {first.threads}, then {last.threads}")
                if last.files > first.files:
                    said.append(f"open files: {first.files}, then {last.files}")
        return said

    @property
    def rows(self) -> str:
        """The account as lines of a table."""
        uses = (
            ("before", self.before),
            ("quarter", self.quarter),
            ("end", self.end),
            ("after", self.after),
        )
        acts = ", ".join(f"{self.acts[act]} {act}" for act in Act)
        lines = [
            f"world {self.world}, seed {self.seed}, {self.seconds / _HOUR:.2f} simulated hours",
            f"  {acts}, {self.faults} faults met, {self.calls} calls",
            f"  {self.compared} events compared, {self.lost} lost, {self.doubled} doubled",
            f"  {len(self.errors)} exceptions, memory {self.growth / 1e6:+.2f} MB an hour",
        ]
        lines += [
            f"  {name:8} {use.memory / 1e6:8.1f} MB {use.threads:3} threads {use.files:3} files"
            for name, use in uses
            if use is not None
        ]
        return "\n".join(lines)


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
        self._world: World = self._ground.open(self._present)
        self._faults = RandomFaults(self._lot, self._ground.faults)
        self._app: _App
        self._pilot: Pilot[None]

    def _present(self) -> datetime:
        return self._stopped or self._clock.now()

    async def run(self, seconds: float) -> Account:
        """Run for so many seconds of the injected clock, or until something fails."""
        account = self.account
        threading.excepthook, usual = self._thread_failed, threading.excepthook
        try:
            account.before = Use.now()
            with Endpoint(self._world) as endpoint:
                endpoint._server.faults = self._faults  # type: ignore[assignment]
                try:
                    async with self._running(endpoint):
                        await self._go_on(seconds)
                        await self._compare()
                finally:
                    account.calls = endpoint.calls.total()
                account.errors += map(repr, endpoint.bugs)
            account.faults = self._faults.met.total()
            await self._until(lambda: Use.now().threads <= _of(account.before).threads, 3.0)
            account.after = Use.now()
        except Exception as error:  # noqa: BLE001 - told with the seed and the last keys
            account.errors.append("".join(traceback.format_exception(error)))
        finally:
            threading.excepthook = usual
        return account

    @asynccontextmanager
    async def _running(self, endpoint: Endpoint) -> AsyncIterator[None]:
        url = endpoint.faulty_url("random") if self._ground.faults else endpoint.url
        self._app = _App(
            lambda: aws_source(url, region=self._world.region),
            Launch(label="soak", start=Place),
            Configuration({}, background_calls=MOST_BACKGROUND_CALLS),
            clock=self._clock,
        )
        async with self._app.run_test(size=(120, 40)) as self._pilot:
            await self._until(lambda: isinstance(self._app.screen, ExplorerScreen), 20.0)
            yield

    async def _go_on(self, seconds: float) -> None:
        account, person = self.account, Person(self._lot, self._world)
        steps = person.opening()
        while account.seconds < seconds and not self._has_failed():
            for step in steps:
                await self._do(step)
            steps = person.steps(self._view)
            await self._pass(self._lot.choice(_BETWEEN))
            if account.quarter is None and account.seconds >= seconds / 4:
                await self._rest()
                account.quarter = Use.now()
        await self._rest()
        account.end = Use.now()

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
        before = self.account.seconds
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
        self.account.seconds = before
        account = self.account
        account.compared, account.lost, account.doubled = differences(provider, self._world)
        self._has_failed()

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


def _of(use: Use | None) -> Use:
    assert use is not None
    return use


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
    chosen = parser.parse_args()
    soaked(chosen.world, chosen.seed, 10)  # loads every module that the run will use
    began = time.monotonic()
    account = soaked(chosen.world, chosen.seed, chosen.hours * _HOUR)
    lines = [account.rows, f"  {time.monotonic() - began:.0f} s of real time"]
    said = account.complaints
    if account.growth > _MOST_MEMORY:
        said.append(f"memory grew by {account.growth / 1e6:.1f} MB an hour")
    if said:
        lines += ["FAILED:", *said, "the last steps:", *account.last]
    sys.stdout.write("\n".join([*lines, ""]))
    return bool(said)


if __name__ == "__main__":
    sys.exit(main())
