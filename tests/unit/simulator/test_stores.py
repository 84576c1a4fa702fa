"""Stores filled from a view hold what was read of it, and say how far that is."""

from collections import Counter

from hypothesis import given, settings

from ivscope.domain.failures import FailureKind
from ivscope.provider.store.session_log import ReadState
from support.simulated_stores import event_log, log_of_everybody, session_log
from support.simulator.view import ALL_FAULTS, Extent, Fault
from support.simulator.worlds import worlds

SETTINGS = settings(max_examples=40, deadline=None)
"""Few, as each world is made of many draws; no clock decides."""

STATES = {
    Extent.WHOLE: ReadState.COMPLETE,
    Extent.PARTLY: ReadState.PARTIAL,
    Extent.NOT: ReadState.NOT_READ,
    Extent.DENIED: ReadState.FAILED,
}


@SETTINGS
@given(worlds())
def test_a_log_of_one_participant_has_its_events_in_the_order_served(world):
    for name in world.history.participants:
        kept = event_log(world.view, name)
        assert list(kept.log) == world.view.events(name) == [row.event for row in kept.rows]


@SETTINGS
@given(worlds())
def test_a_log_of_everybody_has_each_listed_participant_once(world):
    kept = log_of_everybody(world.view)
    listed = dict.fromkeys(row.participant_id for row in world.view.participants)
    assert list(kept.log) == [event for name in listed for event in world.view.events(name)]
    assert [row.event for row in kept.rows] == list(kept.log)


@SETTINGS
@given(worlds())
def test_a_session_log_knows_of_each_participant_what_is_read_and_how_far(world):
    kept = session_log(world.view)
    log, listed = kept.session_log, {row.participant_id for row in world.view.participants}
    assert {*log.participant_ids} == listed
    assert log.participants_complete is world.view.all_listed
    for name in listed:
        assert list(log.events_of(name)) == world.view.events(name)
        assert log.reading(name).state is STATES[world.view.extent(name)]
    denied = {*world.view.of_extent(Extent.DENIED)}
    assert {name: failure.kind for name, failure in log.failures.items()} == dict.fromkeys(
        denied, FailureKind.DENIED
    )


@SETTINGS
@given(worlds())
def test_a_position_in_a_session_log_leads_to_its_row(world):
    kept = session_log(world.view)
    assert len(kept.rows) == len(kept.session_log.log)
    for position, row in enumerate(kept.rows):
        assert kept.session_log.event(position) == row.event


@SETTINGS
@given(worlds(ALL_FAULTS - {Fault.NOT_READ, Fault.DENIED, Fault.NOT_LISTED, Fault.FIRST_PAGES}))
def test_a_session_log_is_all_read_when_everybody_is_read_to_the_end(world):
    assert session_log(world.view).session_log.is_all_read


@SETTINGS
@given(worlds())
def test_pages_of_participants_alternate_in_a_session_log(world):
    """Nobody's second page comes before everybody's first, as several are read at a time."""
    turns, pages = Counter(), []
    for row in session_log(world.view).rows:
        pages.append(turns[row.event.participant_id] // world.view.page_size)
        turns[row.event.participant_id] += 1
    assert pages == sorted(pages)
