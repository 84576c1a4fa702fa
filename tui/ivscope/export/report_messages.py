"""The report of a session as a message to a channel, and as a support case for AWS."""

from collections.abc import Callable, Iterator
from datetime import UTC
from functools import cache

from ivscope.domain.times import Time
from ivscope.export.clippings import Clipping
from ivscope.export.finding_json import session_findings_json
from ivscope.export.messages import finding_lines
from ivscope.export.report import (
    Report,
    codes_explained,
    commands,
    counts_said,
    error_times,
    estimates_said,
    publishing_said,
    session_said,
    what_is_missing,
)
from ivscope.export.report_markdown import report_markdown
from ivscope.export.telling import CERTAINTY, PLAIN, Looked, at
from ivscope.findings.finding import Certainty
from ivscope.provider.fetch.scan import Scan
from ivscope.render.sentences.words import counted
from ivscope.render.timestamps import full

_MOST_CODES = 5
"""At most so many codes are told: who wants all of them writes the report."""

_MOST_FINDINGS = 6
"""At most so many findings about the session, the surest ones first."""


def session_message(report: Report) -> str:
    """Write what a person would write to a channel about a session."""
    return "\n".join(_message(report))


def _message(report: Report) -> Iterator[str]:
    day = report.summary.first
    stage = f" of stage {PLAIN.outside(report.stage_name)}" if report.stage_name else ""
    yield f"Session {PLAIN.outside(report.scope.session_id)}{stage}, {session_said(report)}"
    yield from what_is_missing(report)
    yield from finding_lines(report.findings[:_MOST_FINDINGS], day)
    yield from _left(report)
    looked = {one.event.error_code: one for one in report.looked}
    for row, line in zip(report.summary.by_code, _codes(report), strict=False):
        yield line
        yield from _last(looked.get(row.code), day)
    if len(report.summary.by_code) > _MOST_CODES:
        yield f"- and {len(report.summary.by_code) - _MOST_CODES:,} more codes"
    if not report.summary.by_code:
        yield "- No error event in what was read."
    if said := publishing_said(report):
        yield f"- Publishing at once at most: {said}"
    yield from (f"- {line}" for line in estimates_said(report)[:1])
    yield f"- Read: {counts_said(report)}"
    for name, participant_id in report.people[:_MOST_CODES]:
        if name != participant_id:
            yield f"{PLAIN.outside(name)}: id {PLAIN.outside(participant_id)}"
    yield f"Stage: {PLAIN.outside(report.scope.stage_arn)}"
    if day is not None:
        yield f"Day: {full(day, UTC)[:10]}, times are UTC"
    opened, note, listed = commands(report.scope, report.connection)
    yield f"Open: {opened}"
    yield f"Raw: {listed}  {note}"


def _left(report: Report) -> Iterator[str]:
    """Say how many findings are not told."""
    left = len(report.findings) - _MOST_FINDINGS
    if left > 0:
        yield f"- and {counted(left, 'more finding')}"


def _last(one: Looked | None, day: Time | None) -> Iterator[str]:
    """Tell of the last error of a code what is found first, if that is not only a question."""
    told = next(iter(() if one is None else one.findings), None)
    if one is None or told is None or told.finding.certainty is Certainty.UNKNOWN:
        return
    last = f"the last one, of {PLAIN.outside(one.who)} at {at(one.event.time, day)}"
    yield f"  {CERTAINTY[told.finding.certainty]} of {last}: {told.claim(PLAIN, day)}"


def _checked(report: Report) -> Iterator[str]:
    """Write all findings, about the session and about the last error of each code, by ids."""
    day = report.summary.first
    yield from finding_lines([one.by_ids() for one in report.findings[:_MOST_FINDINGS]], day)
    yield from _left(report)
    for one in report.looked[:_MOST_CODES]:
        who = PLAIN.outside(one.scope.participant_id)
        yield f"Last {one.error(PLAIN)}, of {who} at {at(one.event.time, day)}:"
        yield from finding_lines([told.by_ids() for told in one.findings], day)
        if not one.findings:
            yield "- No rule found anything about it in what was read."


def _codes(report: Report) -> Iterator[str]:
    rows = report.summary.by_code
    for row, (meaning, _) in zip(rows[:_MOST_CODES], codes_explained(report), strict=False):
        name = PLAIN.outside(row.code) if row.code else "no code"
        who = counted(row.participants, "participant")
        errors = counted(row.count, "error")
        yield f"- {name}: {errors} of {who}, {error_times(report, row)}. {meaning}"


def session_case(report: Report) -> str:
    """Write a support case for AWS, in which participants are named by their ids."""
    return "\n".join(_case(report))


def _case(report: Report) -> Iterator[str]:
    yield "Amazon IVS Real-Time: errors in a stage session"
    yield ""
    yield f"Stage: {PLAIN.outside(report.scope.stage_arn)}"
    yield f"Session: {PLAIN.outside(report.scope.session_id)}, {session_said(report)}"
    yield from ("", "Errors, times are UTC")
    yield from _codes(report)
    if not report.summary.by_code:
        yield "- No error event in what was read."
    if report.summary.first is not None:
        yield f"- First event {full(report.summary.first, UTC)}"
    for row in report.summary.top_participants[:_MOST_CODES]:
        who = PLAIN.outside(row.participant_id)
        yield f"- Participant {who}: {counted(row.errors, 'error')}"
    yield from ("", "What we checked")
    found = list(_checked(report))
    yield from found or ["- No rule of ivscope found anything."]
    yield from ("", "What was read")
    yield f"- {counts_said(report)}"
    yield from (f"- {line}" for line in what_is_missing(report))
    if report.read_at is not None:
        yield f"- Read at {full(report.read_at, UTC)}"
    asked = [one for one in report.not_read if one.request_id is not None]
    for one in asked:
        who = "the list" if one.participant_id is None else PLAIN.outside(one.participant_id)
        yield f"- Refused: {who}, request id {PLAIN.outside(one.request_id)}"
    if not asked:
        yield "- Request ids: none known"
    yield "- Not read by this tool: metrics, CloudTrail, logs of the client"


def clippings_for_report(make: Callable[[], Report], scan: Scan) -> tuple[Clipping, ...]:
    """Make the menu of a session that was read: y, j, e, s.

    Args:
        make: Gathers the report, in a thread.
        scan: Has the events that findings rest on.
    """
    report = cache(make)
    return (
        Clipping("y", "message", later=lambda: session_message(report())),
        Clipping("j", "findings as JSON", later=lambda: _json(report(), scan)),
        Clipping("e", "report", later=lambda: report_markdown(report()).rstrip("\n")),
        Clipping("s", "support case", later=lambda: session_case(report())),
    )


def _json(report: Report, scan: Scan) -> str:
    log = scan.log
    names: dict[str | None, str] = {}
    for told in report.findings:
        names.update(told.names)

    def user_id(participant_id: str) -> str | None:
        name = names.get(participant_id, participant_id)
        return None if name == participant_id else name

    return session_findings_json(
        report.scope,
        report.summary.coverage,
        [told.finding for told in report.findings],
        lambda ref: log.event(ref.position) if ref.position < len(log.log) else None,
        user_id,
    )
