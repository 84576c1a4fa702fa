"""TOKEN_EXCHANGED: what came after it, and all tokens of the stay with what happened under each.

Long because the exchange, and what each token of the stay allowed, are told from the same events.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice, pairwise

from ivscope.analysis.intervals import Why
from ivscope.analysis.timed_events import (
    LATEST,
    Wanted,
    count_of,
    timed_events,
    untimed_events,
)
from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.times import to_microseconds
from ivscope.domain.tokens import PUBLISH, ParticipantToken
from ivscope.findings.capabilities import TokenOpen, allows, lost_by, who_took
from ivscope.findings.event_context import (
    SECOND_US,
    EventContext,
    distance_between,
    positions_within,
    second_of,
    time_of,
)
from ivscope.findings.finding import (
    Certainty,
    Claim,
    Distance,
    Finding,
    PlainClaim,
    StaysUnknown,
)
from ivscope.findings.publishing import STOP_SECONDS, State, publishing_in
from ivscope.provider.store.event_log import EventLog

FOLLOWS_SECONDS = 30
"""Seconds within which a client that has gained PUBLISH usually begins to publish."""


class ExchangeSays(PlainClaim):
    """What is said about an exchange without values."""

    ANOTHER_BESIDE = "another_exchange_in_the_second"
    TOKEN_MISSING = "exchange_without_both_tokens"  # noqa: S105 - a name of a claim


class ExchangeOpen(PlainClaim):
    """What stays unknown after an exchange."""

    STOP_MISSING = "whether_a_stop_is_missing"
    ANYWAY = "whether_it_would_have_stopped_anyway"
    BY_LEAVING = "whether_the_exchange_or_leaving_ended_it"


@frozen
class NoAttempt(Claim):
    """It did not try to publish after it gained PUBLISH."""

    within_seconds: int
    is_read: bool
    """Whether that time is read; else it is only not seen so far."""
    next_attempt: Distance | None = None
    """The first one after that time; None when there is none, or the time is not read."""


@frozen
class AfterGaining(Claim):
    """What happened first after it gained PUBLISH."""

    event_name: str
    error_code: str | None
    happened: Distance


@frozen
class StoppedAfterLosing(Claim):
    """It stopped publishing soon after it lost PUBLISH."""

    stopped: Distance
    is_cause: bool
    """Whether losing PUBLISH is likely why."""


@frozen
class NoStopAfterLosing(Claim):
    """It lost PUBLISH while publishing, and nothing says that it stopped."""

    is_read: bool
    """Whether the time soon after is read; else it is only not seen so far."""


@frozen
class ExpiresEarlier(Claim):
    """The new token expires before the old one would have."""

    earlier_us: int
    expires: datetime
    next_join: str | None
    """JOINED or JOIN_ERROR after it expired, whichever came first; None when there is none."""
    joined: Distance | None


def token_exchanged(context: EventContext) -> Iterator[Finding]:
    """Say what happened after the exchange."""
    event, here = context.event, context.refs(context.position)
    if event.previous_token is None or event.new_token is None:
        yield Finding(ExchangeSays.TOKEN_MISSING, Certainty.UNKNOWN, here)
        return
    before, after = allows(event.previous_token, PUBLISH), allows(event.new_token, PUBLISH)
    beside = _beside(context) if None not in {before, after} and before is not after else []
    if beside:
        refs = context.refs(context.position, *beside)
        yield Finding(ExchangeSays.ANOTHER_BESIDE, Certainty.UNKNOWN, refs)
    elif context.second is not None and before is False and after:
        yield from _gained(context, context.second)
    elif context.second is not None and before and after is False:
        yield from _lost(context, context.second)
    lost = lost_by(event)
    if lost:
        yield who_took(context, context.position, lost[0])
    yield from _shortened(context)


def _beside(context: EventContext) -> list[int]:
    """Positions of other token exchanges in the second of this one."""
    if context.second is None:
        return []
    found = context.within(context.second, context.second, events.TOKEN_EXCHANGED)
    # The same event can stand twice in the answer.
    return [at for at in found if context.is_tied(at) and context.log[at] != context.event]


def _gained(context: EventContext, second: int) -> Iterator[Finding]:
    names = (events.PUBLISH_STARTED, events.PUBLISH_ERROR, events.TOKEN_EXCHANGED, events.LEFT)
    first = next(
        (
            at
            for at in context.since(second, *names)
            if context.log[at] != context.event and not context.is_before(at)
        ),
        None,
    )
    if first is None or (second_of(context.log, first) or 0) > second + FOLLOWS_SECONDS:
        is_read = context.known_log.is_settled(second + FOLLOWS_SECONDS)
        certainty = Certainty.SHOWN if is_read else Certainty.UNKNOWN
        attempts = context.since(
            second + FOLLOWS_SECONDS, events.PUBLISH_STARTED, events.PUBLISH_ERROR
        )
        later = [*islice(attempts, 1)] if is_read else []
        nothing = NoAttempt(FOLLOWS_SECONDS, is_read, context.to(later[0]) if later else None)
        refs = context.refs(context.position, *later)
        yield Finding(nothing, certainty, refs, context.open_pages, context.rest)
        return
    name, code = context.log.name(first), context.log.error_code(first)
    claim = AfterGaining(name or "", code or None, context.to(first))
    certainty = Certainty.SHOWN if context.complete else Certainty.LIKELY
    unknown: StaysUnknown | None = context.open_pages
    if context.is_tied(first) and not _needs_exchange(context, second, first):
        certainty, unknown = Certainty.UNKNOWN, TokenOpen.WHICH_FIRST
    refs = context.refs(context.position, first)
    yield Finding(claim, certainty, refs, unknown, context.rest)


def _needs_exchange(context: EventContext, second: int, started: int) -> bool:
    """Whether something in the second of the exchange can only have come after it.

    Publishing cannot start without PUBLISH, unless another exchange or stay is in that second.
    """
    turns = (events.TOKEN_EXCHANGED, events.JOINED, events.LEFT)
    beside = filter(context.is_tied, context.within(second, second, *turns))
    is_alone = all(context.log[at] == context.event for at in beside)
    return context.log.name(started) == events.PUBLISH_STARTED and is_alone


def _lost(context: EventContext, second: int) -> Iterator[Finding]:
    until = second + FOLLOWS_SECONDS
    stops = [
        at
        for at in context.within(second, until, events.PUBLISH_STOPPED)
        if not context.is_before(at)
    ]
    if stops:
        yield _stopped(context, stops[0])
        return
    found = publishing_in(context.known_log, (context.log.time_us(context.position) or 0) - 1)
    is_open = found.state is State.UNSURE and found.why is Why.PUBLISH_TAKEN
    if not (is_open or found.state is State.ON) or found.start is None:
        return
    is_read = context.known_log.is_settled(second + FOLLOWS_SECONDS)
    rests = context.refs(found.start, context.position)
    certainty = Certainty.LIKELY if is_read else Certainty.UNKNOWN
    unknown = context.open_pages or ExchangeOpen.STOP_MISSING
    yield Finding(NoStopAfterLosing(is_read), certainty, rests, unknown, context.rest)


def _stopped(context: EventContext, stop: int) -> Finding:
    distance, refs = context.to(stop), context.refs(context.position, stop)
    claim = StoppedAfterLosing(distance, is_cause=False)
    at = second_of(context.log, stop) or 0
    time = context.log.time_us(stop)
    if context.is_tied(stop):
        return Finding(claim, Certainty.UNKNOWN, refs, TokenOpen.WHICH_FIRST)
    leaves = context.within(context.second or 0, at, events.LEFT)
    if any(distance_between(time, context.log.time_us(one)).is_tied for one in leaves):
        return Finding(claim, Certainty.UNKNOWN, refs, ExchangeOpen.BY_LEAVING)
    if (distance.microseconds or 0) <= STOP_SECONDS * SECOND_US:
        likely = StoppedAfterLosing(distance, is_cause=True)
        return Finding(likely, Certainty.LIKELY, refs, ExchangeOpen.ANYWAY)
    return Finding(claim, Certainty.UNKNOWN, refs, ExchangeOpen.ANYWAY)


def _shortened(context: EventContext) -> Iterator[Finding]:
    old = context.event.previous_token and context.event.previous_token.expiration_time
    new = context.event.new_token and context.event.new_token.expiration_time
    if not isinstance(old, datetime) or not isinstance(new, datetime) or new >= old:
        return
    following = timed_events(
        context.log,
        lambda kind: kind.name in {events.JOINED, events.JOIN_ERROR},
        since=to_microseconds(new),
    )
    later = [*islice(following, 1)]
    name = context.log.name(later[0]) if later else None
    joined = context.to(later[0]) if later else None
    claim = ExpiresEarlier((old - new) // timedelta(microseconds=1), new, name, joined)
    yield Finding(claim, Certainty.SHOWN, context.refs(context.position, *later))


@frozen
class Published:
    """Publishing while a token was in force."""

    start: datetime
    end: datetime | None
    """None when no end is read that belongs to it for certain."""


@frozen
class HeldToken:
    """A token of a stay, and what happened while it was in force."""

    token: ParticipantToken | None
    """None when the event does not give it."""
    since: datetime | None
    """When it was given: at JOINED, or at an exchange. None when that is not read."""
    is_joined: bool
    """Whether it is the one that it joined with."""
    published: tuple[Published, ...] = ()
    """What began while it was in force, or went on from before. Of one second no order is known:
    what began in the second of an exchange counts for the new token."""
    errors: tuple[tuple[str, int], ...] = ()
    """Codes of its errors and how many of each, the most first; no code is an empty one."""
    is_error_tied: bool = False
    """Whether one of them is in the second of the exchange, and may have been before it."""


@frozen
class TokenHistory:
    """The tokens of one stay, oldest first."""

    tokens: tuple[HeldToken, ...]
    at: int
    """Which of them the exchange gave."""
    is_all_read: bool
    """Whether the events are read to the end: else there can be more of everything."""


_MOST_LOOKED_AT = 1_000
"""At most so many events of a stay are looked at, since the detail asks on every cursor move."""


def token_history(context: EventContext) -> TokenHistory | None:
    """All tokens of the stay of an exchange.

    None when the event is no exchange, an exchange has no readable time, one is missing between
    two others, or there is too much to look at.
    """
    if context.event.name != events.TOKEN_EXCHANGED or context.second is None:
        return None
    names = (events.TOKEN_EXCHANGED, events.JOINED, events.LEFT, events.PUBLISH_STARTED)
    untimed = untimed_events(context.log, lambda kind: kind.is_error)
    if context.has_untimed(*names, events.PUBLISH_STOPPED) or any(True for _ in untimed):
        return None
    first, last = _stay(context)
    if _is_too_much(context, first, last):
        return None
    exchanges = _exchanges(context, first, last)
    if exchanges is None or not _are_linked(context, exchanges):
        return None
    joined = next(context.until(first, events.JOINED), None)
    since = None if joined is None else time_of(context.log, joined)
    begins = [first, *(second_of(context.log, at) or first for at in exchanges)]
    published, errors = _published(context, first, last), _errors(context, begins, last)
    if published is None:
        return None
    tokens = [HeldToken(context.log[exchanges[0]].previous_token, since, is_joined=True)]
    tokens += [
        HeldToken(context.log[at].new_token, time_of(context.log, at), is_joined=False)
        for at in exchanges
    ]
    ends = [*begins[1:], last + 1]
    held = tuple(
        replace(
            token,
            published=tuple(one for one in published if _is_during(one, begin, end)),
            errors=tuple(counts.by_code.most_common()),
            is_error_tied=counts.is_tied,
        )
        for token, begin, end, counts in zip(tokens, begins, ends, errors, strict=True)
    )
    own = next(at for at in exchanges if context.log[at] == context.event)
    return TokenHistory(held, exchanges.index(own) + 1, context.complete)


def _stay(context: EventContext) -> tuple[int, int]:
    """The first and the last second of the stay of the exchange, as far as it is read."""
    second = context.second or 0
    joined = next(context.until(second, events.JOINED), None)
    first = None if joined is None else second_of(context.log, joined)
    ends = (events.LEFT, events.JOINED)
    left = next(context.since(second + 1, *ends), None)
    last = None if left is None else second_of(context.log, left)
    return (
        0 if first is None else first,
        LATEST // SECOND_US - 1 if last is None else last,
    )


def _is_too_much(context: EventContext, first: int, last: int) -> bool:
    """Whether a stay has too many errors, or starts or stops of publishing.

    What the log has most of is looked at first: that is over the soonest.
    """
    log = context.log
    kinds: list[Wanted] = [
        lambda kind: kind.is_error,
        lambda kind: kind.name == events.PUBLISH_STARTED,
        lambda kind: kind.name == events.PUBLISH_STOPPED,
    ]
    for wanted in sorted(kinds, key=partial(count_of, log), reverse=True):
        if count_of(log, wanted) <= _MOST_LOOKED_AT:
            return False
        found = _during(log, wanted, first, last)
        if next(islice(found, _MOST_LOOKED_AT, None), None) is not None:
            return True
    return False


def _during(log: EventLog, wanted: Wanted, first: int, last: int) -> Iterator[int]:
    since, until = first * SECOND_US, (last + 1) * SECOND_US - 1
    return timed_events(log, wanted, since=since, until=until)


def _exchanges(context: EventContext, first: int, last: int) -> list[int] | None:
    """The exchanges between two seconds, without those that are there twice; None for too many."""
    log = context.log
    found: dict[Hashable, int] = {}
    for at in positions_within(log, (events.TOKEN_EXCHANGED,), since=first, until=last):
        found.setdefault(log.key(at), at)
        if len(found) > _MOST_LOOKED_AT:
            return None
    return list(found.values())


def _are_linked(context: EventContext, exchanges: list[int]) -> bool:
    """Whether each exchange replaced the token that the one before gave, in distinct seconds."""
    seconds = [second_of(context.log, at) for at in exchanges]
    pairs = pairwise(context.log[at] for at in exchanges)
    is_linked = all(one.new_token == other.previous_token for one, other in pairs)
    return is_linked and len(set(seconds)) == len(seconds)


def _published(context: EventContext, first: int, last: int) -> list[Published] | None:
    """All publishing of a stay; None when a start is missing."""
    starts = context.within(first, last, events.PUBLISH_STARTED)
    stops = context.within(first, last, events.PUBLISH_STOPPED)
    if any(span is None or span.other is None for span in map(context.span, stops)):
        return None
    published: list[Published] = []
    for at in starts:
        span, start = context.span(at), time_of(context.log, at)
        if span is not None and start is not None:
            published.append(Published(start, span.other_time if span.why is None else None))
    return published


@dataclass(slots=True)
class _Errors:
    """The errors under one token."""

    by_code: Counter[str]
    is_tied: bool = False


def _errors(context: EventContext, begins: list[int], last: int) -> list[_Errors]:
    """The errors under each token."""
    counts = [_Errors(Counter()) for _ in begins]
    for at in _during(context.log, lambda kind: kind.is_error, begins[0], last):
        second = second_of(context.log, at) or 0
        held = bisect_right(begins, second) - 1
        counts[held].by_code[context.log.error_code(at) or ""] += 1
        counts[held].is_tied |= held > 0 and second == begins[held]
    return counts


def _is_during(one: Published, begin: int, end: int) -> bool:
    """Whether publishing began between two seconds, or went on for certain after the first."""
    started = to_microseconds(one.start) // SECOND_US
    if begin <= started < end:
        return True
    return started < begin and one.end is not None and to_microseconds(one.end) // SECOND_US > begin
