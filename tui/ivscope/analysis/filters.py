"""Filter: the terms that an event must meet, and finding the events of a log that meet them.

Long because each kind of term has its way of looking at the columns of a log beside it.
"""

from array import array
from collections.abc import Callable, Iterable
from enum import StrEnum
from itertools import compress
from typing import TYPE_CHECKING, Final, TypeAlias
from unicodedata import combining, normalize

from ivscope.analysis.time_input import TypedRanges
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.times import to_microseconds
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.event_log import NO_TIME, EventColumns, EventKind, EventLog, EventTables

if TYPE_CHECKING:
    from ivscope.analysis.expressions import Expression


def folded(text: str) -> str:
    """The text in the form that typed text is compared in: capitals and accents do not count.

    "José", written in either way, and "JOSE" are "jose". Quick for ASCII. The length can change.
    """
    if text.isascii():
        return text.lower()
    return "".join(sign for sign in normalize("NFD", text.casefold()) if not combining(sign))


@frozen
class Containing:
    """The text has the wanted text somewhere inside."""

    folded: str
    """As `folded` makes it."""

    def matches(self, text: str) -> bool:
        """Whether the text has it."""
        return self.folded in folded(text)


@frozen
class Wildcard:
    """The whole text is the parts in their order, with anything between two of them."""

    parts: tuple[str, ...]
    """As `folded` makes them, at least one. A single part is the whole text."""

    def matches(self, text: str) -> bool:
        """Whether the parts make up the text. Takes linear time, unlike a regex of many gaps."""
        whole = folded(text)
        first, *between, last = self.parts if len(self.parts) > 1 else (*self.parts, "")
        if len(self.parts) == 1:
            return whole == first
        if not whole.startswith(first):
            return False
        at = len(first)
        for part in between:
            found = whole.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(whole) - len(last) >= at and whole.endswith(last)


@frozen
class Exactly:
    """The text is one of these, capitals and all."""

    texts: frozenset[str]

    def matches(self, text: str) -> bool:
        """Whether it is one of them."""
        return text in self.texts


Pattern: TypeAlias = "Exactly | Containing | Wildcard | Expression"


class FilterError(ValueError):
    """A filter text that cannot be understood. Its text says what to type instead, and where."""

    def __init__(self, advice: str, position: int) -> None:
        super().__init__(f"{advice} (at character {position + 1})")
        self.advice = advice
        """The same without the place."""
        self.position = position
        """Index into the filter text where the trouble begins."""


class TextField(StrEnum):
    """What a text term looks at; the values are the names to type."""

    ANY = "any"
    """Every text of the event. A bare word means it; it has no name to type."""
    NAME = "name"
    CODE = "code"
    REMOTE = "remote"
    PARTICIPANT = "participant"
    USER = "user"
    CAPABILITY = "cap"
    DESTINATION = "dest"


class Flag(StrEnum):
    """What a yes-or-no term looks at; the values are the names to type."""

    REPLICA = "replica"
    ERROR = "error"


FIELDS: Final = {
    "name": "event name, name:SUB*",
    "code": "error code, code:QUOTA",
    "remote": "remote participant id, remote:abc",
    "participant": "participant id, participant:abc, participant:=abc,def for exactly these",
    "user": "user id of the participant or of a token, user:alice",
    "attr": "token attribute, attr:role, attr:role=host, attr:=host",
    "cap": "token capability, cap:PUBLISH",
    "dest": "destination stage or session, dest:abc",
    "replica": "replica:yes or replica:no",
    "error": "error:yes or error:no",
    "after": "at or after a time, after:14:00",
    "before": "before a time, before:2026-11-23T20:50",
    "during": "within times, during:20:45..20:50",
}
"""The fields to type before a colon, with one line of help each."""


@frozen
class TextTerm:
    """At least one text of the field matches. Absent texts never do."""

    field: TextField
    pattern: Pattern
    inverted: bool = False


@frozen
class AttributeTerm:
    """One attribute of the previous or the new token matches in all that is not None."""

    key: "Pattern | None"
    value: "Pattern | None"
    whole: "Pattern | None" = None
    """For key and value joined by an equals sign."""
    inverted: bool = False


@frozen
class FlagTerm:
    """The flag has this value. A replica flag that did not come is neither yes nor no."""

    flag: Flag
    wanted: bool
    inverted: bool = False


@frozen
class TimeTerm:
    """The time is readable and in one of the ranges."""

    typed: TypedRanges
    inverted: bool = False

    @property
    def bounds(self) -> list[tuple[int | None, int | None]]:
        """Start and end of each range in microseconds since 1970 UTC; None is no bound."""
        return [
            (
                None if start is None else to_microseconds(start),
                None if end is None else to_microseconds(end),
            )
            for start, end in self.typed.ranges
        ]


Term = TextTerm | AttributeTerm | FlagTerm | TimeTerm


@frozen
class Filter:
    """Terms that must all hold. Without terms every event passes."""

    text: str
    """As typed."""
    terms: tuple[Term, ...]

    def and_also(self, other: "Filter") -> "Filter":
        """The filter that both must pass; terms of `other` that are here already are left out."""
        new = tuple(term for term in other.terms if term not in self.terms)
        if not new:
            return self
        return Filter(f"{self.text} {other.text}".strip(), self.terms + new)

    @property
    def times(self) -> list[TypedRanges]:
        """What the typed times mean, with the dates that they took."""
        return [term.typed for term in self.terms if isinstance(term, TimeTerm)]

    def errors_only(self) -> "Filter":
        """The same filter that lets only failures pass."""
        return self.and_also(ERRORS_ONLY)


ERRORS_ONLY: Final = Filter("error:yes", (FlagTerm(Flag.ERROR, wanted=True),))
"""Lets only failures pass."""


UserOf = Callable[[str], str | None]
"""User id by participant id; None when it is not known. An empty id stands for an event that names
no participant."""


def no_user(_participant_id: str) -> None:
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
        tables: The tables of every log that is filtered.
        user_of: Tells user ids. Asked when a participant is first met.
    """

    __slots__ = ("_columns", "_rare", "filter")

    def __init__(
        self,
        filter_: Filter,
        tables: EventTables,
        user_of: UserOf = no_user,
    ) -> None:
        self.filter = filter_
        tests = [_TermTest(term, tables, user_of) for term in filter_.terms]
        self._columns = [test for test in tests if not test.reads_rare]
        self._rare = [test for test in tests if test.reads_rare]

    def passing(self, log: EventLog, start: int, stop: int) -> "array[int]":
        """Return the positions from `start` to below `stop` whose events pass, ascending.

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

    def stop_after(self, log: EventLog, start: int, stop: int, most: int) -> int:
        """Where to stop so that at most so many events have rare fields to look at.

        Those fields can be long, and events that have none are many times as fast.

        Args:
            log: Of which a part is to be scanned.
            start: The first position of the part.
            stop: The position behind the part.
            most: Events with rare fields, at least 1.

        Returns:
            `stop`, or a position before it and behind `start`.
        """
        if not self._rare:
            return stop
        positions = log.rare_positions(start, stop)
        return positions[most] if len(positions) > most else stop

    def matches(self, log: EventLog, position: int) -> bool:
        """Whether one event passes."""
        return bool(self.passing(log, position, position + 1))

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

    def __init__(self, term: Term, tables: EventTables, user_of: UserOf) -> None:
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
                    lambda number: _holds(matches, user_of(tables.texts[number] or ""))
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
    name = kind.shown_name if field is not TextField.CODE else None
    code = kind.shown_code if field is not TextField.NAME else None
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
