"""Fetchable: what a `Feed` of anything and a `Fact` of anything have in common."""

from collections.abc import Callable
from typing import Protocol

from ivscope.domain.failures import ProviderFailure
from ivscope.provider.store.feed import FeedStatus
from ivscope.provider.store.source import Source


class Fetchable(Protocol):
    """Something whose reading can be asked for and followed.

    The methods belong to the provider, which calls them under its lock; `fetch` without it.
    """

    status: FeedStatus

    @property
    def operation(self) -> str:
        """IVS API operation that reads it."""
        ...

    @property
    def wants_read(self) -> bool:
        """Whether an ordinary ask starts a call."""
        ...

    @property
    def can_retry(self) -> bool:
        """Whether a retry starts a call."""
        ...

    @property
    def is_reading_on(self) -> bool:
        """Whether the next call is for what was not read before, not for what may be new."""
        ...

    def leave_recording(self) -> None:
        """What comes next may have been read long after what is held."""
        ...

    def begin_again(self) -> None:
        """Make the next call start from the beginning."""
        ...

    def queue(self) -> None:
        """Say that a call waits."""
        ...

    def begin_reading(self) -> None:
        """Say that the call is in flight."""
        ...

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read; returns what stores the answer and says whether another call is needed."""
        ...

    def fail(self, failure: ProviderFailure) -> None:
        """Say what went wrong."""
        ...

    def rest(self) -> None:
        """Forget the call."""
        ...
