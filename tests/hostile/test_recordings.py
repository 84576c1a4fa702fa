"""Recordings from somebody else are hostile data: they are refused, or fail in plain words."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ivscope.domain.failures import UnusableFileError
from ivscope.sources.recording import Recording
from support.fuzzed_recordings import SAMPLE, SCHEMAS, fuzzed, read

MANY = 300
"""Damaged recordings here; `python -m support.fuzzed_recordings` reads as many as wanted."""


def test_damaged_and_forged_recordings_end_in_plain_words(tmp_path):
    path, ends = tmp_path / "fuzzed.ivscope", set()
    for number in range(MANY):
        fuzzed(number, path)
        ends.add(read(path))
    assert ends == {"refused", "failed in parts", "read"}


@pytest.mark.parametrize("change", SCHEMAS[:-1])
def test_a_recording_with_other_tables_is_refused(tmp_path, change):
    """Views and triggers would run what somebody else wrote."""
    path = tmp_path / "forged.ivscope"
    path.write_bytes(SAMPLE.read_bytes())
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(change)
    if change.startswith("DELETE FROM"):
        assert read(path) in {"refused", "read"}
        return
    with pytest.raises(UnusableFileError):
        Recording.open(path)


def test_a_pipe_and_a_device_are_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        for create in (False, True):
            with pytest.raises(UnusableFileError, match="no regular file"):
                Recording.open(path, label="x", create=create)


def test_a_recording_is_made_private_and_that_of_a_read_only_folder_opens(tmp_path):
    path = tmp_path / "shared.ivscope"
    path.write_bytes(SAMPLE.read_bytes())
    path.chmod(0o666)
    Recording.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o666
    Recording.open(path, create=True).close()
    assert path.stat().st_mode & 0o777 == 0o600
