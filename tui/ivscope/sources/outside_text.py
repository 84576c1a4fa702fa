"""Makes text from outside fit for one line of a failure, and failures from such text."""

import html
import re
import unicodedata
from urllib.parse import urlsplit

from ivscope.domain.failures import FailureKind, ProviderFailure

_LONGEST = 300
"""Characters. Longer than any message of IVS, short enough for a few lines of a narrow pane."""

_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"\s*(?:<!doctype|<html|<head|<body|<\?xml)", re.IGNORECASE)
_USER_INFO = re.compile(r"(?<=://)[^/@\s\"']*@")


def one_line(text: str) -> str:
    """The text with white space folded, control characters escaped, and cut with an ellipsis."""
    folded = " ".join(text[: _LONGEST * 4].split())
    shown = "".join(_visible(sign) for sign in folded)
    return shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"


def is_markup(text: str) -> bool:
    """Whether it is a web page rather than a message."""
    return _MARKUP.match(text) is not None


def page_title(text: str) -> str:
    """The title of a web page, or empty."""
    match = _TITLE.search(text[:20_000])
    return one_line(html.unescape(match[1])) if match else ""


def without_password(text: str) -> str:
    """Addresses in the text without their user name and password."""
    return _USER_INFO.sub("", text)


def host_of(url: str | None) -> str:
    """Host and port of an address, without user name and password."""
    try:
        return urlsplit(url or "").netloc.rpartition("@")[2] or url or "the endpoint"
    except ValueError:
        return url or "the endpoint"


def is_loopback(url: str | None) -> bool:
    """Whether an address is one of this machine alone."""
    return host_of(url).partition(":")[0] in {"127.0.0.1", "localhost"}


def _visible(sign: str) -> str:
    if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return sign.encode("unicode_escape").decode("ascii")
    return sign


def said_by(error: Exception) -> str:
    """The message of an exception on one line, without passwords."""
    try:
        return one_line(without_password(str(error)))
    except ValueError:  # an int of more than 4300 digits in the arguments
        return type(error).__name__


def failure_of(
    kind: FailureKind,
    summary: str,
    remedy: str,
    *,
    retryable: bool = False,
    code: str | None = None,
    needs_new_start: bool = False,
) -> ProviderFailure:
    """A failure that no answer of a service has caused."""
    return ProviderFailure(
        kind,
        summary=summary,
        remedy=remedy,
        retryable=retryable,
        code=code,
        needs_new_start=needs_new_start,
    )
