"""The command `ivscope why`: from an alert, or a participant and a time, to the cause."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from ivscope.analysis.time_input import TimeInputError, TimeReference, read_time
from ivscope.cli.command_line import INTERRUPTED, CommandError
from ivscope.cli.connections import keys_from_terminal, text_on_stdin
from ivscope.cli.reading import DataCommand, add_place, command_parser, several
from ivscope.domain.failures import UnusableFileError
from ivscope.domain.identifiers import Identifiers, read_identifiers
from ivscope.domain.stages import ParticipantScope
from ivscope.export.finding_json import finding_record
from ivscope.export.record_writer import Format
from ivscope.export.records import EVENTS, FINDINGS, event_record
from ivscope.findings.finding import Finding
from ivscope.knowledge.error_codes import explain_code
from ivscope.render.cells import wrap
from ivscope.render.fields import field
from ivscope.render.finding_lines import EvidenceKeys, FindingLines
from ivscope.render.lines import Line, Span, plain
from ivscope.render.safe import safe, safe_value
from ivscope.render.sentences.words import LACKING
from ivscope.render.timestamps import full
from ivscope.workspace.cause import CauseReading, SoughtEvent
from ivscope.workspace.event_list import is_dated_elsewhere

_STDIN = "-"

_MOST_TEXT = 1_000_000
"""Characters of an alert that are read: far more than any has."""

_DATABASE = b"SQLite format 3\0"
"""Begins every recording, and no alert."""

_MOST_PEOPLE = 50
"""So many people are listed one below the other: all that a stage takes, and more."""


def run(words: Sequence[str]) -> int:
    """Print the cause of an event; the exit code."""
    parser = command_parser(
        "why",
        "Print why something happened: the findings about an event, how sure each is, and what "
        "it rests on. STAGE can be an alert instead: an EventBridge event, a log line, a file with "
        "one, or - for one on stdin.",
        [EVENTS, FINDINGS],
    )
    add_place(parser, 3)
    parser.add_argument("--at", metavar="TIME", help="when it happened: 20:48:05, 2026-11-23 20:36")
    parser.add_argument("--code", metavar="CODE", help="the error code of the event")
    parser.add_argument("--open", action="store_true", help="go on in the explorer there")
    options = parser.parse_args(words)
    alert = _alert(options)
    command = DataCommand("why", options, [EVENTS, FINDINGS])
    scope = command.participant()
    if not isinstance(scope, ParticipantScope):
        raise CommandError(
            "name a participant too, by its id or by --user: ivscope summary tells of a session"
        )
    cause = _Cause(command, scope, options, alert)
    code = cause.run()
    return _go_on(command, scope, cause.told_at) if options.open and code != INTERRUPTED else code


def _alert(options: argparse.Namespace) -> Identifiers:
    """Take an alert out of the words, or from stdin.

    Raises:
        CommandError: It names no stage, or does not say which participant is meant.
    """
    text = options.stage
    if text == _STDIN:
        try:
            text = text_on_stdin()
        except UnusableFileError as refused:
            raise CommandError(str(refused)) from refused
    elif text is not None and (told := _told_in_file(text)) is not None:
        text = told
    elif text is None or not any(sign in text for sign in "{ \n"):
        return Identifiers()
    found = read_identifiers(text)
    if found.stage_arn is None and options.file is None:
        raise CommandError("the alert names no stage: none of its texts is a stage ARN")
    if found.also and options.participant is None and options.user is None:
        people = (found.participant_id or "", *found.also)
        raise CommandError(several("the alert names several participants", people, "choose one"))
    options.stage = found.stage_arn
    options.session = options.session or found.session_id
    if options.user is None:
        options.participant = options.participant or found.participant_id
    return found


def _told_in_file(name: str) -> str | None:
    """Return the text of a file that holds an alert; None for a recording, and for no file."""
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - a text with a zero byte is no path
            content = file.read(_MOST_TEXT)
    except (OSError, ValueError):
        return None
    return None if content.startswith(_DATABASE) else content.decode("utf-8", "replace")


class _Cause:
    """Finds the event, reads what its cause takes, and prints it."""

    def __init__(
        self,
        command: DataCommand,
        scope: ParticipantScope,
        options: argparse.Namespace,
        alert: Identifiers,
    ) -> None:
        self._command = command
        self._scope = scope
        self._options = options
        self._alert = alert
        self._reading = CauseReading(command.reader, scope)
        self.told_at: datetime | None = None
        """The time of the event that was told, else the one that was asked for."""

    def run(self) -> int:
        """Read and print; the exit code."""
        command, reading = self._command, self._reading
        command.progress.tell(lambda: f"reading: {len(reading.stream.items):,} events")
        sought = self._sought()
        self.told_at = sought.time
        try:
            positions = reading.find(sought)
            feed = reading.stream.feed
            if feed.failure is not None:
                command.failures["the events"] = feed.failure
            if not positions:
                return command.end(self._not_there(sought), is_complete=True)
            if sought.time is None and len(positions) > 1:
                raise CommandError(self._several(positions))
            command.progress.watch(command.provider.scan(self._scope.session), "reading")
            told = [self._tell(position) for position in positions]
        except KeyboardInterrupt:
            return command.interrupted("the cause was still being read")
        for ask, failure in reading.failures.items():
            command.failures[LACKING[ask.what]] = failure
        is_whole = all(told)
        words = "all read that findings ask for" if is_whole else "findings ask for more"
        if reading.failures:
            words = "not all could be read that findings ask for"
        return command.end(words, is_complete=is_whole)

    def _sought(self) -> SoughtEvent:
        options, alert = self._options, self._alert
        code = options.code or alert.error_code
        if options.at is None:
            return SoughtEvent(alert.time, alert.event_name, code)
        command = self._command
        reference = TimeReference(command.zone, command.now())
        try:
            typed = read_time(options.at, reference)
            if is_dated_elsewhere(typed) and command.reader.read_times(self._scope.session):
                session = self._reading.stream.session_times(command.now())
                typed = read_time(options.at, replace(reference, session=session))
        except TimeInputError as error:
            raise CommandError(str(error)) from error
        return SoughtEvent(typed.moment, alert.event_name, code)

    def _several(self, positions: Sequence[int]) -> str:
        log, zone = self._reading.stream.items, self._command.zone
        told = (
            f"{full(log[at].time, zone)} {log[at].name} {log[at].error_code or ''}".rstrip()
            for at in positions
        )
        return several("several events can be meant", told, "choose one with --at and --code")

    def _not_there(self, sought: SoughtEvent) -> str:
        what = " ".join(filter(None, (sought.name, sought.error_code))) or "event"
        if sought.time is None:
            return f"no {'error' if what == 'event' else what} among the events of this participant"
        said = f"no {what} of {full(sought.time, self._command.zone)} in the events read"
        near = self._reading.nearest(sought.time)
        if near is None:
            return said
        return f"{said}; the nearest event is {near.name} of {full(near.time, self._command.zone)}"

    def _tell(self, position: int) -> bool:
        """Print the findings about one event. Returns whether all was read that they ask for."""
        command, reading = self._command, self._reading
        findings = reading.findings(position)
        event = reading.stream.items[position]
        self.told_at = event.time if isinstance(event.time, datetime) else self.told_at
        if command.form in {Format.TABLE, Format.MARKDOWN}:
            lines = self._lines(position, findings)
            command.print_text(map(plain, lines), found=1 + len(findings))
        else:
            command.print([event_record(event, self._scope, self._name(None))])
            refs = reading.refs
            command.print(finding_record(one, refs.event_at) for one in findings)
        return not reading.left(findings)

    def _name(self, participant_id: str | None) -> str | None:
        own = participant_id or self._scope.participant_id
        return self._reading.refs.user_id(self._scope, own)

    def _called(self, participant_id: str | None) -> str:
        own = participant_id or self._scope.participant_id
        return self._name(own) or own

    def _lines(self, position: int, findings: tuple[Finding, ...]) -> Iterator[Line]:
        """Yield what people read: the event, the findings, and what it rests on."""
        reading, zone = self._reading, self._command.zone
        width = self._command.width
        event = reading.stream.items[position]
        own = reading.ref(position)
        what = " ".join(safe(text) for text in (event.name, event.error_code) if text)
        who = self._called(None)
        same = f" ({safe(self._scope.participant_id)})" if who != self._scope.participant_id else ""
        head = f"{what} of {safe_value(who)}{same}, {full(event.time, zone)}"
        yield from wrap((Span(head),), width)
        draw = FindingLines(
            width,
            zone,
            around=event.time,
            cite=lambda ref: reading.refs.cite(ref, own),
            name=self._called,
            fetched=None,
            keys=EvidenceKeys("", "", ""),
            most_people=_MOST_PEOPLE,
        )
        if event.error_code is not None:
            yield from field("Means", (Span(explain_code(event.error_code).meaning),), width)
        if not findings:
            yield from field("", (Span("No rule finds more about this event."),), width)
        yield from draw.claims(findings)
        yield from draw.people(findings)
        yield from draw.unknowns(findings)
        yield from draw.evidence(findings)
        if step := draw.next_step(findings):
            yield from field("Do next", step, width)
        yield from draw.asks(findings)


def _go_on(command: DataCommand, scope: ParticipantScope, time: datetime | None) -> int:
    """Open the explorer at an event; the exit code."""
    from ivscope.cli import explore  # noqa: PLC0415 - only when it is asked for

    options = command.options
    with suppress(UnusableFileError):  # the explorer says that it needs a terminal
        keys_from_terminal()
    at = [] if time is None else ["--at", time.isoformat()]
    place = ["--", scope.stage_arn, scope.session_id, scope.participant_id]
    if options.file is not None:
        return explore.run_open([*at, "--", options.file, *place[1:]])
    there = ["--demo", "--world", options.world] if options.demo else []
    for name in ("profile", "region", "endpoint_url"):
        value = getattr(options, name)
        there += [] if value is None else [f"--{name.replace('_', '-')}", value]
    return explore.run([*there, *at, *place])
