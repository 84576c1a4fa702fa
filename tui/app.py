"""IvscopeApp: puts source, provider and screen together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import ClassVar

from textual.app import App
from textual.message import Message
from textual.screen import Screen

from tui.provider.provider import StageDataProvider
from tui.provider.source import Source
from tui.screens.explorer import ExplorerScreen
from tui.screens.place import Place
from tui.stylesheets import STYLESHEETS, stylesheet


def _local_zone() -> tzinfo:
    return datetime.now().astimezone().tzinfo or UTC


def _now() -> datetime:
    return datetime.now(UTC)


class IvscopeApp(App[None]):
    """The explorer over one provider."""

    TITLE = "ivscope"
    CSS_PATH: ClassVar = [stylesheet(name) for name in STYLESHEETS]
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    @dataclass
    class Crashed(Message):
        """A reading thread met a bug of ours."""

        error: Exception

    def __init__(
        self,
        connect: Callable[[], Source],
        *,
        start: Place,
        label: str,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__()
        self._provider = StageDataProvider(connect)
        self._provider.on_bug = self._report
        self._start = start
        self._label = label
        self._now = now

    def _report(self, error: Exception) -> None:
        self.post_message(self.Crashed(error))

    def on_ivscope_app_crashed(self, message: Crashed) -> None:
        """A bug ends the program with its traceback: nothing on screen could be trusted."""
        raise message.error

    def get_default_screen(self) -> Screen[None]:
        """The explorer is the first thing painted."""
        return ExplorerScreen(
            self._provider,
            start=self._start,
            label=self._label,
            local_zone=_local_zone(),
            now=self._now,
        )

    def on_unmount(self) -> None:
        """Stop reading; calls in flight are not waited for."""
        self._provider.close()
