"""What a million events cost: time of keys, appending, memory, keys while pages arrive."""

import gc
import json
import re
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median

from benchmarks.generated_events import PAGE, made
from benchmarks.programs import filled
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, amount, compared, highest, limited
from ivscope.domain.events import Event
from ivscope.endpoint.worlds.huge import MAIN_STAGE, HugeWorld
from ivscope.provider.store.event_log import EventLog
from ivscope.sources.decoding import decode_event

MANY = 1_000_000
FEW = 1_000

_MOVES = 25
_PAGES = 25
_KINDS = ("cursor move", "page down", "first, last")
_FIRST_BYTES = "any of these, first bytes"
"""Label of times to the first bytes: the last ones wait for a frame, which hides differences."""

_APPENDS = 200
_BATCH = 10
"""Pages appended in one measurement: one page alone is too quick to measure."""

_HELD = 200_000
_FLOOR_BYTES = 24
"""Bytes of an event in bare columns: 8 for the time, 1 to 4 for each number, room to grow."""

_PAGES_PER_SECOND = 20
"""Four times what the service lets one operation call."""

_BUSY_KEYS = 100
_BUSY_LIMIT = 50
"""Milliseconds within which a key must show."""


def keys() -> Iterator[Result]:
    """Measure from key to last byte over a million and over a thousand rows, in turns."""
    ours: dict[str, list[float]] = {name: [] for name in (*_KINDS, _FIRST_BYTES)}
    theirs: dict[str, list[float]] = {name: [] for name in ours}
    with PtySession(filled(MANY)) as many, PtySession(filled(FEW)) as few:
        many.until(f"{MANY:,} events")
        few.until(f"{FEW:,} events")
        for session in (many, few):
            session.settle(1.0)

        def press(name: str, key: str) -> None:
            for session, times in ((many, ours), (few, theirs)):
                answer = session.press(key)
                if answer.milliseconds is not None and answer.first_milliseconds is not None:
                    times[name].append(answer.milliseconds)
                    times[_FIRST_BYTES].append(answer.first_milliseconds)

        for _ in range(_MOVES):
            press("cursor move", "down")
        for _ in range(_PAGES):
            press("page down", "pagedown")
        for _ in range(_MOVES // 2):
            press("first, last", "end")
            press("first, last", "home")
        press("first, last", "end")
        for _ in range(_MOVES):
            press("cursor move", "up")
    for name, times in ours.items():
        what = f"{name} at {MANY:,} events"
        yield compared(what, times, theirs[name], unit="ms", beside=f"at {FEW:,}:", bar=1.2)


def append() -> Iterator[Result]:
    """Measure appending pages of 100 to a long log and to a short one, in turns."""
    many, few = EventLog(), EventLog()
    many.append(made(0, MANY))
    page = tuple(made(MANY, PAGE))
    times: tuple[list[float], list[float]] = [], []
    gc.collect()
    for _ in range(_APPENDS):
        few = EventLog()
        few.append(made(0, FEW))
        for log, taken in zip((many, few), times, strict=True):
            began = time.thread_time_ns()
            for _ in range(_BATCH):
                log.append(page)
            taken.append((time.thread_time_ns() - began) / 1e3 / _BATCH)
    what = f"append a page of {PAGE} at {MANY:,} events"
    yield compared(what, *times, unit="us CPU", beside=f"at {FEW:,}:", bar=1.5)


def memory() -> Iterator[Result]:
    """Measure the memory of an event of the huge world, decoded from JSON as AWS sends it."""
    world = HugeWorld(datetime(2026, 11, 24, 7, tzinfo=UTC), lambda: datetime.now(UTC))
    stage = world.stages()[MAIN_STAGE]["arn"]
    session = world.sessions(stage)[-1]["sessionId"]  # type: ignore[index]
    people = world.participants(stage, session)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    log = EventLog()
    index = 0
    while people is not None and len(log) < _HELD:
        wire = world.events(stage, session, people[index]["participantId"])
        if wire is not None:
            for first in range(0, len(wire), PAGE):
                rows = json.loads(json.dumps(list(wire[first : first + PAGE])))
                log.append(map(decode_event, rows))
        index += 1
    gc.collect()
    held = (tracemalloc.get_traced_memory()[0] - before) / len(log)
    objects_before = tracemalloc.get_traced_memory()[0]
    objects: list[Event] = list(made(0, 10_000))
    each = (tracemalloc.get_traced_memory()[0] - objects_before) / len(objects)
    tracemalloc.stop()
    yield Result(
        f"memory of an event, {len(log):,} held",
        amount(held, "B"),
        f"bare columns {_FLOOR_BYTES} B (as objects {amount(each, 'B')})",
        held / _FLOOR_BYTES,
        "<= 1.5 x",
        held / _FLOOR_BYTES <= 1.5,
    )


def busy() -> Iterator[Result]:
    """Measure from key to the frame that moves the cursor, while pages arrive and at rest."""
    arriving, resting = filled(FEW, _PAGES_PER_SECOND), filled(FEW)
    times: tuple[list[float], list[float]] = [], []
    with PtySession(arriving) as busy, PtySession(resting) as quiet:
        for session in (busy, quiet):
            session.until("benchmark")
            session.idle(2.0)
        sent = busy.idle(3.0).size / 3
        for number in range(_BUSY_KEYS):
            # The first event stands on the third line of the screen.
            line = 3 if number % 2 else 4
            sign = re.compile(rb"\x1b\[%d;\d+H\x1b\[7[;m]" % line)
            for session, taken in zip((busy, quiet), times, strict=True):
                answer = session.press_until("up" if number % 2 else "down", sign)
                taken.append(answer.milliseconds or 0.0)
                session.idle(0.03 + number % 7 * 0.01)  # not in step with the pages
    yield limited(
        f"95 % of keys while {_PAGES_PER_SECOND} pages a second arrive",
        highest(times[0]),
        _BUSY_LIMIT,
        unit="ms",
        note=f", half {amount(median(times[0]), 'ms')}",
        beside=f"at rest {amount(highest(times[1]), 'ms')}, half {amount(median(times[1]), 'ms')}",
    )
    yield Result(
        "bytes per page that arrives, nobody at the keys",
        amount(sent / _PAGES_PER_SECOND, "B"),
    )
