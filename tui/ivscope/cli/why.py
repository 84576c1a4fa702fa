"""The command `ivscope why`: from an alert, or a place and a time, to the cause.

Long because what was told of an event, where it is looked for and what is said where it is not
there go together for a stage, a session and a participant.
"""

import argparse
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from ivscope.analysis.time_input import TimeInputError, TimeReference, read_during
from ivscope.cli.command_line import INTERRUPTED, NOTHING_FOUND, CommandError, several
from ivscope.cli.connections import file_text, keys_from_terminal, names_a_file, text_on_stdin
from ivscope.cli.reading import LATEST, LIVE, DataCommand, add_place, command_parser
from ivscope.domain.events import Event
from ivscope.domain.failures import UnusableFileError
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import Identifiers, read_identifiers
from ivscope.domain.stages import ParticipantScope, SessionScope, StageSession
from ivscope.export.finding_json import finding_record
from ivscope.export.messages import card_of
from ivscope.export.record_writer import Format
from ivscope.export.records import EVENTS, FINDINGS, event_record
from ivscope.findings.finding import Ask, FactKind, Finding
from ivscope.provider.fetch.rate_limiter import DEMAND_LIMIT
from ivscope.render.bars import in_number
from ivscope.render.cells import wrap
from ivscope.render.fields import field
from ivscope.render.finding_lines import EvidenceKeys, FindingLines
from ivscope.render.lines import Line, Span, plain
from ivscope.render.safe import safe, safe_value
from ivscope.render.sentences.words import LACKING
from ivscope.render.timestamps import full
from ivscope.workspace.cause import CauseReading, SessionMoment, SoughtEvent, TimeSpan
from ivscope.workspace.event_list import is_dated_elsewhere
from ivscope.workspace.event_stream import session_times

_STDIN = "-"

_MOST_TOLD = 10
"""So many kinds of events of one time are told one below the other; of more one is to be chosen."""

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)

_MOST_PEOPLE = 50
"""So many people are listed one below the other: all that a stage takes, and more."""


def run(words: Sequence[str]) -> int:
    """Print the cause of an event; the exit code."""
    parser = command_parser(
        "why",
        "Print why something happened: the findings about an event, how sure each is, and what "
        "it rests on. STAGE can be an alert instead: an EventBridge event, a log line, a file with "
        "one, or - for one on stdin. With --at a stage, or a session, is enough: then it is told "
        "of the errors that anybody had at that time.",
        [EVENTS, FINDINGS],
    )
    add_place(parser, 3)
    parser.add_argument(
        "--at", metavar="TIME", help="when it happened: 20:48:05, 20:48 (that minute), 20:45..20:50"
    )
    parser.add_argument(
        "--code", metavar="CODE", help="the error code of the event, or a part of it"
    )
    parser.add_argument("--open", action="store_true", help="go on in the explorer there")
    options = parser.parse_args(words)
    alert = _alert(options)
    command = DataCommand("why", options)
    if options.participant is None and options.user is None:
        options.user = alert.user_id
    has_time = options.at is not None or alert.time is not None
    if not has_time and options.session is None and command.origin.session is None:
        raise CommandError(f"say when by --at, or name a session: its id, {LATEST}, or {LIVE}")
    try:
        if has_time and options.session is None and command.origin.session is None:
            options.session = _session_of_that_time(command, options, alert)
        scope = command.participant()
    except KeyboardInterrupt:
        return command.interrupted("looking for the session")
    if not has_time and not isinstance(scope, ParticipantScope):
        raise CommandError(
            "say when by --at, or name a participant, by its id or by --user: ivscope summary "
            "tells of a session"
        )
    cause = _Cause(command, scope, options, alert)
    code = cause.run()
    return _go_on(command, *cause.told_of) if options.open and code != INTERRUPTED else code


def _alert(options: argparse.Namespace) -> Identifiers:
    """Take an alert out of the words, or from stdin.

    Raises:
        CommandError: It names no stage, or does not say which participant is meant.
    """
    try:
        text = _given_text(options.stage)
    except UnusableFileError as refused:
        raise CommandError(str(refused)) from refused
    if not text:
        return Identifiers()
    found = read_identifiers(text)
    if found.stage_arn is None and options.file is None:
        stages = [one.stage_arn for one in found.choices if one.stage_arn is not None]
        if stages:
            raise CommandError(several("the alert names several stages", dict.fromkeys(stages)))
        raise CommandError("the alert names no stage: none of its texts is a stage ARN")
    if found.also and options.participant is None and options.user is None:
        people = (found.participant_id or "", *found.also)
        raise CommandError(several("the alert names several participants", people, "choose one"))
    options.stage = found.stage_arn
    options.session = options.session or found.session_id
    if options.user is None:
        options.participant = options.participant or found.participant_id
    return found


def _given_text(given: str | None) -> str:
    """Return the text in the place of a stage; empty for a stage, and for a recording."""
    if given == _STDIN:
        return text_on_stdin()
    if given is not None and names_a_file(given):
        return file_text(Path(given))
    return given if given is not None and any(sign in given for sign in "{ \n") else ""


def _session_of_that_time(
    command: DataCommand, options: argparse.Namespace, alert: Identifiers
) -> str:
    """Return the session of a stage that went on at the time that was told.

    Raises:
        CommandError: None did, or several of the days that can be meant did.
    """
    stage_arn = command.stage()
    listed = command.provider.sessions(stage_arn)
    command.progress.tell(lambda: f"reading: {len(listed.items):,} sessions")
    # No document tells the order of the list, so it can be on any page.
    command.reader.read_list(listed)
    if listed.failure is not None and not listed.facts:
        command.give_up("the session of that time could not be looked up", listed.failure)
    times = {row.session_id: _times_of(row, stage_arn, command) for row in listed.facts}
    known = {name: session for name, session in times.items() if session is not None}
    fitting = [
        name
        for name, (start, end) in known.items()
        for spans in [_spans_in((start, end), command, options, alert)]
        if any(first <= end and last > start for first, last in spans)
    ]
    if len(fitting) == 1:
        return fitting[0]
    when = options.at or (alert.time and full(alert.time, command.zone))
    told = (
        f"{name} from {full(known[name][0], command.zone)} to {full(known[name][1], command.zone)}"
        for name in fitting or known
    )
    if fitting:
        raise CommandError(several(f"{len(fitting)} sessions can be meant by {when}", told))
    raise CommandError(several(f"no session of this stage went on at {when}", told), NOTHING_FOUND)


def _times_of(row: StageSession, stage_arn: str, command: DataCommand) -> TimeSpan | None:
    return session_times(command.provider, SessionScope(stage_arn, row.session_id), command.now())


def _spans_in(
    session: TimeSpan, command: DataCommand, options: argparse.Namespace, alert: Identifiers
) -> tuple[TimeSpan, ...]:
    """Return what the time means where it is dated by a session."""
    if options.at is not None:
        return _typed_spans(options.at, TimeReference(command.zone, command.now(), session=session))
    return _told_spans(alert)


def _told_spans(alert: Identifiers) -> tuple[TimeSpan, ...]:
    """Return what the time in an alert covers: a second, or a minute where a person wrote it."""
    if alert.is_minute and alert.time is not None:
        return ((alert.time, alert.time + _MINUTE),)
    span = SoughtEvent(alert.time).span
    return () if span is None else (span,)


def _typed_spans(text: str, reference: TimeReference) -> tuple[TimeSpan, ...]:
    try:
        typed = read_during(text, reference)
    except TimeInputError as error:
        raise CommandError(str(error)) from error
    # Both ends of a time that is no filter are always told.
    return tuple((start, end) for start, end in typed.ranges if start and end)


class _Cause:
    """Finds the event, or all at that time, reads what their causes take, and prints them."""

    def __init__(
        self,
        command: DataCommand,
        scope: SessionScope | ParticipantScope,
        options: argparse.Namespace,
        alert: Identifiers,
    ) -> None:
        self._command = command
        self._scope = scope
        self._options = options
        self._alert = alert
        self._people: dict[ParticipantScope, CauseReading] = {}
        user = options.user if options.participant is None else None
        self._asked_for = None if user is None else command.shown_user(user)
        """The user id by which the service found the participant; None where it was not asked."""
        self._so_far = "the cause was still being read"
        """What Ctrl+C interrupted."""
        self.told_of: tuple[SessionScope | ParticipantScope, datetime | None] = (scope, None)
        """Whose event was told, and its time; where none or several were, what was asked for."""

    def run(self) -> int:
        """Read and print; the exit code."""
        command = self._command
        try:
            sought = self._sought()
            if sought.spans and sought.spans[0][0] > command.now():
                raise CommandError(
                    f"{full(sought.spans[0][0], command.zone)} is later than all that can be read",
                    NOTHING_FOUND,
                )
            self.told_of = self._scope, sought.time
            if isinstance(self._scope, ParticipantScope):
                found, words = self._of_participant(self._scope, sought)
            else:
                found, words = self._of_session(self._scope, sought)
            if not found:
                return command.end(words, is_complete=True)
            told, rest = _one_of_each_kind(found)
            if len(told) > _MOST_TOLD:
                raise CommandError(self._several(one.event for one in told))
            session = self._scope if isinstance(self._scope, SessionScope) else self._scope.session
            command.progress.watch(command.provider.scan(session), "reading")
            if len({one.scope for one in told}) == 1:
                self.told_of = told[0].scope, told[0].time or sought.time
            asking = [one for one in told if not self._tell(one, is_first=one is told[0])]
        except KeyboardInterrupt:
            return command.interrupted(self._so_far)
        lacking = [failed for one in self._people.values() for failed in one.failures.items()]
        command.failures |= {_part_of(ask): failure for ask, failure in lacking}
        read = "findings ask for more" if asking else "all read that findings ask for"
        if lacking:
            read = "not all could be read that findings ask for"
        if rest:
            words += f"; told: the first of each of {in_number(len(told), 'kinds')}"
        return command.end(f"{words}; {read}" if words else read, is_complete=not asking)

    def _sought(self) -> SoughtEvent:
        options, alert = self._options, self._alert
        code = options.code or alert.error_code
        if options.at is None:
            sought = SoughtEvent(alert.time, alert.event_name, code)
            if isinstance(self._scope, ParticipantScope) and not alert.is_minute:
                return sought
            return replace(sought, spans=_told_spans(alert))
        command = self._command
        reference = TimeReference(command.zone, command.now())
        session = self._scope if isinstance(self._scope, SessionScope) else self._scope.session
        spans = _typed_spans(options.at, reference)
        is_dated = not is_dated_elsewhere(read_during(options.at, reference))
        if not is_dated and command.reader.read_times(session):
            times = session_times(command.provider, session, command.now())
            spans = _typed_spans(options.at, replace(reference, session=times))
        return SoughtEvent(spans[0][0], alert.event_name, code, spans)

    def _of_participant(
        self, scope: ParticipantScope, sought: SoughtEvent
    ) -> tuple[list["_Found"], str]:
        """Find the events of one participant; what to say of them, or where there are none."""
        command, reading = self._command, self._reading_of(scope)
        command.progress.tell(lambda: f"reading: {len(reading.stream.items):,} events")
        positions = reading.find(sought)
        feed = reading.stream.feed
        if feed.failure is not None:
            command.failures["the events"] = feed.failure
        found = [_Found(scope, at, feed.items[at]) for at in positions]
        if sought.time is None and len(found) > 1:
            raise CommandError(self._several(one.event for one in found))
        if not found:
            return [], self._not_there(sought, reading)
        return found, in_number(len(found), "events") + " at that time" if len(found) > 1 else ""

    def _of_session(self, session: SessionScope, sought: SoughtEvent) -> tuple[list["_Found"], str]:
        """Find the errors of everybody in a session; what to say of them."""
        command, moment = self._command, SessionMoment(self._command.reader, session)
        command.progress.tell(
            lambda: f"reading: {moment.done:,} of {moment.wanted:,} who had joined by then"
        )
        command.progress.warn_of(lambda: moment.wanted - moment.done, DEMAND_LIMIT)
        try:
            moment.find(sought)
        except KeyboardInterrupt:
            self._so_far = f"{moment.done:,} of {moment.wanted:,} who had joined by then were read"
            if moment.found:
                told = _one_of_each_kind(self._found_in(moment))[0][:_MOST_TOLD]
                kinds = (f"{_kind_of(one.event)} of {one.scope.participant_id}" for one in told)
                self._so_far += f"; found so far: {', '.join(kinds)}"
            raise
        command.failures |= moment.failures
        found = self._found_in(moment)
        people = f"{moment.done:,} of {in_number(moment.listed, 'participants')}"
        read = f"{people} had joined by then and were read"
        kind = " ".join(filter(None, (sought.name, sought.error_code)))
        what = f"{len(found):,} {kind}" if kind else in_number(len(found), "errors")
        words = f"{what} {self._when(sought)}; {read}"
        if found or moment.nearest is None:
            return found, words
        scope, near = moment.nearest
        who = self._called(scope, None)
        when = full(near.time, command.zone)
        return [], f"{words}; the nearest error read is {_kind_of(near)} of {who}, {when}"

    def _found_in(self, moment: SessionMoment) -> list["_Found"]:
        logs = {scope: self._reading_of(scope).stream.items for scope, _ in moment.found}
        found = [_Found(scope, at, logs[scope][at]) for scope, at in moment.found]
        return sorted(found, key=lambda one: logs[one.scope].time_us(one.position) or 0)

    def _reading_of(self, scope: ParticipantScope) -> CauseReading:
        if scope not in self._people:
            self._people[scope] = CauseReading(self._command.reader, scope)
        return self._people[scope]

    def _several(self, events: Iterable[Event]) -> str:
        zone = self._command.zone
        several_people = isinstance(self._scope, SessionScope)
        told = (
            f"{full(event.time, zone)} {_kind_of(event)}"
            + (f" of {event.participant_id}" if several_people and event.participant_id else "")
            for event in events
        )
        return several("several events can be meant", told, "choose one with --at and --code")

    def _when(self, sought: SoughtEvent) -> str:
        """Say which time was asked about."""
        zone, span = self._command.zone, sought.span
        if span is None:
            return ""
        is_second = span[1] - span[0] <= _SECOND
        return f"of {full(span[0], zone)}" + ("" if is_second else f" to {full(span[1], zone)}")

    def _not_there(self, sought: SoughtEvent, reading: CauseReading) -> str:
        what = " ".join(filter(None, (sought.name, sought.error_code))) or "event"
        if not reading.stream.items and reading.stream.is_complete:
            return "this participant has no events in this session; a user id goes behind --user"
        if sought.time is None:
            return f"no {'error' if what == 'event' else what} among the events of this participant"
        said = f"no {what} {self._when(sought)} in the events read"
        near = reading.nearest(sought.time)
        if near is None:
            return said
        return f"{said}; the nearest event is {near.name} of {full(near.time, self._command.zone)}"

    def _tell(self, found: "_Found", *, is_first: bool) -> bool:
        """Print the findings about one event. Returns whether all was read that they ask for."""
        command, reading = self._command, self._reading_of(found.scope)
        findings = reading.findings(found.position)
        event = reading.stream.items[found.position]
        if command.form in {Format.TABLE, Format.MARKDOWN}:
            lines = map(plain, self._lines(reading, found.position, findings))
            command.print_text(lines if is_first else ["", *lines], found=1 + len(findings))
        else:
            command.print([event_record(event, found.scope, self._name(found.scope, None))])
            refs = reading.refs
            command.print(finding_record(one, refs.event_at) for one in findings)
        return not reading.left(findings)

    def _name(self, scope: ParticipantScope, participant_id: str | None) -> str | None:
        own = participant_id or scope.participant_id
        known = self._reading_of(scope).refs.user_id(scope, own)
        if known is None and scope == self._scope and own == scope.participant_id:
            known = self._asked_for
        return known

    def _called(self, scope: ParticipantScope, participant_id: str | None) -> str:
        own = participant_id or scope.participant_id
        return self._name(scope, own) or own

    def _lines(
        self, reading: CauseReading, position: int, findings: tuple[Finding, ...]
    ) -> Iterator[Line]:
        """Yield what people read: the event, the findings, and what it rests on."""
        zone, scope = self._command.zone, reading.scope
        width = self._command.width
        event = reading.stream.items[position]
        own = reading.ref(position)
        who = self._called(scope, None)
        same = f" ({safe(scope.participant_id)})" if who != scope.participant_id else ""
        head = f"{safe(_kind_of(event))} of {safe_value(who)}{same}, {full(event.time, zone)}"
        yield from wrap((Span(head),), width)
        draw = FindingLines(
            width,
            zone,
            around=event.time,
            cite=lambda ref: reading.refs.cite(ref, own),
            name=lambda one: self._called(scope, one),
            fetched=None,
            keys=EvidenceKeys("", "", ""),
            most_people=_MOST_PEOPLE,
        )
        card = card_of(event)
        yield from field("Means", (Span(card.said),), width)
        if not findings:
            yield from field("", (Span("No rule finds more about this event."),), width)
        yield from draw.claims(findings)
        yield from draw.people(findings)
        yield from draw.unknowns(findings)
        yield from draw.evidence(findings)
        step = draw.next_step(findings) or (Span(card.next_check),)
        yield from field("Do next", step, width)
        yield from draw.asks(findings)


@frozen
class _Found:
    """An event that can be meant."""

    scope: ParticipantScope
    position: int
    """In the log of its participant."""
    event: Event

    @property
    def time(self) -> datetime | None:
        """None where it cannot be read."""
        return self.event.time if isinstance(self.event.time, datetime) else None

    @property
    def kind(self) -> tuple[str | None, ...]:
        """What events have in common that have one cause: each error names its publisher."""
        remote = self.event.remote_participant_id if self.event.is_error else None
        return self.event.name, self.event.error_code, remote


def _part_of(ask: Ask) -> str:
    """Say what could not be read; of everybody's events most may have come."""
    is_everybody = ask.fact.kind is FactKind.SESSION_EVENTS
    return f"{'some of ' if is_everybody else ''}{LACKING[ask.what]}"


def _one_of_each_kind(found: Sequence[_Found]) -> tuple[list[_Found], int]:
    """Return the first of each kind, and how many more there are."""
    firsts: dict[tuple[str | None, ...], _Found] = {}
    for one in found:
        firsts.setdefault(one.kind, one)
    return [*firsts.values()], len(found) - len(firsts)


def _kind_of(event: Event) -> str:
    return " ".join(filter(None, (event.name, event.error_code)))


def _go_on(
    command: DataCommand, scope: SessionScope | ParticipantScope, time: datetime | None
) -> int:
    """Open the explorer at an event, or a session of which several were told; the exit code."""
    from ivscope.cli import explore  # noqa: PLC0415 - only when it is asked for

    options = command.options
    with suppress(UnusableFileError):  # the explorer says that it needs a terminal
        keys_from_terminal()
    place = ["--", scope.stage_arn, scope.session_id]
    at = []
    if isinstance(scope, ParticipantScope):
        place.append(scope.participant_id)
        at += [] if time is None else ["--at", time.isoformat()]
    if options.redact != command.configuration.redact:
        at.append("--redact" if options.redact else "--no-redact")
    if options.file is not None:
        return explore.run_open([*at, "--", options.file, *place[1:]])
    there = ["--demo", "--world", options.world] if options.demo else []
    for name in ("profile", "region", "endpoint_url"):
        value = getattr(options, name)
        there += [] if value is None else [f"--{name.replace('_', '-')}", value]
    return explore.run([*there, *at, *place])
