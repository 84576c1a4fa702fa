"""Spans: what one event began or ended, found from the few events around it."""

from collections.abc import Iterator
from datetime import datetime

from ivscope.analysis.histories import CAPABILITIES, destination_of, may_take, role_of
from ivscope.analysis.intervals import (
    SECOND,
    SPAN_NAMES,
    EventSpan,
    Family,
    Interval,
    Reach,
    Track,
    Why,
    bounds_of,
)
from ivscope.analysis.neighbours import Near, Neighbours, Thing, stay_of, thing_of
from ivscope.analysis.pairing import Doubts, Half, track_of
from ivscope.analysis.timed_events import EARLIEST, LATEST, timed_events, untimed_events
from ivscope.domain import events
from ivscope.domain.times import from_microseconds
from ivscope.provider.store.event_log import EventKind, EventLog


class Spans:
    """The spans of one log. They do not depend on the order in which the events came."""

    __slots__ = ("_found", "_kept", "_log", "_neighbours")

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._found = _Found(log)
        self._neighbours = Neighbours(log, self._found)
        self._kept: dict[tuple[Thing, Reach], tuple[int, Track]] = {}
        """Tracks of things with too much around a time, until the log has grown."""

    def span_of(self, position: int, reach: Reach) -> EventSpan | None:
        """Return what an event began or ended; None when its name does neither.

        Args:
            position: Below `len(log)`.
            reach: How far the participant of the event is read.
        """
        log = self._log
        role = role_of(log.kind(position))
        if role is None or role.family is None:
            return None
        thing = self._thing(position, role.family)
        time = log.time_us(position)
        found = None if time is None else self._track(thing, time, reach).of(position)
        if found is None:
            found = Interval(None, None, EARLIEST, EARLIEST, EARLIEST, LATEST, Why.NO_TIME)
        other = found.start if role.is_end else found.stop
        why = found.why
        if other is None and self._untimed(thing, is_end=not role.is_end) and reach.is_complete:
            why = Why.NO_TIME
        return EventSpan(
            position=position,
            is_start=not role.is_end,
            other_name=SPAN_NAMES[role.family][not role.is_end],
            time=self._time(position),
            other=other,
            other_time=self._time(other),
            why=why,
            left=found.cut,
            left_time=self._time(found.cut),
        )

    def _thing(self, position: int, family: Family) -> Thing:
        columns = self._log.columns(position, position + 1)
        return thing_of(self._log, family, position, columns.participants[0], columns.remotes[0])

    def _time(self, position: int | None) -> datetime | None:
        time = None if position is None else self._log.time_us(position)
        return None if time is None else from_microseconds(time)

    # The events to look at.

    def _track(self, thing: Thing, time: int, reach: Reach) -> Track:
        kept = self._kept.get((thing, reach))
        if kept is not None and kept[0] == len(self._log):
            return kept[1]
        near = self._neighbours.around(thing, time)
        if near is not None:
            return self._track_of(thing, near, reach)
        length = len(self._log)
        found = self._track_of(thing, self._neighbours.all_of(thing), reach)
        self._kept = {(thing, reach): (length, found)}
        return found

    def _track_of(self, thing: Thing, near: Near, reach: Reach) -> Track:
        doubts = self._doubts(thing, near)
        if thing.key[0] is Family.STAY:
            return self._neighbours.stays(thing, near, reach, doubts).track
        stays = self._neighbours.stays_beside(thing, near, reach)
        follows = thing.key[0] is not Family.REPLICATION
        return track_of(near.halves, stays, reach, doubts, follows=follows, is_first=near.is_first)

    def _doubts(self, thing: Thing, near: Near) -> Doubts:
        stay = stay_of(thing.participant)
        family = thing.key[0]
        exchanged = (events.TOKEN_EXCHANGED,)
        is_stay = family is Family.STAY
        return Doubts(
            () if is_stay else [*self._taken(thing, near)],
            untimed_start=self._untimed(thing, is_end=False) or self._untimed(stay, is_end=False),
            untimed_end=self._untimed(thing, is_end=True)
            or self._untimed(stay, is_end=True)
            or (not is_stay and self._any_untimed(exchanged, thing.participant)),
        )

    def _taken(self, thing: Thing, near: Near) -> Iterator[tuple[int, int]]:
        """The exchanges that may have ended it, up to the first one after all halves."""
        capability = CAPABILITIES[thing.key[0]]
        if not near.halves:
            return
        last = near.halves[-1].time
        since = near.halves[0].time // SECOND * SECOND
        for at in self._found.named((events.TOKEN_EXCHANGED,), thing.participant, since=since):
            first, end = bounds_of(self._log.time_us(at) or 0)
            if first > last and not near.is_last:
                return
            if may_take(self._log[at].new_token, capability):
                yield first, end
                if first > last:
                    return

    def _untimed(self, thing: Thing, *, is_end: bool) -> bool:
        family, about = thing.key
        remote = about if isinstance(about, int) else None
        return self._any_untimed((SPAN_NAMES[family][is_end],), thing.participant, remote, about)

    def _any_untimed(
        self,
        names: tuple[str, ...],
        participant: int,
        remote: int | None = None,
        about: object = None,
    ) -> bool:
        found = untimed_events(
            self._log, lambda kind: kind.name in names, participant=participant, remote=remote
        )
        return any(
            not isinstance(about, tuple) or destination_of(self._log[at]) == about for at in found
        )


class _Found:
    """The starts and ends of a log, found by its blocks."""

    __slots__ = ("_log",)

    def __init__(self, log: EventLog) -> None:
        self._log = log

    def last_sign(self, participant: int, after: int, before: int) -> Iterator[int]:
        """When a participant was heard of last between two times; nothing when it was not."""
        signs = timed_events(
            self._log,
            _is_sign,
            since=max(after + 1, EARLIEST),
            until=before - 1 if before < LATEST else LATEST,
            newest_first=True,
            participant=participant,
        )
        for at in signs:
            time = self._log.time_us(at) or 0
            if bounds_of(time)[1] < before:
                yield time
                return

    def halves(self, thing: Thing, since: int, until: int, *, newest_first: bool) -> Iterator[Half]:
        """The halves of a thing between two times."""
        family, about = thing.key
        names = SPAN_NAMES[family]
        found = self.named(
            names,
            thing.participant,
            since=since,
            until=until,
            newest_first=newest_first,
            remote=about if isinstance(about, int) else None,
        )
        for at in found:
            if family is Family.REPLICATION and destination_of(self._log[at]) != about:
                continue
            kind = self._log.kind(at)
            detail = f"{kind.replica} {kind.error_code}"
            yield Half(self._log.time_us(at) or 0, detail, at, kind.name == names[1])

    def named(
        self,
        names: tuple[str, ...],
        participant: int,
        *,
        since: int = EARLIEST,
        until: int = LATEST,
        newest_first: bool = False,
        remote: int | None = None,
    ) -> Iterator[int]:
        """Positions of the events of some names between two times."""
        return timed_events(
            self._log,
            lambda kind: kind.name in names,
            since=since,
            until=until,
            newest_first=newest_first,
            participant=participant,
            remote=remote,
        )


def _is_sign(kind: EventKind) -> bool:
    role = role_of(kind)
    return role is not None and role.is_sign
