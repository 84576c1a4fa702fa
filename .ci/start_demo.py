"""Starts an installed ivscope on the demo world, waits for its first rows, and quits it."""  # noqa: INP001 - a script

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pyte

COLUMNS, ROWS = 120, 40
FIRST_ROW = "fri-night-live"
SECONDS = 60.0
"""For starting and for quitting: far more than either takes, so that only a hang ends it."""


def main(command: str) -> int:
    """Run the command; returns 0 when it showed a row and ended with exit code 0."""
    screen = pyte.Screen(COLUMNS, ROWS)
    terminal = pyte.ByteStream(screen)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [command, "--demo"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={"PATH": os.defpath, "TERM": "xterm-256color", "LANG": "C.UTF-8", "HOME": folder},
            start_new_session=True,
        )
        os.close(theirs)
        try:
            began = time.monotonic()
            ended = lambda: process.poll() is not None  # noqa: E731 - read twice below
            rows = lambda: FIRST_ROW in "\n".join(screen.display)  # noqa: E731 - same
            _feed_until(ours, terminal, lambda: rows() or ended())
            took, shown = time.monotonic() - began, rows()
            if shown:
                os.write(ours, b"q")
                _feed_until(ours, terminal, ended)
            code = process.poll()
        finally:
            process.kill()
            process.wait()
            os.close(ours)
    if not shown or code != 0:
        picture = "\n".join(line.rstrip() for line in screen.display).rstrip()
        sys.stderr.write(f"first rows shown: {shown}; exit code {code}; the screen:\n{picture}\n")
        return 1
    sys.stdout.write(f"first rows after {took:.1f} s; q ended it with exit code 0\n")
    return 0


def _feed_until(ours, terminal, condition):  # noqa: ANN001, ANN202 - pyte has no types
    """Draw what comes from the program until the condition holds or the time is up."""
    deadline = time.monotonic() + SECONDS
    while not condition() and time.monotonic() < deadline:
        if select.select([ours], [], [], 0.05)[0]:
            try:
                terminal.feed(os.read(ours, 65536))
            except OSError:  # Linux: the program has closed its side
                time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
