"""Moments: points in time as typed, and the row that is nearest to one."""

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from ivscope.analysis.shown_events import ShownEvents, row_order, times_of
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import NO_TIME
from ivscope.provider.store.order import OrderLabel

_UNITS = {"S": 1, "M": 60, "H": 3_600, "D": 86_400}
_DAYS = {"TODAY": 0, "YESTERDAY": 1}
_STEP = re.compile(r"([+-])((?:\d{1,9}[SMHD])+)")
_AMOUNT = re.compile(r"(\d+)([SMHD])")
_ZONE = r"(Z|[+-]\d{2}:?\d{2})?"
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d{1,6})?)?" + _ZONE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].|$)")
_HINT = "type 20:36, 20:36:10, 2026-11-23 20:36, yesterday 20:36, -5m or +90s"


class MomentError(ValueError):
    """What was typed is no moment. Its text says what to type instead."""


def parse_moment(text: str, *, zone: tzinfo, reference: datetime, now: datetime) -> datetime:
    """Read a point in time.

    A clock time takes its date from `reference`. A signed distance, "-5m", "+90s" or "-1h30m",
    counts from `reference`. A date alone is its midnight. "now", "today" and "yesterday" stand
    for themselves, the last two before a clock time or alone. ISO 8601 with a zone keeps that
    zone; everything else is in `zone`. Of an hour that clocks repeat it is the first.

    Args:
        text: As typed; blanks around it and the case do not matter.
        zone: Where the reader's clock hangs.
        reference: The event under the cursor, aware.
        now: The present, aware.

    Returns:
        An aware UTC datetime.

    Raises:
        MomentError: The text is none of these, or out of range.
    """
    # As the detail pane writes it, so that a time copied from there is read.
    typed = re.sub(" ?UTC$", "Z", text.strip().upper())
    typed = re.sub(r" ([+-]\d{2}:\d{2})$", r"\1", typed)
    try:
        moment = _read(typed, zone, reference, now)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        what = f'"{text.strip()}" is no time' if text.strip() else "no time given"
        raise MomentError(f"{what}: {_HINT}") from error


def nearest_row(view: ShownEvents, moment: datetime) -> int | None:
    """The row whose time is nearest; None when no row has a time.

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


def row_beyond(view: ShownEvents, time_us: int, *, later: bool) -> int | None:
    """The row nearest to a time among those at or after it (`later`) or at or before it.

    Of several with one time the first in the view. None when there is none.
    """
    if view.log.order is OrderLabel.NO_TIMES:
        return None
    sign = row_order(view)
    if sign is None:
        return _scan(view, time_us, later=later)
    row = _first_row(view, time_us, sign)
    if later == (sign == 1) or (row is not None and _row_time(view, row) == time_us):
        return row
    before = _timed_row(view, range((len(view) if row is None else row) - 1, -1, -1))
    return None if before is None else _first_row(view, _row_time(view, before), sign)


def _first_row(view: ShownEvents, time_us: int, sign: int) -> int | None:
    """The first row that is at or beyond a time, by halving. Times rise, or with -1 fall."""
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


def _timed_row(view: ShownEvents, rows: range) -> int | None:
    for row in rows:
        if view.log.time_us(view.position(row)) is not None:
            return row
    return None


def _row_time(view: ShownEvents, row: int) -> int:
    time_us = view.log.time_us(view.position(row))
    if time_us is None:
        raise LookupError(f"row {row} has no time")
    return time_us


def _scan(view: ShownEvents, time_us: int, *, later: bool) -> int | None:
    times = times_of(view, 0, len(view))
    if later:
        nearest = min(filter(time_us.__le__, times), default=None)
    else:
        nearest = max(filter(time_us.__ge__, times), default=None)
    return None if nearest is None or nearest <= NO_TIME else times.index(nearest)


def _read(typed: str, zone: tzinfo, reference: datetime, now: datetime) -> datetime:
    """The moment, without a zone when it is in the reader's.

    Raises:
        ValueError: It is none of ours.
        OverflowError: It is beyond year 1 or 9999.
    """
    step = _STEP.fullmatch(typed)
    if step is not None:
        amounts = _AMOUNT.findall(step[2])
        seconds = sum(int(count) * _UNITS[unit] for count, unit in amounts)
        return reference + timedelta(seconds=-seconds if step[1] == "-" else seconds)
    if typed == "NOW":
        return now
    day, _, rest = typed.partition(" ")
    if day in _DAYS:
        date = now.astimezone(zone).date() - timedelta(days=_DAYS[day])
        return datetime.combine(date, _clock(rest) if rest else time())
    if _CLOCK.fullmatch(typed):
        clock = _clock(typed)
        return datetime.combine(reference.astimezone(clock.tzinfo or zone).date(), clock)
    if not _DATE.match(typed):
        raise ValueError(f"{typed} is no date")
    date = datetime.fromisoformat(typed[:10]).date()
    return datetime.combine(date, _clock(typed[11:]) if typed[11:] else time())


def _clock(typed: str) -> time:
    """A time of day; one digit will do for the hour."""
    if not _CLOCK.fullmatch(typed):
        raise ValueError(f"{typed} is no time of day")
    return time.fromisoformat(typed if typed[2] == ":" else f"0{typed}")
