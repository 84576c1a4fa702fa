"""Measure, cut and wrap text in terminal cells. The only module that measures width."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from rich.cells import cell_len

from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import is_mark, safe

ELLIPSIS = "…"
"""Ends what was shortened. One cell wide."""

_CHARACTERS_PER_CELL = 8
"""Characters a cell may hold: the rest is cut, or piled-up marks would spoil the row."""


_RUNS = re.compile(" +|[^ ]+")
_WORDS = re.compile("[^ ]+")

ONE_CELL_EACH = re.compile("[ -~·…→—]*")
"""Text of which each character takes one cell and stands alone: ASCII and signs of ours."""


def width(text: str) -> int:
    """Return how many cells safe text takes up."""
    return cell_len(text)


def line_width(line: Line) -> int:
    """Return how many cells a line takes up."""
    return sum(_cells(span.text) for span in line)


def shorten(text: str, cells: int) -> str:
    """Cut safe text to at most so many cells; a cut ends in `…`.

    Never cuts between a character and its marks, never leaves half a wide character.
    """
    limit = max(cells, 0) * _CHARACTERS_PER_CELL
    if len(text) <= limit and cell_len(text) <= cells:
        return text
    if cells < 1:
        return ""
    kept: list[str] = []
    room = cells - 1
    for cluster in _clusters(text[:limit]):
        room -= cell_len(cluster)
        if room < 0:
            break
        kept.append(cluster)
    return "".join(kept) + ELLIPSIS


def cut(line: Line, cells: int) -> Line:
    """Cut a line to at most so many cells; a cut ends in `…`."""
    if line_width(line) <= cells:
        return line
    spans: list[Span] = []
    room = cells
    for span in line:
        length = _cells(span.text)
        # Only the last span that fits may fill the room: a cut one needs it for the ellipsis.
        if length >= room:
            return (*spans, Span(shorten(span.text + ELLIPSIS, room), span.role))
        spans.append(span)
        room -= length
    return tuple(spans)


def clip(text: str, cells: int) -> str:
    """Make text from outside safe and cut it; the cost does not grow with its length."""
    # Safe text is never shorter than the original, so this much still overflows the cells.
    head = text[: (max(cells, 0) + 1) * _CHARACTERS_PER_CELL]
    return shorten(safe(head), cells)


def beside(
    choices: Sequence[Sequence[str]], separator: Span, cells: int, *, sure: int, least: int
) -> list[Span]:
    """Put texts beside each other, of each choice the first text that fits.

    Args:
        choices: Texts that say the same, the longest first.
        separator: Between two of them.
        cells: Room for all.
        sure: So many of the first choices are cut where none of their texts fits, others dropped:
            half a number or half a word says less than a later text that fits.
        least: With less room than this nothing more is said.
    """
    spans: list[Span] = []
    for index, texts in enumerate(choices):
        before = (separator,) if spans else ()
        left = cells - line_width((*spans, *before))
        if left < least:
            break
        fitting = next((text for text in texts if width(text) <= left), None)
        if fitting is not None or index < sure:
            spans += [*before, Span(clip(fitting or texts[-1], left))]
    return spans


def pad(text: str, cells: int) -> str:
    """Bring safe text to exactly so many cells: cut, or filled with spaces on the right."""
    fitted = shorten(text, cells)
    return fitted + " " * (cells - cell_len(fitted))


def wrap(line: Line, cells: int, hanging: int = 0) -> list[Line]:
    """Break a line into lines of at most so many cells.

    Breaks at spaces; a word longer than a line (an id, a URL) fills the line and is broken where
    it ends. Spaces at a break are dropped.

    Args:
        line: What to break.
        cells: Width of every line, at least 2, the width of the widest character.
        hanging: Cells of indent on every line after the first; capped so that text fits beside it.

    Returns:
        At least one line.
    """
    cells = max(cells, 2)
    if line_width(line) <= cells:
        return [line]
    indent = max(min(hanging, cells // 2, cells - 2), 0)
    text = "".join(span.text for span in line)
    if ONE_CELL_EACH.fullmatch(text):
        return list(_even_parts(line, _even_rows(text, cells, indent), indent))
    return _clustered_rows(line, cells, indent)


def _even_rows(text: str, cells: int, indent: int) -> Iterator[tuple[int, int]]:
    """Break text of which each character takes one cell; where each row begins and ends."""
    first = last = used = 0
    begins = True
    for found in _WORDS.finditer(text):
        start, stop = found.span()
        length, blank = stop - start, start - last
        can_break = length > cells - indent and used + blank < cells
        if used + blank + length <= cells or can_break or (begins and blank < cells):
            used += blank
        else:
            if not begins:
                yield first, last
                used = indent
            first = start
        # A word that is longer than a row fills it and goes on in the next ones.
        while length > cells - used:
            start += cells - used
            length -= cells - used
            yield first, start
            first, used = start, indent
        used += length
        last, begins = stop, False
    yield first, last


def _even_parts(line: Line, rows: Iterable[tuple[int, int]], indent: int) -> Iterator[Line]:
    """Cut a line where its rows begin and end; all but the first are indented."""
    index = at = 0
    parts: list[tuple[str, Role]] = []
    for first, last in rows:
        while True:
            span = line[index]
            if part := span.text[max(first - at, 0) : last - at]:
                parts.append((part, span.role))
            if at + len(span.text) >= last:
                break
            at += len(span.text)
            index += 1
        yield _joined(parts)
        parts = _indented(indent)


def _clustered_rows(line: Line, cells: int, indent: int) -> list[Line]:
    """Break a line character by character, each with its marks."""
    lines: list[Line] = []
    row: list[tuple[str, Role]] = []
    used = 0
    spaces: list[tuple[str, Role]] = []
    for word in _words(line):
        if _is_blank(word[0][0]):
            spaces = word
            continue
        length, blank = _cells_of(word), _cells_of(spaces)
        fits = used + blank + length <= cells
        can_break = length > cells - indent and used + blank < cells
        begins = not (lines or row) and blank < cells
        if fits or can_break or begins:
            row += spaces
            used += blank
        elif row:
            lines.append(_joined(row))
            row, used = _indented(indent), indent
        spaces = []
        for text, role in word:
            for piece in _pieces(text, cells - used, cells - indent):
                length = _cells(piece)
                if used + length > cells:
                    lines.append(_joined(row))
                    row, used = _indented(indent), indent
                row.append((piece, role))
                used += length
    return [*lines, _joined(row)]


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _cells_of(word: list[tuple[str, Role]]) -> int:
    return sum(_cells(text) for text, _ in word)


def _is_blank(piece: str) -> bool:
    """Whether a piece is spaces only; a space with a mark on it is more than that."""
    return piece[0] == " " == piece[-1]


def _pieces(text: str, first: int, other: int) -> Iterator[str]:
    """Cut ASCII text to the room on its first line and on later ones; keep a cluster whole."""
    if not text.isascii() or len(text) <= first:
        yield text
        return
    first = first if first > 0 else other
    yield text[:first]
    for start in range(first, len(text), other):
        yield text[start : start + other]


def _indented(indent: int) -> list[tuple[str, Role]]:
    return [(" " * indent, Role.TEXT)] if indent else []


def _joined(row: Iterable[tuple[str, Role]]) -> Line:
    return tuple(
        Span("".join(text for text, _ in run), role)
        for role, run in groupby(row, key=itemgetter(1))
    )


def _words(line: Line) -> Iterator[list[tuple[str, Role]]]:
    """Split a line into runs of spaces and runs of anything else, across spans.

    Each run comes in pieces: whole where it is ASCII, in clusters where width needs a look.
    """
    run: list[tuple[str, Role]] = []
    for span in line:
        ascii_runs = _RUNS.findall(span.text) if span.text.isascii() else None
        for piece in ascii_runs or _clusters(span.text):
            if run and _is_blank(run[-1][0]) != _is_blank(piece):
                yield run
                run = []
            run.append((piece, span.role))
    if run:
        yield run


def _clusters(text: str) -> Iterator[str]:
    """Split text into characters with what is drawn on them: marks, skin tones, flag halves."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for character in text:
        if cluster and _continues(cluster, character):
            cluster += character
        else:
            if cluster:
                yield cluster
            cluster = character
    if cluster:
        yield cluster


def _continues(cluster: str, character: str) -> bool:
    if character.isascii():
        return False
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return len(cluster) == 1 and "\U0001f1e6" <= cluster <= "\U0001f1ff"
    return (
        is_mark(character)
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\u1160" <= character <= "\u11ff"
    )
