from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from botocore import exceptions as boto

from ivscope.domain.failures import FailureKind
from ivscope.sources.call_context import CallContext
from ivscope.sources.failures import CONNECT, translate
from ivscope.sources.lean_session import MfaCodeNeeded

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CONTEXT = CallContext(
    profile="prod",
    region="us-west-2",
    endpoint_url="https://ivsrealtime.us-west-2.amazonaws.com",
)


def failure_of(error, operation="ListStages", context=CONTEXT):
    return translate(error, operation=operation, context=context, now=NOW)


def refusal(code, message="", status=400, headers=None, **members):
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers or {}},
    }
    return boto.ClientError(response | members, "ListStages")


@pytest.mark.parametrize(
    ("minutes", "words"), [(17, "17 min behind"), (-17, "17 min ahead of"), (0, "is off:")]
)
def test_a_wrong_clock_is_measured_by_the_date_of_the_answer(minutes, words):
    date = format_datetime(NOW + timedelta(minutes=minutes), usegmt=True)
    error = refusal("RequestTimeTooSkewed", "too far", headers={"date": date})
    assert words in failure_of(error).summary


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"x-amz-retry-after": "1500"}, 1.5),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=9), usegmt=True)}, 9.0),
        ({"retry-after": format_datetime(NOW - timedelta(seconds=9), usegmt=True)}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"x-amz-retry-after": "x"}, None),
        ({}, None),
    ],
)
def test_the_wait_that_the_service_asks_for_is_read(headers, seconds):
    assert failure_of(refusal("ThrottlingException", headers=headers)).retry_after == seconds


DENIED = "User: arn:aws:sts::111122223333:assumed-role/OnCall/alex is not authorized to perform: "
ACCOUNT = "(profile prod, account 111122223333)"
EXPLICIT = "with an explicit deny in a service control policy"
NO_POLICY = "because no identity-based policy allows the ivs:ListStages action"
ON_RESOURCE = "on resource: arn:aws:ivs:us-west-2:111122223333:stage/*"
OF_A_USER = DENIED.replace("sts", "iam").replace("assumed-role/OnCall", "user")


@pytest.mark.parametrize(
    ("said", "who"),
    [
        (f"{DENIED}ivs:ListStages", f"assumed-role/OnCall/alex {ACCOUNT}"),
        (
            f"{DENIED}ivs:ListStages {ON_RESOURCE} {EXPLICIT}",
            f"assumed-role/OnCall/alex {ACCOUNT} {EXPLICIT}",
        ),
        (f"{OF_A_USER}ivs:ListStages {NO_POLICY}", f"user/alex {ACCOUNT} {NO_POLICY}"),
        # Another action than the one that was asked for is told as it came.
        (f"{DENIED}kms:Decrypt", f"profile prod: {DENIED}kms:Decrypt"),
        ("no", "profile prod: no"),
        ("", "profile prod: AccessDeniedException"),
    ],
)
def test_what_is_denied_names_the_role_and_the_reason_in_few_words(said, who):
    failure = failure_of(refusal("AccessDeniedException", status=403, exceptionMessage=said))
    assert failure.summary == f"ivs:ListStages is not allowed for {who}"


def test_a_status_is_told_once():
    summary = failure_of(refusal("400", "Something is wrong", status=400)).summary
    assert summary == "ListStages was rejected with status 400: Something is wrong"
    assert failure_of(refusal("403", status=403)).summary.endswith("with 403: no reason given")


def test_the_text_of_a_modelled_error_is_read_where_it_stands():
    error = refusal("ValidationException", exceptionMessage="arn is wrong")
    assert failure_of(error).summary.endswith("ValidationException: arn is wrong")


def test_an_error_without_any_metadata_is_still_a_failure():
    failure = failure_of(boto.ClientError({}, "ListStages"))
    assert (failure.kind, failure.code) == (FailureKind.INVALID, "unknown")


@pytest.mark.parametrize("code", ["ServiceUnavailable", "InternalFailure"])
def test_unknown_codes_go_by_their_status(code):
    failure = failure_of(refusal(code, "later", status=503))
    assert (failure.kind, failure.retryable) == (FailureKind.SERVICE, True)


def test_control_characters_of_an_error_are_shown_and_not_sent():
    failure = failure_of(
        refusal("ValidationException", "a\x1b]0;owned\x07\u202eb\n\nc" + "x" * 999)
    )
    assert r"a\x1b]0;owned\x07\u202eb c" in failure.summary
    assert failure.summary.isprintable()
    assert len(failure.summary) < 400


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("sso", "aws sso login --profile prod"),
        ("login", "aws login --profile prod"),
        ("env", "start ivscope again"),
        ("explicit", "start ivscope again"),
        ("assume-role", "profile prod"),
    ],
)
def test_expired_credentials_are_renewed_the_way_they_were_found(method, words):
    context = CallContext(profile="prod", credential_method=method)
    failure = failure_of(refusal("ExpiredToken"), context=context)
    assert failure.kind is FailureKind.EXPIRED
    assert words in failure.remedy


@pytest.mark.parametrize(
    ("method", "code", "is_final"),
    [
        ("env", "ExpiredTokenException", True),
        ("env", "InvalidClientTokenId", True),
        ("env", "AccessDeniedException", False),
        ("env", "RequestTimeTooSkewed", False),
        ("sso", "ExpiredTokenException", False),
        ("shared-credentials-file", "InvalidClientTokenId", False),
    ],
)
def test_keys_of_the_environment_are_renewed_by_a_new_start_alone(method, code, is_final):
    failure = failure_of(refusal(code), context=CallContext(credential_method=method))
    assert failure.needs_new_start is is_final
    assert ("start ivscope again" in failure.remedy) is is_final
    assert "press r" not in failure.remedy or not is_final


DEMO = CallContext(
    region="us-west-2", endpoint_url="http://127.0.0.1:7711", credential_method="explicit"
)
OWN = CallContext(region="eu-west-1", endpoint_url="http://localhost:7711", credential_method="env")


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFoundException"])
def test_the_demo_has_keys_of_its_own_and_no_profile(code):
    failure = failure_of(refusal(code), context=DEMO)
    assert "the keys of the demo" in failure.summary + failure.remedy
    assert "profile)" not in failure.summary + failure.remedy


@pytest.mark.parametrize(
    ("context", "step"),
    [(DEMO, "start ivscope again, which serves the demo"), (OWN, "what serves it on this machine")],
)
@pytest.mark.parametrize(
    "error", [boto.EndpointConnectionError, boto.ConnectTimeoutError, boto.ReadTimeoutError]
)
def test_no_network_is_to_be_checked_where_an_endpoint_of_this_machine_is_gone(
    error, context, step
):
    url = f"{context.endpoint_url}/ListStages"
    remedy = failure_of(error(endpoint_url=url, error="refused"), context=context).remedy
    assert step in remedy
    assert "network" not in remedy


@pytest.mark.parametrize(
    "said",
    [
        "Credential is scoped to eu-west-1/ivs/aws4_request, expected us-west-2/ivs/aws4_request",
        "Credential should be scoped to a valid region, not 'eu-west-1'.",
    ],
)
def test_a_call_for_another_region_than_that_of_the_endpoint_is_told_as_such(said):
    error = refusal("InvalidSignatureException", said, status=403)
    own, demo = (failure_of(error, context=one) for one in (OWN, DEMO))
    assert own.kind is FailureKind.CONFIGURATION
    assert "localhost:7711 takes no calls for eu-west-1" in own.summary
    assert "endpoint URL of eu-west-1" in own.remedy
    assert "demo world are in one Region: open one" in demo.remedy
    assert own.needs_new_start
    assert demo.needs_new_start
    assert "keys" not in own.summary + own.remedy


@pytest.mark.parametrize(
    ("url", "way", "step"),
    [
        ("https://ivsrealtime.us-west-2.amazonaws.com", "env", "see AWS Health."),
        ("http://127.0.0.1:7711", "env", "see what 127.0.0.1:7711 logs."),
        ("http://127.0.0.1:7711", "explicit", "restart ivscope."),
    ],
)
def test_aws_health_is_named_for_what_aws_serves_alone(url, way, step):
    context = CallContext(region="us-west-2", endpoint_url=url, credential_method=way)
    failure = failure_of(refusal("InternalServerException", "internal error", 500), context=context)
    assert failure.remedy.endswith(f"If it goes on, {step}")


def test_a_region_that_nobody_set_is_given_by_a_new_start_alone():
    failure = failure_of(boto.NoRegionError())
    assert failure.needs_new_start
    assert "press r" not in failure.remedy


URL = "https://ivsrealtime.us-west-2.amazonaws.com/ListStages"


@pytest.mark.parametrize(
    ("error", "kind", "retryable", "words"),
    [
        (
            boto.SSLError(endpoint_url=URL, error="certificate verify failed: self-signed"),
            FailureKind.CONFIGURATION,
            False,
            "AWS_CA_BUNDLE",
        ),
        (
            boto.ProxyConnectionError(proxy_url="http://u:secret@proxy:3128"),
            FailureKind.CONFIGURATION,
            False,
            "proxy:3128",
        ),
        (boto.ReadTimeoutError(endpoint_url=URL), FailureKind.TIMEOUT, True, "no answer"),
        (boto.ConnectTimeoutError(endpoint_url=URL), FailureKind.NETWORK, True, "cannot reach"),
        (
            boto.EndpointConnectionError(endpoint_url=URL),
            FailureKind.NETWORK,
            True,
            "reach ivsreal",
        ),
        (boto.ConnectionClosedError(endpoint_url=URL), FailureKind.NETWORK, True, "lost"),
        (boto.ResponseStreamingError(error="cut"), FailureKind.NETWORK, True, "lost"),
        (
            boto.IncompleteReadError(actual_bytes=1, expected_bytes=2),
            FailureKind.NETWORK,
            True,
            "lost",
        ),
        (boto.UnauthorizedSSOTokenError(), FailureKind.EXPIRED, False, "aws sso login"),
        (
            boto.TokenRetrievalError(provider="sso", error_msg="Token has expired"),
            FailureKind.EXPIRED,
            False,
            "aws sso login --profile prod",
        ),
        (boto.LoginRefreshRequired(), FailureKind.EXPIRED, False, "aws login --profile prod"),
        (
            boto.MissingDependencyException(msg="crt"),
            FailureKind.CREDENTIALS,
            False,
            "botocore[crt]",
        ),
        (boto.MetadataRetrievalError(error_msg="x"), FailureKind.CREDENTIALS, True, "metadata"),
        (MfaCodeNeeded("code"), FailureKind.CREDENTIALS, False, "MFA"),
        (
            boto.InvalidRetryModeError(provided_retry_mode="x", valid_modes="y"),
            FailureKind.CONFIGURATION,
            False,
            "setting",
        ),
        (boto.ParamValidationError(report="bad"), FailureKind.INVALID, False, "bad"),
        (
            boto.UnknownServiceError(service_name="x", known_service_names="y"),
            FailureKind.CONFIGURATION,
            False,
            "newer boto3",
        ),
        (
            RuntimeError("the refreshed credentials are still expired."),
            FailureKind.EXPIRED,
            False,
            "already expired",
        ),
        (RecursionError("deep"), FailureKind.PROTOCOL, False, "not an IVS response"),
        (ValueError("odd"), FailureKind.PROTOCOL, False, "not an IVS response"),
        (FileNotFoundError(2, "no", "/a/token"), FailureKind.CREDENTIALS, False, "/a/token"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_exception_of_botocore_gets_its_kind_and_words(error, kind, retryable, words):
    failure = failure_of(error)
    assert (failure.kind, failure.retryable) == (kind, retryable)
    assert words in f"{failure.summary} | {failure.remedy}"
    assert "secret" not in f"{failure.summary} | {failure.remedy}"


def test_an_unreachable_host_in_a_region_without_ivs_lists_the_regions():
    context = CallContext(
        region="us-east-2", endpoint_url="https://ivsrealtime.us-east-2.amazonaws.com"
    )
    error = boto.EndpointConnectionError(
        endpoint_url="https://ivsrealtime.us-east-2.amazonaws.com/"
    )
    failure = failure_of(error, context=context)
    assert "no endpoint in us-east-2" in failure.remedy
    assert "eu-central-1" in failure.remedy


def test_an_unreachable_sts_is_named_instead_of_ivs():
    error = boto.EndpointConnectionError(endpoint_url="https://sts.us-west-2.amazonaws.com/")
    assert "sts.us-west-2.amazonaws.com" in failure_of(error).summary


def test_a_setting_that_botocore_cannot_convert_is_a_matter_of_configuration():
    failure = failure_of(ValueError("invalid literal for int(): 'many'"), operation=CONNECT)
    assert failure.kind is FailureKind.CONFIGURATION
    assert "many" in failure.summary
    assert "AWS_" in failure.remedy
