"""RecordWriter: the same records as a table, JSON Lines, CSV and Markdown."""

import csv
import io
import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Contradiction
from ivscope.domain.stages import (
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
    StageSummary,
)
from ivscope.domain.times import UnreadableTime
from ivscope.domain.tokens import ParticipantToken
from ivscope.export import records
from ivscope.export.record_writer import Format, RecordWriter, is_formula

SESSION = SessionScope("arn:aws:ivs:us-west-2:111122223333:stage/Main00000000", "st-SmallLive0000")
SCOPE = ParticipantScope(SESSION.stage_arn, SESSION.session_id, "busy00000000")
AT = datetime(2026, 11, 20, 20, 30, 5, 602_000, tzinfo=UTC)
FAILURE = ProviderFailure(FailureKind.DENIED, "not allowed", "Ask for it.", retryable=False)


def written(form, kinds, *rows, complete=True, failures=None, **options):
    out = io.StringIO()
    writer = RecordWriter(out, form, kinds, **options)
    for row in rows:
        writer.write(row)
    writer.end(
        records.end_record(
            "test",
            writer.count,
            is_complete=complete,
            words="2 read, more available",
            failures=failures or {},
        )
    )
    return out.getvalue()


def person(user_id):
    return records.participant_record(
        ParticipantSummary("busy00000000", user_id, first_join_time=AT, published=True), SESSION
    )


def every_record():
    token = ParticipantToken(("PUBLISH",), (("a", "b"),), "host", AT)
    event = Event("TOKEN_EXCHANGED", None, AT, new_token=token)
    return [
        (records.STAGES, records.stage_record(StageSummary("arn", tags=(("team", "[red]"),)))),
        (records.SESSIONS, records.session_record(StageSession("st-1", AT), "arn")),
        (records.PARTICIPANTS, person("host")),
        (records.EVENTS, records.event_record(event, SCOPE, "host")),
    ]


@pytest.mark.parametrize(("kind", "record"), every_record())
def test_a_record_has_exactly_the_members_of_its_kind_in_their_order(kind, record):
    assert tuple(record) == ("type", *kind.members)
    assert record["type"] == kind.name
    assert set(kind.columns) <= set(kind.members)
    line = json.loads(written(Format.JSONL, [kind], record).splitlines()[0])
    assert tuple(line) == ("type", *kind.members)


def test_the_last_record_says_what_is_missing_and_in_which_version():
    end = json.loads(
        written(
            Format.JSONL,
            [records.PARTICIPANTS],
            person("a"),
            complete=False,
            failures={"the events": FAILURE},
        ).splitlines()[-1]
    )
    assert tuple(end) == ("type", *records.ENDS.members)
    assert (end["type"], end["schema"], end["found"], end["complete"]) == ("end", 1, 1, False)
    assert end["failures"] == [
        {
            "what": "the events",
            "kind": "DENIED",
            "summary": "not allowed",
            "remedy": "Ask for it.",
            "code": None,
            "requestId": None,
        }
    ]


def test_json_lines_are_exact_and_ascii():
    hostile = "Zoë\x1b[2J\u202e視聴者\ud800"
    text = written(Format.JSONL, [records.PARTICIPANTS], person(hostile))
    assert text.isascii()
    assert json.loads(text.splitlines()[0])["userId"] == hostile
    assert json.loads(text.splitlines()[0])["firstJoinTime"] == "2026-11-20T20:30:05.602000+00:00"


def test_an_event_keeps_what_is_odd_about_it():
    event = Event(
        "JOINED",
        "other0000000",
        UnreadableTime("soon"),
        error_code="",
        contradiction=Contradiction.PARTICIPANT,
    )
    (line, _) = written(
        Format.JSONL, [records.EVENTS], records.event_record(event, SCOPE, None)
    ).splitlines()
    record = json.loads(line)
    assert record["eventTime"] == "soon"
    assert record["errorCode"] == ""
    assert record["remoteParticipantId"] is None
    assert record["participantId"] == "other0000000"
    assert record["contradiction"] == "of someone else"


FORMULAS = ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "\uff1d1", "\n=1"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_in_csv_is_text_unless_exact_values_are_wanted(text):
    assert is_formula(text)
    (_, row) = csv.reader(
        io.StringIO(written(Format.CSV, [records.PARTICIPANTS], person(text)), newline="")
    )
    assert f"'{text}" in row
    (_, row) = csv.reader(
        io.StringIO(
            written(Format.CSV, [records.PARTICIPANTS], person(text), is_exact=True), newline=""
        )
    )
    assert text in row


@pytest.mark.parametrize("text", ["mara-host", "a=1", "2-1", "", "用户", "'quoted'"])
def test_other_texts_in_csv_stay_as_they_came(text):
    (_, row) = csv.reader(
        io.StringIO(written(Format.CSV, [records.PARTICIPANTS], person(text)), newline="")
    )
    assert row[4] == text


def test_csv_has_its_header_without_a_row_and_the_last_record_only_when_something_is_missing():
    whole = written(Format.CSV, [records.STAGES])
    assert (
        whole == "type,arn,name,activeSessionId,tags,schema,command,found,complete,words,failures\n"
    )
    rows = list(csv.DictReader(io.StringIO(written(Format.CSV, [records.STAGES], complete=False))))
    assert [row["type"] for row in rows] == ["end"]
    assert rows[0]["complete"] == "false"
    assert rows[0]["words"] == "2 read, more available"


def test_csv_on_a_terminal_holds_nothing_that_the_terminal_acts_on():
    text = written(
        Format.CSV, [records.PARTICIPANTS], person("\x1b[2Jx"), is_exact=True, is_terminal=True
    )
    assert "\x1b" not in text
    assert "\\x1b[2Jx" in text


def test_a_table_is_safe_aligned_and_says_at_its_end_what_is_missing():
    text = written(
        Format.TABLE,
        [records.PARTICIPANTS],
        person("\x1b[2Jx"),
        person("視聴者"),
        person(None),
        person("-"),
        complete=False,
        zone=ZoneInfo("Europe/Berlin"),
    )
    assert "\x1b" not in text
    head, *rows, end = text.splitlines()
    assert head.split("  ")[0] == "PARTICIPANT ID"
    assert end == "2 read, more available"
    assert [row.split()[1] for row in rows] == ["\\x1b[2Jx", "視聴者", "-", '"-"']
    assert all("2026-11-20 21:30:05.602 +01:00" in row for row in rows)
    # The wide characters take two cells each.
    starts = [row.index("2026-11-20") for row in rows]
    assert starts[0] - starts[1] == 3


def test_markdown_keeps_a_cell_one_cell():
    text = written(Format.MARKDOWN, [records.PARTICIPANTS], person("a|b`c\nd"))
    head, rule, row = text.splitlines()
    assert head.count("|") == rule.count("|") == 7
    assert row.replace("\\|", "").count("|") == 7


def test_rows_of_another_kind_begin_a_table_of_their_own():
    kinds = [records.STAGES, records.SESSIONS]
    rows = [record for _, record in every_record()[:2]]
    for form in (Format.TABLE, Format.MARKDOWN):
        first, second = written(form, kinds, *rows).split("\n\n")
        assert "arn" in first
        assert "st-1" in second


@given(st.text(), st.booleans())
def test_any_text_comes_back_from_csv_and_json(text, is_exact):
    rows = written(Format.CSV, [records.PARTICIPANTS], person(text), is_exact=is_exact)
    (_, row) = csv.reader(io.StringIO(rows, newline=""))
    assert row[4] == text if is_exact else row[4] in {text, f"'{text}"}
    (line, _) = written(Format.JSONL, [records.PARTICIPANTS], person(text)).splitlines()
    assert json.loads(line)["userId"] == text


@given(st.text())
def test_any_text_is_one_safe_cell_of_a_table_and_of_markdown(text):
    for form in (Format.TABLE, Format.MARKDOWN):
        shown = written(form, [records.PARTICIPANTS], person(text))
        assert all(line.isprintable() for line in shown.split("\n"))
        assert shown.count("\n") == (2 if form is Format.TABLE else 3)
