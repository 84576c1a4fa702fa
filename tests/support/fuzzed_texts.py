"""Texts that are pasted and files that are opened, damaged at random, and how reading them ends.

`PYTHONPATH=tui:tests python -m support.fuzzed_texts 10000` reads so many of each and prints each
that ends in anything but plain words or takes too long, with the number that makes it again.
"""

import gzip
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Any

from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure, UnusableFileError
from ivscope.domain.identifiers import read_identifiers
from ivscope.provider.store.source import Source
from ivscope.sources.saved_file import SavedFileSource, SavedRows, read_rows
from ivscope.ui.explorer.picking import from_text, typed_rows
from ivscope.workspace.place import Place
from support.fuzzed_recordings import change_a_member

SAMPLES = Path(__file__).parent / "samples"
SEEDS = tuple(path.read_text() for path in sorted(SAMPLES.glob("*.json")))

SECONDS = 3.0
"""The longest that one of them may take: many times what it takes on a busy machine."""

MOST_PAGES = 20
"""Pages read of a list."""

VALUES: tuple[Any, ...] = (
    *(None, True, -1, 10**400, 1e308, float("nan"), "", "\x1b]0;x\x07", "\ud800", [], {}, [[[]]]),
    *({"": {}}, ["x"], {"a": 1}, "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999+23:59"),
    *("x" * 100_000, "st-" + "a" * 37, "{" * 500, "[{" * 50, '{"participantId": "p"}'),
)
"""What stands in place of a member."""

WRAPPINGS = ("{}", "{}", "INFO {}", "[{}, {}]", "{}\n{}", "{}{}", "x {{ {}", "[ERROR] {}", "{} ]")
PIECES = (
    *("participant ", "participant_id: ", "session_id=", "user_id='", "--stage-arn ", "st-", "/"),
    *("arn:", "arn:aws:ivs:us-west-2:123456789012:stage/a", "st-a1b2c3d4e5f6g", "PUBLISH_ERROR"),
    *("2026-11-27T20:48:05Z", "{", "}", "[", '"', "'", "\\\n", "\n", " ", "\u202e", "\x00", "%2F"),
)


def fuzzed_text(number: int) -> str:
    """The text of this number."""
    lot = random.Random(number)  # noqa: S311 - the same every time
    if lot.random() < 0.15:
        return "".join(lot.choice(PIECES) for _ in range(lot.choice((3, 30, 3_000))))
    documents = []
    for _ in range(lot.choice((1, 1, 2, 5))):
        document = json.loads(lot.choice(SEEDS))
        for _ in range(lot.choice((0, 1, 3))):
            change_a_member(lot, document, VALUES)
        if lot.random() < 0.2:
            document = {"Message": json.dumps(document)}
        if lot.random() < 0.1:
            document = {"events": [{"message": json.dumps(document)}]}
        documents.append(json.dumps(document, indent=lot.choice((None, 1))))
    if lot.random() < 0.2:
        documents.insert(0, json.dumps({"ivscope": "events", "stageArn": lot.choice(VALUES)}))
    if lot.random() < 0.1:  # a member twice
        documents = [text.replace("{", '{"a": 1, "a": 2, ', 1) for text in documents]
    text = lot.choice(WRAPPINGS).format("\n".join(documents), documents[0])
    if lot.random() < 0.3:
        at = lot.randrange(len(text))
        text = text[:at] + lot.choice(("", "\ud800", "\x00", "é", "]", "'")) + text[at + 1 :]
    return text[: lot.randrange(1, len(text))] if lot.random() < 0.1 else text


def fuzzed_file(number: int) -> bytes:
    """The content of the file of this number."""
    lot = random.Random(-number)  # noqa: S311 - the same every time
    content = bytearray(fuzzed_text(number).encode("utf-8", "surrogatepass"))
    for _ in range(lot.choice((0, 0, 3, 50))):
        content[lot.randrange(len(content))] = lot.randrange(256)
    if lot.random() < 0.3:
        content = bytearray(gzip.compress(content, 1) * lot.choice((1, 1, 2)))
        if lot.random() < 0.5:
            content[lot.randrange(len(content))] ^= 1 << lot.randrange(8)
    return bytes(content)


def read_text_of(text: str) -> str:
    """Read a text as a paste does.

    Returns:
        How it ended: "one place", "a choice" or "nothing".

    Raises:
        Exception: It ended in anything but plain words.
    """
    found = read_identifiers(text)
    rows = typed_rows(Place("arn:aws:ivs:us-west-2:123456789012:stage/a", "st-a1b2c3d4e5f6g"), text)
    for one in (found, *found.choices[:5]):
        shown = from_text(one, UTC)
        assert "\x1b" not in shown
        assert shown.isprintable(), shown
    return "a choice" if len(rows) > 1 else "one place" if rows else "nothing"


def read_file_of(path: Path) -> str:
    """Open a file as `ivscope open` does, and read what is in it.

    Returns:
        How it ended: "refused" or "read".

    Raises:
        Exception: It ended in anything but plain words, or a list claimed to be all there was.
    """
    try:
        rows = read_rows(path)
    except UnusableFileError:
        return "refused"
    source = SavedFileSource(rows)
    for call in _calls(rows):
        try:
            _read(source, call)
        except ProviderFailure as failure:
            if failure.kind is not FailureKind.NOT_RECORDED:
                raise
        else:
            assert rows.what == "saved events", "a list that ends without a word"
    return "read"


def _calls(rows: SavedRows) -> list[calls.ListCall[Any]]:
    found: list[calls.ListCall[Any]] = [calls.STAGES]
    found += [calls.participants(scope, None) for scope in rows.sessions[:5]]
    found += [calls.sessions(scope.stage_arn) for scope in rows.sessions[:5]]
    return [*found, *(calls.events(scope) for scope in rows.participants[:5])]


def _read(source: Source, call: calls.ListCall[Any]) -> None:
    cursor = None
    for _ in range(MOST_PAGES):
        page = source.read_page(call, cursor)
        cursor = page.next_cursor
        if cursor is None:
            return
    raise AssertionError("the pages do not end")


def main() -> int:
    """Read as many of each as the first argument says; the exit code is 1 when one ended badly."""
    wanted, ends, bad, slowest = int(sys.argv[1]), Counter[str](), 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzzed.json"
        for number in range(wanted):
            path.write_bytes(fuzzed_file(number))
            readings: dict[str, Callable[[], str]] = {
                "text": partial(read_text_of, fuzzed_text(number)),
                "file": partial(read_file_of, path),
            }
            for what, reading in readings.items():
                began = time.perf_counter()
                try:
                    ends[f"{what}: {reading()}"] += 1
                except Exception as error:  # noqa: BLE001 - each is a finding
                    bad += 1
                    where = traceback.extract_tb(error.__traceback__)[-1]
                    said = f"{what} {number}: {type(error).__name__} {str(error)[:200]}"
                    sys.stdout.write(f"{said} at {where.filename}:{where.lineno}\n")
                took = time.perf_counter() - began
                slowest = max(slowest, took)
                if took > SECONDS:
                    bad += 1
                    sys.stdout.write(f"{what} {number}: took {took:.1f} s\n")
    counts = [f"{count:,} {end}" for end, count in [*ends.most_common(), ("badly", bad)]]
    sys.stdout.write(f"{', '.join(counts)}; the slowest took {slowest:.2f} s\n")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
