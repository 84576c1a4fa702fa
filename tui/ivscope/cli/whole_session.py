"""The commands `ivscope summary` and `report`: counts and findings of a whole session."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ivscope.cli.command_line import FAILED, CommandError
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
from ivscope.provider.fetch.fact_reading import FactReading
from ivscope.provider.fetch.scan import Scan
from ivscope.render.fields import field
from ivscope.render.finding_lines import EvidenceKeys, FindingLines
from ivscope.render.lines import Line, Span, plain
from ivscope.workspace.event_refs import EventRefs
from ivscope.workspace.session_counts import SessionCounts
from ivscope.workspace.store_context import StoreContext, session_facts

_MOST_FAILURES = 20
"""So many participants that could not be read are named: their causes are mostly the same."""

_WIDTH = 100
"""Cells of a line where there is no terminal."""


def run(words: Sequence[str]) -> int:
    """Print counts and findings of a session; the exit code."""
    kinds = [SUMMARIES, ERROR_COUNTS, FAILING, NAME_COUNTS, FINDINGS]
    what = "Print what happened in a session: its counts, and the findings about it."
    parser = command_parser("summary", what, kinds)
    add_place(parser, 2)
    parser.add_argument(
        "--clients",
        action="store_true",
        help="read SDK, browser and system of everybody too, a call each: findings may need them",
    )
    options = parser.parse_args(words)
    command = DataCommand("summary", options, kinds)
    session = command.session()
    scan = command.provider.scan(session)
    try:
        _read(command, scan, clients=options.clients)
    except KeyboardInterrupt:
        return command.interrupted(_words(scan))
    _summarize(command, scan, session)
    return command.end(_words(scan), is_complete=scan.log.is_all_read)


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
    _refuse_other_than_files(options.output)
    command = DataCommand("report", options, [])
    session = command.session()
    scan = command.provider.scan(session)
    try:
        command.reader.read(command.provider.stage(session.stage_arn))
        _read(command, scan, clients=False)
    except KeyboardInterrupt:
        return command.interrupted(_words(scan))
    if command.failures and not scan.log.participants_known:
        return command.end(_words(scan), is_complete=False)
    from ivscope.export.report import read_report, report_text  # noqa: PLC0415 - after the reading

    report = read_report(command.provider, scan, command.now(), command.connection())
    name = "report.html" if options.html else options.output or ""
    text = report_text(report, name)
    if options.output is None:
        command.write(text)
    else:
        _save(text, options.output)
        command.wrote()
    return command.end(_words(scan), is_complete=report.is_complete)


def _refuse_other_than_files(output: str | None) -> None:
    """Refuse a device, a pipe or a folder: saving puts a new file in the place of what is there.

    Raises:
        CommandError: The output is there, and no regular file.
    """
    path = None if output is None else Path(output)
    if path is not None and path.exists() and not path.is_file():
        raise CommandError(f"{output} is not a regular file: leave -o away to print the report")


def _save(text: str, file: str) -> None:
    from ivscope.settings.files import save_private  # noqa: PLC0415 - only for a file

    try:
        save_private(Path(file), [text.encode("utf-8", "backslashreplace")])
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}", FAILED) from error


def _read(command: DataCommand, scan: Scan, *, clients: bool) -> None:
    """Read everybody, and what could not be read into the failures of the command."""
    command.progress.watch(scan, "reading")
    command.reader.read_session(scan)
    if scan.failure is not None:
        command.failures["the session"] = scan.failure
    for participant_id, failure in list(scan.log.failures.items())[:_MOST_FAILURES]:
        command.failures[f"participant {participant_id}"] = failure
    if clients:
        session = scan.session
        facts = FactReading(
            command.provider,
            [
                ParticipantScope(session.stage_arn, session.session_id, one)
                for one in scan.log.participant_ids
            ],
        )
        command.progress.tell(lambda: f"reading clients: {facts.done:,} of {facts.wanted:,}")
        command.reader.wait_until(lambda: not facts.step())
        if facts.failure is not None:
            command.failures["clients"] = facts.failure


def _words(scan: Scan) -> str:
    log = scan.log
    people = f"{log.participants_read:,} of {log.participants_known:,} participants read"
    more = "" if log.participants_complete else ", more to list"
    return f"{people}{more}, {len(log.log):,} events"


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
        command.width(_WIDTH),
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
    if FactKind.SESSION_FACTS in asks:
        clients = Span("--clients reads SDK, browser and system of everybody")
        yield from field("To find out", (clients,), draw.width)
