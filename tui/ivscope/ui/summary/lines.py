"""The lines of a summary: counts, what happened, codes and participants over time, and the rest.

Long because a summary has many tables, each with its columns.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Protocol, TypeVar

from ivscope.analysis.event_tally import EventTally
from ivscope.analysis.intervals import SECOND
from ivscope.analysis.lanes import AWAITED, Lanes
from ivscope.analysis.publishers import PublisherLevel
from ivscope.analysis.session_summary import (
    Breakdown,
    BreakdownRow,
    ErrorRow,
    NameRow,
    ParticipantRow,
    Summary,
)
from ivscope.analysis.time_window import TimeWindow
from ivscope.domain.durations import duration, rate, round_duration
from ivscope.domain.frozen import frozen
from ivscope.domain.times import from_microseconds
from ivscope.knowledge.limits import PUBLISHER_LIMIT
from ivscope.render.bars import coverage_text
from ivscope.render.cells import clip, line_width, wrap
from ivscope.render.fields import field, not_counted, title, value_span
from ivscope.render.happened_lines import estimate_lines
from ivscope.render.lines import Line, Role, Span
from ivscope.render.plots import lane_cells, strip
from ivscope.render.sentences.words import counted
from ivscope.render.tables import Bar, Column, Fit, OverTime, Rest, Table
from ivscope.render.timestamps import NO_TIME, clock, from_to, in_zone


@frozen
class SummaryLine:
    """One line of a summary, and the events that Enter on it shows."""

    line: Line
    drill: str | None = None
    """The filter that shows the events that the line counts; None when it counts none."""
    position: int | None = None
    """Position in the session's log of the first event that a finding rests on; None for none."""
    kind: str = ""
    """What it is one of, for the count of those below the screen: "code", "participant",
    "finding"; or the name of what begins here, in capitals. Empty for none of these."""
    goes_on: bool = False
    """Whether it goes on with the line above: the cursor passes over it."""
    stands_for: int = 1
    """How many of its kind it counts as."""


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

_CODE_CELLS = 25
"""The longest code of the service; a longer text is cut before columns are left out."""

_FEWEST_WITH_STRIP = 76
_STRIP = Rest(36)
"""From so many cells on each row has a strip, at least so long, beside the longest code."""


def _table(
    columns: Iterable[Column[Row]], rows: Sequence[Row], width: int, kind: str = ""
) -> Iterator[SummaryLine]:
    """Draw titles and rows.

    Args:
        columns: The name comes first.
        rows: In the order shown.
        width: Cells.
        kind: What each row is one of.
    """
    table = Table(columns, rows)
    yield SummaryLine(table.titles(width))
    for row in rows:
        yield SummaryLine(table.line(row, width), row.drill, kind=kind)


def _named(
    title: str,
    name: Callable[[Row], str | None],
    absent: str,
    role: Role = Role.TEXT,
    least: int = _FEWEST_NAME_CELLS,
) -> Column[Row]:
    """Make the first column, which is never left out."""
    return Column(
        title,
        Fit(least),
        lambda row: (Span(_name(name(row), absent), role),),
        role,
    )


def _number(
    title: str, text: Callable[[Row], str], role: Role = Role.TEXT, priority: int = 1
) -> Column[Row]:
    """Make a column of numbers; those on the right are left out first."""
    return Column(title, Fit(), text, role, priority=priority, is_right=True)


@frozen
class SummaryTimes:
    """The same counts over time, for strips of any length."""

    window: TimeWindow | None
    """From the first event to the last one; None before any has a time."""
    zone: tzinfo
    tally: EventTally
    lanes: Lanes
    name: Callable[[str], str]
    """The user id of a participant, else its id. Text from outside."""
    publishing: Callable[[TimeWindow, int], Sequence[PublisherLevel]] | None = None
    """Most publishers at once in each of so many cells of a window; None for one participant."""
    own: str = ""
    """Id of the participant that is summed up; empty in the summary of a session."""


def summary_lines(
    summary: Summary,
    width: int,
    times: SummaryTimes,
    *,
    about: Iterable[Line] = (),
    findings: Iterable[SummaryLine] = (),
) -> list[SummaryLine]:
    """Make all lines; while only a part of the session is read, every heading says so.

    Args:
        summary: What was counted.
        width: Cells.
        times: The counts over time.
        about: Lines of facts that are not counts.
        findings: What happened: it stands above the tables.
    """
    coverage = coverage_text(summary.coverage)
    note = "" if summary.coverage.is_complete else f", {coverage}"
    note += ", counting" if summary.is_counting else ""
    lines = _counts(summary, width)
    lines += _over_time(summary, width, times)
    lines += findings
    if summary.estimates is not None:
        lines += _titled(f"ERRORS ESTIMATED FOR ALL OTHERS{note}", width)
        lines += _plain(estimate_lines(summary.estimates, width))
    lines += _codes(summary, width, times, note)
    if summary.top_participants and not times.own:
        lines += _participants(summary, width, times, note)
    lines += _breakdowns(summary, width)
    if summary.by_name:
        lines += _titled(f"EVENTS BY NAME{note}", width)
        lines += _table(_BY_NAME, summary.by_name, width)
    lines += _facts(summary, width, times.zone, about)
    return lines


def _counts(summary: Summary, width: int) -> list[SummaryLine]:
    """Say in one line what was counted; "at least" while not everybody is read."""
    coverage, failing, errors = summary.coverage, summary.failing, summary.errors
    is_one = coverage.known == 1 and coverage.all_listed
    if _is_unread(summary):
        unread = f"{coverage_text(coverage)} · no events are read"
        return _plain(wrap((Span(unread, Role.WARNING),), width))
    counts = [f"{summary.publishers:,} published", counted(summary.joins, "join")]
    counts.append(counted(summary.events, "event"))
    whose = "" if is_one or not errors else f" of {counted(failing, 'participant')}"
    told = Span(f"{counted(errors, 'error')}{whose}", Role.ERROR if errors else Role.TEXT)
    is_final = coverage.is_complete and not summary.is_counting
    if not is_final:
        # None in a part is not none: that stands last, without a number.
        nobody = [] if summary.publishers or is_one else ["nobody published"]
        counts = counts[len(nobody) :]
        none = [*nobody, *([] if errors else ["no error"])]
        counts += [told.text] if errors and none else []
        part = "counted so far" if summary.is_counting else "read"
        told = Span(f"{', '.join(none)} in what was {part}") if none else told
    elif not errors:
        told = Span("no error")
    if is_one:
        head: Line = () if is_final else (Span("at least ", Role.WARNING),)
        counts = counts[1:]
    elif is_final:
        head = (Span(f"{counted(coverage.known, 'participant')} · "),)
    else:
        counting = "counting · " if summary.is_counting else ""
        read = Span(f"{coverage_text(coverage)} · {counting}")
        head = (read, Span("at least ", Role.WARNING))
    line = (*head, Span(f"{' · '.join(counts)} · "), told)
    if errors and line_width(line) > width and is_final and not is_one:
        # The first number says of how many.
        short = Span(f"{failing:,} got {counted(errors, 'error')}", told.role)
        line = (*head, Span(f"{' · '.join(counts)} · "), short)
    drill = "error:yes" if errors else None
    lines = [SummaryLine(one, drill) for one in wrap(line, width)]
    if said := not_counted(summary.contradictions):
        lines += _plain(wrap((Span(said, Role.WARNING),), width))
    return lines


_STRIP_NOTE = 26
"""Cells beside a strip: how much it was at most, and when. Where that is longer the strips are
shorter, all by as much."""

_WIDE = 100
"""From so many cells on the publishers have a strip too."""

_SHORTEST_STRIP = 10
"""A shorter strip tells a burst no better than the number does."""


def _over_time(summary: Summary, width: int, times: SummaryTimes) -> list[SummaryLine]:
    """Draw when most published, and when most errors came."""
    label = len("publishing  " if width >= _WIDE else "errors ")
    window, cells = times.window, width - label - _STRIP_NOTE
    while window is not None and cells >= _SHORTEST_STRIP:
        lines = list(_strips(summary, times, window, label, cells, with_publishing=width >= _WIDE))
        excess = max((line_width(one.line) for one in lines), default=0) - width
        if excess <= 0:
            return lines
        cells -= excess
    return []


def _strips(
    summary: Summary,
    times: SummaryTimes,
    window: TimeWindow,
    label: int,
    cells: int,
    *,
    with_publishing: bool,
) -> Iterator[SummaryLine]:
    """Draw strips of so many cells; the most of one is "at least" while not everybody is read."""
    is_final = summary.coverage.is_complete and not summary.is_counting

    def line(name: str, drawn: Line, most: str, at: datetime, drill: str) -> SummaryLine:
        told = Span(f"  {most}, {clock(at, times.zone)}", Role.MUTED)
        return SummaryLine((Span(name.ljust(label), Role.MUTED), *drawn, told), drill)

    if times.publishing is not None and with_publishing and summary.publishers:
        found = times.publishing(window, cells)
        levels = [level.certain for level in found]
        low, high = max(levels), max(level.possible for level in found)
        most = f"at least {low}"
        if is_final:
            most = f"{low}" if low == high else f"{low} to {high}"
        most += f" of {PUBLISHER_LIMIT}"
        drawn = strip(levels, Role.GOOD, PUBLISHER_LIMIT)
        if low or not summary.is_counting:
            at = _reached(times.publishing, window, found.index(max(found)), cells)
            yield line("publishing", drawn, most, at, summary.publishers_drill)
    if times.own:
        signs = times.lanes.cells(times.own, window, cells)
        drawn = (Span("being counted", Role.MUTED),) if AWAITED in signs else lane_cells(signs)
        yield SummaryLine((Span("lane".ljust(label), Role.MUTED), *drawn))
    counts = [bucket.errors for bucket in times.tally.buckets(window, cells)]
    if any(counts):
        seconds = (window.end - window.start).total_seconds() / cells
        lasted = f"{seconds:.0f} s" if seconds < _LONG_CELL else round_duration(seconds)
        most = f"{'most' if is_final else 'at least'} {max(counts):,} in {lasted}"
        at = window.moment_at(counts.index(max(counts)), cells)
        yield line("errors", strip(counts, Role.ERROR), most, at, "error:yes")


def _reached(
    levels: Callable[[TimeWindow, int], Sequence[PublisherLevel]],
    window: TimeWindow,
    cell: int,
    cells: int,
) -> datetime:
    """Return the second of a cell in which most were publishing first."""
    begin, end = window.edges(cells)[cell : cell + 2]
    parts = _PARTS
    if end - begin <= _PARTS * SECOND:
        begin = begin // SECOND * SECOND
        parts = max(1, -(-(end - begin) // SECOND))
        end = begin + parts * SECOND
    within = TimeWindow(from_microseconds(begin), from_microseconds(end))
    found = levels(within, parts)
    most = found.index(max(found))
    is_second = end - begin == parts * SECOND
    return within.moment_at(most, parts) if is_second else _reached(levels, within, most, parts)


_PARTS = 60
"""A cell is cut into so many to find a second in it: some hundred looks, however long it is."""

_LONG_CELL = 100
"""Seconds of a cell from which on minutes are easier to read."""


def _plain(lines: Iterable[Line]) -> list[SummaryLine]:
    return [SummaryLine(line) for line in lines]


def _titled(text: str, width: int) -> list[SummaryLine]:
    first, *rest = title(text, width)
    return [SummaryLine(()), SummaryLine(first, kind=text.partition(",")[0]), *_plain(rest)]


def _facts(
    summary: Summary, width: int, zone: tzinfo, about: Iterable[Line]
) -> Iterator[SummaryLine]:
    """Say what is constant or seldom asked for, at the end."""
    yield from _titled("FACTS", width)
    yield from _plain(about)
    if summary.first is not None and summary.last is not None:
        lasted = duration((summary.last - summary.first).total_seconds())
        text = f"{lasted}, {from_to(summary.first, summary.last, zone)}"
        yield from _plain(field("Events", (Span(text),), width))
    if summary.states:
        spans: list[Span] = []
        for row in summary.states:
            spans += [Span(", ")] if spans else []
            spans += [Span(f"{row.count:,} "), value_span(row.state)]
        yield from _plain(field("State", tuple(spans), width))


def _is_unread(summary: Summary) -> bool:
    """Whether nothing was counted because nobody is read, so that a zero would be untrue."""
    return not (summary.events or summary.coverage.read)


def _codes(summary: Summary, width: int, times: SummaryTimes, note: str) -> Iterator[SummaryLine]:
    if not summary.by_code:
        none = "No error event in what was read." if note else "No error event."
        if _is_unread(summary):
            none = "Not known: no events are read."
        yield from _plain([(), (Span(none, Role.MUTED),)])
        return
    days = {
        f"{in_zone(moment, times.zone):%Y-%m-%d}"
        for row in summary.by_code
        for moment in (row.first, row.last)
        if moment is not None
    }
    columns = _code_columns(times, width, with_day=len(days) > 1)
    yield from _plain(title(f"ERRORS BY CODE{note}", width) if note else [()])
    yield from _table(columns, summary.by_code, width, kind="code")


def _code_columns(
    times: SummaryTimes, width: int, *, with_day: bool
) -> tuple[Column[ErrorRow], ...]:
    zone = times.zone
    code_cells = _CODE_CELLS if width >= _FEWEST_WITH_STRIP else _FEWEST_NAME_CELLS
    return (
        _named("CODE", lambda row: row.code, "no code", Role.ERROR, code_cells),
        _number("ERRORS", lambda row: f"{row.count:,}", Role.ERROR),
        _number("WHO", lambda row: f"{row.participants:,}", Role.ERROR),
        *_over_cells(
            times,
            "when",
            lambda row, window, cells: strip(
                times.tally.errors(row.code, window, cells), Role.ERROR
            ),
            width,
        ),
        _number("FIRST AND LAST", lambda row: _first_and_last(row, zone, with_day), priority=3),
        _number("PER MIN", lambda row: _rate(row.per_minute), priority=4),
    )


def _over_cells(
    times: SummaryTimes, word: str, draw: Callable[[Row, TimeWindow, int], Line], width: int
) -> tuple[Column[Row], ...]:
    """Make a column over time, where there is room and something has a time."""
    window = times.window
    if window is None or width < _FEWEST_WITH_STRIP:
        return ()
    return (
        Column(
            lambda cells: _time_title(times, word, cells),
            _STRIP,
            lambda row: OverTime(partial(draw, row, window)),
        ),
    )


def _time_title(times: SummaryTimes, word: str, cells: int) -> str:
    """Write the title above strips: "20:30 ──── when ──── 21:24", as much of it as fits."""
    if times.window is None:
        return word
    first, last = (clock(one, times.zone)[:5] for one in (times.window.start, times.window.end))
    room = cells - len(first) - len(last) - 2
    return f"{first} {f' {word} '.center(room, '─')} {last}" if room > len(word) else word


def _who(row: ParticipantRow, times: SummaryTimes) -> str | None:
    return None if row.participant_id is None else times.name(row.participant_id)


_BY_NAME: tuple[Column[NameRow], ...] = (
    _named("name", lambda row: row.name, "no name"),
    _number("count", lambda row: f"{row.count:,}"),
)


def _participant_columns(times: SummaryTimes, width: int) -> tuple[Column[ParticipantRow], ...]:
    def lane(row: ParticipantRow, window: TimeWindow, cells: int) -> Line:
        if row.participant_id is None:
            return (Span(" " * cells),)
        return lane_cells(times.lanes.cells(row.participant_id, window, cells))

    return (
        _named("PARTICIPANT", lambda row: _who(row, times), "no id", Role.ERROR),
        _number("ERRORS", lambda row: f"{row.errors:,}", Role.ERROR),
        _number("EVENTS", lambda row: f"{row.events:,}"),
        *_over_cells(times, "lane", lane, width),
        Column(
            "MOST OFTEN",
            Fit(),
            lambda row: (Span(_name(row.top_code, "no code"), Role.ERROR),),
            Role.ERROR,
            priority=3,
        ),
        Column("ID", Fit(), lambda row: row.participant_id or "", Role.MUTED, priority=4),
    )


def _breakdown_columns(label: str) -> tuple[Column[BreakdownRow], ...]:
    return (
        _named(label, lambda row: row.value, "not given"),
        _number("failing", lambda row: f"{row.failing:,}"),
        _number("all", lambda row: f"{row.total:,}"),
        Column("", _BAR, lambda row: Bar(row.failing / row.total), Role.WARNING, priority=1),
    )


def _participants(
    summary: Summary, width: int, times: SummaryTimes, note: str
) -> Iterator[SummaryLine]:
    yield from _plain([(), *title(f"PARTICIPANTS WITH ERRORS{note}", width)] if note else [()])
    rows = summary.top_participants
    yield from _table(_participant_columns(times, width), rows, width, kind="participant")
    more = summary.failing - len(rows)
    if more > 0:
        said = f"{more:,} more participants with errors: Enter shows all errors"
        line = (Span(said, Role.MUTED),)
        yield SummaryLine(line, "error:yes", kind="participant", stands_for=more)


def _breakdowns(summary: Summary, width: int) -> Iterator[SummaryLine]:
    if not summary.breakdowns:
        return
    first = summary.breakdowns[0]
    known = f"known for {first.known:,} of {first.of:,} participant{'s' * (first.of != 1)}"
    failing = f"{first.failing_known:,} of {first.failing:,} with errors"
    yield from _titled(f"CLIENTS, {known}, {failing}", width)
    if not first.known:
        asked = "  SDK and browser are not read yet of those whose events are read."
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


def _name(text: str | None, absent: str) -> str:
    return absent if text is None else clip(value_span(text[:_NAME_CELLS]).text, _NAME_CELLS)


def _first_and_last(row: ErrorRow, zone: tzinfo, with_day: bool) -> str:
    return " ".join(_moment(one, zone, with_day=with_day) for one in (row.first, row.last))


def _moment(moment: datetime | None, zone: tzinfo, *, with_day: bool) -> str:
    if moment is None:
        return NO_TIME
    # Month, day, hour and minute: nobody compares the seconds of different days.
    return clock(moment, zone, with_date=True)[5:16] if with_day else clock(moment, zone)


def _rate(per_minute: float | None) -> str:
    return "-" if per_minute is None else rate(per_minute)
