"""EventCommands: the commands that find, filter, jump and choose times in a list of events.

Long because every key of the event list has its handler here.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

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
    nearest_row,
    next_row,
    row_beyond,
    row_like,
)
from ivscope.analysis.time_input import (
    TimeInputError,
    TimeReference,
    TypedTime,
    read_time,
)
from ivscope.domain.durations import round_duration
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import Identifiers
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.render.timestamps import TimeStyle, full
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer.context import ExplorerContext
from ivscope.ui.explorer.events_pane import ANSWER_SECONDS
from ivscope.workspace.event_list import EventList, is_dated_elsewhere
from ivscope.workspace.place import Level

_MINUTE = 60
"""Seconds."""

_STYLES = (TimeStyle.UTC, TimeStyle.LOCAL, TimeStyle.AGE, TimeStyle.DELTA, TimeStyle.ZERO)


@frozen
class _Waiting:
    """A typed time that can be read only when the times of the session are known."""

    event_list: EventList
    text: str
    cursor: datetime | None


class EventCommands:
    """The commands that need events on screen."""

    def __init__(self, context: ExplorerContext) -> None:
        self._context = context
        self._pane = context.pane
        self._times = context.times
        self._waiting: _Waiting | None = None
        add, on_event = self._add, self._why_no_event
        add("find.next", lambda: self._next_hit(1), self._why_no_search)
        add("find.previous", lambda: self._next_hit(-1), self._why_no_search)
        add("find.toggle", self._toggle_filter, self._why_no_filter)
        context.handlers.add("find.errors", self._errors, self._why_no_errors)
        add("find.same", self._filter_by_this, on_event)
        add("jump.error_back", lambda: self._jump(ErrorJump(), -1, "error"), on_event)
        add("jump.token", lambda: self._jump(TOKEN_EXCHANGES, 1, "token exchange"), on_event)
        add("jump.token_back", lambda: self._jump(TOKEN_EXCHANGES, -1, "token exchange"), on_event)
        add("jump.same", lambda: self._jump_to_same(1), self._why_no_remote)
        add("jump.same_back", lambda: self._jump_to_same(-1), self._why_no_remote)
        add("jump.gap", lambda: self._jump(GapJump(), 1, "gap"), on_event)
        add("jump.gap_back", lambda: self._jump(GapJump(), -1, "gap"), on_event)
        add("jump.section", lambda: self._jump(SECTIONS, 1, "JOINED or LEFT"), on_event)
        add("jump.section_back", lambda: self._jump(SECTIONS, -1, "JOINED or LEFT"), on_event)
        add("jump.minute", lambda: self._jump_minutes(1), self._why_no_time)
        add("jump.minute_back", lambda: self._jump_minutes(-1), self._why_no_time)
        add("jump.mark", self._mark, on_event)
        add("jump.next_mark", lambda: self._jump_marks(1), self._why_no_mark)
        add("jump.previous_mark", lambda: self._jump_marks(-1), self._why_no_mark)
        add("time.zero", self._set_zero, self._why_no_time)
        add("view.wide", self._toggle_wide)
        add("view.folds", self._toggle_folds, self._why_no_folds)
        context.handlers.add("time.style", self._next_style)

    def _add(
        self, id_: str, do: Callable[[], None], why_not: Callable[[], str] = lambda: ""
    ) -> None:
        """Register a command that works on the events on screen."""
        self._context.handlers.add(id_, do, lambda: self._context.why_no_events() or why_not())

    @property
    def _event_list(self) -> EventList:
        event_list = self._pane.event_list
        if event_list is None or not self._context.shows_events:
            raise Unavailable("open a participant first: this works on events")
        return event_list

    # Why a command cannot be done now.

    def _why_no_event(self) -> str:
        return "" if self._pane.position is not None else "no event under the cursor"

    def _why_no_search(self) -> str:
        return "" if self._event_list.search_text else "no search; {find.search} starts one"

    def _why_no_filter(self) -> str:
        return "" if self._event_list.filter_text else "no filter; {find.filter} sets one"

    def _why_no_remote(self) -> str:
        event = self._pane.event
        has_one = event is not None and event.remote_participant_id
        return "" if has_one else "this event has no remote participant"

    def _why_no_mark(self) -> str:
        return "" if self._event_list.marks else "no event is marked; {jump.mark} marks one"

    def _why_no_time(self) -> str:
        return "" if self.cursor_time is not None else "this event has no readable time"

    # Finding.

    def filter_by(self, text: str, cursor: datetime | None = None) -> None:
        """Show only events that match.

        Args:
            text: As typed.
            cursor: Time of the event that was under the cursor when typing began, from which
                distances such as -5m count; None for the event that is there now.

        Raises:
            Unavailable: The text is no filter; says why.
        """
        event_list, reference = self._event_list, self._reference(cursor)
        try:
            self._pane.refit(lambda: event_list.filter_by(text, reference))
        except FilterError as error:
            raise Unavailable(str(error)) from error
        self._ask_for_session()

    def search_for(self, text: str, cursor: datetime | None = None) -> None:
        """Highlight events that match, and go to the first hit from the cursor on.

        Args:
            text: As typed.
            cursor: As for `filter_by`.

        Raises:
            Unavailable: The text is no search; says why.
        """
        event_list, reference = self._event_list, self._reference(cursor)
        try:
            event_list.search_for(text, reference)
        except FilterError as error:
            raise Unavailable(str(error)) from error
        self._ask_for_session()
        self._pane.work(ANSWER_SECONDS)
        self._pane.changed()

    def has_hit(self) -> bool:
        """Whether an event that was read so far is a hit."""
        while self._pane.work(1.0):
            pass
        return bool(self._event_list.view.hit_count)

    def go_to_hit(self) -> None:
        """Go to the hit at or after the cursor; read on until there is one."""
        position = self._pane.position
        if position is None or not self._event_list.view.is_hit(position):
            self._next_hit(1)

    def _next_hit(self, step: int) -> None:
        event_list = self._event_list
        self.has_hit()  # The nearest of those found so far need not be the nearest.
        self._seek(
            f"hit for {event_list.search_text}",
            step,
            lambda row: event_list.view.next_hit(row, step),
            lambda: not event_list.view.hit_count,
        )

    def _filter_by_this(self) -> None:
        event = self._pane.event
        if event is None:
            return
        texts = self._event_list.view.log.tables.texts
        if event.error_code:
            kinds = self._event_list.view.log.tables.kinds
            codes = {kind.shown_code for kind in kinds}
            self.filter_by(Drills("code", codes).only(event.error_code))
        elif event.remote_participant_id:
            self.filter_by(Drills("remote", texts).only(event.remote_participant_id))
        else:
            names = {kind.shown_name for kind in self._event_list.view.log.tables.kinds}
            self.filter_by(Drills("name", names).only(event.name))

    def _toggle_filter(self) -> None:
        event_list = self._event_list
        self._pane.refit(event_list.toggle_filter)

    def _why_no_errors(self) -> str:
        if self._context.level is not Level.PARTICIPANTS:
            return self._context.why_no_events()
        has_errors = self._context.picker.people.columns.errors
        return "" if has_errors else "no errors are read yet: {triage.summary} reads them"

    def _errors(self) -> None:
        """Show errors only; of participants, those with most errors first."""
        if self._context.level is Level.PARTICIPANTS:
            self._context.picker.sort()
        else:
            self._pane.refit(self._event_list.toggle_errors)

    def clear(self) -> bool:
        """End the search, or without one the filter. Returns whether there was either."""
        event_list = self._pane.event_list
        if event_list is None:
            return False
        if event_list.search_text:
            self.search_for("")
            self._pane.redraw()
        elif event_list.hides:
            self._pane.refit(event_list.show_all)
        else:
            return False
        return True

    def sort(self, order: str) -> None:
        """Sort by "time", or go back to the order "returned".

        Raises:
            Unavailable: `order` is neither of the two.
        """
        event_list = self._event_list
        if order not in {"time", "returned"}:
            raise Unavailable("sort takes time or returned")
        self._pane.refit(lambda: event_list.sort(by_time=order == "time"))

    # Jumping.

    def _seek(
        self,
        what: str,
        step: int,
        find: Callable[[int], int | None],
        is_nowhere: Callable[[], bool] = lambda: False,
    ) -> None:
        """Go to what is sought. Reads on only when further pages lie in that direction."""
        event_list, start = self._event_list, self._pane.position
        if start is None and (step < 0 or not event_list.stream.may_go_on):
            raise Unavailable("no event to start from")

        def from_start() -> int | None:
            return find(-1 if start is None else event_list.view.row_at(start))

        if step > 0 and not event_list.by_time:
            self._pane.seek_for(what, from_start, is_nowhere)
            return
        row = from_start()
        if row is None:
            raise Unavailable(f"no {what} {'below' if step > 0 else 'above'} this row")
        self._pane.move_to(row)

    def _jump(self, wanted: Jump, step: int, what: str) -> None:
        view = self._event_list.view

        def is_nowhere() -> bool:
            return isinstance(wanted, ErrorJump) and not view.log.error_count

        self._seek(what, step, lambda row: next_row(view, row, step, wanted), is_nowhere)

    def next_error(self) -> None:
        """Go to the next error; read on until there is one."""
        self._jump(ErrorJump(), 1, "error")

    def _jump_to_same(self, step: int) -> None:
        event = self._pane.event
        remote = None if event is None else event.remote_participant_id
        self._jump(RemoteJump(), step, f"event with {remote}")

    def _jump_minutes(self, step: int) -> None:
        """Go to the event so many minutes away or beyond, reading on if it can be on a page."""
        event_list, start = self._event_list, self._pane.position
        jump = MinuteJump(self._context.count.take())
        here = self.cursor_time
        if start is None or here is None:
            raise Unavailable("this event has no readable time")

        def find() -> int | None:
            return next_row(event_list.view, event_list.view.row_at(start), step, jump)

        minutes = f"{jump.count} min {'later' if step > 0 else 'earlier'}"
        row = find()
        if row is not None:
            self._pane.move_to(row)
        elif event_list.may_reach(step):
            self._pane.seek_for(f"event {minutes}", find)
        else:
            last = nearest_row(event_list.view, here + step * timedelta(minutes=jump.count))
            away = 0.0 if last is None else abs(_seconds_between(event_list, last, here))
            end = "last" if step > 0 else "first"
            where = (
                f"the {end} one is {round_duration(away)} away" if away else f"this is the {end}"
            )
            raise Unavailable(f"no event {minutes}: {where}")

    def _mark(self) -> None:
        self._pane.toggle_mark()
        if self._context.layout.detail_is_full:
            is_marked = self._pane.position in self._event_list.marks
            self._context.say("marked" if is_marked else "mark removed")

    def _jump_marks(self, step: int) -> None:
        event_list = self._event_list
        found = next_row(event_list.view, self._pane.row, step, MarkJump(event_list.marks))
        if found is None:
            raise Unavailable("no marked event in this direction")
        self._pane.move_to(found)

    # Time.

    def _next_style(self) -> None:
        """Show times in the next style."""
        has_zero = self._pane.event_list is not None and self._pane.event_list.zero is not None
        styles = _STYLES if has_zero else _STYLES[:-1]
        place = styles.index(self._times.style) if self._times.style in styles else -1
        self._times.style = styles[(place + 1) % len(styles)]
        self._context.redraw()
        self._context.say(f"times: {self._times.style.value}")

    def _set_zero(self) -> None:
        event_list, event = self._event_list, self._pane.event
        if event is not None and isinstance(event.time, datetime):
            event_list.zero = event.time
            self._times.style = TimeStyle.ZERO
            self._context.redraw()

    @property
    def cursor_time(self) -> datetime | None:
        """Return the time of the event under the cursor; None without a readable one."""
        event = self._pane.event
        return event.time if event is not None and isinstance(event.time, datetime) else None

    def _reference(self, cursor: datetime | None = None) -> TimeReference:
        """Return what gives typed times their date, and what distances count from."""
        event_list, now = self._event_list, self._times.now()
        return TimeReference(
            zone=self._times.zone,
            now=now,
            cursor=cursor or self.cursor_time,
            session=event_list.stream.session_times(now),
            zero=event_list.zero,
        )

    def _ask_for_session(self) -> None:
        """Have the times of the session read when a typed clock time needs them for its date."""
        if self._event_list.lacks_session:
            self._event_list.stream.awaits_session()

    def changed(self) -> None:
        """Date times again that were typed before the times of the session were read."""
        event_list, waiting = self._pane.event_list, self._waiting
        if event_list is not None and event_list.lacks_user:
            self._pane.refit(event_list.take_user)
        if event_list is not None and event_list.lacks_session:
            session = event_list.stream.session_times(self._times.now())
            if session is not None:
                self._pane.refit(lambda: event_list.date_by(session))
        if waiting is None or event_list is None:
            return
        if waiting.event_list is not event_list or not self._pane.waits_for:
            self._waiting = None  # another place is shown, or Esc stopped it
        elif not event_list.stream.awaits_session():
            self._waiting, self._pane.waits_for = None, ""
            try:
                self._go_to_typed(self._read_time(waiting.text, waiting.cursor))
            except Unavailable as why:
                self._context.say(str(why))

    def go_to(self, text: str) -> None:
        """Go to the event nearest to a typed time, reading on while a nearer one can follow.

        Raises:
            Unavailable: The text is no time; says what to type.
        """
        event_list, cursor = self._event_list, self.cursor_time
        typed = self._read_time(text, cursor)
        if is_dated_elsewhere(typed) and event_list.stream.awaits_session():
            self._pane.stop()
            self._waiting = _Waiting(event_list, text, cursor)
            self._pane.waits_for = f"event near {text.strip()}"
        else:
            self._go_to_typed(typed)

    def _read_time(self, text: str, cursor: datetime | None) -> TypedTime:
        try:
            return read_time(text, self._reference(cursor))
        except TimeInputError as error:
            raise Unavailable(str(error)) from error

    def _go_to_typed(self, typed: TypedTime) -> None:
        def arrived(row: int) -> None:
            self._pane.move_to(row)
            self._context.say(self._where(typed, row))

        self._go_near(typed.moment, arrived)

    def go_to_moment(self, moment: datetime) -> None:
        """Go to the event nearest to a moment, reading on while a nearer one can follow."""
        self._go_near(moment, None)

    def go_to_event_of(self, found: Identifiers) -> None:
        """Go to the event that a pasted text tells of, or to the one nearest to its time."""
        moment, what = found.time, " ".join(filter(None, (found.event_name, found.error_code)))
        if moment is None:
            return
        taken = self._context.taken_from(found)

        def arrived(row: int) -> None:
            same = row_like(self._event_list.view, row, found.event_name, found.error_code)
            after = _seconds_between(self._event_list, row, moment)
            seconds = abs(after)
            is_then = 0 <= after < _MINUTE if found.is_minute else seconds < 1
            at = full(moment, self._times.zone)
            self._pane.move_to(row if same is None else same)
            if same is None or not is_then:
                away = "is in that second" if seconds < 1 else f"is {round_duration(seconds)} away"
                self._context.say(f"no {what or 'event'} of {at} here: the nearest event {away}")
            else:
                self._context.say(taken)

        self._go_near(moment, arrived)

    def _go_near(self, moment: datetime, arrived: Callable[[int], None] | None) -> None:
        event_list = self._event_list

        def find() -> int | None:
            while event_list.view.work(1.0):
                pass
            row = nearest_row(event_list.view, moment)
            return row if event_list.is_nearest(row, moment) else None

        self._pane.seek_for(f"event near {full(moment, self._times.zone)}", find, arrived=arrived)
        self._pane.redraw()  # rows may have come into their order

    def _where(self, typed: TypedTime, row: int) -> str:
        """Say which time was meant, with its date, and how far the nearest event is from it."""
        event_list, zone = self._event_list, self._times.zone
        text = full(typed.moment, zone)
        seconds = _seconds_between(event_list, row, typed.moment)
        if abs(seconds) >= 1:
            side = "later" if seconds > 0 else "earlier"
            away = f"{round_duration(seconds)} {side}"
            time_us = to_microseconds(typed.moment)
            is_outside = row_beyond(event_list.view, time_us, later=seconds < 0) is None
            which = "events shown" if event_list.hides else "events"
            if not event_list.stream.is_complete:
                which += " read so far"
            if is_outside:
                end = "before" if seconds > 0 else "after"
                text += f" is {end} all {which}: the nearest is {away}"
            else:
                text += f": the nearest event is {away}"
        others = [full(one, zone) for one in typed.moments if one != typed.moment]
        if others:
            text += f"; as typed also {others[0]}" + (" and more" if len(others) > 1 else "")
        return text

    def set_zone(self, name: str) -> None:
        """Show times in another zone.

        Raises:
            Unavailable: There is no such zone.
        """
        try:
            self._times.choose(name)
        except ValueError as error:
            raise Unavailable(str(error)) from error
        self._context.redraw()

    def _why_no_folds(self) -> str:
        event_list = self._pane.event_list
        if event_list is None or self._context.level is Level.TIMELINE:
            return "equal events share a row in the list of one participant only"
        return "equal events share a row in the order returned only" if event_list.by_time else ""

    def _toggle_folds(self) -> None:
        self._pane.toggle_folds()
        folds = self._event_list.folds.is_wanted
        self._context.say(
            "equal events of a second share a row" if folds else "each event has a row of its own"
        )

    def _toggle_wide(self) -> None:
        self._pane.wide = not self._pane.wide
        self._context.redraw()
        self._context.say(f"ids and ARNs {'in full' if self._pane.wide else 'in short forms'}")


def _seconds_between(event_list: EventList, row: int, moment: datetime) -> float:
    """Return how many seconds the event in a row is after a moment; 0 without a time."""
    time_us = event_list.view.log.time_us(event_list.view.position(row))
    return 0.0 if time_us is None else (from_microseconds(time_us) - moment).total_seconds()
