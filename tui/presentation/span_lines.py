"""Lines about what one event began and another one ended."""

from datetime import tzinfo

from tui.domain.durations import duration
from tui.domain.event_spans import EventSpan, Missing
from tui.presentation.lines import Line, Role, Span
from tui.presentation.timestamps import clock

_ROLES = {
    Missing.STILL_OPEN: Role.GOOD,
    Missing.NOT_LOADED: Role.MUTED,
    Missing.NOT_IN_ANSWER: Role.WARNING,
    Missing.NO_TIME: Role.WARNING,
}


def span_line(span: EventSpan, zone: tzinfo) -> Line:
    """How long it lasted and its other half, or why there is none.

    "lasted 53 min 30 s, until LEFT 21:18:44"; seen from the end "since JOINED 20:25:14". The
    date is there when the halves are on different days.
    """
    if span.missing is not None:
        return (
            Span(span.missing, _ROLES[span.missing]),
            Span(f" ({span.other_name})", Role.MUTED),
        )
    if span.duration is None or span.time is None or span.other_time is None:
        return ()
    dates = {clock(time, zone, with_date=True)[:10] for time in (span.time, span.other_time)}
    when = clock(span.other_time, zone, with_date=len(dates) > 1)
    return (
        Span(f"lasted {duration(span.duration.total_seconds())}", Role.STRONG),
        Span(", until " if span.is_start else ", since "),
        Span(f"{span.other_name} {when}", Role.ACCENT),
    )
