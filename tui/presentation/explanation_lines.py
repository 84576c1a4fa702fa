"""An explanation as lines: what to know and to do first, numbers and other causes after."""

from collections.abc import Iterator

from tui.domain.explanation import Cause, Explanation, Limit
from tui.presentation.fields import field
from tui.presentation.lines import Line, Role, Span
from tui.presentation.safe import safe

_OUR_READING = Span(" (our reading)", Role.MUTED)


def explanation_lines(card: Explanation, width: int) -> list[Line]:
    """The card without its title: meaning, first cause, next check; then the rest.

    "Cause" is what AWS names, "Likely" is our inference.
    """
    meaning: Line = (Span(card.meaning, Role.TEXT if card.is_known else Role.WARNING),)
    if card.is_known and not card.is_documented:
        meaning = (*meaning, _OUR_READING)
    lines = field("Means", meaning, width)
    for cause in card.causes[:1]:
        lines += _cause(cause, "", width)
    lines += field("Next", (Span(card.next_check, Role.STRONG),), width)
    lines += _details(card, width)
    return lines


def _details(card: Explanation, width: int) -> Iterator[Line]:
    for limit in card.limits:
        yield from field("Limit", _limit(limit), width)
    for cause in card.causes[1:]:
        yield from _cause(cause, "or ", width)
    if card.silence:
        yield from field("Not told", (Span(card.silence),), width)
    if card.concerns:
        yield from field("Concerns", (Span(", ".join(card.concerns)),), width)
    yield from field("Page", (Span(safe(card.page), Role.ACCENT),), width)


def _cause(cause: Cause, before: str, width: int) -> list[Line]:
    label = f"{before}{'cause' if cause.is_documented else 'likely'}"
    return field(label[0].upper() + label[1:], (Span(cause.text),), width)


def _limit(limit: Limit) -> Line:
    raisable = {
        True: " (can be raised)",
        False: " (fixed)",
        None: " (no increase documented)",
    }[limit.is_raisable]
    return Span(limit.text), Span(raisable, Role.MUTED)
