"""Times in filters: "14:00", "2026-11-23T20:50", "-15m", and what a range of them covers."""

import re
from datetime import datetime, timedelta, tzinfo

_EXAMPLES = "Type a time like 20:50, 20:50:07, 2026-11-23, 2026-11-23T20:50 or -15m"
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(\.\d{1,6})?)?", re.ASCII)
_AGO = re.compile(r"-(\d{1,6})([smhd])", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MINUTE_END = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_moment(text: str, *, zone: tzinfo, now: datetime) -> tuple[datetime, timedelta]:
    """Read one time.

    A clock time takes the date that `now` has in the zone. A date alone is its midnight.

    Returns:
        The moment, aware, and how long what was written lasts: a day, a minute, a second or a
        microsecond.

    Raises:
        ValueError: It is no time; the text says what to type.
    """
    try:
        return _read(text, zone, now)
    except (ValueError, OverflowError):
        raise ValueError(_EXAMPLES) from None


def _read(text: str, zone: tzinfo, now: datetime) -> tuple[datetime, timedelta]:
    second, minute = timedelta(seconds=1), timedelta(minutes=1)
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}), second
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        text = f"{now.astimezone(zone).date().isoformat()}T{text.zfill(len(text) + _short(clock))}"
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    if _DATE.fullmatch(text):
        return moment, timedelta(days=1)
    if _MINUTE_END.fullmatch(text):
        return moment, minute
    return moment, timedelta(microseconds=1) if "." in text else second


def _short(clock: re.Match[str]) -> bool:
    return len(clock[1]) == 1
