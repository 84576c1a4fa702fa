"""SavedHead: what the first line of a file of saved events says, as it is written and read."""

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final

from ivscope.domain.frozen import frozen

KIND: Final = "ivscope"
EVENTS: Final = "events"
"""Value of the member `KIND` in the first line."""

CONTRADICTION: Final = "ivscopeContradiction"
"""Member of an event that contradicts the request: how."""
LIST_OF: Final = "ivscopeListOf"
"""Member of an event of a session: the participant in whose list it came, where it names another
one or none."""

BY_TIME: Final = "sorted by time"

_ABSENT: Final[tuple[object, ...]] = (None, "", {}, [])
"""Values of members that are left out."""


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
    """User ids by the ids of the participants that the file names, as far as known."""
    without_events: tuple[str, ...] = ()
    """Ids of the participants of a session that was read who have no event."""

    def document(self) -> dict[str, object]:
        """Return its members by their names in the file, without those that say nothing."""
        members = {
            KIND: EVENTS,
            "stageArn": self.stage_arn,
            "sessionId": self.session_id,
            "participantId": self.participant_id,
            "savedAt": self.saved_at,
            "events": self.saved,
            "loaded": self.loaded,
            "contradicting": self.contradicting or None,
            "complete": self.is_complete,
            "allReadAt": self.all_read_at,
            "coverage": self.coverage,
            "order": self.order,
            "filter": self.filter,
            "userIds": dict(self.user_ids),
            "withoutEvents": list(self.without_events),
        }
        return {name: value for name, value in members.items() if value not in _ABSENT}

    def as_part_of(self, file: "SavedHead", *, is_all_of_it: bool) -> "SavedHead":
        """Return this head for events that were opened from a file and are saved again.

        Args:
            file: The head of that file.
            is_all_of_it: Whether all events of the file were read from it.
        """
        hides = " ".join(filter(None, (file.filter, self.filter)))
        whole = replace(self, filter=hides)
        if self.participant_id != file.participant_id:
            return replace(whole, is_complete=self.is_complete and file.is_complete)
        # One participant's events are in the order of the file unless they are sorted here.
        if self.order != BY_TIME and (self.participant_id or file.order != BY_TIME):
            whole = replace(whole, order=file.order)
        if not is_all_of_it:
            return replace(whole, is_complete=False, all_read_at=None)
        return replace(
            whole,
            loaded=file.loaded,
            is_complete=file.is_complete,
            all_read_at=file.all_read_at,
            coverage=file.coverage,
        )


def read_head(members: Mapping[str, Any]) -> SavedHead | None:
    """Read a first line; None for anything else. What is not as we write it counts as absent."""
    if members.get(KIND) != EVENTS:
        return None
    silent, names = members.get("withoutEvents"), members.get("userIds")
    return SavedHead(
        stage_arn=_text(members, "stageArn"),
        session_id=_text(members, "sessionId"),
        participant_id=_text(members, "participantId") or None,
        saved_at=_text(members, "savedAt"),
        saved=_count(members, "events"),
        loaded=_count(members, "loaded"),
        contradicting=_count(members, "contradicting"),
        is_complete=members.get("complete") is True,
        all_read_at=_text(members, "allReadAt") or None,
        coverage=_text(members, "coverage"),
        order=_text(members, "order"),
        filter=_text(members, "filter"),
        user_ids={one: user for one, user in names.items() if isinstance(user, str)}
        if isinstance(names, dict)
        else {},
        without_events=tuple(one for one in silent if isinstance(one, str) and one)
        if isinstance(silent, list)
        else (),
    )


def _text(members: Mapping[str, Any], name: str) -> str:
    value = members.get(name)
    return value if isinstance(value, str) else ""


def _count(members: Mapping[str, Any], name: str) -> int:
    value = members.get(name)
    return value if type(value) is int and value >= 0 else 0
