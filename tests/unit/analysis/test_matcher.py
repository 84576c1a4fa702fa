"""Matcher: finds what the plain reading of a filter finds, without building events."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivscope.analysis.filters import Matcher, Wildcard
from ivscope.domain.events import JOINED, SUBSCRIBE_ERROR, TOKEN_EXCHANGED, Event
from ivscope.domain.tokens import ParticipantToken
from ivscope.provider.store.event_log import EventLog, EventTables
from support.query_cases import START, USERS, any_events, filter_texts, passes, read


class CountingLog(EventLog):
    """Counts the events that are built, and those whose rare fields are read."""

    built = 0
    rare_read = 0

    def rare(self, position):
        self.rare_read += 1
        return super().rare(position)

    def __getitem__(self, index):
        self.built += 1
        return super().__getitem__(index)

    def _event(self, position):
        self.built += 1
        return super()._event(position)


def places(matcher, log, start, stop):
    return [start + at for at, flag in enumerate(matcher.passing(log, start, stop)) if flag]


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(any_events, max_size=30), filter_texts, st.integers(0, 31), st.integers(0, 31))
def test_a_scan_finds_what_a_look_at_each_event_finds(rows, text, start, stop):
    log = EventLog()
    log.append(rows)
    filter_ = read(text)
    matcher = Matcher(filter_, log.tables, USERS.get)
    expected = [i for i, event in enumerate(rows) if start <= i < stop and passes(filter_, event)]
    assert places(matcher, log, start, stop) == expected
    one_by_one = [matcher.passing(log, i, i + 1) == b"\1" for i in range(len(rows))]
    assert one_by_one == [passes(filter_, event) for event in rows]


def test_texts_and_kinds_that_come_later_are_looked_up_too():
    tables = EventTables()
    log = EventLog(tables)
    matcher = Matcher(read("quota"), tables)
    assert places(matcher, log, 0, 9) == []
    log.append([Event(JOINED), Event(SUBSCRIBE_ERROR, error_code="QUOTA_EXCEEDED")])
    assert places(matcher, log, 0, 9) == [1]
    log.append([Event(JOINED, remote_participant_id="my-quota")])
    assert places(matcher, log, 0, 9) == [1, 2]


@pytest.mark.parametrize(
    "text", ["code:QUOTA", "remote:r1 !participant:p9", "name:/SUB/", "after:20:00", "error:yes"]
)
def test_a_scan_of_columns_builds_no_event(text):
    log = _counting_log()
    assert Matcher(read(text), log.tables).passing(log, 0, len(log)).count(1) > 0
    assert log.built == 0


@pytest.mark.parametrize("text", ["host", "attr:role", "user:alice", "cap:PUBLISH"])
def test_a_scan_of_rare_fields_reads_only_events_that_have_some(text):
    log = _counting_log()
    assert Matcher(read(text), log.tables).passing(log, 0, len(log)).count(1) == 3
    assert (log.built, log.rare_read) == (0, 3)


def test_rare_fields_are_read_only_of_events_that_the_columns_let_pass():
    log = _counting_log()
    matcher = Matcher(read("!attr:role name:SUB*"), log.tables)
    assert matcher.passing(log, 0, len(log)).count(1) == 2_997
    assert log.rare_read == 0


@given(st.lists(st.text("ab", max_size=2), min_size=1, max_size=4), st.text("ab", max_size=8))
def test_a_wildcard_matches_what_the_expression_of_it_matches(parts, text):
    expression = ".*".join(map(re.escape, parts))
    assert Wildcard(tuple(parts)).matches(text) == (re.fullmatch(expression, text) is not None)


def _counting_log():
    log = CountingLog()
    token = ParticipantToken(("PUBLISH",), (("role", "host"),), "alice")
    for start in range(0, 3_000, 100):
        rows = [
            Event(SUBSCRIBE_ERROR, "p1", START, f"r{i % 7}", "QUOTA_EXCEEDED")
            for i in range(start, start + 100)
        ]
        if start % 1_000 == 0:
            rows[50] = Event(TOKEN_EXCHANGED, "p1", START, new_token=token)
        log.append(rows)
    return log
