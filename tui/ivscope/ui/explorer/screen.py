"""The explorer: picker, event list and detail on one screen, all out of one provider."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from textual import events, on
from textual.containers import Container
from textual.message import Message
from textual.widget import Widget

from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.store.fetchable import Fetchable
from ivscope.ui.commands import Handler, Unavailable, screen_bindings
from ivscope.ui.explorer.copying import Copying
from ivscope.ui.explorer.detail import Detail
from ivscope.ui.explorer.detail_pane import DetailPane
from ivscope.ui.explorer.event_commands import EventCommands
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.frame import Frame
from ivscope.ui.explorer.key_gate import Count, KeyGate
from ivscope.ui.explorer.layout import Layout
from ivscope.ui.explorer.navigation import Navigation
from ivscope.ui.explorer.picker_pane import PickerPane
from ivscope.ui.explorer.prompt_kinds import History, OpenPrompt
from ivscope.ui.explorer.prompts import PromptCommands
from ivscope.ui.explorer.read_commands import ReadCommands
from ivscope.ui.explorer.saving import Saving
from ivscope.ui.explorer.session_views import SessionViews
from ivscope.ui.explorer.status_area import StatusArea
from ivscope.ui.time_display import TimeDisplay
from ivscope.ui.widgets.row_list import RowList
from ivscope.ui.widgets.screens import QuietScreen
from ivscope.ui.widgets.text_pane import TextPane
from ivscope.workspace.jobs import Alarm, Coalescer, Jobs
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Place, Trail

_METER_SECONDS = 0.5
"""How often the call meter is drawn while it is above zero. At rest nothing is drawn."""


class ExplorerScreen(QuietScreen[None]):
    """Owns where the reader is. Widgets get values; only screens ask the provider."""

    BINDINGS = screen_bindings()
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual's convention
        (0, "-narrow"),
        (100, "-medium"),
        (120, "-wide"),
        (170, "-widest"),
    ]

    @dataclass
    class Changed(Message):
        """A feed, a fact or a sweep of the provider changed; posted from reading threads."""

        what: Fetchable | Scan

    def __init__(
        self,
        provider: StageDataProvider,
        *,
        clock: TimeDisplay,
        launch: Launch,
        keys: Mapping[str, str],
        jobs: Jobs,
        history: Path | None = None,
    ) -> None:
        """The explorer.

        Args:
            provider: Where everything on screen comes from.
            clock: How times are told.
            launch: Where and how to begin.
            keys: Keys in force by command id.
            jobs: The owner of background work.
            history: File that remembers what was typed; None for none.
        """
        super().__init__()
        self._provider = provider
        self._launch = launch
        self._clock = clock
        detail = Detail(provider, keys, jobs)
        self._frame = Frame(provider, detail, clock, launch, keys)
        self._status = StatusArea(History(history))
        self._meter = Alarm(jobs, self.show_bars)
        self._changes = Coalescer(jobs, self._take_in)
        self._picker = RowList(id="picker")
        self._events = RowList(id="events")
        self._text = TextPane(id="detail")
        self._layout = Layout(self, self._picker, self._events, self._text)
        self.picker = PickerPane(provider, self._picker, clock)
        self.pane = EventsPane(provider, self._events, clock, self.say, jobs)
        self._count = Count()
        self._readers = ReadCommands(provider, self.pane, self.picker, self, jobs)
        self._event_deeds = EventCommands(self.pane, clock, self._count.take, self.say, self.redraw)
        self._going = Navigation(
            trail=Trail(launch.start()),
            provider=provider,
            picker=self.picker,
            pane=self.pane,
            layout=self._layout,
            readers=self._readers,
            events=self._event_deeds,
            redraw=self.redraw,
        )
        self._detail = DetailPane(
            self._text,
            detail,
            picker=self.picker,
            pane=self.pane,
            layout=self._layout,
            clock=clock,
            going=self._going,
            say=self.say,
            jobs=jobs,
        )
        self._gate = KeyGate(self._status, self._layout, self._going, self._count, jobs.clock)
        events_table = self._event_deeds.table()
        self._triage = SessionViews(
            self, provider, clock, self._event_deeds, events_table["jump.error"], jobs=jobs
        )
        self._questions = PromptCommands(self, self._event_deeds, keys, self._triage.order)
        self._deeds: dict[str, Handler] = {
            "time.style": self._next_time_style,
            "app.quit": self._quit,
            **self._going.table(self._quit, self._triage.stop),
            **self._layout.table(),
            **self._detail.table(),
            **self._readers.table(),
            **events_table,
            **self._triage.table(),
            **Saving(self, clock, jobs).table(),
            **Copying(self, provider, jobs, launch.profile, launch.world).table(),
            **self._questions.table(),
        }

    def compose(self) -> Iterator[Widget]:
        """Header, three panes, status, footer."""
        yield self._frame.header
        with Container(id="body"):
            yield self._picker
            yield self._events
            yield self._text
        yield self._status
        yield self._frame.footer

    def on_mount(self) -> None:
        """Paint first; connect and read after that."""
        self._layout.arrange(is_reading=self._going.is_reading)
        self._provider.on_change = self._announce
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        complaints = self._going.begin(self._launch)
        if complaints:
            self.say(complaints)

    def _announce(self, what: Fetchable | Scan) -> None:
        self.post_message(self.Changed(what))

    @property
    def here(self) -> Place:
        """Where the reader is."""
        return self._going.here

    @property
    def before(self) -> Place | None:
        """Where the reader was before."""
        return self._going.before

    def go(self, place: Place) -> None:
        """Open a place; Esc returns here."""
        self._going.go(place)

    # Drawing.

    def show_bars(self) -> None:
        """Draw header, status and footer."""
        status = self.pane.status() if self._going.is_reading else self.picker.status()
        moment = self._event_deeds.cursor_time if self._going.is_reading else None
        running, width = self._readers.word(), self.size.width
        falls = self._frame.draw(self.here, status, running, self._status, width, moment=moment)
        if falls and not self._meter.is_set:
            self._meter.set(_METER_SECONDS)

    def say(self, note: str) -> None:
        """A note in the status line until the next key."""
        self._status.say(note)

    def redraw(self) -> None:
        """Draw everything again: times are told in another way, or the size changed."""
        self.picker.redraw()
        self.pane.redraw()
        self._detail.show()
        self.show_bars()

    def on_explorer_screen_changed(self, message: Changed) -> None:
        """Take it in when it is time."""
        self._changes.add(message.what)

    def _take_in(self, changed: Collection[object]) -> None:
        """Draw what reading threads stored, if it is still looked at."""
        if self.picker.feed in changed:
            self.picker.changed()
        if self._going.is_reading:
            reading = self.pane.reading
            if reading is not None and reading.stream.source in changed:
                self.pane.changed()
            self._event_deeds.changed()
            self._readers.changed()
            self._detail.changed()
        self._triage.changed(changed)
        self.show_bars()

    @on(RowList.Highlighted)
    def _highlighted(self) -> None:
        if self._going.is_reading:
            self._readers.moved()
            reading = self.pane.reading
            if reading is not None and reading.search_text:
                self.show_bars()
        self._detail.follow()

    @on(RowList.NearEnd)
    def _near_end(self, message: RowList.NearEnd) -> None:
        if message.row_list is self._events and self._going.is_reading:
            self.pane.near_end()
        elif message.row_list is self._picker and self._picker.has_focus:
            self.picker.near_end()

    def on_resize(self, event: events.Resize) -> None:
        """Lay lines out for the new size."""
        self._layout.fit(event.size.width, event.size.height)
        self.call_after_refresh(self.redraw)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A picker beside the events is read when the reader turns to it."""
        if event.widget is self._picker and self._going.is_reading:
            self.picker.read()

    @on(TextPane.Resized)
    def _detail_resized(self) -> None:
        self._detail.show()

    # Keys.

    def action_do(self, command: str) -> None:
        """Do a command, or say why not."""
        try:
            self.do(command)
        except Unavailable as why:
            self.say(str(why))
        self._count.take()
        self.show_bars()

    def do(self, command: str) -> None:
        """Do a command by its id.

        Raises:
            NotNow: It cannot be done now, or belongs to a list or the detail.
        """
        deed = self._deeds.get(command)
        if deed is None:
            raise Unavailable("this key works in a list or in the detail")
        deed()

    def on_key(self, event: events.Key) -> None:
        """Keys that are no commands."""
        if self._gate.take(event.key):
            event.stop()

    def choose(self, title: str, choices: dict[str, str], chosen: Callable[[str], None]) -> None:
        """Ask for one letter."""
        self._status.choose(title, choices, chosen)

    def _next_time_style(self) -> None:
        name = self._event_deeds.next_style()
        self.redraw()
        self.say(f"times: {name}")

    def _quit(self) -> None:
        self.app.exit()

    def ask(self, prompt: OpenPrompt) -> None:
        """Open a prompt in the place of the status line."""
        self._status.ask(prompt)

    @on(StatusArea.Answered)
    def _answered(self) -> None:
        self._layout.main.focus()
        self.show_bars()

    def on_paste(self, event: events.Paste) -> None:
        """Open what was pasted, wherever the reader is."""
        self._questions.paste(event.text)
