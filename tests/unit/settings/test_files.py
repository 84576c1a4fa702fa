"""Files of the user: who can read them, whatever umask and modes say, and two who write at once."""

import errno
import os
import resource
import stat
import subprocess
import sys
from contextlib import contextmanager

import pytest

from ivscope.settings.files import (
    close_to_others,
    make_private_folder,
    save_file,
    save_private,
)
from ivscope.settings.prompt_history import FILE_NAME, load, save


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(bits):
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("bits", [0o000, 0o022, 0o777], ids=oct)
def test_a_file_is_its_owners_alone_whatever_the_umask(tmp_path, bits):
    path = tmp_path / "made" / "too" / "file"
    with umask(bits):
        save_private(path, [b"one"])
    assert mode(path) == 0o600
    assert mode(path.parent) == mode(path.parent.parent) == 0o700
    assert path.read_bytes() == b"one"


def test_a_file_that_everybody_could_read_is_replaced_by_a_private_one(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    path.chmod(0o666)
    save_private(path, [b"new"])
    assert (mode(path), path.read_bytes()) == (0o600, b"new")


def test_the_folder_that_somebody_works_in_keeps_its_mode(tmp_path):
    tmp_path.chmod(0o755)
    save_private(tmp_path / "file", [b"x"])
    assert mode(tmp_path) == 0o755


def test_a_file_that_a_person_names_is_saved_in_a_folder_of_others_and_makes_none(
    tmp_path, monkeypatch
):
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with pytest.raises(PermissionError):
        save_private(tmp_path / "state", [b"x"])
    save_file(tmp_path / "report.md", [b"x"])
    assert mode(tmp_path / "report.md") == 0o600
    with pytest.raises(FileNotFoundError):
        save_file(tmp_path / "made" / "report.md", [b"x"])


@pytest.mark.parametrize("before", [0o777, 0o750, 0o701, 0o700], ids=oct)
def test_our_own_folder_is_closed_to_others(tmp_path, before):
    folder = tmp_path / "ivscope"
    folder.mkdir()
    folder.chmod(before)
    close_to_others(folder)
    assert mode(folder) == 0o700


def test_a_link_in_place_of_our_folder_closes_no_folder_of_somebody_else(tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work").chmod(0o755)
    (tmp_path / "ivscope").symlink_to("work")
    close_to_others(tmp_path / "ivscope")
    close_to_others(tmp_path / "not there")
    assert mode(tmp_path / "work") == 0o755


def test_a_folder_of_somebody_else_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    with pytest.raises(PermissionError, match="belongs to someone else"):
        make_private_folder(tmp_path)


@contextmanager
def files_no_longer_than(size):
    """As on a full disk, a write fails in the middle."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_on_a_full_disk_the_file_is_as_it_was_and_nothing_half_written_stays(tmp_path):
    path = tmp_path / "file"
    save_private(path, [b"whole"])
    with files_no_longer_than(10_000), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        save_private(path, [b"x" * 9_000] * 5)
    assert path.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [path]


def test_typed_texts_on_a_full_disk_stay_as_they_were_and_the_reason_is_told(tmp_path):
    path = tmp_path / FILE_NAME
    assert save(path, {"FIND": ["priya"]}) == ""
    with files_no_longer_than(1_000):
        assert save(path, {"FIND": ["x" * 1_900]}) == os.strerror(errno.EFBIG)
    assert load(path) == {"FIND": ["priya"]}
    assert list(tmp_path.iterdir()) == [path]


WRITER = """
import sys
from pathlib import Path
from ivscope.settings.prompt_history import load, save
path, name = Path(sys.argv[1]), sys.argv[2]
load(path)
sys.stdin.read()
for number in range(40):
    assert save(path, {name: [f"{name} {number}"], "BOTH": [f"{name} {number}"]}) == ""
"""


def test_of_two_that_store_typed_texts_at_once_neither_loses_one(tmp_path):
    path = tmp_path / "ivscope" / FILE_NAME
    writers = [
        subprocess.Popen((sys.executable, "-c", WRITER, str(path), name), stdin=subprocess.PIPE)
        for name in ("first", "second")
    ]
    for writer in writers:
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0]
    kept = load(path)
    assert {name: len(texts) for name, texts in kept.items()} == {
        "first": 40,
        "second": 40,
        "BOTH": 80,
    }
    assert [file.name for file in path.parent.iterdir()] == [FILE_NAME]
