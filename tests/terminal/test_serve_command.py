"""`ivscope serve`: the explorer as a page of a browser, on this machine only."""

import asyncio
import base64
import http.client
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from itertools import count

import pytest

from ivscope.cli.main import main
from ivscope.cli.web import RISKS, page_command
from support.terminal import IVSCOPE, settings

SECONDS = 30
"""For a browser and an explorer to start: far more than it takes, so that only a hang ends it."""

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-port=0",
)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--host", "0.0.0.0"), "--host 0.0.0.0 is not an IPv4 address of this machine alone, "),
        (("--host", "example.com"), "forward the port: ssh -L"),
        (("--host", "::1"), "--host ::1 is not an IPv4 address"),
        (("--demo", "--region", "us-west-2"), "leave out --region or --demo"),
        (("open", "-"), "a page cannot read stdin"),
        (("-",), "a page cannot read stdin"),
        (("rubbish",), "holds no stage ARN"),
        (("open", "no-such-file"), "no-such-file"),
        (("--demo", "--record", "no-such-folder/file"), "no-such-folder/file: No such file"),
        (("--check-config",), "ivscope --check-config, without serve"),
        (("why", "--demo"), "ivscope why, without serve"),
    ],
)
def test_what_cannot_be_served_is_told_before_a_port_is_opened(capsys, words, said):
    assert main(["serve", *words]) == 2
    assert said in capsys.readouterr().err


def test_without_its_extra_it_says_what_to_install(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    assert main(["serve", "--demo"]) == 2
    assert "pip install 'ivscope[web]'" in capsys.readouterr().err


def test_the_help_says_the_risks(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    assert " ".join(RISKS.split()) in " ".join(capsys.readouterr().out.split())


def test_a_page_runs_the_explorer_by_the_words_given_and_no_shell_reads_them():
    words = ["--profile", "it's; $(reboot)", "--region", "us-west-2"]
    command = shlex.split(page_command(words))
    assert command == [sys.executable, "-P", "-m", "ivscope", "serve", "--page", *words]


@contextmanager
def served(*arguments):
    """The running command, and the address that it printed."""
    pytest.importorskip("textual_serve", reason="not installed: pip install '.[web]'")
    command = [*IVSCOPE, "serve", *arguments]
    environ = settings(PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline()
            yield process, re.search(r"http://127\.0\.0\.1:\d+/\S+/", said)[0]
        finally:
            process.kill()


def answered(host, path):
    connection = http.client.HTTPConnection(host, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers)
    finally:
        connection.close()


def test_only_the_address_that_is_printed_is_answered_and_a_signal_ends_it():
    with served("--demo") as (process, address):
        host, path = re.fullmatch(r"http://([^/]+)(/.*)", address).groups()
        for other in ("/", "/ws", "/static/js/textual.js", "/A" + path[2:]):
            assert answered(host, other)[0] == 404
        status, headers = answered(host, path)
        assert status == 200
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        rest = process.stdout.readline() + process.stdout.readline()
        assert rest.strip()
        assert rest.split() == RISKS.split()[: len(rest.split())]
        process.send_signal(signal.SIGINT)
        assert process.wait(SECONDS) == 0


def test_a_port_that_is_taken_is_told_in_few_words(capsys):
    with served("--demo") as (_, address):
        port = re.search(r":(\d+)/", address)[1]
        assert main(["serve", "--demo", "--port", port]) == 2
    assert capsys.readouterr().err == (
        f"ivscope: port {port} cannot be opened: Address already in use; choose another\n"
    )


class Page:
    """A page in a browser that is driven over its debugging port."""

    def __init__(self, socket):
        self._socket = socket
        self._numbers = count(1)
        self.shown = ""

    async def call(self, method, **parameters):
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})

    async def until(self, text):
        """Wait until the explorer has drawn a text."""
        while text not in self.shown:
            message = await asyncio.wait_for(self._socket.receive_json(), SECONDS)
            if message.get("method") == "Network.webSocketFrameReceived":
                frame = message["params"]["response"]
                data = frame["payloadData"]
                drawn = base64.b64decode(data).decode() if frame["opcode"] == 2 else data
                self.shown += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn)

    async def press(self, key, code, text):
        self.shown = ""
        for kind, typed in (("keyDown", text), ("keyUp", "")):
            await self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                text=typed,
            )


async def drive(address, profile):
    import aiohttp  # noqa: PLC0415 - only where textual-serve is installed

    command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    browser = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    try:
        found = None
        while found is None:
            line = await asyncio.wait_for(browser.stderr.readline(), SECONDS)
            assert line, "the browser ended"
            found = re.search(rb"ws://(127\.0\.0\.1:\d+)/", line)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://{found[1].decode()}/json/list") as answer:
                (tab,) = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(tab["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                page = Page(socket)
                await page.call("Network.enable")
                await page.call("Page.navigate", url=address)
                await page.until("fri-night-live")
                for kind in ("mousePressed", "mouseReleased"):  # the page takes keys once clicked
                    where = {"x": 600, "y": 300, "button": "left", "clickCount": 1}
                    await page.call("Input.dispatchMouseEvent", type=kind, **where)
                await page.press("Enter", 13, "\r")
                await page.until("st-dxMFysKnE9UAk")
    finally:
        browser.kill()
        await browser.communicate()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
async def test_the_demo_is_drawn_and_takes_keys_in_a_browser(tmp_path):
    with served("--demo") as (_, address):
        await drive(address, tmp_path / "profile")
