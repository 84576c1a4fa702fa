"""Fetchable: what a `Feed` of anything and a `Fact` of anything have in common."""

from collections.abc import Callable
from typing import Protocol

from ivscope.domain.failures import ProviderFailure
from ivscope.provider.store.feed import FeedStatus
from ivscope.provider.store.source import Source


class Fetchable(Protocol):
    """Something that can be read by calls, and whose answers can be followed.

    The methods belong to the provider, which calls them under its lock; `fetch` without it.
    """

    status: FeedStatus

    @property
    def operation(self) -> str:
        """IVS API operation that reads it."""
        ...

    @property
    def region(self) -> str | None:
        """Region that is asked; None for the Region configured."""
        ...

    @property
    def wants_read(self) -> bool:
        """Whether an ordinary read starts a call."""
        ...

    @property
    def can_retry(self) -> bool:
        """Whether a retry starts a call."""
        ...

    @property
    def is_reading_on(self) -> bool:
        """Whether the next call reads what was never read, and nothing a second time."""
        ...

    def leave_recording(self) -> None:
        """Note that the service answers from here on, perhaps long after the recorded answers."""
        ...

    def begin_again(self) -> None:
        """Make the next call start from the beginning."""
        ...

    def queue(self) -> None:
        """Note that a call waits."""
        ...

    def begin_reading(self) -> None:
        """Note that the call is in flight."""
        ...

    def fetch(self, source: Source) -> Callable[[], bool]:
        """Read; returns a function that stores the answer and returns whether to call again."""
        ...

    def fail(self, failure: ProviderFailure) -> None:
        """Note the failure of the call."""
        ...

    def rest(self) -> None:
        """Forget the call; the state follows from what was read."""
        ...
