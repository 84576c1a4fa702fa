"""What each fault of the endpoint must be told as: its cause and the next step."""

from ivscope.domain.failures import FailureKind
from support.small_world import REGION

KIND = FailureKind

# fault: kind, retryable, code, words that the summary has, words that the remedy has
REFUSED = {
    "throttle": (KIND.THROTTLED, True, "ThrottlingException", "ListStages", "5 calls/s"),
    "throttle429": (KIND.THROTTLED, True, "TooManyRequestsException", "ListStages", "5 calls/s"),
    "throttle_retryafter": (KIND.THROTTLED, True, "ThrottlingException", "Rate", "5 calls/s"),
    "limitexceeded": (KIND.THROTTLED, True, "LimitExceededException", "Limit", "5 calls/s"),
    "internal500": (KIND.SERVICE, True, "InternalServerException", "internal error", "press r"),
    "html502": (KIND.SERVICE, True, "502", "answered 502: Bad Gateway", "press r"),
    "html503": (KIND.SERVICE, True, "503", "answered 503", "press r"),
    "html504": (KIND.SERVICE, True, "504", "answered 504", "press r"),
    "html403": (KIND.CONFIGURATION, False, "403", "a proxy answered 403 (HTML): Blocked", "PROXY"),
    "html407": (KIND.CONFIGURATION, False, "407", "a proxy answered 407 (HTML)", "HTTPS_PROXY"),
    "redirect302": (KIND.CONFIGURATION, False, "302", "redirected to login.example.com", "Sign in"),
    "accessdenied": (
        KIND.DENIED,
        False,
        "AccessDeniedException",
        "assumed-role/OnCall/alex",
        "ivs:ListStages",
    ),
    "accessdenied_iam": (
        KIND.DENIED,
        False,
        "AccessDeniedException",
        "assumed-role/OnCall/alex",
        "ivs:ListStages",
    ),
    "pending": (KIND.DENIED, False, "PendingVerification", "pending verification", "account"),
    "expiredtoken": (KIND.EXPIRED, False, "ExpiredTokenException", "expired", "again"),
    "invalidsig": (KIND.CREDENTIALS, False, "InvalidSignatureException", "did not accept", "aws"),
    "unrecognized": (KIND.CREDENTIALS, False, "UnrecognizedClientException", "accept", "aws"),
    "badcreds": (KIND.CREDENTIALS, False, "InvalidClientTokenId", "access key is unknown", "aws"),
    "optin": (KIND.DENIED, False, "OptInRequired", "has not opted in to", "--region"),
    "skew": (KIND.CREDENTIALS, False, "InvalidSignatureException", "17 min behind", "clock"),
    "notfound": (KIND.NOT_FOUND, False, "ResourceNotFoundException", "no longer", REGION),
    "validation": (KIND.INVALID, False, "ValidationException", "Input is not valid", "anew"),
    "conflict": (KIND.INVALID, False, "ConflictException", "being changed", "press r"),
    "quota": (KIND.INVALID, False, "ServiceQuotaExceededException", "Quota exceeded", "Quotas"),
    "notype": (KIND.INVALID, False, "400", "Something is wrong", "request id"),
}
NOT_AN_ANSWER = {
    "html200": (KIND.PROTOCOL, True, None, "not an IVS response", "proxy"),
    "empty200": (KIND.PROTOCOL, True, None, "not an IVS response", "proxy"),
    "nonjson200": (KIND.PROTOCOL, True, None, "not an IVS response", "proxy"),
    "missing_member": (KIND.PROTOCOL, True, None, "`stages`", "proxy"),
    "truncated_json": (KIND.PROTOCOL, True, None, "not an IVS response", "proxy"),
    "truncated_len": (KIND.PROTOCOL, True, None, "not an IVS response", "proxy"),
    "bom": (KIND.PROTOCOL, True, None, "not an IVS response", "proxy"),
    "gzip": (KIND.PROTOCOL, True, "UnicodeDecodeError", "unreadable answer", "once"),
    "latin1": (KIND.PROTOCOL, True, "UnicodeDecodeError", "unreadable answer", "once"),
    "utf16": (KIND.PROTOCOL, True, "UnicodeDecodeError", "unreadable answer", "once"),
    "null_body": (KIND.PROTOCOL, False, "TypeError", "unexpected answer", "endpoint URL"),
    "array_body": (KIND.PROTOCOL, False, "AttributeError", "unexpected answer", "endpoint URL"),
    "string_body": (KIND.PROTOCOL, False, "AttributeError", "unexpected answer", "endpoint URL"),
}
CUT_FAULTS = ("reset_headers", "reset_body", "close_now", "bad_status", "chunked_cut")
CUT = dict.fromkeys(CUT_FAULTS, (KIND.NETWORK, True, None, "lost", "Press r"))
FAULT_WORDS = REFUSED | NOT_AN_ANSWER | CUT
