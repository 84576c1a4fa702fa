"""Filter: the terms that an event must meet, and where a filter's text is wrong."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ivscope.analysis.time_input import TypedRanges
from ivscope.domain.times import to_microseconds


@dataclass(frozen=True, slots=True)
class Containing:
    """The text has the wanted text somewhere inside."""

    folded: str
    """Case-folded."""

    def matches(self, text: str) -> bool:
        """Whether the text has it."""
        return self.folded in text.casefold()


@dataclass(frozen=True, slots=True)
class Wildcard:
    """The whole text is the parts in their order, with anything between two of them."""

    parts: tuple[str, ...]
    """Case-folded, at least one. A single part is the whole text."""

    def matches(self, text: str) -> bool:
        """Whether the parts make up the text. Takes linear time, unlike a regex of many gaps."""
        folded = text.casefold()
        first, *between, last = self.parts if len(self.parts) > 1 else (*self.parts, "")
        if len(self.parts) == 1:
            return folded == first
        if not folded.startswith(first):
            return False
        at = len(first)
        for part in between:
            found = folded.find(part, at)
            if found < 0:
                return False
            at = found + len(part)
        return len(folded) - len(last) >= at and folded.endswith(last)


@dataclass(frozen=True, slots=True)
class Expression:
    """A regular expression finds something in the text."""

    compiled: re.Pattern[str]

    def matches(self, text: str) -> bool:
        """Whether it finds something."""
        return self.compiled.search(text) is not None


Pattern = Containing | Wildcard | Expression


def can_run_away(expression: str) -> bool:
    r"""Whether a group that repeats holds a choice or another repetition, like `(a+)+` or `(a|b)*`.

    Such an expression can take exponential time on a text of thirty characters, and nothing can
    stop it once it runs. Some harmless ones are caught too.
    """
    open_groups = [False]
    at = 0
    while at < len(expression):
        sign = expression[at]
        if sign == "\\":
            at += 1
        elif sign == "[":
            at = _class_end(expression, at)
        elif sign == "(":
            open_groups.append(False)
            at += expression.startswith("?", at + 1)
        elif sign == ")" and len(open_groups) > 1:
            is_loose = open_groups.pop()
            if is_loose and expression.startswith(("*", "+", "{"), at + 1):
                return True
            open_groups[-1] |= is_loose
        elif sign in "*+?{|":
            open_groups[-1] = True
        at += 1
    return False


def _class_end(expression: str, start: int) -> int:
    # A closing bracket right after the opening (or after ^) is a member, not the end.
    at = start + 1
    at += expression.startswith("^", at)
    at += expression.startswith("]", at)
    while at < len(expression) and expression[at] != "]":
        at += 2 if expression[at] == "\\" else 1
    return at


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
    "participant": "participant id, participant:abc",
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


@dataclass(frozen=True, slots=True)
class TextTerm:
    """At least one text of the field matches. Absent texts never do."""

    field: TextField
    pattern: Pattern
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class AttributeTerm:
    """One attribute of the previous or the new token matches in all that is not None."""

    key: Pattern | None
    value: Pattern | None
    whole: Pattern | None = None
    """For key and value joined by an equals sign."""
    inverted: bool = False


@dataclass(frozen=True, slots=True)
class FlagTerm:
    """The flag has this value. A replica flag that did not come is neither yes nor no."""

    flag: Flag
    wanted: bool
    inverted: bool = False


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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
