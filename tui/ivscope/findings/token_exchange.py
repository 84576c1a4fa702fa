"""TOKEN_EXCHANGED: what followed from it."""

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
"""A client that gained PUBLISH and wants to use it does so within this time."""


def token_exchanged(here: EventContext) -> Iterator[Finding]:
    """Say what came after the exchange."""
    event = here.event
    if event.previous_token is None or event.new_token is None:
        text = "One of the two tokens is not in the event: what changed cannot be told."
        yield Finding((text,), Certainty.UNKNOWN, here.refs(here.position))
        return
    before, after = allows(event.previous_token, PUBLISH), allows(event.new_token, PUBLISH)
    if here.second is not None and before is False and after:
        yield from _gained(here, here.second)
    if here.second is not None and before and after is False:
        yield from _lost(here, here.second)
    yield from _shortened(here)


def _gained(here: EventContext, second: int) -> Iterator[Finding]:
    names = (events.PUBLISH_STARTED, events.PUBLISH_ERROR, events.TOKEN_EXCHANGED, events.LEFT)
    first = next((at for at in here.since(second, *names) if at != here.position), None)
    if first is None or (second_of(here.log, first) or 0) > second + FOLLOWS_SECONDS:
        text = f"No attempt to publish within {FOLLOWS_SECONDS} s after it gained PUBLISH"
        covers = here.held.covers(second + FOLLOWS_SECONDS)
        text += "." if covers else " is read so far."
        certainty = Certainty.SHOWN if covers else Certainty.UNKNOWN
        yield Finding((text,), certainty, here.refs(here.position), here.open_pages, here.rest)
        return
    name = here.log.name(first)
    words: list[Part] = [f"It gained PUBLISH, and {name}"]
    code = here.log.error_code(first)
    if code:
        words += [" ", Outside(code)]
    words.append(f" is {here.distance(first)}.")
    yield Finding(
        tuple(words),
        here.firm(unless=second_of(here.log, first) == second),
        here.refs(here.position, first),
        here.open_pages,
        here.rest,
    )


def _lost(here: EventContext, second: int) -> Iterator[Finding]:
    stops = here.within(second, second + FOLLOWS_SECONDS, events.PUBLISH_STOPPED)
    if stops:
        text = f"It lost PUBLISH, and PUBLISH_STOPPED is {here.distance(stops[0])}."
        yield Finding((text,), Certainty.LIKELY, here.refs(here.position, stops[0]))
        return
    found = publishing_in(here.held, (here.log.time_us(here.position) or 0) - 1)
    is_open = found.state is State.UNSURE and found.why is Why.PUBLISH_TAKEN
    if not (is_open or found.state is State.ON) or found.start is None:
        return
    text = "It lost PUBLISH while publishing, and no PUBLISH_STOPPED follows soon"
    covers = here.held.covers(second + FOLLOWS_SECONDS)
    text += "." if covers else " in what is read."
    rests = here.refs(found.start, here.position)
    certainty = Certainty.SHOWN if covers else Certainty.UNKNOWN
    yield Finding((text,), certainty, rests, here.open_pages, here.rest)


def _shortened(here: EventContext) -> Iterator[Finding]:
    old = here.event.previous_token and here.event.previous_token.expiration_time
    new = here.event.new_token and here.event.new_token.expiration_time
    if not isinstance(old, datetime) or not isinstance(new, datetime) or new >= old:
        return
    words: list[Part] = [
        f"The new token expires {round_duration((old - new).total_seconds())} earlier, at ",
        Moment(new),
        ": joining after that takes another token, staying does not.",
    ]
    following = timed_events(
        here.log,
        lambda kind: kind.name in {events.JOINED, events.JOIN_ERROR},
        since=to_microseconds(new),
    )
    later = [*islice(following, 1)]
    rests = here.refs(here.position, *later)
    if later:
        words.append(f" {here.log.name(later[0])} is {here.distance(later[0])}.")
    yield Finding(tuple(words), Certainty.SHOWN, rests)
