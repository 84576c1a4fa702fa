"""Lanes: each cell says what was going on in it, and no more than was read."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.histories import KindRoles, plain_stay, stays_in
from ivscope.analysis.intervals import EARLIEST, LATEST, NOTHING_KNOWN, Reach
from ivscope.analysis.lanes import AWAITED, LaneCell, LanePresence, Lanes
from ivscope.analysis.time_window import window_between
from ivscope.domain.times import UnreadableTime, to_microseconds
from ivscope.provider.store.event_log import EventLog
from support.given_facts import at, event, exchanged, log_of, token
from support.made_people import made_people

TEN = window_between(at(0), at(10))


def lanes_of(events, until=None):
    ended = LATEST if until is None else to_microseconds(until)
    log = log_of(events)

    def ranges(name):
        return [range(at, at + 1) for at in range(len(log)) if log.participant(at) == name]

    return log, Lanes(log, ranges, lambda _: Reach(ended=ended), until)


def cells(events, until=None, window=TEN, columns=10):
    return lanes_of(events, until)[1].cells("me", window, columns)


def sub(second, what, remote):
    return event(second, f"SUBSCRIBE_{what}", remote=remote)


STAY = [event(1, "JOINED"), event(8, "LEFT")]
START, STOP = "PUBLISH_STARTED", "PUBLISH_STOPPED"

CASES = {
    "whole spans": ([*STAY, event(3, START), event(5, STOP)], None, " ··███··· "),
    "an error": (
        [*STAY, event(3, START), event(5, STOP), event(4, "JOIN_ERROR")],
        None,
        " ··█✗█··· ",
    ),
    "a new code": ([*STAY, event(6, "NEW", "NEW_CODE")], None, " ·····✗·· "),
    "two subscriptions": (
        [
            *STAY,
            sub(2, "STARTED", "a"),
            sub(4, "STOPPED", "a"),
            sub(4, "STARTED", "b"),
            sub(6, "STOPPED", "b"),
        ],
        None,
        " ·─────·· ",
    ),
    "a subscription within another": (
        [
            *STAY,
            sub(2, "STARTED", "a"),
            sub(3, "STARTED", "b"),
            sub(4, "STOPPED", "b"),
            sub(6, "STOPPED", "a"),
        ],
        None,
        " ·─────·· ",
    ),
    "publishing goes before subscribed": (
        [*STAY, sub(2, "STARTED", "a"), sub(7, "STOPPED", "a"), event(3, START), event(5, STOP)],
        None,
        " ·─███──· ",
    ),
    "nothing says that it left": ([event(1, "JOINED")], at(7), " ······?  "),
    "nothing is known after its last event": (
        [event(1, "JOINED"), event(4, "JOIN_ERROR"), event(5, "NEW")],
        None,
        " ···✗?    ",
    ),
    "left without having joined": ([event(4, "LEFT")], None, "    ?     "),
    "left without a stop": (
        [event(1, "JOINED"), event(3, START), event(6, "LEFT")],
        None,
        " ··▒▒▒?   ",
    ),
    "nothing says that it stopped": (
        [event(1, "JOINED"), event(3, START), event(6, "JOIN_ERROR")],
        at(8),
        " ··▒▒▒✗▒? ",
    ),
    "a token exchange may have ended it": (
        [*STAY, event(2, START), exchanged(5, token("PUBLISH"), token()), event(7, STOP)],
        None,
        " ·███▒▒▒· ",
    ),
    "reconnected within a second": (
        [event(1, "JOINED"), event(3, "LEFT"), event(3, "JOINED"), event(6, "LEFT")],
        None,
        " ······   ",
    ),
    "reconnected with a stop missing": (
        [
            event(1, "JOINED"),
            event(2, START),
            event(4, "LEFT"),
            event(6, "JOINED"),
            event(8, STOP),
            event(9, "LEFT"),
        ],
        None,
        " ·▒▒? ··?·",
    ),
    "joined again without having left": (
        [event(1, "JOINED"), event(2, START), event(5, "JOINED"), event(8, "LEFT")],
        None,
        " ·▒▒▒?··· ",
    ),
    "all in one second": (
        [event(5, "JOINED"), event(5, START), event(5, STOP), event(5, "LEFT")],
        None,
        "     █    ",
    ),
    "at the end of the window": ([event(10, "JOINED"), event(10, "LEFT")], None, "         ·"),
    "no time": ([event(None, "JOINED"), event(UnreadableTime("x"), "LEFT")], at(9), " " * 10),
    "nothing": ([], at(9), " " * 10),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("seed", range(4))
def test_a_lane_shows_what_its_events_tell_in_any_order(case, seed):
    events, until, expected = CASES[case]
    events = events.copy()
    random.Random(seed).shuffle(events)  # noqa: S311 - no secret
    assert cells(events, until) == expected


@given(made_people(), st.integers(1, 40), st.integers(0, 20), st.integers(1, 24))
def test_cells_equal_a_naive_look_at_every_span(people, columns, start, length):
    window = window_between(at(start), at(start + length))
    _, lanes = lanes_of([one for person in people for one in person.events()])
    edges = window.edges(columns)
    zero = edges[0] - start * 1_000_000
    for person in people:
        expected = ""
        for column in range(columns):
            first = (edges[column] - zero) / 1e6
            stop = (edges[column + 1] - zero) / 1e6 + (1e-6 if column == columns - 1 else 0)
            touched = [begin < stop and end >= first for begin, end in person.publishing]
            if any(first <= second < stop for second in person.errors):
                expected += "✗"
            elif any(touched):
                expected += "█"
            else:
                expected += "·" if person.stay[0] < stop and person.stay[1] >= first else " "
        found = lanes.cells(person.name, window, columns)
        # Of several spans in one second it is not certain which start belongs to which stop.
        assert found.replace("▒", "█") == expected
        seconds = [second for span in person.publishing for second in span]
        if len(seconds) == len(set(seconds)):
            assert "▒" not in found


def test_a_lane_follows_the_log_and_how_far_it_is_read():
    log, _ = lanes_of([event(1, "JOINED")])
    reach = NOTHING_KNOWN

    def ranges(_):
        return [range(len(log))]

    lanes = Lanes(log, ranges, lambda _: reach, at(4))
    assert lanes.cells("me", TEN, 10) == "░?░░░░░░░░"
    reach = Reach()
    assert lanes.cells("me", TEN, 10) == " ···?     "
    log.append([event(8, "LEFT"), event(None, "JOIN_ERROR")])
    assert lanes.cells("me", TEN, 10) == " ········ "


def test_what_is_not_read_is_never_drawn_as_nothing():
    log, _ = lanes_of([event(6, "JOINED"), event(8, "LEFT")])
    microseconds = to_microseconds(at(5))
    for reach, expected in (
        (Reach(is_complete=False, known_after=microseconds - 1), "░░░░░ ··· "),
        (Reach(read_to=microseconds + 3_500_000), "      ···░"),
        (NOTHING_KNOWN, "░░░░░░?░?░"),
    ):
        lanes = Lanes(log, lambda _: [range(len(log))], lambda _, own=reach: own, None)
        assert lanes.cells("me", TEN, 10) == expected


def test_presence_is_what_the_cells_show_and_unread_until_somebody_looked():
    _, lanes = lanes_of([*STAY, event(3, START), event(5, STOP)])
    zero = to_microseconds(at(0))

    def presence(second):
        return lanes.presence("me", zero + second * 1_000_000, zero + second * 1_000_000 + 999_999)

    assert presence(3) is LanePresence.UNREAD
    lanes.look("me")
    lanes.look("nobody")
    assert [presence(second) for second in (0, 1, 4, 8, 9)] == [
        LanePresence.OUTSIDE,
        *[LanePresence.INSIDE] * 3,
        LanePresence.OUTSIDE,
    ]
    assert lanes.presence("nobody", zero, zero) is LanePresence.OUTSIDE


@pytest.mark.parametrize("case", CASES)
def test_who_is_inside_by_the_stays_is_inside_by_the_cells(case):
    events, until, _ = CASES[case]
    _, lanes = lanes_of(events, until)
    lanes.look("me")
    for second, cell in enumerate(lanes.cells("me", TEN, 10)):
        first = to_microseconds(at(second))
        last = first + (999_999 if second < 9 else 1_000_000)
        is_inside = lanes.presence("me", first, last) is LanePresence.INSIDE
        assert is_inside == (cell != LaneCell.OUTSIDE) or cell in {LaneCell.ERROR, LaneCell.OPEN}


SMALL = st.tuples(
    st.sampled_from([1, 1.5, 2, 3.25, 4, 6, None]),
    st.sampled_from(["JOINED", "LEFT", START, STOP, "JOIN_ERROR", "NEW"]),
)


@given(
    joined=st.sampled_from([1, 2.5, 4]),
    left=st.sampled_from([None, 2, 3, 4, 5]),
    others=st.lists(SMALL, max_size=3),
    ended=st.sampled_from([2, 5, 9, None]),
    until=st.sampled_from([2, 5, 9]),
)
def test_a_plain_stay_is_what_the_pairing_of_joined_and_left_tells(
    joined, left, others, ended, until
):
    rows = [event(joined, "JOINED"), *(event(*one) for one in others)]
    log = log_of(rows if left is None else [event(left, "LEFT"), *rows])
    ranges, roles = [range(len(log))], KindRoles(log.tables)
    reach = Reach(ended=LATEST if ended is None else to_microseconds(at(ended)))
    until = to_microseconds(at(until))
    plain = plain_stay(log, ranges, roles, reach, until)
    track, latest = stays_in(log, ranges, roles, reach)
    last = max(until, latest)
    assert plain is None or [plain] == [
        (one.begin, min(one.end, last) if one.stop is None else log.time_us(one.stop))
        for one in track.intervals
        if one.start is not None
    ]


@pytest.mark.parametrize("rows", [[event(1, "JOINED")], STAY])
def test_who_joins_and_leaves_once_has_a_plain_stay_once_all_is_read(rows):
    log = log_of(rows)
    ranges, roles, until = [range(len(log))], KindRoles(log.tables), to_microseconds(at(8))
    assert plain_stay(log, ranges, roles, Reach(), until) == (to_microseconds(at(1)), until)
    assert plain_stay(log, ranges, roles, NOTHING_KNOWN, until) is None


class CountingLog(EventLog):
    """Counts how often its rows are read."""

    __slots__ = ("looked_at",)

    def columns(self, start, stop):
        self.looked_at = getattr(self, "looked_at", 0) + stop - start
        return super().columns(start, stop)


def test_a_lane_is_read_once_however_often_it_is_drawn():
    log = CountingLog()
    log.append([event(1, "JOINED"), event(3, START), event(5, STOP), event(8, "LEFT")])
    lanes = Lanes(log, lambda _: [range(len(log))], lambda _: Reach(), None)
    for _ in range(9):
        lanes.cells("me", TEN, 10)
    assert log.looked_at == len(log)


def test_errors_are_found_by_time_those_without_a_time_left_out():
    events = [
        event(6, "PUBLISH_ERROR", "B"),
        event(4, "JOIN_ERROR"),
        event(8, "PUBLISH_ERROR", "C"),
        event(5, "LEFT"),
        replace(event(5, "JOIN_ERROR"), time=UnreadableTime("soon")),
    ]
    log, lanes = lanes_of(events)
    begin, end = to_microseconds(at(4)), to_microseconds(at(8))
    assert [log.error_code(one) or log.name(one) for one in lanes.errors("me", begin, end)] == [
        "JOIN_ERROR",
        "B",
    ]
    assert len(lanes.errors("me", EARLIEST, LATEST)) == 3
    assert lanes.errors("nobody", EARLIEST, LATEST) == []


def test_a_long_lane_is_awaited_until_it_is_made_and_kept():
    rows = [*STAY, sub(2, "STARTED", "a"), sub(6, "STOPPED", "a")]
    lanes = lanes_of(rows, at(9))[1]
    lanes.leave_long_to_thread(3)
    assert lanes.cells("me", TEN, 10) == AWAITED * 10
    assert list(lanes.awaited) == ["me"]
    lanes.keep({"me": lanes.made("me")})
    assert not lanes.awaited
    assert lanes.cells("me", TEN, 10) == cells(rows, at(9)) != AWAITED * 10


def test_only_long_lanes_that_are_not_made_yet_are_made_ahead_for_a_text():
    rows = [*STAY, sub(2, "STARTED", "a"), sub(6, "STOPPED", "a")]
    lanes = lanes_of(rows, at(9))[1]
    assert lanes.made_of(["me"], lambda: None) == {}
    lanes.leave_long_to_thread(3)
    made = lanes.made_of(["me", "you"], lambda: None)
    assert list(made) == ["me"]
    lanes.keep(made)
    assert lanes.made_of(["me"], lambda: None) == {}
    assert AWAITED not in lanes.cells("me", TEN, 10)


def test_a_lane_that_nobody_waits_for_is_not_made_to_its_end():
    lanes = lanes_of([*STAY, sub(2, "STARTED", "a"), sub(6, "STOPPED", "a")])[1]

    def nobody_waits():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        lanes.made("me", nobody_waits)
