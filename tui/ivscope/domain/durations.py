"""Durations and rates in words; a duration in two units at most, rounded down."""

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_DAYS_FROM = 2 * _DAY
"""Shown in days from here on: AWS states its limits as 12 h and 24 h, not in days."""


def duration(seconds: float) -> str:
    """Seconds as "7 s", "53 min 30 s", "24 h 00 min" or "3 d 04 h"; the sign is dropped."""
    whole = int(abs(seconds))
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE:02d} s"
    if whole < _DAYS_FROM:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE:02d} min"
    return f"{whole // _DAY} d {whole % _DAY // _HOUR:02d} h"


def round_duration(seconds: float) -> str:
    """As `duration`, without a second unit that is zero: "1 h", "2 h 05 min"."""
    text = duration(seconds)
    for zero in (" 00 s", " 00 min", " 00 h"):
        text = text.removesuffix(zero)
    return text


def short_duration(seconds: float) -> str:
    """Seconds in as few cells as a column has: "7s", "53m", "24h00m" or "3d04h", rounded down."""
    number, unit, *rest = duration(seconds).split()
    if unit == "s":
        return f"{number}s"
    return f"{number}m" if unit == "min" else f"{number}{unit}{rest[0]}{rest[1][0]}"


_SOON_SECONDS = 10
"""What takes no longer than this needs no forecast."""


def forecast(calls: int, pace: int) -> str:
    """Say what many calls take: "4 calls a second: 2,400 calls or more, 10 min or more".

    Empty for what is soon done. An answer has one page, so what is said is the least.

    Args:
        calls: The fewest calls that it takes.
        pace: Calls per second.
    """
    seconds = calls / pace
    if seconds <= _SOON_SECONDS:
        return ""
    least = f"{calls:,} calls or more, {round_duration(seconds)} or more"
    return f"{pace:,} {'call' if pace == 1 else 'calls'} a second: {least}"


def per_minute(count: int, seconds: float) -> float | None:
    """How many happenings came in a minute on average, the first one not counted.

    The first one begins the measured time. None for a single one, and below a minute: a rate from
    a few seconds would say what nobody has seen.

    Args:
        count: Happenings, the first and the last one among them.
        seconds: From the first to the last one.
    """
    return (count - 1) * _MINUTE / seconds if count > 1 and seconds >= _MINUTE else None


def rate(happenings: float) -> str:
    """A rate in two digits, or whole when it has more: "0.25", "12", "1,234"."""
    return f"{happenings:,.0f}" if happenings >= 100 else f"{happenings:.2g}"  # noqa: PLR2004
