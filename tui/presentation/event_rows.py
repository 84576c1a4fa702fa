"""Rows of the event list."""

from datetime import tzinfo
from typing import Protocol

from tui.domain.events import TOKEN_EXCHANGED, Event
from tui.domain.token_comparison import compare_tokens
from tui.presentation.cells import clip, line_width, pad
from tui.presentation.lines import Line, Role, Span
from tui.presentation.picker_rows import stage_id
from tui.presentation.timestamps import clock, gap

_NAME_CELLS = 19
"""The longest known event name, REPLICATION_STARTED, and a space less: names are cut, not codes."""

_GAP_CELLS = 9
"""Room for a gap of hours with its sign, "+23:05:00", right-aligned."""

_GAP_FROM = 62
"""Cells from which a row has room for the gap."""

_MICROSECONDS = 1_000_000


class Events(Protocol):
    """Events by position, without a copy."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Event: ...

    def time_us(self, index: int) -> int | None:
        """Microseconds since the epoch, None when absent or unreadable."""
        ...


class EventRows:
    """Events in the order returned, each with the time since the event before it."""

    def __init__(self, events: Events, zone: tzinfo, *, newest_first: bool) -> None:
        self.events = events
        self._zone = zone
        self._before = 1 if newest_first else -1

    def __len__(self) -> int:
        return len(self.events)

    def titles(self, width: int) -> Line:
        """Column titles."""
        titles = pad("   TIME     EVENT               CODE OR WHO", width)
        if width >= _GAP_FROM:
            titles = titles[: -_GAP_CELLS - 1] + "SINCE PREV"
        return (Span(titles, Role.MUTED),)

    def line(self, index: int, width: int) -> Line:
        """Mark, time, name, then code, who or change, then the gap where there is room."""
        event = self.events[index]
        role, mark = _mark(event)
        room = width - 2 - 9 - _NAME_CELLS - 1 - (_GAP_CELLS + 1 if width >= _GAP_FROM else 0)
        head = (
            Span(mark, role),
            Span(" "),
            Span(pad(clock(event.time, self._zone), 9), Role.MUTED),
            Span(pad(clip(event.name or "no name", _NAME_CELLS), _NAME_CELLS + 1), role),
        )
        what = _what(event, max(0, room))
        if width < _GAP_FROM:
            return (*head, *what)
        fill = Span(" " * max(0, room - line_width(what)))
        return (*head, *what, fill, Span(" "), Span(self._gap(index).rjust(_GAP_CELLS), Role.MUTED))

    def _gap(self, index: int) -> str:
        """Time since the neighbour that came before, blank where that is not read or has none."""
        other = index + self._before
        if not 0 <= other < len(self.events):
            return ""
        here, there = self.events.time_us(index), self.events.time_us(other)
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


def _what(event: Event, cells: int) -> Line:
    """Code first, then whom it is about, in at most `cells` cells."""
    code = Span(clip(event.error_code, cells), Role.ERROR) if event.error_code else None
    left = cells - line_width((code,)) - 1 if code else cells
    about = about_event(event)
    if about and left > len("of ") + 1:
        tail = Span(clip(about, left), Role.TEXT)
        return (code, Span(" "), tail) if code else (tail,)
    return (code,) if code else ()


def about_event(event: Event) -> str:
    """Whom or what an event is about besides its participant; empty for nothing. Not yet safe."""
    if event.name == TOKEN_EXCHANGED:
        comparison = compare_tokens(event.previous_token, event.new_token, event.time)
        return comparison.verdict
    replica = " (replica)" if event.replica else ""
    if event.remote_participant_id:
        return f"of {event.remote_participant_id}{replica}"
    if event.destination_stage_arn:
        return f"to {stage_id(event.destination_stage_arn)}"
    return replica.strip(" ()") if replica else ""
