"""Arguments that contradict each other, or that nothing could follow, are refused in words."""

import json

import pytest

from ivscope.cli.main import main
from ivscope.endpoint.server import Endpoint
from support.small_world import REGION, SESSION_ID, STAGE_ARN, SmallWorld

PLACE = (STAGE_ARN, SESSION_ID)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--world", "quiet"), "--world quiet is one of the demo: add --demo"),
        (("stages", "--world", "quiet"), "add --demo"),
        (("--demo", "--region", "us-west-2"), "leave out --region or --demo"),
        (("--demo", "--profile", "team"), "leave out --profile or --demo"),
        (("stages", "--demo", "--endpoint-url", "http://x"), "leave out --endpoint-url or --demo"),
        (("--region", "mars"), "'mars' is no AWS Region; IVS Real-Time is in us-east-1, "),
        (("stages", "--region", "us-west2"), "'us-west2' is no AWS Region, perhaps us-west-2"),
        (("--region", "eu-west-1", *PLACE), f"contradicts the stage ARN, which is in {REGION}"),
        (("sessions", STAGE_ARN, "--region", "eu-west-1"), "contradicts the stage ARN"),
        ((*PLACE, "--at", "rubbish"), "--at is about the events of a participant"),
        (("--filter", "rubbish"), "--filter is about the events of a participant"),
    ],
)
def test_a_contradiction_is_told_and_nothing_is_read(capsys, words, said):
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_a_stage_of_another_region_than_the_configured_one_is_read_there(capsys, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with Endpoint(SmallWorld()) as endpoint:
        words = ("sessions", STAGE_ARN, "--endpoint-url", endpoint.url, "--format", "jsonl")
        assert main(words) == 0
    assert SESSION_ID in capsys.readouterr().out


def test_a_command_notes_its_calls_in_the_file_of_debug(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    file = tmp_path / "calls.jsonl"
    with Endpoint(SmallWorld()) as endpoint:
        place = ("--endpoint-url", endpoint.url, "--region", REGION)
        assert main(("stages", *place, "--debug", str(file), "--format", "jsonl")) == 0
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line.get("status") for line in lines] == [None, 200]
    assert main(("stages", "--debug", str(tmp_path / "no" / "such"), "--demo")) == 2
    assert "No such file" in capsys.readouterr().err
