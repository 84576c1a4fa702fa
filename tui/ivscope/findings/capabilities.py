"""INSUFFICIENT_CAPABILITIES: what the token in force allowed, and which exchange changed it."""

from collections.abc import Iterator
from itertools import islice

from ivscope.domain import events
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from ivscope.findings.event_context import EventContext, second_of
from ivscope.findings.finding import Certainty, Finding, Text

_NEEDED = {events.PUBLISH_ERROR: PUBLISH, events.SUBSCRIBE_ERROR: SUBSCRIBE}

_PROOF = {PUBLISH: events.PUBLISH_STARTED, SUBSCRIBE: events.SUBSCRIBE_STARTED}
"""What can only happen with the capability."""


def token_in_force(here: EventContext) -> Iterator[Finding]:
    """Find the token that the participant had at the moment of the error."""
    needed = _NEEDED.get(here.event.name or "")
    if needed is None:
        text = "Which capability was missing is not known: no document ties it to this event."
        yield Finding((text,), Certainty.UNKNOWN, here.refs(here.position))
    elif here.second is None or here.has_untimed(events.TOKEN_EXCHANGED):
        yield Finding(
            ("The token in force cannot be told: an event has no readable time.",),
            Certainty.UNKNOWN,
            here.refs(here.position),
        )
    else:
        yield _at(here, here.second, needed)


def _at(here: EventContext, second: int, needed: str) -> Finding:
    same = here.within(second, second, events.TOKEN_EXCHANGED)
    before = [*islice(here.until(second - 1, events.TOKEN_EXCHANGED), 2)][::-1]
    if len(same) > 1 or len({second_of(here.log, at) for at in before}) < len(before):
        return Finding(
            ("Several token exchanges are in one second: which came last is not known.",),
            Certainty.UNKNOWN,
            here.refs(*(same or before), here.position),
        )
    if same:
        return _same_second(here, same[0], needed)
    if before:
        return _exchanged(here, before[-1], second, needed)
    after = next(here.since(second + 1, events.TOKEN_EXCHANGED), None)
    if after is not None and not _joined_between(here, second, after):
        return _told_later(here, after, needed)
    return _never_exchanged(here, second, needed)


def _same_second(here: EventContext, exchange: int, needed: str) -> Finding:
    event = here.log[exchange]
    old, new = allows(event.previous_token, needed), allows(event.new_token, needed)
    refs = here.refs(exchange, here.position)
    order: Text = ("which of the two came first",)
    if old is None or new is None:
        text = f"A token was exchanged in the same second; {needed} is not told of both tokens."
        return Finding((text,), Certainty.UNKNOWN, refs, order, here.rest)
    if old is new:
        verb = "allow" if new else "do not allow"
        text = f"Both tokens of the exchange in the same second {verb} {needed}."
        if new:
            text += " They do not explain the error."
        return Finding((text,), here.firm(), refs, here.open_pages, here.rest)
    verb = "gave" if new else "took"
    rest = ": the attempt may have come before it." if new else " away."
    text = f"The token exchange in the same second {verb} {needed}{rest}"
    return Finding((text,), Certainty.LIKELY, refs, order, here.rest)


def _exchanged(here: EventContext, last: int, second: int, needed: str) -> Finding:
    since = second_of(here.log, last) or 0
    allowed = allows(here.log[last].new_token, needed)
    away = here.distance(last)
    if allowed is None:
        text = f"Whether the token exchanged {away} allows {needed} is not in the event."
        return Finding((text,), Certainty.UNKNOWN, here.refs(last, here.position), None, here.rest)
    proof = _last_between(here, _PROOF[needed], since, second)
    if not allowed and proof is not None:
        text = (
            f"The last exchange, {away}, left no {needed}, yet {_PROOF[needed]} follows it: a "
            "later token must have been in force, and its exchange is not in the events."
        )
        refs = here.refs(last, proof, here.position)
        return Finding((text,), Certainty.UNKNOWN, refs, here.open_pages, here.rest)
    join = _last_between(here, events.JOINED, since, second + 1)
    joins = () if join is None else (join,)
    unknown = here.open_pages
    if joins:
        unknown = ("it joined again since, and with which token is not in the events",)
    certainty = here.firm(unless=bool(joins))
    if allowed:
        text = f"The token in force since the exchange {away} allows {needed}: it does not explain"
        refs = here.refs(last, *joins, here.position)
        return Finding((f"{text} the error.",), certainty, refs, unknown, here.rest)
    taker = _taker(here, second, needed)
    if taker is None:
        text = f"The token in force since the exchange {away} does not allow {needed}."
    elif taker == last:
        text = f"The token exchange {away} took {needed} away."
    else:
        text = (
            f"The token exchange {here.distance(taker)} took {needed} away; the last one, {away}, "
            "did not give it back."
        )
    shown = [last] if taker in {None, last} else [taker or 0, last]
    return Finding((text,), certainty, here.refs(*shown, *joins, here.position), unknown, here.rest)


def _taker(here: EventContext, second: int, needed: str) -> int | None:
    """The exchange that took the capability, when nothing up to a second gave it back."""
    for at in here.until(second - 1, events.TOKEN_EXCHANGED):
        event = here.log[at]
        if allows(event.new_token, needed) is not False:
            return None
        if allows(event.previous_token, needed):
            return at
    return None


def _told_later(here: EventContext, exchange: int, needed: str) -> Finding:
    """The first exchange after the error tells which token it replaced."""
    allowed = allows(here.log[exchange].previous_token, needed)
    if allowed is None:
        return _never_exchanged(here, here.second or 0, needed)
    verb = "allowed" if allowed else "did not allow"
    text = f"The token that was replaced {here.distance(exchange)} {verb} {needed}"
    text += ": it does not explain the error." if allowed else "."
    refs = here.refs(here.position, exchange)
    return Finding((text,), here.firm(), refs, here.open_pages, here.rest)


def _never_exchanged(here: EventContext, second: int, needed: str) -> Finding:
    joining: Text = ("what the token that it joined with allows is not in the events",)
    proof = _last_between(here, _PROOF[needed], -1, second)
    if proof is not None:
        text = (
            f"{_PROOF[needed]} {here.distance(proof)}, and no token exchange is read between: "
            f"the token allowed {needed} then."
        )
        refs = here.refs(proof, here.position)
        return Finding((text,), here.firm(), refs, here.open_pages or joining, here.rest)
    if not here.complete:
        text = "No token exchange before it is read so far."
        return Finding((text,), Certainty.UNKNOWN, here.refs(here.position), joining, here.rest)
    return Finding(
        ("Its token was not exchanged before: the error speaks of the token it joined with.",),
        Certainty.LIKELY,
        here.refs(here.position),
        joining,
    )


def _last_between(here: EventContext, name: str, after: int, before: int) -> int | None:
    """The last event after one second and before another one."""
    found = next(here.until(before - 1, name), None)
    return None if found is None or (second_of(here.log, found) or 0) <= after else found


def _joined_between(here: EventContext, second: int, exchange: int) -> bool:
    until = second_of(here.log, exchange) or 0
    return bool(here.within(second, until, events.JOINED))


def allows(token: ParticipantToken | None, capability: str) -> bool | None:
    """Whether a token has a capability; None when that did not come."""
    if token is None or token.capabilities is None:
        return None
    return capability in token.capabilities
