"""Tokens: what one allowed at a moment (IVS API: ExchangedParticipantToken), and what one says.

The names in the payload of a token are those of the user guide's page on making tokens with a key
pair. AWS advises to build nothing on the contents of tokens: what is read of one is our reading.
"""

import json
import re
from base64 import urlsafe_b64decode
from binascii import Error
from datetime import UTC, datetime

from ivscope.domain.frozen import frozen
from ivscope.domain.times import Time

PUBLISH = "PUBLISH"
"""Capability that lets a participant publish."""

SUBSCRIBE = "SUBSCRIBE"
"""Capability that lets a participant subscribe."""


@frozen
class ParticipantToken:
    """The claims of a token, never its string: showing it leaks no credential.

    None means that the member was absent in the answer; empty means that it came empty.
    """

    capabilities: tuple[str, ...] | None = None
    """A set, kept in the order that came. Unknown values stay as they came."""

    attributes: tuple[tuple[str, str], ...] | None = None
    """Customer attributes, key and value, in the order that came."""

    user_id: str | None = None
    """Customer-chosen name, any UTF-8."""

    expiration_time: Time | None = None
    """When the token stops being good for joining."""


_SIGNED = r"(?<![\w.-])eyJ[\w-]{8,4096}\.([\w-]{8,16384})(?:\.[\w-]*)?"
"""Three parts in base64url; attributes alone may have a kilobyte."""

_CAPABILITIES = {"allow_publish": PUBLISH, "allow_subscribe": SUBSCRIBE}


@frozen
class TokenClaims:
    """What a token claims. None where it says nothing that can be understood."""

    stage_arn: str
    """As it came."""
    participant_id: str
    """As it came."""
    user_id: str | None = None
    """Any text."""
    allows: tuple[str, ...] | None = None
    """`PUBLISH`, `SUBSCRIBE`, both or none."""
    ends: datetime | None = None
    """Aware UTC: until then one can join with it."""


def read_token(text: str) -> TokenClaims | None:
    """The claims of the participant token that a text is, or is for the most part. Never raises.

    A token is taken for one of a participant when it names a stage (`resource`) and an id (`jti`).
    """
    match = re.search(_SIGNED, text)
    if match is None or len(match[0]) < len(text.strip()) / 2:
        return None
    try:
        payload = json.loads(urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
    except (Error, ValueError, RecursionError):
        return None
    if not isinstance(payload, dict):
        return None
    stage, participant = _text(payload.get("resource")), _text(payload.get("jti"))
    if stage is None or participant is None or ":stage/" not in stage:
        return None
    return TokenClaims(
        stage,
        participant,
        _text(payload.get("user_id")),
        _capabilities(payload.get("capabilities")),
        _moment(payload.get("exp")),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _capabilities(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, dict):
        return None
    return tuple(name for member, name in _CAPABILITIES.items() if value.get(member) is True)


def _moment(value: object) -> datetime | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
