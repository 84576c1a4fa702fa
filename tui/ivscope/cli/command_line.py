"""What all commands share: parser, connection, exit codes, and lines on stdout and stderr."""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from ivscope import __version__

FAILED = 1
"""Exit code when something that was asked for could not be done: a file given up, answers not
recorded, a rule that failed, a call refused."""

USAGE = 2
"""Exit code for arguments or a terminal that we cannot work with."""

INCOMPLETE = 3
"""Exit code when not everything that was asked for could be read, or was."""

NOTHING_FOUND = 4
"""Exit code when everything was read, and nothing of it is what was asked for."""

INTERRUPTED = 130
"""Exit code after Ctrl+C, as the shell gives it."""

EXIT_CODES = (
    "Exit codes: 0 found; 1 failed; 2 wrong arguments; 3 not all could be read, or is; "
    "4 nothing found; 70 a bug in ivscope; 130 interrupted."
)
"""For the help of every command that prints data."""

ENVIRONMENT = (
    ("AWS_PROFILE, AWS_REGION and others", "credentials and Region, as boto3 takes them"),
    ("IVSCOPE_CONFIG", "the configuration file, else XDG_CONFIG_HOME/ivscope/config.toml"),
    ("IVSCOPE_CLIPBOARD", "how to copy: auto, tmux, osc52, native or file"),
    ("XDG_CONFIG_HOME, XDG_STATE_HOME", "where configuration and state are, else in HOME"),
    ("NO_COLOR, COLORFGBG, TERM, TMUX", "what the terminal is like"),
)
"""Variables that change what ivscope does, and what each is for."""

WORLDS = ("incident", "quiet", "huge", "samples")
"""Demo worlds by name."""


_TIMES = {"--at", "--since", "--until"}
"""Options whose value may begin with a minus sign, which argparse takes for an option."""

_DISTANCE = r"-\d"


_IDS = ("session", "participant")
"""Arguments that every command takes as ids, or as words for them."""

_MOST_CANDIDATES = 20
"""So many of several that a name can mean are told."""


def is_no_name(word: str) -> bool:
    """Whether an argument can be no id and no name of a stage: these have no slash or dot."""
    return not {"/", "."}.isdisjoint(word)


def is_file(word: str | None) -> bool:
    """Whether an argument names a file that is there, and can be no id or name of a stage."""
    return word is not None and is_no_name(word) and os.path.isfile(word)  # noqa: PTH113 - quicker


class CommandError(Exception):
    """Ends a command without a traceback.

    Args:
        message: Says why, and what to do; may hold text from outside.
        code: The exit code.
    """

    def __init__(self, message: str, code: int = USAGE) -> None:
        super().__init__(message)
        self.code = code


class Parser(argparse.ArgumentParser):
    """A parser whose errors hold arguments as text that a terminal does not act on.

    An option must be written in full: what is short for one option today is ambiguous tomorrow.
    `ids` are the arguments whose place is never that of a file.
    """

    def __init__(self, ids: Sequence[str] = _IDS, **options: Any) -> None:  # noqa: ANN401 - those of argparse
        super().__init__(**{**options, "allow_abbrev": False})
        self._ids = ids

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 - those of argparse
        """Read the words, and say of a file in a place where none is read what reads it."""
        options, others = self.parse_known_args(args, namespace)
        unknown = f"unrecognized arguments: {' '.join(others)}"
        if any(word.startswith("-") for word in others):
            self.error(f"{unknown}; an id that begins with - goes after --")
        for word in (*others, *(getattr(options, name, None) for name in self._ids)):
            if is_file(word):
                self.error(f"{word} stands where no file is read; {self._file_step()}")
        if others:
            self.error(unknown)
        return options

    def _file_step(self) -> str:
        """Say where this command reads a file, or what opens one."""
        for option in ("--from", "--world"):
            action = self._option_string_actions.get(option)
            if action is not None and not action.choices and action.help != argparse.SUPPRESS:
                return f"a file goes behind {option}"
        return "ivscope FILE opens one"

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401 - those of argparse
        """Read the words: options anywhere, and a distance such as -5m behind an option of time."""
        words: list[str] = []
        for word in sys.argv[1:] if args is None else args:
            if words and words[-1] in _TIMES and re.match(_DISTANCE, word):
                words[-1] += f"={word}"
            else:
                words.append(word)
        return super().parse_known_args(self._options_first(words), namespace)

    def tell(self, name: str, text: str) -> None:
        """Change what the help says of an argument, where a command shares a parser.

        Args:
            name: Where its value is put.
            text: The help; `argparse.SUPPRESS` for an argument that is refused.
        """
        for action in self._actions:
            if action.dest == name:
                action.help = text

    def _options_first(self, words: Sequence[str]) -> list[str]:
        """Put options with their values before all else, in their order.

        argparse takes an optional argument for absent once an option follows the one before it:
        of STAGE --profile NAME SESSION it would refuse the session.
        """
        options: list[str] = []
        others: list[str] = []
        left = iter(words)
        for word in left:
            if word == "--":
                return [*options, word, *others, *left]
            if not word.startswith("-") or word == "-":
                others.append(word)
                continue
            known = self._option_string_actions
            action = known.get(word)
            if action is None and word.partition("=")[0] not in known and word[:2] not in known:
                return list(words)  # whether it has a value is not known
            options.append(word)
            if action is not None and action.nargs is None:
                value = next(left, None)
                if value is None:  # is missing: then no other word may take its place
                    return list(words)
                options.append(value)
        return [*options, *others]

    def print_help(self, file: Any = None) -> None:  # noqa: ANN401 - argparse's own type is private
        """Print the help, whose text is ours.

        Raises:
            CommandError: It cannot be printed.
        """
        if file is None:
            print_lines(self.format_help().splitlines())
        else:
            super().print_help(file)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and end."""
        from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

        if sys.stderr is not None:
            with suppress(OSError):
                self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: error: {safe(message)}\n")


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Add the options of a connection to AWS or to a demo world."""
    where = parser.add_argument_group("where to read from")
    where.add_argument("--profile", help="AWS profile (else AWS_PROFILE, else the default one)")
    where.add_argument("--region", help="AWS Region (else that of the ARN, else configured)")
    where.add_argument("--endpoint-url", help="endpoint URL to use instead of the Region's")
    where.add_argument("--demo", action="store_true", help="a made-up incident, no AWS needed")
    where.add_argument("--world", choices=WORLDS, help="which made-up data, with --demo")
    where.add_argument(
        "--debug",
        metavar="FILE",
        help="append a line for each call and answer to this file, without tokens and user ids",
    )


def add_redact(parser: argparse.ArgumentParser) -> None:
    """Add the switch that overrules the setting `redact` of the configuration."""
    parser.add_argument(
        "--redact",
        action=argparse.BooleanOptionalAction,
        help="user-1, value-1 for user ids and attributes (config.toml can say redact = true)",
    )


def check_connection(options: argparse.Namespace, stage_arn: str | None = None) -> None:
    """Refuse what contradicts itself, and fill in the world of a demo.

    Args:
        options: What a parser of `add_connection` has read.
        stage_arn: ARN of the stage that is read; None where none was named, or by its name only.

    Raises:
        CommandError: Two of them cannot both be meant, or the Region cannot be one.
    """
    if not options.demo and options.world is not None:
        raise CommandError(f"--world {options.world} is one of the demo: add --demo")
    if options.demo:
        for name in ("profile", "region", "endpoint_url"):
            if getattr(options, name) is not None:
                option = f"--{name.replace('_', '-')}"
                raise CommandError(f"--demo reads no AWS: leave out {option} or --demo")
        options.world = options.world or WORLDS[0]
        return
    if options.region is None:
        return
    from ivscope.domain.identifiers import region_of  # noqa: PLC0415 - keeps --help quick
    from ivscope.knowledge.limits import region_complaint  # noqa: PLC0415 - same

    complaint = region_complaint(options.region) if options.endpoint_url is None else None
    if complaint is not None:
        raise CommandError(f"--region: {complaint}")
    region = region_of(stage_arn)
    if region is not None and region != options.region:
        raise CommandError(
            f"--region {options.region} contradicts the stage ARN, which is in {region}: "
            "leave one of them out"
        )


def help_end(text: str) -> str:
    """Return the end of a help: a text, then exit codes and environment variables."""
    from textwrap import fill  # noqa: PLC0415 - for the help only

    variables = "\n".join(f"  {name}\n      {what}" for name, what in ENVIRONMENT)
    return f"{fill(text)}\n\n{fill(EXIT_CODES)}\n\nenvironment variables:\n{variables}"


class VersionAction(argparse.Action):
    """Prints the versions that a report of a fault needs, without loading what they are of."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:  # noqa: A002 - argparse's name
        super().__init__(option_strings, dest, nargs=0, default=argparse.SUPPRESS, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print and end."""
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - seldom
        from platform import python_version  # noqa: PLC0415 - seldom

        told = [f"Python {python_version()}"]
        for name, shown in (("textual", "Textual"), ("botocore", "botocore")):
            try:
                told.append(f"{shown} {version(name)}")
            except PackageNotFoundError:
                told.append(f"no {shown}")
        say(f"ivscope {__version__} ({', '.join(told)})")
        parser.exit()


def fail(message: str, code: int = USAGE) -> int:
    """Print to stderr why it ends; the exit code."""
    warn(message)
    return code


def warn(message: str) -> None:
    """Print to stderr what stays after the end. File names in it may hold anything."""
    from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

    if sys.stderr is None:
        return  # else print would take stdout, which is for data
    with suppress(OSError):  # the terminal can be gone
        for line in message.splitlines():
            print(f"ivscope: {safe(line)}", file=sys.stderr)


def several(what: str, candidates: Iterable[str], step: str = "name one of them") -> str:
    """Say that several can be meant, and the first of them, each on a line of its own."""
    names = list(candidates)
    rest = len(names) - _MOST_CANDIDATES
    more = [f"and {rest:,} more"] if rest > 0 else []
    return "\n".join([f"{what}; {step}:", *names[:_MOST_CANDIDATES], *more])


def check_stdout() -> None:
    """Refuse to go on where nothing can be printed.

    Raises:
        CommandError: Stdout is closed.
    """
    if sys.stdout is None:
        raise CommandError("stdout is closed: there is nowhere to print", FAILED)


def say(text: str) -> None:
    """Print a line. Errors are those of `print_lines`."""
    from ivscope.render.safe import safe  # noqa: PLC0415 - keeps --help quick

    print_lines([safe(text)])


def print_lines(lines: Iterable[str]) -> None:
    """Print lines of safe text at once, so that whoever reads the first can go away.

    Raises:
        BrokenPipeError: Nobody reads them any more.
        CommandError: They cannot be printed.
    """
    check_stdout()
    try:
        print("\n".join(lines), flush=True)
    except BrokenPipeError:
        raise  # whoever read has enough
    except OSError as error:
        raise CommandError(f"cannot print: {error.strerror}", FAILED) from error
