"""ExplorerContext: what the parts of the explorer share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from textual.screen import Screen

from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.settings.commands import View
from ivscope.ui.commands import Handlers
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.layout import Layout
from ivscope.ui.explorer.picker_pane import PickerPane
from ivscope.ui.explorer.status_area import StatusArea
from ivscope.ui.time_display import TimeDisplay
from ivscope.workspace.jobs import Jobs
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Level, Place, Trail

_COUNT_DIGITS = 4
"""More minutes than any session has."""


class Count:
    """A number typed before a command."""

    def __init__(self) -> None:
        self._digits = ""

    def add(self, key: str) -> bool:
        """Take a digit; a leading 0 is none. Returns whether it was one."""
        is_digit = key.isdigit() and (bool(self._digits) or key != "0")
        if is_digit:
            self._digits = (self._digits + key)[-_COUNT_DIGITS:]
        return is_digit

    def __str__(self) -> str:
        return self._digits

    def take(self) -> int:
        """The number, 1 without one. It is used up."""
        digits, self._digits = self._digits, ""
        return int(digits or 1)


@dataclass(slots=True)
class ExplorerContext:
    """Made once by the screen; every part that does commands gets it and registers handlers."""

    screen: Screen[None]
    provider: StageDataProvider
    clock: TimeDisplay
    """How times are told."""
    launch: Launch
    keys: Mapping[str, str]
    """Keys in force by command id."""
    jobs: Jobs
    """The owner of background work."""
    handlers: Handlers
    trail: Trail
    count: Count
    """The number typed before a command."""
    status: StatusArea
    layout: Layout
    picker: PickerPane
    pane: EventsPane
    """The list of events."""
    say: Callable[[str], None]
    """A note in the status line until the next key."""
    redraw: Callable[[], None]
    """Draw everything again: times are told in another way, or another place is shown."""
    show_bars: Callable[[], None]
    """Draw header, status and footer."""
    stops: list[Callable[[], bool]] = field(default_factory=list)
    """What Esc stops: each stops what runs and says whether something did."""

    @property
    def here(self) -> Place:
        """Where the reader is."""
        return self.trail.here

    @property
    def is_reading(self) -> bool:
        """Whether events are shown."""
        return self.here.level >= Level.EVENTS

    @property
    def picks(self) -> bool:
        """Whether the keys go to a picker, be it beside the events."""
        return not self.is_reading or self.layout.picker_has_focus

    @property
    def level(self) -> Level:
        """Level of the list that the keys go to.

        Beside events the picker lists another level. Elsewhere it may not be open yet: a key that
        was typed before the first picture is still one of the place that was asked for.
        """
        is_beside = self.is_reading and self.layout.picker_has_focus
        return self.picker.place.level if is_beside else self.here.level

    @property
    def view(self) -> View:
        """What the keys go to."""
        if self.status.is_asking:
            return View.PROMPT
        if self.is_reading and self.layout.detail_is_full:
            return View.DETAIL
        return View[self.level.name]

    def why_no_events(self) -> str:
        """Why what works on events cannot be done now; empty when it can."""
        if not self.is_reading or self.pane.reading is None:
            return "open a participant first: this works on events"
        if self.layout.picker_has_focus:
            return "the keys go to the picker: {go.next_pane} takes them to the events"
        return ""

    def why_no_session(self) -> str:
        """Why what works on a session cannot be done now; empty when it can."""
        return "" if self.here.level >= Level.PARTICIPANTS else "open a session first"
