"""PtySession: runs a program in a pseudo-terminal, sends keys, and times the bytes it sends."""

import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pyte

ROOT = Path(__file__).parent.parent
"""Folder in which programs run, so that they find `benchmarks`."""

KEYS: Mapping[str, str] = {
    "down": "\x1b[B",
    "up": "\x1b[A",
    "home": "\x1b[H",
    "end": "\x1b[F",
    "pagedown": "\x1b[6~",
    "enter": "\r",
    "esc": "\x1b",
    "ctrl+q": "\x11",
}
"""What a terminal sends for keys that are not letters."""

_LEFT_OUT = ("COLUMNS", "LINES", "TMUX", "NO_COLOR", "SSH_CONNECTION", "SSH_TTY", "ESCDELAY")
"""Variables of the caller's terminal that would change what is measured."""

_READ = 1 << 16
_SECOND = 1e9

_LINE_SECONDS = 0.02
"""A slow line gives what has come in this time at once: no eye sees it byte by byte."""

_SEQUENCE = re.compile(
    rb"\x1b\[[0-9;:?<=>]*[ -/]*[@-~]"  # control sequences
    rb"|\x1b[P\]_^X].*?(?:\x1b\\|\x07)"  # strings
    rb"|\x1b[ -/]*[0-~]",
    re.DOTALL,
)
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<=>][0-9;:]*[A-Za-z]|\x1b\[\?[0-9;]*(?:\$p|u)|\x1b[P\]].*?(?:\x1b\\|\x07)", re.DOTALL
)
_MODE_QUERY = re.compile(rb"\x1b\[\?(\d+)\$p")
_SYNCHRONIZED_OUTPUT = b"2026"


@dataclass(frozen=True, slots=True)
class Line:
    """What lies between a program and the person: a serial line, or a connection far away."""

    bytes_per_second: float
    """At which the terminal takes what the program sends; the system keeps 8 kB in between."""
    round_trip: float = 0.0
    """Seconds until an answer of the terminal to a question of the program is there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The bytes that came after a key, or within some time."""

    first_milliseconds: float | None
    """From the key to the first bytes; None when nothing came."""
    milliseconds: float | None
    """From the key to the last byte; None when nothing came."""
    data: bytes

    @property
    def size(self) -> int:
        """How many bytes came."""
        return len(self.data)


def plain(data: bytes) -> bytes:
    """Remove control sequences, so that a text drawn in one piece can be found."""
    return _SEQUENCE.sub(b"", data)


class PtySession:
    """One program on a pseudo-terminal that knows synchronized output, as modern ones do.

    Times are taken when the bytes can be read, before anything looks at them.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        line: Line | None = None,
    ) -> None:
        self._line = line
        self._taken_at = time.monotonic()
        self._replies: list[tuple[float, bytes]] = []
        variables = {
            name: value
            for name, value in os.environ.items()
            if name not in _LEFT_OUT and not name.startswith("TEXTUAL")
        }
        variables |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        variables |= environment or {}
        self._size = columns, rows
        self._chunks: list[tuple[int, bytes]] = []
        self._asked = b""
        self._master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._began = time.perf_counter_ns()
        self._process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=variables,
            start_new_session=True,
        )
        os.close(slave)
        os.set_blocking(self._master, False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the program; kill it if it takes more than a second."""
        self._process.terminate()
        if not self._until(self._is_over, 1.0):
            self._process.kill()
            self._process.wait()
        os.close(self._master)

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def now(self) -> float:
        """Milliseconds since the start of the program, on the scale of `until`."""
        return (time.perf_counter_ns() - self._began) / 1e6

    def until(self, text: str, *, seconds: float = 60.0) -> float:
        """Return milliseconds from the start of the program until a text is complete.

        Raises:
            TimeoutError: It never came, or the program ended; says what is on screen.
        """
        wanted = text.encode()
        seen, position = b"", 0

        def is_there() -> bool:
            nonlocal seen, position
            if self._is_over():
                raise TimeoutError(f"ended before {text!r} came:\n{self.screen()}")
            while position < len(self._chunks):
                seen += self._chunks[position][1]
                position += 1
                if wanted in plain(seen):
                    return True
            return False

        if not self._until(is_there, seconds):
            raise TimeoutError(f"{text!r} never came; on screen:\n{self.screen()}")
        return (self._chunks[position - 1][0] - self._began) / 1e6

    @property
    def last_byte(self) -> float:
        """When the last byte came, on the scale of `now`."""
        return (self._chunks[-1][0] - self._began) / 1e6 if self._chunks else 0.0

    def settled_bytes(self, quiet: float, *, seconds: float = 120.0) -> int:
        """Wait as `settle`; returns how many bytes came meanwhile."""
        first = len(self._chunks)
        self.settle(quiet, seconds=seconds)
        return len(self._data(first))

    def wait_for(self, condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
        """Wait until something outside has happened.

        Raises:
            TimeoutError: It did not; says what is on screen.
        """
        if not self._until(condition, seconds):
            raise TimeoutError(f"waited in vain; on screen:\n{self.screen()}")

    def settle(self, quiet: float = 0.5, *, seconds: float = 30.0) -> None:
        """Wait until nothing has come for so many seconds."""
        end = time.monotonic() + seconds
        while self._pump(quiet) and time.monotonic() < end:
            pass

    def send(self, key: str) -> None:
        """Press a key without waiting."""
        os.write(self._master, KEYS.get(key, key).encode())

    def press(self, key: str, *, quiet: float = 0.15, seconds: float = 5.0) -> Answer:
        """Press a key and take what comes until it has been quiet for so many seconds."""
        while self._pump(0):
            pass
        first = len(self._chunks)
        began = time.perf_counter_ns()
        self.send(key)
        if self._pump(seconds):
            while self._pump(quiet) and time.perf_counter_ns() - began < seconds * _SECOND:
                pass
        return self._answer(first, began)

    def press_until(self, key: str, sign: re.Pattern[bytes], *, seconds: float = 5.0) -> Answer:
        """Press a key and take what comes until it holds the sign, whatever else comes.

        Raises:
            TimeoutError: The sign never came.
        """
        while self._pump(0):
            pass
        first = len(self._chunks)
        began = time.perf_counter_ns()
        self.send(key)
        if not self._until(lambda: sign.search(self._data(first)) is not None, seconds):
            raise TimeoutError(f"{key} showed nothing; on screen:\n{self.screen()}")
        return self._answer(first, began)

    def idle(self, seconds: float) -> Answer:
        """Return what comes within some seconds without a key."""
        while self._pump(0):
            pass
        first, began = len(self._chunks), time.perf_counter_ns()
        self._until(lambda: False, seconds)
        return self._answer(first, began)

    def exit_after(self, key: str, *, seconds: float = 60.0) -> float:
        """Return milliseconds from a key to the end of the process.

        Raises:
            TimeoutError: It did not end.
        """
        began = time.perf_counter_ns()
        self.send(key)
        if not self._until(self._is_over, seconds):
            raise TimeoutError(f"did not end; on screen:\n{self.screen()}")
        return (time.perf_counter_ns() - began) / 1e6

    def screen(self) -> str:
        """The screen as text."""
        screen = pyte.Screen(*self._size)
        pyte.ByteStream(screen).feed(_UNKNOWN_TO_PYTE.sub(b"", self._data(0)))
        return "\n".join(line.rstrip() for line in screen.display)

    def _until(self, condition: Callable[[], bool], seconds: float) -> bool:
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._pump(min(left, 0.002))
        return True

    def _pump(self, seconds: float) -> bool:
        """Take what comes within some seconds. Returns False when nothing came."""
        most = _READ
        if self._line is not None:
            most, seconds = self._room(self._line, seconds)
        if not most or not select.select([self._master], [], [], seconds)[0]:
            return False
        now = time.perf_counter_ns()
        try:
            data = os.read(self._master, most)
        except OSError:  # the program has closed its side
            time.sleep(0.001)
            return False
        self._chunks.append((now, data))
        if self._line is not None:
            self._taken_at += len(data) / self._line.bytes_per_second
        self._reply(data)
        return True

    def _room(self, line: Line, seconds: float) -> tuple[int, float]:
        """Wait until the line has room. Returns for how many bytes, and the seconds left."""
        end = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            while self._replies and self._replies[0][0] <= now:
                os.write(self._master, self._replies.pop(0)[1])
            # A line that was idle has not saved anything up.
            self._taken_at = max(self._taken_at, now - _LINE_SECONDS)
            room = int((now - self._taken_at) * line.bytes_per_second)
            if room or now >= end:
                return room, max(0.0, end - now)
            time.sleep(min(end - now, 1 / line.bytes_per_second))

    def _reply(self, data: bytes) -> None:
        """Answer what programs ask a terminal; some wait for it."""
        self._asked += data
        for query in _MODE_QUERY.finditer(self._asked):
            state = b"2" if query[1] == _SYNCHRONIZED_OUTPUT else b"0"
            reply = b"\x1b[?" + query[1] + b";" + state + b"$y"
            if self._line is None:
                os.write(self._master, reply)
            else:
                self._replies.append((time.monotonic() + self._line.round_trip, reply))
            self._asked = self._asked[query.end() :]
        self._asked = self._asked[-16:]

    def _answer(self, first: int, began: int) -> Answer:
        if first == len(self._chunks):
            return Answer(None, None, b"")
        first_time, last_time = self._chunks[first][0], self._chunks[-1][0]
        return Answer((first_time - began) / 1e6, (last_time - began) / 1e6, self._data(first))

    def _data(self, first: int) -> bytes:
        return b"".join(data for _, data in self._chunks[first:])

    def _is_over(self) -> bool:
        return self._process.poll() is not None
