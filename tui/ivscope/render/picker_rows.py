"""Rows of the pickers: stages, sessions and participants.

Long because the columns of the three tables, and the words in them, are told in one place.
"""

from collections.abc import Callable, Collection, Hashable, Iterator
from datetime import datetime, timedelta, tzinfo
from typing import Generic, Protocol, TypeVar

from ivscope.domain.durations import duration, round_duration, short_duration
from ivscope.domain.frozen import frozen
from ivscope.domain.pages import Contradiction, Row
from ivscope.domain.stages import ParticipantSummary, StageSession, StageSummary
from ivscope.domain.times import Time
from ivscope.render.cells import clip, pad
from ivscope.render.cells import width as text_width
from ivscope.render.lines import Line, Role, Span
from ivscope.render.safe import EMPTY_NAME, needs_quotes
from ivscope.render.tables import MOST_CELLS, Between, Column, Rest, Table
from ivscope.render.timestamps import clock, day_and_minute

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
        told: Callable[[Item], Hashable] = lambda _item: None,
    ) -> None:
        """Make rows.

        Args:
            items: Hashable values.
            draw: Draws an item in so many cells.
            titles: Makes the titles for so many cells.
            drawn_like: Everything else that a drawing depends on, such as the zone.
            told: What else is drawn of an item than its own fields; it can change.
        """
        self._items = items
        self._draw = draw
        self._titles = titles
        self._drawn_like = drawn_like
        self._told = told

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items)

    def __getitem__(self, index: int) -> Item:
        return self._items[index]

    def key(self, index: int) -> Hashable:
        """Return the item, how it contradicts the request, what else is told, and how."""
        item = self._items[index]
        return item, _contradiction(item), self._told(item), self._drawn_like

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

    def state(session: StageSession) -> str:
        return {True: "LIVE", False: "ended", None: "-"}[session.is_live]

    return Table(
        (
            Column("", 1, lambda session: _live_mark(bool(session.is_live))),
            Column(
                "STATE",
                6,
                state,
                lambda session: _live_role(bool(session.is_live)),
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


def session_span(session: StageSession, zone: tzinfo, now: datetime) -> tuple[str, str]:
    """Say when a session was, for a header: in full, and without its duration.

    "27 Nov 20:30-21:24 (53 min, ended)" and "27 Nov 20:30-21:24"; of one that is live
    "28 Nov 16:27 (25 min, live)" and "28 Nov 16:27, live". The start has to be readable.
    """
    start, end = session.start_time, session.end_time
    assert isinstance(start, datetime)  # noqa: S101 - see above
    first = day_and_minute(start, zone, now)
    if end is None:
        return f"{first} ({_lasted(now - start)}, live)", f"{first}, live"
    if not isinstance(end, datetime):
        return f"{first} (ended)", first
    last = day_and_minute(end, zone, now)
    is_same_day = first.rpartition(" ")[0] == last.rpartition(" ")[0]
    when = f"{first}-{last.rpartition(' ')[2] if is_same_day else last}"
    return f"{when} ({_lasted(end - start)}, ended)", when


def _lasted(time: timedelta) -> str:
    """Say how long in whole minutes, from the first one on."""
    seconds = time.total_seconds()
    return round_duration(seconds - seconds % 60 if seconds >= 60 else seconds)  # noqa: PLR2004


@frozen
class EventsRead:
    """What the events of a participant tell, as far as they are read."""

    count: int
    errors: int
    is_all: bool
    """Whether all of its events are read."""


@frozen
class Seen:
    """What is looked up in the events of a participant for a row that is drawn."""

    most: str | None = None
    """The error code that came most often; None without one."""
    most_count: int = 0
    """How often it came."""
    last: Time | None = None
    """When its last event was."""
    stays: int = 0
    """How often it joined."""
    left: Time | None = None
    """When the LEFT was that ended the last stay; None when none is read."""
    published: float | None = None
    """Seconds for which it published for certain; None when no event says that it did."""
    is_published_whole: bool = True
    """Whether it published no longer than that."""


@frozen
class SameUser:
    """That several participants have one user id."""

    count: int
    """Of so many of those listed."""
    number: int | None
    """Which of them one is by the time of joining, from 1; None when that is not known."""
    is_all: bool
    """Whether everybody is listed."""

    @property
    def text(self) -> str:
        """In as few words as a column takes: "5 of 7", or "x7+" while more can be listed."""
        if self.number is not None:
            return f"{self.number} of {self.count}"
        return f"{_TIMES}{self.count:,}{'' if self.is_all else '+'}"


@frozen
class ParticipantColumns:
    """Which columns have something to tell: one that says the same in each row is left out."""

    errors: bool = False
    """Whether events of anybody are read."""
    state: bool = True
    published: bool = True
    recording: bool = True


def participant_table(
    zone: tzinfo,
    columns: ParticipantColumns,
    read: Callable[[str], EventsRead | None],
    see: Callable[[str], Seen],
    same_user: Callable[[ParticipantSummary], SameUser | None],
) -> Table[ParticipantSummary]:
    """Make the columns of the participants, the user first, as many as have something to tell.

    Others with the same user id, replicas and failed recordings are named beside the user: they are
    exceptions.

    Args:
        zone: Zone of the times.
        columns: Which columns are of use.
        read: How far the events of a participant are read; None when none are. Cheap.
        see: Looks the rest up in its events.
        same_user: Tells whether others have the user id of a participant.
    """
    wanted: list[Column[ParticipantSummary] | None] = [
        Column("", 1, _connected_mark) if columns.state else None,
        Column(
            "USER",
            Rest(_USER_CELLS, most=_MOST_USER_CELLS),
            lambda one: _user_line(one, same_user(one)),
        ),
        Column(
            "ERR",
            _ERROR_CELLS,
            lambda one: _errors(read(one.participant_id)),
            lambda one: _errors_role(read(one.participant_id)),
            priority=1,
            is_right=True,
        )
        if columns.errors
        else None,
        Column(
            "MOST OFTEN",
            Between(17, 25),
            lambda one: see(one.participant_id).most or "",
            priority=4,
        )
        if columns.errors
        else None,
        Column("STATE", 5, lambda one: _state(one.state), priority=2) if columns.state else None,
        Column(
            "STAYED x TIMES" if columns.errors else "STAYED",
            15,
            lambda one: _stayed(one, read(one.participant_id), see, zone),
            priority=3,
        ),
        Column(
            "PUBLISHED",
            9,
            lambda one: _publishing(one, read(one.participant_id), see),
            priority=5,
            is_right=True,
        )
        if columns.errors
        else Column("PUBLISHED", 9, lambda one: _EVER_PUBLISHED[one.published], priority=5)
        if columns.published
        else None,
        Column("RECORDING", 9, lambda one: _recording(one.recording_state), priority=7)
        if columns.recording
        else None,
        Column("PARTICIPANT ID", 14, lambda one: one.participant_id, Role.MUTED, priority=6),
    ]
    return Table(tuple(column for column in wanted if column is not None))


_USER_CELLS = 21
"""A usual name and what is unusual about who has it: "kenji-rival  replica"."""

_MOST_USER_CELLS = 48
"""A wider column would only part the names from what is told of them."""

_ERROR_CELLS = 5
"""Cells of a number of errors: "1,234", or "999+" while more can come."""


def _user_line(participant: ParticipantSummary, same_user: SameUser | None) -> Line:
    """Name the user, else the participant, then what is unusual about it."""
    user = participant.user_id
    name = _quoted(user) if user else participant.participant_id
    spans = [Span(clip(name, MOST_CELLS), Role.STRONG if user else Role.TEXT)]
    if user == "":
        spans.append(Span("  empty user id", Role.MUTED))
    if same_user is not None:
        spans.append(Span(f"  {same_user.text}", Role.MUTED))
    replication = participant.replication_type or "NONE"
    kind = _REPLICATION.get(replication, replication)
    if kind:
        spans.append(Span(f"  {clip(kind, _NAME_CELLS)}", Role.MUTED))
    if participant.recording_state == "FAILED":
        spans.append(Span("  rec FAILED", Role.ERROR))
    return tuple(spans)


def _errors(events: EventsRead | None) -> str:
    """Write how many errors were read: "3", "3+" while more can come, "-" for none in all."""
    if events is None:
        return ""
    more = "" if events.is_all else "+"
    return f"{events.errors:,}{more}" if events.errors or more else "-"


def _errors_role(events: EventsRead | None) -> Role:
    return Role.ERROR if events is not None and events.errors else Role.MUTED


def _stayed(
    participant: ParticipantSummary,
    events: EventsRead | None,
    see: Callable[[str], Seen],
    zone: tzinfo,
) -> str:
    """Write first join and last LEFT: "20:46-21:18", and how many stays: "20:46-21:18 x33".

    Without a LEFT the end is the last event, with a plus: "20:46-21:18+". It is "?" while the
    events are not read, and "now" for who is connected.
    """
    first = _minute(participant.first_join_time, zone)
    if participant.state == "CONNECTED":
        return f"{first}-now"
    if events is None or not events.is_all or not events.count:
        return f"{first}-?"
    seen = see(participant.participant_id)
    end = _minute(seen.last, zone) + ("+" if seen.left is None else "")
    if seen.stays <= 1:
        return f"{first}-{end}"
    return f"{first}-{end.ljust(len('21:18+'))}{_TIMES}{seen.stays}"


_TIMES = "x"


def _publishing(
    participant: ParticipantSummary, events: EventsRead | None, see: Callable[[str], Seen]
) -> str:
    """Write for how long somebody published: "25m", "25m+" for at least that, "-" for never.

    While the events are not read it is "yes" or "-", as the list of participants tells.
    """
    seen = see(participant.participant_id) if events is not None and events.is_all else Seen()
    if seen.published is None or not (seen.published or seen.is_published_whole):
        return _EVER_PUBLISHED[participant.published]
    return short_duration(seen.published) + ("" if seen.is_published_whole else "+")


def _minute(time: Time | None, zone: tzinfo) -> str:
    return clock(time, zone)[: -len(":00")] if isinstance(time, datetime) else "?"


def common_words(
    states: Collection[str | None],
    published: Collection[bool | None],
    recordings: Collection[str | None],
) -> tuple[str, ...]:
    """Say once what is the same for each participant, in place of a column.

    Args:
        states: Each state that some participant has.
        published: Likewise whether it published.
        recordings: Likewise the states of recording, without those that failed.
    """
    words: list[str] = []
    if len(states) == 1:
        words += [_ALL_IN.get(next(iter(states)), "")]
    if len(published) == 1:
        words += [_ALL_PUBLISHED[next(iter(published))]]
    if len(recordings) == 1:
        recording = next(iter(recordings))
        words += [f"recording {recording.lower()}" if recording else ""]
    return tuple(filter(None, words))


_ALL_IN: dict[str | None, str] = {"CONNECTED": "all connected", "DISCONNECTED": "all left"}
_ALL_PUBLISHED = {True: "all published", False: "none published", None: ""}


def _connected_mark(participant: ParticipantSummary) -> Line:
    return _live_mark(participant.state == "CONNECTED")


_STATES = {"CONNECTED": "conn", "DISCONNECTED": "left"}
_EVER_PUBLISHED = {True: "yes", False: "-", None: "?"}
_REPLICATION = {"NONE": "", "SOURCE": "source", "REPLICA": "replica"}


def _state(state: str | None) -> str:
    return "?" if state is None else _STATES.get(state, state)


def _recording(state: str | None) -> str:
    if state is None:
        return "-"
    return state if state == "FAILED" else state.lower()


def _named(name: str | None) -> str:
    """Return a customer's name, or words for an absent or empty one."""
    if name is None:
        return "not given"
    return _quoted(name) if name else EMPTY_NAME


def _name_role(name: str | None) -> Role:
    return Role.STRONG if name else Role.MUTED


def _quoted(name: str) -> str:
    """Quote a name of blanks, or with blanks at an end, which nobody could see otherwise."""
    return f'"{name}"' if name and needs_quotes(name) else name
