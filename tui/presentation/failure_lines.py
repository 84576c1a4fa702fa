"""A failed read as lines, drawn where its rows would be."""

from tui.domain.durations import duration
from tui.domain.failures import ProviderFailure
from tui.presentation.cells import clip
from tui.presentation.fields import field, text_field
from tui.presentation.lines import Line, Role, Span
from tui.presentation.safe import safe

_LINES_OF_SUMMARY = 6
"""A proxy may answer with a page of HTML; its beginning tells enough."""


def failure_lines(failure: ProviderFailure, width: int) -> list[Line]:
    """What happened, what to do, and what AWS Support asks for. Names no keys."""
    summary = clip(failure.summary, width * _LINES_OF_SUMMARY)
    lines = field(
        "Failed", (Span(f"{failure.kind}  ", Role.ERROR), Span(summary, Role.STRONG)), width
    )
    lines += field("Do", (Span(safe(failure.remedy)),), width)
    if failure.retry_after is not None:
        wait = f"the service asks to wait {duration(failure.retry_after)}"
        lines += field("Wait", (Span(wait, Role.WARNING),), width)
    if not failure.retryable:
        lines += field("Retry", (Span("does not help without a change", Role.MUTED),), width)
    if failure.code is not None:
        lines += text_field("Code", failure.code, width)
    if failure.request_id is not None:
        lines += text_field("Request id", failure.request_id, width)
    return lines
