"""EventStream: where the events on screen come from: one participant, or a whole session."""

from datetime import datetime
from time import monotonic
from typing import Protocol

from tui.domain.durations import duration
from tui.domain.failures import ProviderFailure
from tui.domain.stages import ParticipantScope, SessionScope
from tui.domain.times import Time
from tui.presentation.timestamps import recorded
from tui.provider.event_feed import EventFeed
from tui.provider.event_log import EventLog
from tui.provider.feed import FeedState
from tui.provider.pace import Priority
from tui.provider.provider import StageDataProvider
from tui.provider.sweep import Sweep
from tui.provider.sweep_progress import SweepState


class EventStream(Protocol):
    """Events that may still grow."""

    @property
    def items(self) -> EventLog:
        """What was read. Another log after a restart."""
        ...

    @property
    def source(self) -> object:
        """What the provider announces when this changes."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether events are being read."""
        ...

    @property
    def is_complete(self) -> bool:
        """Whether all was read."""
        ...

    @property
    def may_grow(self) -> bool:
        """Whether reading on can bring more, the first page included."""
        ...

    @property
    def failure(self) -> ProviderFailure | None:
        """Why reading stopped."""
        ...

    @property
    def coverage(self) -> str:
        """What part of the whole was read, in words; empty where the count says it."""
        ...

    @property
    def recorded_at(self) -> datetime | None:
        """When an earlier run asked for the oldest of it; None when this one did."""
        ...

    def read_on(self, priority: Priority = Priority.DEMAND) -> None:
        """Have more read."""
        ...


class ParticipantStream:
    """The events of one participant."""

    def __init__(self, provider: StageDataProvider, scope: ParticipantScope) -> None:
        self._provider = provider
        self._scope = scope
        self.feed: EventFeed = provider.events(scope)

    @property
    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """First and last moment that events can have, as far as held."""
        fact = self._provider.held.participant(self._scope)
        session = self._provider.held.session(self._scope.session)
        first = fact.summary.first_join_time if fact is not None else None
        last = session.end_time if session is not None else None
        return _readable(first), _readable(last)

    @property
    def items(self) -> EventLog:
        """What was read."""
        return self.feed.items

    @property
    def source(self) -> object:
        """The feed."""
        return self.feed

    @property
    def is_busy(self) -> bool:
        """Whether a page is under way."""
        return self.feed.status.is_busy

    @property
    def is_complete(self) -> bool:
        """Whether the last page was read."""
        return self.feed.state is FeedState.COMPLETE

    @property
    def may_grow(self) -> bool:
        """Whether a page can be asked for."""
        return self.feed.failure is None and self.feed.has_more

    @property
    def failure(self) -> ProviderFailure | None:
        """Why the last page did not come."""
        return self.feed.failure

    @property
    def coverage(self) -> str:
        """Nothing beside the count."""
        return ""

    @property
    def recorded_at(self) -> datetime | None:
        """Of the first page, or of what was looked at for news last."""
        sweep = self._provider.held.started_sweep(self._scope.session)
        if sweep is not None and self._provider.up_to_date_at(self.feed) is None:
            return sweep.recorded_at
        return self._provider.recorded_at(self.feed)

    def read_on(self, priority: Priority = Priority.DEMAND) -> None:
        """Ask for the next page; one at a time."""
        self._provider.read_more(self.feed, priority)


def _readable(time: Time | None) -> datetime | None:
    return time if isinstance(time, datetime) else None


class SessionStream:
    """The events of everybody in a session, as far as the sweep has come."""

    def __init__(self, provider: StageDataProvider, session: SessionScope) -> None:
        self.sweep = provider.sweep(session)
        self._missing = "failed" if provider.has_service else "not recorded"

    @property
    def items(self) -> EventLog:
        """The merged log."""
        return self.sweep.log.log

    @property
    def source(self) -> object:
        """The sweep."""
        return self.sweep

    @property
    def is_busy(self) -> bool:
        """Whether the sweep runs."""
        return self.sweep.is_running

    @property
    def is_complete(self) -> bool:
        """Whether everybody was read."""
        return self.sweep.state is SweepState.COMPLETE and not self.sweep.log.participants_failed

    @property
    def may_grow(self) -> bool:
        """Only while the sweep runs: looking for something does not start one."""
        return self.sweep.is_running

    @property
    def failure(self) -> ProviderFailure | None:
        """Why the sweep stopped."""
        return self.sweep.failure

    @property
    def coverage(self) -> str:
        """How many of the participants were read."""
        log = self.sweep.log
        of = f"{log.participants_known:,}" if log.participants_complete else "not all listed"
        text = f"{log.participants_read:,} of {of} participants read"
        if log.participants_failed:
            text += f", {log.participants_failed:,} {self._missing}"
        return text

    @property
    def recorded_at(self) -> datetime | None:
        """Of whoever was read first."""
        return self.sweep.recorded_at

    def read_on(self, priority: Priority = Priority.DEMAND) -> None:
        """Nothing to ask for: the sweep reads at its own pace."""


def begun_sweep(provider: StageDataProvider, session: SessionScope) -> Sweep:
    """The sweep of a session, started unless it was stopped.

    Whether the session has ended, which decides what can still come, is asked if it is not known.
    """
    sweep = provider.sweep(session)
    if sweep.state is SweepState.IDLE:
        if provider.held.session(session) is None:
            provider.read(provider.session(session))
        sweep.start()
    return sweep


def sweep_word(sweep: Sweep) -> str:
    """The state of a sweep for the status line; empty before it was started."""
    progress = sweep.progress(monotonic())
    match progress.state:
        case SweepState.IDLE:
            return ""
        case SweepState.LISTING | SweepState.READING:
            eta = progress.eta_seconds
            return "SWEEPING" + (f", about {duration(eta)} left" if eta is not None else "")
        case SweepState.PAUSED:
            return "SWEEP PAUSED  =: go on"
        case SweepState.FAILED:
            return "SWEEP FAILED  r: go on"
        case SweepState.CANCELLED:
            return "SWEEP STOPPED  r: go on"
        case _:
            at = sweep.recorded_at
            return "SWEPT" if at is None else f"SWEPT  {recorded(at)}"
