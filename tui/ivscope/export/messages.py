"""Messages: what a person would write of an event, to a channel and to AWS Support.

Findings come first, in names, with their certainty and evidence; then ids and commands. Times are
UTC. A text that a chat could act on stands in code.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import Participant, ParticipantScope, SessionScope, StageSession
from ivscope.domain.times import Time
from ivscope.export.cli_commands import (
    CliOptions,
    ivscope_command,
    list_events_command,
    metrics_command,
)
from ivscope.export.telling import CERTAINTY, PLAIN, Looked, Told
from ivscope.findings.finding import Certainty
from ivscope.knowledge.error_codes import explain_code, explain_missing_code
from ivscope.knowledge.event_names import explain_event
from ivscope.knowledge.explanation import Explanation
from ivscope.render.event_json import iso_time
from ivscope.render.timestamps import from_to, full

AROUND = timedelta(minutes=15)
"""Metrics are asked for from so long before an event to so long after it."""

CONSOLE = "https://console.aws.amazon.com/ivs"
"""The only address of the console that AWS documents for IVS."""


@frozen
class Readings:
    """How much of what a message is about was read, and when."""

    said: tuple[str, ...]
    """In our own words: "all 61 events of this participant read"."""
    read_at: datetime | None = None
    """When the events were read, UTC; None when that is not known."""
    request_ids: tuple[str, ...] = ()
    """Of the calls behind it, as far as known."""


@frozen
class About:
    """An event, what was found about it, and where it is. Texts from outside are as they came."""

    looked: Looked
    connection: CliOptions
    readings: Readings
    alike: str = ""
    """How many errors of its code were read in its session, in our own words; empty when that is
    not known, and for an event without a code."""
    stage_name: str | None = None
    remote: str | None = None
    """User id or id of the remote participant; None when the event names none."""
    session: StageSession | None = None
    """None when its start and end are not read."""
    client: Participant | None = None
    """The answer of GetParticipant; None when it is not read."""


def card_of(event: Event) -> Explanation:
    """Return the explanation of an event."""
    if event.error_code:
        return explain_code(event.error_code)
    return explain_missing_code() if event.is_error else explain_event(event.name)


def event_message(about: About) -> str:
    """Write what a person would write to a channel about an event."""
    return "\n".join(_message(about))


def _message(about: About) -> Iterator[str]:
    looked, scope = about.looked, about.looked.scope
    event, card = looked.event, card_of(looked.event)
    yield f"{_what(looked)} of {PLAIN.outside(looked.who)} at {full(event.time, UTC)}"
    yield from finding_lines(about.looked.findings, event.time)
    yield f"- Means: {card.said}"
    if not looked.has_next_step:
        yield f"- Do next: {card.next_check}"
    if about.alike:
        yield f"- In this session: {about.alike}"
    yield f"- Read: {'; '.join(about.readings.said)}"
    yield from _places(about)
    yield f"Open: {event_command(scope, event, about.connection)}"
    note, command = list_events_command(scope, about.connection).split("\n")
    yield f"Raw: {command}  {note}"


def finding_lines(findings: Iterable[Told], day: Time | None) -> Iterator[str]:
    """Write findings as plain lines: how sure, what, on which events, and what is not known."""
    for told in findings:
        yield f"- {CERTAINTY[told.finding.certainty]}: {told.claim(PLAIN, day)}"
        most_asks = 0 if told.finding.certainty is Certainty.SHOWN else 1
        for label, text in told.below(PLAIN, day, most_asks):
            yield f"  {label}: {text}"


def _what(looked: Looked) -> str:
    event = looked.event
    name = "Event without a name" if event.name is None else PLAIN.outside(event.name)
    if event.error_code:
        return f"{name} {PLAIN.outside(event.error_code)}"
    return f"{name} without an error code" if event.is_error else name


def _places(about: About) -> Iterator[str]:
    looked, scope = about.looked, about.looked.scope
    yield f"Participant: {PLAIN.outside(looked.who)}, id {PLAIN.outside(scope.participant_id)}"
    remote = looked.event.remote_participant_id
    if remote is not None:
        label = "Publisher" if looked.event.is_subscribe else "Remote participant"
        named = "" if about.remote in {None, remote} else f"{PLAIN.outside(about.remote)}, id "
        yield f"{label}: {named}{PLAIN.outside(remote)}"
    yield f"Session: {PLAIN.outside(scope.session_id)}"
    name = "" if not about.stage_name else f"{PLAIN.outside(about.stage_name)}, "
    yield f"Stage: {name}{PLAIN.outside(scope.stage_arn)}"


def event_command(scope: ParticipantScope, event: Event, connection: CliOptions) -> str:
    """Write the ivscope command that opens an event of a participant."""
    places = (scope.stage_arn, scope.session_id, scope.participant_id)
    at = iso_time(event.time) if isinstance(event.time, datetime) else None
    return ivscope_command(places, connection, at=at)


def support_case(about: About) -> str:
    """Write a support case for AWS: ids, times, what was found, what is open, what was not read.

    Participants are named by their ids, which AWS finds them by.
    """
    return "\n".join(_case(about))


def _case(about: About) -> Iterator[str]:
    looked, scope = about.looked, about.looked.scope
    event, card = looked.event, card_of(looked.event)
    yield f"Amazon IVS Real-Time: {_what(looked)}"
    yield ""
    yield f"Stage: {PLAIN.outside(scope.stage_arn)}"
    yield f"Session: {PLAIN.outside(scope.session_id)}{_when(about.session)}"
    yield f"Participant: {PLAIN.outside(scope.participant_id)}{_client(about.client)}"
    if event.remote_participant_id is not None:
        yield f"Remote participant: {PLAIN.outside(event.remote_participant_id)}"
    yield f"Event: {_what(looked)}"
    yield f"Event time: {full(event.time, UTC)}"
    is_told = event.error_code and card.is_known and card.is_documented
    yield f"Code as documented: {card.meaning}" if is_told else f"Means: {card.said}"
    if about.alike:
        yield f"In this session: {about.alike}"
    yield from ("", "What we checked")
    checked = [told.by_ids() for told in looked.findings]
    yield from finding_lines(checked, event.time)
    if not checked:
        yield "- No rule of ivscope found anything about this event."
    yield from ("", "What was read")
    yield from (f"- {one}" for one in about.readings.said)
    if about.readings.read_at is not None:
        read_at = full(about.readings.read_at.replace(microsecond=0), UTC)
        yield f"- Read at {read_at} by ListParticipantEvents"
    ids = ", ".join(map(PLAIN.outside, about.readings.request_ids))
    yield f"- Request ids: {ids}" if ids else "- Request ids: none known"
    yield "- Not read by this tool: metrics, CloudTrail, logs of the client"


def _when(session: StageSession | None) -> str:
    if session is None:
        return ", its start and end are not read"
    if session.end_time is None:
        return f", live since {full(session.start_time, UTC)}"
    return f", {from_to(session.start_time, session.end_time, UTC)}"


def _client(client: Participant | None) -> str:
    """Say what GetParticipant tells of the client."""
    if client is None:
        return ", its client is not read"
    facts = (
        ("SDK", client.sdk_version),
        ("browser", _joined(client.browser_name, client.browser_version)),
        ("system", _joined(client.os_name, client.os_version)),
        ("provider", client.isp_name),
        ("protocol", client.protocol),
    )
    told = [f"{label} {PLAIN.outside(text)}" for label, text in facts if text]
    return f", {', '.join(told)}" if told else ", of its client nothing is given"


def _joined(name: str | None, version: str | None) -> str:
    return " ".join(filter(None, (name, version)))


def metrics_around(
    scope: ParticipantScope | SessionScope,
    moment: Time | None,
    session: StageSession | None,
    now: datetime,
    connection: CliOptions,
) -> str | None:
    """Write the command for the metrics around a moment, else of the session; None without one.

    Args:
        scope: The participant, or the session: then it is about its stage.
        moment: The moment.
        session: When the session was; None when that is not read.
        now: The present, UTC.
        connection: How the data on screen was read.
    """
    participant_id = scope.participant_id if isinstance(scope, ParticipantScope) else None
    if isinstance(moment, datetime):
        times = moment - AROUND, moment + AROUND
    elif session is not None and isinstance(session.start_time, datetime):
        end = session.end_time if isinstance(session.end_time, datetime) else now
        times = session.start_time, end
    else:
        return None
    return metrics_command(scope.stage_arn, participant_id, times, now, connection)


def console_path(scope: ParticipantScope | SessionScope) -> str:
    """Write the way to a place in the AWS console: no link to a session is documented."""
    region = scope.stage_arn.split(":")[3:4]
    stage = scope.stage_arn.rpartition("/")[2]
    steps = [
        f"{CONSOLE} in Region {PLAIN.outside(region[0] if region else '')}",
        f"Stages: {PLAIN.outside(stage)}",
        f"Stage sessions: {PLAIN.outside(scope.session_id)}",
    ]
    if isinstance(scope, ParticipantScope):
        steps.append(f"Participants: {PLAIN.outside(scope.participant_id)}, then Events")
    lines = [f"{number}. {step}" for number, step in enumerate(steps, 1)]
    return "\n".join(["AWS documents no link to a session; by hand:", *lines])
