"""What all commands that print data share: where they read from, whose data, and how they end.

Long because a running command is one thing: the words that name a stage are looked up by the same
reader, told by the same progress and ended by the same exit code as what is then printed.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ivscope.cli.command_line import (
    EXIT_CODES,
    FAILED,
    INCOMPLETE,
    INTERRUPTED,
    NOTHING_FOUND,
    CommandError,
    Parser,
    add_connection,
    add_redact,
    check_connection,
    check_stdout,
    is_no_name,
    several,
    warn,
)
from ivscope.cli.connections import Origin, to_file, to_service
from ivscope.cli.progress import Progress, is_terminal, terminal_width
from ivscope.domain.clock import SYSTEM_CLOCK
from ivscope.domain.failures import (
    FailureKind,
    ProviderFailure,
    UnusableFileError,
    is_not_recorded,
)
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import (
    is_participant_id,
    is_session_id,
    is_stage_arn,
    read_identifiers,
)
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.export.record_writer import Format, RecordWriter
from ivscope.export.records import ENDS, SCHEMA_VERSION, Record, RecordKind, end_record
from ivscope.provider.fetch.fact_reading import FactReading
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import BACKGROUND_LIMIT, DEMAND_LIMIT, RateLimiter
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.feed import Feed
from ivscope.render.time_display import TimeDisplay
from ivscope.render.timestamps import full
from ivscope.settings.configuration import load
from ivscope.workspace.reader import Reader

if TYPE_CHECKING:
    from ivscope.export.cli_commands import CliOptions
    from ivscope.settings.configuration import Configuration

MOST_RECORDS = 1_000
"""Records that a command reads unless it is told more: ten calls, two and a half seconds."""

LATEST = "latest"
LIVE = "live"
"""Words that stand for a session: the one that started last, and the one that goes on."""

_USUAL_WIDTH = 100
"""Cells of a line where there is no terminal."""

_MOST_FAILURES = 20
"""So many participants that could not be read are named: their causes are mostly the same."""

_MOST_DIGITS = 18
"""Of a limit: more records than any disk holds."""


def reading_parser(name: str, what: str) -> Parser:
    """Make the parser of a command that reads, with its connection.

    Args:
        name: The command.
        what: What it does, in sentences.
    """
    parser = Parser(prog=f"ivscope {name}", description=what, epilog=EXIT_CODES)
    add_connection(parser)
    parser.add_argument("--from", dest="file", metavar="FILE", help="read a recording, without AWS")
    add_redact(parser)
    parser.set_defaults(format=None, exact=False, kinds=())
    return parser


def command_parser(name: str, what: str, kinds: Sequence[RecordKind]) -> Parser:
    """Make the parser of a command that prints records: as `reading_parser`, with formats.

    Args:
        name: The command.
        what: What it does, in sentences.
        kinds: Kinds of records that it prints.
    """
    parser = reading_parser(name, what)
    parser.set_defaults(kinds=kinds)
    told = (f"{kind.name}: {', '.join(kind.members)}." for kind in (*kinds, ENDS))
    members = f"Members of its records, version {SCHEMA_VERSION}, after their type - "
    parser.epilog = f"{members}{' '.join(told)} {EXIT_CODES}"
    how = parser.add_argument_group("how to print")
    how.add_argument(
        "--format",
        type=_format,
        metavar="|".join(Format),
        help="table on a terminal, else jsonl",
    )
    how.add_argument(
        "--exact", action="store_true", help="in csv: texts as they came, formulas too"
    )
    return parser


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Add how many records are wanted."""
    much = parser.add_mutually_exclusive_group()
    much.add_argument(
        "--limit",
        type=_count,
        metavar="N",
        help=f"stop after N records (without it after {MOST_RECORDS:,}, and the exit code says so)",
    )
    much.add_argument("--all", action="store_true", help="read everything there is")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > _MOST_DIGITS or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number from 1")
    return int(text)


def _format(text: str) -> Format:
    try:
        return Format(text)
    except ValueError as error:
        known = ", ".join(Format)
        raise argparse.ArgumentTypeError(f"'{text}' is not one of {known}") from error


def add_place(parser: argparse.ArgumentParser, depth: int) -> None:
    """Add the words that say whose data is meant.

    Args:
        parser: Gets the words.
        depth: 1 for a stage, 2 for a session too, 3 for a participant too, which can be left out.
    """
    parser.add_argument(
        "stage",
        nargs="?",
        metavar="STAGE",
        help="ARN or name of the stage, or the file of a recording",
    )
    if depth > 1:
        parser.add_argument(
            "session", nargs="?", metavar="SESSION", help=f"its id, {LATEST}, or {LIVE}"
        )
    if depth > 2:  # noqa: PLR2004 - see above
        parser.add_argument("participant", nargs="?", metavar="PARTICIPANT", help="its id")
        parser.add_argument("--user", metavar="NAME", help="the participant with this user id")


@frozen
class RecordLimit:
    """How many records are wanted."""

    most: int | None
    """None for all."""
    is_wanted: bool
    """Whether somebody asked for so many: then there being more is no incompleteness."""

    @classmethod
    def of(cls, options: argparse.Namespace) -> "RecordLimit":
        """Return what `add_limit` has read."""
        if options.limit is not None:
            return cls(options.limit, is_wanted=True)
        return cls(None if options.all else MOST_RECORDS, is_wanted=False)


class DataCommand:
    """A running command: reads, prints records, tells how far it is, and knows its exit code."""

    def __init__(
        self,
        name: str,
        options: argparse.Namespace,
        record: str | None = None,
    ) -> None:
        """Connect to nothing yet.

        Args:
            name: The command.
            options: What the parser of `command_parser` has read; a file in the place of the stage
                is taken out of it.
            record: File in which everything that is read is saved; None for none.

        Raises:
            CommandError: The file cannot be used, or stdout is closed.
        """
        check_stdout()
        self.name = name
        self.options = options
        """The arguments; a file in the place of the stage stands in `file`."""
        self.failures: dict[str, ProviderFailure] = {}
        """What could not be read, by what it is."""
        self.origin = _origin(options, record)
        self.configuration, complaints = load(os.environ)
        for complaint in complaints:
            warn(complaint)
        if options.redact is None:
            options.redact = self.configuration.redact
        if options.redact:
            self.origin = self.origin.redacted()
        self.provider = StageDataProvider(
            self.origin.connect,
            rate_limiter=RateLimiter(background=_scan_limit(self.configuration)),
            recorded=self.origin.recorded,
            file=self.origin.file,
            # Ages of what was recorded are counted from today, as on screen.
            clock=SYSTEM_CLOCK if self.origin.connect is None else self.origin.clock,
        )
        self.progress = Progress(self.provider.clock, name if self.provider.may_grow else None)
        """How far reading is, for people who wait at a terminal."""
        self.reader = Reader(self.provider, self.progress.changed)
        self._has_document = False
        """Whether a document was written instead of records."""
        to_terminal = is_terminal(sys.stdout)
        self.form = options.format or (Format.TABLE if to_terminal else Format.JSONL)
        self.zone = _zone(self.configuration, self.now)
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="backslashreplace")
        self._writer = RecordWriter(
            sys.stdout,
            self.form,
            options.kinds,
            zone=self.zone,
            is_exact=options.exact,
            is_terminal=to_terminal,
        )

    def now(self) -> datetime:
        """Return the present; of a recording the time of its last answer."""
        return self.origin.clock.now()

    # Printing.

    @property
    def count(self) -> int:
        """How many records, or documents, were printed."""
        return self._writer.count + self._has_document

    def print(self, records: Iterable[Record]) -> None:
        """Print records."""
        with self._printing():
            for record in records:
                self._writer.write(record)

    def print_text(self, lines: Iterable[str], found: int) -> None:
        """Print lines of safe text in the place of records, where people read them.

        Args:
            lines: The lines.
            found: How many records they stand for.
        """
        text = "\n".join(lines)
        if self.form is Format.MARKDOWN:
            from ivscope.export.telling import fence  # noqa: PLC0415 - loads sentences

            text = fence(text.split("\n"))
        with self._printing():
            self._writer.text(text, found)

    @property
    def width(self) -> int:
        """Cells of a line on stdout."""
        return terminal_width(sys.stdout, _USUAL_WIDTH)

    def wrote(self) -> None:
        """Note that a document was written, which has no records."""
        self._has_document = True

    def connection(self) -> "CliOptions":
        """Return how the data was read, for commands that read it again."""
        from ivscope.export.cli_commands import CliOptions  # noqa: PLC0415 - for reports only
        from ivscope.settings.prompt_history import without_secrets  # noqa: PLC0415 - same

        details, options = self.provider.source_details, self.options
        url = None if details is None else details.endpoint_url
        return CliOptions(
            profile=options.profile,
            region=None if details is None else details.region,
            endpoint_url=None if url is None else without_secrets(url),
            demo_world=options.world if options.demo else None,
            is_redacted=options.redact,
        )

    def flush(self) -> None:
        """Let a reader see what was printed so far."""
        with self._printing():
            self._writer.flush()

    def write(self, document: str) -> None:
        """Print a document, which has no records."""
        self.wrote()
        with self._printing():
            sys.stdout.write(document)
            sys.stdout.flush()

    @contextmanager
    def _printing(self) -> Iterator[None]:
        """End the command by a sentence when stdout cannot be written, as on a full disk."""
        self.progress.hide()
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            raise CommandError(f"cannot print: {error.strerror}", FAILED) from error

    def end(self, words: str, *, is_complete: bool, is_wanted: bool = False) -> int:
        """Print the last record; the exit code.

        Args:
            words: What was read, as a sentence.
            is_complete: Whether that is everything.
            is_wanted: Whether somebody asked for no more than that.
        """
        is_whole = is_complete and not self.failures
        if not self._has_document:
            last = end_record(
                self.name, self.count, is_complete=is_whole, words=words, failures=self.failures
            )
            with self._printing():
                self._writer.end(last)
        self.reader.close()
        steps = set[str]()
        for what, failure in self.failures.items():
            step = failure.step()
            warn(f"{what}: {failure.summary}" if step in steps else _told(what, failure))
            steps.add(step)
        if self.origin.call_log is not None and self.origin.call_log.failure is not None:
            warn(f"--debug: lines are missing: {self.origin.call_log.failure}")
        # Where people read the records themselves, these say what is missing.
        is_told = self.form is Format.TABLE and is_terminal(sys.stdout) and not is_whole
        if not is_told and (is_terminal(sys.stderr) or not is_whole or not self.count):
            warn(words)
        for bug in self.reader.jobs.bugs:
            warn(bug.report)
        return self._code(is_complete=is_complete or is_wanted)

    def _code(self, *, is_complete: bool) -> int:
        kinds = {failure.kind for failure in self.failures.values()}
        if self.reader.jobs.bugs:
            return FAILED
        if kinds and not self.count and not kinds & {FailureKind.NOT_RECORDED}:
            return NOTHING_FOUND if kinds == {FailureKind.NOT_FOUND} else FAILED
        if kinds or not is_complete:
            return INCOMPLETE
        return 0 if self.count else NOTHING_FOUND

    def interrupted(self, words: str) -> int:
        """Print the last record after Ctrl+C; the exit code."""
        self.end(f"interrupted: {words}", is_complete=False)
        return INTERRUPTED

    # Whose data is meant.

    def stage(self) -> str:
        """Return the ARN of the stage that was named.

        Raises:
            CommandError: There is none of this name, or several, or none was named.
        """
        named = self.options.stage
        if named is None:
            if self.origin.session is None:
                or_file = ", or a file" if self.origin.recording is None else ""
                raise CommandError(f"name a stage: its ARN or name (see ivscope stages){or_file}")
            return self.origin.session.stage_arn
        if is_stage_arn(named):
            return str(named)
        self.progress.tell(lambda: f"looking for the stage {named}")
        feed = self.provider.stages()
        self.reader.read_list(feed)
        found = [row for row in feed.facts if row.name == named]
        if len(found) == 1:
            return found[0].arn
        if feed.failure is not None:
            self.give_up(f"the stage '{named}' could not be looked up", feed.failure)
        if not found:
            raise CommandError(
                f"no stage is named '{named}': ivscope stages, with the same options, lists all",
                NOTHING_FOUND,
            )
        raise CommandError(
            several(f"{len(found)} stages are named '{named}'", (row.arn for row in found))
        )

    def session(self) -> SessionScope:
        """Return the session that was named.

        Raises:
            CommandError: There is none, or none was named.
        """
        stage_arn, named = self.stage(), self.options.session
        if named is None:
            known = self.origin.session
            if known is None or known.stage_arn != stage_arn:
                raise CommandError(f"name a session: its id, {LATEST}, or {LIVE}")
            return known
        if named not in {LATEST, LIVE}:
            if self.provider.file is None and not is_session_id(named):
                raise CommandError(
                    f"'{named}' is no session id (st- and 13 letters or digits), "
                    f"nor {LATEST} or {LIVE}"
                )
            return SessionScope(stage_arn, named)
        return SessionScope(stage_arn, self._listed_session(stage_arn, named).session_id)

    def _listed_session(self, stage_arn: str, named: str) -> StageSession:
        feed = self.provider.sessions(stage_arn)
        # A live one, and the latest, can be on any page: no document tells the order of the list.
        self.reader.read_list(feed)
        if feed.failure is not None:
            self.give_up(f"the {named} session could not be looked up", feed.failure)
        rows = [row for row in feed.facts if named == LATEST or row.is_live]
        if not rows:
            what = "no session" if named == LATEST else "no session that is live"
            raise CommandError(f"the stage has {what}", NOTHING_FOUND)
        if named == LIVE and len(rows) > 1:
            raise CommandError(
                several(f"{len(rows)} sessions are live", (row.session_id for row in rows))
            )
        return max(rows, key=_start)

    def participant(self) -> SessionScope | ParticipantScope:
        """Return the participant that was named, or without one the session.

        Raises:
            CommandError: There is none, or several.
        """
        session, named = self.session(), self.options.participant
        if self.options.user is not None:
            if named is not None:
                raise CommandError("name the participant by its id or by --user, not by both")
            named = self._participant_of(session, self.options.user)
        if named is None:
            return session
        if not is_participant_id(named):
            raise CommandError(f"'{named}' is no participant id; a user id goes behind --user")
        return ParticipantScope(session.stage_arn, session.session_id, named)

    def _participant_of(self, session: SessionScope, user_id: str) -> str:
        feed = self.people(session, ParticipantFilter("filterByUserId", user_id))
        self.reader.read_list(feed)
        shown = self.shown_user(user_id)
        found = {row.participant_id: row for row in feed.facts if row.user_id == shown}
        # A file names some people only, and does not say who else there was.
        if feed.failure is not None and (not found or self.provider.may_grow):
            self.give_up(f"the user '{shown}' could not be looked up", feed.failure)
        if not found:
            raise CommandError(f"nobody in this session has the user id '{shown}'", NOTHING_FOUND)
        if len(found) > 1:
            told = (f"{name} joined {self._joined(row)}" for name, row in found.items())
            raise CommandError(
                several(f"{len(found)} participants have the user id '{shown}'", told)
            )
        return next(iter(found))

    def _joined(self, row: ParticipantSummary) -> str:
        joined = row.first_join_time
        return full(joined, self.zone) if isinstance(joined, datetime) else "at a time not told"

    def shown_user(self, user_id: str) -> str:
        """Return a user id that was typed as rows have it: the stand-in where it is redacted."""
        stand_ins = self.origin.stand_ins
        return user_id if stand_ins is None else stand_ins.user(user_id) or user_id

    def people(
        self, session: SessionScope, by: ParticipantFilter | None
    ) -> Feed[ParticipantSummary]:
        """Return the list of participants that the service narrows, with its first page.

        Where a recording lacks that list it is the whole one, which has the others too.
        """
        feed = self.provider.participants(session, by)
        if not self.reader.read(feed) and is_not_recorded(feed.failure):
            return self.provider.participants(session)
        return feed

    def give_up(self, what: str, failure: ProviderFailure) -> NoReturn:
        """End since what is looked for could not be read."""
        self.reader.close()
        code = NOTHING_FOUND if failure.kind is FailureKind.NOT_FOUND else FAILED
        if failure.kind is FailureKind.NOT_RECORDED:
            code = INCOMPLETE
        raise CommandError(_told(what, failure), code)

    def read_session(self, scan: Scan, doing: str) -> None:
        """Read everybody in a session, and note what could not be read.

        Args:
            scan: The scan of the session.
            doing: What is done, such as "reading".
        """
        self.progress.watch(scan, doing)
        log, pace = scan.log, self.provider.scan_limit
        self.progress.warn_of(lambda: log.participants_complete and scan.calls_left, pace)
        self.reader.read_session(scan)
        if scan.failure is not None:
            self.failures["the session"] = scan.failure
        for participant_id, failure in islice(scan.log.failures.items(), _MOST_FAILURES):
            self.failures[f"participant {participant_id}"] = failure

    def read_clients(self, scan: Scan, doing: str) -> None:
        """Read SDK, browser and system of everybody whom a scan has listed, a call each."""
        place = scan.session.stage_arn, scan.session.session_id
        people = (ParticipantScope(*place, one) for one in scan.log.participant_ids)
        facts = FactReading(self.provider, people)
        self.progress.tell(lambda: f"{doing}: {facts.done:,} of {facts.wanted:,} clients")
        self.progress.warn_of(lambda: facts.wanted - facts.done, self.provider.background_limit)
        self.reader.wait_until(lambda: not facts.step())
        if facts.failure is not None:
            self.failures["clients"] = facts.failure

    def read_rows(self, feed: Feed[Any], limit: RecordLimit, what: str) -> bool:
        """Read a list as far as wanted. Returns whether all of it is read."""
        self.progress.tell(lambda: f"reading: {len(feed.items):,} {what}")
        most = limit.most
        self.reader.read_list(feed, lambda: most is not None and len(feed.items) >= most)
        if feed.failure is not None:
            self.failures[what] = feed.failure
        return feed.is_complete and (most is None or len(feed.items) <= most)


def _take_pasted(options: argparse.Namespace) -> None:
    """Take stage, session and participant out of a text that names them, in the stage's place."""
    text = getattr(options, "stage", None)
    if text is None or is_stage_arn(text) or "arn:" not in text:
        return
    found = read_identifiers(text)
    options.stage = found.stage_arn or text
    for name, value in (("session", found.session_id), ("participant", found.participant_id)):
        if hasattr(options, name) and getattr(options, name) is None:
            setattr(options, name, value)


def _origin(options: argparse.Namespace, record: str | None) -> Origin:
    """Where to read from, by the arguments; and the file to record in."""
    _take_pasted(options)
    stage = getattr(options, "stage", None)
    arn = stage if stage is not None and is_stage_arn(stage) else None
    name = stage if options.file is None and arn is None else None
    if name is not None and (is_no_name(name) or Path(name).is_file()):
        options.file, options.stage = name, None
    check_connection(options, arn)
    try:
        if options.file is not None:
            return to_file(options.file)
        return to_service(options, arn, record)
    except UnusableFileError as refused:
        raise CommandError(str(refused)) from refused


def _told(what: str, failure: ProviderFailure) -> str:
    """Say what could not be read and what to do, where no key can be pressed."""
    return f"{what}: {failure.summary}\n{failure.step()}"


def _start(row: StageSession) -> float:
    return row.start_time.timestamp() if isinstance(row.start_time, datetime) else 0.0


def _scan_limit(configuration: "Configuration") -> int:
    """Return the calls per second of a scan: a person waits for it, unless it shall be slower."""
    wanted = configuration.background_calls
    return wanted if wanted < BACKGROUND_LIMIT else DEMAND_LIMIT


def _zone(configuration: "Configuration", now: Callable[[], datetime]) -> tzinfo:
    times = TimeDisplay(None, now)
    times.choose(configuration.zone)
    return times.zone
