"""Times as text. The zone is always passed in: nothing here asks the machine where it is."""

from datetime import UTC, datetime, tzinfo

from tui.domain.times import Time, UnreadableTime
from tui.presentation.cells import clip

NO_TIME = "no time"
"""Stands where the answer had no time."""

BAD_TIME = "bad time"
"""Stands where the time could not be read; as wide as a clock."""

_RAW_CELLS = 40
"""How much of an unreadable time is shown: longer than any time that is written in earnest."""

_MILLISECOND = 1000
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def clock(time: Time | None, zone: tzinfo, *, with_date: bool = False) -> str:
    """Hours, minutes and seconds, "20:36:28": 8 cells. With the date "2026-11-23 20:36:28": 19.

    A time that is absent or unreadable is the word for it, shorter or as long.
    """
    if time is None:
        return NO_TIME
    if isinstance(time, UnreadableTime):
        return BAD_TIME
    local = _in_zone(time, zone)
    hours = f"{local.hour:02d}:{local.minute:02d}:{local.second:02d}"
    return f"{_date(local)} {hours}" if with_date else hours


def full(time: Time | None, zone: tzinfo) -> str:
    """Date, time and zone, "2026-11-23 20:36:28.602 UTC".

    Fractions appear only when the service gave one: 3 digits, or 6 when 3 are too few. A zone
    other than UTC is its offset, which stays unambiguous when clocks change.
    """
    if time is None:
        return NO_TIME
    if isinstance(time, UnreadableTime):
        return f'{BAD_TIME} "{clip(time.raw, _RAW_CELLS)}"'
    local = _in_zone(time, zone)
    return f"{clock(time, zone, with_date=True)}{_fraction(local)} {zone_label(local)}"


def zone_label(moment: datetime) -> str:
    """The zone of an aware moment: "UTC", or an offset such as "+02:00"."""
    offset = moment.utcoffset()
    if moment.tzinfo is UTC or offset is None:
        return "UTC"
    minutes = int(offset.total_seconds()) // _MINUTE
    if minutes == 0:
        return "UTC"
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def gap(seconds: float) -> str:
    """Distance between two times, "+5:54", "-1:05:54", "+2d 01:05:54". Fractions are cut."""
    sign = "-" if seconds < 0 else "+"
    whole = int(abs(seconds))
    minutes = f"{whole % _HOUR // _MINUTE:02d}:{whole % _MINUTE:02d}"
    if whole >= _DAY:
        return f"{sign}{whole // _DAY}d {whole % _DAY // _HOUR:02d}:{minutes}"
    if whole >= _HOUR:
        return f"{sign}{whole // _HOUR}:{minutes}"
    return f"{sign}{whole // _MINUTE}:{whole % _MINUTE:02d}"


def age(time: Time | None, now: datetime) -> str:
    """How long ago, in at most 8 cells up to 99 days: "7s", "53m30s", "2h05m", "3d04h".

    A time after now has a "+" before it.
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


def _in_zone(moment: datetime, zone: tzinfo) -> datetime:
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
