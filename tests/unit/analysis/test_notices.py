"""What EventBridge has told stands beside what the API returned: a row is one, and never two."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.notices import Joined, Notices
from ivscope.domain.events import Event
from ivscope.domain.pages import Contradiction
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.domain.times import from_microseconds
from ivscope.provider.store.event_log import EventLog, EventTables

SESSION = SessionScope("arn", "st-1")
TOLD = st.tuples(
    st.integers(0, 3), st.sampled_from(["PUBLISH_STARTED", "PUBLISH_ERROR"]), st.just("")
)
ROWS = st.lists(st.tuples(st.sampled_from("ab"), TOLD), max_size=10)


def event(who, told, part_of_second=0):
    second, name, code = told
    return Event(name, who, from_microseconds(second * 1_000_000 + part_of_second), None, code)


def log_of(rows):
    log = EventLog(EventTables())
    log.append([event(who, told, 417_000) for who, told in rows])
    return log


@given(ROWS, ROWS, st.integers(0, 10))
def test_every_notice_finds_one_event_at_most_and_what_is_left_is_only_there(read, sent, first):
    told = {who: Counter(what for one, what in sent if one == who) for who in "ab"}
    log = log_of(read[:first])
    joined = Joined(log, told, None)
    joined.look()
    log.append([event(who, what) for who, what in read[first:]])
    joined.look()
    both = Counter(read) & Counter(sent)
    assert (joined.told, joined.here) == (len(sent), both.total())
    assert Counter((who, what) for what, who in joined.missing) == Counter(sent) - both
    assert [joined.has(at) for at in range(len(log))] == [row in sent for row in read]


def test_what_eventbridge_never_sends_and_what_contradicts_is_no_notice():
    what = (5, "PUBLISH_ERROR", "QUOTA_EXCEEDED")
    log = EventLog(EventTables())
    strange = Event(
        "PUBLISH_ERROR",
        "a",
        from_microseconds(5_000_000),
        None,
        "QUOTA_EXCEEDED",
        contradiction=Contradiction.REPEATED,
    )
    log.append([event("a", (5, "JOINED", "")), strange])
    joined = Joined(log, {"a": Counter([what])}, "a")
    joined.look()
    assert (joined.has(0), joined.here, joined.missing) == (None, 0, [(what, "a")])


def test_notices_of_another_session_and_another_participant_are_not_about_a_list():
    what = Counter([(5, "PUBLISH_ERROR", "")])
    elsewhere = SessionScope("arn", "st-2")
    scopes = [ParticipantScope("arn", session, who) for session in ("st-1", "st-2") for who in "ab"]
    notices = Notices("alerts.log", dict.fromkeys(scopes, what))
    assert notices.of(SESSION) == {"a": what, "b": what}
    assert Joined(log_of([]), notices.of(elsewhere), "b").told == 1
    assert Joined(log_of([]), notices.of(elsewhere), "c").told == 0


def test_a_notice_of_an_unknown_name_is_not_said_to_be_missing():
    rows = [("a", (5, "PUBLISH_ERROR", "QUOTA_EXCEEDED"))]
    joined = Joined(log_of(rows), {"a": Counter([(5, "Publish Error", "QUOTA_EXCEEDED")])}, "a")
    joined.look()
    assert (joined.told, joined.here, joined.missing) == (0, 0, [])
