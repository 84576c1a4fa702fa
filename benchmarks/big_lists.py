"""What a million events cost: keys, views, appending, memory, keys while pages arrive.

Keys are pressed in a real pseudo-terminal, and timed to the last byte.
"""

import gc
import json
import re
import time
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from statistics import median

from benchmarks.generated_events import PAGE, made
from benchmarks.machine import additions
from benchmarks.programs import PYTHON, filled, unordered
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, amount, compared, highest, limited
from benchmarks.scanning import biggest
from ivscope.domain.events import Event
from ivscope.endpoint.worlds.huge import HugeWorld
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

_OPENED = 3
"""Times that a summary is opened; that of a participant counts from the beginning each time, and
each of a session in an explorer of its own, as it goes on from what was counted before."""

_OPENING = {1_000: (0, 100, 0), 100_000: (150, 200, 200), MANY: (500, 800, 500)}
"""Milliseconds by the number of events: from `i` to the final numbers of a participant and of a
session, and from `I` to the lanes; 0 where no limit is set."""

_KEY, _LETTER, _CHANGE = 30, 100, 200
"""Milliseconds to the last byte: of a key that moves the cursor or changes rows that are there, of
a letter of a search or a filter, of a key that changes which rows are shown."""

_FIND = ("/", *"quota")
_FILTER = ("&", *"code:quota")
_SORT = (":", *"sort time")
_SORT_LIMIT = 1_000
"""Milliseconds from the command to the final order."""

_IN_ORDER = re.compile(rb"ed by time")
"""In the status line once all rows are in order: what "sorting by time" lacks, and so is sent."""

# A filter comes last, since it leaves few of the million.
_AT_LIST: Mapping[str, tuple[Sequence[str], float]] = {
    "a letter after /": (_FIND, _LETTER),
    "Enter after /": (("enter",), _LETTER),
    "n": (("n", "n", "n"), _KEY),
    "errors only, all again": (("!", "!"), _CHANGE),
    "e": (("home", "e", "e", "e"), _KEY),
    "t": (("t", "t"), _KEY),
    "v": (("v", "v"), _KEY),
    "d": (("d", "d"), _KEY),
    "a letter after &": (_FILTER, _LETTER),
    "Enter after &": (("enter",), _LETTER),
}
_NOT_TIMED = frozenset({"home"})
"""Keys that prepare another one."""

_BUSY_KEYS = 100
_BUSY_LIMIT = 50
"""Milliseconds within which a key must show."""


def filled_session(events: int) -> tuple[str, ...]:
    """Return the command of the explorer over a session of many with so many events."""
    return (PYTHON, "-m", "benchmarks.filled_explorer", str(events), "everybody")


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


def views() -> Iterator[Result]:
    """Measure the keys that open views and change what is shown, to the last byte."""
    for events, (at_participant, of_session, lanes) in _OPENING.items():
        with PtySession(filled(events)) as session:
            session.until(f"{events:,} events")
            session.settle(1.0)
            if at_participant:
                taken = []
                for _ in range(_OPENED):
                    taken.append(_counted(session, events))
                    session.settle(3.0)
                    _go_back(session)
                what = f"i of a participant, {events:,} events"
                yield limited(what, median(taken), at_participant, unit="ms", beside=additions())
            if events == MANY:
                session.settle(1.0)
                yield from _changes(session, "participant")
        if lanes:
            yield from _lanes(events, lanes, of_session)
        taken = []
        for _ in range(_OPENED - 1):
            with PtySession(filled_session(events)) as session:
                session.until("participants, all read")
                session.settle(1.0)
                taken.append(_counted(session, events))
        with PtySession(filled_session(events)) as session:
            session.until("participants, all read")
            session.settle(1.0)
            taken.append(_counted(session, events))
            what = f"i of a session, {events:,} events"
            yield limited(what, median(taken), of_session, unit="ms", beside=additions())
            if events == MANY:
                session.settle(3.0)  # its findings are made behind it
                yield _pressed(session, f"Enter in i, {events:,} events", ["enter"], _CHANGE)
                _go_back(session)
                _go_back(session)
                session.press("M", quiet=2.0, seconds=20.0)
                _go_back(session)
                yield _pressed(session, f"M again, {events:,} events", ["M"], _CHANGE)
                yield from _changes(session, "timeline")
    with PtySession(unordered(MANY)) as session:
        session.until(f"{MANY:,} events")
        session.settle(1.0)
        for key in _SORT:
            session.press(key)
        # Nothing has asked for this order before: a list of one participant begins as returned.
        sort = session.press_until("enter", _IN_ORDER, seconds=20.0).milliseconds or 0.0
        what = f"sort by time, {MANY:,} events out of order"
        yield limited(what, sort, _SORT_LIMIT, unit="ms", beside=additions())


def _go_back(session: PtySession) -> None:
    session.press("esc", quiet=1.0)


def _lanes(events: int, bar: float, of_session: float) -> Iterator[Result]:
    """Measure the lanes, and what goes on from what they counted."""
    with PtySession(filled_session(events)) as session:
        session.until("participants, all read")
        session.settle(1.0)
        yield _pressed(session, f"I, {events:,} events", ["I"], bar)
        _go_back(session)
        yield _pressed(session, f"I again, {events:,} events", ["I"], _CHANGE)
        _go_back(session)
        what = f"i of a session after I, {events:,} events"
        yield limited(what, _counted(session, events), of_session, unit="ms", beside=additions())


def _counted(session: PtySession, events: int) -> float:
    """Return milliseconds from `i` to the number of all events: only a finished count shows it."""
    sign = re.compile(re.escape(f"{events:,}").encode())
    return session.press_until("i", sign, seconds=20.0).milliseconds or 0.0


def _changes(session: PtySession, where: str) -> Iterator[Result]:
    for what, (pressed, bar) in _AT_LIST.items():
        yield _pressed(session, f"{what}, {where} of {MANY:,} events", pressed, bar)


def _pressed(session: PtySession, what: str, keys: Sequence[str], bar: float) -> Result:
    """Measure the worst of some keys, pressed one after the other; Esc and : prepare others."""
    taken = [
        (answer.milliseconds or 0.0, key)
        for key in keys
        for answer in [session.press(key, quiet=0.7, seconds=20.0)]
        if key not in _NOT_TIMED
    ]
    worst, key = max(taken)
    half = median(time for time, _ in taken)
    return limited(
        f"{what}: {key}" if len(taken) > 1 else what,
        worst,
        bar,
        unit="ms",
        note=f", half {amount(half, 'ms')}" if len(taken) > 1 else "",
        beside=additions(),
    )


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
    scope = biggest(world)
    stage, session = scope.stage_arn, scope.session_id
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
            sign = re.compile(rb"\x1b\[%d;\d+H\x1b\[(?:0;)?(?:1;)?7[;m]" % line)
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
