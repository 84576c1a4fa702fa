"""The command `ivscope endpoint`: a demo world or a case file as an endpoint over HTTP."""

import argparse
import signal
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import NoReturn

from ivscope import endpoint
from ivscope.cli.command_line import WORLDS, Parser, fail, print_lines
from ivscope.domain.clock import utc_now
from ivscope.domain.failures import UnusableFileError
from ivscope.endpoint.faults import FAULTS, PREFIX
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.world import World
from ivscope.endpoint.worlds.case_file import CaseWorld, read_case_file
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.render.safe import safe

_STOPPED = 128
"""A shell's exit code for a process that a signal stopped is this and the signal's number."""


def run(words: Sequence[str]) -> int:
    """Serve until a signal comes; the exit code."""
    return _serve(_parser().parse_args(words))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ivscope endpoint",
        description="Serve a demo world or a case file (README says what is in it) as an\n"
        "ivs-realtime endpoint. Any credentials will do. Ctrl+C stops it.",
        epilog=f"{endpoint.__doc__}\n{_failing()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=0, help="port (default: any free one)")
    parser.add_argument(
        "--world",
        metavar="NAME|FILE",
        default="incident",
        help=f"what to serve: {', '.join(WORLDS)}, or a case file (default: incident)",
    )
    parser.add_argument(
        "--throttle", action="store_true", help="enforce the service's 5 calls per second"
    )
    return parser


def _failing() -> str:
    """How to let calls fail, for those who test a client of their own."""
    width = max(map(len, FAULTS))
    faults = "\n".join(f"  {name:<{width}}  {fault.about}" for name, fault in FAULTS.items())
    return (
        f"To see how a client takes a failure, give it an endpoint URL that ends in {PREFIX}NAME:\n"
        "all its calls fail so. NAME:2 lets the first two fail, NAME@2 the second one alone, and\n"
        f"NAME.ListParticipants those of one operation. NAME is one of\n{faults}"
    )


def _serve(options: argparse.Namespace) -> int:
    def stop(number: int, _frame: object) -> NoReturn:
        raise SystemExit(_STOPPED + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        world, session = _served(options.world)
        running = Endpoint(world, options.port, throttle=options.throttle)
    except UnusableFileError as refused:
        return fail(f"{options.world}: {refused}")
    except OverflowError:
        return fail(f"port {options.port} does not exist: ports go from 0 to 65535")
    except OSError as error:
        return fail(f"port {options.port} cannot be opened: {error.strerror}; choose another")
    with running:
        keys = "AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo"
        there = f"--region {world.region} --endpoint-url {running.url}"
        print_lines(
            [
                f"{safe(options.world)} on {running.url} (Region {world.region}), for example:",
                f"  {keys} {' '.join(('ivscope', *session))} {there}",
                f"  {keys} aws ivs-realtime list-stages {there}",
            ]
        )
        Event().wait()
    return 0


def _served(name: str) -> tuple[World, tuple[str, ...]]:
    """The world of this name or file, and stage ARN and session id if it has one session only.

    Raises:
        UnusableFileError: It is no case file.
    """
    if name in WORLDS:
        return open_world(name, utc_now), ()
    if not Path(name).exists():
        raise UnusableFileError(f"no such file, and the worlds are {', '.join(WORLDS)}")
    case = read_case_file(Path(name))
    return CaseWorld(case), (case.stage["arn"], case.session["sessionId"])
