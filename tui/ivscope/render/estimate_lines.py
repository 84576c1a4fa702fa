"""Lines of the estimates: what share of those not read first got an error, and how sure that is."""

from collections.abc import Iterator
from math import ceil, floor

from ivscope.analysis.estimates import Estimate, Estimates, FirstRead
from ivscope.findings.finding import Certainty
from ivscope.render.cells import wrap
from ivscope.render.fields import value_span
from ivscope.render.finding_lines import CERTAINTIES
from ivscope.render.lines import Line, Role, Span

_HANGING = 4
"""Cells before what belongs to the first sentence."""

_MOST_CODES = 6
"""At most so many codes are estimated on screen: those that most people got."""

_PERCENT = 100

_WHOLE_FROM = 10.0
"""Percent. When a share can be this large, whole percents are exact enough."""

_TENTHS_FROM = 1.0
"""Percent. As above, for tenths of a percent; smaller ones are told in hundredths."""


def estimate_lines(told: Estimates, width: int) -> Iterator[Line]:
    """Draw the estimate for any error, for each code, its reason, and who was read before.

    Args:
        told: The estimates.
        width: Cells of every line.
    """
    one = told.any_error
    word, role = CERTAINTIES[Certainty.LIKELY]
    of = f"{one.population:,}" if told.all_listed else f"the first {one.population:,} listed"
    head = f"{_share(one)} of the other participants got an error, from {one.read:,} of {of}."
    if not one.found:
        head = f"{_none(one)} of the other participants got an error, from {one.read:,} of {of}."
    yield from wrap((Span(f"{word}: ", role), Span(head)), width, _HANGING)
    for code, share in told.by_code[:_MOST_CODES]:
        text = f"{_share(share)} got " if share.found else f"{_none(share)} got "
        yield from _part((Span(text), _code(code, Role.ERROR)), width)
    if len(told.by_code) > _MOST_CODES:
        more = len(told.by_code) - _MOST_CODES
        yield from _part((Span(f"and {more:,} more codes", Role.MUTED),), width)
    if told.failed:
        text = f"{told.failed:,} more could not be read: the ranges hold with or without them."
        yield from _part((Span(text, Role.WARNING),), width)
    why = f"why likely: {one.read:,} were drawn at random, and 95 of 100 such ranges are right."
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


def _share(one: Estimate) -> str:
    """Say "about 3 % (2 to 5)"; the ends are rounded outwards, so that the range stays right."""
    digits = _digits(one)
    scale = 10**digits
    least = floor(_percent(one.fewest, one) * scale) / scale
    most = ceil(_percent(one.most, one) * scale) / scale
    about = round(_PERCENT * one.found / one.read, digits)
    # Some were found, so none is no longer possible.
    return f"about {about:g} % ({f'{least:g}' if least else 'above 0'} to {most:g})"


def _none(one: Estimate) -> str:
    """Say "at most 0.9 %, perhaps none,"."""
    scale = 10 ** _digits(one)
    return f"at most {ceil(_percent(one.most, one) * scale) / scale:g} %, perhaps none,"


def _digits(one: Estimate) -> int:
    most = _percent(one.most, one)
    return 0 if most >= _WHOLE_FROM else 1 if most >= _TENTHS_FROM else 2


def _percent(count: int, one: Estimate) -> float:
    return _PERCENT * count / one.population
