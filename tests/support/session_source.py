"""SessionSource: one session with many participants, which records who is asked for."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from ivscope.domain.events import Event
from ivscope.domain.failures import FailureKind, ProviderFailure
from ivscope.domain.pages import Cursor, Page, Row
from ivscope.domain.stages import (
    ParticipantFilter,
    ParticipantScope,
    ParticipantSummary,
    SessionScope,
    StageSession,
)
from ivscope.provider.store.session_log import SessionLog
from support.named_calls import NamedCalls
from support.scripted_source import Gate

Item = TypeVar("Item", bound=Row)

SESSION = SessionScope("arn:aws:ivs:eu-central-1:1:stage/a", "st-1")
EPOCH = datetime(2026, 11, 20, 20, 30, tzinfo=UTC)


def scope(participant_id: str) -> ParticipantScope:
    """A participant of the session."""
    return ParticipantScope(SESSION.stage_arn, SESSION.session_id, participant_id)


def joined(participant_id: str, seconds: float = 0, **members: Any) -> Event:
    """An event of a participant."""
    return Event("JOINED", participant_id, EPOCH + timedelta(seconds=seconds), **members)


class SessionSource(NamedCalls):
    """Cursors are offsets. `page_size` is that of events, `list_size` that of participants."""

    profile = "session"
    region = "eu-central-1"
    endpoint_url = ""
    credentials = ""

    def __init__(self, *, page_size: int = 3, list_size: int = 100) -> None:
        self.page_size = page_size
        self.list_size = list_size
        self.rows: list[ParticipantSummary] = []
        self.events: dict[str, list[Event]] = {}
        self.end_time: datetime | None = None
        self.failures: dict[str, deque[ProviderFailure]] = {}
        """By participant id; those of the list are under an empty id."""
        self.gates: dict[str, Gate] = {}
        """Calls for a participant wait here once each."""
        self.order: list[str] = []
        """Participant ids in the order asked; empty for the list, the filter for a narrowed one."""
        self.calls: Counter[tuple[str, Cursor | None]] = Counter()
        self.before_answer: Callable[[str], object] = lambda _participant_id: None
        self._lock = threading.Lock()

    def add(self, participant_id: str, events: int = 1, **members: Any) -> None:
        """A participant with so many events, a second apart."""
        members.setdefault("state", "CONNECTED")
        self.rows.append(ParticipantSummary(participant_id, **members))
        self.events[participant_id] = [joined(participant_id, second) for second in range(events)]

    def is_held_by(self, log: SessionLog) -> bool:
        """Whether a log has exactly the events of every participant."""
        return all(
            Counter(log.events_of(participant_id)) == Counter(events)
            for participant_id, events in self.events.items()
        )

    def fail(self, participant_id: str, *kinds: FailureKind) -> None:
        """Let the next calls for a participant fail."""
        self.failures.setdefault(participant_id, deque()).extend(
            ProviderFailure(kind, f"scripted {kind}", "", retryable=True) for kind in kinds
        )

    @staticmethod
    def matches(narrowed: ParticipantFilter, row: ParticipantSummary) -> bool:
        """Whether the service lists a row under a filter that a scan uses."""
        if narrowed.member == "filterByPublished":
            return row.published is narrowed.value
        return row.recording_state == narrowed.value

    @property
    def asked(self) -> list[str]:
        """Participants in the order asked for, the list left out."""
        return [participant_id for participant_id in self.order if participant_id in self.events]

    def list_participants(
        self, _session: SessionScope, narrowed: ParticipantFilter | None, cursor: Cursor | None
    ) -> Page[ParticipantSummary]:
        if narrowed is None:
            self._come("", cursor)
            return _page(self.rows, self.list_size, cursor)
        self._come(narrowed.member, cursor)
        rows = [row for row in self.rows if self.matches(narrowed, row)]
        return _page(rows, self.list_size, cursor)

    def list_events(self, asked: ParticipantScope, cursor: Cursor | None) -> Page[Event]:
        self._come(asked.participant_id, cursor)
        return _page(self.events[asked.participant_id], self.page_size, cursor)

    def get_session(self, session: SessionScope) -> StageSession:
        return StageSession(session.session_id, EPOCH, self.end_time)

    def _come(self, participant_id: str, cursor: Cursor | None) -> None:
        with self._lock:
            self.order.append(participant_id)
            self.calls[participant_id, cursor] += 1
            gate = self.gates.pop(participant_id, None)
        if gate is not None:
            gate.pass_through()
        self.before_answer(participant_id)
        failures = self.failures.get(participant_id)
        if failures:
            raise failures.popleft()


def _page(rows: Sequence[Item], size: int, cursor: Cursor | None) -> Page[Item]:
    start = int(cursor or 0)
    stop = start + size
    return Page(tuple(rows[start:stop]), Cursor(str(stop)) if stop < len(rows) else None)
