"""What a scan costs a person at the keys, and how soon it has read those who matter most."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.programs import IVSCOPE, KEYS_OF_NOBODY, PYTHON, at_endpoint
from benchmarks.pty_session import ROOT, PtySession, plain
from benchmarks.result import Result, amount, highest, limited
from ivscope.domain.stages import SessionScope
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.huge import MAIN_STAGE, PUBLISHERS, REGION, HugeWorld

_RATES = {4: "4 calls a second", 1_000: "as many calls as this machine can"}
"""Calls a second that we may use of the service, and more than can be answered."""

_KEYS = 60
_LIMIT = 50
"""Milliseconds within which a key must show."""

_LONGEST_SECONDS = 3.0
"""Time that is counted for a key that shows nothing within it."""

_WARM_SECONDS = 6.0
_IDLE_SECONDS = 5.0

_WAIT_LIMIT = 10
"""Seconds until all publishers of a big session are read, and until an estimate of the rest."""

_ESTIMATE = "of the other participants got an error"
"""In "about 3 % (2 to 5) of the other …", and in "at most 27 %, perhaps none, of the other …"."""

_COUNT = re.compile(rb"([\d,]+) of [\d,a-z ]+ participants read")
_CURSOR = re.compile(rb"\x1b\[(?:0;)?(?:1;)?7[;m]")


def scan() -> Iterator[Result]:
    """Measure keys and bytes of the timeline and the summary while everybody is read."""
    with huge_endpoint() as (url, scope):
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


class _Asked:
    """A world that notes whose events were asked for."""

    def __init__(self, world: HugeWorld) -> None:
        self._world = world
        self.whose: set[str] = set()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the world has
        return getattr(self._world, name)

    def events(self, stage: str, session: str, participant: str) -> Any:  # noqa: ANN401 - see above
        """Return the world's events of a participant."""
        self.whose.add(participant)
        return self._world.events(stage, session, participant)


def big() -> Iterator[Result]:
    """Measure how soon a scan of 25,000 participants has read who matters most, as AWS allows."""
    world = HugeWorld(datetime.now(UTC), lambda: datetime.now(UTC))
    scope = biggest(world)
    people = world.participants(scope.stage_arn, scope.session_id) or ()
    publishers = {str(people[index]["participantId"]) for index in range(PUBLISHERS)}
    asked = _Asked(world)
    with Endpoint(asked, throttle=True) as endpoint:
        place = (scope.stage_arn, scope.session_id)
        command = at_endpoint(endpoint.url, *place, region=REGION)
        with PtySession(command, environment=KEYS_OF_NOBODY) as session:
            session.until("more available")
            session.settle(0.5)
            session.send("i")
            began = session.now
            session.wait_for(lambda: publishers <= asked.whose)
            read = (session.now - began) / 1e3
            session.until(_ESTIMATE)
            estimated = (session.now - began) / 1e3
    what = f"of {len(people):,} participants, after i"
    yield limited(f"the last of {PUBLISHERS} publishers {what}", read, _WAIT_LIMIT, unit="s")
    yield limited(f"an estimate {what}", estimated, _WAIT_LIMIT, unit="s")


def _while_scanning(session: PtySession, what: str) -> Iterator[Result]:
    before = participants_read(session)
    idle = session.idle(_IDLE_SECONDS)
    read = (participants_read(session) - before) / _IDLE_SECONDS
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


def participants_read(session: PtySession) -> int:
    """Return how many the screen says are read; 0 where it does not say."""
    found = _COUNT.findall(plain(session.screen().encode()))
    return int(found[-1].replace(b",", b"")) if found else 0


@contextmanager
def huge_endpoint() -> Iterator[tuple[str, SessionScope]]:
    """Start an endpoint in a process; yields its address and a session of 25,000 participants."""
    command = (*IVSCOPE, "endpoint", "--world", "huge")
    server = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    try:
        assert server.stdout is not None  # noqa: S101 - it was asked for
        url = server.stdout.readline().split(" on ")[1].split(" ")[0]
        yield url, biggest(HugeWorld(datetime.now(UTC), lambda: datetime.now(UTC)))
    finally:
        server.terminate()
        server.wait()


def biggest(world: HugeWorld) -> SessionScope:
    """Return the session of 25,000 participants."""
    stage = world.stages()[MAIN_STAGE]["arn"]
    return SessionScope(stage, world.sessions(stage)[-1]["sessionId"])  # type: ignore[index]
