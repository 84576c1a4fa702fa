"""RedactingSource: gives user ids and the values of attributes other names, the same each time.

It stands between what reads and everything that shows, so that nothing above ever has the real
ones: no screen, copy, report, window title or report of a crash. What records stands below it and
keeps exact values. Ids of participants, the keys of attributes, clients and providers stay.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.events import Event
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import (
    IngestConfiguration,
    Participant,
    ParticipantFilter,
    ParticipantSummary,
)
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.source import Source

_BY_USER = "filterByUserId"
"""IVS API: request member of ListParticipants."""

_Pairs = tuple[tuple[str, str], ...]

Row = TypeVar("Row")


class StandIns:
    """A stand-in for each text, numbered in the order in which they came. For any thread.

    Equal texts get equal stand-ins, so that who is who stays visible; absent and empty ones stay.
    """

    def __init__(self) -> None:
        self._users: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._real_users: dict[str, str] = {}
        self._lock = threading.Lock()

    def user(self, user_id: str | None) -> str | None:
        """Return the stand-in of a user id: "user-1"."""
        if not user_id:
            return user_id
        with self._lock:
            stand_in = self._users.setdefault(user_id, f"user-{len(self._users) + 1}")
            self._real_users[stand_in] = user_id
        return stand_in

    def real_user(self, shown: str) -> str:
        """Return the user id behind a stand-in; of a text that is none, the text itself."""
        return self._real_users.get(shown, shown)

    def value(self, text: str) -> str:
        """Return the stand-in of a value of an attribute: "value-1"."""
        if not text:
            return text
        with self._lock:
            return self._values.setdefault(text, f"value-{len(self._values) + 1}")

    def of(self, row: Row) -> Row:
        """Return a row or a value of an answer with its stand-ins."""
        changed: object = row
        match row:
            case Event() if row.previous_token is not None or row.new_token is not None:
                changed = replace(
                    row,
                    previous_token=self._token(row.previous_token),
                    new_token=self._token(row.new_token),
                )
            case ParticipantSummary() | IngestConfiguration() if row.user_id:
                changed = replace(row, user_id=self.user(row.user_id))
            case Participant():
                attributes = self._attributes(row.attributes)
                changed = replace(row, summary=self.of(row.summary), attributes=attributes)
        return changed  # type: ignore[return-value] # of the class that it was

    def _token(self, token: ParticipantToken | None) -> ParticipantToken | None:
        if token is None:
            return None
        attributes = self._attributes(token.attributes)
        return replace(token, user_id=self.user(token.user_id), attributes=attributes)

    def _attributes(self, pairs: _Pairs | None) -> _Pairs | None:
        return None if pairs is None else tuple((key, self.value(text)) for key, text in pairs)


class RedactingSource:
    """A source with stand-ins in all its answers."""

    def __init__(self, source: Source, stand_ins: StandIns) -> None:
        self._source = source
        self._stand_ins = stand_ins

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - profile, Region and endpoint, where it has them
        """Return what else the source tells of itself."""
        return getattr(self._source, name)

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        """Read one page of a list; a stand-in in the filter asks for the real user id."""
        asked, shown = self._real(call)
        page = self._read(lambda: self._source.read_page(asked, cursor), shown)
        return replace(page, items=tuple(map(self._stand_ins.of, page.items)))

    def read_fact(self, call: GetCall[Value]) -> Value:
        """Read one value."""
        return self._stand_ins.of(self._read(lambda: self._source.read_fact(call), None))

    def _real(self, call: ListCall[Item]) -> tuple[ListCall[Item], ParticipantFilter | None]:
        """Return the call to make, and the filter by user id as it was asked for."""
        match call.scope:
            case (session, ParticipantFilter(member=member, value=str(shown)) as narrowed) if (
                member == _BY_USER
            ):
                real = ParticipantFilter(member, self._stand_ins.real_user(shown))
                return replace(call, scope=(session, real)), narrowed
        return call, None

    def _read(self, read: Callable[[], Row], narrowed: ParticipantFilter | None) -> Row:
        try:
            return read()
        except ProviderFailure as failure:
            if narrowed is not None:
                # A refusal may quote what was asked for.
                shown = str(narrowed.value)
                real = self._stand_ins.real_user(shown)
                failure.summary = failure.summary.replace(real, shown)
                failure.remedy = failure.remedy.replace(real, shown)
            raise
