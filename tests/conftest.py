"""Every test runs in UTC, without settings of the machine, of its user and of its terminal."""

import gc
import os
import shutil
import tempfile
import time
from pathlib import Path

from hypothesis import settings

_FOLDERS = ("XDG_CONFIG_HOME", "XDG_STATE_HOME")
"""Empty ones: no configuration is found, and what was typed is remembered for the run only."""

_PICTURES = "TEXTUAL_SNAPSHOT_TEMPDIR"
"""Tells the processes of a test run where to put what became of their pictures."""


_SOURCE_ROOT = Path(__file__).resolve().parents[1] / "tui"
"""Programs that tests start run the modules of this checkout, whichever one is installed."""


_PURE = Path(__file__).with_name("unit")
"""Tests without a screen, without a port and without a program of its own."""


def pytest_configure():
    for name in set(os.environ) - {_PICTURES}:
        if name.startswith(("AWS_", "BOTO_", "TEXTUAL")) or name in {"NO_COLOR", "SSH_CONNECTION"}:
            del os.environ[name]
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    os.environ["AWS_CONFIG_FILE"] = os.devnull
    os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    os.environ["PYTHONPATH"] = str(_SOURCE_ROOT)
    os.environ["TZ"] = "UTC"
    time.tzset()
    for name in _FOLDERS:
        os.environ[name] = tempfile.mkdtemp(prefix="ivscope-tests-")
    # How long an example takes says how busy the machine is.
    settings.register_profile("any machine", deadline=None)
    settings.load_profile("any machine")


def pytest_unconfigure():
    for name in _FOLDERS:
        shutil.rmtree(os.environ.pop(name), ignore_errors=True)


def pytest_collection_modifyitems(items):
    """The tests of the pure code are fast, unless they say that they are slow."""
    for item in items:
        if item.path.is_relative_to(_PURE) and item.get_closest_marker("slow") is None:
            item.add_marker("fast")


def pytest_collection_finish():
    """Have pilots wait no longer than needed; then leave what is loaded by now out of every search
    for garbage: it stays to the end.
    """
    from support.resting import rest_in_pilots  # noqa: PLC0415 - loads Textual

    rest_in_pilots()
    gc.collect()
    gc.freeze()
