"""Fields: a label and a value that wraps beside it."""

from ivscope.render.cells import pad, wrap
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe_value

LABEL_CELLS = 11
"""Room for the longest label, "or likely" or "Recording", and a space beside it."""


LONGEST_VALUE = 2_048
"""Characters of one value that a pane shows. The service allows half as many, 1 KB; the rest of a
longer one would only cost the time to wrap it."""


def field(label: str, value: Line, width: int) -> list[Line]:
    """Draw a label and a value that wraps beside it."""
    return wrap((Span(pad(label, LABEL_CELLS), Role.MUTED), *value), width, LABEL_CELLS)


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
