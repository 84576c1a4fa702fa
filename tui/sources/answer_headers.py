"""What the headers of an answer say about time: the service's clock, and how long to wait."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_NOTICEABLE_SKEW = timedelta(minutes=1)
"""The Date header has whole seconds and the answer takes time; less is no reason to refuse."""


def skew_words(headers: Mapping[str, str], now: datetime) -> str:
    """How far the local clock is off, by the Date of the answer: "off: 7 min behind …"."""
    theirs = _http_date(headers.get("date"))
    if theirs is None or abs(now - theirs) < _NOTICEABLE_SKEW:
        return "off"
    minutes = round(abs(now - theirs) / timedelta(minutes=1))
    return f"off: {minutes} min {'ahead of' if now > theirs else 'behind'} the service"


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait. AWS sends milliseconds in its own header, gateways the standard one."""
    own, standard = headers.get("x-amz-retry-after"), headers.get("retry-after")
    try:
        if own is not None:
            return max(0.0, int(own) / 1000)
        if standard is not None and standard.strip().isdecimal():
            return float(int(standard))
    except ValueError:
        return None
    until = _http_date(standard)
    return max(0.0, (until - now).total_seconds()) if until else None


def _http_date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
