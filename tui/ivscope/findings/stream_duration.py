"""STREAM_DURATION_EXCEEDED: what had gone on before the error, and for how long."""

from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.findings.event_context import EventContext, positions_within, second_of
from ivscope.findings.finding import Certainty, Finding, Text
from ivscope.knowledge.limits import LASTING_SECONDS

NEAR_SECONDS = 30 * 60
"""A duration that differs from the limit by up to this can still be it: how exactly the service
keeps to the limit is not documented, and it ends the two streams of a redundant ingest at different
times."""

EXACTNESS: Text = ("how exactly the service keeps to the limit: no document says it",)

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
        text = "What went on too long is not said: the event is about neither direction."
        yield Finding((text,), Certainty.UNKNOWN, refs)
        return
    names = _PUBLISHING if is_publishing else (events.SUBSCRIBE_STARTED, events.JOINED, events.LEFT)
    if context.second is None or context.has_untimed(*names):
        text = "The duration cannot be measured: an event has no readable time."
        yield Finding((text,), Certainty.UNKNOWN, refs)
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
        text = (
            f"The last PUBLISH_STARTED before it is {context.distance(start)}, and it ended "
            f"{context.distance(end)}: what went on until the error is not in the events."
        )
        refs = context.refs(start, end, context.position)
        return Finding((text,), Certainty.UNKNOWN, refs, context.open_pages, context.rest)
    return _compare(context, start, f"PUBLISH_STARTED is {context.distance(start)}")


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
        return _compare(
            context, start, f"The first SUBSCRIBE_STARTED of its stay is {context.distance(start)}"
        )
    if joined is not None:
        words = f"JOINED is {context.distance(joined)}, without a SUBSCRIBE_STARTED since"
        return _compare(context, joined, words)
    return _without_start(context, events.SUBSCRIBE_STARTED)


def _without_start(context: EventContext, name: str) -> Finding:
    text = f"No {name} before it is read"
    text += "." if context.complete else " so far."
    refs = context.refs(context.position)
    return Finding((text,), Certainty.UNKNOWN, refs, context.open_pages, context.rest)


def _end_before(context: EventContext, start: int, second: int) -> int | None:
    """What ended something before the second of the error: its own end, or LEFT."""
    span = context.span(start)
    found = None if span is None else span.left if span.other is None else span.other
    if found is None or (second_of(context.log, found) or 0) >= second:
        return None
    return found


def _compare(context: EventContext, start: int, words: str) -> Finding:
    refs = context.refs(start, context.position)
    limit = f"the limit of {round_duration(LASTING_SECONDS)}"
    seconds = -context.seconds_to(start)
    if is_near_limit(seconds):
        text = f"{words}: near {limit}."
        unknown = context.open_pages or EXACTNESS
        return Finding((text,), Certainty.LIKELY, refs, unknown, context.rest)
    if seconds > LASTING_SECONDS:
        text = f"{words}: longer than {limit}, so a stop and a start may be missing."
        unknown = context.open_pages or ("whether a pause that no event shows began it anew",)
        # No document says whether subscribing to nobody for a while begins a stay's time anew.
        is_publishing = context.event.name == events.PUBLISH_ERROR
        certainty = Certainty.LIKELY if is_publishing else Certainty.UNKNOWN
        return Finding((text,), certainty, refs, unknown, context.rest)
    # The error says that something went on for too long, whatever is read of it.
    unknown = context.open_pages or ("what the service counted: an earlier start may be missing",)
    return Finding(
        (f"{words}: shorter than {limit}.",), Certainty.UNKNOWN, refs, unknown, context.rest
    )
