"""The lines that explain a number, a code or a name that somebody read at a client."""

from collections.abc import Iterator, Sequence

from ivscope.knowledge.client_errors import (
    READ_ON,
    ClientError,
    client_errors,
    is_number,
    unknown_number,
)
from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.render.event_lines import explanation_lines
from ivscope.render.fields import field
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe_value

_INFERRED = Span(" (our inference: AWS maps no client error to an event)", Role.MUTED)


def asked_lines(asked: str, width: int) -> list[Line]:
    """Explain a number, an error code or an event name; say so where it is not known.

    Args:
        asked: As typed; the case of letters does not matter.
        width: Cells of every line.
    """
    lines: list[Line] = []
    for error in client_errors(asked):
        lines += (
            [(), *client_error_lines(error, width)] if lines else client_error_lines(error, width)
        )
    name = asked.strip().upper()
    for card in filter(None, (ERROR_CODES.get(name), EVENT_NAMES.get(name))):
        what = "error code of an event" if name in ERROR_CODES else "name of an event"
        if lines:
            lines.append(())
        lines.append((Span(card.title, Role.STRONG), Span(f" {what}", Role.MUTED)))
        lines += explanation_lines(card, width, keys=None)
    return lines or _unknown(asked, width)


def client_error_lines(error: ClientError, width: int) -> list[Line]:
    """Explain one error of one SDK: what it means, what the event list shows, what to check."""
    return list(_client_error(error, width))


def _client_error(error: ClientError, width: int) -> Iterator[Line]:
    named = [Span(f" {error.name}", Role.STRONG)] if error.name else []
    where = ", in logs and error details" if error.is_internal else ""
    yield (
        Span(numbers_text(error.numbers), Role.STRONG),
        *named,
        Span(f" {error.sdk}{where}", Role.MUTED),
    )
    yield from field("Means", (Span(error.meaning),), width)
    yield from field("Event list", (Span(error.server), _INFERRED), width)
    yield from field("Do next", (Span(error.next_check),), width)
    promised = "" if error.document.is_promised else ", not documented by AWS"
    source = f"{error.document.title}, read on {READ_ON.isoformat()}{promised}"
    yield from field("Source", (Span(source, Role.MUTED),), width)


def numbers_text(numbers: Sequence[int]) -> str:
    """Write the numbers of one row: "1027", "1015, 1016", "1431 to 1437"; "word" without any."""
    if not numbers:
        return "word"
    first, last = numbers[0], numbers[-1]
    if len(numbers) > 2 and last - first == len(numbers) - 1:  # noqa: PLR2004 - a run of three
        return f"{first} to {last}"
    return ", ".join(map(str, numbers))


def unknown_text(asked: str) -> str:
    """Say that nothing is known of a number or a name."""
    if is_number(asked):
        return unknown_number(asked)
    return f"{safe_value(asked.strip())} is no SDK number, error code or event name known here."


def _unknown(asked: str, width: int) -> list[Line]:
    return field("Unknown", (Span(unknown_text(asked), Role.WARNING),), width)
