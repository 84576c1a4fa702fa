"""The arguments that say which account and Region are read, and what contradicts itself in them."""

import argparse

from ivscope.cli.command_line import WORLDS, CommandError


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
                raise CommandError(f"--demo reads no AWS: leave {option} or --demo away")
        options.world = options.world or WORLDS[0]
        return
    if options.region is None:
        return
    from ivscope.domain.identifiers import region_of  # noqa: PLC0415 - keeps --help quick
    from ivscope.knowledge.regions import region_complaint  # noqa: PLC0415 - same

    complaint = region_complaint(options.region) if options.endpoint_url is None else None
    if complaint is not None:
        raise CommandError(f"--region: {complaint}")
    region = region_of(stage_arn)
    if region is not None and region != options.region:
        raise CommandError(
            f"--region {options.region} contradicts the stage ARN, which is in {region}: "
            "leave one of them away"
        )
