"""ScanMembers: who is read again in a later pass."""

from dataclasses import replace

from ivscope.domain import calls
from ivscope.domain.pages import Page
from ivscope.domain.stages import ParticipantSummary, SessionScope
from ivscope.provider.fetch.scan_members import ScanMembers
from ivscope.provider.store.append_list import AppendList
from ivscope.provider.store.event_log import EventTables
from ivscope.provider.store.feed import Feed
from ivscope.provider.store.session_log import ReadState, SessionLog

SESSION = SessionScope("arn:aws:ivs:us-west-2:1:stage/a", "st-1")


def test_who_left_in_a_list_read_anew_between_two_passes_is_read_again():
    log = SessionLog(EventTables())
    rows = Feed(calls.participants(SESSION), lambda: AppendList[ParticipantSummary](lambda _: None))
    members = ScanMembers(log, rows, set)
    here = ParticipantSummary(participant_id="p", state="CONNECTED")

    def list_anew(row):
        rows.begin_again()
        rows._store(rows._fresh, Page((row,), None))
        members.take_rows()

    members.begin_pass()
    list_anew(here)
    number = members.queue.pop()
    log.set_state(number, ReadState.COMPLETE)
    members.end(number, is_new=True)
    list_anew(replace(here, state="DISCONNECTED"))
    members.begin_pass()
    list_anew(replace(here, state="DISCONNECTED"))
    assert members.queue.pop() == number
