"""Fields: a label and a value that wraps beside it."""

from collections.abc import Mapping

from ivscope.domain.pages import Contradiction
from ivscope.render.cells import pad, wrap
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe_value

LABEL_CELLS = 12
"""Room for the longest label, "Can also be" or "To find out", and a space beside it. One width for
findings, explanations and facts, so that what they say has one left edge."""


LONGEST_VALUE = 2_048
"""Characters of one value that a pane shows. The service allows half as many, 1 KB; the rest of a
longer one would only cost the time to wrap it."""


def field(label: str, value: Line, width: int, role: Role = Role.MUTED) -> list[Line]:
    """Draw a label, in a role, and a value that wraps beside it."""
    return wrap((Span(pad(label, LABEL_CELLS), role), *value), width, LABEL_CELLS)


def text_field(label: str, text: str | None, width: int, role: Role = Role.TEXT) -> list[Line]:
    """Draw a field whose value is text from outside, which may be absent or empty."""
    return field(label, (value_span(text, role),), width)


def value_span(text: str | None, role: Role = Role.TEXT) -> Span:
    """Make a value from outside safe; absent and empty have different words."""
    if text is None:
        return Span("not given", Role.MUTED)
    if not text:
        return Span("empty", Role.MUTED)
    if len(text) > LONGEST_VALUE:
        head = safe_value(text[:LONGEST_VALUE])
        return Span(f"{head}… ({len(text):,} characters, all of them in the event JSON)", role)
    return Span(safe_value(text), role)


def title(text: str, width: int) -> list[Line]:
    """Draw a heading above a block of lines."""
    return wrap((Span(text, Role.STRONG),), width)


_TOLD = {
    Contradiction.PARTICIPANT: ("is of another participant", "are of another participant"),
    Contradiction.FILTER: (
        "does not match the filter asked for",
        "do not match the filter asked for",
    ),
    Contradiction.STAGE: ("is of another stage", "are of another stage"),
    Contradiction.REPEATED: ("was returned before", "were returned before"),
    Contradiction.SHARED_ID: ("has the id of another", "share an id"),
}
"""What is said of one row, and of several."""


def not_counted(contradictions: Mapping[Contradiction, int]) -> str:
    """Say how many rows contradict the request: "2 share an id, not counted", or nothing."""
    told = [
        f"{count:,} {_TOLD[said][count > 1]}" for said, count in contradictions.items() if count
    ]
    return f"{', '.join(told)}, not counted" if told else ""


def contradiction_lines(contradiction: Contradiction | None, width: int) -> list[Line]:
    """Say of one row that it contradicts the request; nothing when it does not."""
    if contradiction is None:
        return []
    said = f"This row {_TOLD[contradiction][0]}: the answer does not match the request."
    text = f"{said} It is kept as returned and counted nowhere."
    return wrap((Span(text, Role.WARNING),), width)
