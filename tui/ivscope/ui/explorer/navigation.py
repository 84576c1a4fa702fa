"""Navigation: from place to place, and what every place reads when it is opened."""

from collections.abc import Callable
from datetime import datetime

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.ui.commands import Handler, Unavailable
from ivscope.ui.explorer import picking
from ivscope.ui.explorer.event_commands import EventCommands
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.layout import Layout
from ivscope.ui.explorer.picker_pane import PickerPane
from ivscope.ui.explorer.read_commands import ReadCommands
from ivscope.workspace.event_stream import begun_sweep
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Level, Place, Trail


class Navigation:
    """Moves along the trail and has the panes follow."""

    def __init__(
        self,
        *,
        trail: Trail,
        provider: StageDataProvider,
        picker: PickerPane,
        pane: EventsPane,
        layout: Layout,
        readers: ReadCommands,
        events: EventCommands,
        redraw: Callable[[], None],
    ) -> None:
        self._trail = trail
        self._provider = provider
        self._picker = picker
        self._pane = pane
        self._layout = layout
        self._readers = readers
        self._events = events
        self._redraw = redraw
        self._quit: Callable[[], None] = lambda: None
        self._stop: Callable[[], bool] = lambda: False

    def table(self, leave_app: Callable[[], None], stop: Callable[[], bool]) -> dict[str, Handler]:
        """Deeds by command id.

        Args:
            leave_app: Ends the program.
            stop: Stops what runs for the whole session; says whether something did.
        """
        self._quit, self._stop = leave_app, stop
        return {
            "go.in": self._go_in,
            "go.out": self._go_out,
            "go.quit_or_out": self._quit_or_out,
            "go.last": self._go_last,
            "go.source": self._go_source,
            "go.timeline": self._go_timeline,
            "go.next_sibling": lambda: self._go_sibling(1),
            "go.previous_sibling": lambda: self._go_sibling(-1),
        }

    @property
    def here(self) -> Place:
        """Where the reader is."""
        return self._trail.here

    @property
    def before(self) -> Place | None:
        """Where the reader was before."""
        return self._trail.last

    @property
    def is_reading(self) -> bool:
        """Whether events are shown."""
        return self.here.level >= Level.EVENTS

    def begin(self, launch: Launch) -> str:
        """Open the first place as asked for. Returns what went wrong, empty for nothing."""
        self.arrive()
        complaints = [f"configuration: {complaint}" for complaint in launch.complaints]
        try:
            if launch.filter:
                self._events.filter_by(launch.filter)
            if launch.at:
                self._events.go_to(launch.at)
        except Unavailable as why:
            complaints.insert(0, str(why))
        return "; ".join(complaints)

    def arrive(self) -> None:
        """Show the place that the trail leads to, and read what it needs and does not have."""
        everybody = self.here.level is Level.TIMELINE
        self._layout.arrange(is_reading=self.is_reading, everybody=everybody)
        self._picker.open(self.here.picker, self._trail.view(self.here.picker))
        if self.is_reading:
            reading = self._pane.open(self.here)
            if self.here.level is Level.EVENTS:
                self._provider.read(self._provider.participant(self.here.participant))
            if not len(reading.stream.items) and reading.stream.may_grow:
                reading.stream.read_on()
        else:
            self._picker.read()
        self._redraw()

    def _leave(self) -> None:
        self._readers.stop()
        if self.is_reading:
            self._pane.leave()
        self._trail.leave(self.here.picker, self._picker.view())

    def go(self, place: Place) -> None:
        """Open a place; Esc returns here."""
        self._leave()
        self._trail.go(place)
        self.arrive()

    def go_or_back(self, place: Place) -> None:
        """Open a place, or return to it when Esc would."""
        if self._trail.behind == place:
            self._leave()
            self._trail.back()
            self.arrive()
        else:
            self.go(place)

    def _go_in(self) -> None:
        if self._layout.picker_has_focus:
            if self._picker.row is not None:
                self.go(picking.child(self._picker.place, self._picker.row))
            return
        event = self._pane.event if self.is_reading else None
        link = None
        if event is not None and self.here.level is Level.TIMELINE:
            link = self.here.at_event(event.participant_id)
        elif event is not None:
            link = picking.link_of(self.here, event)
        if link is not None:
            self._follow(link, event)
        elif self._layout.main_has_focus and event is not None:
            self._layout.show_detail_full()
        else:
            raise Unavailable("this leads nowhere else")

    def _follow(self, link: Place, event: Event | None) -> None:
        """Open the other side, at the same second."""
        moment = event.time if event is not None else None
        self.go(link)
        if isinstance(moment, datetime):
            self._events.go_to_moment(moment)

    def _go_source(self) -> None:
        """From a replica to the participant it is a copy of."""
        summary = self._summary()
        if summary is None:
            raise Unavailable("no participant here, or its facts are not read yet")
        if not summary.source_stage_arn or not summary.source_session_id:
            raise Unavailable("the answer names no source: this participant is no replica")
        source = Place(summary.source_stage_arn, summary.source_session_id, summary.participant_id)
        self._follow(source, self._pane.event if self.is_reading else None)

    def _summary(self) -> ParticipantSummary | None:
        if self.here.level is not Level.EVENTS:
            row = self._picker.row
            return row if isinstance(row, ParticipantSummary) else None
        fact = self._provider.participant(self.here.participant).value
        return fact.summary if fact is not None else None

    def _go_timeline(self) -> None:
        """Everybody's events; the sweep that reads them starts unless it was stopped."""
        if self.here.level < Level.PARTICIPANTS:
            raise Unavailable("open a session first: M shows the events of everybody in it")
        session = self.here.session
        begun_sweep(self._provider, session)
        self.go(Place(session.stage_arn, session.session_id, everybody=True))

    def _go_out(self) -> None:
        """Stop what runs, leave the detail, the search, the filter, the place: one at a time."""
        if self._pane.stop() or self._readers.stop() or self._stop():
            raise Unavailable("stopped; what was read is kept")
        if self._layout.leave_detail():
            return
        if self.is_reading and self._events.clear():
            self._redraw()
        elif not self.is_reading and self._picker.text:
            self._picker.narrow("")
        else:
            self._leave()
            if self._trail.back():
                self.arrive()

    def _quit_or_out(self) -> None:
        is_root = self.here.level is Level.STAGES and not self._picker.text
        if is_root and self._layout.main_has_focus:
            self._quit()
        else:
            self._go_out()

    def _go_last(self) -> None:
        place = self._trail.last
        if place is None:
            raise Unavailable("you have been nowhere else yet")
        self.go(place)

    def _go_sibling(self, step: int) -> None:
        place = self._picker.sibling(self.here, step)
        self._leave()
        self._trail.swap(place)
        self.arrive()
