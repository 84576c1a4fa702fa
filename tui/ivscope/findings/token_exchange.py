"""TOKEN_EXCHANGED: whether publishing began or ended after it, and an earlier expiration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from ivscope.analysis.intervals import Why
from ivscope.analysis.timed_events import timed_events
from ivscope.domain import events
from ivscope.domain.times import to_microseconds
from ivscope.domain.tokens import PUBLISH
from ivscope.findings.capabilities import TokenOpen, allows, lost_by, who_took
from ivscope.findings.event_context import SECOND_US, EventContext, distance_between, second_of
from ivscope.findings.finding import (
    Certainty,
    Claim,
    Distance,
    Finding,
    PlainClaim,
    StaysUnknown,
)
from ivscope.findings.publishing import STOP_SECONDS, State, publishing_in

FOLLOWS_SECONDS = 30
"""Seconds within which a client that has gained PUBLISH usually begins to publish."""


class ExchangeSays(PlainClaim):
    """What is said about an exchange without values."""

    ANOTHER_BESIDE = "another_exchange_in_the_second"
    TOKEN_MISSING = "exchange_without_both_tokens"  # noqa: S105 - a name of a claim


class ExchangeOpen(PlainClaim):
    """What stays unknown after an exchange."""

    STOP_MISSING = "whether_a_stop_is_missing"
    ANYWAY = "whether_it_would_have_stopped_anyway"
    BY_LEAVING = "whether_the_exchange_or_leaving_ended_it"


@dataclass(frozen=True, slots=True)
class NoAttempt(Claim):
    """It did not try to publish after it gained PUBLISH."""

    within_seconds: int
    is_read: bool
    """Whether that time is read; else it is only not seen so far."""
    next_attempt: Distance | None = None
    """The first one after that time; None when there is none, or the time is not read."""


@dataclass(frozen=True, slots=True)
class AfterGaining(Claim):
    """What happened first after it gained PUBLISH."""

    event_name: str
    error_code: str | None
    happened: Distance


@dataclass(frozen=True, slots=True)
class StoppedAfterLosing(Claim):
    """It stopped publishing soon after it lost PUBLISH."""

    stopped: Distance


@dataclass(frozen=True, slots=True)
class NoStopAfterLosing(Claim):
    """It lost PUBLISH while publishing, and nothing says that it stopped."""

    is_read: bool
    """Whether the time soon after is read; else it is only not seen so far."""


@dataclass(frozen=True, slots=True)
class ExpiresEarlier(Claim):
    """The new token expires before the old one would have."""

    earlier_us: int
    expires: datetime
    next_join: str | None
    """JOINED or JOIN_ERROR after it expired, whichever came first; None when there is none."""
    joined: Distance | None


def token_exchanged(context: EventContext) -> Iterator[Finding]:
    """Say what happened after the exchange."""
    event, here = context.event, context.refs(context.position)
    if event.previous_token is None or event.new_token is None:
        yield Finding(ExchangeSays.TOKEN_MISSING, Certainty.UNKNOWN, here)
        return
    before, after = allows(event.previous_token, PUBLISH), allows(event.new_token, PUBLISH)
    beside = _beside(context) if None not in {before, after} and before is not after else []
    if beside:
        refs = context.refs(context.position, *beside)
        yield Finding(ExchangeSays.ANOTHER_BESIDE, Certainty.UNKNOWN, refs)
    elif context.second is not None and before is False and after:
        yield from _gained(context, context.second)
    elif context.second is not None and before and after is False:
        yield from _lost(context, context.second)
    lost = lost_by(event)
    if lost:
        yield who_took(context, context.position, lost[0])
    yield from _shortened(context)


def _beside(context: EventContext) -> list[int]:
    """Positions of other token exchanges in the second of this one."""
    if context.second is None:
        return []
    found = context.within(context.second, context.second, events.TOKEN_EXCHANGED)
    # The same event can stand twice in the answer.
    return [at for at in found if context.is_tied(at) and context.log[at] != context.event]


def _gained(context: EventContext, second: int) -> Iterator[Finding]:
    names = (events.PUBLISH_STARTED, events.PUBLISH_ERROR, events.TOKEN_EXCHANGED, events.LEFT)
    first = next(
        (
            at
            for at in context.since(second, *names)
            if context.log[at] != context.event and not context.is_before(at)
        ),
        None,
    )
    if first is None or (second_of(context.log, first) or 0) > second + FOLLOWS_SECONDS:
        is_read = context.known_log.is_settled(second + FOLLOWS_SECONDS)
        certainty = Certainty.SHOWN if is_read else Certainty.UNKNOWN
        attempts = context.since(
            second + FOLLOWS_SECONDS, events.PUBLISH_STARTED, events.PUBLISH_ERROR
        )
        later = [*islice(attempts, 1)] if is_read else []
        nothing = NoAttempt(FOLLOWS_SECONDS, is_read, context.to(later[0]) if later else None)
        refs = context.refs(context.position, *later)
        yield Finding(nothing, certainty, refs, context.open_pages, context.rest)
        return
    name, code = context.log.name(first), context.log.error_code(first)
    claim = AfterGaining(name or "", code or None, context.to(first))
    certainty = Certainty.SHOWN if context.complete else Certainty.LIKELY
    unknown: StaysUnknown | None = context.open_pages
    if context.is_tied(first) and not _needs_exchange(context, second, first):
        certainty, unknown = Certainty.UNKNOWN, TokenOpen.WHICH_FIRST
    refs = context.refs(context.position, first)
    yield Finding(claim, certainty, refs, unknown, context.rest)


def _needs_exchange(context: EventContext, second: int, started: int) -> bool:
    """Whether something in the second of the exchange can only have come after it.

    Publishing cannot start without PUBLISH, unless another exchange or stay is in that second.
    """
    turns = (events.TOKEN_EXCHANGED, events.JOINED, events.LEFT)
    beside = filter(context.is_tied, context.within(second, second, *turns))
    is_alone = all(context.log[at] == context.event for at in beside)
    return context.log.name(started) == events.PUBLISH_STARTED and is_alone


def _lost(context: EventContext, second: int) -> Iterator[Finding]:
    until = second + FOLLOWS_SECONDS
    stops = [
        at
        for at in context.within(second, until, events.PUBLISH_STOPPED)
        if not context.is_before(at)
    ]
    if stops:
        yield _stopped(context, stops[0])
        return
    found = publishing_in(context.known_log, (context.log.time_us(context.position) or 0) - 1)
    is_open = found.state is State.UNSURE and found.why is Why.PUBLISH_TAKEN
    if not (is_open or found.state is State.ON) or found.start is None:
        return
    is_read = context.known_log.is_settled(second + FOLLOWS_SECONDS)
    rests = context.refs(found.start, context.position)
    certainty = Certainty.LIKELY if is_read else Certainty.UNKNOWN
    unknown = context.open_pages or ExchangeOpen.STOP_MISSING
    yield Finding(NoStopAfterLosing(is_read), certainty, rests, unknown, context.rest)


def _stopped(context: EventContext, stop: int) -> Finding:
    claim, refs = StoppedAfterLosing(context.to(stop)), context.refs(context.position, stop)
    at = second_of(context.log, stop) or 0
    time = context.log.time_us(stop)
    if context.is_tied(stop):
        return Finding(claim, Certainty.UNKNOWN, refs, TokenOpen.WHICH_FIRST)
    leaves = context.within(context.second or 0, at, events.LEFT)
    if any(distance_between(time, context.log.time_us(one)).is_tied for one in leaves):
        return Finding(claim, Certainty.UNKNOWN, refs, ExchangeOpen.BY_LEAVING)
    is_soon = (claim.stopped.microseconds or 0) <= STOP_SECONDS * SECOND_US
    certainty = Certainty.LIKELY if is_soon else Certainty.UNKNOWN
    return Finding(claim, certainty, refs, ExchangeOpen.ANYWAY)


def _shortened(context: EventContext) -> Iterator[Finding]:
    old = context.event.previous_token and context.event.previous_token.expiration_time
    new = context.event.new_token and context.event.new_token.expiration_time
    if not isinstance(old, datetime) or not isinstance(new, datetime) or new >= old:
        return
    following = timed_events(
        context.log,
        lambda kind: kind.name in {events.JOINED, events.JOIN_ERROR},
        since=to_microseconds(new),
    )
    later = [*islice(following, 1)]
    name = context.log.name(later[0]) if later else None
    joined = context.to(later[0]) if later else None
    claim = ExpiresEarlier((old - new) // timedelta(microseconds=1), new, name, joined)
    yield Finding(claim, Certainty.SHOWN, context.refs(context.position, *later))
