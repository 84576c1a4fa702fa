"""Quitting: a call in flight holds nobody up."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, threading, time
from support.scripted_source import Gate, ScriptedSource, page
from ivscope.provider.fetch.provider import StageDataProvider

source, gate = ScriptedSource(), Gate(page([]))
source.will_answer("ListStages", gate)
provider = StageDataProvider(lambda: source)
provider.read_more(provider.stages())
assert gate.entered.wait(5)
began = time.monotonic()
provider.close()
print(time.monotonic() - began)
"""


def test_a_process_with_a_call_in_flight_closes_and_ends_at_once():
    tests = Path(__file__).parents[3]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "tui")])
    }
    # The gate stays closed for ten seconds: a process that waits for it runs out of time here.
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        timeout=8,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert float(done.stdout) < 0.2
