"""TimeWindow: the stretch of time that lanes and plots show, and where a moment is in it."""

from datetime import datetime, timedelta
from functools import lru_cache

from ivscope.domain.frozen import frozen
from ivscope.domain.times import EARLIEST_US, LATEST_US, from_microseconds, to_microseconds

SHORTEST = timedelta(seconds=1)
"""Event times are whole seconds: a shorter window would show nothing more."""

_SHORTEST_US = SHORTEST // timedelta(microseconds=1)


@frozen
class TimeWindow:
    """From one moment to a later one.

    Cut into columns, each holds its beginning and not its end; the last one holds both.
    """

    start: datetime
    """Aware."""
    end: datetime
    """Aware, at least `SHORTEST` after the start."""

    def zoom(self, factor: float, around: datetime | None = None) -> "TimeWindow":
        """The window `factor` times as narrow, wider below 1. `around` keeps its place in it.

        Args:
            factor: More than 0.
            around: Brought to the nearest edge when outside; None for the middle.
        """
        start, end = self.bounds
        length = end - start
        fixed = (start + end) // 2 if around is None else to_microseconds(around)
        fixed = min(max(fixed, start), end)
        new = min(max(round(length / factor), _SHORTEST_US), LATEST_US - EARLIEST_US)
        return _window(fixed - (fixed - start) * new // length, new)

    def centred(self, moment: datetime) -> "TimeWindow":
        """The window of the same length with a moment in its middle."""
        start, end = self.bounds
        return _window(to_microseconds(moment) - (end - start) // 2, end - start)

    def column_of(self, moment: datetime, columns: int) -> int | None:
        """In which of so many columns a moment is; None outside."""
        start, end = self.bounds
        at = to_microseconds(moment)
        if not start <= at <= end:
            return None
        return min((at - start) * columns // (end - start), columns - 1)

    def moment_at(self, column: int, columns: int) -> datetime:
        """Where a column begins."""
        return from_microseconds(self.edges(columns)[column])

    def edges(self, columns: int) -> list[int]:
        """Where the columns begin and the last one ends, microseconds: one more than columns.

        `column_of` puts a moment into the column between whose edges it is.
        """
        return [*_edges(*self.bounds, columns)]

    @property
    def bounds(self) -> tuple[int, int]:
        """Start and end, microseconds since 1970 UTC."""
        return to_microseconds(self.start), to_microseconds(self.end)


def window_between(first: datetime, last: datetime) -> TimeWindow:
    """The window from one moment to another, in either order, at least `SHORTEST` long."""
    start, end = sorted((to_microseconds(first), to_microseconds(last)))
    return _window(start, max(end - start, _SHORTEST_US))


@lru_cache(maxsize=8)
def _edges(start: int, end: int, columns: int) -> tuple[int, ...]:
    """Asked for again by every lane of a screen, and by every mark of its axis."""
    # Rounded up: the first microsecond whose column this is.
    return tuple(start - (start - end) * column // columns for column in range(columns + 1))


def _window(start: int, length: int) -> TimeWindow:
    """Kept within the years that a datetime can hold."""
    start = min(max(start, EARLIEST_US), LATEST_US - length)
    return TimeWindow(from_microseconds(start), from_microseconds(start + length))
