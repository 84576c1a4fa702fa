"""Sweep: reads the events of all participants of a session in the background."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from math import inf
from typing import Protocol

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.stages import ParticipantScope, SessionScope, StageSession
from ivscope.provider.fetch.fetcher import Reader
from ivscope.provider.fetch.rate_limiter import Priority
from ivscope.provider.fetch.sweep_events import STOPPED_BY, EventFeeds, SweepEvents
from ivscope.provider.fetch.sweep_feed import can_begin, given_up
from ivscope.provider.fetch.sweep_members import SweepMembers
from ivscope.provider.fetch.sweep_passes import SweepPasses
from ivscope.provider.fetch.sweep_progress import CallRate, SweepProgress, SweepState
from ivscope.provider.store.event_feed import EventFeed
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.fetchable import Fetchable

ANNOUNCED_EVERY_SECONDS = 0.1
"""What comes faster is announced together; no eye follows more than ten changes a second."""

_RUNNING = frozenset({SweepState.LISTING, SweepState.READING})


class SweptFrom(EventFeeds, Protocol):
    """What a sweep needs of what is held. Called with the reader's lock held."""

    def session(self, session: SessionScope, /) -> StageSession | None:
        """What is known of the session."""
        ...


class Sweep:
    """Reads the list of participants, and events as soon as somebody is listed.

    Most suspicious first among those listed. What others have read is taken over, and what it
    reads is there for others: the feed of a participant that a person opens is filled from
    `log`. While a session is live, `start` after the end reads what is new. After an end that
    was known when the reading began, nothing is read again.

    Has no thread. All methods may be called from any thread and return at once.
    """

    def __init__(
        self,
        held: SweptFrom,
        reader: Reader,
        members: SweepMembers,
        session: SessionScope,
        *,
        clock: Callable[[], float],
        announce: Callable[["Sweep"], None],
    ) -> None:
        self.session = session
        self.participants = members.rows
        """The list of participants, shared with every screen."""
        self.log = members.log
        """What is read so far."""
        self._tell = announce
        self._reader = reader
        self._clock = clock
        self._members = members
        self._events = SweepEvents(self, held, reader, members, session)
        self._rate = CallRate()
        self._state = SweepState.IDLE
        self._failure: ProviderFailure | None = None
        self._list_failure: ProviderFailure | None = None
        self._list_mark = (-1, -1)
        self._outdated_list: int | None = None
        """The generation of the list that a later pass does not want to see."""
        self._passes = SweepPasses(reader.times, clock, partial(held.session, session))
        self._has_retried = False
        self._calls = 0
        self._announced = -inf

    @property
    def state(self) -> SweepState:
        """How it stands."""
        return self._state

    @property
    def is_running(self) -> bool:
        """Whether it asks for more."""
        return self._state in _RUNNING

    @property
    def is_listing(self) -> bool:
        """Whether more participants are still to be listed in this round."""
        return not self.log.participants_complete and self._list_failure is None

    @property
    def failure(self) -> ProviderFailure | None:
        """Why it stopped; None unless the state is FAILED."""
        return self._failure

    @property
    def calls_left(self) -> int:
        """The fewest calls that the rest takes; participants may have more than one page."""
        return self._events.calls_left + (not self.log.participants_complete)

    @property
    def up_to_date_at(self) -> float:
        """When the last complete pass began, or the first one, on the provider's clock.

        Or when a recorded answer was asked for. Whoever is read to the end was read after it, or
        had news after it only if somebody else has read it before; whose last call failed may
        have been read earlier.
        """
        return self._passes.up_to_date_at

    @property
    def recorded_at(self) -> datetime | None:
        """When the oldest was asked for that an earlier run has read; None for nothing such."""
        return self._passes.recorded_at

    def progress(self, now: float) -> SweepProgress:
        """How far it has come; `now` on the clock of the provider."""
        log = self.log
        is_running = self.is_running
        rate = self._rate.at(now) if is_running else None
        eta = None
        if self._state is SweepState.COMPLETE:
            eta = 0.0
        elif rate and log.participants_complete:
            eta = self.calls_left * self._events.pages_each / rate
        return SweepProgress(
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

    def start(self) -> bool:
        """Begin, or go on after `pause`, `cancel` or a failure; after the end read what is new.

        Returns:
            Whether it is reading now.
        """
        with self._reader.changing():
            if not self.is_running and self._has_work():
                self._failure = None
                self._read()
        return self.is_running

    def pause(self) -> None:
        """Ask for nothing more. Answers under way still come, since they were paid for."""
        self._stop_from_outside(SweepState.PAUSED, _RUNNING)

    def cancel(self) -> None:
        """As `pause`, for good; `start` would go on with what is not read yet."""
        self._stop_from_outside(
            SweepState.CANCELLED, _RUNNING | {SweepState.PAUSED, SweepState.FAILED}
        )

    def open(self, scope: ParticipantScope) -> EventFeed:
        """With the reader's lock held: the feed for a person who opens a participant.

        It holds what the sweep has read of the participant, who is read next unless read.
        """
        return self._events.open(scope)

    # All methods below are called with the reader's lock held.

    def _has_work(self) -> bool:
        if self._state is SweepState.COMPLETE and self._passes.is_final:
            return self.log.participants_failed > 0
        if self._state in {SweepState.IDLE, SweepState.COMPLETE}:
            self._begin_pass()
        return True

    def _begin_pass(self) -> None:
        self._members.begin_pass()
        if not self._passes.begin():
            self.log.participants_complete = False
            self._outdated_list = self.participants.generation

    def _read(self) -> None:
        self._has_retried = False
        self._events.begin()
        self._rate.forget()
        self._set_state(SweepState.LISTING)
        self._reader.follow(self.participants, self._on_list, hidden=False)
        self._members.take_rows()
        self._ask_list()
        self._events.fill()

    def _stop_from_outside(self, state: SweepState, stoppable: frozenset[SweepState]) -> None:
        with self._reader.changing():
            if self._state in stoppable:
                self.stop(state)

    def stop(self, state: SweepState, failure: ProviderFailure | None = None) -> None:
        """Ask for nothing more, for the reason given."""
        self._failure = failure
        self._set_state(state)
        self._reader.withdraw(self.participants, Priority.SWEEP)
        self._events.withdraw()

    def _set_state(self, state: SweepState) -> None:
        if state is not self._state:
            self._state = state
            self._announced = -inf
            self.announce()

    def announce(self) -> None:
        """Something has changed. Not every time is told."""
        now = self._clock()
        if now - self._announced >= ANNOUNCED_EVERY_SECONDS:
            self._announced = now
            self._reader.afterwards(lambda: self._tell(self))

    def note_answer(self, target: Fetchable) -> None:
        """A call of the sweep has ended, or a recorded answer has come."""
        if self._passes.note(target):
            self._calls += 1
            self._rate.note(self._clock())

    def take_over(self, target: Fetchable) -> None:
        """Somebody else has read it."""
        self._passes.take_over(target)

    def end_round(self) -> None:
        """Nothing is left to ask for."""
        if not self._has_retried and (
            self.log.participants_failed or self._list_failure is not None
        ):
            self._has_retried = True
            self._events.retry_failed()
            if self._list_failure is not None:
                self._list_failure = None
                self._ask_list()
            self._events.fill()
        elif self._list_failure is not None:
            self.stop(SweepState.FAILED, self._list_failure)
        elif self._passes.end():
            self._begin_pass()
            self._read()
        else:
            self._set_state(SweepState.COMPLETE)

    # The list of participants.

    def _mark_list(self) -> None:
        status = self.participants.status
        self._list_mark = (status.generation, status.pages)

    def _ask_list(self) -> None:
        feed = self.participants
        self._mark_list()
        if feed.generation == self._outdated_list:
            if not feed.status.is_busy:
                self._reader.begin_again(feed, Priority.SWEEP)
            return
        if feed.state is FeedState.COMPLETE:
            self._end_list()
            return
        self._reader.begin(feed, Priority.SWEEP, lambda: can_begin(feed, may_restart=True))

    def _on_list(self) -> None:
        status = self.participants.status
        self._members.take_rows()
        if self.is_running:
            has_moved = (status.generation, status.pages) != self._list_mark
            self.note_answer(self.participants)
            if status.is_busy:
                pass
            elif status.failure is not None:
                self._fail_list(status.failure)
            elif status.state is FeedState.COMPLETE or has_moved:
                self._ask_list()
            else:
                self._fail_list(given_up())
            self._events.fill()
        self.announce()

    def _end_list(self) -> None:
        self._list_failure = None
        self.log.participants_complete = True
        self._members.end_list()
        self._set_state(SweepState.READING)

    def _fail_list(self, failure: ProviderFailure) -> None:
        if failure.kind in STOPPED_BY:
            self.stop(SweepState.FAILED, failure)
        else:
            # Whoever is listed so far can be read all the same.
            self._list_failure = failure
