"""What the copy and print keys offer for a row."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from markdown_it import MarkdownIt

from ivscope.domain.events import Event
from ivscope.domain.identifiers import read_identifiers
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    StageSession,
    StageSummary,
)
from ivscope.domain.times import UnreadableTime
from ivscope.domain.tokens import ParticipantToken
from ivscope.export.cli_commands import CliOptions
from ivscope.export.clippings import (
    clippings_for_participant,
    clippings_for_session,
    clippings_for_stage,
)
from ivscope.knowledge.error_codes import ERROR_CODES, explain_code
from ivscope.knowledge.event_names import EVENT_NAMES
from ivscope.render.event_json import iso_time, raw_json
from ivscope.render.safe import safe_lines
from support.copied import NOW, event_menu, texts_of
from support.hostile_texts import HOSTILE_TEXTS

ARN = "arn:aws:ivs:us-west-2:123456789012:stage/W0Zz9IkArb68"
SCOPE = ParticipantScope(ARN, "st-dxMFysKnE9UAk", "tAv0YThNuP8y")
CONNECTION = CliOptions(profile="on call", region="us-west-2")
AT = datetime(2026, 11, 23, 20, 36, 28, 602_000, tzinfo=UTC)
FAILED = Event("PUBLISH_ERROR", "tAv0YThNuP8y", AT, error_code="QUOTA_EXCEEDED")
BEFORE = ParticipantToken(("SUBSCRIBE",), (("lang", "de"), ("role", "viewer")), "ana", AT)
AFTER = ParticipantToken(
    ("SUBSCRIBE", "PUBLISH"), (("lang", "de"), ("role", "host")), "ana", AT + timedelta(hours=1)
)
EXCHANGED = Event("TOKEN_EXCHANGED", "tAv0YThNuP8y", AT, previous_token=BEFORE, new_token=AFTER)


def _of(event, **more):
    return texts_of(event_menu(event, SCOPE, CONNECTION, **more))


def test_the_menu_of_an_event_is_in_order():
    menu = event_menu(EXCHANGED, SCOPE, CONNECTION)
    assert [(clipping.letter, clipping.title) for clipping in menu] == [
        ("y", "message"),
        ("j", "findings as JSON"),
        ("e", "explanation"),
        ("s", "support case"),
        ("m", "metrics command"),
        ("i", "participant id"),
        ("c", "AWS CLI command"),
        ("l", "ivscope command"),
        ("o", "way in the AWS console"),
        ("d", "token comparison"),
        ("r", "event JSON"),
        ("u", "address of the AWS page"),
        ("t", "time"),
    ]


def test_what_an_event_does_not_have_is_not_in_its_menu():
    menu = event_menu(Event("JOINED"), SCOPE, CONNECTION)
    assert "".join(clipping.letter for clipping in menu) == "yjesicloru"


def test_the_address_of_the_page_is_whole_so_that_it_can_be_opened():
    code = event_menu(Event("PUBLISH_ERROR", error_code="QUOTA_EXCEEDED"), SCOPE, CONNECTION)
    assert texts_of(code)["u"] == explain_code("QUOTA_EXCEEDED").page


def test_an_event_is_copied_as_its_json():
    copied = _of(FAILED)
    assert copied["r"] == raw_json(FAILED)
    assert json.loads(copied["r"])["errorCode"] == "QUOTA_EXCEEDED"
    assert copied["i"] == "tAv0YThNuP8y"
    assert copied["t"] == "2026-11-23T20:36:28.602Z"


def test_the_id_of_an_event_without_one_is_that_of_its_list():
    assert _of(Event("JOINED"))["i"] == "tAv0YThNuP8y"


def test_an_explanation_says_what_when_who_why_and_what_next():
    card = ERROR_CODES["QUOTA_EXCEEDED"]
    assert _of(FAILED, user_id="ana")["e"].splitlines() == [
        "`PUBLISH_ERROR` `QUOTA_EXCEEDED` at `2026-11-23 20:36:28.602 UTC`",
        "- Participant: `tAv0YThNuP8y` user id `ana`",
        "- Session: `st-dxMFysKnE9UAk`",
        f"- Stage: `{ARN}`",
        f"- Means: {card.meaning}",
        *(f"- Limit: {limit.text}" for limit in card.limits),
        *(f"- Can be: {cause.text}" for cause in card.causes),
        f"- Do next: {card.next_check}",
        f"- Page: {card.page}",
        "- Read: 61 events of this participant read, all",
        "",
        "ivscope",
    ]


def test_an_explanation_names_the_publisher_the_destination_and_the_token():
    subscribe = Event("SUBSCRIBE_STARTED", "a", AT, remote_participant_id="b", replica=True)
    lines = _of(subscribe)["e"].splitlines()
    assert "- Publisher: `b`" in lines
    assert "- Replica: the publisher is one" in lines
    copied = Event(
        "REPLICATION_STARTED", "a", AT, destination_stage_arn="arn", destination_session_id="st-x"
    )
    lines = _of(copied)["e"].splitlines()
    assert "- To stage: `arn`" in lines
    assert "- To session: `st-x`" in lines
    verdict = "- Token: `gained PUBLISH; 1 attribute changed; expires 1 h later`"
    assert verdict in _of(EXCHANGED)["e"].splitlines()


def test_an_error_without_a_code_is_told_as_one():
    text = _of(replace(FAILED, error_code=None))["e"]
    assert text.startswith("`PUBLISH_ERROR` no error code at `2026")
    assert "came without a code" in text


def test_a_token_comparison_is_a_diff_in_a_fence():
    assert _of(EXCHANGED, user_id="ana")["d"].splitlines() == [
        "Token exchange of `tAv0YThNuP8y` user id `ana` at `2026-11-23 20:36:28.602 UTC`",
        f"Session `st-dxMFysKnE9UAk`, stage `{ARN}`",
        "```",
        "gained PUBLISH; 1 attribute changed; expires 1 h later",
        "+ capability PUBLISH",
        "  capability SUBSCRIBE",
        "  attribute lang: de",
        "- attribute role: viewer",
        "+ attribute role: host",
        "  user id: ana",
        "- expiration: 2026-11-23 20:36:28.602 UTC",
        "+ expiration: 2026-11-23 21:36:28.602 UTC",
        "```",
    ]


def test_a_single_token_is_listed_without_marks():
    lines = _of(replace(EXCHANGED, previous_token=None))["d"].splitlines()
    assert lines[3] == "previous token not given; new token allows PUBLISH, SUBSCRIBE"
    assert "  capability PUBLISH" in lines
    assert not [line for line in lines if line.startswith(("+", "-"))]


def test_our_own_prose_holds_nothing_that_markdown_reads():
    parser = MarkdownIt("commonmark")
    codes = [replace(FAILED, error_code=code) for code in ERROR_CODES]
    for event in [*codes, *(Event(name, "p", AT) for name in EVENT_NAMES)]:
        assert _kinds(parser, _of(event)["e"]) <= {"text", "code_inline", "softbreak"}


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_text_from_outside_cannot_forge_markdown_or_act_on_a_terminal(text):
    parser = MarkdownIt("commonmark")
    token = ParticipantToken((text,), ((text, text), ("k", "v")), text, UnreadableTime(text))
    other = ParticipantToken(("PUBLISH",), (("k", text),), "u")
    event = Event(text, text, UnreadableTime(text), text, text, text, text, None, token, other)
    copied = _of(event, user_id=text)
    for shown in copied.values():
        assert shown == safe_lines(shown)
        shown.encode()
    for letter in "ed":
        assert _kinds(parser, copied[letter]) <= {"text", "code_inline", "softbreak"}
    assert copied["e"].count("\n") == _of(replace(event, name="x"), user_id="u")["e"].count("\n")
    blocks = [token.type for token in parser.parse(copied["d"])]
    assert blocks == ["paragraph_open", "inline", "paragraph_close", "fence"]


def test_backticks_are_escaped_so_that_they_can_be_told_from_their_escape():
    shown = {_of(Event(name))["e"].split(" at ")[0] for name in ("`", "\\`", "\\x60", "\\\\`")}
    assert shown == {"`\\x60`", "`\\\\\\x60`", "`\\\\x60`", "`\\\\\\\\\\x60`"}


def test_the_link_of_an_event_leads_back_to_it():
    link = _of(FAILED)["l"]
    assert link == f"ivscope {ARN} st-dxMFysKnE9UAk tAv0YThNuP8y --at 2026-11-23T20:36:28.602Z"
    found = read_identifiers(link)
    assert (found.stage_arn, found.session_id, found.participant_id, found.time) == (
        ARN,
        "st-dxMFysKnE9UAk",
        "tAv0YThNuP8y",
        AT,
    )


def test_an_unreadable_time_is_copied_as_it_came_but_not_linked_to():
    copied = _of(replace(FAILED, time=UnreadableTime("yester\x1bday")))
    assert copied["t"] == "yester\\x1bday"
    assert "--at" not in copied["l"]


@pytest.mark.parametrize(
    ("microsecond", "text"),
    [(0, "20:36:28Z"), (600_000, "20:36:28.600Z"), (602_001, "20:36:28.602001Z")],
)
def test_a_time_keeps_the_digits_that_came(microsecond, text):
    assert iso_time(AT.replace(microsecond=microsecond)) == f"2026-11-23T{text}"


def test_a_message_opens_the_event_by_the_command_of_the_menu():
    copied = _of(FAILED)
    assert copied["l"].endswith(" --at 2026-11-23T20:36:28.602Z")
    assert f"Open: {copied['l']}" in copied["y"].splitlines()


def test_the_menu_of_a_stage():
    menu = clippings_for_stage(StageSummary(ARN, "late `show`", "st-dxMFysKnE9UAk"), CONNECTION)
    assert "".join(clipping.letter for clipping in menu) == "yiecl"
    copied = texts_of(menu)
    assert copied["i"] == ARN
    assert copied["e"].splitlines()[:3] == [
        "```",
        "Stage       late \\x60show\\x60",
        f"ARN         {ARN}",
    ]
    assert "aws ivs-realtime list-stages " in copied["c"]
    assert copied["l"] == f"ivscope {ARN}"


def test_the_menu_of_a_session():
    menu = clippings_for_session(StageSession(SCOPE.session_id, AT, None), ARN, NOW, CONNECTION)
    assert "".join(clipping.letter for clipping in menu) == "yiemclot"
    copied = texts_of(menu)
    assert copied["i"] == "st-dxMFysKnE9UAk"
    assert "Started     2026-11-23 20:36:28.602 UTC" in copied["e"]
    assert f"list-stage-sessions --stage-arn {ARN} " in copied["c"]
    assert copied["l"] == f"ivscope {ARN} st-dxMFysKnE9UAk"
    assert copied["t"] == "2026-11-23T20:36:28.602Z"


def test_the_menu_of_a_participant_tells_all_that_is_known_and_wraps_no_value():
    summary = ParticipantSummary("tAv0YThNuP8y", "u" * 1024, "CONNECTED", AT)
    facts = Participant(summary, attributes=(("role", "host"),), protocol="WHIP")
    only = ParticipantFilter("filterByState", "CONNECTED")
    menu = clippings_for_participant(facts, SCOPE.session, only, NOW, CONNECTION)
    assert "".join(clipping.letter for clipping in menu) == "yiemclot"
    copied = texts_of(menu)
    assert f"User id     {'u' * 1024}\n" in copied["e"]
    assert "Attribute   role: host" in copied["e"]
    assert " --filter-by-state CONNECTED " in copied["c"]
    assert copied["l"] == f"ivscope {ARN} st-dxMFysKnE9UAk tAv0YThNuP8y"
    listed = texts_of(clippings_for_participant(summary, SCOPE.session, None, NOW, CONNECTION))
    assert "Attribute" not in listed["e"]
    assert "--filter" not in listed["c"]


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE_TEXTS.values(), ids=HOSTILE_TEXTS)
def test_facts_with_text_from_outside_stay_in_their_fence(text):
    parser = MarkdownIt("commonmark")
    summary = ParticipantSummary(text, text, text, UnreadableTime(text))
    facts = Participant(summary, attributes=((text, text),), os_name=text)
    for clipping in clippings_for_participant(facts, SCOPE.session, None, NOW, CONNECTION):
        assert clipping.text == safe_lines(clipping.text)
        if clipping.letter == "e":
            assert [token.type for token in parser.parse(clipping.text)] == ["fence"]
            assert clipping.text.count("```") == 2


def test_blank_and_empty_values_are_told_apart():
    assert 'user id `" "`' in _of(FAILED, user_id=" ")["e"]
    assert "user id `empty`" in _of(FAILED, user_id="")["e"]


def test_a_value_far_beyond_the_service_does_not_hold_up_the_menu():
    huge = "\u202e" * 1_000_000
    token = ParticipantToken((huge,), ((huge, huge),), huge)
    start = time.process_time()
    _of(Event(huge, "p", AT, huge, huge, previous_token=token, new_token=BEFORE), user_id=huge)
    assert time.process_time() - start < 1


def _kinds(parser, text):
    inline = [child for token in parser.parse(text) for child in token.children or ()]
    return {child.type for child in inline}
