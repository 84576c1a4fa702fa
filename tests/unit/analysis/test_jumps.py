"""Jumps: the next wanted row, in every kind of view."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.analysis.jumps import (
    SECTIONS,
    TOKEN_EXCHANGES,
    ErrorJump,
    GapJump,
    MarkJump,
    MinuteJump,
    NameJump,
    RemoteJump,
    gap_threshold,
    nearest_row,
    next_row,
    row_like,
)
from ivscope.domain.events import (
    JOINED,
    LEFT,
    PUBLISH_ERROR,
    PUBLISH_STARTED,
    SUBSCRIBE_STARTED,
    TOKEN_EXCHANGED,
    Event,
)
from ivscope.provider.store.event_log import EventLog
from support.shown_rows import ShownRows, at, log_of


def named(*names):
    return log_of(Event(name=name, time=at(place)) for place, name in enumerate(names))


def timed(*seconds):
    return log_of(
        Event(name=JOINED, time=None if second is None else at(second)) for second in seconds
    )


def rows(view, wanted, step=1):
    """Every row that repeated jumps lead to, from one end to the other."""
    found = []
    row = 0 if step > 0 else len(view) - 1
    while (row := next_row(view, row, step, wanted)) is not None:
        found.append(row)
    return found


def test_errors_are_found_in_both_directions_and_the_row_itself_is_not():
    view = ShownRows(named(PUBLISH_ERROR, JOINED, PUBLISH_ERROR, LEFT, PUBLISH_ERROR))
    assert rows(view, ErrorJump()) == [2, 4]
    assert rows(view, ErrorJump(), -1) == [2, 0]


def test_token_exchanges_sections_and_pinned_names_are_found():
    view = ShownRows(named(JOINED, TOKEN_EXCHANGED, PUBLISH_STARTED, LEFT, JOINED))
    assert rows(view, TOKEN_EXCHANGES) == [1]
    assert rows(view, SECTIONS) == [3, 4]
    assert rows(view, NameJump(frozenset({PUBLISH_STARTED, "NEVER_SEEN"}))) == [2]


def test_a_view_is_searched_in_its_own_order_and_hidden_events_are_not_found():
    log = named(PUBLISH_ERROR, JOINED, PUBLISH_ERROR, LEFT, PUBLISH_ERROR)
    assert rows(ShownRows(log, [1, 4, 3, 0]), ErrorJump()) == [1, 3]
    assert rows(ShownRows(log, [1, 4, 3, 0]), ErrorJump(), -1) == [1]
    assert rows(ShownRows(log, [1, 3]), ErrorJump()) == []


KINDS = st.lists(st.sampled_from([JOINED, PUBLISH_ERROR, TOKEN_EXCHANGED]), max_size=30)


@pytest.mark.slow
@settings(max_examples=30)
@given(KINDS, st.randoms(use_true_random=False), st.sampled_from([1, -1]), st.booleans())
def test_a_jump_finds_what_looking_at_every_row_finds(names, chance, step, whole):
    log = named(*names * 90)
    shown = [place for place in range(len(log)) if chance.random() < 0.1]
    view = ShownRows(log) if whole else ShownRows(log, shown)
    for row in range(0, len(view), 97):
        after = range(row + 1, len(view)) if step > 0 else range(row - 1, -1, -1)
        wanted = (place for place in after if log.is_error(view.position(place)))
        assert next_row(view, row, step, ErrorJump()) == next(wanted, None)


def test_many_wanted_rows_among_many_more_are_found_in_any_order():
    names = [PUBLISH_ERROR if place % 9 == 0 else JOINED for place in range(12_000)]
    log = log_of(Event(name=name, remote_participant_id="pq"[name == JOINED]) for name in names)
    wanted = [place for place in range(12_000) if names[11_999 - place] == PUBLISH_ERROR]
    view = ShownRows(log, list(range(11_999, -1, -1)))
    assert rows(view, ErrorJump()) == wanted
    assert rows(view, ErrorJump(), -1) == wanted[-2::-1]
    assert next_row(view, wanted[5], -1, RemoteJump()) == wanted[4]
    hidden = ShownRows(log, [place for place in range(12_000) if names[place] == JOINED] + [0])
    assert next_row(hidden, 0, 1, ErrorJump()) == len(hidden) - 1


def test_more_kinds_than_fit_into_a_byte_are_told_apart():
    codes = [Event(name=JOINED, error_code=None), *(Event(name=f"N{n}") for n in range(700))]
    log = log_of([*codes, Event(name="N0", error_code="LATE"), Event(name="N256")])
    assert rows(ShownRows(log), ErrorJump()) == [701]
    assert rows(ShownRows(log), NameJump(frozenset({"N256"}))) == [257, 702]


def remote(*names):
    return log_of(Event(name=SUBSCRIBE_STARTED, remote_participant_id=name) for name in names)


def test_the_same_remote_participant_is_followed():
    log = remote("p", "q", "p", None, "", "", "p")
    assert rows(ShownRows(log), RemoteJump()) == [2, 6]
    assert rows(ShownRows(log), RemoteJump(), -1) == [2, 0]
    assert rows(ShownRows(log, [6, 1, 0]), RemoteJump()) == [2]
    assert next_row(ShownRows(log, [0, 2, 1]), 1, -1, RemoteJump()) == 0
    assert next_row(ShownRows(log, [0, 1]), 0, 1, RemoteJump()) is None


def test_an_event_without_a_remote_participant_leads_nowhere():
    log = remote("p", None, None, "", "")
    assert next_row(ShownRows(log), 1, 1, RemoteJump()) is None
    assert next_row(ShownRows(log), 3, 1, RemoteJump()) is None


def test_a_gap_leads_to_the_event_after_the_silence():
    seconds = [0, 5, 100, 101, 200]
    assert rows(ShownRows(timed(*seconds)), GapJump()) == [2, 4]
    assert rows(ShownRows(timed(*seconds)), GapJump(), -1) == [2]
    newest_first = ShownRows(timed(*reversed(seconds)))
    assert rows(newest_first, GapJump()) == [2]
    assert rows(newest_first, GapJump(), -1) == [2, 0]
    assert rows(ShownRows(timed(*reversed(seconds)), [4, 3, 2, 1, 0], by_time=True), GapJump()) == [
        2,
        4,
    ]


def test_gaps_are_found_over_rows_without_a_time():
    view = ShownRows(timed(None, 0, None, 100, None, 101))
    assert rows(view, GapJump()) == [3]
    assert next_row(view, 5, -1, GapJump()) == 3


def test_gaps_far_away_and_between_blocks_are_found():
    seconds = [*range(256), *range(400, 3_000), *range(9_000, 9_100)]
    view = ShownRows(timed(*seconds))
    assert rows(view, GapJump()) == [256, 2_856]
    assert rows(view, GapJump(), -1) == [2_856, 256]


def test_a_gap_in_an_unordered_answer_is_found_too():
    assert rows(ShownRows(timed(0, 1, 0, 1, 2, 500, 1, 2)), GapJump()) == [5]


def test_what_counts_as_a_gap_grows_with_the_usual_distance():
    assert gap_threshold(ShownRows(timed())) == 30_000_000
    assert gap_threshold(ShownRows(timed(0, 1, 2, 3))) == 30_000_000
    assert gap_threshold(ShownRows(timed(*range(0, 400, 10)))) == 100_000_000
    assert rows(ShownRows(timed(*range(0, 400, 10), 470)), GapJump()) == []
    assert rows(ShownRows(timed(*range(0, 400, 10), 491)), GapJump()) == [40]


@given(st.lists(st.one_of(st.none(), st.integers(0, 2_000)), max_size=60), st.sampled_from([1, -1]))
def test_every_gap_is_where_looking_at_every_pair_finds_it(seconds, step):
    view = ShownRows(timed(*seconds))
    threshold = gap_threshold(view) / 1_000_000
    present = [(row, second) for row, second in enumerate(seconds) if second is not None]
    wanted = set()
    for (one, before), (other, after) in pairwise(present):
        if abs(after - before) > threshold:
            wanted.add(other if after > before else one)
    start = next((row for row, _ in present[::step]), None)
    if start is None:
        return
    row, found = start, []
    while (row := next_row(view, row, step, GapJump())) is not None:
        found.append(row)
    assert found == sorted(wanted - {start}, reverse=step < 0)


def test_minutes_go_by_time_whatever_the_order_of_the_rows():
    seconds = [0, 30, 61, 90, 200]
    for view, rising in (
        (ShownRows(timed(*seconds)), True),
        (ShownRows(timed(*reversed(seconds))), False),
        (ShownRows(timed(*reversed(seconds)), [4, 3, 2, 1, 0], by_time=True), True),
    ):

        def place(row, rising=rising):
            return row if rising else 4 - row

        assert next_row(view, place(0), 1, MinuteJump()) == place(2)
        assert next_row(view, place(2), 1, MinuteJump(2)) == place(4)
        assert next_row(view, place(3), -1, MinuteJump()) == place(1)
        assert next_row(view, place(4), 1, MinuteJump()) is None
        assert next_row(view, place(1), -1, MinuteJump()) is None
    unordered = ShownRows(timed(90, 0, 200, 61, 30))
    assert next_row(unordered, 1, 1, MinuteJump()) == 3
    assert next_row(unordered, 0, -1, MinuteJump()) == 4
    assert next_row(ShownRows(timed(0, None)), 1, -1, MinuteJump()) is None


def test_marks_are_reached_where_they_are_shown():
    log = named(*[JOINED] * 6)
    assert rows(ShownRows(log), MarkJump({0, 2, 5})) == [2, 5]
    assert rows(ShownRows(log), MarkJump({0, 2, 5}), -1) == [2, 0]
    assert rows(ShownRows(log, [5, 3, 2, 1]), MarkJump({0, 2, 5})) == [2]
    assert rows(ShownRows(log, []), MarkJump({0})) == []


@pytest.mark.parametrize(
    "wanted", [ErrorJump(), RemoteJump(), GapJump(), MinuteJump(), MarkJump({0}), SECTIONS]
)
def test_an_empty_view_and_a_row_outside_lead_nowhere(wanted):
    assert next_row(ShownRows(named()), 0, 1, wanted) is None
    assert next_row(ShownRows(named(PUBLISH_ERROR)), 1, -1, wanted) is None
    assert next_row(ShownRows(named(PUBLISH_ERROR)), 0, 1, wanted) is None


@pytest.mark.parametrize(
    "wanted", [ErrorJump(), RemoteJump(), GapJump(), MinuteJump(), MarkJump({2}), SECTIONS]
)
@pytest.mark.parametrize("shown", [None, list(range(999, -1, -1))])
def test_no_jump_builds_an_event(wanted, shown, monkeypatch):
    log = log_of(
        Event(name=PUBLISH_STARTED, remote_participant_id="p", time=at(place * 20))
        for place in range(1_000)
    )
    monkeypatch.setattr(type(log), "_event", None)
    view = ShownRows(log, shown)
    assert {next_row(view, row, step, wanted) for row in (0, 500, 999) for step in (1, -1)}


# The row nearest to a time.


def at_seconds(seconds, **options):
    events = (Event(time=None if second is None else at(second)) for second in seconds)
    return ShownRows(log_of(events), **options)


def test_the_nearest_row_is_the_nearest_in_every_order():
    for seconds in ([0, 10, 30, 31], [31, 30, 10, 0], [30, 0, 31, 10]):
        view = at_seconds(seconds)
        for moment, wanted in [(-99, 0), (4, 0), (6, 10), (19, 10), (21, 30), (30, 30), (99, 31)]:
            assert seconds[nearest_row(view, at(moment))] == wanted
        assert seconds[nearest_row(view, at(20))] == 10
    by_time = at_seconds([30, 0, 31, 10], positions=[1, 3, 0, 2], by_time=True)
    assert nearest_row(by_time, at(29)) == 2


def test_no_row_is_near_when_none_has_a_time():
    assert nearest_row(at_seconds([]), at(0)) is None
    assert nearest_row(at_seconds([None, None]), at(0)) is None


TIMES = st.lists(st.one_of(st.none(), st.integers(0, 40)), max_size=40)


@given(TIMES, st.integers(-2, 42), st.sampled_from(["as it comes", "up", "down", "by time"]))
def test_the_nearest_row_is_what_looking_at_every_row_finds(seconds, moment, order):
    if order in {"up", "down"}:
        rising = iter(sorted(second for second in seconds if second is not None))
        falling = iter(sorted((s for s in seconds if s is not None), reverse=True))
        ordered = rising if order == "up" else falling
        seconds = [None if second is None else next(ordered) for second in seconds]
    view = at_seconds(seconds)
    if order == "by time":
        shown = sorted(range(len(seconds)), key=lambda place: seconds[place] or 0)
        shown = [place for place in shown if seconds[place] is not None]
        view = at_seconds(seconds, positions=shown, by_time=True)
        seconds = [seconds[place] for place in shown]
    row = nearest_row(view, at(moment))
    distances = [
        (abs(second - moment), second, place)
        for place, second in enumerate(seconds)
        if second is not None
    ]
    assert row == min(distances, default=(0, 0, None))[2]


def test_the_event_of_a_second_is_known_by_its_name_and_code():
    first, then, after = at(10), at(10), at(11)
    log = log_of(
        [
            Event(name=PUBLISH_ERROR, time=at(9), error_code="A"),
            Event(name=LEFT, time=first),
            Event(name=PUBLISH_ERROR, time=then, error_code="B"),
            Event(name=JOINED, time=None),
            Event(name=PUBLISH_ERROR, time=then, error_code="A"),
            Event(name=JOINED, time=after),
        ]
    )
    view = ShownRows(log)
    assert row_like(view, 1, PUBLISH_ERROR, "A") == 4
    assert row_like(view, 4, PUBLISH_ERROR, "B") == 2
    assert row_like(view, 1, PUBLISH_ERROR, None) == 2
    assert row_like(view, 2, None, None) == 2
    assert row_like(view, 4, JOINED, None) is None
    assert row_like(view, 1, PUBLISH_ERROR, "C") is None


class CountingLog(EventLog):
    """Counts the rows whose kinds are looked at."""

    __slots__ = ("looked_at",)

    def kinds_of(self, start, stop):
        found = super().kinds_of(start, stop)
        self.looked_at = getattr(self, "looked_at", 0) + len(found)
        return found

    def column_at(self, column, positions):
        found = super().column_at(column, positions)
        self.looked_at = getattr(self, "looked_at", 0) + len(found)
        return found


@pytest.mark.parametrize("step", [1, -1])
def test_an_error_near_by_is_found_without_a_look_at_the_whole_list_in_any_order(step):
    log = CountingLog()
    names = (PUBLISH_ERROR, *[PUBLISH_STARTED] * 9)
    log.append(Event(name=names[row % 10], time=at(row)) for row in range(30_000))
    for shown in (None, [*range(0, 30_000, 2), *range(1, 30_000, 2)]):
        log.looked_at = 0
        view = ShownRows(log, shown, by_time=shown is not None)
        found = next_row(view, 7_001, step, ErrorJump())
        assert log.is_error(view.position(found))
        assert 0 < log.looked_at <= 512
