"""ParticipantToken: what a token allowed at one moment (IVS API: ExchangedParticipantToken)."""

from dataclasses import dataclass

from ivscope.domain.times import Time

PUBLISH = "PUBLISH"
"""Capability that lets a participant publish."""

SUBSCRIBE = "SUBSCRIBE"
"""Capability that lets a participant subscribe."""


@dataclass(frozen=True, slots=True)
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
