"""The log of a session: everybody's events in one place, and whose is what."""

import tracemalloc
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.times import UnreadableTime
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.event_log import EventLog, EventTables
from ivscope.provider.store.session_log import ReadState, SessionLog
from support.session_source import EPOCH, joined

FAILURE = ProviderFailure(FailureKind.NOT_FOUND, "gone", "", retryable=False)


@pytest.fixture
def log():
    return SessionLog(EventTables())


def add(log, participant_id, *events, **options):
    rows = EventLog(log.log.tables)
    rows.append(events)
    number = log.add_participant(participant_id)
    log.append(number, rows, range(len(rows)), **options)
    return number


def test_nobody_is_listed_at_first(log):
    assert (log.participants_known, log.participants_read, log.participants_failed) == (0, 0, 0)
    assert not log.participants_complete
    assert not log.is_read("p")
    assert log.reading("p") is None
    assert log.ranges("p") == []
    assert len(log.events_of("p")) == 0


def test_a_participant_listed_twice_is_one(log):
    assert log.add_participant("p") == log.add_participant("p") == 0
    assert log.add_participant("q") == 1
    assert log.participant_ids == ["p", "q"]


def test_the_pages_of_a_participant_are_found_among_those_of_others(log):
    add(log, "p", joined("p", 1), joined("p", 2))
    add(log, "q", joined("q", 3))
    add(log, "p", joined("p", 4))
    add(log, "p", joined("p", 5))
    assert log.ranges("p") == [range(2), range(3, 5)]
    assert log.ranges("q") == [range(2, 3)]
    assert [event.time.second - EPOCH.second for event in log.events_of("p")] == [1, 2, 4, 5]


def test_news_at_the_head_are_before_what_was_held(log):
    add(log, "p", joined("p", 5), joined("p", 4))
    add(log, "p", joined("p", 9), before_others=True)
    add(log, "q", joined("q", 0))
    add(log, "p", joined("p", 3))
    add(log, "p", joined("p", 10), before_others=True)
    assert log.ranges("p") == [range(5, 6), range(2, 3), range(2), range(4, 5)]


def test_an_empty_page_is_nothing(log):
    number = add(log, "p")
    assert log.ranges("p") == []
    log.set_state(number, ReadState.COMPLETE)
    assert log.is_read("p")


def test_events_and_errors_are_counted_for_each(log):
    add(log, "p", joined("p"), Event("SUBSCRIBE_ERROR", "p", EPOCH))
    add(log, "q", joined("q"))
    reading = log.reading("p")
    assert (reading.state, reading.events, reading.errors) == (ReadState.NOT_READ, 2, 1)
    assert log.reading("q").errors == 0
    assert log.log.error_count == 1


def test_an_event_belongs_to_whose_list_it_came_from(log):
    own = [joined("p"), joined("other"), joined(None)]
    add(log, "p", *own)
    assert {log.log.participant(position) for position in range(3)} == {"p"}
    assert [log.event(position) for position in range(3)] == own
    assert list(log.events_of("p")) == own
    assert log.participants_known == 1


def test_states_are_counted(log):
    first, second = log.add_participant("p"), log.add_participant("q")
    log.set_state(first, ReadState.COMPLETE)
    log.set_state(first, ReadState.COMPLETE)
    log.set_state(second, ReadState.PARTIAL)
    assert log.participants_read == 1
    log.set_state(first, ReadState.PARTIAL)
    assert log.participants_read == 0


def test_those_who_are_read_to_the_end_are_told_in_the_order_listed(log):
    for name, state in (("p", "COMPLETE"), ("q", "PARTIAL"), ("r", "COMPLETE"), ("s", "FAILED")):
        log.set_state(log.add_participant(name), ReadState(state))
    assert log.read_ids == ["p", "r"]
    assert log.read_ids == [name for name in log.participant_ids if log.is_read(name)]


def test_errors_are_told_of_those_who_have_some(log):
    failed = Event("JOIN_ERROR", "p", EPOCH)
    add(log, "p", failed, failed)
    add(log, "q", Event("JOINED", "q", EPOCH))
    assert log.errors_by_id == {"p": 2}


def test_a_failure_is_over_when_the_end_is_read(log):
    number = log.add_participant("p")
    log.fail(number, FAILURE)
    assert log.failures == {"p": FAILURE}
    assert log.reading("p").state is ReadState.FAILED
    log.set_state(number, ReadState.COMPLETE)
    assert not log.failures
    assert log.reading("p").failure is None


def test_who_was_read_to_the_end_remains_so_when_a_refresh_fails(log):
    number = log.add_participant("p")
    log.set_state(number, ReadState.COMPLETE)
    log.fail(number, FAILURE)
    assert log.is_read("p")
    assert log.participants_failed == 1


names = st.sampled_from(["a", "b", "c", None])
times = (
    st.none()
    | st.just(UnreadableTime("soon"))
    | st.integers(0, 9).map(lambda second: EPOCH + timedelta(seconds=second))
)
tokens = st.none() | st.just(ParticipantToken(user_id="u"))
events = st.builds(
    Event,
    name=st.sampled_from(["JOINED", "PUBLISH_ERROR"]),
    participant_id=names,
    time=times,
    remote_participant_id=names,
    new_token=tokens,
    destination_stage_arn=names,
)
pages = st.lists(st.tuples(st.sampled_from("abc"), st.lists(events, max_size=4)), max_size=12)


@pytest.mark.slow
@given(pages)
def test_each_gets_back_exactly_what_was_read_for_it(pages):
    log = SessionLog(EventTables())
    expected = {name: [] for name in "abc"}
    for name, rows in pages:
        add(log, name, *rows)
        expected[name] += rows
    for name, rows in expected.items():
        held = log.events_of(name)
        assert list(held) == rows
        assert Counter(held) == Counter(rows)
        assert held.error_count == sum(event.is_error for event in rows)
        assert all(log.log.participant(at) == name for part in log.ranges(name) for at in part)
    assert len(log.log) == sum(map(len, expected.values()))


@pytest.mark.slow
def test_a_participant_costs_about_a_hundred_bytes_beside_its_events():
    tables = EventTables()
    count = 25_000
    ids = [f"participant{number:05d}" for number in range(count)]
    pages = EventLog(tables)
    pages.append([joined(name) for name in ids])
    tracemalloc.start()
    log = SessionLog(tables)
    for at, name in enumerate(ids):
        log.append(log.add_participant(name), pages, range(at, at + 1))
    spent, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(log.log) == count
    assert spent / count <= 130, "a hundred, and the columns of one event with their slack"


def test_events_that_name_somebody_else_cost_eight_bytes_more():
    tables = EventTables()
    count = 20_000
    rows = EventLog(tables)
    rows.append([joined("other"), *[joined("p")] * count, *[joined("other")] * count])
    own, others = range(1, count + 1), range(count + 1, 2 * count + 1)

    def spent(part):
        log = SessionLog(tables)
        tracemalloc.start()
        log.append(log.add_participant("p"), rows, part)
        taken, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert log.event(count - 1) == rows[part.stop - 1]
        return taken / count

    assert spent(others) - spent(own) <= 9, "a position and a number, with their slack"
