"""Lanes: what every participant did in a window of time, a sign for each cell."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from ivscope.analysis.plots import LaneCell
from ivscope.analysis.stretches import Covered, KindRoles, Stretch, rows_of, told_by
from ivscope.analysis.time_window import TimeWindow
from ivscope.domain.clock import work_limit
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.event_log import NO_TIME, EventLog

_MOST_KEPT = 4_096
"""Lanes kept ready. Forty screens of them; the oldest are dropped beyond."""


class Lanes:
    """The lanes of a log. Each is read once, and again when its participant has more events.

    Args:
        log: Events of everybody.
        ranges: Where the events of a participant are in the log.
        until: What has no end lasts to here at most: the end of the session, or now.
    """

    def __init__(
        self, log: EventLog, ranges: Callable[[str], Sequence[range]], until: datetime | None
    ) -> None:
        self._log = log
        self._ranges = ranges
        self._until = NO_TIME if until is None else to_microseconds(until)
        self._roles = KindRoles(log.tables)
        self._lanes: dict[str, tuple[int, _Lane]] = {}

    def set_until(self, until: datetime | None) -> None:
        """Say anew how long what has no end lasts at most. None is up to its last event."""
        moment = NO_TIME if until is None else to_microseconds(until)
        if moment != self._until:
            self._until = moment
            self._lanes.clear()

    def prepare(self, participant_ids: Iterable[str], seconds: float) -> bool:
        """Read lanes for about so long, at least one; whether some are left to read."""
        is_over = work_limit(seconds)
        has_read = False
        for participant_id in participant_ids:
            if self._is_ready(participant_id):
                continue
            if has_read and is_over():
                return True
            self._lane(participant_id)
            has_read = True
        return False

    def cells(self, participant_id: str, window: TimeWindow, columns: int) -> str:
        """One sign of `LaneCell` for each column of a window; blank for who has no events."""
        return self._lane(participant_id).cells(window.edges(columns))

    def untimed(self, participant_id: str) -> int:
        """How many events of a participant are in no lane for want of a readable time."""
        return self._lane(participant_id).untimed

    def _is_ready(self, participant_id: str) -> bool:
        kept = self._lanes.get(participant_id)
        return kept is not None and kept[0] == sum(map(len, self._ranges(participant_id)))

    def _lane(self, participant_id: str) -> "_Lane":
        ranges = self._ranges(participant_id)
        count = sum(map(len, ranges))
        kept = self._lanes.get(participant_id)
        if kept is not None and kept[0] == count:
            return kept[1]
        while len(self._lanes) >= _MOST_KEPT:
            del self._lanes[next(iter(self._lanes))]
        lane = _Lane(self._log, ranges, self._roles, self._until)
        self._lanes[participant_id] = count, lane
        return lane


class _Lane:
    """What one participant did, ready to be cut into cells."""

    __slots__ = ("_errors", "_layers", "_open", "untimed")

    def __init__(
        self, log: EventLog, ranges: Iterable[range], roles: KindRoles, until: int
    ) -> None:
        told = told_by(rows_of(log, ranges), roles, until)
        self.untimed = told.untimed
        self._errors = told.errors
        layers = (
            (LaneCell.PUBLISHING, told.publishing),
            (LaneCell.SUBSCRIBED, told.subscribed),
            (LaneCell.JOINED, told.stays),
        )
        # Nobody knows where a stretch without a beginning began: it is no more than its end.
        self._layers = [
            (sign, Covered(one for one in stretches if one.has_begin)) for sign, stretches in layers
        ]
        self._open = array(
            "q", sorted({one.end for _, own in layers for one in own if _is_open(one)})
        )

    def cells(self, edges: Sequence[int]) -> str:
        """Costs as much as there are cells, however many events there are."""
        signs: list[LaneCell] = []
        last = len(edges) - 2
        for column in range(last + 1):
            # The last column holds the end of the window too.
            start, stop = edges[column], edges[column + 1] + (column == last)
            signs.append(self._sign(start, stop))
        return "".join(signs)

    def _sign(self, start: int, stop: int) -> LaneCell:
        for sign, moments in ((LaneCell.ERROR, self._errors), (LaneCell.OPEN, self._open)):
            at = bisect_left(moments, start)
            if at < len(moments) and moments[at] < stop:
                return sign
        for sign, covered in self._layers:
            if covered.touches(start, stop):
                return sign
        return LaneCell.OUTSIDE


def _is_open(one: Stretch) -> bool:
    return not (one.has_begin and one.has_end)
