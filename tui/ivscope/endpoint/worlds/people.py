"""Ids and client facts of invented participants."""

from hashlib import sha256
from typing import Final

from ivscope.endpoint.world import Members

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def short_id(*parts: str, length: int = 12) -> str:
    """An id of letters and digits that is always the same for the same parts.

    Participant ids and the last part of ARNs have 12 characters in the official samples.
    """
    number = int.from_bytes(sha256("/".join(parts).encode()).digest(), "big")
    return base62(number, length)


def base62(number: int, length: int) -> str:
    """The last `length` base-62 digits of a number, most significant first."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def from_base62(text: str) -> int | None:
    """The number that `base62` wrote. None when a character is not a base-62 digit."""
    number = 0
    for character in text:
        digit = _ALPHABET.find(character)
        if digit < 0:
            return None
        number = number * 62 + digit
    return number


def session_id(*parts: str) -> str:
    """A stage session id: `st-` and 13 characters (IVS API: StageSessionId)."""
    return f"st-{short_id(*parts, length=13)}"


def stage_arn(region: str, resource: str) -> str:
    """ARN of a stage in the account of the official samples."""
    return f"arn:aws:ivs:{region}:123456789012:stage/{resource}"


def ingest_arn(region: str, name: str) -> str:
    """ARN of an ingest configuration, which stands for one stream key."""
    resource = short_id(region, "ingest-configuration", name)
    return f"arn:aws:ivs:{region}:123456789012:ingest-configuration/{resource}"


def client(  # noqa: PLR0917 - the order of the API's members
    isp: str = "",
    system: str = "",
    version: str = "",
    browser: str = "",
    browser_version: str = "",
    sdk: str = "",
) -> Members:
    """Client facts of a Participant; what the service did not learn is the empty string."""
    return {
        "ispName": isp,
        "osName": system,
        "osVersion": version,
        "browserName": browser,
        "browserVersion": browser_version,
        "sdkVersion": sdk,
    }


def chrome(sdk: str = "1.41.0") -> Members:
    """Web SDK in Chrome on Windows."""
    return client("Comcast", "Microsoft Windows 10 Pro", "10.0.19044", "Google Chrome", "151", sdk)


def safari() -> Members:
    """Web SDK in Safari on macOS."""
    return client("Deutsche Telekom AG", "macOS", "15.6.1", "Safari", "18.6", "1.41.0")


def firefox() -> Members:
    """Web SDK in Firefox on Linux."""
    return client("Orange S.A.", "Linux", "x86_64", "Mozilla Firefox", "148.0", "1.40.0")


def iphone() -> Members:
    """Broadcast SDK on iOS, where there is no browser."""
    return client("Vodafone GmbH", "iOS", "18.6", sdk="1.38.0") | {"protocol": "UNKNOWN"}


def android() -> Members:
    """Broadcast SDK on Android over a mobile network."""
    return client("T-Mobile USA, Inc.", "Android", "15", sdk="1.37.1") | {"protocol": "UNKNOWN"}


def encoder(protocol: str, ingest: str | None = None) -> Members:
    """An RTMP, RTMPS or WHIP encoder: the service learns little but the network."""
    facts = client("Level 3 Parent, LLC") | {"protocol": protocol}
    return facts if ingest is None else facts | {"ingestConfigurationArn": ingest}


def viewer(number: int) -> Members:
    """Client facts of the n-th member of an audience, a mix of platforms."""
    kinds = (chrome, iphone, android, safari, chrome, firefox, android, client)
    return kinds[number % len(kinds)]()
