"""RecordedSource: what a recording holds, as a source like any other."""

import sqlite3
import zlib
from datetime import datetime
from typing import Any

from tui.domain.failures import FailureKind, ProviderFailure
from tui.domain.stages import SessionScope
from tui.sources.call_context import CallContext
from tui.sources.recorded_pages import page_of
from tui.sources.recorded_request import MEMBERS, read_request, request_text
from tui.sources.recording import Answer, Recording
from tui.sources.wire_source import WireSource


class RecordedSource(WireSource):
    """Reads a recording. What is not in it raises a `ProviderFailure` of kind NOT_RECORDED."""

    def __init__(self, recording: Recording) -> None:
        self._answers = _RecordedClient(recording)
        super().__init__(self._answers)

    @property
    def asked_at(self) -> datetime | None:
        """When the calls behind the last answer began, the first of them; None before one."""
        return self._answers.asked_at


def last_session(recording: Recording) -> SessionScope | None:
    """The session that was read last; None when there was none."""
    for text in reversed(recording.requests):
        _, members = read_request(text)
        if "sessionId" in members:
            return SessionScope(members["stageArn"], members["sessionId"])
    return None


class _RecordedClient:
    """Answers as the service did."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self.context = CallContext()
        self.asked_at: datetime | None = None

    def call(self, operation: str, **parameters: object) -> dict[str, Any]:
        """Look an answer up. Blocks for the disk."""
        try:
            answer = self._look_up(operation, str(parameters.get("nextToken", "")), parameters)
        except (sqlite3.Error, zlib.error, ValueError) as error:
            raise self._unreadable(error) from error
        if answer is None:
            raise self._not_recorded()
        return answer

    def _look_up(
        self, operation: str, cursor: str, parameters: dict[str, object]
    ) -> dict[str, Any] | None:
        answers = self._recording.answers(request_text(operation, parameters))
        if not operation.startswith("list_"):
            if not answers:
                return None
            self.asked_at = answers[-1].asked_at
            return self._recording.body(answers[-1])
        member = MEMBERS[operation]

        def rows_of(answer: Answer) -> list[Any]:
            rows: list[Any] = self._recording.body(answer)[member]
            return rows

        page = page_of(answers, cursor, member, rows_of)
        if page is None:
            return None
        self.asked_at = page.asked_at
        return {member: page.rows, "nextToken": page.next_cursor}

    def _not_recorded(self) -> ProviderFailure:
        return ProviderFailure(
            FailureKind.NOT_RECORDED,
            "not in this recording",
            f"It was not read then. With AWS, ivscope --record {self._recording.path} goes on "
            "from here and saves what it reads.",
            retryable=False,
        )

    def _unreadable(self, error: Exception) -> ProviderFailure:
        return ProviderFailure(
            FailureKind.NOT_RECORDED,
            f"{self._recording.path} cannot be read here: {error}",
            "The file may be damaged. What is on screen was read before.",
            retryable=False,
        )
