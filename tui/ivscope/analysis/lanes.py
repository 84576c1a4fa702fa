"""Lanes: what every participant did in a window of time, a sign for each cell, and their order."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum, auto
from itertools import compress, pairwise
from math import inf
from typing import Final

from ivscope.analysis.histories import History, KindRoles, history_of, plain_stay, rows_of, stays_in
from ivscope.analysis.intervals import Cover, Interval, Reach
from ivscope.analysis.time_window import TimeWindow
from ivscope.analysis.timed_events import flags_of
from ivscope.domain.stages import ParticipantSummary
from ivscope.domain.times import to_microseconds
from ivscope.provider.store.append_list import AppendOnly
from ivscope.provider.store.event_log import NO_TIME, EventKind, EventLog

_MOST_KEPT = 4_096
"""Lanes kept ready. Forty screens of them; the oldest are dropped beyond."""


class LaneCell(StrEnum):
    """The sign of a cell; a cell with several shows the first that applies, in this order."""

    ERROR = "✗"
    OPEN = "?"
    """Something ends here for which no end was read, or begins without a beginning."""
    PUBLISHING = "█"
    MAYBE_PUBLISHING = "▒"
    """It had begun to publish, and how long that lasted is not certain."""
    SUBSCRIBED = "─"
    """Without publishing."""
    JOINED = "·"
    UNREAD = "░"
    """Events of this time may not be read."""
    OUTSIDE = " "


AWAITED: Final = "…"
"""Instead of the sign of each cell of a lane that is being made."""


def _is_error(kind: EventKind) -> bool:
    return kind.is_error and kind.contradiction is None


class LanePresence(IntEnum):
    """What the stays of a participant tell of a time."""

    INSIDE = auto()
    """It can have been in the session."""
    OUTSIDE = auto()
    UNREAD = auto()
    """Events of this time may not be read, or are not looked at yet."""


class Lanes:
    """The lanes of a log. Each is made once, and again when its participant has more events.

    Args:
        log: Events of everybody.
        ranges: Where the events of a participant are in the log.
        reach_of: How far a participant is read, by its id.
        until: What has no end lasts to here at most: the end of the session, or now.
    """

    def __init__(
        self,
        log: EventLog,
        ranges: Callable[[str], Sequence[range]],
        reach_of: Callable[[str], Reach],
        until: datetime | None,
    ) -> None:
        self._log = log
        self._ranges = ranges
        self._reach_of = reach_of
        self._until = NO_TIME if until is None else to_microseconds(until)
        self._roles = KindRoles(log.tables)
        self._lanes: dict[str, tuple[int, Reach, _Lane]] = {}
        self._inside: dict[str, tuple[int, Reach, Cover]] = {}
        """Small, and kept of everybody: when each can have been in the session."""
        self._most_at_once: int | None = None
        self.awaited: dict[str, None] = {}
        """Ids of those whose lanes were asked for and are left to a thread."""

    def leave_long_to_thread(self, events: int | None) -> None:
        """Make no lane of more than so many events when it is asked for; None to make all.

        Until somebody makes those `awaited` by `made` and `keep` they are as they were before, or
        `AWAITED` throughout. Nothing is awaited yet: another view shows other lanes.
        """
        self.awaited.clear()
        self._most_at_once = events

    def cells(self, participant_id: str, window: TimeWindow, columns: int) -> str:
        """Return a sign of `LaneCell` for each column of a window; blanks without events."""
        if participant_id not in self.awaited and self._is_long_work(participant_id):
            self.awaited[participant_id] = None
        if participant_id not in self.awaited:
            return self._lane(participant_id).cells(window, columns)
        kept = self._lanes.get(participant_id)
        return AWAITED * columns if kept is None else kept[2].cells(window, columns)

    def made(self, participant_id: str, check: Callable[[], object] = lambda: None) -> "MadeLane":
        """Make the lane of a participant. May be called from any thread.

        Args:
            participant_id: Who.
            check: Called now and then; what it raises ends the work.
        """
        count, reach = self._state(participant_id)
        rows = rows_of(self._log, self._ranges(participant_id))
        told = history_of(self._log, rows, KindRoles(self._log.tables), reach, check)
        return count, reach, _Lane(self._log, told, self._until, reach)

    def made_of(
        self, participant_ids: Iterable[str], check: Callable[[], object]
    ) -> dict[str, "MadeLane"]:
        """Make those lanes that would be awaited, as `made` does, in any thread."""
        return {one: self.made(one, check) for one in participant_ids if self._is_long_work(one)}

    def keep(self, made: Mapping[str, "MadeLane"]) -> None:
        """Show lanes that were made, by participant id, from now on."""
        for participant_id, lane in made.items():
            while len(self._lanes) >= _MOST_KEPT:
                del self._lanes[next(iter(self._lanes))]
            self._lanes[participant_id] = lane
            self.awaited.pop(participant_id, None)

    def errors(self, participant_id: str, start: int, stop: int) -> list[int]:
        """Return the positions of a participant's errors from a time to below another, by time.

        Those without a readable time are in none.

        Args:
            participant_id: Who.
            start: Microseconds.
            stop: The same.
        """
        found: list[tuple[int, int]] = []
        for part in self._ranges(participant_id):
            times = self._log.columns(part.start, part.stop).times
            flags = flags_of(self._log, part.start, part.stop, _is_error)
            found += (one for one in compress(zip(times, part, strict=True), flags))
        return [at for time, at in sorted(found) if start <= time < stop and time > NO_TIME]

    def look(self, participant_id: str) -> None:
        """Look at the events of a participant, if some came since the last look."""
        count, reach = self._state(participant_id)
        kept = self._inside.get(participant_id)
        if kept is None or kept[:2] != (count, reach):
            self._inside[participant_id] = count, reach, self._stays(participant_id, reach)

    def _stays(self, participant_id: str, reach: Reach) -> Cover:
        ranges = self._ranges(participant_id)
        plain = plain_stay(self._log, ranges, self._roles, reach, self._until)
        if plain is not None:
            return Cover([plain])
        stays, latest = stays_in(self._log, ranges, self._roles, reach)
        until = max(self._until, latest)
        began = [one for one in stays.intervals if one.start is not None]
        if not began:
            # Without a JOINED something else may show that it was there.
            return self._lane(participant_id).inside
        return Cover((one.begin, _end(self._log, one, until)) for one in began)

    def presence(self, participant_id: str, first: int, last: int) -> LanePresence:
        """Return whether a participant can have been in the session, as of the last `look`.

        Args:
            participant_id: Who.
            first: The first moment of a time, microseconds.
            last: The last one.
        """
        looked_at = self._inside.get(participant_id)
        if looked_at is None:
            return LanePresence.UNREAD
        _, reach, inside = looked_at
        if inside.touches(first, last + 1):
            return LanePresence.INSIDE
        return LanePresence.OUTSIDE if is_known(reach, first, last) else LanePresence.UNREAD

    def _state(self, participant_id: str) -> tuple[int, Reach]:
        ranges = self._ranges(participant_id)
        return sum(map(len, ranges)), self._reach_of(participant_id)

    def _is_long_work(self, participant_id: str) -> bool:
        """Whether a lane is to be made anew, and is too long to be made when it is asked for."""
        most = self._most_at_once
        if most is None:
            return False
        count, reach = self._state(participant_id)
        kept = self._lanes.get(participant_id)
        return count > most and (kept is None or kept[:2] != (count, reach))

    def _lane(self, participant_id: str) -> "_Lane":
        count, reach = self._state(participant_id)
        kept = self._lanes.get(participant_id)
        if kept is not None and kept[:2] == (count, reach):
            return kept[2]
        made = self.made(participant_id)
        self.keep({participant_id: made})
        return made[2]


MadeLane = tuple[int, Reach, "_Lane"]
"""Of how many events a lane was made, how far these were read, and the lane."""


class _Lane:
    """What one participant did, prepared for cutting into cells."""

    __slots__ = ("_drawn", "_errors", "_layers", "_open", "_reach", "inside")

    def __init__(self, log: EventLog, told: History, until: int, reach: Reach) -> None:
        self._reach = reach
        self._drawn: tuple[TimeWindow, int, str] | None = None
        self._errors = told.errors
        layers = (
            (LaneCell.MAYBE_PUBLISHING, told.publishing.intervals),
            (LaneCell.SUBSCRIBED, tuple(one for own in told.subscribed for one in own.intervals)),
            (LaneCell.JOINED, told.stays.intervals),
        )
        latest = max(until, told.latest)
        # As certain as the count of publishers has it, with the seconds of start and stop.
        began = {one.begun: one.begin for one in told.publishing.intervals if one.start is not None}
        certain = (
            (began.get(first, first + 1), last - 1) for first, last in told.publishing.certain
        )
        whole = (
            (one.begin, _end(log, one, latest))
            for one in told.publishing.intervals
            if one.is_paired and one.why is None and one.ending >= _end(log, one, latest)
        )
        sure = (one for one in (*whole, *certain) if one[0] <= one[1])
        self._layers = [(LaneCell.PUBLISHING, Cover(sure))]
        # Where something without a start began is unknown: only its end is drawn.
        self._layers += (
            (
                sign,
                Cover((one.begin, _end(log, one, latest)) for one in own if one.start is not None),
            )
            for sign, own in layers
        )
        ends = {_end(log, one, latest) for _, own in layers for one in own if not one.is_paired}
        self._open = array("q", sorted(ends))
        self.inside = Cover(one for _, cover in self._layers for one in cover)
        """When it can have been in the session: wherever a cell shows that it was."""

    def cells(self, window: TimeWindow, columns: int) -> str:
        """Return the cells of a window; made once for it.

        Costs as much as there are cells, however many events there are.
        """
        if self._drawn is None or self._drawn[:2] != (window, columns):
            edges = window.edges(columns)
            edges[-1] += 1  # The last column holds the end of the window too.
            signs = "".join(self._sign(start, stop) for start, stop in pairwise(edges))
            self._drawn = window, columns, signs
        return self._drawn[2]

    def _sign(self, start: int, stop: int) -> LaneCell:
        for sign, moments in ((LaneCell.ERROR, self._errors), (LaneCell.OPEN, self._open)):
            at = bisect_left(moments, start)
            if at < len(moments) and moments[at] < stop:
                return sign
        for sign, covered in self._layers:
            if covered.touches(start, stop):
                return sign
        return LaneCell.OUTSIDE if is_known(self._reach, start, stop - 1) else LaneCell.UNREAD


def is_known(reach: Reach, first: int, last: int) -> bool:
    """Whether all events of a time are read, as far as they can come."""
    return reach.knows(first, last) and first <= reach.read_to


def _end(log: EventLog, one: Interval, latest: int) -> int:
    """Return up to where an interval is drawn: its end, or as long as it can have lasted."""
    if one.stop is not None:
        return log.time_us(one.stop) or 0
    return min(one.end, latest)


class LaneOrder:
    """Looks only at what a list has gained: a session can have 25,000 participants."""

    __slots__ = ("_joined", "_list", "_taken", "by_join")

    def __init__(self) -> None:
        self.by_join: list[str] = []
        """Participant ids, each once, by their first join; those without one come last."""
        self._joined: dict[str, float] = {}
        self._list: AppendOnly[ParticipantSummary] | None = None
        self._taken = 0

    def take(self, rows: AppendOnly[ParticipantSummary]) -> None:
        """Add what is new in a list, or all of it when it is another list than before."""
        if rows is not self._list:
            self._joined.clear()
            self.by_join.clear()
            self._list, self._taken = rows, 0
        new = rows[self._taken :]
        self._taken += len(new)
        for one in new:
            time = one.first_join_time
            moment = time.timestamp() if isinstance(time, datetime) else inf
            if one.participant_id not in self._joined:
                self.by_join.append(one.participant_id)
            self._joined[one.participant_id] = min(
                moment, self._joined.get(one.participant_id, moment)
            )
        if new:
            self.by_join.sort(key=self._joined.__getitem__)

    def errors_first(self, errors: Mapping[str, int]) -> list[str]:
        """Return participant ids with errors before all others, most errors first.

        Args:
            errors: How many error events are read, for participants that have some.
        """
        failing = sorted(
            (name for name in self.by_join if name in errors), key=errors.__getitem__, reverse=True
        )
        return [*failing, *(name for name in self.by_join if name not in errors)]
