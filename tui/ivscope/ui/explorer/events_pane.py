"""EventsPane: shows the events of a participant, or of everybody, and has more of them read.

Long because whatever changes rows, marks or the cursor must keep the cursor on its event.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from math import inf

from ivscope.analysis.listed_participants import Names
from ivscope.analysis.notices import Joined, Notices
from ivscope.analysis.overview import OverviewCell, minimap
from ivscope.domain.events import Event
from ivscope.domain.stages import SessionScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.store.indexes import OrderLabel
from ivscope.render.bars import ListStatus, tail_lines
from ivscope.render.event_rows import TOLD, EventLook, EventRows
from ivscope.render.lines import Role, Span
from ivscope.render.plots import ERRORS_THERE
from ivscope.render.safe import safe
from ivscope.render.time_display import TimeDisplay
from ivscope.settings.kept_places import KeptPlaces
from ivscope.settings.key_names import first_key
from ivscope.ui.explorer.list_status import event_status
from ivscope.ui.widgets.row_list import RowList, Tail
from ivscope.workspace.event_list import EventList, MarkFinder, mark_of, save_soon
from ivscope.workspace.event_stream import EventStream, ParticipantStream, SessionStream
from ivscope.workspace.jobs import KEY_PAUSE_SECONDS, Jobs, SlicedJob
from ivscope.workspace.place import Level, Place
from ivscope.workspace.seeking import Seeking

_BUSY_PAUSE_SECONDS = 0.1
"""Pause between two slices while a scan brings events, which is less urgent than keys."""

_DRAW_SECONDS = 0.2
"""Least time between two drawings while slices follow each other."""

ANSWER_SECONDS = 0.05
"""How long a key that changes what is shown works before it draws: half of what it may take. Most
answers are complete by then, and to draw a part of them first would hold the rest up."""

MOST_LEFT_EVENTS = 500_000
"""Events of sessions that one has left, of which so many stay in memory: 20 to 40 MB."""

_EDGE_SECONDS = 1.0
"""Least time between two overviews of the errors while events come: each reads all rows."""


class EventsPane:
    """Keeps an `EventList` for each place that was opened, and shows one of them."""

    def __init__(
        self,
        provider: StageDataProvider,
        rows: RowList,
        times: TimeDisplay,
        say: Callable[[str], None],
        jobs: Jobs,
        *,
        keys: Mapping[str, str],
        kept: KeptPlaces,
        notices: Callable[[str], Notices | None] | None,
        fold: bool,
        show_bars: Callable[[], None],
    ) -> None:
        self._show_bars = show_bars
        self._is_told_behind = False
        """Whether the status line says that rows are still to be filtered or sorted."""
        self._is_unsaid = False
        """Whether it can tell of fewer hits than were found since."""
        self._kept = kept
        self._keys = keys
        self._notices = notices
        self.notices = None if notices is None else notices("")
        """What EventBridge has told, in what one came with and pasted; None without that."""
        self._joined: Joined | None = None
        self._jobs = jobs
        self._say = say
        self._finder: MarkFinder | None = None
        self._place: Place | None = None
        self._provider = provider
        self._list = rows
        self._times = times
        self._fold = fold
        self._seeking = Seeking(provider, say, self.move_to)
        self._job = SlicedJob(
            jobs,
            self.work,
            self._draw_worked,
            pause=self._pause,
            draw_seconds=_DRAW_SECONDS,
        )
        self._event_lists: dict[Place, EventList] = {}
        """Lists by place, the one opened or prepared last at the end."""
        self._let_go_at: dict[Place, datetime] = {}
        """The time of the event under the cursor in lists that were let go."""
        self._names: dict[SessionScope, Names] = {}
        self._session: SessionScope | None = None
        self._edge_at = -inf
        self._held: tuple[int, int] | None = None
        """Position of the event that had the cursor when rows began anew, and the line of the
        cursor since; None when all rows are found. A cursor that was moved stays where it is."""
        self.event_list: EventList | None = None
        """The list that is shown; None before the first participant is opened."""
        self.wide = False
        self.waits_for = ""
        """What will be sought when the times of the session are known, for the status line."""

    def open(self, place: Place) -> EventList:
        """Show the events of a place, as they were when it was left."""
        self.leave()
        key = replace(place, narrowed=None)
        event_list = self._event_lists.pop(key, None) or self._made(key)
        self._event_lists[key] = event_list
        self.event_list, self._session, self._place = event_list, place.session, key
        self._held = None
        self._find_marks()
        self._list.show(
            self._rows(event_list), self._tail(event_list), event_list.cursor, event_list.top
        )
        self._job.begin()
        return event_list

    def _made(self, place: Place) -> EventList:
        event_list = EventList.of(self._stream(place), fold=self._fold)
        # The events of everybody come in the order of the scan, which means nothing.
        event_list.sort(by_time=place.level is Level.TIMELINE)
        return event_list

    def prepare(self, place: Place, seconds: float) -> bool:
        """Put the events of a place in order before it is opened, for about so many seconds.

        Returns:
            Whether more is left to do; never for the place on screen, which is put in order anyway.
        """
        if place == self._place:
            return False
        event_list = self._event_lists.get(place)
        if event_list is None:
            event_list = self._event_lists[place] = self._made(place)
        event_list.take_log()
        return event_list.view.work(seconds)

    def take_notices(self, text: str) -> None:
        """Show what EventBridge tells in a text that was pasted, beside what it told before."""
        if self._notices is None:
            return
        known = self._notices(text)
        if known != self.notices:
            self.notices, self._joined = known, None
            self.redraw()

    def _find_marks(self) -> None:
        """Look for the marks of earlier runs in the list that is shown."""
        event_list, place = self.event_list, self._place
        if event_list is not None and place is not None:
            kept = self._kept.marks(place.session.stage_arn, place.session.session_id)
            self._finder = MarkFinder(event_list.view.log, place, event_list.marks, kept)

    def toggle_mark(self) -> None:
        """Mark the event under the cursor, or remove its mark; say so if that will not last."""
        event_list, position, place = self.event_list, self.position, self._place
        if event_list is None or position is None or place is None:
            return
        event_list.folds.open(self.row)
        event_list.marks ^= {position}
        self.redraw()
        mark = mark_of(event_list.view.log, position, place)
        if mark is not None:
            self._kept.mark(mark, is_on=position in event_list.marks)
            save_soon(self._kept, self._jobs, self._say_not_kept)

    def _say_not_kept(self, why: str) -> None:
        self._say(f"the mark is not kept for the next run: {why}")

    def _stream(self, place: Place) -> EventStream:
        if place.level is Level.TIMELINE:
            return SessionStream(self._provider, place.session)
        return ParticipantStream(self._provider, place.participant)

    def leave(self) -> None:
        """Remember the cursor of the list, and stop looking for anything."""
        self.stop()
        if self.event_list is not None:
            self.event_list.cursor, self.event_list.top = self._list.cursor, self._list.top

    def let_go(self, kept: Collection[SessionScope]) -> None:
        """Let go of the events of sessions that were left, as far as they are too many.

        Those opened longest ago go first. What a person has put into a list, such as marks or a
        filter, keeps all of its session.

        Args:
            kept: Sessions that are still needed.
        """
        held = self._provider.events_held()
        lists: dict[SessionScope, list[Place]] = {one: [] for one in held}
        for place in self._event_lists:
            lists[place.session] = [*lists.pop(place.session, ()), place]  # opened later, so last
        left = [one for one in lists if one not in kept and one in held]
        excess = sum(held[one] for one in left) - MOST_LEFT_EVENTS
        for session in left:
            own = {place: self._event_lists[place] for place in lists[session]}
            if excess <= 0:
                return
            if any(one.is_changed for one in own.values()) or not self._provider.let_go(session):
                continue
            excess -= held[session]
            for place, event_list in own.items():
                moment = event_list.time_at_cursor
                if moment is not None:
                    self._let_go_at[place] = moment
                del self._event_lists[place]

    def taken_up(self) -> datetime | None:
        """Return once the time at which the list on screen was left when it was let go."""
        return None if self._place is None else self._let_go_at.pop(self._place, None)

    def stop(self) -> bool:
        """Stop looking for something. Returns whether anything was looked for."""
        waited, self.waits_for = bool(self.waits_for), ""
        return self._seeking.stop() or waited

    def changed(self) -> None:
        """Called when events came, or the state of the feed changed."""
        event_list = self.event_list
        if event_list is None:
            return
        event_list.take_log()
        if self._finder is None or self._finder.log is not event_list.view.log:
            self._find_marks()
        self._job.changed()
        self._seeking.go_on(event_list)

    def catch_up(self) -> None:
        """Take in what came since: a status that tells of all rows must not come before them."""
        event_list = self.event_list
        if event_list is not None and (
            event_list.view.log is not event_list.stream.items or event_list.view.left
        ):
            self.changed()

    def _draw_worked(self) -> None:
        self.redraw()
        if self._is_told_behind or self._is_unsaid:
            event_list = self.event_list
            self._is_unsaid = event_list is not None and event_list.view.is_behind
            self._show_bars()

    def redraw(self) -> None:
        """Draw again with the cursor on the same event."""
        event_list = self.event_list
        if event_list is None:
            return
        self._list.rows = self._rows(event_list)
        now = self._provider.clock.monotonic()
        if not event_list.stream.is_busy or now - self._edge_at >= _EDGE_SECONDS:
            self._edge_at = now
            self._list.overlook(partial(edge_spans, event_list))
        self._list.grow(self._tail(event_list))

    @property
    def _newest_line(self) -> int:
        event_list = self.event_list
        if event_list is None or not len(event_list.view):
            return 0
        is_newest_first = self._is_newest_first(event_list)
        return 0 if is_newest_first else len(event_list.folds) - 1

    @property
    def is_at_newest(self) -> bool:
        """Whether the cursor is on the newest event shown."""
        return self._list.cursor == self._newest_line

    def go_to_newest(self) -> None:
        """Put the cursor on the newest event shown."""
        self._list.cursor = self._newest_line

    def refit(self, change: Callable[[], None]) -> None:
        """Change what is shown, and keep the cursor on its event or near it."""
        event_list = self.event_list
        if event_list is None:
            return
        position = self.position
        change()
        is_more = event_list.view.work(ANSWER_SECONDS)
        is_more = event_list.folds.take_in(ANSWER_SECONDS) or is_more
        line = 0
        if position is not None and len(event_list.view):
            line = event_list.folds.line(event_list.view.row_at(position))
        self._held = (position, line) if position is not None and is_more else None
        self._is_unsaid |= is_more
        self._list.overlook(partial(edge_spans, event_list))
        self._list.show(self._rows(event_list), self._tail(event_list), line)
        if is_more:
            self._job.changed()

    @property
    def position(self) -> int | None:
        """The position in the log of the event under the cursor; None without one.

        Of events that share a line it is the first one.
        """
        event_list = self.event_list
        if event_list is None or self._list.cursor >= len(event_list.folds):
            return None
        return event_list.view.position(self.row)

    @property
    def row(self) -> int:
        """The number of the row under the cursor, the first one of its line."""
        event_list = self.event_list
        return 0 if event_list is None else event_list.folds.rows(self._list.cursor).start

    @property
    def together(self) -> int:
        """How many events the line under the cursor shows; 0 without one."""
        event_list, line = self.event_list, self._list.cursor
        if event_list is None or line >= len(event_list.folds):
            return 0
        return len(event_list.folds.rows(line))

    def open_fold(self) -> None:
        """Show each event of the line under the cursor."""
        event_list = self.event_list
        if event_list is not None and event_list.folds.open(self.row):
            self.redraw()

    def toggle_folds(self) -> None:
        """Show each event in a line of its own, or fold equal ones again."""
        event_list = self.event_list
        if event_list is None:
            return

        def change() -> None:
            event_list.folds.is_wanted = not event_list.folds.is_wanted
            event_list.folds.forget()

        self.refit(change)

    @property
    def event(self) -> Event | None:
        """The event under the cursor; None without one."""
        position = self.position
        if self.event_list is None or position is None:
            return None
        return self.event_list.view.log[position]

    def move_to(self, row: int) -> None:
        """Put the cursor on a row; one that is not the first of its line opens that line."""
        event_list = self.event_list
        if event_list is None:
            return
        folds, view = event_list.folds, event_list.view
        is_inside = row < len(view) and row != folds.rows(folds.line(row)).start
        is_opened = (is_inside or self._is_found(event_list, row)) and folds.open(row)
        self._list.cursor = folds.line(row)
        if is_opened:
            self.redraw()

    @staticmethod
    def _is_found(event_list: EventList, row: int) -> bool:
        view = event_list.view
        return row < len(view) and view.is_hit(view.position(row))

    # Work between keys.

    def work(self, seconds: float) -> bool:
        """Filter, search and sort events for so many seconds. Returns whether more are left."""
        event_list = self.event_list
        if event_list is None:
            return False
        position, line = self.position, self._list.cursor
        held = None if self._held is None or self._held[1] != line else self._held[0]
        is_more = event_list.view.work(seconds)
        is_more = event_list.folds.take_in(seconds) or is_more
        is_more = (self._finder is not None and self._finder.work()) or is_more
        self._is_unsaid |= is_more
        wanted = position if held is None else held
        if wanted is not None and len(event_list.view):
            # Rows that came above the cursor must not move the rows in view.
            shift = event_list.folds.line(event_list.view.row_at(wanted)) - line
            self._list.shift(shift)
        self._held = (held, self._list.cursor) if held is not None and is_more else None
        if held is not None and not is_more:
            self._list.show(self._rows(event_list), self._tail(event_list), self._list.cursor)
        return is_more

    def _pause(self) -> float:
        is_busy = self.event_list is not None and self.event_list.stream.is_busy
        return _BUSY_PAUSE_SECONDS if is_busy else KEY_PAUSE_SECONDS

    def seek_for(
        self,
        what: str,
        find: Callable[[], int | None],
        is_nowhere: Callable[[], bool] = lambda: False,
        arrived: Callable[[int], None] | None = None,
    ) -> None:
        """Go to the row that `find` returns, reading pages until it does; see `Seeking.seek`."""
        event_list = self.event_list
        if event_list is None:
            return
        sought = self._sought(event_list)
        self._seeking.seek(event_list, what, find, is_nowhere, arrived)
        if self._sought(event_list) != sought:
            self.redraw()

    def near_end(self) -> None:
        """Have the next page read, since the cursor comes near the last row."""
        event_list = self.event_list
        if event_list is None or not event_list.stream.may_grow:
            return
        left = self._list.rows_below
        # A page may have come since the list announced this, and may not be shown yet.
        is_first_unseen = not event_list.view.examined and len(event_list.stream.items) > 0
        if left < self._list.page and not is_first_unseen:
            event_list.stream.read_on(Priority.DEMAND if left <= 0 else Priority.PREFETCH)

    # What the list shows.

    def status(self) -> ListStatus:
        """Return what the status line says about the list."""
        assert self.event_list is not None  # noqa: S101 - only asked while events are shown
        event_list = self.event_list
        status = event_status(event_list, self.row, self._sought(event_list), self._times.zone)
        self._is_told_behind = status.to_look_at > 0
        return replace(status, told=self.told_words)

    @property
    def joined(self) -> Joined | None:
        """What EventBridge has told beside the list; None where it has told nothing of it."""
        event_list, place = self.event_list, self._place
        if self.notices is None or event_list is None or place is None:
            return None
        log = event_list.stream.items
        if self._joined is None or self._joined.log is not log:
            told = self.notices.of(place.session)
            is_one = self.notices.count == 1
            self._joined = Joined(log, told, place.participant_id, is_one_alert=is_one)
        self._joined.look()
        return self._joined if self._joined.told else None

    @property
    def told_words(self) -> tuple[str, ...]:
        """Say how many of the notices are in the list, the longest words first; empty without."""
        joined = self.joined
        if joined is None or self.notices is None or self.event_list is None:
            return ()
        source, is_all = safe(self.notices.source), self.event_list.stream.is_complete
        if joined.here == joined.told:
            words = f"{TOLD} all {joined.told:,}"
            return f"{words} in {source}", words
        words = f"{TOLD} {joined.here:,} of {joined.told:,}"
        ends = f", {joined.told - joined.here:,} only there" if is_all else " read"
        return f"{words} in {source}{ends}", f"{words}{'' if is_all else ' read'}"

    def _sought(self, event_list: EventList) -> str | None:
        return self.waits_for or self._seeking.text(event_list)

    def _tail(self, event_list: EventList) -> Tail:
        sought = self._sought(event_list)
        row, zone = self.row, self._times.zone
        status = event_status(event_list, row, sought, zone)
        return partial(tail_lines, status, keys=self._keys)

    def _names_of(self, stream: EventStream) -> Callable[[str], str] | None:
        """Return what names participants in a list of everybody; None for one participant."""
        if not isinstance(stream, SessionStream):
            return None
        return self._name_in(stream.scan.session)

    def _name_in(self, session: SessionScope) -> Callable[[str], str]:
        """Return what names the participants of a session, as far as they are listed."""
        if session not in self._names:
            self._names[session] = Names(self._provider.participants(session))
        return self._names[session].name

    @staticmethod
    def _is_newest_first(event_list: EventList) -> bool:
        return not event_list.by_time and event_list.view.log.order is OrderLabel.NEWEST_FIRST

    def _rows(self, event_list: EventList) -> EventRows:
        log = event_list.view.log
        look = EventLook(
            zone=self._times.zone,
            style=self._times.style,
            now=self._times.now(),
            zero=event_list.zero,
            newest_first=self._is_newest_first(event_list),
            wide=self.wide,
            opens=f"{first_key(self._keys['go.in'])} opens",
            who=self._names_of(event_list.stream),
            name=str if self._session is None else self._name_in(self._session),
            needle=event_list.search_text if _is_plain(event_list.search_text) else "",
        )
        joined = self.joined
        told = None if joined is None or joined.log is not log else joined.has
        return EventRows(log, event_list.view, event_list.marks, look, event_list.folds, told=told)


def edge_spans(event_list: EventList, height: int) -> tuple[Span, ...]:
    """Draw the overview of a list in `height` cells: marks before errors before hits."""
    cells = minimap(event_list.view, height, event_list.marks, event_list.folds)
    return tuple(_edge_span(cell) for cell in cells)


def _edge_span(cell: OverviewCell) -> Span:
    if cell.has_mark:
        return Span("m", Role.ACCENT)
    if cell.has_error:
        return Span(ERRORS_THERE, Role.ERROR)
    return Span("/", Role.HIT) if cell.has_hit else Span(" ")


def _is_plain(text: str) -> bool:
    """Whether a search looks for this text as it stands, without any signs of a filter."""
    return not any(sign in text for sign in ':/!* "')
