"""IvscopeApp: makes the provider, and opens the explorer over it."""

import gc
from collections.abc import Callable
from datetime import tzinfo
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.console import RenderableType
from textual.driver import Driver

from ivscope.domain.clock import SYSTEM_CLOCK, Clock
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.render.time_display import TimeDisplay
from ivscope.settings.configuration import Configuration, effective_keys, keymap
from ivscope.ui.driver import QuickDriver
from ivscope.ui.explorer.screen import ExplorerScreen
from ivscope.ui.key_by_key import KeyByKey
from ivscope.ui.stylesheets import STYLESHEETS, stylesheet
from ivscope.workspace.jobs import Jobs, UiThread
from ivscope.workspace.launch import Launch

if TYPE_CHECKING:
    from ivscope.provider.store.source import FileNature, RecordedReading, Source

Made = TypeVar("Made")


class IvscopeApp(KeyByKey):
    """The explorer over one provider. What it does not need for its first rows loads after them."""

    TITLE = "ivscope"
    CSS_PATH: ClassVar = [stylesheet(name) for name in STYLESHEETS]
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    def __init__(
        self,
        connect: "Callable[[], Source] | None",
        launch: Launch,
        configuration: Configuration | None = None,
        *,
        recorded: "Callable[[], RecordedReading] | None" = None,
        file: "FileNature | None" = None,
        ahead: "Callable[[], RecordedReading] | None" = None,
        local_zone: tzinfo | None = None,
        clock: Clock = SYSTEM_CLOCK,
        history: Path | None = None,
        driver_class: type[Driver] | None = None,
    ) -> None:
        """Keep what the explorer will need; nothing is read or loaded yet.

        Args:
            connect: Makes the source; called in a reading thread. None to read a recording only.
            launch: How to start.
            configuration: Keys, zone and call rate; None for the defaults.
            recorded: Makes a reading of a recording, which is asked first; None for no recording.
            file: What a file that is read instead leaves open; None where there is none.
            ahead: Answers to calls that were made ahead; None where none were.
            local_zone: Zone of the local style of times; None for that of the machine.
            clock: Tells the time to all waiting, rate limits and ages.
            history: File that keeps what was typed in prompts; None to keep it for this run only.
            driver_class: Terminal driver; None for Textual's choice.
        """
        super().__init__(driver_class=driver_class)
        self._is_shown = Event()
        self._connect, self._recorded, self._history = connect, recorded, history
        self._file, self._ahead = file, ahead
        self._launch, self._configuration = launch, configuration or Configuration({})
        self._local_zone, self._clock = local_zone, clock
        self._provider: StageDataProvider | None = None
        ui = UiThread(self.call_later, self.call_after, lambda: self.typed)
        self.jobs = Jobs(clock, ui, self._crash)
        """All background work, and what became of it."""
        self.leaving_keys = effective_keys(self._configuration)["app.quit"].split(",")
        self.set_keymap(keymap(self._configuration))

    def _once_shown(self, make: Callable[[], Made] | None) -> Callable[[], Made] | None:
        """Have something made when the explorer is on screen, which needs the interpreter alone."""
        return make and (lambda: (self._is_shown.wait(), make())[1])

    def get_default_screen(self) -> "ExplorerScreen":
        """Make the explorer, which is the first thing on screen."""
        configuration = self._configuration
        self._provider = StageDataProvider(
            self._once_shown(self._connect),
            rate_limiter=RateLimiter(background=configuration.background_calls),
            recorded=self._recorded,
            file=self._file,
            ahead=self._once_shown(self._ahead),
            clock=SYSTEM_CLOCK if self._connect is None else self._clock,  # ages: from today
            typed=lambda: self.typed,
        )
        self._provider.on_bug = self.jobs.crash_soon
        times = TimeDisplay(self._local_zone, self._clock.now)
        times.choose(configuration.zone)
        shown = partial(ExplorerScreen, self._provider, times=times, launch=self._launch)
        explorer = shown(configuration=configuration, jobs=self.jobs, history=self._history)
        explorer.expect(self.size)
        return explorer

    async def on_explorer_screen_begun(self) -> None:
        """Do what was typed while the explorer was loaded."""
        self._is_shown.set()
        await self.take_keys()
        if not gc.isenabled():
            gc.freeze()  # what is loaded by now is never garbage
            gc.enable()

    def on_explorer_screen_left(self, message: "ExplorerScreen.Left") -> None:
        """Begin the explorer anew with another account or Region; nothing read before is kept."""
        self._ahead = None
        move, accounts, provider = message.move, self._launch.accounts, self._provider
        assert accounts and provider  # noqa: S101, PT018 - or the command is not available
        there = accounts.connect(move.profile, move.region, move.place.stage_arn)
        if self._file is not None:
            self._recorded, self._file, self._clock = None, None, SYSTEM_CLOCK
        self._connect, self._launch = there.connect, self._launch.elsewhere(move, there.label)
        provider.close()
        self.jobs = self.jobs.renewed()
        # Textual takes one away from the screen that is left, and the default screen has none.
        self.screen._push_result_callback(self, None)  # noqa: SLF001
        self.switch_screen(self.get_default_screen())

    def _crash(self, error: Exception) -> None:
        """End the program: nothing on screen could be trusted."""
        raise error

    def on_unmount(self) -> None:
        """Stop reading; calls in flight are not waited for."""
        self.jobs.give_up()
        if self._provider is not None:
            self._provider.close()

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Leave at once, or when the file asked for is written; a second call gives the file up."""
        if held_by := self.jobs.leave(partial(self._leave, result, return_code, message)):
            from ivscope.ui.widgets.screens import say_awaited  # noqa: PLC0415 - after the start

            say_awaited(self.screen, held_by, effective_keys(self._configuration)["app.quit"])

    def _leave(self, result: None, return_code: int, message: RenderableType | None) -> None:
        if isinstance(self._driver, QuickDriver):
            self._driver.is_leaving = True
        super().exit(result, return_code, message)
