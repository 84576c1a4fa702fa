"""When findings about clients, tokens, keys and leaving are true in a simulated world."""

from ivscope.domain import events as names
from ivscope.findings.capabilities import (
    AllowedBefore,
    CapabilityTaken,
    ExchangeBeside,
    RejoinedWith,
    ReplacedToken,
    TokenInForce,
    TokenSays,
)
from ivscope.findings.client import (
    BehindBrowser,
    DocumentedFault,
    Encoder,
    FaultFits,
    FromSdk,
    VersionFails,
)
from ivscope.findings.leaving import (
    EndedWithLeaving,
    EndedWithPublisher,
    ErrorBeforeLeaving,
    ExchangeBeforeLeaving,
    JoinedAgain,
    LeavingSays,
    OthersLeft,
    SubscriptionEndedWith,
)
from ivscope.findings.stream_keys import KeySays, OtherWas, SameConfiguration, WorkedLater
from ivscope.findings.token_exchange import (
    AfterGaining,
    NoAttempt,
    NoStopAfterLosing,
    StoppedAfterLosing,
)
from support.judged_case import (
    Case,
    both,
    came_after,
    came_before,
    cause,
    in_one_moment,
    judged,
    mostly,
    negated,
    no_cause,
)
from support.simulator.causes import Cause
from support.simulator.stage import SECOND


def _token_lacks(case: Case) -> bool:
    token = case.history.token_of(case.number)
    return token is not None and case.needed not in (token.capabilities or ())


def _token_had_it(case: Case) -> bool:
    """When it last published or was subscribed, which is the first of the evidence."""
    token = case.history.token_of(case.refs[0])
    return token is not None and case.needed in (token.capabilities or ())


def _token_joined_with(case: Case) -> bool:
    """Whether no exchange came between joining and the error."""
    own = [one for one in case.history.numbers_of(case.here.participant_id) if one < case.number]
    told = [case.history.happenings[one].event.name for one in own]
    joined = max((at for at, name in enumerate(told) if name == names.JOINED), default=0)
    return _token_lacks(case) and names.TOKEN_EXCHANGED not in told[joined:]


def _sibling_publishes(case: Case) -> bool:
    return case.history.is_publishing(case.said.participant_id, case.time)


def _is_encoder(case: Case) -> bool:
    return case.history.client_of(case.here.participant_id).is_encoder


def _nothing_within_half_a_minute(case: Case) -> bool:
    wanted = {names.PUBLISH_STARTED, names.PUBLISH_ERROR}
    room = (case.said.within_seconds - 1) * SECOND
    return not any(
        case.history.happenings[one].event.name in wanted
        and 0 < case.history.happenings[one].time - case.time < room
        for one in case.history.numbers_of(case.here.participant_id)
        if one > case.number
    )


def _failing_of_version(case: Case) -> bool:
    """Whether at least so many participants with such a client have errors."""
    failing = {one.participant_id for one in case.history.happenings if one.event.is_error}
    clients = [case.history.client_of(name) for name in failing]
    client = (case.said.sdk_version, case.said.system)
    alike = [
        one
        for one in clients
        if (one.sdk_version, "browser" if one.browser_name else one.os_name) == client
    ]
    return bool(case.said.failed <= len(alike))


def _stop_by_exchange(case: Case) -> bool:
    stops = case.is_named(names.PUBLISH_STOPPED)
    return all(case.history.cause_of(one) is Cause.CAPABILITY_LOST for one in stops)


def _ended_by_leaving(case: Case) -> bool:
    """Whether every end in the evidence has the reason that LEFT has."""
    return all(case.history.cause_of(one) is case.cause for one in case.refs)


def _others_left(case: Case) -> bool:
    """Whether so many others left near it, and nobody is among the evidence twice."""
    people = {case.history.happenings[one].participant_id for one in case.refs}
    room = case.history.laws.clocks_apart + 2 * SECOND
    times = [case.history.happenings[one].time for one in case.refs]
    return case.said.participants >= len(people) and all(
        abs(time - case.time) <= room for time in times
    )


def _near_by_the_clocks(case: Case) -> bool:
    """Whether the evidence lies within a second, as far as the clocks of several people agree."""
    times = [case.history.happenings[one].time for one in case.refs]
    return max(times) - min(times) < SECOND + case.history.laws.clocks_apart


def _publishes(case: Case) -> bool:
    """Until right before what the finding is about."""
    return case.history.is_publishing(case.here.participant_id, case.time - 1)


ERRORS = (names.PUBLISH_ERROR, names.SUBSCRIBE_ERROR)

CLIENT_CLAIMS = (
    judged(
        "capabilities: lacking",
        (CapabilityTaken, TokenInForce, ReplacedToken),
        _token_lacks,
        when=lambda claim: isinstance(claim, CapabilityTaken) or claim.allowed is False,
        believed=True,
    ),
    judged(
        "capabilities: lacking",
        ExchangeBeside,
        _token_lacks,
        when=lambda claim: claim.after is False and claim.before is not None,
        believed=True,
    ),
    judged(
        "capabilities: does not explain",
        (TokenInForce, ReplacedToken),
        negated(_token_lacks),
        when=lambda claim: claim.allowed is True,
        excludes=True,
    ),
    judged(
        "capabilities: does not explain",
        ExchangeBeside,
        negated(_token_lacks),
        when=lambda claim: claim.before is claim.after is True,
        excludes=True,
    ),
    judged(
        "capabilities: joined with",
        (TokenSays.JOINED_WITH, RejoinedWith),
        _token_joined_with,
        believed=True,
    ),
    judged(
        "capabilities: attempt came first",
        ExchangeBeside,
        _token_lacks,
        when=lambda claim: claim.before is False and claim.after is True,
        believed=True,
    ),
    judged("capabilities: proved", AllowedBefore, _token_had_it),
    judged("capabilities: still allowed", AllowedBefore, negated(_token_lacks), excludes=True),
    judged("leaving: came back", JoinedAgain, came_after(names.JOINED)),
    judged("leaving: joined beside", LeavingSays.JOINED_BESIDE, in_one_moment),
    judged("leaving: exchange before", ExchangeBeforeLeaving, came_before(names.TOKEN_EXCHANGED)),
    judged(
        "leaving: because of the exchange",
        ExchangeBeforeLeaving,
        cause(Cause.AFTER_EXCHANGE),
        believed=True,
    ),
    judged("leaving: error before", ErrorBeforeLeaving, came_before(*ERRORS)),
    judged(
        "leaving: because of the error",
        ErrorBeforeLeaving,
        cause(Cause.AFTER_ERROR),
        believed=True,
    ),
    judged("leaving: ended with it", EndedWithLeaving, in_one_moment),
    judged("leaving: ended by it", EndedWithLeaving, _ended_by_leaving, believed=True),
    judged("leaving: ended with its publisher", EndedWithPublisher, in_one_moment),
    judged("subscription: ended with", SubscriptionEndedWith, _near_by_the_clocks),
    judged("leaving: others too", OthersLeft, _others_left),
    judged("exchange: no attempt", NoAttempt, _nothing_within_half_a_minute),
    judged(
        "exchange: gained, then",
        AfterGaining,
        came_after(names.PUBLISH_STARTED, names.PUBLISH_ERROR, names.LEFT),
    ),
    judged("exchange: lost, then stop", StoppedAfterLosing, _stop_by_exchange, believed=True),
    judged("exchange: lost, no stop", NoStopAfterLosing, _publishes),
    judged(
        "encoder: its settings",
        Encoder,
        both(_is_encoder, cause(Cause.SETTINGS)),
        when=lambda claim: "STREAM_KEY" not in claim.error_code,
        believed=True,
    ),
    judged(
        "encoder: with a key",
        Encoder,
        _is_encoder,
        when=lambda claim: "STREAM_KEY" in claim.error_code,
    ),
    judged("encoder: an SDK", FromSdk, negated(_is_encoder)),
    judged("encoder: browser", BehindBrowser, cause(Cause.SETTINGS)),
    judged(
        "SDK at an error: fault",
        (DocumentedFault, FaultFits),
        mostly(Cause.SDK_FAULT),
        about="error",
        believed=True,
    ),
    judged(
        "SDK at LEFT: fault",
        DocumentedFault,
        cause(Cause.CONNECTION_LOST),
        about=names.LEFT,
        believed=True,
    ),
    judged("versions: failing", VersionFails, _failing_of_version),
    judged(
        "keys: sibling publishing",
        SameConfiguration,
        both(_sibling_publishes, cause(Cause.KEY_IN_USE_HERE)),
        when=lambda claim: claim.then is OtherWas.PUBLISHING,
        believed=True,
    ),
    judged(
        "keys: sibling not publishing",
        SameConfiguration,
        negated(_sibling_publishes),
        when=lambda claim: claim.then is OtherWas.NOT_PUBLISHING,
    ),
    judged(
        "keys: nobody else",
        (KeySays.NOBODY_ELSE, KeySays.NOBODY_AS_LISTED),
        no_cause(Cause.KEY_IN_USE_HERE),
        excludes=True,
    ),
    judged("keys: worked later", WorkedLater, came_after(names.PUBLISH_STARTED)),
)
