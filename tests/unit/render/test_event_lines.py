"""The detail pane of one event: what matters first, nothing lost, every line in its width."""

import json
from dataclasses import replace
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
from ivscope.render.event_lines import Occurrence, detail_lines, event_title
from ivscope.render.event_rows import about_event
from ivscope.render.lines import Role, Span
from ivscope.settings.commands import DEFAULT_KEYS
from ivscope.sources.decoding import decode_event
from support.case_files import case
from support.copied import about

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


def drawn(event, width=80, zone=UTC, **options):
    """Title and lines, as where there is no rule above the detail."""
    title = event_title(event, "priya-guest", zone, options.pop("ordinal", ""))
    return [*title.lines(width), *detail_lines(event, width, **options)]


@pytest.mark.parametrize("code", ERROR_CODES)
def test_the_first_rows_at_80_columns_tell_meaning_likely_cause_and_next_check(code):
    event = _event("SUBSCRIBE_ERROR", code, remote_participant_id="Ou5b5n5XLMdC", replica=True)
    first = _joined(detail_lines(event, 80)[:ROWS_AT_80X24])
    card = explain_code(code)
    for text in (card.meaning, card.causes[0].text, card.next_check):
        assert text in first
    assert code in _joined([event_title(event, "priya-guest", UTC, "").rule(80)])


@pytest.mark.parametrize("name", [name for name in EVENT_NAMES if name != "TOKEN_EXCHANGED"])
def test_the_first_rows_tell_the_meaning_of_an_event(name):
    first = _joined(drawn(_event(name), 80)[:ROWS_AT_80X24])
    assert explain_event(name).meaning in first
    assert "2026-11-23 20:36:28.602 UTC" in first


def test_the_error_code_is_explained_before_the_event_name():
    text = _joined(drawn(_event(code="B_FRAME_PRESENT"), 80))
    assert text.index(explain_code("B_FRAME_PRESENT").meaning) < text.index(
        explain_event("PUBLISH_ERROR").meaning
    )


def test_inference_limits_and_silence_are_worded_as_such():
    left = _joined(drawn(_event("LEFT"), 80))
    assert "(not in the AWS docs)" in left
    assert "IVS hides LEFT carries no reason" in left
    quota = _joined(drawn(_event(code="QUOTA_EXCEEDED"), 80))
    assert "12 publishers per stage, cannot be raised" in quota
    assert "10,000 subscribers per stage, can be raised" in quota
    bitrate = _joined(drawn(_event(code="BITRATE_EXCEEDED"), 80))
    assert "publishing per participant, cannot be raised" in bitrate
    assert "Can be The encoder aims at the limit and its peaks go over. (AWS names it)" in bitrate
    assert (
        "Can also be The tracks of a multitrack stream add up to more: their sum counts. At"
        in bitrate
    )
    sound = _joined(drawn(_event(code="INVALID_AUDIO_CODEC"), 80))
    assert "WHIP: Opus (no increase documented)" in sound


def test_what_the_client_tells_is_marked_as_our_reading():
    text = _joined(drawn(_event("SUBSCRIBE_ERROR", "PUBLISHER_NOT_FOUND"), 80))
    assert "At client Web: FAILED (4, inside 1027" in text
    assert "have been deleted. (not in the AWS docs)" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SUBSCRIBE_STARTED", "Publisher not given (a replica)"),
        ("SUBSCRIBE_ERROR", "Publisher not given (a replica)"),
        ("PUBLISH_STARTED", "this participant is a replica"),
        ("FROM_THE_FUTURE", "this participant is a replica"),
    ],
)
def test_the_replica_flag_speaks_of_the_right_participant(name, words):
    assert words in _joined(drawn(_event(name, replica=True), 80))
    assert "a replica" not in _joined(drawn(_event(name, replica=False), 80)[:4])


def test_a_subscribe_event_without_its_publisher_says_so():
    first = _texts(detail_lines(_event("SUBSCRIBE_STARTED"), 80))[0]
    assert first == "Publisher   not given"
    assert "Publisher" not in _texts(detail_lines(_event("JOINED"), 80))[0]


def test_the_other_participant_is_named_where_its_name_is_known_and_wide_adds_its_id():
    event = _event("SUBSCRIBE_ERROR", "PUBLISHER_NOT_FOUND", remote_participant_id="Ou5b5n5XLMdC")
    names = {"Ou5b5n5XLMdC": "mara-host"}
    assert _texts(detail_lines(event, 80, name_of=names.get))[0] == "Publisher   mara-host"
    wide = _texts(detail_lines(event, 80, name_of=names.get, wide=True))[0]
    assert wide == "Publisher   mara-host Ou5b5n5XLMdC"
    assert _texts(detail_lines(event, 80))[0] == "Publisher   Ou5b5n5XLMdC"


def test_a_replication_names_its_destination_near_the_top():
    event = _event("REPLICATION_STARTED", destination_stage_arn=STAGE, destination_session_id="")
    texts = _texts(detail_lines(event, 80))
    assert texts[:2] == [f"To stage    {STAGE}", "To session  empty"]


def test_an_error_without_a_code_and_an_event_without_a_name_are_told():
    assert "came without a code" in _joined(drawn(_event(), 80))
    nameless = _texts(drawn(Event(), 80))
    assert nameless[:2] == ["(no name)", "priya-guest · no time"]


HERE = Occurrence(
    seen=[(Span("seen"),)],
    span=[(Span("span"),)],
    to_find_out=[(Span("find out"),)],
    evidence=[(Span("evidence"),)],
    people=[(Span("people"),)],
    unknown=[(Span("unknown"),)],
)


def order(here, *wanted):
    """Which of some lines stand in the detail of an error, by their first words, in order."""
    texts = _texts(detail_lines(_event(code="QUOTA_EXCEEDED"), 80, here=here))
    return [word for text in texts for word in wanted if text.startswith(word)]


ALL = ("seen", "span", "find out", "evidence", "people", "unknown")
CARD = ("Means", "Can be", "Do next", "Limit", "Can also be", "IVS hides", "Docs")


def test_what_is_known_of_the_event_comes_first_then_what_to_do_and_last_what_is_unknown():
    assert order(replace(HERE, leads=True), *ALL, *CARD) == [
        *("seen", "span", "Do next", "find out", "evidence", "people"),
        *("Means", "Limit", "Can also be", "IVS hides", "unknown", "Docs"),
    ]


def test_where_its_cause_is_not_known_the_meaning_comes_first_and_unknown_still_after_seen():
    assert order(HERE, *ALL, *CARD) == [
        *("Means", "seen", "span", "Can be", "Do next", "find out", "evidence", "people"),
        *("Limit", "Can also be", "IVS hides", "unknown", "Docs"),
    ]
    assert order(replace(HERE, seen=()), *ALL, *CARD) == [
        *("Means", "span", "Can be", "Do next", "find out", "unknown", "evidence", "people"),
        *("Limit", "Can also be", "IVS hides", "Docs"),
    ]


def test_a_finding_can_say_better_what_to_do_next():
    here = Occurrence(seen=[(Span("seen"),)], leads=True, next_step=(Span("Free a slot."),))
    assert "Do next Free a slot. " in _joined(
        detail_lines(_event(code="QUOTA_EXCEEDED"), 80, here=here)
    )


def test_the_explanation_of_the_event_name_is_one_line_until_there_is_the_whole_screen():
    event, card = _event(code="QUOTA_EXCEEDED"), explain_event("PUBLISH_ERROR")
    folded = _joined(detail_lines(event, 80))
    assert f"The event {card.meaning} · d shows all of it" in folded
    assert card.next_check not in folded
    assert card.next_check in _joined(detail_lines(event, 80, is_full=True))


@pytest.mark.parametrize("width", [44, 80])
def test_all_that_has_a_label_has_one_left_edge(width):
    lines = _texts(detail_lines(_event(code="QUOTA_EXCEEDED"), width, is_full=True))
    told = [line for line in lines if line and line != "PUBLISH_ERROR"]
    assert all(line[11] == " " and line[12] != " " for line in told)


def test_a_page_is_named_by_its_file_and_is_not_broken():
    lines = _texts(detail_lines(_event(code="QUOTA_EXCEEDED"), 80))
    assert "Docs        service-quotas.html#quotas-other (y u copies its address)" in lines


def test_the_title_fits_into_a_rule_and_gives_way_from_its_least_important_end():
    event = _event(code="QUOTA_EXCEEDED")
    rule = event_title(event, "priya-guest", UTC, "error 3 of 5").rule(90)
    assert "".join(span.text for span in rule) == (
        "─ PUBLISH_ERROR QUOTA_EXCEEDED · priya-guest · 20:36:28.602 UTC ─────────── error 3 of 5 ─"
    )
    long = event_title(_event(code="INSUFFICIENT_CAPABILITIES"), "priya-guest", UTC, "error 3 of 5")
    assert "".join(span.text for span in long.rule(80)) == (
        "─ PUBLISH_ERROR INSUFFICIENT_CAPABILITIES · priya-gue… · 20:36:28.602 ─ 3 of 5 ─"
    )
    untimed = event_title(replace(_event(), time=None), "priya-guest", UTC, "").rule(44)
    assert "· no time ─" in "".join(span.text for span in untimed)
    for width in (20, 40, 79):
        for who in ("漢" * 40, "x" * 500, "\x1b[2J", ""):
            rule = event_title(event, who, UTC, "error 3 of 5").rule(width)
            assert line_width(rule) == width
            assert all(span.text.isprintable() for span in rule)


def test_above_a_detail_beside_the_list_the_title_is_two_lines_with_its_number_at_the_right():
    title = event_title(_event(code="QUOTA_EXCEEDED"), "ana", UTC, "error 3 of 5")
    assert _texts(title.lines(60)) == [
        "PUBLISH_ERROR QUOTA_EXCEEDED                    error 3 of 5",
        "ana · 2026-11-23 20:36:28.602 UTC",
        "",
    ]


def test_errors_are_marked_by_words_and_role():
    first = drawn(_event(code="QUOTA_EXCEEDED"), 80)[0]
    assert {span.text for span in first if span.role is Role.ERROR} == {
        "PUBLISH_ERROR",
        "QUOTA_EXCEEDED",
    }


def test_times_follow_the_zone_and_raw_members_stay_in_utc():
    east = timezone(timedelta(hours=2))
    texts = _texts(drawn(_event("JOINED"), 80, east))
    assert texts[1] == "priya-guest · 2026-11-23 22:36:28.602 +02:00"
    assert "2026-11-23T20:36:28.602000+00:00" in raw_json(_event("JOINED"))


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
def test_every_line_fits_and_the_key_to_the_raw_fields_is_named(width):
    lines = drawn(_full_event("someText"), width, about=[(Span("about"),)])
    assert all(line_width(line) <= width for line in lines)
    assert "Raw fields v shows them as they were read" in _joined(lines)
    without = {**DEFAULT_KEYS, "detail.raw": ""}
    assert "Raw fields" not in _joined(drawn(_full_event("someText"), width, keys=without))


@pytest.mark.parametrize(
    "value",
    [c["value"] * min(c.get("repeat") or 1, 500) for c in CORPUS["cases"].values()],
    ids=list(CORPUS["cases"]),
)
def test_hostile_values_stay_inside_their_lines(value):
    for width in (44, 80):
        for line in drawn(_full_event(value), width):
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
    lines = drawn(_full_event(letter * 500_000), 80)
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
        who = _joined(detail_lines(event, 120)[:1])
        copy = event_markdown(about(event, SCOPE))
        row = about_event(event)
        remote = event.remote_participant_id
        if event.name.startswith("SUBSCRIBE_"):
            assert who.startswith(f"Publisher {remote}")
            assert f"Publisher: `{remote}`" in copy
            assert row.startswith(f"of {remote}")
        else:
            assert who.startswith(f"Remote {remote}")
            assert "Publisher" not in who
            assert f"Remote participant: `{remote}`" in copy
            assert "Publisher:" not in copy
            assert row.startswith(f"remote {remote}")


def test_fields_are_not_said_to_be_as_they_came_where_they_are_rewritten():
    rows = [
        {"name": "LEFT", "eventTime": "2026-11-23T21:36:28.6020009+01:00", "errorCode": None},
        {"name": "LEFT", "eventTime": "2026-11-23T20:36:28.602Z"},
    ]
    one, other = map(decode_event, rows)
    assert event_document(one) == event_document(other)
    assert "as they came" not in _joined(drawn(one, 120))
