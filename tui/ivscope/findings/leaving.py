"""LEFT: what happened right before, and whether the participant came back."""

from collections.abc import Iterator
from itertools import filterfalse

from ivscope.analysis.timed_events import timed_events
from ivscope.domain import events
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import SECOND_US, EventContext, gap_words
from ivscope.findings.finding import Certainty, Finding, Outside, Part, Text

BEFORE_SECONDS = 5
"""Seconds before LEFT in which an event counts as right before it."""

REJOIN_SECONDS = 120
"""Coming back within this time counts as a reconnect; later it is a new visit."""

_ENDS = (events.SUBSCRIBE_STOPPED, events.PUBLISH_STOPPED)

_REASONS: Text = (
    "why: leaving, being disconnected, a deleted stage, the token in use elsewhere, ",
    "a rejected exchange and a lost connection all look like this",
)


def left(context: EventContext) -> Iterator[Finding]:
    """Say what happened right before LEFT, and what ended with it."""
    if context.second is None:
        text = "LEFT has no readable time: nothing can be put next to it."
        yield Finding((text,), Certainty.UNKNOWN, context.refs(context.position))
        return
    yield from _came_back(context, context.second)
    yield from _lost_capability(context, context.second)
    error = _error_before(context, context.second)
    if error is not None:
        yield _after_error(context, error)
    ended = context.within(context.second, context.second, *_ENDS)
    if ended:
        yield _ended_with_it(context, ended)
    yield Finding(
        ("LEFT never says why.",),
        Certainty.UNKNOWN,
        context.refs(context.position),
        _REASONS,
        context.rest,
    )


def _came_back(context: EventContext, second: int) -> Iterator[Finding]:
    same = list(filter(context.is_tied, context.within(second, second, events.JOINED)))
    later = next(filter(context.is_after, context.since(second, events.JOINED)), None)
    if same:
        text = "JOINED is in the same second: it came back at once, or came and went."
        yield Finding(
            (text,), Certainty.LIKELY, context.refs(context.position, *same), context.open_pages
        )
        return
    if later is None:
        return
    gap = int(context.seconds_to(later) * SECOND_US)
    if gap <= REJOIN_SECONDS * SECOND_US:
        text = f"It joined again {gap_words(gap)} later, as the same participant."
        yield Finding(
            (text,),
            context.firm(),
            context.refs(context.position, later),
            context.open_pages,
            context.rest,
        )


def _lost_capability(context: EventContext, second: int) -> Iterator[Finding]:
    near = context.within(second - BEFORE_SECONDS, second, events.TOKEN_EXCHANGED)
    for at in filterfalse(context.is_after, near):
        event = context.log[at]
        lost = [
            capability
            for capability in (PUBLISH, SUBSCRIBE)
            if allows(event.previous_token, capability)
            and allows(event.new_token, capability) is False
        ]
        if lost:
            text = f"A token exchange took {' and '.join(lost)} away {context.distance(at)}."
            certainty, unknown = _how_surely(context, at)
            yield Finding((text,), certainty, context.refs(at, context.position), unknown)


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
    words: list[Part] = [Outside(event.name or ""), " "]
    if event.error_code:
        words += [Outside(event.error_code), " "]
    words.append(f"is {context.distance(error)}.")
    certainty, unknown = _how_surely(context, error)
    return Finding(tuple(words), certainty, context.refs(error, context.position), unknown)


def _how_surely(context: EventContext, position: int) -> tuple[Certainty, Text]:
    """How surely something beside LEFT led to it, and what is open: one second has no order."""
    if context.is_tied(position):
        return Certainty.UNKNOWN, ("which came first, and whether it left because of that",)
    return Certainty.LIKELY, ("whether it left because of that",)


def _ended_with_it(context: EventContext, ended: list[int]) -> Finding:
    names = [context.log.name(at) for at in ended]
    subscriptions = names.count(events.SUBSCRIBE_STOPPED)
    parts = []
    if subscriptions:
        parts.append(f"{subscriptions} subscription{'s' if subscriptions > 1 else ''}")
    if events.PUBLISH_STOPPED in names:
        parts.append("its publishing")
    text = f"{' and '.join(parts).capitalize()} ended in the same second, as with every way out."
    return Finding(
        (text,),
        Certainty.SHOWN,
        context.refs(*ended, context.position),
        ("whether it left by itself or lost the connection",),
    )
