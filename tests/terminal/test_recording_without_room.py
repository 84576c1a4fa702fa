"""A recording that the disk takes no more of: told in every view, and at the end."""

import shlex
import shutil
import subprocess

import pytest

from support.terminal import IVSCOPE, Terminal, settings

ROOM = 160
"""Blocks of 512 bytes that a file may have: the recording begins, and soon takes no more."""


def words(terminal):
    return " ".join(terminal.text.split())


def disk_of(folder):
    """A shell command that puts a disk of `ROOM` blocks there, for itself and what it starts."""
    return f"mount -t tmpfs -o size={ROOM * 512} none {shlex.quote(str(folder))}"


def may_mount(folder):
    """Whether a process may have disks of its own here."""
    if not shutil.which("unshare"):
        return False
    tried = ["unshare", "-rm", "sh", "-c", disk_of(folder)]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("cause", ["a file that may not grow", "a full disk"])
def test_a_recording_without_room_is_told_in_every_view_and_at_the_end(tmp_path, cause):
    disk = tmp_path / "disk"
    disk.mkdir()
    file = disk / "full.ivscope"
    command = shlex.join([*IVSCOPE, "--demo", "--record", str(file)])
    limited = ["sh", "-c", f"ulimit -f {ROOM}; exec {command}"]
    if cause == "a full disk":
        if not may_mount(disk):
            pytest.skip("this process may not mount a disk")
        limited = ["unshare", "-rm", "sh", "-c", f"{disk_of(disk)}; exec {command}"]
    # Python would leave compiled modules behind that are cut at the limit.
    environ = settings(PYTHONDONTWRITEBYTECODE="1", XDG_STATE_HOME=str(tmp_path))
    with Terminal(limited, columns=80, rows=24, environ=environ) as terminal:
        terminal.until("ALL READ").press("enter").until("all 5 sessions read").press("enter")
        terminal.until("participants, all read").press("i")
        terminal.until("NOT RECORDED", timeout=60)
        assert_told(terminal)
        terminal.press("esc").until("STAYED")
        assert_told(terminal)
        terminal.press("I").until(lambda: "STAYED" not in terminal.text)
        assert_told(terminal)
        terminal.press("esc").until("STAYED").press("enter").until("SINCE PREV")
        assert_told(terminal)
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 1
        said = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert f"answers saved in {file}" in said
    assert "not: " in said


def assert_told(terminal):
    step = "Make room, or start again with --record and another FILE."
    for text in ("missing in full.ivscope: ", step, "is right."):
        terminal.until(lambda text=text: text in words(terminal))
