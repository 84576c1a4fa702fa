"""MarkFinder: finds events marked in an earlier run, or in another list, among those of a list."""

from datetime import datetime

from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import EventLog
from ivscope.settings.kept_places import KeptMark
from ivscope.workspace.place import Place

_AT_ONCE = 20_000
"""Events looked at between two keys: a few milliseconds."""


def mark_of(log: EventLog, position: int, place: Place) -> KeptMark | None:
    """Return how the mark of an event is kept; None for an event without a readable time.

    Args:
        log: The events.
        position: The event.
        place: The list: of one participant, or of everybody in a session.
    """
    event, session = log[position], place.session
    if not isinstance(event.time, datetime):
        return None
    return KeptMark(
        session.stage_arn,
        session.session_id,
        event.participant_id or place.participant_id or "",
        to_microseconds(event.time),
        event.name or "",
        event.error_code or "",
        event.remote_participant_id or "",
    )


class MarkFinder:
    """Puts marks on the events of one list as they come; of equal events on the first one."""

    def __init__(self, log: EventLog, place: Place, marks: set[int], kept: set[KeptMark]) -> None:
        """Take marks away that are not kept any more.

        Args:
            log: The events of the list.
            place: The list.
            marks: Positions of marked events; changed here.
            kept: The marks of the session.
        """
        self.log = log
        self._place = place
        self._marks = marks
        self._looked_at = 0
        there = {at: mark_of(log, at, place) for at in marks}
        marks -= {at for at, mark in there.items() if mark is not None and mark not in kept}
        self._sought = kept - set(there.values())
        self._times = {mark.time_us for mark in self._sought}

    def work(self) -> bool:
        """Look at events that came. Returns whether more are left."""
        end = len(self.log)
        if not self._sought:
            self._looked_at = end
            return False
        stop = min(end, self._looked_at + _AT_ONCE)
        for at in range(self._looked_at, stop):
            if self.log.time_us(at) in self._times:
                mark = mark_of(self.log, at, self._place)
                if mark in self._sought:
                    self._sought.discard(mark)
                    self._marks.add(at)
        self._looked_at = stop
        return stop < end
