"""The command `ivscope`: from arguments to the application. Only here is printed and exited.

Long because each argument has its help, and each way to end its sentence and exit code.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from ivscope import __version__

if TYPE_CHECKING:
    from ivscope.cli.connections import Origin
    from ivscope.endpoint.world import World
    from ivscope.sources.recording import Recording
    from ivscope.ui.app import IvscopeApp
    from ivscope.workspace.place import Place

USAGE = 2
"""Exit code for arguments or a terminal that we cannot work with."""

_STOPPED = 128
"""A shell's exit code for a process that a signal stopped is this and the signal's number."""

_INTERRUPTED = 130
"""Exit code after Ctrl+C, as the shell gives it."""

INCOMPLETE = 1
"""Exit code when something that was asked for is missing: a file given up, answers not recorded,
a rule that failed."""

_WORLDS = ("incident", "quiet", "huge", "samples")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ivscope; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["endpoint"]:
        return _serve(_endpoint_parser().parse_args(words[1:]))
    if words[:1] == ["open"]:
        return _explore(_recording_parser().parse_args(words[1:]))
    return _explore(_explorer_parser().parse_args(words))


class _Parser(argparse.ArgumentParser):
    """A parser whose errors hold arguments as text that a terminal does not act on."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and end."""
        from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

        if message.startswith("unrecognized"):
            message += "; an id that begins with - goes after --"
        with suppress(OSError):
            self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: error: {safe(message)}\n")


def _explorer_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ivscope",
        description="Explore Amazon IVS Real-Time stage sessions in the terminal. Read-only.",
        epilog="ivscope open --help tells how to open a recording without AWS, and ivscope "
        "endpoint --help how to serve a demo world or a case file over HTTP.",
    )
    _add_place(parser)
    parser.add_argument("--profile", help="AWS profile (else AWS_PROFILE, else the default one)")
    parser.add_argument("--region", help="AWS Region (else that of the ARN, else configured)")
    parser.add_argument("--endpoint-url", help="endpoint URL to use instead of the Region's")
    parser.add_argument(
        "--demo", action="store_true", help="explore a made-up incident, no AWS needed"
    )
    parser.add_argument("--world", choices=_WORLDS, default="incident", help="which made-up data")
    parser.add_argument("--check-config", action="store_true", help="check config.toml and exit")
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="save everything read in this file; go on if it exists",
    )
    parser.add_argument("--version", action="version", version=f"ivscope {__version__}")
    parser.set_defaults(recording=None)
    return parser


def _recording_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="ivscope open",
        description="Explore what ivscope --record has saved, without AWS.",
    )
    parser.add_argument("recording", metavar="FILE", help="the recording")
    _add_place(parser)
    parser.set_defaults(demo=False, check_config=False, profile=None, record=None, world=None)
    return parser


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("stage", nargs="?", metavar="STAGE_ARN", help="open this stage")
    parser.add_argument("session", nargs="?", metavar="SESSION", help="and this session")
    parser.add_argument("participant", nargs="?", metavar="PARTICIPANT", help="and its events")
    parser.add_argument(
        "--at",
        metavar="TIME",
        help="go to this time in the events, as : does: 20:36, yesterday 20:36, -1h30m",
    )
    parser.add_argument(
        "--filter", metavar="TEXT", help="filter the events, as & does: after:20:36, code:QUOTA"
    )
    parser.add_argument(
        "--mouse", action="store_true", help="use the mouse in ivscope instead of the terminal"
    )


def _endpoint_parser() -> argparse.ArgumentParser:
    from ivscope import endpoint  # noqa: PLC0415 - only for the endpoint

    parser = _Parser(
        prog="ivscope endpoint",
        description="Serve a demo world or a case file (README says what is in it) as an\n"
        "ivs-realtime endpoint. Any credentials will do. Ctrl+C stops it.",
        epilog=endpoint.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port (default: any free one)")
    parser.add_argument(
        "--world",
        metavar="NAME|FILE",
        default="incident",
        help=f"what to serve: {', '.join(_WORLDS)}, or a case file (default: incident)",
    )
    parser.add_argument(
        "--throttle", action="store_true", help="enforce the service's 5 calls per second"
    )
    return parser


def _fail(message: str, code: int = USAGE) -> int:
    _warn(message)
    return code


def _warn(message: str) -> None:
    """Print to stderr what stays after the end. File names in it may hold anything."""
    from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

    with suppress(OSError):  # the terminal can be gone
        for line in message.splitlines():
            print(f"ivscope: {safe(line)}", file=sys.stderr)


def _say(text: str) -> None:
    """Print a line.

    Raises:
        SystemExit: It cannot be printed.
    """
    from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

    try:
        print(safe(text), flush=True)
    except OSError as error:
        raise SystemExit(_fail(f"cannot print: {error.strerror}", INCOMPLETE)) from error


def _check_config() -> int:
    from ivscope.settings.configuration import configuration_path, load  # noqa: PLC0415 - keeps --help quick

    _, complaints = load(os.environ)
    for complaint in complaints:
        _say(complaint)
    if complaints:
        return USAGE
    path = configuration_path(os.environ)
    is_there = path is not None and path.exists()
    _say(f"config ok: {path}" if is_there else f"config ok: defaults, no file at {path}")
    return 0


def _explore(options: argparse.Namespace) -> int:
    if options.check_config:
        return _check_config()
    from ivscope.terminal.settings import (  # noqa: PLC0415 - keeps --help quick
        NOT_FOR_IVSCOPE,
        draws_blocks,
        refusal,
        theme_of_ground,
        toolkit_settings,
    )

    complaint = _bad_ids(options)
    if complaint is None:
        streams = (sys.stdin, sys.stdout)  # none where one was closed
        is_terminal = all(stream and stream.isatty() for stream in streams)
        complaint = refusal(os.environ, is_terminal=is_terminal)
    if complaint is not None:
        return _fail(complaint)
    from ivscope.settings.configuration import AUTO_THEME, load  # noqa: PLC0415 - keeps --help quick
    from ivscope.settings.files import close_to_others, state_folder  # noqa: PLC0415 - same
    from ivscope.settings.prompt_history import FILE_NAME  # noqa: PLC0415 - same

    close_to_others(state_folder(os.environ))
    configuration, complaints = load(os.environ)
    for name in NOT_FOR_IVSCOPE & os.environ.keys():
        del os.environ[name]
    theme = os.environ.get("TEXTUAL_THEME", configuration.theme)
    os.environ.update(toolkit_settings(os.environ))
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - keeps --help quick

    try:
        origin = _origin(options)
    except UnusableFileError as refused:
        return _fail(str(refused))
    # What loads now stays as long as the program: looking through it for garbage, again and again,
    # would take a tenth of the start. The app turns it on when the explorer is there.
    gc.disable()
    from ivscope.ui.app import IvscopeApp  # noqa: PLC0415 - Textual reads the settings when imported
    from ivscope.ui.driver import QuickDriver  # noqa: PLC0415 - same
    from ivscope.ui.stylesheets import PLAIN_SIGNS  # noqa: PLC0415 - same
    from ivscope.workspace.launch import Launch, RecordingStatus  # noqa: PLC0415 - same

    def start() -> "Place":
        from ivscope.workspace.place import Place  # noqa: PLC0415 - behind the first frame

        return Place(options.stage, options.session, options.participant)

    recording = origin.recording if origin.connect is not None else None

    def recorded() -> RecordingStatus:
        assert recording is not None  # noqa: S101 - only asked where there is one
        also = ", another ivscope too" if recording.has_other_writer else ""
        return RecordingStatus(f"{recording.path.name}{also}", recording.lost, recording.failure)

    launch = Launch(
        label=origin.label,
        start=start,
        profile=options.profile,
        world=options.world if options.demo else None,
        at=options.at,
        event=options.event,
        filter=options.filter,
        recording=None if recording is None else recorded,
        complaints=complaints,
    )
    app = IvscopeApp(
        origin.connect,
        launch,
        configuration,
        recorded=origin.recorded,
        clock=origin.clock,
        history=state_folder(os.environ) / FILE_NAME,
        driver_class=QuickDriver,
    )
    blocks = draws_blocks(os.environ, configuration.glyphs, configuration.glyph_width)
    app.set_class(not blocks, PLAIN_SIGNS)
    app.theme = theme_of_ground(os.environ) if theme == AUTO_THEME else theme
    app.run(mouse=options.mouse or configuration.mouse)
    return _after(app, recording)


def _after(app: "IvscopeApp", recording: "Recording | None") -> int:
    """Say what became of files, and what failed, when the screen is gone; the exit code.

    Raises:
        Exception: The bug that ended the explorer.
    """
    for outcome in app.jobs.outcomes:
        _warn(outcome.text)
    if recording is not None:
        _warn(recording.in_words)
    for bug in app.jobs.bugs:
        _warn(bug.report)
    if app.crash is not None:
        raise app.crash
    is_whole = all(outcome.is_kept for outcome in app.jobs.outcomes) and not app.jobs.bugs
    is_whole = is_whole and (recording is None or not recording.lost)
    return app.return_code or (0 if is_whole else INCOMPLETE)


def _origin(options: argparse.Namespace) -> "Origin":
    """Where to read from, by the arguments."""
    from ivscope.cli import connections  # noqa: PLC0415 - behind the checks

    if options.recording is not None:
        origin = connections.to_recording(options.recording)
        if options.stage is None and origin.session is not None:
            options.stage = origin.session.stage_arn
            options.session = origin.session.session_id
        return origin
    if options.demo:
        return connections.to_world(options.world, options.record)
    return connections.to_aws(
        options.profile, options.region, options.stage, options.endpoint_url, options.record
    )


def _bad_ids(options: argparse.Namespace) -> str | None:
    options.event = None
    if options.stage is None:
        return None
    from ivscope.domain.identifiers import (  # noqa: PLC0415 - not needed without arguments
        is_participant_id,
        read_identifiers,
    )

    found = read_identifiers(options.stage)
    if options.session is None and found.session_id is not None:
        # One pasted text can name stage, session and participant.
        options.session, options.event = found.session_id, found
        options.participant = None if found.also else found.participant_id
    if found.stage_arn is None:
        return (
            f"'{options.stage}' holds no stage ARN "
            "(arn:aws:ivs:REGION:ACCOUNT:stage/ID); start without it to pick a stage"
        )
    options.stage = found.stage_arn
    if options.participant is not None and not is_participant_id(options.participant):
        return f"'{options.participant}' is not a participant id (letters, digits, - and _)"
    return None


def _serve(options: argparse.Namespace) -> int:
    import signal  # noqa: PLC0415 - only for the endpoint
    from threading import Event  # noqa: PLC0415 - same

    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - same
    from ivscope.endpoint.server import Endpoint  # noqa: PLC0415 - same
    from ivscope.render.safe import safe  # noqa: PLC0415 - same

    def stop(number: int, _frame: object) -> NoReturn:
        raise SystemExit(_STOPPED + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        world, session = _served(options.world)
        endpoint = Endpoint(world, options.port, throttle=options.throttle)
    except UnusableFileError as refused:
        return _fail(f"{options.world}: {refused}")
    except OverflowError:
        return _fail(f"port {options.port} does not exist: ports go from 0 to 65535")
    except OSError as error:
        return _fail(f"port {options.port} cannot be opened: {error.strerror}; choose another")
    with endpoint:
        keys = "AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo"
        there = f"--region {world.region} --endpoint-url {endpoint.url}"
        print(f"{safe(options.world)} on {endpoint.url} (Region {world.region}), for example:")
        print(f"  {keys} {' '.join(('ivscope', *session))} {there}")
        print(f"  {keys} aws ivs-realtime list-stages {there}", flush=True)
        Event().wait()
    return 0


def _served(name: str) -> "tuple[World, tuple[str, ...]]":
    """The world of this name or file, and stage ARN and session id if it has one session only.

    Raises:
        UnusableFileError: It is no case file.
    """
    from pathlib import Path  # noqa: PLC0415 - only for the endpoint

    from ivscope.domain.clock import utc_now  # noqa: PLC0415 - same
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - same
    from ivscope.endpoint.worlds.case_file import CaseWorld, read_case_file  # noqa: PLC0415 - same
    from ivscope.endpoint.worlds.catalog import open_world  # noqa: PLC0415 - same

    if name in _WORLDS:
        return open_world(name, utc_now), ()
    if not Path(name).exists():
        raise UnusableFileError(f"no such file, and the worlds are {', '.join(_WORLDS)}")
    case = read_case_file(Path(name))
    return CaseWorld(case), (case.stage["arn"], case.session["sessionId"])


def run() -> NoReturn:
    """Run ivscope and end the process at once.

    The interpreter's own end would wait for imports and threads that nobody needs any more: up
    to 0.2 s with boto3 loaded, and longer with a call in flight.
    """
    try:
        code = main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else USAGE
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - told, and the exit code says so
        code = _crashed(bug)
    for stream in filter(None, (sys.stdout, sys.stderr)):  # none where it was closed
        try:
            stream.flush()
        except OSError:  # a full disk, or a terminal that is gone
            code = code or INCOMPLETE
    os._exit(code)


def _crashed(bug: Exception) -> int:
    """Report a bug, without what was read; the exit code."""
    from ivscope.domain.clock import utc_now  # noqa: PLC0415 - seldom
    from ivscope.terminal.crash_report import CRASHED, report_crash  # noqa: PLC0415 - seldom

    commands = sys.modules.get("ivscope.ui.commands")
    done = () if commands is None else commands.LAST_DONE
    return _fail(report_crash(bug, done, os.environ, utc_now()), CRASHED)


if __name__ == "__main__":
    run()
