"""Records: what commands print, as data with the same members in every format.

The names of members are those of the IVS API where the value is, `stageArn` and `eventTime`; those
of findings are in snake_case, as in `ivscope.export.finding_json`. Every member of a kind is
always there, and null where the service gave nothing. Times are ISO 8601 in UTC to the microsecond;
one that cannot be read is the text that came. New members may come within a version; what a member
means changes only with the version.

Long because every member of every record stands here once, with what it means.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from ivscope.domain.events import Event
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import (
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
    StageSummary,
)
from ivscope.knowledge.client_errors import READ_ON, ClientError
from ivscope.knowledge.explanation import Explanation
from ivscope.render.event_json import event_document

if TYPE_CHECKING:
    from ivscope.analysis.session_summary import Summary

SCHEMA_VERSION: Final = 1
"""Version of the members below, in every last record."""

Record = Mapping[str, object]
"""Values by member: texts, numbers, truth values, times, null, and lists or objects of those."""


@frozen
class RecordKind:
    """The members that all records of one kind have, in their order."""

    name: str
    """The value of the member `type`."""
    members: tuple[str, ...]
    """Without `type`, which is the first of all."""
    columns: tuple[str, ...]
    """Members that a table has, in its order: those that people read."""


STAGES: Final = RecordKind(
    "stage",
    ("arn", "name", "activeSessionId", "tags"),
    ("name", "activeSessionId", "arn"),
)

SESSIONS: Final = RecordKind(
    "session",
    ("stageArn", "sessionId", "startTime", "endTime", "live"),
    ("sessionId", "startTime", "endTime", "live"),
)

PARTICIPANTS: Final = RecordKind(
    "participant",
    (
        "stageArn",
        "sessionId",
        "participantId",
        "userId",
        "state",
        "firstJoinTime",
        "published",
        "recordingState",
        "replicationType",
        "replicationState",
        "sourceStageArn",
        "sourceSessionId",
        "redundantIngest",
        "ingestConfigurationArn",
        "contradiction",
    ),
    ("participantId", "userId", "state", "firstJoinTime", "published", "recordingState"),
)

EVENTS: Final = RecordKind(
    "event",
    (
        "stageArn",
        "sessionId",
        "participantId",
        "userId",
        "name",
        "eventTime",
        "remoteParticipantId",
        "errorCode",
        "destinationStageArn",
        "destinationSessionId",
        "replica",
        "previousToken",
        "newToken",
        "contradiction",
    ),
    ("eventTime", "participantId", "userId", "name", "errorCode", "remoteParticipantId"),
)

SUMMARIES: Final = RecordKind(
    "summary",
    (
        "stageArn",
        "sessionId",
        "participantId",
        "startTime",
        "endTime",
        "participantsRead",
        "participantsListed",
        "allListed",
        "events",
        "errors",
        "failingParticipants",
        "joins",
        "publishers",
        "firstEventTime",
        "lastEventTime",
    ),
    (
        "startTime",
        "endTime",
        "participantsListed",
        "events",
        "errors",
        "failingParticipants",
        "publishers",
    ),
)

ERROR_COUNTS: Final = RecordKind(
    "errorCount",
    ("errorCode", "count", "participants", "firstTime", "lastTime"),
    ("errorCode", "count", "participants", "firstTime", "lastTime"),
)

FAILING: Final = RecordKind(
    "failingParticipant",
    ("participantId", "userId", "errors", "events", "topErrorCode"),
    ("participantId", "userId", "errors", "events", "topErrorCode"),
)

NAME_COUNTS: Final = RecordKind("eventCount", ("name", "count"), ("name", "count"))

RECORDINGS: Final = RecordKind(
    "recording",
    (
        "file",
        "stageArn",
        "sessionId",
        "participantsRead",
        "participantsListed",
        "events",
        "answersLost",
    ),
    ("file", "participantsRead", "participantsListed", "events", "answersLost"),
)
"""What `ivscope record` has saved of a session."""

FINDINGS: Final = RecordKind(
    "finding",
    ("rule", "certainty", "values", "sentence", "rests_on", "unknown", "would_tell"),
    ("certainty", "sentence"),
)

EXPLANATIONS: Final = RecordKind(
    "explanation",
    (
        "asked",
        "about",
        "name",
        "sdk",
        "numbers",
        "meaning",
        "serverShows",
        "expected",
        "nextCheck",
        "causes",
        "limits",
        "open",
        "atClient",
        "documented",
        "source",
        "page",
        "readOn",
    ),
    ("asked", "about", "name", "sdk", "meaning", "serverShows", "nextCheck", "source"),
)
"""What a number, a code or a name means. `about` is clientError, errorCode or eventName."""

ENDS: Final = RecordKind(
    "end",
    ("schema", "command", "found", "complete", "words", "failures"),
    ("words",),
)
"""The last record: whether everything that was asked for could be read, and what could not."""


def stage_record(stage: StageSummary) -> Record:
    """Return a row of ListStages."""
    return {
        "type": STAGES.name,
        "arn": stage.arn,
        "name": stage.name,
        "activeSessionId": stage.active_session_id,
        "tags": None if stage.tags is None else dict(stage.tags),
    }


def session_record(session: StageSession, stage_arn: str) -> Record:
    """Return a row of ListStageSessions. It is live without an end, where times are told."""
    return {
        "type": SESSIONS.name,
        "stageArn": stage_arn,
        "sessionId": session.session_id,
        "startTime": session.start_time,
        "endTime": session.end_time,
        "live": session.is_live,
    }


def participant_record(one: ParticipantSummary, session: SessionScope) -> Record:
    """Return a row of ListParticipants."""
    return {
        "type": PARTICIPANTS.name,
        "stageArn": session.stage_arn,
        "sessionId": session.session_id,
        "participantId": one.participant_id,
        "userId": one.user_id,
        "state": one.state,
        "firstJoinTime": one.first_join_time,
        "published": one.published,
        "recordingState": one.recording_state,
        "replicationType": one.replication_type,
        "replicationState": one.replication_state,
        "sourceStageArn": one.source_stage_arn,
        "sourceSessionId": one.source_session_id,
        "redundantIngest": one.redundant_ingest,
        "ingestConfigurationArn": one.ingest_configuration_arn,
        "contradiction": _word(one.contradiction),
    }


def event_record(
    event: Event, scope: SessionScope | ParticipantScope, user_id: str | None
) -> Record:
    """Return an event.

    Args:
        event: The event.
        scope: Whose events were asked for; an event that names nobody is of that participant.
        user_id: The name of its participant; None when it has none or it is not known.
    """
    asked = scope.participant_id if isinstance(scope, ParticipantScope) else None
    told = event_document(event)
    record: dict[str, object] = {
        "type": EVENTS.name,
        "stageArn": scope.stage_arn,
        "sessionId": scope.session_id,
        **{name: told.get(name) for name in EVENTS.members[2:]},
    }
    record["participantId"] = event.participant_id or asked
    record["userId"] = user_id
    record["eventTime"] = event.time
    record["contradiction"] = _word(event.contradiction)
    return record


def summary_records(
    summary: "Summary", scope: SessionScope | ParticipantScope, session: StageSession | None
) -> list[Record]:
    """Return the counts of a session or of a participant: the whole, then codes, people, names.

    Of one participant who failed is not told once more.
    """
    whole = {
        "type": SUMMARIES.name,
        "stageArn": scope.stage_arn,
        "sessionId": scope.session_id,
        "participantId": scope.participant_id if isinstance(scope, ParticipantScope) else None,
        "startTime": None if session is None else session.start_time,
        "endTime": None if session is None else session.end_time,
        "participantsRead": summary.coverage.read,
        "participantsListed": summary.coverage.known,
        "allListed": summary.coverage.all_listed,
        "events": summary.events,
        "errors": summary.errors,
        "failingParticipants": summary.failing,
        "joins": summary.joins,
        "publishers": summary.publishers,
        "firstEventTime": summary.first,
        "lastEventTime": summary.last,
    }
    codes = [
        {
            "type": ERROR_COUNTS.name,
            "errorCode": row.code,
            "count": row.count,
            "participants": row.participants,
            "firstTime": row.first,
            "lastTime": row.last,
        }
        for row in summary.by_code
    ]
    people = [
        {
            "type": FAILING.name,
            "participantId": row.participant_id,
            "userId": row.user_id,
            "errors": row.errors,
            "events": row.events,
            "topErrorCode": row.top_code,
        }
        for row in ([] if isinstance(scope, ParticipantScope) else summary.top_participants)
    ]
    names = [
        {"type": NAME_COUNTS.name, "name": row.name, "count": row.count} for row in summary.by_name
    ]
    return [whole, *codes, *people, *names]


def client_error_record(asked: str, error: ClientError) -> Record:
    """Return what a number or a name of an SDK means. `asked` is what was typed."""
    return {
        "type": EXPLANATIONS.name,
        **dict.fromkeys(EXPLANATIONS.members),
        "asked": asked,
        "about": "clientError",
        "name": error.name,
        "sdk": error.sdk.value,
        "numbers": list(error.numbers),
        "meaning": error.meaning,
        "serverShows": error.server,
        "expected": sorted(error.expected),
        "nextCheck": error.next_check,
        "documented": error.document.is_promised,
        "source": error.document.title,
        "page": error.document.page,
        "readOn": READ_ON.isoformat(),
    }


def explanation_record(asked: str, card: Explanation, about: str) -> Record:
    """Return what an error code or an event name means.

    Args:
        asked: What was typed.
        card: Its explanation.
        about: "errorCode" or "eventName".
    """
    return {
        "type": EXPLANATIONS.name,
        **dict.fromkeys(EXPLANATIONS.members),
        "asked": asked,
        "about": about,
        "name": card.title,
        "meaning": card.meaning,
        "nextCheck": card.next_check,
        "causes": [cause.text for cause in card.causes],
        "limits": [limit.text for limit in card.limits],
        "open": card.silence,
        "atClient": card.at_client,
        "documented": card.is_documented,
        "source": "IVS API reference and user guide",
        "page": card.page,
    }


def end_record(
    command: str,
    found: int,
    *,
    is_complete: bool,
    words: str,
    failures: Mapping[str, ProviderFailure],
) -> Record:
    """Return the last record.

    Args:
        command: The command that prints it.
        found: How many records come before it.
        is_complete: Whether everything that was asked for was read.
        words: The same as a sentence.
        failures: What could not be read, by what it is.
    """
    return {
        "type": ENDS.name,
        "schema": SCHEMA_VERSION,
        "command": command,
        "found": found,
        "complete": is_complete,
        "words": words,
        "failures": [
            {
                "what": what,
                "kind": failure.kind.value,
                "summary": failure.summary,
                "remedy": failure.step(),
                "code": failure.code,
                "requestId": failure.request_id,
            }
            for what, failure in failures.items()
        ],
    }


def _word(contradiction: object) -> str | None:
    return None if contradiction is None else str(contradiction)
