"""Words that several sentences of findings share: times between events, numbers of things."""

from ivscope.domain.durations import round_duration
from ivscope.findings.finding import Distance, PartlyRead, Text

_SECOND_US = 1_000_000


def span_words(gap: int) -> str:
    """A time between two events in words, microseconds; parts of a second only below one."""
    if gap >= _SECOND_US:
        return round_duration(gap // _SECOND_US)
    tenths, milliseconds = gap // 100_000, gap // 1_000
    if tenths:
        return f"0.{tenths} s"
    return f"{milliseconds} ms" if milliseconds else "less than 1 ms"


def distance_words(distance: Distance) -> str:
    """How far away another event is: "in the same second", "20 s before"."""
    if distance.microseconds is None:
        return "at a time not known"
    if distance.is_tied:
        return "in the same second"
    side = "after" if distance.microseconds > 0 else "before"
    return f"{span_words(abs(distance.microseconds))} {side}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number and its noun: "1 call", "1,200 calls"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def partly_read(claim: PartlyRead) -> Text:
    """How much of a session is read."""
    more = "" if claim.all_listed else " or more"
    return (f"only {claim.read:,} of {claim.listed:,}{more} participants are read",)
