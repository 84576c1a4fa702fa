"""Facts of a stage, a session and a participant as lines.

An absent member is named only where its absence means something.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo

from ivscope.domain.durations import duration
from ivscope.domain.stages import (
    Participant,
    ParticipantSummary,
    Stage,
    StageSession,
    StageSummary,
)
from ivscope.render.fields import field, text_field, value_span
from ivscope.render.lines import Line, Role, Span
from ivscope.render.picker_rows import EventsRead, SameUser, Seen, session_duration
from ivscope.render.safe import EMPTY_NAME, safe
from ivscope.render.timestamps import from_to, full

_Pairs = tuple[tuple[str, str], ...]


def stage_lines(stage: Stage | StageSummary, width: int) -> list[Line]:
    """Draw name, ARN, live session, tags; endpoints and recording when GetStage was read."""
    name = value_span(stage.name, Role.STRONG)
    # A stage that is said to be empty would be one without participants.
    lines = field("Stage", (Span(EMPTY_NAME, Role.MUTED) if stage.name == "" else name,), width)
    lines += text_field("ARN", stage.arn or None, width)
    if stage.active_session_id:
        live = (Span("live "), value_span(stage.active_session_id, Role.ACCENT))
        lines += field("Session", live, width)
    else:
        lines += field("Session", (Span("none live", Role.MUTED),), width)
    if isinstance(stage, Stage):
        lines += _stage_details(stage, width)
    lines += _pairs("Tags", stage.tags, width)
    return lines


def session_lines(
    session: StageSession, width: int, zone: tzinfo, now: datetime | None = None
) -> list[Line]:
    """Draw id, start, end and duration. `now` ends the duration of a live session."""
    lines = text_field("Session", session.session_id, width, Role.STRONG)
    if session.is_live is None:
        return lines + field("Times", (Span("not given", Role.MUTED),), width)
    lines += field("Started", (Span(full(session.start_time, zone)),), width)
    if session.end_time is None:
        lines += field("Ended", (Span("live, no end time", Role.GOOD),), width)
    else:
        lines += field("Ended", (Span(full(session.end_time, zone)),), width)
    end = now if session.end_time is None else session.end_time
    if isinstance(session.start_time, datetime) and isinstance(end, datetime):
        lasted = duration((end - session.start_time).total_seconds())
        text = lasted if end >= session.start_time else f"ends {lasted} before it starts"
        lines += field("Duration", (Span(text),), width)
    return lines


def session_span(
    session: StageSession | None, width: int, zone: tzinfo, now: datetime
) -> list[Line]:
    """Draw start, end and duration of a session in a line or two."""
    if session is None or session.is_live is None:
        return field("Session", (Span("its start and end are not read", Role.MUTED),), width)
    lasted = session_duration(session, now)
    if session.end_time is None:
        text = f"live for {lasted.removesuffix(' +')}, since {full(session.start_time, zone)}"
        return field("Session", (Span(text, Role.GOOD),), width)
    text = f"ended after {lasted}, {from_to(session.start_time, session.end_time, zone)}"
    return field("Session", (Span(text),), width)


def participant_lines(
    participant: Participant | ParticipantSummary, width: int, zone: tzinfo
) -> list[Line]:
    """Draw ids, state, replication; client and attributes when GetParticipant was read."""
    details = participant if isinstance(participant, Participant) else None
    summary = participant.summary if isinstance(participant, Participant) else participant
    lines = text_field("Id", summary.participant_id, width, Role.STRONG)
    lines += text_field("User id", summary.user_id, width)
    lines += text_field("State", summary.state, width)
    lines += field("Joined", (Span(f"first {full(summary.first_join_time, zone)}"),), width)
    lines += field("Published", (_published(summary.published),), width)
    if details is not None:
        lines += _client(details, width)
    lines += _replication(summary, width)
    if summary.recording_state is not None:
        lines += text_field("Recording", summary.recording_state, width)
    if summary.redundant_ingest is not None:
        text = "yes" if summary.redundant_ingest else "no"
        lines += field("Redundant", (Span(text),), width)
    if summary.ingest_configuration_arn is not None:
        lines += text_field("Ingest", summary.ingest_configuration_arn, width)
    if details is not None:
        if details.recording_s3_bucket_name:
            lines += text_field("S3 bucket", details.recording_s3_bucket_name, width)
        if details.recording_s3_prefix:
            lines += text_field("S3 prefix", details.recording_s3_prefix, width)
        lines += _pairs("Attribute", details.attributes, width, is_telling=True)
    return lines


def read_lines(
    events: EventsRead | None, seen: Seen, same_user: SameUser | None, width: int, zone: tzinfo
) -> list[Line]:
    """Say what the events of a participant tell, as far as they are read, and who shares its id.

    Args:
        events: How far its events are read; None when none are.
        seen: What was looked up in them.
        same_user: That others have its user id; None when nobody has.
        width: Cells of every line.
        zone: Zone of the times.
    """
    sharing: list[Line] = []
    if same_user is not None:
        sharing = field("Same user", (Span(_same_user(same_user)),), width)
    if events is None:
        return sharing
    errors = f"{events.errors:,}"
    if seen.most is not None:
        is_one = seen.most_count == events.errors
        errors += f" {seen.most}" if is_one else f", {seen.most_count:,} of them {seen.most}"
    more = "" if events.is_all else " so far, more events available"
    role = Role.ERROR if events.errors else Role.TEXT
    lines = field("Errors", (Span(f"{safe(errors)}{more}", role),), width)
    if not events.is_all:
        return [*lines, *sharing]
    stays = "1 stay" if seen.stays == 1 else f"{seen.stays:,} stays"
    if seen.left is not None:
        lines += field("Stayed", (Span(f"{stays}, LEFT {full(seen.left, zone)}"),), width)
    elif seen.last is not None:
        until = f"{stays}, last event read {full(seen.last, zone)}, no LEFT read"
        lines += field("Stayed", (Span(until),), width)
    if seen.published or (seen.published is not None and seen.is_published_whole):
        least = "" if seen.is_published_whole else "at least "
        lines += field("Publishing", (Span(f"for {least}{duration(seen.published)}"),), width)
    return [*lines, *sharing]


def _same_user(same_user: SameUser) -> str:
    count = f"{same_user.count:,}"
    if not same_user.is_all:
        return f"{count} of the participants listed so far have this user id"
    if same_user.number is None:
        return f"{count} participants have this user id"
    return f"{same_user.number} of {count} participants with this user id, by time of joining"


def _stage_details(stage: Stage, width: int) -> Iterator[Line]:
    yield from _pairs("Endpoint", stage.endpoints, width)
    if stage.recording_storage_arn is None:
        return
    if not stage.recording_storage_arn:
        yield from field("Recording", (Span("off"),), width)
        return
    yield from text_field("Recording", stage.recording_storage_arn, width)
    if stage.recording_media_types is not None:
        yield from text_field("Media", ", ".join(stage.recording_media_types), width)
    if stage.recording_reconnect_window_seconds is not None:
        window = f"{stage.recording_reconnect_window_seconds} s"
        yield from field("Reconnect", (Span(f"within {window} goes on recording"),), width)
    if stage.records_replicas is not None:
        yield from field("Replicas", (Span(_recorded(is_recorded=stage.records_replicas)),), width)


def _recorded(*, is_recorded: bool) -> str:
    return "recorded" if is_recorded else "not recorded"


def _published(published: bool | None) -> Span:
    """Say that the flag means "ever": people take it for "now"."""
    if published is None:
        return Span("not given", Role.MUTED)
    return Span("yes, at some time in this session" if published else "never in this session")


def _client(details: Participant, width: int) -> Iterator[Line]:
    """Draw protocol and SDK, and say when they are absent: they are asked for first."""
    protocol: Line = (
        Span("protocol "),
        value_span(details.protocol),
        Span(", SDK "),
        value_span(details.sdk_version),
    )
    yield from field("Client", protocol, width)
    for label, name, version in (
        ("Browser", details.browser_name, details.browser_version),
        ("System", details.os_name, details.os_version),
        ("Provider", details.isp_name, None),
    ):
        given = [value_span(part) for part in (name, version) if part is not None]
        if any((name, version)):
            spaced = (given[0], *(span for part in given[1:] for span in (Span(" "), part)))
            yield from field(label, spaced, width)


def _replication(summary: ParticipantSummary, width: int) -> Iterator[Line]:
    kind = summary.replication_type
    if kind is None or kind == "NONE":
        return
    words = {
        "SOURCE": "replicated to other stages",
        "REPLICA": "a replica from another stage",
    }
    value = [Span(words[kind]) if kind in words else value_span(kind)]
    if summary.replication_state is not None:
        value += [Span(", "), value_span(summary.replication_state)]
    yield from field("Replica", tuple(value), width)
    if kind == "REPLICA" or summary.source_stage_arn:
        yield from text_field("From stage", summary.source_stage_arn, width, Role.ACCENT)
        yield from text_field("session", summary.source_session_id, width, Role.ACCENT)


def _pairs(
    label: str, pairs: _Pairs | None, width: int, *, is_telling: bool = False
) -> Iterator[Line]:
    """Draw a line for each pair, sorted by key; says so when there are none."""
    if pairs is None and not is_telling:
        return
    if not pairs:
        yield from field(label, (value_span(None if pairs is None else ""),), width)
        return
    for index, (key, value) in enumerate(sorted(pairs)):
        spans: Line = (Span(f"{value_span(key).text}: ", Role.MUTED), value_span(value))
        yield from field(label if index == 0 else "", spans, width)
