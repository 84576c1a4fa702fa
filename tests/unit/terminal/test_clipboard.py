"""Copying through tmux, GNU screen, OSC 52, native tools and a file, with real programs."""

import base64
import os
import re
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from ivscope.terminal.clipboard import (
    FILE_NAME,
    LARGEST_OSC52,
    SAFE_OSC52,
    Route,
    chosen_route,
    copy,
)
from support.terminal import Terminal, settings

HOSTILE = "a\x1b]52;c;ZXZpbA==\x07\n\x1b\\b \ud800 \u202e 📋"


class Desk:
    """A PATH of small scripts, an environment, a terminal that remembers, a folder for files."""

    def __init__(self, path: Path) -> None:
        self.programs = path / "bin"
        self.programs.mkdir()
        self.folder = path / "state" / "ivscope"
        self.sent: list[str] = []

    def program(self, name: str, body: str) -> Path:
        """A program; the path of what it is given in `$OUT`."""
        script, out = self.programs / name, self.programs / f"{name}.out"
        script.write_text(f'#!/bin/sh\nPATH={os.defpath}\nOUT="{out}"\n{body}\n')
        script.chmod(0o755)
        return out

    def copy(self, text: str, **environ: str):
        base = {"PATH": str(self.programs), "SSH_CONNECTION": "there"}
        given = {name: value for name, value in (base | environ).items() if value}
        return copy(text, given, self.sent.append, folder=self.folder, print_key="p")

    @property
    def received(self) -> str:
        """What a terminal would put on its clipboard; the rest of the wire must be nothing."""
        match = re.fullmatch("\x1b\\]52;c;([A-Za-z0-9+/=]*)\x07", "".join(self.sent))
        assert match, self.sent
        return base64.b64decode(match[1], validate=True).decode()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_outside_tmux_the_text_goes_to_the_terminal_and_nothing_is_claimed(desk):
    result = desk.copy("tAv0YThNuP8y")
    assert desk.received == "tAv0YThNuP8y"
    assert result.route is Route.OSC52
    assert result.message == (
        "sent to the terminal's clipboard (OSC 52); if paste is empty, p prints it"
    )
    assert result.file is None
    assert not desk.folder.exists()


def test_hostile_text_cannot_end_the_sequence_and_surrogates_become_escapes(desk):
    desk.copy(HOSTILE)
    assert desk.received == HOSTILE.replace("\ud800", "\\ud800")


def test_in_tmux_the_text_goes_to_its_buffer_and_on(desk):
    out = desk.program("tmux", 'echo "$TMUX $*" > "$OUT"; cat >> "$OUT"')
    result = desk.copy("text", TMUX="/socket,1,0")
    assert out.read_text() == "/socket,1,0 load-buffer -w -\ntext"
    assert desk.sent == []
    assert result.route is Route.TMUX
    assert result.message == "in the tmux buffer and sent on (prefix ] pastes)"


def test_an_old_tmux_gets_the_buffer_only_and_says_so(desk):
    out = desk.program("tmux", '[ "$2" = -w ] && exit 1; cat > "$OUT"')
    result = desk.copy("text", TMUX="/socket,1,0")
    assert out.read_text() == "text"
    assert result.message == "in the tmux buffer only (prefix ] pastes)"


def test_a_tmux_that_refuses_leaves_the_terminal_and_the_reason(desk):
    desk.program("tmux", "cat > /dev/null; exit 1")
    result = desk.copy("text", TMUX="/socket,1,0")
    assert desk.received == "text"
    assert result.route is Route.OSC52
    assert result.message.startswith("tmux did not take it (exit code 1); sent to the terminal's")


def test_a_tmux_that_is_not_there_is_said(desk):
    result = desk.copy("text", TMUX="/socket,1,0")
    assert result.message.startswith("tmux did not take it (No such file or directory); sent")


@pytest.mark.slow
def test_a_tmux_that_hangs_costs_a_second(desk):
    desk.program("tmux", "exec sleep 20")
    start = time.monotonic()
    result = desk.copy("text", TMUX="/socket,1,0")
    assert time.monotonic() - start < 3
    assert result.message.startswith("tmux did not take it (no answer in 1 s); sent")


def test_gnu_screen_gets_short_wrapped_strings_that_add_up(desk):
    text = "x" * 500
    result = desk.copy(text, STY="123.pts")
    wire = "".join(desk.sent)
    chunks = re.findall("\x1bP(.*?)\x1b\\\\", wire, re.DOTALL)
    assert wire == "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    assert max(map(len, chunks)) <= 76
    desk.sent = ["".join(chunks)]
    assert desk.received == text
    assert result.route is Route.SCREEN


def test_a_long_text_is_also_saved_for_its_owner_only(desk):
    text = "long " * 500 + HOSTILE
    result = desk.copy(text)
    assert desk.received
    assert result.route is Route.OSC52
    assert result.file == desk.folder / FILE_NAME
    assert result.message.endswith(f"; all of it in {result.file}")
    assert result.file.read_bytes() == text.encode("utf-8", "backslashreplace")
    assert stat.S_IMODE(result.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(("spare", "is_saved"), [(0, False), (1, True)])
def test_saving_starts_above_what_terminals_are_known_to_take(desk, spare, is_saved):
    text = "x" * (SAFE_OSC52 // 4 * 3 + spare)
    assert (desk.copy(text).file is not None) is is_saved


def test_a_text_too_long_for_any_terminal_is_saved_and_not_sent(desk):
    result = desk.copy("x" * LARGEST_OSC52)
    assert desk.sent == []
    assert result.route is Route.FILE
    assert result.message.startswith("too long for the terminal's clipboard; all of it in /")


def test_saving_again_leaves_one_file(desk):
    for text in ("one", "two"):
        desk.copy(text, IVSCOPE_CLIPBOARD="file")
    assert [path.name for path in desk.folder.iterdir()] == [FILE_NAME]
    assert (desk.folder / FILE_NAME).read_text() == "two"


def test_a_link_in_place_of_the_file_is_replaced_not_followed(desk, tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("kept")
    desk.folder.mkdir(parents=True)
    (desk.folder / FILE_NAME).symlink_to(precious)
    desk.copy("text", IVSCOPE_CLIPBOARD="file")
    assert precious.read_text() == "kept"


def test_a_folder_that_cannot_be_made_is_said(desk):
    desk.folder.parent.write_text("a file where the folder would be")
    result = desk.copy("text", IVSCOPE_CLIPBOARD="file")
    assert result.route is None
    assert result.file is None
    assert result.message == (
        f"not saved in {desk.folder / FILE_NAME} (Not a directory); p prints it"
    )


def test_on_this_machine_a_native_tool_gets_it_too(desk):
    out = desk.program("wl-copy", 'cat > "$OUT"')
    result = desk.copy("text", SSH_CONNECTION="", WAYLAND_DISPLAY="wayland-0")
    assert out.read_text() == "text"
    assert desk.received == "text"
    assert result.message.endswith("p prints it; given to wl-copy")


def test_a_native_tool_that_stays_in_the_background_is_not_waited_for(desk):
    out = desk.program("xclip", '[ "$*" = "-selection clipboard -in" ] && cat > "$OUT"; sleep 2 &')
    start = time.monotonic()
    result = desk.copy("text", SSH_CONNECTION="", DISPLAY=":0")
    assert time.monotonic() - start < 0.9
    assert out.read_text() == "text"
    assert result.message.endswith("given to xclip")


@pytest.mark.parametrize("sign", ["SSH_CONNECTION", "SSH_TTY"])
def test_over_ssh_no_native_tool_is_started(desk, sign):
    out = desk.program("pbcopy", 'cat > "$OUT"')
    desk.copy("text", **({"SSH_CONNECTION": ""} | {sign: "there"}))
    assert not out.exists()
    assert desk.received == "text"


def test_a_native_tool_without_its_display_is_not_started(desk):
    out = desk.program("xclip", 'cat > "$OUT"')
    desk.copy("text", SSH_CONNECTION="")
    assert not out.exists()


def test_the_setting_chooses_the_route(desk):
    native = desk.program("pbcopy", 'cat > "$OUT"')
    assert desk.copy("1", IVSCOPE_CLIPBOARD="native").route is Route.NATIVE
    assert native.read_text() == "1"
    assert desk.sent == []
    assert desk.copy("2", IVSCOPE_CLIPBOARD="file").route is Route.FILE
    assert desk.sent == []
    assert desk.copy("3", IVSCOPE_CLIPBOARD="osc52", TMUX="/socket,1,0").route is Route.OSC52
    assert desk.received == "3"
    tmux = desk.copy("4", IVSCOPE_CLIPBOARD="tmux")
    assert desk.received == "3"
    assert tmux.message.startswith("tmux did not take it (No such file or directory); all of it")
    assert native.read_text() == "1"


def test_a_native_tool_that_was_chosen_and_is_missing_is_said_and_the_text_saved(desk):
    result = desk.copy("text", IVSCOPE_CLIPBOARD="native")
    assert result.message.startswith("no pbcopy, wl-copy or xclip with a display here; all of it")
    assert result.file is not None


def test_a_setting_that_means_nothing_is_auto_and_is_said(desk):
    result = desk.copy("text", IVSCOPE_CLIPBOARD="carrier-pigeon")
    assert desk.received == "text"
    assert result.message.endswith(
        "IVSCOPE_CLIPBOARD is not one of auto, tmux, osc52, native, file"
    )


@pytest.mark.parametrize(
    ("environ", "route"),
    [
        ({}, Route.OSC52),
        ({"STY": "1"}, Route.SCREEN),
        ({"TMUX": "s,1,0", "STY": "1"}, Route.TMUX),
        ({"TMUX": "s,1,0", "IVSCOPE_CLIPBOARD": "auto"}, Route.TMUX),
        ({"TMUX": "s,1,0", "IVSCOPE_CLIPBOARD": "osc52"}, Route.OSC52),
        ({"STY": "1", "IVSCOPE_CLIPBOARD": "osc52"}, Route.SCREEN),
        ({"TMUX": "s,1,0", "IVSCOPE_CLIPBOARD": "file"}, Route.FILE),
    ],
)
def test_the_route_that_is_tried_first(environ, route):
    assert chosen_route(environ) is route


@pytest.fixture
def tmux(tmp_path):
    """A private tmux with an attached client in a terminal; its socket, and a way to ask it."""
    if shutil.which("tmux") is None:
        pytest.skip("no tmux here")
    socket = str(tmp_path / "s")
    command = ["tmux", "-u", "-S", socket, "-f", os.devnull]

    def ask(*words):
        done = subprocess.run(
            [*command, *words], env=settings(), capture_output=True, check=True, timeout=5
        )
        return done.stdout.decode()

    with Terminal([*command, "new-session", "echo started; exec cat"]) as terminal:
        terminal.until("started")
        try:
            yield terminal, f"{socket},1,0", ask
        finally:
            ask("kill-server")


def test_a_real_tmux_in_its_default_settings_holds_the_text_and_sends_it_on(tmux, tmp_path):
    terminal, address, ask = tmux
    sent = []
    result = copy(
        HOSTILE, settings(TMUX=address, SSH_TTY="x"), sent.append, folder=tmp_path, print_key="p"
    )
    kept = HOSTILE.replace("\ud800", "\\ud800")
    assert result.route is Route.TMUX
    assert sent == []
    assert ask("show-buffer") == kept
    encoded = base64.b64encode(kept.encode())
    terminal.until(lambda: re.search(rb"\x1b\]52;[a-z]*;" + re.escape(encoded), terminal.raw))


def test_a_real_tmux_holds_a_text_that_is_too_long_for_terminals(tmux, tmp_path):
    _, address, ask = tmux
    text = "long " * 20_000
    result = copy(
        text, settings(TMUX=address, SSH_TTY="x"), [].append, folder=tmp_path, print_key="p"
    )
    assert ask("show-buffer") == text
    assert result.file is not None
    assert result.file.read_text() == text
