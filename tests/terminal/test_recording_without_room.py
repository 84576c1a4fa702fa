"""A recording that the disk takes no more of: told in every view, and at the end."""

import shlex

from support.terminal import IVSCOPE, Terminal, settings

ROOM = 60
"""Blocks of 512 bytes that a file may have: the recording begins, and soon takes no more."""


def words(terminal):
    return " ".join(terminal.text.split())


def test_a_full_disk_is_told_in_every_view_and_at_the_end(tmp_path):
    file = tmp_path / "full.ivscope"
    command = shlex.join([*IVSCOPE, "--demo", "--record", str(file)])
    limited = ["sh", "-c", f"ulimit -f {ROOM}; exec {command}"]
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
    terminal.until("is right.")
    assert "missing in full.ivscope: " in words(terminal)
    assert "Make room, or start again with --record and another FILE." in words(terminal)
