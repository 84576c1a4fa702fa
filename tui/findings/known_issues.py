"""Documented faults of SDK versions (IVS user guide: release notes) and what they look like."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tui.domain import events
from tui.domain.stages import Participant
from tui.findings.versions import Version, android_sdk, chrome_version, ios_sdk, web_sdk

AFTER_EXCHANGE_SECONDS: Final = 2
"""The release notes say "immediately following": times are whole seconds, so up to here."""

INSUFFICIENT_CAPABILITIES: Final = "INSUFFICIENT_CAPABILITIES"
PUBLISHER_NOT_FOUND: Final = "PUBLISHER_NOT_FOUND"

_PUBLISH = frozenset({events.PUBLISH_ERROR})
_ATTEMPTS = frozenset({events.PUBLISH_ERROR, events.SUBSCRIBE_ERROR})


@dataclass(frozen=True, slots=True)
class KnownIssue:
    """One documented fault."""

    fault: str
    """In our words."""
    names: frozenset[str]
    """Events that it can show up as."""
    matches: Callable[[Participant], bool]
    """Whether versions and system are those documented."""
    codes: frozenset[str | None] = frozenset({None})
    """Error codes that it can show up as, None for an event without one. Most have no other:
    every code names a cause of its own."""
    follows_exchange: bool = False
    """Whether it happens right after TOKEN_EXCHANGED only."""
    open_condition: str | None = None
    """What the documents ask for besides, and no answer of IVS tells."""

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


def _is_before(version: Version | None, limit: tuple[int, ...]) -> bool:
    return version is not None and version < limit


KNOWN_ISSUES: Final = (
    KnownIssue(
        "the web SDK before 1.34.0 can fail to publish or subscribe right after a token exchange",
        _ATTEMPTS,
        _web_before(1, 34, 0),
        codes=frozenset({None, INSUFFICIENT_CAPABILITIES, PUBLISHER_NOT_FOUND}),
        follows_exchange=True,
    ),
    KnownIssue(
        "the web SDK before 1.38.1 can fail to publish with simulcast in Chrome 152 and later",
        _PUBLISH,
        _chrome_152_before(1, 38, 1),
        open_condition="whether simulcast with two layers or fewer was on",
    ),
    KnownIssue(
        "the web SDK before 1.39.0 can break publishing with simulcast in Chrome 152 and later",
        _PUBLISH,
        lambda facts: (
            _chrome_152_before(1, 39, 0)(facts) and not _chrome_152_before(1, 38, 1)(facts)
        ),
        open_condition="whether simulcast was on",
    ),
    KnownIssue(
        "the web SDK before 1.26.0 loses websockets, and joining can fail for it",
        frozenset({events.JOIN_ERROR}),
        _web_before(1, 26, 0),
    ),
    KnownIssue(
        "the iOS SDK before 1.32.1 can time out behind some VPNs on iOS 18.5 and later",
        _ATTEMPTS,
        _ios_behind_vpn,
        open_condition="whether a VPN was on",
    ),
    KnownIssue(
        "the IVS broadcast SDKs before 1.25.0 send B-frames unless told otherwise",
        _PUBLISH,
        lambda facts: _is_before(ios_sdk(facts) or android_sdk(facts), (1, 25, 0)),
        codes=frozenset({"B_FRAME_PRESENT"}),
    ),
    KnownIssue(
        "the web SDK before 1.28.0 tells its app TIMEOUT when the stage was deleted or the "
        "participant disconnected: a timeout in the app's log is no sign of network trouble",
        frozenset({events.LEFT}),
        _web_before(1, 28, 0),
    ),
)
