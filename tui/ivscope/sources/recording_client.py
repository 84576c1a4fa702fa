"""RecordingClient: a client whose answers are saved in a recording on their way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ivscope.domain.clock import utc_now
from ivscope.sources.call_context import CallContext
from ivscope.sources.recording import MEMBERS, Recording, request_text
from ivscope.sources.wire_source import WireClient


class RecordingClient:
    """Saves what is an answer of IVS; failures and sign-in pages are none."""

    def __init__(
        self, client: WireClient, recording: Recording, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._client = client
        self._recording = recording
        self._now = now

    @property
    def context(self) -> CallContext:
        """What failures name."""
        return self._client.context

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Call, and save the answer before it is given on. Blocks; raises as the client does."""
        asked_at = self._now()
        answer = self._client.call(operation, **parameters)
        if isinstance(answer.get(MEMBERS[operation]), list | dict):
            body = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
            request = request_text(operation, parameters)
            self._recording.save(request, body, str(parameters.get("nextToken", "")), asked_at)
        return answer
