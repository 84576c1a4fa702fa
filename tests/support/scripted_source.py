"""ScriptedSource: a source whose every answer is written down by the test."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.ingest import IngestConfiguration
from ivscope.domain.pages import Cursor, Page
from ivscope.domain.stages import (
    Participant,
    ParticipantFilter,
    ParticipantReplica,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    Stage,
    StageSession,
    StageSummary,
)

Item = TypeVar("Item")


@dataclass
class Asked:
    """One call that reached the source."""

    operation: str
    scope: object
    cursor: Cursor | None


@dataclass
class Gate:
    """Holds a call inside the source until the test opens it."""

    answer: object
    entered: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def pass_through(self) -> object:
        self.entered.set()
        if not self.opened.wait(10):
            raise AssertionError("the test never opened the gate")
        return self.answer


class ScriptedSource:
    """Gives the answers queued for an operation, in turn; raises those that are exceptions.

    An answer is a value, an exception, or a `Gate` around one. A call without an answer is an
    AssertionError, which the provider reports as a bug.
    """

    profile = "scripted"
    region = "eu-central-1"
    endpoint_url = ""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[str, deque[object]] = {}
        self._lock = threading.Lock()

    def will_answer(self, operation: str, *answers: object) -> None:
        """Queue answers for an operation."""
        with self._lock:
            self._answers.setdefault(operation, deque()).extend(answers)

    def cursors(self, operation: str) -> list[Cursor | None]:
        """The cursors that calls of this operation carried, in order."""
        return [asked.cursor for asked in self.asked if asked.operation == operation]

    def list_stages(self, cursor: Cursor | None) -> Page[StageSummary]:
        answer: Page[StageSummary] = self._answer("ListStages", None, cursor)
        return answer

    def list_sessions(self, stage_arn: str, cursor: Cursor | None) -> Page[StageSession]:
        answer: Page[StageSession] = self._answer("ListStageSessions", stage_arn, cursor)
        return answer

    def list_participants(
        self, session: SessionScope, narrowed: ParticipantFilter | None, cursor: Cursor | None
    ) -> Page[ParticipantSummary]:
        answer: Page[ParticipantSummary] = self._answer(
            "ListParticipants", (session, narrowed), cursor
        )
        return answer

    def list_events(self, scope: ParticipantScope, cursor: Cursor | None) -> Page[Event]:
        answer: Page[Event] = self._answer("ListParticipantEvents", scope, cursor)
        return answer

    def list_replicas(
        self, source_stage_arn: str, participant_id: str, cursor: Cursor | None
    ) -> Page[ParticipantReplica]:
        answer: Page[ParticipantReplica] = self._answer(
            "ListParticipantReplicas", (source_stage_arn, participant_id), cursor
        )
        return answer

    def list_ingest_configurations(
        self, stage_arn: str, cursor: Cursor | None
    ) -> Page[IngestConfiguration]:
        answer: Page[IngestConfiguration] = self._answer(
            "ListIngestConfigurations", stage_arn, cursor
        )
        return answer

    def get_stage(self, stage_arn: str) -> Stage:
        answer: Stage = self._answer("GetStage", stage_arn, None)
        return answer

    def get_session(self, session: SessionScope) -> StageSession:
        answer: StageSession = self._answer("GetStageSession", session, None)
        return answer

    def get_participant(self, scope: ParticipantScope) -> Participant:
        answer: Participant = self._answer("GetParticipant", scope, None)
        return answer

    def _answer(self, operation: str, scope: object, cursor: Cursor | None) -> Any:
        with self._lock:
            self.asked.append(Asked(operation, scope, cursor))
            queued = self._answers.get(operation)
            if not queued:
                raise AssertionError(f"no answer was written for {operation}")
            answer = queued.popleft()
        if isinstance(answer, Gate):
            answer = answer.pass_through()
        if isinstance(answer, BaseException):
            raise answer
        return answer


def page(items: Iterable[Item], next_cursor: str | None = None) -> Page[Item]:
    """A page of these items."""
    return Page(tuple(items), None if next_cursor is None else Cursor(next_cursor))


def failure(kind: FailureKind, *, retry_after: float | None = None) -> ProviderFailure:
    """A failure of this kind."""
    return ProviderFailure(
        kind, f"scripted {kind}", "do something", retryable=True, retry_after=retry_after
    )


def connects_to(*sources: object) -> Callable[[], object]:
    """A `connect` that gives these sources in turn; raises those that are exceptions."""
    left = deque(sources)

    def connect() -> object:
        source = left.popleft()
        if isinstance(source, BaseException):
            raise source
        return source

    return connect
