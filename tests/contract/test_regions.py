"""A stage is asked in the Region of its ARN, and the source says what signs its calls."""

import json

import pytest

from ivscope.domain import calls
from ivscope.domain.failures import ProviderFailure
from ivscope.endpoint.server import Endpoint
from ivscope.sources.aws import AwsOptions, AwsSource
from ivscope.sources.call_log import CallLog
from support.aws_sources import aws_source
from support.small_world import REGION, STAGE_ARN, SmallWorld

ELSEWHERE = "eu-west-1"


@pytest.fixture
def endpoint():
    with Endpoint(SmallWorld()) as endpoint:
        yield endpoint


def test_a_stage_is_asked_in_the_region_of_its_arn_and_the_list_in_the_one_configured(endpoint):
    # The endpoint refuses what is signed for another Region than its own.
    source = aws_source(endpoint.url, region=ELSEWHERE)
    world = SmallWorld()
    assert source.read_page(calls.sessions(STAGE_ARN), None).items
    assert source.read_page(calls.participants(world.session), None).items
    assert source.read_page(calls.events(world.scope), None).items
    assert source.read_fact(calls.stage(STAGE_ARN)).arn == STAGE_ARN
    assert source.region == ELSEWHERE
    with pytest.raises(ProviderFailure, match=f"scoped to {ELSEWHERE}"):
        source.read_page(calls.STAGES, None)


def test_without_an_endpoint_of_its_own_each_region_has_the_address_of_aws(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    client = AwsSource.connect(AwsOptions(region=ELSEWHERE))._client
    assert client._client_of(REGION).meta.endpoint_url.endswith(f".{REGION}.amazonaws.com")
    assert client.context_of(REGION).region == REGION
    assert client.context_of(None).host.endswith(f".{ELSEWHERE}.amazonaws.com")


PROFILES = """
[profile team]
aws_access_key_id = TEAM
aws_secret_access_key = b
[profile reader]
role_arn = arn:aws:iam::111122223333:role/on-call/Reader
source_profile = team
"""


@pytest.mark.parametrize(
    ("environ", "profile", "words"),
    [
        ({"AWS_PROFILE": "team"}, None, "profile team"),
        ({"AWS_PROFILE": "team", "AWS_ACCESS_KEY_ID": "a"}, None, "env keys"),
        ({"AWS_ACCESS_KEY_ID": "a"}, "team", "profile team"),
        ({}, "reader", "role Reader via profile reader"),
        ({}, None, "no credentials"),
    ],
)
def test_the_source_names_what_signs_as_botocore_chooses_it(
    tmp_path, monkeypatch, environ, profile, words
):
    (tmp_path / "config").write_text(PROFILES)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    if "AWS_ACCESS_KEY_ID" in environ:
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    source = AwsSource.connect(AwsOptions(profile=profile, region=REGION))
    assert source.credentials == words


def test_keys_of_the_demo_are_nobodys_choice(endpoint):
    assert aws_source(endpoint.url).credentials == ""


def test_the_call_log_has_each_call_and_answer_and_no_token_or_user_id(endpoint, tmp_path):
    file = tmp_path / "calls.jsonl"
    source = aws_source(endpoint.url, log=CallLog(file))
    world = SmallWorld()
    page = source.read_page(calls.events(world.scope), None)
    source.read_page(calls.events(world.scope), page.next_cursor)
    person = calls.ParticipantFilter("filterByUserId", "host-1")
    source.read_page(calls.participants(world.session, person), None)
    with pytest.raises(ProviderFailure):
        source.read_fact(calls.stage(f"arn:aws:ivs:{ELSEWHERE}:111122223333:stage/Nowhere"))
    text = file.read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line.get("operation") for line in lines[::2]] == [
        "ListParticipantEvents",
        "ListParticipantEvents",
        "ListParticipants",
        "GetStage",
    ]
    assert [line["region"] for line in lines[::2]] == [REGION, REGION, REGION, ELSEWHERE]
    answers = lines[1::2]
    assert [line["status"] for line in answers] == [200, 200, 200, 403]
    assert answers[-1]["code"] == "InvalidSignatureException"
    assert all(line["request_id"] and line["ms"] >= 0 for line in answers)
    assert str(page.next_cursor) not in text
    assert "host-1" not in text
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_call_log_has_the_call_before_its_answer_comes(endpoint, tmp_path):
    file = tmp_path / "calls.jsonl"
    log = CallLog(file)
    context = aws_source(endpoint.url)._client.context_of(None)
    log.begin("ListStages", {}, context)
    assert json.loads(file.read_text())["operation"] == "ListStages"
