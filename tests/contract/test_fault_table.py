"""Answers that refuse, lie or never end: what a person is told (real boto3, loopback endpoint)."""

import json
import time

import pytest

from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.endpoint.faults import FAULTS, Fault, fixed
from ivscope.endpoint.server import Endpoint
from ivscope.sources.aws import AwsOptions, AwsSource, RecordingClient
from ivscope.sources.recording import Recording
from ivscope.sources.wire_source import WireSource
from support.aws_sources import aws_source
from support.fault_words import CUT, FAULT_WORDS, KIND
from support.faulty_urls import faulty_url
from support.recordings import requests_of
from support.small_world import PARTICIPANT_ID, REGION, SESSION_ID, STAGE_ARN, SmallWorld

ELSEWHERE = {"slow_headers", "slow_body", "late", "hugebody", "repeat_token", "empty_token"} | {
    "empty_middle",
    "empty_last",
    "stale_token",
    "foreign_events",
    "one_id",
    "doubled_rows",
    "unfiltered",
    "other_value",
}
"""Faults tested elsewhere in this folder in other ways."""

WITHOUT_REQUEST_ID = {
    name for name in FAULT_WORDS if name.startswith(("html5", "null", "array"))
} | {
    "string_body",
    "gzip",
    "latin1",
    "utf16",
    *CUT,
}


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint(SmallWorld()) as endpoint:
        yield endpoint
        assert endpoint.bugs == ()


def failure_at(url, **options):
    with pytest.raises(ProviderFailure) as caught:
        aws_source(url, **options).read_page(calls.STAGES, None)
    return caught.value


def test_every_fault_of_the_endpoint_has_a_row():
    assert set(FAULTS) == set(FAULT_WORDS) | ELSEWHERE


@pytest.mark.parametrize("fault", FAULT_WORDS)
def test_a_fault_names_cause_and_next_step(endpoint, fault):
    kind, retryable, code, cause, step = FAULT_WORDS[fault]
    failure = failure_at(faulty_url(endpoint, fault))
    assert (failure.kind, failure.retryable, failure.code) == (kind, retryable, code)
    assert cause in failure.summary
    assert step in failure.remedy
    assert failure.summary.isprintable()
    assert failure.remedy.isprintable()
    assert (failure.request_id is None) == (fault in WITHOUT_REQUEST_ID)


@pytest.mark.parametrize("fault", ["throttle", "internal500", "html503", "reset_headers"])
def test_boto3_does_not_retry_by_itself(endpoint, fault):
    before = endpoint.calls["ListStages"]
    failure_at(faulty_url(endpoint, fault))
    assert endpoint.calls["ListStages"] == before + 1


def test_a_retry_after_header_is_passed_on(endpoint):
    assert failure_at(faulty_url(endpoint, "throttle_retryafter")).retry_after == 2.0
    assert failure_at(faulty_url(endpoint, "throttle")).retry_after is None


def test_silence_is_a_timeout_after_the_read_limit(endpoint):
    begun = time.monotonic()
    failure = failure_at(faulty_url(endpoint, "slow_headers"), read_seconds=0.2)
    assert time.monotonic() - begun < 5
    assert (failure.kind, failure.retryable) == (KIND.TIMEOUT, True)
    assert "no answer from 127.0.0.1" in failure.summary


def test_the_next_call_succeeds_once_the_trouble_is_over(endpoint):
    source = aws_source(faulty_url(endpoint, "internal500.ListStageSessions:1"))
    arn = source.read_page(calls.STAGES, None).items[0].arn
    with pytest.raises(ProviderFailure):
        source.read_page(calls.sessions(arn), None)
    assert len(source.read_page(calls.sessions(arn), None).items) == 3


def test_ten_megabytes_in_one_name_are_a_page_like_any_other(endpoint):
    page = aws_source(faulty_url(endpoint, "hugebody")).read_page(calls.STAGES, None)
    assert len(page.items[0].name) == 10_000_000


def test_expired_credentials_are_found_again_by_a_fresh_source(endpoint, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    file = tmp_path / "credentials"
    file.write_text("[team]\naws_access_key_id = OLD\naws_secret_access_key = x\n")
    url = faulty_url(endpoint, "expiredtoken.GetStage:1")
    options = AwsOptions(profile="team", region=REGION, endpoint_url=url)
    source = AwsSource.connect(options)
    arn = source.read_page(calls.STAGES, None).items[0].arn
    with pytest.raises(ProviderFailure) as caught:
        source.read_fact(calls.stage(arn))
    assert caught.value.kind is KIND.EXPIRED
    assert "aws sso login --profile team" in caught.value.remedy
    file.write_text("[team]\naws_access_key_id = NEW\naws_secret_access_key = y\n")
    again = AwsSource.connect(options)
    assert again._client._client._request_signer._credentials.access_key == "NEW"
    assert (again.profile, again.read_fact(calls.stage(arn)).arn) == ("team", arn)


def test_one_unreadable_time_spoils_one_row(endpoint):
    world = SmallWorld(events=3)
    rows = world.events(*_scope_fields(world))
    make = rows._make
    rows._make = lambda place: make(place) | ({"eventTime": "yesterday"} if place == 1 else {})
    with Endpoint(world) as spoiled:
        events = aws_source(spoiled.url).read_page(calls.events(world.scope), None).items
    assert [getattr(event.time, "raw", None) for event in events] == [None, "yesterday", None]
    assert all(isinstance(event, Event) for event in events)


def _scope_fields(world):
    scope = world.scope
    return scope.stage_arn, scope.session_id, scope.participant_id


class OneAnswer:
    """Answers every call with the same body."""

    def __init__(self):
        self.body = b""

    def pick(self, _spec, _operation):
        return "", Fault("one answer for all", fixed(self.body))


@pytest.fixture(scope="module")
def answering():
    """A source, and a place for the body that answers all of its calls."""
    with Endpoint(SmallWorld()) as endpoint:
        endpoint._server.faults = answer = OneAnswer()
        yield aws_source(faulty_url(endpoint, "one")), answer


SESSION = SessionScope(STAGE_ARN, SESSION_ID)
LISTS = {
    "stages": calls.STAGES,
    "stageSessions": calls.sessions(STAGE_ARN),
    "participants": calls.participants(SESSION),
    "events": calls.events(ParticipantScope(STAGE_ARN, SESSION_ID, PARTICIPANT_ID)),
    "replicas": calls.replicas(STAGE_ARN, PARTICIPANT_ID),
    "ingestConfigurations": calls.ingest_configurations(STAGE_ARN),
}


@pytest.mark.parametrize("member", LISTS)
@pytest.mark.parametrize(
    "value", [{}, "", None, 0, False, True, 7, "text", {"a": 1}, {"items": []}, [1], ["text"], [[]]]
)
def test_a_list_that_is_not_one_is_a_failure_and_never_an_empty_list(answering, member, value):
    source, answer = answering
    answer.body = json.dumps({member: value, "nextToken": None}).encode()
    with pytest.raises(ProviderFailure) as caught:
        source.read_page(LISTS[member], None)
    assert caught.value.kind is KIND.PROTOCOL
    assert "unexpected answer" in caught.value.summary
    assert caught.value.remedy


@pytest.mark.parametrize("member", LISTS)
def test_only_the_member_that_is_asked_for_is_the_list(answering, member):
    source, answer = answering
    for body in ({"items": []}, {member.upper(): []}, {"nextToken": "more"}):
        answer.body = json.dumps(body).encode()
        with pytest.raises(ProviderFailure, match=f"no `{member}`"):
            source.read_page(LISTS[member], None)
    answer.body = json.dumps({member: []}).encode()
    assert source.read_page(LISTS[member], None).items == ()


def test_an_answer_that_is_not_understood_is_not_recorded(answering, tmp_path):
    source, answer = answering
    answer.body = b'{"stages": {}}'
    recording = Recording.open(tmp_path / "odd.ivscope", label="AWS", create=True)
    client = RecordingClient(source._client, recording)
    with pytest.raises(ProviderFailure):
        WireSource(client).read_page(calls.STAGES, None)
    assert not requests_of(recording)
    answer.body = b'{"stages": []}'
    assert WireSource(client).read_page(calls.STAGES, None).items == ()
    assert len(requests_of(recording)) == 1
    recording.close()
