"""Recordings that somebody has damaged or forged, and whether reading them ends in plain words.

`PYTHONPATH=tui:tests python -m support.fuzzed_recordings 10000` reads so many and prints each that
ends in anything else, with the number that makes it again.
"""

import json
import random
import sqlite3
import sys
import tempfile
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from ivscope.cli.connections import to_recording
from ivscope.domain import calls
from ivscope.domain.failures import ProviderFailure, UnusableFileError
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.sources.recorded import RecordedLists, RecordedSource
from ivscope.sources.recording import Recording, read_request
from support.recordings import requests_of

SAMPLE = Path(__file__).parent / "samples" / "recording-0.1.ivscope"

MOST_READ = 40
"""Answers read of each."""

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 10**400, 1e308, "", "\x1b]0;x\x07", "\ud800", [], {}, [[[]]], {"": {}}),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "x" * 100_000, {"events": [None]}),
)
"""What stands in place of a member of an answer."""

CELLS = ("NULL", "''", "x'00'", "'\u001b[2J'", "1e400", "-1", "99999999999999", "'[]'", "'[1,2]'")
"""What stands in place of a cell of a table, in SQL."""

COLUMNS = (
    ("requests", "text"),
    *(("answers", name) for name in ("request", "cursor", "next_cursor", "asked_at", "body")),
    ("about", "value"),
)

SCHEMAS = (
    "DROP TABLE about",
    "DROP TABLE answers",
    "DELETE FROM about",
    "DELETE FROM answers",
    "ALTER TABLE answers RENAME TO old",
    "CREATE TABLE more (a)",
    "CREATE TRIGGER t AFTER UPDATE ON answers BEGIN DELETE FROM answers; END",
    (
        "DROP TABLE requests; CREATE VIEW requests AS WITH RECURSIVE n(id) AS "
        "(SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id, 'x' AS text FROM n"
    ),
    "PRAGMA user_version = 0",
)


def fuzzed(number: int, path: Path) -> None:
    """Write the recording of this number."""
    lot = random.Random(number)  # noqa: S311 - the same every time
    content = bytearray(SAMPLE.read_bytes())
    kind = lot.choice((_bytes, _cells, _schema, _body, _body, _packed))
    if kind is _bytes:
        _bytes(lot, content)
    path.write_bytes(content)
    if kind is not _bytes:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA journal_mode = MEMORY")
            with suppress(sqlite3.Error):
                kind(lot, connection)  # type: ignore[arg-type]


def _bytes(lot: random.Random, content: bytearray) -> None:
    for _ in range(lot.choice((1, 3, 20, 200))):
        at = lot.randrange(len(content))
        content[at] = lot.randrange(256)
    if lot.random() < 0.2:
        del content[lot.randrange(len(content)) :]


def _cells(lot: random.Random, connection: sqlite3.Connection) -> None:
    for _ in range(lot.choice((1, 1, 4))):
        table, column = lot.choice(COLUMNS)
        share = lot.choice(("1", "random() % 3 = 0"))
        value = lot.choice(CELLS)
        connection.execute(f"UPDATE {table} SET {column} = {value} WHERE {share}")  # noqa: S608 - ours


def _schema(lot: random.Random, connection: sqlite3.Connection) -> None:
    connection.executescript(lot.choice(SCHEMAS))


def _packed(lot: random.Random, connection: sqlite3.Connection) -> None:
    """Bodies that unpack to nothing, to no JSON, or to very much."""
    body = lot.choice((b"", b"[", b"[" * 100_000, b"\xff", b"[" + b" " * 30_000_000 + b"]"))
    packed = zlib.compress(body)
    connection.execute(
        "UPDATE answers SET body = ? WHERE id % 7 = 0", (packed[: lot.choice((None, -3))],)
    )


def _body(lot: random.Random, connection: sqlite3.Connection) -> None:
    """A member of some answers is another value, or missing."""
    answers = connection.execute("SELECT id, body FROM answers").fetchall()
    connection.execute("BEGIN")
    for id_, packed in answers:
        body = json.loads(zlib.decompress(packed))
        if lot.random() < 0.5:
            continue
        if lot.random() < 0.1:
            body = lot.choice(VALUES)
        else:
            change_a_member(lot, body, VALUES)
        changed = zlib.compress(json.dumps(body).encode())
        connection.execute("UPDATE answers SET body = ? WHERE id = ?", (changed, id_))
    connection.execute("COMMIT")


def change_a_member(lot: random.Random, value: Any, replacements: Sequence[Any]) -> None:
    """Replace one member somewhere inside by one of some values, or remove it."""
    while isinstance(value, dict | list) and value:
        key: Any = lot.choice(list(value)) if isinstance(value, dict) else lot.randrange(len(value))
        inner = value[key]
        if not isinstance(inner, dict | list) or not inner or lot.random() < 0.3:
            if lot.random() < 0.2:
                del value[key]
            else:
                value[key] = lot.choice(replacements)
            return
        value = inner


def read(path: Path) -> str:
    """Open a recording as `ivscope open` does and read what is in it.

    Returns:
        How it ended: "refused", "failed in parts" or "read".

    Raises:
        Exception: It ended in anything but plain words.
    """
    try:
        origin = to_recording(str(path))
    except UnusableFileError:
        return "refused"
    recording = origin.recording
    assert recording is not None
    try:
        return _read_parts(recording)
    except UnusableFileError:
        return "failed in parts"
    finally:
        recording.close()


def _read_parts(recording: Recording) -> str:
    source, failed = RecordedSource(RecordedLists(recording)), False
    for text in requests_of(recording)[-MOST_READ:]:
        try:
            _read_request(source, text)
        except (ProviderFailure, ValueError):
            failed = True
    return "failed in parts" if failed else "read"


def _read_request(source: RecordedSource, text: str) -> None:
    operation, members = read_request(text)
    stage, session = str(members.get("stageArn")), str(members.get("sessionId"))
    person = str(members.get("participantId"))
    scope = SessionScope(stage, session)
    own = ParticipantScope(stage, session, person)
    readings: dict[str, Callable[[], object]] = {
        "list_stages": lambda: source.read_page(calls.STAGES, None),
        "get_stage": lambda: source.read_fact(calls.stage(str(members.get("arn")))),
        "list_stage_sessions": lambda: source.read_page(calls.sessions(stage), None),
        "get_stage_session": lambda: source.read_fact(calls.session(scope)),
        "list_participants": lambda: source.read_page(calls.participants(scope, None), None),
        "get_participant": lambda: source.read_fact(calls.participant(own)),
        "list_participant_events": lambda: source.read_page(calls.events(own), None),
        "list_participant_replicas": lambda: source.read_page(calls.replicas(stage, person), None),
    }
    reading = readings.get(operation)
    if reading is not None:
        reading()


def main() -> int:
    """Read as many as the first argument says; the exit code is 1 when one ended badly."""
    wanted, ends, bad = int(sys.argv[1]), Counter[str](), 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzed.ivscope"
        for number in range(wanted):
            fuzzed(number, path)
            try:
                ends[read(path)] += 1
            except Exception as error:  # noqa: BLE001 - each is a finding
                bad += 1
                where = traceback.extract_tb(error.__traceback__)[-1]
                said = f"{number}: {type(error).__name__} at {where.filename}:{where.lineno}\n"
                sys.stdout.write(said)
    counts = [f"{count:,} {end}" for end, count in [*ends.most_common(), ("badly", bad)]]
    sys.stdout.write(", ".join(counts) + "\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
