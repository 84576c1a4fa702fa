"""Time input: the one grammar of the times that a person types, and the date that they take.

The filter, "go to", `--at`, `--filter` and what is pasted all read times here:

* a clock time, `20:36`, `20:36:10`, `20:36:10.602`, with a zone if wanted: `20:36Z`;
* a date with or without a clock time, `2026-11-23`, `2026-11-23 20:36`, `2026-11-23T20` (that
  hour), `20261123T203610Z`, `yesterday`, `today 20:36`;
* a distance, `-5m`, `+90s`, `-1h30m`, `+5:54`, `+2d 01:05:54`, from the event under the cursor;
  `T+1:05` from the zero that the reader set; `2h05m`, `2h05m ago` and `now` from the present.

What stands on screen is among them, so that a time read off a row or copied is understood.

**The date of a clock time** is that of the session on screen: the days on which it falls between
the session's start and its end, of which a filter takes all and "go to" the one nearest to the
event under the cursor. On none of them, it is the nearest that lies on a day of the session. Where
no session is known, the event under the cursor gives the date, else today. Of an hour that clocks
repeat both passes count; one that they skip is read as if they had not been changed yet.

Long because what is written and what it means are two halves of one grammar, and each way to
write a time has its own way to be dated.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final, NamedTuple

from ivscope.domain.frozen import frozen

TIME_EXAMPLES: Final = "20:36, 2026-11-23 20:36, yesterday 20:36, 20:36Z, -1h30m or +90s"
"""What to type, for hints and errors; short enough to stand in a line of 80 cells."""

MOST_DAYS: Final = 31
"""Days that a session can have and still date a clock time: of more, too many would be meant."""

_MOST_QUOTED = 40
"""Characters of what was typed that an error repeats: longer than any time."""

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_UNITS = {"s": _SECOND, "m": _MINUTE, "h": _HOUR, "d": _DAY, "y": 365 * _DAY}
"""A year is what the column of distances calls one: 365 days."""

_MOST_DIGITS = 6
"""Digits of a second that are kept; further ones are cut."""

_FLAGS = re.ASCII | re.IGNORECASE
_AMOUNTS = r"(?:\d{1,9}[smhdy])+"
_CLOCK_DISTANCE = (
    r"(?:(?P<days>\d{1,7})d +)?(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>\d\d)"
)
# Patterns as text are compiled when first used: not before something is on screen.
_DISTANCE = rf"(?P<zero>T)?(?P<sign>[+-])(?:(?P<amounts>{_AMOUNTS})|{_CLOCK_DISTANCE})"
_AGO = rf"(?P<amounts>{_AMOUNTS})(?: +ago)?"
_AMOUNT = r"(\d+)([smhdy])"
_DAY_TEXT = r"(?P<word>today|yesterday)|(?P<date>\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d(?:-?\d)?)"
_FRACTION = r"(?:[.,](?P<fraction>\d{1,9}))?"
_CLOCK = rf"(?P<hour>\d{{1,2}}):(?P<minute>\d\d)(?!\d)(?::(?P<second>\d\d){_FRACTION})?"
_AFTER_T = rf"(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d){_FRACTION})?)?"
_ZONE = (
    r" *(?:(?P<utc>Z|UTC|GMT)|(?P<sign>[+-])(?P<hours>\d\d)"
    r"(?::?(?P<minutes>\d\d)(?::?(?P<seconds>\d\d))?)?)"
)
_TO = r"\.\.| +to +"
_BEGINNING = r"[\d+-]|T[+-]|(?:today|yesterday)(?:$|[T ])|now$"


class TimeInputError(ValueError):
    """What was typed is no time. Its text says what to type, and where the trouble is."""

    def __init__(self, typed: str, position: int, advice: str = "") -> None:
        self.advice = advice or f"Type a time like {TIME_EXAMPLES}"
        """What to type instead, a sentence."""
        self.position = position
        """Index into the text where the trouble begins."""
        shown = typed if len(typed) <= _MOST_QUOTED else f"{typed[:_MOST_QUOTED]}..."
        if not typed.strip():
            text = f"no time given: type {TIME_EXAMPLES}"
        elif advice:
            text = f'"{shown}": {advice[0].lower()}{advice[1:]}'
        else:
            text = f'"{shown}" is not a time (at character {position + 1}): type {TIME_EXAMPLES}'
        super().__init__(text)


class DatedBy(StrEnum):
    """What a typed time took its date from."""

    TEXT = "text"
    """It says its date itself."""
    SESSION = "session"
    CURSOR = "cursor"
    """The event under the cursor."""
    NOW = "now"
    """The present: its day for a clock time."""
    ZERO = "zero"
    """The zero that the reader set."""


@frozen
class TimeReference:
    """What typed times are dated by and counted from. All times are aware."""

    zone: tzinfo
    """Of clock times and dates that name none."""
    now: datetime
    cursor: datetime | None = None
    """Time of the event under the cursor; None without one that can be read."""
    session: tuple[datetime, datetime] | None = None
    """Start and end of the session on screen, that of a live one the present. None if unknown."""
    zero: datetime | None = None
    """Set by the reader."""


@frozen
class TypedTime:
    """What a typed time means."""

    moment: datetime
    """UTC. Of several the one nearest to the event under the cursor, else the first."""
    moments: tuple[datetime, ...]
    """All that it can mean, ascending and in UTC."""
    dated_by: DatedBy
    zone: tzinfo
    """In which it was written."""
    is_distance: bool = False
    """Whether it was counted from `dated_by` instead of being dated by it."""


@frozen
class TypedRanges:
    """What `after:`, `before:` or `during:` means: times in any of some ranges."""

    ranges: tuple[tuple[datetime | None, datetime | None], ...]
    """Each from its start up to, not including, its end. UTC; None is no bound."""
    dated_by: DatedBy
    """Of the first time where two were written."""
    zone: tzinfo
    """In which that was written."""
    is_distance: bool = False
    """Whether that was counted from `dated_by` instead of being dated by it."""


@frozen
class _Distance:
    """So far from something."""

    step: timedelta
    start: DatedBy
    at: int


@frozen
class _Point:
    """A date, a clock time or both, as written."""

    day: date | None
    """None when no date was written."""
    clock: time | None
    lasting: timedelta
    """How long what was written lasts: an hour, a minute, down to a microsecond."""
    zone: tzinfo
    at: int


class _Span(NamedTuple):
    """What one occurrence of a written time covers, in UTC."""

    start: datetime
    end: datetime


def looks_like_time(text: str) -> bool:
    """Whether a text begins as a time does; it may still be none."""
    return re.match(_BEGINNING, text.strip(), _FLAGS) is not None


def read_time(text: str, reference: TimeReference) -> TypedTime:
    """Read one time.

    Args:
        text: As typed; blanks around it and the case do not matter.
        reference: What it is dated by and counted from.

    Raises:
        TimeInputError: It is no time, or out of range.
    """
    parsed = _parse(text, 0, len(text), reference)
    spans, dated_by = _occurrences(text, parsed, reference)
    moments = tuple(span.start for span in spans)
    cursor = reference.cursor
    nearest = moments[0] if cursor is None else min(moments, key=lambda one: abs(one - cursor))
    zone = reference.zone if isinstance(parsed, _Distance) else parsed.zone
    return TypedTime(nearest, moments, dated_by, zone, isinstance(parsed, _Distance))


def read_after(text: str, reference: TimeReference) -> TypedRanges:
    """At or after a time; of several occurrences, the first.

    Raises:
        TimeInputError: It is no time.
    """
    found = read_time(text, reference)
    return TypedRanges(((found.moments[0], None),), found.dated_by, found.zone, found.is_distance)


def read_before(text: str, reference: TimeReference) -> TypedRanges:
    """Before a time; of several occurrences, the last.

    Raises:
        TimeInputError: It is no time.
    """
    found = read_time(text, reference)
    return TypedRanges(((None, found.moments[-1]),), found.dated_by, found.zone, found.is_distance)


def read_during(text: str, reference: TimeReference) -> TypedRanges:
    """From a time to the end of another, "20:45..20:50", or while one time lasts, "20:45".

    Of two clock times the second is the next one after the first, past midnight if need be. A
    distance after the dots counts from the time before them, unless that is a distance too.

    Raises:
        TimeInputError: One of them is no time, or the second is earlier.
    """
    dots = re.search(_TO, text, _FLAGS)
    if dots is None:
        parsed = _parse(text, 0, len(text), reference)
        spans, dated_by = _occurrences(text, parsed, reference)
        return _ranges(spans, dated_by, parsed, reference)
    first = _parse(text, 0, dots.start(), reference)
    last = _parse(text, dots.end(), len(text), reference)
    if isinstance(first, _Point) and first.day is None and isinstance(last, _Point):
        spans, dated_by = _clock_ranges(text, first, last, reference)
    else:
        starts, dated_by = _occurrences(text, first, reference)
        spans = [_to_end(text, span, last, reference, first) for span in starts]
    spans = [span for span in spans if span.end > span.start]
    if not spans:
        raise TimeInputError(text, 0, "Type the earlier time first, like during:20:45..20:50")
    return _ranges(spans, dated_by, first, reference)


def _ranges(
    spans: Iterable[_Span], dated_by: DatedBy, first: _Distance | _Point, reference: TimeReference
) -> TypedRanges:
    is_distance = isinstance(first, _Distance)
    zone = reference.zone if isinstance(first, _Distance) else first.zone
    ranges = tuple((span.start, span.end) for span in spans)
    return TypedRanges(ranges, dated_by, zone, is_distance)


def _to_end(
    text: str,
    start: _Span,
    last: _Distance | _Point,
    reference: TimeReference,
    first: _Distance | _Point,
) -> _Span:
    """From a start that is known to the end of the time after the dots."""
    if isinstance(last, _Distance):
        is_from_start = isinstance(first, _Point) and last.start is DatedBy.CURSOR
        counted_from = start.start if is_from_start else None
        return _Span(start.start, _counted(text, last, reference, counted_from).end)
    if last.day is None:
        return _Span(start.start, _first_beyond(text, last, start.start).end)
    return _Span(start.start, _on_day(text, last, last.day)[-1].end)


def _clock_ranges(
    text: str, first: _Point, last: _Point, reference: TimeReference
) -> tuple[list[_Span], DatedBy]:
    """A range that begins with a clock time: its days are chosen by the whole range."""
    if last.day is not None:
        stop = _on_day(text, last, last.day)[-1]
        days = _days_around(_date_in(stop.end, first.zone), (-1, 0))
        starts = [span for day in days for span in _on_day(text, first, day, is_strict=False)]
        before = [span for span in starts if span.start < stop.end]
        return [_Span(max(before, default=stop).start, stop.end)], DatedBy.TEXT
    days, dated_by = _days(first.zone, reference)
    starts = [
        start
        for day in (*_days_around(days[0], (-1,)), *days)
        for start in _on_day(text, first, day, is_strict=False)
    ]
    spans = [_Span(start.start, _first_beyond(text, last, start.start).end) for start in starts]
    if dated_by is not DatedBy.SESSION:
        # A range that crossed midnight may have begun the day before.
        anchor = reference.cursor or reference.now
        around = [span for span in spans if span.start <= anchor < span.end]
        that_day = [span for span in spans if _date_in(span.start, first.zone) == days[0]]
        spans = around or that_day
    return _chosen(text, spans, reference, dated_by, first.at), dated_by


def _first_beyond(text: str, point: _Point, moment: datetime) -> _Span:
    """The first occurrence of a clock time that ends after a moment."""
    days = _days_around(_date_in(moment, point.zone), (-1, 0, 1, 2))
    spans = [span for day in days for span in _on_day(text, point, day, is_strict=False)]
    later = [span for span in spans if span.end > moment]
    if not later:
        raise TimeInputError(text, point.at)
    return min(later)


# From what was parsed to points in time.


def _occurrences(
    text: str, parsed: _Distance | _Point, reference: TimeReference
) -> tuple[list[_Span], DatedBy]:
    """All that a time can mean, ascending and never empty, and what dated it."""
    if isinstance(parsed, _Distance):
        start = parsed.start
        if start is DatedBy.CURSOR and reference.cursor is None:
            start = DatedBy.NOW
        return [_counted(text, parsed, reference)], start
    if parsed.day is not None:
        spans = _on_day(text, parsed, parsed.day)
        return _chosen(text, spans, reference, DatedBy.SESSION, parsed.at), DatedBy.TEXT
    days, dated_by = _days(parsed.zone, reference)
    spans = [span for day in days for span in _on_day(text, parsed, day, is_strict=False)]
    return _chosen(text, spans, reference, dated_by, parsed.at), dated_by


def _counted(
    text: str, distance: _Distance, reference: TimeReference, start: datetime | None = None
) -> _Span:
    origins = {
        DatedBy.CURSOR: reference.cursor or reference.now,
        DatedBy.NOW: reference.now,
        DatedBy.ZERO: reference.zero,
    }
    origin = start or origins[distance.start]
    if origin is None:
        raise TimeInputError(text, distance.at, "Set a zero first: T counts time from an event")
    try:
        moment = origin.astimezone(UTC) + distance.step
        return _Span(moment, moment + _SECOND)
    except OverflowError:
        raise TimeInputError(text, distance.at) from None


def _session(reference: TimeReference) -> _Span | None:
    """The session that dates clock times, with the event under the cursor in it."""
    if reference.session is None:
        return None
    start, end = reference.session
    cursor = reference.cursor or start
    # Clocks differ: an event can lie outside the times of its session.
    for span in (_Span(min(start, cursor), max(end, cursor)), _Span(start, max(start, end))):
        if span.end - span.start <= MOST_DAYS * _DAY:
            return span
    return None


def _days(zone: tzinfo, reference: TimeReference) -> tuple[list[date], DatedBy]:
    """The days on which a clock time can fall, ascending and never empty."""
    session = _session(reference)
    if session is not None:
        first, last = _date_in(session.start, zone), _date_in(session.end, zone)
        dated_by = DatedBy.SESSION
    elif reference.cursor is not None:
        first = last = _date_in(reference.cursor, zone)
        dated_by = DatedBy.CURSOR
    else:
        first = last = _date_in(reference.now, zone)
        dated_by = DatedBy.NOW
    return _days_around(first, range((last - first).days + 1)), dated_by


def _days_around(day: date, steps: Iterable[int]) -> list[date]:
    """Days so many steps away, as far as the calendar goes."""
    ordinals = (day.toordinal() + step for step in steps)
    return [date.fromordinal(one) for one in ordinals if 1 <= one <= date.max.toordinal()]


def _date_in(moment: datetime, zone: tzinfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except (OverflowError, ValueError):  # year 1 west of Greenwich, year 9999 east of it
        return moment.date()


def _chosen(
    text: str, spans: list[_Span], reference: TimeReference, dated_by: DatedBy, at: int
) -> list[_Span]:
    """Of all occurrences those inside the session, else the nearest to it."""
    if not spans:
        raise TimeInputError(text, at)
    spans = sorted(set(spans))
    session = _session(reference)
    if session is None or dated_by is not DatedBy.SESSION:
        return spans
    inside = [span for span in spans if span.start <= session.end and span.end > session.start]
    nearest = min(spans, key=lambda span: max(session.start - span.end, span.start - session.end))
    return inside or [nearest]


def _on_day(text: str, point: _Point, day: date, *, is_strict: bool = True) -> list[_Span]:
    """Occurrences on one day: one, or two in an hour that clocks repeat.

    Args:
        text: As typed.
        point: What was written.
        day: In the zone of `point`.
        is_strict: Whether a day at the end of the calendar is an error; else it is left out.

    Raises:
        TimeInputError: It is before year 1 or after year 9999 in UTC.
    """
    try:
        if point.clock is None:
            midnight = _instants(day, time(), point.zone)[0]
            return [_Span(midnight, _end_of(day, point.zone))]
        starts = _instants(day, point.clock, point.zone)
        return [_Span(start, start + point.lasting) for start in starts]
    except OverflowError:
        if is_strict:
            raise TimeInputError(text, point.at) from None
        return []


def _end_of(day: date, zone: tzinfo) -> datetime:
    """The next midnight, which is 23 or 25 hours away where clocks change."""
    try:
        return _instants(day + _DAY, time(), zone)[0]
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _instants(day: date, clock: time, zone: tzinfo) -> list[datetime]:
    """When the clocks of a zone show a time on a day, in UTC: once, twice or as if unchanged."""
    local = datetime.combine(day, clock, zone)
    first, second = (_in_utc(local.replace(fold=fold)) for fold in (0, 1))
    return [first, second] if first < second else [first]


def _in_utc(local: datetime) -> datetime:
    try:
        return local.astimezone(UTC)
    except ValueError as error:  # which of the two it is depends on the zone
        raise OverflowError from error


# From text to what is written in it.


def _parse(text: str, start: int, stop: int, reference: TimeReference) -> _Distance | _Point:
    """What stands between two places of a text, blanks around it left out."""
    part = text[start:stop]
    at = start + len(part) - len(part.lstrip())
    part = part.strip()
    if part.lower() == "now":
        return _Distance(timedelta(), DatedBy.NOW, at)
    distance = re.fullmatch(_DISTANCE, part, _FLAGS)
    if distance is not None:
        step = _distance(text, distance, at)
        origin = DatedBy.ZERO if distance["zero"] else DatedBy.CURSOR
        return _Distance(-step if distance["sign"] == "-" else step, origin, at)
    ago = re.fullmatch(_AGO, part, _FLAGS)
    if ago is not None:
        return _Distance(-_amounts(text, ago["amounts"], at), DatedBy.NOW, at)
    return _point(text, part, at, reference)


def _distance(text: str, match: re.Match[str], at: int) -> timedelta:
    if match["amounts"]:
        return _amounts(text, match["amounts"], at)
    counts = {unit: int(match[unit] or 0) for unit in ("days", "hours", "minutes", "seconds")}
    return timedelta(**counts)


def _amounts(text: str, amounts: str, at: int) -> timedelta:
    try:
        parts = (
            int(count) * _UNITS[unit.lower()]
            for count, unit in re.findall(_AMOUNT, amounts, _FLAGS)
        )
        return sum(parts, timedelta())
    except OverflowError:
        raise TimeInputError(text, at) from None


def _point(text: str, part: str, at: int, reference: TimeReference) -> _Point:
    """A date, a clock time or both, with a zone or without."""
    place = 0
    day_match = re.match(_DAY_TEXT, part, _FLAGS)
    clock_match = _match(_CLOCK, part)
    if day_match is not None and clock_match is None:
        place = day_match.end()
        if part[place : place + 1].upper() == "T":
            place += 1
            clock_match = _match(_CLOCK, part, place) or _match(_AFTER_T, part, place)
            if clock_match is None:
                raise TimeInputError(text, at + place)
        elif part[place : place + 1].isspace():
            clock_match = _match(_CLOCK, part, _past_blanks(part, place))
    else:
        day_match = None
    clock, lasting = None, _DAY
    if clock_match is not None:
        clock, lasting = _clock(text, clock_match, at)
        place = clock_match.end()
    zone, place = _zone(text, part, place, at) if place else (None, 0)
    if not place or place < len(part):
        raise TimeInputError(text, at + _past_blanks(part, place))
    written = zone or reference.zone
    day = None if day_match is None else _day(text, day_match, at, written, reference.now)
    return _Point(day, clock, lasting, written, at)


def _match(pattern: str, part: str, place: int = 0) -> re.Match[str] | None:
    return re.compile(pattern, _FLAGS).match(part, place)


def _past_blanks(part: str, place: int) -> int:
    return len(part) - len(part[place:].lstrip())


def _clock(text: str, match: re.Match[str], at: int) -> tuple[time, timedelta]:
    """The time of day, and how long what was written of it lasts."""
    fraction = (match["fraction"] or "")[:_MOST_DIGITS]
    try:
        clock = time(
            int(match["hour"]),
            int(match["minute"] or 0),
            int(match["second"] or 0),
            int(fraction.ljust(_MOST_DIGITS, "0")),
        )
    except ValueError:
        raise TimeInputError(text, at + match.start()) from None
    if fraction:
        return clock, _SECOND / 10 ** len(fraction)
    if match["second"]:
        return clock, _SECOND
    return clock, _MINUTE if match["minute"] else _HOUR


def _zone(text: str, part: str, place: int, at: int) -> tuple[tzinfo | None, int]:
    match = _match(_ZONE, part, place)
    if match is None:
        return None, place
    if match["utc"]:
        return UTC, match.end()
    counts = {unit: int(match[unit] or 0) for unit in ("hours", "minutes", "seconds")}
    offset = timedelta(**counts)
    try:
        return timezone(-offset if match["sign"] == "-" else offset), match.end()
    except ValueError:
        raise TimeInputError(text, at + place) from None


def _day(text: str, match: re.Match[str], at: int, zone: tzinfo, now: datetime) -> date:
    try:
        if match["date"]:
            return date.fromisoformat(match["date"].upper())
        today = _date_in(now, zone)
        return today - _DAY if match["word"].lower() == "yesterday" else today
    except (ValueError, OverflowError):
        raise TimeInputError(text, at) from None
