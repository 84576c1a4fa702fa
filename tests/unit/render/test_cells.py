"""Fitting text into cells."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.render.cells import ONE_CELL_EACH, clip, line_width, pad, shorten, width, wrap
from ivscope.render.lines import Role, Span
from ivscope.render.safe import safe

shown = st.text(st.sampled_from("ab /漢👍e\u0301-\U0001f1fa\U0001f3fd"), max_size=40).map(safe)
lines = st.lists(st.builds(Span, shown, st.sampled_from(Role)), max_size=4).map(tuple)


def _text(line):
    return "".join(span.text for span in line)


def _letters(line):
    return [(letter, span.role) for span in line for letter in span.text if letter != " "]


@pytest.mark.parametrize(
    ("text", "cells", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("漢字", 4, "漢字"),
        ("漢字x", 4, "漢…"),
        ("漢字", 3, "漢…"),
        ("漢字", 2, "…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("👍🏽👍🏽", 3, "👍🏽…"),
        ("🇺🇸x", 2, "…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 0, ""),
    ],
)
def test_shortening_marks_the_cut_and_splits_no_character(text, cells, expected):
    assert shorten(text, cells) == expected


@given(shown, st.integers(0, 30))
def test_padded_text_fills_its_cells_exactly(text, cells):
    assert width(pad(text, cells)) == cells


def test_clipping_shows_the_start_of_a_text_of_any_length():
    assert clip("\x1b" * 1_000_000, 9) == r"\x1b\x1b…"
    assert clip("abc", 9) == "abc"


@given(lines, st.integers(2, 30), st.integers(0, 8))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(line, cells, hanging):
    wrapped = wrap(line, cells, hanging)
    assert wrapped
    assert all(line_width(part) <= cells for part in wrapped)
    assert [item for part in wrapped for item in _letters(part)] == _letters(line)


def test_spaces_that_begin_a_line_and_fill_it_are_dropped():
    line = (Span(" "), Span(" "), Span(" "), Span("a"))
    assert [_text(part) for part in wrap(line, 2)] == ["a"]


def test_words_move_to_the_next_line_whole_and_under_the_indent():
    line = (Span("Next  ", Role.MUTED), Span("count the publishers now"))
    assert [_text(part) for part in wrap(line, 16, 6)] == [
        "Next  count the",
        "      publishers",
        "      now",
    ]


def test_a_word_longer_than_a_line_is_broken_where_the_line_ends():
    line = (Span("Page "), Span("https://docs.example/a/b"))
    assert [_text(part) for part in wrap(line, 15, 5)] == [
        "Page https://do",
        "     cs.example",
        "     /a/b",
    ]


def test_a_line_that_fits_stays_as_it_is():
    line = (Span("a  b "),)
    assert wrap(line, 5) == [line]


def test_a_very_narrow_pane_still_shows_text():
    assert all(line_width(part) <= 2 for part in wrap((Span("漢字 ab"),), 0, 9))


def test_signs_that_are_counted_like_ascii_take_one_cell_each():
    signs = [chr(code) for code in range(0x110000) if ONE_CELL_EACH.fullmatch(chr(code))]
    assert len(signs) > 95
    assert all(width(sign) == 1 for sign in signs)


def test_many_spans_wrap_in_one_pass():
    line = tuple(Span("ab ", role) for role in (Role.TEXT, Role.HIT) * 50_000)
    assert len(wrap(line, 29)) == 10_000


@pytest.mark.slow
def test_ten_million_characters_wrap_before_a_reader_gives_up():
    text = "x" * 10_000_000
    started = time.process_time()
    lines = wrap((Span('  "name": '), Span(text)), 80, 2)
    assert time.process_time() - started < 3
    assert "".join(span.text.strip() for line in lines for span in line).endswith(text)


def test_ascii_wraps_like_any_other_text():
    words = "one  two-three abcdefghijklmnopqrstuvwxyz0123456789 four"
    wide = words.replace("o", "ö")  # which is drawn in clusters
    for cells in range(2, 40):
        for hanging in (0, 2, 7):
            plain = wrap((Span("ab "), Span(words, Role.ERROR)), cells, hanging)
            other = wrap((Span("ab "), Span(wide, Role.ERROR)), cells, hanging)
            texts = [[(s.text.replace("ö", "o"), s.role) for s in line] for line in other]
            assert [[(s.text, s.role) for s in line] for line in plain] == texts
