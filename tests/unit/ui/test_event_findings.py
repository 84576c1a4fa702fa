"""Findings are made once, in a thread when there is much to look at, and name real events."""

import threading
from datetime import timedelta

import pytest

from ivscope.domain.events import LEFT
from ivscope.findings import rules
from ivscope.findings.finding import (
    Ask,
    Certainty,
    EventRef,
    FactKey,
    FactKind,
    Finding,
    Lacking,
)
from ivscope.findings.publishing import StoppedSays
from ivscope.findings.repeats import SameError
from ivscope.findings.rules import findings_for
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.ui.explorer.event_findings import AT_ONCE, EventFindings
from ivscope.workspace.store_context import StoreContext
from support.given_facts import START, event, log_of, scope
from support.moved_clock import MovedClock, standing_clock
from support.waiting import wait_for


@pytest.fixture
def provider():
    one = StageDataProvider(
        lambda: None, clock=standing_clock(now=lambda: START + timedelta(days=9))
    )
    yield one
    one.close()


@pytest.fixture
def time():
    return MovedClock()


def event_findings_of(provider, *events, jobs=None):
    """Findings over the events of one participant."""
    provider.events(scope()).fill(log_of(events))
    return EventFindings(provider, StoreContext(provider), jobs or MovedClock().jobs())


def errors(count):
    return [event(second, "JOIN_ERROR") for second in range(count)]


def publishing(count):
    """Events that are paired from the first on."""
    names = ("PUBLISH_STARTED", "PUBLISH_STOPPED")
    return [event(second, names[second % 2]) for second in range(count)]


def times_of(findings):
    """How often the same error is said to be there."""
    return [one.claim.most for one in findings if isinstance(one.claim, SameError)]


def test_few_events_are_looked_at_at_once_and_once(provider):
    event_findings = event_findings_of(provider, *errors(3))
    ref = EventRef(scope(), 1)
    found = event_findings.of(ref)
    assert times_of(found) == [3]
    assert event_findings.of(ref) is found


def test_they_are_made_anew_when_something_came(provider):
    event_findings = event_findings_of(provider, *errors(3))
    ref = EventRef(scope(), 1)
    found = event_findings.of(ref)
    provider.events(scope()).items.append(errors(4)[3:])
    assert event_findings.of(ref) is found
    provider.announce(provider.events(scope()))
    assert times_of(event_findings.of(ref)) == [4]


def test_many_events_are_looked_at_in_a_thread_and_the_ui_thread_is_told_when_it_is_done(
    provider, time, monkeypatch
):
    found_by, told_by = [], []

    def find(*asked):
        found_by.append(threading.current_thread())
        return findings_for(*asked)

    monkeypatch.setattr(rules, "findings_for", find)
    jobs = time.jobs()
    event_findings = event_findings_of(provider, *errors(3), *publishing(AT_ONCE + 1), jobs=jobs)
    event_findings.on_ready = lambda: told_by.append(threading.current_thread())
    ref = EventRef(scope(), 1)
    assert event_findings.of(ref) is None
    time.until(lambda: told_by)
    assert found_by != told_by == [threading.current_thread()]
    assert times_of(event_findings.of(ref)) == [3]
    assert len(told_by) == 1


def test_any_number_of_errors_is_counted_at_once(provider):
    event_findings = event_findings_of(provider, *errors(AT_ONCE + 1))
    found = event_findings.of(EventRef(scope(), 1))
    assert times_of(found) == [10_001]


def test_what_many_errors_will_be_asked_for_is_found_in_a_thread_behind_the_first_answer(
    provider, time, monkeypatch
):
    event_findings = event_findings_of(provider, *errors(3), jobs=time.jobs())
    found_by = []

    def ahead(session):
        assert session == scope().session
        return lambda: found_by.append(threading.current_thread())

    monkeypatch.setattr(event_findings.store_context, "find_ahead", ahead)
    assert times_of(event_findings.of(EventRef(scope(), 1))) == [3]
    time.until(lambda: found_by)
    assert found_by != [threading.current_thread()]


def test_one_thread_at_a_time_looks_and_a_bug_in_it_is_told(provider, time, monkeypatch):
    opened, asked, bugs = threading.Event(), [], []
    jobs = time.jobs(bugs.append)
    event_findings = event_findings_of(provider, *errors(3), *publishing(AT_ONCE + 1), jobs=jobs)

    def slow(scope, position, facts, failed):
        asked.append(position)
        assert opened.wait(10)
        raise LookupError(position)

    monkeypatch.setattr(rules, "findings_for", slow)
    assert event_findings.of(EventRef(scope(), 1)) is None
    wait_for(lambda: asked)
    assert event_findings.of(EventRef(scope(), 2)) is None
    opened.set()
    time.until(lambda: bugs)
    assert asked == [1]
    assert isinstance(bugs[0], LookupError)
    assert event_findings.of(EventRef(scope(), 2)) is None
    time.until(lambda: len(bugs) == 2)
    assert asked == [1, 2]


def test_a_rule_that_raises_is_missing_alone_and_its_bug_is_kept(provider, time, monkeypatch):
    def broken(_here):
        raise LookupError

    monkeypatch.setitem(rules._BY_NAME, LEFT, (broken, *rules._BY_NAME[LEFT]))
    jobs = time.jobs()
    event_findings = event_findings_of(provider, event(1, LEFT), jobs=jobs)
    found = [one.claim for one in event_findings.of(EventRef(scope(), 0))]
    assert rules.RuleFailed("broken", "LookupError") in found
    assert len(found) > 1
    assert [bug.what for bug in jobs.bugs] == ["the rule broken"]


def finding(certainty, *asks):
    return Finding(StoppedSays.LEFT_TOO, certainty, would_tell=asks)


def ask(kind, scoped):
    return Ask(Lacking.FACTS, FactKey(kind, scoped), 1)


def test_a_participant_is_fetched_before_a_list_and_a_list_before_a_sweep(provider):
    event_findings = event_findings_of(provider, *errors(1))
    session = scope().session
    scan, rows = ask(FactKind.SESSION_EVENTS, session), ask(FactKind.PARTICIPANTS, session)
    own = ask(FactKind.PARTICIPANT, scope())
    unknown = Certainty.UNKNOWN
    assert event_findings.fetchable((finding(unknown, scan, rows), finding(unknown, own))) is own
    assert event_findings.fetchable((finding(unknown, scan, rows),)) is rows
    ingest = ask(FactKind.INGEST_CONFIGURATIONS, session)
    assert event_findings.fetchable((finding(unknown, scan, ingest, rows),)) is ingest
    assert event_findings.fetchable((finding(unknown, scan),)) is scan
    assert event_findings.fetchable((finding(unknown),)) is None


def test_findings_keep_the_order_of_the_rules_the_most_useful_first(provider, monkeypatch):
    event_findings = event_findings_of(provider, *errors(1))
    told = (finding(Certainty.UNKNOWN), finding(Certainty.SHOWN))
    monkeypatch.setattr(rules, "findings_for", lambda *_: told)
    assert event_findings.of(EventRef(scope(), 0)) == told


def test_an_event_is_cited_with_its_owner_unless_that_is_the_same(provider):
    event_findings = event_findings_of(provider, *errors(2))
    provider.events(scope("other")).fill(log_of([event(5, "LEFT", participant="other")]))
    own = EventRef(scope(), 0)
    assert event_findings.cite(own, own) is None
    assert event_findings.cite(EventRef(scope(), 1), own).who is None
    cited = event_findings.cite(EventRef(scope("other"), 0), own)
    assert (cited.name, cited.who) == ("LEFT", "other")
    assert event_findings.cite(EventRef(scope("other"), 1), own) is None
    assert event_findings.cite(EventRef(scope("nobody"), 0), own) is None
