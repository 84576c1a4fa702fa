"""SessionViews: what speaks of a whole session: trouble, summary, lanes, comparison."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from textual.app import App

from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.scan import Scan
from ivscope.ui.commands import Handler, Unavailable
from ivscope.ui.compare.screen import Compared, ComparedRows, CompareScreen
from ivscope.ui.explorer.event_commands import EventCommands
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.explorer.list_status import loaded_events, sweep_word
from ivscope.ui.explorer.picker_pane import PickerPane
from ivscope.ui.lanes.screen import Landing, LanesScreen
from ivscope.ui.lanes.view import LanesView
from ivscope.ui.summary.data import ParticipantData, SessionData, SummaryData
from ivscope.ui.summary.screen import Drill, SummaryScreen
from ivscope.ui.time_display import TimeDisplay
from ivscope.workspace.event_stream import ParticipantStream, begun_sweep
from ivscope.workspace.jobs import Jobs
from ivscope.workspace.names import Names
from ivscope.workspace.place import Level, Place


class Troubled(Protocol):
    """What this needs of the explorer."""

    picker: PickerPane

    @property
    def here(self) -> Place:
        """Where the reader is."""
        ...

    def go(self, place: Place) -> None:
        """Open a place."""
        ...

    def say(self, note: str) -> None:
        """A note in the status line."""
        ...


class NextFailing:
    """`e` in the participant picker: sweeps, suspicious first, until an error is found."""

    def __init__(
        self, explorer: Troubled, provider: StageDataProvider, next_error: Handler
    ) -> None:
        """Trouble of sessions.

        Args:
            explorer: The screen.
            provider: What is read.
            next_error: What the key does where events are shown.
        """
        self._explorer = explorer
        self._provider = provider
        self._next_error = next_error
        self._sought: Scan | None = None

    def table(self) -> dict[str, Handler]:
        """Deeds by command id."""
        return {"jump.error": self._jump}

    def stop(self) -> bool:
        """Stop looking. Returns whether something was looked for."""
        sought, self._sought = self._sought, None
        if sought is not None:
            sought.pause()
        return sought is not None

    def changed(self, changed: Collection[object]) -> None:
        """A sweep went on: open the first participant with an error, if that was looked for."""
        sweep = self._sought
        if sweep is None or sweep not in changed:
            return
        place = self._explorer.here
        if place.level is not Level.PARTICIPANTS or place.session != sweep.session:
            self._sought = None
            return
        found = _first_with_errors(sweep)
        if found is not None:
            self._sought = None
            sweep.pause()
            self._open(found)
        elif not sweep.is_running:
            self._sought = None
            read = f"{sweep.log.participants_read:,} participants read"
            self._explorer.say(f"no error in the {read}")

    def _jump(self) -> None:
        if self._explorer.here.level is not Level.PARTICIPANTS:
            self._next_error()
            return
        sweep = self._provider.sweep(self._explorer.here.session)
        found = self._below(sweep)
        if found is not None:
            self._open(found)
            return
        if not sweep.start():
            raise Unavailable("everybody is read, and no participant further down has an error")
        self._sought = sweep
        self._explorer.say("reading participants, suspicious ones first, until one has an error")

    def _below(self, sweep: Scan) -> str | None:
        """The next participant under the cursor whose events hold an error, as far as read."""
        rows = self._explorer.picker.below()
        wanted = [row.participant_id for row in rows if isinstance(row, ParticipantSummary)]
        for participant_id in wanted:
            reading = sweep.log.reading(participant_id)
            if reading is not None and reading.errors:
                return participant_id
        return None

    def _open(self, participant_id: str) -> None:
        here = self._explorer.here
        self._explorer.picker.select(participant_id)
        self._explorer.go(Place(here.stage_arn, here.session_id, participant_id))
        self._next_error()


def _first_with_errors(sweep: Scan) -> str | None:
    """The participant read first among those with an error."""
    for participant_id in sweep.log.participant_ids:
        reading = sweep.log.reading(participant_id)
        if reading is not None and reading.errors:
            return participant_id
    return None


class Overseer(Protocol):
    """What triage needs of the explorer."""

    picker: PickerPane
    pane: EventsPane

    @property
    def app(self) -> App[object]:
        """The running app."""
        ...

    @property
    def here(self) -> Place:
        """Where the reader is."""
        ...

    @property
    def before(self) -> Place | None:
        """Where the reader was before."""
        ...

    def go(self, place: Place) -> None:
        """Open a place."""
        ...

    def say(self, note: str) -> None:
        """A note in the status line."""
        ...

    def show_bars(self) -> None:
        """Draw header, status and footer."""
        ...


class SessionViews:
    """Opens the views of a session and lands where they lead."""

    def __init__(
        self,
        explorer: Overseer,
        provider: StageDataProvider,
        clock: TimeDisplay,
        events: EventCommands,
        next_error: Handler,
        *,
        jobs: Jobs,
    ) -> None:
        self._explorer = explorer
        self._provider = provider
        self._clock = clock
        self._jobs = jobs
        self._events = events
        self._trouble = NextFailing(explorer, provider, next_error)
        self._view: SummaryScreen | LanesScreen | None = None

    def table(self) -> dict[str, Handler]:
        """Deeds by command id."""
        return {
            **self._trouble.table(),
            "triage.summary": self._open_summary,
            "triage.lanes": self._open_lanes,
            "triage.compare": self._compare,
        }

    def stop(self) -> bool:
        """Stop what runs. Returns whether something did."""
        return self._trouble.stop()

    def changed(self, changed: Collection[object]) -> None:
        """Something that the provider holds changed."""
        self._trouble.changed(changed)
        if self._view is not None:
            self._view.changed()

    def _sweep(self) -> Scan:
        """The sweep of the session, started unless it was stopped."""
        if self._explorer.here.level < Level.PARTICIPANTS:
            raise Unavailable("open a session first")
        return begun_sweep(self._provider, self._explorer.here.session)

    def order(self, order: str) -> None:
        """Start, pause or cancel the sweep of the session.

        Raises:
            NotNow: It is none of these, or there is no session.
        """
        if self._explorer.here.level < Level.PARTICIPANTS:
            raise Unavailable("open a session first")
        sweep = self._provider.sweep(self._explorer.here.session)
        match order:
            case "start":
                if not sweep.start():
                    raise Unavailable("the session has ended and everybody is read")
            case "pause":
                sweep.pause()
            case "cancel":
                sweep.cancel()
            case _:
                raise Unavailable("sweep takes start, pause or cancel")

    # Summary.

    def _open_summary(self) -> None:
        here, reading = self._explorer.here, self._explorer.pane.reading
        data: SummaryData
        if here.level is Level.EVENTS and reading is not None:
            stream = ParticipantStream(self._provider, here.participant)
            data = ParticipantData(self._provider, here, stream)
        else:
            data = SessionData(self._provider, self._sweep(), self._jobs, self._redraw_view)
        self._view = SummaryScreen(data, self._clock, self._jobs)
        self._explorer.app.push_screen(self._view, self._leave_summary)

    def _redraw_view(self) -> None:
        if self._view is not None:
            self._view.changed()

    def _leave_summary(self, drill: Drill | None) -> None:
        self._view = None
        here = self._explorer.here
        if drill is None:
            return
        if here.level is not Level.EVENTS:
            self._explorer.go(Place(here.stage_arn, here.session_id, everybody=True))
        if isinstance(drill, str):
            self._events.filter_by(drill)
        else:
            self._explorer.pane.seek_for("that event", lambda: self._row_of(drill))
        self._explorer.show_bars()

    def _row_of(self, position: int) -> int | None:
        """The row of an event in everybody's list, None while it is not shown."""
        reading = self._explorer.pane.reading
        if reading is None or not reading.view.is_shown(position):
            return None
        return reading.view.row_at(position)

    # Lanes.

    def _open_lanes(self) -> None:
        sweep = self._sweep()
        event = self._explorer.pane.event if self._explorer.here.level >= Level.EVENTS else None
        moment = event.time if event is not None and isinstance(event.time, datetime) else None
        now = self._provider.clock.monotonic
        view = LanesView(self._provider, sweep, self._clock, moment)
        self._view = LanesScreen(view, lambda: sweep_word(sweep, now()), self._jobs)
        self._explorer.app.push_screen(self._view, self._leave_lanes)

    def _leave_lanes(self, landing: Landing | None) -> None:
        self._view = None
        participant_id, moment = landing or (None, None)
        here = self._explorer.here
        if participant_id is not None:
            self._explorer.go(Place(here.stage_arn, here.session_id, participant_id))
        if moment is not None and self._explorer.here.level >= Level.EVENTS:
            self._events.go_to_moment(moment)
        self._explorer.show_bars()

    # Comparison.

    def _compare(self) -> None:
        here, before = self._explorer.here, self._explorer.before
        if here.level is not Level.EVENTS:
            raise Unavailable("open a participant, then another one: C compares them")
        if before is None or before.level is not Level.EVENTS or before == here:
            raise Unavailable("C compares with the participant you were at before: open that first")
        rows = ComparedRows(self._compared(before), self._compared(here), self._clock)
        event = self._explorer.pane.event
        moment = event.time if event is not None and isinstance(event.time, datetime) else None
        self._explorer.app.push_screen(CompareScreen(rows, moment))

    def _compared(self, place: Place) -> Compared:
        feed = self._provider.events(place.participant)
        return Compared(self._name(place), feed.items, loaded_events(feed), feed.is_complete)

    def _name(self, place: Place) -> str:
        scope = place.participant
        fact = self._provider.store.participant(scope)
        user = fact.summary.user_id if fact is not None else None
        if not user:
            sweep = self._provider.started_sweep(scope.session)
            user = Names(sweep).name(scope.participant_id) if sweep is not None else None
        return f"{user} {scope.participant_id}" if user else scope.participant_id
