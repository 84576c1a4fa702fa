"""What a recording costs: saving an answer, opening the file, finding a page, reading it all."""

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from benchmarks.generated_events import PAGE, VIEWER, made
from benchmarks.programs import IVSCOPE
from benchmarks.pty_session import PtySession
from benchmarks.result import Result, amount, compared, highest, limited
from ivscope.domain.calls import events
from ivscope.domain.pages import Cursor
from ivscope.domain.stages import ParticipantScope
from ivscope.render.event_json import raw_json
from ivscope.sources.recorded import RecordedLists, RecordedSource
from ivscope.sources.recording import Recording, request_text

_SCOPE = ParticipantScope(
    "arn:aws:ivs:us-west-2:123456789012:stage/benchmarks00", "st-benchmarks000", VIEWER
)
_BEGIN = datetime(2026, 11, 23, 20, tzinfo=UTC)

_SAVE_LIMIT = 2
"""Milliseconds for one answer: three write-outs to the disk took ten."""

_OPEN_LIMIT = 5
"""Milliseconds before the first frame, whatever the size of the file."""

_ANSWERS = 25_000
"""As many as a session of the largest size has participants."""

_READ_LIMITS = {10_000: 1.0, 100_000: 6.0}
"""Seconds from `L` to the last row, by events."""

_LOOKED_UP = 200
_OPENED = 7


def recordings() -> Iterator[Result]:
    """Save the pages of 100,000 events, look some up, and read them all in the explorer."""
    with tempfile.TemporaryDirectory() as folder:
        files = {count: Path(folder, f"{count}.ivscope") for count in _READ_LIMITS}
        taken = [time for count, file in files.items() for time in _record(file, count)]
        plain = _save_plainly(Path(folder, "plain.db"), max(_READ_LIMITS) // PAGE)
        yield limited(
            f"save an answer of {PAGE} events",
            median(taken),
            _SAVE_LIMIT,
            unit="ms",
            note=f", 95 % {amount(highest(taken), 'ms')}",
            beside=f"a bare INSERT of it {amount(median(plain), 'ms')}",
        )
        yield _open(Path(folder, "many.ivscope"))
        yield _look_up(*files.values())
        for count, file in files.items():
            yield limited(
                f"L of {count:,} events from a recording",
                _read_all(file, count),
                _READ_LIMITS[count],
                unit="s",
                beside=_parsed(count),
            )


def _record(file: Path, count: int) -> Iterator[float]:
    """Save so many events page by page. Yields the milliseconds of each page."""
    recording = Recording.open(file, label="benchmark", create=True)
    request = request_text("list_participant_events", _parameters())
    for first in range(0, count, PAGE):
        body = _page(first, is_last=first + PAGE >= count)
        began = time.perf_counter()
        recording.save(request, body, str(first or ""), _BEGIN + timedelta(seconds=first))
        yield (time.perf_counter() - began) * 1e3
    assert recording.failure is None, recording.failure  # noqa: S101 - or there is nothing to read
    recording.close()


def _parameters() -> dict[str, object]:
    return {
        "stageArn": _SCOPE.stage_arn,
        "sessionId": _SCOPE.session_id,
        "participantId": _SCOPE.participant_id,
    }


def _page(first: int, *, is_last: bool) -> dict[str, Any]:
    page: dict[str, Any] = {"events": [json.loads(raw_json(one)) for one in made(first, PAGE)]}
    return page if is_last else {**page, "nextToken": str(first + PAGE)}


def _save_plainly(file: Path, count: int) -> list[float]:
    """Return milliseconds of an INSERT of the same text into a file with the same journal."""
    taken = []
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE answers (body TEXT)")
    text = json.dumps(_page(0, is_last=True))
    for _ in range(count):
        began = time.perf_counter()
        with connection:
            connection.execute("INSERT INTO answers VALUES (?)", (text,))
        taken.append((time.perf_counter() - began) * 1e3)
    connection.close()
    return taken


def _open(file: Path) -> Result:
    """Measure opening a recording of so many answers that are each of another participant."""
    recording = Recording.open(file, label="benchmark", create=True)
    for number in range(_ANSWERS):
        of_one = {**_parameters(), "participantId": f"participant{number}"}
        request = request_text("list_participant_events", of_one)
        recording.save(request, {"events": []}, "", _BEGIN + timedelta(seconds=number))
    recording.close()
    taken = []
    for _ in range(_OPENED):
        began = time.perf_counter()
        opened = Recording.open(file)
        taken.append((time.perf_counter() - began) * 1e3)
        opened.close()
    return limited(
        f"open a recording of {_ANSWERS:,} answers", median(taken), _OPEN_LIMIT, unit="ms"
    )


def _look_up(short: Path, long: Path) -> Result:
    """Measure reading single pages of a long list and of a short one, in turns."""
    opened = [Recording.open(file) for file in (long, short)]
    sources = [RecordedSource(RecordedLists(one)) for one in opened]
    pages = [count // PAGE for count in sorted(_READ_LIMITS, reverse=True)]
    chance = Random(1)  # noqa: S311 - no secret
    times: tuple[list[float], list[float]] = [], []
    for source in sources:
        source.read_page(events(_SCOPE), None)
    for _ in range(_LOOKED_UP):
        for source, count, taken in zip(sources, pages, times, strict=True):
            cursor = Cursor(str(PAGE * chance.randrange(1, count)))
            began = time.perf_counter()
            source.read_page(events(_SCOPE), cursor)
            taken.append((time.perf_counter() - began) * 1e3)
    for one in opened:
        one.close()
    what = f"a page out of {pages[0]:,} recorded ones"
    return compared(what, *times, unit="ms", beside=f"out of {pages[1]:,}:", bar=1.2)


def _read_all(file: Path, count: int) -> float:
    """Return seconds from `L` until all is read, with the explorer on a terminal."""
    place = (_SCOPE.stage_arn, _SCOPE.session_id, _SCOPE.participant_id)
    with PtySession((*IVSCOPE, "open", str(file), *place)) as session:
        session.until("more available")
        session.settle(1.0)
        began = session.now
        session.send("L")
        return (session.until(f"{count:,} events, all read") - began) / 1e3


def _parsed(count: int) -> str:
    """Say how long parsing the same pages takes, which reading them cannot do without."""
    texts = [json.dumps(_page(first, is_last=True)) for first in range(0, count, PAGE)]
    began = time.perf_counter()
    for text in texts:
        json.loads(text)
    return f"json.loads of its pages {amount(time.perf_counter() - began, 's')}"
