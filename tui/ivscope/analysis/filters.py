"""Filter: the terms that an event must meet, and finding the events of a log that meet them.

Long because each kind of term has its way of looking at the columns of a log beside it.
"""

from array import array
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias
from unicodedata import combining, normalize

from ivscope.analysis.time_input import TypedRanges
from ivscope.analysis.timed_events import looked_up
from ivscope.domain.frozen import frozen
from ivscope.domain.times import to_microseconds
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.event_log import (
    NO_TIME,
    EventColumns,
    EventKind,
    EventLog,
    EventTables,
    Rare,
)

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


_UNASKED = 2
"""In the answers of a claim: it was not asked about this number yet."""

_ASKED_TOGETHER = 64
"""Numbers that a claim is asked about between two looks at the clock."""


class _Answers:
    """What a claim says of each number of a table, asked once per number.

    Args:
        claim: Says it. What it says of a number never changes.
        size: How many numbers there are; it only grows.
        is_known_early: Whether the claim can be asked before a number occurs in a log.
    """

    __slots__ = ("_asked", "_claim", "_is_known_early", "_known", "_size")

    def __init__(
        self,
        claim: Callable[[int], bool],
        size: Callable[[], int],
        *,
        is_known_early: bool = True,
    ) -> None:
        self._claim = claim
        self._size = size
        self._is_known_early = is_known_early
        self._known = bytearray()
        self._asked = 0
        """Numbers up to here were all asked about."""

    def ask(self, most: int, is_over: Callable[[], bool]) -> bool:
        """Ask about all numbers, unless so many are more than `most`. Returns whether some wait."""
        stop = self._size()
        if not self._is_known_early or stop - self._asked > most:
            return False
        self._make_room(stop)
        while self._asked < stop:
            until = min(stop, self._asked + _ASKED_TOGETHER)
            self._ask(range(self._asked, until))
            self._asked = until
            if is_over():
                return self._asked < stop
        return False

    def mask(self, column: "array[int]") -> int:
        """One byte of 0 or 1 for each row, the first row lowest, as one long number.

        Long numbers are joined by & and | at the speed of memory.
        """
        size = self._size()
        if self._asked < size:
            self._make_room(size)
            self._ask(set(column))
        return int.from_bytes(looked_up(column, self._known), "little")

    def _make_room(self, size: int) -> None:
        self._known.extend(bytes((_UNASKED,)) * (size - len(self._known)))

    def _ask(self, numbers: Iterable[int]) -> None:
        known = self._known
        for number in numbers:
            if known[number] == _UNASKED:
                known[number] = self._claim(number)


class Matcher:
    """A filter made ready for the logs of one set of tables. Not for two threads at once.

    Args:
        filter_: What must hold.
        tables: The tables of every log that is filtered.
        user_of: Tells user ids. Asked when a participant is first met.
    """

    __slots__ = ("_columns", "_rare", "_tests", "filter")

    def __init__(
        self,
        filter_: Filter,
        tables: EventTables,
        user_of: UserOf = no_user,
    ) -> None:
        self.filter = filter_
        self._tests = [_TermTest(term, tables, user_of) for term in filter_.terms]
        self._columns = [test for test in self._tests if not test.reads_rare]
        self._rare = [test for test in self._tests if test.reads_rare]

    def prepare(self, rows: int, is_over: Callable[[], bool]) -> bool:
        """Look at the texts that events can have, so that each event takes as long as another.

        Args:
            rows: Events that will be looked at: of many more texts only theirs are looked at.
            is_over: Whether to stop; asked now and then.

        Returns:
            Whether some texts are left.
        """
        return any(test.prepare(rows, is_over) for test in self._tests)

    def passing(self, log: EventLog, start: int, stop: int) -> bytes:
        """Return one byte for each position from `start` to below `stop`: 1 if its event passes.

        Cut at the end of the log. Builds no event.
        """
        part = _Part(log, start, min(stop, len(log)))
        mask = part.every
        for test in self._columns:
            mask &= test.mask(part) ^ (part.every if test.inverted else 0)
            if not mask:
                return bytes(part.count)
        if self._rare:
            mask &= self._rare_mask(part, mask)
        return mask.to_bytes(part.count, "little")

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

    def _rare_mask(self, part: "_Part", candidates: int) -> int:
        still = candidates.to_bytes(part.count, "little")
        places = part.log.rare_positions(part.start, part.start + part.count)
        rows = [
            (position - part.start, part.log.rare(position))
            for position in places
            if still[position - part.start]
        ]
        result = part.every
        for test in self._rare:
            found = bytearray(part.count)
            for offset, rare in rows:
                found[offset] = test.holds_rare(rare)
            mask = test.mask(part) | int.from_bytes(found, "little")
            result &= mask ^ (part.every if test.inverted else 0)
        return result


class _Part:
    """Neighbouring rows of a log, of which only the columns that are asked for are copied."""

    __slots__ = ("_columns", "count", "every", "log", "start")

    def __init__(self, log: EventLog, start: int, stop: int) -> None:
        self.log = log
        self.start = start
        self.count = max(0, stop - start)
        self.every = int.from_bytes(b"\1" * self.count, "little")
        """All rows, as a mask."""
        self._columns: EventColumns | None = None

    @property
    def kinds(self) -> "array[int]":
        """The column of kinds, which costs least."""
        return self.log.kinds_of(self.start, self.start + self.count)

    @property
    def columns(self) -> EventColumns:
        """All columns."""
        if self._columns is None:
            self._columns = self.log.columns(self.start, self.start + self.count)
        return self._columns


_Column = Callable[[_Part], "array[int]"]


class _TermTest:
    """One term over columns, and over the rare fields if it reads them."""

    __slots__ = ("_answers", "_rare_known", "_term", "inverted", "reads_rare")

    def __init__(self, term: Term, tables: EventTables, user_of: UserOf) -> None:
        self._term = term
        self.inverted = term.inverted
        self._answers: list[tuple[_Column, _Answers]] = []
        """What the term says of the numbers of some columns."""
        self._rare_known: dict[tuple[int, ...], bool] = {}
        """What the term says of rare fields, by the identity of each. Tables keep them for good,
        equal ones once."""
        self.reads_rare = isinstance(term, AttributeTerm)
        kinds, texts = tables.kinds, tables.texts
        if isinstance(term, FlagTerm):
            flag, wanted = term.flag, term.wanted
            by_flag = _Answers(lambda kind: _flag(kinds[kind], flag) is wanted, kinds.__len__)
            self._answers.append((lambda part: part.kinds, by_flag))
        elif not isinstance(term, AttributeTerm | TimeTerm):
            field, matches = term.field, term.pattern.matches
            self.reads_rare = field in _RARE_FIELDS
            if field in {TextField.NAME, TextField.CODE, TextField.ANY}:
                by_kind = _Answers(
                    lambda kind: any(map(matches, _kind_texts(kinds[kind], field))), kinds.__len__
                )
                self._answers.append((lambda part: part.kinds, by_kind))
            by_text = _Answers(lambda number: _holds(matches, texts[number]), texts.__len__)
            if field in {TextField.PARTICIPANT, TextField.ANY}:
                self._answers.append((lambda part: part.columns.participants, by_text))
            if field in {TextField.REMOTE, TextField.ANY}:
                self._answers.append((lambda part: part.columns.remotes, by_text))
            if field is TextField.USER:
                # A user id can come later than the participant, but not later than its events.
                by_user = _Answers(
                    lambda number: _holds(matches, user_of(texts[number] or "")),
                    texts.__len__,
                    is_known_early=False,
                )
                self._answers.append((lambda part: part.columns.participants, by_user))

    def prepare(self, most: int, is_over: Callable[[], bool]) -> bool:
        """Ask about texts before their events are looked at, as `Matcher.prepare` does."""
        return any(answers.ask(most, is_over) for _, answers in self._answers)

    def mask(self, part: _Part) -> int:
        """What the columns alone say."""
        if isinstance(self._term, TimeTerm):
            return _time_mask(self._term, part.columns.times)
        mask = 0
        for column, answers in self._answers:
            mask |= answers.mask(column(part))
        return mask

    def holds_rare(self, rare: Rare) -> bool:
        """What the rare fields alone say."""
        key = (
            id(rare.destination_stage_arn),
            id(rare.destination_session_id),
            id(rare.previous_token),
            id(rare.new_token),
        )
        known = self._rare_known.get(key)
        if known is None:
            known = self._rare_known[key] = self._holds_rare(rare)
        return known

    def _holds_rare(self, rare: Rare) -> bool:
        term = self._term
        if isinstance(term, AttributeTerm):
            return any(
                (term.key is None or term.key.matches(key))
                and (term.value is None or term.value.matches(value))
                and (term.whole is None or term.whole.matches(f"{key}={value}"))
                for token in _tokens(rare)
                for key, value in token.attributes or ()
            )
        if isinstance(term, FlagTerm | TimeTerm):
            return False
        return any(map(term.pattern.matches, _rare_texts(rare, term.field)))


def _holds(matches: Callable[[str], bool], text: str | None) -> bool:
    return text is not None and matches(text)


def _flag(kind: EventKind, flag: Flag) -> bool | None:
    return kind.replica if flag is Flag.REPLICA else kind.is_error


def _kind_texts(kind: EventKind, field: TextField) -> list[str]:
    name = kind.shown_name if field is not TextField.CODE else None
    code = kind.shown_code if field is not TextField.NAME else None
    return [text for text in (name, code) if text is not None]


def _tokens(rare: Rare) -> list[ParticipantToken]:
    return [token for token in (rare.previous_token, rare.new_token) if token is not None]


def _rare_texts(rare: Rare, field: TextField) -> list[str]:
    texts: list[str | None] = []
    if field in {TextField.DESTINATION, TextField.ANY}:
        texts += [rare.destination_stage_arn, rare.destination_session_id]
    for token in _tokens(rare):
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
