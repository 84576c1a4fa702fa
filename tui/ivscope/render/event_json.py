"""An event as the JSON of the API: absent members stay absent, and empty ones empty."""

import json
from datetime import datetime
from typing import Final

from ivscope.domain.events import Event
from ivscope.domain.times import Time
from ivscope.domain.tokens import ParticipantToken
from ivscope.render.safe import safe

AS_READ: Final = "as read: times in UTC to the microsecond, null as absent"
"""How a document of ours differs from the answer: only the values are kept, not the text. To keep
the text of every event would take several times the memory that its values take."""


def event_document(event: Event) -> dict[str, object]:
    """Return the members of an event by their API names, in the order of the API reference."""
    return _given(
        {
            "name": event.name,
            "participantId": event.participant_id,
            "eventTime": wire_time(event.time),
            "remoteParticipantId": event.remote_participant_id,
            "errorCode": event.error_code,
            "destinationStageArn": event.destination_stage_arn,
            "destinationSessionId": event.destination_session_id,
            "replica": event.replica,
            "previousToken": _token_document(event.previous_token),
            "newToken": _token_document(event.new_token),
        }
    )


def raw_json(event: Event) -> str:
    """Write the event as indented JSON in ASCII, safe in any terminal and any file."""
    return json.dumps(event_document(event), ensure_ascii=True, indent=2)


def wire_time(time: Time | None) -> str | None:
    """Write a time as the API does, ISO 8601 in UTC; an unreadable one as it came."""
    if time is None:
        return None
    return time.isoformat() if isinstance(time, datetime) else time.raw


def iso_time(time: Time | None) -> str | None:
    """Write a time as ISO 8601 in UTC with all digits that came, "2026-11-23T20:36:28.602Z".

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


def _token_document(token: ParticipantToken | None) -> dict[str, object] | None:
    if token is None:
        return None
    return _given(
        {
            "capabilities": None if token.capabilities is None else list(token.capabilities),
            "attributes": None if token.attributes is None else dict(token.attributes),
            "userId": token.user_id,
            "expirationTime": wire_time(token.expiration_time),
        }
    )


def _given(members: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in members.items() if value is not None}
