"""Rows of the pickers: names that look like nothing are quoted."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivscope.domain.stages import ParticipantSummary, StageSession, StageSummary
from ivscope.domain.times import UnreadableTime
from ivscope.render.facts_lines import stage_lines
from ivscope.render.picker_rows import (
    EventsRead,
    ParticipantColumns,
    SameUser,
    Seen,
    common_words,
    participant_table,
    session_table,
    stage_table,
)


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
    assert f"- {shown} " in _text(people().line(person, width)) + " "


@pytest.mark.parametrize(
    ("name", "shown"),
    [(None, "not given"), ("", "empty name"), ("empty", '"empty"'), ("empty name", '"empty name"')],
)
def test_a_stage_with_an_empty_name_is_no_stage_of_such_a_name(name, shown):
    stage = StageSummary(arn="arn:aws:ivs:us-west-2:1:stage/abc", name=name)
    assert _text(stage_table().line(stage, 100)).endswith(f"abc            {shown}")
    (fact, *_) = stage_lines(stage, 80)
    assert _text(fact) == f"Stage       {shown}"


_MOST = ("USER", "ERR", "MOST OFTEN", "STATE", "STAYED x TIMES")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (112, [*_MOST, "PUBLISHED", "RECORDING", "PARTICIPANT ID"]),
        (102, [*_MOST, "PUBLISHED", "PARTICIPANT ID"]),
        (87, [*_MOST, "PUBLISHED"]),
        (52, ["USER", "ERR", "STATE", "STAYED x TIMES"]),
        (29, ["USER", "ERR"]),
        (28, ["USER"]),
    ],
)
def test_a_narrow_pane_of_participants_keeps_the_columns_that_tell_most(width, shown):
    (titles,) = people().titles(width)
    left = titles.text
    for title in shown:
        assert title in left
        left = left.replace(title, "", 1)
    assert left.strip() == ""


def people(events=None, seen=None, shared=None, **columns):
    """The table of participants whose events are read so far."""
    return participant_table(
        UTC,
        ParticipantColumns(**{"errors": True, **columns}),
        lambda _id: events,
        lambda _id: seen or Seen(),
        lambda _row: shared,
    )


JOINED_AT = datetime(2026, 11, 23, 20, 30, 58, tzinfo=UTC)
LEFT_AT = datetime(2026, 11, 23, 21, 18, 44, tzinfo=UTC)


def person(**fields):
    return ParticipantSummary(
        **{
            "participant_id": "p1",
            "user_id": "bob",
            "first_join_time": JOINED_AT,
            "state": "DISCONNECTED",
            "published": True,
            **fields,
        }
    )


@pytest.mark.parametrize(
    ("events", "seen", "shown"),
    [
        (None, Seen(), "bob 20:30-?"),
        (EventsRead(61, 5, True), Seen("QUOTA", 3, LEFT_AT, 1, LEFT_AT), "bob 5 QUOTA 20:30-21:18"),
        (EventsRead(61, 5, False), Seen("QUOTA", 3, LEFT_AT, 1), "bob 5+ QUOTA 20:30-?"),
        (EventsRead(61, 0, True), Seen(None, 0, LEFT_AT, 33, LEFT_AT), "bob - 20:30-21:18 x33"),
        (EventsRead(50, 0, False), Seen(None, 0, LEFT_AT, 1), "bob 0+ 20:30-?"),
        # The last event is no end: the stay was at least as long.
        (EventsRead(61, 0, True), Seen(None, 0, LEFT_AT, 1), "bob - 20:30-21:18+"),
        (EventsRead(61, 0, True), Seen(None, 0, LEFT_AT, 33), "bob - 20:30-21:18+x33"),
    ],
)
def test_errors_and_stays_are_told_as_far_as_they_are_read(events, seen, shown):
    table = people(events, seen, state=False, recording=False)
    line = _text(table.line(person(published=None), 79)).replace("p1", "")
    assert " ".join(line.split()[:-1]) == shown


@pytest.mark.parametrize(
    ("published", "events", "seen", "shown"),
    [
        (True, None, Seen(), "yes"),
        (False, None, Seen(), "-"),
        (None, None, Seen(), "?"),
        (True, EventsRead(9, 0, True), Seen(published=1508), "25m"),
        (True, EventsRead(9, 0, True), Seen(published=1508, is_published_whole=False), "25m+"),
        (True, EventsRead(9, 0, True), Seen(published=5), "5s"),
        (True, EventsRead(9, 0, True), Seen(published=0, is_published_whole=False), "yes"),
        (True, EventsRead(9, 0, True), Seen(published=0), "0s"),
        (True, EventsRead(9, 0, True), Seen(published=86_500), "24h01m"),
        # While more events are available nothing is added up, and an event that is missing in the
        # answer does not undo what the list says.
        (True, EventsRead(9, 0, False), Seen(published=1508), "yes"),
        (True, EventsRead(9, 0, True), Seen(), "yes"),
    ],
)
def test_how_long_somebody_published_is_told_once_it_is_known(published, events, seen, shown):
    table = people(events, seen, state=False, recording=False)
    line = _text(table.line(person(published=published), 79)).replace("p1", "")
    assert line.split()[-1] == shown
    assert "PUBLISHED" in _text(table.titles(79))


def test_before_events_are_read_a_column_tells_whether_somebody_published():
    table = people(errors=False)
    assert " PUBLISHED " in _text(table.titles(100))
    assert " yes " in _text(table.line(person(), 100))
    assert " STAYED  " in _text(table.titles(100)), "how often nobody knows yet"
    assert "PUBLISHED" not in _text(people(errors=False, published=False).titles(100))


@pytest.mark.parametrize(
    ("shared", "shown"),
    [
        (SameUser(7, 5, is_all=True), "bob  5 of 7 "),
        (SameUser(2_000, None, is_all=True), "bob  x2,000 "),
        (SameUser(7, None, is_all=False), "bob  x7+ "),
        (None, "bob   "),
    ],
)
def test_rejoins_of_one_user_are_numbered_by_their_time(shared, shown):
    assert _text(people(shared=shared).line(person(), 79)).startswith(f"- {shown}")


def test_who_is_connected_is_there_now():
    table = people(EventsRead(3, 0, True), Seen(None, 0, LEFT_AT, 1))
    assert "20:30-now" in _text(table.line(person(state="CONNECTED"), 79))


def test_exceptions_are_named_beside_the_user():
    told = person(replication_type="REPLICA", recording_state="FAILED")
    assert "bob  replica  rec FAILED " in _text(
        people(recording=False, state=False).line(told, 100)
    )
    assert _text(people().line(person(), 79)).startswith("- bob     ")


def test_who_has_no_user_id_is_called_by_the_participant_id():
    assert _text(people().line(person(user_id=None), 60)).startswith("- p1  ")
    assert _text(people().line(person(user_id=""), 60)).startswith("- p1  empty user id ")


def test_what_is_the_same_for_all_is_said_once():
    assert common_words({"DISCONNECTED"}, {False}, {"DISABLED"}) == (
        "all left",
        "none published",
        "recording disabled",
    )
    assert common_words({"CONNECTED", None}, {True, False}, {"ACTIVE", None}) == ()
    assert common_words({None}, {None}, {None}) == ()


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
