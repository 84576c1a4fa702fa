"""The commands `ivscope summary` and `report`: counts and findings of a session."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ivscope.analysis.summary import SummaryBuilder
from ivscope.cli.command_line import FAILED, CommandError
from ivscope.cli.progress import events_read, scan_words
from ivscope.cli.reading import DataCommand, add_place, command_parser, reading_parser
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.export.finding_json import finding_record
from ivscope.export.record_writer import Format
from ivscope.export.records import (
    ERROR_COUNTS,
    FAILING,
    FINDINGS,
    NAME_COUNTS,
    SUMMARIES,
    summary_records,
)
from ivscope.findings.finding import Certainty, FactKind, Finding
from ivscope.findings.rules import session_findings
from ivscope.provider.fetch.scan import Scan
from ivscope.render.fields import field
from ivscope.render.finding_lines import EvidenceKeys, FindingLines
from ivscope.render.lines import Line, Span, plain
from ivscope.workspace.event_refs import EventRefs
from ivscope.workspace.event_stream import ParticipantStream
from ivscope.workspace.session_counts import SessionCounts, participant_summary
from ivscope.workspace.store_context import StoreContext, session_facts


def run(words: Sequence[str]) -> int:
    """Print counts and findings of a session, or counts of a participant; the exit code."""
    kinds = [SUMMARIES, ERROR_COUNTS, FAILING, NAME_COUNTS, FINDINGS]
    what = (
        "Print what happened in a session: its counts, and the findings about it. Of a participant "
        "it prints the counts; ivscope why tells the cause of one of its events."
    )
    parser = command_parser("summary", what, kinds)
    add_place(parser, 3)
    parser.add_argument(
        "--clients",
        action="store_true",
        help="read SDK, browser and system of everybody too, a call each: findings may need them",
    )
    options = parser.parse_args(words)
    command = DataCommand("summary", options)
    session = command.participant()
    if isinstance(session, ParticipantScope):
        if options.clients:
            raise CommandError("--clients reads those of everybody: leave out the participant")
        return _of_participant(command, session)
    scan = command.provider.scan(session)
    try:
        command.read_session(scan, "reading")
        # Those in a recording cost no call.
        if options.clients or not command.provider.may_grow:
            command.read_clients(scan, "reading")
    except KeyboardInterrupt:
        return command.interrupted(scan_words(scan))
    _summarize(command, scan, session)
    return command.end(scan_words(scan), is_complete=scan.log.is_all_read)


def _of_participant(command: DataCommand, scope: ParticipantScope) -> int:
    """Print the counts of one participant; the exit code."""
    provider, reader = command.provider, command.reader
    stream = ParticipantStream(provider, scope)
    feed, fact = stream.feed, provider.participant(scope)
    command.progress.tell(lambda: f"reading: {len(feed.items):,} events")

    def words() -> str:
        count, is_all = len(feed.items), stream.is_complete
        return events_read(count, command.failures, is_all=is_all)

    try:
        provider.read(fact)
        reader.read_times(scope.session)
        reader.read_list(feed)
        reader.wait_until(lambda: not fact.status.is_busy)
    except KeyboardInterrupt:
        return command.interrupted(words())
    if feed.failure is not None:
        command.failures["the events"] = feed.failure
    if feed.pages:
        builder = SummaryBuilder(feed.items)
        while builder.advance(1.0):
            pass
        counted = participant_summary(provider, scope, builder, is_complete=stream.is_complete)
        command.print(summary_records(counted, scope, provider.store.session(scope.session)))
    return command.end(words(), is_complete=stream.is_complete)


def run_report(words: Sequence[str]) -> int:
    """Write the incident report of a session; the exit code."""
    parser = reading_parser(
        "report", "Write an incident report of a session, in Markdown or as one HTML file."
    )
    add_place(parser, 2)
    parser.add_argument("-o", "--output", metavar="FILE", help="a file, else stdout")
    parser.add_argument(
        "--html", action="store_true", help="HTML also where the file does not end in .html"
    )
    options = parser.parse_args(words)
    if options.output is not None:
        _check_output(Path(options.output))
    command = DataCommand("report", options)
    if options.output is not None and options.file is not None:
        output = Path(options.output)
        if output.exists() and output.samefile(options.file):
            raise CommandError(f"{output} is what is read: name another file for the report")
    session = command.session()
    scan = command.provider.scan(session)
    try:
        command.reader.read(command.provider.stage(session.stage_arn))
        command.read_session(scan, "reading")
        if not command.provider.may_grow:
            command.read_clients(scan, "reading")
    except KeyboardInterrupt:
        return command.interrupted(scan_words(scan))
    if command.failures and not scan.log.participants_known:
        return command.end(scan_words(scan), is_complete=False)
    from ivscope.export.report import read_report, report_text  # noqa: PLC0415 - after the reading

    report = read_report(command.provider, scan, command.now(), command.connection())
    name = "report.html" if options.html else options.output or ""
    text = report_text(report, name)
    if options.output is None:
        command.write(text)
    else:
        _save(text, Path(options.output))
        command.wrote()
    return command.end(scan_words(scan), is_complete=report.is_complete)


def _check_output(file: Path) -> None:
    """Refuse what a report cannot be saved in, before a session is read for it.

    Raises:
        CommandError: It is a device, a pipe or a folder, in whose place saving would put a new
            file; or its folder is not there, or takes no file.
    """
    try:
        if file.exists() and not file.is_file():
            raise CommandError(f"{file} is not a regular file: leave out -o to print the report")
        if not file.parent.is_dir():
            raise CommandError(f"{file} cannot be written: there is no folder {file.parent}")
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}") from error
    if not os.access(file.parent, os.W_OK | os.X_OK):
        raise CommandError(f"{file} cannot be written: nothing may be saved in {file.parent}")


def _save(text: str, file: Path) -> None:
    from ivscope.settings.files import save_file  # noqa: PLC0415 - only for a file

    try:
        save_file(file, [text.encode("utf-8", "backslashreplace")])
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}", FAILED) from error


def _summarize(command: DataCommand, scan: Scan, session: SessionScope) -> None:
    provider = command.provider
    if not scan.log.participants_known:
        return
    counts = SessionCounts(provider, scan)
    while counts.work(1.0):
        pass
    command.print(summary_records(counts.summary(), session, provider.store.session(session)))
    found = session_findings(session_facts(provider, session), command.reader.jobs.rule_failed)
    order = list(Certainty)
    ranked = sorted(found, key=lambda one: order.index(one.certainty))
    refs = EventRefs(provider, StoreContext(provider))
    if command.form not in {Format.TABLE, Format.MARKDOWN}:
        command.print(finding_record(one, refs.event_at) for one in ranked)
    elif ranked:
        lines = _lines(command, ranked, refs, counts)
        command.print_text(["", *map(plain, lines)], found=len(ranked))


def _lines(
    command: DataCommand, findings: Sequence[Finding], refs: EventRefs, counts: SessionCounts
) -> Iterator[Line]:
    draw = FindingLines(
        command.width,
        command.zone,
        around=counts.summary().first,
        cite=lambda ref: refs.cite(ref, None),
        name=lambda one: counts.names.name(one) if one else "",
        fetched=None,
        keys=EvidenceKeys("", "", ""),
    )
    for finding in findings:
        yield from draw.claims([finding])
        yield from draw.people([finding])
        yield from draw.unknowns([finding])
        yield from draw.evidence([finding])
    asks = [ask.fact.kind for one in findings for ask in one.would_tell]
    if FactKind.SESSION_FACTS in asks and command.provider.may_grow:
        clients = Span("--clients reads SDK, browser and system of everybody")
        yield from field("To find out", (clients,), draw.width)
