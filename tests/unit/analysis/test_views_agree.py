"""Views of one history never contradict each other, whatever was lost on the way to them."""

from functools import partial

import pytest

from ivscope.analysis.intervals import SECOND, SPAN_NAMES, Family
from ivscope.analysis.lanes import Lanes
from ivscope.analysis.spans import Spans
from ivscope.analysis.time_window import window_between
from ivscope.domain.times import from_microseconds
from ivscope.findings.publishing import State, publishing_in
from support.read_views import reach_of, read_history
from support.simulated_facts import SeenFacts
from support.simulated_stores import event_log
from support.simulator.view import ALL_FAULTS, CLEAN, ENDS_MISSING, Extent
from support.simulator.worlds import all_worlds

FAULTS = pytest.mark.parametrize(
    "faults",
    [
        pytest.param(CLEAN, id="clean"),
        pytest.param(ENDS_MISSING, id="ends missing"),
        pytest.param(ALL_FAULTS, id="everything lost and late"),
    ],
)

COUNT = 50
"""Worlds for each; three views of each second of them are drawn."""


def seconds_of(log):
    """Every second with a start or an end, and those around it."""
    times = {log.time_us(at) for at in range(len(log))} - {None}
    around = {time // SECOND + step for time in times for step in (-1, 0, 1)}
    return [(second * SECOND, second * SECOND + SECOND - 1) for second in sorted(around)]


@pytest.mark.slow
@FAULTS
def test_lanes_plot_and_count_of_a_second_tell_the_same(faults):
    for world in all_worlds(faults, COUNT):
        facts = SeenFacts(world.view)
        log, publishers = facts.as_session.log, facts.publishers
        names = world.view.of_extent(Extent.WHOLE, Extent.PARTLY)
        places = {
            name: [range(at, at + 1) for at in range(len(log)) if log.participant(at) == name]
            for name in names
        }
        times = {
            name: [log.time_us(one.start) for one in own if log.time_us(one.start) is not None]
            for name, own in places.items()
        }
        until = from_microseconds(world.history.until)
        lanes = Lanes(log, places.__getitem__, partial(reach_of, world.view), until)
        for first, last in seconds_of(log):
            if first > world.history.until:
                continue
            # Of two columns, as the last one holds the end of the window too.
            window = window_between(*map(from_microseconds, (first, first + 2 * SECOND)))
            level = publishers.level(first, last)
            column, _ = publishers.levels(window, 2)
            assert level.certain <= column.certain <= column.possible, world
            # Not all who may have been on in a second need have been at once.
            assert column.possible <= level.possible, world
            count = facts.publishers_at(world.view.scope, first)
            assert (count.least, count.most) == (level.certain, level.possible), world
            certain = {slot.participant_id for slot in count.certain}
            possible = certain | {slot.participant_id for slot in count.unsure}
            for name in names:
                cell, _ = lanes.cells(name, window, 2)
                assert cell in "✗?█" or name not in certain, (world, name, first)
                assert name in possible or cell not in "█▒", (world, name, first)
                if cell == "█" and name not in certain:
                    # Only in a second in which something of it happens.
                    assert any(first <= time <= last for time in times[name]), (world, name, first)


@pytest.mark.slow
@FAULTS
def test_the_span_of_an_event_is_the_interval_that_everything_else_rests_on(faults):
    for world in all_worlds(faults, COUNT):
        for name in world.view.of_extent(Extent.WHOLE, Extent.PARTLY):
            log, _, history = read_history(world.view, name)
            spans, reach = Spans(log), reach_of(world.view, name)
            tracks = {Family.STAY: history.stays, Family.PUBLISH: history.publishing}
            for family, track in tracks.items():
                for one in track.intervals:
                    for position in one.positions:
                        span = spans.span_of(position, reach)
                        other = one.stop if position == one.start else one.start
                        assert (span.other, span.left) == (other, one.cut), world
                        assert log.name(position) in SPAN_NAMES[family]
                        assert (span.why is None) is (one.why is None), world


@pytest.mark.slow
@FAULTS
def test_a_finding_about_a_publisher_says_no_more_than_the_count(faults):
    states = set()
    for world in all_worlds(faults, COUNT):
        facts = SeenFacts(world.view)
        for name in world.view.of_extent(Extent.WHOLE):
            log, _ = event_log(world.view, name)
            known = facts.log(world.view.scope_of(name))
            for first, last in seconds_of(log):
                found = {one.participant_id: one.why for one in facts.publishers.at(first, last)}
                told = publishing_in(known, first)
                states.add(told.state)
                is_certain = name in found and found[name] is None
                assert is_certain is (told.state is State.ON and told.why is None), world
                if told.state in {State.OFF, State.NOT_YET, State.NEVER}:
                    assert name not in found, world
    assert states == set(State)
