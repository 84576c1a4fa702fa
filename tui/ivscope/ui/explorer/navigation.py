"""Navigation: commands that go from place to place, and what a place reads when it opens.

Long because each way to a place, also from what was pasted, ends in one way of opening it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import Identifiers
from ivscope.domain.stages import ParticipantSummary
from ivscope.domain.times import to_microseconds
from ivscope.provider.fetch.scan import Scan
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer import picking
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_commands import EventCommands
from ivscope.ui.explorer.picking import TypedPlace, typed_places
from ivscope.ui.explorer.read_commands import ReadCommands
from ivscope.ui.explorer.start import StartChoice
from ivscope.ui.explorer.visits import Visits
from ivscope.workspace.event_stream import begun_scan
from ivscope.workspace.launch import Launch
from ivscope.workspace.place import Level, Place


@frozen
class _LeftView:
    """A view over a session from which a list of events was opened."""

    events: Place
    """The list that was opened from it."""
    below: Place
    """The place that it was shown over."""
    filter: str
    """The filter that it set; empty for none."""
    again: Callable[[], None]
    """Shows it again."""


class Navigation:
    """Opens places along the trail, and shows them in the panes."""

    def __init__(
        self,
        context: ExplorerContext,
        events: EventCommands,
        reads: ReadCommands,
        visits: Visits,
        choose: Callable[[StartChoice], None],
    ) -> None:
        """Register the commands.

        Args:
            context: Shared with the other parts.
            events: The commands of the event list.
            reads: The commands that read.
            visits: The places of earlier runs.
            choose: Does what a row of the start screen is for.
        """
        self._choose = choose
        self._visits = visits
        self._context = context
        self._trail = context.trail
        self._provider = context.provider
        self._picker = context.picker
        self._pane = context.pane
        self._layout = context.layout
        self._events = events
        self._reads = reads
        self._left: list[_LeftView] = []
        """Views to come back to, the latest last."""
        self._last_view: Callable[[], None] | None = None
        """Shows the view again that was left last, while nothing else was opened since."""
        self._sought: tuple[Place, Identifiers] | None = None
        """A text whose time tells which session is meant, and the stage whose sessions are read."""
        self._asked_for: tuple[Place, Identifiers] | None = None
        """Participants of the user that a text names, and the text: its time is where to begin."""
        context.stops.append(self._stop_seeking)
        add = context.handlers.add
        add("go.in", self._go_in, self._why_not_in)
        add("go.out", self._go_out)
        add("go.quit_or_out", self._quit_or_out)
        add("go.last", self._go_last, self._why_no_last)
        add("go.source", self._go_source, self._why_no_source)
        add("go.timeline", self._go_timeline, self._why_no_timeline)
        add("go.next_sibling", lambda: self._go_sibling(1), self._why_no_sibling)
        add("go.previous_sibling", lambda: self._go_sibling(-1), self._why_no_sibling)

    @property
    def here(self) -> Place:
        """The place on screen."""
        return self._trail.here

    @property
    def shows_events(self) -> bool:
        """Whether events are shown."""
        return self._context.shows_events

    def begin(self, launch: Launch) -> str:
        """Open the place to begin with. Returns what went wrong; empty for nothing."""
        if self._provider.file is not None and self.here.level is Level.EVENTS:
            # It costs no call, and has the names of those in the file.
            self._provider.read_more(self._provider.participants(self.here.session))
        self.arrive()
        complaints = [f"configuration: {complaint}" for complaint in launch.complaints]
        try:
            if launch.filter:
                self._events.filter_by(launch.filter)
            if launch.at:
                self._events.go_to(launch.at)
            elif launch.event is not None:
                self._go_to_event_of(launch.event)
        except Unavailable as why:
            complaints.insert(0, str(why))
        return "; ".join(complaints)

    def arrive(self) -> None:
        """Show the present place of the trail, and have read what it lacks."""
        self._last_view = None
        everybody = self.here.level is Level.TIMELINE
        self._layout.arrange(shows_events=self.shows_events, everybody=everybody)
        left = self._trail.view(self.here.picker)
        self._picker.open(self.here.picker, left, is_beside=self.shows_events)
        if everybody:
            begun_scan(self._provider, self.here.session)
        moment = None
        if self.shows_events:
            event_list = self._pane.open(self.here)
            moment = self._pane.taken_up()
            if self.here.level is Level.EVENTS:
                self._provider.read(self._provider.participant(self.here.participant))
            if not len(event_list.stream.items) and event_list.stream.may_grow:
                event_list.stream.read_on()
        else:
            self._picker.read()
        self._visits.arrived()
        self._let_go()
        self._context.redraw()
        if moment is not None:
            self._events.go_to_moment(moment)

    def _let_go(self) -> None:
        """Let go of what was left, but not of what a key leads back to by its rows."""
        views = [place for view in self._left for place in (view.events, view.below)]
        places = [self.here, *self._trail.opened, *views]
        self._pane.let_go({place.session for place in places if place.session_id is not None})

    def _stop(self) -> bool:
        """Stop the work that Esc stops. Returns whether any was running."""
        return self._pane.stop() or any(stop() for stop in self._context.stops)

    def _leave(self) -> None:
        self._reads.stop()
        if self.shows_events:
            self._pane.leave()
        self._trail.leave(self.here.picker, self._picker.view())

    def go(self, place: Place) -> None:
        """Open a place; Esc returns here."""
        picker = self._picker
        is_elsewhere = self._context.picks and place.parent != picker.place
        if is_elsewhere and place in typed_places(picker.place, picker.text):
            # A pasted ARN of elsewhere is no part of a row here: kept, it would hide them all.
            picker.narrow("")
        self._leave()
        self._trail.go(place)
        self.arrive()

    def open_named(self, row: TypedPlace) -> None:
        """Open a place that a text names, at the event that it tells of; say what was taken."""
        self.go(row.place)
        found = row.found
        if sum(map(bool, (found.stage_arn, found.session_id, found.participant_id))) > 1:
            self._context.say(self._context.taken_from(found))
        self._go_to_event_of(found)

    def _go_to_event_of(self, found: Identifiers) -> None:
        if found.time is not None or found.token is not None:
            self._context.say(self._context.taken_from(found))
        if self.here.level is Level.EVENTS:
            self._events.go_to_event_of(found)
        elif self.here.level is Level.SESSIONS and found.time and found.session_id is None:
            self._sought = self.here, found
            self.changed()
        elif self.here.narrowed is not None and found.time:
            self._asked_for = self.here, found

    def changed(self) -> None:
        """Go on to the session that was on at the time of a text, as soon as it is read."""
        if self._sought is None:
            return
        stage, found = self._sought
        if self.here != stage or stage.stage_arn is None or found.time is None:
            self._sought = None
            return
        sessions = self._provider.sessions(stage.stage_arn)
        then = picking.sessions_at(sessions.facts, found.time)
        if not then and sessions.failure is None and not sessions.is_complete:
            if not sessions.status.is_busy:
                self._provider.read_more(sessions)
            return
        self._sought = None
        if len(then) == 1:
            self.go(picking.place_in_session(stage.stage_arn, then[0].session_id, found))
            self._go_to_event_of(found)
            return
        near = then[0] if then else picking.nearest_session(sessions.facts, found.time)
        if near is not None:
            self._picker.select(near.session_id)
        if sessions.failure is None:
            many = f"{len(then)} sessions were on then" if then else "no session was on then"
            step = "choose one, {go.in} opens it" if then else "this one is the nearest"
            told = f"{many}: {step}; " if near is not None else f"{many}; "
            self._context.say(f"{told}{self._context.taken_from(found)}")

    def _stop_seeking(self) -> bool:
        was_sought, self._sought = self._sought is not None, None
        return was_sought

    def go_or_back(self, place: Place) -> None:
        """Open a place; where Esc would return to it, return instead."""
        if self._trail.behind == place:
            self._leave()
            self._trail.back()
            self.arrive()
        else:
            self.go(place)

    def participant_under_cursor(self) -> Place | None:
        """Return the participant of the row under the cursor of a list of participants."""
        if not self._context.picks or self._context.level is not Level.PARTICIPANTS:
            return None
        link = self._link()
        return None if link is None else replace(link, narrowed=None)

    def _link(self) -> Place | None:
        """Return the place that the row under the cursor opens; None for none."""
        if self._context.picks:
            row = self._picker.row
            return None if row is None else picking.child(self._picker.place, row)
        event = self._pane.event
        if event is None:
            return None
        if self.here.level is Level.TIMELINE:
            return self.here.at_event(event.participant_id)
        return picking.link_of(self.here, event)

    def _why_not_in(self) -> str:
        has_detail = self._layout.main_has_focus and self._pane.event is not None
        opens = self._link() is not None or (self.shows_events and has_detail)
        return "" if opens else "nothing to open here"

    def _go_in(self) -> None:
        if not self._context.picks and self._pane.together > 1:
            self._pane.open_fold()
            return
        link = self._link()
        row = self._picker.row if self._context.picks else None
        if isinstance(row, TypedPlace):
            self.open_named(row)
        elif isinstance(row, StartChoice):
            self._choose(row)
        elif link is None:
            self._layout.show_detail_full()
        elif self._context.picks:
            listed, asked_for = self._picker.place, self._asked_for
            self.go(link)
            if asked_for is not None and asked_for[0] == listed:
                self._go_to_event_of(asked_for[1])
        else:
            self._follow(link, self._pane.event)

    def _follow(self, link: Place, event: Event | None) -> None:
        """Open the other participant of an event, at the same second."""
        moment = event.time if event is not None else None
        self.go(link)
        if isinstance(moment, datetime):
            self._events.go_to_moment(moment)

    def _why_no_source(self) -> str:
        summary = self._summary()
        if summary is None:
            return "no participant here, or its source is not read yet"
        if not summary.source_stage_arn or not summary.source_session_id:
            return "this participant is not a replica: the answer names no source"
        return ""

    def _go_source(self) -> None:
        """Go from a replica to the participant that it is a copy of."""
        summary = self._summary()
        if summary is not None:
            source = Place(
                summary.source_stage_arn, summary.source_session_id, summary.participant_id
            )
            self._follow(source, None if self._context.picks else self._pane.event)

    def _summary(self) -> ParticipantSummary | None:
        if self._context.picks or self.here.level is not Level.EVENTS:
            row = self._picker.row if self._context.picks else None
            return row if isinstance(row, ParticipantSummary) else None
        fact = self._provider.participant(self.here.participant).value
        return fact.summary if fact is not None else None

    def _why_no_timeline(self) -> str:
        if self.here.level is Level.TIMELINE:
            return "the timeline is on screen already"
        if not self.why_no_session():
            return ""
        return "open a session first: {go.timeline} shows the events of all its participants"

    def why_no_session(self) -> str:
        """Say why there is no session to show; empty with one open, or under the cursor."""
        is_there = self.here.level is Level.SESSIONS and self._link() is not None
        return "" if is_there else self._context.why_no_session()

    def enter_session(self) -> None:
        """Open the session under the cursor, where sessions are listed."""
        link = self._link() if self.here.level is Level.SESSIONS else None
        if link is not None:
            self.go(link)

    def _go_timeline(self) -> None:
        """Show the events of everybody, the cursor on the event that it was on.

        Starts the scan that reads them, unless it was paused.
        """
        self.enter_session()
        session = self.here.session
        event = self._pane.event if self.here.level is Level.EVENTS else None
        scan = begun_scan(self._provider, session)
        self.go(Place(session.stage_arn, session.session_id, everybody=True))
        if event is not None:
            self._pane.seek_for("that event", lambda: self._row_in_scan(scan, event))

    def _row_in_scan(self, scan: Scan, event: Event) -> int | None:
        """Return the row of an event in the list of everybody; None while it is not read there."""
        event_list = self._pane.event_list
        if event_list is None or event_list.view.log is not scan.log.log:
            return None
        while event_list.view.work(1.0):
            pass
        time_us = to_microseconds(event.time) if isinstance(event.time, datetime) else None
        for part in scan.log.ranges(event.participant_id or ""):
            for at in part:
                if scan.log.log.time_us(at) == time_us and scan.log.event(at) == event:
                    return event_list.view.row_at(at)
        return None

    def _go_out(self) -> None:
        """Do the first that applies: stop work, leave detail, search, filter, or the place."""
        if self._stop():
            raise Unavailable("stopped; what was read is kept")
        layout = self._layout
        if layout.leave_detail() or layout.close_drawer():
            return
        if any(back() for back in self._context.steps_back) or self._back_to_view():
            return
        if self.shows_events and self._events.clear():
            self._context.redraw()
        elif not self.shows_events and self._picker.text:
            self._picker.narrow("")
        else:
            self._leave()
            if not self._trail.back():
                raise Unavailable("this is the first screen: {go.quit_or_out} quits")
            self.arrive()

    def note_view(self, below: Place, text: str, again: Callable[[], None]) -> None:
        """Make Esc lead back from the events on screen to the view that opened them.

        Args:
            below: The place that the view was shown over.
            text: The filter that it is about to set; empty for none.
            again: Shows it again.
        """
        self._left = [one for one in self._left if one.events != self.here]
        self._left.append(_LeftView(self.here, below, text, again))

    def _back_to_view(self) -> bool:
        """Go back to the view that opened these events. Returns whether there is one.

        What was typed since, a search or another filter, is left first.
        """
        event_list = self._pane.event_list
        if not self._left or self._left[-1].events != self.here or event_list is None:
            return False
        view = self._left[-1]
        is_changed = event_list.hides and event_list.filter_text != view.filter
        if event_list.search_text or is_changed or event_list.errors_only:
            return False
        del self._left[-1]
        self._events.clear()
        if self.here != view.below:
            self._leave()
            self._trail.back()
            self.arrive()
        view.again()
        return True

    def _quit_or_out(self) -> None:
        is_root = self.here.level is Level.STAGES and not self._picker.text
        if is_root and self._layout.main_has_focus:
            self._context.screen.app.exit()
        else:
            self._go_out()

    def _why_no_last(self) -> str:
        if self._last_view is not None or self._trail.last is not None or self._visits.recent():
            return ""
        return "no previous view"

    def note_last(self, again: Callable[[], None]) -> None:
        """Note what shows the view again that was left just now: it is the previous view."""
        self._last_view = again

    def _go_last(self) -> None:
        if self._last_view is not None:
            again, self._last_view = self._last_view, None
            again()
        elif self._trail.last is not None:
            self.go(self._trail.last)
        else:
            self.go(self._visits.place(""))

    def go_to_recent(self, number: str) -> None:
        """Open a place visited before, by its number in the list; without one the latest.

        Raises:
            Unavailable: There is none.
        """
        self.go(self._visits.place(number))

    def _why_no_sibling(self) -> str:
        if self.here.level is Level.STAGES:
            return (
                "no list above the stages: {go.previous_sibling} and {go.next_sibling} work below"
            )
        if self.here.level is Level.TIMELINE:
            return "the timeline has all participants: {go.in} opens one"
        return ""

    def _go_sibling(self, step: int) -> None:
        here, picker = self.here, self._picker
        parent = here.picker if here.level is Level.EVENTS else here.parent
        if parent is None:
            return
        text = picker.text if picker.place == parent else self._trail.view(parent).text
        place = picker.sibling(parent, here, step, text)
        self._leave()
        self._trail.swap(place)
        self.arrive()
