"""Versions of SDKs, browsers and systems, as far as they can be compared."""

import re

from tui.domain.stages import Participant

Version = tuple[int, ...]
"""Three numbers; what is left out is 0."""

_VERSION = re.compile(r"(\d{1,6})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:\.\d{1,9})?", re.ASCII)


def parse_version(text: str | None) -> Version | None:
    """Read "1.33.0", "18.5" or "152.0.7204.97"; None for everything else.

    A pre-release such as "1.34.0-rc.1" is None: what is fixed in it is not known.
    """
    match = None if text is None else _VERSION.fullmatch(text)
    return None if match is None else tuple(int(part or 0) for part in match.groups())


def web_sdk(facts: Participant) -> Version | None:
    """Version of the web SDK; None when it is another client, or cannot be told.

    SDKs share the member and number their versions apart: only a browser shows the web SDK.
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
    """Version of Chrome; None for other browsers, and on iOS, where it is none inside."""
    is_ios = (facts.os_name or "").casefold() in {"ios", "ipados"}
    is_chrome = "chrome" in (facts.browser_name or "").casefold()
    return parse_version(facts.browser_version) if is_chrome and not is_ios else None
