"""CompareScreen: two participants side by side at the same times."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import datetime, tzinfo
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget

from ivscope.analysis.comparison import Comparison, Side
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.export.clippings import Clipping
from ivscope.findings.finding import EventRef
from ivscope.provider.store.event_log import EventLog
from ivscope.render.cells import clip, pad
from ivscope.render.event_rows import about_event, event_mark
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import safe_lines
from ivscope.render.time_display import TimeDisplay
from ivscope.render.timestamps import NO_TIME, clock
from ivscope.settings.commands import View
from ivscope.ui.commands import Unavailable, keyboard
from ivscope.ui.overlays import OverlayScreen, Shared
from ivscope.ui.taking import clippings_for_place
from ivscope.ui.widgets.canvas import LineBar
from ivscope.ui.widgets.row_list import RowList, no_tail
from ivscope.workspace.place import Place

NOT_ALL_READ = "? not all read"
"""Shown where a side has no event so far, but not all of its events are read."""

_TIME_CELLS = 9
_MIDDLE = " | "


def side_cells(width: int) -> int:
    """Return the width of each side in cells."""
    return max(1, (width - _TIME_CELLS - len(_MIDDLE)) // 2)


def comparison_head(first: str, left: Span, right: Span, width: int) -> Line:
    """Make a heading: one text above the times and one above each side."""
    cells = side_cells(width)
    return (
        Span(pad(first, _TIME_CELLS), Role.MUTED),
        _fitted(left, cells),
        Span(_MIDDLE, Role.MUTED),
        _fitted(right, cells),
    )


def _fitted(span: Span, cells: int) -> Span:
    return Span(pad(clip(span.text, cells), cells), span.role)


def comparison_line(
    second: datetime | None,
    left: Event | str | None,
    right: Event | str | None,
    width: int,
    zone: tzinfo,
    *,
    shows_time: bool,
    name: Callable[[str], str] = str,
) -> Line:
    """Draw one row of the comparison.

    Args:
        second: Its second; None without a readable time.
        left: The event of the left participant, None for no event, a text when it is not known.
        right: The same of the right participant.
        width: Cells.
        zone: Zone in which times are shown.
        shows_time: Whether it is the first row of its second, or the first on screen.
        name: Names a participant by its id. Text from outside.
    """
    cells = side_cells(width)
    text = NO_TIME if second is None else clock(second, zone)
    time = Span(pad(text if shows_time else "", _TIME_CELLS), Role.MUTED)
    sides = _side(left, cells, name), _side(right, cells, name)
    return (time, *sides[0], Span(_MIDDLE, Role.MUTED), *sides[1])


def _side(event: Event | str | None, cells: int, name: Callable[[str], str]) -> Line:
    if not isinstance(event, Event):
        return (_fitted(Span(event or "", Role.MUTED), cells),)
    role, mark = event_mark(event)
    what = "no name" if event.name is None else event.name
    about = event.contradiction or about_event(event, name=name)
    told = " ".join(filter(None, (what, event.error_code, about)))
    return (Span(pad(f"{mark} {clip(told, max(0, cells - 2))}", cells), role),)


@frozen
class Compared:
    """One of the two participants of a comparison."""

    name: str
    log: EventLog
    loaded: str
    """How many of its events are read and whether there are more, in words."""
    is_complete: bool
    """Whether all of its events are read."""

    def side(self) -> Side:
        """Return all of its events, as the comparison takes them."""
        return Side(self.log, range(len(self.log)), self.is_complete)

    def completeness(self) -> Span:
        """Return `loaded` as text; in the role of a warning unless all events are read."""
        return Span(self.loaded, Role.MUTED if self.is_complete else Role.WARNING)

    def errors(self) -> Span:
        """Say how many errors it got, and of which codes, the most frequent one first."""
        kinds = Counter(self.log.kinds_of(0, len(self.log)))
        codes: Counter[str] = Counter()
        for number, count in kinds.items():
            kind = self.log.tables.kinds[number]
            if kind.is_error:
                codes[kind.error_code or kind.name or "no code"] += count
        so_far = "" if self.is_complete else " so far"
        if not codes:
            return Span(f"none{so_far}", Role.MUTED)
        each = ", ".join(f"{count:,} {code}" for code, count in codes.most_common())
        total = f"{codes.total():,}{so_far}: " if len(codes) > 1 or so_far else ""
        return Span(f"{total}{each}", Role.ERROR)

    def beside(self, position: int | None, *, is_open: bool) -> Event | str | None:
        """Return what its side of a row shows: an event, a text, or None for nothing."""
        if position is not None:
            return self.log[position]
        return NOT_ALL_READ if is_open else None


class ComparedRows:
    """The rows of a comparison, as the list draws them."""

    def __init__(
        self, left: Compared, right: Compared, times: TimeDisplay, name: Callable[[str], str]
    ) -> None:
        """Pair the events.

        Args:
            left: The participant opened first.
            right: The other one.
            times: Zone in which times are shown.
            name: Names a participant by its id. Text from outside.
        """
        self._left, self._right = left, right
        self._times = times
        self._name = name
        self._rows = Comparison(left.side(), right.side())

    def __len__(self) -> int:
        return len(self._rows)

    def key(self, index: int) -> Hashable:
        """Return these rows and the index: when more was read there are new rows."""
        return self, index, self._times.zone

    def line(self, index: int, width: int) -> Line:
        """Draw a row: at most one event on each side."""
        row = self._rows.row(index)
        return comparison_line(
            row.second,
            self._left.beside(row.left, is_open=row.is_left_open),
            self._right.beside(row.right, is_open=row.is_right_open),
            width,
            self._times.zone,
            shows_time=row.is_first,
            name=self._name,
        )

    def names(self, width: int) -> Line:
        """Make the heading with the names of the two participants."""
        left, right = (Span(one.name, Role.STRONG) for one in (self._left, self._right))
        return (Span(" "), *comparison_head("COMPARED", left, right, width - 1))

    def errors(self, width: int) -> Line:
        """Make the heading that says which errors each of them got."""
        left, right = self._left.errors(), self._right.errors()
        return (Span(" "), *comparison_head("ERRORS", left, right, width - 1))

    def titles(self, width: int) -> Line:
        """Make the heading that says how much of each side is read."""
        left, right = self._left.completeness(), self._right.completeness()
        return (Span(" "), *comparison_head("TIME", left, right, width - 1))

    def positions(self, index: int) -> tuple[int | None, int | None]:
        """Return where the events of a row are in their logs, the left one first; None for none."""
        row = self._rows.row(index)
        return row.left, row.right

    def moment(self, index: int) -> datetime | None:
        """Return the second of a row; None without a readable time and without rows."""
        return self._rows.row(index).second if index < len(self) else None

    def are_of(self, left: Compared, right: Compared) -> bool:
        """Whether as much of each side was read when these rows were made."""
        return (self._left.loaded, self._right.loaded) == (left.loaded, right.loaded)

    def row_at(self, moment: datetime) -> int:
        """Return the row of a moment."""
        return self._rows.row_at(moment)

    def next_pair(self, row: int) -> int | None:
        """Return the next row in which both sides have an event; None when there is none."""
        for index in range(row + 1, len(self._rows)):
            found = self._rows.row(index)
            if found.left is not None and found.right is not None:
                return index
        return None


_OF_BOTH = "yjesr"
"""Letters of the texts that are told of both events of a row."""


def _joined(parts: Sequence[Clipping]) -> Clipping:
    """Put the same text about several events one below the other; JSON as one list."""
    first = parts[0]

    def made() -> str:
        texts = [part.made() for part in parts]
        if len(texts) > 1 and first.letter in _AS_JSON:
            return f"[\n{f',{chr(10)}'.join(texts)}\n]"
        return "\n\n".join(texts)

    return Clipping(first.letter, first.title, later=made)


_AS_JSON = "jr"


class CompareScreen(OverlayScreen[None]):
    """Shows two participants side by side. Rows do not say who was first within a second."""

    VIEW = View.COMPARE
    NAME = "comparison"
    has_times = True
    BINDINGS: ClassVar[list[BindingType]] = keyboard(VIEW)

    def __init__(
        self,
        compared: Callable[[], tuple[Compared, Compared]],
        places: tuple[Place, Place],
        moment: datetime | None,
        shared: Shared,
        title: Callable[[Callable[[], str], str, int], Line],
        *,
        name: Callable[[str], str],
    ) -> None:
        """Make the screen.

        Args:
            compared: Returns the two sides, as far as they are read now.
            places: The two participants, the left one first.
            moment: Time at which the cursor begins.
            shared: What it shares with the explorer.
            title: Makes the line on top from what returns a state of reading, a name and a width.
            name: Names a participant by its id. Text from outside.
        """
        super().__init__(shared)
        self._compared = compared
        self._name_of = name
        self._rows = ComparedRows(*compared(), shared.times, name)
        self._places = places
        self.ids = tuple(place.participant_id or "" for place in places)
        """Ids of the two participants, the left one first."""
        self._began_at = moment
        self._title = title
        self.handlers.add("compare.next_pair", self._next_pair)
        for id_ in ("go.out", "go.quit_or_out", "triage.compare"):
            self.handlers.add(id_, self.leave)

    def compose(self) -> Iterator[Widget]:
        """Make the header, the names, the rows and the line of keys."""
        yield LineBar(id="title")
        yield LineBar(id="names")
        yield LineBar(id="errors")
        yield RowList(id="compared")
        yield self.foot

    @property
    def _list(self) -> RowList:
        return self.query_one("#compared", RowList)

    @property
    def moment(self) -> datetime | None:
        """Time of the row under the cursor, for showing the comparison there again."""
        is_drawn = self.is_attached and self._list.rows is self._rows
        return self._rows.moment(self._list.cursor) if is_drawn else self._began_at

    def on_mount(self) -> None:
        """Put the cursor on the row of the moment where it begins."""
        self._list.focus()
        self.call_after_refresh(self._show_rows, self._began_at)

    def _show_rows(self, moment: datetime | None) -> None:
        """Show the rows, the cursor on that of a moment, else on the first."""
        row = 0 if moment is None else self._rows.row_at(moment)
        self._list.show(self._rows, no_tail, row)

    def go_to_moment(self, moment: datetime) -> None:
        """Move the cursor to the first row at or after the second of a moment, else the last."""
        self._list.cursor = self._rows.row_at(moment)

    def changed(self) -> None:
        """Show what was read since: the cursor stays in its second."""
        if not self.is_attached:
            return
        sides = self._compared()
        if not self._rows.are_of(*sides):
            moment = self.moment or self._began_at
            self._rows = ComparedRows(*sides, self.shared.times, self._name_of)
            self._show_rows(moment)
            self.draw()

    def on_resize(self) -> None:
        """Draw again for another width."""
        self.draw()

    def draw(self) -> None:
        """Draw header, names, rows and keys."""
        width = self.size.width
        self.query_one("#title", LineBar).show(self._title(str, self.NAME, width))
        self.query_one("#names", LineBar).show(self._rows.names(width))
        self.query_one("#errors", LineBar).show(self._rows.errors(width))
        self._list.repaint()
        self.show_foot()

    def leave(self) -> None:
        """Go back to where it was opened."""
        self.dismiss(None)

    def clippings(self) -> Iterator[Clipping]:
        """Offer what is told of both events of the row, and what names the first participant."""
        positions = self._rows.positions(self._list.cursor) if len(self._rows) else ()
        shared = self.shared
        sides = [
            (place, EventRef(place.participant, position))
            for place, position in zip(self._places, positions, strict=False)
            if position is not None
        ]
        menus = [{one.letter: one for one in shared.copies.menu_at(ref)} for _, ref in sides]
        for letter in menus[0] if menus else "":
            if letter in _OF_BOTH:
                yield _joined([menu[letter] for menu in menus if letter in menu])
        both = [place.participant_id or "" for place in self._places]
        yield Clipping("i", "both participant ids", safe_lines("\n".join(both)))
        place = sides[0][0] if sides else self._places[0]
        now = shared.times.now()
        for one in clippings_for_place(place, shared.connection(), now, self.moment):
            if one.letter != "i":
                yield one

    def _next_pair(self) -> None:
        """Go to the next row where both sides have an event."""
        rows = self._list
        row = self._rows.next_pair(rows.cursor)
        if row is None:
            raise Unavailable("no row below where both have an event")
        rows.cursor = row
