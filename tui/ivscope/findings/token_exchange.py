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
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import EventContext, second_of
from ivscope.findings.finding import Certainty, Claim, Distance, Finding, PlainClaim
from ivscope.findings.publish_stopped import NEAR_SECONDS, StoppedOpen
from ivscope.findings.publishing import State, publishing_in

FOLLOWS_SECONDS = 30
"""Seconds within which a client that has gained PUBLISH usually begins to publish."""


class ExchangeSays(PlainClaim):
    """What is said about an exchange without values."""

    TOKEN_MISSING = "exchange_without_both_tokens"  # noqa: S105 - a name of a claim


@dataclass(frozen=True, slots=True)
class NoAttempt(Claim):
    """It did not try to publish after it gained PUBLISH."""

    within_seconds: int
    is_read: bool
    """Whether that time is read; else it is only not seen so far."""


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
    if context.second is not None and before is False and after:
        yield from _gained(context, context.second)
    if context.second is not None and before and after is False:
        yield from _lost(context, context.second)
    yield from _shortened(context)


def _gained(context: EventContext, second: int) -> Iterator[Finding]:
    names = (events.PUBLISH_STARTED, events.PUBLISH_ERROR, events.TOKEN_EXCHANGED, events.LEFT)
    first = next(
        (
            at
            for at in context.since(second, *names)
            if at != context.position and not context.is_before(at)
        ),
        None,
    )
    if first is None or (second_of(context.log, first) or 0) > second + FOLLOWS_SECONDS:
        covers = context.known_log.covers(second + FOLLOWS_SECONDS)
        claim = NoAttempt(FOLLOWS_SECONDS, covers)
        certainty = Certainty.SHOWN if covers else Certainty.UNKNOWN
        refs = context.refs(context.position)
        yield Finding(claim, certainty, refs, context.open_pages, context.rest)
        return
    name, code = context.log.name(first), context.log.error_code(first)
    yield Finding(
        AfterGaining(name or "", code or None, context.to(first)),
        context.firm(unless=context.is_tied(first)),
        context.refs(context.position, first),
        context.open_pages,
        context.rest,
    )


def _lost(context: EventContext, second: int) -> Iterator[Finding]:
    until = second + FOLLOWS_SECONDS
    stops = [
        at
        for at in context.within(second, until, events.PUBLISH_STOPPED)
        if not context.is_before(at)
    ]
    if stops:
        claim = StoppedAfterLosing(context.to(stops[0]))
        # Who stops first and is demoted in the same second is as frequent, and what stops long
        # after it was demoted can have been stopped by anything.
        soon = context.is_after(stops[0]) and context.seconds_to(stops[0]) <= NEAR_SECONDS
        stopped = second_of(context.log, stops[0]) or 0
        soon = soon and not context.within(stopped, stopped, events.LEFT)
        certainty = Certainty.LIKELY if soon else Certainty.UNKNOWN
        refs = context.refs(context.position, stops[0])
        yield Finding(claim, certainty, refs, StoppedOpen.ORDER_AND_CAUSE)
        return
    found = publishing_in(context.known_log, (context.log.time_us(context.position) or 0) - 1)
    is_open = found.state is State.UNSURE and found.why is Why.PUBLISH_TAKEN
    if not (is_open or found.state is State.ON) or found.start is None:
        return
    covers = context.known_log.covers(second + FOLLOWS_SECONDS)
    rests = context.refs(found.start, context.position)
    certainty = Certainty.SHOWN if covers else Certainty.UNKNOWN
    yield Finding(NoStopAfterLosing(covers), certainty, rests, context.open_pages, context.rest)


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
