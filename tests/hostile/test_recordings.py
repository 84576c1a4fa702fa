"""Recordings from somebody else are hostile data: they are refused, or fail in plain words."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivscope.domain.failures import UnusableFileError
from ivscope.sources.recording import Recording
from support.fuzzed_recordings import SAMPLE, SCHEMAS, fuzzed, read
from support.recordings import requests_of

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
            with pytest.raises(UnusableFileError, match="not a regular file"):
                Recording.open(path, label="x", create=create)


def test_a_recording_is_made_private_and_that_of_a_read_only_folder_opens(tmp_path):
    path = tmp_path / "shared.ivscope"
    path.write_bytes(SAMPLE.read_bytes())
    path.chmod(0o666)
    Recording.open(path).close()
    assert path.stat().st_mode & 0o777 == 0o666
    Recording.open(path, create=True).close()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("bits", [0o000, 0o777], ids=oct)
def test_a_new_recording_is_its_owners_alone_whatever_the_umask(tmp_path, bits):
    path = tmp_path / "new.ivscope"
    before = os.umask(bits)
    try:
        recording = Recording.open(path, label="x", create=True)
        recording.save("r", {"events": []}, "", datetime.now(UTC))
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (recording.saved, recording.lost) == (1, 0)


def test_a_file_of_somebody_else_is_not_recorded_in(tmp_path, monkeypatch):
    """Who can write a file of a colleague cannot close it to that colleague."""
    path = tmp_path / "theirs.ivscope"
    path.write_bytes(SAMPLE.read_bytes())

    def refuse(*_arguments, **_options):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "getuid", lambda: 4711)
    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(UnusableFileError, match="belongs to someone else"):
        Recording.open(path, create=True)


READ_ONLY = """
import sys
from pathlib import Path
from ivscope.domain.failures import UnusableFileError
from ivscope.sources.recording import Recording
recording = Recording.open(Path(sys.argv[1]))
print(recording.last_asked_at)
recording.close()
try:
    Recording.open(Path(sys.argv[1]), create=True)
except UnusableFileError as refused:
    print(refused)
"""

MOUNT = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" || exit 77; exec "$2" -c "$3" "$4"'


def test_a_recording_on_a_disk_that_is_mounted_read_only_opens(tmp_path):
    """Root writes where modes forbid it, but not there."""
    path = tmp_path / "show.ivscope"
    path.write_bytes(SAMPLE.read_bytes())
    words = ("sh", "-c", MOUNT, "sh", str(tmp_path), sys.executable, READ_ONLY, str(path))
    try:
        done = subprocess.run(
            ("unshare", "-m", *words), capture_output=True, text=True, timeout=60, check=False
        )
    except FileNotFoundError:
        pytest.skip("no unshare")
    if done.returncode and not done.stdout and "Traceback" not in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    last_asked_at, refused = done.stdout.splitlines()
    assert last_asked_at != "None", done.stderr
    assert refused.startswith(f"{path} or its folder cannot be written")


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from ivscope.sources.recording import Recording
path, name = Path(sys.argv[1]), sys.argv[2]
print("there", flush=True)
sys.stdin.readline()
recording = Recording.open(path, label="x", create=True)
for first in (0, 20, 40):
    for number in range(first, first + 20):
        recording.save(f"{name} {number}", {"events": [name]}, "", datetime.now(UTC))
    print(recording.in_words, flush=True)
    sys.stdin.readline()
"""


def test_two_that_record_in_one_new_file_at_once_are_told_and_lose_nothing(tmp_path):
    path = tmp_path / "both.ivscope"
    writers = [
        subprocess.Popen(
            (sys.executable, "-c", WRITER, str(path), name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("first", "second")
    ]
    for _ in range(4):
        said = [writer.stdout.readline() for writer in writers]
        for writer in writers:
            writer.stdin.write("go on\n")
            writer.stdin.flush()
    assert said == [f"60 answers saved in {path}; another ivscope saved in it too\n"] * 2
    for writer in writers:
        writer.communicate(timeout=60)
    alone = Recording.open(path, label="x", create=True)
    alone.save("r", {"events": []}, "", datetime.now(UTC))
    assert not alone.has_other_writer
    assert len(requests_of(alone)) == 121
