"""FilterWord: a filter text cut at its blanks, with quotes and expressions kept whole."""

import re
from dataclasses import dataclass

from tui.query.filters import FilterError

_FIELD = re.compile(r"([A-Za-z_]+):")


@dataclass(frozen=True, slots=True)
class Value:
    """What was typed after a field, quotes taken off."""

    text: str
    quoted: tuple[bool, ...]
    """For each character whether it stood in quotes and means only itself."""
    at: int
    """Index into the filter text where it began."""
    was_quoted: bool = False
    """Whether quotes were there, even around nothing."""

    def find(self, sign: str) -> int:
        """Index of the first such character outside quotes, -1 if there is none."""
        for index, (one, is_quoted) in enumerate(zip(self.text, self.quoted, strict=True)):
            if one == sign and not is_quoted:
                return index
        return -1

    def part(self, start: int, stop: int | None = None) -> "Value":
        """Some of its characters."""
        return Value(
            self.text[start:stop], self.quoted[start:stop], self.at + start, self.was_quoted
        )


@dataclass(frozen=True, slots=True)
class FilterWord:
    """One term as typed."""

    at: int
    """Index into the filter text where it began."""
    inverted: bool
    field: str | None
    """Lower case. None on a bare word."""
    value: Value
    is_expression: bool
    """Whether the value stood between slashes."""


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
        # An ARN is pasted more often than anybody would need a field called arn.
        found = _FIELD.match(text, at)
        if found is not None and found[1].lower() != "arn":
            field = found[1].lower()
            at = found.end()
        is_expression = text.startswith("/", at)
        value, at = _read_expression(text, at) if is_expression else _read_value(text, at)
        if inverted and field is None and not value.text:
            raise FilterError("Type what must not be there after !, like !code:QUOTA", start)
        words.append(FilterWord(start, inverted, field, value, is_expression))
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
            inside = text[start + 1 : at].replace("\\/", "/")
            return Value(inside, (False,) * len(inside), start + 1), at + 1
        at += 1
    raise FilterError(
        'Close the expression with / and a blank (quote a text that begins with /, like "/a")',
        start,
    )
