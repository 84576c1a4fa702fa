"""How long a command without a screen takes, beside `import boto3` and the AWS CLI."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from benchmarks.programs import IVSCOPE, KEYS_OF_NOBODY, PYTHON
from benchmarks.result import Result, compared
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world

_RUNS = 9

_FIRST_ROW = b"fri-night-live"
"""In what every one of these programs prints, but the import."""


def printing() -> Iterator[Result]:
    """Measure `ivscope stages`, the import of boto3 and `aws ivs-realtime list-stages` in turns."""
    aws = os.environ.get("IVSCOPE_AWS_CLI") or shutil.which("aws")
    with (
        Endpoint(open_world("incident", lambda: datetime.now(UTC))) as endpoint,
        tempfile.TemporaryDirectory() as folder,
    ):
        there = ("--region", "us-west-2", "--endpoint-url", endpoint.url)
        programs: dict[str, tuple[str, ...]] = {
            "ours": (*IVSCOPE, "stages", *there),
            "import boto3": (PYTHON, "-c", f"import boto3; print({_FIRST_ROW.decode()!r})"),
        }
        if aws is not None:
            programs["the AWS CLI"] = (aws, "ivs-realtime", "list-stages", *there)
        # With bytecode, as when installed, even if the caller's Python writes none.
        bytecode = {"PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        environment = {**os.environ, **KEYS_OF_NOBODY, **bytecode}
        taken: dict[str, list[float]] = {name: [] for name in programs}
        for turn in range(_RUNS + 1):
            for name, command in programs.items():
                seconds = _run(command, environment)
                if turn:  # the first turn writes the bytecode and warms the disk cache
                    taken[name].append(seconds * 1000)
    for name in list(programs)[1:]:
        yield compared("ivscope stages", taken["ours"], taken[name], unit="ms", beside=name)


def _run(command: Sequence[str], environment: dict[str, str]) -> float:
    """Run a program to its end; the seconds that it takes."""
    began = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    seconds = time.monotonic() - began
    if _FIRST_ROW not in done.stdout:
        raise RuntimeError(f"{command[0]} printed no stage: {done.stderr.decode()}")
    return seconds
