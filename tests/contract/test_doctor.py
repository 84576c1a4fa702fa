"""`ivscope doctor` tells what works, by calls about ids that are there, and does not guess."""

import json

import boto3
import pytest

from ivscope.cli.main import main
from ivscope.endpoint.server import Endpoint
from ivscope.sources import aws_checks
from ivscope.sources.aws import RefusedError
from ivscope.sources.wire_source import READS
from support.faulty_urls import faulty_url
from support.small_world import ACCOUNT, REGION, STAGE_ARN, SmallWorld


@pytest.fixture
def endpoint(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-example")
    with Endpoint(SmallWorld()) as endpoint:
        yield endpoint
        assert endpoint.bugs == ()


def diagnosed(capsys, url, *words):
    """The exit code, and the checks by name."""
    code = main(("doctor", *words, "--endpoint-url", url, "--region", REGION, "--json"))
    told = capsys.readouterr().out
    assert "secret-example" not in told
    document = json.loads(told)
    assert document["version"] == 1
    assert document["is_well"] == (code == 0)
    return code, {check["name"]: check for check in document["checks"]}


def test_where_all_is_allowed_each_action_is_tried_by_a_call_about_a_real_id(capsys, endpoint):
    code, checks = diagnosed(capsys, endpoint.url)
    assert code == 0
    assert {checks[f"ivs:{name}"]["told"] for name in READS} == {"allowed"}
    assert checks["account"]["told"] == f"{ACCOUNT}, as arn:aws:iam::{ACCOUNT}:user/demo"
    assert checks["credentials"]["told"] == "env keys"
    assert checks["Region"]["told"] == REGION
    assert checks["clock"]["health"] == "ok"
    assert "calls" in checks["latency"]["told"]
    assert set(endpoint.calls) == {*READS, "GetCallerIdentity"}


@pytest.mark.parametrize("fault", ["accessdenied", "accessdenied_iam"])
def test_a_denied_action_is_named_and_the_others_are_still_tried(capsys, endpoint, fault):
    url = faulty_url(endpoint, f"{fault}.ListParticipantEvents")
    code, checks = diagnosed(capsys, url)
    assert code == 1
    denied = checks["ivs:ListParticipantEvents"]
    assert denied["health"] == "failed"
    assert denied["step"] == "Ask for the action ivs:ListParticipantEvents."
    assert checks["ivs:ListParticipantReplicas"]["told"] == "allowed"


def test_without_the_list_of_stages_nothing_below_is_invented_but_an_arn_helps(capsys, endpoint):
    url = faulty_url(endpoint, "accessdenied.ListStages")
    code, checks = diagnosed(capsys, url)
    assert code == 1
    others = [checks[f"ivs:{name}"] for name in READS if name != "ListStages"]
    assert {check["health"] for check in others} == {"cannot tell"}
    assert set(endpoint.calls) == {"ListStages", "GetCallerIdentity"}
    _, checks = diagnosed(capsys, url, STAGE_ARN)
    assert checks["ivs:ListParticipantEvents"]["told"] == "allowed"


def test_without_the_optional_action_all_is_well(capsys, endpoint):
    url = faulty_url(endpoint, "accessdenied.ListIngestConfigurations")
    code, checks = diagnosed(capsys, url)
    assert code == 0
    assert "it is optional" in checks["ivs:ListIngestConfigurations"]["told"]


def test_an_account_that_sts_does_not_tell_is_no_failure(capsys, endpoint):
    code, checks = diagnosed(capsys, faulty_url(endpoint, "internal500.GetCallerIdentity"))
    assert code == 0
    assert checks["account"]["health"] == "cannot tell"


def test_a_clock_that_is_off_and_an_endpoint_that_is_not_there_are_failures(capsys, endpoint):
    code, checks = diagnosed(capsys, "http://127.0.0.1:9")
    assert code == 1
    assert "cannot reach 127.0.0.1:9" in checks["ivs:ListStages"]["told"]
    code, checks = diagnosed(capsys, faulty_url(endpoint, "skew.ListStages"))
    assert code == 1
    assert "17 min behind the service" in checks["ivs:ListStages"]["told"]


def test_without_credentials_no_call_is_made(capsys, endpoint, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    code, checks = diagnosed(capsys, endpoint.url)
    assert code == 1
    assert checks["credentials"]["health"] == "failed"
    assert endpoint.calls.total() == 0


def test_the_demo_is_well_and_prints_the_policy(capsys):
    assert main(("doctor", "--demo")) == 0
    printed = capsys.readouterr().out
    policy = json.loads(printed[printed.index("\n{") :])
    assert len(policy["Statement"][0]["Action"]) == 8
    assert main(("doctor", "--demo", "--region", "us-west-2")) == 2
    assert main(("doctor", "stage")) == 2


def test_the_client_of_sts_asks_who_signs_and_nothing_else(endpoint):
    sts = boto3.client("sts", region_name=REGION, endpoint_url=endpoint.url)
    aws_checks.guard_identity(sts)
    assert sts.get_caller_identity()["Account"] == ACCOUNT
    with pytest.raises(RefusedError):
        sts.get_session_token()
    assert endpoint.calls.total() == 1
