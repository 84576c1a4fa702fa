"""Publishers: the surest and the widest count hold a naive one between them."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis import publishers as publishers_module
from ivscope.analysis.intervals import LATEST, NOTHING_KNOWN, SECOND, Reach
from ivscope.analysis.publishers import PublisherLevel, Publishers
from ivscope.analysis.time_window import window_between
from ivscope.domain.times import to_microseconds
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.incident import MAIN_ARN
from support.given_facts import WorldFacts, at, event, log_of
from support.made_people import made_people, shuffled_events

END = at(30)
NAMES = ("JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED", "LEFT")


def reach(ended):
    """Of somebody read to the end: of a session that has ended, or live and still connected."""
    if ended is None:
        return Reach(connected_at=LATEST)
    return Reach(ended=to_microseconds(ended) + SECOND - 1)


def counted(events, ended=END, unread=()):
    whole = reach(ended)
    return Publishers(
        log_of(events), lambda: lambda who: NOTHING_KNOWN if who in unread else whole
    ).count()


def level(counter, seconds):
    first = to_microseconds(at(seconds))
    return counter.level(first, first + SECOND - 1)


def has_equal_events(person):
    """Whether one of its events could be another one again."""
    begins, ends = zip(*person.publishing, strict=True) if person.publishing else ((), ())
    return len(set(begins)) < len(begins) or len(set(ends)) < len(ends)


def course(counter, last=10):
    """Certain and possible for each second from 0."""
    return counter.levels(window_between(at(0), at(last)), last)


@given(made_people(), st.integers(0, 5), st.integers(1, 30))
def test_levels_hold_a_naive_count_between_them_and_equal_it_where_nothing_changes(
    people, seed, columns
):
    counter = counted(shuffled_events(people, seed))
    edges = {edge for person in people for span in person.publishing for edge in span}
    naive = [sum(person.is_publishing(second) for person in people) for second in range(25)]
    for second, count in enumerate(naive):
        certain, possible = level(counter, second)
        assert certain <= count <= possible
        if second not in edges and not any(map(has_equal_events, people)):
            assert (certain, possible) == (count, count)
    for second, found in enumerate(course(counter, 24)[:23]):
        assert level(counter, second).certain <= found.certain
        assert found.possible == level(counter, second).possible
    window = window_between(at(0), at(24))
    assert max(one.certain for one in counter.levels(window, columns)) <= max(naive)
    assert max(one.possible for one in counter.levels(window, columns)) >= max(naive)


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
    for second, found in enumerate(course(counter, 16)):
        assert 0 <= found.certain <= found.possible <= len(people)
        assert found.certain <= len(people - {"c"})
        assert level(counter, second) == PublisherLevel(*named(counter, second))
    again = Publishers(log_of([]), lambda: lambda _: Reach())
    assert again.advance(1) is False
    assert level(again, 5) == PublisherLevel(0, 0)


def named(counter, seconds):
    first = to_microseconds(at(seconds))
    found = list(counter.at(first, first + SECOND - 1))
    assert len({one.participant_id for one in found}) == len(found)
    return sum(one.why is None for one in found), len(found)


def levels(*pairs):
    return [PublisherLevel(certain, possible) for certain, possible in pairs]


@pytest.mark.parametrize(
    ("events", "ended", "expected"),
    [
        pytest.param(
            [event(1, "JOINED"), event(2, "PUBLISH_STARTED")],
            None,
            levels((0, 0), (0, 0), (0, 1), (1, 1), (1, 1)),
            id="live and nothing says that it stopped",
        ),
        pytest.param(
            [event(1, "JOINED"), event(2, "PUBLISH_STARTED")],
            at(3),
            levels((0, 0), (0, 0), (0, 1), (0, 1), (0, 0)),
            id="ended without a stop",
        ),
        pytest.param(
            [event(1, "JOINED"), event(2, "PUBLISH_STARTED"), event(3, "LEFT")],
            None,
            levels((0, 0), (0, 0), (0, 1), (0, 1), (0, 0)),
            id="left without a stop",
        ),
        pytest.param(
            [event(0, "JOINED"), event(1, "PUBLISH_STARTED"), event(3, "JOINED")],
            None,
            levels((0, 0), (0, 1), (0, 1), (0, 1), (0, 0)),
            id="joined again without having left",
        ),
        pytest.param(
            [event(1, "JOINED"), event(3, "PUBLISH_STOPPED")],
            None,
            levels((0, 0), (0, 1), (0, 1), (0, 1), (0, 0)),
            id="a stop without a start",
        ),
        pytest.param(
            [event(3, "PUBLISH_STOPPED")],
            None,
            levels((0, 1), (0, 1), (0, 1), (0, 1), (0, 0)),
            id="a stop without anything before",
        ),
        pytest.param(
            [event(1, "PUBLISH_STARTED"), event(2, "PUBLISH_STARTED"), event(4, "PUBLISH_STOPPED")],
            None,
            levels((0, 0), (0, 1), (0, 1), (1, 1), (0, 1)),
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
            levels((0, 1), (1, 1), (0, 2), (1, 1), (0, 1)),
            id="nobody knows who was first in a second",
        ),
    ],
)
def test_ends_that_are_not_known_are_not_certain(events, ended, expected):
    counter = counted(events, ended)
    assert [level(counter, second) for second in range(5)] == expected


def test_thirteen_who_start_and_stop_within_a_second_are_nobody_to_thirteen():
    events = [
        event(5, name, participant=f"p{number}")
        for number in range(13)
        for name in ("JOINED", "PUBLISH_STARTED", "PUBLISH_STOPPED")
    ]
    counter = counted(events, None)
    assert level(counter, 5) == PublisherLevel(0, 13)
    assert course(counter)[5] == PublisherLevel(0, 13)
    assert level(counter, 6) == PublisherLevel(0, 0)


def test_a_column_has_the_most_that_were_publishing_in_it():
    events = [event(2, "PUBLISH_STARTED"), event(7, "PUBLISH_STOPPED")]
    counter = counted(events)
    assert course(counter)[1:8] == levels((0, 0), *[(1, 1)] * 5, (0, 1))
    assert level(counter, 2) == level(counter, 7) == PublisherLevel(0, 1)


def test_times_with_fractions_are_compared_as_such():
    counter = counted([event(5.25, "PUBLISH_STARTED"), event(5.75, "PUBLISH_STOPPED")])
    assert level(counter, 5) == PublisherLevel(0, 1)
    half = to_microseconds(at(5.5))
    assert counter.level(half, half) == PublisherLevel(1, 1)
    early = to_microseconds(at(5.125))
    assert counter.level(early, early) == PublisherLevel(0, 0)


def test_who_is_not_read_to_the_end_is_only_possible():
    events = [event(1, "PUBLISH_STARTED"), event(3, "PUBLISH_STOPPED")]
    counter = counted(events, unread=("me",))
    assert level(counter, 2) == PublisherLevel(0, 1)


def test_more_events_and_more_reading_change_the_count():
    log = log_of([event(1, "PUBLISH_STARTED")])
    read = set()
    whole = reach(None)
    counter = Publishers(log, lambda: lambda who: whole if who in read else NOTHING_KNOWN)
    assert level(counter.count(), 5) == PublisherLevel(0, 1)
    read.add("me")
    assert level(counter.count(), 5) == PublisherLevel(1, 1)
    log.append([event(4, "PUBLISH_STOPPED")])
    assert level(counter.count(), 5) == PublisherLevel(0, 0)
    assert level(counter, 3) == PublisherLevel(1, 1)


def test_who_is_read_is_asked_before_the_log_is_looked_at():
    log = log_of([event(1, "PUBLISH_STARTED")])

    def reaches():
        # A page comes while everybody is looked at.
        log.append([event(2, "PUBLISH_STOPPED")])
        return lambda _: Reach(read_to=to_microseconds(at(1)))

    counter = Publishers(log, reaches).count()
    assert level(counter, 5) == PublisherLevel(0, 0)


def test_nobody_is_shown_after_the_events_were_read():
    counter = counted([event(1, "PUBLISH_STARTED")], ended=None)
    shown = counter.levels(window_between(at(0), at(6)), 6, until=at(3))
    assert [level.possible for level in shown] == [0, 1, 1, 1, 0, 0]


def test_a_large_log_is_counted_in_slices_and_only_what_is_new_again(monkeypatch):
    chance = random.Random(7)  # noqa: S311 - no secret
    events = [
        event(number, chance.choice(NAMES), participant=f"p{number % 300}")
        for number in range(30_000)
    ]
    log = log_of(events)
    solved = []
    publishing_of = publishers_module.publishing_of

    def counting(*args):
        solved.append(args)
        return publishing_of(*args)

    monkeypatch.setattr(publishers_module, "publishing_of", counting)
    whole = Reach()
    counter = Publishers(log, lambda: lambda _: whole)
    slices = 1
    while counter.advance(0):
        slices += 1
    assert slices > 30_000 // 8_192 + 300 // 64
    assert len(solved) == 300
    log.append([event(40_000, "PUBLISH_STARTED", participant="p5")])
    counter.count()
    assert len(solved) == 301


def test_reading_on_looks_again_only_at_those_who_may_still_publish(monkeypatch):
    events = [event(0, "PUBLISH_STARTED", participant=f"p{number}") for number in range(50)]
    events += [event(9, "PUBLISH_STOPPED", participant=f"p{number}") for number in range(49)]
    solved = []
    publishing_of = publishers_module.publishing_of

    def counting(*args):
        solved.append(args)
        return publishing_of(*args)

    monkeypatch.setattr(publishers_module, "publishing_of", counting)
    now = to_microseconds(at(100))
    counter = Publishers(log_of(events), lambda: lambda _: Reach(read_to=now, connected_at=now))
    counter.count()
    now += 60 * SECOND
    assert level(counter.count(), 120) == PublisherLevel(1, 1)
    assert len(solved) == 50 + 1


def test_twelve_were_publishing_when_the_incident_hit_the_quota():
    epoch = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)
    held = WorldFacts(open_world("incident", lambda: epoch), MAIN_ARN, "st-dxMFysKnE9UAk")
    first = to_microseconds(datetime(2026, 11, 23, 20, 47, 12, tzinfo=UTC))
    assert held.publishers.level(first, first + SECOND - 1) == PublisherLevel(12, 12)
    window = window_between(START_OF_SHOW, START_OF_SHOW + timedelta(hours=2))
    assert max(held.publishers.levels(window, 600)).certain == 12


START_OF_SHOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
