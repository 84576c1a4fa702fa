"""Concurrent publishers: equal to a naive count, honest about ends that are not known."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ivscope.analysis.concurrency import PublisherCounter
from ivscope.analysis.plots import PublisherLevel
from ivscope.analysis.time_window import window_between
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.incident import MAIN_ARN
from support.given_facts import WorldHeld, at, event, log_of
from support.told_people import shuffled_events, told_people

END = at(30)
NAMES = ("JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT")


def counted(events, ended=END, unread=()):
    counter = PublisherCounter(log_of(events), is_read=lambda who: who not in unread, ended=ended)
    while counter.advance(0):
        pass
    return counter


def course(counter, last=10):
    """Certain and possible for each second from 0."""
    return counter.levels(window_between(at(0), at(last)), last)


@given(told_people(), st.integers(0, 5), st.integers(1, 30))
def test_levels_equal_a_naive_count(people, seed, columns):
    counter = counted(shuffled_events(people, seed))
    naive = [sum(person.is_publishing(second) for person in people) for second in range(25)]
    for second, count in enumerate(naive):
        assert counter.at(at(second)) == PublisherLevel(count, count)
    window = window_between(at(0), at(24))
    assert course(counter, 24) == [
        PublisherLevel(most, most) for most in (*naive[:23], max(naive[23], naive[24]))
    ]
    assert counter.peak == PublisherLevel(max(naive), max(naive))
    assert max(counter.levels(window, columns)) == counter.peak


@given(
    st.lists(
        st.builds(
            event,
            st.one_of(st.none(), st.integers(0, 12)),
            st.sampled_from(NAMES),
            participant=st.sampled_from("abc"),
        ),
        max_size=25,
    ),
    st.booleans(),
    st.integers(0, 5),
)
def test_no_events_make_a_count_negative_or_larger_than_the_people(events, is_live, seed):
    counter = counted(events, None if is_live else at(14), unread="c")
    people = {one.participant_id for one in events if one.name.startswith("PUBLISH")}
    for level in course(counter, 16):
        assert 0 <= level.certain <= level.possible <= len(people)
        assert level.certain <= len(people - {"c"})
    again = PublisherCounter(log_of([]), is_read=lambda who: who != "c", ended=None)
    assert again.advance(1) is False
    assert again.peak == PublisherLevel(0, 0)


def levels(*pairs):
    return [PublisherLevel(certain, possible) for certain, possible in pairs]


@pytest.mark.parametrize(
    ("events", "ended", "expected"),
    [
        pytest.param(
            [event(1, "JOINED"), event(2, "PUBLISH_STARTED")],
            None,
            levels((0, 0), (0, 0), (1, 1), (1, 1), (1, 1)),
            id="live and nothing says that it stopped",
        ),
        pytest.param(
            [event(1, "JOINED"), event(2, "PUBLISH_STARTED")],
            at(4),
            levels((0, 0), (0, 0), (0, 1), (0, 1), (0, 0)),
            id="ended without a stop",
        ),
        pytest.param(
            [event(1, "JOINED"), event(2, "PUBLISH_STARTED"), event(3, "LEFT")],
            None,
            levels((0, 0), (0, 0), (0, 1), (0, 0), (0, 0)),
            id="left without a stop",
        ),
        pytest.param(
            [event(0, "JOINED"), event(1, "PUBLISH_STARTED"), event(3, "JOINED")],
            None,
            levels((0, 0), (0, 1), (0, 1), (0, 0), (0, 0)),
            id="joined again without having left",
        ),
        pytest.param(
            [event(1, "PUBLISH_STARTED"), event(3, "JOINED"), event(4, "LEFT")],
            None,
            levels((0, 0), (0, 1), (0, 1), (0, 0), (0, 0)),
            id="started before it is known to have joined",
        ),
        pytest.param(
            [event(1, "JOINED"), event(3, "PUBLISH_STOPPED")],
            None,
            levels((0, 0), (0, 1), (0, 1), (0, 0), (0, 0)),
            id="a stop without a start",
        ),
        pytest.param(
            [event(3, "PUBLISH_STOPPED")],
            None,
            levels((0, 1), (0, 1), (0, 1), (0, 0), (0, 0)),
            id="a stop without anything before",
        ),
        pytest.param(
            [event(1, "PUBLISH_STARTED"), event(2, "PUBLISH_STARTED"), event(3, "PUBLISH_STOPPED")],
            None,
            levels((0, 0), (0, 1), (1, 1), (0, 0), (0, 0)),
            id="two starts are one publisher",
        ),
        pytest.param(
            [
                event(0, "PUBLISH_STARTED"),
                event(2, "PUBLISH_STOPPED"),
                event(2, "PUBLISH_STARTED", participant="other"),
                event(4, "PUBLISH_STOPPED", participant="other"),
            ],
            None,
            levels((1, 1), (1, 1), (1, 1), (1, 1), (0, 0)),
            id="a seat that changes hands within a second",
        ),
    ],
)
def test_ends_that_are_not_known_are_not_certain(events, ended, expected):
    # One column is left out: the last one holds the end of the window too.
    assert course(counted(events, ended), 6)[:5] == expected


def test_who_is_not_read_to_the_end_is_only_possible():
    events = [event(1, "PUBLISH_STARTED"), event(3, "PUBLISH_STOPPED")]
    counter = counted(events, unread=("me",))
    assert counter.at(at(2)) == PublisherLevel(0, 1)


def test_more_events_and_more_reading_change_the_count():
    log = log_of([event(1, "PUBLISH_STARTED")])
    read = set()
    counter = PublisherCounter(log, is_read=read.__contains__, ended=None)
    counter.advance(1)
    assert counter.at(at(5)) == PublisherLevel(0, 1)
    read.add("me")
    counter.advance(1)
    assert counter.at(at(5)) == PublisherLevel(1, 1)
    log.append([event(4, "PUBLISH_STOPPED")])
    counter.advance(1)
    assert counter.at(at(5)) == PublisherLevel(0, 0)
    assert counter.at(at(3)) == PublisherLevel(1, 1)


def test_nobody_is_shown_after_the_events_were_read():
    counter = counted([event(1, "PUBLISH_STARTED")], ended=None)
    shown = counter.levels(window_between(at(0), at(6)), 6, until=at(3))
    assert [level.certain for level in shown] == [0, 1, 1, 1, 0, 0]


def test_twelve_were_publishing_when_the_incident_hit_the_quota():
    epoch = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)
    held = WorldHeld(open_world("incident", lambda: epoch), MAIN_ARN, "st-dxMFysKnE9UAk")
    counter = PublisherCounter(
        held.log_of_session, is_read=lambda _: True, ended=held.session(held.scope).end_time
    )
    while counter.advance(1):
        pass
    assert counter.at(datetime(2026, 11, 23, 20, 47, 12, tzinfo=UTC)) == PublisherLevel(12, 12)
    assert counter.peak == PublisherLevel(12, 12)
