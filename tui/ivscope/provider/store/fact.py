"""Fact: the answer of one Get call, and the state of reading it."""

from collections.abc import Callable
from functools import partial
from typing import Generic

from ivscope.domain.calls import GetCall, Value, is_about_another
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.provider.store.feed import FeedState, FeedStatus
from ivscope.provider.store.source import Source


class Fact(Generic[Value]):
    """The answer of one Get call. Its states are those of a feed without READY."""

    __slots__ = ("call", "status", "value")

    def __init__(self, call: GetCall[Value]) -> None:
        self.call = call
        """The call that reads it."""
        self.value: Value | None = None
        """The last answer, kept while it is read again. None before the first one."""
        self.status = FeedStatus()

    @property
    def operation(self) -> str:
        """IVS API operation that reads it."""
        return self.call.operation

    @property
    def region(self) -> str | None:
        """Region that is asked; None for the Region configured."""
        return self.call.region

    @property
    def state(self) -> FeedState:
        """Shortcut to `status.state`."""
        return self.status.state

    @property
    def failure(self) -> ProviderFailure | None:
        """Shortcut to `status.failure`."""
        return self.status.failure

    @property
    def wants_read(self) -> bool:
        """Whether an ordinary read starts a call. A failed fact waits for a retry instead."""
        return self.status.state is FeedState.IDLE

    @property
    def can_retry(self) -> bool:
        """Whether it failed."""
        return self.status.state is FeedState.FAILED

    @property
    def is_reading_on(self) -> bool:
        """Whether it was never read, so that the next call reads nothing a second time."""
        return self.value is None

    def leave_recording(self) -> None:
        """Does nothing, as `begin_again`."""

    def begin_again(self) -> None:
        """Does nothing: every call reads the whole fact."""

    def queue(self) -> None:
        """Note that a call waits."""
        self.status = FeedStatus(FeedState.QUEUED)

    def begin_reading(self) -> None:
        """Note that the call is in flight."""
        self.status = FeedStatus(FeedState.READING)

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read it. Blocks, and changes nothing; see `Feed.fetch`."""
        value = source.read_fact(self.call)
        other = is_about_another(self.call, value)
        if other is not None:
            raise _about_another(self.operation, other)
        return partial(self._store, value)

    def fail(self, failure: ProviderFailure) -> None:
        """Keep the value and note the failure of the call."""
        self.status = FeedStatus(FeedState.FAILED, failure)

    def rest(self) -> None:
        """Forget the call; the state follows from the value."""
        self.status = FeedStatus(FeedState.IDLE if self.value is None else FeedState.COMPLETE)

    def _store(self, value: Value) -> bool:
        self.value = value
        self.rest()
        return False


_MOST_SHOWN = 80
"""Characters of an id from outside: an ARN of a stage has about 70."""


def _about_another(operation: str, other: str) -> ProviderFailure:
    return ProviderFailure(
        FailureKind.PROTOCOL,
        f"the answer of {operation} is about {other[:_MOST_SHOWN]!a}, not about what was asked for",
        "It is not used. Press r to ask again; a proxy or a wrong endpoint may have answered.",
        retryable=True,
    )
