"""ExplorerContext: what the parts of the explorer share."""

from collections.abc import Callable, Mapping
from dataclasses import field

from textual.screen import Screen

from ivscope.domain.events import Event
from ivscope.domain.frozen import slotted
from ivscope.domain.identifiers import Identifiers
from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.render.bars import ListStatus, Trouble
from ivscope.render.time_display import TimeDisplay
from ivscope.settings.commands import View
from ivscope.ui.commands import Handlers
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.layout import Layout
from ivscope.ui.explorer.list_status import troubles
from ivscope.ui.explorer.picker_pane import PickerPane
from ivscope.ui.explorer.picking import from_text
from ivscope.ui.status_area import StatusArea, TypedTexts
from ivscope.ui.taking import Taking
from ivscope.workspace.jobs import Jobs
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Level, Place, Trail

_COUNT_DIGITS = 4
"""Digits of a number: 9999 minutes are more than a session has."""


class Count:
    """The number that a person types before a command, digit by digit."""

    def __init__(self) -> None:
        self._digits = ""

    def add(self, key: str) -> bool:
        """Add a key to the number. Returns whether it was a digit that can stand there."""
        is_digit = key.isdigit() and (bool(self._digits) or key != "0")
        if is_digit:
            self._digits = (self._digits + key)[-_COUNT_DIGITS:]
        return is_digit

    def __str__(self) -> str:
        return self._digits

    def take(self) -> int:
        """Return the number, 1 if none was typed, and begin a new one."""
        digits, self._digits = self._digits, ""
        return int(digits or 1)


@slotted
class ExplorerContext:
    """Made once by the screen. Every part with commands gets it, and adds its handlers to it."""

    screen: Screen[None]
    provider: StageDataProvider
    times: TimeDisplay
    """Zone and style in which times are shown."""
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
    taking: Taking
    typed: TypedTexts
    """What was typed in prompts."""
    layout: Layout
    picker: PickerPane
    pane: EventsPane
    """The list of events."""
    say: Callable[[str], None]
    """Shows a note in the status line until the next key."""
    redraw: Callable[[], None]
    """Draws everything again: times are shown in another way, or another place is shown."""
    show_bars: Callable[[], None]
    """Draws header, status and footer."""
    stops: list[Callable[[], bool]] = field(default_factory=list)
    """Functions that Esc calls: each stops its work and returns whether any was running."""
    steps_back: list[Callable[[], bool]] = field(default_factory=list)
    """Functions that Esc calls before it leaves a list: each takes back a step inside of it and
    returns whether there was one."""

    def catch_up(self) -> None:
        """Draw rows that came since the list on screen was drawn."""
        if self.shows_events:
            self.pane.catch_up()
        else:
            self.picker.catch_up()

    def status_here(self) -> ListStatus:
        """Return the state of the list on screen."""
        return self.pane.status() if self.shows_events else self.picker.status()

    def troubles(self, here: Place, status: ListStatus | None = None) -> list[Trouble]:
        """Return what went wrong at a place: in its list, in the sweep, and in the recording.

        Args:
            here: The place.
            status: State of its list; None where no rows of it are on screen.
        """
        return [*troubles(self.provider, here, status), *_recording_troubles(self.launch)]

    @property
    def here(self) -> Place:
        """The place on screen."""
        return self.trail.here

    @property
    def shows_events(self) -> bool:
        """Whether events are shown."""
        return self.here.level >= Level.EVENTS

    @property
    def picks(self) -> bool:
        """Whether the keys go to a picker, alone or beside the events."""
        return not self.shows_events or self.layout.picker_has_focus

    @property
    def participant_id(self) -> str | None:
        """Id of the participant whose events are shown, else of the row under the cursor."""
        if self.here.level is Level.EVENTS:
            return self.here.participant_id
        row = self.pane.event if self.here.level is Level.TIMELINE else self.picker.row
        return row.participant_id if isinstance(row, Event | ParticipantSummary) else None

    @property
    def level(self) -> Level:
        """The level of the list that the keys go to.

        A picker beside the events has another level. Otherwise the picker may not be open yet: a
        key typed before the first frame counts for the place that was asked for.
        """
        is_beside = self.shows_events and self.layout.picker_has_focus
        return self.picker.place.level if is_beside else self.here.level

    @property
    def view(self) -> View:
        """The view that the keys go to."""
        if self.status.is_asking:
            return View.PROMPT
        if self.shows_events and self.layout.detail_is_full:
            return View.DETAIL
        return View[self.level.name]

    def taken_from(self, found: Identifiers) -> str:
        """Say what was taken from a text; no user id of it where stand-ins are shown."""
        return from_text(found, self.times.zone, names_users=not self.launch.is_redacted)

    def why_no_events(self) -> str:
        """Say why a command on events cannot be done now; empty when it can."""
        if not self.shows_events or self.pane.event_list is None:
            return "open a participant first: this works on events"
        if self.layout.picker_has_focus:
            return "the keys go to the other list: {go.next_pane} takes them to the events"
        return ""

    def why_no_session(self) -> str:
        """Say why a command on a session cannot be done now; empty when it can."""
        return "" if self.here.level >= Level.PARTICIPANTS else "open a session first"


def _recording_troubles(launch: Launch) -> list[Trouble]:
    """Say that answers could not be recorded."""
    status = None if launch.recording is None else launch.recording()
    if status is None or not status.lost:
        return []
    answers = "1 answer is" if status.lost == 1 else f"{status.lost:,} answers are"
    cause = f"{answers} missing in {status.file_name}: {status.failure}"
    step = "Make room, or start again with --record and another FILE. What is on screen is right."
    return [Trouble("NOT RECORDED", cause, step)]
