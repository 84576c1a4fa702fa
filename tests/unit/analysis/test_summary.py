"""Summaries: every count equals a naive one, and every row drills to what it counts."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.filter_parser import parse_filter
from ivscope.analysis.filters import Matcher
from ivscope.analysis.listed_participants import ListedParticipants
from ivscope.analysis.summary import SummaryBuilder
from ivscope.analysis.time_input import TimeReference
from ivscope.domain.events import Event
from ivscope.domain.stages import Participant, ParticipantSummary
from ivscope.domain.times import UnreadableTime
from ivscope.endpoint.worlds.catalog import open_world
from ivscope.endpoint.worlds.incident import MAIN_ARN
from ivscope.provider.fetch.scan_queue import Sample
from support.given_facts import WorldFacts, at, facts, log_of
from support.summaries import summarise

NOW = datetime(2026, 11, 24, 14, 3, tzinfo=UTC)
CODES = (None, "", "QUOTA", "QUOTA_EXCEEDED", "quota", "A B/C\\", "é\n")
NAMES = (None, "JOINED", "PUBLISH_STARTED", "PUBLISH_ERROR", "SUBSCRIBE_ERROR", "NEW_THING", "NEW")
PEOPLE = (None, "a", "ab", "b c", "A")


def drilled(log, drill):
    """How many events a drill shows."""
    filter_ = parse_filter(drill, TimeReference(UTC, NOW))
    flags = Matcher(filter_, log.tables).passing(log, 0, len(log))
    return [at for at, flag in enumerate(flags) if flag]


def all_of(log, people=(), known=(), unread=(), all_listed=True):
    return summarise(
        log,
        people={one.participant_id: one for one in people},
        facts={one.summary.participant_id: one for one in known},
        is_read=lambda name: name not in unread,
        all_listed=all_listed,
    )


events = st.builds(
    Event,
    name=st.sampled_from(NAMES),
    participant_id=st.sampled_from(PEOPLE),
    time=st.one_of(st.none(), st.just(UnreadableTime("soon")), st.integers(0, 400).map(at)),
    error_code=st.sampled_from(CODES),
)


@given(st.lists(events, max_size=40))
def test_counts_and_drills_equal_naive_ones(rows):
    log = log_of(rows)
    summary = all_of(log)
    errors = [one for one in rows if one.is_error]
    times = [one.time for one in rows if isinstance(one.time, datetime)]
    assert (summary.events, summary.errors) == (len(rows), len(errors))
    assert (summary.first, summary.last) == (min(times, default=None), max(times, default=None))
    assert summary.joins == sum(one.name == "JOINED" for one in rows)
    started = {one.participant_id for one in rows if one.name == "PUBLISH_STARTED"}
    assert summary.publishers == len(started)
    assert summary.failing == len({one.participant_id for one in errors})
    assert {row.code: row.count for row in summary.by_code} == Counter(
        one.error_code for one in errors
    )
    for row in summary.by_code:
        own = [one for one in errors if one.error_code == row.code]
        moments = [one.time for one in own if isinstance(one.time, datetime)]
        assert row.participants == len({one.participant_id for one in own})
        assert (row.first, row.last) == (min(moments, default=None), max(moments, default=None))
        assert [log[found] for found in drilled(log, row.drill)] == own
        if len(moments) > 1 and row.last - row.first >= timedelta(minutes=1):
            minutes = (row.last - row.first) / timedelta(minutes=1)
            assert row.per_minute == pytest.approx((len(moments) - 1) / minutes)
        else:
            assert row.per_minute is None
    assert {row.name: row.count for row in summary.by_name} == Counter(one.name for one in rows)
    for name in summary.by_name:
        assert len(drilled(log, name.drill)) == name.count
    assert [row.errors for row in summary.top_participants] == sorted(
        Counter(one.participant_id for one in errors).values(), reverse=True
    )
    for person in summary.top_participants:
        assert len(drilled(log, person.drill)) == person.errors
        assert person.events == sum(one.participant_id == person.participant_id for one in rows)


@given(st.lists(events, max_size=30), st.integers(0, 30))
def test_counting_in_slices_while_the_log_grows_equals_counting_at_once(rows, cut):
    log = log_of(rows[:cut])
    builder = SummaryBuilder(log)
    builder.advance(0)
    builder.summary(people=ListedParticipants(), facts={}, read=(), all_listed=False)
    log.append(rows[cut:])
    while builder.advance(0):
        pass
    nobody = {"people": ListedParticipants(), "facts": {}, "read": (), "all_listed": True}
    assert builder.summary(**nobody) == all_of(log)


def test_plain_codes_have_readable_drills():
    log = log_of([Event("PUBLISH_ERROR", "me", error_code="QUOTA_EXCEEDED"), Event("JOIN_ERROR")])
    summary = all_of(log)
    assert {row.code: row.drill for row in summary.by_code} == {
        "QUOTA_EXCEEDED": "code:QUOTA_EXCEEDED",
        None: "!code:* error:yes",
    }
    people = {row.participant_id: row.drill for row in summary.top_participants}
    assert people == {"me": "participant:me error:yes", None: "!participant:* error:yes"}


def test_who_is_not_read_counts_in_no_group():
    people = [ParticipantSummary(name, state="CONNECTED") for name in "abcd"]
    known = [facts("a", sdk="1.33.0", browser="Chrome"), facts("b", sdk="1.33.0", browser="Chrome")]
    known += [facts("c", sdk="1.33.0", system="iOS")]
    log = log_of([Event("PUBLISH_ERROR", "a"), Event("JOINED", "b"), Event("PUBLISH_ERROR", "d")])
    sdk = all_of(log, people, known, unread="b").breakdowns[0]
    assert (sdk.label, sdk.known, sdk.of, sdk.failing_known, sdk.failing) == ("SDK", 2, 4, 1, 2)
    counts = [(row.value, row.failing, row.total, row.drill) for row in sdk.rows]
    assert counts == [
        ("1.33.0 (browser)", 1, 1, "participant:a error:yes"),
        ("1.33.0 (iOS)", 0, 1, None),
    ]


def test_a_group_drills_to_the_errors_of_its_failing_participants():
    names = ["x.y", "x y", "ok"]
    people = [ParticipantSummary(name) for name in names]
    log = log_of([Event("PUBLISH_ERROR", name) for name in (*names[:2], "x.y", "else")])
    provider = all_of(log, people, [Participant(one, isp_name="Net") for one in people]).breakdowns[
        3
    ]
    assert provider.rows[0].value == "Net"
    assert (provider.rows[0].failing, provider.rows[0].total) == (2, 3)
    assert list(drilled(log, provider.rows[0].drill)) == [0, 1, 2]


def test_states_and_coverage_tell_how_partial_it_is():
    people = [
        ParticipantSummary(name, state=state) for name, state in zip("abc", "XXY", strict=True)
    ]
    summary = all_of(log_of([]), people, unread="c", all_listed=False)
    assert [(row.state, row.count) for row in summary.states] == [("X", 2), ("Y", 1)]
    assert (summary.coverage.read, summary.coverage.known) == (2, 3)
    assert not summary.coverage.is_complete
    assert all_of(log_of([]), people).coverage.is_complete
    assert not all_of(log_of([]), people, all_listed=False).coverage.is_complete


def test_the_incident_has_seven_participants_with_an_internal_error():
    held = WorldFacts(open_world("incident", lambda: NOW), MAIN_ARN, "st-dxMFysKnE9UAk")
    log = held.log_of_session
    people = held.participants(held.scope).rows
    summary = all_of(
        log, people, [held.facts[own] for own in held.facts if own.session == held.scope]
    )
    internal = next(row for row in summary.by_code if row.code == "INTERNAL_SERVER_EXCEPTION")
    assert internal.participants == 7
    shown = drilled(log, internal.drill)
    assert len(shown) == internal.count
    assert len({log.participant(one) for one in shown}) == 7
    for breakdown in summary.breakdowns:
        assert breakdown.known == breakdown.of == len(people)
        assert sum(row.failing for row in breakdown.rows) == summary.failing


def test_a_slice_is_short_however_long_the_log():
    log = log_of([Event("JOINED", "a", at(1))] * 20_000)
    builder = SummaryBuilder(log)
    assert builder.advance(0) is True
    assert 0 < builder.counted < 10_000


def test_a_summary_with_a_random_part_estimates_the_others():
    names = [f"p{number}" for number in range(60)]
    rows = [Event("JOINED", name, at(0)) for name in names]
    rows += [Event("PUBLISH_ERROR", name, at(1), error_code="QUOTA") for name in names[:6]]
    rows += [Event("PUBLISH_ERROR", names[0], at(2), error_code="QUOTA")]
    sample = Sample(
        first=frozenset(names[:2]),
        first_known=2,
        drawn=frozenset(names[2:52]),
        failed=0,
        others=1_000,
        all_listed=True,
    )
    builder = SummaryBuilder(log_of(rows))
    builder.advance(1)
    told = {"people": ListedParticipants(), "facts": {}, "read": names, "all_listed": True}
    found = builder.estimates(sample)
    assert (found.any_error.found, found.any_error.read) == (4, 50)
    assert [(code, one.found) for code, one in found.by_code] == [("QUOTA", 4)]
    assert found.first.by_code == (("QUOTA", 2),)
    assert builder.summary(**told, estimated=found).estimates == found
    assert builder.summary(**told).estimates is None


@pytest.mark.parametrize("codes", [3, 29, 30, 31, 40, 300])
def test_events_are_counted_by_name_however_many_kinds_there_are(codes):
    errors = [Event("PUBLISH_ERROR", "p", error_code=f"C{at % codes}") for at in range(900)]
    told = all_of(log_of([Event("JOINED", "p"), Event("LEFT", "p"), *errors]))
    assert {row.name: row.count for row in told.by_name} == {
        "PUBLISH_ERROR": 900,
        "JOINED": 1,
        "LEFT": 1,
    }
    by_code = {row.code: row.count for row in told.by_code}
    assert by_code == Counter(one.error_code for one in errors)
