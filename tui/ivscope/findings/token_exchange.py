"""TOKEN_EXCHANGED: whether publishing began or ended after it, and an earlier expiration."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from ivscope.analysis.intervals import Why
from ivscope.analysis.timed_events import timed_events
from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.domain.times import to_microseconds
from ivscope.domain.tokens import PUBLISH
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import EventContext, second_of
from ivscope.findings.finding import Certainty, Finding, Moment, Outside, Part
from ivscope.findings.publishing import State, publishing_in

FOLLOWS_SECONDS = 30
"""Seconds within which a client that has gained PUBLISH usually begins to publish."""


def token_exchanged(context: EventContext) -> Iterator[Finding]:
    """Say what happened after the exchange."""
    event = context.event
    if event.previous_token is None or event.new_token is None:
        text = "One of the two tokens is not in the event: what changed cannot be told."
        yield Finding((text,), Certainty.UNKNOWN, context.refs(context.position))
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
        text = f"No attempt to publish within {FOLLOWS_SECONDS} s after it gained PUBLISH"
        covers = context.known_log.covers(second + FOLLOWS_SECONDS)
        text += "." if covers else " is read so far."
        certainty = Certainty.SHOWN if covers else Certainty.UNKNOWN
        yield Finding(
            (text,), certainty, context.refs(context.position), context.open_pages, context.rest
        )
        return
    name = context.log.name(first)
    words: list[Part] = [f"It gained PUBLISH, and {name}"]
    code = context.log.error_code(first)
    if code:
        words += [" ", Outside(code)]
    words.append(f" is {context.distance(first)}.")
    yield Finding(
        tuple(words),
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
        text = f"It lost PUBLISH, and PUBLISH_STOPPED is {context.distance(stops[0])}."
        yield Finding((text,), Certainty.LIKELY, context.refs(context.position, stops[0]))
        return
    found = publishing_in(context.known_log, (context.log.time_us(context.position) or 0) - 1)
    is_open = found.state is State.UNSURE and found.why is Why.PUBLISH_TAKEN
    if not (is_open or found.state is State.ON) or found.start is None:
        return
    text = "It lost PUBLISH while publishing, and no PUBLISH_STOPPED follows soon"
    covers = context.known_log.covers(second + FOLLOWS_SECONDS)
    text += "." if covers else " in what is read."
    rests = context.refs(found.start, context.position)
    certainty = Certainty.SHOWN if covers else Certainty.UNKNOWN
    yield Finding((text,), certainty, rests, context.open_pages, context.rest)


def _shortened(context: EventContext) -> Iterator[Finding]:
    old = context.event.previous_token and context.event.previous_token.expiration_time
    new = context.event.new_token and context.event.new_token.expiration_time
    if not isinstance(old, datetime) or not isinstance(new, datetime) or new >= old:
        return
    words: list[Part] = [
        f"The new token expires {round_duration((old - new).total_seconds())} earlier, at ",
        Moment(new),
        ": joining after that takes another token, staying does not.",
    ]
    following = timed_events(
        context.log,
        lambda kind: kind.name in {events.JOINED, events.JOIN_ERROR},
        since=to_microseconds(new),
    )
    later = [*islice(following, 1)]
    rests = context.refs(context.position, *later)
    if later:
        words.append(f" {context.log.name(later[0])} is {context.distance(later[0])}.")
    yield Finding(tuple(words), Certainty.SHOWN, rests)
