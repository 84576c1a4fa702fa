"""parse_filter: from what was typed to a filter, or to advice what to type."""

import re
import warnings
from datetime import datetime, timedelta, tzinfo

from tui.domain.times import to_microseconds
from tui.query.filter_times import read_moment
from tui.query.filter_words import FilterWord, Value, cut_words
from tui.query.filters import (
    FIELDS,
    AttributeTerm,
    Filter,
    FilterError,
    Flag,
    FlagTerm,
    Term,
    TextField,
    TextTerm,
    TimeTerm,
)
from tui.query.patterns import Containing, Expression, Pattern, Wildcard, can_run_away

_ANSWERS = {"yes": True, "no": False}
_TIMES = frozenset({"after", "before", "during"})


def parse_filter(text: str, *, zone: tzinfo, now: datetime) -> Filter:
    """Read a filter.

    Terms stand between blanks and must all hold. `!` before a term inverts it, `*` in a value
    stands for anything and makes the value cover the whole text, quotes keep blanks and take
    the meaning out of signs, and `/…/` is a regular expression. A word without a field is
    looked for in every text of an event.

    Args:
        text: As typed. Blanks alone let every event pass.
        zone: Where clock times are.
        now: Aware. Gives clock times their date, and "-15m" its end.

    Raises:
        FilterError: It cannot be understood.
    """
    return Filter(text.strip(), tuple(_term(word, zone, now) for word in cut_words(text)))


def _term(word: FilterWord, zone: tzinfo, now: datetime) -> Term:
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
    if not value.text and not value.was_quoted:
        raise FilterError(f"Type a value after {field}: ({FIELDS[field]})", value.at)
    if field == "attr":
        return _attribute_term(word)
    if field in _TIMES:
        return _time_term(word, zone, now)
    if field in Flag.__members__.values():
        wanted = _ANSWERS.get(value.text.lower())
        if wanted is None:
            raise FilterError(f"Type {field}:yes or {field}:no", value.at)
        return FlagTerm(Flag(field), wanted, word.inverted)
    return TextTerm(TextField(field), _pattern(word, value), word.inverted)


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
        parts.append(rest.text[:star].casefold())
        rest = rest.part(star + 1)
    folded = rest.text.casefold()
    return Wildcard((*parts, folded)) if parts else Containing(folded)


def _expression(value: Value) -> Expression:
    if not value.text:
        raise FilterError("Type an expression between the slashes, like /^SUB/", value.at)
    if can_run_away(value.text):
        raise FilterError(
            "This expression can run for ever: repeat no group that holds *, +, ?, { or |",
            value.at,
        )
    try:
        with warnings.catch_warnings():
            # Python warns about signs that it may read differently one day.
            warnings.simplefilter("ignore")
            return Expression(re.compile(value.text, re.IGNORECASE))
    except (re.error, OverflowError, RecursionError) as error:
        raise FilterError(f"Not a regular expression: {error}", value.at) from error


def _time_term(word: FilterWord, zone: tzinfo, now: datetime) -> TimeTerm:
    value = word.value
    if word.is_expression:
        raise FilterError(f"A time cannot be an expression ({FIELDS[word.field or '']})", value.at)
    if word.field == "during":
        first, dots, last = value.text.partition("..")
        start, lasting = _moment(first, value.at, zone, now)
        stop = start
        if dots:
            stop, lasting = _moment(last, value.at + len(first) + len(dots), zone, now)
        if stop < start and _is_clock(first) and _is_clock(last):
            stop += timedelta(days=1)
        if stop < start:
            raise FilterError("Type the earlier time first, like during:20:45..20:50", value.at)
        bounds = (to_microseconds(start), _end(stop, lasting))
        return TimeTerm(*bounds, word.inverted)
    moment, _ = _moment(value.text, value.at, zone, now)
    if word.field == "after":
        return TimeTerm(to_microseconds(moment), None, word.inverted)
    return TimeTerm(None, to_microseconds(moment), word.inverted)


def _moment(text: str, at: int, zone: tzinfo, now: datetime) -> tuple[datetime, timedelta]:
    try:
        return read_moment(text, zone=zone, now=now)
    except ValueError as error:
        raise FilterError(str(error), at) from error


def _end(moment: datetime, lasting: timedelta) -> int:
    return to_microseconds(moment) + lasting // timedelta(microseconds=1)


def _is_clock(text: str) -> bool:
    return "-" not in text
