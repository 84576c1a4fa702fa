"""Commands that start the programs to measure."""

import sys

PYTHON = sys.executable
HELLO_WORLD = (PYTHON, "-m", "benchmarks.hello_world")
HELLO_TEXT = "Hello, world"
IVSCOPE = (PYTHON, "-m", "ivscope")
DEMO = (*IVSCOPE, "--demo")

STAGE = "arn:aws:ivs:us-west-2:123456789012:stage/W0Zz9IkArb68"
SESSION = "st-dxMFysKnE9UAk"
PARTICIPANT = "tAv0YThNuP8y"
"""priya-guest of the incident world: 61 events of nearly every kind."""

KEYS_OF_NOBODY = {
    "AWS_ACCESS_KEY_ID": "benchmark",
    "AWS_SECRET_ACCESS_KEY": "benchmark",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}
"""Environment for a client of the loopback endpoint."""


def filled(rows: int, pages_per_second: float = 0) -> tuple[str, ...]:
    """Return the command of the explorer over so many events, with or without more pages."""
    return (PYTHON, "-m", "benchmarks.filled_explorer", str(rows), str(pages_per_second))


def unordered(rows: int) -> tuple[str, ...]:
    """Return the command of the explorer over so many events that are not in order of time."""
    return (PYTHON, "-m", "benchmarks.filled_explorer", str(rows), "unordered")


def at_endpoint(url: str, *place: str, region: str = "us-west-2") -> tuple[str, ...]:
    """Return the command of the explorer on a loopback endpoint."""
    return (*IVSCOPE, *place, "--endpoint-url", url, "--region", region)
