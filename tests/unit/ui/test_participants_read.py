"""What the picker tells of participants: columns that differ, and what their events tell."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from ivscope.domain.events import Event
from ivscope.domain.stages import ParticipantScope, ParticipantSummary, SessionScope
from ivscope.provider.store.event_log import EventLog
from ivscope.render.picker_rows import EventsRead, ParticipantColumns, Seen
from ivscope.ui.explorer.picking import ParticipantsRead

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


def listed(**fields):
    return ParticipantSummary(
        **{"participant_id": "p", "state": "DISCONNECTED", "published": True, **fields}
    )


def test_a_column_that_says_the_same_for_everybody_is_said_once():
    people = ParticipantsRead()
    rows = [listed(recording_state="DISABLED"), listed(recording_state="FAILED"), listed()]
    feed = SimpleNamespace(facts=rows)
    people.count(feed)
    assert people.columns == ParticipantColumns(
        errors=False, state=False, published=False, recording=False
    )
    assert people.words == ("all left", "all published", "recording disabled")
    rows.append(listed(state="CONNECTED", published=False, recording_state="ACTIVE"))
    people.count(feed)
    assert people.columns == ParticipantColumns(errors=False)
    assert people.words == ()


def test_rows_that_are_read_anew_are_counted_anew():
    people = ParticipantsRead()
    people.count(SimpleNamespace(facts=[listed(), listed(state="CONNECTED")]))
    assert people.columns.state
    people.count(SimpleNamespace(facts=[listed()]))
    assert not people.columns.state


def test_the_events_of_who_was_opened_tell_errors_the_commonest_code_and_stays():
    def after(seconds):
        return AT + timedelta(seconds=seconds)

    people = opened(
        Event("LEFT", "p1", after(60)),
        Event("PUBLISH_ERROR", "p1", after(50), error_code="QUOTA_EXCEEDED"),
        Event("JOIN_ERROR", "p1", after(40), error_code="OTHER"),
        Event("PUBLISH_ERROR", "p1", after(30), error_code="QUOTA_EXCEEDED"),
        Event("JOINED", "p1", after(20)),
        Event("JOINED", "p1", AT),
    )
    people.count(SimpleNamespace(facts=[]))
    assert people.columns.errors
    assert people.read("p1") == EventsRead(6, 3, True)
    assert people.see("p1") == Seen("QUOTA_EXCEEDED", after(60), 2)
    assert people.read("p2") is None
    assert people.see("p2") == Seen()


def test_nothing_is_told_before_the_first_page_and_that_more_can_come_before_the_last():
    people = opened(is_read=False)
    people.count(SimpleNamespace(facts=[]))
    assert not people.columns.errors
    assert people.read("p1") is None
    people = opened(Event("JOINED", "p1", AT), is_complete=False)
    assert people.read("p1") == EventsRead(1, 0, False)


def test_a_huge_list_is_not_counted_for_one_row():
    people = opened(*[Event("JOINED", "p1", AT)] * 20_001)
    assert people.see("p1") == Seen()
    assert people.read("p1") == EventsRead(20_001, 0, True)
