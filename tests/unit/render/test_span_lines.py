"""Lines about spans: how long it lasted, or why that is not known."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ivscope.analysis.intervals import EventSpan, Why
from ivscope.domain.events import JOINED, LEFT, PUBLISH_STOPPED
from ivscope.render.event_lines import reason, span_line

JOIN = datetime(2026, 11, 23, 20, 25, 14, tzinfo=UTC)
LEAVE = datetime(2026, 11, 23, 21, 18, 44, tzinfo=UTC)


def text(span, zone=UTC):
    return "".join(part.text for part in span_line(span, zone))


def test_a_whole_span_tells_its_length_and_its_other_half():
    start = EventSpan(0, True, LEFT, time=JOIN, other=1, other_time=LEAVE)
    assert text(start) == "lasted 53 min 30 s, until LEFT 21:18:44"
    end = EventSpan(1, False, JOINED, time=LEAVE, other=0, other_time=JOIN)
    assert text(end) == "lasted 53 min 30 s, since JOINED 20:25:14"


def test_halves_on_different_days_of_the_reader_show_the_date():
    start = EventSpan(0, True, LEFT, time=JOIN, other=1, other_time=LEAVE)
    zone = timezone(timedelta(hours=3))
    assert text(start, zone) == "lasted 53 min 30 s, until LEFT 2026-11-24 00:18:44"


@pytest.mark.parametrize("why", list(Why))
def test_half_a_span_says_why_and_what_is_missing(why):
    assert text(EventSpan(0, True, LEFT, time=JOIN, why=why)) == f"{reason(why)} (LEFT)"


def test_what_goes_on_for_certain_is_still_open():
    assert text(EventSpan(0, True, LEFT, time=JOIN)) == "still open (no LEFT so far)"


def test_a_pair_that_is_not_certain_says_why():
    start = EventSpan(0, True, LEFT, time=JOIN, other=1, other_time=LEAVE, why=Why.TIE)
    assert text(start) == (
        "lasted 53 min 30 s, until LEFT 21:18:44, likely: the order of events inside one second is "
        "not known"
    )


def test_what_ended_with_the_stay_says_when_that_was():
    start = EventSpan(0, True, PUBLISH_STOPPED, JOIN, why=Why.END_MISSING, left=1, left_time=LEAVE)
    assert text(start) == "ended by LEFT 21:18:44 at the latest (no PUBLISH_STOPPED)"
