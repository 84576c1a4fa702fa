"""What all commands share: the parser, exit codes, and lines on stdout and stderr."""

import argparse
import sys
from contextlib import suppress
from typing import NoReturn

FAILED = 1
"""Exit code when something that was asked for could not be done: a file given up, answers not
recorded, a rule that failed, a call refused."""

USAGE = 2
"""Exit code for arguments or a terminal that we cannot work with."""

WORLDS = ("incident", "quiet", "huge", "samples")
"""Demo worlds by name."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors hold arguments as text that a terminal does not act on."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and end."""
        from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

        if message.startswith("unrecognized"):
            message += "; an id that begins with - goes after --"
        with suppress(OSError):
            self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: error: {safe(message)}\n")


def fail(message: str, code: int = USAGE) -> int:
    """Print to stderr why it ends; the exit code."""
    warn(message)
    return code


def warn(message: str) -> None:
    """Print to stderr what stays after the end. File names in it may hold anything."""
    from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

    with suppress(OSError):  # the terminal can be gone
        for line in message.splitlines():
            print(f"ivscope: {safe(line)}", file=sys.stderr)


def say(text: str) -> None:
    """Print a line.

    Raises:
        SystemExit: It cannot be printed.
    """
    from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

    try:
        print(safe(text), flush=True)
    except OSError as error:
        raise SystemExit(fail(f"cannot print: {error.strerror}", FAILED)) from error
