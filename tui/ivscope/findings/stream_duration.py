"""STREAM_DURATION_EXCEEDED: what had gone on before the error, and for how long."""

from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.findings.event_context import EventContext, positions_within, second_of
from ivscope.findings.finding import Certainty, Finding
from ivscope.knowledge.limits import LASTING_SECONDS

SLACK_SECONDS = 60
"""A duration that differs from the limit by up to this still counts as it: times are whole seconds,
and how exactly the service keeps to the limit is not documented."""

_ENDED_SECONDS = 60
"""What ended at most so many seconds before the error can still be what it is about."""

_HALVES = {
    events.PUBLISH_ERROR: (events.PUBLISH_STARTED, events.PUBLISH_STOPPED),
    events.SUBSCRIBE_ERROR: (events.SUBSCRIBE_STARTED, events.SUBSCRIBE_STOPPED),
}


def measured_duration(context: EventContext) -> Iterator[Finding]:
    """Find the start of what went on, and compare its length with the limit."""
    halves = _HALVES.get(context.event.name or "")
    refs = context.refs(context.position)
    if halves is None:
        text = "What went on too long is not said: the event is about neither direction."
        yield Finding((text,), Certainty.UNKNOWN, refs)
        return
    if context.second is None or context.has_untimed(*halves):
        text = "The duration cannot be measured: an event has no readable time."
        yield Finding((text,), Certainty.UNKNOWN, refs)
        return
    remote = None
    if context.event.name == events.SUBSCRIBE_ERROR:
        remote = context.log.columns(context.position, context.position + 1).remotes[0]
    before = context.second - 1
    start = next(
        positions_within(context.log, halves[:1], until=before, newest_first=True, remote=remote),
        None,
    )
    if start is None:
        text = f"No {halves[0]} before it is read"
        text += "." if context.complete else " so far."
        yield Finding((text,), Certainty.UNKNOWN, refs, context.open_pages, context.rest)
        return
    since = second_of(context.log, start) or 0
    end = _end_before(context, start)
    if end is not None and context.second - (second_of(context.log, end) or 0) > _ENDED_SECONDS:
        text = (
            f"The last {halves[0]} before it is {context.distance(start)}, and it ended "
            f"{context.distance(end)}: what went on until the error is not in the events."
        )
        refs = context.refs(start, end, context.position)
        yield Finding((text,), Certainty.UNKNOWN, refs, context.open_pages, context.rest)
        return
    yield _compare(context, start, context.second - since, halves[0])


def _end_before(context: EventContext, start: int) -> int | None:
    """Position of the event that ended it before the second of the error: a stop, or LEFT."""
    span = context.span(start)
    found = None if span is None else span.left if span.other is None else span.other
    if found is None or (second_of(context.log, found) or 0) >= (context.second or 0):
        return None
    return found


def _compare(context: EventContext, start: int, seconds: int, name: str) -> Finding:
    refs = context.refs(start, context.position)
    lasted = f"{name} is {round_duration(seconds)} before"
    if abs(seconds - LASTING_SECONDS) <= SLACK_SECONDS:
        text = f"{lasted}: that is the limit of 24 h."
        return Finding((text,), context.firm(), refs, context.open_pages, context.rest)
    if seconds > LASTING_SECONDS:
        text = f"{lasted}: longer than the limit of 24 h, so a stop and a start may be missing."
        return Finding((text,), Certainty.LIKELY, refs, context.open_pages, context.rest)
    text = f"{lasted}: shorter than the limit of 24 h, so it does not explain the error."
    unknown = context.open_pages or ("what the service counted",)
    return Finding((text,), context.firm(), refs, unknown, context.rest)
