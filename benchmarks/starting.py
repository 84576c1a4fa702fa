"""How long starting and quitting take, beside a Textual hello world."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.programs import (
    DEMO,
    HELLO_TEXT,
    HELLO_WORLD,
    KEYS_OF_NOBODY,
    PARTICIPANT,
    SESSION,
    STAGE,
    at_endpoint,
)
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, amount, limited
from ivscope.endpoint.faults import PREFIX
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world

_STARTS = 7
_QUITS = 7

_FIRST_FRAME = "? help"
"""End of the footer, the last line of the explorer: header and panes stand above it."""
_FIRST_ROW = "fri-night-live"
"""Name of the first stage in the incident world."""
_FIRST_EVENT = "JOINED"

_LATENCIES = (0, 150, 400)
"""Milliseconds until the answer of the endpoint begins."""

_FRAME_BAR = 1.6
_ROW_BAR = 2.1
_LATE_BAR = 1.7
"""Times hello world; the last one for what a row takes beyond the latency."""

_QUIT_LIMIT = 200
"""Milliseconds."""


class _Late:
    """A world whose first look takes a while, as an answer from far away does."""

    def __init__(self, milliseconds: int) -> None:
        self._world = open_world("incident", lambda: datetime.now(UTC))
        self._seconds = milliseconds / 1000

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the world has
        if name == "stages":
            time.sleep(self._seconds)
        return getattr(self._world, name)


def start() -> Iterator[Result]:
    """Measure the first frame, row and event of ivscope, in turns with those of hello world.

    The endpoint runs in this process, which is another one than that of ivscope.
    """
    taken: dict[str, list[float]] = defaultdict(list)
    with ExitStack() as opened:
        urls = {late: opened.enter_context(Endpoint(_Late(late))).url for late in _LATENCIES}
        folder = opened.enter_context(tempfile.TemporaryDirectory())
        environment = {
            **KEYS_OF_NOBODY,
            # With bytecode, as when installed, even if the caller's Python writes none.
            "PYTHONPYCACHEPREFIX": folder,
            "PYTHONDONTWRITEBYTECODE": "",
            "XDG_STATE_HOME": f"{folder}/state",
        }
        for turn in range(_STARTS + 1):
            times = _turn(urls, environment)
            if turn:  # the first turn writes the bytecode and warms the disk cache
                for name, milliseconds in times.items():
                    taken[name].append(milliseconds)
    yield from _rows(taken)


def _turn(urls: Mapping[int, str], environment: Mapping[str, str]) -> dict[str, float]:
    """Start each program once; milliseconds by what came."""
    times: dict[str, float] = {}

    def run(command: Sequence[str], **texts: str) -> None:
        with PtySession(command, environment=environment) as session:
            for name, text in texts.items():
                times[name] = session.until(text)

    run(HELLO_WORLD, hello=HELLO_TEXT)
    run((*HELLO_WORLD, urls[0]), stock=_FIRST_ROW)
    run(DEMO, demo_frame=_FIRST_FRAME, demo_row=_FIRST_ROW)
    run(at_endpoint(urls[0]), frame=_FIRST_FRAME)
    run(at_endpoint(urls[0], STAGE, SESSION, PARTICIPANT), event=_FIRST_EVENT)
    for late, url in urls.items():
        run(at_endpoint(url), **{f"row {late}": _FIRST_ROW})
    return times


def _rows(taken: Mapping[str, Sequence[float]]) -> Iterator[Result]:
    beside = f"hello world {amount(median(taken['hello']), 'ms')}"
    what = "explorer frame, 120x40"
    yield _ratio(what, taken["frame"], taken["hello"], beside, _FRAME_BAR)
    yield _ratio(f"{what}, demo", taken["demo_frame"], taken["hello"], beside, _FRAME_BAR)
    yield _ratio("first stage row", taken["row 0"], taken["hello"], beside, _ROW_BAR)
    yield _ratio("first event", taken["event"], taken["hello"], beside, _ROW_BAR)
    yield _ratio("first row of the demo", taken["demo_row"], taken["hello"], beside)
    stock = f"hello world + stock boto3 + one call {amount(median(taken['stock']), 'ms')}"
    yield _ratio("first stage row", taken["row 0"], taken["stock"], stock, 1)
    yield _ratio("first event", taken["event"], taken["stock"], stock, 1)
    for late in _LATENCIES[1:]:
        beyond = [row - late for row in taken[f"row {late}"]]
        name = f"first stage row, less the latency of {late} ms"
        yield _ratio(name, beyond, taken["hello"], beside, _LATE_BAR)


def _ratio(
    what: str, ours: Sequence[float], theirs: Sequence[float], beside: str, bar: float | None = None
) -> Result:
    """Compare by the median of the ratios of each turn: other work disturbs a turn as a whole."""
    ratio = median(mine / other for mine, other in zip(ours, theirs, strict=True))
    return Result(
        what,
        amount(median(ours), "ms"),
        beside,
        ratio,
        "" if bar is None else f"<= {bar:g} x",
        None if bar is None else ratio <= bar,
    )


def leave() -> Iterator[Result]:
    """Measure from the key to the end of the process, while a call waits a minute."""
    waits = {"ListParticipantEvents": (STAGE, SESSION, PARTICIPANT), "ListStages": ()}
    keys = {"ListParticipantEvents": "ctrl+q", "ListStages": "q"}
    taken: dict[str, list[float]] = {operation: [] for operation in waits}
    hello: list[float] = []
    for _ in range(_QUITS):
        with PtySession(HELLO_WORLD) as session:
            session.until(HELLO_TEXT)
            session.settle()
            hello.append(session.exit_after("ctrl+q"))
        for operation, place in waits.items():
            taken[operation].append(_quit_during(operation, place, keys[operation]))
    beside = f"hello world {amount(median(hello), 'ms')}"
    for operation, times in taken.items():
        yield limited(
            f"{keys[operation]} while {operation} is silent",
            median(times),
            _QUIT_LIMIT,
            unit="ms",
            note=f", at most {max(times):.0f}",
            beside=beside,
        )


def _quit_during(operation: str, place: tuple[str, ...], key: str) -> float:
    world = open_world("incident", lambda: datetime.now(UTC))
    with Endpoint(world) as endpoint:
        url = f"{endpoint.url}{PREFIX}slow_headers.{operation}"
        command = at_endpoint(url, *place)
        with PtySession(command, environment=KEYS_OF_NOBODY) as session:
            session.wait_for(lambda: endpoint.calls[operation] > 0)
            session.settle()
            return session.exit_after(key)
