"""Rows of the pickers: names that look like nothing are quoted."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivscope.domain.stages import ParticipantSummary, StageSession, StageSummary
from ivscope.domain.times import UnreadableTime
from ivscope.render.picker_rows import participant_table, session_table, stage_table


def _text(line):
    return "".join(span.text for span in line)


@pytest.mark.parametrize("width", [30, 100])
@pytest.mark.parametrize(
    ("name", "shown"),
    [("   ", '"   "'), ("bob ", '"bob "'), ("empty", '"empty"'), ("bob", "bob"), ("a b", "a b")],
)
def test_a_name_that_reads_as_nothing_or_as_another_is_quoted(name, shown, width):
    stage = StageSummary(arn="arn:aws:ivs:us-west-2:1:stage/abc", name=name)
    person = ParticipantSummary(participant_id="p1", user_id=name)
    assert _text(stage_table().line(stage, width)).endswith(f" {shown}")
    assert _text(participant_table(UTC).line(person, width)).endswith(f" {shown}")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (70, ["STATE", "PUB", "REPLICA", "REC", "JOINED", "PARTICIPANT ID", "USER ID"]),
        (69, ["STATE", "PUB", "REPLICA", "JOINED", "PARTICIPANT ID", "USER ID"]),
        (57, ["STATE", "PUB", "JOINED", "PARTICIPANT ID", "USER ID"]),
        (33, ["PARTICIPANT ID", "USER ID"]),
        (32, ["USER, OR PARTICIPANT ID"]),
        (25, ["USER, OR PARTICIPANT ID"]),
    ],
)
def test_a_narrow_pane_of_participants_keeps_the_columns_that_tell_most(width, shown):
    (titles,) = participant_table(UTC).titles(width)
    assert titles.text.strip() == titles.text[2:]
    left = titles.text
    for title in shown:
        assert title in left
        left = left.replace(title, "", 1)
    assert left.strip() == ""


def test_titles_stand_above_their_columns():
    stage = StageSummary("arn:aws:ivs:us-west-2:1:stage/abc", "fri-night-live", "st-1")
    table = stage_table()
    assert _text(table.titles(60)).index("NAME") == _text(table.line(stage, 60)).index("fri")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    sessions = session_table(UTC, now)
    line = _text(sessions.line(StageSession("st-9", now), 60))
    assert _text(sessions.titles(60)).index("SESSION ID") == line.index("st-9")


NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "zone", "shown"),
    [
        (NIGHT, NIGHT + timedelta(minutes=20), UTC, "23:50:00"),
        (NIGHT, NIGHT + timedelta(hours=1), UTC, "11-24 00:30"),
        (NIGHT, NIGHT + timedelta(hours=1), timezone(timedelta(hours=2)), "02:30:00"),
        (NIGHT, None, UTC, "-"),
        (None, NIGHT, UTC, "11-23 23:30"),
        (NIGHT, UnreadableTime("soon"), UTC, "bad time"),
    ],
)
def test_a_session_tells_when_it_ended_with_the_day_if_that_is_another(start, end, zone, shown):
    table = session_table(zone, NIGHT)
    at = _text(table.titles(80)).index("ENDED")
    line = _text(table.line(StageSession("st-9", start, end), 80))
    assert line[at : at + 11].rstrip() == shown


@pytest.mark.parametrize(("width", "is_shown"), [(73, True), (72, False)])
def test_the_end_of_sessions_is_left_out_before_an_id_is_cut(width, is_shown):
    table = session_table(UTC, NIGHT)
    (titles,) = table.titles(width)
    assert ("ENDED" in titles.text) is is_shown
    assert "STATE" in titles.text
    assert "st-dxMFysKnE9UAk" in _text(table.line(StageSession("st-dxMFysKnE9UAk", NIGHT), width))
