"""SessionViews: summary, lanes, comparison, and the jump to the next failing participant.

Long because each view is opened, left, and come back to in the same ways.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from ivscope.analysis.listed_participants import Names
from ivscope.analysis.time_input import TimeInputError, TimeReference, read_time
from ivscope.domain.stages import ParticipantSummary, SessionScope
from ivscope.provider.fetch.scan import Scan
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.event_log import EventLog
from ivscope.render.bars import Crumb, header_line
from ivscope.render.lines import Line
from ivscope.settings.commands import View
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.event_commands import EventCommands
from ivscope.ui.explorer.list_status import failed_asides, loaded_events, scan_word_alone
from ivscope.ui.explorer.navigation import Navigation
from ivscope.ui.overlays import OverlayReading, OverlayScreen, Shared
from ivscope.workspace.event_stream import (
    NOTHING_NEW,
    ParticipantStream,
    begun_scan,
    session_times,
)
from ivscope.workspace.jobs import AtRest
from ivscope.workspace.place import Level, Place

if TYPE_CHECKING:
    from ivscope.ui.compare.screen import Compared, CompareScreen
    from ivscope.ui.lanes.screen import Landing, LanesScreen
    from ivscope.ui.lanes.view import LanesView
    from ivscope.ui.summary.data import SummaryData
    from ivscope.ui.summary.screen import Drill, SummaryScreen
    from ivscope.workspace.session_counts import ParticipantCounts, SessionCounts

_MODULES: Final = (
    "ivscope.workspace.session_counts",
    "ivscope.export.messages",
    "ivscope.findings.shared_users",
    "ivscope.ui.summary.data",
    "ivscope.ui.summary.screen",
    "ivscope.ui.lanes.screen",
)
"""What the summary and the lanes need, in parts that load in 2 to 6 ms each."""


class NextFailing:
    """`e` in the participant picker: scans, suspicious ones first, until an error is found."""

    def __init__(
        self, context: ExplorerContext, events: EventCommands, navigation: Navigation
    ) -> None:
        self._context = context
        self._events = events
        self._navigation = navigation
        self._provider = context.provider
        self._sought: Scan | None = None
        context.stops.append(self.stop)
        context.handlers.add("jump.error", self._jump, self._why_not)

    def stop(self) -> bool:
        """Stop looking. Returns whether an error was being looked for."""
        sought, self._sought = self._sought, None
        if sought is not None:
            sought.pause()
        return sought is not None

    def changed(self, changed: Collection[object]) -> None:
        """Called when a scan went on: open the first participant with an error, if looking."""
        scan = self._sought
        if scan is None or scan not in changed:
            return
        place = self._context.here
        if not self._is_picking or place.session != scan.session:
            self._sought = None
            return
        found = _first_with_errors(scan)
        if found is not None:
            self._sought = None
            scan.pause()
            self._open(found)
        elif not scan.is_running:
            self._sought = None
            read = f"{scan.log.participants_read:,} participants read"
            self._context.say(f"no error in the {read}")

    @property
    def _is_picking(self) -> bool:
        return self._context.level is Level.PARTICIPANTS

    def _why_not(self) -> str:
        return "" if self._is_picking else self._context.why_no_events()

    def _jump(self) -> None:
        if not self._is_picking:
            self._events.next_error()
            return
        scan = self._provider.scan(self._context.here.session)
        found = self._below(scan)
        if found is not None:
            self._open(found)
            return
        if not scan.start():
            raise Unavailable("all participants are read, and none further down has an error")
        self._sought = scan
        self._context.say("reading participants, suspicious ones first, until one has an error")

    def _below(self, scan: Scan) -> str | None:
        """Return the next participant below the cursor with an error, as far as read."""
        rows = self._context.picker.below()
        wanted = [row.participant_id for row in rows if isinstance(row, ParticipantSummary)]
        for participant_id in wanted:
            reading = scan.log.reading(participant_id)
            if reading is not None and reading.errors:
                return participant_id
        return None

    def _open(self, participant_id: str) -> None:
        here = self._context.here
        self._context.picker.select(participant_id)
        self._navigation.go(Place(here.stage_arn, here.session_id, participant_id))
        self._events.next_error()


def _first_with_errors(scan: Scan) -> str | None:
    """Return the participant that was read first among those with an error."""
    for participant_id in scan.log.participant_ids:
        reading = scan.log.reading(participant_id)
        if reading is not None and reading.errors:
            return participant_id
    return None


class SessionViews:
    """The commands that open the views of a session, and go where a view leads."""

    def __init__(
        self,
        context: ExplorerContext,
        events: EventCommands,
        navigation: Navigation,
        crumbs: Callable[[], tuple[Crumb, ...]],
        share: Callable[[], Shared],
    ) -> None:
        """Register the commands.

        Args:
            context: Shared with the other parts.
            events: The commands of the event list.
            navigation: Goes to places.
            crumbs: Returns the parts of the header of the place on screen.
            share: Returns what a view over the explorer shares with it.
        """
        self._context = context
        self._crumbs = crumbs
        self._share = share
        self._provider = context.provider
        self._times = context.times
        self._jobs = context.jobs
        self._events = events
        self._navigation = navigation
        self._next_failing = NextFailing(context, events, navigation)
        self._counts: SessionCounts | None = None
        """What the last view of everybody counted: the next one goes on from there."""
        self._participant_counts: ParticipantCounts | None = None
        """The same of the participant on screen."""
        self._view: SummaryScreen | LanesScreen | CompareScreen | None = None
        self._not_loaded = list(_MODULES)
        self._at_rest = AtRest(context.jobs, self._prepare)
        add = context.handlers.add
        add("triage.summary", self._open_summary, navigation.why_no_session)
        add("triage.lanes", self._open_lanes, navigation.why_no_session)
        add("triage.compare", self._compare, self._why_not_compare)

    @property
    def shows_everybody(self) -> bool:
        """Whether something on screen is made from the events of everybody in the session."""
        at_session = self._context.level in {Level.PARTICIPANTS, Level.TIMELINE}
        return at_session or (self._view is not None and self._view.VIEW is View.LANES)

    def changed(self, changed: Collection[object]) -> None:
        """Called when something of the provider changed."""
        self._next_failing.changed(changed)
        if self._view is not None:
            self._view.changed()
        self.stirred()

    def stirred(self) -> None:
        """Called after every key: another place may be on screen, and once it rests views are near.

        What was counted of a place that was left is dropped: its events may be let go.
        """
        if self._counts is not None and not self._is_here(self._counts.scan):
            self._counts = None
        own = self._participant_counts
        if own is not None and not self._is_shown(own.log):
            self._participant_counts = None
        self._at_rest.changed()

    def _prepare(self, seconds: float) -> bool:
        """Do for some seconds what a summary, lanes or the timeline would begin with.

        Only of what is read to its end, so that it is done once; a view that is open comes first.

        Returns:
            Whether more is left to do.
        """
        is_busy = self._view is not None and not self._view.is_at_rest
        if is_busy or self._context.here.session_id is None:
            return False
        if self._not_loaded:
            import_module(self._not_loaded.pop(0))
            return True
        here = self._context.here
        if here.level is Level.EVENTS:
            feed = self._provider.events(here.participant)
            is_read = feed.is_complete and not feed.status.is_busy
            if is_read and self._counted_events(feed.items).work(seconds):
                return True
        scan = self._provider.started_scan(here.session)
        if scan is None or scan.state is not ScanState.COMPLETE:
            return False
        counts = self._counts
        if counts is None or counts.scan is not scan:
            counts = self._counted()
        timeline = Place(here.stage_arn, here.session_id, everybody=True)
        return counts.prepare(seconds) or self._context.pane.prepare(timeline, seconds)

    def _scan(self) -> Scan:
        """Return the scan of the session; starts it unless it was paused."""
        return begun_scan(self._provider, self._context.here.session)

    def _is_here(self, scan: Scan) -> bool:
        here = self._context.here
        return here.session_id is not None and here.session == scan.session

    def _is_shown(self, log: EventLog) -> bool:
        event_list = self._context.pane.event_list if self._context.shows_events else None
        return event_list is not None and event_list.stream.items is log

    def _counted(self) -> "SessionCounts":
        """Return what is counted of the session, as far as an earlier view has come."""
        from ivscope.workspace.session_counts import counts_of  # noqa: PLC0415 - after the first rows

        self._counts = counts_of(self._provider, self._scan(), self._counts)
        return self._counts

    def _counted_events(self, log: EventLog) -> "ParticipantCounts":
        """Return what is counted of the events of a participant."""
        from ivscope.workspace.session_counts import ParticipantCounts  # noqa: PLC0415 - same

        kept = self._participant_counts
        if kept is None or kept.log is not log:
            self._participant_counts = kept = ParticipantCounts(log)
        return kept

    def order(self, order: str) -> None:
        """Start, pause or cancel the scan of the session.

        Raises:
            Unavailable: `order` is none of these, or there is no session.
        """
        reason = self._context.why_no_session()
        if reason:
            raise Unavailable(reason)
        scan = self._provider.scan(self._context.here.session)
        match order:
            case "start":
                if not scan.start():
                    raise Unavailable("the session has ended and all participants are read")
            case "pause":
                scan.pause()
            case "cancel":
                scan.cancel()
            case _:
                raise Unavailable("read takes start, pause or cancel")

    def typed_moment(self, text: str, cursor: datetime | None) -> datetime:
        """Return what a typed time means in the session on screen.

        Args:
            text: As typed.
            cursor: From which distances such as -5m count; None for the present.

        Raises:
            Unavailable: It is no time; says what to type.
        """
        now, event_list = self._times.now(), self._context.pane.event_list
        session = self._context.here.session
        reference = TimeReference(
            zone=self._times.zone,
            now=now,
            cursor=cursor,
            session=session_times(self._provider, session, now) or self._joins(session),
            zero=None if event_list is None else event_list.zero,
        )
        try:
            return read_time(text, reference).moment
        except TimeInputError as error:
            raise Unavailable(str(error)) from error

    def _joins(self, session: SessionScope) -> tuple[datetime, datetime] | None:
        """Return the first and the last join listed: they date times as the session's own do."""
        rows = self._provider.participants(session).facts
        joins = [row.first_join_time for row in rows]
        known = [joined for joined in joins if isinstance(joined, datetime)]
        return (min(known), max(known)) if known else None

    # Summary.

    def _open_summary(self) -> None:
        from ivscope.ui.summary.data import ParticipantData, SessionData  # noqa: PLC0415 - after the first rows

        self._navigation.enter_session()
        here, event_list = self._context.here, self._context.pane.event_list
        data: SummaryData
        if here.level is Level.EVENTS and event_list is not None:
            stream = ParticipantStream(self._provider, here.participant)
            counts = self._counted_events(stream.items)
            data = ParticipantData(self._provider, here, stream, counts)
        else:
            data = SessionData(self._provider, self._counted(), self._jobs, self._redraw_view)
        self._show_summary(data, None)

    def _show_summary(self, data: "SummaryData", cursor: int | None) -> None:
        """Show a summary.

        Args:
            data: What is summed up.
            cursor: The row of the cursor, when it was shown before.
        """
        from ivscope.ui.summary.screen import SummaryScreen  # noqa: PLC0415 - after the first rows

        zone, context = self._times.zone, self._context
        title = partial(self._title, lambda: data.word(zone))
        view = SummaryScreen(
            data,
            title,
            self._share(),
            reading=self._reading(),
            cursor=cursor,
        )
        self._view = view

        def leave(drill: "Drill | None") -> None:
            self._view = None
            if drill is not None:
                self._leave_summary(drill, lambda: self._show_summary(data, view.cursor))
            self._left(view, lambda: self._show_summary(data, view.cursor))

        context.screen.app.push_screen(view, leave)

    def _reading(self, *, of_everybody: bool = False) -> OverlayReading:
        """Return the reading of what a view of the place on screen counts.

        Args:
            of_everybody: Whether it counts the events of everybody also at a participant.
        """
        here = self._context.here
        if of_everybody or here.level is not Level.EVENTS:
            here = Place(here.stage_arn, here.session_id, everybody=True)

        def again() -> None:
            asides = failed_asides(self._provider, here)
            for one in asides:
                self._provider.retry(one)
            if here.level is Level.EVENTS:
                events = self._provider.events(here.participant)
                if not (self._provider.retry(events) or asides):
                    raise Unavailable("nothing failed here; in the events {read.again} reads on")
            elif not (self._provider.scan(here.session).start() or asides):
                raise Unavailable(NOTHING_NEW)

        def is_going() -> bool:
            if here.level is Level.EVENTS:
                return self._provider.events(here.participant).status.is_busy
            return self._provider.scan(here.session).is_running

        return OverlayReading(lambda: self._context.troubles(here), again, is_going)

    def _redraw_view(self) -> None:
        if self._view is not None:
            self._view.changed()
        self._at_rest.changed()

    def _leave_summary(self, drill: "Drill", again: Callable[[], None]) -> None:
        """Go where a summary leads; Esc there shows it again.

        Args:
            drill: Where it leads.
            again: Shows the summary again.
        """
        from ivscope.ui.summary.screen import OtherView  # noqa: PLC0415 - after the first rows

        here, events = self._context.here, self._events
        if drill is OtherView.LANES:
            self._open_lanes(again)
            return
        if here.level is not Level.EVENTS:
            self._navigation.go(Place(here.stage_arn, here.session_id, everybody=True))
        self._navigation.note_view(here, drill if isinstance(drill, str) else "", again)
        if isinstance(drill, str):
            events.filter_by(drill)
        elif isinstance(drill, int):
            self._context.pane.seek_for("that event", lambda: self._row_of(drill))

    def _row_of(self, position: int) -> int | None:
        """Return the row of an event in the list of everybody; None while it is not shown."""
        event_list = self._context.pane.event_list
        if event_list is None or not event_list.view.is_shown(position):
            return None
        return event_list.view.row_at(position)

    # Lanes.

    def _open_lanes(self, closed: Callable[[], None] = lambda: None) -> None:
        """Show the lanes, at the event on screen.

        Args:
            closed: Called when they were closed without opening a participant.
        """
        self._navigation.enter_session()
        self._show_lanes(self._lanes_at(self._moment()), closed)

    def show_lanes_at(self, moment: datetime) -> None:
        """Show the lanes of the session on screen, the cursor at a moment."""
        self._show_lanes(self._lanes_at(moment), lambda: None)

    def _lanes_at(self, moment: datetime | None) -> "LanesView":
        from ivscope.ui.lanes.view import LanesView  # noqa: PLC0415 - after the first rows

        whose = self._context.participant_id
        return LanesView(self._counted(), self._times, moment, whose)

    def _show_lanes(self, view: "LanesView", closed: Callable[[], None]) -> None:
        from ivscope.ui.lanes.screen import LanesScreen  # noqa: PLC0415 - after the first rows

        scan, zone = self._scan(), self._times.zone

        def word() -> str:
            return scan_word_alone(scan, self._provider, zone)

        title, reading = partial(self._title, word), self._reading(of_everybody=True)
        self._view = shown = LanesScreen(view, title, self._share(), reading)

        def leave(landing: "Landing | None") -> None:
            self._view = None
            participant_id, moment = landing or (None, None)
            here = self._context.here
            if participant_id is not None:
                self._navigation.go(Place(here.stage_arn, here.session_id, participant_id))
                self._navigation.note_view(here, "", lambda: self._show_lanes(view, closed))
            shows_events = self._context.here.level >= Level.EVENTS
            # Of several events in that second the cursor stays on its own one.
            if moment is not None and shows_events and moment != self._moment():
                self._events.go_to_moment(moment)
            self._left(shown, lambda: self._show_lanes(view, closed))
            if landing is not None and participant_id is None:
                closed()

        self._context.screen.app.push_screen(self._view, leave)

    def _title(self, word: Callable[[], str], name: str, width: int) -> Line:
        """Draw where a view is, with the state of reading at the right end.

        Args:
            word: Returns that state.
            name: Of the view.
            width: Cells.
        """
        crumbs = (*self._crumbs(), Crumb(name))
        state = self._context.handlers.with_keys(word())
        return header_line(crumbs, (Crumb(state), Crumb(self._times.zone_name(None))), width)

    # Comparison.

    def _sides(self) -> tuple[Place, ...]:
        """Return whom to compare, the left one first; fewer than two when somebody is missing.

        The one opened last and the one under the cursor of the list, else the two opened last.
        """
        opened = self._context.trail.opened
        pointed = self._navigation.participant_under_cursor()
        if pointed is not None and pointed not in opened[:1]:
            return (*opened[:1], pointed)
        return tuple(reversed(opened))

    def _why_not_compare(self) -> str:
        if len(self._sides()) == 2:  # noqa: PLR2004 - a comparison has two sides
            return ""
        if self._context.trail.opened:
            return "only this one was opened: open another one, then {triage.compare} compares both"
        return "open a participant first: {triage.compare} compares the next one with it"

    def _compare(self) -> None:
        """Compare two participants."""
        left, right = self._sides()
        moment = self._moment() if self._context.here.level is Level.EVENTS else None
        self._show_comparison((left, right), moment)

    def _show_comparison(self, places: tuple[Place, Place], moment: datetime | None) -> None:
        from ivscope.ui.compare.screen import CompareScreen  # noqa: PLC0415 - after the first rows

        left, right = places

        def compared() -> "tuple[Compared, Compared]":
            return self._compared(left), self._compared(right)

        name = self._names(left).name
        shared, title = self._share(), self._title
        self._view = view = CompareScreen(compared, places, moment, shared, title, name=name)

        def leave(_: None) -> None:
            self._view = None
            self._left(view, lambda: self._show_comparison(places, view.moment))

        self._context.screen.app.push_screen(view, leave)
        for place in places:
            stream = ParticipantStream(self._provider, place.participant)
            if not len(stream.items) and stream.may_grow:
                stream.read_on()

    def _moment(self) -> datetime | None:
        """Return the time of the event under the cursor; None without a readable one."""
        event = self._context.pane.event if self._context.shows_events else None
        return event.time if event is not None and isinstance(event.time, datetime) else None

    def _left(self, view: OverlayScreen[Any], again: Callable[[], None]) -> None:
        """Draw the explorer, in the style of times that was chosen in a view that was left.

        Args:
            view: The view.
            again: Shows it again, for the key of the previous view.
        """
        self._context.redraw()
        self.stirred()
        if view.is_left_by_last:
            self._navigation.note_last(again)
        if view.then is not None:
            view.then()

    def _compared(self, place: Place) -> "Compared":
        from ivscope.ui.compare.screen import Compared  # noqa: PLC0415 - after the first rows

        feed = self._provider.events(place.participant)
        return Compared(self._name(place), feed.items, loaded_events(feed), feed.is_complete)

    def _name(self, place: Place) -> str:
        scope = place.participant
        fact = self._provider.store.participant(scope)
        user = fact.summary.user_id if fact is not None else None
        if not user:
            user = self._names(place).user_id(scope.participant_id)
        return f"{user} {scope.participant_id}" if user else scope.participant_id

    def _names(self, place: Place) -> Names:
        return Names(self._provider.participants(place.session))
