"""Files and addresses of a run: only the places that are configured, and no secret in any."""

import json
import os
import re
import socket
import stat

import pytest

from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from support.explorer import EPOCH, LIVE_STAGE, PRIYA, SHOW
from support.terminal import IVSCOPE, Terminal, settings
from support.touched import HAS_STRACE, PRODUCT, touched
from support.tree import ROOT

TOKEN = "eyJhbGciOiJFUzM4NCJ9.eyJqdGkiOiAidEF2MFlUaE51UDh5In0.c2lnbmF0dXJl"  # noqa: S105 - made up
STREAM_KEY = "rt_123456789012_us-west-2_AbCdEfGhIjKl_0123456789abcdef"
PROXY_KEY = "hunter2-of-the-proxy"
SECRETS = (TOKEN, TOKEN.split(".")[1], STREAM_KEY, PROXY_KEY, "0123456789abcdef")

OURS = (
    "/desk/show.ivscope",
    "/desk/show.ivscope-wal",
    "/desk/show.ivscope-shm",
    *(f"/home/{folder}" for folder in (".local", ".local/state", ".local/state/ivscope")),
)
"""What the run is told to write, and the folders for state."""

OURS_BY_NAME = re.compile(
    r"/home/\.local/state/ivscope/(\.?(prompts|places)\.json(-\w+)?|copies(/\.?clipboard\.txt(-\w+)?)?)"
    r"|/desk/show\.ivscope-journal|/desk/\.?ivscope-\w+-\w+\.jsonl(-\w+)?"
)

HERE = {"127.0.0.1", "::1"}
NAMES_OF_USERS = re.compile(r"/var/run/nscd/.*|/run/systemd/.*|nl_family")
"""Where the C library asks the system itself."""


@pytest.mark.skipif(not HAS_STRACE, reason="strace is not on PATH")
def test_a_run_writes_its_own_files_and_contacts_nobody_but_its_endpoint(tmp_path):
    """`python -m support.touched` prints the list."""
    before = os.umask(0)
    try:
        found = touched(tmp_path)
    finally:
        os.umask(before)
    assert found.exit_code == 0
    written = [path.removeprefix(str(tmp_path)) for path in found.written]
    assert set(OURS) <= set(written)
    assert [p for p in written if p not in OURS and not OURS_BY_NAME.fullmatch(p)] == []
    assert [
        one for one in found.contacted if one not in HERE and not NAMES_OF_USERS.match(one)
    ] == []
    files = [*tmp_path.glob("home/**/*"), *tmp_path.glob("desk/*")]
    assert len(files) >= len(OURS)
    for path in files:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_page_for_the_security_review_names_every_file_of_the_state_folder():
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    for name in ("prompts.json", "places.json", "copies/clipboard.txt", "crash-*.txt", "saved/"):
        assert f"| `{name}` |" in page
    assert "no telemetry and no update\ncheck" in page


@pytest.fixture
def environ(tmp_path, monkeypatch):
    """Of a person whose home and working folder are the folder of the test."""
    monkeypatch.chdir(tmp_path)
    kept = settings(HOME=str(tmp_path), PYTHONPATH=PRODUCT, IVSCOPE_CLIPBOARD="file")
    return {name: kept[name] for name in kept.keys() - {"XDG_STATE_HOME", "XDG_CONFIG_HOME"}}


def secrets_in_files(folder):
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files, "nothing was written"
    return [
        (path, secret)
        for path in files
        for secret in SECRETS
        if secret.encode() in path.read_bytes()
    ]


def test_no_secret_that_was_pasted_or_filtered_by_is_in_any_file(tmp_path, environ):
    world = open_world("incident", lambda: EPOCH)
    state = tmp_path / ".local" / "state" / "ivscope"
    with Endpoint(world) as endpoint:
        url = endpoint.url.replace("//", f"//ann:{PROXY_KEY}@")
        words = (*IVSCOPE, "--endpoint-url", url, "--region", world.region, LIVE_STAGE, SHOW, PRIYA)
        with Terminal(words, environ=environ) as terminal:
            terminal.until("61 events, all read")
            for secret in (TOKEN, STREAM_KEY):
                terminal.press("/").paste(secret).press("enter").until_quiet()
            terminal.press("/", "quota", "enter").until("hit 1/3")
            terminal.press("&").paste(f"!{STREAM_KEY}").press("enter").until("61 shown of 61")
            terminal.press("W").until("saved ").press("y", "c").until("AWS CLI command: ")
            terminal.press("/", *"\x1b[A\x1b[A").until_quiet()
            assert STREAM_KEY not in terminal.screen[-2]
            terminal.press("esc", "ctrl+q")
            assert terminal.exit_code() == 0
    assert secrets_in_files(tmp_path) == []
    assert json.loads((state / "prompts.json").read_text())["FIND"] == ["quota"]
    assert "aws ivs-realtime" in (state / "copies" / "clipboard.txt").read_text()
    (saved,) = tmp_path.glob("*.jsonl")
    assert json.loads(saved.read_text().splitlines()[0])["filter"] == "!<stream key>"


def test_what_others_could_open_before_is_closed_to_them(tmp_path, environ):
    state = tmp_path / ".local" / "state" / "ivscope"
    state.mkdir(parents=True)
    (state / "prompts.json").write_text("{}")
    state.chmod(0o777)
    (state / "prompts.json").chmod(0o666)
    with Terminal((*IVSCOPE, "--demo", "--world", "quiet"), environ=environ) as terminal:
        terminal.until("2 stages, all read").press("/", "quota", "enter").until_quiet()
        terminal.press("ctrl+q")
        assert terminal.exit_code() == 0
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert stat.S_IMODE((state / "prompts.json").stat().st_mode) == 0o600


AT_THE_FAILURE = """
from ivscope.ui.explorer.navigation import Navigation
def broken(self):
    import os
    raise LookupError(f"no way through {os.environ['HTTPS_PROXY']}, token TOKEN")
Navigation.arrive = broken
"""


@pytest.mark.parametrize("crashes", [False, True])
def test_the_key_in_the_address_of_a_proxy_is_neither_shown_nor_written(tmp_path, environ, crashes):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    environ |= {"HTTPS_PROXY": f"http://ann:{PROXY_KEY}@127.0.0.1:{port}"}
    bug = AT_THE_FAILURE.replace("TOKEN", TOKEN) if crashes else ""
    arguments = ["ivscope", "--region", "us-west-2", "--record", str(tmp_path / "r.ivscope")]
    code = f"import sys\nsys.argv = {arguments!r}\n{bug}\nfrom ivscope.cli.main import run\nrun()"
    with Terminal((IVSCOPE[0], "-c", code), environ=environ) as terminal:
        if not crashes:
            terminal.until(f"127.0.0.1:{port}").press("ctrl+q")
        terminal.exit_code()
        assert PROXY_KEY.encode() not in terminal.raw
        assert TOKEN.encode() not in terminal.raw
    assert secrets_in_files(tmp_path) == []
    assert crashes == bool(list(tmp_path.glob(".local/state/ivscope/crash-*.txt")))


def test_a_full_disk_is_told_at_once_and_leaves_nothing_half_written(tmp_path, environ):
    """A limit on the size of files fails a write in its middle, as a full disk does."""
    world = open_world("incident", lambda: EPOCH)
    state = tmp_path / ".local" / "state" / "ivscope"
    environ |= {"PYTHONDONTWRITEBYTECODE": "1"}  # Python would leave half of a compiled module
    with Endpoint(world) as endpoint:
        place = ("--endpoint-url", endpoint.url, "--region", world.region, LIVE_STAGE, SHOW, PRIYA)
        full = ("bash", "-c", 'ulimit -f 4; exec "$@"', "bash", *IVSCOPE, *place)
        with Terminal(full, environ=environ) as terminal:
            terminal.until("61 events, all read").press("/", "quota", "enter").until("hit 1/3")
            for letter in "vwxyz":
                terminal.press("/").paste(letter * 900).press("enter")
                terminal.until(lambda: "FIND" not in terminal.screen[-2]).until_quiet()
            terminal.until("typed texts are not kept for the next run: File too large")
            stored = (state / "prompts.json").read_bytes()
            terminal.press("W").until("not saved: File too large: fix that, then save again")
            terminal.press("j").until(lambda: "not saved" not in terminal.text).press("ctrl+q")
            assert terminal.exit_code() == 1
            said = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert f"ivscope: not saved: File too large: fix that, then save again (ivscope-{PRIYA}" in said
    assert f"File too large in the working folder and {state / 'saved'}" in said
    assert json.loads(stored)["FIND"] == ["quota", *(letter * 900 for letter in "vwxy")]
    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {state / "prompts.json", state / "places.json"}
