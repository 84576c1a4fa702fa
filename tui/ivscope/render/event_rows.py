"""Rows of the event list."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Protocol

from ivscope.domain.events import TOKEN_EXCHANGED, Event
from ivscope.domain.token_comparison import compare_tokens
from ivscope.render.cells import clip, line_width, pad
from ivscope.render.cells import width as text_width
from ivscope.render.lines import Line, Role, Span
from ivscope.render.picker_rows import stage_id
from ivscope.render.timestamps import TimeStyle, gap, moment_text


def highlight(line: Line, needle: str) -> Line:
    """The line with every occurrence of the needle in the role HIT; case does not count.

    An occurrence that runs over two spans is not marked.
    """
    folded = needle.casefold()
    if not folded:
        return line
    spans: list[Span] = []
    for span in line:
        spans += _marked(span, folded)
    return tuple(spans)


def _marked(span: Span, needle: str) -> list[Span]:
    text = span.text.casefold()
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


_NAME_CELLS = 19
"""The longest known event names, such as REPLICATION_STARTED."""

_WHO_CELLS = 14
"""Room for a participant's name: ids have 12 characters, user ids about as many."""

_GAP_CELLS = 9
"""Room for a gap of hours with its sign, right-aligned."""

_GAP_FROM = 62
"""Cells from which a row has room for the gap."""

_MICROSECONDS = 1_000_000


class Log(Protocol):
    """Events by position, without a copy."""

    def __len__(self) -> int: ...

    def __getitem__(self, position: int, /) -> Event: ...

    def time_us(self, index: int) -> int | None:
        """Microseconds since the epoch, None when absent or unreadable."""
        ...


class Shown(Protocol):
    """Which events are shown, and in which order."""

    def __len__(self) -> int: ...

    def position(self, row: int) -> int:
        """Position in the log."""
        ...

    def is_hit(self, position: int) -> bool:
        """Whether the search found it."""
        ...


@dataclass(frozen=True, slots=True)
class EventLook:
    """How rows are drawn."""

    now: datetime
    """For ages; aware."""
    zone: tzinfo = UTC
    style: TimeStyle = TimeStyle.UTC
    zero: datetime | None = None
    """Where the reader set the zero."""
    newest_first: bool = False
    """Whether the event before a row, in time, stands below it."""
    wide: bool = False
    """Whether names are drawn in full."""
    needle: str = ""
    """Text to highlight."""
    who: Callable[[str], str] | None = None
    """How a participant is called, where the events of several are mixed."""


class EventRows:
    """Events in the order shown, each with the time since the shown event before it."""

    def __init__(self, log: Log, shown: Shown, marks: Collection[int], look: EventLook) -> None:
        self._log = log
        self._shown = shown
        self._marks = marks
        self._look = look
        self._before = 1 if look.newest_first else -1

    def __len__(self) -> int:
        return len(self._shown)

    def titles(self, width: int) -> Line:
        """Column titles."""
        who = pad("PARTICIPANT", _WHO_CELLS + 1) if self._look.who else ""
        titles = pad(f"    TIME     {who}EVENT               CODE OR WHO", width)
        if width >= _GAP_FROM:
            titles = titles[: -_GAP_CELLS - 1] + "SINCE PREV"
        return (Span(titles, Role.MUTED),)

    def line(self, index: int, width: int) -> Line:
        """Flag, mark, time, name, then code, who or change, then the gap where there is room."""
        position = self._shown.position(index)
        event = self._log[position]
        role, mark = _mark(event)
        who = self._who(event)
        room = width - 3 - 9 - text_width(who) - (_GAP_CELLS + 1 if width >= _GAP_FROM else 0)
        name = clip(event.name or "no name", _NAME_CELLS)
        if room - _NAME_CELLS - 1 >= text_width(event.error_code or ""):
            name = pad(name, _NAME_CELLS)  # else the code moves up to its name: it is not cut
        room = max(0, room - text_width(name) - 1)
        head = (
            self._flag(position),
            Span(mark, role),
            Span(" "),
            Span(pad(self._time(index, event), 9), Role.MUTED),
            Span(who, Role.STRONG),
            Span(f"{name} ", role),
        )
        what = _what(event, room, wide=self._look.wide)
        line = (*head, *what)
        if width >= _GAP_FROM:
            fill = Span(" " * max(1, room + 1 - line_width(what)))
            line = (*line, fill, Span(self._gap(index).rjust(_GAP_CELLS), Role.MUTED))
        return highlight(line, self._look.needle) if self._look.needle else line

    def _who(self, event: Event) -> str:
        look = self._look
        if look.who is None:
            return ""
        name = look.who(event.participant_id) if event.participant_id else "not given"
        return pad(clip(name, _WHO_CELLS), _WHO_CELLS + 1)

    def _flag(self, position: int) -> Span:
        if position in self._marks:
            return Span("m", Role.ACCENT)
        return Span("/", Role.HIT) if self._shown.is_hit(position) else Span(" ")

    def _time(self, index: int, event: Event) -> str:
        look = self._look
        other = self._neighbour(index)
        previous = self._log[other].time if other is not None else None
        return moment_text(
            event.time, look.style, look.zone, look.now, previous=previous, zero=look.zero
        )

    def _neighbour(self, index: int) -> int | None:
        """Position of the shown event before a row, in time; None where it is not read."""
        other = index + self._before
        return self._shown.position(other) if 0 <= other < len(self._shown) else None

    def _gap(self, index: int) -> str:
        """Time since the neighbour, "=" within one second, blank where there is none."""
        other = self._neighbour(index)
        if other is None:
            return ""
        here = self._log.time_us(self._shown.position(index))
        there = self._log.time_us(other)
        if here is None or there is None:
            return ""
        return _short_gap((here - there) / _MICROSECONDS) if here != there else "="


def _short_gap(seconds: float) -> str:
    """A gap that fits its column: from days on without minutes, then without hours."""
    text = gap(seconds)
    if len(text) <= _GAP_CELLS:
        return text
    days, _, clock_time = text.partition(" ")
    with_hours = f"{days}{clock_time[:2]}h"
    return with_hours if len(with_hours) <= _GAP_CELLS else days


def _mark(event: Event) -> tuple[Role, str]:
    if event.is_error:
        return Role.ERROR, "!"
    if event.name == TOKEN_EXCHANGED:
        return Role.CHANGED, "~"
    name = event.name or ""
    if name.endswith("_STARTED") or name == "JOINED":
        return Role.GOOD, "+"
    if name.endswith("_STOPPED") or name == "LEFT":
        return Role.TEXT, "-"
    return Role.WARNING, "?"


def _what(event: Event, cells: int, *, wide: bool) -> Line:
    """Code first, then whom it is about, in at most `cells` cells."""
    code = Span(clip(event.error_code, cells), Role.ERROR) if event.error_code else None
    left = cells - line_width((code,)) - 1 if code else cells
    about = about_event(event, wide=wide)
    if about and left > len("of ") + 1:
        tail = Span(clip(about, left), Role.TEXT)
        return (code, Span(" "), tail) if code else (tail,)
    return (code,) if code else ()


def about_event(event: Event, *, wide: bool = False) -> str:
    """Whom or what an event is about besides its participant; empty for nothing. Not yet safe."""
    if event.name == TOKEN_EXCHANGED:
        comparison = compare_tokens(event.previous_token, event.new_token, event.time)
        return comparison.verdict
    replica = " (replica)" if event.replica else ""
    if event.remote_participant_id:
        return f"of {event.remote_participant_id}{replica}"
    if event.destination_stage_arn:
        arn = event.destination_stage_arn
        return f"to {arn if wide else stage_id(arn)}"
    return replica.strip(" ()") if replica else ""
