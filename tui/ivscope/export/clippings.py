"""Clippings: what the copy and print keys offer for a row, in the order of the menu."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from ivscope.domain.events import Event
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.domain.times import Time
from ivscope.export.cli_commands import (
    CliOptions,
    ivscope_command,
    list_events_command,
    list_participants_command,
    list_sessions_command,
    list_stages_command,
)
from ivscope.export.markdown import event_markdown, fence, has_tokens, token_markdown
from ivscope.render.event_json import raw_json
from ivscope.render.facts_lines import participant_lines, session_lines, stage_lines
from ivscope.render.lines import Line
from ivscope.render.safe import safe

_FACT_CELLS = 4_096
"""Wide enough that no fact is wrapped: a copied id must stay in one piece."""


@dataclass(frozen=True, slots=True)
class Clipping:
    """One thing to copy or print."""

    letter: str
    """The key after y or p."""
    title: str
    """A few words for the menu."""
    text: str
    """Safe in a terminal and in a shell; lines end with a line feed, the last has none."""


def clippings_for_event(
    event: Event, scope: ParticipantScope, connection: CliOptions, user_id: str | None = None
) -> tuple[Clipping, ...]:
    """The menu of an event.

    Args:
        event: The event under the cursor.
        scope: The participant whose events are listed.
        connection: How the calls on screen were made.
        user_id: The participant's name. None when it has none or it is not known.

    Returns:
        Letters y, i, e, d, c, l, t; d only with a token, t only with a time.
    """
    participant_id = event.participant_id or scope.participant_id
    at = iso_time(event.time)
    places = (scope.stage_arn, scope.session_id, scope.participant_id)
    readable_at = at if isinstance(event.time, datetime) else None
    menu = [
        Clipping("y", "event JSON", raw_json(event)),
        Clipping("i", "participant id", safe(participant_id)),
        Clipping("e", "explanation", event_markdown(event, scope, user_id)),
    ]
    if has_tokens(event):
        menu.append(Clipping("d", "token comparison", token_markdown(event)))
    menu += [
        Clipping("c", "AWS CLI command", list_events_command(scope, connection)),
        Clipping("l", "ivscope command", ivscope_command(places, connection, at=readable_at)),
    ]
    return (*menu, *_time("time", at))


def clippings_for_stage(
    stage: Stage | StageSummary, connection: CliOptions
) -> tuple[Clipping, ...]:
    """The menu of a stage in the stage picker: i, e, c, l."""
    return (
        Clipping("i", "stage ARN", safe(stage.arn)),
        Clipping("e", "facts", _facts(stage_lines(stage, _FACT_CELLS))),
        Clipping("c", "AWS CLI command", list_stages_command(connection)),
        Clipping("l", "ivscope command", ivscope_command((stage.arn,), connection)),
    )


def clippings_for_session(
    session: StageSession, stage_arn: str, connection: CliOptions
) -> tuple[Clipping, ...]:
    """The menu of a session in the session picker: i, e, c, l, t (its start)."""
    facts = session_lines(session, _FACT_CELLS, UTC)
    link = ivscope_command((stage_arn, session.session_id), connection)
    return (
        Clipping("i", "session id", safe(session.session_id)),
        Clipping("e", "facts", _facts(facts)),
        Clipping("c", "AWS CLI command", list_sessions_command(stage_arn, connection)),
        Clipping("l", "ivscope command", link),
        *_time("start time", iso_time(session.start_time)),
    )


def clippings_for_participant(
    participant: Participant | ParticipantSummary,
    session: SessionScope,
    narrowed: ParticipantFilter | None,
    connection: CliOptions,
) -> tuple[Clipping, ...]:
    """The menu of a participant in the participant picker: i, e, c, l, t (its first join).

    Args:
        participant: The row under the cursor, or all that is known of it.
        session: The session whose participants are listed.
        narrowed: The filter that the service applies to the list. None without one.
        connection: How the calls on screen were made.
    """
    summary = participant.summary if isinstance(participant, Participant) else participant
    places = (session.stage_arn, session.session_id, summary.participant_id)
    command = list_participants_command(session, narrowed, connection)
    return (
        Clipping("i", "participant id", safe(summary.participant_id)),
        Clipping("e", "facts", _facts(participant_lines(participant, _FACT_CELLS, UTC))),
        Clipping("c", "AWS CLI command", command),
        Clipping("l", "ivscope command", ivscope_command(places, connection)),
        *_time("first join time", iso_time(summary.first_join_time)),
    )


def iso_time(time: Time | None) -> str | None:
    """ISO 8601 in UTC with all digits that came, "2026-11-23T20:36:28.602Z".

    An unreadable time is the text that came, made safe. None without a time.
    """
    if time is None:
        return None
    if not isinstance(time, datetime):
        return safe(time.raw)
    precision = "milliseconds" if time.microsecond % 1000 == 0 else "microseconds"
    return time.isoformat(timespec=precision if time.microsecond else "seconds").replace(
        "+00:00", "Z"
    )


def _facts(lines: list[Line]) -> str:
    return fence("".join(span.text for span in line).rstrip() for line in lines)


def _time(title: str, text: str | None) -> Iterator[Clipping]:
    if text is not None:
        yield Clipping("t", title, text)
