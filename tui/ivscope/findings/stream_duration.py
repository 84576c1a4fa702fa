"""STREAM_DURATION_EXCEEDED: what had gone on before the error, and for how long."""

from collections.abc import Iterator
from enum import StrEnum

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.findings.event_context import EventContext, positions_within, second_of
from ivscope.findings.finding import Certainty, Claim, Distance, Finding, PlainClaim
from ivscope.knowledge.limits import LASTING_SECONDS

NEAR_SECONDS = 30 * 60
"""A duration that differs from the limit by up to this can still be it: how exactly the service
keeps to the limit is not documented, and it ends the two streams of a redundant ingest at different
times."""


class DurationSays(PlainClaim):
    """What is said where nothing can be measured."""

    NEITHER_DIRECTION = "duration_of_neither_direction"
    NO_TIME = "duration_without_time"


class DurationOpen(PlainClaim):
    """What stays unknown of a measured length."""

    EXACTNESS = "exactness_of_the_limit"
    """No document says how exactly the service keeps to it."""
    UNSEEN_PAUSE = "unseen_pause"
    """Whether a pause that no event shows began it anew."""
    WHAT_WAS_COUNTED = "what_the_service_counted"
    """An earlier start may be missing."""


class LastedFrom(StrEnum):
    """What begins the measured time."""

    PUBLISH_STARTED = events.PUBLISH_STARTED
    """The last one before the error."""
    SUBSCRIBE_STARTED = events.SUBSCRIBE_STARTED
    """The first one of the stay."""
    JOINED = events.JOINED
    """Of a stay without SUBSCRIBE_STARTED."""


class AgainstDuration(StrEnum):
    """How a measured length compares with the longest that is allowed."""

    NEAR = "near"
    LONGER = "longer"
    """So that a stop and a start may be missing."""
    SHORTER = "shorter"


@frozen
class NoStartBefore(Claim):
    """No start of what went on for too long is read."""

    event_name: str
    is_all_read: bool


@frozen
class EndedBefore(Claim):
    """The last publishing before the error had ended long before."""

    started: Distance
    ended: Distance


@frozen
class LastedUntilError(Claim):
    """How long it went on until the error, against the longest that is allowed."""

    since: LastedFrom
    started: Distance
    compared: AgainstDuration
    limit_seconds: int = LASTING_SECONDS


_ENDED_SECONDS = 60
"""What ended at most so many seconds before the error can still be what it is about."""

_PUBLISHING = (events.PUBLISH_STARTED, events.PUBLISH_STOPPED)


def is_near_limit(seconds: float) -> bool:
    """Whether something lasted about as long as publishing and subscribing may."""
    return abs(seconds - LASTING_SECONDS) <= NEAR_SECONDS


def measured_duration(context: EventContext) -> Iterator[Finding]:
    """Find the start of what went on, and compare its length with the limit.

    Of publishing that is the last start. Subscribing is limited for a stage and not for each
    publisher (IVS RealTimeUserGuide: service quotas), so that it is the first start of the stay.
    """
    is_publishing = context.event.name == events.PUBLISH_ERROR
    refs = context.refs(context.position)
    if not is_publishing and context.event.name != events.SUBSCRIBE_ERROR:
        yield Finding(DurationSays.NEITHER_DIRECTION, Certainty.UNKNOWN, refs)
        return
    names = _PUBLISHING if is_publishing else (events.SUBSCRIBE_STARTED, events.JOINED, events.LEFT)
    if context.second is None or context.has_untimed(*names):
        yield Finding(DurationSays.NO_TIME, Certainty.UNKNOWN, refs)
    elif is_publishing:
        yield _of_publishing(context, context.second)
    else:
        yield _of_subscribing(context, context.second)


def _of_publishing(context: EventContext, second: int) -> Finding:
    start = next(context.until(second - 1, events.PUBLISH_STARTED), None)
    if start is None:
        return _without_start(context, events.PUBLISH_STARTED)
    end = _end_before(context, start, second)
    if end is not None and second - (second_of(context.log, end) or 0) > _ENDED_SECONDS:
        claim = EndedBefore(context.to(start), context.to(end))
        refs = context.refs(start, end, context.position)
        return Finding(claim, Certainty.UNKNOWN, refs, context.open_pages, context.rest)
    return _compare(context, start, LastedFrom.PUBLISH_STARTED)


def _of_subscribing(context: EventContext, second: int) -> Finding:
    """Measure from the first subscription of the stay, to whomever; else from joining."""
    joined = next(context.until(second - 1, events.JOINED), None)
    since = None if joined is None else second_of(context.log, joined)
    if joined is None:
        left = next(context.until(second - 1, events.LEFT), None)
        since = None if left is None else second_of(context.log, left)
    found = positions_within(
        context.log, (events.SUBSCRIBE_STARTED,), since=since, until=second - 1
    )
    start = next(found, None)
    if start is not None:
        return _compare(context, start, LastedFrom.SUBSCRIBE_STARTED)
    if joined is not None:
        return _compare(context, joined, LastedFrom.JOINED)
    return _without_start(context, events.SUBSCRIBE_STARTED)


def _without_start(context: EventContext, name: str) -> Finding:
    claim = NoStartBefore(name, context.complete)
    refs = context.refs(context.position)
    return Finding(claim, Certainty.UNKNOWN, refs, context.open_pages, context.rest)


def _end_before(context: EventContext, start: int, second: int) -> int | None:
    """What ended something before the second of the error: its own end, or LEFT."""
    span = context.span(start)
    found = None if span is None else span.left if span.other is None else span.other
    if found is None or (second_of(context.log, found) or 0) >= second:
        return None
    return found


def _compare(context: EventContext, start: int, since: LastedFrom) -> Finding:
    refs = context.refs(start, context.position)
    seconds = -context.seconds_to(start)

    def found(compared: AgainstDuration, certainty: Certainty, unknown: DurationOpen) -> Finding:
        claim = LastedUntilError(since, context.to(start), compared)
        return Finding(claim, certainty, refs, context.open_pages or unknown, context.rest)

    if is_near_limit(seconds):
        return found(AgainstDuration.NEAR, Certainty.LIKELY, DurationOpen.EXACTNESS)
    if seconds > LASTING_SECONDS:
        # No document says whether subscribing to nobody for a while begins a stay's time anew.
        is_publishing = context.event.name == events.PUBLISH_ERROR
        certainty = Certainty.LIKELY if is_publishing else Certainty.UNKNOWN
        return found(AgainstDuration.LONGER, certainty, DurationOpen.UNSEEN_PAUSE)
    # The error says that something went on for too long, whatever is read of it.
    return found(AgainstDuration.SHORTER, Certainty.UNKNOWN, DurationOpen.WHAT_WAS_COUNTED)
