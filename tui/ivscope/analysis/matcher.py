"""Matcher: finds the events that pass a filter, in columns."""

from array import array
from collections.abc import Callable, Iterable, Mapping
from itertools import compress
from types import MappingProxyType

from ivscope.analysis.filters import (
    AttributeTerm,
    Filter,
    Flag,
    FlagTerm,
    Term,
    TextField,
    TimeTerm,
)
from ivscope.domain.events import Event
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.event_log import NO_TIME, EventColumns, EventKind, EventLog, EventTables

NO_USERS: Mapping[str, str | None] = MappingProxyType({})
"""For when no user id is known."""

_RARE_FIELDS = frozenset(
    {TextField.ANY, TextField.USER, TextField.CAPABILITY, TextField.DESTINATION}
)


class _Lookup(dict[int, bool]):
    """What a claim says of a number, asked once per number that occurs."""

    __slots__ = ("_claim",)

    def __init__(self, claim: Callable[[int], bool]) -> None:
        super().__init__()
        self._claim = claim

    def __missing__(self, number: int) -> bool:
        answer = self[number] = self._claim(number)
        return answer

    def mask(self, column: Iterable[int]) -> int:
        """One byte of 0 or 1 for each row, the first row lowest, as one long number.

        Long numbers are joined by & and | at the speed of memory.
        """
        return int.from_bytes(bytes(map(self.__getitem__, column)), "little")


class Matcher:
    """A filter made ready for the logs of one set of tables. Not for two threads at once.

    Args:
        filter_: What must hold.
        tables: The tables of every log that is scanned.
        users: User id by participant id. Read when a participant is first met.
    """

    __slots__ = ("_columns", "_rare", "filter")

    def __init__(
        self,
        filter_: Filter,
        tables: EventTables,
        users: Mapping[str, str | None] = NO_USERS,
    ) -> None:
        self.filter = filter_
        tests = [_TermTest(term, tables, users) for term in filter_.terms]
        self._columns = [test for test in tests if not test.reads_rare]
        self._rare = [test for test in tests if test.reads_rare]

    def scan(self, log: EventLog, start: int, stop: int) -> "array[int]":
        """Ascending positions of those from `start` to below `stop` that pass.

        Builds events only where rare fields decide, and only of events that have some.
        """
        columns = log.columns(start, stop)
        count = len(columns.kinds)
        every = int.from_bytes(b"\1" * count, "little")
        mask = every
        for test in self._columns:
            mask &= test.mask(columns) ^ (every if test.inverted else 0)
            if not mask:
                return array("I")
        if self._rare:
            mask &= self._rare_mask(log, start, columns, mask)
        chosen = mask.to_bytes(count, "little")
        return array("I", compress(range(start, start + count), chosen))

    def matches(self, log: EventLog, position: int) -> bool:
        """Whether one event passes."""
        return bool(self.scan(log, position, position + 1))

    def _rare_mask(self, log: EventLog, start: int, columns: EventColumns, candidates: int) -> int:
        count = len(columns.kinds)
        every = int.from_bytes(b"\1" * count, "little")
        still = candidates.to_bytes(count, "little")
        events = [
            (position - start, log[position])
            for position in log.rare_positions(start, start + count)
            if still[position - start]
        ]
        result = every
        for test in self._rare:
            found = bytearray(count)
            for offset, event in events:
                found[offset] = test.holds_rare(event)
            mask = test.mask(columns) | int.from_bytes(found, "little")
            result &= mask ^ (every if test.inverted else 0)
        return result


class _TermTest:
    """One term over columns, and over the rare fields if it reads them."""

    __slots__ = ("_kinds", "_participants", "_remotes", "_term", "inverted", "reads_rare")

    def __init__(self, term: Term, tables: EventTables, users: Mapping[str, str | None]) -> None:
        self._term = term
        self.inverted = term.inverted
        self._kinds: _Lookup | None = None
        self._participants: _Lookup | None = None
        self._remotes: _Lookup | None = None
        self.reads_rare = isinstance(term, AttributeTerm)
        if isinstance(term, FlagTerm):
            flag, wanted = term.flag, term.wanted
            self._kinds = _Lookup(lambda kind: _flag(tables.kinds[kind], flag) is wanted)
        elif not isinstance(term, AttributeTerm | TimeTerm):
            field, matches = term.field, term.pattern.matches
            self.reads_rare = field in _RARE_FIELDS
            if field in {TextField.NAME, TextField.CODE, TextField.ANY}:
                self._kinds = _Lookup(
                    lambda kind: any(map(matches, _kind_texts(tables.kinds[kind], field)))
                )
            texts = _Lookup(lambda number: _holds(matches, tables.texts[number]))
            if field in {TextField.PARTICIPANT, TextField.ANY}:
                self._participants = texts
            if field in {TextField.REMOTE, TextField.ANY}:
                self._remotes = texts
            if field is TextField.USER:
                self._participants = _Lookup(
                    lambda number: _holds(matches, users.get(tables.texts[number] or ""))
                )

    def mask(self, columns: EventColumns) -> int:
        """What the columns alone say."""
        if isinstance(self._term, TimeTerm):
            return _time_mask(self._term, columns.times)
        mask = 0
        if self._kinds is not None:
            mask |= self._kinds.mask(columns.kinds)
        if self._participants is not None:
            mask |= self._participants.mask(columns.participants)
        if self._remotes is not None:
            mask |= self._remotes.mask(columns.remotes)
        return mask

    def holds_rare(self, event: Event) -> bool:
        """What the rare fields alone say."""
        term = self._term
        if isinstance(term, AttributeTerm):
            return any(
                (term.key is None or term.key.matches(key))
                and (term.value is None or term.value.matches(value))
                and (term.whole is None or term.whole.matches(f"{key}={value}"))
                for token in _tokens(event)
                for key, value in token.attributes or ()
            )
        if isinstance(term, FlagTerm | TimeTerm):
            return False
        return any(map(term.pattern.matches, _rare_texts(event, term.field)))


def _holds(matches: Callable[[str], bool], text: str | None) -> bool:
    return text is not None and matches(text)


def _flag(kind: EventKind, flag: Flag) -> bool | None:
    return kind.replica if flag is Flag.REPLICA else kind.is_error


def _kind_texts(kind: EventKind, field: TextField) -> list[str]:
    name = kind.name if field is not TextField.CODE else None
    code = kind.error_code if field is not TextField.NAME else None
    return [text for text in (name, code) if text is not None]


def _tokens(event: Event) -> list[ParticipantToken]:
    return [token for token in (event.previous_token, event.new_token) if token is not None]


def _rare_texts(event: Event, field: TextField) -> list[str]:
    texts: list[str | None] = []
    if field in {TextField.DESTINATION, TextField.ANY}:
        texts += [event.destination_stage_arn, event.destination_session_id]
    for token in _tokens(event):
        if field in {TextField.USER, TextField.ANY}:
            texts.append(token.user_id)
        if field in {TextField.CAPABILITY, TextField.ANY}:
            texts += token.capabilities or ()
        if field is TextField.ANY:
            texts += (text for pair in token.attributes or () for text in pair)
    return [text for text in texts if text is not None]


def _time_mask(term: TimeTerm, times: "array[int]") -> int:
    # Ordinary comparison methods of int, so that no Python code runs for a row.
    mask = 0
    for first, end in term.bounds:
        start = NO_TIME + 1 if first is None else first
        inside = int.from_bytes(bytes(map(start.__le__, times)), "little")
        if end is not None:
            inside &= int.from_bytes(bytes(map(end.__gt__, times)), "little")
        mask |= inside
    return mask
