"""The incident report as one HTML file that needs nothing else: no script, no picture, no link.

Every text from outside is escaped for the terminal's sake and for that of HTML. Strips and lanes
are drawn as inline SVG. Times are UTC.
"""

import html
from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import groupby
from typing import Final

from ivscope.analysis.lanes import LaneCell
from ivscope.domain.times import Time
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
from ivscope.export.telling import CERTAINTY, HTML, Told, at
from ivscope.findings.finding import Certainty
from ivscope.render.plots import LANE_SIGNS
from ivscope.render.safe import safe_lines
from ivscope.render.timestamps import full

_CELL: Final = 10
"""Width of a column of strips and lanes, in units of the picture."""

_TALL: Final = 28
"""Height of a strip; of a lane it is half as much."""

_STYLE: Final = """
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .2rem .8rem .2rem 0;
vertical-align: top; overflow-wrap: anywhere; } td.n, th.n { text-align: right; }
th { white-space: nowrap; } td:first-child { min-width: 9rem; }
pre { overflow-x: auto; padding: .6rem; border: 1px solid #8888; }
svg { display: block; width: 32rem; max-width: 50vw; height: 1.6rem; background: #8882; }
svg.lane { height: 1rem; }
.partly { border-left: .3rem solid #c60; padding-left: .8rem; }
.shown { color: #283; } .likely { color: #b60; } .unknown { color: #777; }
.note { color: #777; }
.errors, .error { fill: #d33; } .level { fill: #2a6; } .publishing { fill: #2a6; }
.maybe_publishing { fill: #2a6; opacity: .5; } .subscribed { fill: #48c; } .joined { fill: #999; }
.open { fill: #c90; } .unread { fill: #8886; }
"""


def report_html(report: Report) -> str:
    """Write the report. Lines end with a line feed."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    stage = f"stage {HTML.outside(report.stage_name)}, " if report.stage_name else ""
    session = HTML.outside(report.scope.session_id)
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield (
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    )
    yield '<meta name="viewport" content="width=device-width">'
    yield f"<title>Incident report {full(report.made_at, UTC)}</title>"
    yield f"<style>{_STYLE}</style></head><body>"
    yield f"<h1>Incident report: {stage}session {session}</h1>"
    for line in what_is_missing(report, "Not read"):
        yield f'<p class="partly"><strong>{html.escape(line)}</strong></p>'
    yield "<ul>"
    yield f"<li>Stage: {HTML.outside(report.scope.stage_arn)}</li>"
    yield f"<li>Session: {session}, {html.escape(session_said(report))}</li>"
    yield f"<li>{html.escape(counts_said(report))}</li>"
    yield f"<li>Written by ivscope {full(report.made_at, UTC)}; all times are UTC</li>"
    yield "</ul>"
    yield from _happened(report)
    if lines := estimates_said(report):
        yield f"<h2>Estimated for those not read</h2>{_pre(lines)}"
    yield from _codes(report)
    yield from _clients(report)
    yield from _timeline(report)
    yield from _lanes(report)
    yield from _people(report)
    yield from _not_read(report)
    yield "<h2>To see the same</h2>"
    yield _pre(commands(report.scope, report.connection))
    yield "</body></html>"


def _happened(report: Report) -> Iterator[str]:
    yield "<h2>What happened</h2>"
    day = report.summary.first
    if report.findings:
        yield f"<ol>{''.join(_told(told, day) for told in report.findings)}</ol>"
    else:
        yield "<p>No rule found anything about the whole session in what was read.</p>"
    for one in report.looked:
        when = html.escape(at(one.event.time, day))
        yield f"<p>The last {one.error(HTML)} was that of {HTML.outside(one.who)} at {when}:</p>"
        found = "".join(_told(told, day) for told in one.findings)
        yield f"<ul>{found or '<li>No rule found anything about it in what was read.</li>'}</ul>"


def _told(told: Told, day: Time | None) -> str:
    parts = "".join(f"<li>{label}: {text}</li>" for label, text in told.below(HTML, day))
    below = f"<ul>{parts}</ul>" if parts else ""
    return f"<li>{_certainty(told.finding.certainty)}: {told.claim(HTML, day)}{below}</li>"


def _certainty(certainty: Certainty) -> str:
    return f'<strong class="{certainty.value}">{CERTAINTY[certainty]}</strong>'


def _codes(report: Report) -> Iterator[str]:
    yield "<h2>Errors by code</h2>"
    rows = report.summary.by_code
    if not rows:
        yield "<p>No error event in what was read.</p>"
        return
    strips = dict(report.errors)
    yield (
        '<table><tr><th>Code</th><th class="n">Errors</th><th class="n">Participants</th>'
        f"<th>{_time_title(report)}</th><th>First and last</th></tr>"
    )
    for row in rows:
        name = HTML.outside(row.code) if row.code else "no code"
        yield (
            f'<tr><td>{name}</td><td class="n">{row.count:,}</td>'
            f'<td class="n">{row.participants:,}</td>'
            f"<td>{_strip(strips.get(row.code, ()), 'errors')}</td>"
            f"<td>{error_times(report, row)}</td></tr>"
        )
    if said := publishing_said(report):
        levels = [level.certain for level in report.publishing]
        yield (
            f'<tr><td colspan="3">publishing, {html.escape(said)}</td>'
            f"<td>{_strip(levels, 'level')}</td><td></td></tr>"
        )
    yield "</table><dl>"
    for row, (meaning, check) in zip(rows, codes_explained(report), strict=True):
        name = HTML.outside(row.code) if row.code else "no code"
        yield f"<dt>{name}</dt><dd>{html.escape(meaning)} {html.escape(check)}</dd>"
    yield "</dl>"


def _clients(report: Report) -> Iterator[str]:
    rows = clients(report)
    if not rows:
        return
    yield "<h2>Clients</h2><table>"
    yield '<tr><th></th><th>Value</th><th class="n">With errors</th><th class="n">All</th></tr>'
    for row in rows:
        yield (
            f"<tr><td>{row.label}</td><td>{HTML.outside(row.value)}</td>"
            f'<td class="n">{row.failing:,}</td><td class="n">{row.total:,}</td></tr>'
        )
    yield "</table>"


def _time_title(report: Report) -> str:
    window = report.window
    if window is None:
        return ""
    return f"{at(window.start, report.summary.first)} to {at(window.end, report.summary.first)}"


def _strip(counts: Sequence[int], name: str) -> str:
    most = max(counts, default=0)
    bars = [
        f'<rect class="{name}" x="{column * _CELL}" y="{_TALL - height}" width="{_CELL}" '
        f'height="{height}"/>'
        for column, count in enumerate(counts)
        if count > 0
        for height in (max(2, count * _TALL // most),)
    ]
    return _svg("strip", _TALL, bars)


def _svg(name: str, height: int, shapes: Sequence[str]) -> str:
    return (
        f'<svg class="{name}" viewBox="0 0 {COLUMNS * _CELL} {height}" '
        f'preserveAspectRatio="none">{"".join(shapes)}</svg>'
    )


def _timeline(report: Report) -> Iterator[str]:
    if not report.timeline:
        return
    yield "<h2>Timeline</h2><table>"
    yield "<tr><th>Time</th><th>Event</th><th>Participant</th><th>Finding</th></tr>"
    for one in report.timeline:
        who = "" if one.who is None else HTML.outside(one.who)
        finding = "" if one.finding is None else f"{one.finding}"
        time = at(one.time, report.summary.first)
        yield f"<tr><td>{time}</td><td>{_event(one)}</td><td>{who}</td><td>{finding}</td></tr>"
    yield "</table>"


def _event(one: TimelineRow) -> str:
    parts = [] if one.event is None else [HTML.outside(one.event)]
    parts += [html.escape(one.said)] if one.said else []
    parts += [HTML.outside(one.code)] if one.code else []
    return " ".join(parts)


def _lanes(report: Report) -> Iterator[str]:
    if not report.lanes:
        return
    yield f"<h2>Who did what</h2><table><tr><th></th><th>{_time_title(report)}</th></tr>"
    for lane in report.lanes:
        yield f"<tr><td>{HTML.outside(lane.name)}</td><td>{_lane(lane.cells)}</td></tr>"
    yield "</table>"
    keys = (
        f'<svg class="lane" style="display:inline;width:1rem" viewBox="0 0 10 14">'
        f'<rect class="{_class(cell)}" x="0" y="0" width="10" height="14"/></svg> {word}'
        for cell, _, word in LANE_SIGNS
    )
    yield f'<p class="note">{" · ".join(keys)}</p>'
    if report.lanes_left_out:
        yield f'<p class="note">{report.lanes_left_out:,} more participants have no lane here.</p>'


def _lane(cells: str) -> str:
    shapes, column = [], 0
    for sign, run in groupby(cells):
        length = len(list(run))
        if sign != LaneCell.OUTSIDE:
            shapes.append(
                f'<rect class="{_class(LaneCell(sign))}" x="{column * _CELL}" y="0" '
                f'width="{length * _CELL}" height="{_TALL // 2}"/>'
            )
        column += length
    return _svg("lane", _TALL // 2, shapes)


def _class(cell: LaneCell) -> str:
    return cell.name.lower()


def _people(report: Report) -> Iterator[str]:
    if not report.people:
        return
    yield "<h2>Ids</h2><ul>"
    for name, participant_id in report.people:
        yield f"<li>{HTML.outside(name)}: participant {HTML.outside(participant_id)}</li>"
    yield "</ul>"


def _not_read(report: Report) -> Iterator[str]:
    if not report.not_read:
        return
    yield "<h2>Not read</h2><ul>"
    for one in report.not_read:
        who = "reading stopped" if one.participant_id is None else HTML.outside(one.participant_id)
        asked = "" if one.request_id is None else f", request id {HTML.outside(one.request_id)}"
        yield f"<li>{who}: {HTML.outside(one.why)}{asked}</li>"
    yield f"<li>and {report.not_read_more:,} more</li>" if report.not_read_more else ""
    yield "</ul>"


def _pre(lines: Sequence[str]) -> str:
    return f"<pre>{html.escape(safe_lines(chr(10).join(lines)))}</pre>"
