"""Spans: which event ends what another one began, however the answer is ordered."""

import random
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.analysis import spans as spans_module
from ivscope.analysis.histories import read_so_far
from ivscope.analysis.intervals import LATEST, NOTHING_KNOWN, SPAN_NAMES, Reach, Why
from ivscope.analysis.spans import Spans
from ivscope.domain.events import (
    JOIN_ERROR,
    JOINED,
    LEFT,
    PUBLISH_STARTED,
    PUBLISH_STOPPED,
    REPLICATION_STARTED,
    REPLICATION_STOPPED,
    SUBSCRIBE_STARTED,
    SUBSCRIBE_STOPPED,
    Event,
)
from ivscope.domain.times import UnreadableTime
from ivscope.provider.store import indexes
from ivscope.provider.store.event_log import EventLog
from support.shown_rows import at, log_of


def event(name, seconds, **members):
    time = None if seconds is None else at(seconds)
    return Event(name=name, participant_id=members.pop("who", "host"), time=time, **members)


LIVE = Reach(connected_at=LATEST)
"""Read to the end, and connected when it was."""


def pairs(log):
    spans = Spans(log)
    found = {}
    for position in range(len(log)):
        span = spans.span_of(position, Reach())
        if span is not None and span.other is not None:
            found[position] = span.other
    return found


def span(events, position, *, complete=True, live=False):
    log, reach = log_of(events), LIVE if live else Reach()
    return Spans(log).span_of(position, reach if complete else read_so_far(log, reach))


def key(one):
    """The pairing rules, written down a second time."""
    family = next(place for place, names in enumerate(SPAN_NAMES) if one.name in names)
    remote = one.remote_participant_id if family == 2 else None
    place = (one.destination_stage_arn, one.destination_session_id) if family == 3 else None
    return family, one.participant_id, remote, place


EVENTS = st.builds(
    Event,
    name=st.sampled_from([name for names in SPAN_NAMES for name in names] + [JOIN_ERROR]),
    participant_id=st.sampled_from(["a", "b"]),
    time=st.one_of(st.none(), st.integers(0, 12).map(at)),
    remote_participant_id=st.sampled_from([None, "p", "q"]),
    destination_session_id=st.sampled_from([None, "st-1", "st-2"]),
    replica=st.sampled_from([None, True]),
)
LOGS = st.lists(EVENTS, max_size=40)


@given(LOGS)
def test_every_start_has_at_most_one_end_and_the_end_points_back(events):
    log = log_of(events)
    found = pairs(log)
    for position, other in found.items():
        assert found[other] == position != other
        one, two = log[position], log[other]
        assert {one.name, two.name} in [set(names) for names in SPAN_NAMES]
        assert key(one) == key(two)
        start, end = (one, two) if one.name in {names[0] for names in SPAN_NAMES} else (two, one)
        assert start.time <= end.time


@given(LOGS)
def test_spans_of_one_key_follow_each_other_and_hold_no_other_half(events):
    log = log_of(events)
    stays = defaultdict(list)
    for position, other in pairs(log).items():
        if log[position].name in {names[0] for names in SPAN_NAMES}:
            stays[key(log[position])].append((log[position].time, log[other].time))
    for family, spans in stays.items():
        spans.sort()
        for (_, end), (start, _) in pairwise(spans):
            assert end <= start
        for one in events:
            if one.name != JOIN_ERROR and one.time is not None and key(one) == family:
                assert not any(start < one.time < end for start, end in spans)


def outcome(events):
    """What the reader is told of events that cannot be told apart, without their places."""
    log = log_of(events)
    spans = Spans(log)
    told = []
    for position, one in enumerate(log):
        of = spans.span_of(position, LIVE)
        if of is not None:
            told.append((one.name, one.time, one.replica, key(one), of.other_time, of.why))
    return Counter(told)


@given(LOGS, st.randoms(use_true_random=False))
def test_spans_do_not_depend_on_the_order_of_the_answer(events, chance):
    shuffled = events[:]
    chance.shuffle(shuffled)
    assert outcome(events) == outcome(shuffled) == outcome(events[::-1])


@given(st.lists(LOGS.filter(bool), min_size=1, max_size=4))
@settings(max_examples=50, deadline=None)
def test_spans_read_page_by_page_are_those_read_at_once(pages):
    log = log_of([])
    spans = Spans(log)
    for page in pages:
        log.append(page)
        for position in range(len(log)):
            spans.span_of(position, NOTHING_KNOWN)
    whole = Spans(log)
    for position in range(len(log)):
        once = whole.span_of(position, LIVE)
        assert spans.span_of(position, LIVE) == once


DENSE = st.lists(
    st.builds(event, st.sampled_from([JOINED, LEFT, JOIN_ERROR]), st.integers(0, 8)), max_size=30
)


@pytest.mark.slow
@given(LOGS | DENSE, st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_what_the_events_around_tell_is_what_all_events_tell(events, chance):
    timed = [one for one in events if one.time is not None]
    chance.shuffle(timed)
    timed.sort(key=lambda one: one.time, reverse=chance.random() < 0.5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexes, "BLOCK", 2)
        near = outcome(timed)
        unordered = outcome(sorted(timed, key=repr))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spans_module, "_MOST", 1)
        assert near == outcome(timed) == unordered


ERROR_AT_0, ERROR_AT_1, ERROR_AT_4 = (event(JOIN_ERROR, seconds) for seconds in (0, 1, 4))
LATE_STAY = [event(JOINED, 3), event(LEFT, 3)]


@pytest.mark.parametrize(
    ("block", "events", "wanted"),
    [
        # Whether something had begun before the joint of two stays shows farther away only.
        (
            4,
            [
                event(JOINED, 0),
                *[ERROR_AT_1] * 3,
                *(event(JOINED, 2), event(LEFT, 2), *LATE_STAY),
                *[ERROR_AT_4] * 3,
                event(LEFT, 5),
            ],
            {0: 5, 4: 7, 6: 11},
        ),
        # The end of the stay before lies in the same instant, but in another block.
        (
            2,
            [ERROR_AT_0, event(LEFT, 2), event(JOINED, 2), *LATE_STAY, *[ERROR_AT_4] * 3],
            {2: 1, 3: 4},
        ),
        # So does the start that takes the end away.
        (
            2,
            [
                ERROR_AT_0,
                *(event(JOINED, 1, replica=True), event(LEFT, 1), event(JOINED, 1)),
                *[ERROR_AT_4] * 3,
            ],
            {3: 2},
        ),
    ],
)
def test_a_look_at_the_events_around_is_not_content_with_half_an_instant(
    block, events, wanted, monkeypatch
):
    monkeypatch.setattr(indexes, "BLOCK", block)
    assert pairs(log_of(events)) == wanted | {end: start for start, end in wanted.items()}


def test_where_many_instants_leave_it_open_what_had_begun_all_halves_are_paired_once():
    events = [event(JOINED, 0)]
    events += [event(name, seconds) for seconds in range(1, 3_000) for name in (LEFT, JOINED)]
    log = log_of(events)
    spans = Spans(log)

    def other(position):
        return spans.span_of(position, Reach()).other

    assert [other(2 * at) for at in (0, 1_000, 2_998)] == [1, 2_001, 5_997]
    log.append([event(LEFT, 3_000)])
    assert other(len(log) - 2) == len(log) - 1


def test_a_stay_lasts_from_joined_to_left_seen_from_both_ends():
    events = [event(LEFT, 3_210), event(JOINED, 0)]
    stay = span(events, 1)
    assert (stay.other, stay.other_name, stay.is_start, stay.why) == (0, LEFT, True, None)
    assert stay.duration.total_seconds() == 3_210
    back = span(events, 0)
    assert (back.other, back.other_name, back.is_start) == (1, JOINED, False)
    assert back.duration == stay.duration


def test_subscriptions_pair_per_publisher():
    events = [
        event(SUBSCRIBE_STARTED, 1, remote_participant_id="p"),
        event(SUBSCRIBE_STARTED, 2, remote_participant_id="q"),
        event(SUBSCRIBE_STOPPED, 3, remote_participant_id="p"),
        event(SUBSCRIBE_STOPPED, 4, remote_participant_id="q"),
    ]
    assert pairs(log_of(events)) == {0: 2, 2: 0, 1: 3, 3: 1}


def test_replications_pair_per_destination_and_publishing_per_participant():
    one = {"destination_stage_arn": "arn:one", "destination_session_id": "st-1"}
    two = {"destination_stage_arn": "arn:one", "destination_session_id": "st-2"}
    events = [
        event(REPLICATION_STARTED, 1, **one),
        event(REPLICATION_STARTED, 2, **two),
        event(REPLICATION_STOPPED, 3, **one),
        event(PUBLISH_STARTED, 1, who="a"),
        event(PUBLISH_STARTED, 2, who="b"),
        event(PUBLISH_STOPPED, 3, who="a"),
    ]
    assert pairs(log_of(events)) == {0: 2, 2: 0, 3: 5, 5: 3}


def test_reconnecting_within_one_second_ends_the_old_stay_first():
    events = [event(JOINED, 0), event(JOINED, 9), event(LEFT, 9), event(LEFT, 20)]
    assert pairs(log_of(events)) == {0: 2, 2: 0, 1: 3, 3: 1}


def test_a_stay_within_one_second_begins_before_it_ends():
    assert pairs(log_of([event(LEFT, 5), event(JOINED, 5)])) == {0: 1, 1: 0}


def test_an_end_that_was_lost_does_not_lend_its_start_the_next_end():
    events = [event(JOINED, 0), event(JOINED, 50), event(LEFT, 60)]
    assert pairs(log_of(events)) == {1: 2, 2: 1}
    assert span(events, 0, live=True).why is Why.END_MISSING


@pytest.mark.parametrize("name", [names[0] for names in SPAN_NAMES])
@pytest.mark.parametrize(
    ("complete", "live", "why"),
    [
        (True, True, None),
        (True, False, Why.END_MISSING),
        (False, True, Why.NOT_READ),
        (False, False, Why.NOT_READ),
    ],
)
def test_a_start_alone_says_why(name, complete, live, why):
    found = span([event(name, 1)], 0, complete=complete, live=live)
    assert (found.other, found.why, found.is_open) == (None, why, why is None)


@pytest.mark.parametrize("name", [names[1] for names in SPAN_NAMES])
@pytest.mark.parametrize(("complete", "why"), [(True, Why.START_MISSING), (False, Why.NOT_READ)])
def test_an_end_alone_is_never_open(name, complete, why):
    for live in (True, False):
        assert span([event(name, 1)], 0, complete=complete, live=live).why is why


@pytest.mark.parametrize("left", [5, 9])
def test_nothing_is_still_open_once_its_participant_left(left):
    events = [event(JOINED, 0), event(PUBLISH_STARTED, 5), event(LEFT, left)]
    assert span(events, 1, live=True).why is Why.END_MISSING


def test_what_began_in_the_second_of_a_reconnect_may_be_of_either_stay():
    events = [event(JOINED, 0), event(PUBLISH_STARTED, 5), event(LEFT, 5), event(JOINED, 5)]
    assert span(events, 1, live=True).why is Why.TIE
    events[3] = replace(events[3], time=at(6))
    assert span(events, 1, live=True).why is Why.END_MISSING


def test_a_stop_after_a_reconnect_ends_nothing_of_the_stay_before():
    events = [
        event(PUBLISH_STARTED, 1),
        event(LEFT, 300),
        event(JOINED, 310),
        event(PUBLISH_STOPPED, 400),
    ]
    start, stop = span(events, 0), span(events, 3)
    assert (start.other, start.why, start.left) == (None, Why.END_MISSING, 1)
    assert (stop.other, stop.why) == (None, Why.START_MISSING)


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        # Newest first, and the older half of the second of the last event is not read.
        ([(540, LEFT), (0, LEFT), (0, JOINED)], {0: 2, 2: 0}),
        ([(540, LEFT), (0, JOINED)], {0: 1, 1: 0}),
        ([(540, JOIN_ERROR), (0, LEFT), (0, JOINED)], {}),
        # Oldest first.
        ([(0, JOINED), (540, LEFT), (541, JOIN_ERROR)], {0: 1, 1: 0}),
        ([(0, JOINED), (540, LEFT)], {}),
        # In no order.
        ([(0, JOINED), (540, LEFT), (300, JOIN_ERROR)], {}),
    ],
)
def test_of_what_is_not_read_whole_only_pairs_that_are_forced_are_told(events, wanted):
    log = log_of([event(name, seconds) for seconds, name in events])
    spans, reach = Spans(log), read_so_far(log, Reach())
    found = [spans.span_of(position, reach) for position in range(len(log))]
    told = {one.position: one.other for one in found if one is not None and one.other is not None}
    assert told == wanted
    assert {one.why for one in found if one is not None} == {Why.NOT_READ}


@pytest.mark.parametrize("time", [None, UnreadableTime("soon")])
def test_an_event_without_a_time_is_not_paired_and_leaves_the_question_open(time):
    events = [event(JOINED, 0), replace(event(LEFT, 9), time=time), event(PUBLISH_STARTED, 1)]
    assert pairs(log_of(events)) == {}
    for position in range(3):
        assert span(events, position, live=True).why is Why.NO_TIME


def test_an_event_that_neither_begins_nor_ends_has_no_span():
    assert span([event(JOIN_ERROR, 0)], 0) is None
    assert span([event(None, 0)], 0) is None
    assert span([event("STAGE_FROZEN", 0)], 0) is None


def is_move_of(one, who):
    return one.participant_id == who and one.name in SPAN_NAMES[0]


def test_among_many_blocks_the_spans_are_those_of_the_neighbours():
    chance = random.Random(4)  # noqa: S311 - the same events every time
    names = [name for names in SPAN_NAMES[:3] for name in names]
    events = [
        event(
            chance.choice(names),
            seconds,
            who=f"p{chance.randrange(4)}",
            remote_participant_id=f"r{chance.randrange(50)}",
        )
        for seconds in range(20_000)
    ]
    log = log_of(events)
    spans = Spans(log)
    for position in range(0, 20_000, 777):
        one = log[position]
        after = (
            other
            for other in range(position + 1, len(log))
            if log.name(other) in names
            and (key(log[other]) == key(one) or is_move_of(log[other], one.participant_id))
        )
        following = next(after, None)
        if one.name.endswith(("STARTED", "JOINED")):
            ends = following is not None and key(log[following]) == key(one)
            ends = ends and log.name(following).endswith(("STOPPED", "LEFT"))
            wanted = following if ends else None
            assert spans.span_of(position, LIVE).other == wanted


class CountingLog(EventLog):
    """Counts the rows that are looked at."""

    __slots__ = ("looked_at",)

    def kinds_of(self, start, stop):
        self.looked_at = getattr(self, "looked_at", 0) + stop - start
        return super().kinds_of(start, stop)


def looked_at_for_one_span(size):
    """A long log of one participant that comes and goes, publishes and subscribes."""
    names = (JOINED, PUBLISH_STARTED, *[SUBSCRIBE_STARTED, SUBSCRIBE_STOPPED] * 9, PUBLISH_STOPPED)
    log = CountingLog()
    log.append(
        event((*names, LEFT)[at % 22], at // 2, remote_participant_id=f"r{at % 5}")
        for at in range(size)
    )
    spans = Spans(log)
    for position in range(size // 2, size // 2 + 22):
        assert spans.span_of(position, Reach()) is not None
    return log.looked_at


def test_the_span_of_an_event_costs_the_same_in_a_log_of_any_length():
    assert looked_at_for_one_span(88_000) <= looked_at_for_one_span(22_000) * 1.2
