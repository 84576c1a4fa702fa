"""INSUFFICIENT_CAPABILITIES: what the token in force allowed, and which exchange changed it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise

from ivscope.domain import events
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from ivscope.findings.event_context import EventContext, distance_between, second_of
from ivscope.findings.finding import (
    Certainty,
    Claim,
    Distance,
    Finding,
    PlainClaim,
    StaysUnknown,
)

_NEEDED = {events.PUBLISH_ERROR: PUBLISH, events.SUBSCRIBE_ERROR: SUBSCRIBE}

_PROOF = {PUBLISH: events.PUBLISH_STARTED, SUBSCRIBE: events.SUBSCRIBE_STARTED}
"""An event that can happen only with the capability."""


class TokenSays(PlainClaim):
    """What is said where no token tells."""

    CAPABILITY_NOT_KNOWN = "needed_capability_not_known"
    NO_TIME = "token_in_force_without_time"
    SEVERAL_EXCHANGES = "several_exchanges_in_one_second"
    NO_EXCHANGE_READ = "no_exchange_before_is_read"
    JOINED_WITH = "token_it_joined_with"
    """It was not exchanged before, so the error speaks of the token it joined with."""


class TokenOpen(PlainClaim):
    """What stays unknown about the token in force."""

    WHICH_FIRST = "which_of_the_two_came_first"
    JOINED_AGAIN = "joined_again_with_which_token"
    JOIN_TOKEN = "what_the_first_token_allows"  # noqa: S105 - a name of a claim


@dataclass(frozen=True, slots=True)
class ExchangeBeside(Claim):
    """An exchange in the second of the error."""

    capability: str
    """The one that was needed."""
    before: bool | None
    """Whether the old token has it; None when the event does not say."""
    after: bool | None
    """Whether the new token has it."""


@dataclass(frozen=True, slots=True)
class TokenInForce(Claim):
    """Whether the token that was in force since the last exchange has what was needed."""

    capability: str
    exchanged: Distance
    allowed: bool | None
    """None when the event does not say."""


@dataclass(frozen=True, slots=True)
class CapabilityTaken(Claim):
    """An exchange took away what was needed."""

    capability: str
    taken: Distance
    last_exchanged: Distance | None
    """The last exchange, which did not give it back; None when it is the one that took it."""


@dataclass(frozen=True, slots=True)
class StartedWithout(Claim):
    """Something started that the last token does not allow, so an exchange must be missing."""

    capability: str
    exchanged: Distance
    started: str
    """Name of the event."""


@dataclass(frozen=True, slots=True)
class ReplacedToken(Claim):
    """Whether the token that a later exchange replaced has what was needed."""

    capability: str
    exchanged: Distance
    allowed: bool


@dataclass(frozen=True, slots=True)
class AllowedBefore(Claim):
    """Something started that takes the capability, and no exchange is read since."""

    capability: str
    started: str
    """Name of the event."""
    started_at: Distance


def token_in_force(context: EventContext) -> Iterator[Finding]:
    """Find the token in force at the error, and whether it allowed what was tried."""
    here, needed = context.refs(context.position), _NEEDED.get(context.event.name or "")
    if needed is None:
        yield Finding(TokenSays.CAPABILITY_NOT_KNOWN, Certainty.UNKNOWN, here)
    elif context.second is None or context.has_untimed(events.TOKEN_EXCHANGED):
        yield Finding(TokenSays.NO_TIME, Certainty.UNKNOWN, here)
    else:
        yield _at(context, context.second, needed)


def _at(context: EventContext, second: int, needed: str) -> Finding:
    same = list(filter(context.is_tied, context.within(second, second, events.TOKEN_EXCHANGED)))
    until = context.until(second, events.TOKEN_EXCHANGED)
    before = [*islice(filter(context.is_before, until), 2)][::-1]
    if len(same) > 1 or _are_tied(context, before):
        refs = context.refs(*(same or before), context.position)
        return Finding(TokenSays.SEVERAL_EXCHANGES, Certainty.UNKNOWN, refs)
    if same:
        return _same_second(context, same[0], needed)
    if before:
        return _exchanged(context, before[-1], second, needed)
    since = context.since(second, events.TOKEN_EXCHANGED)
    after = next(filter(context.is_after, since), None)
    if after is not None and not _joined_between(context, second, after):
        return _replaced_later(context, after, needed)
    return _never_exchanged(context, second, needed)


def _are_tied(context: EventContext, positions: list[int]) -> bool:
    """Whether the times of neighbours among these events leave their order open."""
    times = [context.log.time_us(at) for at in positions]
    return any(distance_between(one, other).is_tied for one, other in pairwise(times))


def _same_second(context: EventContext, exchange: int, needed: str) -> Finding:
    event = context.log[exchange]
    old, new = allows(event.previous_token, needed), allows(event.new_token, needed)
    refs = context.refs(exchange, context.position)
    claim = ExchangeBeside(needed, old, new)
    if old is not None and old is new:
        return Finding(claim, context.firm(), refs, context.open_pages, context.rest)
    is_told = old is not None and new is not None
    certainty = Certainty.LIKELY if is_told else Certainty.UNKNOWN
    return Finding(claim, certainty, refs, TokenOpen.WHICH_FIRST, context.rest)


def _exchanged(context: EventContext, last: int, second: int, needed: str) -> Finding:
    since = second_of(context.log, last) or 0
    allowed, away = allows(context.log[last].new_token, needed), context.to(last)
    if allowed is None:
        refs = context.refs(last, context.position)
        claim = TokenInForce(needed, away, None)
        return Finding(claim, Certainty.UNKNOWN, refs, None, context.rest)
    proof = _last_between(context, _PROOF[needed], since, second)
    if not allowed and proof is not None:
        refs = context.refs(last, proof, context.position)
        started = StartedWithout(needed, away, _PROOF[needed])
        return Finding(started, Certainty.UNKNOWN, refs, context.open_pages, context.rest)
    join = _last_between(context, events.JOINED, since, second + 1)
    joins = () if join is None else (join,)
    unknown: StaysUnknown | None = TokenOpen.JOINED_AGAIN if joins else context.open_pages
    certainty = context.firm(unless=bool(joins))
    taker = None if allowed else _taker(context, second, needed)
    shown = [last] if taker in {None, last} else [taker or 0, last]
    refs = context.refs(*shown, *joins, context.position)
    if taker is None:
        claim = TokenInForce(needed, away, allowed)
        return Finding(claim, certainty, refs, unknown, context.rest)
    taken = CapabilityTaken(needed, context.to(taker), None if taker == last else away)
    return Finding(taken, certainty, refs, unknown, context.rest)


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
    claim = ReplacedToken(needed, context.to(exchange), allowed)
    refs = context.refs(context.position, exchange)
    return Finding(claim, context.firm(), refs, context.open_pages, context.rest)


def _never_exchanged(context: EventContext, second: int, needed: str) -> Finding:
    here, joining = context.refs(context.position), TokenOpen.JOIN_TOKEN
    proof = _last_between(context, _PROOF[needed], -1, second)
    if proof is not None:
        claim = AllowedBefore(needed, _PROOF[needed], context.to(proof))
        refs = context.refs(proof, context.position)
        return Finding(claim, context.firm(), refs, context.open_pages or joining, context.rest)
    if not context.complete:
        says = TokenSays.NO_EXCHANGE_READ
        return Finding(says, Certainty.UNKNOWN, here, joining, context.rest)
    return Finding(TokenSays.JOINED_WITH, Certainty.LIKELY, here, joining)


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
