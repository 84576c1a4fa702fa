"""causal_order: by time, and inside one time as it can have happened."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.analysis import causal_order as causal_order_module
from ivscope.analysis.causal_order import CausalKeys, causal_order
from ivscope.domain.events import (
    JOINED,
    LEFT,
    PUBLISH_ERROR,
    PUBLISH_STARTED,
    PUBLISH_STOPPED,
    REPLICATION_STARTED,
    REPLICATION_STOPPED,
    SUBSCRIBE_STARTED,
    SUBSCRIBE_STOPPED,
    TOKEN_EXCHANGED,
    Event,
)
from ivscope.domain.times import UnreadableTime
from ivscope.provider.store.event_log import EventLog
from support.query_cases import START, paired_events
from support.read_views import read_history
from support.simulated_stores import event_log
from support.simulator.view import CLEAN, ENDS_MISSING, Extent, Fault
from support.simulator.worlds import all_worlds


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def log_of(rows) -> EventLog:
    log = EventLog()
    log.append(rows)
    return log


def names_in_order(*rows: tuple[int, str]) -> list[str]:
    log = log_of([Event(name, "p", after(second)) for second, name in rows])
    return [log[i].name for i in causal_order(log, range(len(log)))]


def settled(keys: CausalKeys) -> list[int]:
    for _ in keys.settle():
        pass
    return sorted(range(len(keys.keys)), key=keys.keys.__getitem__)


CASES = {
    "a short visit": (
        [(1, LEFT), (1, PUBLISH_STOPPED), (1, PUBLISH_STARTED), (1, JOINED)],
        [JOINED, PUBLISH_STARTED, PUBLISH_STOPPED, LEFT],
    ),
    "a reconnect of somebody inside": (
        [(0, JOINED), (1, JOINED), (1, LEFT)],
        [JOINED, LEFT, JOINED],
    ),
    "a reconnect of a publisher": (
        [
            (0, JOINED),
            (0, PUBLISH_STARTED),
            (1, PUBLISH_STARTED),
            (1, JOINED),
            (1, LEFT),
            (1, PUBLISH_STOPPED),
        ],
        [
            JOINED,
            PUBLISH_STARTED,
            PUBLISH_STOPPED,
            LEFT,
            JOINED,
            PUBLISH_STARTED,
        ],
    ),
    "a reconnect with a stop of an unknown start": (
        [(0, JOINED), (1, JOINED), (1, LEFT), (1, PUBLISH_STOPPED)],
        [JOINED, PUBLISH_STOPPED, LEFT, JOINED],
    ),
    "publishing again": (
        [(0, PUBLISH_STARTED), (1, PUBLISH_STARTED), (1, PUBLISH_STOPPED)],
        [PUBLISH_STARTED, PUBLISH_STOPPED, PUBLISH_STARTED],
    ),
    "an exchange that ends publishing": (
        [(0, PUBLISH_STARTED), (1, PUBLISH_STOPPED), (1, TOKEN_EXCHANGED)],
        [PUBLISH_STARTED, TOKEN_EXCHANGED, PUBLISH_STOPPED],
    ),
    "a reconnect whose start was not read, told from what follows": (
        [(1, JOINED), (1, LEFT), (2, LEFT)],
        [LEFT, JOINED, LEFT],
    ),
    "three in one second": (
        [(1, JOINED), (1, JOINED), (1, LEFT)],
        [JOINED, LEFT, JOINED],
    ),
    "three in one second of somebody inside, whose leaving was lost": (
        [(0, JOINED), (1, JOINED), (1, JOINED), (1, LEFT), (2, PUBLISH_ERROR)],
        [JOINED, JOINED, LEFT, JOINED, PUBLISH_ERROR],
    ),
    "three visits in one second": (
        [(1, LEFT), (1, JOINED), (1, JOINED), (1, LEFT), (1, JOINED), (1, LEFT)],
        [JOINED, LEFT, JOINED, LEFT, JOINED, LEFT],
    ),
    "a stop of an old stay beside a new one": (
        [(0, JOINED), (0, PUBLISH_STARTED), (1, JOINED), (1, PUBLISH_STOPPED), (2, LEFT)],
        [JOINED, PUBLISH_STARTED, PUBLISH_STOPPED, JOINED, LEFT],
    ),
    "everything": (
        [
            (1, LEFT),
            (1, REPLICATION_STOPPED),
            (1, SUBSCRIBE_STOPPED),
            (1, PUBLISH_STOPPED),
            (1, PUBLISH_ERROR),
            (1, REPLICATION_STARTED),
            (1, SUBSCRIBE_STARTED),
            (1, PUBLISH_STARTED),
            (1, TOKEN_EXCHANGED),
            (1, JOINED),
        ],
        [
            JOINED,
            TOKEN_EXCHANGED,
            PUBLISH_STARTED,
            SUBSCRIBE_STARTED,
            REPLICATION_STARTED,
            PUBLISH_ERROR,
            PUBLISH_STOPPED,
            SUBSCRIBE_STOPPED,
            REPLICATION_STOPPED,
            LEFT,
        ],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), CASES.values(), ids=CASES)
def test_events_of_one_second_come_in_the_order_that_can_have_happened(rows, expected):
    assert names_in_order(*rows) == expected


def test_participants_are_judged_apart():
    log = log_of(
        [
            Event(JOINED, "in", after(0)),
            Event(JOINED, "in", after(1)),
            Event(LEFT, "in", after(1)),
            Event(LEFT, "out", after(1)),
            Event(JOINED, "out", after(1)),
        ]
    )
    order = causal_order(log, range(5))
    assert [i for i in order if log.participant(i) == "in"] == [0, 2, 1]
    assert [i for i in order if log.participant(i) == "out"] == [4, 3]


def test_subscriptions_are_judged_by_their_remote_participant():
    log = log_of(
        [
            Event(SUBSCRIBE_STARTED, "p", after(0), "a"),
            Event(SUBSCRIBE_STARTED, "p", after(1), "a"),
            Event(SUBSCRIBE_STOPPED, "p", after(1), "a"),
            Event(SUBSCRIBE_STOPPED, "p", after(1), "b"),
            Event(SUBSCRIBE_STARTED, "p", after(1), "b"),
        ]
    )
    order = causal_order(log, range(5))
    assert order.index(2) < order.index(1)
    assert order.index(4) < order.index(3)


def test_replications_are_judged_by_their_destination():
    log = log_of(
        [
            Event(REPLICATION_STARTED, "p", after(0), destination_session_id="a"),
            Event(REPLICATION_STARTED, "p", after(1), destination_session_id="a"),
            Event(REPLICATION_STOPPED, "p", after(1), destination_session_id="a"),
            Event(REPLICATION_STOPPED, "p", after(1), destination_session_id="b"),
            Event(REPLICATION_STARTED, "p", after(1), destination_session_id="b"),
        ]
    )
    order = causal_order(log, range(5))
    assert order.index(2) < order.index(1)
    assert order.index(4) < order.index(3)


def test_events_without_a_readable_time_stay_behind_their_neighbour():
    log = log_of(
        [
            Event("A"),
            Event(LEFT, "p", after(5)),
            Event("B", time=UnreadableTime("soon")),
            Event("C"),
            Event("D", time=after(1)),
            Event("E"),
            Event(JOINED, "p", after(5)),
        ]
    )
    assert causal_order(log, range(7)) == [0, 4, 5, 6, 1, 2, 3]


def test_the_first_and_the_last_year_are_in_order():
    first = datetime(1, 1, 1, tzinfo=UTC)
    last = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
    log = log_of([Event(time=last), Event(time=START), Event(time=first), Event()])
    assert causal_order(log, range(4)) == [2, 3, 1, 0]


@given(st.lists(paired_events, max_size=25), st.data())
def test_it_is_a_permutation_in_which_times_never_fall_and_equals_stay(rows, data):
    log = log_of(rows)
    positions = sorted(data.draw(st.sets(st.integers(0, max(0, len(rows) - 1)))) if rows else [])
    order = causal_order(log, positions)
    assert sorted(order) == positions
    times = [log.time_us(i) for i in order if log.time_us(i) is not None]
    assert times == sorted(times)
    for one, other in pairwise(order):
        if log.name(one) == log.name(other) == PUBLISH_ERROR and rows[one].time == rows[other].time:
            assert one < other or rows[one].time is None
    whole = causal_order(log, range(len(log)))
    assert order == [i for i in whole if i in positions]


@given(st.lists(paired_events, max_size=25))
def test_leaving_never_comes_before_joining_in_one_second_unless_inside_before(rows):
    log = log_of(rows)
    order = causal_order(log, range(len(log)))
    for participant in ("p1", "p2"):
        told = [
            (rows[i].time, rows[i].name)
            for i in order
            if rows[i].participant_id == participant and rows[i].time is not None
        ]
        own = [(time, name) for time, name in told if name in {JOINED, LEFT}]
        moved = {time for time, _ in own}
        heard = {time for time, name in told if name.endswith("_STARTED")} - moved
        for second in moved:
            here = [name for time, name in own if time == second]
            first_join = here.index(JOINED) if JOINED in here else len(here)
            if LEFT in here[:first_join] and JOINED in here:
                assert _inside_before(own, heard, second)


def _inside_before(own, heard, second) -> bool:
    """Told by JOINED and LEFT at other times, and by what only who is inside starts."""

    def balance(time):
        here = [name for at, name in own if at == time]
        return here.count(JOINED) - here.count(LEFT)

    times = {at for at, _ in own} | heard
    for time in sorted({at for at in times if at < second}, reverse=True):
        if time in heard or balance(time):
            return time in heard or balance(time) > 0
    for time in sorted({at for at in times if at >= second}):
        if time in heard or balance(time):
            return time in heard or balance(time) < 0
    return False


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=8),
    st.sampled_from(
        [(JOINED, LEFT), (PUBLISH_STARTED, PUBLISH_STOPPED), (SUBSCRIBE_STARTED, SUBSCRIBE_STOPPED)]
    ),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_a_history_that_alternates_is_put_back_after_a_shuffle(counts, pair, is_open, rng):
    # Without a sign of what was on before, a first stop could be one that came twice.
    rows = [Event(pair[0], "p", after(-1), "r")] if is_open else []
    for second, count in enumerate(counts):
        for _ in range(count):
            rows.append(Event(pair[is_open], "p", after(second), "r"))
            is_open = not is_open
    rng.shuffle(rows)
    log = log_of(rows)
    found = [log.name(i) for i in causal_order(log, range(len(log)))]
    assert all(one != other for one, other in pairwise(found))


dense_events = st.builds(
    Event,
    name=st.sampled_from([JOINED, LEFT]),
    participant_id=st.just("p"),
    time=st.integers(0, 9).map(after),
)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(paired_events, max_size=40) | st.lists(dense_events, max_size=25),
    st.sampled_from(["as drawn", "oldest first", "newest first"]),
    st.lists(st.integers(1, 8), max_size=12),
)
def test_pages_one_by_one_lead_to_the_same_order_as_all_at_once(rows, direction, sizes):
    if direction != "as drawn":
        rows = sorted(
            (row for row in rows if row.time is not None),
            key=lambda row: row.time,
            reverse=direction == "newest first",
        )
    log = EventLog()
    keys = CausalKeys(log)
    start = 0
    for size in [*sizes, len(rows)]:
        log.append(rows[start : start + size])
        start += size
        keys.extend(len(log))
        assert settled(keys) == causal_order(log, range(len(log)))
        assert keys.is_settled


def test_an_older_page_decides_a_second_whose_start_was_not_read():
    log = EventLog()
    keys = CausalKeys(log)
    pages = [
        [(6, PUBLISH_ERROR), (5, JOINED), (5, LEFT), (4, PUBLISH_ERROR)],
        [(3, JOINED), (2, PUBLISH_ERROR)],
    ]
    found = []
    for page in pages:
        log.append(Event(name, "p", after(second)) for second, name in page)
        keys.extend(len(log))
        found.append([log.name(i) for i in settled(keys) if log.name(i) != PUBLISH_ERROR])
    assert found == [[JOINED, LEFT], [JOINED, LEFT, JOINED]]


@pytest.fixture
def looked_at(monkeypatch):
    """The keys that settling looks at."""
    seen, of_one_time = [], causal_order_module._of_one_time

    def counting(keys):
        seen.extend(keys)
        return of_one_time(keys)

    monkeypatch.setattr(causal_order_module, "_of_one_time", counting)
    return seen


@pytest.mark.parametrize("direction", [1, -1])
def test_settling_a_page_at_one_end_looks_at_that_page_only(looked_at, direction):
    log = EventLog()
    keys = CausalKeys(log)
    for page in range(20):
        first = 99 * page  # every page begins in the second in which the one before ends
        log.append(
            Event((JOINED, LEFT)[i % 2], "p", after(direction * (first + i))) for i in range(100)
        )
        keys.extend(len(log))
        looked_at.clear()
        settled(keys)
        # The page, and the ends of those beside it.
        assert 100 <= len(looked_at) <= 110


@pytest.mark.parametrize("events_of_a_second", [1, 2, 3])
def test_events_are_gathered_only_where_they_share_a_time(monkeypatch, events_of_a_second):
    log, gathered, rows_of = EventLog(), [], CausalKeys._rows

    def counting(keys, start, stop):
        rows = rows_of(keys, start, stop)
        gathered.extend(rows)
        return rows

    monkeypatch.setattr(CausalKeys, "_rows", counting)
    log.append(Event((JOINED, LEFT)[i % 2], "p", after(i)) for i in range(5_000))
    log.append(Event(PUBLISH_ERROR, "p", after(7_000)) for _ in range(events_of_a_second))
    keys = CausalKeys(log)
    keys.extend(len(log))
    settled(keys)
    assert len(gathered) == (events_of_a_second if events_of_a_second > 1 else 0)


def test_settling_a_page_of_one_of_many_looks_at_that_participant_only(looked_at):
    log = EventLog()
    keys = CausalKeys(log)
    for page in range(20):
        # Everybody comes and goes in the same seconds, so that every page goes into the middle.
        log.append(
            Event((LEFT, JOINED)[i % 2], f"p{page % 10}", after(i + page % 3)) for i in range(50)
        )
        keys.extend(len(log))
        looked_at.clear()
        settled(keys)
        # All of its events, and once more to gather those that share a time.
        own = 50 if page < 10 else 100
        assert own <= len(looked_at) <= 2 * own


def test_how_one_participant_is_ordered_does_not_depend_on_the_others():
    own = [(1, JOINED), (2, LEFT), (2, JOINED), (3, PUBLISH_ERROR), (4, JOINED), (4, LEFT)]
    others = [(2, JOINED), (2, LEFT), (4, LEFT), (4, JOINED)]
    log = log_of(
        [Event(name, "p", after(second)) for second, name in own]
        + [Event(name, "q", after(second)) for second, name in others]
    )
    alone = names_in_order(*own)
    mixed = [i for i in causal_order(log, range(len(log))) if log.participant(i) == "p"]
    assert [log.name(i) for i in mixed] == alone


def first_impossible(log, order, *, ends_may_be_missing):
    """The first position that cannot have followed those before it; None when all can.

    A start is never missing, so what ends must have been on, and on only inside a stay.
    """
    is_in, on = False, set()
    for at in order:
        event = log[at]
        name = event.name
        family, is_start = FAMILIES.get(name, (None, name == TOKEN_EXCHANGED))
        if family == "stay":
            if is_in is is_start and not (ends_may_be_missing and is_start):
                return at
            if on and not ends_may_be_missing:
                return at
            is_in, on = is_start, set()
        elif is_start and not is_in:
            return at
        elif family is not None:
            thing = family, event.remote_participant_id, event.destination_session_id
            if (thing in on) is is_start and not (ends_may_be_missing and is_start):
                return at
            (on.add if is_start else on.discard)(thing)
    return None


@given(st.randoms(use_true_random=False))
def test_many_reconnects_of_a_publisher_in_one_second_come_in_an_order_that_is_possible(rng):
    names = [PUBLISH_STOPPED, LEFT, JOINED, PUBLISH_STARTED] * 3
    rng.shuffle(names)
    rows = [(0, JOINED), (0, PUBLISH_STARTED), *((1, name) for name in names), (2, LEFT)]
    rows.insert(-1, (2, PUBLISH_STOPPED))
    log = log_of([Event(name, "p", after(second)) for second, name in rows])
    order = causal_order(log, range(len(log)))
    assert first_impossible(log, order, ends_may_be_missing=False) is None


FAMILIES = {
    JOINED: ("stay", True),
    LEFT: ("stay", False),
    PUBLISH_STARTED: ("publish", True),
    PUBLISH_STOPPED: ("publish", False),
    SUBSCRIBE_STARTED: ("subscribe", True),
    SUBSCRIBE_STOPPED: ("subscribe", False),
    REPLICATION_STARTED: ("replication", True),
    REPLICATION_STOPPED: ("replication", False),
}


def in_whole_seconds(faults):
    """World, participant and log of simulated histories that lose but what the faults say."""
    for world in all_worlds(faults):
        for name in world.view.of_extent(Extent.WHOLE):
            log, _ = event_log(world.view, name)
            if not any((log.time_us(at) or 0) % 1_000_000 for at in range(len(log))):
                yield world, name, log


SWAPPED = frozenset({Fault.SWAPPED})
CRASHED = frozenset({Fault.MISSING_END})
MOVED = SWAPPED | {Fault.SHUFFLED, Fault.LISTED_TWICE}


@pytest.mark.parametrize("faults", [CLEAN, SWAPPED, MOVED, MOVED | CRASHED])
def test_a_simulated_history_comes_in_an_order_that_can_have_happened(faults):
    looked_at = 0
    for world, _, log in in_whole_seconds(faults):
        looked_at += 1
        order = causal_order(log, range(len(log)))
        wrong = first_impossible(log, order, ends_may_be_missing=bool(faults & CRASHED))
        assert wrong is None, world
    assert looked_at > 300


@pytest.mark.parametrize(
    "faults", [MOVED, MOVED | ENDS_MISSING, MOVED | ENDS_MISSING | {Fault.DOUBLED, Fault.LATE}]
)
def test_no_order_of_a_simulated_history_contradicts_its_spans(faults):
    pairs = 0
    for world, name, _ in in_whole_seconds(faults):
        log, _, history = read_history(world.view, name)
        order = causal_order(log, range(len(log)))
        place = {at: index for index, at in enumerate(order)}
        tracks = history.stays.intervals, history.publishing.intervals, *history.subscribed
        for intervals in tracks:
            for one in intervals:
                if one.is_paired:
                    pairs += 1
                    assert place[one.start] < place[one.stop], (world, one)
    assert pairs > 300


@pytest.mark.parametrize("heard", [PUBLISH_STARTED, SUBSCRIBE_STARTED])
def test_who_is_heard_of_later_came_back_and_did_not_leave(heard):
    # Of a list whose older half is not read: JOINED, LEFT and then a start cannot have been.
    assert names_in_order((1, JOINED), (1, LEFT), (2, heard)) == [LEFT, JOINED, heard]
    assert names_in_order((0, heard), (1, JOINED), (1, LEFT)) == [heard, LEFT, JOINED]
    assert names_in_order((1, JOINED), (1, LEFT), (1, heard)) == [JOINED, heard, LEFT]
