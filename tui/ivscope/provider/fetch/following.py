"""Follower: polls a live participant, less often while nothing happens."""

from collections.abc import Callable
from enum import StrEnum
from math import inf

from ivscope.domain.failures import ProviderFailure
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope
from ivscope.provider.fetch.provider import StageDataProvider
from ivscope.provider.store.feed import FeedState
from ivscope.provider.store.indexes import OrderLabel

SHORTEST_WAIT_SECONDS = 2.0
"""After new events: half a call per second, an eighth of what a person may use."""

LONGEST_WAIT_SECONDS = 30.0
"""However long nothing happens: whoever watches should not wait longer for a new event."""

_SLOWDOWN = 1.5

_EMPTY_POLLS_PER_CHECK = 5
"""After so many polls without new events the session is read again: 26 s at first, later 150 s."""


class FollowState(StrEnum):
    """The state of following; the word is shown on screen."""

    OFF = "OFF"
    FOLLOWING = "FOLLOWING"
    PAUSED = "PAUSED"
    """Still polling, so that the number of new events is known; the list stays where it is."""
    THROTTLED = "THROTTLED"
    ENDED = "ENDED"
    """The session has ended, and a last poll after that has come back."""
    FAILED = "FAILED"
    """The last poll failed. Polls go on by themselves when the same call can succeed later."""


@frozen
class FollowStatus:
    """What the status line says about following."""

    state: FollowState
    new_events: int
    """Events found by refreshes and not marked as seen."""
    next_in: float | None
    """Seconds to the next poll; None while one is under way, and when none will follow."""
    throttled_seconds: float
    """Until the throttling wait ends; 0 in every other state than THROTTLED."""
    failure: ProviderFailure | None
    """Set exactly when the state is FAILED."""


class Follower:
    """Polls one participant. Has no thread: its owner calls `tick`.

    Call `tick` when `next_in` has passed, and after every change that the provider announces.
    `now` is in seconds on the clock of the provider. A participant that has left is followed
    on, for it may come back; what ends the following is the end of the session.
    """

    def __init__(
        self,
        provider: StageDataProvider,
        scope: ParticipantScope,
        is_live: Callable[[], bool | None] = lambda: None,
    ) -> None:
        """Follow nothing yet.

        Args:
            provider: Makes the calls.
            scope: The participant.
            is_live: Whether the session is live; None when the caller does not know.
        """
        self.feed = provider.events(scope)
        self._provider = provider
        self._session = provider.session(scope.session)
        self._participant = provider.participant(scope)
        self._is_live = is_live
        self._is_on = False
        self._is_paused = False
        self._has_ended = False
        self._failure: ProviderFailure | None = None
        self._wait = SHORTEST_WAIT_SECONDS
        self._due = inf
        self._empty_polls = 0
        self._asked: tuple[int, int] | None = None
        """Refreshes ended and events read when the poll under way was asked for."""
        self._is_last_poll = False
        self._seen = self._total_new

    def start(self, now: float) -> None:
        """Poll at once, and go on."""
        if not self._is_on:
            self._is_on = True
            self._is_paused = self._has_ended = self._is_last_poll = False
            self._asked = None
            self.mark_seen()
            self._hurry(now)
            self.tick(now)

    def stop(self) -> None:
        """Poll no more. An answer under way may still come."""
        self._is_on = False
        self._due = inf

    def pause(self) -> None:
        """Go on counting new events while the list stays where it is."""
        self._is_paused = True

    def resume(self) -> None:
        """Show new events again, and count from here."""
        self._is_paused = False
        self.mark_seen()

    def retry(self, now: float) -> None:
        """Poll at once, whatever failed before."""
        if self._is_on and not self._has_ended:
            self._hurry(now)
            self.tick(now)

    def mark_seen(self) -> None:
        """Count new events from here."""
        self._seen = self._total_new

    def tick(self, now: float) -> None:
        """Note the answers that have come, and poll when it is time."""
        if not self._is_on or self._has_ended:
            return
        if self.feed.status.is_busy:
            return
        if self._asked is not None:
            self._conclude(*self._asked, now)
        if self._has_session_ended() and not self._is_last_poll and self._failure is None:
            self._is_last_poll = True
            self._due = now
        if now >= self._due and not self._has_ended:
            self._poll(now)

    def next_in(self, now: float) -> float | None:
        """Seconds until `tick` has something to do; None when only a change can bring that."""
        if not self._is_on or self._has_ended or self.feed.status.is_busy or self._due == inf:
            return None
        return max(0.0, self._due - now)

    def status(self, now: float) -> FollowStatus:
        """One consistent view for the screen."""
        state, throttled = self._state(now)
        return FollowStatus(
            state,
            self._total_new - self._seen,
            self.next_in(now),
            throttled,
            self._failure if state is FollowState.FAILED else None,
        )

    def _state(self, now: float) -> tuple[FollowState, float]:
        if not self._is_on:
            return FollowState.OFF, 0.0
        if self._has_ended:
            return FollowState.ENDED, 0.0
        if self.feed.state is FeedState.QUEUED:
            throttled = self._provider.activity(now).throttled_seconds
            if throttled > 0:
                return FollowState.THROTTLED, throttled
        if self._failure is not None:
            return FollowState.FAILED, 0.0
        return FollowState.PAUSED if self._is_paused else FollowState.FOLLOWING, 0.0

    @property
    def _total_new(self) -> int:
        refreshed = self.feed.status.refreshed
        return 0 if refreshed is None else refreshed.total_new_rows

    @property
    def _refreshes(self) -> int:
        refreshed = self.feed.status.refreshed
        return 0 if refreshed is None else refreshed.number

    @property
    def _is_catching_up(self) -> bool:
        """Whether the newest events are on pages that were not read yet."""
        is_oldest_first = self.feed.items.order is OrderLabel.OLDEST_FIRST
        return is_oldest_first and self.feed.status.cursor is not None

    def _has_session_ended(self) -> bool:
        session = self._session.value
        if session is not None and session.end_time is not None:
            return True
        return self._is_live() is False

    def _hurry(self, now: float) -> None:
        self._failure = None
        self._wait = SHORTEST_WAIT_SECONDS
        self._empty_polls = 0
        self._due = now

    def _poll(self, now: float) -> None:
        if self._empty_polls and self._empty_polls % _EMPTY_POLLS_PER_CHECK == 0:
            self._look_at_the_session()
        before = self._refreshes, len(self.feed.items)
        if self._provider.refresh(self.feed):
            self._asked = before
        elif not self.feed.status.is_busy:
            # A dead end or a failed restart: only a person can decide what to do.
            self._stand_failed(self.feed.failure, now)

    def _look_at_the_session(self) -> None:
        if self._has_session_ended():
            return
        if not self._session.status.is_busy:
            self._provider.restart(self._session)
        if self._participant.value is not None and not self._participant.status.is_busy:
            # A person sees the facts of the participant, and they may have changed as well.
            self._provider.restart(self._participant)

    def _conclude(self, refreshes: int, events_before: int, now: float) -> None:
        self._asked = None
        status = self.feed.status
        failure = status.failure
        if status.refreshed is not None and status.refreshed.number > refreshes:
            failure = status.refreshed.failure
        if failure is not None:
            self._stand_failed(failure, now)
            return
        self._failure = None
        if self._is_catching_up:
            self._due = now
        elif self._is_last_poll:
            self._has_ended = True
            self._due = inf
        elif len(self.feed.items) > events_before:
            self._hurry(now)
            self._due = now + self._wait
        else:
            self._empty_polls += 1
            self._wait = min(LONGEST_WAIT_SECONDS, self._wait * _SLOWDOWN)
            self._due = now + self._wait

    def _stand_failed(self, failure: ProviderFailure | None, now: float) -> None:
        self._failure = failure
        comes_back = failure is not None and failure.retryable
        self._due = now + LONGEST_WAIT_SECONDS if comes_back else inf
