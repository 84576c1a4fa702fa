"""INSUFFICIENT_CAPABILITIES: what the token in force allowed, and which exchange changed it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import takewhile

from ivscope.domain import events
from ivscope.domain.events import Event
from ivscope.domain.frozen import frozen
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE, ParticipantToken
from ivscope.findings.event_context import EventContext, distance_between, second_of, time_of
from ivscope.findings.finding import (
    Certainty,
    Claim,
    Distance,
    Finding,
    PlainClaim,
)
from ivscope.knowledge.known_issues import KNOWN_ISSUES

_NEEDED = {events.PUBLISH_ERROR: PUBLISH, events.SUBSCRIBE_ERROR: SUBSCRIBE}

_PROOF = {PUBLISH: events.PUBLISH_STARTED, SUBSCRIBE: events.SUBSCRIBE_STARTED}
"""An event that can happen only with the capability."""

_MARKS = (events.TOKEN_EXCHANGED, events.JOINED)
"""Events after which another token can be in force."""


class TokenSays(PlainClaim):
    """What is said where no token tells."""

    CAPABILITY_NOT_KNOWN = "needed_capability_not_known"
    NO_TIME = "token_in_force_without_time"
    SEVERAL_EXCHANGES = "several_exchanges_in_one_second"
    NO_EXCHANGE_READ = "no_exchange_before_is_read"
    JOINED_WITH = "token_it_joined_with"
    """It was not exchanged before, so the error is about the token it joined with."""


class TokenOpen(PlainClaim):
    """What stays unknown about the token in force."""

    WHICH_FIRST = "which_of_the_two_came_first"
    JOIN_TOKEN = "what_the_first_token_allows"  # noqa: S105 - a name of a claim


@frozen
class ExchangeBeside(Claim):
    """An exchange in the second of the error."""

    capability: str
    """The one that was needed."""
    before: bool | None
    """Whether the old token has it; None when the event does not say."""
    after: bool | None
    """Whether the new token has it."""


@frozen
class TokenInForce(Claim):
    """Whether the token that was in force since the last exchange has what was needed."""

    capability: str
    exchanged: Distance
    allowed: bool | None
    """None when the event does not say."""


@frozen
class CapabilityTaken(Claim):
    """An exchange took away what was needed."""

    capability: str
    taken: Distance
    last_exchanged: Distance | None
    """The last exchange, which did not give it back; None when it is the one that took it."""


@frozen
class WhoTook(Claim):
    """Unknown: who took a capability away. No source of AWS tells it."""

    capability: str
    user_id: str | None
    taken_at: datetime | None


@frozen
class StartedWithout(Claim):
    """Something started that the last token does not allow, so an exchange must be missing."""

    capability: str
    exchanged: Distance
    started: str
    """Name of the event."""


@frozen
class ReplacedToken(Claim):
    """Whether the token that a later exchange replaced has what was needed."""

    capability: str
    exchanged: Distance
    allowed: bool


@frozen
class AllowedBefore(Claim):
    """Something started that takes the capability, and it has had the same token since."""

    capability: str
    started: str
    """Name of the event."""
    started_at: Distance


@frozen
class RejoinedWith(Claim):
    """It joined again, and the token it joined with was not exchanged before the error."""

    joined: Distance


def token_in_force(context: EventContext) -> Iterator[Finding]:
    """Find the token in force at the error, and whether it allowed what was tried."""
    here, needed = context.refs(context.position), _NEEDED.get(context.event.name or "")
    if needed is None:
        yield Finding(TokenSays.CAPABILITY_NOT_KNOWN, Certainty.UNKNOWN, here)
    elif context.second is None or context.has_untimed(events.TOKEN_EXCHANGED):
        yield Finding(TokenSays.NO_TIME, Certainty.UNKNOWN, here)
    else:
        yield from _at(context, context.second, needed)


def _at(context: EventContext, second: int, needed: str) -> Iterator[Finding]:
    """Tell by the last exchange of the stay, else by the first one after the error."""
    inside = _distinct(context, context.within(second, second, *_MARKS))
    same = list(filter(context.is_tied, inside))
    if any(_is_tied(context, at, other) for at in same for other in inside if other not in same):
        # One whole second beside times with fractions: it can be before or after all of them.
        same = inside
    beside = _exchanges(context, same)
    if len(beside) > 1 or (beside and len(same) > len(beside)):
        yield _several(context, beside)
        return
    if beside:
        yield _same_second(context, beside[0], needed)
        return
    # A JOINED in the second of the error can begin its stay, or one after it.
    before = [] if same else _last_marks(context, second)
    exchanges = _exchanges(context, before)
    found = {allows(context.log[at].new_token, needed) for at in exchanges}
    if exchanges == before and len(found) == 1:
        yield from _exchanged(context, exchanges[-1], second, needed)
        return
    after = [] if same else _first_marks(context, second)
    replacing = _exchanges(context, after)
    if len(replacing) == len(after) == 1:
        allowed = allows(context.log[replacing[0]].previous_token, needed)
        if allowed is not None:
            yield _replaced_later(context, replacing[0], needed, allowed=allowed)
            return
    yield _never_exchanged(context, second, needed, before or same)


def _last_marks(context: EventContext, second: int) -> list[int]:
    """The last exchange or JOINED before the error, with all that are tied with it."""
    earlier = filter(context.is_before, context.until(second, *_MARKS))
    return _tied_with_first(context, earlier)


def _first_marks(context: EventContext, second: int) -> list[int]:
    """The first exchange or JOINED after the error, with all that are tied with it."""
    return _tied_with_first(context, filter(context.is_after, context.since(second, *_MARKS)))


def _tied_with_first(context: EventContext, positions: Iterator[int]) -> list[int]:
    first = next(positions, None)
    if first is None:
        return []
    own = takewhile(lambda at: _is_tied(context, first, at), positions)
    return _distinct(context, [first, *own])


def _is_tied(context: EventContext, one: int, other: int) -> bool:
    """Whether the times of two events leave their order open."""
    return distance_between(context.log.time_us(one), context.log.time_us(other)).is_tied


def _distinct(context: EventContext, positions: Iterable[int]) -> list[int]:
    """Each event once, also where the service lists it twice; in the order of their positions."""
    found: dict[Event, int] = {}
    for at in positions:
        found.setdefault(context.log[at], at)
    return sorted(found.values())


def _exchanges(context: EventContext, positions: list[int]) -> list[int]:
    return [at for at in positions if context.log.name(at) == events.TOKEN_EXCHANGED]


def _several(context: EventContext, exchanges: list[int]) -> Finding:
    refs = context.refs(*exchanges, context.position)
    return Finding(TokenSays.SEVERAL_EXCHANGES, Certainty.UNKNOWN, refs)


def _same_second(context: EventContext, exchange: int, needed: str) -> Finding:
    event = context.log[exchange]
    old, new = allows(event.previous_token, needed), allows(event.new_token, needed)
    refs = context.refs(exchange, context.position)
    claim = ExchangeBeside(needed, old, new)
    if old is not None and old is new:
        return Finding(claim, context.firm(), refs, context.open_pages, context.rest)
    is_told = old is not None and new is not None
    is_likely = is_told and not (new and _can_be_a_fault(context))
    certainty = Certainty.LIKELY if is_likely else Certainty.UNKNOWN
    return Finding(claim, certainty, refs, TokenOpen.WHICH_FIRST, context.rest)


def _can_be_a_fault(context: EventContext) -> bool:
    """Whether a documented fault refuses what the new token allows, right after an exchange."""
    client = context.facts.participant(context.scope)
    return client is None or any(
        issue.follows_exchange and issue.matches(client) for issue in KNOWN_ISSUES
    )


def _exchanged(context: EventContext, last: int, second: int, needed: str) -> Iterator[Finding]:
    allowed, away = allows(context.log[last].new_token, needed), context.to(last)
    if allowed is None:
        refs = context.refs(last, context.position)
        claim = TokenInForce(needed, away, None)
        yield Finding(claim, Certainty.UNKNOWN, refs, None, context.rest)
        return
    since = second_of(context.log, last) or 0
    proof = _last_between(context, _PROOF[needed], since, second)
    if not allowed and proof is not None:
        refs = context.refs(last, proof, context.position)
        started = StartedWithout(needed, away, _PROOF[needed])
        yield Finding(started, Certainty.UNKNOWN, refs, context.open_pages, context.rest)
        return
    taker = None if allowed else _taker(context, second, needed)
    shown = [last] if taker in {None, last} else [taker or 0, last]
    refs, unknown = context.refs(*shown, context.position), context.open_pages
    if taker is None:
        claim = TokenInForce(needed, away, allowed)
        yield Finding(claim, context.firm(), refs, unknown, context.rest)
        return
    taken = CapabilityTaken(needed, context.to(taker), None if taker == last else away)
    yield Finding(taken, context.firm(), refs, unknown, context.rest)
    yield who_took(context, taker, needed)


def who_took(context: EventContext, exchange: int, capability: str) -> Finding:
    """Say where to look for who took a capability away, which no source of AWS tells."""
    token = context.log[exchange].previous_token
    row = context.facts.summary(context.scope)
    user = (token and token.user_id) or (row and row.user_id) or None
    claim = WhoTook(capability, user, time_of(context.log, exchange))
    return Finding(claim, Certainty.UNKNOWN, context.refs(exchange))


def lost_by(exchange: Event) -> tuple[str, ...]:
    """The capabilities that an exchange took away; PUBLISH first."""
    old, new = exchange.previous_token, exchange.new_token
    return tuple(
        one for one in (PUBLISH, SUBSCRIBE) if allows(old, one) and allows(new, one) is False
    )


def _taker(context: EventContext, second: int, needed: str) -> int | None:
    """The exchange that took the capability away in this stay, unless a later one gave it back."""
    for at in filter(context.is_before, context.until(second, *_MARKS)):
        event = context.log[at]
        if event.name == events.JOINED or allows(event.new_token, needed) is not False:
            return None
        if allows(event.previous_token, needed):
            return at
    return None


def _replaced_later(context: EventContext, exchange: int, needed: str, *, allowed: bool) -> Finding:
    """The finding from the first exchange after the error, which names the token it replaced."""
    claim = ReplacedToken(needed, context.to(exchange), allowed)
    refs = context.refs(context.position, exchange)
    return Finding(claim, context.firm(), refs, context.open_pages, context.rest)


def _never_exchanged(context: EventContext, second: int, needed: str, marks: list[int]) -> Finding:
    """The finding about the token that it joined with.

    Args:
        context: The error.
        second: Its second.
        needed: The capability that it takes.
        marks: The last JOINED before it or in its second, perhaps beside exchanges.
    """
    here, joining = context.refs(context.position), TokenOpen.JOIN_TOKEN
    joined = next((at for at in marks if context.log.name(at) == events.JOINED), None)
    has_rejoined = joined is not None and _was_there_before(context, joined)
    since = -1 if joined is None else second_of(context.log, joined) or 0
    proof = _last_between(context, _PROOF[needed], since, second)
    beside = None
    if proof is None and joined is not None and not context.is_tied(joined):
        # In the second of joining it belongs to that stay, unless there was one before.
        beside = _last_between(context, _PROOF[needed], since - 1, second)
        proof = None if has_rejoined else beside
    exchanges = _exchanges(context, marks)
    if proof is not None and not exchanges:
        claim = AllowedBefore(needed, _PROOF[needed], context.to(proof))
        refs = context.refs(proof, context.position)
        return Finding(claim, context.firm(), refs, context.open_pages or joining, context.rest)
    if not context.complete:
        says = TokenSays.NO_EXCHANGE_READ
        return Finding(says, Certainty.UNKNOWN, here, joining, context.rest)
    if exchanges:
        return _several(context, exchanges)
    if joined is None or not has_rejoined:
        return Finding(TokenSays.JOINED_WITH, Certainty.LIKELY, here, joining)
    rejoined = RejoinedWith(context.to(joined))
    is_open = context.is_tied(joined) or beside is not None
    certainty = Certainty.UNKNOWN if is_open else Certainty.LIKELY
    return Finding(rejoined, certainty, context.refs(joined, context.position), joining)


def _was_there_before(context: EventContext, joined: int) -> bool:
    """Whether something of the participant is read from before it joined, or a LEFT beside it."""
    time, own = context.log.time_us(joined) or 0, context.log[joined]
    names = (events.JOINED, events.LEFT, *_PROOF.values(), events.TOKEN_EXCHANGED)
    earlier = context.until(second_of(context.log, joined) or 0, *names)
    turns = {events.JOINED, events.LEFT}
    return any(
        context.log.name(at) in turns or not distance_between(time, context.log.time_us(at)).is_tied
        for at in earlier
        if context.log[at] != own
    )


def _last_between(context: EventContext, name: str, after: int, before: int) -> int | None:
    """Position of the last event with a name after one second and before another one."""
    found = next(context.until(before - 1, name), None)
    return None if found is None or (second_of(context.log, found) or 0) <= after else found


def allows(token: ParticipantToken | None, capability: str) -> bool | None:
    """Whether a token has a capability; None when the answer does not say."""
    if token is None or token.capabilities is None:
        return None
    return capability in token.capabilities
