"""PickerPane: shows the stages, sessions or participants of a place, narrowed by a text."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import ParticipantSummary, SessionScope, StageSession
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.store.feed import FeedState
from ivscope.render.bars import ListStatus, all_read, tail_lines
from ivscope.render.picker_rows import PickerRows
from ivscope.render.time_display import TimeDisplay
from ivscope.ui.commands import Unavailable
from ivscope.ui.explorer import picking
from ivscope.ui.explorer.list_status import list_status
from ivscope.ui.explorer.participants_read import ParticipantsRead
from ivscope.ui.explorer.picking import TypedPlace
from ivscope.ui.explorer.start import CHOICES, UNSET, StartChoice, start_tail
from ivscope.ui.widgets.row_list import RowList, Tail
from ivscope.workspace.place import Level, PickerState, Place


class PickerPane:
    """Shows one list at a time, and has its pages read."""

    def __init__(
        self,
        provider: StageDataProvider,
        rows: RowList,
        times: TimeDisplay,
        keys: Mapping[str, str],
        *,
        names_users: bool,
        can_start_anew: bool = False,
    ) -> None:
        self._provider = provider
        self.row_list = rows
        self._times = times
        self._keys = keys
        self._names_users = names_users
        self._can_start_anew = can_start_anew
        """Whether another account, the demo or a file can be opened where there are no stages."""
        self._rows = picking.picker_rows(Level.STAGES, [], times.zone, times.now())
        self.people = ParticipantsRead()
        """What is read of the participants listed."""
        self.place = Place()
        """The place whose picker is shown."""
        self.text = ""
        """The text that narrows the rows; empty for all rows."""
        self._is_beside = False
        self._selected = ""
        """Id of the participant that the cursor was brought to last; empty for none."""
        self._ordered_by: object = None
        """What the order of the rows follows from."""
        self._drawn: tuple[object, int] | None = None
        """The items that the rows were made of, and how many; None before a picker is open."""

    @property
    def feed(self) -> picking.PickerFeed:
        """The feed that is listed."""
        return picking.feed_at(self._provider, self.place)

    @property
    def row(self) -> picking.PickerRow | None:
        """The row under the cursor; None without rows."""
        index = self.row_list.cursor
        return self._rows[index] if index < len(self._rows) else None

    def below(self) -> list[picking.PickerRow]:
        """The rows from the cursor on, without one that `select` brought it to."""
        first, row = self.row_list.cursor, self.row
        if isinstance(row, ParticipantSummary) and row.participant_id == self._selected:
            first += 1
        return [self._rows[index] for index in range(first, len(self._rows))]

    def select(self, row_id: str) -> None:
        """Put the cursor on a participant or a session, if it is among the rows."""
        index = self._index_of(row_id)
        if index is not None:
            self._selected = row_id
            self.row_list.cursor = index

    def _index_of(self, row_id: str) -> int | None:
        for index, row in enumerate(self._rows):
            if isinstance(row, ParticipantSummary) and row.participant_id == row_id:
                return index
            if isinstance(row, StageSession) and row.session_id == row_id:
                return index
        return None

    def sort(self) -> None:
        """Put the participants with most errors first, or all in the order returned again."""
        self.people.sort()
        self._draw(0, 0)

    def open(self, place: Place, view: PickerState, *, is_beside: bool) -> None:
        """Show the picker of a place as it was left, alone or beside the events."""
        self.place, self.text, self._is_beside = place, view.text, is_beside
        if place.level is Level.PARTICIPANTS and self.people.session != place.session:
            self.people = ParticipantsRead(self._provider, place.session)
        self._draw(view.cursor, view.top)

    def view(self) -> PickerState:
        """The state to restore the picker from later."""
        return PickerState(self.row_list.cursor, self.row_list.top, self.text)

    def read(self) -> None:
        """Have the first page read if nothing was read."""
        if self.feed.state is FeedState.IDLE:
            self._provider.read_more(self.feed)

    def narrow(self, text: str) -> None:
        """Show only rows that have the text."""
        self.text = text
        self._draw(0, 0)

    def changed(self) -> None:
        """Called when rows came, or the state of the feed changed. The cursor stays on its row."""
        row, was_ordered_by = self.row, self._ordered_by
        self._rows = self._make_rows()
        self.row_list.rows = self._rows
        self.row_list.grow(self._tail())
        if self._ordered_by != was_ordered_by and isinstance(row, ParticipantSummary):
            # Nobody has moved a cursor that is on the first row: there it is on who is first now.
            index = self._index_of(row.participant_id) if self.row_list.cursor else 0
            self.row_list.show(self._rows, self._tail(), index or 0)

    def catch_up(self) -> None:
        """Draw rows that came since: a status that tells of all rows must not come before them."""
        drawn, items = self._drawn, self.feed.items
        if drawn is not None and (drawn[0] is not items or drawn[1] != len(items)):
            self.changed()

    def told(self, session: SessionScope) -> None:
        """Called when events of a session came: its participants may have other numbers now."""
        if self.place.level is not Level.PARTICIPANTS or self.place.session != session:
            return
        before = self.people.columns
        self._count()
        is_ordered = self.people.order_key() == self._ordered_by
        if self.people.columns == before and is_ordered:
            self.row_list.repaint()
        else:
            self.changed()

    def redraw(self) -> None:
        """Draw again with the cursor on its row, as when the style of times changed."""
        self._draw(self.row_list.cursor, self.row_list.top)

    def near_end(self) -> None:
        """Have the next page read, since the cursor comes near the last row."""
        if self._drawn is None:  # the list announced it as it was mounted
            return
        left = self.row_list.rows_below
        # A page may have come since the list announced this.
        if self.feed.has_more and left < self.row_list.page:
            self._provider.read_more(self.feed, Priority.DEMAND if left <= 0 else Priority.PREFETCH)

    def chosen(self, index: int) -> Place:
        """Return the place that a row opens."""
        return picking.child(self.place, self._rows[index])

    def left_over(self) -> Place | None:
        """Return the place to open when the text left one row only; None when it left more."""
        if self.text and 1 in (self._listed, len(self._rows)):
            return picking.child(self.place, self._rows[0])
        return None

    def sibling(self, parent: Place, place: Place, step: int, text: str) -> Place:
        """Return the place next to another one in the rows of a picker.

        Args:
            parent: The place whose picker lists it.
            place: The place of one of its rows.
            step: 1 for the next row, -1 for the one before.
            text: The text that narrows that picker.

        Raises:
            Unavailable: There is no such row.
        """
        feed = picking.feed_at(self._provider, parent)
        rows = picking.narrow(parent, feed.items, text)
        if parent.level is Level.PARTICIPANTS and parent == self.place and self.people.by_errors:
            rows = self.people.arranged(rows)
        places = [picking.child(parent, rows[index]) for index in range(len(rows))]
        if place not in places:
            if text:
                raise Unavailable(
                    f"not among the rows that {text!r} shows: {{go.out}} goes to them"
                )
            raise Unavailable("this list was not read: {go.out} goes up and reads it")
        index = places.index(place) + step
        if not 0 <= index < len(places):
            end = "last" if step > 0 else "first"
            of = f"that {text!r} shows" if text else "of those read"
            raise Unavailable(f"this is the {end} one {of}")
        return places[index]

    def status(self) -> ListStatus:
        """Return what the status line says about the picker."""
        shown = self._listed if self.text else None
        recorded_at = self._provider.recorded_at(self.feed)
        said = all_read(self._provider.all_read_at(self.feed), self._times.zone)
        status = list_status(self.feed, self.place.level, shown, recorded_at, said)
        if self.place.level is Level.PARTICIPANTS and status.count:
            return replace(status, extra=(*status.extra, *self.people.words))
        return status

    @property
    def _listed(self) -> int:
        """Return how many rows came from IVS; the last ones may stand for what was typed."""
        count = len(self._rows)
        while count and isinstance(self._rows[count - 1], TypedPlace | StartChoice):
            count -= 1
        return count

    @property
    def _start_failure(self) -> ProviderFailure | None:
        """Why the start screen is shown in place of the stages; None where it is not."""
        failure = self.feed.status.failure
        if self.place.level is not Level.STAGES or len(self.feed.items) or self.text:
            return None
        is_unset = failure is not None and failure.kind in UNSET
        return failure if is_unset and self._can_start_anew else None

    def _make_rows(self) -> PickerRows[picking.PickerRow]:
        items = self.feed.items
        self._drawn = items, len(items)
        kept = picking.narrow(self.place, items, self.text)
        if self._start_failure is not None:
            kept = CHOICES
        if self.place.level is Level.PARTICIPANTS:
            self._count()
            self._ordered_by = self.people.order_key()
            if self.people.by_errors:
                kept = self.people.arranged(kept)
        return picking.picker_rows(
            self.place.level,
            kept,
            self._times.zone,
            self._times.now(),
            self.people,
            names_users=self._names_users,
        )

    def _count(self) -> None:
        self.people.count(self.feed, is_narrowed=self.place.narrowed is not None)

    def _tail(self) -> Tail:
        failure = self._start_failure
        if failure is not None:
            return partial(start_tail, failure)
        return partial(tail_lines, self.status(), keys=self._keys, is_beside=self._is_beside)

    def _draw(self, cursor: int, top: int) -> None:
        self._rows = self._make_rows()
        self.row_list.show(self._rows, self._tail(), cursor, top)
