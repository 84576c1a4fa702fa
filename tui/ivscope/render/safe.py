r"""Safe text: every text from outside goes through here before it reaches a terminal.

What a terminal could act on, and what nobody could see, is written as an escape: `\x1b`,
`\u202e`, `\U000e0061`. Backslashes that would read as one of these escapes are doubled, so two
different values never look the same.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

_INVISIBLE = frozenset(
    {
        *"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0",
        *map(chr, range(0xFE00, 0xFE10)),
        *map(chr, range(0xE0100, 0xE01F0)),
        *map(chr, range(0x1F3FB, 0x1F400)),
    }
)
"""Characters that are printable by category but have no width of their own everywhere: fillers,
joiners, blanks, selectors, and skin tones, which six of eight terminals draw beside the emoji that
the others colour, so that the row does not fit."""

_SUSPECT = _INVISIBLE | {"\\"}
_ESCAPE_BODY = r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}"
_DOTTED_CIRCLE = "\u25cc"
_MARKS_IN_A_ROW = 8
"""Marks drawn onto one character; more are escaped, or they would smear over the rows around."""

EMPTY_NAME = "empty name"
"""Stands for a name that is empty."""

_QUOTED_WORDS = frozenset({"", "empty", "absent", "given", "not given", EMPTY_NAME})


def safe(text: str) -> str:
    """Make text safe to draw: one line, without control characters or anything hidden.

    Escaped are the Unicode categories Cc, Cf, Cs, Co, Cn, Zl and Zp, every space but the ASCII one
    (they look alike), characters without a shape, and marks piled up on one character. A combining
    mark in front gets a dotted circle to stand on, else it would change the cell to its left.
    """
    if _is_plain(text):
        return text
    return "".join(shown for shown, _ in _pieces(text))


def safe_parts(text: str, cuts: Sequence[int]) -> list[str]:
    """Cut text at ascending character positions, each part as `safe` writes it in the whole."""
    parts: list[list[str]] = [[] for _ in range(len(cuts) + 1)]
    part = position = 0
    for shown, length in _pieces(text):
        while part < len(cuts) and position >= cuts[part]:
            part += 1
        parts[part].append(shown)
        position += length
    return ["".join(part) for part in parts]


def safe_value(text: str) -> str:
    """Make a value safe within a sentence of ours, in quotes where it could be misread."""
    return f'"{safe(text)}"' if needs_quotes(text) else safe(text)


def needs_quotes(text: str) -> bool:
    """Whether a value within a sentence of ours could be misread.

    True for blanks at the ends, quotes at the start, and our words for absent and empty values.
    """
    return text in _QUOTED_WORDS or text[0] in "\"' " or text[-1] == " "


def is_mark(character: str) -> bool:
    """Whether a character is drawn onto the one before it."""
    return unicodedata.category(character).startswith("M")


def _is_plain(text: str) -> bool:
    if not text.isprintable():
        return False
    if text.isascii():
        return "\\" not in text
    if not _SUSPECT.isdisjoint(text) or is_mark(text[0]) or text[0] == _DOTTED_CIRCLE:
        return False
    return len(text) <= _MARKS_IN_A_ROW or not any(map(is_mark, text))


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """Yield what to show, each with how many characters of the text it stands for, in order."""
    start = marks = 0
    if text and is_mark(text[0]) and not _is_unsafe(text[0]):
        yield _DOTTED_CIRCLE + text[0], 1
        start = marks = 1
    elif text[:1] == _DOTTED_CIRCLE and text[1:2] and is_mark(text[1]):
        yield _escape(_DOTTED_CIRCLE), 1
        start = 1
    while start < len(text):
        character = text[start]
        if character == "\\":
            end = start
            while end < len(text) and text[end] == "\\":
                end += 1
            reads_as_escape = re.compile(_ESCAPE_BODY).match(text, end) is not None
            if reads_as_escape or (end < len(text) and _is_unsafe(text[end])):
                for _ in range(end - start):
                    yield "\\\\", 1
            else:
                yield text[start:end], end - start
            start, marks = end, 0
            continue
        marks = marks + 1 if is_mark(character) else 0
        is_escaped = _is_unsafe(character) or marks > _MARKS_IN_A_ROW
        yield _escape(character) if is_escaped else character, 1
        start += 1


def _is_unsafe(character: str) -> bool:
    return not character.isprintable() or character in _INVISIBLE


def _escape(character: str) -> str:
    code = ord(character)
    if code <= 0xFF:  # noqa: PLR2004 - the largest code of two hexadecimal digits
        return f"\\x{code:02x}"
    if code <= 0xFFFF:  # noqa: PLR2004 - the largest code of four hexadecimal digits
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"


def safe_lines(text: str) -> str:
    r"""Make lines safe to draw; line feeds and the escapes already there stay.

    For text built from parts that are safe already: `safe` would double the backslash of every
    `\u202e` that it or JSON wrote, and escape the dotted circle that it put under a mark.
    """
    return "\n".join("\\".join(map(_safe_inside, line.split("\\"))) for line in text.split("\n"))


def _safe_inside(part: str) -> str:
    """Make a part of a text safe that follows other characters: a mark in front stays."""
    return safe(f".{part}")[1:]
