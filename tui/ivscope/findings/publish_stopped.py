"""PUBLISH_STOPPED: how long it had published, and what happened in the same second."""

from collections.abc import Iterator

from ivscope.analysis.intervals import Why
from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.domain.tokens import PUBLISH
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import EventContext
from ivscope.findings.finding import Certainty, Finding, Outside, Text
from ivscope.findings.stream_duration import SLACK_SECONDS
from ivscope.knowledge.limits import LASTING_SECONDS

NEAR_SECONDS = 2
"""So far apart two events can be one happening: the service documents "immediately"."""


def publish_stopped(here: EventContext) -> Iterator[Finding]:
    """Say how long it lasted and what can have ended it."""
    yield _duration(here)
    if here.second is None:
        return
    yield from _lost_capability(here, here.second)
    yield from _refused(here, here.second)
    unknown: Text = ("what came first, and why",)
    near = here.within(here.second, here.second, events.REPLICATION_STOPPED, events.LEFT)
    for name, text in (
        (events.REPLICATION_STOPPED, "Its replication to another stage ended in the same second."),
        (events.LEFT, "It left in the same second."),
    ):
        found = [at for at in near if here.log.name(at) == name]
        if found:
            yield Finding((text,), Certainty.SHOWN, here.refs(here.position, *found), unknown)


def _duration(here: EventContext) -> Finding:
    span = here.span(here.position)
    if span is None or span.other is None or span.why is Why.NO_TIME:
        text = "How long it had published is not known: no start that belongs to it is read."
        refs = here.refs(here.position)
        unknown = here.open_pages or (None if span is None or span.why is None else (span.why,))
        return Finding((text,), Certainty.UNKNOWN, refs, unknown, here.rest)
    seconds = -here.seconds_to(span.other)
    text = f"It had published for {round_duration(seconds)}"
    if abs(seconds - LASTING_SECONDS) <= SLACK_SECONDS:
        text += ", the limit of a stage"
    refs = here.refs(span.other, here.position)
    unknown = here.open_pages or (None if span.why is None else (span.why,))
    certainty = here.firm(unless=span.why is not None)
    return Finding((f"{text}.",), certainty, refs, unknown, here.rest)


def _lost_capability(here: EventContext, second: int) -> Iterator[Finding]:
    for at in here.within(second - NEAR_SECONDS, second, events.TOKEN_EXCHANGED):
        event = here.log[at]
        if allows(event.previous_token, PUBLISH) and allows(event.new_token, PUBLISH) is False:
            text = f"The token exchange {here.distance(at)} took PUBLISH away, which unpublishes."
            yield Finding((text,), Certainty.LIKELY, here.refs(at, here.position))


def _refused(here: EventContext, second: int) -> Iterator[Finding]:
    """Errors of publishing around the stop: documents do not say which of them comes first."""
    near = here.within(second - NEAR_SECONDS, second + NEAR_SECONDS, events.PUBLISH_ERROR)
    for at in sorted(near):
        code = here.log.error_code(at)
        if not code:
            continue
        text: Text = ("PUBLISH_ERROR ", Outside(code), f" is {here.distance(at)}.")
        unknown: Text = ("whether the error speaks of this stream or of another attempt",)
        yield Finding(text, Certainty.LIKELY, here.refs(at, here.position), unknown)
        return
