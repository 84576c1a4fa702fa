"""What a scan costs a person at the keys: times and bytes of keys."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median

from benchmarks.programs import IVSCOPE, PYTHON
from benchmarks.pty_session import ROOT, PtySession, plain
from benchmarks.result import Result, amount, highest, limited
from ivscope.domain.stages import SessionScope
from ivscope.endpoint.worlds.huge import MAIN_STAGE, REGION, HugeWorld

_RATES = {4: "4 calls a second", 1_000: "as many calls as this machine can"}
"""Calls a second that we may use of the service, and more than can be answered."""

_KEYS = 60
_LIMIT = 50
"""Milliseconds within which a key must show."""

_LONGEST_SECONDS = 3.0
"""Time that is counted for a key that shows nothing within it."""

_WARM_SECONDS = 6.0
_IDLE_SECONDS = 5.0

_COUNT = re.compile(rb"([\d,]+) of [\d,a-z ]+ participants read")
_CURSOR = re.compile(rb"\x1b\[(?:1;)?7[;m]")


def scan() -> Iterator[Result]:
    """Measure keys and bytes of the timeline and the summary while everybody is read."""
    with _huge_endpoint() as (url, scope):
        command = (
            *(PYTHON, "-m", "benchmarks.scanning_explorer", url, REGION),
            *(scope.stage_arn, scope.session_id),
        )
        for rate, told in _RATES.items():
            for key, view in (("M", "timeline"), ("i", "summary")):
                with PtySession((*command, str(rate))) as session:
                    session.until("participants read")
                    session.settle(1.0, seconds=5.0)
                    session.send(key)
                    session.until("participants read")
                    session.idle(_WARM_SECONDS)
                    yield from _while_scanning(session, f"{view}, {told}")


def _while_scanning(session: PtySession, what: str) -> Iterator[Result]:
    before = _participants_read(session)
    idle = session.idle(_IDLE_SECONDS)
    read = (_participants_read(session) - before) / _IDLE_SECONDS
    taken = [_key_time(session, number) for number in range(_KEYS)]
    yield limited(
        f"95 % of keys during a sweep: {what}",
        highest(taken),
        _LIMIT,
        unit="ms",
        note=f", half {amount(median(taken), 'ms')}",
        beside=f"{amount(read, 'participants a second')} read",
    )
    yield Result(
        f"bytes a second during a sweep, nobody at the keys: {what}",
        amount(idle.size / _IDLE_SECONDS, "B"),
    )


def _key_time(session: PtySession, number: int) -> float:
    """Return milliseconds from a key to the frame that moves the cursor."""
    try:
        key = "k" if number % 2 else "j"
        answer = session.press_until(key, _CURSOR, seconds=_LONGEST_SECONDS)
    except TimeoutError:
        return _LONGEST_SECONDS * 1e3
    session.idle(0.03 + number % 7 * 0.01)  # not in step with the scan
    return answer.milliseconds or 0.0


def _participants_read(session: PtySession) -> int:
    found = _COUNT.findall(plain(session.screen().encode()))
    return int(found[-1].replace(b",", b"")) if found else 0


@contextmanager
def _huge_endpoint() -> Iterator[tuple[str, SessionScope]]:
    """Start an endpoint in a process; yields its address and a session of 25,000 participants."""
    command = (*IVSCOPE, "endpoint", "--world", "huge")
    server = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    try:
        assert server.stdout is not None  # noqa: S101 - it was asked for
        url = server.stdout.readline().split(" on ")[1].split(" ")[0]
        yield url, _biggest(HugeWorld(datetime.now(UTC), lambda: datetime.now(UTC)))
    finally:
        server.terminate()
        server.wait()


def _biggest(world: HugeWorld) -> SessionScope:
    stage = world.stages()[MAIN_STAGE]["arn"]
    return SessionScope(stage, world.sessions(stage)[-1]["sessionId"])  # type: ignore[index]
