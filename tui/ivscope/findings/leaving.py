"""LEFT: what came right before, and whether it came back; and what a subscription ended with."""

from collections.abc import Iterator
from itertools import filterfalse

from ivscope.analysis.timed_events import timed_events
from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import ParticipantScope
from ivscope.findings.capabilities import lost_by
from ivscope.findings.event_context import (
    SECOND_US,
    EventContext,
    positions_within,
)
from ivscope.findings.event_context import (
    refs as refs_of,
)
from ivscope.findings.finding import Certainty, Claim, Distance, EventRef, Finding, PlainClaim
from ivscope.findings.session_context import MANY

BEFORE_SECONDS = 5
"""Seconds before LEFT in which an event counts as right before it."""

REJOIN_SECONDS = 120
"""Coming back within this time counts as a reconnect; later it is a new visit."""

_ENDS = (events.SUBSCRIBE_STOPPED, events.PUBLISH_STOPPED)


class LeavingSays(PlainClaim):
    """What is said about LEFT without values."""

    NO_TIME = "left_without_time"
    JOINED_BESIDE = "joined_in_the_same_second"
    NO_REASON = "left_never_says_why"


class LeavingOpen(PlainClaim):
    """What stays unknown beside LEFT."""

    REASONS = "why_it_left"
    BY_PUBLISHER = "whether_leaving_or_the_publisher_ended_it"
    SUBSCRIPTION_BECAUSE = "whether_the_subscription_ended_because_of_that"
    TOGETHER = "what_those_who_left_share"
    BECAUSE = "whether_it_left_because_of_that"
    FIRST_AND_BECAUSE = "which_came_first_and_whether_because_of_that"
    BY_ITSELF = "whether_it_left_by_itself"
    """Or lost the connection; or ended something by itself right before it left."""
    RECONNECT_OR_REUSE = "whether_it_reconnected_or_the_token_was_used_twice"


@frozen
class JoinedAgain(Claim):
    """The same participant joined again soon."""

    joined: Distance


@frozen
class ExchangeBeforeLeaving(Claim):
    """A token exchange right before LEFT, or in its second, took capabilities away."""

    lost: tuple[str, ...]
    exchanged: Distance


@frozen
class ErrorBeforeLeaving(Claim):
    """The last error right before LEFT, or in its second."""

    event_name: str
    error_code: str | None
    happened: Distance


@frozen
class EndedWithLeaving(Claim):
    """What ended in the second of LEFT."""

    subscriptions: int
    publishing: bool


@frozen
class EndedWithPublisher(Claim):
    """Subscriptions ended in the second of LEFT, in which their publishers stopped too."""

    subscriptions: int


@frozen
class SubscriptionEndedWith(Claim):
    """What else ended in the second in which one subscription ended; at least one of the two."""

    left: bool
    """Whether the participant left."""
    publisher_stopped: bool
    """Whether the publisher stopped publishing."""
    publisher_left: bool
    """Whether the publisher left, and no PUBLISH_STOPPED of that second is read."""


@frozen
class OthersLeft(Claim):
    """How many others left within a second of it."""

    participants: int


def left(context: EventContext) -> Iterator[Finding]:
    """Say what happened right before LEFT, and what ended with it."""
    here = context.refs(context.position)
    if context.second is None:
        yield Finding(LeavingSays.NO_TIME, Certainty.UNKNOWN, here)
        return
    yield from _came_back(context, context.second)
    yield from _lost_capability(context, context.second)
    error = _error_before(context, context.second)
    if error is not None:
        yield _after_error(context, error)
    ended = context.within(context.second, context.second, *_ENDS)
    yield from _ended_with_it(context, ended)
    yield from _others_left(context, context.second)
    reasons = LeavingOpen.REASONS
    yield Finding(LeavingSays.NO_REASON, Certainty.UNKNOWN, here, reasons, context.rest)


def _came_back(context: EventContext, second: int) -> Iterator[Finding]:
    same = list(filter(context.is_tied, context.within(second, second, events.JOINED)))
    later = next(filter(context.is_after, context.since(second, events.JOINED)), None)
    again = context.open_pages or LeavingOpen.RECONNECT_OR_REUSE
    if same:
        refs = context.refs(context.position, *same)
        yield Finding(LeavingSays.JOINED_BESIDE, Certainty.SHOWN, refs, again)
        return
    if later is None:
        return
    joined = context.to(later)
    if (joined.microseconds or 0) <= REJOIN_SECONDS * SECOND_US:
        refs = context.refs(context.position, later)
        certainty = Certainty.SHOWN if context.complete else Certainty.LIKELY
        yield Finding(JoinedAgain(joined), certainty, refs, again, context.rest)


def _lost_capability(context: EventContext, second: int) -> Iterator[Finding]:
    near = context.within(second - BEFORE_SECONDS, second, events.TOKEN_EXCHANGED)
    for at in filterfalse(context.is_after, near):
        lost = lost_by(context.log[at])
        if lost:
            claim = ExchangeBeforeLeaving(lost, context.to(at))
            refs = context.refs(at, context.position)
            yield Finding(claim, Certainty.UNKNOWN, refs, _because(context, at))


def _error_before(context: EventContext, second: int) -> int | None:
    """Position of the last error in the seconds before LEFT."""
    near = timed_events(
        context.log,
        lambda kind: kind.is_error,
        since=(second - BEFORE_SECONDS) * SECOND_US,
        until=(second + 1) * SECOND_US - 1,
    )
    near = filterfalse(context.is_after, near)
    return max(near, key=lambda at: (context.log.time_us(at) or 0, at), default=None)


def _after_error(context: EventContext, error: int) -> Finding:
    event = context.log[error]
    claim = ErrorBeforeLeaving(event.name or "", event.error_code or None, context.to(error))
    refs = context.refs(error, context.position)
    return Finding(claim, Certainty.UNKNOWN, refs, _because(context, error))


def _because(context: EventContext, position: int) -> LeavingOpen:
    """What is open about something beside LEFT: that they are near shows no cause."""
    return LeavingOpen.FIRST_AND_BECAUSE if context.is_tied(position) else LeavingOpen.BECAUSE


def _ended_with_it(context: EventContext, ended: list[int]) -> Iterator[Finding]:
    """What ended in the second of LEFT, apart from what ended with its publisher."""
    shared = [at for at in ended if _ended_by_publisher(context, at)]
    own = [at for at in ended if at not in shared]
    names = [context.log.name(at) for at in own]
    subscriptions = names.count(events.SUBSCRIBE_STOPPED)
    if own:
        claim = EndedWithLeaving(subscriptions, events.PUBLISH_STOPPED in names)
        refs = context.refs(*own, context.position)
        yield Finding(claim, Certainty.LIKELY, refs, LeavingOpen.BY_ITSELF)
    if shared:
        refs = context.refs(*shared, context.position)
        both, unknown = EndedWithPublisher(len(shared)), LeavingOpen.BY_PUBLISHER
        yield Finding(both, Certainty.SHOWN, refs, unknown)


def _ended_by_publisher(context: EventContext, ended: int) -> bool:
    """Whether the publisher of a subscription stopped or left in the second of LEFT too."""
    return _end_of_publisher(context, ended) is not None


def _end_of_publisher(context: EventContext, ended: int) -> tuple[str, EventRef] | None:
    """Return by which event the publisher of a subscription ended in the second looked at."""
    name, second = context.log[ended].remote_participant_id, context.second
    if context.log.name(ended) != events.SUBSCRIBE_STOPPED or not name or second is None:
        return None
    scope = ParticipantScope(context.scope.stage_arn, context.scope.session_id, name)
    known = context.facts.log(scope)
    if known is None:
        return None
    for stop in (events.PUBLISH_STOPPED, events.LEFT):
        for at in positions_within(known.log, (stop,), since=second, until=second):
            return stop, EventRef(scope, at)
    return None


def subscription_stopped(context: EventContext) -> Iterator[Finding]:
    """Say at SUBSCRIBE_STOPPED whether the participant or its publisher ended in that second."""
    if context.second is None:
        return
    left_at = context.within(context.second, context.second, events.LEFT)
    publisher = _end_of_publisher(context, context.position)
    if not left_at and publisher is None:
        return
    rests_on = context.refs(context.position, *left_at[:1])
    unknown = LeavingOpen.SUBSCRIPTION_BECAUSE
    if publisher is not None:
        rests_on += (publisher[1],)
        unknown = LeavingOpen.BY_PUBLISHER if left_at else unknown
    name = None if publisher is None else publisher[0]
    ends = name == events.PUBLISH_STOPPED, name == events.LEFT
    claim = SubscriptionEndedWith(bool(left_at), *ends)
    yield Finding(claim, Certainty.SHOWN, rests_on, unknown)


def _others_left(context: EventContext, second: int) -> Iterator[Finding]:
    session = context.facts.scanned(context.scope.session)
    if session is None:
        return
    near = positions_within(session.log, (events.LEFT,), since=second - 1, until=second + 1)
    others = {session.log.participant(at): at for at in near}
    others.pop(context.scope.participant_id, None)
    if len(others) >= MANY:
        rests = refs_of(session.scope, list(others.values()))
        claim = OthersLeft(len(others))
        yield Finding(claim, Certainty.SHOWN, rests, LeavingOpen.TOGETHER)
