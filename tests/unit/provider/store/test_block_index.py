"""Blocks of a log tell where events can be; they may say too much, never too little."""

from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.timed_events import LATEST
from ivscope.domain.events import Event
from ivscope.domain.times import to_microseconds
from ivscope.provider.store import indexes
from ivscope.provider.store.indexes import BLOCK
from support.shown_rows import at, log_of

FAR = BLOCK + 5


def positions(found):
    return {position for _, _, places in found for position in places}


def event(seconds, name="A", who="one", remote=None):
    time = None if seconds is None else at(seconds)
    return Event(name, who, time, remote_participant_id=remote)


@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 7))
def test_every_event_is_in_a_block_that_is_told(seconds, page):
    log = log_of([])
    events = [event(second, name=f"N{second % 3}") for second in seconds]
    for start in range(0, len(events), page):
        log.append(events[start : start + page])
    for position, second in enumerate(seconds):
        time = to_microseconds(at(second))
        kind = log.columns(position, position + 1).kinds[0]
        assert position in positions(log.blocks.timed([kind], time, time))


def test_a_block_without_the_kind_the_time_or_the_participants_is_left_out():
    log = log_of([event(0, remote="p")] * BLOCK + [event(9, "B", "two", "q")] * 5)
    columns = log.columns(BLOCK, BLOCK + 1)
    kind, who, whom = columns.kinds[0], columns.participants[0], columns.remotes[0]
    early, late = to_microseconds(at(0)), to_microseconds(at(9))
    assert 0 not in positions(log.blocks.timed([kind], early, late))
    assert 0 not in positions(log.blocks.timed([0, kind], late, late))
    assert BLOCK not in positions(log.blocks.timed([0, kind], early, early))
    assert {0, BLOCK} <= positions(log.blocks.timed([0, kind], early, late))
    for narrower in ({"participant": who}, {"remote": whom}):
        found = log.blocks.by_time([0, kind], early, late, **narrower)
        assert [places.start for _, places in found] == [BLOCK]


def test_events_without_a_time_are_told_apart():
    log = log_of([event(None)] + [event(0)] * FAR + [event(None, "B")])
    a, b = (log.columns(place, place + 1).kinds[0] for place in (0, FAR + 1))
    assert [0 in places for places in log.blocks.untimed([a])] == [True]
    assert [FAR + 1 in places for places in log.blocks.untimed([b])] == [True]
    assert positions(log_of([event(None)]).blocks.timed([0], 0, 1)) == set()


def test_rows_taken_over_from_another_log_are_told_too():
    log = log_of([event(0)])
    other = type(log)(log.tables)
    other.append_rows(log, range(1))
    found = other.blocks.timed([0], to_microseconds(at(0)), to_microseconds(at(0)))
    assert 0 in positions(found)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=9), st.booleans())
def test_blocks_come_by_their_times(seconds, newest_first):
    log = log_of([event(second) for second in seconds for _ in range(BLOCK)])
    found = list(log.blocks.by_time([0], 0, LATEST, newest_first=newest_first))
    assert [time for time, _ in found] == sorted(
        map(to_microseconds, map(at, seconds)), reverse=newest_first
    )
    assert {places.start for _, places in found} == {n * BLOCK for n in range(len(seconds))}
    for time, places in found:
        assert to_microseconds(at(seconds[places.start // BLOCK])) == time


def test_the_first_and_the_last_block_of_many_are_found_by_few_looks(monkeypatch):
    log = log_of([])
    for second in range(100):
        log.append([event(second)] * BLOCK)
    looks, can_hold = [], indexes._can_hold

    def counted(*asked):
        holds = can_hold(*asked)
        return lambda block: looks.append(block) or holds(block)

    monkeypatch.setattr(indexes, "_can_hold", counted)
    for newest_first, expected in ((False, 0), (True, 99 * BLOCK)):
        _, places = next(log.blocks.by_time([0], 0, LATEST, newest_first=newest_first))
        assert places.start == expected
        assert len(looks) <= 40
        looks.clear()
