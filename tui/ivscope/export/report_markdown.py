"""The incident report as Markdown, in UTC; every text from outside stands in code."""

from collections.abc import Iterator
from datetime import UTC

from ivscope.export.report import (
    COLUMNS,
    Report,
    TimelineRow,
    clients,
    codes_explained,
    commands,
    counts_said,
    error_times,
    estimates_said,
    publishing_said,
    session_said,
    what_is_missing,
)
from ivscope.export.telling import MARKDOWN, at, code, code_cell, fence, finding_items
from ivscope.render.cells import clip, pad
from ivscope.render.lines import Line, Role, plain
from ivscope.render.plots import axis_line, lane_cells, legend, strip
from ivscope.render.timestamps import full

_LABEL_CELLS = 24
"""Cells of a name beside its strip or lane."""


def report_markdown(report: Report) -> str:
    """Write the report. Lines end with a line feed."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    scope = report.scope
    stage = f"stage {code(report.stage_name)}, " if report.stage_name else ""
    yield f"# Incident report: {stage}session {code(scope.session_id)}"
    yield ""
    for line in what_is_missing(report, "Not read"):
        yield f"> **{MARKDOWN.ours(line)}**"
    if not report.is_complete:
        yield ""
    yield f"- Stage: {code(scope.stage_arn)}"
    yield f"- Session: {code(scope.session_id)}, {MARKDOWN.ours(session_said(report))}"
    yield f"- {MARKDOWN.ours(counts_said(report))}"
    yield f"- Written by ivscope {full(report.made_at, UTC)}; all times are UTC"
    yield from _happened(report)
    yield from _estimated(report)
    yield from _codes(report)
    yield from _clients(report)
    yield from _timeline(report)
    yield from _lanes(report)
    yield from _people(report)
    yield from _not_read(report)
    yield from _commands(report)


def _happened(report: Report) -> Iterator[str]:
    yield from ("", "## What happened", "")
    day = report.summary.first
    if not report.findings:
        yield "No rule found anything about the whole session in what was read."
    for number, told in enumerate(report.findings, 1):
        yield from finding_items(f"{number}. ", (told,), day)
    for one in report.looked:
        yield ""
        when = at(one.event.time, day)
        yield f"The last {one.error(MARKDOWN)} was that of {code(one.who)} at {when}:"
        yield ""
        if not one.findings:
            yield "- No rule found anything about it in what was read."
        yield from finding_items("- ", one.findings, day)


def _estimated(report: Report) -> Iterator[str]:
    if lines := estimates_said(report):
        yield from ("", "## Estimated for those not read", "", fence(lines))


def _clients(report: Report) -> Iterator[str]:
    rows = clients(report)
    if not rows:
        return
    yield from ("", "## Clients", "")
    yield "| | Value | With errors | All |"
    yield "| --- | --- | ---: | ---: |"
    for row in rows:
        yield f"| {row.label} | {code_cell(row.value)} | {row.failing:,} | {row.total:,} |"


def _codes(report: Report) -> Iterator[str]:
    yield from ("", "## Errors by code", "")
    rows = report.summary.by_code
    if not rows:
        yield "No error event in what was read."
        return
    yield "| Code | Errors | Participants | First and last | Means |"
    yield "| --- | ---: | ---: | --- | --- |"
    for row, (meaning, _) in zip(rows, codes_explained(report), strict=True):
        name = code_cell(row.code) if row.code else "no code"
        times = error_times(report, row)
        yield (
            f"| {name} | {row.count:,} | {row.participants:,} | {times} "
            f"| {MARKDOWN.ours(meaning)} |"
        )
    checks = [
        f"- {code(row.code)}: {MARKDOWN.ours(check)}"
        for row, (_, check) in zip(rows, codes_explained(report), strict=True)
        if row.code
    ]
    if checks:
        yield from ("", "What to check next:", "", *checks)
    strips = [_beside(one or "no code", strip(counts, Role.ERROR)) for one, counts in report.errors]
    if said := publishing_said(report):
        levels = [level.certain for level in report.publishing]
        strips.append(_beside(f"publishing, {said}", strip(levels, Role.GOOD)))
    if strips:
        yield from ("", fence([*strips, _axis(report)]))


def _timeline(report: Report) -> Iterator[str]:
    if not report.timeline:
        return
    yield from ("", "## Timeline", "")
    yield "| Time | Event | Participant | Finding |"
    yield "| --- | --- | --- | --- |"
    for one in report.timeline:
        finding = "" if one.finding is None else f"{one.finding}"
        yield f"| {at(one.time, report.summary.first)} | {_event(one)} | {_who(one)} | {finding} |"


def _event(one: TimelineRow) -> str:
    parts = [] if one.event is None else [code_cell(one.event)]
    parts += [MARKDOWN.ours(one.said)] if one.said else []
    parts += [code_cell(one.code)] if one.code else []
    return " ".join(parts)


def _who(one: TimelineRow) -> str:
    return "" if one.who is None else code_cell(one.who)


def _lanes(report: Report) -> Iterator[str]:
    if not report.lanes:
        return
    yield from ("", "## Who did what", "")
    lanes = [_beside(lane.name, lane_cells(lane.cells)) for lane in report.lanes]
    yield fence([*lanes, _axis(report), plain(legend(_LABEL_CELLS + COLUMNS + 2))])
    if report.lanes_left_out:
        yield ""
        yield f"{report.lanes_left_out:,} more participants have no lane here."


def _people(report: Report) -> Iterator[str]:
    if not report.people:
        return
    yield from ("", "## Ids", "")
    for name, participant_id in report.people:
        yield f"- {code(name)}: participant {code(participant_id)}"


def _not_read(report: Report) -> Iterator[str]:
    if not report.not_read:
        return
    yield from ("", "## Not read", "")
    for one in report.not_read:
        who = "reading stopped" if one.participant_id is None else code(one.participant_id)
        asked = "" if one.request_id is None else f", request id {code(one.request_id)}"
        yield f"- {who}: {code(one.why)}{asked}"
    if report.not_read_more:
        yield f"- and {report.not_read_more:,} more"


def _commands(report: Report) -> Iterator[str]:
    yield from ("", "## To see the same", "")
    yield fence(commands(report.scope, report.connection))


def _beside(name: str, line: Line) -> str:
    label = pad(clip(name, _LABEL_CELLS), _LABEL_CELLS)
    return f"{label}  {plain(line)}".rstrip()


def _axis(report: Report) -> str:
    window = report.window
    if window is None:
        return ""
    labels = _LABEL_CELLS + 2
    return plain(axis_line(window, COLUMNS, UTC, label_cells=labels, cursor=None))
