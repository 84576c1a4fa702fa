"""The command `ivscope`: from arguments to the application. Only here is printed and exited."""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn

from ivscope import __version__

if TYPE_CHECKING:
    from ivscope.cli.connections import Origin
    from ivscope.endpoint.world import World
    from ivscope.workspace.place import Place

USAGE = 2
"""Exit code for arguments or a terminal that we cannot work with."""

_STOPPED = 128
"""A shell's exit code for a process that a signal stopped is this and the signal's number."""

INCOMPLETE = 1
"""Exit code when something that was asked for is missing: a file given up, answers not recorded,
a rule that failed."""

_WORLDS = ("incident", "quiet", "huge")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ivscope; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] == ["endpoint"]:
        return _serve(_endpoint_parser().parse_args(words[1:]))
    if words[:1] == ["open"]:
        return _explore(_recording_parser().parse_args(words[1:]))
    return _explore(_explorer_parser().parse_args(words))


def _explorer_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ivscope",
        description="Explore Amazon IVS Real-Time stage sessions in the terminal. Read-only.",
        epilog="ivscope open --help tells how to open a recording without AWS, and ivscope "
        "endpoint --help how to serve a demo world or a case file over HTTP.",
    )
    _add_place(parser)
    parser.add_argument("--profile", help="AWS profile (else AWS_PROFILE, else the default one)")
    parser.add_argument("--region", help="AWS Region (else that of the ARN, else configured)")
    parser.add_argument("--endpoint-url", help="another endpoint than that of the Region")
    parser.add_argument(
        "--demo", action="store_true", help="no AWS: explore a world of our own over real HTTP"
    )
    parser.add_argument("--world", choices=_WORLDS, default="incident", help="world of the demo")
    parser.add_argument(
        "--check-config", action="store_true", help="say what is wrong with config.toml, and end"
    )
    parser.add_argument(
        "--record",
        metavar="FILE",
        help="save everything read in this file, and go on from what it holds already",
    )
    parser.add_argument("--version", action="version", version=f"ivscope {__version__}")
    parser.set_defaults(recording=None)
    return parser


def _recording_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
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
    parser.add_argument("--mouse", action="store_true", help="take the mouse from the terminal")


def _endpoint_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ivscope endpoint",
        description="Serve a demo world or a case file as an ivs-realtime endpoint on 127.0.0.1, "
        "for the explorer, the AWS CLI and SDKs. Any credentials will do. Ctrl+C stops it.",
        epilog="A case file is one session as JSON, for tests and bug reports; README says what "
        "is in it.",
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


def _fail(message: str) -> int:
    print(f"ivscope: {message}", file=sys.stderr)
    return USAGE


def _check_config() -> int:
    from ivscope.settings.configuration import configuration_path, load  # noqa: PLC0415 - keeps --help quick

    _, complaints = load(os.environ)
    for complaint in complaints:
        print(complaint)
    if complaints:
        return USAGE
    path = configuration_path(os.environ)
    is_there = path is not None and path.exists()
    print(f"config ok: {path}" if is_there else f"config ok: defaults, no file at {path}")
    return 0


def _explore(options: argparse.Namespace) -> int:
    if options.check_config:
        return _check_config()
    from ivscope.terminal.settings import refusal, toolkit_settings  # noqa: PLC0415 - keeps --help quick

    complaint = _bad_ids(options)
    if complaint is None:
        is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
        complaint = refusal(os.environ, is_terminal=is_terminal)
    if complaint is not None:
        return _fail(complaint)
    from ivscope.settings.configuration import load  # noqa: PLC0415 - keeps --help quick
    from ivscope.settings.files import state_folder  # noqa: PLC0415 - same
    from ivscope.settings.prompt_history import FILE_NAME  # noqa: PLC0415 - same

    configuration, complaints = load(os.environ)
    os.environ.update(toolkit_settings(os.environ, configuration.theme))
    from ivscope.domain.failures import UnusableFileError  # noqa: PLC0415 - keeps --help quick
    from ivscope.render.safe import safe  # noqa: PLC0415 - same
    from ivscope.ui.app import IvscopeApp  # noqa: PLC0415 - Textual reads the settings when imported
    from ivscope.ui.driver import QuickDriver  # noqa: PLC0415 - same
    from ivscope.workspace.launch import Launch, RecordingStatus  # noqa: PLC0415 - same

    def start() -> "Place":
        from ivscope.workspace.place import Place  # noqa: PLC0415 - behind the first frame

        return Place(options.stage, options.session, options.participant)

    try:
        origin = _origin(options)
    except UnusableFileError as refused:
        return _fail(str(refused))
    recording = origin.recording if origin.connect is not None else None

    def recorded() -> RecordingStatus:
        assert recording is not None  # noqa: S101 - only asked where there is one
        return RecordingStatus(recording.path.name, recording.lost, recording.failure)

    launch = Launch(
        label=origin.label,
        start=start,
        profile=options.profile,
        world=options.world if options.demo else None,
        at=options.at,
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
    app.run(mouse=options.mouse or configuration.mouse)
    with suppress(OSError):  # the terminal can be gone
        for outcome in app.jobs.outcomes:
            print(f"ivscope: {safe(outcome.text)}", file=sys.stderr)
        if recording is not None:
            print(f"ivscope: {recording.in_words}", file=sys.stderr)
        for bug in app.jobs.bugs:
            print(f"ivscope: {bug.report}", file=sys.stderr)
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
    if options.stage is None:
        return None
    from ivscope.domain.identifiers import (  # noqa: PLC0415 - not needed without arguments
        is_participant_id,
        read_identifiers,
    )

    found = read_identifiers(options.stage)
    if options.session is None and found.session_id is not None:
        # One pasted text can name stage, session and participant.
        options.session, options.participant = found.session_id, found.participant_id
    if found.stage_arn is None:
        return (
            f"{options.stage!r} holds no stage ARN "
            "(arn:aws:ivs:REGION:ACCOUNT:stage/ID); start without it to pick a stage"
        )
    options.stage = found.stage_arn
    if options.participant is not None and not is_participant_id(options.participant):
        return f"{options.participant!r} is not a participant id (letters, digits, - and _)"
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
        return _fail(f"{safe(options.world)}: {refused}")
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
    code = main()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # the terminal can be gone
            stream.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
