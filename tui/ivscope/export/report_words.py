"""Sentences and commands that every form of a report has, in our own words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ivscope.analysis.session_summary import ErrorRow
from ivscope.domain.durations import duration
from ivscope.domain.stages import SessionScope
from ivscope.export.cli_commands import CliOptions, ivscope_command, list_participants_command
from ivscope.export.report import Report
from ivscope.export.telling import at
from ivscope.knowledge.error_codes import explain_code, explain_missing_code
from ivscope.knowledge.limits import PUBLISHER_LIMIT
from ivscope.render.bars import coverage_text
from ivscope.render.fields import not_counted
from ivscope.render.happened_lines import estimate_lines
from ivscope.render.sentences.words import counted
from ivscope.render.timestamps import from_to, full

_LONG_LINE = 2_000
"""Cells of a line that is not to be wrapped."""

_MOST_VALUES = 6
"""At most so many versions or providers of a kind, those that failed most."""


def what_is_missing(report: Report) -> Iterator[str]:
    """Say what is missing, which belongs on top; nothing when all is there."""
    coverage = report.summary.coverage
    if not coverage.is_complete:
        said = coverage_text(coverage)
        yield f"Partly read: {said}. Every number is at least so many, and causes may be missing."
    failed = len(report.not_read) + report.not_read_more
    if failed:
        yield f"{counted(failed, 'reading')} failed; the section Not read names them."
    if report.failed_rules:
        rules = ", ".join(report.failed_rules)
        yield f"Findings are incomplete: a bug in ivscope stopped the rules {rules}."


def session_said(report: Report) -> str:
    """Say when the session was, and how long."""
    session = report.session
    if session is None:
        return "its start and end are not read"
    start, end = session.start_time, session.end_time
    if end is None:
        read = "" if report.read_at is None else f", as of {full(report.read_at, UTC)}"
        return f"live since {full(start, UTC)}{read}"
    lasted = ""
    if isinstance(start, datetime) and isinstance(end, datetime) and end >= start:
        lasted = f", {duration((end - start).total_seconds())}"
    return f"{from_to(start, end, UTC)}{lasted}"


def counts_said(report: Report) -> str:
    """Say what was counted: "6 participants read, 40 events, 12 errors of 3 participants"."""
    summary = report.summary
    least = "" if summary.coverage.is_complete else "at least "
    parts = [coverage_text(summary.coverage), f"{least}{counted(summary.events, 'event')}"]
    if summary.errors:
        errors, failing = counted(summary.errors, "error"), counted(summary.failing, "participant")
        parts.append(f"{errors} of {failing}")
    else:
        parts.append("no error in what was read" if least else "no error")
    if said := not_counted(summary.contradictions):
        parts.append(said)
    return ", ".join(parts)


def error_times(report: Report, row: ErrorRow) -> str:
    """Say when the first and the last error of a code was."""
    first = at(row.first, report.summary.first)
    last = at(row.last, report.summary.first)
    return first if first == last else f"{first} to {last}"


def codes_explained(report: Report) -> Iterator[tuple[str, str]]:
    """Yield what each code means and what to check next, in the order of `Summary.by_code`."""
    for row in report.summary.by_code:
        card = explain_code(row.code) if row.code else explain_missing_code()
        yield card.meaning, card.next_check


def publishing_said(report: Report) -> str:
    """Say how many were publishing at most: "11 to 12 of 12"; empty when nobody is known to."""
    if not report.summary.publishers or not report.publishing:
        return ""
    low = max(level.certain for level in report.publishing)
    high = max(level.possible for level in report.publishing)
    most = f"at least {low}"
    if report.summary.coverage.is_complete:
        most = f"{low}" if low == high else f"{low} to {high}"
    return f"{most} of {PUBLISHER_LIMIT}"


def estimates_said(report: Report) -> list[str]:
    """Say what those who were read tell of the others; nothing when everybody is read.

    The lines are safe in a terminal, and not yet for Markdown or HTML.
    """
    told = report.summary.estimates
    if told is None:
        return []
    lines = estimate_lines(told, _LONG_LINE)
    return ["".join(span.text for span in line).strip() for line in lines]


@dataclass(frozen=True, slots=True)
class ClientRow:
    """How many participants with one thing in common failed."""

    label: str
    """SDK, Browser, System, Provider or Protocol."""
    value: str | None
    """None when the service gave none. Text from outside."""
    failing: int
    total: int


def clients(report: Report) -> list[ClientRow]:
    """Return failing and all participants by client, as far as their facts are read."""
    return [
        ClientRow(one.label, row.value, row.failing, row.total)
        for one in report.summary.breakdowns
        for row in one.rows[:_MOST_VALUES]
    ]


def commands(scope: SessionScope, connection: CliOptions) -> tuple[str, ...]:
    """Return lines of commands that show the same session."""
    opened = ivscope_command((scope.stage_arn, scope.session_id), connection)
    return opened, *list_participants_command(scope, None, connection).split("\n")
