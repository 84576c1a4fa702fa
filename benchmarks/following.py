"""What following a live participant costs: calls, bytes, and processor time."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.programs import KEYS_OF_NOBODY, STAGE, at_endpoint
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, limited
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.provider.fetch.following import LONGEST_WAIT_SECONDS, SHORTEST_WAIT_SECONDS

_WATCHED_SECONDS = 30.0

_MOST_CALLS = _WATCHED_SECONDS / SHORTEST_WAIT_SECONDS
"""As many as when something new came all the time."""

_CPU_LIMIT = 20
"""Milliseconds of processor time a second: a fiftieth of a core for a screen that stands still."""

_BYTES_LIMIT = 240
"""Bytes a second: a quarter of what a line of 9,600 baud carries."""

_LIVE = "st-MK9K8pBmnEp5B"
_HOST = "qvtablJ5gKtz"
"""mara-host of the live session of the incident world: an event and more every forty seconds."""


def follow() -> Iterator[Result]:
    """Follow a participant at an endpoint for half a minute."""
    world = open_world("incident", lambda: datetime.now(UTC))
    with ExitStack() as stack:
        endpoint = stack.enter_context(Endpoint(world))
        command = at_endpoint(endpoint.url, STAGE, _LIVE, _HOST)
        s = stack.enter_context(PtySession(command, environment=KEYS_OF_NOBODY))
        s.until("events, all read")
        s.settle(1.0)
        s.send("F")
        s.until("FOLLOWING")
        s.idle(2.0)
        before, cpu = endpoint.calls, _cpu_seconds(s.pid)
        sent = s.idle(_WATCHED_SECONDS).size / _WATCHED_SECONDS
        cpu = _cpu_seconds(s.pid) - cpu
        made = (endpoint.calls - before).total()
    yield limited(
        f"calls in {_WATCHED_SECONDS:.0f} s of following",
        made,
        _MOST_CALLS,
        unit="calls",
        beside=f"a call each {SHORTEST_WAIT_SECONDS:g} to {LONGEST_WAIT_SECONDS:g} s",
    )
    yield limited("bytes while following", sent, _BYTES_LIMIT, unit="B/s")
    yield limited(
        "processor time while following",
        cpu * 1e3 / _WATCHED_SECONDS,
        _CPU_LIMIT,
        unit="ms/s",
    )


def _cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used (Linux: proc_pid_stat(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
