"""How many bytes of the process an event takes, as the lists of the explorer hold it.

    python -m benchmarks.events_in_memory participant|session COUNT

Prints the growth of the resident memory by event: of one list in the order returned, or of
everybody's events sorted by time. There every event names another participant than the one in
whose list it came, which takes the most memory that a service can make us use.
"""

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generated_events import made
from benchmarks.programs import PYTHON
from benchmarks.pty_session import ROOT
from benchmarks.result import Result, amount
from ivscope.analysis.event_view import EventView
from ivscope.provider.store.event_log import EventLog, EventTables
from ivscope.provider.store.session_log import ReadState, SessionLog

_COUNT = 1_000_000
_LIMITS = {"participant": 36, "session": 60}
"""Bytes of an event in the process: the columns, their room to grow, and the order by time."""

_FLOOR_BYTES = 24
"""Bytes of an event in bare columns."""

_PAGE = 5_000
_EACH = 40
"""Events of a participant: a big session has some 25,000 participants and a million events."""


def in_process() -> Iterator[Result]:
    """Fill lists in processes of their own, so that nothing else has left holes in the memory."""
    for kind, bar in _LIMITS.items():
        command = (PYTHON, "-m", "benchmarks.events_in_memory", kind, str(_COUNT))
        told = subprocess.run(command, capture_output=True, check=True, cwd=ROOT, text=True).stdout
        taken = float(told)
        yield Result(
            f"memory of the process for each of {_COUNT:,} events of a {kind}",
            amount(taken, "B"),
            f"bare columns {_FLOOR_BYTES} B",
            taken / _FLOOR_BYTES,
            f"<= {bar} B",
            taken <= bar,
        )


def _resident() -> int:
    """Return the bytes of this process that are in memory (Linux: proc_pid_statm(5))."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def _of_participant(count: int) -> EventView:
    log = EventLog()
    for first in range(0, count, _PAGE):
        log.append(tuple(made(first, _PAGE)))
    return EventView(log)


def _of_session(count: int) -> EventView:
    session = SessionLog(EventTables())
    for first in range(0, count, _EACH):
        number = session.add_participant(f"participant{first // _EACH:05}")
        own = EventLog(session.log.tables)
        own.append(tuple(made(first, _EACH)))
        session.append(number, own, range(_EACH))
        session.set_state(number, ReadState.COMPLETE)
    view = EventView(session.log)
    view.set_by_time(True)
    return view


def main(kind: str, count: int) -> None:
    fill = _of_session if kind == "session" else _of_participant
    warm = fill(_PAGE)  # imports, tables of texts, first arrays
    gc.collect()
    before = _resident()
    view = fill(count)
    while view.work(1.0):
        pass
    gc.collect()
    print((_resident() - before) / len(view))
    del warm


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
