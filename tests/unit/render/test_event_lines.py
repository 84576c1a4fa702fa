"""The detail pane of one event: what matters first, nothing lost, every line in its width."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ivscope.domain import events
from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope
from ivscope.domain.times import UnreadableTime
from ivscope.domain.tokens import ParticipantToken
from ivscope.export.clippings import event_markdown
from ivscope.knowledge.error_codes import ERROR_CODES, explain_code
from ivscope.knowledge.event_names import EVENT_NAMES, explain_event
from ivscope.render.cells import line_width
from ivscope.render.event_json import event_document, raw_json
from ivscope.render.event_lines import detail_lines
from ivscope.render.event_rows import about_event
from ivscope.render.lines import Role, Span
from ivscope.sources.decoding import decode_event
from support.case_files import case

AT = datetime(2026, 11, 23, 20, 36, 28, 602_000, tzinfo=UTC)
CORPUS = json.loads((Path(__file__).parents[2] / "support" / "hostile_corpus.json").read_bytes())
ROWS_AT_80X24 = 9
SCOPE = ParticipantScope("arn:aws:ivs:us-west-2:123456789012:stage/x", "st-0000000000000", "odd")
STAGE = "arn:aws:ivs:us-west-2:123456789012:stage/ABCDabcdefgh"


def _texts(lines):
    return ["".join(span.text for span in line) for line in lines]


def _joined(lines):
    return " ".join(" ".join(_texts(lines)).split())


def _event(name="PUBLISH_ERROR", code=None, **members):
    return Event(name, "03JY4smU3eXc", AT, error_code=code, **members)


@pytest.mark.parametrize("code", ERROR_CODES)
def test_the_first_rows_at_80_columns_tell_meaning_likely_cause_and_next_check(code):
    event = _event("SUBSCRIBE_ERROR", code, remote_participant_id="Ou5b5n5XLMdC", replica=True)
    first = _joined(detail_lines(event, 80, UTC)[:ROWS_AT_80X24])
    card = explain_code(code)
    for text in (code, card.meaning, card.causes[0].text, card.next_check):
        assert text in first


@pytest.mark.parametrize("name", [name for name in EVENT_NAMES if name != "TOKEN_EXCHANGED"])
def test_the_first_rows_tell_the_meaning_of_an_event(name):
    first = _joined(detail_lines(_event(name), 80, UTC)[:ROWS_AT_80X24])
    assert explain_event(name).meaning in first
    assert "2026-11-23 20:36:28.602 UTC" in first


def test_the_error_code_is_explained_before_the_event_name():
    text = _joined(detail_lines(_event(code="B_FRAME_PRESENT"), 80, UTC))
    assert text.index(explain_code("B_FRAME_PRESENT").meaning) < text.index(
        explain_event("PUBLISH_ERROR").meaning
    )


def test_inference_limits_and_silence_are_worded_as_such():
    left = _joined(detail_lines(_event("LEFT"), 80, UTC))
    assert "(our reading)" in left
    assert "Not told LEFT carries no reason" in left
    quota = _joined(detail_lines(_event(code="QUOTA_EXCEEDED"), 80, UTC))
    assert "12 publishers per stage (fixed)" in quota
    assert "10,000 subscribers per stage (can be raised)" in quota
    bitrate = _joined(detail_lines(_event(code="BITRATE_EXCEEDED"), 80, UTC))
    assert "publishing per participant (fixed)" in bitrate
    assert "Can be The encoder aims at the limit and its peaks go over. (AWS names it)" in bitrate
    assert "Or The tracks of a multitrack stream add up to more: their sum counts. At" in bitrate
    sound = _joined(detail_lines(_event(code="INVALID_AUDIO_CODEC"), 80, UTC))
    assert "WHIP: Opus (no increase documented)" in sound


def test_what_the_client_tells_is_marked_as_our_reading():
    text = _joined(detail_lines(_event("SUBSCRIBE_ERROR", "PUBLISHER_NOT_FOUND"), 80, UTC))
    assert "At client Web: FAILED (4, inside 1027" in text
    assert "have been deleted. (our reading)" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SUBSCRIBE_STARTED", "the publisher is a replica"),
        ("SUBSCRIBE_ERROR", "the publisher is a replica"),
        ("PUBLISH_STARTED", "this participant is a replica"),
        ("FROM_THE_FUTURE", "this participant is a replica"),
    ],
)
def test_the_replica_flag_speaks_of_the_right_participant(name, words):
    assert words in _joined(detail_lines(_event(name, replica=True), 80, UTC))
    assert "is a replica" not in _joined(detail_lines(_event(name, replica=False), 80, UTC)[:2])


def test_a_subscribe_event_without_its_publisher_says_so():
    assert "publisher not given" in _texts(detail_lines(_event("SUBSCRIBE_STARTED"), 80, UTC))[1]
    assert "publisher" not in _texts(detail_lines(_event("JOINED"), 80, UTC))[1]


def test_a_replication_names_its_destination_near_the_top():
    event = _event("REPLICATION_STARTED", destination_stage_arn=STAGE, destination_session_id="")
    texts = _texts(detail_lines(event, 80, UTC))
    assert texts[2:4] == [f"To stage   {STAGE}", "To session empty"]


def test_an_error_without_a_code_and_an_event_without_a_name_are_told():
    assert "came without a code" in _joined(detail_lines(_event(), 80, UTC))
    nameless = _texts(detail_lines(Event(), 80, UTC))
    assert nameless[0] == "(no name)  no time"
    assert nameless[1] == "Who        not given"


def test_evidence_stands_before_the_general_explanation():
    evidence = [(Span("7 participants failed within 40 s"),)]
    texts = _texts(detail_lines(_event(code="INVALID_INPUT"), 80, UTC, evidence=evidence))
    found = texts.index("7 participants failed within 40 s")
    assert found < next(i for i, text in enumerate(texts) if text.startswith("Means"))


def test_errors_are_marked_by_words_and_role():
    first = detail_lines(_event(code="QUOTA_EXCEEDED"), 80, UTC)[0]
    assert {span.text for span in first if span.role is Role.ERROR} == {
        "PUBLISH_ERROR",
        "QUOTA_EXCEEDED",
    }


def test_times_follow_the_zone_and_raw_members_stay_in_utc():
    east = timezone(timedelta(hours=2))
    texts = _texts(detail_lines(_event("JOINED"), 80, east))
    assert texts[0] == "JOINED  2026-11-23 22:36:28.602 +02:00"
    assert texts[-1] == "eventTime: 2026-11-23T20:36:28.602000+00:00"


def _full_event(text, capabilities=("PUBLISH",)):
    token = ParticipantToken(capabilities, ((text, text), ("k", "")), text, UnreadableTime(text))
    return Event(
        events.TOKEN_EXCHANGED,
        text,
        UnreadableTime(text),
        text,
        text,
        text,
        text,
        replica=False,
        previous_token=token,
        new_token=ParticipantToken((text,), (), "", AT),
    )


@pytest.mark.parametrize("width", [20, 40, 76, 80, 120])
def test_every_member_present_is_shown_and_every_line_fits(width):
    lines = detail_lines(_full_event("someText"), width, UTC)
    assert all(line_width(line) <= width for line in lines)
    tail = "".join(_texts(lines)).replace(" ", "").partition("Membersasread")[2]
    for path in (
        "participantId:someText",
        "destinationSessionId:someText",
        "replica:false",
        "previousToken.attributes.k:empty",
        "newToken.attributes:empty",
        "newToken.userId:empty",
        "newToken.capabilities:someText",
    ):
        assert path in tail


@pytest.mark.parametrize(
    "value",
    [c["value"] * min(c.get("repeat") or 1, 500) for c in CORPUS["cases"].values()],
    ids=list(CORPUS["cases"]),
)
def test_hostile_values_stay_inside_their_lines(value):
    for width in (44, 80):
        for line in detail_lines(_full_event(value), width, UTC):
            assert line_width(line) <= width
            assert all(span.text.isprintable() for span in line)


@pytest.mark.parametrize("case", CORPUS["cases"].values(), ids=list(CORPUS["cases"]))
def test_raw_json_gives_back_exactly_the_value_in_ascii(case):
    value = case["value"] * (case.get("repeat") or 1)
    text = raw_json(_full_event(value))
    assert text.isascii()
    assert text.replace("\n", "").isprintable()
    assert json.loads(text)["newToken"]["capabilities"] == [value]
    assert json.loads(text)["previousToken"]["attributes"][value] == ("" if value == "k" else value)


@pytest.mark.slow
@pytest.mark.parametrize("letter", ["x", "\n", "\u0301", "\\"])
def test_a_value_far_beyond_the_limits_is_cut_and_counted(letter):
    lines = detail_lines(_full_event(letter * 500_000), 80, UTC)
    assert len(lines) < 5_000
    assert "(500,000 characters, all of them in the event JSON)" in _joined(lines)


def test_raw_json_keeps_absent_members_absent_and_empty_ones_empty():
    assert event_document(Event()) == {}
    event = Event("LEFT", "", AT, replica=False, new_token=ParticipantToken((), (), ""))
    assert json.loads(raw_json(event)) == {
        "name": "LEFT",
        "participantId": "",
        "eventTime": "2026-11-23T20:36:28.602000+00:00",
        "replica": False,
        "newToken": {"capabilities": [], "attributes": {}, "userId": ""},
    }


def test_only_the_remote_participant_of_a_subscribe_event_is_called_a_publisher():
    events_of_case = [
        row.event
        for served in case("N01").view.served.values()
        for row in served.rows
        if row.event.remote_participant_id
    ]
    assert {event.name for event in events_of_case} > {"JOINED", "TELEPORTED"}
    for event in events_of_case:
        who = _joined(detail_lines(event, 120, UTC)[1:2])
        copy = event_markdown(event, SCOPE, None)
        row = about_event(event)
        remote = event.remote_participant_id
        if event.name.startswith("SUBSCRIBE_"):
            assert f", publisher {remote}" in who
            assert f"Publisher: `{remote}`" in copy
            assert row.startswith(f"of {remote}")
        else:
            assert f", remote participant {remote}" in who
            assert "publisher" not in who
            assert f"Remote participant: `{remote}`" in copy
            assert "Publisher:" not in copy
            assert row.startswith(f"remote {remote}")


def test_members_are_not_said_to_be_as_they_came_where_they_are_rewritten():
    rows = [
        {"name": "LEFT", "eventTime": "2026-11-23T21:36:28.6020009+01:00", "errorCode": None},
        {"name": "LEFT", "eventTime": "2026-11-23T20:36:28.602Z"},
    ]
    one, other = map(decode_event, rows)
    assert event_document(one) == event_document(other)
    text = _joined(detail_lines(one, 120, UTC))
    assert "as they came" not in text
    assert "Members as read: times in UTC to the microsecond, null as absent" in text
