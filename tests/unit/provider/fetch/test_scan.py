"""The scan of a session: whose events are read when, how often, and what can go wrong."""

from collections import Counter

import pytest

from ivscope.domain.failures import FailureKind
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import Priority, RateLimiter
from ivscope.provider.fetch.scan import CALLS_AHEAD, FAILURES_IN_A_ROW
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.session_log import ReadState
from support.moved_clock import standing_clock
from support.scripted_source import Gate
from support.session_source import EPOCH, SESSION, SessionSource, joined, scope
from support.waiting import wait_for

FAST = 100_000
"""Calls at once; with no window to count them in, the pace is out of the way."""


def one_by_one():
    """A pace at which answers come in the order of the calls."""
    return RateLimiter(demand=FAST, background=1, window=0.002)


@pytest.fixture
def provide():
    made = []

    def build(source, rate_limiter=None, **options):
        rate_limiter = rate_limiter or RateLimiter(demand=FAST, background=FAST, window=0)
        provider = StageDataProvider(lambda: source, rate_limiter=rate_limiter, **options)
        made.append(provider)
        return provider

    yield build
    for provider in made:
        provider.close()


def scan_all(provider, timeout=10.0):
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(lambda: not scan.is_running, timeout)
    return scan


def started_and_held(provide, source, name, rate_limiter=None):
    """A scan whose first call for a participant waits at a gate; no name: that for the list."""
    source.gates[name] = gate = Gate(None)
    provider = provide(source, rate_limiter)
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(gate.entered.is_set)
    return provider, scan, gate


def wait_state(scan, state):
    wait_for(lambda: scan.state is state)


def settled(provider):
    """Nothing waits and nothing is under way."""
    activity = provider.activity()
    return not activity.waiting and not activity.in_flight


def test_it_reads_everybody_to_the_end_and_every_page_once(provide):
    source = SessionSource(page_size=3, list_size=4)
    for number in range(11):
        source.add(f"p{number}", events=number)
    scan = scan_all(provide(source))
    assert scan.state is ScanState.COMPLETE
    assert source.is_held_by(scan.log)
    assert set(source.calls.values()) == {1}
    assert scan.log.participants_read == 11
    assert scan.log.participants_complete
    assert len(scan.log.log) == sum(range(11))


def test_nothing_is_read_before_the_start(provide):
    source = SessionSource()
    source.add("p")
    provider = provide(source)
    scan = provider.scan(SESSION)
    assert scan is provider.scan(SESSION)
    assert scan.state is ScanState.IDLE
    assert settled(provider)
    assert not source.order


def test_a_session_without_participants_is_complete(provide):
    scan = scan_all(provide(SessionSource()))
    assert scan.state is ScanState.COMPLETE
    assert scan.progress(0).eta_seconds == 0


def test_a_participant_without_events_is_read(provide):
    source = SessionSource()
    source.add("p", events=0)
    assert scan_all(provide(source)).log.is_read("p")


def test_the_most_suspicious_are_read_first(provide):
    source = SessionSource()
    ordinary = [f"rest{number}" for number in range(20)]
    for name in ordinary[:10]:
        source.add(name)
    source.add("user1", user_id="twice")
    source.add("failed", recording_state="FAILED")
    source.add("gone", state="DISCONNECTED")
    source.add("copy", replication_type="REPLICA")
    source.add("original", replication_type="SOURCE")
    source.add("published", published=True)
    source.add("user2", user_id="twice")
    source.add("user3", user_id="once")
    for name in ordinary[10:]:
        source.add(name)
    # One call at a time, so that the order of the answers is that of the queue.
    provider = provide(source, one_by_one())
    scan_all(provider)
    expected = ["published", "copy", "original", "failed", "gone", "user1", "user2"]
    assert source.asked[:7] == expected
    assert source.asked[7:] == [*ordinary[:10], "user3", *ordinary[10:]]


def test_several_suspicions_outweigh_one(provide):
    source = SessionSource()
    source.add("gone", state="DISCONNECTED")
    source.add("gone too", state="DISCONNECTED", recording_state="FAILED")
    provider = provide(source, one_by_one())
    scan_all(provider)
    assert source.asked == ["gone too", "gone"]


def test_events_are_read_while_the_list_is(provide):
    source = SessionSource(list_size=2)
    for number in range(6):
        source.add(f"p{number}")
    gate = Gate(None)

    def hold(participant_id):
        if not participant_id and source.calls["", None] and len(source.calls) > 1:
            gate.pass_through()

    source.before_answer = hold
    scan = provide(source).scan(SESSION)
    scan.start()
    wait_for(lambda: scan.log.participants_read == 2)
    assert scan.state is ScanState.LISTING
    progress = scan.progress(0)
    assert (progress.participants_known, progress.list_complete) == (2, False)
    assert progress.eta_seconds is None
    gate.opened.set()
    wait_state(scan, ScanState.COMPLETE)
    assert scan.log.participants_read == 6


def test_the_calls_are_those_of_a_scan(provide):
    source = SessionSource()
    for number in range(30):
        source.add(f"p{number}")
    provider = provide(source, RateLimiter(demand=FAST, background=1, window=100))
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(lambda: len(source.asked) == 1)
    # The pace lets no second one start within a hundred seconds.
    wait_for(lambda: provider.activity().waiting == CALLS_AHEAD)
    # A person is not held up by the eight that wait.
    feed = provider.events(scope("p25"))
    provider.read_more(feed, Priority.DEMAND)
    wait_for(lambda: feed.state is FeedState.COMPLETE)
    assert source.asked == ["p0", "p25"]
    assert scan.log.is_read("p25")


def test_a_participant_that_a_person_opens_is_next(provide):
    source = SessionSource(page_size=2)
    for number in range(40):
        source.add(f"p{number:02d}", events=4)
    provider = provide(source)
    gates = [Gate(None) for _ in range(4)]
    source.gates = {f"p{number:02d}": gate for number, gate in enumerate(gates)}
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(lambda: all(gate.entered.is_set() for gate in gates))
    provider.events(scope("p30"))
    for gate in gates:
        gate.opened.set()
    wait_state(scan, ScanState.COMPLETE)
    # Those that were asked for already are before it; two pages each.
    first = list(dict.fromkeys(source.asked))
    assert first.index("p30") <= CALLS_AHEAD
    assert max(source.calls.values()) == 1


def test_what_a_person_has_read_is_not_read_again(provide):
    source = SessionSource(page_size=2)
    source.add("whole", events=3)
    source.add("half", events=5)
    source.add("other", events=1)
    provider = provide(source)
    whole, half = provider.events(scope("whole")), provider.events(scope("half"))
    provider.read_more(whole)
    provider.read_more(half)
    wait_for(lambda: whole.state is half.state is FeedState.READY)
    provider.read_more(whole)
    wait_for(lambda: whole.state is FeedState.COMPLETE)
    scan = scan_all(provider)
    assert source.is_held_by(scan.log)
    assert set(source.calls.values()) == {1}
    assert half.state is FeedState.COMPLETE
    assert list(half.items) == source.events["half"]


def test_the_list_that_a_person_has_read_is_not_read_again(provide):
    source = SessionSource()
    source.add("p")
    provider = provide(source)
    provider.read_more(provider.participants(SESSION))
    wait_for(lambda: provider.participants(SESSION).state is FeedState.COMPLETE)
    assert scan_all(provider).state is ScanState.COMPLETE
    assert source.calls["", None] == 1


def test_a_feed_opened_after_the_scan_is_filled_without_a_call(provide):
    source = SessionSource(page_size=2)
    source.add("p", events=5)
    source.events["p"][3] = joined("somebody else", 3)
    source.events["p"][4] = joined(None, 4)
    provider = provide(source)
    scan = scan_all(provider)
    calls = len(source.order)
    feed = provider.events(scope("p"))
    assert feed.state is FeedState.COMPLETE
    assert list(feed.items) == source.events["p"]
    assert not provider.read_more(feed)
    assert len(source.order) == calls
    assert {event.participant_id for event in scan.log.log} == {"p"}


def test_a_feed_opened_while_it_is_read_is_the_one_being_read(provide):
    source = SessionSource(page_size=2)
    source.add("p", events=4)
    provider, scan, gate = started_and_held(provide, source, "p")
    feed = provider.events(scope("p"))
    assert feed.state is FeedState.READING
    assert not provider.read_more(feed)
    gate.opened.set()
    wait_state(scan, ScanState.COMPLETE)
    assert list(feed.items) == source.events["p"]
    assert max(source.calls.values()) == 1


def test_what_a_person_finds_later_comes_into_the_log(provide):
    source = SessionSource()
    source.add("p", events=2)
    provider = provide(source)
    scan = scan_all(provider)
    source.events["p"].append(joined("p", 99))
    feed = provider.events(scope("p"))
    provider.refresh(feed)
    wait_for(lambda: feed.status.refreshed is not None)
    assert len(feed.items) == 3
    assert source.is_held_by(scan.log)


def test_whom_a_person_opened_before_the_start_is_first(provide):
    source = SessionSource()
    for number in range(20):
        source.add(f"p{number:02d}", published=True)
    source.add("opened")
    provider = provide(source, one_by_one())
    provider.events(scope("opened"))
    scan_all(provider)
    assert source.asked[0] == "opened"


def test_what_a_person_reads_during_a_pause_is_not_read_again(provide):
    source = SessionSource(page_size=2)
    for number in range(20):
        source.add(f"p{number:02d}", events=3)
    provider, scan, gate = started_and_held(provide, source, "p00", one_by_one())
    scan.pause()
    gate.opened.set()
    whole, half = provider.events(scope("p18")), provider.events(scope("p19"))
    provider.read_more(half)
    provider.read_more(whole)
    wait_for(lambda: half.state is whole.state is FeedState.READY)
    provider.read_more(whole)
    wait_for(lambda: whole.state is FeedState.COMPLETE)
    assert scan.log.is_read("p18")
    assert scan.log.reading("p19").state is ReadState.PARTIAL
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert set(source.calls.values()) == {1}
    assert source.is_held_by(scan.log)


def test_an_id_listed_twice_is_read_once(provide):
    source = SessionSource(list_size=1)
    source.add("p")
    source.rows.append(source.rows[0])

    def hold_the_second_row(name):
        if not name and source.order.count("") > 1:
            wait_for(lambda: scan.log.is_read("p"))

    source.before_answer = hold_the_second_row
    scan = provide(source).scan(SESSION)
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert source.asked == ["p"]
    assert scan.log.participants_known == 1


def test_what_was_read_before_the_list_may_have_grown_since(provide):
    source = SessionSource()
    source.add("p", state="DISCONNECTED")
    provider = provide(source)
    feed = provider.events(scope("p"))
    provider.read_more(feed)
    wait_for(lambda: feed.state is FeedState.COMPLETE)
    scan = scan_all(provider)
    assert source.asked == ["p"]
    source.events["p"].append(joined("p", 70))
    for _ in range(2):
        scan.start()
        wait_state(scan, ScanState.COMPLETE)
    # The first of the two passes has read it after its row was, which makes it final.
    assert source.asked == ["p", "p"]
    assert source.is_held_by(scan.log)


def test_a_list_that_a_person_reads_again_is_not_doubled_in_the_log(provide):
    source = SessionSource(page_size=2)
    source.add("p", events=4)
    source.events["p"].append(source.events["p"][0])
    provider = provide(source)
    scan = scan_all(provider)
    feed = provider.events(scope("p"))
    source.events["p"].insert(3, source.events["p"][3])
    provider.restart(feed)
    for pages in (1, 2, 3):
        wait_for(lambda: feed.status.pages == pages and not feed.status.is_busy)  # noqa: B023
        provider.read_more(feed)
    assert feed.state is FeedState.COMPLETE
    assert source.is_held_by(scan.log)
    assert len(scan.log.log) == 6


def test_a_pause_asks_for_nothing_more_and_keeps_what_is_under_way(provide):
    source = SessionSource(page_size=2)
    for number in range(20):
        source.add(f"p{number:02d}", events=5)
    gates = [Gate(None) for _ in range(4)]
    source.gates = {f"p{number:02d}": gate for number, gate in enumerate(gates)}
    provider = provide(source)
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(lambda: all(gate.entered.is_set() for gate in gates))
    scan.pause()
    assert scan.state is ScanState.PAUSED
    assert provider.activity().waiting == 0
    for gate in gates:
        gate.opened.set()
    wait_for(lambda: len(scan.log.log) == 8)
    wait_for(lambda: settled(provider))
    assert len(source.asked) == 4
    assert scan.log.reading("p00").state is ReadState.PARTIAL
    assert scan.log.reading("p10").state is ReadState.NOT_READ
    assert scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert set(source.calls.values()) == {1}
    assert source.is_held_by(scan.log)


def test_a_pause_takes_nothing_from_a_person(provide):
    source = SessionSource()
    for number in range(20):
        source.add(f"p{number:02d}")
    gates = [Gate(None) for _ in range(4)]
    source.gates = {f"p{number:02d}": gate for number, gate in enumerate(gates)}
    provider = provide(source)
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(lambda: all(gate.entered.is_set() for gate in gates))
    feed = provider.events(scope("p05"))
    provider.read_more(feed)
    scan.pause()
    for gate in gates:
        gate.opened.set()
    wait_for(lambda: feed.state is FeedState.COMPLETE)
    assert scan.log.is_read("p05")
    wait_for(lambda: scan.log.participants_read == 5)


def test_a_cancelled_scan_goes_on_where_it_was(provide):
    source = SessionSource(list_size=2)
    for number in range(8):
        source.add(f"p{number}")
    provider, scan, gate = started_and_held(provide, source, "")
    scan.cancel()
    assert scan.state is ScanState.CANCELLED
    gate.opened.set()
    wait_for(lambda: settled(provider))
    assert source.order == [""]
    assert scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert set(source.calls.values()) == {1}
    scan.cancel()
    assert scan.state is ScanState.COMPLETE


def test_a_participant_that_fails_is_tried_again_at_the_end(provide):
    source = SessionSource()
    for number in range(30):
        source.add(f"p{number}")
    source.fail("p3", FailureKind.SERVICE)
    provider = provide(source)
    scan = scan_all(provider)
    assert scan.state is ScanState.COMPLETE
    assert source.is_held_by(scan.log)
    assert source.asked[-1] == "p3"
    assert source.calls["p3", None] == 2
    assert not scan.log.failures


def test_a_participant_that_fails_twice_is_listed_and_not_fatal(provide):
    source = SessionSource(page_size=2)
    for number in range(5):
        source.add(f"p{number}", events=4)
    source.fail("p3", FailureKind.NOT_FOUND, FailureKind.NOT_FOUND)
    provider = provide(source)
    scan = scan_all(provider)
    assert scan.state is ScanState.COMPLETE
    assert list(scan.log.failures) == ["p3"]
    assert scan.log.failures["p3"].kind is FailureKind.NOT_FOUND
    assert scan.log.reading("p3").state is ReadState.FAILED
    progress = scan.progress(0)
    assert (progress.participants_read, progress.failed) == (4, 1)
    # The next start tries it again, and nobody else.
    source.end_time = EPOCH
    calls = len(source.order)
    provider.read(provider.session(SESSION))
    wait_for(lambda: provider.session(SESSION).value)
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert "p3" in source.order[calls:]
    assert not scan.log.failures


def test_a_failure_in_the_middle_goes_on_from_its_page(provide):
    source = SessionSource(page_size=2)
    source.add("p", events=5)
    asked = []

    def fail_the_second(participant_id):
        asked.append(participant_id)
        if asked.count("p") == 2:
            source.fail("p", FailureKind.NETWORK)

    source.before_answer = fail_the_second
    scan = scan_all(provide(source))
    assert scan.state is ScanState.COMPLETE
    assert source.calls["p", None] == 1
    assert source.calls["p", "2"] == 2
    assert source.is_held_by(scan.log)


@pytest.mark.parametrize(
    ("kind", "whose"),
    [
        (FailureKind.EXPIRED, ""),
        (FailureKind.EXPIRED, "p2"),
        (FailureKind.CREDENTIALS, ""),
        (FailureKind.CREDENTIALS, "p2"),
        (FailureKind.DENIED, ""),
    ],
)
def test_what_fails_for_everybody_stops_the_scan_until_it_is_resumed(provide, kind, whose):
    source = SessionSource()
    for number in range(40):
        source.add(f"p{number}")
    source.fail(whose, kind)
    provider = provide(source)
    scan = scan_all(provider)
    assert scan.state is ScanState.FAILED
    assert scan.failure.kind is kind
    assert scan.progress(0).failure is scan.failure
    wait_for(lambda: settled(provider))
    assert len(source.asked) < 20
    assert not scan.log.failures
    assert scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert scan.failure is None
    assert source.is_held_by(scan.log)
    assert sum(source.calls.values()) == 42


def deny(source, participants, of):
    """A session in which the first of its participants are always denied."""
    for number in range(of):
        source.add(f"p{number:03d}")
        if number < participants:
            source.fail(f"p{number:03d}", *[FailureKind.DENIED] * 9)


def test_one_participant_that_is_denied_does_not_keep_the_others_from_being_read(provide):
    source = SessionSource()
    deny(source, 2, of=5)
    scan = scan_all(provide(source))
    assert scan.state is ScanState.COMPLETE
    assert scan.log.participants_read == 3
    assert {one.kind for one in scan.log.failures.values()} == {FailureKind.DENIED}
    assert list(scan.log.failures) == ["p000", "p001"]


def test_a_scan_that_may_read_nobody_says_so(provide):
    source = SessionSource()
    deny(source, 3, of=3)
    scan = scan_all(provide(source))
    assert scan.state is ScanState.FAILED
    assert scan.failure.kind is FailureKind.DENIED
    assert scan.log.participants_failed == 3
    source.failures.clear()
    assert scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert source.is_held_by(scan.log)


def test_a_large_session_of_which_nobody_may_be_read_costs_a_few_calls_only(provide):
    source = SessionSource()
    deny(source, 200, of=200)
    scan = scan_all(provide(source))
    assert scan.state is ScanState.FAILED
    assert scan.failure.kind is FailureKind.DENIED
    assert FAILURES_IN_A_ROW <= len(source.asked) < FAILURES_IN_A_ROW + CALLS_AHEAD


def test_an_outage_stops_the_scan(provide):
    source = SessionSource()
    for number in range(200):
        source.add(f"p{number}")
        source.fail(f"p{number}", FailureKind.NETWORK)
    scan = scan_all(provide(source))
    assert scan.state is ScanState.FAILED
    assert FAILURES_IN_A_ROW <= len(source.asked) < FAILURES_IN_A_ROW + CALLS_AHEAD
    source.failures.clear()
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert source.is_held_by(scan.log)


def test_failures_with_answers_in_between_are_no_outage(provide):
    source = SessionSource()
    for number in range(80):
        source.add(f"p{number:02d}")
        if number % 2:
            source.fail(f"p{number:02d}", FailureKind.NETWORK)
    scan = scan_all(provide(source, one_by_one()))
    assert scan.state is ScanState.COMPLETE
    assert scan.log.participants_read == 80


def test_a_list_that_fails_in_the_middle_leaves_those_listed_to_be_read(provide):
    source = SessionSource(list_size=2)
    for number in range(4):
        source.add(f"p{number}")
    lists = []

    def fail_the_second(participant_id):
        lists.append(participant_id)
        if lists.count("") >= 2 and not participant_id:
            source.fail("", FailureKind.SERVICE)

    source.before_answer = fail_the_second
    scan = scan_all(provide(source))
    assert scan.state is ScanState.FAILED
    assert scan.failure.kind is FailureKind.SERVICE
    assert scan.log.participants_read == 2
    assert not scan.log.participants_complete
    assert source.calls["", "2"] == 2
    source.before_answer = lambda _: None
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert scan.log.participants_read == 4


def test_a_bug_in_a_source_is_reported_and_ends_the_scan_all_the_same(provide):
    source = SessionSource()
    source.add("p")
    source.add("q")

    def crash(participant_id):
        if participant_id == "p":
            raise ValueError("a bug")

    source.before_answer = crash
    provider = provide(source)
    bugs = []
    provider.on_bug = bugs.append
    scan = scan_all(provider)
    assert scan.state is ScanState.COMPLETE
    assert list(scan.log.failures) == ["p"]
    wait_for(lambda: len(bugs) == 2)


def test_a_participant_whose_reading_a_person_gives_up_is_read_at_the_end(provide):
    source = SessionSource()
    for number in range(12):
        source.add(f"p{number:02d}")
    provider, scan, gate = started_and_held(provide, source, "p00")
    assert provider.cancel(provider.events(scope("p00")))
    gate.opened.set()
    wait_state(scan, ScanState.COMPLETE)
    assert scan.log.participants_read == 12
    assert source.is_held_by(scan.log)


def test_an_ended_session_is_never_read_again(provide):
    source = SessionSource()
    source.add("p")
    source.end_time = EPOCH
    provider = provide(source)
    provider.read(provider.session(SESSION))
    wait_for(lambda: provider.session(SESSION).value)
    scan = scan_all(provider)
    calls = len(source.order)
    assert not scan.start()
    assert scan.state is ScanState.COMPLETE
    assert settled(provider)
    assert len(source.order) == calls


def test_a_live_session_is_read_again_without_those_that_are_gone(provide):
    source = SessionSource(page_size=3)
    source.add("here", events=4)
    source.add("gone", events=2, state="DISCONNECTED")
    source.add("leaving", events=2)
    provider = provide(source)
    scan = scan_all(provider)
    before = list(scan.log.log)
    source.order.clear()
    source.events["here"].append(joined("here", 50))
    source.events["leaving"].append(joined("leaving", 60))
    source.rows[2] = source.rows[2].__class__("leaving", state="DISCONNECTED")
    source.add("new", events=1)
    assert scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert set(source.asked) == {"here", "leaving", "new"}
    assert source.is_held_by(scan.log)
    assert list(scan.log.log)[: len(before)] == before
    source.order.clear()
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert set(source.asked) == {"here", "new"}
    assert source.is_held_by(scan.log)


def test_news_at_the_head_of_a_list_come_before_what_was_read(provide):
    source = SessionSource(page_size=3)
    source.add("p", events=9)
    source.events["p"].reverse()
    provider = provide(source)
    scan = scan_all(provider)
    source.calls.clear()
    source.events["p"].insert(0, joined("p", 99))
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    # One page tells that a list from the newest on goes on as before.
    assert source.calls == {("", None): 1, ("p", None): 1}
    assert list(provider.events(scope("p")).items) == source.events["p"]


@pytest.mark.parametrize("is_newest_first", [True, False])
def test_the_last_pass_reads_all_pages_again_since_nobody_looks_for_late_events_after_it(
    provide, is_newest_first
):
    source = SessionSource(page_size=3)
    source.add("p", events=9)
    late = 7 if is_newest_first else 1
    if is_newest_first:
        source.events["p"].reverse()
    provider = provide(source)
    scan = scan_all(provider)
    source.end_time = EPOCH
    source.events["p"].insert(late, joined("p", 1.5, remote_participant_id="late"))
    provider.read(provider.session(SESSION))
    wait_for(lambda: provider.session(SESSION).value)
    assert scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert source.is_held_by(scan.log)
    assert not scan.start()


def test_a_refresh_that_fails_leaves_the_participant_read(provide):
    source = SessionSource()
    source.add("p")
    provider = provide(source)
    scan = scan_all(provider)
    source.fail("p", FailureKind.SERVICE, FailureKind.SERVICE)
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert scan.log.is_read("p")
    assert scan.log.reading("p").failure.kind is FailureKind.SERVICE
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert not scan.log.failures


def test_a_second_pass_that_is_paused_reads_the_list_when_resumed(provide):
    source = SessionSource()
    source.add("p")
    provider = provide(source, RateLimiter(demand=FAST, background=1, window=0.05))
    scan = scan_all(provider)
    source.add("q")
    scan.start()
    scan.pause()
    wait_for(lambda: settled(provider))
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    assert scan.log.is_read("q")


def test_changes_of_the_scan_are_told_together_and_its_states_at_once(provide):
    source = SessionSource()
    for number in range(100):
        source.add(f"p{number}")
    provider = provide(source, clock=standing_clock(lambda: 5.0))
    heard = []
    provider.on_change = heard.append
    scan = scan_all(provider)
    wait_for(lambda: heard.count(scan) == 3)
    # The list is shared with screens; feeds of events that nobody has opened are not told of.
    assert set(heard) == {scan, scan.participants}


def test_progress_tells_rate_and_time_left(provide):
    source = SessionSource(page_size=1)
    for number in range(50):
        source.add(f"p{number:02d}", events=2)
    now = [0.0]
    provider = provide(source, clock=standing_clock(lambda: now[0]))

    def tick(participant_id):
        now[0] += 0.5
        if len(source.asked) == 21:
            gate.pass_through()

    gate = Gate(None)
    source.before_answer = tick
    scan = provider.scan(SESSION)
    scan.start()
    wait_for(gate.entered.is_set)
    scan.pause()
    assert scan.progress(now[0]).rate is None
    gate.opened.set()
    wait_for(lambda: settled(provider))
    scan.start()
    wait_state(scan, ScanState.COMPLETE)
    end = scan.progress(now[0])
    assert (end.calls, end.events, end.participants_read) == (101, 100, 50)
    assert end.eta_seconds == 0


def test_calls_wait_for_the_pace_and_the_pace_for_no_call(provide):
    source = SessionSource()
    for number in range(60):
        source.add(f"p{number}", events=6)
    provider = provide(source, RateLimiter(demand=FAST, background=1, window=0.003))
    waiting = []
    source.before_answer = lambda name: waiting.append(provider.activity().waiting) if name else 0
    scan_all(provider)
    # Whatever has gone out, others are lined up; at the end there are fewer left.
    assert min(waiting[: -2 * CALLS_AHEAD]) >= CALLS_AHEAD - 4
    assert len(waiting) == 120


@pytest.mark.slow
def test_twenty_five_thousand_participants_cost_the_same_each(provide):
    source = SessionSource(list_size=25_000)
    for number in range(25_000):
        source.add(f"participant{number:05d}", events=1, user_id=f"u{number}")
    provider = provide(source)
    scan = provider.scan(SESSION)
    steps = Counter()
    for name in ("_read", "_on_events", "_end", "_follow"):
        count_calls(scan, name, steps)
    count_calls(scan._members, "_take", steps)
    scan.start()
    wait_for(lambda: not scan.is_running, 120)
    assert scan.state is ScanState.COMPLETE
    assert scan.log.participants_read == 25_000
    assert steps == dict.fromkeys(["_read", "_end", "_follow", "_on_events", "_take"], 25_000)
    assert not scan._feeds
    assert not scan._members.queue._users


def count_calls(owner, name, steps):
    method = getattr(owner, name)

    def counted(*arguments, **options):
        steps[name] += 1
        return method(*arguments, **options)

    setattr(owner, name, counted)
