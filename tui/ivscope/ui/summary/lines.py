"""The lines of a summary: facts, errors by code, findings, participants, clients, names."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol, TypeVar

from ivscope.analysis.session_summary import (
    Breakdown,
    BreakdownRow,
    Coverage,
    ErrorRow,
    NameRow,
    ParticipantRow,
    Summary,
)
from ivscope.domain.durations import duration, rate
from ivscope.render.bars import ALL_READ, PARTLY_READ
from ivscope.render.cells import clip, wrap
from ivscope.render.estimate_lines import estimate_lines
from ivscope.render.fields import field, not_counted, title, value_span
from ivscope.render.lines import Line, Role, Span
from ivscope.render.tables import Bar, Column, Fit, Rest, Table
from ivscope.render.timestamps import NO_TIME, clock, from_to, in_zone


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line of a summary, and the events that Enter on it shows."""

    line: Line
    drill: str | None = None
    """The filter that shows the events that the line counts; None when it counts none."""
    position: int | None = None
    """Position in the session's log of the first event that a finding rests on; None for none."""


class _Counted(Protocol):
    """A row of a table that leads to the events it counts."""

    @property
    def drill(self) -> str | None: ...


Row = TypeVar("Row", bound=_Counted)


_MOST_VALUES = 6
"""At most so many rows of a group: all protocols, and the usual versions; others are counted."""

_NAME_CELLS = 60
"""The longest value from outside in a table; the table cuts it to what it has room for."""

_FEWEST_NAME_CELLS = 16
"""A name cut shorter says too little: columns are left out instead, the last one first."""

_BAR = Rest(4, most=20)
"""Shorter bars cannot be compared, longer ones are no easier to compare."""


def _table(
    columns: Iterable[Column[Row]], rows: Sequence[Row], width: int, *, of_errors: bool = False
) -> Iterator[SummaryLine]:
    """Draw titles and rows; rows of errors have a mark and the role of errors.

    Args:
        columns: The name comes first.
        rows: In the order shown.
        width: Cells.
        of_errors: Whether each row counts errors.
    """
    mark: Column[Row] = Column(
        "",
        1,
        lambda _: "!" if of_errors else "",
        Role.ERROR if of_errors else Role.TEXT,
    )
    table = Table((mark, *columns), rows)
    yield SummaryLine(table.titles(width))
    for row in rows:
        yield SummaryLine(table.line(row, width), row.drill)


def _named(
    title: str, name: Callable[[Row], str | None], absent: str, role: Role = Role.TEXT
) -> Column[Row]:
    """Make the first column, which is never left out."""
    return Column(
        title,
        Fit(_FEWEST_NAME_CELLS),
        lambda row: (Span(_name(name(row), absent), role),),
        role,
    )


def _number(title: str, text: Callable[[Row], str], role: Role = Role.TEXT) -> Column[Row]:
    """Make a column of numbers; those on the right are left out first."""
    return Column(title, Fit(), text, role, priority=1, is_right=True)


def summary_lines(
    summary: Summary,
    width: int,
    zone: tzinfo,
    *,
    heading: str = "Session",
    about: Iterable[Line] = (),
    findings: Iterable[SummaryLine] = (),
) -> list[SummaryLine]:
    """Make all lines; while only a part of the session is read, every heading says so.

    Args:
        summary: What was counted.
        width: Cells.
        zone: Zone in which times are shown.
        heading: What is summed up, "Session" or "Participant".
        about: Lines of facts that are not counts.
        findings: Lines between the codes and the long tables.
    """
    coverage = coverage_text(summary.coverage)
    is_partial = not summary.coverage.is_complete
    word = (PARTLY_READ, Role.WARNING) if is_partial else (ALL_READ, Role.GOOD)
    head = (Span(f"{heading} summary  ", Role.STRONG), Span(*word), Span(f"  {coverage}"))
    note = f", {coverage}" if is_partial else ""
    lines = _plain([*wrap(head, width), *about])
    lines += _facts(summary, width, zone)
    lines += _codes(summary, width, zone, note)
    if summary.estimates is not None:
        lines += _titled(f"Errors estimated for all others{note}", width)
        lines += _plain(estimate_lines(summary.estimates, width))
    lines += findings
    if summary.top_participants and summary.coverage.known != 1:
        lines += _participants(summary, width, note)
    lines += _breakdowns(summary, width)
    if summary.by_name:
        lines += _titled(f"Events by name{note}", width)
        lines += _table(_BY_NAME, summary.by_name, width)
    return lines


def coverage_text(coverage: Coverage) -> str:
    """Say what part of a session was counted: "412 of 3,000 participants read, more to list"."""
    if coverage.known == 1 and coverage.all_listed:
        return "all events read" if coverage.read else "not all events read"
    if not coverage.known and not coverage.all_listed:
        return "participants not listed"
    text = f"{coverage.read:,} of {coverage.known:,} participants read"
    return text if coverage.all_listed else f"{text}, more to list"


def _plain(lines: Iterable[Line]) -> list[SummaryLine]:
    return [SummaryLine(line) for line in lines]


def _titled(text: str, width: int) -> list[SummaryLine]:
    return _plain([(), *title(text, width)])


def _facts(summary: Summary, width: int, zone: tzinfo) -> Iterator[SummaryLine]:
    text = f"{summary.events:,}"
    is_unread = _is_unread(summary)
    if is_unread:
        text = "none are read"
    if summary.first is not None and summary.last is not None:
        lasted = duration((summary.last - summary.first).total_seconds())
        text += f" in {lasted}, {from_to(summary.first, summary.last, zone)}"
    yield from _plain(field("Events", (Span(text),), width))
    if told := not_counted(summary.contradictions):
        yield from _plain(field("Contradict", (Span(told, Role.WARNING),), width))
    if summary.states:
        spans: list[Span] = []
        for row in summary.states:
            spans += [Span(", ")] if spans else []
            spans += [Span(f"{row.count:,} "), value_span(row.state)]
        yield from _plain(field("State", tuple(spans), width))
    if not is_unread:
        yield from _counts(summary, width)


def _is_unread(summary: Summary) -> bool:
    """Whether nothing was counted because nobody is read, so that a zero would be untrue."""
    return not (summary.events or summary.coverage.read)


def _counts(summary: Summary, width: int) -> Iterator[SummaryLine]:
    publishers = f"{summary.publishers:,} participants with a PUBLISH_STARTED"
    if not (summary.publishers or summary.coverage.is_complete):
        publishers = "no PUBLISH_STARTED in what was read"
    if summary.publishers == 1:
        publishers = "1 participant with a PUBLISH_STARTED"
    errors = f"{summary.errors:,}" if summary.errors else "none"
    if not (summary.errors or summary.coverage.is_complete):
        errors = "none in what was read"
    if summary.errors:
        errors += " of 1 participant" if summary.failing == 1 else ""
        errors += f", of {summary.failing:,} participants" if summary.failing != 1 else ""
    rows = (
        ("Joins", f"{summary.joins:,}", summary.joins, summary.joins_drill),
        ("Publishers", publishers, summary.publishers, summary.publishers_drill),
        ("Errors", errors, summary.errors, "error:yes"),
    )
    for label, value, count, drill in rows:
        role = Role.ERROR if label == "Errors" and count else Role.TEXT
        for line in field(label, (Span(value, role),), width):
            yield SummaryLine(line, drill if count else None)


def _codes(summary: Summary, width: int, zone: tzinfo, note: str) -> Iterator[SummaryLine]:
    yield from _titled(f"Errors by code{note}", width)
    if not summary.by_code:
        none = "  No error event in what was read." if note else "  No error event."
        if _is_unread(summary):
            none = "  Not known: no events are read."
        yield SummaryLine((Span(none, Role.MUTED),))
        return
    days = {
        f"{in_zone(moment, zone):%Y-%m-%d}"
        for row in summary.by_code
        for moment in (row.first, row.last)
        if moment is not None
    }
    columns = _code_columns(zone, len(days) > 1, max(row.count for row in summary.by_code))
    yield from _table(columns, summary.by_code, width, of_errors=True)


def _code_columns(zone: tzinfo, with_day: bool, most: int) -> tuple[Column[ErrorRow], ...]:
    error = Role.ERROR
    return (
        _named("code", lambda row: row.code, "no code", error),
        _number("count", lambda row: f"{row.count:,}", error),
        _number("particip.", lambda row: f"{row.participants:,}", error),
        _number("first", lambda row: _moment(row.first, zone, with_day=with_day), error),
        _number("last", lambda row: _moment(row.last, zone, with_day=with_day), error),
        _number("per min", lambda row: _rate(row.per_minute), error),
        Column("", _BAR, lambda row: Bar(row.count / most), Role.WARNING, priority=1),
    )


_BY_NAME: tuple[Column[NameRow], ...] = (
    _named("name", lambda row: row.name, "no name"),
    _number("count", lambda row: f"{row.count:,}"),
)

_OF_PARTICIPANTS: tuple[Column[ParticipantRow], ...] = (
    _named("participant", lambda row: row.participant_id, "no id", Role.ERROR),
    _number("errors", lambda row: f"{row.errors:,}", Role.ERROR),
    _number("events", lambda row: f"{row.events:,}", Role.ERROR),
    Column(
        "most",
        Fit(),
        lambda row: (Span(_name(row.top_code, "no code"), Role.ERROR),),
        Role.ERROR,
        priority=1,
    ),
    Column(
        "user id",
        Fit(),
        lambda row: (Span(_name(row.user_id, "not given", 20), Role.ERROR),),
        Role.ERROR,
        priority=1,
    ),
)


def _breakdown_columns(label: str) -> tuple[Column[BreakdownRow], ...]:
    return (
        _named(label, lambda row: row.value, "not given"),
        _number("failing", lambda row: f"{row.failing:,}"),
        _number("all", lambda row: f"{row.total:,}"),
        Column("", _BAR, lambda row: Bar(row.failing / row.total), Role.WARNING, priority=1),
    )


def _participants(summary: Summary, width: int, note: str) -> Iterator[SummaryLine]:
    yield from _titled(f"Participants with most errors{note}", width)
    rows = summary.top_participants
    yield from _table(_OF_PARTICIPANTS, rows, width, of_errors=True)
    more = summary.failing - len(rows)
    if more > 0:
        yield SummaryLine((Span(f"  and {more:,} more with errors", Role.MUTED),), "error:yes")


def _breakdowns(summary: Summary, width: int) -> Iterator[SummaryLine]:
    if not summary.breakdowns:
        return
    first = summary.breakdowns[0]
    known = f"known for {first.known:,} of {first.of:,} participant{'s' * (first.of != 1)}"
    failing = f"{first.failing_known:,} of {first.failing:,} with errors"
    yield from _titled(f"Failing and all by client, {known}, {failing}", width)
    if not first.known:
        asked = "  GetParticipant was not asked for anybody whose events are read."
        yield from _plain(wrap((Span(asked, Role.MUTED),), width))
        return
    for breakdown in summary.breakdowns:
        yield from _breakdown(breakdown, width)


def _breakdown(breakdown: Breakdown, width: int) -> Iterator[SummaryLine]:
    rows = breakdown.rows[:_MOST_VALUES]
    yield from _table(_breakdown_columns(breakdown.label), rows, width)
    more = len(breakdown.rows) - len(rows)
    if more > 0:
        yield SummaryLine((Span(f"  and {more:,} more values", Role.MUTED),))


def _name(text: str | None, absent: str, cells: int = _NAME_CELLS) -> str:
    return absent if text is None else clip(value_span(text[:cells]).text, cells)


def _moment(moment: datetime | None, zone: tzinfo, *, with_day: bool) -> str:
    if moment is None:
        return NO_TIME
    # Month, day, hour and minute: nobody compares the seconds of different days.
    return clock(moment, zone, with_date=True)[5:16] if with_day else clock(moment, zone)


def _rate(per_minute: float | None) -> str:
    return "-" if per_minute is None else rate(per_minute)
