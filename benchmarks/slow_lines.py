"""How ivscope works over a slow line: start, a held key, leaving a view, and quitting."""

import time
from collections.abc import Iterator

from benchmarks.programs import DEMO, PARTICIPANT, SESSION, STAGE
from benchmarks.pty_session import Line, PtySession
from benchmarks.result import Result, amount, limited

_LINES = {
    "5.6 kB/s and 200 ms": Line(5_600, 0.2),
    "960 B/s": Line(960),
}
"""A modem or a tunnel through a train's network, and a serial console at 9,600 baud."""

_COLUMNS, _ROWS = 80, 24

_SCREEN_BYTES = 7_000
"""What may be sent until a first screen of this size has settled."""

_START_SECONDS = 1.5
"""For the program itself until then, on a machine that has other things to do too."""

_BUFFER_BYTES = 8_192
"""What the system holds of a terminal's output: nobody can take that back from a line."""

_HELD_KEYS = 60
_HELD_EVERY = 0.033
"""A key that is held down for two seconds repeats about thirty times a second."""


def slow() -> Iterator[Result]:
    """Measure each over a terminal of 80x24 that takes as many bytes as the line carries."""
    for name, line in _LINES.items():
        screen = _SCREEN_BYTES / line.bytes_per_second + line.round_trip
        held = (_BUFFER_BYTES + _SCREEN_BYTES) / line.bytes_per_second + line.round_trip
        with _explorer(line, STAGE, SESSION, PARTICIPANT) as session:
            session.until("61 events")
            session.settle(1.5)
            started = session.last_byte / 1e3
            yield limited(
                f"start until settled, {name}", started, _START_SECONDS + screen, unit="s"
            )
            session.settle(1.0)
            for _ in range(_HELD_KEYS):
                session.send("j")
                session.idle(_HELD_EVERY)
            began = session.now
            rest = session.settled_bytes(1.5)
            yield limited(
                f"after j was held for {_HELD_KEYS * _HELD_EVERY:.0f} s, {name}",
                max(0.0, session.last_byte - began) / 1e3,
                held,
                unit="s",
                beside=f"{rest:,} B came after it",
            )
            answer = session.press("q", quiet=1.5, seconds=60.0)
            yield limited(
                f"q back to the participants, {name}",
                (answer.milliseconds or 0.0) / 1e3,
                screen,
                unit="s",
                beside=amount(answer.size, "B"),
            )
            yield limited(
                f"Ctrl+Q at rest, {name}", session.exit_after("ctrl+q") / 1e3, 1.0, unit="s"
            )
        with _explorer(line) as session:
            time.sleep(1.0)
            yield limited(
                f"Ctrl+Q a second after the start, {name}",
                session.exit_after("ctrl+q") / 1e3,
                _START_SECONDS + _BUFFER_BYTES / line.bytes_per_second,
                unit="s",
            )


def _explorer(line: Line, *place: str) -> PtySession:
    return PtySession((*DEMO, *place), columns=_COLUMNS, rows=_ROWS, line=line)
