"""Each fault of the endpoint, as a real boto3 client meets it."""

import time
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    ReadTimeoutError,
)

from ivscope.endpoint.faults import FAULTS, LONGEST
from ivscope.endpoint.server import Endpoint
from support.clients import ivs_client, read_all
from support.faulty_urls import faulty_url
from support.small_world import PARTICIPANT_ID, SESSION_ID, STAGE_ARN, SmallWorld

SCOPE = {"stageArn": STAGE_ARN, "sessionId": SESSION_ID, "participantId": PARTICIPANT_ID}

REFUSALS = {
    # fault: (code, status, whether botocore finds the text)
    "throttle": ("ThrottlingException", 400, True),
    "throttle429": ("TooManyRequestsException", 429, True),
    "throttle_retryafter": ("ThrottlingException", 429, True),
    "limitexceeded": ("LimitExceededException", 400, True),
    "internal500": ("InternalServerException", 500, False),
    "accessdenied": ("AccessDeniedException", 403, False),
    "accessdenied_iam": ("AccessDeniedException", 403, True),
    "pending": ("PendingVerification", 403, False),
    "notfound": ("ResourceNotFoundException", 404, False),
    "validation": ("ValidationException", 400, False),
    "conflict": ("ConflictException", 409, False),
    "quota": ("ServiceQuotaExceededException", 402, False),
    "expiredtoken": ("ExpiredTokenException", 403, True),
    "invalidsig": ("InvalidSignatureException", 403, True),
    "unrecognized": ("UnrecognizedClientException", 403, True),
    "badcreds": ("InvalidClientTokenId", 403, True),
    "optin": ("OptInRequired", 403, True),
    "skew": ("InvalidSignatureException", 403, True),
    "notype": ("400", 400, True),
    "redirect302": ("302", 302, False),
    "html403": ("403", 403, True),
    "html407": ("407", 407, True),
    "html502": ("502", 502, True),
    "html503": ("503", 503, True),
    "html504": ("504", 504, True),
}
EMPTY_SUCCESSES = (
    "html200",
    "empty200",
    "nonjson200",
    "missing_member",
    "truncated_json",
    "bom",
    "truncated_len",
)
EXCEPTIONS = {
    "null_body": TypeError,
    "array_body": AttributeError,
    "string_body": AttributeError,
    "gzip": UnicodeDecodeError,
    "latin1": UnicodeDecodeError,
    "utf16": UnicodeDecodeError,
    "reset_headers": ConnectionClosedError,
    "reset_body": HTTPClientError,
    "close_now": ConnectionClosedError,
    "bad_status": ConnectionClosedError,
    "chunked_cut": HTTPClientError,
}
PAGING = ("repeat_token", "empty_token", "empty_middle", "empty_last", "stale_token")
LYING = ("foreign_events", "one_id", "doubled_rows", "unfiltered", "other_value")
"""Tested by what they lead to, in `test_contradictions`."""
OTHERS = ("hugebody", "slow_headers", "slow_body", "late")


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(SmallWorld()) as served:
        yield served
    assert served.bugs == ()


def events(endpoint, fault, **settings):
    """The call ListParticipantEvents of a client that meets this fault."""
    return ivs_client(faulty_url(endpoint, fault), **settings).list_participant_events


def test_no_fault_is_left_untested():
    tested = [*REFUSALS, *EMPTY_SUCCESSES, *EXCEPTIONS, *PAGING, *LYING, *OTHERS]
    assert sorted(tested) == sorted(FAULTS)


@pytest.mark.parametrize("fault", REFUSALS)
def test_an_error_answer_becomes_a_client_error(endpoint, fault):
    code, status, has_text = REFUSALS[fault]
    with pytest.raises(ClientError) as caught:
        events(endpoint, fault)(**SCOPE)
    response = caught.value.response
    assert response["Error"]["Code"] == code
    assert response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
    assert bool(response["Error"]["Message"]) == has_text
    if not has_text and status != 302:
        assert response["exceptionMessage"]


def test_a_proxy_page_carries_control_bytes_into_the_error_text(endpoint):
    with pytest.raises(ClientError, match="\x1b"):
        events(endpoint, "html403")(**SCOPE)


def test_a_denial_names_the_missing_action(endpoint):
    with pytest.raises(ClientError) as caught:
        events(endpoint, "accessdenied")(**SCOPE)
    assert "ivs:ListParticipantEvents" in caught.value.response["exceptionMessage"]


def test_throttling_can_name_the_seconds_to_wait(endpoint):
    with pytest.raises(ClientError) as caught:
        events(endpoint, "throttle_retryafter")(**SCOPE)
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["retry-after"] == "2"


def test_a_skewed_clock_shows_in_the_date(endpoint):
    with pytest.raises(ClientError, match="Signature expired") as caught:
        events(endpoint, "skew")(**SCOPE)
    date = caught.value.response["ResponseMetadata"]["HTTPHeaders"]["date"]
    ahead = parsedate_to_datetime(date).timestamp() - time.time()
    assert 16 * 60 < ahead < 18 * 60


@pytest.mark.parametrize("fault", EMPTY_SUCCESSES)
def test_garbage_with_status_200_becomes_an_empty_success(endpoint, fault):
    answer = events(endpoint, fault)(**SCOPE)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert "events" not in answer


@pytest.mark.parametrize("fault", EXCEPTIONS)
def test_broken_answers_raise_what_was_measured(endpoint, fault):
    with pytest.raises(EXCEPTIONS[fault]):
        events(endpoint, fault)(**SCOPE)


def test_silence_ends_in_a_read_timeout(endpoint):
    with pytest.raises(ReadTimeoutError):
        events(endpoint, "slow_headers", read_timeout=0.2)(**SCOPE)


def test_no_slow_fault_lasts_over_a_minute():
    assert LONGEST <= 60


def test_a_late_answer_is_right(endpoint):
    started = time.monotonic()
    assert len(events(endpoint, "late")(**SCOPE)["events"]) == 50
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize(
    ("call", "parameters", "member", "text"),
    [
        ("list_stages", {}, "stages", "name"),
        ("list_participants", {"stageArn": STAGE_ARN, "sessionId": SESSION_ID}, None, "userId"),
        ("list_participant_events", SCOPE, "events", "errorCode"),
        ("get_participant", SCOPE, "participant", "userId"),
    ],
)
def test_a_huge_text_arrives(endpoint, call, parameters, member, text):
    answer = getattr(ivs_client(faulty_url(endpoint, "hugebody")), call)(**parameters)
    found = answer[member or "participants"]
    row = found[0] if isinstance(found, list) else found
    assert len(row[text]) == 10_000_000


def test_the_first_calls_fail_and_retries_get_through():
    with Endpoint(SmallWorld()) as served:
        call = events(served, "close_now:1", attempts=2)
        assert len(call(**SCOPE)["events"]) == 50
        assert served.calls["ListParticipantEvents"] == 2


def test_a_failure_in_the_middle_leaves_the_pages_around_it():
    with Endpoint(SmallWorld()) as served:
        call = events(served, "internal500@2")
        first = call(**SCOPE)
        with pytest.raises(ClientError):
            call(**SCOPE, nextToken=first["nextToken"])
        rest, sizes = read_all(call, "events", **SCOPE, nextToken=first["nextToken"])
        assert sizes == [50] * 4
        assert len(first["events"] + rest) == 250


def test_a_repeated_token_comes_forever(endpoint):
    call = events(endpoint, "repeat_token")
    first = call(**SCOPE)
    second = call(**SCOPE, nextToken=first["nextToken"])
    third = call(**SCOPE, nextToken=second["nextToken"])
    assert first["nextToken"] == second["nextToken"] == third["nextToken"]
    assert first["events"] != second["events"] == third["events"]


def test_a_repeated_token_comes_for_a_list_of_one_page_too(endpoint):
    client = ivs_client(faulty_url(endpoint, "repeat_token"))
    first = client.list_stages()
    second = client.list_stages(nextToken=first["nextToken"])
    assert first["nextToken"] == second["nextToken"]
    assert first["stages"] == second["stages"]


def test_an_empty_token_stands_at_the_end_only(endpoint):
    call = events(endpoint, "empty_token")
    first = call(**SCOPE, maxResults=100)
    second = call(**SCOPE, maxResults=100, nextToken=first["nextToken"])
    last = call(**SCOPE, maxResults=100, nextToken=second["nextToken"])
    assert last["nextToken"] == ""
    assert len(first["events"] + second["events"] + last["events"]) == 250
    assert call(**SCOPE, nextToken="")["events"] == first["events"][:50]


@pytest.mark.parametrize(
    ("fault", "sizes"),
    [("empty_middle", [100, 0, 100, 50]), ("empty_last", [100, 100, 50, 0])],
)
def test_empty_pages_lose_nothing(endpoint, fault, sizes):
    rows, found = read_all(events(endpoint, fault), "events", **SCOPE, maxResults=100)
    everything, _ = read_all(ivs_client(endpoint.url).list_participant_events, "events", **SCOPE)
    assert found == sizes
    assert rows == everything


def test_the_tokens_around_an_empty_page_differ(endpoint):
    call = events(endpoint, "empty_middle")
    first = call(**SCOPE)
    empty = call(**SCOPE, nextToken=first["nextToken"])
    assert empty["events"] == []
    assert empty["nextToken"] != first["nextToken"]


def test_a_stale_token_is_refused_and_the_first_page_is_not(endpoint):
    call = events(endpoint, "stale_token")
    first = call(**SCOPE)
    with pytest.raises(ClientError, match="ValidationException"):
        call(**SCOPE, nextToken=first["nextToken"])


@pytest.mark.parametrize("fault", PAGING)
def test_paging_faults_leave_gets_alone(endpoint, fault):
    client = ivs_client(faulty_url(endpoint, fault))
    assert client.get_stage(arn=STAGE_ARN)["stage"]["arn"] == STAGE_ARN
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_stage(arn=STAGE_ARN + "x")
