"""EventView: rows, hits and their places, whatever happens in whatever order."""

from array import array
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.analysis import causal_order as causal_order_module
from ivscope.analysis import event_view, sorted_rows
from ivscope.analysis.causal_order import causal_order
from ivscope.analysis.event_view import EventView
from ivscope.domain.events import JOINED, SUBSCRIBE_ERROR, TOKEN_EXCHANGED, Event
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.event_log import EventLog
from support.query_cases import START, USERS, any_events, filter_texts, paired_events, passes, read


def finish(view: EventView) -> None:
    for _ in range(1_000):
        if not view.work(0):
            return
    raise AssertionError("work never ends")


def log_of(rows) -> EventLog:
    log = EventLog()
    log.append(rows)
    return log


def rows_of(view: EventView) -> list[int]:
    return [view.position(row) for row in range(len(view))]


def expected_rows(view: EventView) -> list[int]:
    log = view.log
    if view.by_time:
        order = causal_order(log, range(len(log)))
    else:
        order = range(len(log)) if log.sequence is None else log.sequence
    return [i for i in order if view.filter is None or passes(view.filter, log[i])]


def check(view: EventView) -> None:
    """Everything the view says against the plain reading of its filter and search."""
    rows = expected_rows(view)
    assert not view.left
    assert len(view) == len(rows)
    assert rows_of(view) == rows
    assert list(view.positions(0, len(rows))) == rows
    assert list(view.positions(1, 4)) == rows[1:4]
    assert view.examined == view.searched == view.total == len(view.log)
    for row, position in enumerate(rows):
        assert view.row_at(position) == row
    for position in range(len(view.log)):
        assert view.is_shown(position) == (position in rows)
        assert 0 <= view.row_at(position) <= max(0, len(rows) - 1)
    wanted = view.search
    hits = [row for row, i in enumerate(rows) if wanted is not None and passes(wanted, view.log[i])]
    assert view.hit_count == len(hits)
    assert view.hit_number(len(rows)) is None
    for row, position in enumerate(rows):
        assert view.is_hit(position) == (row in hits)
        assert view.hit_number(row) == (hits.index(row) + 1 if row in hits else None)
        assert view.next_hit(row, 1) == min((hit for hit in hits if hit > row), default=None)
        assert view.next_hit(row, -1) == max((hit for hit in hits if hit < row), default=None)


steps = st.one_of(
    st.tuples(st.just("append"), st.lists(any_events | paired_events, max_size=8)),
    st.tuples(st.just("filter"), st.none() | filter_texts),
    st.tuples(st.just("search"), st.none() | filter_texts),
    st.tuples(st.just("by_time"), st.booleans()),
    st.tuples(st.just("work"), st.integers(1, 5)),
    st.tuples(st.just("first"), st.lists(any_events, max_size=3)),
    st.tuples(st.just("shuffle"), st.randoms(use_true_random=False)),
    st.tuples(st.just("reset"), st.lists(any_events, max_size=8)),
)


@pytest.fixture(autouse=True, params=[1, 16])
def _small_pieces(monkeypatch, request):
    # With 1, rows are taken from the order of all only where all were found.
    monkeypatch.setattr(sorted_rows, "_SPARSE", request.param)
    monkeypatch.setattr(event_view, "_FIRST_ROWS", 3)
    monkeypatch.setattr(event_view, "_MOST_ROWS", 3)
    monkeypatch.setattr(event_view, "_MOST_NEW_ROWS", 3)
    for name, value in {"_FEW": 1, "_NEAR": 0, "_STEP_ROWS": 3, "_BUCKETS": 3}.items():
        monkeypatch.setattr(sorted_rows, name, value)
    monkeypatch.setattr(causal_order_module, "_STEP_ROWS", 3)


@pytest.mark.slow
@settings(deadline=None, max_examples=100)
@given(st.lists(any_events | paired_events, max_size=20), st.lists(steps, max_size=12))
def test_whatever_happens_the_view_shows_what_passes_in_its_order(rows, script):
    log = log_of(rows)
    view = EventView(log, USERS.get)
    for step, value in script:
        if step == "append":
            log.append(value)
        elif step == "filter":
            view.set_filter(None if value is None else read(value))
        elif step == "search":
            view.set_search(None if value is None else read(value))
        elif step == "by_time":
            view.set_by_time(value)
        elif step == "first":
            returned_first(log, value)
        elif step == "shuffle":
            sequence = list(range(len(log)))
            value.shuffle(sequence)
            rearrange(log, sequence)
        elif step == "reset":
            log = log_of(value)
            view.reset(log)
        else:
            for _ in range(value):
                view.work(0)
        assert all(view.row_at(view.position(row)) == row for row in range(len(view)))
    finish(view)
    check(view)


def returned_first(log: EventLog, rows) -> None:
    """What a refresh does with events that are new and newest."""
    start = len(log)
    before = range(start) if log.sequence is None else log.sequence[:]
    log.append(rows)
    rearrange(log, [*range(start, len(log)), *before])


def rearrange(log: EventLog, sequence: list[int]) -> None:
    log.sequence = array("I", sequence)
    log.sequence_version += 1


def test_without_a_filter_every_event_is_a_row_at_once():
    view = EventView(log_of([Event(JOINED)] * 10))
    assert len(view) == view.examined == 10
    assert view.positions(2, 5) == range(2, 5)
    view.set_filter(read("name:LEFT"))
    view.show_all()
    assert len(view) == 10


def test_rows_change_only_when_the_view_is_told_to_work():
    log = log_of([Event(JOINED)] * 3)
    view = EventView(log)
    log.append([Event(JOINED)])
    assert len(view) == view.total == 3
    assert view.work(0) is False
    assert len(view) == view.total == 4


def test_rows_found_so_far_can_be_used_and_progress_is_told():
    view = EventView(log_of([Event(JOINED), Event("OTHER")] * 5))
    view.set_filter(read("name:JOINED"))
    assert (len(view), view.examined, view.total) == (0, 0, 10)
    assert view.work(0) is True
    assert rows_of(view) == [0, 2]
    assert (view.examined, view.total) == (3, 10)


def test_a_new_filter_cancels_the_old_one():
    view = EventView(log_of([Event(JOINED), Event("OTHER")] * 5))
    view.set_filter(read("name:JOINED"))
    view.work(0)
    view.set_filter(read("name:OTHER"))
    finish(view)
    assert rows_of(view) == [1, 3, 5, 7, 9]


def test_a_hidden_position_has_the_row_of_the_next_one_that_is_shown():
    view = EventView(log_of([Event(name) for name in "abacab"]))
    view.set_filter(read("name:b"))
    finish(view)
    assert [view.row_at(i) for i in range(6)] == [0, 0, 1, 1, 1, 1]
    view.set_filter(read("name:c"))
    finish(view)
    assert [view.row_at(i) for i in range(6)] == [0] * 6
    view.set_filter(read("name:nothing"))
    finish(view)
    assert view.row_at(3) == 0


def test_a_restart_keeps_filter_search_and_order():
    view = EventView(log_of([Event(JOINED, time=START)]))
    view.set_filter(read("error:yes"))
    view.set_search(read("quota"))
    view.set_by_time(True)
    fresh = log_of([Event(JOINED), Event(SUBSCRIBE_ERROR, error_code="QUOTA_EXCEEDED")])
    view.reset(fresh)
    finish(view)
    assert view.log is fresh
    assert (view.filter.text, view.search.text, view.by_time) == ("error:yes", "quota", True)
    assert rows_of(view) == [1]
    assert view.hit_count == 1


class CountingLog(EventLog):
    built = 0
    rare_read = 0
    rows_read = 0

    def rare(self, position):
        self.rare_read += 1
        return super().rare(position)

    def kinds_of(self, start, stop):
        found = super().kinds_of(start, stop)
        self.rows_read += len(found)
        return found

    def _event(self, position):
        self.built += 1
        return super()._event(position)

    def columns(self, start, stop):
        found = super().columns(start, stop)
        self.rows_read += len(found.kinds)
        return found


@pytest.mark.parametrize("change", [EventView.set_filter, EventView.set_search])
def test_while_tokens_are_slow_a_piece_of_work_looks_at_one(monkeypatch, change):
    """Their attributes can be long, and an expression is looked for in each of them."""
    monkeypatch.setattr(event_view, "_PIECE_SECONDS", 0)  # Nothing is quick.
    token = ParticipantToken(attributes=(("role", "guest"),))
    log = CountingLog()
    log.append([Event(JOINED, "p1", START), Event(TOKEN_EXCHANGED, "p1", new_token=token)] * 20)
    view = EventView(log)
    change(view, read("attr:/gu.*t/"))
    while view.work(0):
        assert log.rare_read <= 1
        log.rare_read = 0
    assert len(view) + view.hit_count in {20, 60}


@pytest.mark.parametrize("by_time", [False, True])
def test_filter_search_and_order_build_no_event(by_time):
    log = CountingLog()
    log.append([Event(SUBSCRIBE_ERROR, "p", START, error_code="QUOTA")] * 500)
    view = EventView(log)
    view.set_by_time(by_time)
    view.set_filter(read("error:yes !name:LEFT"))
    view.set_search(read("quota"))
    finish(view)
    assert view.hit_count == 500
    assert log.built == 0


@pytest.mark.parametrize("by_time", [False, True])
def test_a_page_costs_a_look_at_that_page_only(by_time):
    log = CountingLog()
    log.append(
        Event(SUBSCRIBE_ERROR, "p", START + timedelta(seconds=i), error_code="QUOTA")
        for i in range(500)
    )
    view = EventView(log)
    view.set_by_time(by_time)
    view.set_filter(read("error:yes"))
    view.set_search(read("quota"))
    finish(view)
    log.append([Event(JOINED, "p", START.replace(minute=59), error_code="QUOTA")])
    log.append([Event(JOINED, "p", START.replace(minute=59))] * 20)
    log.rows_read = 0
    finish(view)
    assert view.hit_count == 501
    # Filter, keys and settling read each new row once, the search its kind and then the rest.
    assert log.rows_read <= 5 * 21 + 1
