"""The command `ivscope doctor`: what works here, what does not, and what to do about it."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence

from ivscope.cli.command_line import (
    FAILED,
    CommandError,
    Parser,
    add_connection,
    check_connection,
    check_stdout,
    say,
)
from ivscope.cli.connections import aws_options, demo_options, open_log
from ivscope.domain.failures import UnusableFileError
from ivscope.domain.identifiers import is_stage_arn
from ivscope.knowledge.limits import CALLS_PER_SECOND
from ivscope.provider.fetch.rate_limiter import DEMAND_LIMIT
from ivscope.settings.configuration import load
from ivscope.sources.aws_checks import OPTIONAL, Check, Health, check_aws
from ivscope.sources.wire_source import READS
from ivscope.terminal.looks import terminal_facts

SCHEMA_VERSION = 1
"""Of the members of `--json`; raised when one changes its meaning or goes away."""


def run(words: Sequence[str]) -> int:
    """Look at terminal, AWS and permissions, and print what was found; the exit code."""
    options = _parser().parse_args(words)
    if options.stage is not None and not is_stage_arn(options.stage):
        raise CommandError(
            f"'{options.stage}' is no stage ARN (arn:aws:ivs:REGION:ACCOUNT:stage/ID)"
        )
    check_connection(options, options.stage)
    check_stdout()
    checks: list[Check] = []
    for check in _checks(options):
        checks.append(check)
        if not options.json:
            say(_line(check))
    if options.json:
        _say_lines(json.dumps(_document(checks), indent=2))
    else:
        _say_lines(f"\nThe least IAM policy (ivs:{OPTIONAL} is optional and not in it):")
        _say_lines(json.dumps(minimal_policy(), indent=2))
    return FAILED if any(check.health is Health.FAILED for check in checks) else 0


def _say_lines(text: str) -> None:
    for line in text.splitlines():
        say(line)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="ivscope doctor",
        description="Look at terminal, credentials, Region and permissions, and say what to do. "
        "Each of the IVS operations is called once or a few times, about ids that are there.",
        ids=("stage",),
        epilog="Exit codes: 0 all is well; 1 something failed; 2 wrong arguments.",
    )
    parser.add_argument(
        "stage", nargs="?", metavar="STAGE_ARN", help="ask about this stage; needs no list of them"
    )
    add_connection(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON document instead")
    return parser


def _checks(options: argparse.Namespace) -> Iterator[Check]:
    configuration, complaints = load(os.environ)
    for complaint in complaints:
        yield Check("configuration", Health.FAILED, complaint, "Correct config.toml.")
    size = _size()
    for fact in terminal_facts(
        os.environ, size, glyphs=configuration.glyphs, glyph_width=configuration.glyph_width
    ):
        health = {True: Health.WELL, False: Health.FAILED, None: Health.NOTE}[fact.is_well]
        if size is None and fact.is_well is False:
            health = Health.NOTE  # a pipe is no fault: only the explorer needs a terminal
        yield Check(fact.name, health, fact.told, fact.step)
    yield Check(
        "pace",
        Health.NOTE,
        f"at most {DEMAND_LIMIT} calls a second of each operation in each Region, "
        f"{configuration.background_calls} of a scan that is not on screen; "
        f"AWS allows the account {CALLS_PER_SECOND}",
    )
    try:
        log = open_log(options.debug)
    except UnusableFileError as refused:
        raise CommandError(str(refused)) from refused
    if options.demo:
        aws = demo_options(options.world, log)
    else:
        aws = aws_options(options.profile, options.region, options.stage, options.endpoint_url, log)
    yield from check_aws(aws, options.stage)


def _size() -> tuple[int, int] | None:
    """Columns and rows of the terminal; None where there is none."""
    if not all(stream and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        return None
    try:
        size = os.get_terminal_size(sys.stdout.fileno())
    except OSError:
        return None
    return size.columns, size.lines


_NAME_CELLS = max(len(name) for name in READS) + len("ivs:")
_HEALTH_CELLS = max(len(health) for health in Health)


def _line(check: Check) -> str:
    step = f" - {check.step}" if check.step else ""
    return f"{check.health:<{_HEALTH_CELLS}}  {check.name:<{_NAME_CELLS}}  {check.told}{step}"


def _document(checks: Sequence[Check]) -> dict[str, object]:
    """What `--json` prints: `checks` in order, each with name, health, told and step."""
    return {
        "version": SCHEMA_VERSION,
        "is_well": all(check.health is not Health.FAILED for check in checks),
        "checks": [
            {
                "name": check.name,
                "health": check.health.value,
                "told": check.told,
                "step": check.step or None,
            }
            for check in checks
        ],
        "policy": minimal_policy(),
    }


def minimal_policy() -> dict[str, object]:
    """The IAM policy that allows what ivscope needs, and nothing else."""
    actions = [f"ivs:{operation}" for operation in READS if operation != OPTIONAL]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
