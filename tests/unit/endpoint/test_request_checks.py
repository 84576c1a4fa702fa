"""Requests against the service model: what the endpoint refuses, and what it lets through."""

import pytest

from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.service import check_signature
from ivscope.endpoint.service_model import check_request, load_service_model
from support.small_world import PARTICIPANT_ID, SESSION_ID, STAGE_ARN

MODEL = load_service_model()
SCOPE = {"stageArn": STAGE_ARN, "sessionId": SESSION_ID, "participantId": PARTICIPANT_ID}
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261120/{scope}, "
    "SignedHeaders=content-type;host;x-amz-date, Signature=" + "0" * 64
)


@pytest.mark.parametrize(
    ("operation", "parameters", "said"),
    [
        ("GetStage", {}, "arn: required"),
        ("GetStage", {"arn": None}, "arn: required"),
        ("GetStage", {"arn": 7}, "arn: string expected"),
        ("GetStage", {"arn": "arn:aws:s3:::bucket"}, "arn: does not match"),
        ("GetStage", {"arn": f"{STAGE_ARN} "}, "arn: does not match"),
        ("GetStage", {"arn": STAGE_ARN + "x" * 128}, "arn: at most 128 long"),
        ("ListStages", {"maxResults": 0}, "maxResults: at least 1"),
        ("ListStages", {"maxResults": 101}, "maxResults: at most 100"),
        ("ListStages", {"maxResults": "50"}, "maxResults: integer expected"),
        ("ListStages", {"maxResults": True}, "maxResults: integer expected"),
        ("ListStages", {"nextToken": "a b"}, "nextToken: does not match"),
        ("ListStages", {"nextToken": "a" * 1025}, "nextToken: at most 1024 long"),
        ("ListParticipantEvents", SCOPE | {"sessionId": "st-1"}, "sessionId: at least 16 long"),
        ("ListParticipantEvents", SCOPE | {"sessionId": "x" * 16}, "sessionId: does not match"),
        ("ListParticipantEvents", SCOPE | {"participantId": "a/b"}, "participantId: does not"),
        ("ListParticipantEvents", SCOPE | {"participantId": "a" * 65}, "participantId: at most"),
        (
            "ListParticipantReplicas",
            {"sourceStageArn": STAGE_ARN, "participantId": "p", "maxResults": 51},
            "maxResults: at most 50",
        ),
        (
            "ListParticipants",
            {"stageArn": STAGE_ARN, "sessionId": SESSION_ID, "filterByPublished": "true"},
            "filterByPublished: boolean expected",
        ),
        (
            "ListParticipants",
            {
                "stageArn": STAGE_ARN,
                "sessionId": SESSION_ID,
                "filterByPublished": False,
                "filterByUserId": "",
            },
            "only one filter per request, not filterByPublished and filterByUserId",
        ),
        ("ListIngestConfigurations", {"maxResults": 101}, "maxResults: at most 100"),
        ("ListIngestConfigurations", {"filterByStageArn": "x"}, "filterByStageArn: does not match"),
        (
            "ListIngestConfigurations",
            {"filterByStageArn": STAGE_ARN, "filterByState": "ACTIVE"},
            "only one filter per request, not filterByStageArn and filterByState",
        ),
    ],
)
def test_a_request_that_breaks_the_model_is_refused_with_the_reason(operation, parameters, said):
    with pytest.raises(ServiceError) as refused:
        check_request(MODEL, operation, parameters)
    assert refused.value.code == "ValidationException"
    assert refused.value.status == 400
    assert said in refused.value.message


def test_every_violation_is_named():
    with pytest.raises(ServiceError) as refused:
        check_request(MODEL, "ListParticipantEvents", {"sessionId": "x", "maxResults": 1000})
    for member in ("stageArn", "sessionId", "participantId", "maxResults"):
        assert member in refused.value.message


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("ListStages", {}),
        ("ListStages", {"maxResults": 100, "nextToken": ""}),
        ("ListStages", {"memberOfTomorrow": [1, None]}),
        ("ListIngestConfigurations", {"filterByStageArn": STAGE_ARN, "filterByState": None}),
        ("ListParticipantEvents", SCOPE | {"participantId": "", "nextToken": None}),
        ("ListParticipantEvents", SCOPE | {"participantId": "A-_" * 21}),
        (
            "ListParticipants",
            {"stageArn": STAGE_ARN, "sessionId": SESSION_ID, "filterByState": "LEVITATING"},
        ),
    ],
)
def test_unknown_members_nulls_and_unknown_enum_values_pass(operation, parameters):
    check_request(MODEL, operation, parameters)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "MissingAuthenticationTokenException"),
        ({"authorization": "Bearer abc"}, "IncompleteSignatureException"),
        (
            {"authorization": SIGNED.format(scope="us-west-2/ivs/aws4_request")[:-1]},
            "IncompleteSignatureException",
        ),
        (
            {"authorization": SIGNED.format(scope="eu-west-1/ivs/aws4_request")},
            "InvalidSignatureException",
        ),
        (
            {"authorization": SIGNED.format(scope="us-west-2/ivsrealtime/aws4_request")},
            "InvalidSignatureException",
        ),
        (
            {"authorization": SIGNED.format(scope="us-west-2/ivs/aws3_request")},
            "InvalidSignatureException",
        ),
    ],
)
def test_a_request_without_a_signature_for_ivs_and_the_region_is_refused(headers, code):
    with pytest.raises(ServiceError) as refused:
        check_signature(headers, "us-west-2")
    assert (refused.value.code, refused.value.status) == (code, 403)
    assert refused.value.member == "message"


def test_a_signature_for_ivs_and_the_region_is_accepted_whatever_its_value():
    scope = "us-west-2/ivs/aws4_request"
    check_signature({"authorization": SIGNED.format(scope=scope)}, "us-west-2")
