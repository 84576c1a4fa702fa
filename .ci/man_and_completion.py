"""Writes a man page, and completion for bash, zsh and fish, from the parsers of all commands.

`python .ci/man_and_completion.py FOLDER` writes ivscope.1, ivscope.bash, _ivscope and ivscope.fish.
"""  # noqa: INP001 - a script

import argparse
import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import shtab

from ivscope import __version__
from ivscope.cli import main as command
from ivscope.cli.command_line import ENVIRONMENT, EXIT_CODES, Parser

NAMES = {"bash": "ivscope.bash", "zsh": "_ivscope", "fish": "ivscope.fish"}
"""Files by shell, as the shells look for them."""


class _Made(Exception):  # noqa: N818 - no error: it brings a parser out of a command
    """Raised in place of reading arguments."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        super().__init__()
        self.parser = parser


class _Showing:
    """While it is open, a parser that is to read arguments is raised instead."""

    _READ = ("parse_args", "parse_known_args")

    def __enter__(self) -> None:
        self._kept = {name: getattr(Parser, name) for name in self._READ}
        for name in self._READ:
            setattr(Parser, name, _raised)

    def __exit__(self, *_: object) -> None:
        for name, method in self._kept.items():
            setattr(Parser, name, method)


def _raised(parser: argparse.ArgumentParser, *_: Any) -> NoReturn:  # noqa: ANN401 - not looked at
    raise _Made(parser)


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command by its name; that of the explorer has an empty name."""
    made = {}
    with _Showing():
        for name, target in {"": "explore:run", **command.COMMANDS}.items():
            module, function = target.split(":")
            try:
                getattr(import_module(f"ivscope.cli.{module}"), function)([])
            except _Made as one:
                made[name] = one.parser
    return made


def whole(made: dict[str, argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Return one parser with the options of the explorer and a sub-command for each command."""
    parser = argparse.ArgumentParser(prog="ivscope", description=made[""].description)
    for action in made[""]._actions:  # noqa: SLF001 - argparse tells them nowhere else
        if action.option_strings and action.dest != "help":
            parser._add_action(action)  # noqa: SLF001 - same
    commands = parser.add_subparsers(dest="command")
    for name, one in made.items():
        if name:
            about = (one.description or "").partition(". ")[0].rstrip(".")
            commands.add_parser(name, parents=[one], add_help=False, help=about)
    return parser


def roff(text: str) -> str:
    """Escape what a man page would act on."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def _of_parser(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    usage = " ".join(parser.format_usage().removeprefix("usage: ").split())
    yield f".SS {roff(f'ivscope {name}'.strip())}"
    yield f".nh\n{roff(usage)}\n.PP\n{roff(parser.description or '')}"
    for action in parser._actions:  # noqa: SLF001 - argparse tells them nowhere else
        if action.help == argparse.SUPPRESS:
            continue
        named = ", ".join(action.option_strings) or str(action.metavar or action.dest)
        value = "" if action.nargs == 0 or not action.option_strings else _value(action)
        text = parser._get_formatter()._expand_help(action) if action.help else ""  # noqa: SLF001
        yield f".TP\n.B {roff(f'{named}{value}')}\n{roff(text)}"


def _value(action: argparse.Action) -> str:
    metavar = action.metavar or ("|".join(map(str, action.choices or ())) or action.dest.upper())
    return f" {metavar}"


def man_page(made: dict[str, argparse.ArgumentParser]) -> str:
    """Write the man page."""
    commands = "|".join(name for name in made if name)
    head = [
        f'.TH IVSCOPE 1 "" "ivscope {__version__}" "User Commands"',
        ".SH NAME\nivscope \\- explore Amazon IVS Real\\-Time stage sessions in the terminal",
        ".SH SYNOPSIS\n.B ivscope\n[options] [STAGE_ARN [SESSION [PARTICIPANT]]]\n.br",
        f".B ivscope\n{roff(commands)} ...",
        ".SH DESCRIPTION\n" + roff(made[""].description or ""),
        ".SH COMMANDS",
    ]
    body = [line for name, parser in made.items() for line in _of_parser(name, parser)]
    variables = [f".TP\n.B {roff(name)}\n{roff(what)}" for name, what in ENVIRONMENT]
    foot = [".SH EXIT STATUS\n" + roff(EXIT_CODES), ".SH ENVIRONMENT", *variables]
    return "\n".join((*head, *body, *foot)) + "\n"


def write(folder: Path) -> list[Path]:
    """Write all four files; their paths."""
    made = parsers()
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"ivscope.1": man_page(made)}
    texts |= {name: shtab.complete(whole(made), shell) for shell, name in NAMES.items()}
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in texts]


if __name__ == "__main__":
    for written in write(Path(sys.argv[1])):
        print(written)  # noqa: T201 - a script
