"""A summary as lines: facts first, then errors by code, participants, groups, names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from ivscope.analysis.session_summary import Coverage, Group, Summary
from ivscope.domain.durations import duration
from ivscope.render.cells import clip, pad, shorten, wrap
from ivscope.render.cells import width as text_width
from ivscope.render.fields import field, title, value_span
from ivscope.render.lines import Line, Role, Span
from ivscope.render.timestamps import NO_TIME, clock, from_to

_FEWEST_NAME_CELLS = 16
"""A name that is cut shorter tells too little; columns are left out instead, the last first."""

_FEWEST_BAR_CELLS = 4
_MOST_BAR_CELLS = 20


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """One line, and where it leads."""

    line: Line
    drill: str | None = None
    """The filter that shows the events it counts; None when it counts none."""
    position: int | None = None
    """The event in the session's log that it rests on first; None when it rests on none."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row."""

    name: str
    """Safe to draw."""
    values: tuple[str, ...]
    """One for each column; safe to draw."""
    drill: str | None
    is_error: bool = False
    share: float | None = None
    """Length of its bar, 0 to 1; None for no bar."""


def table(
    heads: Sequence[str], rows: Sequence[TableRow], width: int, texts: int = 0
) -> list[SummaryLine]:
    """Heads and rows, each line at most `width` cells, numbers at the right of their columns.

    Args:
        heads: That of the name, then one for each column.
        rows: In the order shown.
        width: Cells.
        texts: How many of the last columns are no numbers.
    """
    numbers = len(heads) - 1 - texts
    sizes = [
        max(text_width(text) for text in (head, *(row.values[at] for row in rows)))
        for at, head in enumerate(heads[1:])
    ]
    longest = max(map(text_width, (heads[0], *(row.name for row in rows))))
    wanted = min(longest, _FEWEST_NAME_CELLS)
    while sizes and 2 + wanted + sum(sizes) + len(sizes) > width:
        sizes.pop()
    room = width - 2 - sum(sizes) - len(sizes)
    name_cells = max(1, min(longest, room))
    bar_cells = min(room - name_cells - 1, _MOST_BAR_CELLS)
    lines = [
        SummaryLine(
            (Span(_cells("  ", heads[0], heads[1:], name_cells, sizes, numbers), Role.MUTED),)
        )
    ]
    for row in rows:
        mark = "! " if row.is_error else "  "
        text = _cells(mark, row.name, row.values, name_cells, sizes, numbers)
        spans = [Span(text, Role.ERROR if row.is_error else Role.TEXT)]
        if row.share is not None and bar_cells >= _FEWEST_BAR_CELLS:
            # Rounded up: what is there shows.
            spans.append(Span(" " + "#" * -int(-row.share * bar_cells // 1), Role.WARNING))
        lines.append(SummaryLine(tuple(spans), row.drill))
    return lines


def _cells(  # noqa: PLR0917 - what a row is made of
    mark: str,
    name: str,
    values: Sequence[str],
    name_cells: int,
    sizes: Sequence[int],
    numbers: int,
) -> str:
    cells = [mark + pad(shorten(name, name_cells), name_cells)]
    # The values of columns left out are at the end.
    for column, (text, size) in enumerate(zip(values, sizes, strict=False)):
        fill = " " * (size - text_width(text))
        cells.append(fill + text if column < numbers else text + fill)
    return " ".join(cells)


_MOST_VALUES = 6
"""Rows of one group: all protocols, and the usual versions. The rest is counted."""

_NAME_CELLS = 60
"""The longest value from outside in a table; the table cuts it to what it has room for."""


def summary_lines(
    summary: Summary,
    width: int,
    zone: tzinfo,
    *,
    heading: str = "Session",
    about: Iterable[Line] = (),
    findings: Iterable[SummaryLine] = (),
) -> list[SummaryLine]:
    """All lines; what rests on a part of the session says so in every heading.

    Args:
        summary: What was counted.
        width: Cells.
        zone: Zone of the reader.
        heading: Ours: what was counted, "Session" or "Participant".
        about: Facts that are not counted.
        findings: Lines to stand between the codes and the long tables.
    """
    coverage = coverage_text(summary.coverage)
    is_partial = not summary.coverage.is_complete
    word = ("PARTIAL", Role.WARNING) if is_partial else ("COMPLETE", Role.GOOD)
    head = (Span(f"{heading} summary  ", Role.STRONG), Span(*word), Span(f"  {coverage}"))
    note = f", {coverage}" if is_partial else ""
    lines = _plain([*wrap(head, width), *about])
    lines += _facts(summary, width, zone)
    lines += _codes(summary, width, zone, note)
    lines += findings
    if summary.top_participants and summary.coverage.known != 1:
        lines += _participants(summary, width, note)
    lines += _groups(summary, width)
    if summary.by_name:
        lines += _titled(f"Events by name{note}", width)
        names = [
            TableRow(_name(row.name, "no name"), (f"{row.count:,}",), row.drill)
            for row in summary.by_name
        ]
        lines += table(("name", "count"), names, width)
    return lines


def coverage_text(coverage: Coverage) -> str:
    """How much the counts rest on: "412 of 3,000 participants read, more to list"."""
    if coverage.known == 1 and coverage.all_listed:
        return "events read to the end" if coverage.read else "events not read to the end"
    text = f"{coverage.read:,} of {coverage.known:,} participants read"
    return text if coverage.all_listed else f"{text}, more to list"


def _plain(lines: Iterable[Line]) -> list[SummaryLine]:
    return [SummaryLine(line) for line in lines]


def _titled(text: str, width: int) -> list[SummaryLine]:
    return _plain([(), *title(text, width)])


def _facts(summary: Summary, width: int, zone: tzinfo) -> Iterator[SummaryLine]:
    text = f"{summary.events:,}"
    if summary.first is not None and summary.last is not None:
        lasted = duration((summary.last - summary.first).total_seconds())
        text += f" in {lasted}, {from_to(summary.first, summary.last, zone)}"
    yield from _plain(field("Events", (Span(text),), width))
    if summary.states:
        spans: list[Span] = []
        for row in summary.states:
            spans += [Span(", ")] if spans else []
            spans += [Span(f"{row.count:,} "), value_span(row.state)]
        yield from _plain(field("State", tuple(spans), width))
    publishers = f"{summary.publishers:,} participants with a PUBLISH_STARTED"
    if summary.publishers == 1:
        publishers = "1 participant with a PUBLISH_STARTED"
    errors = f"{summary.errors:,}"
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
        yield SummaryLine((Span(none, Role.MUTED),))
        return
    days = {
        f"{moment.astimezone(zone):%Y-%m-%d}"
        for row in summary.by_code
        for moment in (row.first, row.last)
        if moment is not None
    }
    most = max(row.count for row in summary.by_code)
    rows = [
        TableRow(
            _name(row.code, "no code"),
            (
                f"{row.count:,}",
                f"{row.participants:,}",
                _moment(row.first, zone, with_day=len(days) > 1),
                _moment(row.last, zone, with_day=len(days) > 1),
                _rate(row.per_minute),
            ),
            row.drill,
            is_error=True,
            share=row.count / most,
        )
        for row in summary.by_code
    ]
    yield from table(("code", "count", "particip.", "first", "last", "per min"), rows, width)


def _participants(summary: Summary, width: int, note: str) -> Iterator[SummaryLine]:
    yield from _titled(f"Participants with most errors{note}", width)
    rows = [
        TableRow(
            _name(row.participant_id, "no id"),
            (
                f"{row.errors:,}",
                f"{row.events:,}",
                _name(row.top_code, "no code"),
                _name(row.user_id, "not given", 20),
            ),
            row.drill,
            is_error=True,
        )
        for row in summary.top_participants
    ]
    yield from table(("participant", "errors", "events", "most", "user id"), rows, width, texts=2)
    more = summary.failing - len(rows)
    if more > 0:
        yield SummaryLine((Span(f"  and {more:,} more with errors", Role.MUTED),), "error:yes")


def _groups(summary: Summary, width: int) -> Iterator[SummaryLine]:
    if not summary.groups:
        return
    first = summary.groups[0]
    known = f"known for {first.known:,} of {first.of:,} participants"
    failing = f"{first.failing_known:,} of {first.failing:,} with errors"
    yield from _titled(f"Failing and all by client, {known}, {failing}", width)
    if not first.known:
        asked = "  GetParticipant was not asked for anybody whose events are read."
        yield from _plain(wrap((Span(asked, Role.MUTED),), width))
        return
    for group in summary.groups:
        yield from _group(group, width)


def _group(group: Group, width: int) -> Iterator[SummaryLine]:
    rows = [
        TableRow(
            _name(row.value, "not given"),
            (f"{row.failing:,}", f"{row.total:,}"),
            row.drill,
            share=row.failing / row.total,
        )
        for row in group.rows[:_MOST_VALUES]
    ]
    yield from table((group.label, "failing", "all"), rows, width)
    more = len(group.rows) - len(rows)
    if more > 0:
        yield SummaryLine((Span(f"  and {more:,} more values", Role.MUTED),))


def _name(text: str | None, absent: str, cells: int = _NAME_CELLS) -> str:
    return absent if text is None else clip(value_span(text[:cells]).text, cells)


def _moment(moment: datetime | None, zone: tzinfo, *, with_day: bool) -> str:
    if moment is None:
        return NO_TIME
    # Month, day, hour and minute: the seconds of different days are never compared.
    return clock(moment, zone, with_date=True)[5:16] if with_day else clock(moment, zone)


def _rate(per_minute: float | None) -> str:
    if per_minute is None:
        return "-"
    return f"{per_minute:,.0f}" if per_minute >= 100 else f"{per_minute:.2g}"  # noqa: PLR2004
