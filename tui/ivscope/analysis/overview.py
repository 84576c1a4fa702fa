"""Overview: how the rows of a view become lines on screen, and what each part of it holds.

Runs of equal routine events of one second share a line, and the scroll bar shows where marks,
errors and hits are. Long because all that turns a line into rows needs the runs that were found.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from typing import Final

from ivscope.analysis.event_view import FEW, EventView, shown_rows
from ivscope.analysis.intervals import SECOND
from ivscope.analysis.timed_events import KindFlags, found_in, looked_up
from ivscope.domain.clock import work_seconds
from ivscope.domain.events import SUBSCRIBE_STARTED, SUBSCRIBE_STOPPED
from ivscope.domain.frozen import frozen
from ivscope.provider.store.event_log import NO_TIME, EventKind

_LEAST = 3
"""Rows of a run that is folded: two rows say more than a line about two."""

_ROUTINE: Final = (SUBSCRIBE_STARTED, SUBSCRIBE_STOPPED)
"""Names of events that are folded: who joins or leaves has one for each publisher."""

_RUNS: Final = [bytes((group + 1,)) * _LEAST for group in range(len(_ROUTINE))]
"""In the groups of rows: enough of one group for a run."""

_ROWS = 16_384
"""Rows that are looked at for runs in one piece: about 2 ms where all are in runs."""

_MOST_AHEAD = 4_096
"""Rows that come before all others, as those of a refresh do, and are looked at at once."""


def _group(kind: EventKind) -> int:
    """Return which events an event of this kind can share a line with; 0 for none."""
    if kind.is_error or kind.contradiction is not None or kind.name not in _ROUTINE:
        return 0
    return _ROUTINE.index(kind.name) + 1


def _next_run(groups: bytes, at: int, nearest: list[int]) -> int:
    """Return where the next run can begin; after all rows for nowhere.

    Args:
        groups: Of rows.
        at: The first row to look at.
        nearest: Where that is for each group, as far as it was found; changed here.
    """
    for number, run in enumerate(_RUNS):
        if nearest[number] < at:
            found = groups.find(run, at)
            nearest[number] = len(groups) if found < 0 else found
    return min(nearest)


class Folds:
    """The rows of a view as lines: a run of equal routine events of one second is one line.

    A row is a row of the view, a line what stands on screen. Runs are found as rows come, at the
    end or, as after a refresh, before all others; both cost as much as the new rows. To turn a line
    into a row takes a search in the sorted starts of the runs. Nothing is folded while rows are
    sorted by time, since those of one second may still change places, nor in rows that `take_in`
    has not come to. A run with a mark is open.

    Args:
        view: The rows. Not for several threads, as the view itself.
        marks: Positions of marked events; the owner calls `open` for what it marks.
    """

    def __init__(self, view: EventView, marks: Collection[int]) -> None:
        self.view = view
        self.is_wanted = True
        """Whether runs are folded; False shows each row."""
        self._marks = marks
        self._opened: set[int] = set()
        self._groups = bytearray()
        self._reset()

    def _reset(self) -> None:
        self._version = self.view.version
        self._known = 0
        self._ends = 0, 0
        self._scanned = 0
        # Rows are kept as distances from `_base`, which moves when rows come before all others.
        self._base = 0
        self._starts = array("q")
        self._stops = array("q")
        self._hidden = array("q")
        self._hidden_base = 0
        self._lines = array("q")
        self._last = 0, 0, 0
        self._open: list[int] = []
        self._open_hidden = [0]
        self._open_lines: list[int] = []

    def forget(self) -> None:
        """Fold again what was opened."""
        self._opened.clear()
        self._find_open()

    @property
    def _is_on(self) -> bool:
        return self.is_wanted and not self.view.by_time

    def take_in(self, seconds: float) -> bool:
        """Look for runs in rows that came.

        Args:
            seconds: Stop about then. At least one piece is done.

        Returns:
            Whether more is left to do.
        """
        if not self._is_on:
            return False
        self._follow()
        end = work_seconds() + seconds
        while self._scanned < self._known:
            self._scan(min(self._known, self._scanned + _ROWS))
            if work_seconds() >= end:
                break
        return self._scanned < self._known

    def __len__(self) -> int:
        """Return how many lines there are."""
        if not self._is_on:
            return len(self.view)
        self._follow()
        return self._known - self._hidden_before(len(self._starts))

    def rows(self, line: int) -> range:
        """Return the rows that a line shows, at least one."""
        if not self._is_on:
            return range(line, line + 1)
        self._follow()
        opened = bisect_right(self._open_lines, line)
        after = 0
        start = stop = 0
        if opened:
            run = self._open[opened - 1]
            start, stop = self._starts[run] + self._base, self._stops[run] + self._base
            into = line - self._open_lines[opened - 1]
            if start + into < stop:
                return range(start + into, start + into + 1)
            after = run + 1
        # From that open run to the next one, lines are as far from those of all runs folded.
        before = self._open[opened] if opened < len(self._open) else len(self._starts)
        shift = self._base - self._hidden_base + self._open_hidden[opened]
        run = bisect_right(self._lines, line - shift, after, before) - 1
        if run < after:
            row = line if not opened else start + line - self._open_lines[opened - 1]
            return range(row, row + 1)
        start, stop = self._starts[run] + self._base, self._stops[run] + self._base
        into = line - self._lines[run] - shift
        return range(start, stop) if not into else range(stop + into - 1, stop + into)

    def line(self, row: int) -> int:
        """Return the line that shows a row."""
        if not self._is_on:
            return row
        self._follow()
        run = self._run_at(row)
        if run < 0:
            return row
        if row < self._stops[run] + self._base and not self._is_open(run):
            return self._line_of(run)
        return row - self._hidden_before(run + 1)

    def open(self, row: int) -> bool:
        """Show each row of the run that a row is in. Returns whether it was folded."""
        if not self._is_on or not 0 <= row < len(self.view):
            return False
        self._follow()
        run = self._run_at(row)
        if run < 0 or row >= self._stops[run] + self._base or self._is_open(run):
            return False
        self._opened.add(self.view.position(self._starts[run] + self._base))
        self._find_open()
        return True

    # Where runs are.

    def _run_at(self, row: int) -> int:
        """Return the number of the last run that starts at a row or before it; -1 for none."""
        return bisect_right(self._starts, row - self._base) - 1

    def _is_open(self, run: int) -> bool:
        at = bisect_left(self._open, run)
        return at < len(self._open) and self._open[at] == run

    def _size(self, run: int) -> int:
        return self._stops[run] - self._starts[run]

    def _all_hidden(self, run: int) -> int:
        """Return how many rows the runs before one would hide if none were open."""
        if run < len(self._starts):
            return self._hidden[run] + self._hidden_base
        return self._all_hidden(run - 1) + self._size(run - 1) - 1 if run else 0

    def _hidden_before(self, run: int) -> int:
        return self._all_hidden(run) - self._open_hidden[bisect_left(self._open, run)]

    def _line_of(self, run: int) -> int:
        """Return the line of the first row of a run."""
        return self._starts[run] + self._base - self._hidden_before(run)

    def _find_open(self) -> None:
        """Find the runs that are open: the numbers of runs change when others come before them."""
        found: set[int] = set()
        if self._starts and (self._opened or self._marks):
            for row in shown_rows(self.view, (*self._opened, *self._marks)):
                run = self._run_at(row)
                if run >= 0 and row < self._stops[run] + self._base:
                    found.add(run)
        self._open = sorted(found)
        self._open_hidden = [0]
        for run in self._open:
            self._open_hidden.append(self._open_hidden[-1] + self._size(run) - 1)
        self._open_lines = [self._line_of(run) for run in self._open]

    # Rows that come.

    def _follow(self) -> None:
        """Take in that rows came at either end; begin anew when they came in between."""
        view = self.view
        if view.version != self._version:
            self._reset()
        total = len(view)
        if total == self._known:
            return
        if self._known:
            first, last = map(view.row_at, self._ends)
            if last - first != self._known - 1 or first > _MOST_AHEAD:
                self._reset()
            elif first:
                self._take_in_ahead(first)
        self._known = total
        self._ends = (view.position(0), view.position(total - 1)) if total else (0, 0)

    def _scan(self, stop: int) -> None:
        """Find runs up to a row."""
        group, second, first = self._last
        if self._starts and self._starts[-1] == first and group:
            self._drop_last()  # it may go on
        start = self._scanned - self._base
        groups, times = self._columns(self._scanned, stop)
        at, count = 0, len(groups)
        nearest = [-1] * len(_RUNS)
        while at < count:
            its_second = times[at] // SECOND
            if not group or groups[at] != group or its_second != second:
                if group and start + at - first >= _LEAST:
                    self._add(first, start + at)
                group = 0
                # The last rows can be the first ones of a run that goes on in rows to come.
                if at <= count - _LEAST:
                    at = min(_next_run(groups, at, nearest), count - _LEAST + 1)
                    its_second = times[at] // SECOND
                if times[at] > NO_TIME:
                    group, second, first = groups[at], its_second, start + at
            at += 1
        if group and start + count - first >= _LEAST:
            self._add(first, start + count)
        self._last = group, second, first
        self._scanned = stop
        self._find_open()

    def _add(self, start: int, stop: int) -> None:
        self._hidden.append(self._all_hidden(len(self._starts)) - self._hidden_base)
        self._lines.append(start - self._hidden[-1])
        self._starts.append(start)
        self._stops.append(stop)

    def _drop_last(self) -> None:
        for column in (self._starts, self._stops, self._hidden, self._lines):
            column.pop()

    def _take_in_ahead(self, count: int) -> None:
        """Find runs in rows that came before all others; the last may go on in the old rows."""
        if not self._scanned:
            return
        self._base += count
        self._scanned += count
        end = self._end_of_group(count)
        has_run = bool(self._starts) and self._starts[0] + self._base == count
        ahead = Folds(self.view, ())
        ahead._scan(end)
        was_hidden = self._size(0) - 1 if has_run else 0
        now_hidden = ahead._all_hidden(len(ahead._starts))
        rest = slice(1 if has_run else 0, None)
        self._hidden_base += now_hidden - was_hidden
        for name, shift in (
            ("_starts", self._base),
            ("_stops", self._base),
            ("_hidden", self._hidden_base),
            ("_lines", self._base - self._hidden_base),
        ):
            new = array("q", [value - shift for value in getattr(ahead, name)])
            setattr(self, name, new + getattr(self, name)[rest])
        if end == self._scanned:
            group, second, first = ahead._last
            self._last = group, second, first - self._base
        self._find_open()

    def _end_of_group(self, row: int) -> int:
        """Return where the rows end that are equal to an old first row: at a run's end, or soon."""
        if self._starts and self._starts[0] + self._base == row:
            return self._stops[0] + self._base
        stop = min(self._scanned, row + _LEAST)
        groups, times = self._columns(row, stop)
        size = 1
        while (
            size < stop - row
            and groups[size] == groups[0]
            and times[size] // SECOND == times[0] // SECOND
        ):
            size += 1
        return row + size

    def _columns(self, start: int, stop: int) -> "tuple[bytes, array[int]]":
        """Return group and time of some rows; the group is 0 for those that are never folded."""
        log, positions = self.view.log, self.view.positions(start, stop)
        if isinstance(positions, range):
            columns = log.columns(positions.start, positions.stop)
            kinds, times = columns.kinds, columns.times
        else:
            kinds, times = log.column_at("kinds", positions), log.column_at("times", positions)
        known = log.tables.kinds
        self._groups += bytes(map(_group, known[len(self._groups) :]))
        return looked_up(kinds, self._groups), times


_HEAD = 256
"""Rows of a line that are looked at first: with many errors one of them usually is one, and all
lines of a screen take less time than a look at all of a million rows."""

_PIECE = 1_024
"""Rows looked at together after these."""


@frozen
class OverviewCell:
    """What the rows of one line of the scroll bar hold."""

    has_error: bool = False
    has_mark: bool = False
    has_hit: bool = False


def minimap(
    view: EventView, height: int, marks: Collection[int] = (), folds: Folds | None = None
) -> tuple[OverviewCell, ...]:
    """Divide the lines of a view into `height` cells, top to bottom.

    Line `r` of `n` is in cell `r * height // n`; with fewer lines than cells some cells are empty.

    Args:
        view: What is shown.
        height: Lines of the scroll bar.
        marks: Positions; those of hidden events are in no cell.
        folds: Which rows share a line; None when each row has its own.
    """
    length = len(view if folds is None else folds)
    if not length:
        return (OverviewCell(),) * height

    def line_of(row: int) -> int:
        return row if folds is None else folds.line(row)

    def row_of(line: int) -> int:
        if folds is None:
            return line
        return folds.rows(line).start if line < length else len(view)

    marked = {line_of(row) * height // length for row in shown_rows(view, marks)}
    has_error = _error_test(view)
    cells: list[OverviewCell] = []
    for cell in range(height):
        lines = -(-cell * length // height), -(-(cell + 1) * length // height)
        start, stop = map(row_of, lines)
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
    if log.error_count <= FEW:
        rows = sorted(shown_rows(view, found_in(log, _is_error)))
        return lambda start, stop: bisect_left(rows, start) < bisect_left(rows, stop)

    is_ascending = not view.by_time and log.sequence is None
    flags = KindFlags(log, _is_error)

    def has_error(start: int, stop: int) -> bool:
        head = min(stop, start + _HEAD)
        if 1 in flags.of(view.positions(start, head)):
            return True
        if is_ascending:
            return head < stop and _has_flag(flags.everything(), view.positions(head, stop))
        for first in range(head, stop, _PIECE):
            if 1 in flags.of(view.positions(first, min(stop, first + _PIECE))):
                return True
        return False

    return has_error


def _is_error(kind: EventKind) -> bool:
    return kind.is_error


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
