"""What is written with blanks and styles shortened draws the same picture."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.terminal.shortening import Shortener, erases_characters

_COLUMNS, _ROWS = 400, 4
_LONGEST = 40
"""So that no text reaches the edge, and no new line the end: the toolkit writes none there."""

_STYLES = st.sampled_from(
    [
        *("0", "", "1", "2;39;49", "7", "27", "4", "24", "9", "29", "31", "44", "104", "49"),
        *("38;5;7", "48;5;4", "38;2;4;7;9", "48;2;1;2;3", "0;7", "7;0", "1;38;5;44;49"),
    ]
)
_PARTS = st.one_of(
    _STYLES.map(lambda numbers: f"\x1b[{numbers}m"),
    st.integers(1, _LONGEST).map(" ".__mul__),
    st.sampled_from(["a", "── x", "宽", "\x1b]0;a      title\x1b\\"]),
    st.builds("\x1b[{};{}H".format, st.integers(1, _ROWS - 1), st.integers(1, _LONGEST)),
    st.builds("\n\x1b[{};{}H".format, st.integers(1, _ROWS - 1), st.integers(1, _LONGEST)),
)


def _picture(*writes):
    """What is seen: characters and their styles, of blanks what shows, and where the cursor is."""
    screen = pyte.Screen(_COLUMNS, _ROWS)
    stream = pyte.Stream(screen)
    for write in writes:
        stream.feed(write)
    cells = [
        [
            (
                *(cell.data, cell.bg, cell.reverse, cell.underscore, cell.strikethrough),
                *((cell.fg, cell.bold, cell.italics) if cell.data != " " else ()),
            )
            for cell in (screen.buffer[row][column] for column in range(_COLUMNS))
        ]
        for row in range(_ROWS)
    ]
    return cells, screen.cursor.y, screen.cursor.x


@given(st.lists(st.lists(_PARTS, max_size=8).map("".join), max_size=4))
def test_any_text_in_any_style_draws_the_same_picture(writes):
    under = "x" * _COLUMNS
    before = "".join(f"\x1b[{row};1H{under}" for row in range(1, _ROWS + 1)) + "\x1b[1;1H"
    shortener = Shortener()

    short = [shortener.shorten(write) for write in writes]

    assert _picture(before, *short) == _picture(before, *writes)
    assert all(len(a) <= len(b) for a, b in zip(short, writes, strict=True))


def test_a_run_of_blanks_is_erased_and_stepped_over():
    assert Shortener().shorten("a" + " " * 30 + "b") == "a\x1b[30X\x1b[30Cb"


def test_nothing_is_stepped_over_where_the_cursor_goes_elsewhere():
    assert Shortener().shorten(" " * 30 + "\n\x1b[2;1Hb") == "\x1b[30X\x1b[2;1Hb"


def test_a_run_that_is_short_already_stays():
    text = "a" + " " * 8 + "b"
    assert Shortener().shorten(text) == text


@pytest.mark.parametrize("style", ["7", "4", "4:3", "9", "53", "44", "48;5;7", "48:2::1:2:3", "21"])
def test_a_style_that_is_seen_on_blanks_keeps_them_from_write_to_write(style):
    shortener, run = Shortener(), " " * 30
    assert shortener.shorten(f"\x1b[{style}m{run}") == f"\x1b[{style}m{run}"
    assert shortener.shorten(run) == run
    assert shortener.shorten(f"\x1b[0m{run}") == "\x1b[m\x1b[30X\x1b[30C"


def test_a_link_keeps_its_blanks():
    shortener, run = Shortener(), " " * 30
    link = f"\x1b]8;id=1;https://example.com\x1b\\{run}"
    assert shortener.shorten(link) == link
    assert shortener.shorten(f"\x1b[1m{run}") == f"\x1b[1m{run}"
    assert shortener.shorten(f"\x1b]8;;\x1b\\{run}").endswith("\x1b[30C")


def test_a_style_is_sent_where_it_is_seen():
    row = "\x1b[36m \x1b[0m \x1b[90m+\x1b[0m \x1b[90m20:31:48\x1b[0m \x1b[1;31mERROR\x1b[0m"
    assert Shortener().shorten(row) == "  \x1b[90m+ 20:31:48 \x1b[1;31mERROR\x1b[m"


def test_a_style_that_is_on_is_not_sent_again_on_the_next_line():
    lines = "\x1b[90mone\x1b[0m\n\x1b[2;1H\x1b[90mtwo\x1b[0m\n\x1b[3;1H\x1b[90;4mthree\x1b[0m"
    short = "\x1b[90mone\x1b[2;1Htwo\x1b[3;1H\x1b[4mthree\x1b[m"
    assert Shortener().shorten(lines) == short


def test_a_colour_replaces_another_and_nothing_else():
    assert Shortener().shorten("\x1b[31ma\x1b[0;32mb\x1b[0m") == "\x1b[31ma\x1b[32mb\x1b[m"
    under = "\x1b[31ma\x1b[0;48;5;32mb\x1b[0m"
    assert Shortener().shorten(under) == "\x1b[31ma\x1b[0;48;5;32mb\x1b[m"
    bold = "\x1b[1;31ma\x1b[0;32mb\x1b[0m"
    assert Shortener().shorten(bold) == "\x1b[1;31ma\x1b[0;32mb\x1b[m"


def test_what_is_no_text_begins_in_its_own_style():
    shortener = Shortener()
    assert shortener.shorten("\x1b[44ma\x1b[0m\x1b[2J") == "\x1b[44ma\x1b[m\x1b[2J"
    assert shortener.shorten("\x1b[44m\x1b[2Jb") == "\x1b[44m\x1b[2Jb"


def test_after_each_write_the_terminal_has_the_style_that_it_would_have():
    shortener = Shortener()
    assert shortener.shorten("\x1b[31m") == "\x1b[31m"
    assert shortener.shorten("a") == "a"
    assert shortener.shorten("\x1b[0m") == "\x1b[m"


@pytest.mark.parametrize(
    ("term", "knows"),
    [
        *(("xterm-256color", True), ("screen", True), ("linux", True), ("vt220", True)),
        *(("vt100", False), ("ansi", False)),
    ],
)
def test_terminals_older_than_the_sequence_get_blanks(term, knows):
    assert erases_characters({"TERM": term}) is knows
