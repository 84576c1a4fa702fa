"""Rows of the pickers: stages, sessions and participants."""

from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Generic, Protocol, TypeVar

from ivscope.domain.durations import duration
from ivscope.domain.stages import ParticipantSummary, StageSession, StageSummary
from ivscope.render.cells import clip, pad
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import needs_quotes
from ivscope.render.timestamps import clock

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


class Indexed(Protocol[Item_co]):
    """Items by position: a list, or the rows of a feed."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Item_co]: ...

    def __getitem__(self, index: int, /) -> Item_co: ...


_WIDE = 56
"""Cells from which a picker shows its columns; below it a row is a mark and a name."""


class PickerRows(Generic[Item]):
    """Items of one list, all of them or those that a narrowing kept, in the order returned."""

    def __init__(
        self,
        items: Indexed[Item],
        draw: Callable[[Item, int], Line],
        titles: Callable[[int], Line],
    ) -> None:
        self._items = items
        self._draw = draw
        self.titles = titles

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __getitem__(self, index: int) -> Item:
        return self._items[index]

    def line(self, index: int, width: int) -> Line:
        """One item in at most `width` cells."""
        return self._draw(self._items[index], width)


def stage_id(stage_arn: str) -> str:
    """The last part of a stage ARN, which the CloudWatch dimension Stage carries too."""
    return stage_arn.rpartition("/")[2] or stage_arn


def stage_name(stage: StageSummary) -> str:
    """The name, or the id of a stage without one."""
    return stage.name or stage_id(stage.arn)


def stage_titles(width: int) -> Line:
    """Column titles of the stage picker."""
    if width < _WIDE:
        return (Span(pad("   STAGE", width), Role.MUTED),)
    return (Span(pad("   LIVE  STAGE ID      NAME", width), Role.MUTED),)


def stage_line(stage: StageSummary, width: int) -> Line:
    """Live or idle, stage id, name."""
    live = bool(stage.active_session_id)
    if width < _WIDE:
        name = clip(_quoted(stage_name(stage)), width - 2)
        return (_live_mark(live), Span(" "), Span(name, Role.STRONG if live else Role.TEXT))
    return (
        _live_mark(live),
        Span(" "),
        Span("LIVE  " if live else "idle  ", Role.GOOD if live else Role.MUTED),
        Span(pad(clip(stage_id(stage.arn), 14), 14), Role.MUTED),
        Span(" "),
        _name(stage.name, width - 23),
    )


def session_titles(width: int) -> Line:
    """Column titles of the session picker."""
    if width < _WIDE:
        return (Span(pad("   STARTED", width), Role.MUTED),)
    titles = "   STATE  STARTED              DURATION       SESSION ID"
    return (Span(pad(titles, width), Role.MUTED),)


def session_line(zone: tzinfo, now: datetime) -> Callable[[StageSession, int], Line]:
    """Live or ended, start, duration (so far, when live), session id."""

    def draw(session: StageSession, width: int) -> Line:
        live = session.end_time is None
        mark = _live_mark(live)
        start = clock(session.start_time, zone, with_date=True)
        if width < _WIDE:
            return (mark, Span(" "), Span(clip(start, width - 2)))
        return (
            mark,
            Span(" "),
            Span("LIVE   " if live else "ended  ", Role.GOOD if live else Role.MUTED),
            Span(pad(start, 20)),
            Span(" "),
            Span(pad(session_duration(session, now), 14)),
            Span(" "),
            Span(clip(session.session_id, width - 45), Role.STRONG),
        )

    return draw


def session_duration(session: StageSession, now: datetime) -> str:
    """How long it lasted, or how long it has been live; "?" where a time is missing or bad."""
    start, end = session.start_time, session.end_time
    if not isinstance(start, datetime):
        return "?"
    if end is None:
        return f"{duration((now - start).total_seconds())} +"
    if not isinstance(end, datetime):
        return "?"
    return duration((end - start).total_seconds())


def participant_titles(width: int) -> Line:
    """Column titles of the participant picker."""
    if width < _WIDE:
        return (Span(pad("   USER, OR PARTICIPANT ID", width), Role.MUTED),)
    titles = "   STATE  PUB REPLICA REC      JOINED   PARTICIPANT ID USER ID"
    return (Span(pad(titles, width), Role.MUTED),)


def participant_line(zone: tzinfo) -> Callable[[ParticipantSummary, int], Line]:
    """State, whether it ever published, replica, recording, first join, id, user id.

    Free text comes last: its width differs between terminals, and last it moves no column.
    """

    def draw(participant: ParticipantSummary, width: int) -> Line:
        connected = participant.state == "CONNECTED"
        mark = Span("*" if connected else "-", Role.GOOD if connected else Role.MUTED)
        if width < _WIDE:
            name = participant.user_id or participant.participant_id
            return (mark, Span(" "), Span(clip(_quoted(name), width - 2)))
        return (
            mark,
            Span(" "),
            Span(_column(_STATES.get(participant.state or "", participant.state), 7)),
            Span(_column(_PUBLISHED[participant.published], 4)),
            Span(_column(_replication(participant.replication_type), 8)),
            _recording(participant.recording_state),
            Span(pad(clock(participant.first_join_time, zone), 9)),
            Span(_column(participant.participant_id, 15), Role.MUTED),
            _name(participant.user_id, width - 54),
        )

    return draw


_STATES = {"CONNECTED": "conn", "DISCONNECTED": "gone"}
_PUBLISHED = {True: "pub", False: "-", None: "?"}
_REPLICATION = {"NONE": "-", "SOURCE": "source", "REPLICA": "replica"}


def _replication(kind: str | None) -> str:
    """The API's default is NONE, so absent and NONE read the same."""
    return _REPLICATION.get(kind or "NONE", kind or "")


def _recording(state: str | None) -> Span:
    if state is None:
        return Span(pad("-", 9), Role.MUTED)
    role = Role.ERROR if state == "FAILED" else Role.TEXT
    text = state if state == "FAILED" else state.lower()
    return Span(_column(text, 9), role)


def _live_mark(live: bool) -> Span:
    return Span("*" if live else "-", Role.GOOD if live else Role.MUTED)


def _column(text: str | None, cells: int) -> str:
    return pad(clip(text if text is not None else "?", cells - 1), cells)


def _name(name: str | None, cells: int) -> Span:
    """A customer's name; absent and empty are said, not left blank."""
    if name is None:
        return Span("not given", Role.MUTED)
    if not name:
        return Span("empty", Role.MUTED)
    return Span(clip(_quoted(name), max(4, cells)), Role.STRONG)


def _quoted(name: str) -> str:
    """A name of blanks would show as nothing, and one that ends in a blank as another."""
    return f'"{name}"' if name and needs_quotes(name) else name
