"""Overview: where marks, errors and hits are in a view, a cell for each line of the scroll bar."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from ivscope.analysis.event_view import FEW, EventView, shown_rows
from ivscope.analysis.timed_events import flags_of, places_of

_PIECE = 1_024
"""Rows looked at together: with many errors the first piece of a line usually has one."""


@dataclass(frozen=True, slots=True)
class OverviewCell:
    """What the rows of one line of the scroll bar hold."""

    has_error: bool = False
    has_mark: bool = False
    has_hit: bool = False


def minimap(view: EventView, height: int, marks: Collection[int] = ()) -> tuple[OverviewCell, ...]:
    """Divide the rows of a view into `height` cells, top to bottom.

    Row `r` of `n` is in cell `r * height // n`; with fewer rows than cells some cells are empty.

    Args:
        view: What is shown.
        height: Lines of the scroll bar.
        marks: Positions; those of hidden events are in no cell.
    """
    length = len(view)
    if not length:
        return (OverviewCell(),) * height
    marked = {row * height // length for row in shown_rows(view, marks)}
    has_error = _error_test(view)
    cells: list[OverviewCell] = []
    for cell in range(height):
        start, stop = -(-cell * length // height), -(-(cell + 1) * length // height)
        if start == stop:
            cells.append(OverviewCell())
        else:
            cells.append(
                OverviewCell(has_error(start, stop), cell in marked, _has_hit(view, start, stop))
            )
    return tuple(cells)


def _error_test(view: EventView) -> Callable[[int, int], bool]:
    """Return a function that says whether there is an error between two rows."""
    log = view.log
    if not log.error_count:
        return lambda _start, _stop: False
    flags = flags_of(log, 0, len(log), lambda kind: kind.is_error)
    if log.error_count <= FEW:
        rows = sorted(shown_rows(view, places_of(flags, 1)))
        return lambda start, stop: bisect_left(rows, start) < bisect_left(rows, stop)

    is_ascending = not view.by_time and log.sequence is None

    def has_error(start: int, stop: int) -> bool:
        if is_ascending:
            return _has_flag(flags, view.positions(start, stop))
        for first in range(start, stop, _PIECE):
            positions = view.positions(first, min(stop, first + _PIECE))
            if any(map(flags.__getitem__, positions)):
                return True
        return False

    return has_error


def _has_flag(flags: bytes, positions: Sequence[int]) -> bool:
    """Whether one of some ascending positions has its flag set."""
    at, row = positions[0], 0
    while (flagged := flags.find(1, at, positions[-1] + 1)) >= 0:
        row = bisect_left(positions, flagged, row)
        at = positions[row]
        if at == flagged:
            return True
    return False


def _has_hit(view: EventView, start: int, stop: int) -> bool:
    if not view.hit_count:
        return False
    if view.is_hit(view.position(start)):
        return True
    row = view.next_hit(start, 1)
    return row is not None and row < stop
