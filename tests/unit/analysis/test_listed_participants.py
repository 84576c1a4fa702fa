"""Whoever is listed is known by id and counted by state, however the list came."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.listed_participants import ListedParticipants
from ivscope.domain.stages import ParticipantSummary
from ivscope.provider.store.append_list import AppendList

ROWS = st.lists(
    st.builds(
        ParticipantSummary,
        participant_id=st.sampled_from("abcde"),
        state=st.sampled_from([None, "CONNECTED", "DISCONNECTED"]),
    ),
    max_size=12,
)


def expected(rows):
    by_id = {row.participant_id: row for row in rows}
    return by_id, Counter(row.state for row in by_id.values())


@given(st.lists(ROWS, max_size=4))
def test_a_list_taken_page_by_page_is_that_taken_at_once(pages):
    rows, people = AppendList(), ListedParticipants()
    for page in pages:
        rows.append(page)
        people.take(rows)
    whole = ListedParticipants(row for page in pages for row in page)
    assert (people.rows, dict(people.states())) == (whole.rows, dict(whole.states()))
    assert (people.rows, Counter(dict(people.states()))) == expected(rows)


@given(ROWS, ROWS)
def test_a_list_begun_anew_takes_the_place_of_the_old_one(old, new):
    people = ListedParticipants()
    for page in (old, new):
        rows = AppendList()
        rows.append(page)
        people.take(rows)
    assert (people.rows, Counter(dict(people.states()))) == expected(new)


def test_the_commonest_state_comes_first():
    states = ["CONNECTED", "DISCONNECTED", "DISCONNECTED"]
    people = ListedParticipants(ParticipantSummary(str(n), state=s) for n, s in enumerate(states))
    assert people.states() == [("DISCONNECTED", 2), ("CONNECTED", 1)]
