"""How many bytes a key sends to the terminal, compared with `less` on the same lines."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean, median

from benchmarks.programs import DEMO, PARTICIPANT, SESSION, STAGE
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, amount, limited
from ivscope.analysis.event_view import EventView
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.provider.store.event_log import EventLog
from ivscope.render.event_rows import EventLook, EventRows
from ivscope.sources.decoding import decode_event

_SIZES = {(80, 24): (1000, 2000), (120, 40): (1400, 3000), (200, 50): (1600, 4000)}
"""Columns and rows, and the bytes that a cursor move may cost there: in half of the cases, and at
most."""

_LONG_MOVES = 100
"""On the timeline, over the edge of the list again and again; neighbours tell other things."""

_MOVES = 30
"""As many as the 61 events have rows where equal ones share a row, and not one more: a key that
moves nothing sends nothing."""
_IDLE_SECONDS = 5.0


def bytes_sent() -> Iterator[Result]:
    """Measure moving through the 61 events of a participant, by rows and by pages; then rest."""
    for (columns, rows), (bar, most) in _SIZES.items():
        size = f"{columns}x{rows}"
        place = (*DEMO, STAGE, SESSION, PARTICIPANT)
        with PtySession(place, columns=columns, rows=rows) as session:
            session.until("61 events")
            session.settle(2.5)
            moves = [session.press("down").size for _ in range(_MOVES)]
            session.press("home")
            pages = [session.press("pagedown").size for _ in range(2)]
            session.settle(0.5)
            idle = session.idle(_IDLE_SECONDS).size
        less_moves, less_pages = _less(columns, rows)
        yield _row(f"bytes per cursor move, {size}", moves, less_moves, bar)
        yield _row(f"bytes per page down, {size}", pages, less_pages, None)
        sizes = _along_the_timeline(columns, rows)
        what = f"bytes of {_LONG_MOVES} cursor moves on the timeline, {size}"
        yield limited(f"{what}: half of them", median(sizes), bar, unit="B")
        yield limited(f"{what}: the most", max(sizes), most, unit="B")
        yield Result(
            f"bytes in {_IDLE_SECONDS:g} s of rest, {size}",
            amount(idle, "B"),
            bar="0 B",
            is_ok=idle == 0,
        )


def _along_the_timeline(columns: int, rows: int) -> list[int]:
    with PtySession((*DEMO, STAGE, SESSION), columns=columns, rows=rows) as session:
        session.until("40 participants")
        session.settle(1.0)
        session.send("M")
        session.until("events, all read")
        session.settle(1.5)
        session.press("home", quiet=1.0)
        return [session.press("j").size for _ in range(_LONG_MOVES)]


def _row(what: str, ours: list[int], theirs: list[int], bar: int | None) -> Result:
    other = mean(theirs) if theirs else 0
    return Result(
        what,
        f"{amount(mean(ours), 'B')}, at most {max(ours):,}",
        f"less {amount(other, 'B')}" if theirs else "no less on PATH",
        mean(ours) / other if other else None,
        "" if bar is None else f"<= {bar:,} B",
        None if bar is None else mean(ours) <= bar,
    )


def _less(columns: int, rows: int) -> tuple[list[int], list[int]]:
    """Return bytes of the line moves and page moves of less; empty when it is not installed."""
    less = shutil.which("less")
    if less is None:
        return [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "events")
        # Twice the lines, so that it can move down so often.
        path.write_text("\n".join(2 * _lines(columns)) + "\n")
        command = (less, "-S", str(path))
        with PtySession(command, columns=columns, rows=rows) as session:
            session.settle()
            moves = [session.press("j").size for _ in range(_MOVES)]
            session.press("g")
            pages = [session.press(" ").size for _ in range(2)]
    return moves, pages


def _lines(width: int) -> list[str]:
    """Return the rows of the event list as text."""
    world = open_world("incident", lambda: datetime.now(UTC))
    log = EventLog()
    log.append(map(decode_event, reversed(world.events(STAGE, SESSION, PARTICIPANT) or ())))
    view = EventView(log)
    while view.work(1.0):
        pass
    look = EventLook(now=datetime.now(UTC), newest_first=True)
    rows = EventRows(log, view, (), look)
    return ["".join(span.text for span in rows.line(index, width)) for index in range(len(rows))]
