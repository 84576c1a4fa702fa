"""Event tallies: each column counts the events and errors of its seconds."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.event_tally import Bucket, EventTally
from ivscope.analysis.time_window import window_between
from ivscope.domain.events import Event
from ivscope.provider.store.event_log import EventLog
from support.given_facts import at, event, log_of

events = st.lists(
    st.builds(
        event,
        st.one_of(st.none(), st.integers(0, 40), st.just(7.5)),
        st.sampled_from(["JOINED", "PUBLISH_ERROR"]),
    ),
    max_size=40,
)


@given(events, st.integers(0, 20), st.integers(1, 30), st.integers(1, 50), st.integers(0, 40))
def test_buckets_equal_a_naive_count(rows, start, length, columns, cut):
    log = log_of(rows[:cut])
    tally = EventTally(log)
    tally.advance(0)
    log.append(rows[cut:])
    while tally.advance(0):
        pass
    window = window_between(at(start), at(start + length))
    expected = [[0, 0] for _ in range(columns)]
    for one in rows:
        moment = None if one.time is None else one.time.replace(microsecond=0)
        column = None if moment is None else window.column_of(moment, columns)
        if column is not None:
            expected[column][0] += 1
            expected[column][1] += one.is_error
    assert tally.buckets(window, columns) == [Bucket(*counts) for counts in expected]


def test_the_span_holds_every_event():
    log = log_of([event(3, "JOINED"), event(None, "JOINED"), event(7.5, "LEFT")])
    tally = EventTally(log)
    assert tally.span is None
    tally.advance(1)
    assert tally.span == (at(3), at(8))
    buckets = tally.buckets(window_between(*tally.span), 5)
    assert [one.events for one in buckets] == [1, 0, 0, 0, 1]
    log.append([event(9, "LEFT")])
    tally.advance(1)
    assert tally.span == (at(3), at(9) + timedelta(seconds=1))


def test_years_that_four_bytes_do_not_hold_are_counted_like_others():
    days = [-(10**5), -(10**4), 0, 10**4, 10**5]
    log = EventLog()
    for day in days:
        log.append([Event("LEFT", "p", at(0) + timedelta(days=day))])
        log.append([Event("JOINED", "p", at(0) + timedelta(days=day, seconds=1))])
    tally = EventTally(log)
    tally.advance(1)
    first, last = (at(0) + timedelta(days=day) for day in (days[0], days[-1]))
    assert tally.span == (first, last + timedelta(seconds=2))
    for day in days:
        moment = at(0) + timedelta(days=day)
        buckets = tally.buckets(window_between(moment, moment + timedelta(seconds=2)), 2)
        assert [one.events for one in buckets] == [1, 1]
