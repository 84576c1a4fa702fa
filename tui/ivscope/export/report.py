"""Report: everything that an incident report says of a session, as data without a screen.

    report = read_report(provider, provider.scan(scope), now, connection)
    text = report_text(report, "incident.html")

Long because what a report says, in our own words, stands beside what it is made of.

The scan need not be complete: the report says on top what was not read. `report_markdown` and
`report_html` write the same report; both escape every text from outside.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import compress

from ivscope.analysis.publishers import PublisherLevel
from ivscope.analysis.session_summary import ErrorRow, Summary
from ivscope.analysis.time_window import TimeWindow
from ivscope.analysis.timed_events import flags_of
from ivscope.domain.durations import duration
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope, SessionScope, StageSession
from ivscope.domain.times import Time
from ivscope.export.cli_commands import CliOptions, ivscope_command, list_participants_command
from ivscope.export.telling import Looked, Told, at, looked_at, told, who_is_named
from ivscope.findings.finding import Certainty, Cited, EventRef, Finding
from ivscope.knowledge.error_codes import explain_code, explain_missing_code
from ivscope.knowledge.limits import PUBLISHER_LIMIT
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.render.bars import coverage_text
from ivscope.render.fields import not_counted
from ivscope.render.happened_lines import estimate_lines
from ivscope.render.lines import plain
from ivscope.render.sentences.words import counted
from ivscope.render.timestamps import from_to, full
from ivscope.workspace.event_refs import EventRefs, own_ref
from ivscope.workspace.session_counts import SessionCounts
from ivscope.workspace.store_context import StoreContext, session_facts

_LONG_LINE = 2_000
"""Cells of a line that is not to be wrapped."""

_MOST_VALUES = 6
"""At most so many versions or providers of a kind, those that failed most."""

COLUMNS = 60
"""Cells of the strips and lanes of a report: a line of Markdown that wraps nowhere."""

_MOST_LANES = 40
"""At most so many participants have a lane: what a reader looks through."""

_MOST_CODES = 8
"""At most so many codes have an error that is looked at."""

_MOST_MOMENTS = 80
"""At most so many lines in the timeline."""

_MOST_FAILURES = 20
"""At most so many participants that could not be read are named."""


@frozen
class Lane:
    """What one participant did over the time of the report."""

    name: str
    """The user id, else the id."""
    participant_id: str
    cells: str
    """A sign of `LaneCell` for each of `COLUMNS`."""


@frozen
class TimelineRow:
    """One line of the timeline."""

    time: datetime
    event: str | None
    """Name of the event; None for one without, and for words of our own."""
    said: str
    """Our own words beside it, or instead of it; empty for none."""
    code: str | None = None
    who: str | None = None
    participant_id: str | None = None
    finding: int | None = None
    """Number of the finding that rests on it, 1 for the first."""


@frozen
class NotRead:
    """A participant whose events could not be read, or the session when it is nobody's."""

    participant_id: str | None
    why: str
    request_id: str | None
    """For AWS Support."""


@frozen
class Report:
    """What is told of a session. Texts from outside are as they came. Times are UTC."""

    scope: SessionScope
    stage_name: str | None
    session: StageSession | None
    """None when its start and end are not read."""
    made_at: datetime
    read_at: datetime | None
    """Up to when the events are read; None when nothing can follow."""
    connection: CliOptions
    summary: Summary
    findings: tuple[Told, ...]
    """About the session: what was seen first, then what is likely, then what is open."""
    looked: tuple[Looked, ...]
    """About one error of each code that came most."""
    failed_rules: tuple[str, ...]
    """Names of rules that failed, so that their findings are missing: a bug in ivscope."""
    window: TimeWindow | None
    """From the first event to the last one; None without any time."""
    errors: tuple[tuple[str | None, tuple[int, ...]], ...]
    """For each code how many errors are in each of `COLUMNS`, most errors first."""
    publishing: tuple[PublisherLevel, ...]
    """How many were publishing at most in each of `COLUMNS`."""
    lanes: tuple[Lane, ...]
    lanes_left_out: int
    """Participants that have no lane here."""
    timeline: tuple[TimelineRow, ...]
    """In order of time."""
    not_read: tuple[NotRead, ...]
    not_read_more: int
    """How many more could not be read."""
    people: tuple[tuple[str, str], ...]
    """Name and id of everybody whom the findings and the most errors are about."""

    @property
    def is_complete(self) -> bool:
        """Whether everything was read that there was, so that no number can grow."""
        return self.summary.coverage.is_complete and not self.not_read and not self.failed_rules


def read_report(
    provider: StageDataProvider, scan: Scan, now: datetime, connection: CliOptions
) -> Report:
    """Count, look for findings and gather the report. Blocks, for a million events some seconds.

    Calls nobody. May be called in a thread of its own.

    Args:
        provider: What was read.
        scan: The scan of the session, complete or not.
        now: The present, UTC.
        connection: How it was read, for the commands.
    """
    from ivscope.findings.rules import session_findings  # noqa: PLC0415 - after the first rows

    counts = SessionCounts(provider, scan)
    while counts.work(1):
        pass
    scope, summary, window = scan.session, counts.summary(), counts.tally.window
    failed: list[str] = []
    known = session_facts(provider, scope)
    found = session_findings(known, lambda rule, _: failed.append(rule))
    order = list(Certainty)
    ranked = sorted(found, key=lambda one: order.index(one.certainty))
    errors: tuple[tuple[str | None, tuple[int, ...]], ...] = ()
    publishing: tuple[PublisherLevel, ...] = ()
    if window is not None:
        errors = tuple(
            (row.code, tuple(counts.tally.errors(row.code, window, COLUMNS)))
            for row in summary.by_code
        )
        publishing = tuple(counts.publishing(window, COLUMNS))
    people = _people(ranked, counts, summary)
    lanes = () if window is None else tuple(_lanes(people, counts, window))
    failures, session = _not_read(scan), provider.store.session(scope)
    looked = tuple(_looked(provider, counts, summary, failed))
    return Report(
        scope=scope,
        stage_name=provider.store.stage_name(scope.stage_arn),
        session=session,
        made_at=now.replace(microsecond=0),
        read_at=_read_at(provider, scan),
        connection=connection,
        summary=summary,
        findings=tuple(_told(one, counts) for one in ranked),
        looked=looked,
        failed_rules=tuple(dict.fromkeys(failed)),
        window=window,
        errors=errors,
        publishing=publishing,
        lanes=lanes,
        lanes_left_out=max(0, scan.log.participants_known - len(lanes)),
        timeline=_timeline(ranked, counts, summary, session),
        not_read=tuple(failures[:_MOST_FAILURES]),
        not_read_more=max(0, len(failures) - _MOST_FAILURES),
        people=tuple((counts.names.name(one), one) for one in people[:_MOST_LANES]),
    )


def _read_at(provider: StageDataProvider, scan: Scan) -> datetime | None:
    if not scan.log.participants_read:
        return None
    return provider.time_of(scan.up_to_date_at).replace(microsecond=0)


def _told(finding: Finding, counts: SessionCounts) -> Told:
    log, scanned = counts.scan.log.log, counts.scan.log

    def cited(ref: EventRef) -> Cited | None:
        if ref.position >= len(log):
            return None
        event, who = scanned.event(ref.position), log.participant(ref.position)
        return Cited(event.name, event.time, who or None)

    return told(finding, cited, counts.names.name, None)


def _looked(
    provider: StageDataProvider, counts: SessionCounts, summary: Summary, failed: list[str]
) -> Iterator[Looked]:
    """Look at the last error of each code as the detail of the event does."""
    from ivscope.findings.rules import findings_for  # noqa: PLC0415 - after the first rows

    context = StoreContext(provider)
    context.use_publishers(counts.scan.log.log, counts.publishers)
    refs = EventRefs(provider, context)

    def rule_failed(rule: str, _: Exception) -> None:
        failed.append(rule)

    last = _last_errors(counts.scan, {row.code for row in summary.by_code[:_MOST_CODES]})
    for row in summary.by_code[:_MOST_CODES]:
        if row.code not in last:
            continue
        ref = own_ref(refs, EventRef(counts.scan.session, last[row.code]))
        if ref is not None and isinstance(ref.scope, ParticipantScope):
            facts = refs.store_context.facts
            found = findings_for(ref.scope, ref.position, facts, rule_failed)
            yield looked_at(refs, ref, found)


def _last_errors(scan: Scan, codes: set[str | None]) -> dict[str | None, int]:
    """Return the position of the last error of each code, by its time."""
    log = scan.log.log
    last: dict[str | None, tuple[int, int]] = {}
    flags = flags_of(log, 0, len(log), lambda kind: kind.is_error)
    for position in compress(range(len(flags)), flags):
        code, time_us = log.error_code(position), log.time_us(position)
        if code in codes and time_us is not None:
            last[code] = max(last.get(code, (time_us, position)), (time_us, position))
    return {code: position for code, (_, position) in last.items()}


def _people(findings: Iterable[Finding], counts: SessionCounts, summary: Summary) -> list[str]:
    """Ids of those whom the findings are about, then who has most errors, then who published."""
    log = counts.scan.log.log
    ids: dict[str, None] = {}
    for finding in findings:
        ids.update(dict.fromkeys(sorted(filter(None, who_is_named(finding)))))
        who = (log.participant(one.position) for one in finding.rests_on if one.position < len(log))
        ids.update(dict.fromkeys(filter(None, who)))
    ids.update({one.participant_id: None for one in summary.top_participants if one.participant_id})
    for row in counts.scan.participants.facts:
        if len(ids) >= _MOST_LANES:
            break
        if row.published:
            ids.setdefault(row.participant_id)
    return list(ids)


def _lanes(people: Sequence[str], counts: SessionCounts, window: TimeWindow) -> Iterator[Lane]:
    for one in people[:_MOST_LANES]:
        yield Lane(counts.names.name(one), one, counts.lanes.cells(one, window, COLUMNS))


def _timeline(
    findings: Sequence[Finding],
    counts: SessionCounts,
    summary: Summary,
    session: StageSession | None,
) -> tuple[TimelineRow, ...]:
    """Put start and end, first and last errors and the evidence in order of time.

    Of many the evidence is what is left out: it stands beside its finding too.
    """
    own = [
        *_session_moments(session),
        *(moment for row in summary.by_code for moment in _error_moments(row)),
    ]
    cited = list(_cited_moments(findings, counts))
    room = max(0, _MOST_MOMENTS - len(own))
    moments = [*own[:_MOST_MOMENTS], *cited[:room]]
    return tuple(sorted(moments, key=lambda one: one.time))


def _session_moments(session: StageSession | None) -> Iterator[TimelineRow]:
    times: tuple[tuple[str, Time | None], ...] = ()
    if session is not None:
        times = ("session starts", session.start_time), ("session ends", session.end_time)
    for said, time in times:
        if isinstance(time, datetime):
            yield TimelineRow(time, None, said)


def _error_moments(row: ErrorRow) -> Iterator[TimelineRow]:
    if row.count == 1 and row.first is not None:
        yield TimelineRow(row.first, None, "the one error of", row.code or "no code")
        return
    for which, time in (("first", row.first), ("last", row.last)):
        if time is not None:
            yield TimelineRow(
                time, None, f"{which} of {row.count:,} errors of", row.code or "no code"
            )


def _cited_moments(findings: Sequence[Finding], counts: SessionCounts) -> Iterator[TimelineRow]:
    """Events that findings rest on, each once: with the first finding that names it."""
    scan, seen = counts.scan, set[int]()
    for number, finding in enumerate(findings, 1):
        for ref in finding.rests_on:
            if ref.position in seen or ref.position >= len(scan.log.log):
                continue
            seen.add(ref.position)
            event = scan.log.event(ref.position)
            if isinstance(event.time, datetime):
                who = scan.log.log.participant(ref.position)
                yield TimelineRow(
                    event.time,
                    event.name,
                    "" if event.name is not None else "event without a name",
                    event.error_code,
                    counts.names.name(who) if who else None,
                    who,
                    number,
                )


def _not_read(scan: Scan) -> list[NotRead]:
    stopped = scan.failure
    whole = [] if stopped is None else [NotRead(None, stopped.summary, stopped.request_id)]
    failures = scan.log.failures.items()
    return [*whole, *(NotRead(who, one.summary, one.request_id) for who, one in failures)]


def what_is_missing(report: Report, section: str | None = None) -> Iterator[str]:
    """Say what is missing, which belongs on top; nothing when all is there.

    Args:
        report: The report.
        section: Title of the section that names what could not be read; None without one.
    """
    coverage = report.summary.coverage
    if not coverage.is_complete:
        said = coverage_text(coverage)
        yield f"Partly read: {said}. Every number is at least so many, and causes may be missing."
    failed = len(report.not_read) + report.not_read_more
    if failed:
        names = "" if section is None else f"; the section {section} names them"
        yield f"{counted(failed, 'reading')} failed{names}."
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
    return [plain(line).strip() for line in estimate_lines(told, _LONG_LINE)]


@frozen
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


def report_text(report: Report, file_name: str) -> str:
    """Write a report as HTML when a file name ends in .html or .htm, else as Markdown."""
    if file_name.lower().endswith((".html", ".htm")):
        from ivscope.export.report_html import report_html  # noqa: PLC0415 - only what is asked for

        return report_html(report)
    from ivscope.export.report_markdown import report_markdown  # noqa: PLC0415 - same

    return report_markdown(report)
