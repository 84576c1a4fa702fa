"""PUBLISH_STOPPED: how long the participant had published, and what happened at that time."""

from collections.abc import Iterator
from itertools import filterfalse

from ivscope.analysis.intervals import Why
from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.domain.tokens import PUBLISH
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import EventContext
from ivscope.findings.finding import Certainty, Finding, Outside, Text
from ivscope.findings.stream_duration import EXACTNESS, is_near_limit
from ivscope.knowledge.limits import LASTING_SECONDS

NEAR_SECONDS = 2
"""Events up to so many seconds apart can be one happening: AWS documents "immediately"."""


def publish_stopped(context: EventContext) -> Iterator[Finding]:
    """Say how long publishing lasted and what can have ended it."""
    yield _duration(context)
    if context.second is None:
        return
    yield from _lost_capability(context, context.second)
    yield from _refused(context, context.second)
    unknown: Text = ("what came first, and why",)
    near = context.within(context.second, context.second, events.REPLICATION_STOPPED, events.LEFT)
    for name, text in (
        (events.REPLICATION_STOPPED, "Its replication to another stage ended in the same second."),
        (events.LEFT, "It left in the same second."),
    ):
        found = [at for at in near if context.log.name(at) == name]
        if found:
            yield Finding((text,), Certainty.SHOWN, context.refs(context.position, *found), unknown)


def _duration(context: EventContext) -> Finding:
    span = context.span(context.position)
    if span is None or span.other is None or span.why is Why.NO_TIME:
        text = "How long it had published is not known: no start that belongs to it is read."
        refs = context.refs(context.position)
        unknown = context.open_pages or (None if span is None or span.why is None else (span.why,))
        return Finding((text,), Certainty.UNKNOWN, refs, unknown, context.rest)
    seconds = -context.seconds_to(span.other)
    text = f"It had published for {round_duration(seconds)}"
    is_near = is_near_limit(seconds)
    if is_near:
        text += f", near the limit of {round_duration(LASTING_SECONDS)}"
    refs = context.refs(span.other, context.position)
    doubt: Text | None = EXACTNESS if is_near else None
    unknown = context.open_pages or (doubt if span.why is None else (span.why,))
    # Beside the limit the length is read as the reason of the end.
    certainty = context.firm(unless=is_near or span.why is not None)
    return Finding((f"{text}.",), certainty, refs, unknown, context.rest)


def _lost_capability(context: EventContext, second: int) -> Iterator[Finding]:
    near = context.within(second - NEAR_SECONDS, second, events.TOKEN_EXCHANGED)
    for at in filterfalse(context.is_after, near):
        event = context.log[at]
        if allows(event.previous_token, PUBLISH) and allows(event.new_token, PUBLISH) is False:
            text = (
                f"The token exchange {context.distance(at)} took PUBLISH away, which unpublishes."
            )
            unknown: Text = ("whether it stopped because of that",)
            if context.is_tied(at):
                unknown = ("which came first inside the second",)
            yield Finding((text,), Certainty.LIKELY, context.refs(at, context.position), unknown)


def _refused(context: EventContext, second: int) -> Iterator[Finding]:
    """Errors of publishing near the stop: no document says which of the two comes first."""
    near = context.within(second - NEAR_SECONDS, second + NEAR_SECONDS, events.PUBLISH_ERROR)
    for at in sorted(near):
        code = context.log.error_code(at)
        if not code:
            continue
        text: Text = ("PUBLISH_ERROR ", Outside(code), f" is {context.distance(at)}.")
        unknown: Text = ("whether the error speaks of this stream or of another attempt",)
        certainty = Certainty.UNKNOWN if context.is_tied(at) else Certainty.LIKELY
        yield Finding(text, certainty, context.refs(at, context.position), unknown)
        return
