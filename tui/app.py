"""IvscopeApp: paints at once, then puts source, provider and screen together."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.app import App
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tui.stylesheets import STYLESHEETS, stylesheet

if TYPE_CHECKING:
    from tui.provider.provider import StageDataProvider
    from tui.provider.source import Source
    from tui.screens.place import Place


def _local_zone() -> tzinfo:
    return datetime.now().astimezone().tzinfo or UTC


def _now() -> datetime:
    return datetime.now(UTC)


class IvscopeApp(App[None]):
    """The explorer over one provider.

    The first frame is one line of text: everything that the explorer imports loads behind it,
    and boto3 behind the explorer.
    """

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
        connect: "Callable[[], Source]",
        *,
        start: "Callable[[], Place]",
        label: str,
        now: Callable[[], datetime] = _now,
    ) -> None:
        super().__init__()
        self._connect = connect
        self._start = start
        self._label = label
        self._now = now
        self._provider: StageDataProvider | None = None

    def compose(self) -> Iterator[Widget]:
        """The first frame."""
        yield Static(f"ivscope · {self._label} · starting", markup=False)

    def on_mount(self) -> None:
        """Load the explorer once the first frame is out."""
        self.call_after_refresh(self._open)

    def _open(self) -> None:
        from tui.provider.provider import StageDataProvider  # noqa: PLC0415 - behind the first frame
        from tui.screens.explorer import ExplorerScreen  # noqa: PLC0415 - same

        self._provider = StageDataProvider(self._connect)
        self._provider.on_bug = self._report
        self.push_screen(
            ExplorerScreen(
                self._provider,
                start=self._start(),
                label=self._label,
                local_zone=_local_zone(),
                now=self._now,
            )
        )

    def _report(self, error: Exception) -> None:
        self.post_message(self.Crashed(error))

    def on_ivscope_app_crashed(self, message: Crashed) -> None:
        """A bug ends the program with its traceback: nothing on screen could be trusted."""
        raise message.error

    def on_unmount(self) -> None:
        """Stop reading; calls in flight are not waited for."""
        if self._provider is not None:
            self._provider.close()
