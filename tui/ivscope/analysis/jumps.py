"""Jumps: find the next row of some kind, or the row nearest to a time, in the columns of a log."""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, takewhile
from operator import sub
from typing import Final, assert_never

from ivscope.analysis.event_view import FEW, EventView, row_order, shown_rows, times_of
from ivscope.analysis.intervals import SECOND
from ivscope.analysis.timed_events import KindFlags, count_of, found_in, places_of
from ivscope.domain.events import JOINED, LEFT, TOKEN_EXCHANGED
from ivscope.domain.frozen import frozen
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import NO_TIME, EventKind
from ivscope.provider.store.indexes import OrderLabel

_MINUTE: Final = 60 * SECOND

LEAST_GAP = 30 * SECOND
"""Microseconds. Shorter silences are usual: joining again takes that long."""

GAP_FACTOR = 10
"""A gap is so many times longer than the usual distance: a quiet log is not all gaps."""

_SAMPLES = 1_000
"""Distances, evenly spread over the rows, whose median is the usual distance."""

_FIRST_CHUNK = 512
_LAST_CHUNK = 131_072
"""Rows of the first and the largest chunk; each is twice the one before, so that a near row is
found at once and a far one in few chunks."""

_STRIDE = 8
"""Where times only rise or fall, one row in so many is looked at. Less than `GAP_FACTOR`, so that
rows at even distances are skipped."""

_SMALL = 64
_PARTS = 8
"""Rows with a possible gap are divided by this until few enough are left to look at each."""


@frozen
class ErrorJump:
    """To an event that reports a failure."""


@frozen
class NameJump:
    """To an event with one of these names."""

    names: frozenset[str]


@frozen
class RemoteJump:
    """To an event with the same remote participant as the one in the row."""


@frozen
class GapJump:
    """To the first event after a silence: of two distant neighbours the later one."""


@frozen
class MinuteJump:
    """To the event nearest to so many minutes away, or beyond.

    Here a step of 1 is later in time and -1 earlier, whatever the order of the rows.
    """

    count: int = 1


@frozen
class MarkJump:
    """To one of these positions."""

    positions: Collection[int]


Jump = ErrorJump | NameJump | RemoteJump | GapJump | MinuteJump | MarkJump

TOKEN_EXCHANGES: Final = NameJump(frozenset({TOKEN_EXCHANGED}))
SECTIONS: Final = NameJump(frozenset({JOINED, LEFT}))
"""Where the stays of a participant begin and end."""


def next_row(view: EventView, row: int, step: int, wanted: Jump) -> int | None:
    """Return the nearest wanted row after a row, or with a step of -1 before it.

    After row -1 means from the first row on, which only kinds and marks can be looked for.
    None when there is none among the rows shown. Does not continue at the other end.
    """
    from_first = row == -1 and isinstance(wanted, ErrorJump | NameJump | MarkJump)
    if not (from_first or 0 <= row < len(view)):
        return None
    rows = range(row + 1, len(view)) if step > 0 else range(row - 1, -1, -1)
    match wanted:
        case ErrorJump():
            return _kind_row(view, rows, lambda kind: kind.is_error)
        case NameJump(names):
            return _kind_row(view, rows, lambda kind: kind.name in names)
        case RemoteJump():
            return _remote_row(view, rows, view.position(row))
        case GapJump():
            return _gap_row(view, row, rows)
        case MinuteJump(count):
            time_us = view.log.time_us(view.position(row))
            if time_us is None:
                return None
            return row_beyond(view, time_us + step * count * _MINUTE, later=step > 0)
        case MarkJump(positions):
            return _nearest(view, rows, positions)
    assert_never(wanted)


def gap_threshold(view: EventView) -> int:
    """Return from how many microseconds on the distance of neighbours is a gap.

    Ten times the median distance of neighbours, but at least 30 s. The median is that of a
    thousand pairs of rows at most, evenly spread.
    """
    from statistics import median_low  # noqa: PLC0415 - loads slowly

    last = len(view) - 1
    count = min(last, _SAMPLES)
    times = view.log.time_us
    distances: list[int] = []
    for sample in range(count):
        row = sample * last // count
        one, other = times(view.position(row)), times(view.position(row + 1))
        if one is not None and other is not None:
            distances.append(abs(one - other))
    return max(LEAST_GAP, GAP_FACTOR * median_low(distances)) if distances else LEAST_GAP


def _kind_row(view: EventView, rows: range, wanted: Callable[[EventKind], bool]) -> int | None:
    log = view.log
    flags = KindFlags(log, wanted)
    for number, chunk in enumerate(_chunks(rows)):
        positions = _positions(view, chunk)
        if number and not isinstance(positions, range) and count_of(log, wanted) <= FEW:
            return _nearest(view, rows, found_in(log, wanted))
        place = flags.of(positions).find(1)
        if place >= 0:
            return chunk[place]
    return None


def _remote_row(view: EventView, rows: range, position: int) -> int | None:
    log = view.log
    if not log.remote(position):
        return None
    number = log.columns(position, position + 1).remotes[0]
    everywhere = None
    for chunk in _chunks(rows):
        positions = _positions(view, chunk)
        if isinstance(positions, range):
            start = min(positions[0], positions[-1])
            remotes = log.columns(start, start + len(positions)).remotes[:: rows.step]
            if number in remotes:
                return chunk[remotes.index(number)]
            continue
        if everywhere is None:
            everywhere = log.columns(0, len(log)).remotes
            if everywhere.count(number) <= FEW:
                return _nearest(view, rows, places_of(everywhere, number))
        remotes = array("I", map(everywhere.__getitem__, positions))
        if number in remotes:
            return chunk[remotes.index(number)]
    return None


def _nearest(view: EventView, rows: range, positions: Iterable[int]) -> int | None:
    """Return the first of some rows that shows one of some positions."""
    reached = (row for row in shown_rows(view, positions) if row in rows)
    return min(reached, key=rows.index, default=None)


def _chunks(rows: range) -> Iterator[range]:
    size = _FIRST_CHUNK
    start = 0
    while start < len(rows):
        yield rows[start : start + size]
        start += size
        size = min(2 * size, _LAST_CHUNK)


def _positions(view: EventView, rows: range) -> Sequence[int]:
    """Return the positions of rows, in the direction of the rows."""
    if rows.step > 0:
        return view.positions(rows.start, rows.stop)
    return view.positions(rows[-1], rows[0] + 1)[::-1]


def _gap_row(view: EventView, row: int, rows: range) -> int | None:
    """Find the first gap between neighbouring rows with times; rows without are skipped."""
    threshold = gap_threshold(view)
    read_times = _time_reader(view)
    # When times only rise or only fall, each is between those of the rows around it.
    stride = 1 if row_order(view) is None else _STRIDE
    before, before_time = row, read_times(range(row, row + 1))[0]
    for chunk in _chunks(rows):
        parts = [chunk]
        while parts:
            part = parts.pop()
            times = read_times(part[(len(part) - 1) % stride :: stride])
            if before_time > NO_TIME and _is_even(before_time, times, threshold):
                before, before_time = part[-1], times[-1]
                continue
            if len(part) > _SMALL:
                size = max(_SMALL, len(part) // _PARTS)
                parts += [part[start : start + size] for start in range(0, len(part), size)][::-1]
                continue
            for place, time_us in zip(part, read_times(part), strict=True):
                if time_us <= NO_TIME:
                    continue
                if before_time > NO_TIME and abs(time_us - before_time) > threshold:
                    later = place if time_us > before_time else before
                    if later != row:
                        return later
                before, before_time = place, time_us
    return None


def _is_even(before: int, times: "array[int]", threshold: int) -> bool:
    """Whether no neighbours are further apart; False too when a time is missing."""
    distances: list[int] = list(map(sub, times, chain((before,), times)))
    return max(distances) <= threshold and min(distances) >= -threshold


def _time_reader(view: EventView) -> "Callable[[range], array[int]]":
    """Return a function that reads the times of rows, which need not be neighbours."""
    log = view.log
    everywhere: list[array[int]] = []

    def read(rows: range) -> "array[int]":
        first, last = min(rows[0], rows[-1]), max(rows[0], rows[-1])
        positions = view.positions(first, last + 1)
        if isinstance(positions, range):
            times = log.columns(positions.start, positions.stop).times
            return times[:: rows.step] if rows.step != 1 else times
        if not everywhere:
            everywhere.append(log.columns(0, len(log)).times)
        return array("q", map(everywhere[0].__getitem__, positions[:: rows.step]))

    return read


# Rows by time.


def nearest_row(view: EventView, moment: datetime) -> int | None:
    """Return the row whose time is nearest to a moment; None when no row has a time.

    Of two equally near ones the earlier, of several with one time the first in the view. Quick
    when rows are in order of time; else every row is looked at.
    """
    time_us = to_microseconds(moment)
    later = row_beyond(view, time_us, later=True)
    earlier = row_beyond(view, time_us, later=False)
    if later is None or earlier is None:
        return earlier if later is None else later
    to_later = _row_time(view, later) - time_us
    to_earlier = time_us - _row_time(view, earlier)
    if to_later == to_earlier:
        return min(later, earlier) if to_later == 0 else earlier
    return later if to_later < to_earlier else earlier


def row_like(view: EventView, row: int, name: str | None, code: str | None) -> int | None:
    """Return the row with an event name and error code among neighbours in one second.

    Args:
        view: The rows.
        row: One of that second.
        name: Name that the event must have; None for any.
        code: Error code that it must have; None for any.

    Returns:
        The row nearest to `row`, the lower one of two; None when there is none.
    """

    def second_of(at: int) -> int | None:
        time_us = view.log.time_us(view.position(at))
        return None if time_us is None else time_us // SECOND

    def fits(at: int) -> bool:
        event = view.log[view.position(at)]
        is_alike = name in (None, event.name) and code in (None, event.error_code)
        return is_alike and second_of(at) == second

    second = second_of(row)
    sides = [iter(range(row, len(view))), iter(range(row - 1, -1, -1))]
    # An event without a readable time stands between others of the second.
    rows = [takewhile(lambda at: second_of(at) in (None, second), side) for side in sides]
    found = [next(filter(fits, side), None) for side in rows]
    return min((at for at in found if at is not None), key=lambda at: abs(at - row), default=None)


def row_beyond(view: EventView, time_us: int, *, later: bool) -> int | None:
    """Return the row nearest to a time among those at or after it (`later`), or at or before.

    Of several with one time the first in the view. None when there is none.
    """
    if view.log.order is OrderLabel.NO_TIMES:
        return None
    sign = row_order(view)
    if sign is None:
        return _nearest_unsorted(view, time_us, later=later)
    row = _first_row(view, time_us, sign)
    if later == (sign == 1) or (row is not None and _row_time(view, row) == time_us):
        return row
    before = _timed_row(view, range((len(view) if row is None else row) - 1, -1, -1))
    return None if before is None else _first_row(view, _row_time(view, before), sign)


def _first_row(view: EventView, time_us: int, sign: int) -> int | None:
    """Find the first row at or beyond a time by halving. Times rise, or with -1 fall."""
    low, high = 0, len(view)
    found = None
    while low < high:
        middle = (low + high) // 2
        row = _timed_row(view, range(middle, high))
        if row is None:
            high = middle
        elif sign * (_row_time(view, row) - time_us) >= 0:
            found, high = row, middle
        else:
            low = row + 1
    return found


def _timed_row(view: EventView, rows: range) -> int | None:
    for row in rows:
        if view.log.time_us(view.position(row)) is not None:
            return row
    return None


def _row_time(view: EventView, row: int) -> int:
    time_us = view.log.time_us(view.position(row))
    if time_us is None:
        raise LookupError(f"row {row} has no time")
    return time_us


def _nearest_unsorted(view: EventView, time_us: int, *, later: bool) -> int | None:
    times = times_of(view, 0, len(view))
    if later:
        nearest = min(filter(time_us.__le__, times), default=None)
    else:
        nearest = max(filter(time_us.__ge__, times), default=None)
    return None if nearest is None or nearest <= NO_TIME else times.index(nearest)
