"""What is written with runs of blanks shortened draws the same picture."""

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.terminal.blanks import ShortBlanks, erases_characters

_COLUMNS, _ROWS = 400, 4
_LONGEST = 40
"""So that no text reaches the edge, where the toolkit writes nothing either."""

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
    st.builds("\x1b[{};{}H".format, st.integers(1, _ROWS), st.integers(1, _LONGEST)),
    st.builds("\n\x1b[{};{}H".format, st.integers(1, _ROWS), st.integers(1, _LONGEST)),
)


def _picture(*writes):
    """What is seen: characters, what shows on a blank too, and where the cursor stands."""
    screen = pyte.Screen(_COLUMNS, _ROWS)
    stream = pyte.Stream(screen)
    for write in writes:
        stream.feed(write)
    cells = [
        [
            (cell.data, cell.bg, cell.reverse, cell.underscore, cell.strikethrough)
            for cell in (screen.buffer[row][column] for column in range(_COLUMNS))
        ]
        for row in range(_ROWS)
    ]
    return cells, screen.cursor.y, screen.cursor.x


@given(st.lists(st.lists(_PARTS, max_size=8).map("".join), max_size=4))
def test_any_text_in_any_style_draws_the_same_picture(writes):
    under = "x" * _COLUMNS
    before = "".join(f"\x1b[{row};1H{under}" for row in range(1, _ROWS + 1)) + "\x1b[1;1H"
    blanks = ShortBlanks()

    short = [blanks.shorten(write) for write in writes]

    assert _picture(before, *short) == _picture(before, *writes)
    assert all(len(a) <= len(b) for a, b in zip(short, writes, strict=True))


def test_a_run_of_blanks_is_erased_and_stepped_over():
    assert ShortBlanks().shorten("a" + " " * 30 + "b") == "a\x1b[30X\x1b[30Cb"


def test_nothing_is_stepped_over_where_the_cursor_goes_elsewhere():
    assert ShortBlanks().shorten(" " * 30 + "\n\x1b[2;1Hb") == "\x1b[30X\n\x1b[2;1Hb"


def test_a_run_that_is_short_already_stays():
    text = "a" + " " * 8 + "b"
    assert ShortBlanks().shorten(text) == text


@pytest.mark.parametrize("style", ["7", "4", "4:3", "9", "53", "44", "48;5;7", "48:2::1:2:3", "21"])
def test_a_style_that_is_seen_on_blanks_keeps_them_from_write_to_write(style):
    blanks, run = ShortBlanks(), " " * 30
    assert blanks.shorten(f"\x1b[{style}m{run}") == f"\x1b[{style}m{run}"
    assert blanks.shorten(run) == run
    assert blanks.shorten(f"\x1b[0m{run}") == "\x1b[0m\x1b[30X\x1b[30C"


def test_a_link_keeps_its_blanks():
    blanks, run = ShortBlanks(), " " * 30
    link = f"\x1b]8;id=1;https://example.com\x1b\\{run}"
    assert blanks.shorten(link) == link
    assert blanks.shorten(f"\x1b[0m{run}") == f"\x1b[0m{run}"
    assert blanks.shorten(f"\x1b]8;;\x1b\\{run}").endswith("\x1b[30C")


@pytest.mark.parametrize(
    ("term", "knows"),
    [
        *(("xterm-256color", True), ("screen", True), ("linux", True), ("vt220", True)),
        *(("vt100", False), ("ansi", False)),
    ],
)
def test_terminals_older_than_the_sequence_get_blanks(term, knows):
    assert erases_characters({"TERM": term}) is knows
