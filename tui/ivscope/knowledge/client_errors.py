"""Error numbers that the SDKs give to apps and logs, and what the event list shows for them.

Meanings come from the documents named in each row, read on `READ_ON`; they are in our own words.
AWS maps no client error to an event: `server` and `next_check` are our inference. The same number
can mean another thing in another SDK, so every row says whose it is.

Long because it is one table of facts: a number, its meaning, what to expect and what to check.
"""

from datetime import date
from enum import StrEnum
from typing import Final

from ivscope.domain import events
from ivscope.domain.frozen import frozen
from ivscope.knowledge.explanation import GUIDE

READ_ON: Final = date(2026, 11, 28)
"""When the documents were read."""


class Sdk(StrEnum):
    """Whose numbers they are. Words of the screen."""

    WEB = "Web"
    MOBILE = "iOS and Android"
    LINUX = "Linux"


@frozen
class Document:
    """Where a meaning was read."""

    title: str
    page: str
    is_promised: bool = True
    """Whether AWS documents it. Otherwise it was read in published code, and can change."""


_WEB_GUIDE: Final = Document(
    "user guide, web error handling", f"{GUIDE}/broadcast-web-error-handling.html"
)
_WEB_CODE: Final = Document(
    "code of the web SDK 1.41.0",
    "https://www.npmjs.com/package/amazon-ivs-web-broadcast/v/1.41.0",
    is_promised=False,
)
_MOBILE_GUIDE: Final = Document(
    "user guide, iOS and Android error handling", f"{GUIDE}/broadcast-ios-error-handling.html"
)
_MOBILE_NOTES: Final = Document("user guide, release notes", f"{GUIDE}/release-notes.html")
_MOBILE_REPORT: Final = Document(
    "reports about the iOS SDK",
    "https://github.com/aws-samples/amazon-ivs-broadcast-ios-sample/issues",
    is_promised=False,
)
_MOBILE_HEADER: Final = Document(
    "header of an older iOS SDK (1.2x)",
    "https://aws.github.io/amazon-ivs-broadcast-docs/",
    is_promised=False,
)
_LINUX_GUIDE: Final = Document(
    "reference of the Linux SDK 1.49.0",
    "https://aws.github.io/amazon-ivs-broadcast-docs/1.49.0/linux/c/",
)

DOCUMENTS: Final = (
    "the web SDK 1.41.0, the user guide for web, iOS and Android, and the Linux SDK 1.49.0"
)
"""Everything that was read, for saying that a number is in none of it."""


@frozen
class ClientError:
    """One error of one SDK. Texts are plain sentences."""

    sdk: Sdk
    numbers: tuple[int, ...]
    """Empty where only the name is known."""
    name: str | None
    """As the SDK spells it; None where it has none that apps see."""
    meaning: str
    server: str
    """What the event list can be expected to show, or that it shows nothing. Our inference."""
    next_check: str
    document: Document
    is_internal: bool = False
    """Whether it stands in logs and error details only, never in the code that an app gets."""
    expected: frozenset[str] = frozenset()
    """Event names and error codes to look for in the list; empty when nothing is expected."""


_NOTHING = "Nothing: the attempt ends before the server has a participant to tell of."
_NOT_SENT = "Nothing: the SDK finds it out by itself and asks the server for nothing."
_LATE_LEFT = "LEFT, only when the server notices the loss; after a reconnect JOINED soon after it."
_QUOTA = "PUBLISH_ERROR or SUBSCRIBE_ERROR with QUOTA_EXCEEDED."
_CAPABILITY = "PUBLISH_ERROR or SUBSCRIBE_ERROR with INSUFFICIENT_CAPABILITIES."
_NO_RULE = "Not known: it depends on the number inside its details."

_MINTED_CHECK = (
    "Compare the token as minted with the token as used: cut or copied wrongly, signed with a key "
    "whose public key was deleted?"
)
_TTL_CHECK = "Compare the time to live of the token, when it was made, and the clock of the device."
_NETWORK_CHECK = (
    "Check the network of this user: UDP or WebSocket blocked, VPN, proxy, lost packets."
)
_STAGE_CHECK = "CloudTrail (eventSource ivs.amazonaws.com): DeleteStage at that time."
_KICK_CHECK = "CloudTrail: DisconnectParticipant for it. To come back it needs a new token."
_QUOTA_CHECK = (
    "Count the publishers of the stage at that second against 12; in CloudWatch compare "
    "ConcurrentPublishers and ConcurrentSubscriptions with the quotas of the account."
)
_CAPABILITY_CHECK = "Read the capabilities of its token, and the last TOKEN_EXCHANGED before it."
_AWS_CHECK = "See who else failed in that minute (errors by code), and AWS Health."
_SHARED_CHECK = "Look at the connection token that several stages share, not at the participant's."

_PUBLISHING = frozenset({events.PUBLISH_ERROR, events.PUBLISH_STOPPED})
_LOST = frozenset({events.LEFT, events.JOINED})
_MEDIA_LOST = frozenset({events.PUBLISH_STOPPED, events.SUBSCRIBE_STOPPED})
_QUOTAS = frozenset({"QUOTA_EXCEEDED"})
_CAPABILITIES = frozenset({"INSUFFICIENT_CAPABILITIES"})
_INTERNAL = frozenset({"INTERNAL_SERVER_EXCEPTION"})
_NONE: frozenset[str] = frozenset()


def _app(
    number: int,
    name: str,
    meaning: str,
    server: str,
    next_check: str,
    expected: frozenset[str] = _NONE,
    document: Document = _WEB_GUIDE,
) -> ClientError:
    """Make a row for what apps get from the web SDK in `code` of its error."""
    return ClientError(
        Sdk.WEB, (number,), name, meaning, server, next_check, document, expected=expected
    )


def _inner(
    numbers: tuple[int, ...],
    meaning: str,
    server: str,
    next_check: str,
    expected: frozenset[str] = _NONE,
) -> ClientError:
    """Make a row for numbers in the log and the error details of the web SDK."""
    return ClientError(
        Sdk.WEB,
        numbers,
        None,
        meaning,
        server,
        next_check,
        _WEB_CODE,
        is_internal=True,
        expected=expected,
    )


def _mobile(
    numbers: tuple[int, ...],
    meaning: str,
    server: str,
    next_check: str,
    expected: frozenset[str] = _NONE,
    document: Document = _MOBILE_GUIDE,
) -> ClientError:
    return ClientError(
        Sdk.MOBILE, numbers, None, meaning, server, next_check, document, expected=expected
    )


def _word(name: str, meaning: str, next_check: str) -> ClientError:
    """Make a row for a word by which the server refuses a join, in the log of the web SDK."""
    return ClientError(
        Sdk.WEB, (), name, meaning, _NOTHING, next_check, _WEB_CODE, is_internal=True
    )


def _linux(number: int, meaning: str, server: str, next_check: str) -> ClientError:
    return ClientError(Sdk.LINUX, (number,), None, meaning, server, next_check, _LINUX_GUIDE)


_WEB_APP = (
    _app(
        1,
        "TOKEN_MALFORMED",
        "The participant token is not well formed, or its signature is not good (1000 inside).",
        _NOTHING,
        _MINTED_CHECK,
    ),
    _app(
        2,
        "TOKEN_EXPIRED",
        "The participant token has expired (1001 inside).",
        _NOTHING,
        _TTL_CHECK,
    ),
    _app(
        3,
        "TIMEOUT",
        "Joining (1019 inside), publishing (1020) or subscribing (1021) took too long.",
        "Nothing, or JOINED without the PUBLISH_STARTED or SUBSCRIBE_STARTED that was tried.",
        _NETWORK_CHECK,
        frozenset({events.JOINED, events.LEFT}),
    ),
    _app(
        4,
        "FAILED",
        "It failed for one of many reasons; the number in the error details says which.",
        _NO_RULE,
        "Ask for the number in the error details or the console log, and explain that one.",
    ),
    _app(
        5,
        "CANCELED",
        "The attempt was given up because the app asked for something else (1023 inside).",
        _NOT_SENT,
        "See whether the app joins, or refreshes its strategy, many times in a row.",
    ),
    _app(
        6,
        "STAGE_AT_CAPACITY",
        "No more participants can publish or subscribe (1024 inside).",
        _QUOTA,
        _QUOTA_CHECK,
        _QUOTAS,
    ),
    _app(
        7,
        "CODEC_MISMATCH",
        "Browser and stage share no codec (1035 inside).",
        "Not known: INVALID_VIDEO_CODEC or INVALID_AUDIO_CODEC, or nothing.",
        "Check the browser for H.264 and Opus.",
        frozenset({"INVALID_VIDEO_CODEC", "INVALID_AUDIO_CODEC"}),
    ),
    _app(
        8,
        "TOKEN_NOT_ALLOWED",
        "The token does not allow this (1026 inside).",
        _CAPABILITY,
        _CAPABILITY_CHECK,
        _CAPABILITIES,
    ),
    _app(9, "STAGE_DELETED", "The stage was deleted (1037 inside).", _NOTHING, _STAGE_CHECK),
    _app(
        10,
        "PARTICIPANT_DISCONNECTED",
        "The participant was disconnected by an API call before (1038 inside).",
        "The LEFT of the disconnect, earlier. Whether the new attempt shows is not known.",
        _KICK_CHECK,
        frozenset({events.LEFT}),
    ),
    _app(
        11,
        "TOKEN_EXCHANGE_REQUEST_INVALID",
        "The new token does not belong to the old one (1051 or 1052 inside).",
        _NOT_SENT,
        "Compare both tokens: topic, resource, jti and the URLs must be the same.",
        document=_WEB_CODE,
    ),
    _app(
        12,
        "TOKEN_EXCHANGE_FAILED",
        "The exchange of the token failed (1230, 1231 or 1232 inside).",
        "LEFT without a TOKEN_EXCHANGED before it.",
        "Check expiry and signature of the new token, and whether the web SDK is 1.34.0 or newer.",
        frozenset({events.LEFT}),
        _WEB_CODE,
    ),
)
"""Codes 1 to 12 that an app gets, with `category` JOIN_ERROR, PUBLISH_ERROR or SUBSCRIBE_ERROR."""

_WEB_LOG = (
    _inner((1000,), "The token is not well formed or badly signed.", _NOTHING, _MINTED_CHECK),
    _inner((1001,), "The token has expired.", _NOTHING, _TTL_CHECK),
    _inner(
        (1015, 1016),
        "Publishing (1015) or subscribing (1016) failed; the cause stands in the details.",
        "Often nothing.",
        "Read the details; compare browser and SDK versions with the release notes.",
        frozenset({events.PUBLISH_ERROR, events.SUBSCRIBE_ERROR}),
    ),
    _inner(
        (1017, 1019),
        "Joining failed (1017) or took too long (1019).",
        "Nothing, or JOINED.",
        "Check for a proxy or firewall that blocks WebSockets.",
        frozenset({events.JOINED}),
    ),
    _inner(
        (1020, 1021),
        "Publishing (1020) or subscribing (1021) took too long: no answer or no media path.",
        "Nothing but the JOINED before it.",
        "Check whether UDP is blocked and TURN works for this user.",
        frozenset({events.JOINED}),
    ),
    _inner(
        (1022, 1221, 1222, 1223, 1224, 1400, 1404, 1406),
        "The media connection was not made or was lost.",
        "Later PUBLISH_STOPPED or SUBSCRIBE_STOPPED, without an error code.",
        _NETWORK_CHECK,
        _MEDIA_LOST,
    ),
    _inner((1023,), "The attempt was given up for another one.", _NOT_SENT, "See 5, CANCELED."),
    _inner((1024,), "The stage or the account is at capacity.", _QUOTA, _QUOTA_CHECK, _QUOTAS),
    _inner(
        (1025,),
        "The server failed.",
        "An error event with INTERNAL_SERVER_EXCEPTION.",
        _AWS_CHECK,
        _INTERNAL,
    ),
    _inner((1026,), "The token does not allow it.", _CAPABILITY, _CAPABILITY_CHECK, _CAPABILITIES),
    _inner(
        (1027,),
        "What was to be subscribed to, or the group to publish to, is not known to the server.",
        "When subscribing PUBLISHER_NOT_FOUND; what it is when publishing is not known.",
        "Read the events of the publisher at that second: PUBLISH_STOPPED or LEFT before it?",
        frozenset({"PUBLISHER_NOT_FOUND"}),
    ),
    _inner(
        (1028, 1029, 1030),
        "The service behind the authorisation failed or was not reached.",
        "INTERNAL_SERVER_EXCEPTION, or nothing.",
        _AWS_CHECK,
        _INTERNAL,
    ),
    _inner(
        (1031,),
        "It is published or subscribed already.",
        "Nothing.",
        "Look for one token in two tabs: two JOINED without a LEFT between them.",
        _LOST,
    ),
    _inner(
        (1033,),
        "The state of the publisher does not fit the request.",
        "Nothing.",
        "See whether the app unpublishes and publishes again within moments.",
        _PUBLISHING,
    ),
    _inner(
        (1034, 1207),
        "Too many requests.",
        "Nothing.",
        "Look for many clients that reconnect at the same moment.",
    ),
    _inner(
        (1035,),
        "No codec in common.",
        "Not known.",
        "Check the codecs of the browser.",
        frozenset({"INVALID_VIDEO_CODEC", "INVALID_AUDIO_CODEC"}),
    ),
    _inner((1037,), "Joining was refused: the stage was deleted.", _NOTHING, _STAGE_CHECK),
    _inner(
        (1038,),
        "Joining was refused: the participant was disconnected.",
        "The LEFT of the disconnect, earlier; nothing for this attempt.",
        _KICK_CHECK,
        frozenset({events.LEFT}),
    ),
    _inner(
        (1039, 1040),
        "The server refused to join: its own fault (1039, tried again) or a bad request (1040).",
        "Not known, perhaps JOIN_ERROR.",
        "1039: see whether others failed in that minute. 1040: try a newer SDK.",
        frozenset({events.JOIN_ERROR}),
    ),
    _inner(
        (1041, 1042),
        "Shared connection: the stage was removed (1041) or the connection token revoked (1042).",
        "LEFT; after a revocation on several stages in the same second.",
        "CloudTrail: RevokeConnectionToken.",
        frozenset({events.LEFT}),
    ),
    _inner(
        (1051, 1052),
        "The new token does not belong to the old one.",
        _NOT_SENT,
        "See 11, TOKEN_EXCHANGE_REQUEST_INVALID.",
    ),
    _inner(
        (1053, 1054, 1306, 1312),
        "Shared connection: token malformed (1053), expired (1054); 1306 not made, 1312 two SDKs.",
        "Nothing, on all stages of that connection.",
        _SHARED_CHECK,
    ),
    _inner(
        (1098,),
        "The session behind the stage has ended, or the participant was removed from it.",
        "LEFT.",
        "See whether the session ended then.",
        frozenset({events.LEFT}),
    ),
    _inner(
        (1099,),
        "The server gave an answer that the SDK does not know.",
        "Not known.",
        "Read the status in the details of the error.",
    ),
    _inner(
        (1206,),
        "What the client talks to at the server is gone.",
        "Not known, perhaps PUBLISH_STOPPED before it.",
        "Look for the 24 h limit and for a disconnect.",
        _MEDIA_LOST | {events.LEFT},
    ),
    _inner(
        (1230, 1231, 1232),
        "The server refused the exchange of the token, or did not answer.",
        "LEFT without a TOKEN_EXCHANGED before it.",
        "See 12, TOKEN_EXCHANGE_FAILED.",
        frozenset({events.LEFT}),
    ),
    _inner(
        (1300, 1302, 1303, 1304, 1305),
        "The socket for events was not opened, was closed, or went silent (1304: 30 s).",
        _LATE_LEFT,
        _NETWORK_CHECK,
        _LOST,
    ),
    _inner(
        tuple(range(1431, 1438)),
        "The channel for data had a fault; sound and picture do not use it.",
        "Nothing.",
        "Leave it aside when sound or picture is the question.",
    ),
    _inner(
        (1460, 1461, 1480, 1481, 1482, 1510, 1511, 1512, 1513),
        "A fault in messages inside the stream, transforms, or the choice of a layer.",
        "Nothing.",
        "Leave it aside when joining or publishing is the question.",
    ),
    _inner((2001,), "Sub-code of the server: no reason given.", _NO_RULE, _AWS_CHECK),
    _inner((2002,), "Sub-code of the server: the token has expired.", _NOTHING, _TTL_CHECK),
    _inner(
        (2003,),
        "Sub-code of the server: no permission.",
        _CAPABILITY,
        _CAPABILITY_CHECK,
        _CAPABILITIES,
    ),
    _inner(
        (2004,),
        "Sub-code of the server: the stream was not found.",
        "PUBLISHER_NOT_FOUND when subscribing.",
        "See 1027.",
        frozenset({"PUBLISHER_NOT_FOUND"}),
    ),
    _inner((2005,), "Sub-code of the server: at capacity.", _QUOTA, _QUOTA_CHECK, _QUOTAS),
    _inner(
        (2006, 2007, 2008),
        "Sub-code of the server: its own authorisation failed.",
        "INTERNAL_SERVER_EXCEPTION, or nothing.",
        _AWS_CHECK,
        _INTERNAL,
    ),
    _inner(
        (2010,), "Sub-code of the server: published or subscribed already.", "Nothing.", "See 1031."
    ),
    _inner((2012,), "Sub-code of the server: conflict of states.", "Nothing.", "See 1033."),
    _inner((2013,), "Sub-code of the server: too many requests.", "Nothing.", "See 1034."),
    _inner((2014,), "Sub-code of the server: no codec in common.", "Not known.", "See 1035."),
    _word("TOKEN_INVALID", "Joining was refused: the token is not valid (1000).", _MINTED_CHECK),
    _word(
        "TOKEN_INVALID_SIGNATURE",
        "Joining was refused: the signature of the token is not good. Apps get TOKEN_MALFORMED.",
        "Check the key pair: is the public key imported, and in this account and Region?",
    ),
    _word(
        "TOKEN_MISSING",
        "Joining was refused: there was no token (1000).",
        "See what the app gives to the SDK as a token.",
    ),
)
"""Numbers of the console log, of error details and of support tickets; most never reach the app."""

_MOBILE_ROWS = (
    _mobile(
        (0,),
        "Before 1.38.0 any error without a number of its own: its uid and message say which.",
        "Not known; BITRATE_EXCEEDED was reported with the message EOF.",
        "Ask for the uid, the message and an SDK of 1.38.0 or newer.",
        frozenset({"BITRATE_EXCEEDED"}),
        _MOBILE_REPORT,
    ),
    _mobile(
        (207,),
        "The other side hung up. Before 1.38.0 it was told as a uid.",
        "Not known: LEFT or a stop, if the server took part in it.",
        "Read the events around that second.",
        _LOST | _MEDIA_LOST,
        _MOBILE_NOTES,
    ),
    _mobile((1000,), "The token is not well formed; join throws it.", _NOTHING, _MINTED_CHECK),
    _mobile((1001,), "The token has expired; join throws it.", _NOTHING, _TTL_CHECK),
    _mobile(
        (1020, 1021),
        "No offer was made for publishing (1020) or subscribing (1021); the SDK tries again.",
        "Nothing.",
        "Check codecs and load of the device.",
    ),
    _mobile((1022,), "No media path was found; the SDK tries again.", "Nothing.", _NETWORK_CHECK),
    _mobile(
        (1024,),
        "The stage or the account is at capacity; the SDK tries again.",
        f"{_QUOTA[:-1]}, once for every attempt.",
        _QUOTA_CHECK,
        _QUOTAS,
    ),
    _mobile(
        (1026,),
        "The server refused a well-formed token, such as one that was revoked.",
        "Nothing for this attempt; a LEFT before it if the participant was disconnected.",
        "CloudTrail: DisconnectParticipant, DeleteStage.",
        frozenset({events.LEFT}),
    ),
    _mobile(
        (1027,),
        "Joining was not authorised; reported with a message that the stage may be deleted (2024).",
        _NOTHING,
        _STAGE_CHECK,
        document=_MOBILE_REPORT,
    ),
    _mobile(
        (1201, 1202, 1203),
        "Signalling could not read (1201) or send (1202), or got a bad answer (1203); tried again.",
        "Nothing.",
        _NETWORK_CHECK,
    ),
    _mobile(
        (1300,),
        "The network failed, at the first join or later.",
        "Nothing at the first join; else LEFT, when the server notices.",
        _NETWORK_CHECK,
        _LOST,
    ),
    _mobile(
        (1400,),
        "The media connection was lost after it had worked; the SDK tries again.",
        "PUBLISH_STOPPED or SUBSCRIBE_STOPPED; a new STARTED when it succeeds.",
        "Check for lost packets on the network of this user.",
        _MEDIA_LOST,
    ),
    _mobile(
        tuple(range(10220, 10226)),
        "A setting of the stage is out of range: 100-2,500 kbps, 10-30 fps, 160-720 pixels.",
        _NOT_SENT,
        "Check the video configuration of the app.",
        document=_MOBILE_HEADER,
    ),
)
"""Numbers of iOS and Android, which share one list. Since 1.38.0 the number alone tells which."""

_LINUX_ROWS = (
    _linux(0, "No error.", "Whatever was done.", "Nothing to check."),
    _linux(201, "A socket could not be made.", _NOTHING, _NETWORK_CHECK),
    _linux(203, "The connection could not be made.", _NOTHING, _NETWORK_CHECK),
    _linux(204, "Sending failed.", _LATE_LEFT, _NETWORK_CHECK),
    _linux(205, "Receiving failed.", _LATE_LEFT, _NETWORK_CHECK),
    _linux(206, "The stream of bytes ended.", _LATE_LEFT, _NETWORK_CHECK),
    _linux(207, "The other side hung up.", _LATE_LEFT, "Read the events around that second."),
    _linux(208, "The other side told an error.", _NO_RULE, "Read the events around that second."),
)

CLIENT_ERRORS: Final = (*_WEB_APP, *_WEB_LOG, *_MOBILE_ROWS, *_LINUX_ROWS)
"""All rows: of the web SDK, of the mobile SDKs, of the Linux SDK."""

_LONGEST = 64
"""Characters of a number or a name: far more than any has."""


def is_number(text: str) -> bool:
    """Whether a typed text is a number as SDKs have them."""
    typed = text.strip()
    return typed.isascii() and typed.isdecimal() and len(typed) <= _LONGEST


def client_errors(text: str) -> tuple[ClientError, ...]:
    """Find the errors that a typed number or name stands for; empty when none is known.

    Args:
        text: As typed: "1027", "TOKEN_EXPIRED"; the case of letters does not matter.
    """
    if is_number(text):
        return tuple(one for one in CLIENT_ERRORS if int(text) in one.numbers)
    name = text.strip().upper()
    return tuple(one for one in CLIENT_ERRORS if name and one.name == name)


def unknown_number(text: str) -> str:
    """Say of a number that no document has it. `text` is digits only."""
    return f"{text.strip()} is not in the documents of {DOCUMENTS}, read on {READ_ON.isoformat()}."
