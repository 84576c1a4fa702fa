"""Saved events: the first line is read as it was written, and the order of rows is their own."""

import json
from array import array
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.domain.events import Event
from ivscope.domain.saved_head import BY_TIME, SavedHead, read_head
from ivscope.export.saved_events import by_person, saved_lines

TEXTS = st.text(max_size=8)
COUNTS = st.integers(0, 10**9)
HEADS = st.builds(
    SavedHead,
    stage_arn=TEXTS,
    session_id=TEXTS,
    participant_id=st.none() | st.text(min_size=1, max_size=8),
    saved_at=TEXTS,
    saved=COUNTS,
    loaded=COUNTS,
    contradicting=COUNTS,
    is_complete=st.booleans(),
    all_read_at=st.none() | st.text(min_size=1, max_size=8),
    coverage=TEXTS,
    order=TEXTS,
    filter=TEXTS,
    user_ids=st.dictionaries(TEXTS, TEXTS, max_size=3),
    without_events=st.lists(st.text(min_size=1, max_size=8), max_size=3).map(tuple),
)

HEAD = SavedHead("arn", "st-1", None, "", 3, 9, 0, True, "then", "all 4 participants", BY_TIME, "")


@given(HEADS)
def test_the_first_line_is_read_as_it_was_written(head):
    line = next(saved_lines(head, []))
    assert read_head(json.loads(line)) == head


@given(st.dictionaries(st.sampled_from(list(HEAD.document())), st.integers() | TEXTS | st.none()))
def test_a_first_line_of_another_make_is_read_without_a_failure(members):
    head = read_head({**members, "ivscope": "events"})
    assert read_head(json.loads(json.dumps(head.document()))) == head
    assert read_head({**members, "ivscope": "record"}) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abc")), max_size=12), st.randoms())
def test_rows_do_not_stand_by_who_was_read_first(events, chance):
    """Whoever is read first: the same rows, each participant's in the order returned."""

    def written(people):
        log = [
            (key, who, at) for who in people for at, (key, one) in enumerate(events) if one == who
        ]
        keys = array("q", [key for key, _, _ in log])
        positions = sorted(range(len(log)), key=keys.__getitem__)
        by_time = by_person(positions, keys, lambda at: log[at][1])
        assert sorted(by_time) == list(range(len(log)))
        returned = by_person(range(len(log)), None, lambda at: log[at][1])
        return [log[at] for at in by_time], [log[at] for at in returned]

    people = list("abc")
    chance.shuffle(people)
    assert written(people) == written("abc")


@pytest.mark.parametrize(
    ("own", "is_all", "says"),
    [
        ({}, True, ("all 4 participants", True, 9, BY_TIME, "code:X")),
        ({"filter": "who:Y"}, True, ("all 4 participants", True, 9, BY_TIME, "code:X who:Y")),
        ({}, False, ("3 named", False, 3, BY_TIME, "code:X")),
        (
            {"order": "newest first"},
            True,
            ("all 4 participants", True, 9, "newest first", "code:X"),
        ),
        ({"participant_id": "p"}, True, ("3 named", True, 3, BY_TIME, "code:X")),
    ],
    ids=["again", "with a filter more", "in part", "in another order", "one of them"],
)
def test_what_is_saved_again_says_what_the_file_said(own, is_all, says):
    shown = replace(HEAD, loaded=3, coverage="3 named", all_read_at=None)
    again = replace(shown, **own).as_part_of(replace(HEAD, filter="code:X"), is_all_of_it=is_all)
    assert (again.coverage, again.is_complete, again.loaded, again.order, again.filter) == says


def test_an_event_in_the_list_of_another_one_says_in_whose():
    events = [Event("LEFT", "a"), Event("LEFT", "b"), Event("LEFT", None)]
    _, *rows = map(json.loads, saved_lines(HEAD, events, ["a", "a", "c"]))
    assert [row.get("ivscopeListOf") for row in rows] == [None, "a", "c"]
