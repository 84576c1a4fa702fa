"""Summaries as lines: facts first, partial data labelled, every line within its width."""

import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from ivscope.analysis.event_tally import EventTally
from ivscope.analysis.intervals import Reach
from ivscope.analysis.lanes import Lanes
from ivscope.analysis.publishers import PublisherLevel
from ivscope.analysis.session_summary import Coverage, ErrorRow
from ivscope.domain.stages import ParticipantSummary
from ivscope.render.bars import coverage_text
from ivscope.render.cells import line_width
from ivscope.ui.summary.lines import SummaryTimes, summary_lines
from ivscope.ui.summary.screen import SummaryRows
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


def times(told, events=EVENTS, **options):
    log = log_of(events)
    tally = EventTally(log)
    while tally.advance(1):
        pass

    def ranges(name):
        return [range(at, at + 1) for at in range(len(log)) if log.participant(at) == name]

    lanes = Lanes(log, ranges, lambda _: Reach(), at(140))
    return SummaryTimes(tally.window, UTC, tally, lanes, lambda name: f"user {name}", **options)


def shown(told, width=80, events=EVENTS, own="", **options):
    return [
        ("".join(span.text for span in one.line).rstrip(), one.drill)
        for one in summary_lines(told, width, times(told, events, own=own), **options)
    ]


def texts(told, width=80, **options):
    return [text for text, _ in shown(told, width, **options)]


def test_what_was_counted_comes_first_and_rows_lead_to_their_events():
    rows = shown(summary(), 120)
    assert rows[0] == (
        "3 participants · 1 published · 1 join · 7 events · 5 errors of 2 participants",
        "error:yes",
    )
    assert re.fullmatch(r"errors +·+█·+█·+█·+█·+█  most 1 in 2 s, 20:30:09", rows[1][0])
    assert rows[1][1] == "error:yes"
    at_codes = next(row for row, (text, _) in enumerate(rows) if text.startswith("CODE"))
    title, quota, none = rows[at_codes : at_codes + 3]
    assert re.fullmatch(
        r"CODE +ERRORS WHO 20:30 ─+ when ─+ 20:32 +FIRST AND LAST PER MIN", title[0]
    )
    assert re.fullmatch(r"QUOTA_EXCEEDED +4   2 ·+█·+█·+█·+█ 20:30:10 20:32:10     1.5", quota[0])
    assert quota[1] == "code:QUOTA_EXCEEDED"
    assert re.fullmatch(r"no code +1   1 ·+█·+ 20:30:30 20:30:30       -", none[0])
    assert none[1] == "!code:* error:yes"
    at_people = next(row for row, (text, _) in enumerate(rows) if text.startswith("PARTICIPANT"))
    assert re.fullmatch(r"user b +4 +4 +✗ +✗ +✗ +✗ QUOTA_EXCEEDED b", rows[at_people + 1][0])
    assert rows[at_people + 1][1] == "participant:b error:yes"
    assert ("JOINED              1", "name:JOINED") in rows
    assert ("State       1 CONNECTED, 1 DISCONNECTED, 1 not given", None) in rows
    assert ("Events      2 min 10 s, 2026-11-23 20:30:00 to 20:32:10 UTC", None) in rows


@pytest.mark.parametrize("width", [80, 120])
def test_the_most_errors_of_a_part_are_at_least_so_many(width):
    def note(told):
        rows = texts(told, width)
        return next(text for text in rows if text.startswith("errors ")).split("  ")[-1]

    assert note(summary()).startswith("most 1 in ")
    assert note(summary("c")).startswith("at least 1 in ")
    assert note(summary(all_listed=False)).startswith("at least 1 in ")
    assert note(replace(summary(), is_counting=True)).startswith("at least 1 in ")


@pytest.mark.parametrize("unread", ["", "c"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_time_beside_a_strip_is_never_cut(width, unread):
    burst = [event(10, "PUBLISH_ERROR", "QUOTA_EXCEEDED", "b")] * 1_200
    events = [*EVENTS, *burst]

    def levels(_window, cells):
        return [PublisherLevel(12, 12) for _ in range(cells)]

    told = summary(unread, events=events)
    lines = summary_lines(told, width, times(told, events, publishing=levels))
    rows = ["".join(span.text for span in one.line) for one in lines]
    beside = [text for text in rows if re.match(r"(errors|publishing) +\S*[▁-█]", text)]
    assert len(beside) == (2 if width == 120 else 1)
    assert all(re.search(r" [0-9,]+ (in|of) .*, 20:30:..$", text) for text in beside)
    assert all(len(text) <= width for text in beside)


def test_a_strip_shows_an_error_only_in_the_cells_where_one_is():
    row = next(text for text in texts(summary()) if text.startswith("QUOTA"))
    cells = row.split()[3]
    window = times(summary()).window
    marked = [column for column, sign in enumerate(cells) if sign != "·"]
    assert marked == [window.column_of(at(second), len(cells)) for second in (10, 20, 70, 130)]


def test_the_publishers_have_a_strip_against_the_limit_where_there_is_room():
    def levels(window, cells):
        full = window.column_of(at(17), cells)
        return [PublisherLevel(12 if column == full else 3, 12) for column in range(cells)]

    told = summary("c")
    lines = summary_lines(told, 110, times(told, publishing=levels))
    row = next(line for line in lines if line.line and line.line[0].text.startswith("publishing"))
    text = "".join(span.text for span in row.line)
    assert text.split()[1].startswith("▂▂▂▂▂▂▂▂█▂▂")
    assert "at least 12 of 12, 20:30:17" in text, "the second, and not where its cell begins"
    assert row.drill == "name:PUBLISH_STARTED"
    narrow = texts(told, 80)
    assert not any(text.startswith("publishing") for text in narrow)


def test_the_most_publishers_are_a_range_where_an_end_is_missing():
    def levels(_window, cells):
        return [PublisherLevel(0, 2) for _ in range(cells)]

    told = summary()
    lines = summary_lines(told, 110, times(told, publishing=levels))
    row = next(line for line in lines if line.line and line.line[0].text.startswith("publishing"))
    assert "0 to 2 of 12" in "".join(span.text for span in row.line)


@pytest.mark.parametrize("unread", ["c", "bc"])
def test_what_rests_on_a_part_says_so_in_every_heading(unread):
    rows = texts(summary(unread, all_listed=False))
    told = f"{3 - len(unread)} of 3 participants read, more to list"
    assert rows[0].startswith(f"{told} · at least 1 published · 1 join")
    for heading in ("ERRORS BY CODE", "PARTICIPANTS WITH ERRORS", "EVENTS BY NAME"):
        assert f"{heading}, {told}" in rows
    assert not any("ALL READ" in row for row in rows)


def test_no_error_in_a_part_is_not_no_error():
    quiet = [event(0, "JOINED", participant="a")]
    assert "No error event." in texts(summary(events=quiet), events=quiet)
    assert "No error event in what was read." in texts(summary("c", events=quiet), events=quiet)


def test_none_in_a_part_has_no_number():
    quiet = [event(0, "JOINED", participant="a")]
    first = texts(summary("c", events=quiet), 120, events=quiet)[0]
    end = "at least 1 join · 1 event · nobody published, no error in what was read"
    assert first == f"2 of 3 participants read · {end}"
    whole = texts(summary(events=quiet), events=quiet)[0]
    assert whole == "3 participants · 0 published · 1 join · 1 event · no error"
    nothing = texts(summary("abc", events=[]), events=[])[0]
    assert nothing == "0 of 3 participants read · no events are read"


def test_groups_tell_for_how_many_the_facts_are_known():
    known = [facts("a", sdk="1.33.0", browser="Chrome"), facts("b", sdk="1.41.0", system="iOS")]
    rows = shown(summary("c", known=known))
    heading = "CLIENTS, known for 2 of 3 participants, 2 of 2 with errors"
    at_groups = rows.index((heading, None))
    assert rows[at_groups + 1][0].split() == ["SDK", "failing", "all"]
    assert rows[at_groups + 2][1] == "participant:a error:yes"
    assert rows[at_groups + 2][0].split()[:4] == ["1.33.0", "(browser)", "1", "1"]
    nothing = texts(summary())
    assert "  SDK and browser are not read yet of those whose events are read." in nothing


def test_one_participant_has_no_table_of_participants():
    alone = {"b": PEOPLE["b"]}
    rows = texts(summary(people=alone), own="b")
    assert rows[0] == "1 join · 7 events · 5 errors"
    assert re.fullmatch(r"lane +✗ +✗ +✗ +✗", rows[1])
    assert not any(row.startswith("PARTICIPANT") for row in rows)
    unread = texts(summary("b", people=alone), own="b")
    assert unread[0] == "at least 1 join · 7 events · 5 errors"
    assert coverage_text(Coverage(0, 1, all_listed=True)) == "not all events read"
    assert coverage_text(Coverage(0, 1, all_listed=False)).endswith("more to list")
    unknown = Coverage(0, 1, all_listed=False, knows_of_more=False)
    assert coverage_text(unknown) == "0 of 1 participants read, perhaps not all listed"
    assert coverage_text(Coverage(412, 3_000, all_listed=True)) == "412 of 3,000 participants read"


def test_below_the_screen_everybody_with_errors_is_counted_also_who_has_no_row():
    people = {f"p{one}": ParticipantSummary(f"p{one}") for one in range(30)}
    failing = [
        event(one, "PUBLISH_ERROR", "QUOTA_EXCEEDED", name) for one, name in enumerate(people)
    ]
    told = summary(events=failing, people=people)
    assert "10 more participants with errors: Enter shows all errors" in texts(told, events=failing)
    rows = SummaryRows(list(summary_lines(told, 80, times(told, failing))))
    assert "30 participants" in rows.below(0)


def test_several_days_show_the_day():
    told = summary()
    row = told.by_code[0]
    days = replace(told, by_code=(replace(row, last=row.last + timedelta(days=1)),))
    line = next(text for text in texts(days, 120) if "QUOTA" in text)
    assert "11-23 20:30 11-24 20:32" in line
    timeless = replace(row, first=None, last=None, per_minute=None)
    assert "no time no time       -" in next(
        text for text in texts(replace(told, by_code=(timeless,)), 120) if "QUOTA" in text
    )


@pytest.mark.parametrize("width", [30, 40, 60, 80, 120])
def test_every_line_keeps_its_width_whatever_the_texts(width):
    hostile = ["\x1b[2J" * 40, "用户" * 60, "", "a b" * 90, "\u202e"]
    people = {name: ParticipantSummary(name, name, state=name) for name in hostile}
    events = [event(3, name, name, name) for name in hostile]
    known = [facts(name, sdk=name, browser=name) for name in hostile]
    told = summary(events=events, people=people, known=known)
    lines = summary_lines(told, width, times(told, events))
    for one in lines:
        assert line_width(one.line) <= width
        text = "".join(span.text for span in one.line)
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_a_rate_is_short():
    row = ErrorRow("X", 9, 1, at(0), at(9), 1234.5, "code:X")
    told = replace(summary(), by_code=(row,))
    assert any(text.endswith(" 1,234") for text in texts(told, 120))


def test_while_it_is_counted_no_number_is_the_last_word():
    told = replace(summary(), is_counting=True)
    texts = [line for line, _ in shown(told, 120)]
    assert texts[0].startswith("3 of 3 participants read · counting · at least ")
    for title in ("ERRORS BY CODE", "PARTICIPANTS WITH ERRORS", "EVENTS BY NAME"):
        assert f"{title}, counting" in texts
    assert shown(summary(), 120)[0][0].startswith("3 participants · ")
    none = replace(summary(events=EVENTS[:1]), is_counting=True)
    assert "nobody published, no error in what was counted so far" in shown(none, 120)[0][0]
