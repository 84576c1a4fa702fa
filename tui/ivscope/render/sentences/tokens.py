"""Sentences about tokens and leaving: capabilities, exchanges, what came right before LEFT."""

from collections.abc import Callable
from typing import Any, Final

from ivscope.domain.durations import round_duration
from ivscope.findings.capabilities import (
    AllowedBefore,
    CapabilityTaken,
    ExchangeBeside,
    RejoinedWith,
    ReplacedToken,
    StartedWithout,
    TokenInForce,
    TokenOpen,
    TokenSays,
    WhoTook,
)
from ivscope.findings.finding import Claim, PlainClaim
from ivscope.findings.leaving import (
    EndedWithLeaving,
    EndedWithPublisher,
    ErrorBeforeLeaving,
    ExchangeBeforeLeaving,
    JoinedAgain,
    LeavingOpen,
    LeavingSays,
    OthersLeft,
    SubscriptionEndedWith,
)
from ivscope.findings.token_exchange import (
    AfterGaining,
    ExchangeOpen,
    ExchangeSays,
    ExpiresEarlier,
    NoAttempt,
    NoStopAfterLosing,
    StoppedAfterLosing,
)
from ivscope.render.sentences.words import (
    INSIDE_THE_PUBLISHER,
    THE_PUBLISHER,
    Moment,
    Outside,
    Part,
    Text,
    counted,
    distance_words,
    span_words,
)

PLAIN: Final[dict[PlainClaim, str]] = {
    TokenSays.CAPABILITY_NOT_KNOWN: (
        "Which capability was missing is not known: no document ties it to this event."
    ),
    TokenSays.NO_TIME: "The token in force cannot be told: an event has no readable time.",
    TokenSays.SEVERAL_EXCHANGES: (
        "Several token exchanges are in one second: which came last is not known."
    ),
    TokenSays.NO_EXCHANGE_READ: "No token exchange before it is read so far.",
    TokenSays.JOINED_WITH: (
        "Its token was not exchanged before: the error is about the token it joined with."
    ),
    TokenOpen.WHICH_FIRST: "which of the two came first",
    TokenOpen.JOIN_TOKEN: "what the token that it joined with allows is not in the events",
    LeavingSays.NO_TIME: "LEFT has no readable time: nothing can be compared with it.",
    LeavingSays.JOINED_BESIDE: (
        "JOINED is in the same second: it came back at once, or came and went."
    ),
    LeavingSays.NO_REASON: "LEFT never says why.",
    LeavingOpen.REASONS: (
        "why: all of these look alike: it left, lost the connection or was disconnected; the stage "
        "was deleted; its token was used elsewhere, rejected in an exchange or revoked; it was "
        "removed from a shared connection"
    ),
    LeavingOpen.BY_PUBLISHER: "which of the two ended the subscription",
    LeavingOpen.SUBSCRIPTION_BECAUSE: "whether the subscription ended because of that",
    LeavingOpen.TOGETHER: (
        "what they share: a deleted stage (CloudTrail has DeleteStage), the end of the show and a "
        "network that they share look like this"
    ),
    LeavingOpen.BECAUSE: "whether it left because of that",
    LeavingOpen.FIRST_AND_BECAUSE: "which came first, and whether it left because of that",
    LeavingOpen.RECONNECT_OR_REUSE: (
        "why: a reconnect, and its token in use by a second connection, look like this"
    ),
    LeavingOpen.BY_ITSELF: (
        "whether it left by itself or lost the connection, or ended them right before"
    ),
    ExchangeOpen.STOP_MISSING: "whether a stop is missing, before the exchange or after it",
    ExchangeOpen.ANYWAY: "whether it would have stopped without the exchange",
    ExchangeOpen.BY_LEAVING: "whether the exchange or LEFT ended it",
    ExchangeSays.ANOTHER_BESIDE: (
        "Another token exchange is in the same second: which came last is not known."
    ),
    ExchangeSays.TOKEN_MISSING: (
        "One of the two tokens is not in the event: what changed cannot be told."
    ),
}


def _exchange_beside(claim: ExchangeBeside) -> Text:
    needed, before, after = claim.capability, claim.before, claim.after
    if before is None or after is None:
        told = f"{needed} is not told of both tokens."
        return (f"A token was exchanged in the same second; {told}",)
    if before is after:
        verb = "allow" if after else "do not allow"
        end = " They do not explain the error." if after else ""
        return (f"Both tokens of the exchange in the same second {verb} {needed}.{end}",)
    head = "The token exchange in the same second"
    if after:
        return (f"{head} gave {needed}: the attempt may have come before it.",)
    return (f"{head} took {needed} away.",)


def _token_in_force(claim: TokenInForce) -> Text:
    away = distance_words(claim.exchanged)
    if claim.allowed is None:
        return (
            f"Whether the token exchanged {away} allows {claim.capability} is not in the event.",
        )
    head = f"The token in force since the exchange {away}"
    if claim.allowed:
        return (f"{head} allows {claim.capability}: it does not explain the error.",)
    return (f"{head} does not allow {claim.capability}.",)


def _capability_taken(claim: CapabilityTaken) -> Text:
    text = f"The token exchange {distance_words(claim.taken)} took {claim.capability} away"
    if claim.last_exchanged is None:
        return (f"{text}.",)
    return (f"{text}; the last one, {distance_words(claim.last_exchanged)}, did not give it back.",)


def _who_took(claim: WhoTook) -> Text:
    head = f"Who took {claim.capability} away: IVS does not say, and CloudTrail has no record of a"
    return (f"{head} token signed with your own key. ", *_search_the_log(claim))


def _search_the_log(claim: WhoTook) -> Text:
    """Where it is told who took a capability away.

    That second counts too: the time of the exchange is that of a whole second.
    """
    who: Part = "this participant" if claim.user_id is None else Outside(claim.user_id)
    until: Text = () if claim.taken_at is None else (" up to ", Moment(claim.taken_at))
    return ("Search your backend's log for ", who, *until, ".")


NEXT_STEPS: Final[dict[type[Claim], Callable[[Any], Text]]] = {WhoTook: _search_the_log}
"""What to do next after a finding, where that is more than the general advice."""


def _started_without(claim: StartedWithout) -> Text:
    head = f"The last exchange, {distance_words(claim.exchanged)}, left no {claim.capability}"
    end = "a later token must have been in force, and its exchange is not in the events."
    return (f"{head}, yet {claim.started} follows it: {end}",)


def _replaced_token(claim: ReplacedToken) -> Text:
    verb = "allowed" if claim.allowed else "did not allow"
    end = ": it does not explain the error." if claim.allowed else "."
    away = distance_words(claim.exchanged)
    return (f"The token that was replaced {away} {verb} {claim.capability}{end}",)


def _allowed_before(claim: AllowedBefore) -> Text:
    head = f"{claim.started} {distance_words(claim.started_at)}, and no token exchange is read"
    return (f"{head} between: the token allowed {claim.capability} then.",)


def _rejoined_with(claim: RejoinedWith) -> Text:
    head = f"It joined again {distance_words(claim.joined)}, and no token was exchanged since"
    return (f"{head}: the error is about the token it joined with then.",)


def _joined_again(claim: JoinedAgain) -> Text:
    later = span_words(claim.joined.microseconds or 0)
    return (f"It joined again {later} later, as the same participant.",)


def _exchange_before_leaving(claim: ExchangeBeforeLeaving) -> Text:
    away = distance_words(claim.exchanged)
    return (f"A token exchange took {' and '.join(claim.lost)} away {away}.",)


def _error_before_leaving(claim: ErrorBeforeLeaving) -> Text:
    code = () if claim.error_code is None else (Outside(claim.error_code), " ")
    return (Outside(claim.event_name), " ", *code, f"is {distance_words(claim.happened)}.")


def _ended_with_leaving(claim: EndedWithLeaving) -> Text:
    parts = [counted(claim.subscriptions, "subscription")] if claim.subscriptions else []
    parts += ["its publishing"] if claim.publishing else []
    ended = " and ".join(parts).capitalize()
    return (f"{ended} ended in the same second, as at every LEFT.",)


def _subscription_ended_with(claim: SubscriptionEndedWith) -> Text:
    if not (claim.publisher_stopped or claim.publisher_left):
        return ("It left in the same second.",)
    ended = f" {'stopped publishing' if claim.publisher_stopped else 'left'} in "
    if claim.left:
        its = ("It left in the same second, and ", INSIDE_THE_PUBLISHER)
        return (*its, f"{ended}that second too.")
    return (THE_PUBLISHER, f"{ended}the same second.")


def _ended_with_publisher(claim: EndedWithPublisher) -> Text:
    ended = f"{counted(claim.subscriptions, 'subscription')} ended in the same second"
    whose = "whose publisher" if claim.subscriptions == 1 else "whose publishers"
    return (f"{ended}, {whose} stopped in that second too.",)


def _others_left(claim: OthersLeft) -> Text:
    return (f"{counted(claim.participants, 'other participant')} left within a second of it.",)


def _no_attempt(claim: NoAttempt) -> Text:
    end = "." if claim.is_read else " is read so far."
    if claim.next_attempt is not None:
        end = f"; the next one is {distance_words(claim.next_attempt)}."
    within = f"No attempt to publish within {claim.within_seconds} s"
    return (f"{within} after it gained PUBLISH{end}",)


def _after_gaining(claim: AfterGaining) -> Text:
    code = () if claim.error_code is None else (" ", Outside(claim.error_code))
    return (
        f"It gained PUBLISH, and {claim.event_name}",
        *code,
        f" is {distance_words(claim.happened)}.",
    )


def _stopped_after_losing(claim: StoppedAfterLosing) -> Text:
    told = "Losing PUBLISH ended its publishing:" if claim.is_cause else "It lost PUBLISH, and"
    return (f"{told} PUBLISH_STOPPED is {distance_words(claim.stopped)}.",)


def _no_stop_after_losing(claim: NoStopAfterLosing) -> Text:
    end = "." if claim.is_read else " in what is read."
    return (f"It lost PUBLISH while publishing, and no PUBLISH_STOPPED follows soon{end}",)


def _expires_earlier(claim: ExpiresEarlier) -> Text:
    earlier = round_duration(claim.earlier_us / 1_000_000)
    end = ": to join after that it needs another token, to stay it does not."
    if claim.joined is not None:
        end += f" {claim.next_join} is {distance_words(claim.joined)}."
    return (f"The new token expires {earlier} earlier, at ", Moment(claim.expires), end)


SENTENCES: Final[dict[type[Claim], Callable[[Any], Text]]] = {
    ExchangeBeside: _exchange_beside,
    TokenInForce: _token_in_force,
    CapabilityTaken: _capability_taken,
    WhoTook: _who_took,
    StartedWithout: _started_without,
    ReplacedToken: _replaced_token,
    AllowedBefore: _allowed_before,
    RejoinedWith: _rejoined_with,
    JoinedAgain: _joined_again,
    ExchangeBeforeLeaving: _exchange_before_leaving,
    ErrorBeforeLeaving: _error_before_leaving,
    EndedWithLeaving: _ended_with_leaving,
    EndedWithPublisher: _ended_with_publisher,
    SubscriptionEndedWith: _subscription_ended_with,
    OthersLeft: _others_left,
    NoAttempt: _no_attempt,
    AfterGaining: _after_gaining,
    StoppedAfterLosing: _stopped_after_losing,
    NoStopAfterLosing: _no_stop_after_losing,
    ExpiresEarlier: _expires_earlier,
}
