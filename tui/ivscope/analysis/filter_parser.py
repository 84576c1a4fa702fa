"""parse_filter: reads a typed filter, or raises an error that says what to type."""

import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING

from ivscope.analysis.filters import (
    FIELDS,
    AttributeTerm,
    Containing,
    Exactly,
    Filter,
    FilterError,
    Flag,
    FlagTerm,
    Pattern,
    Term,
    TextField,
    TextTerm,
    TimeTerm,
    Wildcard,
    folded,
)
from ivscope.analysis.time_input import (
    TimeInputError,
    TimeReference,
    read_after,
    read_before,
    read_during,
)
from ivscope.domain.frozen import frozen

if TYPE_CHECKING:
    from ivscope.analysis.expressions import Expression

_FIELD = r"([A-Za-z_]+):"


@frozen
class Value:
    """What was typed after a field, without quotes."""

    text: str
    quoted: tuple[bool, ...]
    """For each character whether it was in quotes, so that it means only itself."""
    at: int
    """Index of its beginning in the filter text."""
    was_quoted: bool = False
    """Whether there were quotes, even around nothing."""

    def find(self, sign: str) -> int:
        """Index of the first such character outside quotes, -1 if there is none."""
        for index, (one, is_quoted) in enumerate(zip(self.text, self.quoted, strict=True)):
            if one == sign and not is_quoted:
                return index
        return -1

    def part(self, start: int, stop: int | None = None) -> "Value":
        """Return a part of the value."""
        return Value(
            self.text[start:stop], self.quoted[start:stop], self.at + start, self.was_quoted
        )


@frozen
class FilterWord:
    """One term as typed."""

    at: int
    """Index into the filter text where it began."""
    inverted: bool
    field: str | None
    """Lower case. None on a bare word."""
    value: Value
    is_expression: bool
    """Whether the value was between slashes."""
    end: int
    """Index into the filter text behind it."""

    @property
    def is_bare(self) -> bool:
        """Whether it is a text to look for, without signs that mean something."""
        is_plain = self.field is None and not self.inverted and not self.is_expression
        return is_plain and not self.value.was_quoted


def cut_words(text: str) -> list[FilterWord]:
    """Cut a filter text into its words.

    Raises:
        FilterError: A quote or an expression has no end, or a word has nothing to look for.
    """
    words: list[FilterWord] = []
    at = _skip_blanks(text, 0)
    while at < len(text):
        start = at
        inverted = text[at] == "!"
        at += inverted
        field = None
        # People paste ARNs, so "arn:" begins a value and no field.
        found = re.compile(_FIELD).match(text, at)
        if found is not None and found[1].lower() != "arn":
            field = found[1].lower()
            at = found.end()
        is_expression = text.startswith("/", at)
        value, at = _read_expression(text, at) if is_expression else _read_value(text, at)
        if inverted and field is None and not value.text:
            raise FilterError("Type what must not be there after !, like !code:QUOTA", start)
        words.append(FilterWord(start, inverted, field, value, is_expression, at))
        at = _skip_blanks(text, at)
    return words


def _skip_blanks(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _read_value(text: str, start: int) -> tuple[Value, int]:
    signs: list[str] = []
    quoted: list[bool] = []
    quote = -1
    was_quoted = False
    at = start
    while at < len(text):
        sign = text[at]
        if sign == '"':
            quote = -1 if quote >= 0 else at
            was_quoted = True
        elif quote < 0 and sign.isspace():
            break
        else:
            if quote >= 0 and sign == "\\" and text[at + 1 : at + 2] in {'"', "\\"}:
                at += 1
                sign = text[at]
            signs.append(sign)
            quoted.append(quote >= 0)
        at += 1
    if quote >= 0:
        raise FilterError('Close the quote with " (a quote inside is \\")', quote)
    return Value("".join(signs), tuple(quoted), start, was_quoted), at


def _read_expression(text: str, start: int) -> tuple[Value, int]:
    at = start + 1
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "/" and (at + 1 == len(text) or text[at + 1].isspace()):
            inside = text[start + 1 : at]
            return Value(inside, (False,) * len(inside), start + 1), at + 1
        at += 1
    raise FilterError(
        'Close the expression with / and a blank (quote a text that begins with /, like "/a")',
        start,
    )


_ANSWERS = {"yes": True, "no": False}
_TIMES = {"after": read_after, "before": read_before, "during": read_during}

_MOST_CHARACTERS = 1_000
_MOST_WORDS = 50
"""Of a filter. A whole page of text can be pasted into the prompt, and each of its words would be
looked for in a million events."""

_MOST_TIME_WORDS = 7
"""Words of the longest time: "2026-11-23 20:36:28 +02:00 to 2026-11-23 20:50:00 +02:00"."""


def parse_filter(text: str, reference: TimeReference) -> Filter:
    """Read a filter.

    Terms stand between blanks and must all hold. `!` before a term inverts it, `*` in a value
    stands for anything and makes the value cover the whole text, quotes keep blanks and take
    the meaning out of signs, and `/…/` is a regular expression. `=` before a value means exactly
    this text, capitals and all, or one of several with commas between. A word without a field
    is looked for in every text of an event.

    Args:
        text: As typed. Blanks alone let every event pass.
        reference: What gives clock times their date, and where "-15m" counts from.

    Raises:
        FilterError: It cannot be understood.
    """
    if len(text) > _MOST_CHARACTERS:
        raise FilterError(
            f"Type less: {_MOST_CHARACTERS:,} characters at most, not {len(text):,}",
            _MOST_CHARACTERS,
        )
    words = cut_words(text)
    if len(words) > _MOST_WORDS:
        raise FilterError(
            f"Type less: {_MOST_WORDS} words at most, not {len(words)}; quotes make several one",
            words[_MOST_WORDS].at,
        )
    terms: list[Term] = []
    at = 0
    while at < len(words):
        count = 1
        if words[at].field in _TIMES and words[at].value.text:
            term, count = _time_term(text, words[at:], reference)
        else:
            term = _term(words[at])
        terms.append(term)
        at += count
    return Filter(text.strip(), tuple(terms))


def _term(word: FilterWord) -> Term:
    field = word.field
    if field is None:
        return TextTerm(TextField.ANY, _pattern(word, word.value), word.inverted)
    if field not in FIELDS:
        fields = ", ".join(FIELDS)
        raise FilterError(
            f'No field "{field}". Fields: {fields}. Quote the word to look for it as text',
            word.at + word.inverted,
        )
    value = word.value
    if not value.text and (not value.was_quoted or field in _TIMES):
        raise FilterError(f"Type a value after {field}: ({FIELDS[field]})", value.at)
    if field == "attr":
        return _attribute_term(word)
    if field in Flag.__members__.values():
        wanted = _ANSWERS.get(value.text.lower())
        if wanted is None:
            raise FilterError(f"Type {field}:yes or {field}:no", value.at)
        return FlagTerm(Flag(field), wanted, word.inverted)
    if not word.is_expression and value.find("=") == 0:
        return TextTerm(TextField(field), _exactly(value.part(1), field), word.inverted)
    return TextTerm(TextField(field), _pattern(word, value), word.inverted)


def _exactly(value: Value, field: str) -> Exactly:
    """The texts between commas, which quotes keep in a text."""
    texts: list[str] = []
    rest = value
    while (comma := rest.find(",")) >= 0:
        texts.append(rest.text[:comma])
        rest = rest.part(comma + 1)
    texts.append(rest.text)
    if "" in texts and not value.was_quoted:
        raise FilterError(f"Type texts after =, like {field}:=one,two", value.at)
    return Exactly(frozenset(texts))


def _attribute_term(word: FilterWord) -> AttributeTerm:
    value = word.value
    if word.is_expression:
        return AttributeTerm(None, None, _pattern(word, value), word.inverted)
    sign = value.find("=")
    if sign < 0:
        return AttributeTerm(_pattern(word, value), None, inverted=word.inverted)
    key, wanted = value.part(0, sign), value.part(sign + 1)
    if not wanted.text and not value.was_quoted:
        raise FilterError(
            'Type a value after =; attr:key alone finds every value, attr:key="" the empty one',
            wanted.at,
        )
    return AttributeTerm(
        _pattern(word, key) if key.text else None,
        _pattern(word, wanted),
        inverted=word.inverted,
    )


def _pattern(word: FilterWord, value: Value) -> Pattern:
    if word.is_expression:
        return _expression(value)
    if not value.text:
        return Wildcard(("",))
    parts: list[str] = []
    rest = value
    while (star := rest.find("*")) >= 0:
        parts.append(folded(rest.text[:star]))
        rest = rest.part(star + 1)
    last = folded(rest.text)
    return Wildcard((*parts, last)) if parts else Containing(last)


def _expression(value: Value) -> "Expression":
    from ivscope.analysis.expressions import ExpressionError, read_expression  # noqa: PLC0415 - if typed

    if not value.text:
        raise FilterError("Type an expression between the slashes, like /^SUB/", value.at)
    try:
        return read_expression(value.text)
    except ExpressionError as error:
        raise FilterError(str(error), value.at + error.position) from error


def _time_term(
    text: str, words: Sequence[FilterWord], reference: TimeReference
) -> tuple[Term, int]:
    """Read a time of one or more words, such as "2026-11-23 20:36:28 UTC".

    Args:
        text: The whole filter.
        words: The word with the field, and all that follow it.
        reference: What dates it.
    """
    word = words[0]
    value, read = word.value, _TIMES[word.field or ""]
    if word.is_expression:
        raise FilterError(f"A time cannot be an expression ({FIELDS[word.field or '']})", value.at)
    bare = takewhile(lambda one: one.is_bare, words[1:_MOST_TIME_WORDS])
    following = [] if value.was_quoted else list(bare)
    for count in range(len(following), 0, -1):
        with suppress(TimeInputError):
            typed = read(text[value.at : following[count - 1].end], reference)
            return TimeTerm(typed, word.inverted), 1 + count
    try:
        return TimeTerm(read(value.text, reference), word.inverted), 1
    except TimeInputError as error:
        raise FilterError(error.advice, value.at + value.was_quoted + error.position) from error
