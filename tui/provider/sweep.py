"""Sweep: reads the events of all participants of a session in the background."""

from collections.abc import Callable
from typing import Protocol

from tui.domain.failures import FailureKind, ProviderFailure
from tui.domain.stages import ParticipantScope, ParticipantSummary, SessionScope
from tui.provider.event_feed import EventFeed
from tui.provider.feed import Feed, FeedState
from tui.provider.pace import Priority
from tui.provider.reader import Reader
from tui.provider.session_log import ReadState, SessionLog
from tui.provider.sweep_feed import SweptFeed
from tui.provider.sweep_progress import CallRate, SweepProgress, SweepState
from tui.provider.sweep_queue import SweepQueue

CALLS_AHEAD = 8
"""So many participants are asked for at once: four in flight and four that wait, so that the
pace is used while an answer is being stored."""

FAILURES_IN_A_ROW = 8
"""So many without an answer in between are no trouble of single participants any more."""

ANNOUNCED_EVERY_SECONDS = 0.1
"""What comes faster is announced together; no eye follows more than ten changes a second."""

_STOPPED_BY = frozenset(
    {
        FailureKind.EXPIRED,
        FailureKind.CREDENTIALS,
        FailureKind.DENIED,
        FailureKind.CONFIGURATION,
        FailureKind.THROTTLED,
    }
)
"""Whoever is asked for next would fail with the same."""

_RUNNING = frozenset({SweepState.LISTING, SweepState.READING})


class SweepHost(Protocol):
    """What a sweep needs of its provider. Called with the reader's lock held."""

    def opened_events(self, scope: ParticipantScope) -> EventFeed | None:
        """The feed that a person has opened."""
        ...

    def new_events(self, scope: ParticipantScope) -> EventFeed:
        """A feed that is nobody's yet."""
        ...

    def has_ended(self, session: SessionScope) -> bool:
        """Whether the session is known to have ended."""
        ...

    def announce(self, target: "Sweep") -> None:
        """Tell whoever listens. Called without the lock."""
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
        host: SweepHost,
        reader: Reader,
        participants: Feed[ParticipantSummary],
        session: SessionScope,
        log: SessionLog,
        clock: Callable[[], float],
    ) -> None:
        self.session = session
        self.participants = participants
        """The list of participants, shared with every screen."""
        self.log = log
        """What is read so far."""
        self._host = host
        self._reader = reader
        self._clock = clock
        self._queue = SweepQueue()
        self._feeds: dict[int, SweptFeed] = {}
        """Feeds in use by participant number: few, for those of the sweep go when read."""
        self._active: dict[int, SweptFeed] = {}
        self._rate = CallRate()
        self._state = SweepState.IDLE
        self._failure: ProviderFailure | None = None
        self._list_failure: ProviderFailure | None = None
        self._is_listing = False
        self._list_mark = (-1, -1)
        self._listed_generation = participants.generation
        self._listed = 0
        self._pass = 0
        self._is_final = False
        self._has_retried = False
        self._failures_in_a_row = 0
        self._calls = 0
        self._pages = 0
        self._announced = 0.0
        self._passes = bytearray()
        """By participant number: in which pass it was read last, modulo 256."""
        self._gone = bytearray()
        """By participant number: whether it was listed as DISCONNECTED before it was read."""

    @property
    def state(self) -> SweepState:
        """How it stands."""
        return self._state

    @property
    def failure(self) -> ProviderFailure | None:
        """Why it stopped; None unless the state is FAILED."""
        return self._failure

    def progress(self, now: float) -> SweepProgress:
        """How far it has come; `now` on the clock of the provider."""
        raise NotImplementedError

    def start(self) -> bool:
        """Begin, or go on. After the end, read what is new since, if anything can be.

        Returns:
            Whether it is reading now.
        """
        raise NotImplementedError

    def pause(self) -> None:
        """Ask for nothing more. Answers under way still come, since they were paid for."""

    def resume(self) -> bool:
        """Go on after `pause`, `cancel` or a failure; as `start`."""
        return self.start()

    def cancel(self) -> None:
        """As `pause`, for good; `start` would go on with what is not read yet."""

    def open(self, scope: ParticipantScope) -> EventFeed:
        """With the reader's lock held: the feed for a person who opens a participant."""
        return self._host.new_events(scope)
