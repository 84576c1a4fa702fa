"""Faults: what an endpoint can do wrong on request, by name.

A fault is chosen by a prefix of the path, because every client takes an endpoint URL with a path:

    /~fault/internal500/ListStages               every call fails so
    /~fault/internal500:2/ListStages             the first two calls of that name
    /~fault/internal500@2/ListStages             the second call only
    /~fault/throttle.ListParticipantEvents:2/…   calls of one operation only

All other calls are answered as usual. Calls are counted per endpoint and `NAME[.Operation]`.
"""

import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ivscope.endpoint.fault_answers import (
    Act,
    bad_status_line,
    changed,
    clock_skew,
    close_at_once,
    cut_chunks,
    cut_short,
    empty_last_page,
    empty_page_in_the_middle,
    empty_token,
    fixed,
    half,
    html,
    huge_body,
    in_latin_1,
    in_utf_16,
    late,
    redirect,
    repeated_token,
    reset_before_answer,
    reset_in_body,
    service_error,
    slow_body,
    slow_head,
    stale_token,
    with_byte_order_mark,
    without_type,
    zipped,
)

PREFIX = "/~fault/"

_SPEC = re.compile(
    r"(?P<counted>(?P<name>[a-z0-9_]+)(?:\.(?P<operation>[A-Za-z]+))?)"
    r"(?::(?P<first>\d+)|@(?P<only>\d+))?"
)

_DENIED = (
    "User: arn:aws:sts::111122223333:assumed-role/OnCall/alex is not authorized to perform: "
    "ivs:{operation}"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail."""

    about: str
    """One line: what goes over the wire."""
    act: Act
    """Sends or spoils the answer. May raise ServiceError to have that sent."""


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "throttle": Fault(
            "400 ThrottlingException",
            service_error("ThrottlingException", 400, "Rate exceeded", "message"),
        ),
        "throttle429": Fault(
            "429 TooManyRequestsException",
            service_error("TooManyRequestsException", 429, "Too many requests", "message"),
        ),
        "throttle_retryafter": Fault(
            "429 ThrottlingException with Retry-After: 2",
            service_error("ThrottlingException", 429, "Rate exceeded", "message", Retry_After="2"),
        ),
        "limitexceeded": Fault(
            "400 LimitExceededException",
            service_error("LimitExceededException", 400, "Limit exceeded", "message"),
        ),
        "internal500": Fault(
            "500 InternalServerException",
            service_error("InternalServerException", 500, "The service met an internal error"),
        ),
        "accessdenied": Fault(
            "403 AccessDeniedException, text in exceptionMessage",
            service_error("AccessDeniedException", 403, _DENIED),
        ),
        "accessdenied_iam": Fault(
            "403 AccessDeniedException, text in Message",
            service_error("AccessDeniedException", 403, _DENIED, "Message"),
        ),
        "pending": Fault(
            "403 PendingVerification",
            service_error("PendingVerification", 403, "Your account is pending verification."),
        ),
        "notfound": Fault(
            "404 ResourceNotFoundException",
            service_error("ResourceNotFoundException", 404, "Resource not found"),
        ),
        "validation": Fault(
            "400 ValidationException",
            service_error("ValidationException", 400, "Input is not valid"),
        ),
        "conflict": Fault(
            "409 ConflictException",
            service_error("ConflictException", 409, "The resource is being changed"),
        ),
        "quota": Fault(
            "402 ServiceQuotaExceededException",
            service_error("ServiceQuotaExceededException", 402, "Quota exceeded"),
        ),
        "expiredtoken": Fault(
            "403 ExpiredTokenException",
            service_error("ExpiredTokenException", 403, "The security token is expired", "message"),
        ),
        "invalidsig": Fault(
            "403 InvalidSignatureException",
            service_error(
                "InvalidSignatureException", 403, "The signature does not match", "message"
            ),
        ),
        "unrecognized": Fault(
            "403 UnrecognizedClientException",
            service_error(
                "UnrecognizedClientException", 403, "The security token is invalid", "message"
            ),
        ),
        "badcreds": Fault(
            "403 InvalidClientTokenId",
            service_error("InvalidClientTokenId", 403, "The access key is unknown", "message"),
        ),
        "optin": Fault(
            "403 OptInRequired",
            service_error("OptInRequired", 403, "The account is not subscribed", "message"),
        ),
        "skew": Fault("403, signature too old, Date 17 minutes ahead", clock_skew),
        "notype": Fault("400 without an error type", without_type),
        "redirect302": Fault("302 to a login page", redirect),
        "html403": Fault("403 HTML of a proxy", html(403, "Blocked")),
        "html407": Fault(
            "407 HTML of a proxy",
            html(407, "Proxy login", ("Proxy-Authenticate", 'Basic realm="proxy"')),
        ),
        "html502": Fault("502 HTML of a gateway", html(502, "Bad Gateway")),
        "html503": Fault("503 HTML of a gateway", html(503, "Service Unavailable")),
        "html504": Fault("504 HTML of a gateway", html(504, "Gateway Timeout")),
        "html200": Fault("200 HTML of a captive portal", html(200, "Welcome to Wi-Fi")),
        "empty200": Fault("200 without a body", fixed(b"")),
        "nonjson200": Fault("200 text", fixed(b"OK", "text/plain")),
        "null_body": Fault("200 null", fixed(b"null")),
        "array_body": Fault("200 []", fixed(b"[]")),
        "string_body": Fault('200 "x"', fixed(b'"x"')),
        "missing_member": Fault("200 {}", fixed(b"{}")),
        "truncated_json": Fault("half of the JSON, length right", changed(half)),
        "bom": Fault("byte order mark first", changed(with_byte_order_mark)),
        "gzip": Fault(
            "compressed without being asked",
            changed(zipped, ("Content-Encoding", "gzip")),
        ),
        "latin1": Fault("JSON in Latin-1", changed(in_latin_1)),
        "utf16": Fault("JSON in UTF-16", changed(in_utf_16)),
        "hugebody": Fault("10 MB in one text", huge_body),
        "truncated_len": Fault("body shorter than its length", cut_short),
        "reset_headers": Fault("reset before the answer", reset_before_answer),
        "reset_body": Fault("reset in the body", reset_in_body),
        "close_now": Fault("closed before the answer", close_at_once),
        "bad_status": Fault("garbage instead of a status line", bad_status_line),
        "chunked_cut": Fault("closed inside a chunk", cut_chunks),
        "slow_headers": Fault("silence for 60 seconds", slow_head),
        "slow_body": Fault("body trickles for 37 seconds", slow_body),
        "late": Fault("right answer after 0.4 seconds", late),
        "repeat_token": Fault("the same nextToken forever", repeated_token),
        "empty_token": Fault('nextToken "" on the last page', empty_token),
        "empty_middle": Fault("second page empty, then on", empty_page_in_the_middle),
        "empty_last": Fault("last page empty", empty_last_page),
        "stale_token": Fault("every nextToken refused", stale_token),
    }
)
"""Name and what it does, in the order in which a help text should list them."""

_NO_SUCH_FAULT = Fault(
    "404 UnknownOperationException",
    service_error("UnknownOperationException", 404, "No such fault", "message"),
)


class FaultSwitch:
    """Decides which calls of one endpoint fail. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def pick(self, spec: str, operation: str) -> tuple[str, Fault] | None:
        """The fault that this call meets, with its name; None for an ordinary answer.

        A spec that names no fault is a fault of its own, so that a typing error shows.
        """
        parsed = _SPEC.fullmatch(spec)
        if parsed is None or parsed["name"] not in FAULTS:
            return spec, _NO_SUCH_FAULT
        if parsed["operation"] not in (None, operation):
            return None
        with self._lock:
            self._counts[parsed["counted"]] += 1
            number = self._counts[parsed["counted"]]
        if parsed["first"] is not None and number > int(parsed["first"]):
            return None
        if parsed["only"] is not None and number != int(parsed["only"]):
            return None
        return parsed["name"], FAULTS[parsed["name"]]


def split_fault(path: str) -> tuple[str | None, str]:
    """Separate the fault spec, None if there is none, from the path that the client asked for."""
    if not path.startswith(PREFIX):
        return None, path
    spec, _, rest = path.removeprefix(PREFIX).partition("/")
    return spec, f"/{rest}"
