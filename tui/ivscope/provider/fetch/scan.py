"""Scan: reads the events of all participants of a session in the background.

Long because reading the list of participants and reading their events share their state: an answer
to either decides what is asked next, and when a round has ended.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from math import inf
from typing import Final

from ivscope.domain import calls
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
)
from ivscope.provider.fetch.fetcher import Fetcher
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.scan_members import (
    COUNTED,
    STOPPED_BY,
    STOPPED_BY_ONE,
    ScanMembers,
    ScannedFeed,
    Wanted,
    can_begin,
    given_up,
)
from ivscope.provider.fetch.scan_progress import CallRate, ScanPasses, ScanProgress, ScanState
from ivscope.provider.fetch.scan_queue import READ_FIRST, Sample
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.feed import Feed, FeedState
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.session_log import ReadState, SessionLog
from ivscope.provider.store.store import Store

ANNOUNCED_EVERY_SECONDS = 0.1
"""Faster changes are announced together: no eye follows more than ten changes a second."""

CALLS_AHEAD = 8
"""Participants asked for at once: four calls in flight and four that wait, so that the next call
starts as soon as the rate limiter allows it, even while an answer is being stored."""

FAILURES_IN_A_ROW = 8
"""So many failures without an answer in between concern the connection or all participants."""

_RUNNING = frozenset({ScanState.LISTING, ScanState.READING})


class Scan:
    """Reads the list of participants of a session, and the events of each as soon as it is listed.

    The most suspicious of those listed go first. When the list has more than one page, those who
    published and those with a failed recording are listed first, by the filters of the service.
    Of a session that had ended by then the others are read in random order: `sample` tells who was.
    Events that a person has read are taken over, and the feed of a participant that a person opens
    is filled from `log`. While a session is live, `start` after the scan is complete reads what is
    new. When the session had ended before the scan began, nothing is read again.

    A few participants are read at any time, and storing an answer costs what its page costs. Each
    has a feed while it is read, which knows how to read on, to retry and to refresh.

    Has no thread. All public methods but `open` may be called from any thread and return at once.
    """

    def __init__(
        self,
        store: Store,
        fetcher: Fetcher,
        session: SessionScope,
        *,
        clock: Callable[[], float],
        announce: Callable[["Scan"], None],
        draw: Callable[[], float],
    ) -> None:
        """Read nothing yet.

        Args:
            store: All feeds; its list of participants is shared with the screens.
            fetcher: Makes the calls.
            session: The session to read.
            clock: Seconds.
            announce: Called with the scan when it has changed.
            draw: Draws a number from 0 to 1, any as likely as another, for the random order.
        """
        self.session = session
        self.participants = store.feed(calls.participants(session))
        """The list of participants, shared with every screen."""
        self.log: Final = SessionLog(store.tables)
        """The events read so far."""
        self._tell = announce
        self._store = store
        self._fetcher = fetcher
        self._clock = clock
        self._members = ScanMembers(
            self.log, self.participants, lambda: store.opened_in(session).keys()
        )
        self._draw = draw
        self._is_long = False
        """Whether the list has more than one page."""
        self._narrowed: dict[ParticipantFilter, Feed[ParticipantSummary]] = {}
        """The lists of those who come first; empty unless the list is long."""
        self._narrowing: set[ParticipantFilter] = set()
        """What is under way of them: until it has ended nobody else is read."""
        self._awaits_session = False
        """Whether a long list waits for the answer that says whether the session has ended."""
        self._rate = CallRate()
        self._state = ScanState.IDLE
        self._failure: ProviderFailure | None = None
        self._list_failure: ProviderFailure | None = None
        self._list_mark = (-1, -1)
        self._outdated_list: int | None = None
        """The generation of the list before this pass, which is too old for it."""
        self.passes = ScanPasses(
            fetcher.times,
            clock,
            lambda: store.has_ended(session),
            partial(store.is_settled, session),
        )
        self._calls = 0
        self._announced = -inf
        self._feeds: dict[int, ScannedFeed] = {}
        """By participant number. Few: a feed that nobody has opened is dropped once it is read."""
        self._active: dict[int, ScannedFeed] = {}
        """Those whose next page the scan has asked for."""
        self._is_retrying = False
        self._failures_in_a_row = 0
        self._denied: ProviderFailure | None = None
        """The last refusal to read a participant since the scan was resumed."""
        self._ended = 0
        self._ended_pages = 0

    @property
    def state(self) -> ScanState:
        """The state of the scan."""
        return self._state

    @property
    def is_running(self) -> bool:
        """Whether it goes on by itself."""
        return self._state in _RUNNING

    @property
    def is_listing(self) -> bool:
        """Whether more participants are still to be listed in this round."""
        is_listed = self.log.participants_complete or self._list_failure is not None
        # Of a long list the narrowed one is enough when not everybody is wanted.
        is_listed = is_listed or (self._is_long and self._members.wanted is not None)
        return not is_listed or self._awaits_session or bool(self._narrowing)

    @property
    def listed_first(self) -> list[ParticipantSummary]:
        """Rows of those who come first, as the filters of the service list them; a copy."""
        return [row for narrowed in self._narrowed.values() for row in narrowed.facts]

    @property
    def failure(self) -> ProviderFailure | None:
        """Why it stopped; None unless the state is FAILED."""
        return self._failure

    @property
    def calls_left(self) -> int:
        """The fewest calls that the rest takes; participants may have more than one page."""
        lists = len(self._narrowing) + (not self.log.participants_complete)
        return len(self._members.queue) + len(self._active) + lists

    @property
    def up_to_date_at(self) -> float:
        """When the last complete pass began, or the first one, or an older answer was recorded.

        On the provider's clock. Who is read to the end was read after it, but may have new events
        since then if a person had read it before. Whose last call failed may be older, too.
        """
        return self.passes.up_to_date_at

    @property
    def recorded_at(self) -> datetime | None:
        """When the oldest recorded answer in use was asked for; None without one."""
        return self.passes.recorded_at

    def progress(self, now: float) -> ScanProgress:
        """How far it has come; `now` on the clock of the provider."""
        log = self.log
        is_running = self.is_running
        rate = self._rate.at(now) if is_running else None
        eta = None
        if self._state is ScanState.COMPLETE:
            eta = 0.0
        elif rate and log.participants_complete:
            pages_each = max(1.0, self._ended_pages / max(1, self._ended))
            eta = self.calls_left * pages_each / rate
        return ScanProgress(
            state=self._state,
            participants_known=log.participants_known,
            list_complete=log.participants_complete,
            participants_read=log.participants_read,
            failed=log.participants_failed,
            calls=self._calls,
            events=len(log.log),
            rate=rate,
            eta_seconds=eta,
            failure=self._failure,
        )

    def sample(self) -> Sample | None:
        """Return who of a big session that has ended is read, and who of them at random.

        None for any other session. Costs as much as there are participants.
        """
        return self._members.queue.sample(self.log)

    def start(self, wanted: Wanted | None = None) -> bool:
        """Begin, or go on after `pause`, `cancel` or a failure; once complete read what is new.

        Args:
            wanted: Whom to read, when that is not everybody. Then it pauses by itself; a long list
                is not read to its end. Only for a scan that was not started before.

        Returns:
            Whether it is reading now.
        """
        with self._fetcher.changing():
            if wanted is None:
                self._members.want_everybody()
            elif self._state is ScanState.IDLE:
                self._members.wanted = wanted
            if not self.is_running and self._has_work():
                self._failure = None
                self._resume()
        return self.is_running

    def pause(self) -> None:
        """Ask for nothing more. Calls under way are not given up, since they count already."""
        self._stop_from_outside(ScanState.PAUSED, _RUNNING)

    def cancel(self) -> None:
        """As `pause`, for good; `start` would go on with what is not read yet."""
        self._stop_from_outside(
            ScanState.CANCELLED, _RUNNING | {ScanState.PAUSED, ScanState.FAILED}
        )

    def open(self, scope: ParticipantScope) -> EventFeed:
        """With the fetcher's lock held: the feed for a person who opens a participant.

        It has what the scan has read of the participant, which the scan now reads next.
        """
        number = self.log.number(scope.participant_id)
        if number is None:
            return self._store.new_events(scope)
        scanned = self._feeds.get(number) or self._follow(number)
        scanned.is_shared = True
        self._fetcher.follow(scanned.feed, partial(self._on_events, scanned), hidden=False)
        self._members.queue.promote(number)
        return scanned.feed

    # All methods below are called with the fetcher's lock held.

    def let_go(self) -> None:
        """Hear of nothing any more, so that nothing keeps this scan in memory."""
        lists: list[Fetchable] = [self.participants, *self._narrowed.values()]
        for target in (*lists, self._store.fact(calls.session(self.session))):
            self._fetcher.unfollow(target, is_kept=True)

    def _has_work(self) -> bool:
        if self._state is ScanState.COMPLETE and self.passes.is_final:
            return self.log.participants_failed > 0
        if self._state in {ScanState.IDLE, ScanState.COMPLETE}:
            self._begin_pass()
        return True

    def _begin_pass(self) -> None:
        self._members.begin_pass()
        if not self.passes.begin():
            self.log.participants_complete = False
            self._outdated_list = self.participants.generation

    def _resume(self) -> None:
        self._is_retrying = False
        self._failures_in_a_row = 0
        self._denied = None
        self._rate.forget()
        self._set_state(ScanState.LISTING)
        self._fetcher.follow(self.participants, self._on_list, hidden=False)
        self._take_rows()
        self._ask_narrowed_lists()
        self._ask_list()
        self._fill()

    def _stop_from_outside(self, state: ScanState, stoppable: frozenset[ScanState]) -> None:
        with self._fetcher.changing():
            if self._state in stoppable:
                self._stop(state)

    def _stop(self, state: ScanState, failure: ProviderFailure | None = None) -> None:
        """Ask for nothing more; state and failure say why."""
        self._failure = failure
        self._set_state(state)
        self._fetcher.withdraw(self.participants, Priority.SCAN)
        for narrowed in self._narrowing:
            self._fetcher.withdraw(self._narrowed[narrowed], Priority.SCAN)
        self._narrowing.clear()
        for scanned in list(self._active.values()):
            if self._fetcher.withdraw(scanned.feed, Priority.SCAN):
                self._set_aside(scanned)

    def _set_state(self, state: ScanState) -> None:
        if state is not self._state:
            self._state = state
            self._announced = -inf
            self._announce()

    def _announce(self) -> None:
        """Announce a change, unless another one was announced a moment ago."""
        now = self._clock()
        if now - self._announced >= ANNOUNCED_EVERY_SECONDS:
            self._announced = now
            self._fetcher.afterwards(lambda: self._tell(self))

    def _note_answer(self, target: Fetchable) -> None:
        """Count a call of the scan that has ended; a recorded answer is no call."""
        if self.passes.note(target):
            self._calls += 1
            self._rate.note(self._clock())

    def _end_round(self) -> None:
        """Retry what has failed, or end the pass. Called when nothing is left to ask for."""
        if not self._is_retrying and (
            self.log.participants_failed or self._list_failure is not None
        ):
            self._is_retrying = True
            for number in self.log.failed_numbers:
                self._members.queue.add(number)
            if self._list_failure is not None:
                self._list_failure = None
                self._ask_list()
            self._fill()
        elif self._list_failure is not None:
            self._stop(ScanState.FAILED, self._list_failure)
        elif self._denied is not None and not self.log.participants_read:
            self._stop(ScanState.FAILED, self._denied)
        elif self._members.leaves_out:
            self._set_state(ScanState.PAUSED)
        elif self.passes.end():
            self._begin_pass()
            self._resume()
        else:
            self._set_state(ScanState.COMPLETE)

    # The list of participants.

    def _mark_list(self) -> None:
        status = self.participants.status
        self._list_mark = (status.generation, status.pages)

    def _ask_list(self) -> None:
        feed = self.participants
        self._mark_list()
        if self._is_long and self._members.wanted is not None:
            return
        if feed.generation == self._outdated_list:
            if not feed.status.is_busy:
                self._fetcher.begin_again(feed, Priority.SCAN)
            return
        if feed.state is FeedState.COMPLETE:
            self._end_list()
            return
        self._fetcher.begin(feed, Priority.SCAN, lambda: can_begin(feed, may_restart=True))

    def _take_rows(self) -> None:
        """Queue whom the list has gained; once it proves long, list first who comes first."""
        feed = self.participants
        if not self._is_long and (feed.pages > 1 or (feed.pages and feed.has_more)):
            self._awaits_session = self.passes.is_first and self._ask_session()
            if self._awaits_session:
                return
            self._is_long = True
            if self.passes.is_first:
                if self._store.has_ended(self.session) and not self.log.participants_known:
                    self._members.queue.draw_others(self._draw)
                wanted = self._members.wanted
                first = READ_FIRST if wanted is None else (wanted.narrowed,)
                lists = ((one, calls.participants(self.session, one)) for one in first)
                self._narrowed = {one: self._store.feed(call) for one, call in lists}
                self._ask_narrowed_lists()
        self._members.take_rows()

    def _ask_session(self) -> bool:
        """Ask whether the session has ended, if that is unknown. Returns whether it will be."""
        if self._store.session(self.session) is not None:
            return False
        fact = self._store.fact(calls.session(self.session))
        self._fetcher.follow(fact, self._on_session, hidden=False)
        return self._fetcher.begin(fact, Priority.SCAN, lambda: fact.wants_read)

    def _on_session(self) -> None:
        fact = self._store.fact(calls.session(self.session))
        if self._awaits_session and self.is_running and not fact.status.is_busy:
            self._take_rows()
            self._fill()

    def _ask_narrowed_lists(self) -> None:
        for narrowed in self._narrowed if self.is_running else ():
            self._ask_narrowed(narrowed)

    def _ask_narrowed(self, narrowed: ParticipantFilter) -> None:
        """Ask for the next page of a narrowed list. What it lacks comes with the whole list."""
        feed = self._narrowed[narrowed]
        self._fetcher.follow(feed, partial(self._on_narrowed, narrowed), hidden=False)
        self._members.take_first(feed, narrowed)
        if feed.state is not FeedState.COMPLETE and self._fetcher.begin(
            feed, Priority.SCAN, lambda: can_begin(feed, may_restart=False)
        ):
            self._narrowing.add(narrowed)

    def _on_narrowed(self, narrowed: ParticipantFilter) -> None:
        feed = self._narrowed[narrowed]
        self._members.take_first(feed, narrowed)
        if narrowed in self._narrowing and self.is_running:
            self._note_answer(feed)
            if not feed.status.is_busy:
                self._narrowing.discard(narrowed)
                if feed.failure is None:
                    self._ask_narrowed(narrowed)
            self._fill()
        self._announce()

    def _on_list(self) -> None:
        status = self.participants.status
        self._take_rows()
        if self.is_running:
            has_moved = (status.generation, status.pages) != self._list_mark
            self._note_answer(self.participants)
            if status.is_busy:
                pass
            elif status.failure is not None:
                self._fail_list(status.failure)
            elif status.state is FeedState.COMPLETE or has_moved:
                self._ask_list()
            else:
                self._fail_list(given_up())
            self._fill()
        self._announce()

    def _end_list(self) -> None:
        self._list_failure = None
        self.log.participants_complete = True
        self._members.end_list()
        self._set_state(ScanState.READING)

    def _fail_list(self, failure: ProviderFailure) -> None:
        if failure.kind in STOPPED_BY:
            self._stop(ScanState.FAILED, failure)
        else:
            self._list_failure = failure  # those listed so far can be read all the same

    # The events of those listed.

    def _fill(self) -> None:
        """Ask for as much as may wait at once; end the round when nothing is left."""
        queue = self._members.queue
        while self.is_running and len(self._active) < CALLS_AHEAD:
            number = queue.pop(only_first=bool(self._narrowing))
            if number is None:
                break
            if not self._read(number):
                queue.put_back(number)
                return
        if self.is_running and not (self._active or queue or self.is_listing):
            self._end_round()

    def _read(self, number: int) -> bool:
        """Ask for a participant's next page, or take over what a person has read to the end.

        Returns:
            False when nothing can be asked for any more.
        """
        scanned = self._feeds.get(number) or self._follow(number)
        feed, log = scanned.feed, self.log
        is_complete = log.state(number) is ReadState.COMPLETE
        if feed.state is FeedState.COMPLETE and not is_complete:
            self.passes.take_over(feed)
            self._end(scanned, is_new=False)
            return True
        scanned.is_refresh = is_complete and feed.state is FeedState.COMPLETE
        scanned.mark()
        if not self._begin(scanned):
            if feed.failure is None:
                return False
            log.fail(number, feed.failure)
            return True
        if not is_complete:
            log.set_state(number, ReadState.READING)
        return True

    def _begin(self, scanned: ScannedFeed) -> bool:
        can_begin = partial(scanned.can_begin, is_last=self.passes.may_be_last)
        if not self._fetcher.begin(scanned.feed, Priority.SCAN, can_begin):
            return False
        self._active[scanned.number] = scanned
        return True

    def _follow(self, number: int) -> ScannedFeed:
        participant_id = self.log.participant_id(number)
        scope = ParticipantScope(self.session.stage_arn, self.session.session_id, participant_id)
        feed = self._store.opened_events(scope)
        is_shared = feed is not None
        if feed is None:
            feed = self._store.new_events(scope)
            if self.log.state(number) is ReadState.COMPLETE:
                feed.fill(self.log.events_of(participant_id))
        scanned = ScannedFeed(number, feed, is_shared=is_shared)
        scanned.take_over(self.log)
        self._feeds[number] = scanned
        self._fetcher.follow(feed, partial(self._on_events, scanned), hidden=not is_shared)
        return scanned

    def _on_events(self, scanned: ScannedFeed) -> None:
        scanned.take_over(self.log)
        if self._active.get(scanned.number) is scanned:
            self._take_answer(scanned)
            self._fill()
        elif not scanned.feed.status.is_busy:
            self._note_what_others_read(scanned)
        self._announce()

    def _take_answer(self, scanned: ScannedFeed) -> None:
        self._note_answer(scanned.feed)
        if scanned.failure is None:
            self._failures_in_a_row = 0
        is_running = self.is_running
        if scanned.feed.status.is_busy:
            if not is_running and self._fetcher.withdraw(scanned.feed, Priority.SCAN):
                self._set_aside(scanned)
            return
        del self._active[scanned.number]
        if scanned.failure is not None:
            self._fail(scanned, scanned.failure)
        elif scanned.is_done:
            self._end(scanned, is_new=True)
        elif not scanned.has_moved:
            self._fail(scanned, given_up())
        elif is_running:
            scanned.is_refresh = False
            scanned.mark()
            self._begin(scanned)
        else:
            self._set_aside(scanned)

    def _note_what_others_read(self, scanned: ScannedFeed) -> None:
        number, feed = scanned.number, scanned.feed
        if self.log.state(number) is ReadState.COMPLETE:
            return
        if feed.state is FeedState.COMPLETE:
            self._members.queue.discard(number)
            self._end(scanned, is_new=True)
        elif feed.pages and self.log.state(number) is ReadState.NOT_READ:
            self.log.set_state(number, ReadState.PARTIAL)

    def _end(self, scanned: ScannedFeed, *, is_new: bool) -> None:
        self.log.set_state(scanned.number, ReadState.COMPLETE)
        is_new = is_new and not self._fetcher.times.is_recorded(scanned.feed)
        self._members.end(scanned.number, is_new=is_new)
        self._ended += 1
        self._ended_pages += scanned.feed.pages
        self._let_go(scanned)

    def _fail(self, scanned: ScannedFeed, failure: ProviderFailure) -> None:
        if failure.kind in STOPPED_BY_ONE:
            self._set_aside(scanned)
            self._stop(ScanState.FAILED, failure)
            return
        if failure.kind is FailureKind.DENIED:
            self._denied = failure
        self.log.fail(scanned.number, failure)
        if scanned.is_refresh or not scanned.feed.pages:
            self._let_go(scanned)
        self._failures_in_a_row += failure.kind in COUNTED
        if self._failures_in_a_row >= FAILURES_IN_A_ROW and not self._is_retrying:
            self._stop(ScanState.FAILED, failure)

    def _set_aside(self, scanned: ScannedFeed) -> None:
        """Put a participant back into the queue, with the pages read so far."""
        number = scanned.number
        self._active.pop(number, None)
        self._members.queue.put_back(number)
        if self.log.state(number) is not ReadState.COMPLETE:
            has_pages = scanned.feed.pages > 0
            self.log.set_state(number, ReadState.PARTIAL if has_pages else ReadState.NOT_READ)
            if has_pages:
                return
        self._let_go(scanned)

    def _let_go(self, scanned: ScannedFeed) -> None:
        if not scanned.is_shared:
            self._fetcher.unfollow(scanned.feed)
            self._feeds.pop(scanned.number, None)
