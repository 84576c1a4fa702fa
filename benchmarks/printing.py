"""How long commands without a screen take, beside `import boto3` and the AWS CLI."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.programs import IVSCOPE, KEYS_OF_NOBODY, PARTICIPANT, PYTHON, SESSION, STAGE
from benchmarks.result import Result, compared
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world

_RUNS = 7

_IMPORT = "import boto3"
_AWS = "the AWS CLI"
_STAGES = "ivscope stages"

_FIRST_ROW = "fri-night-live"
"""In what lists of the stages hold."""

_AT = "20:48:05"
"""When a full stage refused the participant."""


def printing() -> Iterator[Result]:
    """Measure commands, the import of boto3 and `aws ivs-realtime list-stages` in turns.

    Those from a file call nobody: what they take is imports and reading.
    """
    aws = os.environ.get("IVSCOPE_AWS_CLI") or shutil.which("aws")
    with (
        Endpoint(open_world("incident", lambda: datetime.now(UTC))) as endpoint,
        tempfile.TemporaryDirectory() as folder,
    ):
        there = ("--region", "us-west-2", "--endpoint-url", endpoint.url)
        # With bytecode, as when installed, even if the caller's Python writes none.
        bytecode = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        environment = {**os.environ, **KEYS_OF_NOBODY, **bytecode}
        file = str(Path(folder, "night.ivscope"))
        record = (*IVSCOPE, "record", *there, STAGE, SESSION, "-o", file)
        subprocess.run(record, env=environment, capture_output=True, check=True)
        programs: dict[str, tuple[tuple[str, ...], str]] = {
            _STAGES: ((*IVSCOPE, "stages", *there), _FIRST_ROW),
            "ivscope --version": ((*IVSCOPE, "--version"), "botocore"),
            "ivscope --help": ((*IVSCOPE, "--help"), "usage"),
            "ivscope explain 1027": ((*IVSCOPE, "explain", "1027"), "PUBLISHER_NOT_FOUND"),
            "ivscope events FILE": ((*IVSCOPE, "events", file, SESSION, PARTICIPANT), "JOINED"),
            "ivscope why FILE": (
                (*IVSCOPE, "why", file, SESSION, PARTICIPANT, "--at", _AT),
                "QUOTA_EXCEEDED",
            ),
            _IMPORT: ((PYTHON, "-c", f"import boto3; print({_FIRST_ROW!r})"), _FIRST_ROW),
        }
        if aws is not None:
            programs[_AWS] = ((aws, "ivs-realtime", "list-stages", *there), _FIRST_ROW)
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for turn in range(_RUNS + 1):
            for name, (command, expected) in programs.items():
                seconds = _run(command, environment, expected)
                if turn:  # the first turn writes the bytecode and warms the disk cache
                    taken[name].append(seconds * 1000)
    for name, times in taken.items():
        if name not in {_IMPORT, _AWS}:
            yield compared(name, times, taken[_IMPORT], unit="ms", beside=_IMPORT)
    if aws is not None:
        yield compared(_STAGES, taken[_STAGES], taken[_AWS], unit="ms", beside=_AWS)


def _run(command: Sequence[str], environment: dict[str, str], expected: str) -> float:
    """Run a program to its end; the seconds that it takes."""
    began = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    seconds = time.monotonic() - began
    if expected.encode() not in done.stdout:
        raise RuntimeError(f"{command} did not print {expected}: {done.stderr.decode()}")
    return seconds
