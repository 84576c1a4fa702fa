"""Recording: the answers of IVS as they came, in one SQLite file.

Long because how the file is begun, checked, written and made one file again is one format.
"""

import json
import os
import shutil
import sqlite3
import stat
import tempfile
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ivscope.domain.clock import utc_now
from ivscope.domain.failures import UnusableFileError
from ivscope.domain.frozen import frozen

_PAGING = frozenset({"maxResults", "nextToken"})


def request_text(operation: str, parameters: Mapping[str, object]) -> str:
    """Operation and members of a request without its cursor, as JSON: equal for all pages."""
    members = {name: value for name, value in parameters.items() if name not in _PAGING}
    return json.dumps([operation, members], sort_keys=True)


def read_request(text: str) -> tuple[str, dict[str, Any]]:
    """Operation and members of a request text.

    Raises:
        ValueError: It is no request text.
    """
    try:
        operation, members = json.loads(text)
    except (TypeError, RecursionError) as error:
        raise ValueError("no request") from error
    if not isinstance(operation, str) or not isinstance(members, dict):
        raise ValueError("no request")  # noqa: TRY004 - of a file
    return operation, members


SCHEMA = 1
"""Version of the tables, kept in SQLite's `user_version`."""

_APPLICATION = 0x49565343
"""Kept in SQLite's `application_id`: "IVSC"."""

_BUSY_SECONDS = 5.0
"""How long to wait while another ivscope writes to the same file."""

_TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE requests (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE answers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES requests,
    cursor TEXT NOT NULL,
    next_cursor TEXT NOT NULL,
    asked_at REAL NOT NULL,
    body BLOB NOT NULL
);
CREATE INDEX answers_by_request ON answers (request, cursor, id);
"""

_ASKED_AT = "asked_at"
"""In `about`: the time of the last answer, since looking through all answers for it takes long."""

_SIDE_FILES = ("-wal", "-shm")
"""Ends of the names of files that SQLite keeps beside a database while it is written to. What a
kill leaves of them is part of the recording."""

_LARGEST_BODY = 8_000_000
"""Bytes of an answer unpacked: a page of the API has some 100 kB. A larger one is no answer."""

_LATEST_LIKE_IT = """
SELECT id, body FROM answers
WHERE request = :request AND cursor = :cursor
  AND id >= (SELECT max(id) FROM answers WHERE request = :request AND cursor = '')
ORDER BY id DESC LIMIT 1
"""
"""The answer that the same request had since its first page was read last."""


_NOTE_ASKED_AT = """
INSERT INTO about VALUES (:name, :stamp)
ON CONFLICT (name) DO UPDATE SET value = :stamp WHERE CAST(value AS REAL) < :stamp
"""
"""Times of two that record in one file may come in any order: the latest stays."""

_HIGHEST_ID = 2**63 - 1
"""Of a row in SQLite."""


@frozen
class Answer:
    """One recorded answer without its body, which `Recording.body` reads."""

    id: int
    """Grows with every answer saved."""
    cursor: str
    """The cursor of its request; empty for a first page and for a single value."""
    next_cursor: str
    """Asks for the next page; empty on the last one."""
    asked_at: datetime
    """When the call began, UTC, on the clock of the machine that recorded it."""


class Recording:
    """One file with mode 0600. Each answer is in it, whole, once `save` has returned.

    While it is written to, the last answers are in a second file beside it (SQLite's write-ahead
    log), so that saving waits for no disk; `close` makes it one file again. A killed process loses
    nothing of either; a power cut can lose the last answers.

    An answer equal to the one before it only renews its time. Methods may be called from any
    thread, and block for the disk.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self.path = path
        self.saved = 0
        """Answers saved since it was opened."""
        self.lost = 0
        """Answers that could not be saved."""
        self.failure: str | None = None
        """Why the last one was lost."""
        self.has_other_writer = False
        """Whether another ivscope has saved in it since this one began to. Both go on."""
        self._version: int | None = None

    @classmethod
    def open(cls, path: Path, *, label: str | None = None, create: bool = False) -> "Recording":
        """Open a recording, or begin one.

        Args:
            path: The file.
            label: Names the account or world recorded. A file of another label is refused; None
                takes any.
            create: Whether to begin one when the file is not there, or empty.

        Raises:
            UnusableFileError: It cannot be opened or begun, or is something else.
        """
        try:
            is_new = _is_new(path, create=create)
        except OSError as error:
            raise UnusableFileError(f"{path}: {error.strerror}") from error
        if is_new and not create:
            raise UnusableFileError(f"{path} is empty, so not a recording")
        # What a kill has left half written is undone, which writes, unless nothing can be written.
        can_write = os.access(path, os.W_OK) and os.access(path.absolute().parent, os.W_OK)
        if create and not can_write:
            raise UnusableFileError(
                f"{path} or its folder cannot be written, so nothing would be saved"
            )
        with ExitStack() as if_refused:
            try:
                connection = _connect(path) if can_write else _connect_to_fixed(path)
                if_refused.callback(connection.close)
                if not (is_new and _begin(connection, label or "")):
                    _check(connection, path, label)
                if create:
                    _make_private(path)
                    connection.execute("PRAGMA journal_mode = WAL")
            except (sqlite3.Error, ValueError, TypeError) as error:
                used = "begun or read" if create else "read"
                raise UnusableFileError(
                    f"{path} cannot be {used} as a recording: {error}"
                ) from error
            if_refused.pop_all()
        return cls(connection, path)

    @property
    def in_words(self) -> str:
        """What was saved and lost, as a sentence for the person who quits."""
        also = "; another ivscope saved in it too" if self.has_other_writer else ""
        text = f"{self.saved:,} answers saved in {self.path}{also}"
        return f"{text}, {self.lost:,} not: {self.failure}" if self.lost else text

    def close(self) -> None:
        """Make it one file again and close it; answers that come later are not saved."""
        with self._lock:
            with suppress(sqlite3.Error):  # another ivscope goes on with it, or it is fixed
                self._connection.execute("PRAGMA busy_timeout = 0")
                self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.close()

    def save(self, request: str, body: dict[str, Any], cursor: str, asked_at: datetime) -> None:
        """Save an answer. Never raises: why one could not be saved is in `failure`.

        Args:
            request: As made by `request_text`.
            body: The answer, of JSON types. A list page may have a `nextToken`.
            cursor: As in `Answer`.
            asked_at: As in `Answer`.
        """
        try:
            packed = zlib.compress(json.dumps(body).encode(), 1)
            self._write(request, packed, (cursor, str(body.get("nextToken") or "")), asked_at)
        except (sqlite3.Error, ValueError, RecursionError) as error:  # texts that no file takes
            with self._lock:
                self.lost += 1
                self.failure = str(error)
        else:
            with self._lock:
                self.saved += 1

    def _write(
        self, request: str, packed: bytes, cursors: tuple[str, str], asked_at: datetime
    ) -> None:
        stamp = asked_at.timestamp()
        with self._lock, self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            (version,) = connection.execute("PRAGMA data_version").fetchone()
            if version != self._version:  # it changes when another connection has written
                self.has_other_writer = self._version is not None
                self._version = version
            connection.execute("INSERT OR IGNORE INTO requests (text) VALUES (?)", (request,))
            (key,) = connection.execute(
                "SELECT id FROM requests WHERE text = ?", (request,)
            ).fetchone()
            same = {"request": key, "cursor": cursors[0]}
            latest = connection.execute(_LATEST_LIKE_IT, same).fetchone()
            if latest is not None and latest[1] == packed:
                connection.execute(
                    "UPDATE answers SET asked_at = ? WHERE id = ?", (stamp, latest[0])
                )
            else:
                connection.execute(
                    "INSERT INTO answers (request, cursor, next_cursor, asked_at, body) "
                    "VALUES (?, ?, ?, ?, ?)",
                    (key, *cursors, stamp, packed),
                )
            connection.execute(_NOTE_ASKED_AT, {"name": _ASKED_AT, "stamp": stamp})

    @property
    def state(self) -> object:
        """Differs from what it was before when an answer was saved since, by whom ever."""
        ((version,),) = self._read("PRAGMA data_version")
        return self.saved, version

    def last_requests(self) -> Iterator[str]:
        """The requests of the answers, from the last one saved, each as often as it was saved."""
        before: int | None = None
        while True:
            rows = self._read(
                "SELECT answers.id, text FROM answers JOIN requests ON request = requests.id "
                "WHERE answers.id < ? ORDER BY answers.id DESC LIMIT 100",
                _HIGHEST_ID if before is None else before,
            )
            if not rows:
                return
            yield from (text for _, text in rows)
            before = rows[-1][0]

    @property
    def last_asked_at(self) -> datetime | None:
        """When the call behind the last answer began; None when there is no answer."""
        noted = self._read("SELECT CAST(value AS REAL) FROM about WHERE name = ?", _ASKED_AT)
        # A recording of 0.1 has no note of it.
        ((stamp,),) = noted or self._read("SELECT max(asked_at) FROM answers")
        return None if stamp is None else self._time(stamp)

    def answers(self, request: str) -> list[Answer]:
        """All answers to a request, in the order in which they were saved."""
        rows = self._read(
            "SELECT answers.id, cursor, next_cursor, asked_at FROM answers "
            "JOIN requests ON request = requests.id WHERE text = ? ORDER BY answers.id",
            request,
        )
        return [
            Answer(id_, str(cursor), str(next_cursor), self._time(stamp))
            for id_, cursor, next_cursor, stamp in rows
        ]

    def body(self, answer: Answer) -> dict[str, Any]:
        """The body of an answer, of JSON types, as it was saved."""
        rows = self._read("SELECT body FROM answers WHERE id = ?", answer.id)
        try:
            unpacking = zlib.decompressobj()
            text = unpacking.decompress(rows[0][0], _LARGEST_BODY)
            body = json.loads(text) if unpacking.eof else None
        except (IndexError, TypeError, ValueError, zlib.error, RecursionError) as error:
            raise self._damaged(f"an answer in it is damaged: {error}") from error
        if not isinstance(body, dict):
            raise self._damaged("an answer in it is damaged")
        return body

    def _time(self, stamp: object) -> datetime:
        try:
            return datetime.fromtimestamp(float(stamp), UTC)  # type: ignore[arg-type]
        except (TypeError, ValueError, OverflowError, OSError) as error:
            raise self._damaged("a time in it is damaged") from error

    def _damaged(self, why: object) -> UnusableFileError:
        return UnusableFileError(f"{self.path} cannot be read: {why}")

    def _read(self, statement: str, *values: str | int) -> list[tuple[Any, ...]]:
        try:
            with self._lock:
                return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, UnicodeError) as error:
            raise self._damaged(error) from error


def _connect(path: Path, how: str = "mode=rw") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        uri=True,
    )
    try:
        # A file from somebody else runs nothing of its own.
        connection.execute("PRAGMA trusted_schema = OFF")
        # A kill between two answers leaves a complete file; only a power cut can lose some.
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _connect_to_fixed(path: Path) -> sqlite3.Connection:
    """Connect to a file in a place that cannot be written, with what a kill left beside it."""
    left = path.with_name(f"{path.name}{_SIDE_FILES[0]}")
    if not left.exists():
        return _connect(path, "mode=ro&immutable=1")
    # SQLite reads the file beside it only where it can write one more.
    with tempfile.TemporaryDirectory(prefix="ivscope-") as folder:
        copy = Path(folder, "recording")
        for source, name in ((path, copy.name), (left, f"{copy.name}{_SIDE_FILES[0]}")):
            shutil.copyfile(source, Path(folder, name))
        whole = _connect(copy)
        whole.execute("PRAGMA journal_mode = DELETE")
        whole.close()
        connection = _connect(copy, "mode=ro&immutable=1")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection  # the open file stays until it is closed


def _is_new(path: Path, *, create: bool) -> bool:
    """Whether a file is empty or, with `create`, was not there and now is, for its owner only."""
    if create:
        was_there = path.exists()
        handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NONBLOCK, 0o600)
        if not was_there:
            with suppress(OSError):  # some file systems have no modes
                os.fchmod(handle, 0o600)  # a umask can take even its owner's
        os.close(handle)
    if not stat.S_ISREG(path.stat().st_mode):
        raise UnusableFileError(f"{path} is not a regular file, so not a recording")
    with path.open("rb") as file:
        begins = file.read(len(_HEADER))
    if begins and begins != _HEADER:
        # SQLite itself takes a file of less than a page for an empty database.
        raise UnusableFileError(f"{path} is not a recording: name a file that --record has saved")
    return not begins


_HEADER = b"SQLite format 3\0"
"""The first bytes of every database (SQLite file format, 1.3)."""


def is_database(path: Path) -> bool:
    """Whether a file is a database, or empty: nothing but a recording can be meant then.

    Raises:
        UnusableFileError: It cannot be read, or is no regular file.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnusableFileError(f"{path} is not a regular file, so not a recording")
        with path.open("rb") as file:
            return file.read(len(_HEADER)) in {b"", _HEADER}
    except OSError as error:
        raise UnusableFileError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # a name with a NUL
        raise UnusableFileError(f"{path!r} cannot be the name of a file") from error


def _make_private(path: Path) -> None:
    """Give a file mode 0600: it was there before, perhaps for everybody to read.

    Raises:
        UnusableFileError: It is somebody else's, who could read what is recorded.
    """
    try:
        for one in (path, *(path.with_name(f"{path.name}{end}") for end in _SIDE_FILES)):
            if one.exists():
                one.chmod(0o600)
    except OSError as error:
        if path.stat().st_uid != os.getuid():
            raise UnusableFileError(
                f"{path} belongs to someone else, who could read what is saved: name another file"
            ) from error
        # Some file systems have no modes.


def _begin(connection: sqlite3.Connection, label: str) -> bool:
    """Make the tables; returns False where another ivscope has made them meanwhile."""
    about = {"label": label, "began": utc_now().isoformat(timespec="seconds")}
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            return False
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.executemany("INSERT INTO about VALUES (?, ?)", about.items())
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
    return True


def _check(connection: sqlite3.Connection, path: Path, label: str | None) -> None:
    """Refuse what is no recording of ours, or another account's, or has more than its tables."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != _APPLICATION:
        raise UnusableFileError(f"{path} is a database, but not a recording of ivscope")
    if version != SCHEMA:
        raise UnusableFileError(
            f"{path} has recording format {version}, this ivscope knows {SCHEMA}: use the ivscope "
            "that recorded it, or a newer one"
        )
    made = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    wanted = {statement.strip() for statement in _TABLES.split(";") if statement.strip()}
    if {sql for (sql,) in made if not str(sql).startswith("CREATE TABLE sqlite_")} != wanted:
        raise UnusableFileError(f"{path} has other tables than a recording: it was changed")
    about = connection.execute("SELECT value FROM about WHERE name = 'label'").fetchone()
    own = "" if about is None else str(about[0])
    if label is not None and own != label:
        raise UnusableFileError(
            f"{path} is a recording of {own or 'AWS'}, not of {label or 'AWS'}: name another file"
        )
