"""Command lines: what a shell makes of them, and whether the AWS CLI knows their options."""

import os
import shlex
import subprocess

import pytest
from botocore import xform_name
from botocore.loaders import Loader

from ivscope.domain.stages import ParticipantFilter, ParticipantScope, SessionScope
from ivscope.export.cli_commands import (
    CliOptions,
    ivscope_command,
    list_events_command,
    list_participants_command,
    list_sessions_command,
    list_stages_command,
    quoted,
)
from ivscope.render.safe import safe_lines
from support.hostile_texts import HOSTILE_TEXTS

ARN = "arn:aws:ivs:us-west-2:123456789012:stage/W0Zz9IkArb68"
SESSION = SessionScope(ARN, "st-dxMFysKnE9UAk")
SCOPE = ParticipantScope(ARN, "st-dxMFysKnE9UAk", "tAv0YThNuP8y")
PLAIN = CliOptions(region="us-west-2")


def _narrowed(member, value):
    return list_participants_command(SESSION, ParticipantFilter(member, value), PLAIN)


def test_a_filter_by_a_stand_in_is_left_out_since_no_service_knows_it():
    redacted = CliOptions(region="us-west-2", is_redacted=True)
    by_user = ParticipantFilter("filterByUserId", "user-1")
    assert "user-1" not in list_participants_command(SESSION, by_user, redacted)
    assert "user-1" in list_participants_command(SESSION, by_user, PLAIN)
    by_state = ParticipantFilter("filterByState", "CONNECTED")
    assert "--filter-by-state CONNECTED" in list_participants_command(SESSION, by_state, redacted)


def test_the_command_that_opens_a_place_shown_with_stand_ins_shows_stand_ins_too():
    redacted = CliOptions(region="us-west-2", is_redacted=True)
    assert ivscope_command((ARN,), redacted) == f"ivscope {ARN} --redact"
    assert "--redact" not in ivscope_command((ARN,), PLAIN)


def _command(text):
    note, command = text.split("\n")
    assert note.startswith("# ")
    return command


def test_the_command_of_an_event_list():
    connection = CliOptions("on call", "us-west-2", "http://127.0.0.1:9")
    note, command = list_events_command(SCOPE, connection).split("\n")
    assert note == ("# shows 50 events; for more add --next-token with the nextToken of the answer")
    assert command == (
        f"aws ivs-realtime list-participant-events --stage-arn {ARN} "
        "--session-id st-dxMFysKnE9UAk --participant-id tAv0YThNuP8y "
        "--region us-west-2 --profile 'on call' --endpoint-url http://127.0.0.1:9"
    )


def test_the_commands_of_the_pickers():
    assert _command(list_stages_command(CliOptions())) == "aws ivs-realtime list-stages"
    assert _command(list_sessions_command(ARN, PLAIN)) == (
        f"aws ivs-realtime list-stage-sessions --stage-arn {ARN} --region us-west-2"
    )


@pytest.mark.parametrize(
    ("member", "value", "option"),
    [
        ("filterByUserId", "José's", "--filter-by-user-id 'José'\"'\"'s'"),
        ("filterByUserId", "-x", "--filter-by-user-id=-x"),
        ("filterByPublished", True, "--filter-by-published"),
        ("filterByPublished", False, "--no-filter-by-published"),
        ("filterByState", "CONNECTED", "--filter-by-state CONNECTED"),
        ("filterByRecordingState", "FAILED", "--filter-by-recording-state FAILED"),
    ],
)
def test_the_filter_of_the_service_is_an_option(member, value, option):
    assert f" --session-id st-dxMFysKnE9UAk {option} --region" in _narrowed(member, value)


@pytest.mark.parametrize(
    "text",
    [
        list_stages_command(PLAIN),
        list_sessions_command(ARN, PLAIN),
        list_events_command(SCOPE, PLAIN),
        *(
            _narrowed(member, value)
            for member, value in (
                ("filterByUserId", "u"),
                ("filterByPublished", False),
                ("filterByState", "CONNECTED"),
                ("filterByRecordingState", "FAILED"),
            )
        ),
    ],
)
def test_the_aws_cli_knows_operation_and_options(text):
    model = Loader().load_service_model("ivs-realtime", "service-2")
    inputs = {
        xform_name(name).replace("_", "-"): model["shapes"][operation["input"]["shape"]]["members"]
        for name, operation in model["operations"].items()
    }
    aws, service, operation, *words = shlex.split(_command(text))
    known = {xform_name(member).replace("_", "-") for member in inputs[operation]}
    options = {word.removeprefix("--") for word in words if word.startswith("--")}
    assert (aws, service) == ("aws", "ivs-realtime")
    assert {option.removeprefix("no-") for option in options} - {"region"} <= known


def test_the_command_of_the_demo_brings_keys_that_the_endpoint_takes():
    connection = CliOptions(None, "us-west-2", "http://127.0.0.1:9", "incident")
    assert _command(list_stages_command(connection)) == (
        "AWS_ACCESS_KEY_ID=demo AWS_SECRET_ACCESS_KEY=demo aws ivs-realtime list-stages "
        "--region us-west-2 --endpoint-url http://127.0.0.1:9"
    )


WORDS = HOSTILE_TEXTS | {"quoted_escape": "it's \x1b0\\x41 `id` $(id)"}


@pytest.mark.parametrize("text", WORDS.values(), ids=WORDS)
def test_a_shell_reads_back_the_word_that_was_quoted(text):
    if "\0" in text or len(text) > 20_000:
        pytest.skip("no program can be given it")
    word = quoted(text)
    assert "\n" not in word
    assert word == safe_lines(word)
    command = ["bash", "--norc", "-c", f"printf %s {word}"]
    environ = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    done = subprocess.run(command, env=environ, capture_output=True, check=True, timeout=5)
    assert done.stdout == text.encode("utf-8", "surrogatepass")


def test_our_own_command_goes_as_deep_as_the_place():
    assert ivscope_command((ARN,), PLAIN) == f"ivscope {ARN}"
    assert ivscope_command((ARN, "st-x", "p"), PLAIN, at="2026-11-23T20:36:28Z") == (
        f"ivscope {ARN} st-x p --at 2026-11-23T20:36:28Z"
    )


def test_a_participant_id_that_looks_like_an_option_is_kept_from_being_one():
    assert ivscope_command((ARN, "st-x", "-p"), PLAIN, at="2026-11-23T20:36:28Z") == (
        f"ivscope --at 2026-11-23T20:36:28Z -- {ARN} st-x -p"
    )
    scope = ParticipantScope(ARN, "st-x", "-p")
    assert " --participant-id=-p " in list_events_command(scope, PLAIN)


def test_our_own_command_leads_back_into_the_demo_or_to_another_endpoint():
    demo = CliOptions(None, "us-west-2", "http://127.0.0.1:9", "incident")
    assert ivscope_command((ARN,), demo) == f"ivscope {ARN} --demo --world incident"
    other = CliOptions("mine", "us-west-2", "http://127.0.0.1:9")
    assert ivscope_command((ARN,), other) == f"ivscope {ARN} --endpoint-url http://127.0.0.1:9"
