"""EventList: the state of a list of events: filter, search, marks, order and cursor."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from ivscope.analysis.event_view import EventView
from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import Filter, FilterError, TextField, TextTerm
from ivscope.analysis.overview import Folds
from ivscope.analysis.spans import Spans
from ivscope.analysis.time_input import DatedBy, TimeReference, TypedRanges, TypedTime
from ivscope.domain.frozen import slotted
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import EventLog
from ivscope.provider.store.indexes import OrderLabel
from ivscope.settings.kept_places import KeptMark, KeptPlaces
from ivscope.workspace.event_stream import EventStream, SessionStream
from ivscope.workspace.jobs import Jobs, Outcome, Promise
from ivscope.workspace.place import Place

_NO_FILTER = Filter("", ())


@slotted
class EventList:
    """The state of one list. Kept while the program runs, so that coming back restores it."""

    stream: EventStream
    view: EventView
    spans: Spans
    folds: Folds
    """Which rows share a line on screen."""
    marks: set[int]
    """Positions of marked events."""
    zero: datetime | None = None
    """The zero that times are counted from; None when none was set."""
    filter: Filter = _NO_FILTER
    """The filter typed last, with the dates that its times took then."""
    filter_is_on: bool = True
    errors_only: bool = False
    search: Filter = _NO_FILTER
    cursor: int = 0
    """The line of the cursor, kept while another place is shown."""
    top: int = 0
    """The first visible line, likewise."""
    _filtered_from: TimeReference | None = None
    """The reference that dated the filter; None without a filter."""
    _searched_from: TimeReference | None = None
    _user: str | None = None
    """The user id that filter and search went by."""

    @classmethod
    def of(cls, stream: EventStream, *, fold: bool = False) -> "EventList":
        """Make a list of all events of a stream, in the order returned.

        Args:
            stream: The events.
            fold: Whether equal ones share a line; those of everybody never do.
        """
        view, marks = EventView(stream.items, stream.user_of), set[int]()
        folds = Folds(view, marks)
        folds.is_wanted = fold and not isinstance(stream, SessionStream)
        return cls(stream, view, Spans(stream.items), folds, marks, _user=stream.user)

    def take_log(self) -> None:
        """Show the present log of the stream, which is another one after a restart."""
        if self.view.log is not self.stream.items:
            self.view.reset(self.stream.items)
            self.spans = Spans(self.stream.items)
            self.marks.clear()
            self.folds.forget()

    @property
    def is_changed(self) -> bool:
        """Whether a person has put something into it that reading again would not bring back."""
        is_sorted = self.by_time is not isinstance(self.stream, SessionStream)
        typed = self.marks or self.filter_text or self.search_text
        return bool(typed) or self.errors_only or self.zero is not None or is_sorted

    @property
    def time_at_cursor(self) -> datetime | None:
        """The time of the event that the cursor was left on; None without a readable one."""
        if self.cursor >= len(self.folds):
            return None
        row = self.folds.rows(self.cursor).start
        time = self.view.log[self.view.position(row)].time
        return time if isinstance(time, datetime) else None

    @property
    def filter_text(self) -> str:
        """The filter as typed."""
        return self.filter.text

    @property
    def search_text(self) -> str:
        """The search as typed."""
        return self.search.text

    @property
    def hides(self) -> bool:
        """Whether a filter hides events."""
        return self.errors_only or bool(self.filter_text and self.filter_is_on)

    @property
    def filter_shown(self) -> str:
        """What hides events, in words for the status line; empty for nothing."""
        parts = [self.filter_text] if self.filter_text and self.filter_is_on else []
        return " ".join((*parts, *(["errors only"] if self.errors_only else [])))

    def filter_by(self, text: str, reference: TimeReference) -> None:
        """Show only events that match; an empty text shows all.

        Raises:
            FilterError: The text is no filter; nothing changed.
        """
        self.use_filter(parse_filter(text, reference))
        self._filtered_from = reference

    def use_filter(self, wanted: Filter, *, is_on: bool = True) -> None:
        """Apply a filter that was parsed before, or only keep it to be switched on."""
        self.filter, self.filter_is_on = wanted, is_on
        self._apply()

    def toggle_filter(self) -> None:
        """Switch the filter off, or on again."""
        self.filter_is_on = not self.filter_is_on
        self._apply()

    def toggle_errors(self) -> None:
        """Show errors only, or all."""
        self.errors_only = not self.errors_only
        self._apply()

    def show_all(self) -> None:
        """Switch filter and errors-only off; the filter's text is kept for switching it on."""
        self.errors_only = self.filter_is_on = False
        self._apply()

    @property
    def lacks_user(self) -> bool:
        """Whether a filter or search by user id went by another one than is known now."""
        asks = _asks_user(self.filter) or _asks_user(self.search)
        return asks and self.stream.user != self._user

    def take_user(self) -> None:
        """Filter and search again by the user id that is known now."""
        self._apply()
        self.view.set_search(self.search)

    @property
    def lacks_session(self) -> bool:
        """Whether clock times took their date elsewhere because no session times were known."""
        pairs = (self.filter, self._filtered_from), (self.search, self._searched_from)
        return any(
            reference is not None
            and reference.session is None
            and any(map(is_dated_elsewhere, wanted.times))
            for wanted, reference in pairs
        )

    def date_by(self, session: tuple[datetime, datetime]) -> None:
        """Parse filter and search again with the times of the session, which are known now.

        A time that would be wrong with the new date, such as "during:23:00..now" in a session that
        has not come to 23:00 yet, keeps its date.
        """
        if self._filtered_from is not None:
            self._filtered_from = replace(self._filtered_from, session=session)
            with suppress(FilterError):
                self.filter = parse_filter(self.filter_text, self._filtered_from)
                self._apply()
        if self._searched_from is not None:
            self._searched_from = replace(self._searched_from, session=session)
            with suppress(FilterError):
                self.search_for(self.search_text, self._searched_from)

    def is_nearest(self, row: int | None, moment: datetime) -> bool:
        """Whether no page to come can have an event nearer to a moment.

        Args:
            row: The row of the nearest event shown; None for none.
            moment: An aware time.
        """
        stream, log = self.stream, self.stream.items
        if not stream.may_grow:
            return True
        row_us = None if row is None else self.view.log.time_us(self.view.position(row))
        if row_us is None:
            return False
        if isinstance(stream, SessionStream):
            return True  # a scan brings the rest in no order of time
        wanted_us, edge_us = to_microseconds(moment), log.last_time_us
        beyond = {OrderLabel.NEWEST_FIRST: 1, OrderLabel.OLDEST_FIRST: -1}.get(log.order)
        if edge_us is None or beyond is None:
            return False
        # All events to come lie beyond the last one read.
        return beyond * (wanted_us - edge_us) >= abs(row_us - wanted_us)

    def may_reach(self, step: int) -> bool:
        """Whether pages to come can have later events (step 1) or earlier ones (step -1)."""
        if not self.stream.may_grow or isinstance(self.stream, SessionStream):
            return False
        wrong_way = OrderLabel.NEWEST_FIRST if step > 0 else OrderLabel.OLDEST_FIRST
        return self.stream.items.order is not wrong_way

    def sort(self, *, by_time: bool) -> None:
        """Sort oldest first, or show the order returned."""
        self.view.set_by_time(by_time)

    @property
    def by_time(self) -> bool:
        """Whether rows are sorted by time."""
        return self.view.by_time

    def _apply(self) -> None:
        self._user = self.stream.user
        wanted = self.filter if self.filter_is_on else _NO_FILTER
        wanted = wanted.errors_only() if self.errors_only else wanted
        if not _is_same(wanted, self.view.filter):
            self.view.set_filter(wanted)

    def search_for(self, text: str, reference: TimeReference) -> None:
        """Find events that match; an empty text finds none.

        Raises:
            FilterError: The text is no filter; nothing changed.
        """
        self.search = parse_filter(text, reference)
        self._searched_from = reference
        if not _is_same(self.search, self.view.search):
            self.view.set_search(self.search)


def _asks_user(wanted: Filter) -> bool:
    return any(isinstance(term, TextTerm) and term.field is TextField.USER for term in wanted.terms)


def _is_same(wanted: Filter, present: Filter | None) -> bool:
    """Whether a filter finds what the present one has found: Enter repeats what was typed.

    User ids can have become known since, so those are looked up again.
    """
    return wanted.terms == (present or _NO_FILTER).terms and not _asks_user(wanted)


def is_dated_elsewhere(typed: TypedRanges | TypedTime) -> bool:
    """Whether a clock time took its date from the event under the cursor or from today."""
    return typed.dated_by in {DatedBy.CURSOR, DatedBy.NOW} and not typed.is_distance


_AT_ONCE = 20_000
"""Events looked at between two keys: a few milliseconds."""


def mark_of(log: EventLog, position: int, place: Place) -> KeptMark | None:
    """Return how the mark of an event is kept; None for an event without a readable time.

    Args:
        log: The events.
        position: The event.
        place: The list: of one participant, or of everybody in a session.
    """
    event, session = log[position], place.session
    if not isinstance(event.time, datetime):
        return None
    return KeptMark(
        session.stage_arn,
        session.session_id,
        event.participant_id or place.participant_id or "",
        to_microseconds(event.time),
        event.name or "",
        event.error_code or "",
        event.remote_participant_id or "",
    )


class MarkFinder:
    """Puts marks on the events of one list as they come; of equal events on the first one."""

    def __init__(self, log: EventLog, place: Place, marks: set[int], kept: set[KeptMark]) -> None:
        """Take marks away that are not kept any more.

        Args:
            log: The events of the list.
            place: The list.
            marks: Positions of marked events; changed here.
            kept: The marks of the session.
        """
        self.log = log
        self._place = place
        self._marks = marks
        self._looked_at = 0
        there = {at: mark_of(log, at, place) for at in marks}
        marks -= {at for at, mark in there.items() if mark is not None and mark not in kept}
        self._sought = kept - set(there.values())
        self._times = {mark.time_us for mark in self._sought}

    def work(self) -> bool:
        """Look at events that came. Returns whether more are left."""
        end = len(self.log)
        if not self._sought:
            self._looked_at = end
            return False
        stop = min(end, self._looked_at + _AT_ONCE)
        for at in range(self._looked_at, stop):
            if self.log.time_us(at) in self._times:
                mark = mark_of(self.log, at, self._place)
                if mark in self._sought:
                    self._sought.discard(mark)
                    self._marks.add(at)
        self._looked_at = stop
        return stop < end


def save_soon(kept: KeptPlaces, jobs: Jobs, failed: Callable[[str], object]) -> None:
    """Write places and marks in a thread, since a slow disk would hold keys up; quitting waits.

    Args:
        kept: The places and marks.
        jobs: The owner of the thread.
        failed: Called on the UI thread with why they will not last.
    """
    if not kept.is_saved:
        return

    def work(_promise: Promise) -> Outcome:
        return Outcome(kept.save())

    def told(why: str) -> None:
        if why:
            failed(why)

    jobs.promise("Keeping marks and places", "marks and places are not kept", work, told)
