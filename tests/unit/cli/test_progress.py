"""Progress: one line on a terminal, and nothing elsewhere."""

import io

import pytest

from ivscope.cli.progress import Progress
from support.moved_clock import MovedClock


class Stream(io.StringIO):
    """What a program writes, to a terminal or not."""

    def __init__(self, *, is_terminal):
        super().__init__()
        self.isatty = lambda: is_terminal


@pytest.fixture
def clock():
    return MovedClock()


def shown_on(stream, monkeypatch, clock):
    monkeypatch.setattr("sys.stderr", stream)
    return Progress(clock.clock)


def test_the_line_is_drawn_again_ten_times_a_second_at_most(monkeypatch, clock):
    stream = Stream(is_terminal=True)
    progress = shown_on(stream, monkeypatch, clock)
    pages = iter(range(1, 100))
    progress.tell(lambda: f"{next(pages)} pages")
    for _ in range(8):
        progress.changed()
        clock.pass_time(0.0625)
    assert stream.getvalue().count("pages") == 4


def test_the_line_is_taken_away_before_anything_else_is_printed(monkeypatch, clock):
    stream = Stream(is_terminal=True)
    progress = shown_on(stream, monkeypatch, clock)
    progress.hide()
    assert stream.getvalue() == ""
    progress.tell(lambda: "looking for \x1b[2J")
    progress.changed()
    progress.hide()
    assert stream.getvalue() == "\rlooking for \\x1b[2J\r\x1b[K"


def test_nothing_is_drawn_where_nobody_looks(monkeypatch, clock):
    stream = Stream(is_terminal=False)
    progress = shown_on(stream, monkeypatch, clock)
    progress.tell(lambda: "reading")
    progress.changed()
    progress.hide()
    assert stream.getvalue() == ""
    shown_on(None, monkeypatch, clock).changed()


def test_what_the_rest_takes_is_told_once_and_also_where_nobody_looks(monkeypatch, clock):
    stream = Stream(is_terminal=False)
    monkeypatch.setattr("sys.stderr", stream)
    progress = Progress(clock.clock, "why")
    left = [0, 24_000, 23_999]
    progress.warn_of(lambda: left.pop(0), 4)
    for _ in range(3):
        progress.changed()
    assert stream.getvalue() == (
        "ivscope: 4 calls a second: 24,000 calls or more, 1 h 40 min or more. "
        "Ctrl+C ends it; ivscope record -o FILE keeps what it has read\n"
    )
    progress.warn_of(lambda: 40, 4)
    progress.changed()
    progress.warn_of(lambda: 41, 4)
    progress.tell(lambda: "something else")
    progress.changed()
    assert stream.getvalue().count("\n") == 1, "what is soon done needs no forecast"
