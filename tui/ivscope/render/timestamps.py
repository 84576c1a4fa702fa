"""Times as text. The zone is always an argument: nothing here asks the machine for its zone."""

from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from ivscope.analysis.time_input import DatedBy, TypedRanges
from ivscope.domain.times import Time, UnreadableTime
from ivscope.render.cells import clip

NO_TIME = "no time"
"""Shown where the answer had no time."""

BAD_TIME = "bad time"
"""Shown where the time could not be read; as wide as a clock time."""

MOMENT_CELLS = 9
"""The widest text of `elapsed` and `moment_text`: "T+1:05:54"."""

_RAW_CELLS = 40
"""Characters of an unreadable time that are shown: longer than any real time."""

_TWO = 2
_MILLISECOND = 1000
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_YEAR = 365 * _DAY

_CLOCK_HOURS = 10
_DAYS_OF_HOURS = 2
_DAYS_WITH_HOURS = 1_000
_MANY_DAYS = 100_000
"""From these hours and days on a short gap drops its smallest unit, to keep its width."""


class TimeStyle(StrEnum):
    """What the time column of the event list shows; the words are shown on screen."""

    UTC = "UTC"
    LOCAL = "local"
    """Clock time in the local zone."""
    AGE = "age"
    """How long ago."""
    DELTA = "delta"
    """The distance to the event before."""
    ZERO = "zero"
    """The distance to the zero that was set."""


def clock(time: Time | None, zone: tzinfo, *, with_date: bool = False) -> str:
    """Write a clock time, "20:36:28": 8 cells. With the date "2026-11-23 20:36:28": 19.

    For an absent or unreadable time it is a word of at most 8 cells.
    """
    if time is None:
        return NO_TIME
    if isinstance(time, UnreadableTime):
        return BAD_TIME
    local = in_zone(time, zone)
    hours = f"{local.hour:02d}:{local.minute:02d}:{local.second:02d}"
    return f"{_date(local)} {hours}" if with_date else hours


_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def day_and_minute(moment: datetime, zone: tzinfo, now: datetime) -> str:
    """Write the day as people say it and the minute: "27 Nov 20:30"; another year with it."""
    local = in_zone(moment, zone)
    year = "" if local.year == in_zone(now, zone).year else f" {local.year}"
    return f"{local.day} {_MONTHS[local.month - 1]}{year} {local.hour:02d}:{local.minute:02d}"


def full(time: Time | None, zone: tzinfo) -> str:
    """Write date, time and zone, "2026-11-23 20:36:28.602 UTC".

    Fractions appear only when the service gave one: 3 digits, or 6 when 3 are too few. A zone
    other than UTC is its offset, which stays unambiguous when clocks change.
    """
    if time is None:
        return NO_TIME
    if isinstance(time, UnreadableTime):
        return f'{BAD_TIME} "{clip(time.raw, _RAW_CELLS)}"'
    local = in_zone(time, zone)
    return f"{clock(time, zone, with_date=True)}{_fraction(local)} {zone_label(local)}"


def from_to(first: Time | None, last: Time | None, zone: tzinfo) -> str:
    """Write two times, with date and zone only once where they are the same.

    "2026-11-23 20:36:28 to 21:24:00 UTC", in whole seconds.
    """
    if not isinstance(first, datetime) or not isinstance(last, datetime):
        return f"{full(first, zone)} to {full(last, zone)}"
    starts, ends = in_zone(first, zone), in_zone(last, zone)
    start = clock(first, zone, with_date=True)
    if zone_label(starts) != zone_label(ends):
        start += f" {zone_label(starts)}"
    end = clock(last, zone, with_date=_date(starts) != _date(ends))
    return f"{start} to {end} {zone_label(ends)}"


def recorded(moment: datetime) -> str:
    """Write when something was recorded, to the minute and in UTC."""
    return f"recorded {clock(moment, UTC, with_date=True)[: -len(':00')]}Z"


def dates_taken(times: Iterable[TypedRanges]) -> str:
    """Write the dates that typed times took, "2026-11-23 UTC"; empty where dates were typed.

    For a distance from another time it is the moment, "2026-11-23 20:21:05 UTC". Two dates are
    "A and B", more are "A to B".
    """
    found: dict[datetime, str] = {}
    for one in times:
        if one.dated_by is DatedBy.TEXT:
            continue
        for start, end in one.ranges:
            moment = start or end
            if moment is not None:
                local = in_zone(moment, one.zone)
                date = f"{_date(local)} {zone_label(local)}"
                found[moment] = full(moment, one.zone) if one.is_distance else date
    texts = list(dict.fromkeys(found[moment] for moment in sorted(found)))
    if len(texts) <= 1:
        return "".join(texts)
    between = " and " if len(texts) == _TWO else " to "
    return f"{texts[0]}{between}{texts[-1]}"


def zone_label(moment: datetime) -> str:
    """Return the zone of an aware moment: "UTC", or an offset such as "+02:00"."""
    offset = moment.utcoffset()
    if moment.tzinfo is UTC or offset is None:
        return "UTC"
    seconds = int(offset.total_seconds())
    if seconds == 0:
        return "UTC"
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    label = f"{sign}{seconds // _HOUR:02d}:{seconds % _HOUR // _MINUTE:02d}"
    # Before there were zones each town had its local mean time, with an offset in seconds.
    return f"{label}:{seconds % _MINUTE:02d}" if seconds % _MINUTE else label


def gap(seconds: float) -> str:
    """Write the distance of two times, "+5:54", "-1:05:54", "+2d 01:05:54". Cuts fractions."""
    sign = "-" if seconds < 0 else "+"
    whole = int(abs(seconds))
    minutes = f"{whole % _HOUR // _MINUTE:02d}:{whole % _MINUTE:02d}"
    if whole >= _DAY:
        return f"{sign}{whole // _DAY}d {whole % _DAY // _HOUR:02d}:{minutes}"
    if whole >= _HOUR:
        return f"{sign}{whole // _HOUR}:{minutes}"
    return f"{sign}{whole // _MINUTE}:{whole % _MINUTE:02d}"


def elapsed(time: Time | None, zero: datetime) -> str:
    """Write the distance from the zero that was set, in at most 9 cells.

    "T+0:07", "T-53:30", "T+1:05:54", then without seconds "T+12h05m", "T+3d04h", and further off
    days or years alone. Fractions are cut: half a second before zero is "T-0:00".
    """
    if time is None:
        return NO_TIME
    if isinstance(time, UnreadableTime):
        return BAD_TIME
    return f"T{_short_gap((time - zero).total_seconds())}"


def moment_text(  # noqa: PLR0917 - a table of styles, each with its own need
    time: Time | None,
    style: TimeStyle,
    zone: tzinfo,
    now: datetime,
    previous: Time | None,
    zero: datetime | None,
) -> str:
    """Write the time column of an event row, in at most 9 cells.

    Args:
        time: Time of the event.
        style: How to show it.
        zone: Zone of the local style; not used by `TimeStyle.UTC`.
        now: The present.
        previous: Time of the event before; the delta is empty without a readable one.
        zero: The zero that was set. Without it `TimeStyle.ZERO` shows a clock time.
    """
    if time is None or isinstance(time, UnreadableTime):
        return clock(time, zone)
    if style is TimeStyle.AGE:
        return _whole_days(age(time, now))
    if style is TimeStyle.DELTA:
        if not isinstance(previous, datetime):
            return ""
        return "=" if time == previous else _short_gap((time - previous).total_seconds())
    if style is TimeStyle.ZERO and zero is not None:
        return elapsed(time, zero)
    return clock(time, UTC if style is TimeStyle.UTC else zone)


def age(time: Time | None, now: datetime) -> str:
    """Write how long ago a time was: "7s", "53m30s", "2h05m", "3d04h", 8 cells up to 99 days.

    A time after now begins with "+".
    """
    if time is None:
        return NO_TIME
    if isinstance(time, UnreadableTime):
        return BAD_TIME
    seconds = int((now - time).total_seconds())
    sign = "+" if seconds < 0 else ""
    seconds = abs(seconds)
    if seconds < _MINUTE:
        return f"{sign}{seconds}s"
    if seconds < _HOUR:
        return f"{sign}{seconds // _MINUTE}m{seconds % _MINUTE:02d}s"
    if seconds < _DAY:
        return f"{sign}{seconds // _HOUR}h{seconds % _HOUR // _MINUTE:02d}m"
    return f"{sign}{seconds // _DAY}d{seconds % _DAY // _HOUR:02d}h"


def _short_gap(seconds: float) -> str:
    """Write a gap in at most 8 cells: "+9:59:59", "-12h05m", "+999d23h", "+99999d", "-9998y"."""
    sign = "-" if seconds < 0 else "+"
    whole = int(abs(seconds))
    days = whole // _DAY
    if whole < _CLOCK_HOURS * _HOUR:
        return gap(seconds)
    if days < _DAYS_OF_HOURS:
        return f"{sign}{whole // _HOUR}h{whole % _HOUR // _MINUTE:02d}m"
    if days < _DAYS_WITH_HOURS:
        return f"{sign}{days}d{whole % _DAY // _HOUR:02d}h"
    return f"{sign}{days}d" if days < _MANY_DAYS else f"{sign}{whole // _YEAR}y"


def _whole_days(text: str) -> str:
    """Drop the hours of an age that would be wider than the column."""
    return text if len(text) <= MOMENT_CELLS else f"{text.partition('d')[0]}d"


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return a moment in a zone, or as it is where that is before year 1 or after 9999."""
    try:
        return moment.astimezone(zone)
    except (OverflowError, ValueError):  # year 1 west of Greenwich, year 9999 east of it
        return moment


def _date(moment: datetime) -> str:
    return f"{moment.year:04d}-{moment.month:02d}-{moment.day:02d}"


def _fraction(moment: datetime) -> str:
    if moment.microsecond == 0:
        return ""
    if moment.microsecond % _MILLISECOND == 0:
        return f".{moment.microsecond // _MILLISECOND:03d}"
    return f".{moment.microsecond:06d}"
