"""Two participants side by side: what each did in the same second."""

from datetime import datetime, tzinfo

from tui.domain.events import Event
from tui.presentation.cells import clip, pad
from tui.presentation.lines import Line, Role, Span
from tui.presentation.timestamps import NO_TIME, clock

NOT_ALL_READ = "? not all read"
"""Stands where a side has no event, and may have one that was not read."""

_TIME_CELLS = 9
_MIDDLE = " | "


def side_cells(width: int) -> int:
    """Cells of either side."""
    return max(1, (width - _TIME_CELLS - len(_MIDDLE)) // 2)


def comparison_head(first: str, left: Span, right: Span, width: int) -> Line:
    """What stands above the times and above either side."""
    cells = side_cells(width)
    return (
        Span(pad(first, _TIME_CELLS), Role.MUTED),
        _fitted(left, cells),
        Span(_MIDDLE, Role.MUTED),
        _fitted(right, cells),
    )


def _fitted(span: Span, cells: int) -> Span:
    return Span(pad(clip(span.text, cells), cells), span.role)


def comparison_line(
    second: datetime | None,
    left: Event | str | None,
    right: Event | str | None,
    width: int,
    zone: tzinfo,
    *,
    shows_time: bool,
) -> Line:
    """One row.

    Args:
        second: When it was; None without a readable time.
        left: What the left one did, None for nothing; a text where that is not known.
        right: The same of the right one.
        width: Cells.
        zone: Zone of the reader.
        shows_time: Whether it is the first row of its second, or the first on screen.
    """
    cells = side_cells(width)
    text = NO_TIME if second is None else clock(second, zone)
    time = Span(pad(text if shows_time else "", _TIME_CELLS), Role.MUTED)
    return (time, *_side(left, cells), Span(_MIDDLE, Role.MUTED), *_side(right, cells))


def _side(event: Event | str | None, cells: int) -> Line:
    if not isinstance(event, Event):
        return (_fitted(Span(event or "", Role.MUTED), cells),)
    mark = "! " if event.is_error else "  "
    name = "no name" if event.name is None else event.name
    detail = event.error_code or event.remote_participant_id or ""
    text = clip(f"{name} {detail}".rstrip(), max(0, cells - len(mark)))
    return (Span(pad(mark + text, cells), Role.ERROR if event.is_error else Role.TEXT),)
