"""EventCommands: finding, filtering and jumping in a participant's events."""

from collections.abc import Callable
from datetime import datetime

from ivscope.analysis.drill_filters import Drills
from ivscope.analysis.filters import FilterError
from ivscope.analysis.jumps import (
    SECTIONS,
    TOKEN_EXCHANGES,
    ErrorJump,
    GapJump,
    Jump,
    MarkJump,
    MinuteJump,
    RemoteJump,
    next_row,
)
from ivscope.analysis.moments import MomentError, nearest_row, parse_moment
from ivscope.domain.times import UnreadableTime
from ivscope.render.timestamps import TimeStyle, full
from ivscope.ui.commands import Handler, Unavailable
from ivscope.ui.explorer.events_pane import EventsPane
from ivscope.ui.time_display import Clock
from ivscope.workspace.event_list import EventList

_STYLES = (TimeStyle.UTC, TimeStyle.LOCAL, TimeStyle.AGE, TimeStyle.DELTA, TimeStyle.ZERO)


class EventCommands:
    """Commands that need events on screen."""

    def __init__(self, pane: EventsPane, clock: Clock, count: Callable[[], int]) -> None:
        self._pane = pane
        self._clock = clock
        self._count = count

    def table(self) -> dict[str, Handler]:
        """Deeds by command id."""
        return {
            "find.next": lambda: self._next_hit(1),
            "find.previous": lambda: self._next_hit(-1),
            "find.toggle": self._toggle_filter,
            "find.errors": self._toggle_errors,
            "find.same": self._filter_by_this,
            "jump.error": lambda: self._jump(ErrorJump(), 1, "error"),
            "jump.error_back": lambda: self._jump(ErrorJump(), -1, "error"),
            "jump.token": lambda: self._jump(TOKEN_EXCHANGES, 1, "token exchange"),
            "jump.token_back": lambda: self._jump(TOKEN_EXCHANGES, -1, "token exchange"),
            "jump.same": lambda: self._jump_to_same(1),
            "jump.same_back": lambda: self._jump_to_same(-1),
            "jump.gap": lambda: self._jump(GapJump(), 1, "gap"),
            "jump.gap_back": lambda: self._jump(GapJump(), -1, "gap"),
            "jump.section": lambda: self._jump(SECTIONS, 1, "JOINED or LEFT"),
            "jump.section_back": lambda: self._jump(SECTIONS, -1, "JOINED or LEFT"),
            "jump.minute": lambda: self._jump_minutes(1),
            "jump.minute_back": lambda: self._jump_minutes(-1),
            "jump.mark": self._mark,
            "jump.next_mark": lambda: self._jump_marks(1),
            "jump.previous_mark": lambda: self._jump_marks(-1),
            "time.zero": self._set_zero,
            "view.wide": self._toggle_wide,
        }

    @property
    def _reading(self) -> EventList:
        reading = self._pane.reading
        if reading is None:
            raise Unavailable("open a participant first: this works on events")
        return reading

    # Finding.

    def filter_by(self, text: str) -> None:
        """Show only events that match.

        Raises:
            NotNow: The text is no filter; it says why.
        """
        reading = self._reading
        now = self._clock.now()
        try:
            self._pane.refit(lambda: reading.filter_by(text, self._clock.zone, now))
        except FilterError as error:
            raise Unavailable(str(error)) from error

    def search_for(self, text: str) -> None:
        """Highlight events that match and go to the first hit from here on.

        Raises:
            NotNow: The text is no search; it says why.
        """
        reading = self._reading
        try:
            reading.search_for(text, self._clock.zone, self._clock.now())
        except FilterError as error:
            raise Unavailable(str(error)) from error
        self._pane.changed()

    def go_to_hit(self) -> None:
        """Go to the hit at or after the cursor; read on until there is one."""
        position = self._pane.position
        if position is None or not self._reading.view.is_hit(position):
            self._next_hit(1)

    def _next_hit(self, step: int) -> None:
        reading = self._reading
        if not reading.search_text:
            raise Unavailable("nothing is searched for: / finds")
        self._seek(
            f"hit for {reading.search_text}",
            step,
            lambda row: reading.view.next_hit(row, step),
            lambda: not reading.view.hit_count,
        )

    def _filter_by_this(self) -> None:
        event = self._pane.event
        if event is None:
            raise Unavailable("no event under the cursor")
        texts = self._reading.view.log.tables.texts
        if event.error_code:
            kinds = self._reading.view.log.tables.kinds
            codes = {kind.error_code for kind in kinds}
            self.filter_by(Drills("code", codes).only(event.error_code))
        elif event.remote_participant_id:
            self.filter_by(Drills("remote", texts).only(event.remote_participant_id))
        else:
            names = {kind.name for kind in self._reading.view.log.tables.kinds}
            self.filter_by(Drills("name", names).only(event.name))

    def _toggle_filter(self) -> None:
        reading = self._reading
        if not reading.filter_text:
            raise Unavailable("there is no filter: & sets one")
        self._pane.refit(lambda: reading.toggle_filter(self._clock.zone, self._clock.now()))

    def _toggle_errors(self) -> None:
        reading = self._reading
        self._pane.refit(lambda: reading.toggle_errors(self._clock.zone, self._clock.now()))

    def clear(self) -> bool:
        """Leave the search, else the filter. Returns whether there was one."""
        reading = self._pane.reading
        if reading is None:
            return False
        now, zone = self._clock.now(), self._clock.zone
        if reading.search_text:
            reading.search_for("", zone, now)
            self._pane.redraw()
        elif reading.hides:
            self._pane.refit(lambda: reading.show_all(zone, now))
        else:
            return False
        return True

    def sort(self, order: str) -> None:
        """Sort "time", or go back to the order "returned".

        Raises:
            NotNow: It is neither.
        """
        reading = self._reading
        if order not in {"time", "returned"}:
            raise Unavailable("sort takes time or returned")
        self._pane.refit(lambda: reading.sort(by_time=order == "time"))

    # Jumping.

    def _seek(
        self,
        what: str,
        step: int,
        find: Callable[[int], int | None],
        is_nowhere: Callable[[], bool] = lambda: False,
    ) -> None:
        """Go there; further pages are read only in the direction in which they extend the list."""
        reading, start = self._reading, self._pane.position
        if start is None:
            raise Unavailable("no event to start from")

        def from_start() -> int | None:
            return find(reading.view.row_at(start))

        if step > 0 and not reading.by_time:
            self._pane.seek_for(what, from_start, is_nowhere)
            return
        row = from_start()
        if row is None:
            raise Unavailable(f"no {what} {'below' if step > 0 else 'above'} this row")
        self._pane.move_to(row)

    def _jump(self, wanted: Jump, step: int, what: str) -> None:
        view = self._reading.view

        def is_nowhere() -> bool:
            return isinstance(wanted, ErrorJump) and not view.log.error_count

        self._seek(what, step, lambda row: next_row(view, row, step, wanted), is_nowhere)

    def _jump_to_same(self, step: int) -> None:
        event = self._pane.event
        if event is None or not event.remote_participant_id:
            raise Unavailable("this event has no remote participant")
        self._jump(RemoteJump(), step, f"event with {event.remote_participant_id}")

    def _jump_minutes(self, step: int) -> None:
        found = next_row(self._reading.view, self._pane.row, step, MinuteJump(self._count()))
        if found is None:
            raise Unavailable("no event with a time that far in this direction, as far as read")
        self._pane.move_to(found)

    def _mark(self) -> None:
        reading, position = self._reading, self._pane.position
        if position is None:
            raise Unavailable("no event to mark")
        reading.marks ^= {position}
        self._pane.redraw()

    def _jump_marks(self, step: int) -> None:
        reading = self._reading
        if not reading.marks:
            raise Unavailable("no event is marked: m marks one")
        found = next_row(reading.view, self._pane.row, step, MarkJump(reading.marks))
        if found is None:
            raise Unavailable("no marked event in this direction")
        self._pane.move_to(found)

    # Time.

    def next_style(self) -> str:
        """The next way to tell times. Returns its name."""
        has_zero = self._pane.reading is not None and self._pane.reading.zero is not None
        styles = _STYLES if has_zero else _STYLES[:-1]
        place = styles.index(self._clock.style) if self._clock.style in styles else -1
        self._clock.style = styles[(place + 1) % len(styles)]
        return self._clock.style.value

    def _set_zero(self) -> None:
        reading, event = self._reading, self._pane.event
        if event is None or event.time is None or isinstance(event.time, UnreadableTime):
            raise Unavailable("this event has no readable time")
        reading.zero = event.time
        self._clock.style = TimeStyle.ZERO
        self._pane.redraw()

    def go_to(self, text: str) -> None:
        """Go to the event nearest to a time; read on while it lies beyond what was read.

        Raises:
            NotNow: The text is no time; it says what to type.
        """
        event = self._pane.event
        here = event.time if event is not None else None
        reference = here if isinstance(here, datetime) else self._clock.now()
        try:
            moment = parse_moment(
                text, zone=self._clock.zone, reference=reference, now=self._clock.now()
            )
        except MomentError as error:
            raise Unavailable(str(error)) from error
        self.go_to_moment(moment)

    def go_to_moment(self, moment: datetime) -> None:
        """Go to the event nearest to a moment; read on while it lies beyond what was read."""
        reading = self._reading

        def find() -> int | None:
            row = nearest_row(reading.view, moment)
            is_inside = row is not None and row < len(reading.view) - 1
            return row if is_inside or not reading.stream.may_grow else None

        name = full(moment, self._clock.zone)
        self._pane.seek_for(f"event near {name}", find)

    def set_zone(self, name: str) -> None:
        """Tell times in another zone.

        Raises:
            NotNow: There is no such zone.
        """
        try:
            self._clock.choose(name)
        except ValueError as error:
            raise Unavailable(str(error)) from error
        self._pane.redraw()

    def _toggle_wide(self) -> None:
        self._pane.wide = not self._pane.wide
        self._pane.redraw()
