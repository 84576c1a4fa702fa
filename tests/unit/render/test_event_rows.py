"""Rows of the event list: every column stays in its place, whatever the values are."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ivscope.analysis.event_view import EventView
from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.overview import Folds
from ivscope.analysis.time_input import TimeReference
from ivscope.domain.events import Event
from ivscope.provider.store.event_log import EventLog
from ivscope.render.cells import line_width
from ivscope.render.event_rows import EventLook, EventRows
from ivscope.render.lines import Role
from ivscope.render.timestamps import TimeStyle

AT = datetime(2026, 11, 23, 20, 36, 28, tzinfo=UTC)
CORPUS = json.loads((Path(__file__).parents[2] / "support" / "hostile_corpus.json").read_bytes())
VALUES = [case["value"] * case.get("repeat", 1) for case in CORPUS["cases"].values()]


def _rows(*events, **look):
    log = EventLog()
    log.append(events)
    return EventRows(log, EventView(log), (), EventLook(now=AT, **look))


def _text(line):
    return "".join(span.text for span in line)


@pytest.mark.parametrize("width", [45, 79, 110])
@pytest.mark.parametrize("value", VALUES)
def test_hostile_values_leave_the_columns_in_place(value, width):
    rows = _rows(
        Event("JOINED", "p", AT),
        Event(value, "p", AT + timedelta(seconds=7), error_code=value, remote_participant_id=value),
    )
    line = rows.line(1, width)
    assert line_width(line) <= width
    if width >= 62:
        assert line_width(line) == width
        assert line_width(line[:-1]) == width - 9
        assert _text(line[:-1]).endswith(" ")
        assert _text(line[-1:]) == "    +0:07"


@pytest.mark.parametrize(
    ("gap", "shown"),
    [
        (timedelta(minutes=59, seconds=8), "   +59:08"),
        (timedelta(hours=23, minutes=5), "+23:05:00"),
        (timedelta(days=2, hours=1, minutes=5), "   +2d01h"),
        (timedelta(days=99, hours=23), "  +99d23h"),
        (timedelta(days=688, hours=20), " +688d20h"),
        (timedelta(days=20777, hours=2), "  +20777d"),
        (timedelta(days=-20777), "  -20777d"),
    ],
)
def test_a_long_gap_loses_its_small_units_and_never_its_last_digits(gap, shown):
    rows = _rows(Event("JOINED", "p", AT), Event("LEFT", "p", AT + gap))
    assert _text(rows.line(1, 100)[-1:]) == shown


@pytest.mark.parametrize("who", [None, str.upper], ids=["of one", "of many"])
@pytest.mark.parametrize("width", range(40, 130))
def test_no_title_runs_into_another_and_none_stands_over_nothing(width, who):
    rows = _rows(Event("JOINED", "p", AT), Event("LEFT", "p", AT), who=who)
    titles = _text(rows.titles(width + 1))
    assert len(titles) == width + 1
    assert "WHOSINCE" not in titles
    assert "ORSINCE" not in titles
    assert ("SINCE PREV" in titles) == _text(rows.line(1, width)).endswith("        =")


def test_rows_that_show_the_same_have_the_same_key():
    events = [Event("JOINED", "p", AT), Event("LEFT", "p", AT + timedelta(seconds=5))]
    log = EventLog()
    log.append(events)
    view = EventView(log)
    marks = set()

    def rows(**look):
        return EventRows(log, view, marks, EventLook(**{"now": AT, **look}))

    later = AT + timedelta(minutes=1)
    before = rows().key(1)
    assert rows(now=later).key(1) == before
    assert rows(now=later, style=TimeStyle.AGE).key(1) != rows(style=TimeStyle.AGE).key(1)
    assert rows(zone=timezone(timedelta(hours=2))).key(1) != before
    assert rows(needle="left").key(1) != before
    log.append([Event("JOINED", "p", AT + timedelta(seconds=9))])
    view.work(1.0)
    assert rows().key(1) == before
    newest_first = rows(newest_first=True).key(1)
    log.append([Event("LEFT", "p", AT)])
    view.work(1.0)
    assert rows(newest_first=True).key(1) == newest_first
    marks.add(1)
    assert rows().key(1) != before


def test_a_name_that_becomes_known_changes_the_key():
    names = {}
    rows = _rows(Event("JOINED", "p", AT), who=lambda one: names.get(one, one))
    before = rows.key(0)
    names["p"] = "priya"
    assert rows.key(0) != before


def _folded(*events, **look):
    """Rows of which equal ones share a line, and what tells which."""
    log, marks = EventLog(), set()
    log.append(events)
    view = EventView(log)
    folds = Folds(view, marks)
    folds.take_in(1.0)
    return EventRows(log, view, marks, EventLook(now=AT, **look), folds), folds


def _started(seconds, *remotes):
    moment = AT + timedelta(seconds=seconds)
    return [
        Event("SUBSCRIBE_STARTED", "p", moment, remote_participant_id=remote) for remote in remotes
    ]


@pytest.mark.parametrize(("newest_first", "gap"), [(True, "+0:05"), (False, "+0:10")])
def test_equal_events_of_a_second_say_how_many_they_are_and_the_time_since_the_one_before(
    newest_first, gap
):
    before, after = Event("LEFT", "p", AT - timedelta(seconds=10)), Event("JOINED", "p", AT)
    if newest_first:
        before, after = after, Event("JOINED", "p", AT - timedelta(seconds=5))
    rows, folds = _folded(before, *_started(0, "a", "b", "c"), after, newest_first=newest_first)
    assert len(rows) == 3
    assert " ".join(_text(rows.line(1, 79)).split()) == (
        f"+ 20:36:28 SUBSCRIBE_STARTED 3 in this second Enter opens {gap}"
    )
    assert "3 in this second" in _text(rows.line(1, 52))
    key = rows.key(1)
    assert folds.open(1)
    assert len(rows) == 5
    assert rows.key(1) != key
    assert "of a " in _text(rows.line(1, 79))


def test_a_row_of_several_events_shows_that_one_of_them_was_found():
    rows, _ = _folded(*_started(0, "a", "b", "c"))
    reference = TimeReference(None, AT, None, None, None)
    rows._shown.set_search(parse_filter("remote:c", reference))
    while rows._shown.work(1.0):
        pass
    assert _text(rows.line(0, 79)).startswith("/+ ")


def test_colour_is_kept_for_what_matters():
    error = Event("PUBLISH_ERROR", "p", AT, error_code="QUOTA_EXCEEDED")
    rows = _rows(*_started(0, "a"), Event("JOINED", "p", AT), error)
    roles = [{span.role for span in rows.line(row, 79) if span.text.strip()} for row in range(3)]
    assert roles == [{Role.MUTED}, {Role.TEXT, Role.MUTED}, {Role.TEXT, Role.ERROR, Role.MUTED}]


def test_another_participant_is_named_and_wide_rows_add_the_id():
    names = {"ZfD7Z0rI8EzQ": "kenji"}
    event = _started(0, "ZfD7Z0rI8EzQ")
    assert "of kenji  " in _text(_rows(*event, name=lambda one: names.get(one, one)).line(0, 79))
    wide = _rows(*event, wide=True, name=lambda one: names.get(one, one))
    assert "of kenji ZfD7Z0rI8EzQ" in _text(wide.line(0, 79))
    assert "of ZfD7Z0rI8EzQ  " in _text(_rows(*event, wide=True).line(0, 79))
