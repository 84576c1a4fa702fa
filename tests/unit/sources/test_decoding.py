import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import ParticipantSummary, StageSession, StageSummary
from ivscope.domain.times import UnreadableTime
from ivscope.sources import decoding

SUPPORT = Path(__file__).parents[2] / "support"
CORPUS = json.loads((SUPPORT / "hostile_corpus.json").read_text())


def sample(name):
    return json.loads((SUPPORT / "samples" / f"{name}.json").read_text())


def events_of(rows, **extra):
    return decoding.decode_page(
        {"events": rows, **extra}, "events", decoding.decode_event, origin="test"
    ).items


def test_the_sample_of_the_user_guide_keeps_its_order_and_members():
    rows = events_of(sample("userguide__stage-health__list-participant-events")["events"])
    assert [row.name for row in rows] == [
        "JOINED",
        "SUBSCRIBE_STARTED",
        "SUBSCRIBE_STOPPED",
        "LEFT",
    ]
    assert rows[1] == Event(
        name="SUBSCRIBE_STARTED",
        participant_id="AdRezBl021t0",
        time=datetime(2023, 4, 4, 22, 48, 41, tzinfo=UTC),
        remote_participant_id="Ou5b5n5XLMdC",
    )


def test_the_replication_sample_keeps_the_destination_as_it_came():
    rows = events_of(sample("awscli__list-participant-events__ex2")["events"])
    assert [row.time.minute for row in rows] == [36, 36, 30, 30, 30, 32]
    assert rows[4].destination_stage_arn == "arn:aws:ivs:us-west-2:12345678901:stage/ABCDabcdefgh"
    assert rows[4].destination_session_id == "st-b1c2d3e4f5g6a"


def test_empty_texts_of_the_samples_stay_empty_and_missing_ones_absent():
    answer = sample("awscli__list-participants__ex2")
    page = decoding.decode_page(
        answer, "participants", decoding.decode_participant_summary, origin="test"
    )
    assert (page.items[0].user_id, page.items[0].source_stage_arn) == ("", "")
    participant = decoding.decode_participant(sample("awscli__get-participant__ex3")["participant"])
    assert participant.sdk_version == ""
    assert participant.protocol is None
    assert participant.attributes is None
    assert participant.summary.source_stage_arn is None
    assert participant.recording_s3_prefix.count("/") == 3


def test_the_stage_sample_tells_recording_and_endpoints():
    stage = decoding.decode_stage(sample("awscli__get-stage__ex1")["stage"])
    assert (stage.recording_storage_arn, stage.recording_reconnect_window_seconds) == ("", 0)
    assert stage.recording_media_types == ("AUDIO_VIDEO",)
    assert [kind for kind, _ in stage.endpoints] == ["events", "rtmp", "rtmps", "whip"]
    assert stage.tags == ()


def test_the_session_sample_keeps_microseconds():
    answer = sample("awscli__get-stage-session__ex1")
    session = decoding.decode_single(answer, "stageSession", decoding.decode_session, origin="test")
    assert session.start_time.microsecond == 602000
    assert session.end_time.microsecond == 0


def test_stage_and_replica_samples_decode():
    stages = decoding.decode_page(
        sample("awscli__list-stages__ex1"), "stages", decoding.decode_stage_summary, origin="test"
    )
    assert [stage.name for stage in stages.items] == ["stage1", "stage2", "stage3"]
    replicas = decoding.decode_page(
        sample("awscli__list-participant-replicas__ex1"),
        "replicas",
        decoding.decode_replica,
        origin="test",
    )
    assert replicas.items[0].destination_session_id == "st-b1c2d3e4f5g6a"


def test_a_stream_key_that_comes_with_an_ingest_configuration_is_not_kept():
    row = {
        "arn": "arn:key",
        "ingestProtocol": "RTMPS",
        "stageArn": "",
        "state": "INACTIVE",
        "streamKey": "rt_secret",
        "redundantIngestCredentials": [{"participantId": "p", "streamKey": "rt_secret"}],
    }
    decoded = decoding.decode_ingest_configuration(row)
    assert (decoded.arn, decoded.stage_arn, decoded.state) == ("arn:key", "", "INACTIVE")
    assert (decoded.name, decoded.participant_id, decoded.redundant_ingest) == (None, None, None)
    assert "rt_secret" not in repr(decoded)


def test_datetimes_are_taken_as_well_as_texts():
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert events_of([{"eventTime": moment}])[0].time == moment


@pytest.mark.parametrize("raw", CORPUS["times"])
def test_a_hostile_time_is_a_time_or_keeps_its_text(raw):
    bad, good = events_of([{"eventTime": raw}, {"eventTime": "2026-01-01T00:00:00Z"}])
    assert isinstance(bad.time, datetime) or bad.time == UnreadableTime(raw)
    assert good.time == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", CORPUS["bodies"])
def test_a_hostile_body_becomes_a_page_or_a_failure(name):
    try:
        answer = json.loads(CORPUS["bodies"][name]["body"])
    except (ValueError, RecursionError):
        answer = {}  # what botocore makes of it
    answer = answer if isinstance(answer, dict) else {}
    if isinstance(answer.get("events"), list):
        assert len(events_of(answer["events"])) == len(answer["events"])
    else:
        with pytest.raises(ProviderFailure):
            decoding.decode_page(answer, "events", decoding.decode_event, origin="test")


@pytest.mark.parametrize("name", CORPUS["cases"])
def test_a_hostile_text_is_kept_exactly(name):
    case = CORPUS["cases"][name]
    value = case["value"] * case.get("repeat", 1)
    row = {"name": value, "newToken": {"userId": value, "attributes": {value: value}}}
    event = events_of([row])[0]
    assert event.name == value
    assert event.new_token.user_id == value
    assert event.new_token.attributes == ((value, value),)


@pytest.mark.parametrize(
    "member", ["stages", "participants", "events", "replicas", "ingestConfigurations"]
)
@pytest.mark.parametrize("answer", [{}, {"message": "<html>"}, {"events": None}, {"events": "x"}])
def test_an_answer_without_its_list_is_never_an_empty_list(member, answer):
    with pytest.raises(ProviderFailure) as caught:
        decoding.decode_page(answer, member, decoding.decode_event, origin="host:1")
    assert (caught.value.kind, caught.value.retryable) == (FailureKind.PROTOCOL, True)
    assert "host:1" in caught.value.summary
    assert "not an IVS response" in caught.value.summary


@pytest.mark.parametrize("answer", [{}, {"stage": None}, {"stage": "x"}, {"stage": []}])
def test_an_answer_without_its_structure_is_a_failure(answer):
    with pytest.raises(ProviderFailure):
        decoding.decode_single(answer, "stage", decoding.decode_stage, origin="test")


def test_the_failure_and_the_page_carry_the_request_id():
    metadata = {"ResponseMetadata": {"RequestId": "abc"}}
    with pytest.raises(ProviderFailure) as caught:
        decoding.decode_page(metadata, "events", decoding.decode_event, origin="test")
    assert caught.value.request_id == "abc"
    page = decoding.decode_page(
        {"events": []} | metadata, "events", decoding.decode_event, origin="test"
    )
    assert page.request_id == "abc"


@pytest.mark.parametrize(("token", "cursor"), [(None, None), ("", None), ("t", "t"), (7, "7")])
def test_an_empty_token_is_no_token(token, cursor):
    page = decoding.decode_page(
        {"events": [], "nextToken": token}, "events", decoding.decode_event, origin="test"
    )
    assert page.next_cursor == cursor


def test_members_of_a_wrong_type_become_their_json_text():
    row = {
        "name": 7,
        "participantId": True,
        "errorCode": {"nested": [None, "é"]},
        "remoteParticipantId": [1.5],
        "newToken": {
            "capabilities": ["PUBLISH", None, 3],
            "attributes": {"a": None, "b": {"c": 1}, "d": ""},
        },
        "previousToken": {"capabilities": "SUBSCRIBE", "attributes": ["x"], "userId": ""},
    }
    event = events_of([row])[0]
    assert (event.name, event.participant_id) == ("7", "true")
    assert (event.error_code, event.remote_participant_id) == (
        '{"nested": [null, "\\u00e9"]}',
        "[1.5]",
    )
    assert event.new_token.capabilities == ("PUBLISH", "null", "3")
    assert event.new_token.attributes == (("a", "null"), ("b", '{"c": 1}'), ("d", ""))
    assert event.previous_token.capabilities == ("SUBSCRIBE",)
    assert event.previous_token.attributes is None
    assert event.previous_token.user_id == ""


@pytest.mark.parametrize(
    ("wire", "flag"),
    [(True, True), (False, False), ("true", True), ("false", False), ("yes", None), (1, None)],
)
def test_yes_and_no_may_come_as_text_and_other_things_count_as_absent(wire, flag):
    assert events_of([{"replica": wire}])[0].replica is flag


def test_a_structure_where_none_is_due_counts_as_absent():
    event = events_of([{"newToken": "x", "previousToken": [], "eventTime": {"a": 1}}])[0]
    assert (event.new_token, event.previous_token) == (None, None)
    assert event.time == UnreadableTime('{"a": 1}')


def test_a_number_too_large_for_text_does_not_lose_the_page():
    first, second = events_of([{"name": 10**5000, "eventTime": 10**5000}, {"name": "LEFT"}])
    assert first.name == "value too large to show"
    assert isinstance(first.time, UnreadableTime)
    assert second.name == "LEFT"


@pytest.mark.parametrize("row", ["text", None, 7, ["x"]])
def test_a_row_that_is_no_structure_stays_a_row(row):
    text = {"text": "text", "None": None, "7": "7", "['x']": '["x"]'}[str(row)]
    assert events_of([row]) == (Event(name=text),)
    assert decoding.decode_stage_summary(row) == StageSummary(arn="", name=text)
    assert decoding.decode_session(row) == StageSession(session_id=text or "")
    assert decoding.decode_participant_summary(row) == ParticipantSummary("", user_id=text)
    assert decoding.decode_replica(row).replication_state == text
    assert decoding.decode_ingest_configuration(row).name == text


def test_equal_texts_of_different_answers_are_one_object():
    one, other = (events_of(json.loads('[{"name": "JOINED"}]'))[0] for _ in range(2))
    assert one.name is other.name


def test_texts_that_never_come_again_are_let_go(monkeypatch: pytest.MonkeyPatch):
    """What is interned can stay for ever: a recording of a week would fill the memory."""
    monkeypatch.setattr(decoding, "_MOST_TEXTS", 100)
    for number in range(1_000):
        events_of([{"name": f"never again {number}", "participantId": "x" * 1_000}])
        assert len(decoding._seen_texts) <= 100
    assert max(map(len, decoding._seen_texts)) <= decoding._LONGEST_SHARED


def test_what_is_shared_at_most_takes_less_than_four_megabytes():
    texts = (f"{number:0{decoding._LONGEST_SHARED // 2}}" for number in range(decoding._MOST_TEXTS))
    table = {text: text for text in texts}
    assert sys.getsizeof(table) + sum(map(sys.getsizeof, table)) < 4_000_000
