"""The command `ivscope serve`: the explorer as a page in a browser on this machine.

textual-serve starts an explorer for each page that is opened, and passes keys and pictures on.
"""

import argparse
import os
import shlex
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from secrets import token_urlsafe
from textwrap import fill
from typing import TYPE_CHECKING

from ivscope.cli.command_line import Parser, fail, print_lines
from ivscope.cli.explore import check_words, show_page
from ivscope.cli.main import COMMANDS

if TYPE_CHECKING:
    from aiohttp import web

RISKS = (
    "Whoever has the address that is printed reads IVS with your credentials for as long as this "
    "runs: there is no login and no encryption, since textual-serve has neither. The random part "
    "of the address is all that keeps other users of this machine out, so do not pass it on, and "
    "mind that the browser keeps it in its history. The page is served on the loopback interface "
    "only and reads as ivscope does: nothing on AWS can be changed. Files are saved on this "
    "machine, not where the browser is."
)
"""Said in the help, and whenever it starts."""

_FORWARD = "to see the page from elsewhere, forward the port: ssh -L PORT:127.0.0.1:PORT HOST"

_NOT_INSTALLED = (
    "ivscope serve needs textual-serve, which is not installed here: "
    "pip install 'ivscope[web]', or '.[web]' in a checkout"
)

_KEY_BYTES = 24
"""Random bytes in the address: too many to be guessed over any network."""

_HEADERS = {
    # The page of textual-serve asks Google for a font; nothing but this machine shall be asked.
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' data: blob:; "
    "connect-src 'self' ws:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the address is the key
    "Cache-Control": "no-store",
}


def run(words: Sequence[str]) -> int:
    """Serve until a signal comes; the exit code."""
    options, rest = _parser().parse_known_args(words)
    if options.page:
        return show_page(rest)
    host = _loopback(options.host)
    if host is None:
        return fail(
            f"--host {options.host} is not an IPv4 address of this machine alone, 127.x.y.z; "
            f"{_FORWARD}"
        )
    if rest and rest[0] in COMMANDS and rest[0] != "open":
        return fail(f"a page shows the explorer alone: ivscope {rest[0]}, without serve")
    check_words(rest)
    try:
        from aiohttp import web  # noqa: F401, PLC0415 - only where it is installed
        from textual_serve.server import Server  # noqa: F401, PLC0415 - same
    except ModuleNotFoundError:
        return fail(_NOT_INSTALLED)
    try:
        listening = socket.create_server((host, options.port))
    except OverflowError:
        return fail(f"port {options.port} does not exist: ports go from 0 to 65535")
    except OSError as error:
        # The words of create_server name the address a second time, as Python writes it.
        why = os.strerror(error.errno) if error.errno else str(error)
        return fail(f"port {options.port} cannot be opened: {why}; choose another")
    _serve(listening, page_command(rest))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ivscope serve",
        usage="%(prog)s [-h] [--port PORT] [--host HOST] [what follows ivscope, or ivscope open]",
        description="Show the explorer in a browser on this machine; every page opened is an "
        f"explorer of its own. Ctrl+C stops it. {RISKS}",
        epilog="All other arguments are those of ivscope, or open and those of ivscope open: "
        f"ivscope serve --demo; {_FORWARD}. Needs the extra web: pip install 'ivscope[web]'.",
    )
    parser.add_argument("--port", type=int, default=0, help="port (default: any free one)")
    parser.add_argument(
        "--host", default="127.0.0.1", help="a loopback address, 127.x.y.z (default: 127.0.0.1)"
    )
    parser.add_argument("--page", action="store_true", help=argparse.SUPPRESS)  # one of its pages
    return parser


def _loopback(host: str) -> str | None:
    """The IPv4 loopback address that a host means; None for any other host."""
    if host == "localhost":
        return "127.0.0.1"
    with suppress(ValueError):
        address = ip_address(host)
        return host if address.version == 4 and address.is_loopback else None  # noqa: PLR2004 - IPv4
    return None


def page_command(words: Sequence[str]) -> str:
    """The shell command that runs the explorer of one page."""
    # -P: the folder in which it was started holds nothing that is to be imported.
    return shlex.join([sys.executable, "-P", "-m", "ivscope", "serve", "--page", *words])


def _serve(listening: socket.socket, command: str) -> None:
    from aiohttp import web  # noqa: PLC0415 - only where it is installed
    from textual_serve.server import Server  # noqa: PLC0415 - same

    host, port = listening.getsockname()
    address, key = f"http://{host}:{port}", token_urlsafe(_KEY_BYTES)
    pages = Server(command, host, port, title="ivscope", public_url=address)

    async def add_headers(_: "web.Request", response: "web.StreamResponse") -> None:
        response.headers.update(_HEADERS)

    async def said(_: "web.Application") -> None:
        print_lines([f"ivscope on {address}/{key}/", "", fill(RISKS), "", "Ctrl+C stops it."])

    async def application() -> "web.Application":
        below = await pages._make_app()  # noqa: SLF001 - the only way to serve it below a key
        below.on_startup.clear()  # its banner
        root = web.Application()
        root.add_subapp(f"/{key}", below)
        root.on_response_prepare.append(add_headers)
        root.on_startup.append(said)
        return root

    web.run_app(application(), sock=listening, print=None, access_log=None)
