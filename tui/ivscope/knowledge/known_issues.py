"""Documented faults of SDK versions (IVS user guide: release notes), and events they show up as.

The release notes name version and fault. Which event it shows up as is our inference. The platform
is taken from the facts of the participant: SDKs number their versions apart.
"""

import re
from collections.abc import Callable
from typing import Final

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.domain.stages import Participant

Version = tuple[int, ...]
"""Three numbers; missing ones are 0."""

_VERSION = re.compile(r"(\d{1,6})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:\.\d{1,9})?", re.ASCII)


def parse_version(text: str | None) -> Version | None:
    """Read "1.33.0", "18.5" or "152.0.7204.97"; None for everything else.

    A pre-release such as "1.34.0-rc.1" is None: what is fixed in it is not known.
    """
    match = None if text is None else _VERSION.fullmatch(text)
    return None if match is None else tuple(int(part or 0) for part in match.groups())


def web_sdk(facts: Participant) -> Version | None:
    """Version of the web SDK; None when it is another client, or cannot be told.

    All SDKs give their version in the same member: only a browser shows the web SDK.
    """
    return parse_version(facts.sdk_version) if facts.browser_name else None


def ios_sdk(facts: Participant) -> Version | None:
    """Version of the iOS SDK; None when it is another client, or cannot be told."""
    is_ios = (facts.os_name or "").casefold() in {"ios", "ipados"}
    return parse_version(facts.sdk_version) if is_ios and not facts.browser_name else None


def android_sdk(facts: Participant) -> Version | None:
    """Version of the Android SDK; None when it is another client, or cannot be told."""
    is_android = (facts.os_name or "").casefold() == "android"
    return parse_version(facts.sdk_version) if is_android and not facts.browser_name else None


def chrome_version(facts: Participant) -> Version | None:
    """Version of Chrome; None for other browsers, and on iOS, where Chrome has another engine."""
    is_ios = (facts.os_name or "").casefold() in {"ios", "ipados"}
    is_chrome = "chrome" in (facts.browser_name or "").casefold()
    return parse_version(facts.browser_version) if is_chrome and not is_ios else None


def is_firefox(facts: Participant) -> bool:
    """Whether it is Firefox; not on iOS, where Firefox has another engine."""
    is_ios = (facts.os_name or "").casefold() in {"ios", "ipados"}
    return "firefox" in (facts.browser_name or "").casefold() and not is_ios


AFTER_EXCHANGE_SECONDS: Final = 2
"""Seconds. The release notes say "immediately following", and times are whole seconds."""

INSUFFICIENT_CAPABILITIES: Final = "INSUFFICIENT_CAPABILITIES"
PUBLISHER_NOT_FOUND: Final = "PUBLISHER_NOT_FOUND"

_JOIN = frozenset({events.JOIN_ERROR})
_LEFT = frozenset({events.LEFT})
_STOPPED = frozenset({events.PUBLISH_STOPPED})
_PUBLISH = frozenset({events.PUBLISH_ERROR})
_ATTEMPTS = frozenset({events.PUBLISH_ERROR, events.SUBSCRIBE_ERROR})


RETURNS: Final = {
    events.LEFT: events.JOINED,
    events.PUBLISH_STOPPED: events.PUBLISH_STARTED,
}
"""The event that follows each of these when a client recovers."""


@frozen
class KnownIssue:
    """One documented fault."""

    name: str
    """Names it in exported data: client, first version without it, and what it breaks."""
    fault: str
    """Version and fault, in our words."""
    names: frozenset[str]
    """Names of the events that it can show up as."""
    matches: Callable[[Participant], bool]
    """Tells whether a participant has the documented versions and system."""
    codes: frozenset[str | None] = frozenset({None})
    """Error codes that it can show up with, None for an event without one. Most have no code:
    every code names a cause of its own."""
    follows_exchange: bool = False
    """Whether it happens right after TOKEN_EXCHANGED only."""
    returns: bool | None = None
    """Whether it shows up only where the participant came back later (`RETURNS`), or only where
    it did not. None for both."""
    open_condition: str | None = None
    """A further condition in the documents that no answer of IVS shows."""

    def can_be(self, name: str | None, code: str | None, since_exchange: float | None) -> bool:
        """Whether an event can be this fault, whatever the client.

        Args:
            name: Event name.
            code: Error code; None or empty when it has none.
            since_exchange: Seconds since the last TOKEN_EXCHANGED; None without one.
        """
        if name not in self.names or (code or None) not in self.codes:
            return False
        if not self.follows_exchange:
            return True
        return since_exchange is not None and 0 <= since_exchange <= AFTER_EXCHANGE_SECONDS


def _web_before(*version: int) -> Callable[[Participant], bool]:
    return lambda facts: _is_before(web_sdk(facts), version)


def _chrome_152_before(*version: int) -> Callable[[Participant], bool]:
    return lambda facts: (
        _is_before(web_sdk(facts), version) and (chrome_version(facts) or (0,)) >= (152, 0, 0)
    )


def _ios_behind_vpn(facts: Participant) -> bool:
    system = facts.os_version or ""
    numbers = [int(part) for part in system.split(".")[:2] if part.isdecimal()]
    return _is_before(ios_sdk(facts), (1, 32, 1)) and numbers >= [18, 5]


def _mobile_before(*version: int) -> Callable[[Participant], bool]:
    return lambda facts: _is_before(ios_sdk(facts) or android_sdk(facts), version)


def _is_before(version: Version | None, limit: tuple[int, ...]) -> bool:
    return version is not None and version < limit


KNOWN_ISSUES: Final = (
    KnownIssue(
        "web_1.34.0_token_exchange",
        "the web SDK before 1.34.0 can fail to publish or subscribe right after a token exchange",
        _ATTEMPTS,
        _web_before(1, 34, 0),
        codes=frozenset({None, INSUFFICIENT_CAPABILITIES, PUBLISHER_NOT_FOUND}),
        follows_exchange=True,
    ),
    KnownIssue(
        "web_1.38.1_simulcast",
        "the web SDK before 1.38.1 can fail to publish with simulcast in Chrome 152 and later",
        _PUBLISH,
        _chrome_152_before(1, 38, 1),
        open_condition="whether simulcast with two layers or fewer was on",
    ),
    KnownIssue(
        "web_1.39.0_simulcast",
        "the web SDK before 1.39.0 can break publishing with simulcast in Chrome 152 and later",
        _PUBLISH,
        lambda facts: (
            _chrome_152_before(1, 39, 0)(facts) and not _chrome_152_before(1, 38, 1)(facts)
        ),
        open_condition="whether simulcast was on",
    ),
    KnownIssue(
        "web_1.26.0_websockets",
        "the web SDK before 1.26.0 can leave websockets open while connecting, and joining can "
        "fail for it later",
        _JOIN,
        _web_before(1, 26, 0),
        open_condition="whether it had connected several times",
    ),
    KnownIssue(
        "web_1.28.0_timeout",
        "the web SDK before 1.28.0 can tell its app TIMEOUT when joining a stage that was deleted, "
        "or with the token of a participant that was disconnected",
        _JOIN,
        _web_before(1, 28, 0),
        open_condition="whether the stage was deleted or the participant disconnected",
    ),
    KnownIssue(
        "ios_1.32.1_vpn",
        "the iOS SDK before 1.32.1 can time out behind some VPNs on iOS 18.5 and later",
        _ATTEMPTS,
        _ios_behind_vpn,
        open_condition="whether a VPN was on",
    ),
    KnownIssue(
        "mobile_1.25.0_b_frames",
        "the IVS broadcast SDKs before 1.25.0 send B-frames unless told otherwise",
        _PUBLISH,
        _mobile_before(1, 25, 0),
        codes=frozenset({"B_FRAME_PRESENT"}),
    ),
    KnownIssue(
        "web_1.39.0_firefox_offline",
        "the web SDK before 1.39.0 in Firefox can fail to come back after a long time offline",
        _LEFT,
        lambda facts: is_firefox(facts) and _is_before(web_sdk(facts), (1, 39, 0)),
        returns=False,
        open_condition="whether it was offline, or left by itself",
    ),
    KnownIssue(
        "web_1.11.0_stage_lost",
        "the web SDK before 1.11.0 can fail to come back when it has lost the stage",
        _LEFT,
        _web_before(1, 11, 0),
        returns=False,
        open_condition="whether it lost the connection, or left by itself",
    ),
    KnownIssue(
        "mobile_1.38.0_reconnect",
        "the iOS and Android SDKs before 1.38.0 can be slow to reconnect",
        _LEFT,
        _mobile_before(1, 38, 0),
        returns=True,
        open_condition="whether it lost the connection, or left by itself",
    ),
    KnownIssue(
        "android_1.19.0_network_change",
        "the Android SDK before 1.19.0 can be slow to change from Wi-Fi to mobile data",
        _LEFT,
        lambda facts: _is_before(android_sdk(facts), (1, 19, 0)),
        returns=True,
        open_condition="whether it changed networks",
    ),
    KnownIssue(
        "web_1.5.2_publish_again",
        "the web SDK before 1.5.2 can fail to publish again after an error",
        _STOPPED,
        _web_before(1, 5, 2),
        returns=False,
        open_condition="whether it was to publish again",
    ),
    KnownIssue(
        "web_1.38.0_composition_sound",
        "the web SDK before 1.38.0 can lose its sound in a composition after a short outage",
        _STOPPED,
        _web_before(1, 38, 0),
        returns=True,
        open_condition="whether a composition was running",
    ),
)
"""Faults in the release notes that an event can show; many others leave no event at all."""

ISSUE_BY_NAME: Final = {issue.name: issue for issue in KNOWN_ISSUES}
