"""The footer: keys that matter now."""

from tui.presentation.cells import line_width
from tui.presentation.lines import Line, Role, Span


def footer_line(hints: tuple[tuple[str, str], ...], width: int) -> Line:
    """Keys and what they do, as many as fit, the most useful first.

    Args:
        hints: Key as printed, and two or three words.
        width: Cells.
    """
    spans: list[Span] = []
    for key, label in hints:
        more = [Span("  ")] if spans else []
        more += [Span(key, Role.ACCENT), Span(f" {label}", Role.MUTED)]
        if line_width((*spans, *more)) > width:
            break
        spans += more
    return tuple(spans)
