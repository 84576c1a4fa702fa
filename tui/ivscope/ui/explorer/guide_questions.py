"""The ten questions of the guided demo, and what answers them: the place, never the keys.

No answer is written here: each is said from what the person has opened.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ivscope.domain.events import TOKEN_EXCHANGED, Event
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantSummary, StageSession
from ivscope.domain.times import to_microseconds
from ivscope.domain.token_comparison import Change, TokenField, compare_tokens
from ivscope.domain.tokens import PUBLISH
from ivscope.knowledge.error_codes import ERROR_CODES
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.event_log import EventLog
from ivscope.render.time_display import TimeDisplay
from ivscope.render.timestamps import clock
from ivscope.settings.commands import View
from ivscope.workspace.place import Level, Place
from ivscope.workspace.store_context import StoreContext

FULL: Final = "QUOTA_EXCEEDED"
SERVICE_FAILED: Final = "INTERNAL_SERVER_EXCEPTION"
NOT_FOUND: Final = "PUBLISHER_NOT_FOUND"

_SHOW_BEGINS = (20, 30)
"""Hour and minute in UTC at which the show of the demo begins, yesterday."""

_LOOP = 5
"""Participants of one user id from which on somebody came back again and again."""

_A_SECOND = timedelta(seconds=1)


@frozen
class Sight:
    """What is on screen."""

    view: View
    place: Place
    event: Event | None
    """Under the cursor of a list of events."""
    error: Event | None
    """The error that the cursor was on last."""
    row: ParticipantSummary | None
    """Under the cursor of a list of participants."""
    moment: datetime | None
    """The time of the cursor of the lanes."""
    compared: tuple[str, ...]
    """Ids of the participants compared, the left one first."""
    copied: str
    """What was copied since the question was asked; empty for nothing."""


class ReadFacts:
    """Says what was read, for the answers."""

    def __init__(self, provider: StageDataProvider, times: TimeDisplay) -> None:
        self._provider = provider
        self._times = times
        self._context = StoreContext(provider)

    def name(self, place: Place, participant_id: str | None) -> str:
        """Return the user id of a participant of a session as far as listed, else the id."""
        rows = self._provider.participants(place.session).facts
        users = (row.user_id for row in rows if row.participant_id == participant_id)
        return next(users, None) or participant_id or "somebody"

    def time(self, event: Event) -> str:
        """Write the time of an event as it is shown."""
        return clock(event.time, self._times.zone)

    def session(self, place: Place) -> StageSession | None:
        """Return the session of a place, as far as it was read."""
        return self._provider.store.session(place.session)

    def span(self, session: StageSession) -> str:
        """Say when a session began and ended."""
        zone = self._times.zone
        return f"{clock(session.start_time, zone)} to {clock(session.end_time, zone)}"

    def same_user(self, place: Place, user_id: str) -> int:
        """Count the participants of a session with a user id, as far as listed."""
        rows = self._provider.participants(place.session).facts
        return sum(row.user_id == user_id for row in rows)

    def _whole_log(self, place: Place) -> EventLog | None:
        """Return the events of everybody in the session; None until all of them are read."""
        scan = self._provider.started_scan(place.session)
        return scan.log.log if scan is not None and scan.log.is_all_read else None

    def publishers(self, place: Place, event: Event) -> int:
        """Count who was certainly publishing at the time of an event; 0 until all is read."""
        if not isinstance(event.time, datetime) or self._whole_log(place) is None:
            return 0
        count = self._context.publishers_at(place.session, to_microseconds(event.time))
        return 0 if count is None else count.least

    def hit_by(self, place: Place, code: str) -> str:
        """Say how many participants got a code, and within which time; empty until all is read."""
        log = self._whole_log(place)
        if log is None:
            return ""
        hits = [event for event in (log[at] for at in range(len(log))) if event.error_code == code]
        if not hits:
            return ""
        people = len({event.participant_id for event in hits})
        times = sorted(event.time for event in hits if isinstance(event.time, datetime))
        zone = self._times.zone
        within = f", {clock(times[0], zone)} to {clock(times[-1], zone)}" if times else ""
        whose = "1 participant" if people == 1 else f"{people:,} participants"
        return f"{whose} got it{within}"


@frozen
class Question:
    """A question, what leads to its answer, and what the answer is once it is found."""

    asked: str
    hint: str
    """Names keys by the ids of their commands, in braces."""
    answer: Callable[[Sight, ReadFacts], str]
    """Returns the answer; empty while the screen does not show it."""


def _show(sight: Sight, told: ReadFacts) -> str:
    if sight.place.level < Level.PARTICIPANTS:
        return ""
    session = told.session(sight.place)
    start = None if session is None else session.start_time
    if session is None or not isinstance(start, datetime) or session.end_time is None:
        return ""
    if (start.hour, start.minute) != _SHOW_BEGINS:
        return ""
    return f"{session.session_id}, {told.span(session)}; these are its participants."


def _full(sight: Sight, told: ReadFacts) -> str:
    event = sight.event
    if event is None or event.error_code != FULL:
        return ""
    who = told.name(sight.place, event.participant_id or sight.place.participant_id)
    return f"{who}, who got {FULL} at {told.time(event)}."


def _meaning(sight: Sight, _told: ReadFacts) -> str:
    event = sight.event
    if sight.view is not View.DETAIL or event is None or event.error_code != FULL:
        return ""
    code = ERROR_CODES[FULL]
    return f"{code.meaning} {code.limits[0].text}."


def _publishing(sight: Sight, told: ReadFacts) -> str:
    error, moment = sight.error, sight.moment
    if sight.view is not View.LANES or error is None or moment is None:
        return ""
    if error.error_code != FULL or not isinstance(error.time, datetime):
        return ""
    if abs(moment - error.time) > _A_SECOND:
        return ""
    count = told.publishers(sight.place, error)
    if not count:
        return ""
    return f"{count:,} at {told.time(error)}; the lanes sort them to the top."


def _lost(sight: Sight, told: ReadFacts) -> str:
    event = sight.event
    if event is None or event.name != TOKEN_EXCHANGED:
        return ""
    compared = compare_tokens(event.previous_token, event.new_token, event.time)
    is_lost = any(
        row.field is TokenField.CAPABILITIES and row.key == PUBLISH and row.change is Change.REMOVED
        for row in compared.rows
    )
    who = told.name(sight.place, event.participant_id or sight.place.participant_id)
    return f"{who}, at {told.time(event)}, by a token exchange." if is_lost else ""


def _ours(sight: Sight, told: ReadFacts) -> str:
    event = sight.event
    if event is None or event.error_code != SERVICE_FAILED:
        return ""
    hit = told.hit_by(sight.place, SERVICE_FAILED)
    return hit and f"{ERROR_CODES[SERVICE_FAILED].meaning} {hit}."


def _about(sight: Sight, told: ReadFacts) -> str:
    error, place = sight.error, sight.place
    if error is None or error.error_code != NOT_FOUND or sight.view is not View.EVENTS:
        return ""
    if place.participant_id != error.remote_participant_id:
        return ""
    return f"{told.name(place, place.participant_id)}. The cursor is near {told.time(error)}."


def _again(sight: Sight, told: ReadFacts) -> str:
    row = sight.row
    if sight.view is not View.PARTICIPANTS or row is None or not row.user_id:
        return ""
    count = told.same_user(sight.place, row.user_id)
    return f"{row.user_id}: {count:,} participants in this session." if count >= _LOOP else ""


def _compared(sight: Sight, told: ReadFacts) -> str:
    if sight.view is not View.COMPARE or len(sight.compared) != 2:  # noqa: PLR2004 - two sides
        return ""
    left, right = (told.name(sight.place, one) for one in sight.compared)
    return f"{left} on the left, {right} on the right, at the same times."


def _copied(sight: Sight, _told: ReadFacts) -> str:
    return sight.copied and f"you copied: {sight.copied}. Paste it into the channel."


QUESTIONS: Final = (
    Question(
        "Yesterday's show began at 20:30 UTC. Open it.",
        "{go.in} opens the stage fri-night-live, {move.down} goes to the session, {go.in} opens it",
        _show,
    ),
    Question(
        "Who tried to publish when the stage was full?",
        "{triage.summary} counts errors by code; {summary.next_code} goes to QUOTA_EXCEEDED, "
        "{go.in} shows its events",
        _full,
    ),
    Question(
        "What does that code mean?",
        "with the cursor on the error {detail.tokens} shows the whole detail; {go.out} goes back",
        _meaning,
    ),
    Question(
        "How many were publishing in that second?",
        "{go.out} closes the detail; on the error {triage.lanes} shows everybody at its time",
        _publishing,
    ),
    Question(
        "Who lost PUBLISH, and when?",
        "{go.out} goes back to the events; {find.toggle} switches the filter off, and "
        "{jump.token} goes from one token exchange to the next",
        _lost,
    ),
    Question(
        "Is it us or AWS? Find the error that is inside the service.",
        "{go.out} until the participants are back; {triage.summary}, then {summary.next_code} to "
        "INTERNAL_SERVER_EXCEPTION and {go.in}",
        _ours,
    ),
    Question(
        "Somebody got PUBLISHER_NOT_FOUND. About whom? Open that participant.",
        "{triage.summary} and {go.in} on the code; {go.in} opens who got it, and on the error "
        "once more whom it is about",
        _about,
    ),
    Question(
        "One user came back again and again, each time as a new participant. Which one?",
        "{go.out} to the participants; {find.search} narrows them to a user id: try mobile",
        _again,
    ),
    Question(
        "Put two participants side by side.",
        "open one with {go.in}, {go.out}, the cursor on another one, {triage.compare}",
        _compared,
    ),
    Question(
        "Copy something for the incident channel.",
        "on any event {take.copy} lists what can be copied, and the letter copies it",
        _copied,
    ),
)
"""In the order asked."""
