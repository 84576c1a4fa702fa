"""A walk through hostile data in a real terminal: every byte that is sent is looked at."""

import pytest

from ivscope.render.safe import safe
from support.hostile_world import CASES, PLAIN, HostileWorld
from support.terminal import colours, sequence_kinds
from support.walks import ivscope_over

COUNT = len(CASES)
MARKUP = [name for name in CASES if name.startswith("mk_")]
FIRST_ROW = 2
"""Below header and column titles."""

WIDTH_IN_DISPUTE = {
    "emoji_half_flag",
    "emoji_skin",
    "hangul_jamo",
    "devanagari",
    "thai",
    "enclosing",
}
"""Terminals do not agree how wide these are."""


TIMES = 12
"""Sessions of the world, one for each hostile time."""


def times_of_sessions(screen):
    """The rows of those sessions, as far as they are drawn."""
    rows = ["".join(cells[:80]) for cells in screen]
    return [line for line in rows if "st-Time" in line]


class Walk:
    """What one walk showed, by place, and all that the program sent."""

    def __init__(self, cases, *, details=COUNT):
        self._values = list(cases.values())[:details]
        with ivscope_over(HostileWorld(cases), columns=200, rows=120) as terminal:
            self._walk(terminal)
            self.exit_code = terminal.exit_code()
            self.raw = terminal.raw

    def _walk(self, terminal):
        terminal.until(f"{COUNT} stages, all read").until_quiet()
        self.stages = list(terminal.cells)
        terminal.press("enter").until("sessions, all read")
        terminal.until(lambda: len(times_of_sessions(terminal.cells)) == TIMES).until_quiet()
        self.sessions = list(terminal.cells)
        terminal.press("G").until_quiet().press("g").until_quiet().press("enter")
        terminal.until(f"{COUNT} participants, all read").until_quiet()
        self.participants = list(terminal.cells)
        terminal.press("G").until_quiet().press("g").until_quiet().press("enter")
        terminal.until("events read").press("G").until(f"{COUNT} events, all read")
        terminal.until(f"all {COUNT} events read").press("G").until_quiet()
        terminal.until(lambda: _column(row(terminal.cells, COUNT - 1), "+0:01"))
        self.events = list(terminal.cells)
        terminal.press("g").until_quiet()
        for number, value in enumerate(self._values):
            self._until_detail(terminal, number, value)
            terminal.press("J", "v").until('"name": ')
            terminal.press("v").until(lambda: '"name": ' not in terminal.text).press("j")
        terminal.press("esc").until(f"{COUNT} participants, all read").press("j", "enter")
        terminal.until("0 events, all read").press("tab").until_quiet()
        for _ in range(20):
            terminal.press(" ").until_quiet(0.02)
        terminal.press("ctrl+q")

    @staticmethod
    def _until_detail(terminal, number, value):
        """The detail of this event is drawn; a long value pushes away what would tell so."""
        if len(value) > 300:
            terminal.until_quiet()
            return
        clock = f"20:{30 + number // 60}:{number % 60:02d}"
        terminal.until(lambda: any(clock in line[110:] for line in terminal.screen[:8]))


@pytest.fixture(scope="module")
def plain():
    return Walk(PLAIN, details=5)


@pytest.fixture(scope="module")
def hostile():
    return Walk(CASES)


def row(screen, number):
    return screen[FIRST_ROW + number]


def left_part(cells, columns):
    return "".join(cells[:columns])


def test_the_walk_ends_as_over_harmless_data(hostile, plain):
    assert (hostile.exit_code, plain.exit_code) == (0, 0)


def test_no_control_sequence_and_no_invisible_character_comes_from_data(hostile, plain):
    assert sequence_kinds(hostile.raw) - sequence_kinds(plain.raw) == set()


def test_no_colour_comes_from_data(hostile, plain):
    assert colours(hostile.raw) - colours(plain.raw) == set()


def test_every_value_has_one_row_and_the_columns_before_it_stay(hostile, plain):
    for number in range(COUNT):
        assert left_part(row(hostile.stages, number), 24) == left_part(
            row(plain.stages, number), 24
        )
    for screen, tail in (
        (hostile.stages, f"all {COUNT} stages read"),
        (hostile.participants, f"all {COUNT} participants read"),
    ):
        assert left_part(row(screen, COUNT), 60).strip() == tail


@pytest.mark.parametrize("name", sorted(CASES.keys() - WIDTH_IN_DISPUTE))
def test_columns_after_a_value_stay(hostile, plain, name):
    number = list(CASES).index(name)
    places = {}
    for walk in (hostile, plain):
        cells = row(walk.participants, number)
        id_column = _column(cells, f"p{number:03d}")
        gap_column = _column(row(walk.events, number), "+0:01") if number else 0
        places[walk] = (id_column, gap_column)
    assert places[hostile] == places[plain]


def _column(cells, text):
    """Where a text starts, in cells."""
    return next((x for x in range(len(cells)) if "".join(cells[x : x + len(text)]) == text), None)


def test_two_different_values_never_look_the_same(hostile):
    shown = ["".join(row(hostile.stages, number)[24:118]).rstrip() for number in range(COUNT)]
    assert len(set(shown)) == COUNT
    assert all(shown), "a blank value has nothing to see"


@pytest.mark.parametrize("name", MARKUP)
def test_markup_appears_as_it_was_written(hostile, name):
    number = list(CASES).index(name)
    shown = "".join(row(hostile.stages, number)[24:118]).rstrip()
    assert safe(CASES[name]).startswith(shown.removesuffix("…"))
    assert shown.removesuffix("…")


def test_hostile_times_leave_their_rows_in_place(hostile):
    times = times_of_sessions(hostile.sessions)
    assert len(times) == TIMES
    assert {line.index("st-Time") for line in times} == {times[0].index("st-Time")}
    ended = "".join(hostile.sessions[FIRST_ROW - 1]).index("ENDED")
    assert sum("bad time" in line[:ended] for line in times) == 4
    assert sum("bad time" in line[ended:] for line in times) == 4
