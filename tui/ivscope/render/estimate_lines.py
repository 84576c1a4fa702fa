"""Lines of the estimates: what share of those not read first got an error, and how sure that is."""

from collections.abc import Iterator

from ivscope.analysis.estimates import Estimates, FirstRead
from ivscope.render.cells import wrap
from ivscope.render.fields import value_span
from ivscope.render.finding_lines import CERTAINTIES, sentence
from ivscope.render.lines import Line, Role, Span

_HANGING = 4
"""Cells before what belongs to the first sentence."""

_MOST_CODES = 6
"""At most so many codes are estimated on screen: those that most people got."""


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
