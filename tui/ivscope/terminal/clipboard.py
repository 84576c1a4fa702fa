r"""Copies text to the clipboard of the person: through tmux, GNU screen, SSH, or on this machine.

Whether a terminal took the text cannot be known, so no message claims more than what was done.
tmux in its default settings drops OSC 52 from the programs inside it, wrapped or not, but passes on
what `tmux load-buffer -w` is given. A native tool on a remote machine fills a clipboard that nobody
sees.
"""

import base64
import shutil
import subprocess
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from ivscope.settings.files import save_private

SETTING: Final = "IVSCOPE_CLIPBOARD"
"""Environment variable that chooses the route: auto, tmux, osc52, native or file."""

LARGEST_OSC52: Final = 74_994
"""Base64 bytes. Terminals ignore or cut longer ones; k9s has the same limit."""

SAFE_OSC52: Final = 2_048
"""Base64 bytes. Some terminals cut at 3 kB and say nothing, so longer text is saved as well."""

FILE_NAME: Final = "clipboard.txt"
"""A single file, overwritten by every copy that needs it, so that files do not pile up."""

_TIMEOUT = 1.0
"""Seconds that one outside program may take."""

_SCREEN_CHUNK = 76
"""Characters in one control string; GNU screen drops strings of more than a few hundred."""

_NATIVE_COMMANDS = (
    (("pbcopy",), None),
    (("wl-copy",), "WAYLAND_DISPLAY"),
    (("xclip", "-selection", "clipboard", "-in"), "DISPLAY"),
)
"""Commands, each with the environment variable that is set when it can work."""

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]
"""`subprocess.run`, or what stands in for it."""


class Route(StrEnum):
    """A route to a clipboard."""

    TMUX = "tmux"
    SCREEN = "screen"
    OSC52 = "osc52"
    NATIVE = "native"
    FILE = "file"


class CopyResult(NamedTuple):
    """What was done with a text, without a claim that it arrived."""

    route: Route | None
    """The first route that took the text. None when none did."""
    message: str
    """One line for the status line."""
    file: Path | None = None
    """Where the whole text was saved, for its owner only. None when it was not."""


def chosen_route(environ: Mapping[str, str]) -> Route:
    """The route that `copy` tries first, by the setting and by where the program runs."""
    setting = environ.get(SETTING, "")
    if setting in _SETTINGS:
        return Route(setting) if setting != Route.OSC52 else _terminal_route(environ)
    return Route.TMUX if environ.get("TMUX") else _terminal_route(environ)


def copy(
    text: str,
    environ: Mapping[str, str],
    write: Callable[[str], None],
    run: Run = subprocess.run,
    *,
    folder: Path,
    print_key: str,
) -> CopyResult:
    """Copy a text. Failures of programs and files are in the result; none is raised.

    Blocks: up to a second for each program that it starts, two of tmux and one native tool. Call
    it from a worker thread.

    Args:
        text: Any text; a lone surrogate is copied as its escape, which UTF-8 can carry.
        environ: Where the program runs, and the setting.
        write: Sends control sequences to the terminal, whole; called from this thread.
        run: Starts a program and waits for it.
        folder: Where a long text is saved; made when it is missing.
        print_key: The key that prints the text instead, for the message.
    """
    return _Copying(text, environ, write, run, folder, print_key=print_key).result()


class _Copying:
    """The copying of one text: which routes took it so far, and the words of the message."""

    def __init__(
        self,
        text: str,
        environ: Mapping[str, str],
        write: Callable[[str], None],
        run: Run,
        folder: Path,
        *,
        print_key: str,
    ) -> None:
        self._content = text.encode("utf-8", "backslashreplace")
        self._encoded = base64.b64encode(self._content).decode("ascii")
        self._environ = environ
        self._write = write
        self._run = run
        self._folder = folder
        self._prints = f"{print_key} prints it"
        self._route: Route | None = None
        self._said: list[str] = []
        self._file: Path | None = None

    def result(self) -> CopyResult:
        setting = self._environ.get(SETTING, "")
        first = chosen_route(self._environ)
        match first:
            case Route.TMUX:
                if not self._to_tmux() and setting != Route.TMUX:
                    self._to_terminal(_terminal_route(self._environ))
            case Route.SCREEN | Route.OSC52:
                self._to_terminal(first)
            case Route.NATIVE:
                self._to_native(is_needed=True)
            case Route.FILE:
                pass
        if setting not in _SETTINGS and not _is_remote(self._environ):
            self._to_native(is_needed=False)
        long_for_terminals = first is not Route.NATIVE and len(self._encoded) > SAFE_OSC52
        if first is Route.FILE or self._route is None or long_for_terminals:
            self._to_file()
        if setting and setting != "auto" and setting not in _SETTINGS:
            self._said.append(f"{SETTING} is not one of auto, {', '.join(_SETTINGS)}")
        return CopyResult(self._route, "; ".join(self._said), self._file)

    def _took(self, route: Route, said: str) -> None:
        self._route = self._route or route
        self._said.append(said)

    def _to_tmux(self) -> bool:
        problem = self._fed(("tmux", "load-buffer", "-w", "-"))
        if problem is None:
            self._took(Route.TMUX, "in the tmux buffer and sent on (prefix ] pastes)")
            return True
        # Before 3.2 tmux knew no -w.
        if problem.startswith("exit") and self._fed(("tmux", "load-buffer", "-")) is None:
            self._took(Route.TMUX, "in the tmux buffer only (prefix ] pastes)")
            return True
        self._said.append(f"tmux did not take it ({problem})")
        return False

    def _to_terminal(self, route: Route) -> None:
        if len(self._encoded) > LARGEST_OSC52:
            self._said.append("too long for the terminal's clipboard")
            return
        sequence = f"\x1b]52;c;{self._encoded}\x07"
        self._write(_wrapped(sequence) if route is Route.SCREEN else sequence)
        self._took(
            route, f"sent to the terminal's clipboard (OSC 52); if paste is empty, {self._prints}"
        )

    def _to_native(self, *, is_needed: bool) -> None:
        for command, display in _NATIVE_COMMANDS:
            if display is not None and not self._environ.get(display):
                continue
            if shutil.which(command[0], path=self._environ.get("PATH", "")) is None:
                continue
            problem = self._fed(command)
            if problem is None:
                self._took(Route.NATIVE, f"given to {command[0]}")
                return
            if is_needed:
                self._said.append(f"{command[0]} did not take it ({problem})")
        if is_needed and not self._said:
            self._said.append("no pbcopy, wl-copy or xclip with a display here")

    def _to_file(self) -> None:
        path = self._folder / FILE_NAME
        try:
            save_private(path, (self._content,))
        except OSError as error:
            self._said.append(f"not saved in {path} ({error.strerror}); {self._prints}")
            return
        self._file = path
        self._took(Route.FILE, f"all of it in {path}")

    def _fed(self, command: tuple[str, ...]) -> str | None:
        """Give the text to a program; returns what went wrong, or None."""
        try:
            # Its output is discarded: xclip and wl-copy leave a child behind that would keep a
            # pipe open for as long as they own the clipboard.
            done = self._run(
                command,
                input=self._content,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT,
                env=dict(self._environ),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"no answer in {_TIMEOUT:g} s"
        except OSError as error:
            return error.strerror or "it cannot be started"
        return None if done.returncode == 0 else f"exit code {done.returncode}"


_SETTINGS = (Route.TMUX, Route.OSC52, Route.NATIVE, Route.FILE)


def _terminal_route(environ: Mapping[str, str]) -> Route:
    return Route.SCREEN if environ.get("STY") else Route.OSC52


def _is_remote(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def _wrapped(sequence: str) -> str:
    """Wrap a sequence for GNU screen, which passes the inside of a DCS string to its terminal."""
    starts = range(0, len(sequence), _SCREEN_CHUNK)
    chunks = (sequence[start : start + _SCREEN_CHUNK] for start in starts)
    return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
