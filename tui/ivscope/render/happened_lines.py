"""Lines of what happened in a session: its findings, and estimates from those who were read."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from ivscope.analysis.estimates import Estimates, FirstRead
from ivscope.domain.frozen import frozen
from ivscope.domain.times import Time
from ivscope.findings.finding import MOST_REFS, Ask, Certainty, Cited, Finding
from ivscope.findings.shared_users import UsersOpen
from ivscope.knowledge.explanation import ErrorSide
from ivscope.render.cells import clip, line_width, wrap
from ivscope.render.cells import width as text_width
from ivscope.render.fields import LONGEST_VALUE, value_span
from ivscope.render.finding_lines import CERTAINTIES, FindingLines, sentence
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe
from ivscope.render.sentences.words import LACKING, counted

_Tell = Callable[[Time | None], str]


@frozen
class Happened:
    """A finding about a whole session, with what is told beside its sentence."""

    finding: Finding
    side: ErrorSide | None
    """Where the one error code of its events points; None where they have none or several."""
    cited: tuple[Cited, ...]
    """The events that it rests on, as far as they are read."""
    fetched: Ask | None
    """What the key would read to tell more, None for nothing."""


_HANGING = 4
"""Cells before what belongs to the first sentence of an estimate."""

_MOST_CODES = 6
"""At most so many codes are estimated on screen: those that most people got."""

_NUMBER_CELLS = 3
_WORD_CELLS = 8
_SIDE_CELLS = 8
_HEAD_CELLS = _NUMBER_CELLS + _WORD_CELLS + _SIDE_CELLS
"""Cells left of the sentences: number, certainty, side."""

_WITH_TIME = 100
"""From so many cells on the times stand at the right end of the first line."""


def happened_lines(number: int, told: Happened, draw: FindingLines) -> list[Line]:
    """Draw what happened in a session: how sure that is, the sentence, who, what would tell.

    Args:
        number: Of the finding, 1 for the first one.
        told: The finding.
        draw: Draws its sentences; with the width of all lines and the keys in force.
    """
    finding, fetched, width, keys = told.finding, told.fetched, draw.width, draw.keys
    word, role = CERTAINTIES[finding.certainty]
    head = (
        Span(f"{number:<{_NUMBER_CELLS}}", Role.ACCENT),
        Span(word.ljust(_WORD_CELLS), role),
        Span((told.side or "").ljust(_SIDE_CELLS), Role.MUTED),
    )
    times = _span_of(told.cited, draw.tell)
    room = width - (len(times) + 2 if width >= _WITH_TIME and times else 0)
    first, *lines = wrap((*head, *draw.spans(sentence(finding.claim))), room, _HEAD_CELLS)
    if room < width:
        fill = " " * (width - line_width(first) - len(times))
        first = (*first, Span(fill), Span(times, Role.MUTED))
    lines = [first, *lines]
    indent = Span(" " * _HEAD_CELLS)
    people = list(dict.fromkeys(one.who for one in told.cited if one.who is not None))
    if len(people) > 1:
        names = _named_people(people, width - _HEAD_CELLS, is_all=len(told.cited) < MOST_REFS)
        lines.append((indent, Span(names, Role.MUTED)))
    # Of what is seen the rest is for its own detail, but not what a user id leaves open.
    is_told = finding.certainty is not Certainty.SHOWN or isinstance(finding.unknown, UsersOpen)
    if finding.unknown is not None and is_told:
        open_ = (Span("Not sure: ", Role.MUTED), *draw.spans(sentence(finding.unknown)))
        lines += wrap((indent, *open_), width, _HEAD_CELLS)
    if fetched is not None and keys.fetch:
        ask = f" reads {LACKING[fetched.what]}: {counted(fetched.calls, 'call')}"
        lines += wrap((indent, Span(keys.fetch, Role.ACCENT), Span(ask)), width, _HEAD_CELLS)
    return lines


def _span_of(cited: Sequence[Cited], tell: _Tell) -> str:
    """Say from when to when some events were; empty when none of them has a readable time."""
    times = sorted(one.time for one in cited if isinstance(one.time, datetime))
    if not times:
        return ""
    first, last = tell(times[0]), tell(times[-1])
    is_all = len(cited) < MOST_REFS
    return first if first == last else f"{first} to {last}" if is_all else f"from {first}"


def _named_people(people: Sequence[str], cells: int, *, is_all: bool) -> str:
    """Name as many as fit, and say how many more there are."""
    names = [safe(one[:LONGEST_VALUE]) for one in people]
    for shown in range(len(names), 0, -1):
        left = len(names) - shown
        more = f" and {left} more" if left else "" if is_all else " and others"
        text = ", ".join(names[:shown]) + more
        if text_width(text) <= cells:
            return text
    return clip(names[0], cells)


def estimate_lines(told: Estimates, width: int) -> Iterator[Line]:
    """Draw the estimate for any error, for each code, its reason, and who was read before.

    Args:
        told: The estimates.
        width: Cells of every line.
    """
    # With them the rules load, which no first row needs.
    from ivscope.findings.repeats import Estimate, estimated  # noqa: PLC0415 - after the first rows
    from ivscope.render.sentences.people import share_words  # noqa: PLC0415

    any_error, *by_code = estimated(told)
    word, role = CERTAINTIES[any_error.certainty]
    head = (Span(f"{word}: ", role), *(Span(str(part)) for part in sentence(any_error.claim)))
    yield from wrap(head, width, _HANGING)
    for finding in by_code[:_MOST_CODES]:
        if isinstance(finding.claim, Estimate):
            text = f"{share_words(finding.claim)} got "
            yield from _part((Span(text), _code(finding.claim.error_code, Role.ERROR)), width)
    if len(by_code) > _MOST_CODES:
        more = len(by_code) - _MOST_CODES
        yield from _part((Span(f"and {more:,} more codes", Role.MUTED),), width)
    if told.failed:
        text = f"{told.failed:,} more could not be read: the ranges hold with or without them."
        yield from _part((Span(text, Role.WARNING),), width)
    read = told.any_error.read
    why = f"why likely: {read:,} were drawn at random, and 95 of 100 such ranges are right."
    yield from _part((Span(why, Role.MUTED),), width)
    if told.first.known:
        yield from wrap(_first(told.first), width, _HANGING)


def _first(first: FirstRead) -> Line:
    is_all = first.read == first.known
    read = f"all {first.known:,}" if is_all else f"{first.read:,} of {first.known:,}"
    spans = [
        Span(f"{read} that published, are replicated or have a failed recording were read first: "),
        Span(f"{first.failing:,} got an error" if first.failing else "none got an error"),
    ]
    for at, (code, count) in enumerate(first.by_code[:_MOST_CODES]):
        spans += [Span(", " if at else " ("), Span(f"{count:,} "), _code(code, Role.ERROR)]
    if len(first.by_code) > _MOST_CODES:
        spans.append(Span(", and others"))
    return (*spans, Span(")." if first.by_code else "."))


def _part(line: Line, width: int) -> list[Line]:
    return wrap((Span(" " * _HANGING), *line), width, _HANGING)


def _code(code: str | None, role: Role) -> Span:
    return Span("an error without a code", role) if code is None else value_span(code, role)
