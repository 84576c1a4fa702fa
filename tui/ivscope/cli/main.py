"""The command `ivscope`: from its first word to the command that does the work.

Only in this package is printed and exited.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from ivscope.cli.command_line import FAILED, INTERRUPTED, USAGE, CommandError, fail

COMMANDS = {
    "stages": "listings:run_stages",
    "sessions": "listings:run_sessions",
    "participants": "listings:run_participants",
    "events": "events:run",
    "errors": "events:run_errors",
    "summary": "whole_session:run",
    "report": "whole_session:run_report",
    "why": "why:run",
    "record": "record:run",
    "explain": "explain:run",
    "endpoint": "serve:run",
    "serve": "web:run",
    "doctor": "doctor:run",
    "open": "explore:run_open",
}
"""First words that are a command, each with its module here and function (words -> exit code).
Without one of them the explorer opens."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ivscope; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = COMMANDS.get(words[0]) if words else None
    module, function = (command or "explore:run").split(":")
    try:
        if command is None and words:
            _check_spelling(words[0])
        run_command = getattr(import_module(f"ivscope.cli.{module}"), function)
        code: int = run_command(words if command is None else words[1:])
    except CommandError as ended:
        return fail(str(ended), ended.code)
    except BrokenPipeError:
        return _left_alone()
    return code


def _check_spelling(word: str) -> None:
    """Refuse a first word that is nearly a command: the explorer takes no plain word but a file.

    Raises:
        CommandError: It names the command that is meant.
    """
    if not word.isascii() or not word.isalpha() or os.path.exists(word):  # noqa: PTH110 - quicker
        return
    from difflib import get_close_matches  # noqa: PLC0415 - seldom

    for name in get_close_matches(word.lower(), COMMANDS, 1):
        raise CommandError(f"there is no command '{word}': ivscope {name} --help tells of {name}")


def _left_alone() -> int:
    """End quietly since nobody reads the output any more; the exit code."""
    # What is still in the buffer would fail once more when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


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
        code = INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - told, and the exit code says so
        code = _crashed(bug)
    for stream in filter(None, (sys.stdout, sys.stderr)):  # none where it was closed
        try:
            stream.flush()
        except OSError:  # a full disk, or a terminal that is gone
            code = code or FAILED
    os._exit(code)


def _crashed(bug: Exception) -> int:
    """Report a bug, without what was read; the exit code."""
    from ivscope.domain.clock import utc_now  # noqa: PLC0415 - seldom
    from ivscope.terminal.crash_report import CRASHED, report_crash  # noqa: PLC0415 - seldom

    commands = sys.modules.get("ivscope.ui.commands")
    done = () if commands is None else commands.LAST_DONE
    return fail(report_crash(bug, done, os.environ, utc_now()), CRASHED)


if __name__ == "__main__":
    run()
