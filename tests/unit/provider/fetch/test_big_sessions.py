"""The scan of a session whose list has several pages: who is read first, and who at random."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivscope.analysis.estimates import FEWEST, estimate
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import ParticipantFilter, ParticipantSummary
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scan_members import Wanted
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.fetch.scan_queue import Sample, ScanQueue
from ivscope.provider.store.event_log import EventTables
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.session_log import ReadState, SessionLog
from support.scripted_source import Gate
from support.session_source import EPOCH, SESSION, SessionSource, scope
from support.waiting import wait_for

FAST = 100_000
PUBLISHED, RECORDING = "filterByPublished", "filterByRecordingState"


@pytest.fixture
def provide():
    made = []

    def build(source, *, has_ended=True, one_by_one=False, seed=1, knows_it=True):
        source.end_time = EPOCH if has_ended else None
        limits = RateLimiter(demand=FAST, background=FAST, window=0)
        if one_by_one:
            limits = RateLimiter(demand=FAST, background=1, window=0.002)
        lot = Random(seed)  # noqa: S311 - no secret
        provider = StageDataProvider(lambda: source, rate_limiter=limits, draw=lot.random)
        made.append(provider)
        if knows_it:
            fact = provider.session(SESSION)
            provider.read(fact)
            wait_for(lambda: fact.value is not None)
        return provider

    yield build
    for provider in made:
        provider.close()


def session_of(size, *, list_size=10):
    source = SessionSource(list_size=list_size)
    for number in range(size):
        source.add(f"p{number:03}", published=False, state="DISCONNECTED")
    return source


def list_all(provider):
    people = provider.participants(SESSION)
    while not people.is_complete:
        pages = people.pages
        provider.read_more(people)
        wait_for(lambda pages=pages: people.pages > pages)


def scan_all(provider):
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(lambda: not scan.is_running)
    return scan


def scan_until(provider, source, wanted):
    """Scan up to when a participant is asked for that makes `wanted` true, and pause there."""
    scan = provider.scan(SESSION)

    def pause(asked):
        if wanted(asked):
            scan.pause()

    source.before_answer = pause
    scan.start()
    wait_for(lambda: scan.state is ScanState.PAUSED and not provider.activity().in_flight)
    return scan


def test_who_published_is_read_first_however_late_the_list_names_them(provide):
    source = session_of(200)
    source.add("host", published=True)
    source.add("failed", published=False, recording_state="FAILED")
    source.add("both", published=True, recording_state="FAILED")
    scan_all(provide(source, one_by_one=True))
    lists = [asked for asked in source.order if asked not in source.events]
    assert lists[:4] == ["", PUBLISHED, RECORDING, ""]
    assert set(source.asked[:3]) == {"host", "failed", "both"}
    assert sorted(source.asked) == sorted(source.events)


def test_a_narrowed_list_is_read_to_its_end(provide):
    source = session_of(30)
    for number in range(25):
        source.add(f"host{number}", published=True)
    scan_all(provide(source, one_by_one=True))
    assert all(name.startswith("host") for name in source.asked[:25])
    assert source.order.count(PUBLISHED) == 3


def test_a_list_of_one_page_costs_one_call(provide):
    source = session_of(10)
    scan = scan_all(provide(source))
    assert source.order.count("") == len(source.order) - 10 == 1
    assert scan.sample() is None


@pytest.mark.parametrize("kind", [FailureKind.NETWORK, FailureKind.DENIED, FailureKind.INVALID])
def test_without_the_filters_everybody_is_read_all_the_same(provide, kind):
    source = session_of(30)
    source.fail(PUBLISHED, kind)
    source.fail(RECORDING, kind)
    scan = scan_all(provide(source))
    assert scan.state is ScanState.COMPLETE
    assert scan.log.is_all_read


def test_a_row_that_contradicts_the_filter_comes_with_the_others(provide):
    source = session_of(30)
    source.rows[-1] = replace(source.rows[-1], recording_state="STOPPED")
    source.matches = lambda narrowed, row: row.participant_id == "p029"
    scan = scan_until(provide(source), source, lambda _: scan_has_read(source, 20))
    assert scan.sample().first_known == 0


def scan_has_read(source, count):
    return len(source.asked) >= count


def test_the_others_are_read_in_the_order_of_the_lot(provide):
    orders = []
    for seed in (1, 1, 2):
        source = session_of(100, list_size=60)
        provider = provide(source, one_by_one=True, seed=seed)
        list_all(provider)
        scan_all(provider)
        orders.append(source.asked)
    assert orders[0] == orders[1] != orders[2]
    assert all(order != sorted(order) for order in orders)


def test_of_a_live_session_the_most_suspicious_are_first_and_nobody_is_a_sample(provide):
    source = session_of(30)
    source.add("host", published=True)
    scan = scan_all(provide(source, has_ended=False, one_by_one=True))
    assert source.asked == ["host", *(f"p{number:03}" for number in range(30))]
    assert scan.sample() is None


def test_the_sample_is_who_was_read_in_random_order(provide):
    source = session_of(100)
    source.add("host", published=True)
    provider = provide(source)
    list_all(provider)
    scan = scan_until(provider, source, lambda _: scan_has_read(source, 60))
    sample = scan.sample()
    assert sample.first == {"host"}
    assert sample.first_known == 1
    assert sample.others == 100
    assert 40 <= len(sample.drawn) <= 68
    assert all(map(scan.log.is_read, sample.drawn))
    assert sample.drawn != {f"p{number:03}" for number in range(len(sample.drawn))}


def test_the_first_estimate_comes_within_ten_seconds_of_calls(provide):
    source = session_of(3_000, list_size=100)
    for number in range(12):
        source.add(f"host{number}", published=True)
    provider = provide(source, one_by_one=True)
    scan = provider.scan(SESSION)
    scan_until(provider, source, lambda _: len((scan.sample() or NO_SAMPLE).drawn) >= FEWEST)
    assert len(source.asked) <= 4 * 10


NO_SAMPLE = Sample(frozenset(), 0, frozenset(), 0, 0, all_listed=False)


@pytest.mark.parametrize("is_listed", [True, False])
def test_whether_the_session_has_ended_is_asked_before_anybody_is_read(provide, is_listed):
    source = session_of(40)
    provider = provide(source, knows_it=False)
    if is_listed:
        list_all(provider)
    scan = scan_all(provider)
    assert len(scan.sample().drawn) == 40
    assert scan.log.is_all_read


def test_a_session_that_cannot_be_asked_for_counts_as_live(provide):
    source = session_of(40)

    def refuse(session):
        raise ProviderFailure(FailureKind.DENIED, "no", "", retryable=False)

    source.get_session = refuse
    scan = scan_all(provide(source, knows_it=False))
    assert scan.log.is_all_read
    assert scan.sample() is None


def test_who_is_stopped_at_the_publishers_has_no_sample(provide):
    source = session_of(100)
    for number in range(5):
        source.add(f"host{number}", published=True)
    scan = scan_until(provide(source), source, lambda asked: asked == "host1")
    assert scan.sample().drawn == frozenset()
    assert scan.sample().first_known == 5


def test_whom_a_person_reads_is_no_part_of_the_sample_out_of_turn(provide):
    source = session_of(100)
    provider = provide(source)
    scan = scan_until(provider, source, lambda _: scan_has_read(source, 50))
    before = scan.sample()
    wanted = [name for name in scan.log.participant_ids if name not in before.drawn][-5:]
    for name in wanted:
        feed = provider.events(scope(name))
        provider.read_more(feed)
        wait_for(lambda feed=feed: feed.state is FeedState.COMPLETE)
    after = scan.sample()
    assert all(map(scan.log.is_read, wanted))
    # A few can have been next in the random order, or have closed a gap in it: most are not.
    assert len(after.drawn & set(wanted)) < 5


def test_a_participant_under_way_ends_the_sample(provide):
    source = session_of(60, list_size=50)
    provider = provide(source)
    scan = scan_until(provider, source, lambda _: scan_has_read(source, 20))
    order = list(source.asked)
    gate = Gate(None)
    held = next(name for name in scan.log.participant_ids if name not in order)
    source.gates = dict.fromkeys([name for name in source.events if name not in order], gate)
    source.before_answer = lambda _asked: None
    scan.start()
    wait_for(gate.entered.is_set)
    assert held not in scan.sample().drawn
    assert len(scan.sample().drawn) < 60
    gate.opened.set()
    wait_for(lambda: scan.state is ScanState.COMPLETE)
    assert len(scan.sample().drawn) == 60


def test_who_could_not_be_read_is_counted_as_such(provide):
    source = session_of(40)
    source.fail("p007", *[FailureKind.NOT_FOUND] * 9)
    scan = scan_all(provide(source))
    sample = scan.sample()
    assert (len(sample.drawn), sample.failed, sample.others) == (39, 1, 40)


class Reading:
    """A session that is listed and read by turns, up to a random moment; some fail more often."""

    def __init__(self, seed):
        self.lot = Random(seed)  # noqa: S311 - no secret
        self.log = SessionLog(EventTables())
        self.queue = ScanQueue()
        self.queue.draw_others(self.lot.random)
        self.listed = 0
        self.failing = set()
        self.hosts = set()
        self.under_way = {}

    def run(self):
        rate, turns = self.lot.choice([0.0, 0.01, 0.03, 0.3]), self.lot.randrange(20, 600)
        pause = self.lot.choice([1, 3, 30])
        for turn in range(turns):
            if turn % pause == 0 and self.listed < 4_000:
                # Whoever joined late fails more often.
                self.list_page(rate * (1 + self.listed / 1_000))
            self.take_turn()

    def list_page(self, rate):
        for _ in range(100):
            name = f"p{self.listed}"
            self.listed += 1
            number = self.log.add_participant(name)
            is_host = self.lot.random() < 0.01
            self.queue.note(number, ParticipantSummary(name, published=is_host))
            self.queue.add(number)
            if is_host:
                self.hosts.add(name)
            if self.lot.random() < (1.0 if is_host else rate):
                self.failing.add(name)

    def take_turn(self):
        while len(self.under_way) < 8 and (number := self.queue.pop()) is not None:
            # An error costs more events, and so more pages.
            is_failing = self.log.participant_id(number) in self.failing
            self.under_way[number] = self.lot.randrange(3, 12) if is_failing else 2
        for number in list(self.under_way):
            self.under_way[number] -= 1
            if not self.under_way[number]:
                del self.under_way[number]
                self.log.set_state(number, ReadState.COMPLETE)

    def holds(self):
        """Whether the range of the estimate has the true number; None without an estimate."""
        sample = self.queue.sample(self.log)
        if len(sample.drawn) < 20:
            return None
        found = len(self.failing & sample.drawn)
        told = estimate(sample.others, len(sample.drawn), found)
        others = [name for name in self.log.participant_ids if name not in self.hosts]
        truth = len(self.failing & set(others[: sample.others]))
        return told.fewest <= truth <= told.most


def test_the_range_holds_wherever_the_reading_is_stopped():
    told = []
    for seed in range(200):
        reading = Reading(seed)
        reading.run()
        told.append(reading.holds())
    told = [one for one in told if one is not None]
    assert len(told) > 150
    assert sum(told) >= 0.95 * len(told)


# Not everybody is wanted.


def read_wanted(provider, joined_by=None):
    scan = provider.scan(SESSION)
    scan.start(Wanted(ParticipantFilter(PUBLISHED, value=True), joined_by))
    wait_for(lambda: not scan.is_running)
    return scan


def test_only_those_are_read_who_are_wanted(provide):
    source = SessionSource(list_size=10)
    source.add("early", published=True, first_join_time=EPOCH)
    source.add("late", published=True, first_join_time=EPOCH + timedelta(seconds=1))
    source.add("viewer", published=False, first_join_time=EPOCH)
    source.add("untold", published=None, first_join_time=None)
    scan = read_wanted(provide(source), EPOCH)
    assert scan.state is ScanState.PAUSED, "not everybody is read"
    assert set(scan.log.read_ids) == {"early", "untold"}
    assert scan.log.participants_complete


def test_a_long_list_is_not_read_to_its_end_when_the_narrowed_one_is_enough(provide):
    source = session_of(60)
    source.add("speaker", published=True)
    scan = read_wanted(provide(source))
    assert scan.state is ScanState.PAUSED
    assert set(scan.log.read_ids) == {"speaker"}
    assert not scan.log.participants_complete
    assert source.order == ["", PUBLISHED, "speaker"]


def test_a_scan_of_those_wanted_goes_on_with_everybody(provide):
    source = session_of(25)
    source.add("speaker", published=True)
    scan = read_wanted(provide(source))
    scan.start()
    wait_for(lambda: not scan.is_running)
    assert scan.state is ScanState.COMPLETE
    assert scan.log.participants_read == 26
    assert scan.log.participants_complete


def test_a_scan_is_complete_when_nobody_was_left_out(provide):
    source = SessionSource(list_size=10)
    source.add("speaker", published=True)
    assert read_wanted(provide(source)).state is ScanState.COMPLETE


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12), st.randoms())
def test_the_sample_is_the_longest_part_without_a_gap_of_the_first_ones_listed(people, lot):
    queue, log = ScanQueue(), SessionLog(EventTables())
    queue.draw_others(lot.random)
    for number, (comes_first, is_read) in enumerate(people):
        log.add_participant(str(number))
        queue.note(number, ParticipantSummary(str(number), published=comes_first))
        if is_read:
            log.set_state(number, ReadState.COMPLETE)
    others = [number for number, (comes_first, _) in enumerate(people) if not comes_first]
    place = queue._places
    parts = []
    for end in range(len(people) + 1):
        listed = [number for number in others if number < end]
        gap = min((place[one] for one in listed if not people[one][1]), default=1)
        drawn = {str(one) for one in listed if people[one][1] and place[one] < gap}
        parts.append((len(drawn), end, drawn, len(listed)))
    _, _, drawn, count = max(parts, key=lambda part: part[:2])
    sample = queue.sample(log)
    assert (sample.drawn, sample.others) == (drawn, count)
