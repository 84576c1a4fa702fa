"""RecordWriter: writes records as a table, as JSON Lines, as CSV or as Markdown.

- `jsonl`: one JSON object a line, in ASCII: exact, and safe on any terminal.
- `csv`: one header with the members of all kinds of the command, then a row for each record
  (RFC 4180 with line feeds). Lists and objects are JSON in their cell. A text that a spreadsheet
  would take for a formula gets an apostrophe in front, unless exact values are asked for.
- `md` and `table`: only the columns that people read, times in the zone in use.

The last record is always there in `jsonl`, and elsewhere when it says that something is missing.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from enum import StrEnum
from typing import Final, TextIO

from ivscope.domain.times import UnreadableTime
from ivscope.export.records import ENDS, Record, RecordKind
from ivscope.render.cells import pad
from ivscope.render.cells import width as cell_width
from ivscope.render.event_json import wire_time
from ivscope.render.safe import safe, safe_value
from ivscope.render.timestamps import full

_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes a cell for a formula by (OWASP, CSV injection); a full-width sign, such
as the one of U+FF1D, counts as the narrow one."""

_WIDE_BEGINS: Final = ("\uff1d", "\uff0b", "\uff0d", "\uff20")

_MEASURED_ROWS = 500
"""Rows of a table that wait until the columns are measured; later ones may push a column out."""

_ABSENT = "-"
"""Stands in tables and Markdown for what the service did not give."""


class Format(StrEnum):
    """How records are written."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"
    MARKDOWN = "md"


class RecordWriter:
    """Writes records in the order in which they come. All rows of one kind stand together."""

    def __init__(
        self,
        out: TextIO,
        form: Format,
        kinds: Sequence[RecordKind],
        *,
        zone: tzinfo = UTC,
        is_exact: bool = False,
        is_terminal: bool = False,
    ) -> None:
        """Write nothing yet.

        Args:
            out: Where the lines go.
            form: The format.
            kinds: The kinds of records that can come, in the order of their members in CSV.
            zone: Zone of times in tables and Markdown; elsewhere they are in UTC.
            is_exact: Whether CSV keeps texts as they came, formulas too.
            is_terminal: Whether CSV goes to a terminal, which must not act on texts in it.
        """
        self.count = 0
        """Records written, without the last one."""
        self._out = out
        self._form = form
        self._kinds = {kind.name: kind for kind in (*kinds, ENDS)}
        self._zone = zone
        self._is_exact = is_exact
        self._is_terminal = is_terminal
        self._header: tuple[str, ...] = ()
        self._kind: RecordKind | None = None
        """The kind of the rows written last, in a table and in Markdown."""
        self._waiting: list[list[str]] = []
        self._widths: list[int] = []

    def write(self, record: Record) -> None:
        """Write a record.

        Raises:
            OSError: It cannot be written.
        """
        self.count += 1
        self._write(record)

    def end(self, record: Record) -> None:
        """Write the last record, where the format has it, and everything that waits."""
        if self._form is Format.JSONL or not record["complete"]:
            self._write(record)
        elif self._form is Format.CSV and not self._header:
            self._write_csv_header()
        self.flush()

    def flush(self) -> None:
        """Write what waits for columns to be measured."""
        self._measure()
        self._out.flush()

    def text(self, text: str, found: int = 0) -> None:
        """Write lines of safe text in the place of so many records, in a table or Markdown."""
        self.count += found
        self._measure()
        self._out.write(f"{text}\n")

    def _write(self, record: Record) -> None:
        match self._form:
            case Format.JSONL:
                self._out.write(json_line(record))
            case Format.CSV:
                self._write_csv(record)
            case Format.MARKDOWN:
                self._write_markdown(record)
            case Format.TABLE:
                self._write_row(record)

    def _write_csv_header(self) -> None:
        members = (name for kind in self._kinds.values() for name in kind.members)
        self._header = ("type", *dict.fromkeys(members))
        self._out.write(_csv_line(self._header))

    def _write_csv(self, record: Record) -> None:
        if not self._header:
            self._write_csv_header()
        self._out.write(_csv_line(self._csv_cell(record.get(name)) for name in self._header))

    def _csv_cell(self, value: object) -> str:
        text = _plain_text(value)
        if self._is_terminal:
            text = safe(text)
        if isinstance(value, str) and not self._is_exact and is_formula(text):
            return "'" + text
        return text

    def _columns(self, record: Record) -> tuple[RecordKind, tuple[str, ...]]:
        kind = self._kinds[str(record["type"])]
        return kind, kind.columns

    def _write_markdown(self, record: Record) -> None:
        kind, columns = self._columns(record)
        if kind is ENDS:
            self._out.write(f"\n{safe(str(record['words']))}\n")
            return
        if kind is not self._kind:
            lead = "" if self._kind is None else "\n"
            self._kind = kind
            self._out.write(f"{lead}| {' | '.join(columns)} |\n|{' --- |' * len(columns)}\n")
        cells = (_markdown_cell(record[name], self._zone) for name in columns)
        self._out.write(f"| {' | '.join(cells)} |\n")

    def _write_row(self, record: Record) -> None:
        kind, columns = self._columns(record)
        if kind is ENDS:
            self.text(safe(str(record["words"])))
            return
        if kind is not self._kind:
            self._measure()
            if self._kind is not None:
                self._out.write("\n")
            self._kind = kind
            self._widths = []
            self._waiting = [[name.upper() for name in _spaced(columns)]]
        row = [_table_cell(record[name], self._zone) for name in columns]
        if self._widths:
            self._out.write(self._aligned(row))
            return
        self._waiting.append(row)
        if len(self._waiting) > _MEASURED_ROWS:
            self._measure()

    def _measure(self) -> None:
        """Choose the widths of the columns by the rows that wait, and write these."""
        if not self._waiting:
            return
        self._widths = [max(map(cell_width, cells)) for cells in zip(*self._waiting, strict=True)]
        for row in self._waiting:
            self._out.write(self._aligned(row))
        self._waiting = []

    def _aligned(self, row: Sequence[str]) -> str:
        cells = (pad(text, wide) for text, wide in zip(row, self._widths, strict=True))
        return f"{'  '.join(cells).rstrip()}\n"


def json_line(record: Record) -> str:
    """Write a record as one line of JSON in ASCII, with its line feed."""
    document = json.dumps(record, ensure_ascii=True, separators=(",", ":"), default=_json_value)
    return f"{document}\n"


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a cell with this text for a formula."""
    return text.lstrip(" '").startswith((*_FORMULA_BEGINS, *_WIDE_BEGINS))


def _json_value(value: object) -> object:
    if isinstance(value, datetime | UnreadableTime):
        return wire_time(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def _plain_text(value: object) -> str:
    """Write a value exactly: times in UTC, truth as true and false, nothing for null."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case datetime() | UnreadableTime():
            return wire_time(value) or ""
        case dict() | list() | tuple():
            return json.dumps(value, ensure_ascii=True, default=_json_value)
    return str(value)


def _csv_line(cells: Iterable[str]) -> str:
    # With both signs at the end of a line, both are put in quotes inside a cell.
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return f"{line.getvalue()[:-2]}\n"


def _table_cell(value: object, zone: tzinfo) -> str:
    match value:
        case None:
            return _ABSENT
        case str():
            return f'"{value}"' if value == _ABSENT else safe_value(value)
        case bool():
            return "yes" if value else "no"
        case datetime():
            return full(value, zone)
    return safe(_plain_text(value))


def _markdown_cell(value: object, zone: tzinfo) -> str:
    if isinstance(value, str) and value:
        # Loads sentences, for Markdown only.
        from ivscope.export.telling import code_cell  # noqa: PLC0415

        return code_cell(value)
    return _table_cell(value, zone).replace("|", "\\|")


def _spaced(columns: Iterable[str]) -> list[str]:
    """Cut the words of member names apart: "eventTime" is "event Time"."""
    return ["".join(f" {one}" if one.isupper() else one for one in name) for name in columns]
