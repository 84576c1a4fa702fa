"""Plots and lanes as characters: readable without colour, every width kept."""

import re
from datetime import UTC, timedelta, timezone

import pytest

from ivscope.analysis.event_tally import Bucket
from ivscope.analysis.lanes import LaneCell
from ivscope.analysis.publishers import PublisherLevel
from ivscope.analysis.time_window import window_between
from ivscope.render.cells import line_width
from ivscope.render.lines import Role
from ivscope.render.plots import (
    AT_CURSOR,
    CURSOR,
    EIGHTHS,
    ERROR,
    ERRORS_THERE,
    NOTHING,
    UNSURE,
    Layer,
    Plot,
    PlotFrame,
    axis_line,
    cell_text,
    in_ascii,
    lane_cells,
    legend,
    strip,
)
from ivscope.ui.lanes.view import ERRORS, EVENTS, PUBLISHERS
from support.given_facts import at

HOUR = window_between(at(0), at(3_600))


def text(line):
    return "".join(span.text for span in line)


def texts(lines):
    return [text(line).rstrip() for line in lines]


def test_a_level_plot_shows_the_limit_what_is_certain_and_what_may_be():
    levels = [
        PublisherLevel(0, 0),
        PublisherLevel(1, 1),
        PublisherLevel(6, 8),
        PublisherLevel(12, 12),
        PublisherLevel(11, 13),
        PublisherLevel(0, 4),
    ]
    assert texts(PUBLISHERS.drawn(levels, PlotFrame(4, 10, cursor=0))) == [
        " 12 limit ···█▄·",
        "       10   ░██",
        "        7   ▅██",
        "        4  ▂███░",
    ]


@pytest.mark.parametrize("height", [2, 6, 8, 20])
@pytest.mark.parametrize("most", [0, 3, 12, 13, 40, 900])
def test_a_level_plot_keeps_its_height_and_width_and_has_one_limit(height, most):
    levels = [PublisherLevel(column % (most + 1), most) for column in range(50)]
    lines = PUBLISHERS.drawn(levels, PlotFrame(height, 12, cursor=None))
    assert len(lines) == min(height, max(12, most))
    assert {line_width(line) for line in lines} == {62}
    labels = [text(line)[:12].strip() for line in lines]
    assert labels.count("12 limit") == 1
    marks = [int(label.split()[0]) for label in labels]
    assert marks == sorted(marks, reverse=True)
    for mark, below, line in zip(marks, [*marks[1:], 0], lines, strict=True):
        signs = text(line)[12:]
        assert [sign == "█" for sign in signs] == [
            level.certain >= mark > below for level in levels
        ]
        reached = [sign in EIGHTHS[1:] for sign in signs]
        assert reached == [level.certain > below for level in levels]
    lowest = text(lines[-1])[12:]
    assert [sign != " " for sign in lowest] == [level.possible > 0 for level in levels]


def test_a_histogram_shows_one_event_beside_many_and_counts_errors():
    buckets = [Bucket(1, 1), Bucket(100, 12), Bucket(0, 0), Bucket(51, 0)]
    assert texts(EVENTS.drawn(buckets, PlotFrame(3, 8, cursor=2))) == [
        "    100  █ ▁",
        " events ▁█ █",
        " errors 1+",
    ]
    assert texts(EVENTS.drawn([], PlotFrame(3, 8, cursor=None))) == [
        "      0",
        " events",
        " errors",
    ]
    assert (
        text(EVENTS.drawn([Bucket(1_200_000, 0)], PlotFrame(2, 8, cursor=None))[0]) == "  1200k █"
    )


def test_a_new_plot_is_one_value():
    joined = Plot("joined", lambda log, window, columns: log, (Layer(int, Role.GOOD),))
    assert texts(joined.lines([0, 1, 4], HOUR, 3, PlotFrame(4, 8, cursor=0))) == [
        "      4   █",
        "          █",
        "          █",
        " joined  ██",
    ]


def test_a_cursor_hides_nothing():
    for cursor, sign in enumerate("·✗?█"):
        line = lane_cells("·✗?█", cursor)
        assert text(line) == "·✗?█"
        assert [span.text for span in line if span.role is Role.CURSOR] == [sign]
    assert not [span for span in lane_cells("·✗?█") if span.role is Role.CURSOR]


def test_a_strip_shows_one_beside_many_and_nothing_where_nothing_was():
    line = strip([0, 1, 0, 40, 20], Role.ERROR)
    assert text(line) == "·▁·█▄"
    assert [span.role for span in line] == [Role.MUTED, Role.ERROR, Role.MUTED, Role.ERROR]
    assert text(strip([0, 1, 2], Role.ERROR, most=8)) == "·▁▂"
    assert text(strip([], Role.ERROR)) == ""


def test_every_sign_that_is_drawn_has_one_ascii_sign_and_text_from_outside_stays():
    drawn = {*EIGHTHS, *LaneCell, NOTHING, UNSURE, CURSOR, "●", "…"}
    twins = {sign: in_ascii(sign) for sign in drawn}
    assert all(len(twin) == 1 and twin.isascii() for twin in twins.values())
    assert len(set(map(in_ascii, EIGHTHS))) == len(EIGHTHS)
    assert len({twins[cell] for cell in LaneCell}) == len(LaneCell)
    assert in_ascii("José 用户 a…") == "José 用户 a~"
    assert in_ascii(f"{AT_CURSOR} {ERROR} {ERRORS_THERE}") == "> ! !"


def test_each_time_on_the_axis_begins_in_its_column():
    line = axis_line(HOUR, 60, UTC, label_cells=12, cursor=15)
    assert text(line).startswith("2026-11-23  20:30 ")
    assert line_width(line) == 72
    row = text(line)[12:]
    found = 0
    for column in range(1, 56):
        if row[column - 1 : column] == " " and row[column].isdigit():
            assert row[column : column + 5] == f"{at(column * 60):%H:%M}"
            found += 1
    assert found == 6
    assert row[15] == "▼"
    east = axis_line(HOUR, 60, timezone(timedelta(hours=4)), label_cells=12, cursor=None)
    assert text(east).startswith("2026-11-24  00:30 ")


@pytest.mark.parametrize("cursor", range(60))
def test_the_cursor_on_the_axis_cuts_no_time(cursor):
    row = text(axis_line(HOUR, 60, UTC, label_cells=0, cursor=cursor))
    assert row[cursor] == "▼"
    assert all(re.fullmatch(r"\d\d:\d\d", word) for word in row.replace("▼", " ").split())


def test_a_narrow_axis_has_no_half_time():
    assert text(axis_line(HOUR, 5, UTC, label_cells=3, cursor=None)) == "20…20:30"
    assert text(axis_line(HOUR, 4, UTC, label_cells=3, cursor=None)) == "20…    "
    short = window_between(at(0), at(1))
    assert text(axis_line(short, 60, UTC, label_cells=0, cursor=None)).split() == ["20:30:00"]


def test_the_legend_fits_and_the_window_is_told():
    words = text(legend(79))
    assert all(cell in words for cell in LaneCell)
    assert line_width(legend(30)) <= 30
    assert "replica" not in words
    assert "  r replica  " in text(legend(79, has_replicas=True))
    assert cell_text(HOUR, 60) == "60 s a cell"
    assert cell_text(window_between(at(0), at(30)), 60) == "0.5 s a cell"


def test_a_burst_of_errors_stands_above_a_drizzle_however_many_events_there_are():
    buckets = [Bucket(900, 1), Bucket(900, 0), Bucket(20, 8)]
    assert texts(ERRORS.drawn(buckets, PlotFrame(3, 8, cursor=None))) == [
        "      8   █",
        "          █",
        " errors ▃ █",
    ]
