"""How long starting and quitting take, beside a Textual hello world."""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median

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
from benchmarks.result import Result, amount, compared, limited
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world

_STARTS = 9
_QUITS = 7

_FIRST_TEXT = "starting"
_FIRST_ROW = "fri-night-live"
"""Name of the first stage in the incident world."""

_QUIT_LIMIT = 200
"""Milliseconds."""


def start() -> Iterator[Result]:
    """Measure the first frame and row of `ivscope --demo`, in turns with those of hello world."""
    hello: list[float] = []
    hello_row: list[float] = []
    frame: list[float] = []
    row: list[float] = []
    with (
        Endpoint(open_world("incident", lambda: datetime.now(UTC))) as endpoint,
        tempfile.TemporaryDirectory() as folder,
    ):
        # With bytecode, as when installed, even if the caller's Python writes none.
        bytecode = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for turn in range(_STARTS + 1):
            with PtySession(HELLO_WORLD, environment=bytecode) as session:
                first_text = session.until(HELLO_TEXT)
            with PtySession(DEMO, environment=bytecode) as session:
                first_frame = session.until(_FIRST_TEXT)
                first_row = session.until(_FIRST_ROW)
            with PtySession((*HELLO_WORLD, endpoint.url), environment=bytecode) as session:
                first_row_of_hello = session.until(_FIRST_ROW)
            if turn:  # the first turn writes the bytecode and warms the disk cache
                hello.append(first_text)
                frame.append(first_frame)
                row.append(first_row)
                hello_row.append(first_row_of_hello)
    beside = "hello world"
    yield compared("first frame, 120x40", frame, hello, unit="ms", beside=beside, bar=1.15)
    yield compared("first row of the demo", row, hello, unit="ms", beside=beside)
    yield compared(
        "first row of the demo", row, hello_row, unit="ms", beside="hello world with one call"
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
        url = endpoint.faulty_url(f"slow_headers.{operation}")
        command = at_endpoint(url, *place)
        with PtySession(command, environment=KEYS_OF_NOBODY) as session:
            session.wait_for(lambda: endpoint.calls[operation] > 0)
            session.settle()
            return session.exit_after(key)
