"""Summaries as lines: facts first, partial data labelled, every line within its width."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from ivscope.analysis.session_summary import Coverage, ErrorRow
from ivscope.domain.stages import ParticipantSummary
from ivscope.render.cells import line_width
from ivscope.ui.summary.lines import coverage_text, summary_lines
from support.given_facts import at, event, facts, log_of
from support.summaries import summarise

PEOPLE = {
    name: ParticipantSummary(name, user_id=f"user {name}", state=state)
    for name, state in (("a", "CONNECTED"), ("b", "DISCONNECTED"), ("c", None))
}
EVENTS = [
    event(0, "JOINED", participant="a"),
    event(5, "PUBLISH_STARTED", participant="a"),
    *(event(second, "PUBLISH_ERROR", "QUOTA_EXCEEDED", "b") for second in (10, 70, 130)),
    event(20, "PUBLISH_ERROR", "QUOTA_EXCEEDED", "a"),
    event(30, "JOIN_ERROR", participant="b"),
]


def summary(unread=(), all_listed=True, events=EVENTS, people=PEOPLE, known=()):
    return summarise(
        log_of(events),
        people=people,
        facts={one.summary.participant_id: one for one in known},
        is_read=lambda name: name not in unread,
        all_listed=all_listed,
    )


def shown(told, width=80, **options):
    return [
        ("".join(span.text for span in one.line).rstrip(), one.drill)
        for one in summary_lines(told, width, UTC, **options)
    ]


def texts(told, width=80, **options):
    return [text for text, _ in shown(told, width, **options)]


def test_facts_come_first_and_rows_lead_to_their_events():
    rows = shown(summary())
    assert rows[:6] == [
        ("Session summary  ALL READ  3 of 3 participants read", None),
        (
            "Events      7 in 2 min 10 s, 2026-11-23 20:30:00 to 20:32:10 UTC",
            None,
        ),
        ("State       1 CONNECTED, 1 DISCONNECTED, 1 not given", None),
        ("Joins       1", "name:JOINED"),
        ("Publishers  1 participant with a PUBLISH_STARTED", "name:PUBLISH_STARTED"),
        ("Errors      5, of 2 participants", "error:yes"),
    ]
    at_codes = rows.index(("Errors by code", None))
    assert rows[at_codes + 1 : at_codes + 4] == [
        ("  code           count particip.    first     last per min", None),
        (
            "! QUOTA_EXCEEDED     4         2 20:30:10 20:32:10     1.5 ####################",
            "code:QUOTA_EXCEEDED",
        ),
        (
            "! no code            1         1 20:30:30 20:30:30       - #####",
            "!code:* error:yes",
        ),
    ]
    at_people = rows.index(("Participants with most errors", None))
    assert rows[at_people + 1][0].split() == [
        "participant",
        "errors",
        "events",
        "most",
        "user",
        "id",
    ]
    assert rows[at_people + 2] == (
        "! b                4      4 QUOTA_EXCEEDED user b",
        "participant:b error:yes",
    )
    assert ("  JOINED              1", "name:JOINED") in rows


@pytest.mark.parametrize("unread", ["c", "bc"])
def test_what_rests_on_a_part_says_so_in_every_heading(unread):
    rows = texts(summary(unread, all_listed=False))
    told = f"{3 - len(unread)} of 3 participants read, more to list"
    assert rows[0] == f"Session summary  PARTLY READ  {told}"
    for heading in ("Errors by code", "Participants with most errors", "Events by name"):
        assert f"{heading}, {told}" in rows
    assert not any("ALL READ" in row for row in rows)


def test_no_error_in_a_part_is_not_no_error():
    quiet = [event(0, "JOINED", participant="a")]
    assert "  No error event." in texts(summary(events=quiet))
    assert "  No error event in what was read." in texts(summary("c", events=quiet))


def test_groups_tell_for_how_many_the_facts_are_known():
    known = [facts("a", sdk="1.33.0", browser="Chrome"), facts("b", sdk="1.41.0", system="iOS")]
    rows = shown(summary("c", known=known))
    heading = "Failing and all by client, known for 2 of 3 participants, 2 of 2 with errors"
    at_groups = rows.index((heading, None))
    assert rows[at_groups + 1][0].split() == ["SDK", "failing", "all"]
    assert rows[at_groups + 2][1] == "participant:a error:yes"
    assert rows[at_groups + 2][0].split()[:4] == ["1.33.0", "(browser)", "1", "1"]
    nothing = texts(summary())
    assert "  GetParticipant was not asked for anybody whose events are read." in nothing


def test_one_participant_has_no_table_of_participants():
    alone = {"b": PEOPLE["b"]}
    rows = texts(summary(people=alone), heading="Participant")
    assert rows[0] == "Participant summary  ALL READ  all events read"
    assert not any("most errors" in row for row in rows)
    assert coverage_text(Coverage(0, 1, all_listed=True)) == "not all events read"
    assert coverage_text(Coverage(0, 1, all_listed=False)).endswith("more to list")
    assert coverage_text(Coverage(412, 3_000, all_listed=True)) == "412 of 3,000 participants read"


def test_several_days_show_the_day():
    told = summary()
    row = told.by_code[0]
    days = replace(told, by_code=(replace(row, last=row.last + timedelta(days=1)),))
    line = next(text for text in texts(days) if "QUOTA" in text)
    assert "11-23 20:30 11-24 20:32" in line
    timeless = replace(row, first=None, last=None, per_minute=None)
    assert "no time no time       -" in next(
        text for text in texts(replace(told, by_code=(timeless,))) if "QUOTA" in text
    )


@pytest.mark.parametrize("width", [30, 40, 60, 80, 120])
def test_every_line_keeps_its_width_whatever_the_texts(width):
    hostile = ["\x1b[2J" * 40, "用户" * 60, "", "a b" * 90, "\u202e"]
    people = {name: ParticipantSummary(name, name, state=name) for name in hostile}
    events = [event(3, name, name, name) for name in hostile]
    known = [facts(name, sdk=name, browser=name) for name in hostile]
    lines = summary_lines(summary(events=events, people=people, known=known), width, UTC)
    for one in lines:
        assert line_width(one.line) <= width
        text = "".join(span.text for span in one.line)
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_rate_is_short():
    row = ErrorRow("X", 9, 1, at(0), at(9), 1234.5, "code:X")
    told = replace(summary(), by_code=(row,))
    assert any(" 1,234 " in text for text in texts(told))
