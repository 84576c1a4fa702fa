"""Runs a program in a tmux server of its own, where tmux is installed: a second real terminal."""

import contextlib
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from support.terminal import Terminal, settings

HAS_TMUX = shutil.which("tmux") is not None


class Tmux:
    """Runs a command in one pane until the block ends. Its bytes are kept from the first one on."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 200,
        rows: int = 120,
        environ: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ivscope-tmux-")
        own = Path(self._folder.name)
        self._socket = own / "s"
        self._raw = own / "raw"
        self._raw.touch()
        values = dict(settings() if environ is None else environ) | {"TERM": "tmux-256color"}
        words = [f"{name}={value}" for name, value in values.items()]
        # tmux sets TMUX for its children, which a program needs to copy through it.
        child = f'env -i TMUX="$TMUX" {shlex.join([*words, *command])}'
        gate = own / "gate"
        # The command starts once its bytes are being kept.
        wait = f"while [ ! -e {shlex.quote(str(gate))} ]; do sleep 0.02; done; exec {child}"
        size = ("-x", str(columns), "-y", str(rows), "-c", str(folder or Path.cwd()))
        self._tmux("-f", "/dev/null", "new-session", "-d", "-s", "s", *size, "sh", "-c", wait)
        for option in ("remain-on-exit on", "status off", "mouse on", "set-clipboard on"):
            self._tmux("set-option", "-g", *option.split())
        self._tmux("set-option", "-s", "escape-time", "0")
        self._tmux("select-pane", "-T", TITLE)
        self._tmux("pipe-pane", "-O", "-t", "s", f"cat >> {shlex.quote(str(self._raw))}")
        gate.touch()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._tmux("kill-server")
        self._folder.cleanup()

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), *words], capture_output=True, check=True, timeout=10
        )
        return done.stdout.decode("utf-8", "replace").rstrip("\n")

    def press(self, *keys: str) -> Self:
        """Keys by tmux's names."""
        # A semicolon as it is would end tmux's command.
        self._tmux("send-keys", "-t", "s", *(r"\;" if key == ";" else key for key in keys))
        return self

    def paste(self, text: str) -> Self:
        """A bracketed paste, as tmux does it."""
        self._tmux("set-buffer", "-b", "pasted", text)
        self._tmux("paste-buffer", "-p", "-d", "-b", "pasted", "-t", "s")
        return self

    def attached(self, columns: int, rows: int) -> Terminal:
        """A terminal of this size that shows the session, as a person has who comes back to it."""
        words = ("tmux", "-S", str(self._socket), "attach", "-t", "s")
        return Terminal(words, columns=columns, rows=rows)

    def detach(self) -> None:
        """Detach all terminals."""
        self._tmux("detach-client", "-s", "s")

    @property
    def screen(self) -> list[str]:
        return self._tmux("capture-pane", "-p", "-t", "s").split("\n")

    @property
    def raw(self) -> bytes:
        return self._raw.read_bytes()

    def about(self, name: str) -> str:
        """A format of tmux, such as `pane_title`."""
        return self._tmux("display-message", "-p", "-t", "s", f"#{{{name}}}")

    @property
    def buffers(self) -> str:
        """What the program put on tmux's clipboard."""
        return self._tmux("list-buffers")

    @property
    def copied(self) -> str:
        """The text of the newest buffer; empty when there is none."""
        return self._tmux("show-buffer") if self.buffers else ""

    def until(self, wanted: str | Callable[[], object], timeout: float = 15) -> Self:
        """Wait for a text on screen, or for a condition."""
        condition = wanted if callable(wanted) else lambda: wanted in "\n".join(self.screen)
        deadline = time.monotonic() + timeout
        while not condition():
            assert time.monotonic() < deadline, f"{wanted} never came:\n" + "\n".join(self.screen)
            time.sleep(0.03)
        return self

    def exit_code(self) -> int:
        """Wait for the end."""
        self.until(lambda: self.about("pane_dead") == "1")
        self.until(self._has_status)
        return int(self.about("pane_dead_status"))

    def _has_status(self) -> str:
        """tmux 3.3a sometimes notices the end of a child only when the next one ends."""
        self._tmux("run-shell", "true")
        return self.about("pane_dead_status")


TITLE = "as it was"
"""The title of the pane before the program starts."""
