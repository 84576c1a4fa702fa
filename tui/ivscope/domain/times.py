"""Times as the API gives them: aware UTC, unreadable, or absent."""

from datetime import UTC, datetime, timedelta

from ivscope.domain.frozen import frozen

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@frozen
class UnreadableTime:
    """A time that could not be understood. It spoils its own row only."""

    raw: str
    """What came over the wire, as text."""


Time = datetime | UnreadableTime
"""An aware UTC datetime with microseconds, or what could not be read."""


def parse_time(raw: object) -> Time | None:
    """Read one wire time.

    Accepts the ISO 8601 text that the API documents, an aware or naive datetime and epoch
    seconds (botocore lets all of them through). A time without a zone is taken as UTC, as the
    service documents UTC. Digits beyond microseconds are cut, not rounded.

    Returns:
        None for None; an aware UTC datetime; or `UnreadableTime` for anything else. Never raises.
    """
    if raw is None:
        return None
    try:
        if isinstance(raw, str):
            moment = datetime.fromisoformat(raw)
        elif isinstance(raw, datetime):
            moment = raw
        elif isinstance(raw, int | float) and not isinstance(raw, bool):
            return _EPOCH + timedelta(seconds=raw)
        else:
            return UnreadableTime(str(raw))
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return UnreadableTime(_text(raw))


def _text(raw: object) -> str:
    try:
        return str(raw)
    except ValueError:  # an int of more than 4300 digits has no str()
        return "number too long to show"


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970-01-01T00:00:00Z; negative before."""
    return (moment - _EPOCH) // _MICROSECOND


EARLIEST_US = to_microseconds(datetime.min.replace(tzinfo=UTC))
LATEST_US = to_microseconds(datetime.max.replace(tzinfo=UTC))
"""The first and the last microsecond since 1970 UTC that a datetime can hold."""


def from_microseconds(microseconds: int) -> datetime:
    """The aware UTC datetime that `to_microseconds` came from."""
    return _EPOCH + timedelta(microseconds=microseconds)
