"""Origins of what is read, AWS, a demo world over real HTTP or a file, and where to begin there.

Long because each origin is made here, and the texts and files that name one are told apart.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ivscope.domain.clock import SYSTEM_CLOCK, Clock, utc_now
from ivscope.domain.failures import UnusableFileError
from ivscope.domain.frozen import frozen

if TYPE_CHECKING:
    from ivscope.analysis.notices import Notices
    from ivscope.domain.stages import SessionScope
    from ivscope.provider.store.redacting import StandIns
    from ivscope.provider.store.source import FileNature, RecordedReading, Source
    from ivscope.sources.aws import AwsOptions
    from ivscope.sources.call_log import CallLog
    from ivscope.sources.recorded import RecordedLists
    from ivscope.sources.recording import Recording
    from ivscope.sources.saved_file import SavedRows

DEMO_KEY = "DEMO"
"""Access key id and secret for the loopback endpoint, which does not check signatures."""


@frozen
class Origin:
    """Where the explorer reads from. Nothing is connected before `connect` is called."""

    connect: "Callable[[], Source] | None"
    """Makes the source; blocks. None where only a recording is read."""
    label: str
    """The first words of the header."""
    recording: "Recording | None" = None
    clock: Clock = SYSTEM_CLOCK
    """For a recording that is read alone, its present is the time of the last recorded answer."""
    session: "SessionScope | None" = None
    """The session that was read last in such a recording, or the only one in a file; else None."""
    participant_id: str | None = None
    """The only participant in a file; else None."""
    has_events: bool = True
    """Whether there can be events: a file may hold a list of participants alone."""
    opened: "Callable[[], RecordedReading] | None" = None
    """Opens a file that is no recording, for one answer; else None."""
    file: "FileNature | None" = None
    """What such a file leaves open; None for a recording, and without a file."""
    note: str = ""
    """What was found in such a file, in words; else empty."""
    notices: "Notices | None" = None
    """What EventBridge tells in such a file; None in another one."""
    names_a_stage: bool = False
    """Whether such a file names a stage that AWS could be asked about."""
    call_log: "CallLog | None" = None
    """Notes every call; None where nobody asked for it."""
    connect_ahead: "Callable[[], Source] | None" = None
    """As `connect`, for calls that are made while the explorer is loaded: it fails where somebody
    would be asked for credentials a second time. None where no such calls are made."""
    stand_ins: "StandIns | None" = None
    """What user ids and attributes are shown as; None for themselves."""

    def redacted(self) -> "Origin":
        """Return the same origin with stand-ins for user ids and attributes in all its answers."""
        from ivscope.provider.store.redacting import RedactingSource, StandIns  # noqa: PLC0415 - if asked for

        stand_ins, connect = StandIns(), self.connect
        label = f"{self.label} redacted"
        if connect is None:
            return replace(self, label=label, stand_ins=stand_ins)

        def connect_redacted() -> "Source":
            return RedactingSource(connect(), stand_ins)

        return replace(self, connect=connect_redacted, label=label, stand_ins=stand_ins)

    @property
    def recorded(self) -> "Callable[[], RecordedReading] | None":
        """Opens the recording for one answer; None without a recording."""
        recording = self.recording
        kept: list[RecordedLists] = []
        reading = self.opened if recording is None else partial(_reading_of, recording, kept)
        return None if reading is None else self.shown(reading)

    def shown(self, opened: "Callable[[], RecordedReading]") -> "Callable[[], RecordedReading]":
        """Return the same reading, with stand-ins if this origin has some."""
        stand_ins = self.stand_ins
        if stand_ins is None:
            return opened

        def redacted_reading() -> "RecordedReading":
            from ivscope.provider.store.redacting import RedactingSource  # noqa: PLC0415 - if asked for

            own = opened()
            return replace(own, source=RedactingSource(own.source, stand_ins))

        return redacted_reading


def to_service(options: argparse.Namespace, stage_arn: str | None, record: str | None) -> Origin:
    """AWS or a demo world as origin, by the options of a connection.

    Args:
        options: What a parser with these options has read, checked.
        stage_arn: As for `to_aws`, as is `record`.
        record: See there.

    Raises:
        UnusableFileError: One of the files cannot be used.
    """
    if options.demo:
        return to_world(options.world, record, options.debug)
    where = options.profile, options.region, stage_arn, options.endpoint_url
    return to_aws(*where, record=record, debug=options.debug)


def to_aws(
    profile: str | None,
    region: str | None,
    stage_arn: str | None,
    endpoint_url: str | None,
    *,
    record: str | None = None,
    debug: str | None = None,
    log: "CallLog | None" = None,
) -> Origin:
    """AWS as origin, or another endpoint.

    Args:
        profile: Name of an AWS profile; None for the configured one.
        region: The Region; None for the one of the ARN or the configured one.
        stage_arn: Gives the Region if `region` is None.
        endpoint_url: Where calls go; None for the endpoint of the Region.
        record: File to record in; None for none.
        debug: File that gets a line for each call; None for none.
        log: Such a file that is open already.

    Raises:
        UnusableFileError: One of the files cannot be used.
    """
    log = log or open_log(debug)
    recording = None if record is None else _open(record, "AWS", create=True)

    def connect() -> "Source":
        from ivscope.sources.aws import AwsSource  # noqa: PLC0415 - after the first frame

        options = aws_options(profile, region, stage_arn, endpoint_url, log)
        return AwsSource.connect(options, recording)

    def connect_ahead() -> "Source":
        from ivscope.sources.aws import AwsSource  # noqa: PLC0415 - after the first frame

        options = aws_options(profile, region, stage_arn, endpoint_url, None)
        return AwsSource.connect(replace(options, with_kept_credentials=True))

    label = profile or os.environ.get("AWS_PROFILE") or "default"
    # What is saved or noted is saved and noted by the process that shows it.
    ahead = connect_ahead if recording is None and log is None else None
    return Origin(connect, label, recording, call_log=log, connect_ahead=ahead)


def to_world(name: str, record: str | None = None, debug: str | None = None) -> Origin:
    """The loopback endpoint with a demo world as origin; connecting starts the endpoint.

    Connecting again, after a failure, uses the endpoint that runs already. A world has the events
    of its day, so a recording of it takes only answers of the same day. Arguments and errors are as
    for AWS.
    """
    label = f"demo {name}"
    log = open_log(debug)
    recording = None
    if record is not None:
        recording = _open(record, f"{label} of {utc_now():%Y-%m-%d}", create=True)
    served: list[AwsOptions] = []

    def connect() -> "Source":
        from ivscope.sources.aws import AwsSource  # noqa: PLC0415 - after the first frame

        if not served:
            served.append(demo_options(name, log))
        return AwsSource.connect(served[0], recording)

    return Origin(connect, label, recording, call_log=log)


def demo_options(name: str, log: "CallLog | None") -> "AwsOptions":
    """Start the loopback endpoint with a demo world; how to read it."""
    from ivscope.endpoint.server import Endpoint  # noqa: PLC0415 - loads after the first frame
    from ivscope.endpoint.worlds.catalog import open_world  # noqa: PLC0415 - same
    from ivscope.sources.aws import AwsOptions  # noqa: PLC0415 - same

    world = open_world(name, utc_now)
    url = Endpoint(world).start().url
    return AwsOptions(
        region=world.region, endpoint_url=url, access_key=DEMO_KEY, secret_key=DEMO_KEY, log=log
    )


def aws_options(
    profile: str | None,
    region: str | None,
    stage_arn: str | None,
    endpoint_url: str | None,
    log: "CallLog | None",
) -> "AwsOptions":
    """How to read AWS, or another endpoint. Arguments as for `to_aws`."""
    from ivscope.sources.aws import AwsOptions  # noqa: PLC0415 - loads after the first frame

    return AwsOptions(profile, region, stage_arn, endpoint_url, log=log)


def to_recording(file: str) -> Origin:
    """A recording alone as origin, without AWS.

    Raises:
        UnusableFileError: The file is no recording, or an empty one.
    """
    from ivscope.sources.recorded import last_session  # noqa: PLC0415 - only for recordings

    recording = _open(file, None, create=False)
    recorded_at = recording.last_asked_at
    if recorded_at is None:
        recording.close()
        raise UnusableFileError(f"{file} holds nothing yet: nothing was read while it was open")
    return Origin(
        None,
        f"recording {recording.path.name}",
        recording,
        clock=replace(SYSTEM_CLOCK, now=lambda: recorded_at),
        session=last_session(recording),
    )


def to_file(file: str) -> Origin:
    """A file alone as origin: a recording, EventBridge events, AWS CLI answers or saved events.

    Raises:
        UnusableFileError: It is none of these.
    """
    from ivscope.provider.store.source import FileNature, RecordedReading  # noqa: PLC0415 - only for files
    from ivscope.sources.recording import is_database  # noqa: PLC0415 - same
    from ivscope.sources.saved_file import SavedFileSource, read_rows  # noqa: PLC0415 - same

    path = Path(file)
    if is_database(path):
        return to_recording(file)
    saved = read_rows(path)
    moment = saved.saved_at or saved.last_at or utc_now()
    sessions, people = saved.sessions, saved.participants
    is_of_all = saved.head is not None and saved.head.participant_id is None
    is_of_one = len(people) == len(sessions) == 1 and not is_of_all
    return Origin(
        None,
        f"{saved.what} {path.name}",
        clock=replace(SYSTEM_CLOCK, now=lambda: moment),
        session=sessions[0] if len(sessions) == 1 else None,
        participant_id=people[0].participant_id if is_of_one else None,
        has_events=bool(people),
        opened=lambda: RecordedReading(SavedFileSource(saved), lambda: saved.all_read_at or moment),
        file=FileNature(not saved.is_whole, saved.saved_at, saved.all_read_at, saved.head),
        note=saved.note,
        notices=notices_of(saved, path.name),
        names_a_stage=saved.names_a_stage,
    )


def notices_of(saved: "SavedRows", source: str) -> "Notices | None":
    """What EventBridge tells in a file; None where it tells nothing. `source` names the file."""
    if not saved.alerts:
        return None
    from ivscope.analysis.notices import Notices  # noqa: PLC0415 - only for EventBridge events

    told = {scope: Counter(saved.told(scope)) for scope in saved.participants}
    return Notices(source, told)


def known_profiles() -> tuple[str, ...]:
    """The names of the profiles in the user's AWS configuration. Reads its files."""
    from ivscope.sources.lean_session import profile_names  # noqa: PLC0415 - if asked for

    return profile_names()


def open_log(file: str | None) -> "CallLog | None":
    """The log of calls in a file; None for none.

    Raises:
        UnusableFileError: It cannot be written.
    """
    if file is None:
        return None
    from ivscope.sources.call_log import CallLog  # noqa: PLC0415 - if asked for

    return CallLog(Path(file))


def _reading_of(recording: "Recording", kept: "list[RecordedLists]") -> "RecordedReading":
    """Open a recording for one answer; what was looked up for its lists is kept for the next."""
    from ivscope.provider.store.source import RecordedReading  # noqa: PLC0415 - after the first frame
    from ivscope.sources.recorded import RecordedLists, RecordedSource  # noqa: PLC0415 - same

    if not kept:
        kept.append(RecordedLists(recording))
    source = RecordedSource(kept[0])
    return RecordedReading(source, lambda: source.asked_at)


def _open(file: str, label: str | None, *, create: bool) -> "Recording":
    from ivscope.sources.recording import Recording  # noqa: PLC0415 - only for recordings

    return Recording.open(Path(file), label=label, create=create)


LONGEST_STDIN = 2_000_000
"""Bytes read from stdin: all that is ever looked at of a text."""

_LONGEST_NAME = 4_096
"""Bytes of a path (Linux PATH_MAX); a longer argument is a text."""


def take_text(options: argparse.Namespace) -> None:
    """Put the text that is meant in the place of the stage, or the file to open in `recording`.

    A recording and events that W has saved are opened; of any other file the text is taken, as if
    it were given as argument. One that names no stage is opened too, for what is in it.

    Raises:
        UnusableFileError: There is no text, no terminal for the keys, or the file cannot be read.
    """
    given = options.stage
    if given is None or options.recording is not None:
        return
    if given == "-":
        options.stage = text_on_stdin()
        keys_from_terminal()
    elif names_a_file(given):
        _take_file(options, Path(given))


def names_a_file(given: str) -> bool:
    """Whether an argument is the name of a file, rather than a text or a stage."""
    try:
        if len(os.fsencode(given)) >= _LONGEST_NAME or not Path(given).exists():
            return False
        # A stage can have the name of a folder that is here; no name has a dot or a slash.
        return not Path(given).is_dir() or not {"/", "."}.isdisjoint(given)
    except (OSError, ValueError):
        return False


def _take_file(options: argparse.Namespace, path: Path) -> None:
    from ivscope.domain.identifiers import read_identifiers  # noqa: PLC0415 - only for files

    text = file_text(path)
    found = read_identifiers(text)
    names_a_stage = found.stage_arn or any(one.stage_arn for one in found.choices)
    if names_a_stage and not text.startswith('{"ivscope":'):
        options.stage = text
    else:
        options.stage, options.recording = None, str(path)


def file_text(path: Path) -> str:
    """Read a file that may hold an alert, unpacked; empty for a recording, which holds none.

    Raises:
        UnusableFileError: It cannot be read.
    """
    from ivscope.sources.outside_file import read_text  # noqa: PLC0415 - only for files
    from ivscope.sources.recording import is_database  # noqa: PLC0415 - same

    return "" if is_database(path) else read_text(path)


def text_on_stdin() -> str:
    """Read stdin to its end, unpacked. Bytes that are no UTF-8 are replaced.

    Raises:
        UnusableFileError: Nothing comes from it.
    """
    if sys.stdin is None:
        raise UnusableFileError("stdin is closed: nothing can be read from it")
    content = sys.stdin.buffer.read(LONGEST_STDIN)
    if not content.strip():
        raise UnusableFileError("nothing came on stdin: with - an alert or ids are read from it")
    from ivscope.sources.outside_file import text_of  # noqa: PLC0415 - only for such texts

    return text_of("stdin", content)


def keys_from_terminal() -> None:
    """Have keys come from the terminal from now on, after a text came on stdin.

    Raises:
        UnusableFileError: There is no terminal.
    """
    if sys.stdin is None or sys.stdin.isatty():
        return
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
        os.dup2(terminal, sys.stdin.fileno())
        os.close(terminal)
    except OSError as error:
        raise UnusableFileError(
            "the text was read from stdin, but there is no terminal for the keys "
            f"(/dev/tty: {error.strerror}); ivscope why - needs none"
        ) from error
