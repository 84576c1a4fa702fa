"""Saved events: JSON Lines, whose first line says what they are and how complete."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Final

from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.render.bars import MORE_AVAILABLE
from ivscope.render.event_json import event_document


@frozen
class SavedHead:
    """The first line of a file of events."""

    stage_arn: str
    session_id: str
    participant_id: str | None
    """None for everybody in the session."""
    saved_at: str
    """ISO 8601, UTC."""
    saved: int
    """How many events are in the file that count."""
    loaded: int
    """How many events were read that count."""
    contradicting: int
    """How many events are in the file that contradict the request, and so count as no fact."""
    is_complete: bool
    """Whether all that the service has was read."""
    all_read_at: str | None
    """When the pass began that has read all, ISO 8601, UTC; None when that is not known."""
    coverage: str
    """What part of a session was read, in words; empty for one participant."""
    order: str
    filter: str
    """The filter that hides events from the file; empty for none."""
    user_ids: Mapping[str, str] = field(default_factory=dict)
    """User ids by the ids of the participants that the events name, as far as known."""

    @property
    def in_words(self) -> str:
        """What the file holds, for the status line."""
        rest = "all read" if self.is_complete else MORE_AVAILABLE
        more = f", {self.contradicting:,} not counted" if self.contradicting else ""
        return f"{self.saved:,} of {self.loaded:,} events read, {self.coverage or rest}{more}"


_ABSENT: Final[tuple[object, ...]] = (None, "", {})
"""Values of members that are left out."""


def saved_lines(head: SavedHead, events: Iterable[Event]) -> Iterator[str]:
    """Write the lines of the file in ASCII, each with its line feed. Absent members are absent."""
    document = {
        "ivscope": "events",
        "stageArn": head.stage_arn,
        "sessionId": head.session_id,
        "participantId": head.participant_id,
        "savedAt": head.saved_at,
        "events": head.saved,
        "loaded": head.loaded,
        "contradicting": head.contradicting or None,
        "complete": head.is_complete,
        "allReadAt": head.all_read_at,
        "coverage": head.coverage,
        "order": head.order,
        "filter": head.filter,
        "userIds": dict(head.user_ids),
    }
    yield _line({name: value for name, value in document.items() if value not in _ABSENT})
    for event in events:
        members = event_document(event)
        if event.contradiction is not None:
            members["ivscopeContradiction"] = str(event.contradiction)
        yield _line(members)


def _line(document: dict[str, object]) -> str:
    return json.dumps(document, ensure_ascii=True, separators=(",", ":")) + "\n"
