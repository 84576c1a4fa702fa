"""SavedFileSource: reads what a file holds, as other sources read the answers of a service."""

from typing import Any

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import ParticipantFilter
from ivscope.sources.saved_rows import SavedRows
from ivscope.sources.wire_source import READS

_REST = Cursor("rest")
"""Asks for what is behind the rows of a file, which is not in it."""


class SavedFileSource:
    """Reads the rows of a file, in pages as the service gives them.

    Ids are taken as they stand in the file, also those that the service would refuse: AWS's own
    examples have such. A list that the file does not say to be all of it ends in a
    `ProviderFailure` of kind NOT_RECORDED, as does everything that is not in the file.
    """

    def __init__(self, saved: SavedRows) -> None:
        self._saved = saved

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """Read one page of a list."""
        read, scope = READS[call.operation], call.scope
        narrowed = None
        if call.operation == "ListParticipants" and isinstance(scope, tuple):
            session, narrowed = scope
            scope = (session, None)
        found = self._saved.lists.get((call.operation, scope))
        at = int(cursor) if cursor is not None and cursor.isdecimal() else 0
        if found is None or cursor == _REST or (at == 0 and not found.rows and not found.is_all):
            raise self._not_here()
        rows = [row for row in found.rows if _matches(row, narrowed)]
        page: list[Any] = rows[at : at + read.page_size]
        after = at + read.page_size
        rest = None if found.is_all else _REST
        following = Cursor(str(after)) if after < len(rows) else rest
        return Page(tuple(map(read.decode, page)), following)

    def read_fact(self, call: GetCall[Value]) -> Value:
        """Read one value."""
        row = self._saved.values.get((call.operation, call.scope))
        if row is None:
            raise self._not_here()
        value: Value = READS[call.operation].decode(row)
        return value

    def _not_here(self) -> ProviderFailure:
        saved = self._saved
        there = f" With AWS, ivscope {saved.path} reads the rest." if saved.names_a_stage else ""
        return ProviderFailure(
            FailureKind.NOT_RECORDED,
            "not in this file",
            f"{saved.rest}.{there}",
            retryable=False,
        )


def _matches(row: dict[str, Any], narrowed: ParticipantFilter | None) -> bool:
    """Whether a row says that it matches a filter of ListParticipants."""
    if narrowed is None:
        return True
    member = narrowed.member.removeprefix("filterBy")
    return bool(row.get(member[0].lower() + member[1:]) == narrowed.value)
