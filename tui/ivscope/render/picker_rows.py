"""Rows of the pickers: stages, sessions and participants."""

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime, tzinfo
from typing import Generic, Protocol, TypeVar

from ivscope.domain.durations import duration
from ivscope.domain.pages import Contradiction, Row
from ivscope.domain.stages import ParticipantSummary, StageSession, StageSummary
from ivscope.render.cells import clip, pad
from ivscope.render.cells import width as text_width
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import needs_quotes
from ivscope.render.tables import Column, Rest, Table
from ivscope.render.timestamps import clock

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


class Indexed(Protocol[Item_co]):
    """Items by position: a list, or the rows of a feed."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Item_co]: ...

    def __getitem__(self, index: int, /) -> Item_co: ...


class PickerRows(Generic[Item]):
    """The items of a list, all or narrowed, in the order returned."""

    def __init__(
        self,
        items: Indexed[Item],
        draw: Callable[[Item, int], Line],
        titles: Callable[[int], Line],
        drawn_like: Hashable,
    ) -> None:
        """Make rows.

        Args:
            items: Hashable values.
            draw: Draws an item in so many cells.
            titles: Makes the titles for so many cells.
            drawn_like: Everything else that a drawing depends on, such as the zone.
        """
        self._items = items
        self._draw = draw
        self._titles = titles
        self._drawn_like = drawn_like

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __getitem__(self, index: int) -> Item:
        return self._items[index]

    def key(self, index: int) -> Hashable:
        """Return the item, how it contradicts the request, and how it is drawn."""
        item = self._items[index]
        return item, _contradiction(item), self._drawn_like

    def line(self, index: int, width: int) -> Line:
        """Draw an item in at most `width` cells; one that contradicts the request says so first."""
        item = self._items[index]
        contradiction = _contradiction(item)
        if contradiction is None:
            return self._draw(item, width)
        said = clip(f"? {contradiction}: ", width)
        return Span(said, Role.WARNING), *self._draw(item, max(0, width - text_width(said)))

    def titles(self, width: int) -> Line:
        """Return the column titles, with the blank above the cursor's mark."""
        (titles,) = self._titles(width - 1)
        return (Span(pad(f" {titles.text}", width), titles.role),)


def _contradiction(item: object) -> Contradiction | None:
    """How a row contradicts the request; None for none, and for what was typed and not listed."""
    return item.contradiction if isinstance(item, Row) else None


def stage_id(stage_arn: str) -> str:
    """Return the last part of a stage ARN, which is also the CloudWatch dimension Stage."""
    return stage_arn.rpartition("/")[2] or stage_arn


def stage_name(stage: StageSummary) -> str:
    """Return the name, or the id of a stage without a name."""
    return stage.name or stage_id(stage.arn)


_NAME_CELLS = 16
"""Cells of a name: fewer would cut usual names, which say more than any other column."""


_SESSION_ID_CELLS = 16
"""Cells of a session id, "st-" and 13 characters as a rule: the whole one says more than a column
that is told in the facts too."""


def _live_mark(live: bool) -> Line:
    return (Span("*" if live else "-", Role.GOOD if live else Role.MUTED),)


def _live_role(live: bool) -> Role:
    return Role.GOOD if live else Role.MUTED


def stage_table() -> Table[StageSummary]:
    """Make the columns live or idle, stage id, name; in a narrow pane name or id only."""

    def is_live(stage: StageSummary) -> bool:
        return bool(stage.active_session_id)

    return Table(
        (
            Column("", 1, lambda stage: _live_mark(is_live(stage))),
            Column(
                "LIVE",
                5,
                lambda stage: "LIVE" if is_live(stage) else "idle",
                lambda stage: _live_role(is_live(stage)),
                priority=2,
            ),
            Column("STAGE ID", 14, lambda stage: stage_id(stage.arn), Role.MUTED, priority=1),
            Column(
                "NAME",
                Rest(_NAME_CELLS),
                lambda stage: _named(stage.name),
                lambda stage: _name_role(stage.name),
                instead=Column(
                    "STAGE",
                    Rest(1),
                    lambda stage: _quoted(stage_name(stage)),
                    lambda stage: Role.STRONG if is_live(stage) else Role.TEXT,
                ),
            ),
        )
    )


def session_table(zone: tzinfo, now: datetime) -> Table[StageSession]:
    """Make the columns live or ended, start, end, duration (so far, when live), session id."""

    def is_live(session: StageSession) -> bool:
        return session.end_time is None

    return Table(
        (
            Column("", 1, lambda session: _live_mark(is_live(session))),
            Column(
                "STATE",
                6,
                lambda session: "LIVE" if is_live(session) else "ended",
                lambda session: _live_role(is_live(session)),
                priority=2,
            ),
            Column("STARTED", 20, lambda session: clock(session.start_time, zone, with_date=True)),
            Column("ENDED", 11, lambda session: _session_end(session, zone), priority=3),
            Column("DURATION", 14, lambda session: session_duration(session, now), priority=1),
            Column(
                "SESSION ID",
                Rest(_SESSION_ID_CELLS),
                lambda session: session.session_id,
                Role.STRONG,
            ),
        )
    )


def _session_end(session: StageSession, zone: tzinfo) -> str:
    """Write when a session ended: the time, or day and minute if not on the day of its start."""
    end = session.end_time
    if not isinstance(end, datetime):
        return "-" if end is None else clock(end, zone)
    (first_day, _, _), (last_day, _, time) = (
        clock(one, zone, with_date=True).partition(" ") for one in (session.start_time, end)
    )
    return time if first_day == last_day else f"{last_day[len('2026-') :]} {time[: -len(':00')]}"


def session_duration(session: StageSession, now: datetime) -> str:
    """Say how long a session lasted or has been live; "?" when a time is missing or bad."""
    start, end = session.start_time, session.end_time
    if not isinstance(start, datetime):
        return "?"
    if end is None:
        return f"{duration((now - start).total_seconds())} +"
    if not isinstance(end, datetime):
        return "?"
    return duration((end - start).total_seconds())


def participant_table(zone: tzinfo) -> Table[ParticipantSummary]:
    """Make the columns state, ever published, replica, recording, first join, id, user id.

    Text from outside comes last: terminals differ about its width, and there it moves no column.
    """
    return Table(
        (
            Column("", 1, _connected_mark),
            Column("STATE", 6, lambda one: _state(one.state), priority=2),
            Column("PUB", 3, lambda one: _PUBLISHED[one.published], priority=3),
            Column("REPLICA", 7, lambda one: _replication(one.replication_type), priority=5),
            Column(
                "REC",
                8,
                lambda one: _recording(one.recording_state),
                lambda one: _recording_role(one.recording_state),
                priority=6,
            ),
            Column("JOINED", 8, lambda one: clock(one.first_join_time, zone), priority=4),
            Column("PARTICIPANT ID", 14, lambda one: one.participant_id, Role.MUTED, priority=1),
            Column(
                "USER ID",
                Rest(_NAME_CELLS),
                lambda one: _named(one.user_id),
                lambda one: _name_role(one.user_id),
                instead=Column(
                    "USER, OR PARTICIPANT ID",
                    Rest(1),
                    lambda one: _quoted(one.user_id or one.participant_id),
                ),
            ),
        )
    )


def _connected_mark(participant: ParticipantSummary) -> Line:
    return _live_mark(participant.state == "CONNECTED")


_STATES = {"CONNECTED": "conn", "DISCONNECTED": "gone"}
_PUBLISHED = {True: "pub", False: "-", None: "?"}
_REPLICATION = {"NONE": "-", "SOURCE": "source", "REPLICA": "replica"}


def _state(state: str | None) -> str:
    return "?" if state is None else _STATES.get(state, state)


def _replication(kind: str | None) -> str:
    """The API's default is NONE, so absent and NONE read the same."""
    return _REPLICATION.get(kind or "NONE", kind or "")


def _recording(state: str | None) -> str:
    if state is None:
        return "-"
    return state if state == "FAILED" else state.lower()


def _recording_role(state: str | None) -> Role:
    if state is None:
        return Role.MUTED
    return Role.ERROR if state == "FAILED" else Role.TEXT


def _named(name: str | None) -> str:
    """Return a customer's name, or a word for an absent or empty one."""
    if name is None:
        return "not given"
    return _quoted(name) if name else "empty"


def _name_role(name: str | None) -> Role:
    return Role.STRONG if name else Role.MUTED


def _quoted(name: str) -> str:
    """Quote a name of blanks, or with blanks at an end, which nobody could see otherwise."""
    return f'"{name}"' if name and needs_quotes(name) else name
