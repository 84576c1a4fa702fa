"""ScriptedSource: a source that gives the answers which the test has queued."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ivscope.domain.calls import GetCall, Item, ListCall, Value
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page


@dataclass
class Asked:
    """One call that reached the source."""

    operation: str
    scope: object
    cursor: Cursor | None


@dataclass
class Gate:
    """Blocks a call inside the source until the test opens it."""

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
    credentials = ""

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

    def read_page(self, call: ListCall[Item], cursor: Cursor | None) -> Page[Item]:
        answer: Page[Item] = self._answer(call.operation, call.scope, cursor)
        return answer

    def read_fact(self, call: GetCall[Value]) -> Value:
        answer: Value = self._answer(call.operation, call.scope, None)
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
    """A `connect` that returns these sources in turn, and raises those that are exceptions."""
    left = deque(sources)

    def connect() -> object:
        source = left.popleft()
        if isinstance(source, BaseException):
            raise source
        return source

    return connect
