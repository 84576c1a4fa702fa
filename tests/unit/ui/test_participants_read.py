"""What the picker tells of participants: columns that differ, and what their events tell."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, ParticipantSummary, SessionScope
from ivscope.provider.store.event_log import EventLog
from ivscope.render.picker_rows import EventsRead, ParticipantColumns, SameUser, Seen
from ivscope.ui.explorer.participants_read import ParticipantsRead

pytestmark = pytest.mark.fast

SESSION = SessionScope("arn:aws:ivs:us-west-2:1:stage/abc", "st-1")
AT = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


def opened(*events, is_complete=True, is_read=True):
    """A store in which a person has opened one participant, p1."""
    log = EventLog()
    log.append(events)
    feed = SimpleNamespace(items=log, pages=int(is_read), is_complete=is_complete)
    scope = ParticipantScope(SESSION.stage_arn, SESSION.session_id, "p1")
    store = SimpleNamespace(
        opened_in=lambda session: {"p1": feed} if session == SESSION else {},
        opened_events=lambda asked: feed if asked == scope else None,
    )
    provider = SimpleNamespace(store=store, started_scan=lambda _session: None)
    return ParticipantsRead(provider, SESSION)


def listed(*rows, is_complete=True):
    """The list of participants, as a feed has it."""
    return SimpleNamespace(facts=list(rows), is_complete=is_complete)


def row(**fields):
    return ParticipantSummary(
        **{"participant_id": "p", "state": "DISCONNECTED", "published": True, **fields}
    )


def after(seconds):
    return AT + timedelta(seconds=seconds)


def test_a_column_that_says_the_same_for_everybody_is_said_once():
    people = ParticipantsRead()
    feed = listed(row(recording_state="DISABLED"), row(recording_state="FAILED"), row())
    people.count(feed)
    assert people.columns == ParticipantColumns(
        errors=False, state=False, published=False, recording=False
    )
    assert people.words == ("errors not read", "all left", "all published", "recording disabled")
    feed.facts.append(row(state="CONNECTED", published=False, recording_state="ACTIVE"))
    people.count(feed)
    assert people.columns == ParticipantColumns(errors=False)
    assert people.words == ("errors not read",)


def test_nothing_is_said_of_nobody():
    people = ParticipantsRead()
    people.count(listed())
    assert people.words == ()


def test_rows_that_are_read_anew_are_counted_anew():
    people = ParticipantsRead()
    people.count(listed(row(), row(state="CONNECTED")))
    assert people.columns.state
    people.count(listed(row()))
    assert not people.columns.state


def test_the_events_of_who_was_opened_tell_errors_the_commonest_code_and_stays():
    people = opened(
        Event("LEFT", "p1", after(60)),
        Event("PUBLISH_ERROR", "p1", after(50), error_code="QUOTA_EXCEEDED"),
        Event("JOIN_ERROR", "p1", after(40), error_code="OTHER"),
        Event("PUBLISH_ERROR", "p1", after(30), error_code="QUOTA_EXCEEDED"),
        Event("JOINED", "p1", after(20)),
        Event("JOINED", "p1", AT),
    )
    people.count(listed())
    assert people.columns.errors
    assert people.read("p1") == EventsRead(6, 3, True)
    assert people.see("p1") == Seen("QUOTA_EXCEEDED", 2, after(60), 2, after(60))
    assert people.read("p2") is None
    assert people.see("p2") == Seen()


@pytest.mark.parametrize(
    ("times", "stays", "left"),
    [
        ({"JOINED": [0]}, 1, None),
        ({"JOINED": [0], "LEFT": [9]}, 1, 9),
        ({"JOINED": [0, 20], "LEFT": [9]}, 2, None),
        ({"JOINED": [0, 0], "LEFT": [9]}, 1, 9),
        ({"JOINED": [0, 9, 9], "LEFT": [9]}, 2, 9),
        ({"LEFT": [9]}, 0, 9),
    ],
)
def test_a_joined_that_is_told_twice_begins_one_stay(times, stays, left):
    events = [Event(name, "p1", after(at)) for name, all_at in times.items() for at in all_at]
    seen = opened(*events).see("p1")
    assert (seen.stays, seen.left) == (stays, None if left is None else after(left))


@pytest.mark.parametrize(
    ("times", "seconds", "is_whole"),
    [
        ({"JOINED": [0], "LEFT": [90]}, None, True),
        ({"JOINED": [0], "PUBLISH_STARTED": [10], "PUBLISH_STOPPED": [70]}, 60, True),
        ({"JOINED": [0], "PUBLISH_STARTED": [10, 70], "PUBLISH_STOPPED": [20, 75]}, 15, True),
        # Who never stopped for all that is read published at least as long as the others tell.
        ({"JOINED": [0], "PUBLISH_STARTED": [10, 70], "PUBLISH_STOPPED": [20]}, 10, False),
        ({"JOINED": [0], "PUBLISH_STARTED": [10], "LEFT": [90]}, 0, False),
        ({"JOINED": [0], "PUBLISH_STOPPED": [20]}, 0, False),
    ],
)
def test_how_long_somebody_published_is_added_up_as_far_as_it_is_certain(times, seconds, is_whole):
    events = [Event(name, "p1", after(at)) for name, all_at in times.items() for at in all_at]
    seen = opened(*events).see("p1")
    assert (seen.published, seen.is_published_whole) == (seconds, is_whole)


def test_of_who_restarted_all_the_time_it_is_not_added_up_how_long_it_published():
    starts = [Event("PUBLISH_STARTED", "p1", after(2 * at)) for at in range(101)]
    stops = [Event("PUBLISH_STOPPED", "p1", after(2 * at + 1)) for at in range(100)]
    assert opened(*starts[:100], *stops).see("p1").published == 100
    assert opened(*starts, *stops).see("p1").published is None


def test_those_with_most_errors_come_first_when_asked_for_and_rejoins_stand_together():
    error = Event("PUBLISH_ERROR", "p1", AT, error_code="QUOTA_EXCEEDED")
    people = opened(error)
    rows = [row(participant_id=f"p{n}", user_id=user) for n, user in enumerate("axbac")]
    rows.insert(2, "what was typed")
    people.count(listed(*[one for one in rows if isinstance(one, ParticipantSummary)]))
    assert not people.by_errors
    people.sort()
    ids = [getattr(one, "participant_id", one) for one in people.arranged(rows)]
    assert ids == ["p1", "p0", "p3", "p2", "p4", "what was typed"]
    assert people.words[0] == "errors of 1 of 5, most first"
    people.sort()
    assert not people.by_errors
    assert people.words[0] == "errors of 1 of 5 read"


def test_who_shares_a_user_id_is_numbered_by_time_once_everybody_is_listed():
    people = ParticipantsRead()
    rows = [
        row(participant_id=f"p{n}", user_id=user, first_join_time=after(-n))
        for n, user in enumerate(["tariq", "tariq", "other", "tariq", "", ""])
    ]
    people.count(listed(*rows, is_complete=False))
    assert people.same_user(rows[0]) == SameUser(3, None, is_all=False)
    people.count(listed(*rows))
    told = [people.same_user(one) for one in rows]
    assert told == [
        SameUser(3, 3, is_all=True),
        SameUser(3, 2, is_all=True),
        None,
        SameUser(3, 1, is_all=True),
        None,
        None,
    ]
    people.count(listed(*rows), is_narrowed=True)
    assert people.same_user(rows[0]) == SameUser(3, None, is_all=False)


def test_those_who_joined_at_one_time_and_crowds_with_one_user_id_are_not_numbered():
    people = ParticipantsRead()
    pair = [row(participant_id=f"p{n}", user_id="x", first_join_time=AT) for n in range(2)]
    crowd = [
        row(participant_id=f"c{n}", user_id="guest", first_join_time=after(n)) for n in range(100)
    ]
    people.count(listed(*pair, *crowd))
    assert people.same_user(pair[0]) == SameUser(2, None, is_all=True)
    assert people.same_user(crowd[0]) == SameUser(100, None, is_all=True)


def test_nothing_is_told_before_the_first_page_and_that_more_can_come_before_the_last():
    people = opened(is_read=False)
    people.count(listed())
    assert not people.columns.errors
    assert people.read("p1") is None
    people = opened(Event("JOINED", "p1", AT), is_complete=False)
    assert people.read("p1") == EventsRead(1, 0, False)


def test_a_huge_list_is_not_counted_for_one_row():
    people = opened(*[Event("JOINED", "p1", AT)] * 20_001)
    assert people.see("p1") == Seen()
    assert people.read("p1") == EventsRead(20_001, 0, True)


def costing(count, *, is_complete=True, pace=4, may_grow=True, scan=None):
    """What reading everybody costs, as it is said beside the list of so many participants."""
    provider = SimpleNamespace(
        may_grow=may_grow,
        scan_limit=pace,
        started_scan=lambda _session: scan,
        store=SimpleNamespace(opened_in=lambda _session: {}),
    )
    people = ParticipantsRead(provider, SESSION)
    rows = [row(participant_id=f"p{number}") for number in range(count)]
    people.count(listed(*rows, is_complete=is_complete))
    return people.cost_words("i")


def test_calls_and_time_are_said_before_everybody_is_read():
    assert costing(2_400) == (
        "i reads those of all 2,400, 4 calls a second: 2,400 calls or more, 10 min or more."
    )
    assert costing(100, is_complete=False, pace=1) == (
        "i reads those of everybody, 1 call a second: "
        "100 calls or more, 1 min 40 s or more for those listed so far."
    )


def test_no_cost_is_said_of_what_is_soon_read_or_under_way_or_recorded():
    assert costing(40) == ""
    assert costing(41) != ""
    assert costing(2_400, may_grow=False) == ""
    assert costing(2_400, scan=SimpleNamespace(log=SimpleNamespace(log=()))) == ""
