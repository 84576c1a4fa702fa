"""EventRows: the rows and columns of the event list."""

from collections.abc import Callable, Collection, Hashable
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from ivscope.analysis.event_view import EventView
from ivscope.analysis.filters import folded
from ivscope.analysis.overview import Folds
from ivscope.domain.events import TOKEN_EXCHANGED, Event
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Contradiction
from ivscope.domain.times import Time, from_microseconds
from ivscope.domain.token_comparison import compare_tokens
from ivscope.provider.store.event_log import EventLog
from ivscope.render.cells import clip, pad
from ivscope.render.cells import width as text_width
from ivscope.render.lines import Line, Role, Span
from ivscope.render.picker_rows import stage_id
from ivscope.render.plots import ERROR
from ivscope.render.tables import MOST_CELLS, Column, Rest, Table
from ivscope.render.timestamps import MOMENT_CELLS, TimeStyle, gap, moment_text
from ivscope.render.token_lines import token_verdict


def highlight(line: Line, needle: str) -> Line:
    """Give every occurrence of the needle the role HIT; capitals and accents do not matter.

    An occurrence that runs over two spans is not marked.
    """
    wanted = folded(needle)
    if not wanted:
        return line
    spans: list[Span] = []
    for span in line:
        spans += _marked(span, wanted)
    return tuple(spans)


def _marked(span: Span, needle: str) -> list[Span]:
    text = folded(span.text)
    if len(text) != len(span.text) or needle not in text:  # folding may change the length
        return [span]
    parts: list[Span] = []
    start = 0
    while (found := text.find(needle, start)) >= 0:
        if found > start:
            parts.append(Span(span.text[start:found], span.role))
        parts.append(Span(span.text[found : found + len(needle)], Role.HIT))
        start = found + len(needle)
    if start < len(span.text):
        parts.append(Span(span.text[start:], span.role))
    return parts


TOLD = "E"
"""The sign before a row that EventBridge has told too."""

_GAP_CELLS = 9
"""Room for a gap of hours with its sign, right-aligned."""


@frozen
class EventLook:
    """How rows are drawn."""

    now: datetime
    """The present, from which ages count; aware."""
    zone: tzinfo = UTC
    style: TimeStyle = TimeStyle.UTC
    zero: datetime | None = None
    """The zero that was set; None without one."""
    newest_first: bool = False
    """Whether the event before a row, in time, stands below it."""
    wide: bool = False
    """Whether names are drawn in full."""
    opens: str = "Enter opens"
    """What opens a row of several events, in words."""
    needle: str = ""
    """Text to highlight."""
    who: Callable[[str], str] | None = None
    """Names a participant where the events of several are mixed; None where all are of one."""
    name: Callable[[str], str] = str
    """Names another participant by its id. Text from outside."""


@frozen
class EventRow:
    """What the columns of one row are made from."""

    event: Event
    before: Time | None
    """Time of the event shown before it in time; None when there is none with a time."""
    who: str | None
    """Name of its participant, from outside; None where all rows are of one."""
    is_marked: bool
    is_hit: bool
    is_told: bool
    """Whether EventBridge has told it too, in what one came with."""
    look: EventLook
    count: int = 1
    """How many equal events the line shows, of which this is the first."""


def _role(row: EventRow) -> Role:
    return event_mark(row.event)[0]


def _quiet(row: EventRow) -> Role:
    """The tone of what is beside the name: that of a routine row, else plain text."""
    return Role.MUTED if event_mark(row.event)[0] is Role.MUTED else Role.TEXT


def _flags(row: EventRow) -> Line:
    """Draw the signs for a mark or a hit, and the sign of the kind of event."""
    flag = Span(TOLD, Role.MUTED) if row.is_told else Span(" ")
    if row.is_hit:
        flag = Span("/", Role.HIT)
    if row.is_marked:
        flag = Span("m", Role.ACCENT)
    role, mark = event_mark(row.event)
    return flag, Span(mark, role)


def _time(row: EventRow) -> str:
    look = row.look
    return moment_text(row.event.time, look.style, look.zone, look.now, row.before, look.zero)


def _what(row: EventRow) -> Line:
    """Draw the error code, then whom the event is about; of several events only how many."""
    if row.count > 1:
        return Span(_together(row), _quiet(row)), Span(f"  {row.look.opens}", _quiet(row))
    code, look = row.event.error_code, row.look
    about = about_event(row.event, wide=look.wide, name=look.name)
    spans = [Span(clip(code, MOST_CELLS), _role(row))] if code else []
    if row.event.contradiction is not None:
        told = _contradicts(row)
        spans = [*told, Span(" "), *spans] if spans else [*told]
    if about:
        spans += [Span(" ")] if spans else []
        spans.append(Span(clip(about, MOST_CELLS), _quiet(row)))
    return tuple(spans)


def _contradicts(row: EventRow) -> Line:
    """Say how an event contradicts the request, and whom it names instead, where that is read."""
    event, said = row.event, Span(str(row.event.contradiction), Role.WARNING)
    if event.contradiction is Contradiction.PARTICIPANT and row.look.who is None:
        return said, Span(f": {clip(event.participant_id or '', MOST_CELLS)}", Role.WARNING)
    return (said,)


def _together(row: EventRow) -> str:
    return f"{row.count:,} in this second"


def _code_cells(row: EventRow) -> int:
    if row.count > 1:
        return text_width(_together(row))
    code = row.event.error_code
    if row.event.contradiction is not None:
        return text_width(str(row.event.contradiction))
    return text_width(clip(code, MOST_CELLS)) if code else 0


def _since(row: EventRow) -> str:
    """Write the time since the event before: "=" for none, blank when that is not known."""
    here, before = row.event.time, row.before
    if not isinstance(here, datetime) or not isinstance(before, datetime):
        return ""
    return _short_gap((here - before).total_seconds()) if here != before else "="


_BEFORE: tuple[Column[EventRow], ...] = (
    Column("", 2, _flags),
    Column("TIME", MOMENT_CELLS, _time, _quiet, gap=0),
)


def _who_role(row: EventRow) -> Role:
    return Role.STRONG if _quiet(row) is Role.TEXT else Role.MUTED


_PARTICIPANT: Column[EventRow] = Column("PARTICIPANT", 14, lambda row: row.who or "", _who_role)
"""Ids have 12 characters, user ids about as many."""

_NAME: Column[EventRow] = Column("EVENT", 19, lambda row: row.event.name or "no name", _role)
"""The longest known event names, such as REPLICATION_STARTED."""

_ANY_TIME = datetime.min.replace(tzinfo=UTC)
"""Used as the present where no age is shown."""

_WHAT_CELLS = 20
"""Fewer cut most codes and "of" with an id, and those tell more than the gap."""

_WHAT_CELLS_OF_MANY = 12
"""Beside the participants: a title that is not cut, and enough of a code to know it."""

_SINCE: Column[EventRow] = Column(
    "SINCE PREV", _GAP_CELLS, _since, Role.MUTED, priority=1, is_right=True
)


def _what_column(cells: int) -> Column[EventRow]:
    return Column("CODE OR WHO", Rest(cells), _what, uncut=_code_cells)


_OF_ONE = (*_BEFORE, _NAME, _what_column(_WHAT_CELLS), _SINCE)
_OF_MANY = (*_BEFORE, _PARTICIPANT, _NAME, _what_column(_WHAT_CELLS_OF_MANY), _SINCE)


class EventRows:
    """Events in the order shown, each with the time since the shown event before it.

    Equal routine events of one second share a line, as `folds` tells.
    """

    def __init__(
        self,
        log: EventLog,
        shown: EventView,
        marks: Collection[int],
        look: EventLook,
        folds: Folds | None = None,
        *,
        told: Callable[[int], bool | None] | None = None,
    ) -> None:
        self._log = log
        self._shown = shown
        self._marks = marks
        self._look = look
        self._folds = folds or Folds(shown, marks)
        self._told = told
        self._is_newest_first = look.newest_first
        self._table = Table(_OF_MANY if look.who else _OF_ONE)
        # Only ages depend on the present time, and they show whole seconds.
        is_by_clock = look.style is TimeStyle.AGE
        now = look.now.replace(microsecond=0) if is_by_clock else _ANY_TIME
        self._drawn_like = log, replace(look, now=now)

    def __len__(self) -> int:
        return len(self._folds)

    def titles(self, width: int) -> Line:
        """Return the column titles, with the blank above the cursor's mark."""
        (titles,) = self._table.titles(width - 1)
        return (Span(pad(f" {titles.text}", width), titles.role),)

    def key(self, index: int) -> Hashable:
        """Return the positions of the event and the one before it, and how they are drawn."""
        rows = self._folds.rows(index)
        position = self._shown.position(rows.start)
        return (
            position,
            len(rows),
            self._neighbour(rows),
            position in self._marks,
            self._has_hit(rows),
            self._told is not None,
            self._who(position),
            self._look.name(self._log.remote(position) or ""),
            self._drawn_like,
        )

    def line(self, index: int, width: int) -> Line:
        """Draw the columns that fit, with the text of the search in the role HIT."""
        rows = self._folds.rows(index)
        position = self._shown.position(rows.start)
        other = self._neighbour(rows)
        before = None if other is None else self._log.time_us(other)
        row = EventRow(
            self._log[position],
            None if before is None else from_microseconds(before),
            self._who(position),
            position in self._marks,
            self._has_hit(rows),
            self._told is not None and bool(self._told(position)),
            self._look,
            len(rows),
        )
        line = self._table.line(row, width)
        return highlight(line, self._look.needle) if self._look.needle else line

    def _who(self, position: int) -> str | None:
        if self._look.who is None:
            return None
        participant_id = self._log.participant(position)
        return self._look.who(participant_id) if participant_id else "not given"

    def _neighbour(self, rows: range) -> int | None:
        """Return the position of the event shown before some rows in time; None without one."""
        other = rows.stop if self._is_newest_first else rows.start - 1
        return self._shown.position(other) if 0 <= other < len(self._shown) else None

    def _has_hit(self, rows: range) -> bool:
        """Whether the search found one of some rows."""
        if self._shown.is_hit(self._shown.position(rows.start)):
            return True
        found = self._shown.next_hit(rows.start, 1) if len(rows) > 1 else None
        return found is not None and found < rows.stop


def _short_gap(seconds: float) -> str:
    """Write a gap that fits its column: days without minutes, long ones without hours."""
    text = gap(seconds)
    if len(text) <= _GAP_CELLS:
        return text
    days, _, clock_time = text.partition(" ")
    with_hours = f"{days}{clock_time[:2]}h"
    return with_hours if len(with_hours) <= _GAP_CELLS else days


def event_mark(event: Event) -> tuple[Role, str]:
    """Return the tone of a row and the sign before it.

    Colour says that somebody should look: a subscription that starts or stops is routine and dim,
    what a participant does itself is plain, failures and token exchanges have a colour and a sign.
    """
    if event.contradiction is not None:
        return Role.WARNING, "?"
    if event.is_error:
        return Role.ERROR, ERROR
    if event.name == TOKEN_EXCHANGED:
        return Role.CHANGED, "~"
    name = event.name or ""
    role = Role.MUTED if event.is_subscribe else Role.TEXT
    if name.endswith("_STARTED") or name == "JOINED":
        return role, "+"
    if name.endswith("_STOPPED") or name == "LEFT":
        return role, "-"
    return Role.WARNING, "?"


def about_event(event: Event, *, wide: bool = False, name: Callable[[str], str] = str) -> str:
    """Say whom an event is about besides its participant; empty for nobody. Not yet safe.

    Args:
        event: What happened.
        wide: Whether ids and whole ARNs are told too.
        name: Names a participant by its id.
    """
    if event.name == TOKEN_EXCHANGED:
        return token_verdict(compare_tokens(event.previous_token, event.new_token, event.time))
    replica = " (replica)" if event.replica else ""
    if event.remote_participant_id:
        relation = "of" if event.is_subscribe else "remote"
        remote = event.remote_participant_id
        known = name(remote)
        return f"{relation} {known}{f' {remote}' if wide and known != remote else ''}{replica}"
    if event.destination_stage_arn:
        arn = event.destination_stage_arn
        return f"to {arn if wide else stage_id(arn)}"
    return replica.strip(" ()") if replica else ""
