"""Two participants side by side."""

from datetime import UTC

import pytest

from ivscope.domain.events import Event
from ivscope.render.cells import line_width
from ivscope.render.lines import Role, Span
from ivscope.ui.compare.screen import NOT_ALL_READ, Compared, comparison_head, comparison_line
from support.given_facts import at, event, log_of


def text(line):
    return "".join(span.text for span in line)


def test_what_happened_in_one_second_stands_in_one_row():
    left = event(7, "PUBLISH_ERROR", "QUOTA_EXCEEDED")
    right = event(7, "SUBSCRIBE_STARTED", remote="abc")
    line = comparison_line(at(7), left, right, 80, UTC, shows_time=True)
    assert (
        text(line)
        == ("20:30:07 ✗ PUBLISH_ERROR QUOTA_EXCEEDED     | + SUBSCRIBE_STARTED of abc          ")[
            : line_width(line)
        ]
    )
    assert [span.role for span in line if "QUOTA" in span.text] == [Role.ERROR]
    again = comparison_line(at(7), None, right, 80, UTC, shows_time=False)
    assert text(again)[:43].strip() == ""
    assert text(again).split() == ["|", "+", "SUBSCRIBE_STARTED", "of", "abc"]
    assert text(comparison_line(None, Event(), None, 80, UTC, shows_time=True)).split() == [
        "no",
        "time",
        "?",
        "no",
        "name",
        "|",
    ]


def failed(code="QUOTA_EXCEEDED"):
    return event(1, "PUBLISH_ERROR", code)


@pytest.mark.parametrize(
    ("events", "is_complete", "said"),
    [
        ((failed(), failed(), failed("CODE")), True, "3: 2 QUOTA_EXCEEDED, 1 CODE"),
        ((failed(), failed()), True, "2 QUOTA_EXCEEDED"),
        ((failed(),), False, "1 so far: 1 QUOTA_EXCEEDED"),
        ((event(1, "JOINED"),), True, "none"),
        ((), False, "none so far"),
    ],
)
def test_above_each_side_stand_the_errors_that_it_got(events, is_complete, said):
    side = Compared("a", log_of(events), "", is_complete)
    assert side.errors().text == said


@pytest.mark.parametrize("width", [60, 80, 81, 200])
def test_both_sides_stand_below_their_heads_at_every_width(width):
    hostile = event(7, "N\x1b[2J" * 50, "用户" * 90)
    head = comparison_head("TIME", Span("left" * 40), Span("\u202eright" * 40), width)
    rows = [
        head,
        comparison_line(at(7), hostile, hostile, width, UTC, shows_time=True),
        comparison_line(at(7), None, hostile, width, UTC, shows_time=True),
        comparison_line(at(7), hostile, NOT_ALL_READ, width, UTC, shows_time=True),
    ]
    assert len({line_width(row) for row in rows}) == 1
    assert line_width(head) <= width
    assert all("\x1b" not in text(row) and "\u202e" not in text(row) for row in rows)


def test_what_may_not_have_been_read_does_not_look_like_nothing():
    here = event(7, "LEFT")
    assert text(comparison_line(at(7), None, here, 80, UTC, shows_time=True)).split() == [
        "20:30:07",
        "|",
        "-",
        "LEFT",
    ]
    line = comparison_line(at(7), NOT_ALL_READ, here, 80, UTC, shows_time=True)
    assert text(line).startswith("20:30:07 ? not all read ")
    assert text(line).split()[-3:] == ["|", "-", "LEFT"]
