"""Findings from the SDK, browser and protocol of participants."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import filterfalse
from typing import Final

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import Participant
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import (
    SECOND_US,
    EventContext,
    ask_participant,
    distance_between,
    positions_named,
)
from ivscope.findings.finding import (
    Certainty,
    Claim,
    Finding,
    Lacking,
    PlainClaim,
    StaysUnknown,
)
from ivscope.findings.session_context import MANY, SessionContext
from ivscope.knowledge.known_issues import (
    AFTER_EXCHANGE_SECONDS,
    INSUFFICIENT_CAPABILITIES,
    KNOWN_ISSUES,
    RETURNS,
    KnownIssue,
)
from ivscope.provider.store.event_log import EventLog

_INGEST = frozenset({"RTMP", "RTMPS"})
_WHIP = "WHIP"

_MEDIA: Final = frozenset({"INVALID_AUDIO_CODEC", "INVALID_VIDEO_CODEC", "INVALID_INPUT"})
"""Error codes about codecs and tracks, which differ by protocol."""


class ClientSays(PlainClaim):
    """What is said about clients without values."""

    FACTS_NOT_READ = "encoder_or_browser_not_read"
    WHIP_WITH_SDK = "whip_with_an_sdk_version"
    NOT_TOLD = "encoder_or_sdk_not_told"
    FAULTS_NOT_COMPARED = "sdk_faults_not_compared"
    VERSIONS_NOT_READ = "sdk_versions_not_read"


class ClientOpen(PlainClaim):
    """What stays unknown about a client."""

    WHAT_IT_SENT = "what_the_sdk_was_told_to_send"
    IS_REASON = "whether_the_fault_is_the_reason"
    WHO_SENT_IT = "what_sent_it_behind_the_browser"
    TRACKS_AND_CODECS = "which_tracks_and_codecs_it_offered"


@frozen
class Encoder(Claim):
    """It came over a protocol of encoders, so the settings of the encoder matter."""

    protocol: str
    """RTMP, RTMPS or WHIP."""
    error_code: str


@frozen
class FromBrowser(Claim):
    """It joined from a browser, which does not tell what it sent."""

    browser: str


@frozen
class FromSdk(Claim):
    """It joined with an SDK outside a browser."""

    system: str | None
    """Name of the operating system."""
    sdk_version: str


@frozen
class BehindBrowser(Claim):
    """It joined from a browser, which by itself does not send what was refused."""

    browser: str
    error_code: str


@frozen
class DocumentedFault(Claim):
    """The client has a version with a documented fault that the event can be."""

    fault: str
    """Name of the `KnownIssue`."""
    sdk_version: str


@frozen
class FaultFits(Claim):
    """To how many errors of a session a documented fault fits."""

    fault: str
    """Name of the `KnownIssue`."""
    errors: int
    participants: int


@frozen
class FaultCondition(Claim):
    """Unknown: whether the further condition of a documented fault was given."""

    fault: str
    """Name of the `KnownIssue`."""


@frozen
class VersionFails(Claim):
    """How many participants with a version had errors, and how many of the others."""

    sdk_version: str
    system: str
    """Name of the operating system, or "browser"."""
    failed: int
    participants: int
    others_failed: int
    others: int


@frozen
class NoVersionFails(Claim):
    """No version failed more often than others, among those whose SDK and browser are read."""

    read: int


@frozen
class VersionIsReason(Claim):
    """Unknown: whether the version is the reason; and how many clients are known."""

    read: int
    listed: int


def encoder_or_browser(context: EventContext) -> Iterator[Finding]:
    """Say whether an encoder or a browser sent the media that was refused."""
    participant = context.facts.participant(context.scope)
    refs = context.refs(context.position)
    if participant is None:
        ask = ask_participant(context.scope, Lacking.PROTOCOL_SDK_AND_BROWSER)
        yield Finding(ClientSays.FACTS_NOT_READ, Certainty.UNKNOWN, refs, None, (ask,))
        return
    protocol, code = (participant.protocol or "").upper(), context.event.error_code or ""
    browser = participant.browser_name
    if protocol in _INGEST or (protocol == _WHIP and not browser):
        if protocol == _WHIP and participant.sdk_version:
            yield Finding(ClientSays.WHIP_WITH_SDK, Certainty.UNKNOWN, refs)
            return
        yield Finding(Encoder(protocol, code), Certainty.SHOWN, refs)
    elif browser and code in _MEDIA:
        unknown = ClientOpen.TRACKS_AND_CODECS
        yield Finding(FromBrowser(browser), Certainty.UNKNOWN, refs, unknown)
    elif browser and protocol != _WHIP:
        what = ClientOpen.WHO_SENT_IT
        yield Finding(BehindBrowser(browser, code), Certainty.LIKELY, refs, what)
    elif participant.sdk_version and not browser and protocol != _WHIP:
        sdk = FromSdk(participant.os_name or None, participant.sdk_version)
        yield Finding(sdk, Certainty.LIKELY, refs, ClientOpen.WHAT_IT_SENT)
    else:
        yield Finding(ClientSays.NOT_TOLD, Certainty.UNKNOWN, refs)


def documented_faults(context: EventContext) -> Iterator[Finding]:
    """Name the documented faults of the participant's SDK that the event can be."""
    exchange = _last_exchange(context)
    since = None if exchange is None else -(context.to(exchange).microseconds or 0) / SECOND_US
    name, code = context.event.name, context.event.error_code
    candidates = [issue for issue in KNOWN_ISSUES if issue.can_be(name, code, since)]
    if exchange is not None and is_explained(context.log, context.position, exchange):
        candidates = [issue for issue in candidates if not issue.follows_exchange]
    if not candidates:
        return
    participant = context.facts.participant(context.scope)
    if participant is None:
        if context.event.is_error:
            here = context.refs(context.position)
            ask = ask_participant(context.scope, Lacking.SDK_AND_BROWSER)
            says = ClientSays.FAULTS_NOT_COMPARED
            yield Finding(says, Certainty.UNKNOWN, here, None, (ask,))
        return
    for issue in candidates:
        if issue.matches(participant) and _fits_return(context, issue):
            rests = [exchange] if issue.follows_exchange and exchange is not None else []
            yield Finding(
                DocumentedFault(issue.name, participant.sdk_version or ""),
                _certainty(context, issue, exchange),
                context.refs(*rests, context.position),
                _open(context, issue),
            )


def _fits_return(context: EventContext, issue: KnownIssue) -> bool:
    """Whether the participant came back, or did not, as the fault requires."""
    if issue.returns is None:
        return True
    back = RETURNS.get(context.event.name or "")
    if back is None or context.second is None:
        return False
    if issue.returns:
        return any(map(context.is_after, context.since(context.second, back)))
    # A return in the same second may have come first, so it also counts as one.
    return not context.has_untimed(back) and not any(
        True for _ in context.since(context.second, back)
    )


def _certainty(context: EventContext, issue: KnownIssue, exchange: int | None) -> Certainty:
    """How sure it is that the fault is the reason: a version that has it is no proof.

    Only where the service refused what the token in force allows, no other reason is documented.
    """
    if not issue.follows_exchange or exchange is None or context.is_tied(exchange):
        return Certainty.UNKNOWN
    if context.event.error_code != INSUFFICIENT_CAPABILITIES:
        return Certainty.UNKNOWN
    second = (context.second or 0) - AFTER_EXCHANGE_SECONDS - 1
    turns = context.within(second, context.second or 0, events.JOINED, events.TOKEN_EXCHANGED)
    time = context.log.time_us(exchange)
    is_last = all(
        context.log[at] == context.log[exchange]
        or distance_between(context.log.time_us(at), time).is_after
        for at in turns
    )
    needed = PUBLISH if context.event.name == events.PUBLISH_ERROR else SUBSCRIBE
    is_allowed = allows(context.log[exchange].new_token, needed)
    return Certainty.LIKELY if is_last and is_allowed else Certainty.UNKNOWN


def _open(context: EventContext, issue: KnownIssue) -> StaysUnknown:
    if issue.open_condition is not None:
        return FaultCondition(issue.name)
    return context.open_pages or ClientOpen.IS_REASON


def _last_exchange(context: EventContext) -> int | None:
    """Position of the last token exchange before the event or in its second."""
    if context.second is None:
        return None
    found = context.until(context.second, events.TOKEN_EXCHANGED)
    return next(filterfalse(context.is_after, found), None)


def is_explained(log: EventLog, error: int, exchange: int) -> bool:
    """Whether the new token of an exchange lacks the capability, so that no fault is needed."""
    if log.error_code(error) != INSUFFICIENT_CAPABILITIES:
        return False
    needed = PUBLISH if log.name(error) == events.PUBLISH_ERROR else SUBSCRIBE
    return allows(log[exchange].new_token, needed) is False


FEWEST_OTHERS = 5
"""The fewest participants with other versions that a version is compared with."""

TIMES_AS_OFTEN = 2
"""A version is named if it failed at least so many times as often as the others."""

_Client = tuple[str, str]
"""System or "browser", and SDK version: SDKs number their versions apart."""


def sdk_versions(session: SessionContext) -> Iterator[Finding]:
    """Compare how often each SDK version had errors, among participants that are read."""
    failing = session.by_participant(session.errors)
    if not failing:
        return
    participants = _participants(session)
    asks = session.rest_of_clients
    read = {
        name: client for name, one in participants.items() if (client := _client(one)) is not None
    }
    everybody = Counter(read[name] for name in read if session.facts.is_read(name))
    failed = Counter(read[name] for name in read if session.facts.is_read(name) and name in failing)
    if not participants:
        says = ClientSays.VERSIONS_NOT_READ
        yield Finding(says, Certainty.UNKNOWN, (), session.partial, asks)
        return
    is_told = False
    for client, count in failed.most_common():
        same, others = everybody[client], everybody.total() - everybody[client]
        others_failed = failed.total() - count
        if count < MANY or others < FEWEST_OTHERS:
            continue
        if count * others < TIMES_AS_OFTEN * others_failed * same:
            continue
        rests = [own[0] for name, own in failing.items() if read.get(name) == client]
        claim = VersionFails(client[1], client[0], count, same, others_failed, others)
        unknown = VersionIsReason(len(participants), len(session.people))
        is_told = True
        yield Finding(claim, Certainty.SHOWN, session.refs(rests), unknown, asks)
    if asks and not is_told:
        so_far = NoVersionFails(len(participants))
        yield Finding(so_far, Certainty.UNKNOWN, (), session.partial, asks)


def _participants(session: SessionContext) -> dict[str, Participant]:
    found = ((name, session.facts.participant(name)) for name in session.people)
    return {name: one for name, one in found if one is not None}


def _client(participant: Participant) -> _Client | None:
    if not participant.sdk_version:
        return None
    system = "browser" if participant.browser_name else participant.os_name or "unknown"
    return system, participant.sdk_version


def matching_faults(session: SessionContext) -> Iterator[Finding]:
    """Name the documented faults that errors of the session can be, and count those errors."""
    participants = _participants(session)
    exchanges = session.by_participant(positions_named(session.log, (events.TOKEN_EXCHANGED,)))
    found: defaultdict[int, list[int]] = defaultdict(list)
    for at in session.errors:
        name = session.log.participant(at)
        one = None if name is None else participants.get(name)
        if name is None or one is None:
            continue
        own = exchanges.get(name, [])
        count = bisect_right(own, session.second(at), key=session.second)
        exchange = own[count - 1] if count else None
        for number, issue in enumerate(KNOWN_ISSUES):
            if _can_be(session, issue, at, exchange) and issue.matches(one):
                found[number].append(at)
    for number, positions in found.items():
        issue = KNOWN_ISSUES[number]
        claim = FaultFits(issue.name, len(positions), len(session.whose(positions)))
        condition = None if issue.open_condition is None else FaultCondition(issue.name)
        unknown = condition or session.partial or ClientOpen.IS_REASON
        yield Finding(claim, Certainty.UNKNOWN, session.refs(positions), unknown, session.rest)


def _can_be(session: SessionContext, issue: KnownIssue, error: int, exchange: int | None) -> bool:
    log = session.log
    since = None if exchange is None else session.second(error) - session.second(exchange)
    if not issue.can_be(log.name(error), log.error_code(error), since):
        return False
    if not issue.follows_exchange or exchange is None:
        return True
    return not is_explained(log, error, exchange)
