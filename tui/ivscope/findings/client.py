"""What the client facts of a participant say about an event."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator

from ivscope.domain import events
from ivscope.domain.stages import Participant
from ivscope.domain.tokens import PUBLISH, SUBSCRIBE
from ivscope.findings.capabilities import allows
from ivscope.findings.event_context import EventContext, ask_participant, positions_named
from ivscope.findings.finding import Ask, Certainty, FactKey, FactKind, Finding, Outside, Part, Text
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
"""What the web SDK sends by itself (web SDK 1.41.0: STAGE_MAX_BITRATE, STAGE_MAX_RESOLUTION)."""

_INGEST = frozenset({"RTMP", "RTMPS"})
_WHIP = "WHIP"

_NEEDED = {
    "INVALID_AUDIO_CODEC": ("audio in AAC-LC", "audio in Opus"),
    "INVALID_VIDEO_CODEC": ("video in H.264", "video in H.264"),
    "INVALID_INPUT": ("both audio and video", "a video track in H.264"),
}
"""What is documented for RTMP, and for WHIP (IVS RealTimeUserGuide: supported media
specifications, RTMP publishing, OBS WHIP support)."""


def encoder_or_browser(here: EventContext) -> Iterator[Finding]:
    """Say whether an encoder or a browser sent what was refused."""
    facts = here.known.participant(here.scope)
    refs = here.refs(here.position)
    if facts is None:
        yield Finding(
            ("Whether an encoder or a browser sent it is not known: its facts are not read.",),
            Certainty.UNKNOWN,
            refs,
            None,
            (ask_participant(here.scope, "protocol, SDK and browser"),),
        )
        return
    protocol = (facts.protocol or "").upper()
    words: list[Part]
    if protocol in _INGEST or (protocol == _WHIP and not facts.browser_name):
        needed = _NEEDED.get(here.event.error_code or "")
        which = f", which needs {needed[protocol == _WHIP]}" if needed else ""
        text = f"It came over {protocol}{which}: look at the settings of the encoder."
        if protocol == _WHIP and facts.sdk_version:
            text = "It came over WHIP, yet with an SDK version: SDK or encoder is not certain."
            yield Finding((text,), Certainty.UNKNOWN, refs)
            return
        yield Finding((text,), Certainty.SHOWN, refs)
    elif facts.browser_name and here.event.error_code in _NEEDED:
        words = ["It joined from a browser (", Outside(facts.browser_name), ")."]
        unknown = ("which tracks and codecs it offered: the log of the client tells",)
        yield Finding(tuple(words), Certainty.UNKNOWN, refs, unknown)
    elif facts.browser_name and protocol != _WHIP:
        limit = _WEB_LIMITS.get(here.event.error_code or "")
        words = ["It joined from a browser (", Outside(facts.browser_name), ")"]
        if limit:
            words.append(f"; the web SDK by itself sends {limit}")
        words.append(": look for an encoder or changed settings behind the same token.")
        yield Finding(tuple(words), Certainty.LIKELY, refs)
    else:
        text = "Its facts do not tell an encoder from an SDK."
        yield Finding((text,), Certainty.UNKNOWN, refs)


def documented_faults(here: EventContext) -> Iterator[Finding]:
    """Name the documented faults of the participant's SDK that the event can be."""
    exchange = _last_exchange(here)
    since = None if exchange is None else -here.seconds_to(exchange)
    name, code = here.event.name, here.event.error_code
    candidates = [issue for issue in KNOWN_ISSUES if issue.can_be(name, code, since)]
    if exchange is not None and is_explained(here.log, here.position, exchange):
        candidates = [issue for issue in candidates if not issue.follows_exchange]
    if not candidates:
        return
    facts = here.known.participant(here.scope)
    if facts is None:
        if here.event.is_error:
            yield Finding(
                ("Known faults of its SDK are not compared: SDK and browser are not read.",),
                Certainty.UNKNOWN,
                here.refs(here.position),
                None,
                (ask_participant(here.scope, "SDK and browser"),),
            )
        return
    for issue in candidates:
        if issue.matches(facts) and _fits_return(here, issue):
            rests = [exchange] if issue.follows_exchange and exchange is not None else []
            version: Text = (" It has ", Outside(facts.sdk_version or ""), ".")
            yield Finding(
                (f"Documented: {issue.fault}.", *version),
                # Most events that are no error are nobody's fault.
                Certainty.LIKELY if here.event.is_error else Certainty.UNKNOWN,
                here.refs(*rests, here.position),
                _open(here, issue, since),
            )


def _fits_return(here: EventContext, issue: KnownIssue) -> bool:
    """Whether the participant came back, or did not, as the fault wants it."""
    if issue.returns is None:
        return True
    back = RETURNS.get(here.event.name or "")
    if back is None or here.second is None:
        return False
    if issue.returns:
        return any(True for _ in here.since(here.second + 1, back))
    # In the same second it may have come first: then less is claimed.
    return not here.has_untimed(back) and not any(True for _ in here.since(here.second, back))


def _open(here: EventContext, issue: KnownIssue, since: float | None) -> Text | None:
    if issue.open_condition is not None:
        return (issue.open_condition,)
    if issue.follows_exchange and since is not None and since < 1:
        return ("which came first inside the second",)
    return here.open_pages


def _last_exchange(here: EventContext) -> int | None:
    """The last token exchange before, or in the same second."""
    if here.second is None:
        return None
    return next(here.until(here.second, events.TOKEN_EXCHANGED), None)


def is_explained(log: EventLog, error: int, exchange: int) -> bool:
    """Whether the token of an exchange itself lacks what was tried after it."""
    if log.error_code(error) != INSUFFICIENT_CAPABILITIES:
        return False
    needed = PUBLISH if log.name(error) == events.PUBLISH_ERROR else SUBSCRIBE
    return allows(log[exchange].new_token, needed) is False


FEWEST_OTHERS = 5
"""Participants with other versions that it takes to compare at all."""

TIMES_AS_OFTEN = 2
"""From this ratio on a version is told."""

_Client = tuple[str, str]
"""System or "browser", and SDK version: SDKs number their versions apart."""


def sdk_versions(swept: SessionContext) -> Iterator[Finding]:
    """Compare how often each SDK version failed, among participants that are read."""
    failing = swept.by_participant(swept.errors)
    if not failing:
        return
    facts = _facts(swept)
    lacking = sum(name not in facts for name in swept.people)
    asks: tuple[Ask, ...] = ()
    if lacking:
        fact = FactKey(FactKind.SESSION_FACTS, swept.known.scope)
        asks = (Ask("SDK and browser of everybody, first of those who failed", fact, lacking),)
    read = {name: client for name, one in facts.items() if (client := _client(one)) is not None}
    everybody = Counter(read[name] for name in read if swept.known.is_read(name))
    failed = Counter(read[name] for name in read if swept.known.is_read(name) and name in failing)
    if not facts:
        none = "SDK versions of those who failed are not known: no facts are read."
        yield Finding((none,), Certainty.UNKNOWN, (), swept.partial, asks)
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
        unknown = f"whether the version is the reason; facts of {len(facts):,} participants are"
        unknown += f" read, of {len(swept.people):,}"
        is_told = True
        yield Finding(text, Certainty.SHOWN, swept.refs(rests), (unknown,), asks)
    if lacking and not is_told:
        so_far = f"Among the {len(facts):,} participants whose facts are read no SDK version "
        so_far += "failed more often than others."
        yield Finding((so_far,), Certainty.UNKNOWN, (), swept.partial, asks)


def _facts(swept: SessionContext) -> dict[str, Participant]:
    found = ((name, swept.known.participant(name)) for name in swept.people)
    return {name: facts for name, facts in found if facts is not None}


def _client(facts: Participant) -> _Client | None:
    if not facts.sdk_version:
        return None
    return "browser" if facts.browser_name else facts.os_name or "unknown", facts.sdk_version


def matching_faults(swept: SessionContext) -> Iterator[Finding]:
    """Name the documented faults that errors of the session can be, with how many match."""
    facts = _facts(swept)
    exchanges = swept.by_participant(positions_named(swept.log, (events.TOKEN_EXCHANGED,)))
    found: defaultdict[int, list[int]] = defaultdict(list)
    for at in swept.errors:
        name = swept.log.participant(at)
        one = None if name is None else facts.get(name)
        if name is None or one is None:
            continue
        own = exchanges.get(name, [])
        count = bisect_right(own, swept.second(at), key=swept.second)
        exchange = own[count - 1] if count else None
        for number, issue in enumerate(KNOWN_ISSUES):
            if _can_be(swept, issue, at, exchange) and issue.matches(one):
                found[number].append(at)
    for number, positions in found.items():
        issue = KNOWN_ISSUES[number]
        count = len(swept.whose(positions))
        people = "1 participant" if count == 1 else f"{count:,} participants"
        errors = "1 error" if len(positions) == 1 else f"{len(positions):,} errors"
        text: Text = (f"Documented: {issue.fault}. To that fit {errors} of {people}.",)
        open_condition = None if issue.open_condition is None else (issue.open_condition,)
        unknown = open_condition or swept.partial
        yield Finding(text, Certainty.LIKELY, swept.refs(positions), unknown, swept.rest)


def _can_be(swept: SessionContext, issue: KnownIssue, error: int, exchange: int | None) -> bool:
    log = swept.log
    since = None if exchange is None else swept.second(error) - swept.second(exchange)
    if not issue.can_be(log.name(error), log.error_code(error), since):
        return False
    if not issue.follows_exchange or exchange is None:
        return True
    return not is_explained(log, error, exchange)
