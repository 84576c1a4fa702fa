"""SweepEvents: the part of a sweep that reads the events of those listed."""

from functools import partial
from typing import Protocol

from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.stages import ParticipantScope, SessionScope
from ivscope.provider.fetch.fetcher import Reader
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.sweep_feed import SweptFeed, given_up
from ivscope.provider.fetch.sweep_members import SweepMembers
from ivscope.provider.fetch.sweep_progress import SweepState
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.session_log import ReadState

CALLS_AHEAD = 8
"""So many participants are asked for at once: four in flight and four that wait, so that the
pace is used while an answer is being stored."""

FAILURES_IN_A_ROW = 8
"""So many without an answer in between are no trouble of single participants any more."""

STOPPED_BY = frozenset(
    {
        FailureKind.EXPIRED,
        FailureKind.CREDENTIALS,
        FailureKind.DENIED,
        FailureKind.CONFIGURATION,
        FailureKind.THROTTLED,
    }
)
"""Whoever is asked for next would fail with the same. Throttling has been waited for before it
gets here."""

_OUTAGE = frozenset({FailureKind.NETWORK, FailureKind.TIMEOUT, FailureKind.SERVICE})
"""One alone can be bad luck; several in a row cannot."""


class EventFeeds(Protocol):
    """Where feeds of events are. Called with the reader's lock held."""

    def opened_events(self, scope: ParticipantScope) -> EventFeed | None:
        """The feed that a person has opened."""
        ...

    def new_events(self, scope: ParticipantScope) -> EventFeed:
        """A feed that is nobody's yet."""
        ...


class SweepOwner(Protocol):
    """The sweep that this is a part of. Called with the reader's lock held."""

    @property
    def is_running(self) -> bool:
        """Whether it asks for more."""
        ...

    @property
    def is_listing(self) -> bool:
        """Whether more participants are still to be listed in this round."""
        ...

    def note_answer(self, target: Fetchable) -> None:
        """A call of the sweep has ended, or a recorded answer has come."""
        ...

    def take_over(self, target: Fetchable) -> None:
        """Somebody else has read it."""
        ...

    def stop(self, state: SweepState, failure: ProviderFailure | None = None) -> None:
        """It cannot go on."""
        ...

    def end_round(self) -> None:
        """Nothing is left to ask for."""
        ...

    def announce(self) -> None:
        """Something has changed."""
        ...


class SweepEvents:
    """Keeps a few participants asked for at any time. Every answer costs what its page costs.

    Each participant has a feed while it is read, which knows how to read on, to retry and to
    refresh; the rows go to the log. All methods are called with the reader's lock held.
    """

    def __init__(
        self,
        sweep: SweepOwner,
        opened: EventFeeds,
        reader: Reader,
        members: SweepMembers,
        session: SessionScope,
    ) -> None:
        self._sweep = sweep
        self._opened = opened
        self._reader = reader
        self._members = members
        self._log = members.log
        self._session = session
        self._feeds: dict[int, SweptFeed] = {}
        """By participant number. Few: a feed that nobody has opened goes when it is read."""
        self._active: dict[int, SweptFeed] = {}
        """Those of them that the sweep has asked for."""
        self._is_retrying = False
        self._failures_in_a_row = 0
        self._ended = 0
        self._ended_pages = 0

    @property
    def calls_left(self) -> int:
        """The fewest calls that those listed so far take."""
        return len(self._members.queue) + len(self._active)

    @property
    def pages_each(self) -> float:
        """Pages of a participant on average; 1 before any is read."""
        return max(1.0, self._ended_pages / self._ended) if self._ended else 1.0

    def begin(self) -> None:
        """Forget what went wrong before."""
        self._is_retrying = False
        self._failures_in_a_row = 0

    def retry_failed(self) -> None:
        """Line those up that have failed."""
        self._is_retrying = True
        for number in self._log.failed_numbers:
            self._members.queue.add(number)

    def withdraw(self) -> None:
        """Give up the calls that wait."""
        for swept in list(self._active.values()):
            if self._reader.withdraw(swept.feed, Priority.SWEEP):
                self._set_aside(swept)

    def open(self, scope: ParticipantScope) -> EventFeed:
        """The feed for a person who opens a participant; see `Sweep.open`."""
        number = self._log.number(scope.participant_id)
        if number is None:
            return self._opened.new_events(scope)
        swept = self._feeds.get(number) or self._follow(number)
        swept.is_shared = True
        self._reader.follow(swept.feed, partial(self._on_events, swept), hidden=False)
        self._members.queue.promote(number)
        return swept.feed

    def fill(self) -> None:
        """Ask for as much as may wait at once; end the round when nothing is left."""
        queue = self._members.queue
        while self._sweep.is_running and len(self._active) < CALLS_AHEAD:
            number = queue.pop()
            if number is None:
                break
            if not self._read(number):
                queue.put_back(number)
                return
        if self._sweep.is_running and not (self._active or queue or self._sweep.is_listing):
            self._sweep.end_round()

    def _read(self, number: int) -> bool:
        """Ask for a participant's next page, or take over what others have read to the end.

        Returns:
            False when nothing can be asked for any more.
        """
        swept = self._feeds.get(number) or self._follow(number)
        feed, log = swept.feed, self._log
        is_complete = log.state(number) is ReadState.COMPLETE
        if feed.state is FeedState.COMPLETE and not is_complete:
            self._sweep.take_over(feed)
            self._end(swept, is_new=False)
            return True
        swept.is_refresh = is_complete and feed.state is FeedState.COMPLETE
        swept.mark()
        if not self._begin(swept):
            if feed.failure is None:
                return False
            log.fail(number, feed.failure)
            return True
        if not is_complete:
            log.set_state(number, ReadState.READING)
        return True

    def _begin(self, swept: SweptFeed) -> bool:
        if not self._reader.begin(swept.feed, Priority.SWEEP, swept.can_begin):
            return False
        self._active[swept.number] = swept
        return True

    def _follow(self, number: int) -> SweptFeed:
        participant_id = self._log.participant_id(number)
        scope = ParticipantScope(self._session.stage_arn, self._session.session_id, participant_id)
        feed = self._opened.opened_events(scope)
        is_shared = feed is not None
        if feed is None:
            feed = self._opened.new_events(scope)
            if self._log.state(number) is ReadState.COMPLETE:
                feed.fill(self._log.events_of(participant_id))
        swept = SweptFeed(number, feed, is_shared=is_shared)
        swept.take_over(self._log)
        self._feeds[number] = swept
        self._reader.follow(feed, partial(self._on_events, swept), hidden=not is_shared)
        return swept

    def _on_events(self, swept: SweptFeed) -> None:
        swept.take_over(self._log)
        if self._active.get(swept.number) is swept:
            self._take_answer(swept)
            self.fill()
        elif not swept.feed.status.is_busy:
            self._note_what_others_read(swept)
        self._sweep.announce()

    def _take_answer(self, swept: SweptFeed) -> None:
        self._sweep.note_answer(swept.feed)
        if swept.failure is None:
            self._failures_in_a_row = 0
        is_running = self._sweep.is_running
        if swept.feed.status.is_busy:
            if not is_running and self._reader.withdraw(swept.feed, Priority.SWEEP):
                self._set_aside(swept)
            return
        del self._active[swept.number]
        if swept.failure is not None:
            self._fail(swept, swept.failure)
        elif swept.is_done:
            self._end(swept, is_new=True)
        elif not swept.has_moved:
            self._fail(swept, given_up())
        elif is_running:
            swept.is_refresh = False
            swept.mark()
            self._begin(swept)
        else:
            self._set_aside(swept)

    def _note_what_others_read(self, swept: SweptFeed) -> None:
        number, feed = swept.number, swept.feed
        if self._log.state(number) is ReadState.COMPLETE:
            return
        if feed.state is FeedState.COMPLETE:
            self._members.queue.discard(number)
            self._end(swept, is_new=True)
        elif feed.pages and self._log.state(number) is ReadState.NOT_READ:
            self._log.set_state(number, ReadState.PARTIAL)

    def _end(self, swept: SweptFeed, *, is_new: bool) -> None:
        self._log.set_state(swept.number, ReadState.COMPLETE)
        is_new = is_new and not self._reader.times.is_recorded(swept.feed)
        self._members.end(swept.number, is_new=is_new)
        self._ended += 1
        self._ended_pages += swept.feed.pages
        self._let_go(swept)

    def _fail(self, swept: SweptFeed, failure: ProviderFailure) -> None:
        if failure.kind in STOPPED_BY:
            self._set_aside(swept)
            self._sweep.stop(SweepState.FAILED, failure)
            return
        self._log.fail(swept.number, failure)
        if swept.is_refresh or not swept.feed.pages:
            self._let_go(swept)
        self._failures_in_a_row += failure.kind in _OUTAGE
        if self._failures_in_a_row >= FAILURES_IN_A_ROW and not self._is_retrying:
            self._sweep.stop(SweepState.FAILED, failure)

    def _set_aside(self, swept: SweptFeed) -> None:
        """Have a participant wait for its turn again, with the pages read so far."""
        number = swept.number
        self._active.pop(number, None)
        self._members.queue.put_back(number)
        if self._log.state(number) is not ReadState.COMPLETE:
            has_pages = swept.feed.pages > 0
            self._log.set_state(number, ReadState.PARTIAL if has_pages else ReadState.NOT_READ)
            if has_pages:
                return
        self._let_go(swept)

    def _let_go(self, swept: SweptFeed) -> None:
        if not swept.is_shared:
            self._reader.unfollow(swept.feed)
            self._feeds.pop(swept.number, None)
