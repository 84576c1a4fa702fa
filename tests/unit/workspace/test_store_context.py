"""What the rules of findings get to see of a provider, and that looking costs nothing."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivscope.analysis.intervals import LATEST
from ivscope.domain import calls
from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import IngestConfiguration, Participant, ParticipantSummary
from ivscope.domain.times import from_microseconds, to_microseconds
from ivscope.findings import session_context
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.fetch.rate_limiter import RateLimiter
from ivscope.provider.fetch.scan_progress import ScanState
from ivscope.provider.store.feed import FeedState
from ivscope.workspace.store_context import StoreContext, session_facts
from support.moved_clock import standing_clock
from support.scripted_source import Gate
from support.session_source import EPOCH, SESSION, SessionSource, joined, scope
from support.waiting import wait_for

FAST = 100_000


class Told(SessionSource):
    """A session whose participants have facts, and whose lists can be made to go in circles."""

    cursor_always = None
    """What every page names as the next one."""

    def list_events(self, asked, cursor):
        return self._in_circles(super().list_events(asked, cursor))

    def list_participants(self, session, narrowed, cursor):
        return self._in_circles(super().list_participants(session, narrowed, cursor))

    def _in_circles(self, page):
        return page if self.cursor_always is None else replace(page, next_cursor=self.cursor_always)

    denies = False

    def list_ingest_configurations(self, stage_arn, cursor):
        if self.denies:
            raise ProviderFailure(FailureKind.DENIED, "denied", "", retryable=False)
        return Page((IngestConfiguration("arn:key"),))

    def get_participant(self, asked):
        self.order.append("facts")
        row = next(row for row in self.rows if row.participant_id == asked.participant_id)
        return Participant(row, sdk_version="1.41.0")


class Case:
    """A provider on a clock that the test moves; the world's time goes with it."""

    def __init__(self, source):
        self.source, self.seconds = source, 0.0
        self.provider = StageDataProvider(
            lambda: source,
            rate_limiter=RateLimiter(demand=FAST, background=FAST, window=0),
            clock=standing_clock(
                lambda: self.seconds, lambda: EPOCH + timedelta(seconds=self.seconds)
            ),
        )
        self.held = StoreContext(self.provider)

    def read(self, target):
        """Read a page, or the fact."""
        assert self.provider.read_more(target)
        wait_for(lambda: not target.status.is_busy)
        return target

    def read_all(self, name):
        feed = self.provider.events(scope(name))
        while feed.has_more:
            self.read(feed)
        return feed

    def refresh(self, feed):
        assert self.provider.refresh(feed)
        wait_for(lambda: not feed.status.is_busy)

    def scan(self):
        scan = self.provider.scan(SESSION)
        scan.start()
        wait_for(lambda: not scan.is_running)
        assert scan.state is ScanState.COMPLETE
        return scan

    def end_session(self, seconds):
        """Read that the session ended then."""
        self.source.end_time = EPOCH + timedelta(seconds=seconds)
        fact = self.provider.session(SESSION)
        self.provider.restart(fact)
        wait_for(lambda: fact.state is FeedState.COMPLETE)

    def at(self, seconds):
        time = to_microseconds(EPOCH + timedelta(seconds=seconds))
        return self.held.publishers_at(SESSION, time)


@pytest.fixture
def case():
    one = Case(Told())
    yield one
    one.provider.close()


def publisher(source, name, start, end=None, **members):
    """Somebody who publishes from one second to another."""
    source.add(name, **members)
    pairs = [("PUBLISH_STARTED", start), ("PUBLISH_STOPPED", end)]
    source.events[name] += [
        Event(kind, name, EPOCH + timedelta(seconds=at)) for kind, at in pairs if at is not None
    ]


def as_of(case, name):
    """Seconds up to which somebody is read; None when nothing can follow."""
    moment = case.held.log(scope(name)).reach.read_to
    return None if moment == LATEST else (from_microseconds(moment) - EPOCH).total_seconds()


def test_looking_reads_nothing_and_creates_nothing(case):
    case.source.add("p")
    held = case.held
    assert held.log(scope("p")) is None
    assert held.participant(scope("p")) is None
    assert held.summary(scope("p")) is None
    assert held.session(SESSION) is None
    assert held.participants(SESSION) is None
    assert case.at(0) is None
    assert held.scan_calls(SESSION) == 2
    assert held.work(scope("p"), 0) == 0
    provider = case.provider
    assert not case.source.order
    assert provider.store.opened_events(scope("p")) is None
    assert not provider.store.all_facts
    assert not provider.store.lists
    assert not provider._scans


def test_events_are_held_from_the_first_page_and_complete_from_the_last(case):
    case.source.add("p", events=5)
    feed = case.provider.events(scope("p"))
    assert case.held.log(scope("p")) is None
    case.read(feed)
    held = case.held.log(scope("p"))
    assert held.log is feed.items
    assert len(held.log) == 3
    assert not held.complete
    case.read(feed)
    assert case.held.log(scope("p")).complete


def test_a_failure_that_ends_the_reading_does_not_complete_it(case):
    case.source.add("p", events=5)
    feed = case.read(case.provider.events(scope("p")))
    case.source.fail("p", FailureKind.INVALID)
    case.read(feed)
    assert feed.state is FeedState.FAILED
    assert not case.held.log(scope("p")).complete


def test_a_list_that_leads_back_to_itself_is_not_complete_nor_while_it_is_read_again(case):
    case.source.add("p", events=5)
    case.source.add("q")
    case.source.cursor_always = Cursor("3")
    feed = case.read_all("p")
    assert feed.state is FeedState.FAILED
    assert not feed.has_more
    assert not case.held.log(scope("p")).complete
    listed = case.provider.participants(SESSION)
    case.read(case.read(listed))
    assert listed.state is FeedState.FAILED
    assert not case.held.participants(SESSION).complete
    gate = case.source.gates["p"] = Gate(None)
    case.provider.restart(feed)
    assert gate.entered.wait(10)
    assert feed.failure is None
    assert not case.held.log(scope("p")).complete
    gate.opened.set()


def test_a_live_participant_is_read_up_to_the_first_page_of_the_last_reading(case):
    case.source.add("p", events=5)
    case.seconds = 100
    feed = case.read(case.provider.events(scope("p")))
    assert as_of(case, "p") == 100
    case.seconds = 200
    case.read(feed)
    assert as_of(case, "p") == 100
    held = case.held.log(scope("p"))
    second = int(EPOCH.timestamp())
    assert held.covers(second + 99)
    assert not held.covers(second + 150)
    case.seconds = 300
    case.refresh(feed)
    assert as_of(case, "p") == 300


def test_a_refresh_that_failed_proves_nothing_new(case):
    case.source.add("p", events=2)
    feed = case.read_all("p")
    case.seconds = 300
    case.source.fail("p", FailureKind.NETWORK)
    case.refresh(feed)
    assert feed.status.refreshed.failure is not None
    assert as_of(case, "p") == 0


def test_a_refresh_of_several_calls_reaches_up_to_its_first_one(case):
    case.source.add("p", events=0)
    case.source.events["p"] = [joined("p", second) for second in (2, 1, 0)]
    feed = case.read_all("p")
    case.source.events["p"][:0] = [joined("p", second) for second in range(9, 2, -1)]
    case.seconds = 300

    def an_hour_goes_by(_):
        case.seconds += 3600

    case.source.before_answer = an_hour_goes_by
    case.refresh(feed)
    assert len(feed.items) == 10
    assert case.seconds > 300 + 3600
    assert as_of(case, "p") == 300


def test_a_refresh_that_leads_nowhere_proves_nothing_new(case):
    case.source.add("p", events=0)
    case.source.events["p"] = [joined("p", second) for second in (2, 1, 0)]
    feed = case.read_all("p")
    case.source.events["p"][:0] = [joined("p", second) for second in range(9, 2, -1)]
    case.source.cursor_always = Cursor("3")
    case.seconds = 300
    case.refresh(feed)
    assert feed.status.refreshed.failure is not None
    assert as_of(case, "p") == 0


def test_nothing_follows_when_the_session_had_ended_before_the_reading(case):
    case.source.add("p", events=2)
    case.seconds = 100
    case.read_all("p")
    case.end_session(50)
    assert as_of(case, "p") is None


def test_something_can_follow_when_the_session_ended_after_the_reading(case):
    case.source.add("p", events=2)
    case.seconds = 100
    case.read_all("p")
    case.end_session(150)
    assert as_of(case, "p") == 100


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_read_soon_after_is_not_settled_even_when_the_session_had_ended(case, ended):
    case.source.add("p", events=2)
    case.seconds = 1_000
    feed = case.read_all("p")
    if ended:
        case.end_session(50)
    second = int(EPOCH.timestamp())
    assert case.held.log(scope("p")).is_settled(second + 399)
    assert not case.held.log(scope("p")).is_settled(second + 400)
    case.seconds = 1_200
    case.refresh(feed)
    assert case.held.log(scope("p")).is_settled(second + 500)


def test_a_scan_settles_what_is_long_enough_before_it(case):
    publisher(case.source, "p", 10, 20)
    case.seconds = 700
    scan = case.scan()
    reach = case.held.reaches.in_scan(scan)("p")
    assert (from_microseconds(reach.settled_to) - EPOCH).total_seconds() == 100


def test_rows_come_from_the_list_until_the_facts_are_read(case):
    case.source.add("p", user_id="from the list")
    listed = case.read(case.provider.participants(SESSION))
    assert case.held.summary(scope("p")).user_id == "from the list"
    assert case.held.summary(scope("nobody")) is None
    assert case.held.participants(SESSION).complete
    case.source.rows = [ParticipantSummary("p", user_id="from the facts")]
    case.read(case.provider.participant(scope("p")))
    assert case.held.summary(scope("p")).user_id == "from the facts"
    assert case.held.participant(scope("p")).sdk_version == "1.41.0"
    assert list(case.held.participants(SESSION).rows) == list(listed.items)


def test_a_list_that_goes_on_is_not_complete(case):
    case.source.list_size = 1
    case.source.add("p")
    case.source.add("q")
    case.read(case.provider.participants(SESSION))
    assert not case.held.participants(SESSION).complete
    assert len(case.held.participants(SESSION).rows) == 1
    assert case.held.scan_calls(SESSION) == 2


def test_a_scan_that_was_never_started_counts_nobody(case):
    publisher(case.source, "p", 10, 90)
    case.provider.scan(SESSION)
    assert case.at(50) is None


def test_a_scan_tells_who_was_publishing(case):
    publisher(case.source, "p", 10, 90)
    publisher(case.source, "q", 20, 90, replication_type="REPLICA")
    publisher(case.source, "late", 60, 90)
    case.source.add("viewer")
    case.seconds = 1000
    case.scan()
    count = case.at(50)
    assert [seat.participant_id for seat in count.certain] == ["p", "q"]
    assert (count.least, count.most, count.read, count.total) == (2, 2, 4, 4)
    assert count.is_complete
    assert case.at(70).least == 3
    assert case.held.scan_calls(SESSION) == 0


def test_what_only_the_scan_has_read_is_held_and_opening_finds_it_at_the_same_positions(case):
    publisher(case.source, "p", 10, 90)
    case.scan()
    order = list(case.source.order)
    held = case.held.log(scope("p"))
    assert held.complete
    assert case.provider.store.opened_events(scope("p")) is None
    feed = case.provider.events(scope("p"))
    assert list(feed.items) == list(held.log)
    assert case.held.log(scope("p")).log is feed.items
    assert case.source.order == order


def test_a_scan_of_a_live_session_says_nothing_of_later_seconds(case):
    publisher(case.source, "p", 10)
    case.seconds = 100
    case.scan()
    assert case.at(50).least == 1
    assert case.at(50).is_complete
    later = case.at(150)
    assert (later.least, later.read) == (0, 0)
    assert not later.all_listed
    case.seconds = 200
    case.scan()
    assert case.at(150).least == 1
    assert case.at(150).is_complete


def test_whoever_was_opened_before_the_scan_is_read_only_up_to_then(case):
    publisher(case.source, "p", 10)
    publisher(case.source, "q", 10)
    case.seconds = 100
    case.read_all("p")
    case.seconds = 200
    case.scan()
    # It can have crashed, and come back after its events were read and before the list was.
    assert [seat.participant_id for seat in case.at(50).certain] == ["q"]
    assert [seat.participant_id for seat in case.at(50).unsure] == ["p"]
    count = case.at(150)
    assert [seat.participant_id for seat in count.certain] == ["q"]
    assert [seat.participant_id for seat in count.unsure] == ["p"]
    assert not count.is_complete


def test_whose_last_call_failed_is_not_read(case):
    publisher(case.source, "p", 10, 90)
    publisher(case.source, "q", 10, 90)
    case.source.fail("q", *[FailureKind.INVALID] * 4)
    case.seconds = 100
    case.scan()
    count = case.at(50)
    assert [seat.participant_id for seat in count.certain] == ["p"]
    assert not count.is_complete


def test_whoever_could_not_be_read_again_is_not_read_up_to_the_later_pass(case):
    publisher(case.source, "p", 10)
    publisher(case.source, "q", 10)
    case.seconds = 100
    case.scan()
    case.seconds = 200
    case.source.fail("q", *[FailureKind.INVALID] * 4)
    scan = case.scan()
    assert scan.log.is_read("q")
    count = case.at(150)
    assert [seat.participant_id for seat in count.certain] == ["p"]
    assert not count.is_complete
    assert not case.held.log(scope("q")).covers(int(EPOCH.timestamp()) + 150)
    assert case.held.log(scope("p")).covers(int(EPOCH.timestamp()) + 150)


def test_publishers_are_counted_once_for_what_is_read(case):
    publisher(case.source, "p", 10, 90)
    case.seconds = 1000
    scan = case.scan()
    assert case.held._publishers.work(scan) == 1 + 3
    first = case.at(50)
    assert case.at(50) == first
    assert case.held._publishers.work(scan) == 1
    assert case.held._publishers.work(scan) == 1


def test_a_scanned_session_is_seen_whole(case):
    publisher(case.source, "p", 10, 90)
    assert not session_facts(case.provider, SESSION).all_listed
    assert not case.source.order
    case.scan()
    session = session_facts(case.provider, SESSION)
    assert session.scope == SESSION
    assert session.all_listed
    assert session.is_read("p")
    assert not session.is_read("nobody")
    assert [row.participant_id for row in session.participants] == ["p"]
    assert [session.log.participant(at) for at in range(len(session.log))] == ["p"] * 3
    assert session.participant("p") is None
    case.read(case.provider.participant(scope("p")))
    assert session.participant("p").sdk_version == "1.41.0"
    assert session.scan_calls() == 0


def test_what_is_attached_to_a_stage_is_told_with_the_time_of_its_listing(case):
    assert case.held.ingest_configurations(SESSION.stage_arn) is None
    feed = case.provider.feed(calls.ingest_configurations(SESSION.stage_arn))
    assert case.held.ingest_configurations(SESSION.stage_arn) is None
    case.seconds = 100
    case.read(feed)
    case.seconds = 500
    held = case.held.ingest_configurations(SESSION.stage_arn)
    assert held.rows == [IngestConfiguration("arn:key")]
    assert (held.complete, held.failure) == (True, None)
    assert held.as_of == EPOCH + timedelta(seconds=100)


def test_a_denied_listing_is_told_and_one_listed_before_stays(case):
    case.source.denies = True
    feed = case.read(case.provider.feed(calls.ingest_configurations(SESSION.stage_arn)))
    held = case.held.ingest_configurations(SESSION.stage_arn)
    assert (held.rows, held.complete, held.as_of) == ([], False, None)
    assert held.failure.kind is FailureKind.DENIED
    case.source.denies = False
    assert case.provider.retry(feed)
    wait_for(lambda: not feed.status.is_busy)
    case.source.denies, case.seconds = True, 100
    case.provider.restart(feed)
    wait_for(lambda: feed.failure is not None)
    held = case.held.ingest_configurations(SESSION.stage_arn)
    assert (len(held.rows), held.complete, held.as_of) == (1, True, EPOCH)


def test_whose_events_may_not_be_read_is_told_of_a_scanned_session(case):
    publisher(case.source, "p", 10, 90)
    publisher(case.source, "q", 10, 90)
    publisher(case.source, "r", 10, 90)
    case.source.fail("q", *[FailureKind.DENIED] * 4)
    case.source.fail("r", *[FailureKind.INVALID] * 4)
    case.scan()
    assert session_facts(case.provider, SESSION).denied() == ["q"]


def failing(case, count, name="SUBSCRIBE_ERROR"):
    """Three participants with so many errors each, and as many other events."""
    for who in "abc":
        case.source.add(who)
        case.source.events[who] = [
            Event(kind, who, EPOCH + timedelta(seconds=at), None, code)
            for at in range(count)
            for kind, code in ((name, "QUOTA_EXCEEDED"), ("SUBSCRIBE_STARTED", None))
        ]


def test_for_an_error_the_errors_of_everybody_with_its_code_are_looked_at_once(case):
    failing(case, 5)
    case.scan()
    session = case.held.scanned(SESSION)
    assert case.held.work(scope("a"), 4) == 3 * 5 + 3
    (burst,) = session.bursts("QUOTA_EXCEEDED")
    assert burst.whose == {"a", "b", "c"}
    assert case.held.work(scope("a"), 4) == 3
    assert case.held.scanned(SESSION).bursts("QUOTA_EXCEEDED")[0] is burst


def test_publishers_are_counted_for_a_refused_publisher_only(case):
    failing(case, 5, "PUBLISH_ERROR")
    scan = case.scan()
    counting = case.held._publishers.work(scan)
    assert case.held.work(scope("a"), 4) == 3 * 5 + 3 + counting


def test_bursts_of_many_errors_are_found_ahead_when_all_is_read(case, monkeypatch):
    monkeypatch.setattr(session_context, "_MOST_IN_A_MOMENT", 10)
    failing(case, 5)
    assert case.held.find_ahead(SESSION) is None
    case.scan()
    case.held.find_ahead(SESSION)()
    assert case.held.work(scope("a"), 4) == 3
    assert case.held.find_ahead(SESSION) is None
