"""Command lines of the AWS CLI and of ivscope that show the same data, safe in a shell."""

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from typing import Final

from ivscope.domain.frozen import frozen
from ivscope.domain.identifiers import is_participant_id, parse_stage_arn
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.render.safe import safe_lines

_CAPITAL = re.compile(r"(?=[A-Z])")

_DEMO_KEYS = ("AWS_ACCESS_KEY_ID=demo", "AWS_SECRET_ACCESS_KEY=demo")
"""The loopback endpoint requires a signature and accepts any keys."""


@frozen
class CliOptions:
    """How the data on screen was read. None where the default was used."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    demo_world: str | None = None
    """World of the demo; None outside it."""
    is_redacted: bool = False
    """Whether user ids on screen are stand-ins, which no command takes."""


def list_stages_command(connection: CliOptions) -> str:
    """Write the AWS CLI command that lists the stages of the Region."""
    return _listing("list-stages", [], "stages", connection)


def list_sessions_command(stage_arn: str, connection: CliOptions) -> str:
    """Write the AWS CLI command that lists the sessions of a stage."""
    options = [("--stage-arn", stage_arn)]
    return _listing("list-stage-sessions", options, "sessions", connection)


def list_participants_command(
    session: SessionScope, narrowed: ParticipantFilter | None, connection: CliOptions
) -> str:
    """Write the AWS CLI command that lists participants, with the filter of the service."""
    options: list[tuple[str, str | None]] = [*_session_options(session)]
    if narrowed is not None and not (
        connection.is_redacted and narrowed.member == "filterByUserId"
    ):
        name = _CAPITAL.sub("-", narrowed.member).lower()
        if isinstance(narrowed.value, bool):
            options.append((f"--{name}" if narrowed.value else f"--no-{name}", None))
        else:
            options.append((f"--{name}", narrowed.value))
    return _listing("list-participants", options, "participants", connection)


def list_events_command(scope: ParticipantScope, connection: CliOptions) -> str:
    """Write the AWS CLI command that lists the events of a participant."""
    options = [*_session_options(scope.session), ("--participant-id", scope.participant_id)]
    return _listing("list-participant-events", options, "events", connection)


def ivscope_command(
    places: tuple[str, ...], connection: CliOptions, *, at: str | None = None
) -> str:
    """Write the ivscope command that opens a place.

    It names neither profile, which is each person's own, nor Region, which is in the ARN.

    Args:
        places: Stage ARN, then session id, then participant id, as far as the place goes.
        connection: How the data on screen was read.
        at: ISO 8601 time of the event to go to.
    """
    options: list[tuple[str, str | None]] = []
    if at is not None:
        options.append(("--at", at))
    if connection.is_redacted:
        options.append(("--redact", None))
    if connection.demo_world is not None:
        options += [("--demo", None), ("--world", connection.demo_world)]
    elif connection.endpoint_url is not None:
        options.append(("--endpoint-url", connection.endpoint_url))
    words = [quoted(place) for place in places]
    if any(place.startswith("-") for place in places):  # a participant id may begin with a dash
        return " ".join(("ivscope", *_words(options), "--", *words))
    return " ".join(("ivscope", *words, *_words(options)))


_NAMESPACE: Final = "AWS/IVSRealTime"
"""CloudWatch namespace (IVS Real-Time user guide, Monitoring stage health)."""

_OF_PARTICIPANT: Final = ("DownloadPacketLoss", "DroppedFrames")
"""Metrics with exactly the dimensions Stage and Participant."""

_SEARCHED: Final = (
    ("PublishBitrate", "Stage,Participant,SimulcastLayer,MediaType"),
    ("PublishResolution", "Stage,Participant,SimulcastLayer,MediaType"),
    ("SubscribeBitrate", "Stage,Participant,MediaType"),
)
"""Metrics with more dimensions, whose values are not known before: they are searched for."""

_PERIODS: Final = ((timedelta(days=15), 60), (timedelta(days=63), 300))
"""Up to which age CloudWatch keeps values of a period in seconds; older ones are hourly."""

_HOURLY: Final = 3600

MOST_METRICS: Final = timedelta(days=1)
"""The longest time that is asked for: a participant publishes at most so long, and an answer has
at most 100,800 values."""


def metrics_command(
    stage_arn: str,
    participant_id: str | None,
    times: tuple[datetime, datetime],
    now: datetime,
    connection: CliOptions,
) -> str:
    """Write the AWS CLI command that gets the documented metrics, with a comment on top.

    Args:
        stage_arn: The stage.
        participant_id: Who; None for the whole stage.
        times: From when to when; there is no dimension for a session.
        now: The present: old values are kept for longer periods only.
        connection: How the data on screen was read. Its endpoint is not that of CloudWatch.
    """
    start, end = times
    end = min(max(end, start + timedelta(minutes=1)), start + MOST_METRICS)
    fits = (seconds for most, seconds in _PERIODS if now - start <= most)
    period = next(fits, _HOURLY)
    stage = stage_arn.rpartition("/")[2]
    queries = [_stage_metric(name, stage, period) for name in ("Publishers", "Subscribers")]
    notes = ["# needs cloudwatch:GetMetricData"]
    if participant_id is not None:
        notes[0] += "; loss, frames and download are there only while this participant publishes"
        own = [("Stage", stage), ("Participant", participant_id)]
        queries += [_metric(name, own, period) for name in _OF_PARTICIPANT]
        if is_participant_id(participant_id) and stage.isalnum():  # nothing that ends a quote
            queries += [_search(*one, stage, participant_id, period) for one in _SEARCHED]
    if connection.demo_world is not None:
        notes.append("# the demo is made up: CloudWatch has nothing of it")
    words = ["aws", "cloudwatch", "get-metric-data"]
    region = parse_stage_arn(stage_arn) or connection.region
    options: list[tuple[str, str | None]] = [
        ("--scan-by", "TimestampAscending"),
        ("--start-time", _in_seconds(start)),
        ("--end-time", _in_seconds(end)),
        ("--metric-data-queries", json.dumps(queries, separators=(",", ":"))),
    ]
    known = (("--region", region), ("--profile", connection.profile))
    options += [(option, value) for option, value in known if value is not None]
    return "\n".join([*notes, " ".join([*words, *_words(options)])])


def _stage_metric(name: str, stage: str, period: int) -> dict[str, object]:
    return _metric(name, [("Stage", stage)], period)


def _metric(name: str, dimensions: list[tuple[str, str]], period: int) -> dict[str, object]:
    named = [{"Name": key, "Value": value} for key, value in dimensions]
    metric = {"Namespace": _NAMESPACE, "MetricName": name, "Dimensions": named}
    return {
        "Id": _query_id(name),
        "MetricStat": {"Metric": metric, "Period": period, "Stat": "Maximum"},
    }


def _search(
    name: str, dimensions: str, stage: str, participant_id: str, period: int
) -> dict[str, object]:
    """Write a search for all series of a metric; ids are in quotes, so that their case counts."""
    wanted = f'MetricName="{name}" Stage="{stage}" Participant="{participant_id}"'
    expression = f"SEARCH('{{{_NAMESPACE},{dimensions}}} {wanted}','Average',{period})"
    return {"Id": _query_id(name), "Expression": expression}


def _query_id(name: str) -> str:
    """Write the id of a query, which begins with a small letter."""
    return name[0].lower() + name[1:]


def _in_seconds(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def quoted(text: str) -> str:
    r"""Quote a word for a POSIX shell; control characters become `$'\x1b'` of bash and zsh.

    Otherwise they would reach the terminal, or make a command look like another one.
    """
    if safe_lines(text) == text and "\n" not in text:
        return shlex.quote(text)
    escaped = "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b"\\'" else f"\\x{byte:02x}"  # noqa: PLR2004 - printable ASCII
        for byte in text.encode("utf-8", "surrogatepass")
    )
    return f"$'{escaped}'"


def _session_options(session: SessionScope) -> tuple[tuple[str, str | None], ...]:
    return ("--stage-arn", session.stage_arn), ("--session-id", session.session_id)


def _listing(
    operation: str,
    options: list[tuple[str, str | None]] | list[tuple[str, str]],
    noun: str,
    connection: CliOptions,
) -> str:
    """Write a note, which is a comment for a shell, and the command."""
    words = [*(_DEMO_KEYS if connection.demo_world is not None else ())]
    words += ["aws", "ivs-realtime", operation, *_words([*options])]
    words += _words(
        [
            (option, value)
            for option, value in (
                ("--region", connection.region),
                ("--profile", connection.profile),
                ("--endpoint-url", connection.endpoint_url),
            )
            if value is not None
        ]
    )
    note = f"# shows 50 {noun}; for more add --next-token with the nextToken of the answer"
    return f"{note}\n{' '.join(words)}"


def _words(options: list[tuple[str, str | None]]) -> list[str]:
    """Quote options and values; a value that begins with a dash is joined by "="."""
    words: list[str] = []
    for option, value in options:
        if value is None:
            words.append(option)
        elif value.startswith("-"):
            words.append(f"{option}={quoted(value)}")
        else:
            words += [option, quoted(value)]
    return words
