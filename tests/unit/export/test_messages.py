"""What a person would write of an event or a session: to a channel, and to AWS Support."""

import json
import re
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import botocore.loaders
import botocore.validate
import pytest
from botocore.model import ServiceModel

from ivscope.domain.events import Event
from ivscope.domain.stages import (
    Participant,
    ParticipantScope,
    ParticipantSummary,
    StageSession,
)
from ivscope.export.cli_commands import CliOptions, metrics_command
from ivscope.export.clippings import event_markdown
from ivscope.export.messages import console_path, event_message, metrics_around, support_case
from ivscope.export.telling import Told, in_chat
from ivscope.findings.finding import (
    Ask,
    Certainty,
    Cited,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Lacking,
)
from ivscope.findings.quota import AgainstLimit, PublishersThen
from ivscope.findings.repeats import OwnInternalErrors, RepeatsOpen
from ivscope.knowledge.error_codes import explain_code
from support.copied import about
from support.hostile_texts import HOSTILE_TEXTS

ARN = "arn:aws:ivs:us-west-2:123456789012:stage/W0Zz9IkArb68"
SCOPE = ParticipantScope(ARN, "st-dxMFysKnE9UAk", "tAv0YThNuP8y")
CONNECTION = CliOptions(profile="on call", region="us-west-2")
AT = datetime(2026, 11, 23, 20, 36, 28, tzinfo=UTC)
FAILED = Event("PUBLISH_ERROR", "tAv0YThNuP8y", AT, error_code="INTERNAL_SERVER_EXCEPTION")
EVERYBODY = Ask(
    Lacking.EVENTS_OF_EVERYBODY, FactKey(FactKind.SESSION_EVENTS, SCOPE.session), calls=2
)
TWICE = Finding(
    OwnInternalErrors(2, is_all_read=True),
    Certainty.UNKNOWN,
    (EventRef(SCOPE, 3),),
    RepeatsOpen.OTHERS_TOO,
    (EVERYBODY,),
)
TOLD = Told(
    TWICE,
    {None: "ana", "tAv0YThNuP8y": "ana"},
    (Cited("PUBLISH_ERROR", AT - timedelta(seconds=7), "tAv0YThNuP8y"),),
    "tAv0YThNuP8y",
)


def told(event=FAILED, **more):
    own = about(event, SCOPE, CONNECTION, user_id="ana", findings=(TOLD,))
    return replace(own, **more)


def test_a_message_begins_with_what_was_found_in_names_and_ends_with_commands():
    assert event_message(told(stage_name="Lobby")).splitlines() == [
        "PUBLISH_ERROR INTERNAL_SERVER_EXCEPTION of ana at 2026-11-23 20:36:28 UTC",
        "- Unknown: This participant has 2 of them.",
        "  Evidence: PUBLISH_ERROR of ana 20:36:21",
        "  Not known: whether others failed at the same time, which would speak for the service",
        "  To find out: read the events of all participants (2 calls or more)",
        "- Means: Publishing failed on an error inside the service.",
        f"- Do next: {explain_code('INTERNAL_SERVER_EXCEPTION').next_check}",
        "- Read: 61 events of this participant read, all",
        "Participant: ana, id tAv0YThNuP8y",
        "Session: st-dxMFysKnE9UAk",
        f"Stage: Lobby, {ARN}",
        f"Open: ivscope {ARN} st-dxMFysKnE9UAk tAv0YThNuP8y --at 2026-11-23T20:36:28Z",
        (
            f"Raw: aws ivs-realtime list-participant-events --stage-arn {ARN} --session-id "
            "st-dxMFysKnE9UAk --participant-id tAv0YThNuP8y --region us-west-2 --profile 'on call'"
            "  # shows 50 events; for more add --next-token with the nextToken of the answer"
        ),
    ]


SLOTS_TAKEN = Told(
    Finding(PublishersThen(12, 12, 0, AgainstLimit.FULL), Certainty.LIKELY, ()), {None: "ana"}
)


@pytest.mark.parametrize("write", [event_message, event_markdown])
def test_what_a_finding_says_to_do_stands_in_the_place_of_the_general_advice(write):
    own = about(FAILED, SCOPE, CONNECTION, user_id="ana", findings=(SLOTS_TAKEN,))
    steps = [line.strip(" -") for line in write(own).splitlines() if "Do next" in line]
    assert steps == ["Do next: Free a slot, and let the user try again."]


def test_the_same_in_markdown_has_the_findings_above_the_explanation():
    lines = event_markdown(told()).splitlines()
    assert lines[1:4] == [
        "- **Unknown**: This participant has 2 of them.",
        "  - Evidence: `PUBLISH_ERROR` of `ana` 20:36:21",
        "  - Not known: whether others failed at the same time, which would speak for the service",
    ]
    assert lines.index("- Participant: `tAv0YThNuP8y` user id `ana`") > 3


@pytest.mark.parametrize(
    ("name", "error_code", "says"),
    [
        ("PUBLISH_ERROR", "QUOTA_EXCEEDED", "Code as documented: More participants want to"),
        ("PUBLISH_ERROR", "WORMHOLE_CLOSED", "Means: This version of ivscope does not know"),
        ("JOIN_ERROR", None, "Means: The event reports an error but came without a code."),
        ("LEFT", None, "no longer connected to the stage. (not in the AWS docs)"),
    ],
)
def test_only_what_aws_documents_is_said_to_be_documented(name, error_code, says):
    event = Event(name, "tAv0YThNuP8y", AT, error_code=error_code)
    assert says in support_case(told(event))
    assert says.replace("Code as documented", "Means") in event_message(told(event))


def test_the_last_line_of_markdown_does_not_go_on_with_the_list():
    assert event_markdown(told()).splitlines()[-2:] == ["", "ivscope"]


def test_the_publisher_is_named_with_its_id():
    event = Event("SUBSCRIBE_ERROR", "tAv0YThNuP8y", AT, remote_participant_id="b-1")
    assert "Publisher: mara, id b-1" in event_message(told(event, remote="mara"))
    assert "Publisher: b-1" in event_message(told(event)).splitlines()


def test_a_support_case_names_ids_times_client_and_what_was_not_read():
    client = Participant(
        ParticipantSummary("tAv0YThNuP8y", user_id="ana"),
        sdk_version="1.37.1",
        os_name="Android",
        os_version="14",
        isp_name="Jio",
    )
    session = StageSession(SCOPE.session_id, AT - timedelta(hours=1), AT + timedelta(hours=1))
    text = support_case(told(client=client, session=session))
    assert text.splitlines() == [
        "Amazon IVS Real-Time: PUBLISH_ERROR INTERNAL_SERVER_EXCEPTION",
        "",
        f"Stage: {ARN}",
        "Session: st-dxMFysKnE9UAk, 2026-11-23 19:36:28 to 21:36:28 UTC",
        "Participant: tAv0YThNuP8y, SDK 1.37.1, system Android 14, provider Jio",
        "Event: PUBLISH_ERROR INTERNAL_SERVER_EXCEPTION",
        "Event time: 2026-11-23 20:36:28 UTC",
        "Code as documented: Publishing failed on an error inside the service.",
        "",
        "What we checked",
        "- Unknown: This participant has 2 of them.",
        "  Evidence: PUBLISH_ERROR of tAv0YThNuP8y 20:36:21",
        "  Not known: whether others failed at the same time, which would speak for the service",
        "  To find out: read the events of all participants (2 calls or more)",
        "",
        "What was read",
        "- 61 events of this participant read, all",
        "- Read at 2026-11-24 07:00:00 UTC by ListParticipantEvents",
        "- Request ids: request-1",
        "- Not read by this tool: metrics, CloudTrail, logs of the client",
    ]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Chen Wei-Ting", "Chen Wei-Ting"),
        ("José", "José"),
        ("1.37.1", "1.37.1"),
        (ARN, ARN),
        ("@channel", "`@channel`"),
        ("*bold*", "`*bold*`"),
        ("_a_", "`_a_`"),
        ("<!here>", "`<!here>`"),
        ("see evil.com", "`see evil.com`"),
        ("`", "`\\x60`"),
        ("a\nb", "`a\\x0ab`"),
    ],
)
def test_a_name_that_a_chat_could_act_on_stands_in_code(name, shown):
    assert in_chat(name) == shown


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_hostile_names_add_no_line_and_no_control_to_a_message(name):
    text = HOSTILE_TEXTS[name]
    event = replace(FAILED, name=text, error_code=text, remote_participant_id=text)
    plain = told(replace(event, name="x", error_code="x", remote_participant_id="x"))
    names = dict.fromkeys(TOLD.names, text)
    hostile = about(event, SCOPE, user_id=text, findings=(replace(TOLD, names=names),))
    for write in (event_message, support_case):
        shown = write(replace(hostile, stage_name=text, remote=text))
        assert shown.count("\n") == write(replace(plain, stage_name="x", remote="x")).count("\n")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)


def queries(command):
    words = shlex.split(command, comments=True)
    return words, json.loads(words[words.index("--metric-data-queries") + 1])


NOW = AT + timedelta(days=1)


def test_the_metrics_command_is_one_that_cloudwatch_takes():
    command = metrics_around(SCOPE, AT, None, NOW, CONNECTION)
    words, asked = queries(command)
    assert words[:3] == ["aws", "cloudwatch", "get-metric-data"]
    assert words[-4:] == ["--region", "us-west-2", "--profile", "on call"]
    times = {"StartTime": words[words.index("--start-time") + 1]}
    assert times["StartTime"] == "2026-11-23T20:21:28Z"
    assert words[words.index("--end-time") + 1] == "2026-11-23T20:51:28Z"
    loaded = botocore.loaders.Loader().load_service_model("cloudwatch", "service-2")
    shape = ServiceModel(loaded).operation_model("GetMetricData").input_shape
    request = {"StartTime": AT, "EndTime": AT, "MetricDataQueries": asked}
    assert not botocore.validate.ParamValidator().validate(request, shape).has_errors()
    assert all(re.fullmatch("[a-z][a-zA-Z0-9_]*", query["Id"]) for query in asked)
    loss = next(query for query in asked if query["Id"] == "downloadPacketLoss")
    metric = loss["MetricStat"]["Metric"]
    assert metric["Namespace"] == "AWS/IVSRealTime"
    assert metric["Dimensions"] == [
        {"Name": "Stage", "Value": "W0Zz9IkArb68"},
        {"Name": "Participant", "Value": "tAv0YThNuP8y"},
    ]
    bitrate = next(query for query in asked if query["Id"] == "publishBitrate")
    assert bitrate["Expression"] == (
        "SEARCH('{AWS/IVSRealTime,Stage,Participant,SimulcastLayer,MediaType} "
        'MetricName="PublishBitrate" Stage="W0Zz9IkArb68" Participant="tAv0YThNuP8y"\''
        ",'Average',60)"
    )


@pytest.mark.parametrize(("days", "period"), [(14, 60), (20, 300), (80, 3_600)])
def test_old_metrics_are_asked_for_in_the_periods_that_are_kept(days, period):
    command = metrics_around(SCOPE, AT, None, AT + timedelta(days=days), CONNECTION)
    _, asked = queries(command)
    assert {query["MetricStat"]["Period"] for query in asked if "MetricStat" in query} == {period}


def test_a_session_is_asked_for_by_its_time_and_a_place_without_one_not_at_all():
    start = StageSession("st-1", AT, AT + timedelta(days=3))
    command = metrics_around(SCOPE.session, None, start, NOW, CONNECTION)
    words, asked = queries(command)
    assert words[words.index("--end-time") + 1] == "2026-11-24T20:36:28Z", "a day at most"
    assert {query["Id"] for query in asked} == {"publishers", "subscribers"}
    assert metrics_around(SCOPE, None, None, NOW, CONNECTION) is None


def test_an_id_that_could_end_a_search_is_not_searched_for():
    _, asked = queries(metrics_command(ARN, 'a" OR "', (AT, AT), NOW, CONNECTION))
    assert not [query for query in asked if "Expression" in query]


def test_the_way_in_the_console_has_no_link_that_nobody_documents():
    assert console_path(SCOPE).splitlines() == [
        "AWS documents no link to a session; by hand:",
        "1. https://console.aws.amazon.com/ivs in Region us-west-2",
        "2. Stages: W0Zz9IkArb68",
        "3. Stage sessions: st-dxMFysKnE9UAk",
        "4. Participants: tAv0YThNuP8y, then Events",
    ]
