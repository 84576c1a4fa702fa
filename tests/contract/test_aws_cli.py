"""The real AWS CLI walks the endpoint and sees what the explorer's provider holds.

Runs where IVSCOPE_AWS_CLI names an AWS CLI (CI installs one), or where `aws` is on PATH and new
enough to know token exchanges.
"""

import json
import os
import shlex
import shutil
import subprocess
from datetime import datetime, timedelta

import pytest

from ivscope.domain import calls
from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.endpoint.server import Endpoint
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.export.cli_commands import (
    CliOptions,
    list_events_command,
    list_participants_command,
    list_sessions_command,
    list_stages_command,
    metrics_command,
)
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.render.event_json import event_document, wire_time
from support.aws_sources import aws_source
from support.explorer import DANA, EPOCH, JOSE, LIVE_STAGE, SHOW
from support.waiting import wait_for

REGION = "us-west-2"
SESSION = ("--stage-arn", LIVE_STAGE, "--session-id", SHOW)

_SECONDS = 60
"""For one command: far more than it takes, so that only a hang ends it."""


@pytest.fixture(scope="module")
def command():
    given = os.environ.get("IVSCOPE_AWS_CLI")
    found = given or shutil.which("aws")
    if found is None:
        pytest.skip("no AWS CLI: IVSCOPE_AWS_CLI is not set and aws is not on PATH")
    if not given and not _knows_exchanges(found):
        pytest.skip(f"{found} is too old to show token exchanges")
    return found


def _knows_exchanges(command):
    """Whether the events of this CLI have tokens; asks no service."""
    arguments = (*SESSION, "--participant-id", JOSE, "--generate-cli-skeleton", "output")
    done = _run(command, "list-participant-events", *arguments, check=False)
    return '"newToken"' in done.stdout


def _run(command, operation, *arguments, check=True):
    return _done([command, "ivs-realtime", operation, *arguments], check=check)


def _done(words, *, check):
    return subprocess.run(
        words,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=check,
    )


def _environment():
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
        "NO_PROXY": "127.0.0.1",
    }


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(open_world("incident", lambda: EPOCH)) as endpoint:
        yield endpoint
        assert endpoint.bugs == ()


@pytest.fixture
def pages(command, endpoint):
    """Reads the pages of a list, each by a command that carries the token of the one before."""

    def read(operation, member, *arguments):
        pages, more = [], ()
        while len(pages) < 20:
            done = _run(
                command,
                operation,
                *("--endpoint-url", endpoint.url, "--output", "json"),
                *arguments,
                *more,
            )
            answer = json.loads(done.stdout)
            pages.append(answer[member])
            if "nextToken" not in answer:
                return pages
            more = ("--next-token", answer["nextToken"])
        pytest.fail("the pages do not end")

    return read


@pytest.fixture
def read_all(endpoint):
    """Reads a feed of the explorer's provider to its end."""
    provider = StageDataProvider(lambda: aws_source(endpoint.url, region=REGION))

    def read(choose):
        feed = choose(provider)

        def is_complete():
            provider.read_more(feed)
            return feed.status.state == "COMPLETE"

        wait_for(is_complete, timeout=30)
        return list(feed.items)

    yield read
    provider.close()


def _comparable(value):
    """The value with every time as an instant: CLI and API write the same one differently."""
    if isinstance(value, dict):
        return {
            name: datetime.fromisoformat(item) if name.endswith("Time") else _comparable(item)
            for name, item in value.items()
        }
    return [_comparable(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(("participant", "sizes"), [(DANA, [100] * 7 + [55]), (JOSE, [72])])
def test_all_pages_of_events_are_the_events_of_the_provider(pages, read_all, participant, sizes):
    where = (*SESSION, "--participant-id", participant, "--max-results", "100")
    told = pages("list-participant-events", "events", *where)
    assert [len(page) for page in told] == sizes
    scope = ParticipantScope(LIVE_STAGE, SHOW, participant)
    held = [event_document(event) for event in read_all(lambda all_: all_.events(scope))]
    assert _comparable(held) == _comparable([event for page in told for event in page])


def test_the_stages_are_the_stages_of_the_provider(pages, read_all):
    (told,) = pages("list-stages", "stages")
    held = read_all(lambda all_: all_.stages())
    assert [
        (stage["arn"], stage.get("name"), stage.get("activeSessionId"), stage.get("tags"))
        for stage in told
    ] == [
        (
            stage.arn,
            stage.name,
            stage.active_session_id,
            None if stage.tags is None else dict(stage.tags),
        )
        for stage in held
    ]
    assert LIVE_STAGE in {stage["arn"] for stage in told}


def test_the_sessions_are_the_sessions_of_the_provider(pages, read_all):
    (told,) = pages("list-stage-sessions", "stageSessions", "--stage-arn", LIVE_STAGE)
    held = read_all(lambda all_: all_.sessions(LIVE_STAGE))
    assert SHOW in {session["sessionId"] for session in told}
    assert _comparable(told) == _comparable(
        [
            {
                name: value
                for name, value in (
                    ("sessionId", session.session_id),
                    ("startTime", wire_time(session.start_time)),
                    ("endTime", wire_time(session.end_time)),
                )
                if value is not None
            }
            for session in held
        ]
    )


def test_the_participants_are_the_participants_of_the_provider(pages, read_all):
    told = pages("list-participants", "participants", *SESSION, "--max-results", "25")
    assert [len(page) for page in told] == [25, 15]
    held = read_all(lambda all_: all_.participants(SessionScope(LIVE_STAGE, SHOW)))
    assert [
        (
            row["participantId"],
            row.get("userId"),
            row["state"],
            datetime.fromisoformat(row["firstJoinTime"]),
            row["published"],
            row.get("recordingState"),
            row.get("replicationType"),
        )
        for page in told
        for row in page
    ] == [
        (
            row.participant_id,
            row.user_id,
            row.state,
            row.first_join_time,
            row.published,
            row.recording_state,
            row.replication_type,
        )
        for row in held
    ]


def test_the_ingest_configurations_are_those_of_the_provider(pages, read_all):
    (told,) = pages(
        "list-ingest-configurations", "ingestConfigurations", "--filter-by-stage-arn", LIVE_STAGE
    )
    held = read_all(lambda all_: all_.feed(calls.ingest_configurations(LIVE_STAGE)))
    assert len(told) == 8
    assert told == [
        {
            "name": row.name,
            "arn": row.arn,
            "ingestProtocol": row.protocol,
            "stageArn": row.stage_arn,
            "participantId": row.participant_id,
            "state": row.state,
            **({} if row.user_id is None else {"userId": row.user_id}),
            "redundantIngest": row.redundant_ingest,
        }
        for row in held
    ]


@pytest.fixture
def copied(command, endpoint):
    """Runs a copied command in a shell, with the AWS CLI at hand as `aws`."""

    def ran(text, *more):
        line = shlex.join(("aws", *more)).removeprefix("aws")
        script = f'aws() {{ {shlex.quote(command)} "$@"; }}\n{text}{line}'
        return _done(["/bin/bash", "-c", script], check=False)

    return ran


def test_copied_commands_list_what_is_on_screen(copied, endpoint):
    there = CliOptions(region=REGION, endpoint_url=endpoint.url)
    session = SessionScope(LIVE_STAGE, SHOW)
    priya = ParticipantFilter("filterByUserId", "priya-guest")
    published = ParticipantFilter("filterByPublished", value=True)
    for text, member, found in (
        (list_stages_command(there), "stages", 7),
        (list_sessions_command(LIVE_STAGE, there), "stageSessions", 5),
        (list_participants_command(session, None, there), "participants", 40),
        (list_participants_command(session, priya, there), "participants", 1),
        (list_participants_command(session, published, there), "participants", 19),
        (list_events_command(ParticipantScope(LIVE_STAGE, SHOW, JOSE), there), "events", 50),
    ):
        done = copied(text)
        assert (done.returncode, done.stderr) == (0, ""), text
        assert len(json.loads(done.stdout)[member]) == found, text


def test_the_copied_command_for_metrics_is_one_that_the_aws_cli_sends(copied, endpoint):
    """The endpoint does not speak CloudWatch: that it is asked at all means that all was valid."""
    for participant_id in (JOSE, None):
        times = EPOCH - timedelta(hours=1), EPOCH
        text = metrics_command(LIVE_STAGE, participant_id, times, EPOCH, CliOptions(region=REGION))
        done = copied(text, "--endpoint-url", endpoint.url)
        assert done.returncode != 0
        assert "when calling the GetMetricData operation: No such operation" in done.stderr
    wrong = copied(text.replace('"Id"', '"Idd"'), "--endpoint-url", endpoint.url)
    assert "Parameter validation failed" in wrong.stderr
