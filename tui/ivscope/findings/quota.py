"""QUOTA_EXCEEDED: who was publishing in that second, against the limit of the stage.

Long because an error and a session are compared with the limit by the same count.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Container, Iterator
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from ivscope.analysis.intervals import LATEST, Why, bounds_of
from ivscope.analysis.publishers import Publisher, Publishers
from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.findings.event_context import (
    SECOND_US,
    EventContext,
    ask_session,
    distance_between,
    positions_within,
    second_of,
    time_of,
)
from ivscope.findings.finding import (
    MOST_NAMED,
    MOST_REFS,
    Ask,
    Certainty,
    Claim,
    Distance,
    EventRef,
    Finding,
    Lacking,
    PartlyRead,
    PlainClaim,
    StaysUnknown,
)
from ivscope.findings.known_facts import Beyond, PublisherCount, SessionFacts, Slot
from ivscope.findings.publishing import NEAR_SECONDS, ORDER_OPEN
from ivscope.findings.session_context import REPLICA, SessionContext
from ivscope.knowledge.limits import PUBLISHER_LIMIT


class QuotaSays(PlainClaim):
    """What is said where publishers cannot be compared with the limit."""

    CODE_NAMES_NO_LIMIT = "quota_code_names_no_limit"
    SUBSCRIBING_HAS_OTHER_LIMITS = "subscribing_has_other_limits"
    NO_TIME = "quota_without_time"
    NOT_COUNTED = "publishers_not_counted"


class QuotaOpen(PlainClaim):
    """What stays unknown beside a count of publishers."""

    ACCOUNT_LIMITS = "account_limits"
    """They are shared with other stages, and no event names them."""
    WHICH_LIMIT = "which_limit"
    """One of the account, or one of the stage that is not the documented one."""
    COPIES_AND_SLOTS = "copies_and_slots"
    """No document says whether replicas take slots."""
    MORE_AT_ANOTHER_TIME = "more_at_another_time"
    """More than the limit were publishing at another time: the stage has another one."""
    MORE_FOR_A_MOMENT = "more_for_a_moment"
    """As above, as the event times say, but so shortly that clocks can be the reason."""
    WHOSE_SLOT = "whose_slot"
    """Whether it took the slot that became free."""


class AgainstLimit(StrEnum):
    """How the publishers of a second compare with the limit of a stage."""

    MORE = "more"
    """Certainly more than the limit."""
    FULL = "full"
    """As many as the limit: its slots were taken."""
    AS_MANY = "as_many"
    """As many as the limit, and yet slots can have been free."""
    AT_LEAST = "at_least"
    """Fewer are certain, and not everybody is read."""
    UNSURE = "unsure"
    """Fewer are certain, and with the unsure ones the limit is reached."""
    FEWER = "fewer"
    """Certainly fewer."""


@frozen
class PublisherThen:
    """One of those who were publishing, or may have been."""

    participant_id: str
    since: datetime | None
    """When it started; None when no start with a readable time is read."""
    is_certain: bool
    """Whether it was publishing for certain."""
    is_replica: bool | None
    """Whether it is a replica from another stage; None when that is not known."""


MOST_PUBLISHERS = 50
"""At most so many are named: four times as many as a stage takes."""


@frozen
class PublishersThen(Claim):
    """How many others were publishing in the second of an error."""

    least: int
    """Certainly publishing."""
    most: int
    """With those who may have been."""
    copies: int
    """Of them, certainly replicas from other stages."""
    compared: AgainstLimit
    limit: int = PUBLISHER_LIMIT
    publishers: tuple[PublisherThen, ...] = ()
    """The certain ones first, then those who may have been; at most `MOST_PUBLISHERS`."""


@frozen
class AtQuotaErrors(Claim):
    """At how many of a session's QUOTA_EXCEEDED publishers compare so with the limit."""

    errors: int
    all_errors: int
    compared: AgainstLimit
    is_least: bool = False
    """Whether at some of them there can have been more than the limit."""
    limit: int = PUBLISHER_LIMIT


@frozen
class UnsurePublishers(Claim):
    """Stays unknown: whether these were publishing then."""

    participant_ids: tuple[str, ...]
    """The first ones; all of them lack the same."""
    more: int
    """How many others are not certain either, for this reason or another."""
    why: Why


def publishers_against_limit(context: EventContext) -> Iterator[Finding]:
    """Compare the publishers of that second with the limit, as far as they are known."""
    here = context.refs(context.position)
    if context.event.name != events.PUBLISH_ERROR:
        subscribing = context.event.name == events.SUBSCRIBE_ERROR
        says = QuotaSays.CODE_NAMES_NO_LIMIT
        if subscribing:
            says = QuotaSays.SUBSCRIBING_HAS_OTHER_LIMITS
        yield Finding(says, Certainty.UNKNOWN, here, QuotaOpen.ACCOUNT_LIMITS)
        return
    if context.second is None:
        yield Finding(QuotaSays.NO_TIME, Certainty.UNKNOWN, here)
        return
    count = context.facts.publishers_at(
        context.scope.session, context.log.time_us(context.position) or 0
    )
    if count is None:
        asks = ask_session(context.facts, context.scope.session, Lacking.EVENTS_OF_EVERYBODY)
        yield Finding(QuotaSays.NOT_COUNTED, Certainty.UNKNOWN, here, None, asks)
        return
    yield _counted(context, count.without(context.scope.participant_id))


SOON_SECONDS = 600
"""A slot that became free, and publishing, within this time after a refusal are told."""


@frozen
class AfterQuota(Claim):
    """What came after a refusal: a publisher ended, and it published itself."""

    freed_by: str | None
    """Participant id of the first publisher that ended; None when none is known."""
    freed: Distance | None
    started: Distance | None
    """When it published itself; None when it did not, or not soon."""


def after_quota(context: EventContext) -> Iterator[Finding]:
    """Say whether a publisher ended soon after the refusal, and whether it then published."""
    second = context.second
    if context.event.name != events.PUBLISH_ERROR or second is None:
        return
    until = second + SOON_SECONDS
    own = context.within(second + 1, until, events.PUBLISH_STARTED, events.LEFT)
    start = next(iter(own), None)
    if start is not None and context.log.name(start) == events.LEFT:
        start = None
    last = until if start is None else second_of(context.log, start) or until
    freed = _freed(context, second, last)
    if start is None and freed is None:
        return
    claim = AfterQuota(
        None if freed is None else freed.whose,
        None if freed is None else freed.distance,
        None if start is None else context.to(start),
    )
    rests = () if freed is None else (freed.event,)
    rests = (*rests, *context.refs(context.position, *(() if start is None else (start,))))
    unknown: StaysUnknown | None = None
    certainty = Certainty.SHOWN
    if freed is not None and (freed.distance.microseconds or 0) <= NEAR_SECONDS * SECOND_US:
        certainty, unknown = Certainty.LIKELY, ORDER_OPEN
    elif freed is not None and start is not None:
        unknown = QuotaOpen.WHOSE_SLOT
    yield Finding(claim, certainty, rests, unknown)


class _Freed(NamedTuple):
    """A publisher that ended."""

    whose: str
    distance: Distance
    event: EventRef


def _freed(context: EventContext, second: int, last: int) -> _Freed | None:
    """The first of those publishing at the refusal that ended between two seconds."""
    time = context.log.time_us(context.position) or 0
    session = context.facts.scanned(context.scope.session)
    count = context.facts.publishers_at(context.scope.session, time)
    if session is None or count is None:
        return None
    others = count.without(context.scope.participant_id)
    there = {slot.participant_id for slot in others.certain}
    names = (events.PUBLISH_STOPPED, events.LEFT)
    for at in positions_within(session.log, names, since=second + 1, until=last):
        whose = session.log.participant(at)
        if whose in there and whose is not None:
            distance = distance_between(time, session.log.time_us(at))
            return _Freed(whose, distance, EventRef(session.scope, at))
    return None


def _counted(context: EventContext, others: PublisherCount) -> Finding:
    refs = [slot.event for slot in (*others.certain, *others.unsure) if slot.event is not None]
    rests = (*refs[: MOST_REFS - 1], *context.refs(context.position))
    named = tuple(
        PublisherThen(slot.participant_id, slot.since, slot.why is None, slot.is_copy)
        for slot in islice((*others.certain, *others.unsure), MOST_PUBLISHERS)
    )
    compared, certainty, unknown = _against_limit(others)
    asks: tuple[Ask, ...] = ()
    if compared is AgainstLimit.AT_LEAST:
        asks = ask_session(context.facts, context.scope.session, Lacking.EVENTS_OF_EVERYBODY_ELSE)
    claim = PublishersThen(others.least, others.most, others.copies, compared, publishers=named)
    return Finding(claim, certainty, rests, unknown, asks)


def _against_limit(others: PublisherCount) -> tuple[AgainstLimit, Certainty, StaysUnknown | None]:
    """How those who were publishing compare with the limit, how sure that is, and what is open."""
    if others.least > PUBLISHER_LIMIT:
        return AgainstLimit.MORE, Certainty.UNKNOWN, QuotaOpen.WHICH_LIMIT
    if others.least == PUBLISHER_LIMIT:
        doubt = _free_slots(others.beyond, others.copies)
        if doubt is not None:
            return AgainstLimit.AS_MANY, Certainty.UNKNOWN, doubt
        return AgainstLimit.FULL, *_how_surely_taken(others)
    if not others.is_complete:
        return AgainstLimit.AT_LEAST, Certainty.UNKNOWN, _partial(others)
    if others.most >= PUBLISHER_LIMIT:
        return AgainstLimit.UNSURE, Certainty.UNKNOWN, _doubt(others)
    return AgainstLimit.FEWER, Certainty.UNKNOWN, QuotaOpen.WHICH_LIMIT


MOST_COPIES = 1
"""Up to so many copies among the publishers a stage is likely full: no document says whether they
take slots, and with more of them slots can as well have been free."""

_LASTING_US = 10_000_000
"""Microseconds. So long at least more publishers than the limit must be there at once to show that
the stage takes more: far longer than clocks of two participants can be apart."""

_MOST_MOMENTS = 8
"""At most so many moments with more publishers than the limit are looked at."""


_MOMENT_US = 1_000_001
"""Microseconds. More publishers than the limit for so long at least can show that it is another
one: within one second of whole-second times one can have stopped before the next one started."""


def _free_slots(beyond: Beyond, copies: int) -> QuotaOpen | None:
    """Why slots can have been free though as many publish as a stage takes; None for no reason."""
    if beyond is Beyond.SURELY:
        return QuotaOpen.MORE_AT_ANOTHER_TIME
    if beyond is Beyond.PERHAPS:
        return QuotaOpen.MORE_FOR_A_MOMENT
    if copies > MOST_COPIES or (copies and beyond is Beyond.WITH_COPIES):
        return QuotaOpen.COPIES_AND_SLOTS
    return None


def _beyond(publishers: Publishers, copies: Container[str]) -> Beyond:
    """Whether more than the limit were publishing at any time."""
    found = Beyond.NEVER
    for time in islice(publishers.times_above(PUBLISHER_LIMIT, _LASTING_US), _MOST_MOMENTS):
        there = [one.participant_id for one in publishers.at(time, time) if one.why is None]
        if sum(name not in copies for name in there) > PUBLISHER_LIMIT:
            return Beyond.SURELY
        found = Beyond.WITH_COPIES
    moments = publishers.times_above(PUBLISHER_LIMIT, _MOMENT_US, possible=True)
    for time in islice(moments, _MOST_MOMENTS):
        there = [one.participant_id for one in publishers.at(time, time) if one.why in _TOLD]
        if sum(name not in copies for name in there) > PUBLISHER_LIMIT:
            return Beyond.PERHAPS
    return found


_TOLD = (None, Why.TIE)
"""Publishers whose start and end are told, even if the order with others is not."""


def _how_surely_taken(
    others: PublisherCount,
) -> tuple[Certainty, StaysUnknown | None]:
    """How sure it is that all slots are taken when as many publish as a stage takes."""
    if others.unsure:
        return Certainty.LIKELY, _doubt(others)
    if any(slot.is_copy is not False for slot in others.certain):
        return Certainty.LIKELY, QuotaOpen.COPIES_AND_SLOTS
    return Certainty.SHOWN, _partial(others)


def _doubt(others: PublisherCount) -> UnsurePublishers | None:
    """Who is not certain, those with the most frequent reason first; None for nobody."""
    whys = Counter(slot.why for slot in others.unsure if slot.why is not None)
    if not whys:
        return None
    why = whys.most_common(1)[0][0]
    named = [slot.participant_id for slot in others.unsure if slot.why is why][:MOST_NAMED]
    return UnsurePublishers(tuple(named), len(others.unsure) - len(named), why)


def _partial(count: PublisherCount) -> PartlyRead | None:
    if count.is_complete:
        return None
    denied, names = len(count.denied), count.denied[:MOST_NAMED]
    return PartlyRead(count.read, count.total, count.all_listed, denied, names)


def _begun(one: Publisher) -> int:
    """When a publisher began; those with an unknown begin come last."""
    return LATEST if one.interval is None else one.interval.begun


class PublisherCounting:
    """Counts who was publishing at several times of a session.

    Args:
        session: The session.
        publishers: The counted publishers of its log.
    """

    def __init__(self, session: SessionFacts, publishers: Publishers) -> None:
        self._scope = session.scope
        self._publishers = publishers
        self._types = {row.participant_id: row.replication_type for row in session.participants}
        copies = {name for name, kind in self._types.items() if kind == REPLICA}
        self._beyond = _beyond(publishers, copies)
        reaches = [session.reach(name) for name in self._types]
        self._unread = frozenset(
            name for name, one in zip(self._types, reaches, strict=True) if not one.is_complete
        )
        self._log = session.log
        self._read_to = sorted(one.read_to for one in reaches if one.is_complete)
        self._all_listed_to = min((one.read_to for one in reaches), default=LATEST)
        self._all_listed = session.all_listed
        self._denied = tuple(session.denied())

    def at(self, time: int) -> PublisherCount:
        """Who was publishing at the time of an event, microseconds since 1970 UTC."""
        first, last = bounds_of(time)
        certain: list[Slot] = []
        unsure: list[Slot] = []
        for one in sorted(self._publishers.at(first, last), key=_begun):
            event, since = None, None
            if one.interval is not None:
                at = one.interval.positions[0]
                event = EventRef(self._scope, at)
                is_start = self._log.name(at) == events.PUBLISH_STARTED
                since = time_of(self._log, at) if is_start else None
            kind = self._types.get(one.participant_id)
            is_copy = None if kind is None else kind == REPLICA
            slot = Slot(one.participant_id, event, one.why, is_copy, since)
            (certain if one.why is None else unsure).append(slot)
        return PublisherCount(
            certain=tuple(certain),
            unsure=tuple(unsure),
            read=len(self._read_to) - bisect_right(self._read_to, first),
            total=len(self._types),
            # Somebody can have joined after everybody was listed.
            all_listed=self._all_listed and self._all_listed_to > first,
            denied=self._denied,
            beyond=self._beyond,
            unread=self._unread,
        )

    def compared(self, time: int, without: str) -> AgainstLimit:
        """How the others compare with the limit at a time; as if copies took slots."""
        first, last = bounds_of(time)
        level = self._publishers.level(first, last, without)
        if level.certain > PUBLISHER_LIMIT:
            return AgainstLimit.MORE
        if level.certain == PUBLISHER_LIMIT:
            return AgainstLimit.FULL
        is_complete = self._all_listed and not self._unread and self._all_listed_to > first
        is_fewer = is_complete and level.possible < PUBLISHER_LIMIT
        return AgainstLimit.FEWER if is_fewer else AgainstLimit.UNSURE


def count_publishers(session: SessionFacts, publishers: Publishers, time: int) -> PublisherCount:
    """Who was publishing at the time of an event.

    Args:
        session: The session.
        publishers: The counted publishers of its log.
        time: Microseconds since 1970 UTC.
    """
    return PublisherCounting(session, publishers).at(time)


def quota_against_slots(session: SessionContext) -> Iterator[Finding]:
    """Compare each QUOTA_EXCEEDED of publishing with the publishers of its second."""
    log = session.log
    # An event can stand twice in the answer, equal in everything.
    found = {
        (log.time_us(at), log.participant(at)): at
        for at in reversed(session.errors)
        if log.error_code(at) == "QUOTA_EXCEEDED" and log.name(at) == events.PUBLISH_ERROR
    }
    errors = sorted(found.values(), key=lambda at: (log.time_us(at), at))
    if not errors:
        return
    publishers = Publishers(log, lambda: session.facts.reach).count()
    counts = PublisherCounting(session.facts, publishers)
    found_so: dict[AgainstLimit, list[int]] = {}
    doubts: dict[AgainstLimit, StaysUnknown | None] = {}
    is_firm, is_least = True, False
    for at in errors:
        compared = counts.compared(log.time_us(at) or 0, log.participant(at) or "")
        if compared is AgainstLimit.FULL or compared not in found_so:
            # Who was there takes a look at every publisher.
            others = counts.at(log.time_us(at) or 0).without(log.participant(at) or "")
            compared, certainty, unknown = _against_limit(others)
            compared = AgainstLimit.UNSURE if compared is AgainstLimit.AT_LEAST else compared
            doubts[compared] = doubts.get(compared) or unknown
            if compared is AgainstLimit.FULL:
                is_firm = is_firm and certainty is Certainty.SHOWN
                is_least = is_least or others.most > others.least
        found_so.setdefault(compared, []).append(at)
    for compared in AgainstLimit:
        own = found_so.get(compared)
        if own:
            is_full = compared is AgainstLimit.FULL
            surely = Certainty.SHOWN if is_firm else Certainty.LIKELY
            claim = AtQuotaErrors(len(own), len(errors), compared, is_full and is_least)
            unknown = doubts[compared] or session.partial
            certainty = surely if is_full else Certainty.UNKNOWN
            yield Finding(claim, certainty, session.refs(own), unknown, session.rest)
