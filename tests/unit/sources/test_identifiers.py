import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivscope.domain.identifiers import (
    Identifiers,
    is_participant_id,
    is_session_id,
    is_stage_arn,
    parse_stage_arn,
    read_identifiers,
    region_of,
)

SAMPLES = Path(__file__).parents[2] / "support" / "samples"
ARN = "arn:aws:ivs:us-west-2:123456789012:stage/AbCdef1G2hij"
SESSION = "st-a1b2c3d4e5f6g"
SESSION_2 = "st-b1b2c3d4e5f6g"
PERSON = "abCDEf12GHIj"
ALL = Identifiers(ARN, SESSION, PERSON)
EVENTS = sorted(path.name for path in SAMPLES.glob("eventbridge__*.json"))


def test_a_stage_arn_tells_its_region():
    assert parse_stage_arn(ARN) == "us-west-2"
    assert region_of(ARN) == "us-west-2"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "AbCdef1G2hij",
        f" {ARN}",
        f"{ARN}/x",
        ARN.replace(":ivs:", ":s3:"),
        ARN.replace("stage/", "channel/"),
        ARN.replace("aws:", "aws-cn:", 1),
        ARN + "x" * 128,
        ARN + "\n",
    ],
)
def test_what_is_no_stage_arn_is_refused(text):
    assert not is_stage_arn(text)


def test_the_region_of_other_texts_is_unknown():
    assert region_of(None) is None
    assert region_of("a:b:c") is None
    assert region_of("arn:aws:iam::123456789012:role/x") is None


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (SESSION, True),
        ("st-ZyXwvu1T2s", False),
        (SESSION + "x", False),
        ("a1b2c3d4e5f6g123", False),
    ],
)
def test_a_session_id_has_sixteen_signs(text, good):
    assert is_session_id(text) is good


@pytest.mark.parametrize(
    ("text", "good"),
    [
        (PERSON, True),
        ("a", True),
        ("my_jti-1", True),
        ("", False),
        ("a b", False),
        ("x" * 65, False),
    ],
)
def test_a_participant_id_may_be_chosen_by_the_customer(text, good):
    assert is_participant_id(text) is good


@pytest.mark.parametrize(
    "text",
    [
        f"{ARN} {SESSION} {PERSON}",
        f"{ARN}\n{SESSION}\n{PERSON}\n",
        f"--stage-arn {ARN} --session-id {SESSION} --participant-id {PERSON}",
        f"stage={ARN}, session={SESSION}, participantId={PERSON}",
        f"https://console.aws.amazon.com/ivs/{ARN.replace('/', '%2F')}/{SESSION}/{PERSON}",
        f"https://console.aws.amazon.com/x?a={ARN}#/sessions/{SESSION}/participants/{PERSON}",
        json.dumps({"stageArn": ARN, "sessionId": SESSION, "participantId": PERSON}),
        json.dumps({"stage_arn": ARN, "session_id": SESSION, "participant_id": PERSON}),
        json.dumps([{"arn": ARN}, {"activeSessionId": SESSION}, {"participantId": PERSON}]),
        json.dumps(
            {"Message": json.dumps({"resources": [ARN], "detail": {"session_id": SESSION}})}
        )[:-1]
        + f', "participant_id": "{PERSON}"}}',
    ],
)
def test_everything_is_found_in_what_a_person_pastes(text):
    assert read_identifiers(text) == ALL


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (ARN, Identifiers(stage_arn=ARN)),
        (f"  {SESSION}\n", Identifiers(session_id=SESSION)),
        (PERSON, Identifiers(participant_id=PERSON)),
        ("", Identifiers()),
        ("what happened?", Identifiers()),
        ("{not json", Identifiers()),
        ("[" * 5000, Identifiers()),
        (f"{SESSION} failed at noon", Identifiers(session_id=SESSION)),
        (
            f"abcdABCDefgh/{SESSION}/{PERSON}/1234567890",
            Identifiers(session_id=SESSION, participant_id=PERSON),
        ),
        (
            f"{SESSION} 2025-11-18T16:40:32Z",
            Identifiers(session_id=SESSION, time=datetime(2025, 11, 18, 16, 40, 32, tzinfo=UTC)),
        ),
        (
            "2025-11-18 17:40+01:00",
            Identifiers(time=datetime(2025, 11, 18, 16, 40, tzinfo=UTC)),
        ),
        ("2025-13-99T99:99Z", Identifiers()),
    ],
)
def test_parts_are_found_and_prose_is_not_taken_for_an_id(text, found):
    assert read_identifiers(text) == found


@pytest.mark.parametrize("name", EVENTS)
def test_an_eventbridge_event_leads_to_its_participant(name):
    text = (SAMPLES / name).read_text()
    detail = json.loads(text)["detail"]
    found = read_identifiers(text)
    assert found.stage_arn == ARN
    assert found.session_id == detail["session_id"] == "st-ZyXwvu1T2s"
    assert found.participant_id == "xYz1c2d3e4f"
    assert found.time is not None
    assert found.time.year in {2024, 2025}


def test_the_precise_time_of_an_event_is_preferred():
    text = (SAMPLES / "eventbridge__stage-update__participant-published.json").read_text()
    assert read_identifiers(text).time == datetime(2025, 11, 18, 16, 40, 32, 123456, tzinfo=UTC)


EVENT = {
    "detail-type": "IVS Stage Update",
    "time": "2026-11-27T20:48:09Z",
    "resources": [ARN],
    "detail": {
        "session_id": SESSION,
        "event_name": "Participant Publish Error",
        "event_time": "2026-11-27T20:48:05Z",
        "user_id": "priya-guest",
        "participant_id": PERSON,
        "error_code": "QUOTA_EXCEEDED",
    },
}
NODE = f"""2026-11-27T20:48:10.101Z c0ffee00 INFO {{
  'detail-type': 'IVS Stage Update',
  time: '2026-11-27T20:48:09Z',
  resources: [ '{ARN}' ],
  detail: {{
    session_id: '{SESSION}',
    event_name: 'Participant Publish Error',
    event_time: '2026-11-27T20:48:05Z',
    user_id: 'priya-guest',
    participant_id: '{PERSON}',
    error_code: 'QUOTA_EXCEEDED'
  }}
}}"""
HEAD = "2026-11-27T20:48:10.101Z\tc0ffee00\tINFO\t"
FORMS = {
    "alone": json.dumps(EVENT),
    "indented": json.dumps(EVENT, indent=1),
    "a log line": HEAD + json.dumps(EVENT),
    "two lines": f"{json.dumps(EVENT)}\n{json.dumps(EVENT)}",
    "back to back": json.dumps(EVENT) * 2,
    "printed by Python": str(EVENT),
    "printed by Node": NODE,
    "SNS in SQS": json.dumps(
        {"Messages": [{"Body": json.dumps({"Message": json.dumps(EVENT)}), "MessageId": "1"}]}
    ),
    "a log group": json.dumps(
        {"events": [{"timestamp": 1, "message": HEAD + json.dumps(EVENT), "eventId": "2"}]}
    ),
    "Logs Insights": json.dumps(
        {"results": [[{"field": "@message", "value": json.dumps(EVENT)}]], "status": "Complete"}
    ),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_an_event_is_found_in_every_form_in_which_it_is_kept(text):
    at = datetime(2026, 11, 27, 20, 48, 5, tzinfo=UTC)
    assert read_identifiers(text) == Identifiers(
        ARN, SESSION, PERSON, at, "PUBLISH_ERROR", "QUOTA_EXCEEDED", user_id="priya-guest"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"aws ivs-realtime get-participant --stage-arn {ARN}", Identifiers(ARN)),
        (
            f"get-participant --stage-arn {ARN} --session-id {SESSION} --participant-id failed-1",
            Identifiers(ARN, SESSION, "failed-1"),
        ),
        (f"{SESSION}: participant failed to publish", Identifiers(None, SESSION)),
        (f"{SESSION}: participant {PERSON} failed", Identifiers(None, SESSION, PERSON)),
        (
            f"participant aBcDeF123456 saw participant_id={PERSON} fail",
            Identifiers(participant_id=PERSON),
        ),
        (
            f"participant {PERSON} saw participant aBcDeF123456",
            Identifiers(participant_id=PERSON, also=("aBcDeF123456",)),
        ),
        (
            json.dumps({"participants": [{"participantId": "one"}, {"participantId": "two"}]}),
            Identifiers(
                participant_id="one",
                also=("two",),
                choices=(Identifiers(participant_id="one"), Identifiers(participant_id="two")),
            ),
        ),
    ],
)
def test_no_word_of_a_sentence_or_command_is_an_id_and_two_participants_leave_the_choice(
    text, found
):
    assert read_identifiers(text) == found


ROWS = {
    "stages": json.dumps({"stages": [{"arn": ARN}, {"arn": ARN + "2"}]}),
    "sessions": json.dumps({"stageSessions": [{"sessionId": SESSION}, {"sessionId": SESSION_2}]}),
    "lines": f"{ARN} {SESSION}\n{ARN} {SESSION_2}",
    "a sentence": f"{ARN}: {SESSION} was before {SESSION_2}",
}
CHOICES = {
    "stages": (Identifiers(ARN), Identifiers(ARN + "2")),
    "sessions": (Identifiers(None, SESSION), Identifiers(None, SESSION_2)),
    "lines": (Identifiers(ARN, SESSION), Identifiers(ARN, SESSION_2)),
    "a sentence": (Identifiers(ARN, SESSION), Identifiers(ARN, SESSION_2)),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_text_that_names_several_stages_or_sessions_leaves_the_choice(name):
    found = read_identifiers(ROWS[name])
    assert found.choices == CHOICES[name]
    assert found.session_id is None


def test_of_several_events_of_one_participant_the_error_is_taken():
    rows = [
        {"name": "LEFT", "eventTime": "2026-11-27T20:49:05Z", "participantId": PERSON},
        {
            "name": "PUBLISH_ERROR",
            "errorCode": "QUOTA_EXCEEDED",
            "eventTime": "2026-11-27T20:48:05Z",
            "participantId": PERSON,
        },
    ]
    found = read_identifiers(json.dumps({"events": rows}))
    at = datetime(2026, 11, 27, 20, 48, 5, tzinfo=UTC)
    assert found == Identifiers(None, None, PERSON, at, "PUBLISH_ERROR", "QUOTA_EXCEEDED")
    assert found.events == 2


def test_a_participant_that_came_from_another_stage_is_taken_where_it_is():
    copy = {"participantId": PERSON, "replicationType": "REPLICA", "sourceStageArn": ARN}
    assert read_identifiers(json.dumps({"participant": copy})) == Identifiers(None, None, PERSON)
    row = {
        "sourceStageArn": ARN,
        "sourceSessionId": SESSION,
        "participantId": PERSON,
        "destinationStageArn": ARN + "2",
        "destinationSessionId": SESSION_2,
    }
    found = read_identifiers(json.dumps({"replicas": [row]}))
    assert found.choices == (
        Identifiers(ARN, SESSION, PERSON),
        Identifiers(ARN + "2", SESSION_2, PERSON),
    )


def test_a_cloudtrail_record_names_stage_and_participant_and_no_error_of_an_event():
    record = {
        "eventTime": "2026-11-27T20:48:05Z",
        "eventSource": "ivs.amazonaws.com",
        "eventName": "DisconnectParticipant",
        "errorCode": "AccessDenied",
        "userIdentity": {"arn": ARN.replace("stage/", "stage/x"), "userId": "AROA"},
        "requestParameters": {"stageArn": ARN, "participantId": PERSON, "reason": "spam"},
    }
    at = datetime(2026, 11, 27, 20, 48, 5, tzinfo=UTC)
    known = Identifiers(ARN, None, PERSON, at)
    assert read_identifiers(json.dumps({"Records": [record]})) == known
    assert read_identifiers(json.dumps(record)).is_call
    looked_up = {"Events": [{"EventTime": 1795812485.0, "CloudTrailEvent": json.dumps(record)}]}
    assert read_identifiers(json.dumps(looked_up)) == known


def test_ids_among_what_a_customer_names_are_none_of_ivs():
    text = json.dumps({"participantId": PERSON, "attributes": {"sessionId": "my-own-session"}})
    assert read_identifiers(text) == Identifiers(participant_id=PERSON)


def test_a_command_over_several_lines_and_the_prefix_of_a_recording_name_the_session():
    text = f"aws ivs-realtime get-participant --stage-arn {ARN} \\\n --session-id {SESSION} \\\n"
    assert read_identifiers(text + f" --participant-id \\\n -{PERSON}") == Identifiers(
        ARN, SESSION, f"-{PERSON}"
    )
    prefix = f"AbCdef1G2hij/{SESSION}/{PERSON}/1234567890"
    answer = json.dumps({"participant": {"participantId": PERSON, "recordingS3Prefix": prefix}})
    assert read_identifiers(answer) == Identifiers(None, SESSION, PERSON)


def test_a_user_is_found_by_its_label():
    text = f"aws ivs-realtime list-participants --stage-arn {ARN} --session-id {SESSION}"
    found = read_identifiers(text + " --filter-by-user-id 'priya guest'")
    assert found == Identifiers(ARN, SESSION, user_id="priya guest")


def test_a_text_of_many_brackets_is_given_up():
    assert read_identifiers("[{" * 100_000) == Identifiers()
