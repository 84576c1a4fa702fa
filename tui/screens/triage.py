"""Triage: what speaks of a whole session: trouble, summary, lanes, comparison."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from textual.app import App

from tui.provider.provider import StageDataProvider
from tui.provider.sweep import Sweep
from tui.screens.clock import Clock
from tui.screens.compare import Compared, ComparedRows, CompareScreen
from tui.screens.deed import Deed, NotNow
from tui.screens.event_deeds import EventDeeds
from tui.screens.event_stream import ParticipantStream, begun_sweep, sweep_word
from tui.screens.events_pane import EventsPane
from tui.screens.lanes import Landing, LanesScreen
from tui.screens.lanes_view import LanesView
from tui.screens.list_status import loaded_events
from tui.screens.names import Names
from tui.screens.picker_pane import PickerPane
from tui.screens.place import Level, Place
from tui.screens.summary import Drill, SummaryScreen
from tui.screens.summary_data import ParticipantData, SessionData, SummaryData
from tui.screens.trouble import Trouble


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


class Triage:
    """Opens the views of a session and lands where they lead."""

    def __init__(
        self,
        explorer: Overseer,
        provider: StageDataProvider,
        clock: Clock,
        events: EventDeeds,
        next_error: Deed,
    ) -> None:
        self._explorer = explorer
        self._provider = provider
        self._clock = clock
        self._events = events
        self._trouble = Trouble(explorer, provider, next_error)
        self._view: SummaryScreen | LanesScreen | None = None

    def table(self) -> dict[str, Deed]:
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

    def _sweep(self) -> Sweep:
        """The sweep of the session, started unless it was stopped."""
        if self._explorer.here.level < Level.PARTICIPANTS:
            raise NotNow("open a session first")
        return begun_sweep(self._provider, self._explorer.here.session)

    def order(self, order: str) -> None:
        """Start, pause or cancel the sweep of the session.

        Raises:
            NotNow: It is none of these, or there is no session.
        """
        if self._explorer.here.level < Level.PARTICIPANTS:
            raise NotNow("open a session first")
        sweep = self._provider.sweep(self._explorer.here.session)
        match order:
            case "start":
                if not sweep.start():
                    raise NotNow("the session has ended and everybody is read")
            case "pause":
                sweep.pause()
            case "cancel":
                sweep.cancel()
            case _:
                raise NotNow("sweep takes start, pause or cancel")

    # Summary.

    def _open_summary(self) -> None:
        here, reading = self._explorer.here, self._explorer.pane.reading
        data: SummaryData
        if here.level is Level.EVENTS and reading is not None:
            stream = ParticipantStream(self._provider, here.participant)
            data = ParticipantData(self._provider, here, stream)
        else:
            data = SessionData(self._provider, self._sweep(), self._redraw_view)
        self._view = SummaryScreen(data, self._clock)
        self._explorer.app.push_screen(self._view, self._leave_summary)

    def _redraw_view(self) -> None:
        """From another thread: findings are there."""
        if self._view is not None:
            self._explorer.app.call_later(self._view.changed)

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
        view = LanesView(self._provider, sweep, self._clock, moment)
        self._view = LanesScreen(view, lambda: sweep_word(sweep))
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
            raise NotNow("open a participant, then another one: C compares them")
        if before is None or before.level is not Level.EVENTS or before == here:
            raise NotNow("C compares with the participant you were at before: open that first")
        rows = ComparedRows(self._compared(before), self._compared(here), self._clock)
        event = self._explorer.pane.event
        moment = event.time if event is not None and isinstance(event.time, datetime) else None
        self._explorer.app.push_screen(CompareScreen(rows, moment))

    def _compared(self, place: Place) -> Compared:
        feed = self._provider.events(place.participant)
        return Compared(self._name(place), feed.items, loaded_events(feed), feed.is_complete)

    def _name(self, place: Place) -> str:
        scope = place.participant
        fact = self._provider.held.participant(scope)
        user = fact.summary.user_id if fact is not None else None
        if not user:
            sweep = self._provider.held.started_sweep(scope.session)
            user = Names(sweep).name(scope.participant_id) if sweep is not None else None
        return f"{user} {scope.participant_id}" if user else scope.participant_id
