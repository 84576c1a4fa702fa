"""A log counts its events by kind, and notes whom its errors are about."""

from ivscope.domain.events import Event
from support.shown_rows import at, log_of

EVENTS = [
    Event("JOINED", "one", at(0)),
    Event("SUBSCRIBE_ERROR", "one", at(1), remote_participant_id="p", error_code="X"),
    Event("SUBSCRIBE_ERROR", "one", at(2), remote_participant_id="q", error_code="X"),
    Event("SUBSCRIBE_ERROR", "one", at(3)),
    Event("SUBSCRIBE_STARTED", "one", at(4), remote_participant_id="p"),
]


def numbers(log, name):
    return [number for number, kind in enumerate(log.tables.kinds) if kind.name == name]


def test_events_are_counted_however_they_came():
    log = log_of(EVENTS)
    for event in EVENTS:
        log.append([event])
    copy = type(log)(log.tables)
    copy.append_rows(log, range(len(log)))
    for one in (log, copy):
        assert one.tally.count(numbers(one, "SUBSCRIBE_ERROR")) == 6
        assert one.tally.count(numbers(one, "JOINED")) == 2
        assert one.tally.count([99]) == 0
        assert one.error_count == 6


def test_remote_participants_are_noted_of_errors_only():
    log = log_of(EVENTS)
    found = log.tally.remotes(numbers(log, "SUBSCRIBE_ERROR"))
    assert {log.tables.texts[number] for number in found} == {"p", "q", None}
    assert log.tally.remotes(numbers(log, "SUBSCRIBE_STARTED")) == set()
