"""QUOTA_EXCEEDED: who was publishing in that second, against the limit of the stage."""

from collections import Counter
from collections.abc import Collection, Container, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from ivscope.analysis.intervals import LATEST, Why, bounds_of
from ivscope.analysis.publishers import Publisher, Publishers
from ivscope.domain import events
from ivscope.findings.event_context import (
    EventContext,
    ask_session,
    distance_between,
    positions_within,
    second_of,
)
from ivscope.findings.finding import (
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
)
from ivscope.findings.known_facts import PublisherCount, SessionFacts, Slot
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
    WHOSE_SLOT = "whose_slot"
    """Whether it took the slot that became free."""
    UNSURE_PUBLISHERS = "unsure_publishers"


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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class AtQuotaErrors(Claim):
    """At how many of a session's QUOTA_EXCEEDED publishers compare so with the limit."""

    errors: int
    all_errors: int
    compared: AgainstLimit
    is_least: bool = False
    """Whether at some of them there can have been more than the limit."""
    limit: int = PUBLISHER_LIMIT


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


@dataclass(frozen=True, slots=True)
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
    is_open = freed is not None and start is not None
    yield Finding(claim, Certainty.SHOWN, rests, QuotaOpen.WHOSE_SLOT if is_open else None)


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

    def found(
        compared: AgainstLimit,
        certainty: Certainty,
        unknown: Claim | PlainClaim | Why | None,
        asks: tuple[Ask, ...] = (),
    ) -> Finding:
        claim = PublishersThen(others.least, others.most, others.copies, compared)
        return Finding(claim, certainty, rests, unknown, asks)

    if others.least > PUBLISHER_LIMIT:
        return found(AgainstLimit.MORE, Certainty.UNKNOWN, QuotaOpen.WHICH_LIMIT)
    if others.least == PUBLISHER_LIMIT:
        doubt = _free_slots(others)
        if doubt is not None:
            return found(AgainstLimit.AS_MANY, Certainty.UNKNOWN, doubt)
        return found(AgainstLimit.FULL, *_how_surely_taken(others))
    if not others.is_complete:
        asks = ask_session(context.facts, context.scope.session, Lacking.EVENTS_OF_EVERYBODY_ELSE)
        return found(AgainstLimit.AT_LEAST, Certainty.UNKNOWN, _partial(others), asks)
    if others.most >= PUBLISHER_LIMIT:
        return found(AgainstLimit.UNSURE, Certainty.UNKNOWN, _doubt(others))
    return found(AgainstLimit.FEWER, Certainty.UNKNOWN, QuotaOpen.WHICH_LIMIT)


MOST_COPIES = 1
"""Up to so many copies among the publishers a stage is likely full: no document says whether they
take slots, and with more of them slots can as well have been free."""

_LASTING_US = 10_000_000
"""Microseconds. So long at least more publishers than the limit must be there at once to show that
the stage takes more: far longer than clocks of two participants can be apart."""

_MOST_MOMENTS = 8
"""At most so many moments with more publishers than the limit are looked at."""


def _free_slots(others: PublisherCount) -> QuotaOpen | None:
    """Why slots can have been free though as many publish as a stage takes; None for no reason."""
    if others.took_more:
        return QuotaOpen.MORE_AT_ANOTHER_TIME
    return QuotaOpen.COPIES_AND_SLOTS if others.copies > MOST_COPIES else None


def _took_more(publishers: Publishers, copies: Container[str]) -> bool:
    """Whether more than the limit were publishing at any time, without replicas."""
    for time in islice(publishers.times_above(PUBLISHER_LIMIT, _LASTING_US), _MOST_MOMENTS):
        there = [one.participant_id for one in publishers.at(time, time) if one.why is None]
        if sum(name not in copies for name in there) > PUBLISHER_LIMIT:
            return True
    return False


def _how_surely_taken(
    others: PublisherCount,
) -> tuple[Certainty, Claim | PlainClaim | Why | None]:
    """How sure it is that all slots are taken when as many publish as a stage takes."""
    if others.unsure:
        return Certainty.LIKELY, _doubt(others)
    if any(slot.is_copy is not False for slot in others.certain):
        return Certainty.LIKELY, QuotaOpen.COPIES_AND_SLOTS
    return Certainty.SHOWN, _partial(others)


def _doubt(others: PublisherCount) -> Why | None:
    """The most frequent reason why publishers are not certain."""
    whys = Counter(slot.why for slot in others.unsure if slot.why is not None)
    return whys.most_common(1)[0][0] if whys else None


def _partial(count: PublisherCount) -> PartlyRead | None:
    if count.is_complete:
        return None
    return PartlyRead(count.read, count.total, count.all_listed)


def _begun(one: Publisher) -> int:
    """When a publisher began; those with an unknown begin come last."""
    return LATEST if one.interval is None else one.interval.begun


def count_publishers(session: SessionFacts, publishers: Publishers, time: int) -> PublisherCount:
    """Who was publishing at the time of an event.

    Args:
        session: The session.
        publishers: The counted publishers of its log.
        time: Microseconds since 1970 UTC.
    """
    first, last = bounds_of(time)
    types = {row.participant_id: row.replication_type for row in session.participants}
    certain: list[Slot] = []
    unsure: list[Slot] = []
    for one in sorted(publishers.at(first, last), key=_begun):
        event = None
        if one.interval is not None:
            event = EventRef(session.scope, one.interval.positions[0])
        kind = types.get(one.participant_id)
        is_copy = None if kind is None else kind == REPLICA
        slot = Slot(one.participant_id, event, one.why, is_copy)
        (certain if one.why is None else unsure).append(slot)
    reaches = [session.reach(name) for name in types]
    return PublisherCount(
        certain=tuple(certain),
        unsure=tuple(unsure),
        read=sum(reach.is_complete and reach.read_to > first for reach in reaches),
        total=len(types),
        # Somebody can have joined after everybody was listed.
        all_listed=session.all_listed and all(reach.read_to > first for reach in reaches),
        took_more=_took_more(publishers, {name for name, kind in types.items() if kind == REPLICA}),
    )


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
    full: list[int] = []
    as_many: list[int] = []
    more: list[int] = []
    fewer: list[int] = []
    unsure: list[int] = []
    copies = {name for name, row in session.people.items() if row.replication_type == REPLICA}
    took_more = _took_more(publishers, copies)
    is_doubtful = bool(copies)
    is_least = False
    for at in errors:
        level = publishers.level(*bounds_of(log.time_us(at) or 0), log.participant(at))
        if level.certain > PUBLISHER_LIMIT:
            more.append(at)
        elif level.certain == PUBLISHER_LIMIT:
            free = took_more or _copies_at(publishers, copies, log.time_us(at) or 0) > MOST_COPIES
            (as_many if free else full).append(at)
            is_least = is_least or level.possible > level.certain
        elif session.is_complete and level.possible < PUBLISHER_LIMIT:
            fewer.append(at)
        else:
            unsure.append(at)
    surely = Certainty.LIKELY if is_doubtful or is_least else Certainty.SHOWN
    some_unsure = session.partial or QuotaOpen.UNSURE_PUBLISHERS
    doubt = QuotaOpen.MORE_AT_ANOTHER_TIME if took_more else QuotaOpen.COPIES_AND_SLOTS
    for own, compared, certainty, unknown in (
        (full, AgainstLimit.FULL, surely, None),
        (as_many, AgainstLimit.AS_MANY, Certainty.UNKNOWN, doubt),
        (more, AgainstLimit.MORE, Certainty.UNKNOWN, QuotaOpen.WHICH_LIMIT),
        (fewer, AgainstLimit.FEWER, Certainty.UNKNOWN, QuotaOpen.WHICH_LIMIT),
        (unsure, AgainstLimit.UNSURE, Certainty.UNKNOWN, some_unsure),
    ):
        if own:
            at_least = is_least and own is full
            claim = AtQuotaErrors(len(own), len(errors), compared, at_least)
            open_ = unknown or session.partial
            yield Finding(claim, certainty, session.refs(own), open_, session.rest)


def _copies_at(publishers: Publishers, copies: Collection[str], time: int) -> int:
    """How many replicas were or may have been publishing at the time of an event."""
    if not copies:
        return 0
    return sum(one.participant_id in copies for one in publishers.at(*bounds_of(time)))
