"""Runs a program in a pseudo-terminal, keeps all bytes it sends, and draws its screen by pyte."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Self

import pyte

IVSCOPE = (sys.executable, "-m", "ivscope")
"""The command, as `ivscope` starts it."""

AT_CURSOR = ("▌", ">")
"""What stands before the row under the cursor, by the locale that the tests run in."""

KEYS = {
    "enter": b"\r",
    "esc": b"\x1b",
    "tab": b"\t",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "backspace": b"\x7f",
    "ctrl+q": b"\x11",
    "ctrl+c": b"\x03",
}

_SEQUENCE = re.compile(
    rb"\x1b(?:\[([<-?]*)[0-9:;]*([ -/]*)([@-~])"
    rb"|\]([0-9]*)[^\x07\x1b]*(?:\x07|\x1b\\)|([PX^_])|(.))",
    re.DOTALL,
)
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_PLACE = re.compile(rb"\x1b\[(\d+);\d+H(?=\x1b\[[0-9;]*m|[^\x1b])")
_COLOUR = re.compile(rb"\x1b\[([0-9;:]*)m")


_KEPT = ("PATH", "PYTHONPATH", "HOME", "LANG", "XDG_CONFIG_HOME", "XDG_STATE_HOME")


def settings(**more: str) -> dict[str, str]:
    """Environment of a child: no AWS settings of the machine, dummy keys, a capable terminal."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return (
        kept
        | {
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PYTHONUTF8": "1",
            "TZ": "UTC",
            "AWS_ACCESS_KEY_ID": "a",
            "AWS_SECRET_ACCESS_KEY": "b",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        | more
    )


def _seen(cell: pyte.screens.Char) -> pyte.screens.Char:
    """Return a blank without the colour and the weight that a letter would have there."""
    if cell.data != " " or cell.reverse or cell.underscore or cell.strikethrough:
        return cell
    return cell._replace(fg="default", bold=False, italics=False)


class Terminal:
    """Runs a command until the block ends. Answers no query of the program."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.raw = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lines = [""] * 200
        self._cells: list[list[str]] = [[] for _ in self._lines]
        self._master, slave = pty.openpty()
        self._set_size(columns, rows)
        self.first_line_settings = self.line_settings
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=settings() if environ is None else environ,
            close_fds=True,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - own session
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        if self._master >= 0:
            os.close(self._master)

    # In.

    def press(self, *keys: str) -> Self:
        """Keys by name, or characters as they are."""
        for key in keys:
            self.send(KEYS.get(key) or key.encode())
        return self

    def send(self, raw: bytes) -> Self:
        """Bytes as they are."""
        while raw:
            _, writable, _ = select.select([], [self._master], [], 5)
            assert writable, "the program reads no more"
            raw = raw[os.write(self._master, raw[:1024]) :]
            self._read(0)
        return self

    def paste(self, text: str) -> Self:
        """A bracketed paste, as terminals send it: without the bytes that would end it."""
        body = text.encode("utf-8", "replace").replace(b"\x1b", b"")
        return self.send(b"\x1b[200~" + body + b"\x1b[201~")

    def resize(self, columns: int, rows: int) -> Self:
        """Change the size and send the signal for it."""
        self._screen.resize(rows, columns)
        self._screen.dirty.update(range(rows))
        self._set_size(columns, rows)
        os.killpg(self._process.pid, signal.SIGWINCH)
        return self

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # Out.

    def _read(self, seconds: float) -> bool:
        """Read what comes within the time; returns whether something came."""
        try:
            if not select.select([self._master], [], [], seconds)[0]:
                return False
            raw = os.read(self._master, 65536)
        except OSError:  # the program has ended
            return False
        self.raw += raw
        self._stream.feed(raw)
        return bool(raw)

    @property
    def screen(self) -> list[str]:
        """Lines on screen."""
        self._refresh()
        return self._lines[: self._screen.lines]

    @property
    def cells(self) -> list[list[str]]:
        """Lines as lists of cells; empty text on the right half of a wide character."""
        self._refresh()
        return self._cells[: self._screen.lines]

    @property
    def looks(self) -> list[list[pyte.screens.Char]]:
        """Lines as lists of cells with their colours and styles, as far as they are seen."""
        columns, buffer = range(self._screen.columns), self._screen.buffer
        return [[_seen(buffer[y][x]) for x in columns] for y in range(self._screen.lines)]

    def _refresh(self) -> None:
        """Build the lines that changed: building all of a large screen takes milliseconds."""
        columns, buffer = range(self._screen.columns), self._screen.buffer
        for y in self._screen.dirty:
            if y < self._screen.lines:
                row = buffer[y]
                self._cells[y] = [row[x].data for x in columns]
                self._lines[y] = "".join(self._cells[y]).rstrip()
        self._screen.dirty.clear()

    @property
    def process_id(self) -> int:
        """Id of the process that was started."""
        return self._process.pid

    @property
    def text(self) -> str:
        return "\n".join(self.screen)

    @property
    def cursor_is_hidden(self) -> bool:
        return self._screen.cursor.hidden

    @property
    def modes(self) -> set[int]:
        """Private modes that are on now, from all that was sent."""
        on: set[int] = set()
        for numbers, end in _MODE.findall(self.raw):
            for number in numbers.split(b";"):
                (on.add if end == b"h" else on.discard)(int(number))
        return on

    def until(self, condition: str | Callable[[], object], timeout: float = 15) -> Self:
        """Wait for a text on screen, or for a condition on it."""
        if isinstance(condition, str):
            wanted, condition = condition, lambda: wanted in self.text
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, f"never came; the screen:\n{self.text}"
            if not self._read(0.05) and self._process.poll() is not None:
                assert condition(), f"ended with {self._process.returncode}:\n{self.text}"
        return self

    def until_quiet(self, seconds: float = 0.15, timeout: float = 15) -> Self:
        """Wait until nothing has come for a while."""
        deadline = time.monotonic() + timeout
        while self._read(seconds):
            assert time.monotonic() < deadline, f"never rests; the screen:\n{self.text}"
        return self

    def signal(self, number: int) -> Self:
        """Send the program a signal, as `kill` does."""
        os.kill(self._process.pid, number)
        return self

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        os.close(self._master)
        self._master = -1

    def ended(self, timeout: float = 10) -> int:
        """Wait for the end without reading the terminal; the exit code."""
        return self._process.wait(timeout)

    @property
    def line_settings(self) -> list[object]:
        """The settings of the terminal, as `stty` shows them."""
        return termios.tcgetattr(self._master)

    def kill(self) -> None:
        """Kill the program as the system does when memory is short, so that it cannot clean up."""
        self._process.kill()
        self._process.wait()

    def exit_code(self, timeout: float = 10) -> int:
        """Wait for the end."""
        deadline = time.monotonic() + timeout
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"still running; the screen:\n{self.text}"
            self._read(0.05)
        while self._read(0.05):
            pass
        return self._process.returncode


def sequence_kinds(raw: bytes) -> set[bytes | str]:
    """The kinds of control sequences and characters that a program sent.

    Control sequences by introducer and final byte, modes with their number, other control
    characters, C1 and DEL as they are.
    """
    kinds: set[bytes | str] = set()
    for match in _SEQUENCE.finditer(raw):
        private, between, final, command, string, other = match.groups()
        if final is not None:
            mode = match[0] if final in b"hl" else b""
            kinds.add(mode or b"CSI " + private + between + final)
        elif command is not None:
            kinds.add(b"OSC " + command)
        else:
            kinds.add(b"ESC " + (string or other))
    rest = _SEQUENCE.sub(b"", raw).decode("utf-8", "surrogateescape")
    kinds |= {repr(sign) for sign in set(rest) if not sign.isprintable()}
    return kinds


def lines_written(raw: bytes) -> set[int]:
    """The lines of the screen, 0 on top, that something was written to."""
    return {int(y) - 1 for y in _PLACE.findall(raw)}


def colours(raw: bytes) -> set[int]:
    """Every colour number that was set: 30 to 49, 90 to 107, and those after 38 and 48."""
    found: set[int] = set()
    for numbers in _COLOUR.findall(raw):
        values = [int(number or 0) for number in re.split(rb"[;:]", numbers)]
        found |= {value for value in values if 30 <= value <= 49 or 90 <= value <= 107}
    return found


def has_extended_colour(raw: bytes) -> bool:
    """Whether a colour of the 256 or of the 16 million was set."""
    return any(re.search(rb"(?:^|[;:])[345]8[;:]", n) for n in _COLOUR.findall(raw))
