"""What the client facts of a participant say about an event."""

from collections.abc import Iterator

from tui.domain import events
from tui.domain.tokens import PUBLISH, SUBSCRIBE
from tui.findings.capabilities import allows
from tui.findings.finding import Certainty, Finding, Outside, Part, Text
from tui.findings.here import Here, ask_participant
from tui.findings.known_issues import INSUFFICIENT_CAPABILITIES, KNOWN_ISSUES, KnownIssue
from tui.provider.event_log import EventLog

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


def encoder_or_browser(here: Here) -> Iterator[Finding]:
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


def documented_faults(here: Here) -> Iterator[Finding]:
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
        if issue.matches(facts):
            rests = [exchange] if issue.follows_exchange and exchange is not None else []
            version: Text = (" It has ", Outside(facts.sdk_version or ""), ".")
            yield Finding(
                (f"Documented: {issue.fault}.", *version),
                Certainty.LIKELY,
                here.refs(*rests, here.position),
                _open(here, issue, since),
            )


def _open(here: Here, issue: KnownIssue, since: float | None) -> Text | None:
    if issue.open_condition is not None:
        return (issue.open_condition,)
    if issue.follows_exchange and since is not None and since < 1:
        return ("which came first inside the second",)
    return here.open_pages


def _last_exchange(here: Here) -> int | None:
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
