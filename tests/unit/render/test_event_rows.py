"""Rows of the event list: every column stays in its place, whatever the values are."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ivscope.analysis.event_view import EventView
from ivscope.domain.events import Event
from ivscope.provider.store.event_log import EventLog
from ivscope.render.cells import line_width
from ivscope.render.event_rows import EventLook, EventRows

AT = datetime(2026, 11, 23, 20, 36, 28, tzinfo=UTC)
CORPUS = json.loads((Path(__file__).parents[2] / "support" / "hostile_corpus.json").read_bytes())
VALUES = [case["value"] * case.get("repeat", 1) for case in CORPUS["cases"].values()]


def _rows(*events):
    log = EventLog()
    log.append(events)
    return EventRows(log, EventView(log), (), EventLook(now=AT))


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
