"""What a picker lists at a place: its feed, its rows, and the place that a typed id opens."""

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import datetime, timedelta, tzinfo

from ivscope.analysis.filters import folded
from ivscope.domain.events import Event, is_error
from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import Identifiers, read_identifiers
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantSummary,
    StageSession,
    StageSummary,
)
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, TokenClaims
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.feed import Feed
from ivscope.render.cells import clip
from ivscope.render.lines import Line, Role, Span
from ivscope.render.picker_rows import (
    Indexed,
    PickerRows,
    participant_table,
    session_table,
    stage_table,
)
from ivscope.render.safe import safe
from ivscope.render.timestamps import clock, full
from ivscope.ui.explorer.participants_read import ParticipantsRead
from ivscope.ui.explorer.start import StartChoice, start_line, start_titles
from ivscope.workspace.place import Level, Place

PickerItem = StageSummary | StageSession | ParticipantSummary
PickerFeed = Feed[StageSummary] | Feed[StageSession] | Feed[ParticipantSummary]

NOUNS = {Level.STAGES: "stages", Level.SESSIONS: "sessions", Level.PARTICIPANTS: "participants"}

_EMPTY_NOTES = {
    Level.STAGES: ("No stages in this account and Region.", "Another Region? Start with --region."),
    Level.SESSIONS: (
        "No sessions returned for this stage.",
        "The API answers so for unknown stages too; how long it keeps sessions is not documented.",
    ),
    Level.PARTICIPANTS: (
        "No participants returned for this session.",
        "The API answers so for unknown sessions too. {find.search} opens an id that you know.",
    ),
}


@frozen
class TypedPlace:
    """A row for the place that a typed or pasted text names, whether it is listed or not."""

    place: Place
    found: Identifiers = field(default_factory=Identifiers, compare=False)
    """What the text says of it, such as an event to go to."""


PickerRow = PickerItem | TypedPlace | StartChoice


def feed_at(provider: StageDataProvider, place: Place) -> PickerFeed:
    """Return the feed of the picker at a place."""
    match place.level:
        case Level.STAGES:
            return provider.stages()
        case Level.SESSIONS:
            assert place.stage_arn is not None  # noqa: S101
            return provider.sessions(place.stage_arn)
        case _:
            return provider.participants(place.session, place.narrowed)


def empty_note(level: Level) -> tuple[str, ...]:
    """Say what an empty list at a level means, and what it does not mean."""
    return _EMPTY_NOTES[level]


def child(place: Place, row: PickerRow) -> Place:
    """Return the place that a row opens."""
    match row:
        case TypedPlace():
            return row.place
        case StartChoice():
            return place
        case StageSummary():
            return Place(row.arn)
        case StageSession():
            return Place(place.stage_arn, row.session_id)
        case ParticipantSummary():
            return Place(place.stage_arn, place.session_id, row.participant_id, place.narrowed)


def typed_places(place: Place, text: str) -> list[Place]:
    """Return the places of `typed_rows`."""
    return [row.place for row in typed_rows(place, text)]


def typed_rows(place: Place, text: str) -> list[TypedPlace]:
    """Return the place that a typed or pasted text names; none, or several to choose from.

    What the text leaves out is taken from `place`: a session id alone means its stage, and a
    participant or user id its session. A stage ARN alone means the sessions of that stage, as does
    the record of a call, whose time tells which session was on. Several when the text does not say
    which one is meant.
    """
    found = read_identifiers(text)
    named = found.choices or (
        found,
        *(replace(found, participant_id=one, user_id=None) for one in found.also),
    )
    rows = (_typed_row(place, one) for one in named)
    return list({row.place: row for row in rows if row is not None}.values())


def _typed_row(place: Place, found: Identifiers) -> TypedPlace | None:
    stage_arn = found.stage_arn or place.stage_arn
    if stage_arn is None:
        return None
    is_elsewhere = found.stage_arn is not None and found.stage_arn != place.stage_arn
    session_id = found.session_id
    is_of_call = found.is_call and found.stage_arn is not None
    if (found.participant_id or found.user_id) and not is_elsewhere and not is_of_call:
        session_id = session_id or place.session_id
    if session_id is None:
        return TypedPlace(Place(stage_arn), found) if found.stage_arn else None
    return TypedPlace(place_in_session(stage_arn, session_id, found), found)


def place_in_session(stage_arn: str, session_id: str, found: Identifiers) -> Place:
    """Return the place in a session that a text names: its participant, else those of its user."""
    narrowed = None
    if found.user_id and not found.participant_id:
        narrowed = ParticipantFilter("filterByUserId", found.user_id)
    return Place(stage_arn, session_id, found.participant_id, narrowed)


def sessions_at(rows: Iterable[StageSession], moment: datetime) -> list[StageSession]:
    """Return the sessions that were on in the second that begins at a moment.

    One without an end is on from its start; one without a readable start is not known to be.
    """
    behind = moment + timedelta(seconds=1)
    return [
        row
        for row in rows
        if isinstance(row.start_time, datetime)
        and row.start_time < behind
        and (
            row.end_time is None or (isinstance(row.end_time, datetime) and row.end_time >= moment)
        )
    ]


def nearest_session(rows: Iterable[StageSession], moment: datetime) -> StageSession | None:
    """Return the session that began or ended nearest to a moment; None without readable times."""
    away = [
        (abs(time - moment), row)
        for row in rows
        for time in (row.start_time, row.end_time)
        if isinstance(time, datetime)
    ]
    return min(away, key=lambda one: one[0], default=(None, None))[1]


_ALLOWED = {PUBLISH: "publish", SUBSCRIBE: "subscribe"}


def token_words(token: TokenClaims, zone: tzinfo) -> str:
    """Say whose a participant token is, what it allows and when it ends, in our reading."""
    user = f"user {safe(token.user_id)}" if token.user_id else ""
    allowed = "what it allows is not given"
    if token.allows is not None:
        allowed = f"may {' and '.join(_ALLOWED[one] for one in token.allows) or 'do nothing'}"
    ends = f"ends {full(token.ends, zone)}" if token.ends is not None else "no end given"
    # The end first and the participant last: that is in the header too, and a narrow line is cut.
    told = filter(None, (ends, allowed, user, f"participant {safe(token.participant_id)}"))
    return f"token, our reading, signature not checked: {', '.join(told)}"


def from_text(found: Identifiers, zone: tzinfo, *, names_users: bool = True) -> str:
    """Say what was taken from a text: "from the text: 20:48:05 …, participant …, session …".

    Without `names_users` no user id stands in it: a text has real ones, and no stand-ins.
    """
    if not names_users:
        token = found.token and replace(found.token, user_id=None)
        found = replace(found, user_id=None, token=token)
    if found.token is not None:
        return token_words(found.token, zone)
    stage = found.stage_arn and found.stage_arn.rpartition("/")[2]
    user = found.user_id and (
        f"({found.user_id})" if found.participant_id else f"user {found.user_id}"
    )
    person = " ".join(filter(None, (found.participant_id, user)))
    what = filter(None, (found.event_name, found.error_code))
    at = full(found.time, zone) if found.time is not None else ""
    # The event first: the place stands in the header too, and a narrow line is cut.
    parts = (
        " ".join(filter(None, (at, *what))),
        person and (f"participant {person}" if found.participant_id else person),
        found.session_id and f"session {found.session_id}",
        stage and f"stage {stage}",
    )
    text = "from the text: " + ", ".join(safe(part) for part in parts if part)
    if found.events > 1:
        is_failure = is_error(found.event_name, found.error_code)
        text += f" (the first {'error' if is_failure else 'one'} of {found.events:,} events)"
    return text


_MOST_SHOWN = 1_000
"""Characters of a row that are also searched as they are shown: more are never on screen, and to
escape a name of megabytes at every key would be slow."""


def narrow(place: Place, items: Indexed[PickerItem], text: str) -> Indexed[PickerRow]:
    """Keep items that show every typed word, and add the places that the text itself names."""
    words = folded(text).split()
    if not words:
        return items
    kept: list[PickerRow] = [item for item in items if _holds(item, words)]
    listed = {child(place, row) for row in kept}
    kept += [row for row in typed_rows(place, text) if row.place not in listed]
    return kept


def _holds(item: PickerItem, words: list[str]) -> bool:
    match item:
        case StageSummary():
            live = "live" if item.active_session_id else "idle"
            facts = f"{item.name or ''} {item.arn} {item.active_session_id or ''} {live}"
        case StageSession():
            live = {True: "live", False: "ended", None: ""}[item.is_live]
            facts = f"{item.session_id} {item.start_time} {live}"
        case ParticipantSummary():
            facts = " ".join(
                (
                    item.user_id or "",
                    item.participant_id,
                    item.state or "",
                    "published" if item.published else "",
                    item.recording_state or "",
                    item.replication_type or "",
                )
            )
    # Names are compared as they are shown too, so that text with escapes finds them.
    whole = folded(f"{facts} {safe(facts[:_MOST_SHOWN])}")
    return all(word in whole for word in words)


def picker_rows(
    level: Level,
    items: Indexed[PickerRow],
    zone: tzinfo,
    now: datetime,
    people: ParticipantsRead | None = None,
    *,
    names_users: bool = True,
) -> PickerRows[PickerRow]:
    """Make the rows of a picker; `people` tells what is read of participants.

    Without `names_users` a place that a text names is shown without the user id in that text.
    """
    stages, sessions = stage_table(), session_table(zone, now)
    people = people or ParticipantsRead()
    participants = participant_table(
        zone, people.columns, people.read, people.see, people.same_user
    )

    def draw(row: PickerRow, width: int) -> Line:
        match row:
            case StageSummary():
                return stages.line(row, width)
            case StageSession():
                return sessions.line(row, width)
            case ParticipantSummary():
                return participants.line(row, width)
            case TypedPlace():
                return _typed_line(row, width, zone, names_users=names_users)
            case StartChoice():
                return start_line(row, width)

    titles = {
        Level.STAGES: start_titles if _is_start(items) else stages.titles,
        Level.SESSIONS: sessions.titles,
        Level.PARTICIPANTS: participants.titles,
    }
    # Only durations depend on the present time, and they show whole seconds.
    drawn_at = now.replace(microsecond=0) if level is Level.SESSIONS else None

    def told(row: PickerRow) -> object:
        if not isinstance(row, ParticipantSummary):
            return None
        return people.read(row.participant_id), people.same_user(row)

    return PickerRows(items, draw, titles[level], (zone, drawn_at, people.columns), told)


def _is_start(rows: Indexed[PickerRow]) -> bool:
    return len(rows) > 0 and isinstance(rows[0], StartChoice)


def _typed_line(row: TypedPlace, width: int, zone: tzinfo, *, names_users: bool) -> Line:
    place, user = row.place, row.found.user_id if names_users else None
    names = {
        Level.SESSIONS: ("stage", place.stage_arn),
        Level.PARTICIPANTS: ("session", place.session_id),
        Level.EVENTS: ("participant", place.participant_id),
    }
    what, name = names[place.level]
    whose = f" {safe(user)}" if user and place.level is Level.EVENTS else ""
    found = row.found
    if found.event_name and found.time is not None:
        told = " ".join(filter(None, (found.event_name, found.error_code)))
        whose += f" at {clock(found.time, zone)} {safe(told)}"
    text = f"open {what} {safe(name or '')}{whose} (not among the rows read)"
    if place.narrowed is not None:
        text = f"ask for {filter_text(place.narrowed)} in session {safe(place.session_id or '')}"
    return (Span(clip(text, width), Role.ACCENT),)


_FILTERS = {
    "user": "filterByUserId",
    "published": "filterByPublished",
    "state": "filterByState",
    "recording": "filterByRecordingState",
}
_YES = {"yes": True, "true": True, "no": False, "false": False}
_STATES = ("CONNECTED", "DISCONNECTED")
_RECORDING_STATES = ("STARTING", "ACTIVE", "STOPPING", "STOPPED", "FAILED")


def parse_service_filter(text: str) -> ParticipantFilter | None:
    """Read "user:ID", "published:yes", "state:connected" or "recording:failed".

    Returns:
        The filter; None for an empty text, which asks for all participants.

    Raises:
        ValueError: With what to type instead. IVS API: ListParticipants takes one filter a call.
    """
    text = text.strip()
    if not text:
        return None
    member, colon, value = text.partition(":")
    if not colon or member not in _FILTERS or not value:
        raise ValueError("type user:ID, published:yes|no, state:connected or recording:failed")
    if member == "user":
        return ParticipantFilter(_FILTERS[member], value)
    if " " in value:
        raise ValueError("the service takes one filter at a time; / narrows the rows further")
    if member == "published":
        if value.casefold() not in _YES:
            raise ValueError("published takes yes or no")
        return ParticipantFilter(_FILTERS[member], _YES[value.casefold()])
    known = _STATES if member == "state" else _RECORDING_STATES
    if value.upper() not in known:
        raise ValueError(f"{member} takes {', '.join(known).lower()}")
    return ParticipantFilter(_FILTERS[member], value.upper())


def filter_text(narrowed: ParticipantFilter) -> str:
    """Write a server-side filter as it would be typed."""
    member = next(word for word, name in _FILTERS.items() if name == narrowed.member)
    if isinstance(narrowed.value, bool):
        return f"{member}:{'yes' if narrowed.value else 'no'}"
    return f"{member}:{narrowed.value if member == 'user' else narrowed.value.lower()}"


def link_of(place: Place, event: Event) -> Place | None:
    """Return where an event leads: its remote participant, or the copy in another session."""
    if event.remote_participant_id:
        return Place(place.stage_arn, place.session_id, event.remote_participant_id)
    if event.destination_stage_arn and event.destination_session_id and place.participant_id:
        return Place(
            event.destination_stage_arn, event.destination_session_id, place.participant_id
        )
    return None
