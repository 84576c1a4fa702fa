"""LEFT: what happened right before it, and whether the participant came back."""

from collections.abc import Iterator

from ivscope.analysis.timed_events import timed_events
from ivscope.domain import events
from ivscope.domain.durations import round_duration
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import SECOND_US, EventContext, second_of
from ivscope.findings.finding import Certainty, Finding, Outside, Part, Text

BEFORE_SECONDS = 5
"""So shortly before LEFT something counts as right before it."""

REJOIN_SECONDS = 120
"""Coming back within this time is told as a reconnect; later it is a new visit."""

_ENDS = (events.SUBSCRIBE_STOPPED, events.PUBLISH_STOPPED)

_REASONS: Text = (
    "why: leaving, being disconnected, a deleted stage, the token in use elsewhere, ",
    "a rejected exchange and a lost connection all look like this",
)


def left(here: EventContext) -> Iterator[Finding]:
    """Say what came right before LEFT, and what ended with it."""
    if here.second is None:
        text = "LEFT has no readable time: nothing can be put next to it."
        yield Finding((text,), Certainty.UNKNOWN, here.refs(here.position))
        return
    yield from _came_back(here, here.second)
    yield from _lost_capability(here, here.second)
    error = _error_before(here, here.second)
    if error is not None:
        yield _after_error(here, error)
    ended = here.within(here.second, here.second, *_ENDS)
    if ended:
        yield _ended_with_it(here, ended)
    yield Finding(
        ("LEFT never says why.",), Certainty.UNKNOWN, here.refs(here.position), _REASONS, here.rest
    )


def _came_back(here: EventContext, second: int) -> Iterator[Finding]:
    same = here.within(second, second, events.JOINED)
    later = next(here.since(second + 1, events.JOINED), None)
    if same:
        text = "JOINED is in the same second: it came back at once, or came and went."
        yield Finding((text,), Certainty.LIKELY, here.refs(here.position, *same), here.open_pages)
        return
    if later is None:
        return
    gap = (second_of(here.log, later) or 0) - second
    if gap <= REJOIN_SECONDS:
        text = f"It joined again {round_duration(gap)} later, as the same participant."
        yield Finding(
            (text,), here.firm(), here.refs(here.position, later), here.open_pages, here.rest
        )


def _lost_capability(here: EventContext, second: int) -> Iterator[Finding]:
    for at in here.within(second - BEFORE_SECONDS, second, events.TOKEN_EXCHANGED):
        event = here.log[at]
        lost = [
            capability
            for capability in (PUBLISH, SUBSCRIBE)
            if allows(event.previous_token, capability)
            and allows(event.new_token, capability) is False
        ]
        if lost:
            text = f"A token exchange took {' and '.join(lost)} away {here.distance(at)}."
            unknown: Text = ("whether it left because of that",)
            yield Finding((text,), Certainty.LIKELY, here.refs(at, here.position), unknown)


def _error_before(here: EventContext, second: int) -> int | None:
    """The last error in the seconds before LEFT."""
    near = timed_events(
        here.log,
        lambda kind: kind.is_error,
        since=(second - BEFORE_SECONDS) * SECOND_US,
        until=(second + 1) * SECOND_US - 1,
    )
    return max(near, key=lambda at: (second_of(here.log, at) or 0, at), default=None)


def _after_error(here: EventContext, error: int) -> Finding:
    event = here.log[error]
    words: list[Part] = [Outside(event.name or ""), " "]
    if event.error_code:
        words += [Outside(event.error_code), " "]
    words.append(f"is {here.distance(error)}.")
    unknown: Text = ("whether it left because of that",)
    return Finding(tuple(words), Certainty.LIKELY, here.refs(error, here.position), unknown)


def _ended_with_it(here: EventContext, ended: list[int]) -> Finding:
    names = [here.log.name(at) for at in ended]
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
        here.refs(*ended, here.position),
        ("whether it left by itself or lost the connection",),
    )
