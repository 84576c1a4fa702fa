"""Explanation: what an event name or an error code means and what to check next."""

from enum import StrEnum
from typing import Final

from ivscope.domain.frozen import frozen

GUIDE: Final = "https://docs.aws.amazon.com/ivs/latest/RealTimeUserGuide"
"""The Amazon IVS Real-Time user guide."""

REFERENCE: Final = "https://docs.aws.amazon.com/ivs/latest/RealTimeAPIReference"
"""The Amazon IVS Real-Time API reference."""

EVENT_PAGE: Final = f"{REFERENCE}/API_Event.html"
"""Lists event names and error codes."""


class Concern(StrEnum):
    """A kind of client that an event or a code can come from."""

    BROWSER_SDK = "browser SDK"
    MOBILE_SDK = "mobile SDK"
    LINUX_SDK = "Linux SDK"
    RTMP = "RTMP"
    WHIP = "WHIP"


class ErrorSide(StrEnum):
    """Where the meaning of a code, as AWS states it, points; no claim of who is to blame."""

    SERVICE = "service"
    LIMIT = "limit"
    CLIENT = "client"
    TOKEN = "token"  # noqa: S105 - a word, no secret


@frozen
class Limit:
    """A limit of the service that can cause an error."""

    text: str
    """The number with its unit and what it counts."""
    is_raisable: bool | None
    """Whether AWS raises it on request. None when no document says so."""
    page: str
    """URL of the official page that has the number."""


@frozen
class Cause:
    """A possible cause of the event or the code."""

    text: str
    is_documented: bool = False
    """Whether AWS names it. Otherwise it is our inference."""


@frozen
class Explanation:
    """An explanation of one event name or error code, in our own words."""

    title: str
    """The name or the code as it came: text from outside."""
    meaning: str
    next_check: str
    """What to check next."""
    page: str
    """URL of the official page."""
    is_documented: bool = True
    """Whether AWS states the meaning. Otherwise it is our reading of the name."""
    limits: tuple[Limit, ...] = ()
    """Limits that can cause it; empty without any."""
    causes: tuple[Cause, ...] = ()
    """Possible causes, the most frequent first as far as we know."""
    silence: str | None = None
    """What documents and service leave open. None when nothing important is open."""
    at_client: str | None = None
    """What the app or its log tells when the same happens: our inference, as AWS maps no client
    error to an event. None when nothing is known."""
    concerns: tuple[Concern, ...] = ()
    """The kinds of clients that it can come from. Empty when no document says so."""
    side: ErrorSide | None = None
    """None where the meaning points to no side."""
    is_known: bool = True
    """Whether this version of ivscope knows the name or the code."""

    @property
    def said(self) -> str:
        """The meaning, with what it rests on where that is no document."""
        is_ours = self.is_known and not self.is_documented
        return f"{self.meaning} (not in the AWS docs)" if is_ours else self.meaning

    @classmethod
    def of_unknown(cls, text: str, what: str) -> "Explanation":
        """An honest card for a name or a code that this version does not know."""
        return cls(
            title=text,
            meaning=f"This version of ivscope does not know this {what}. It is shown as it came.",
            next_check="Look it up in the AWS docs; a newer ivscope may explain it.",
            page=EVENT_PAGE,
            is_documented=False,
            is_known=False,
        )
