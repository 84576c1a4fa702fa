"""The JSON documents of a file that somebody else has written, read within bounds."""

import gzip
import json
import os
import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivscope.domain.failures import UnusableFileError

LARGEST_FILE = 100_000_000
"""Bytes, unpacked: 150,000 EventBridge events, which take some seconds and a gigabyte to read."""

_MOST_GZIP_MEMBERS = 1_000
"""Packed files, one behind the other, that are taken for one file."""

_MOST_TRIES_IN_A_LINE = 20
"""Brackets of a line at which JSON is looked for: a log line has its head before it."""

_DEEPEST = 8
"""Levels of envelopes and answers: SNS in SQS in a log group has five."""

_OF_A_CASE = frozenset({"stage", "sessions", "participants", "events"})
"""Members of a case file. No answer of the AWS CLI has more than one of them."""

_BOM = "\ufeff"
_GZIP = b"\x1f\x8b"


def read_text(path: Path) -> str:
    """Read a file, unpacked where gzip has packed it. Bytes that are no UTF-8 are replaced.

    Raises:
        UnusableFileError: It cannot be read, is no regular file, is too large, or a case file.
    """
    try:
        # A FIFO would wait for a writer for ever.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UnusableFileError(f"{path} is not a regular file: name a file")
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise UnusableFileError(f"{path}: {error.strerror}") from error
    text = text_of(str(path), content)
    if _is_case_file(text):
        raise UnusableFileError(
            f"{path} is a case file, which is served: ivscope endpoint --world {path} prints how "
            "to open it"
        )
    return text


def _is_case_file(text: str) -> bool:
    """Whether it is one session for `ivscope endpoint`: its events are an object by participant."""
    if not text.startswith("{") or '"sessions"' not in text:
        return False
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return document.keys() >= _OF_A_CASE and isinstance(document["events"], dict)


def text_of(name: str, content: bytes) -> str:
    """Return the text of a file, unpacked where gzip has packed it. See `read_text`.

    Args:
        name: What it is called.
        content: What it holds, at most `LARGEST_FILE` and one byte.

    Raises:
        UnusableFileError: It cannot be unpacked, or is too large.
    """
    if content.startswith(_GZIP) and len(content) <= LARGEST_FILE:
        content = _unpacked(name, content)
    if len(content) > LARGEST_FILE:
        size = f"{LARGEST_FILE // 1_000_000} MB"
        raise UnusableFileError(
            f"{name} holds more than {size}: take the lines of one session or one hour, with grep"
        )
    return content.decode("utf-8", "replace").removeprefix(_BOM)


def _unpacked(name: str, content: bytes) -> bytes:
    """Unpack gzip, at most one byte more than is taken."""
    parts: list[bytes] = []
    size = 0
    try:
        while content.startswith(_GZIP) and size <= LARGEST_FILE:
            if len(parts) == _MOST_GZIP_MEMBERS:
                raise UnusableFileError(
                    f"{name} is packed in more than {_MOST_GZIP_MEMBERS:,} parts: unpack it with "
                    "gunzip first"
                )
            unpacking = zlib.decompressobj(wbits=31)
            part = unpacking.decompress(content, LARGEST_FILE + 1 - size)
            if not unpacking.eof and size + len(part) <= LARGEST_FILE:
                raise UnusableFileError(f"{name} ends early: it is no whole gzip file")
            size += len(part)
            parts.append(part)
            content = unpacking.unused_data  # log groups are exported as several members
    except (zlib.error, gzip.BadGzipFile) as error:
        raise UnusableFileError(f"{name} cannot be unpacked: {error}") from error
    return b"".join(parts)


@dataclass(slots=True)
class Documents:
    """Finds the JSON documents of a text, in whatever lines they stand."""

    text: str
    unreadable: int = 0
    """Lines with something that looks like JSON and cannot be read."""
    why: str = ""
    """Why the first of them cannot be read."""
    _decoder: json.JSONDecoder = field(
        default_factory=lambda: json.JSONDecoder(
            object_pairs_hook=_members, parse_constant=_constant
        )
    )

    def __iter__(self) -> Iterator[Any]:
        """Every object and list, in the order of the text. Never raises."""
        text, at, line_end, tries, is_bad = self.text, 0, -1, 0, False
        while True:
            at = _next_bracket(text, at)
            if at < 0 or at > line_end:
                self.unreadable += is_bad
                if at < 0:
                    return
                found_end = text.find("\n", at)
                line_end = len(text) if found_end < 0 else found_end
                tries, is_bad = 0, False
            try:
                document, at = self._decoder.raw_decode(text, at)
            except (ValueError, RecursionError) as error:
                is_bad = True
                tries += 1
                self.why = self.why or _why(error)
                at = at + 1 if tries < _MOST_TRIES_IN_A_LINE else line_end
            else:
                is_bad = False
                yield document

    def inside(self, text: str) -> list[Any]:
        """The documents in a text that stands inside another document."""
        documents = Documents(text)
        found = [*documents]
        self.unreadable += documents.unreadable
        self.why = self.why or documents.why
        return found


_BRACKET = re.compile(r"[{\[]")


def _next_bracket(text: str, at: int) -> int:
    """Where an object or a list may begin; -1 when nowhere. Looks no further than there."""
    found = _BRACKET.search(text, at)
    return -1 if found is None else found.start()


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice in one object")
    return members


def _constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _why(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "it nests too deeply"
    return "it is no JSON" if isinstance(error, json.JSONDecodeError) else str(error)[:80]


def unwrapped(value: Any, documents: Documents, depth: int = 0) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - wire JSON
    """The innermost objects worth looking at: events and answers without their envelopes.

    An object is given when it is none of the envelopes of SNS, SQS, CloudWatch Logs and Firehose;
    a text inside one is read as JSON again.
    """
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        columns = _columns(value)
        for inner in [columns] if columns else value:
            yield from unwrapped(inner, documents, depth + 1)
    elif isinstance(value, dict):
        found = False
        for name in _ENVELOPES:
            inner = value.get(name)
            if isinstance(inner, str):
                inner = documents.inside(inner) if "{" in inner else None
            elif name in {"events", "Records"} and not _wraps_texts(inner):
                continue
            if isinstance(inner, list | dict) and inner:
                found = True
                yield from unwrapped(inner, documents, depth + 1)
        if not found:
            yield value


_ENVELOPES = (
    *("Message", "Body", "message", "@message", "body"),
    *("Messages", "logEvents", "results", "Records", "events"),
)
"""Members in which SNS, SQS, Lambda, CloudWatch Logs and its queries carry what was sent."""


def _wraps_texts(value: Any) -> bool:  # noqa: ANN401 - wire JSON
    """Whether rows carry events as texts; the rows of ListParticipantEvents are events."""
    rows = value if isinstance(value, list) else []
    return any(isinstance(row, dict) and row.keys() & {"message", "Sns", "body"} for row in rows)


def _columns(row: list[Any]) -> dict[str, Any] | None:
    """A row of CloudWatch Logs Insights, a list of fields with values, as one object."""
    if not row or not all(
        isinstance(cell, dict) and isinstance(cell.get("field"), str) and "value" in cell
        for cell in row
    ):
        return None
    return {cell["field"]: cell["value"] for cell in row}
