"""STREAM_DURATION_EXCEEDED: what had gone on, and for how long."""

from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.findings.event_context import EventContext, positions_within, second_of
from ivscope.findings.finding import Certainty, Finding
from ivscope.knowledge.limits import LASTING_SECONDS

SLACK_SECONDS = 60
"""So much shorter or longer still counts as the limit: times are whole seconds, and nobody
documents how exactly the service keeps to it."""

_ENDED_SECONDS = 60
"""What ended so long before the error, or less, can still be what it speaks of."""

_HALVES = {
    events.PUBLISH_ERROR: (events.PUBLISH_STARTED, events.PUBLISH_STOPPED),
    events.SUBSCRIBE_ERROR: (events.SUBSCRIBE_STARTED, events.SUBSCRIBE_STOPPED),
}


def measured_duration(here: EventContext) -> Iterator[Finding]:
    """Find the start of what went on, and compare its length with the limit."""
    halves = _HALVES.get(here.event.name or "")
    refs = here.refs(here.position)
    if halves is None:
        text = "What went on too long is not said: the event is about neither direction."
        yield Finding((text,), Certainty.UNKNOWN, refs)
        return
    if here.second is None or here.has_untimed(*halves):
        text = "The duration cannot be measured: an event has no readable time."
        yield Finding((text,), Certainty.UNKNOWN, refs)
        return
    remote = None
    if here.event.name == events.SUBSCRIBE_ERROR:
        remote = here.log.columns(here.position, here.position + 1).remotes[0]
    before = here.second - 1
    start = next(
        positions_within(here.log, halves[:1], until=before, newest_first=True, remote=remote), None
    )
    if start is None:
        text = f"No {halves[0]} before it is read"
        text += "." if here.complete else " so far."
        yield Finding((text,), Certainty.UNKNOWN, refs, here.open_pages, here.rest)
        return
    since = second_of(here.log, start) or 0
    end = _end_before(here, start)
    if end is not None and here.second - (second_of(here.log, end) or 0) > _ENDED_SECONDS:
        text = (
            f"The last {halves[0]} before it is {here.distance(start)}, and it ended "
            f"{here.distance(end)}: what went on until the error is not in the events."
        )
        refs = here.refs(start, end, here.position)
        yield Finding((text,), Certainty.UNKNOWN, refs, here.open_pages, here.rest)
        return
    yield _compare(here, start, here.second - since, halves[0])


def _end_before(here: EventContext, start: int) -> int | None:
    """What ended something before the second of the error: its own end, or LEFT."""
    span = here.span(start)
    found = None if span is None else span.left if span.other is None else span.other
    if found is None or (second_of(here.log, found) or 0) >= (here.second or 0):
        return None
    return found


def _compare(here: EventContext, start: int, seconds: int, name: str) -> Finding:
    refs = here.refs(start, here.position)
    lasted = f"{name} is {round_duration(seconds)} before"
    if abs(seconds - LASTING_SECONDS) <= SLACK_SECONDS:
        text = f"{lasted}: that is the limit of 24 h."
        return Finding((text,), here.firm(), refs, here.open_pages, here.rest)
    if seconds > LASTING_SECONDS:
        text = f"{lasted}: longer than the limit of 24 h, so a stop and a start may be missing."
        return Finding((text,), Certainty.LIKELY, refs, here.open_pages, here.rest)
    text = f"{lasted}: shorter than the limit of 24 h, so it does not explain the error."
    unknown = here.open_pages or ("what the service counted",)
    return Finding((text,), here.firm(), refs, unknown, here.rest)
