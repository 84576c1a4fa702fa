"""Facts of many participants, in the background."""

import pytest

from ivscope.domain.failures import FailureKind
from ivscope.domain.stages import Participant
from ivscope.provider.fetch.fact_reading import FactReading
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter
from support.scripted_source import Gate
from support.session_source import SESSION, SessionSource, scope
from support.waiting import wait_for


class FactSource(SessionSource):
    def get_participant(self, asked):
        self._come(asked.participant_id, None)
        return Participant(next(r for r in self.rows if r.participant_id == asked.participant_id))


class Case:
    def __init__(self):
        self.source = FactSource()
        for number in range(10):
            self.source.add(f"p{number}")
        limiter = RateLimiter(demand=1000, background=1000, window=0)
        self.provider = StageDataProvider(lambda: self.source, rate_limiter=limiter)
        self.reading = None

    def begin(self, names=None):
        names = names or [row.participant_id for row in self.source.rows]
        self.reading = FactReading(self.provider, [scope(name) for name in names])
        self.reading.step()
        return self.reading

    def end(self):
        wait_for(lambda: not self.reading.step())

    @property
    def known(self):
        return set(self.provider.store.facts(SESSION))


@pytest.fixture
def case():
    made = Case()
    yield made
    made.provider.close()


def test_facts_of_everybody_are_read_once_and_the_first_ones_first(case):
    case.source.gates = {name: Gate(None) for name in ("p7", "p3", "p1", "p0")}
    gates = dict(case.source.gates)
    reading = case.begin(["p7", "p3", "p1", "p0", "p2", "p4"])
    wait_for(lambda: all(gate.entered.is_set() for gate in gates.values()))
    assert set(case.source.asked) == {"p7", "p3", "p1", "p0"}
    assert (reading.done, reading.wanted) == (0, 6)
    for gate in gates.values():
        gate.opened.set()
    case.end()
    assert case.known == {"p7", "p3", "p1", "p0", "p2", "p4"}
    assert reading.done == 6
    assert set(case.source.calls.values()) == {1}


def test_what_is_known_is_not_asked_for(case):
    case.provider.read(case.provider.participant(scope("p0")))
    wait_for(lambda: case.known)
    assert case.begin().wanted == 9
    case.end()
    assert set(case.source.calls.values()) == {1}
    assert not case.begin().is_running


def test_one_that_fails_does_not_end_it_and_is_asked_for_next_time(case):
    case.source.fail("p4", FailureKind.NOT_FOUND)
    reading = case.begin()
    case.end()
    assert (len(case.known), reading.done, reading.failed) == (9, 10, 1)
    assert reading.failure is None
    case.begin()
    case.end()
    assert len(case.known) == 10


def test_credentials_that_expire_end_it(case):
    case.source.fail("p0", FailureKind.EXPIRED)
    case.source.gates = {name: Gate(None) for name in ("p1", "p2", "p3")}
    gates = dict(case.source.gates)
    reading = case.begin()
    wait_for(lambda: reading.step() and reading.failure is not None)
    for gate in gates.values():
        gate.opened.set()
    case.end()
    assert reading.failure.kind is FailureKind.EXPIRED
    assert case.known == {"p1", "p2", "p3"}


def test_stopping_asks_for_nothing_more_and_keeps_what_comes(case):
    case.source.gates = {name: Gate(None) for name in ("p0", "p1", "p2", "p3")}
    held = list(case.source.gates.values())
    reading = case.begin()
    wait_for(lambda: all(gate.entered.is_set() for gate in held))
    reading.stop()
    for gate in held:
        gate.opened.set()
    case.end()
    assert case.known == {"p0", "p1", "p2", "p3"}


def test_it_is_paced_as_a_scan(case):
    asked = []
    read = case.provider.read
    case.provider.read = lambda fact, priority: asked.append(priority) or read(fact, priority)
    case.begin()
    case.end()
    assert set(asked) == {Priority.SCAN}
