"""Where answers come from: the Connection to a service, and the answers of a recording."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from ivscope.domain.clock import Clock
from ivscope.domain.frozen import frozen
from ivscope.provider.store.fetchable import Fetchable
from ivscope.provider.store.source import RecordedReading, Source


@frozen
class SourceDetails:
    """Profile, Region and endpoint of a source, for the header. None where it has none."""

    profile: str | None = None
    region: str | None = None
    """The Region configured; a stage is read in the Region of its ARN."""
    endpoint_url: str | None = None
    credentials: str | None = None
    """What signs the calls, in words; None for keys that nobody has chosen, as in the demo."""

    @property
    def host(self) -> str:
        """Host and port of the endpoint; "AWS" while that is not known."""
        try:
            return urlsplit(self.endpoint_url or "").netloc.rpartition("@")[2] or "AWS"
        except ValueError:
            return "AWS"


@runtime_checkable
class _HasDetails(Protocol):
    """A source that reads from a service; a source that reads a file has none of these."""

    @property
    def profile(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def endpoint_url(self) -> str: ...
    @property
    def credentials(self) -> str: ...


class Connection:
    """At most one source, made on first use in the thread of a call.

    After a failure that a fresh AWS session may cure, make another connection. `connect` is
    None where there is only a recording: then nobody asks for the source.
    """

    def __init__(self, connect: Callable[[], Source] | None) -> None:
        self._connect = connect
        self._making = threading.Lock()
        self._source: Source | None = None

    @property
    def is_made(self) -> bool:
        """Whether the source is there."""
        return self._source is not None

    def source(self) -> Source:
        """The source; the first caller makes it and the others wait.

        Blocks: call it from the thread of a call.

        Raises:
            ProviderFailure: as `connect` raised it. The next call tries again.
        """
        with self._making:
            if self._source is None:
                assert self._connect is not None  # noqa: S101 - all calls are free then
                self._source = self._connect()
            return self._source

    @property
    def details(self) -> SourceDetails | None:
        """Profile, Region and endpoint of the source; None before it is made."""
        source = self._source
        if source is None:
            return None
        if isinstance(source, _HasDetails):
            return SourceDetails(
                source.profile or None,
                source.region or None,
                source.endpoint_url or None,
                source.credentials or None,
            )
        return SourceDetails()


_RESUMED = frozenset({"ListParticipants", "ListParticipantEvents"})
"""What a scan reads. Everything else is a call or two, and better fresh than recorded."""


class RecordedAnswers:
    """What was read in an earlier run, asked before the service, on the clock of the provider."""

    def __init__(
        self,
        make: Callable[[], RecordedReading] | None,
        *,
        are_all: bool,
        clock: Clock,
    ) -> None:
        """Ask nothing yet.

        Args:
            make: Opens the recording for one answer; None without a recording.
            are_all: Whether there is no service to ask.
            clock: The clock of the provider.
        """
        self._make = make
        self._are_all = are_all
        self._clock = clock

    def come_first(self, target: Fetchable) -> bool:
        """Whether the recording is asked before the service."""
        if self._make is None or self._are_all:
            return self._are_all
        return target.operation in _RESUMED and target.is_reading_on

    def fetch(self, target: Fetchable) -> tuple[Callable[[], bool], float]:
        """A function that stores the answer, and when it was asked for. Blocks.

        Raises:
            ProviderFailure: NOT_RECORDED when the recording has no such answer.
        """
        assert self._make is not None  # noqa: S101 - or nothing would come first
        recorded = self._make()
        store = target.fetch(recorded.source)
        asked_at = recorded.asked_at() or self._clock.now()
        return store, self._clock.monotonic() - (self._clock.now() - asked_at).total_seconds()

    def time_of(self, moment: float) -> datetime:
        """Turn seconds on the clock of the provider into a time, which may be before this run."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic() - moment)
