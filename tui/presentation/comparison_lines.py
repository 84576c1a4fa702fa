"""Two participants side by side: what each did in the same second."""

from datetime import datetime, tzinfo

from tui.domain.events import Event
from tui.presentation.cells import clip, pad
from tui.presentation.lines import Line, Role, Span
from tui.presentation.timestamps import NO_TIME, clock

FEWEST_CELLS = 60
"""Below, a side has no room for the longest event name; from 80 on a code fits beside it."""

_TIME_CELLS = 9
_MIDDLE = " | "


def side_cells(width: int) -> int:
    """Cells of either side."""
    return max(1, (width - _TIME_CELLS - len(_MIDDLE)) // 2)


def comparison_head(left: str, right: str, width: int) -> Line:
    """Whose events stand left and right."""
    cells = side_cells(width)
    return (
        Span(" " * _TIME_CELLS),
        Span(pad(clip(left, cells), cells), Role.STRONG),
        Span(_MIDDLE, Role.MUTED),
        Span(pad(clip(right, cells), cells), Role.STRONG),
    )


def comparison_line(
    second: datetime | None,
    left: Event | None,
    right: Event | None,
    width: int,
    zone: tzinfo,
    *,
    shows_time: bool,
) -> Line:
    """One row.

    Args:
        second: When it was; None without a readable time.
        left: What the left one did, None for nothing.
        right: What the right one did, None for nothing.
        width: Cells.
        zone: Zone of the reader.
        shows_time: Whether it is the first row of its second, or the first on screen.
    """
    cells = side_cells(width)
    text = NO_TIME if second is None else clock(second, zone)
    time = Span(pad(text if shows_time else "", _TIME_CELLS), Role.MUTED)
    return (time, *_side(left, cells), Span(_MIDDLE, Role.MUTED), *_side(right, cells))


def _side(event: Event | None, cells: int) -> Line:
    if event is None:
        return (Span(" " * cells),)
    mark = "! " if event.is_error else "  "
    name = "no name" if event.name is None else event.name
    detail = event.error_code or event.remote_participant_id or ""
    text = clip(f"{name} {detail}".rstrip(), max(0, cells - len(mark)))
    role = Role.ERROR if event.is_error else Role.TEXT
    return (Span(pad(mark + text, cells), role),)
