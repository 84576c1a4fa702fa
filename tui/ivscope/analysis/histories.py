"""Histories: a participant's stays, publishing, subscriptions and replications from its events.

Long because stays are also told alone, which costs far less than a whole history.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field, replace
from itertools import compress
from typing import Final, NamedTuple

from ivscope.analysis.intervals import (
    EARLIEST,
    LATEST,
    SECOND,
    SPAN_NAMES,
    Family,
    Interval,
    Reach,
    Track,
    bounds_of,
)
from ivscope.analysis.pairing import Doubts, Half, Stays, intervals_of, stays_of, track_of
from ivscope.analysis.timed_events import flags_of, looked_up, places_of
from ivscope.domain import events
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen, slotted
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from ivscope.provider.store.event_log import NO_TIME, EventKind, EventLog, EventTables
from ivscope.provider.store.indexes import OrderLabel

CAPABILITIES: Final = {
    Family.PUBLISH: PUBLISH,
    Family.REPLICATION: PUBLISH,
    Family.SUBSCRIBE: SUBSCRIBE,
}
"""The capability that something needs to be on. Only a publisher can be replicated."""

PUBLISHING_NAMES: Final = frozenset(
    {
        events.JOINED,
        events.PUBLISH_STARTED,
        events.PUBLISH_STOPPED,
        events.TOKEN_EXCHANGED,
        events.LEFT,
    }
)
"""Events that tell when somebody published."""

Row = tuple[int, int, int, int]
"""Position, time in microseconds, number of the kind, number of the remote participant."""

Key = tuple[Family, object]
"""What is on: with the number of the publisher for a subscription, with stage and session for a
replication, else with None."""


class EventRole(NamedTuple):
    """What a kind of event says about something that is on or off."""

    family: Family | None
    """What the event begins or ends; None for a token exchange."""
    is_end: bool
    detail: str
    """Distinguishes starts and ends of one time."""
    is_sign: bool
    """Whether the event shows that the participant is connected. An end does not: it may come
    after LEFT."""


_ROLES: Final[dict[str, tuple[Family | None, bool]]] = {
    events.TOKEN_EXCHANGED: (None, False),
    **{
        name: (family, bool(is_end))
        for family in Family
        for is_end, name in enumerate(SPAN_NAMES[family])
    },
}


def role_of(kind: EventKind) -> EventRole | None:
    """Return what a kind of event says; None when it says nothing of this."""
    found = None if kind.name is None else _ROLES.get(kind.name)
    if found is None:
        return None
    family, is_end = found
    is_sign = family is not Family.STAY and not is_end
    return EventRole(family, is_end, f"{kind.replica} {kind.error_code}", is_sign)


class KindRoles:
    """What each kind of event says, looked up by its number."""

    __slots__ = ("_facts", "_kinds", "_roles", "_signs", "_stays")

    def __init__(self, tables: EventTables) -> None:
        self._kinds: Sequence[EventKind] = tables.kinds
        self._roles: list[EventRole | None] = []
        # By number of a kind, 1 for those that count, begin or end a stay, or tell of one.
        self._facts = self._stays = self._signs = b""

    def is_error(self, kind: int) -> bool:
        """Whether it reports a failure."""
        return self._kinds[kind].is_error

    def is_fact(self, kind: int) -> bool:
        """Whether it counts: it does not contradict the request."""
        return self._kinds[kind].contradiction is None

    def of(self, kind: int) -> EventRole | None:
        """Return what a kind says; None when it says nothing of this."""
        while kind >= len(self._roles):
            self._roles.append(role_of(self._kinds[len(self._roles)]))
        return self._roles[kind]

    def stay_flags(self, kinds: "array[int]") -> tuple[bytes, bytes, bytes]:
        """Tell of many events what they say of stays, one byte of 0 or 1 for each of their kinds.

        Returns:
            Which events count, which begin or end a stay, and which only show that there is one.
        """
        while len(self._facts) < len(self._kinds):
            number = len(self._facts)
            is_fact, role = self.is_fact(number), self.of(number)
            is_stay = is_fact and role is not None and role.family is Family.STAY
            is_sign = is_fact and role is not None and role.is_sign
            is_sign = is_sign and role is not None and role.family is not Family.REPLICATION
            self._facts += bytes((is_fact,))
            self._stays += bytes((is_stay,))
            self._signs += bytes((is_sign,))
        facts, stays, signs = self._facts, self._stays, self._signs
        return looked_up(kinds, facts), looked_up(kinds, stays), looked_up(kinds, signs)


def rows_of(log: EventLog, ranges: Iterable[range]) -> Iterator[Row]:
    """Yield the events in some ranges of a log."""
    for part in ranges:
        columns = log.columns(part.start, part.stop)
        yield from zip(part, columns.times, columns.kinds, columns.remotes, strict=True)


def destination_of(event: Event) -> tuple[str | None, str | None]:
    """Return the stage and session that a replication goes to."""
    return event.destination_stage_arn, event.destination_session_id


def may_take(token: ParticipantToken | None, capability: str) -> bool:
    """Whether an exchange to this token may have ended what needs a capability."""
    return token is None or token.capabilities is None or capability not in token.capabilities


@slotted
class Sorted:
    """The events of one participant, sorted by what they are about."""

    halves: dict[Key, list[Half]] = field(default_factory=dict)
    heard: list[int] = field(default_factory=list)
    """Times of events that show that it was connected."""
    exchanges: list[tuple[int, int]] = field(default_factory=list)
    """Time and position of each token exchange."""
    untimed_starts: set[Key] = field(default_factory=set)
    untimed_ends: set[Key] = field(default_factory=set)
    untimed_exchange: bool = False

    def take(self, role: EventRole, key: Key | None, position: int, time: int) -> None:
        """Take an event in.

        Args:
            role: What it says.
            key: What it is about; None for a token exchange.
            position: In the log.
            time: Microseconds, `NO_TIME` or less for none.
        """
        if time <= NO_TIME:
            if key is None:
                self.untimed_exchange = True
            else:
                (self.untimed_ends if role.is_end else self.untimed_starts).add(key)
            return
        if role.is_sign:
            self.heard.append(time)
        if key is None:
            self.exchanges.append((time, position))
        else:
            self.halves.setdefault(key, []).append(Half(time, role.detail, position, role.is_end))

    def stays(self, reach: Reach) -> Stays:
        """Return when the participant was in the session."""
        key = (Family.STAY, None)
        doubts = Doubts((), key in self.untimed_starts, key in self.untimed_ends)
        return stays_of(self.halves.get(key, ()), sorted(self.heard), reach, doubts)

    def track(self, key: Key, stays: Stays, reach: Reach, log: EventLog) -> Track:
        """Return when something else was on."""
        halves, doubts = self.halves.get(key, ()), self._doubts(key, log)
        return track_of(halves, stays, reach, doubts, follows=key[0] is not Family.REPLICATION)

    def subscribed(self, key: Key, stays: Stays, reach: Reach, log: EventLog) -> list[Interval]:
        """Return the intervals of a subscription."""
        return intervals_of(self.halves.get(key, ()), stays, reach, self._doubts(key, log))

    def _doubts(self, key: Key, log: EventLog) -> Doubts:
        capability, stay = CAPABILITIES[key[0]], (Family.STAY, None)
        taken = sorted(
            bounds_of(time)
            for time, position in self.exchanges
            if may_take(log[position].new_token, capability)
        )
        return Doubts(
            taken,
            # With a JOINED somewhere nothing is known to have ended with a stay.
            untimed_start=key in self.untimed_starts or stay in self.untimed_starts,
            untimed_end=bool(self.untimed_ends & {key, stay}) or self.untimed_exchange,
        )

    def keys(self, family: Family) -> list[Key]:
        """List what has starts or ends in a family, such as each subscription."""
        known = {**self.halves, **dict.fromkeys(self.untimed_starts)}
        return [key for key in known if key[0] is family]


@frozen
class History:
    """A participant over time: when it was in the session, publishing, and so on."""

    stays: Track
    publishing: Track
    subscribed: tuple[list[Interval], ...]
    """The subscriptions to each publisher, oldest first."""
    errors: "array[int]"
    """Ascending, microseconds."""
    latest: int
    """Time of the last event; `NO_TIME` without any."""


def history_of(
    log: EventLog,
    rows: Iterable[Row],
    roles: KindRoles,
    reach: Reach,
    check: Callable[[], object] = lambda: None,
) -> History:
    """Make the history of one participant.

    Args:
        log: The log that its events are in.
        rows: Its events, in any order.
        roles: The roles of the kinds of the log.
        reach: How far its events are read.
        check: Called now and then; what it raises ends the work.
    """
    found, errors, latest = Sorted(), array("q"), NO_TIME
    said: dict[tuple[int, int], tuple[bool, bool, EventRole | None, Key | None]] = {}
    for position, time, kind, remote in rows:
        known = said.get((kind, remote))
        if known is None:
            known = said[kind, remote] = _said(roles, kind, remote)
        is_fact, is_error, role, key = known
        if not is_fact:
            continue
        latest = max(latest, time)
        if is_error and time > NO_TIME:
            errors.append(time)
        if role is not None:
            found.take(role, key, position, time)
    stays = found.stays(reach)

    def subscribed() -> Iterator[list[Interval]]:
        for key in found.keys(Family.SUBSCRIBE):
            check()
            yield found.subscribed(key, stays, reach, log)

    return History(
        stays.track,
        found.track((Family.PUBLISH, None), stays, reach, log),
        tuple(subscribed()),
        array("q", sorted(errors)),
        latest,
    )


def _said(
    roles: KindRoles, kind: int, remote: int
) -> tuple[bool, bool, EventRole | None, Key | None]:
    """Whether an event counts, whether it is an error, what it says, and of what."""
    role, key = roles.of(kind), None
    if role is not None and role.family is Family.REPLICATION:
        role = None
    if role is not None and role.family is not None:
        key = role.family, remote if role.family is Family.SUBSCRIBE else None
    return roles.is_fact(kind), roles.is_error(kind), role, key


class _StayPart(NamedTuple):
    """Events of a participant that stand together in the log, and what of them tells of stays."""

    start: int
    times: "array[int]"
    kinds: "array[int]"
    stays: Iterable[int]
    """Places of what begins and ends a stay, from the start."""
    signs: bytes
    latest: int
    """Time of the last event that is a fact, microseconds."""


def _stay_parts(log: EventLog, ranges: Iterable[range], roles: KindRoles) -> Iterator[_StayPart]:
    for part in ranges:
        columns = log.columns(part.start, part.stop)
        times, kinds = columns.times, columns.kinds
        facts, stays, signs = roles.stay_flags(kinds)
        latest = max(compress(times, facts) if 0 in facts else times, default=NO_TIME)
        yield _StayPart(part.start, times, kinds, places_of(stays, 1), signs, latest)


def stays_in(
    log: EventLog, ranges: Iterable[range], roles: KindRoles, reach: Reach
) -> tuple[Track, int]:
    """Return when a participant was in the session: far cheaper than its whole history.

    Args:
        log: The log that its events are in.
        ranges: Where they are.
        roles: The roles of the kinds of the log.
        reach: How far its events are read.

    Returns:
        Its stays, and the time of its last event in microseconds, `NO_TIME` or less without any.
    """
    found, latest = Sorted(), NO_TIME
    for part in _stay_parts(log, ranges, roles):
        times, kinds = part.times, part.kinds
        latest = max(latest, part.latest)
        for place in part.stays:
            role = roles.of(kinds[place])
            if role is not None:
                found.take(role, (Family.STAY, None), part.start + place, times[place])
        found.heard.extend(filter(NO_TIME.__lt__, compress(times, part.signs)))
    return found.stays(reach).track, latest


def plain_stay(
    log: EventLog, ranges: Iterable[range], roles: KindRoles, reach: Reach, until: int
) -> tuple[int, int] | None:
    """Return when one was in the session who joined once, and left once or not at all.

    It is what `stays_in` tells, without pairing anything.

    Args:
        log: The log that its events are in.
        ranges: Where they are.
        roles: The roles of the kinds of the log.
        reach: How far its events are read.
        until: A stay without an end lasts to here at most, microseconds, or to the last event.

    Returns:
        The first and last moment; None when it is not as plain as that, or not read whole.
    """
    if not reach.is_complete:
        return None
    joined, left, latest = NO_TIME, NO_TIME, NO_TIME
    for part in _stay_parts(log, ranges, roles):
        times, kinds = part.times, part.kinds
        latest = max(latest, part.latest)
        for place in part.stays:
            role, time = roles.of(kinds[place]), times[place]
            is_second = role is None or (left if role.is_end else joined) > NO_TIME
            if role is None or is_second or time <= NO_TIME:
                return None
            joined, left = (joined, time) if role.is_end else (time, left)
    if joined <= NO_TIME:
        return None
    if left <= NO_TIME:
        return bounds_of(joined)[0], min(reach.ended, max(until, latest))
    # In one second LEFT may have been first.
    return (bounds_of(joined)[0], left) if bounds_of(joined)[1] < bounds_of(left)[0] else None


def publishing_rows(log: EventLog) -> Iterator[Row]:
    """Yield the events that show when a participant was publishing."""
    length = len(log)
    columns = log.columns(0, length)
    flags = flags_of(log, 0, length, lambda kind: kind.name in PUBLISHING_NAMES)
    yield from compress(
        zip(range(length), columns.times, columns.kinds, columns.remotes, strict=True), flags
    )


def publishing_of(log: EventLog, rows: Iterable[Row], roles: KindRoles, reach: Reach) -> Track:
    """Return when a participant was publishing. Arguments as for `history_of`."""
    found = Sorted()
    for position, time, kind, _ in rows:
        role = roles.of(kind)
        if role is not None and role.family in {None, Family.STAY, Family.PUBLISH}:
            found.take(role, None if role.family is None else (role.family, None), position, time)
    return found.track((Family.PUBLISH, None), found.stays(reach), reach, log)


def read_so_far(log: EventLog, reach: Reach) -> Reach:
    """Return how far the log of a participant is read whose last page is not read.

    The service promises no order: what is not read is assumed to go on in the order seen so far.

    Args:
        log: All of its events that are read.
        reach: What else is known of its reading.
    """
    found = log.blocks.timed(range(len(log.tables.kinds)), EARLIEST, LATEST)
    after, before = LATEST, EARLIEST
    if log.order is OrderLabel.NEWEST_FIRST:
        after, before = bounds_of(min(first for first, _, _ in found))[1], LATEST
    elif log.order is OrderLabel.OLDEST_FIRST:
        latest = max(last for _, last, _ in found)
        after, before = EARLIEST, latest // SECOND * SECOND
    return replace(reach, is_complete=False, known_after=after, known_before=before)
