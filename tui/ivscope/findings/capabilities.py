"""INSUFFICIENT_CAPABILITIES: what the token in force allowed, and which exchange changed it."""

from collections.abc import Iterator
from itertools import islice

from ivscope.domain import events
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from ivscope.findings.event_context import EventContext, second_of
from ivscope.findings.finding import Certainty, Finding, Text

_NEEDED = {events.PUBLISH_ERROR: PUBLISH, events.SUBSCRIBE_ERROR: SUBSCRIBE}

_PROOF = {PUBLISH: events.PUBLISH_STARTED, SUBSCRIBE: events.SUBSCRIBE_STARTED}
"""An event that can happen only with the capability."""


def token_in_force(context: EventContext) -> Iterator[Finding]:
    """Find the token in force at the error, and whether it allowed what was tried."""
    needed = _NEEDED.get(context.event.name or "")
    if needed is None:
        text = "Which capability was missing is not known: no document ties it to this event."
        yield Finding((text,), Certainty.UNKNOWN, context.refs(context.position))
    elif context.second is None or context.has_untimed(events.TOKEN_EXCHANGED):
        yield Finding(
            ("The token in force cannot be told: an event has no readable time.",),
            Certainty.UNKNOWN,
            context.refs(context.position),
        )
    else:
        yield _at(context, context.second, needed)


def _at(context: EventContext, second: int, needed: str) -> Finding:
    same = list(filter(context.is_tied, context.within(second, second, events.TOKEN_EXCHANGED)))
    until = context.until(second, events.TOKEN_EXCHANGED)
    before = [*islice(filter(context.is_before, until), 2)][::-1]
    if len(same) > 1 or len({context.distance(at) for at in before}) < len(before):
        return Finding(
            ("Several token exchanges are in one second: which came last is not known.",),
            Certainty.UNKNOWN,
            context.refs(*(same or before), context.position),
        )
    if same:
        return _same_second(context, same[0], needed)
    if before:
        return _exchanged(context, before[-1], second, needed)
    since = context.since(second, events.TOKEN_EXCHANGED)
    after = next(filter(context.is_after, since), None)
    if after is not None and not _joined_between(context, second, after):
        return _replaced_later(context, after, needed)
    return _never_exchanged(context, second, needed)


def _same_second(context: EventContext, exchange: int, needed: str) -> Finding:
    event = context.log[exchange]
    old, new = allows(event.previous_token, needed), allows(event.new_token, needed)
    refs = context.refs(exchange, context.position)
    order: Text = ("which of the two came first",)
    if old is None or new is None:
        text = f"A token was exchanged in the same second; {needed} is not told of both tokens."
        return Finding((text,), Certainty.UNKNOWN, refs, order, context.rest)
    if old is new:
        verb = "allow" if new else "do not allow"
        text = f"Both tokens of the exchange in the same second {verb} {needed}."
        if new:
            text += " They do not explain the error."
        return Finding((text,), context.firm(), refs, context.open_pages, context.rest)
    verb = "gave" if new else "took"
    rest = ": the attempt may have come before it." if new else " away."
    text = f"The token exchange in the same second {verb} {needed}{rest}"
    return Finding((text,), Certainty.LIKELY, refs, order, context.rest)


def _exchanged(context: EventContext, last: int, second: int, needed: str) -> Finding:
    since = second_of(context.log, last) or 0
    allowed = allows(context.log[last].new_token, needed)
    away = context.distance(last)
    if allowed is None:
        text = f"Whether the token exchanged {away} allows {needed} is not in the event."
        return Finding(
            (text,), Certainty.UNKNOWN, context.refs(last, context.position), None, context.rest
        )
    proof = _last_between(context, _PROOF[needed], since, second)
    if not allowed and proof is not None:
        text = (
            f"The last exchange, {away}, left no {needed}, yet {_PROOF[needed]} follows it: a "
            "later token must have been in force, and its exchange is not in the events."
        )
        refs = context.refs(last, proof, context.position)
        return Finding((text,), Certainty.UNKNOWN, refs, context.open_pages, context.rest)
    join = _last_between(context, events.JOINED, since, second + 1)
    joins = () if join is None else (join,)
    unknown = context.open_pages
    if joins:
        unknown = ("it joined again since, and with which token is not in the events",)
    certainty = context.firm(unless=bool(joins))
    if allowed:
        text = f"The token in force since the exchange {away} allows {needed}: it does not explain"
        refs = context.refs(last, *joins, context.position)
        return Finding((f"{text} the error.",), certainty, refs, unknown, context.rest)
    taker = _taker(context, second, needed)
    if taker is None:
        text = f"The token in force since the exchange {away} does not allow {needed}."
    elif taker == last:
        text = f"The token exchange {away} took {needed} away."
    else:
        text = (
            f"The token exchange {context.distance(taker)} took {needed} away; "
            f"the last one, {away}, did not give it back."
        )
    shown = [last] if taker in {None, last} else [taker or 0, last]
    return Finding(
        (text,), certainty, context.refs(*shown, *joins, context.position), unknown, context.rest
    )


def _taker(context: EventContext, second: int, needed: str) -> int | None:
    """The exchange that took the capability away, unless a later one gave it back."""
    for at in filter(context.is_before, context.until(second, events.TOKEN_EXCHANGED)):
        event = context.log[at]
        if allows(event.new_token, needed) is not False:
            return None
        if allows(event.previous_token, needed):
            return at
    return None


def _replaced_later(context: EventContext, exchange: int, needed: str) -> Finding:
    """The finding from the first exchange after the error, which names the token it replaced."""
    allowed = allows(context.log[exchange].previous_token, needed)
    if allowed is None:
        return _never_exchanged(context, context.second or 0, needed)
    verb = "allowed" if allowed else "did not allow"
    text = f"The token that was replaced {context.distance(exchange)} {verb} {needed}"
    text += ": it does not explain the error." if allowed else "."
    refs = context.refs(context.position, exchange)
    return Finding((text,), context.firm(), refs, context.open_pages, context.rest)


def _never_exchanged(context: EventContext, second: int, needed: str) -> Finding:
    joining: Text = ("what the token that it joined with allows is not in the events",)
    proof = _last_between(context, _PROOF[needed], -1, second)
    if proof is not None:
        text = (
            f"{_PROOF[needed]} {context.distance(proof)}, and no token exchange is read between: "
            f"the token allowed {needed} then."
        )
        refs = context.refs(proof, context.position)
        return Finding((text,), context.firm(), refs, context.open_pages or joining, context.rest)
    if not context.complete:
        text = "No token exchange before it is read so far."
        return Finding(
            (text,), Certainty.UNKNOWN, context.refs(context.position), joining, context.rest
        )
    return Finding(
        ("Its token was not exchanged before: the error speaks of the token it joined with.",),
        Certainty.LIKELY,
        context.refs(context.position),
        joining,
    )


def _last_between(context: EventContext, name: str, after: int, before: int) -> int | None:
    """Position of the last event with a name after one second and before another one."""
    found = next(context.until(before - 1, name), None)
    return None if found is None or (second_of(context.log, found) or 0) <= after else found


def _joined_between(context: EventContext, second: int, exchange: int) -> bool:
    until = second_of(context.log, exchange) or 0
    return bool(context.within(second, until, events.JOINED))


def allows(token: ParticipantToken | None, capability: str) -> bool | None:
    """Whether a token has a capability; None when the answer does not say."""
    if token is None or token.capabilities is None:
        return None
    return capability in token.capabilities
