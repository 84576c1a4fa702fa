"""What a run of the provider read, for the next one; a recording without a file."""

from datetime import datetime
from typing import Any, cast

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Page
from ivscope.domain.stages import ParticipantSummary, SessionScope, StageSession
from ivscope.provider.store.source import RecordedReading, Source
from support.session_source import SessionSource


class Memory:
    """Pages of a `SessionSource` by call, with the time at which they were asked for."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        """The present; tests move it."""
        self.held: dict[tuple[object, ...], tuple[Page[Any], datetime]] = {}

    def watch(self, source: SessionSource) -> "_Watched":
        """The source, with everything that it answers remembered."""
        return _Watched(self, source)

    def reading(self) -> RecordedReading:
        """A reading of what is remembered."""
        source = _Reading(self)
        return RecordedReading(cast("Source", source), lambda: source.asked_at)


class _Watched:
    profile, region, endpoint_url = "session", "eu-central-1", ""

    def __init__(self, memory: Memory, source: SessionSource) -> None:
        self._memory = memory
        self._source = source

    def list_participants(self, *call: object) -> Page[ParticipantSummary]:
        return self._keep("list_participants", *call)

    def list_events(self, *call: object) -> Page[Event]:
        return self._keep("list_events", *call)

    def get_session(self, session: SessionScope) -> StageSession:
        return self._source.get_session(session)

    def _keep(self, method: str, *call: object) -> Page[Any]:
        asked_at = self._memory.now
        page: Page[Any] = getattr(self._source, method)(*call)
        self._memory.held[method, *call] = page, asked_at
        return page


class _Reading:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.asked_at: datetime | None = None

    def list_participants(self, *call: object) -> Page[ParticipantSummary]:
        return self._look_up("list_participants", *call)

    def list_events(self, *call: object) -> Page[Event]:
        return self._look_up("list_events", *call)

    def _look_up(self, *call: object) -> Page[Any]:
        if call not in self._memory.held:
            raise ProviderFailure(FailureKind.NOT_RECORDED, "not recorded", "", retryable=False)
        page, self.asked_at = self._memory.held[call]
        return page
