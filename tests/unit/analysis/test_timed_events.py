"""Events of some kinds come in the order of their times, whatever the order of the log."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis import timed_events as timing
from ivscope.analysis.timed_events import (
    EARLIEST,
    LATEST,
    KindFlags,
    all_timed,
    count_of,
    found_in,
    timed_events,
    untimed_events,
)
from ivscope.domain.events import Event
from ivscope.domain.times import to_microseconds
from ivscope.provider.store import indexes
from support.shown_rows import at, log_of

EVENTS = st.builds(
    Event,
    name=st.sampled_from(["A", "B", "C"]),
    participant_id=st.sampled_from(["one", "two"]),
    time=st.one_of(st.none(), st.integers(0, 9).map(at)),
    remote_participant_id=st.sampled_from([None, "p", "q"]),
)
LOGS = st.lists(EVENTS, max_size=30)
SECONDS = st.integers(-1, 10)
NUMBERS = st.one_of(st.none(), st.integers(0, 4))


def is_wanted(kind):
    return kind.name in {"A", "B"}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    monkeypatch.setattr(indexes, "BLOCK", 4)
    monkeypatch.setattr(indexes, "_GROUP", 3)


def rows(log, participant=None, remote=None):
    """Times and positions of what is wanted, found by looking at every event."""
    found = []
    for position in range(len(log)):
        columns = log.columns(position, position + 1)
        if (
            is_wanted(log.kind(position))
            and participant in {None, columns.participants[0]}
            and remote in {None, columns.remotes[0]}
        ):
            found.append((log.time_us(position), position))
    return found


@given(LOGS, st.tuples(SECONDS, SECONDS), st.tuples(NUMBERS, NUMBERS), st.booleans())
def test_they_are_those_that_a_look_at_every_event_finds(events, bounds, whose, newest_first):
    log = log_of(events)
    since, until = (to_microseconds(at(second)) for second in bounds)
    participant, remote = whose
    found = rows(log, participant, remote)
    wanted = sorted(row for row in found if row[0] is not None and since <= row[0] <= until)
    assert [position for _, position in (wanted[::-1] if newest_first else wanted)] == list(
        timed_events(
            log,
            is_wanted,
            since=since,
            until=until,
            newest_first=newest_first,
            participant=participant,
            remote=remote,
        )
    )


@pytest.mark.slow
@given(LOGS, NUMBERS, NUMBERS)
def test_what_has_no_time_is_found_apart(events, participant, remote):
    log = log_of(events)
    untimed = untimed_events(log, is_wanted, participant=participant, remote=remote)
    found = rows(log, participant, remote)
    assert list(untimed) == [position for time, position in found if time is None]


@given(LOGS)
def test_all_at_once_are_the_same_as_one_by_one(events):
    log = log_of(events)
    assert all_timed(log, is_wanted) == list(timed_events(log, is_wanted))


@given(LOGS)
def test_all_of_some_kinds_are_found_with_and_without_a_time(events):
    log = log_of(events)
    assert found_in(log, is_wanted) == sorted(position for _, position in rows(log))
    assert count_of(log, is_wanted) == len(rows(log))


@given(LOGS, st.data(), st.integers(0, 5))
def test_flags_of_positions_are_those_of_their_events_however_many_are_asked_for(
    events, data, most
):
    log = log_of(events)
    here = st.integers(0, len(log) - 1) if len(log) else st.nothing()
    flags = KindFlags(log, is_wanted)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timing, "_MOST_APART", most)
        for positions in (
            range(len(log)),
            range(len(log))[::-1],
            *data.draw(st.lists(st.lists(here), max_size=3)),
        ):
            expected = bytes(is_wanted(log.kind(position)) for position in positions)
            assert flags.of(positions) == expected


def test_every_time_that_can_be_read_is_between_the_bounds():
    ends = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    assert all(EARLIEST <= to_microseconds(end) <= LATEST for end in ends)
    assert list(timed_events(log_of([Event("A", "one", end) for end in ends]), is_wanted)) == [0, 1]


def test_no_block_is_looked_at_before_its_events_are_next(monkeypatch):
    log = log_of([Event("A", "one", at(second)) for second in range(40)])
    looked_at = []
    kinds_of = type(log).kinds_of

    def noted(self, start, stop):
        looked_at.append(start)
        return kinds_of(self, start, stop)

    monkeypatch.setattr(type(log), "kinds_of", noted)
    newest_first = timed_events(log, is_wanted, until=to_microseconds(at(21)), newest_first=True)
    assert [next(newest_first), next(newest_first)] == [21, 20]
    assert set(looked_at) == {20}
