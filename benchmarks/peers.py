"""Other programs that show many lines, where they are installed: start, keys, bytes, memory.

less and lnav read the events as lines of a file; the AWS CLI prints a page of them; the naive
DataTable is what a Textual program has that hands all rows to the widget for tables.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.generated_events import made
from benchmarks.programs import (
    IVSCOPE,
    KEYS_OF_NOBODY,
    PARTICIPANT,
    PYTHON,
    SESSION,
    STAGE,
    filled,
)
from benchmarks.pty_session import ROOT, PtySession
from benchmarks.result import Result, amount, compared
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world

ROWS = 10_000
"""Few enough for the DataTable: a million did not load in five minutes."""

_MOVES = 20
_CALLS = 5


@dataclass(frozen=True, slots=True)
class _Measured:
    ready: float
    """Milliseconds from the start to the first rows."""
    key: float
    """Milliseconds from `j` to its last byte, the median."""
    size: float
    """Bytes of `j`, the median."""
    memory: float
    """Megabytes."""


def peers() -> Iterator[Result]:
    """Measure each program over the same rows, then one page of events beside the AWS CLI."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events.log")
        path.write_text("".join(f"{line}\n" for line in lines(ROWS)))
        table = (PYTHON, "-m", "benchmarks.naive_table", str(path))
        programs: dict[str, tuple[Sequence[str], str]] = {
            "less": (("less", "-S", str(path)), "SUBSCRIBE"),
            "lnav": (("lnav", "-N", str(path)), "SUBSCRIBE"),
            "a naive DataTable": (table, "SUBSCRIBE"),
        }
        ours = _measure(filled(ROWS), f"{ROWS:,} events", folder)
        for name, (command, sign) in programs.items():
            if shutil.which(command[0]) is not None:
                yield from _beside(ours, name, _measure(command, sign, folder))
    yield from _aws_cli()


def lines(count: int) -> Iterator[str]:
    """Write made events as lines with the columns of the event list."""
    for event in made(0, count):
        time = event.time.strftime("%Y-%m-%d %H:%M:%S") if isinstance(event.time, datetime) else ""
        parts = (time, event.name, event.error_code, event.remote_participant_id)
        yield "  ".join(part for part in parts if part)


def _measure(command: Sequence[str], sign: str, home: str) -> _Measured:
    environment = {"HOME": home, "XDG_CONFIG_HOME": home}
    with PtySession(command, environment=environment) as session:
        ready = session.until(sign)
        session.settle(1.0)
        answers = [session.press("j", quiet=0.2) for _ in range(_MOVES)]
        statm = Path(f"/proc/{session.pid}/statm").read_text()
    return _Measured(
        ready,
        median(one.milliseconds or 0.0 for one in answers),
        median(one.size for one in answers),
        int(statm.split()[1]) * 4096 / 1e6,
    )


def _beside(ours: _Measured, name: str, theirs: _Measured) -> Iterator[Result]:
    for what, mine, other, unit in (
        (f"first rows of {ROWS:,}", ours.ready, theirs.ready, "ms"),
        (f"j at {ROWS:,} rows, last byte", ours.key, theirs.key, "ms"),
        (f"bytes of j at {ROWS:,} rows", ours.size, theirs.size, "B"),
        (f"memory with {ROWS:,} rows", ours.memory, theirs.memory, "MB"),
    ):
        yield Result(what, amount(mine, unit), f"{name} {amount(other, unit)}", mine / other)


def _aws_cli() -> Iterator[Result]:
    """Print one page of events by `ivscope events` and by the AWS CLI, in turns."""
    aws = shutil.which("aws")
    if aws is None:
        return
    with Endpoint(open_world("incident", lambda: datetime.now(UTC))) as endpoint:
        at = ("--endpoint-url", endpoint.url, "--region", "us-west-2")
        theirs = (
            *(aws, "ivs-realtime", "list-participant-events", "--stage-arn", STAGE),
            *("--session-id", SESSION, "--participant-id", PARTICIPANT, *at),
        )
        ours = (*IVSCOPE, "events", STAGE, SESSION, PARTICIPANT, *at)
        times: tuple[list[float], list[float]] = [], []
        for _ in range(_CALLS):
            for command, taken in zip((ours, theirs), times, strict=True):
                taken.append(_seconds(command) * 1e3)
    yield compared("print a page of events", *times, unit="ms", beside="AWS CLI")


def _seconds(command: Sequence[str]) -> float:
    began = time.perf_counter()
    environment = {**KEYS_OF_NOBODY, "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT, env=environment)
    return time.perf_counter() - began
