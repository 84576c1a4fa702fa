"""Findings from the SDK, browser and protocol of participants."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import filterfalse

from ivscope.domain import events
from ivscope.domain.stages import Participant
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import EventContext, ask_participant, positions_named
from ivscope.findings.finding import (
    Ask,
    Certainty,
    FactKey,
    FactKind,
    Finding,
    Lacking,
    Outside,
    Part,
    Text,
)
from ivscope.findings.session_context import MANY, SessionContext
from ivscope.knowledge.known_issues import (
    INSUFFICIENT_CAPABILITIES,
    KNOWN_ISSUES,
    RETURNS,
    KnownIssue,
)
from ivscope.provider.store.event_log import EventLog

_WEB_LIMITS = {
    "BITRATE_EXCEEDED": "at most 2,500 kbps",
    "RESOLUTION_EXCEEDED": "at most 1280 pixels a side",
}
"""The most that the web SDK sends (web SDK 1.41.0: STAGE_MAX_BITRATE, STAGE_MAX_RESOLUTION)."""

_INGEST = frozenset({"RTMP", "RTMPS"})
_WHIP = "WHIP"

_NEEDED = {
    "INVALID_AUDIO_CODEC": ("audio in AAC-LC", "audio in Opus"),
    "INVALID_VIDEO_CODEC": ("video in H.264", "video in H.264"),
    "INVALID_INPUT": ("both audio and video", "a video track in H.264"),
}
"""The media required over RTMP, and over WHIP (IVS RealTimeUserGuide: supported media
specifications, RTMP publishing, OBS WHIP support)."""


def encoder_or_browser(context: EventContext) -> Iterator[Finding]:
    """Say whether an encoder or a browser sent the media that was refused."""
    participant = context.facts.participant(context.scope)
    refs = context.refs(context.position)
    if participant is None:
        yield Finding(
            ("Whether an encoder or a browser sent it is not known: its facts are not read.",),
            Certainty.UNKNOWN,
            refs,
            None,
            (ask_participant(context.scope, Lacking.PROTOCOL_SDK_AND_BROWSER),),
        )
        return
    protocol = (participant.protocol or "").upper()
    words: list[Part]
    if protocol in _INGEST or (protocol == _WHIP and not participant.browser_name):
        needed = _NEEDED.get(context.event.error_code or "")
        which = f", which needs {needed[protocol == _WHIP]}" if needed else ""
        text = f"It came over {protocol}{which}: look at the settings of the encoder."
        if protocol == _WHIP and participant.sdk_version:
            text = "It came over WHIP, yet with an SDK version: SDK or encoder is not certain."
            yield Finding((text,), Certainty.UNKNOWN, refs)
            return
        yield Finding((text,), Certainty.SHOWN, refs)
    elif participant.browser_name and context.event.error_code in _NEEDED:
        words = ["It joined from a browser (", Outside(participant.browser_name), ")."]
        unknown = ("which tracks and codecs it offered: the log of the client tells",)
        yield Finding(tuple(words), Certainty.UNKNOWN, refs, unknown)
    elif participant.browser_name and protocol != _WHIP:
        limit = _WEB_LIMITS.get(context.event.error_code or "")
        words = ["It joined from a browser (", Outside(participant.browser_name), ")"]
        if limit:
            words.append(f"; the web SDK by itself sends {limit}")
        words.append(": look for an encoder or changed settings behind the same token.")
        yield Finding(tuple(words), Certainty.LIKELY, refs)
    else:
        text = "Its facts do not tell an encoder from an SDK."
        yield Finding((text,), Certainty.UNKNOWN, refs)


def documented_faults(context: EventContext) -> Iterator[Finding]:
    """Name the documented faults of the participant's SDK that the event can be."""
    exchange = _last_exchange(context)
    since = None if exchange is None else -context.seconds_to(exchange)
    name, code = context.event.name, context.event.error_code
    candidates = [issue for issue in KNOWN_ISSUES if issue.can_be(name, code, since)]
    if exchange is not None and is_explained(context.log, context.position, exchange):
        candidates = [issue for issue in candidates if not issue.follows_exchange]
    if not candidates:
        return
    participant = context.facts.participant(context.scope)
    if participant is None:
        if context.event.is_error:
            yield Finding(
                ("Known faults of its SDK are not compared: SDK and browser are not read.",),
                Certainty.UNKNOWN,
                context.refs(context.position),
                None,
                (ask_participant(context.scope, Lacking.SDK_AND_BROWSER),),
            )
        return
    for issue in candidates:
        if issue.matches(participant) and _fits_return(context, issue):
            rests = [exchange] if issue.follows_exchange and exchange is not None else []
            version: Text = (" It has ", Outside(participant.sdk_version or ""), ".")
            yield Finding(
                (f"Documented: {issue.fault}.", *version),
                # Most events that are no error are not caused by a fault.
                Certainty.LIKELY if context.event.is_error else Certainty.UNKNOWN,
                context.refs(*rests, context.position),
                _open(context, issue, since),
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


def _open(context: EventContext, issue: KnownIssue, since: float | None) -> Text | None:
    if issue.open_condition is not None:
        return (issue.open_condition,)
    if issue.follows_exchange and since is not None and since < 1:
        return ("which came first inside the second",)
    return context.open_pages


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
    lacking = sum(name not in participants for name in session.people)
    asks: tuple[Ask, ...] = ()
    if lacking:
        fact = FactKey(FactKind.SESSION_FACTS, session.facts.scope)
        asks = (Ask(Lacking.CLIENTS_OF_EVERYBODY, fact, lacking),)
    read = {
        name: client for name, one in participants.items() if (client := _client(one)) is not None
    }
    everybody = Counter(read[name] for name in read if session.facts.is_read(name))
    failed = Counter(read[name] for name in read if session.facts.is_read(name) and name in failing)
    if not participants:
        none = "SDK versions of those who failed are not known: no facts are read."
        yield Finding((none,), Certainty.UNKNOWN, (), session.partial, asks)
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
        text: Text = (
            f"{count:,} of {same:,} participants with SDK ",
            Outside(client[1]),
            " (",
            Outside(client[0]),
            f") had errors; of {others:,} with another, {others_failed:,} had.",
        )
        unknown = (
            f"whether the version is the reason; facts of {len(participants):,} participants are"
        )
        unknown += f" read, of {len(session.people):,}"
        is_told = True
        yield Finding(text, Certainty.SHOWN, session.refs(rests), (unknown,), asks)
    if lacking and not is_told:
        so_far = (
            f"Among the {len(participants):,} participants whose facts are read no SDK version "
        )
        so_far += "failed more often than others."
        yield Finding((so_far,), Certainty.UNKNOWN, (), session.partial, asks)


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
        count = len(session.whose(positions))
        people = "1 participant" if count == 1 else f"{count:,} participants"
        errors = "1 error" if len(positions) == 1 else f"{len(positions):,} errors"
        text: Text = (f"Documented: {issue.fault}. To that fit {errors} of {people}.",)
        open_condition = None if issue.open_condition is None else (issue.open_condition,)
        unknown = open_condition or session.partial
        yield Finding(text, Certainty.LIKELY, session.refs(positions), unknown, session.rest)


def _can_be(session: SessionContext, issue: KnownIssue, error: int, exchange: int | None) -> bool:
    log = session.log
    since = None if exchange is None else session.second(error) - session.second(exchange)
    if not issue.can_be(log.name(error), log.error_code(error), since):
        return False
    if not issue.follows_exchange or exchange is None:
        return True
    return not is_explained(log, error, exchange)
