"""Starts and ends: what is called certain is true, and what happened is possible.

Against the truth of simulated sessions, in worlds that lose no event: ends that no client reports
may be missing, events come twice and in any order, lists are read to their end or not.
"""

from collections import defaultdict

import pytest

from ivscope.analysis.histories import KindRoles, history_of, rows_of
from ivscope.analysis.intervals import LATEST, SECOND, Reach, Why
from ivscope.analysis.spans import Spans
from ivscope.domain.times import to_microseconds
from support.given_facts import at, event, exchanged, log_of, token
from support.read_views import reach_of, read_history, read_publishers
from support.simulated_stores import event_log
from support.simulator.view import CLEAN, ENDS_MISSING, UNORDERED, UNREAD, Extent, Fault
from support.simulator.worlds import all_worlds

NOTHING_LOST = UNREAD | {
    Fault.MISSING_END,
    Fault.OLD_LIST,
    Fault.OLD_EVENTS,
    Fault.UNTIMED,
    Fault.VAGUE_TOKEN,
}
FAULTS = pytest.mark.parametrize(
    "faults",
    [
        pytest.param(CLEAN, id="clean"),
        pytest.param(UNORDERED, id="in no order"),
        pytest.param(ENDS_MISSING, id="ends missing"),
        pytest.param(NOTHING_LOST, id="not all read"),
    ],
)


def tracks_with_truth(world, name, history):
    """What the engine tells of stays and publishing, beside what really was."""
    life = world.history.lives[name]
    yield history.stays, [stay.span for stay in life.stays]
    yield history.publishing, life.publishing


@pytest.mark.slow
@FAULTS
def test_what_is_called_certain_is_true(faults):
    told = 0
    for world in all_worlds(faults):
        for name in world.view.of_extent(Extent.WHOLE, Extent.PARTLY):
            _, _, history = read_history(world.view, name)
            for track, spans in tracks_with_truth(world, name, history):
                for after, before in track.certain:
                    told += 1
                    if after + 1 < before:
                        assert any(span.covers(after + 1, before) for span in spans), world
    assert told > 1_000


@pytest.mark.slow
@FAULTS
def test_what_happened_is_called_possible(faults):
    for world in all_worlds(faults):
        for name in world.view.of_extent(Extent.WHOLE):
            _, _, history = read_history(world.view, name)
            as_of = world.view.served[name].as_of
            read_to = world.history.until if as_of is None else as_of
            for track, spans in tracks_with_truth(world, name, history):
                for span in spans:
                    end = min(read_to, LATEST if span.end is None else span.end - 1)
                    is_read = span.begin <= read_to
                    held = any(b <= span.begin and end <= e for b, e in track.possible)
                    assert held or not is_read, world


@pytest.mark.slow
@FAULTS
def test_a_certain_pair_is_a_true_one(faults):
    pairs = defaultdict(int)
    for world in all_worlds(faults, 100):
        ended_by = world.history.ended_by
        for name in world.view.of_extent(Extent.WHOLE, Extent.PARTLY):
            log, rows = event_log(world.view, name)
            numbers = defaultdict(set)
            for row in rows:
                # Equal events cannot be told apart, and need not be.
                numbers[row.event].add(row.number)
            spans, reach = Spans(log), reach_of(world.view, name)
            for position in range(len(log)):
                span = spans.span_of(position, reach)
                if span is None or span.other is None or span.why is not None:
                    continue
                pairs[log.name(position)] += 1
                ends = (position, span.other) if span.is_start else (span.other, position)
                starts, stops = (numbers[rows[at].event] for at in ends)
                assert stops & {ended_by.get(start) for start in starts}, world
    assert {"JOINED", "LEFT", "PUBLISH_STARTED", "SUBSCRIBE_STARTED"} <= pairs.keys()


@pytest.mark.slow
@FAULTS
def test_the_count_of_a_second_holds_against_the_truth_and_against_the_names(faults):
    for world in all_worlds(faults, 150):
        publishers, history = read_publishers(world.view), world.history
        read = set(world.view.of_extent(Extent.WHOLE))
        seconds = {one.time // SECOND * SECOND for one in history.happenings}
        for first in seconds:
            last = first + SECOND - 1
            if last > history.until or not is_read_to(world.view, last):
                continue
            found = list(publishers.at(first, last))
            certain = {one.participant_id for one in found if one.why is None}
            possible = {one.participant_id for one in found}
            level = publishers.level(first, last)
            assert (level.certain, level.possible) == (len(certain), len(possible))
            assert certain <= history.publishing_throughout(first, last + 1), world
            assert read & history.publishing_sometime(first, last + 1) <= possible, world
            for own in possible | {"nobody"}:
                without = publishers.level(first, last, own)
                others = len(certain - {own}), len(possible - {own})
                assert (without.certain, without.possible) == others


def is_read_to(view, moment):
    return all(one.as_of is None or one.as_of > moment for one in view.served.values())


# What single histories tell.


def history(*events, reach=None):
    log = log_of(events)
    roles = KindRoles(log.tables)
    return history_of(log, rows_of(log, [range(len(log))]), roles, reach or Reach())


def seconds(*moments):
    return tuple((moment - to_microseconds(at(0))) / SECOND for moment in moments)


def test_leaving_ends_what_began_in_the_same_second():
    # 11 others and one who joined, published and left in one second are 11.
    (one,) = history(
        event(5, "JOINED"), event(5, "PUBLISH_STARTED"), event(5, "LEFT")
    ).publishing.intervals
    assert (one.start, one.stop, one.cut) == (1, None, 2)
    assert one.why is Why.END_MISSING
    assert seconds(one.begin, one.end) == (5, 5.999999)


LIVE = Reach(read_to=to_microseconds(at(100)), connected_at=to_microseconds(at(99)))


@pytest.mark.parametrize(
    ("reach", "more", "why"),
    [
        (LIVE, [], None),
        (Reach(ended=to_microseconds(at(100))), [], Why.END_MISSING),
        (Reach(read_to=to_microseconds(at(100))), [], Why.END_MISSING),
        # Listed later than read: it can have left and come back between.
        (Reach(read_to=LIVE.read_to, connected_at=LIVE.read_to + 1), [], Why.END_MISSING),
        (LIVE, [event(20, "LEFT")], Why.END_MISSING),
        (LIVE, [event(20, "JOINED")], Why.END_MISSING),
        (LIVE, [exchanged(20, token("PUBLISH"), token("PUBLISH"))], None),
        (LIVE, [exchanged(20, token("PUBLISH"), token("SUBSCRIBE"))], Why.PUBLISH_TAKEN),
        (LIVE, [exchanged(20, token("PUBLISH"), None)], Why.PUBLISH_TAKEN),
        (LIVE, [event(None, "PUBLISH_STOPPED")], Why.NO_TIME),
        (Reach(is_complete=False), [], Why.NOT_READ),
    ],
)
def test_publishing_without_an_end_goes_on_for_certain_only_if_nothing_speaks_against_it(
    reach, more, why
):
    told = history(event(1, "JOINED"), event(10, "PUBLISH_STARTED"), *more, reach=reach)
    (one,) = told.publishing.intervals
    assert one.why is why
    is_certain = told.publishing.certain.surrounds(*to_second(50))
    assert is_certain is (why is None)
    assert told.publishing.possible.touches(*to_second(15))


def to_second(second):
    first = to_microseconds(at(second))
    return first, first + SECOND - 1


def test_after_an_exchange_that_takes_publish_only_the_stop_makes_it_possible():
    told = history(
        event(1, "JOINED"),
        event(5, "PUBLISH_STARTED"),
        exchanged(20, token("PUBLISH"), token()),
        event(22, "PUBLISH_STOPPED"),
    ).publishing
    assert told.certain.surrounds(*to_second(19))
    assert not told.certain.surrounds(*to_second(21))
    assert told.possible.touches(*to_second(21))
    assert told.intervals[0].is_paired


def test_a_time_with_a_fraction_is_compared_as_such():
    told = history(
        event(1.0, "JOINED"),
        event(5.2, "PUBLISH_STARTED"),
        event(5.7, "PUBLISH_STOPPED"),
        event(5.8, "PUBLISH_STARTED"),
        event(9.25, "PUBLISH_STOPPED"),
    ).publishing
    assert [(one.start, one.stop, one.why) for one in told.intervals] == [
        (1, 2, None),
        (3, 4, None),
    ]
    assert [seconds(*span) for span in told.certain] == [(5.200999, 5.7), (5.800999, 9.25)]


def test_who_starts_and_stops_within_a_second_is_possible_and_not_certain():
    told = history(event(1, "JOINED"), event(5, "PUBLISH_STOPPED"), event(5, "PUBLISH_STARTED"))
    assert told.publishing.intervals[0].why is None
    assert list(told.publishing.certain) == []
    assert told.publishing.possible.touches(*to_second(5))


def test_a_start_that_comes_twice_is_one():
    told = history(
        event(1, "JOINED"),
        event(5, "PUBLISH_STARTED"),
        event(5, "PUBLISH_STARTED"),
        event(9, "PUBLISH_STOPPED"),
    ).publishing
    assert [seconds(*span) for span in told.certain] == [(5.999999, 9)]


def test_somebody_who_is_never_seen_joining_can_publish():
    told = history(event(5, "PUBLISH_STARTED"), event(9, "PUBLISH_STOPPED")).publishing
    assert [seconds(*span) for span in told.certain] == [(5.999999, 9)]


@pytest.mark.parametrize("heard", ["PUBLISH_STARTED", "SUBSCRIBE_STARTED", "TOKEN_EXCHANGED"])
def test_what_only_a_member_does_tells_that_it_was_in(heard):
    # Both ways round JOINED and LEFT of one second are possible, but it is heard of later.
    told = history(event(0, "JOINED"), event(5, "LEFT"), event(5, "JOINED"), event(9, heard)).stays
    assert [(one.start, one.stop, one.why) for one in told.intervals] == [
        (0, 1, None),
        (2, None, Why.END_MISSING),
    ]
    assert [seconds(*span) for span in told.certain] == [(0.999999, 5), (5.999999, 9)]
    unheard = history(event(0, "JOINED"), event(5, "LEFT"), event(5, "JOINED")).stays
    assert [one.why for one in unheard.intervals] == [Why.TIE, Why.TIE]


def test_more_events_in_one_second_than_can_be_tried_leave_everything_open():
    crowd = [event(5, name) for name in ("PUBLISH_STARTED", "PUBLISH_STOPPED") for _ in range(99)]
    told = history(event(1, "JOINED"), *crowd, event(9, "LEFT")).publishing
    assert {one.why for one in told.intervals} == {Why.TIE}
    assert list(told.certain) == []
    assert told.possible.touches(*to_second(7))
