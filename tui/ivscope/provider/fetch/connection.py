"""Connection: the source behind the provider, made on first use in a reading thread."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from ivscope.provider.store.source import Source


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """Where pages come from, for the header. None where the source cannot tell."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None


@runtime_checkable
class _TellsFacts(Protocol):
    """A source that reads from a service; one that reads a file has none of these."""

    @property
    def profile(self) -> str: ...
    @property
    def region(self) -> str: ...
    @property
    def endpoint_url(self) -> str: ...


class Connection:
    """At most one source. After a failure that a fresh session may cure, make another one.

    Without a way to connect there is none, and nobody asks for it.
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

        Blocks: call it from a reading thread.

        Raises:
            ProviderFailure: as `connect` raised it. The next call tries again.
        """
        with self._making:
            if self._source is None:
                assert self._connect is not None  # noqa: S101 - all calls are free then
                self._source = self._connect()
            return self._source

    @property
    def facts(self) -> SourceFacts | None:
        """What the source tells about itself; None before it is made."""
        source = self._source
        if source is None:
            return None
        if isinstance(source, _TellsFacts):
            return SourceFacts(
                source.profile or None, source.region or None, source.endpoint_url or None
            )
        return SourceFacts()
