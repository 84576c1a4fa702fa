"""Tables: a column is a value, and which of them stand in a narrow pane follows from it."""

from dataclasses import replace

import pytest

from ivscope.render.cells import line_width
from ivscope.render.lines import Role, Span
from ivscope.render.tables import Bar, Between, Column, Fit, Rest, Table

MARK = Column("", 1, lambda one: (Span("!", Role.ERROR),))
CODE = Column("CODE", 6, lambda one: one["code"], Role.ERROR, priority=1)
COUNT = Column("COUNT", 5, lambda one: str(one["count"]), priority=2, is_right=True)
NAME = Column("NAME", Rest(8), lambda one: one["name"])
LIST = (MARK, CODE, COUNT, NAME)
ONE = {"code": "QUOTA", "count": 7, "name": "fri-night-live"}


def text(line):
    return "".join(span.text for span in line)


def titles(columns, width, rows=()):
    return text(Table(columns, rows).titles(width)).split()


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (40, ["CODE", "COUNT", "NAME"]),
        (23, ["CODE", "COUNT", "NAME"]),
        (22, ["CODE", "NAME"]),
        (17, ["CODE", "NAME"]),
        (16, ["NAME"]),
        (4, ["N…"]),
    ],
)
def test_the_highest_priority_number_makes_room_first(width, shown):
    assert titles(LIST, width) == shown


def test_a_new_column_is_one_value():
    when = Column("WHEN", 5, lambda one: "20:30", priority=3)
    table = Table((MARK, when, CODE, COUNT, NAME))
    assert text(table.titles(40)) == "  WHEN  CODE   COUNT NAME"
    assert text(table.line(ONE, 40)) == "! 20:30 QUOTA      7 fri-night-live"
    assert text(table.line(ONE, 23)) == "! QUOTA      7 fri-nig…"


def test_another_column_stands_in_when_all_that_may_go_are_gone():
    name = replace(NAME, instead=Column("NAME, OR CODE", Rest(1), lambda one: one["code"]))
    assert text(Table((MARK, CODE, name)).line(ONE, 17)) == "! QUOTA  fri-nig…"
    assert text(Table((MARK, CODE, name)).line(ONE, 16)) == "! QUOTA"


def test_columns_that_fit_are_as_wide_as_their_widest_text():
    columns = (
        Column("name", Fit(least=4), lambda one: one["name"]),
        Column("n", Fit(), lambda one: str(one["count"]), priority=1, is_right=True),
    )
    rows = [{"name": "ab", "count": 1}, {"name": "abcdefgh", "count": 1200}]
    table = Table(columns, rows)
    assert [text(table.line(row, 40)) for row in rows] == ["ab          1", "abcdefgh 1200"]
    assert [text(table.line(row, 11)) for row in rows] == ["ab        1", "abcde… 1200"]
    assert [text(table.line(row, 8)) for row in rows] == ["ab", "abcdefgh"]


def test_a_title_wider_than_its_numbers_reaches_over_the_blanks_before_it():
    since = Column("SINCE PREV", 9, lambda one: "+0:07", is_right=True)
    table = Table((NAME, since))
    assert text(table.titles(30)) == "NAME                SINCE PREV"
    assert text(table.line(ONE, 30)) == "fri-night-live           +0:07"


def test_a_text_that_must_not_be_cut_takes_the_blanks_of_the_column_before_it():
    event = Column("EVENT", 12, lambda one: "JOIN_ERROR")
    code = Column("CODE", Rest(4), lambda one: one["code"], uncut=lambda one: len(one["code"]))
    table = Table((event, code))
    assert text(table.line({"code": "QUOTA"}, 18)) == "JOIN_ERROR   QUOTA"
    assert text(table.line({"code": "QUOTAS"}, 18)) == "JOIN_ERROR QUOTAS"


def test_bars_scale_and_what_is_there_shows():
    bar = Column("", Rest(4, most=20), Bar, Role.WARNING, priority=1)
    table = Table((Column("n", Fit(), str), bar), [1.0])
    assert [text(table.line(share, 40))[4:] for share in (1.0, 0.5, 0.001, 0.0)] == [
        "█" * 20,
        "█" * 10,
        "█",
        "",
    ]
    assert text(table.line(1.0, 8)) == "1.0 ████"
    assert text(table.line(1.0, 7)) == "1.0"


@pytest.mark.parametrize("value", ["\x1b[2J" * 40, "用户" * 60, "", "a b" * 90, "\u202e"])
@pytest.mark.parametrize("width", [23, 40, 60])
def test_texts_from_outside_are_safe_and_keep_their_columns(value, width):
    line = Table(LIST).line({"code": value, "count": value, "name": value}, width)
    assert line_width(line) <= width
    assert "\x1b" not in text(line)
    assert "\u202e" not in text(line)
    assert line_width(Table(LIST).line({**ONE, "code": value}, 40)) == 29


@pytest.mark.parametrize(("width", "cells"), [(20, (13, 6)), (23, (13, 9)), (26, (15, 10))])
def test_a_column_between_two_widths_grows_before_the_rest_does(width, cells):
    table = Table(
        (Column("A", Rest(13), lambda _: "a" * 50), Column("B", Between(6, 10), lambda _: "b" * 50))
    )
    text = "".join(span.text for span in table.line(None, width))
    assert tuple(map(len, text.split())) == cells
