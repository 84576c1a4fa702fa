"""PUBLISH_STOPPED: how long the participant had published, and what happened at that time."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import filterfalse
from typing import Final

from ivscope.analysis.intervals import Why
from ivscope.domain import events
from ivscope.domain.tokens import PUBLISH
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import EventContext
from ivscope.findings.finding import Certainty, Claim, Distance, Finding, PlainClaim
from ivscope.findings.stream_duration import DurationOpen, is_near_limit
from ivscope.knowledge.limits import LASTING_SECONDS

NEAR_SECONDS = 2
"""Events up to so many seconds apart can be one happening: AWS documents "immediately"."""

ENDS_STREAM: Final = frozenset(
    {
        "BITRATE_EXCEEDED",
        "RESOLUTION_EXCEEDED",
        "B_FRAME_PRESENT",
        "INVALID_AUDIO_CODEC",
        "INVALID_VIDEO_CODEC",
        "INVALID_INPUT",
        "INVALID_PROTOCOL",
        "STREAM_DURATION_EXCEEDED",
    }
)
"""Error codes about what is being sent, and for how long: an attempt alone has none of it."""


class StoppedSays(PlainClaim):
    """What is said of the end of publishing."""

    LENGTH_NOT_KNOWN = "published_for_not_known"
    REPLICATION_ENDED_TOO = "replication_ended_with_publishing"
    LEFT_TOO = "left_with_the_end_of_publishing"


class StoppedOpen(PlainClaim):
    """What stays unknown of the end of publishing."""

    ORDER_AND_CAUSE = "order_and_cause"
    IS_BECAUSE_OF_IT = "whether_it_stopped_because_of_it"
    ORDER_IN_SECOND = "order_in_the_second"
    WHICH_STREAM = "which_stream_the_error_is_about"


@dataclass(frozen=True, slots=True)
class PublishedFor(Claim):
    """How long publishing lasted that ended with this event."""

    seconds: float
    near_limit_seconds: int | None
    """The longest that publishing may last, when it lasted about so long."""


@dataclass(frozen=True, slots=True)
class ExchangeTookPublish(Claim):
    """A token exchange near the end of publishing took PUBLISH away."""

    exchanged: Distance


@dataclass(frozen=True, slots=True)
class PublishErrorBesideStop(Claim):
    """An error of publishing near the end of publishing."""

    error_code: str
    error: Distance


_WITH_IT = (
    (events.REPLICATION_STOPPED, StoppedSays.REPLICATION_ENDED_TOO, Certainty.SHOWN),
    # It can have stopped first, and left in the same second.
    (events.LEFT, StoppedSays.LEFT_TOO, Certainty.LIKELY),
)


def publish_stopped(context: EventContext) -> Iterator[Finding]:
    """Say how long publishing lasted and what can have ended it."""
    yield _duration(context)
    if context.second is None:
        return
    yield from _lost_capability(context, context.second)
    yield from _refused(context, context.second)
    near = context.within(context.second, context.second, events.REPLICATION_STOPPED, events.LEFT)
    # What can have ended publishing before it left.
    rivals = context.within(
        context.second - NEAR_SECONDS, context.second, events.TOKEN_EXCHANGED, events.PUBLISH_ERROR
    )
    for name, says, usual in _WITH_IT:
        found = [at for at in near if context.log.name(at) == name]
        if found:
            certainty = Certainty.UNKNOWN if name == events.LEFT and rivals else usual
            refs = context.refs(context.position, *found)
            yield Finding(says, certainty, refs, StoppedOpen.ORDER_AND_CAUSE)


def _duration(context: EventContext) -> Finding:
    span = context.span(context.position)
    if span is None or span.other is None or span.why is Why.NO_TIME:
        refs = context.refs(context.position)
        unknown = context.open_pages or (None if span is None else span.why)
        says = StoppedSays.LENGTH_NOT_KNOWN
        return Finding(says, Certainty.UNKNOWN, refs, unknown, context.rest)
    seconds = -context.seconds_to(span.other)
    is_near = is_near_limit(seconds)
    claim = PublishedFor(seconds, LASTING_SECONDS if is_near else None)
    refs = context.refs(span.other, context.position)
    doubt = span.why or (DurationOpen.EXACTNESS if is_near else None)
    # Beside the limit the length is read as the reason of the end.
    certainty = context.firm(unless=is_near or span.why is not None or context.is_tied(span.other))
    if span.why is Why.TIE:
        # Which start belongs to it is open.
        certainty = Certainty.UNKNOWN
    return Finding(claim, certainty, refs, context.open_pages or doubt, context.rest)


def _lost_capability(context: EventContext, second: int) -> Iterator[Finding]:
    near = context.within(second - NEAR_SECONDS, second, events.TOKEN_EXCHANGED)
    for at in filterfalse(context.is_after, near):
        event = context.log[at]
        if allows(event.previous_token, PUBLISH) and allows(event.new_token, PUBLISH) is False:
            claim = ExchangeTookPublish(context.to(at))
            certainty, unknown = Certainty.LIKELY, StoppedOpen.IS_BECAUSE_OF_IT
            if context.is_tied(at):
                # Who stops first and is demoted in the same second is as frequent.
                certainty, unknown = Certainty.UNKNOWN, StoppedOpen.ORDER_IN_SECOND
            elif context.within(second, second, events.LEFT):
                certainty = Certainty.UNKNOWN
            yield Finding(claim, certainty, context.refs(at, context.position), unknown)


def _refused(context: EventContext, second: int) -> Iterator[Finding]:
    """Errors of publishing near the stop: no document says which of the two comes first."""
    near = context.within(second - NEAR_SECONDS, second + NEAR_SECONDS, events.PUBLISH_ERROR)
    for at in sorted(near):
        code = context.log.error_code(at)
        if not code:
            continue
        claim = PublishErrorBesideStop(code, context.to(at))
        is_of_stream = context.is_tied(at) and code in ENDS_STREAM
        certainty = Certainty.LIKELY if is_of_stream else Certainty.UNKNOWN
        refs = context.refs(at, context.position)
        yield Finding(claim, certainty, refs, StoppedOpen.WHICH_STREAM)
        return
