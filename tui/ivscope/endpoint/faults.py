"""Faults: ways in which an endpoint can fail on purpose, by name.

A fault is chosen by a prefix of the path, because every client takes an endpoint URL with a path:

    /~fault/internal500/ListStages               every call fails so
    /~fault/internal500:2/ListStages             the first two calls of that name
    /~fault/internal500@2/ListStages             the second call only
    /~fault/throttle.ListParticipantEvents:2/…   calls of one operation only

Long because each fault stands beside the answer that it sends.

All other calls are answered as usual. Calls are counted per endpoint and `NAME[.Operation]`.
"""

import gzip
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from email.utils import formatdate
from types import MappingProxyType

from ivscope.domain.frozen import frozen
from ivscope.endpoint.answers import (
    JSON_TYPE,
    HttpAnswer,
    ServiceError,
    encode,
    failure,
    success,
    validation_error,
)
from ivscope.endpoint.http_exchange import HttpExchange
from ivscope.endpoint.world import Members

_AFTER_EMPTY = "after-empty_"
"""Begins the cursors after the empty page of a list."""

_LAST = "last-page"
"""The cursor of an empty last page."""


def repeated_token(exchange: HttpExchange) -> None:
    """Hand out the same nextToken for ever."""
    asked = _token(exchange)
    members = exchange.members(_asking(exchange, None) if asked == _LAST else None)
    if _is_list(members):
        members["nextToken"] = asked or members.get("nextToken") or _LAST
    exchange.send(success(members))


def empty_token(exchange: HttpExchange) -> None:
    """Let the last page have an empty token instead of none."""
    members = exchange.members()
    if _is_list(members):
        members.setdefault("nextToken", "")
    exchange.send(success(members))


def empty_page_in_the_middle(exchange: HttpExchange) -> None:
    """Let the second page have no items but a token; all items come."""
    asked = _token(exchange)
    if asked is None:
        members = exchange.members()
    elif asked.startswith(_AFTER_EMPTY):
        members = exchange.members(_asking(exchange, asked.removeprefix(_AFTER_EMPTY)))
        if "nextToken" in members:
            members["nextToken"] = _AFTER_EMPTY + members["nextToken"]
    else:
        members = _without_items(exchange.members())
        members["nextToken"] = _AFTER_EMPTY + asked
    exchange.send(success(members))


def empty_last_page(exchange: HttpExchange) -> None:
    """Let one page without items and without a token follow the last items."""
    if _token(exchange) == _LAST:
        members = _without_items(exchange.members(_asking(exchange, None)))
    else:
        members = exchange.members()
        if _is_list(members):
            members.setdefault("nextToken", _LAST)
    exchange.send(success(members))


def stale_token(exchange: HttpExchange) -> None:
    """Refuse every token, as a service that forgot it."""
    if _token(exchange) is not None:
        raise validation_error("nextToken: expired")
    exchange.send(exchange.ordinary())


def foreign_events(exchange: HttpExchange) -> None:
    """Let every third event name another participant."""
    members = exchange.members()
    for event in members.get("events", [])[::3]:
        event["participantId"] = _OTHER_PARTICIPANT
    exchange.send(success(members))


def one_id(exchange: HttpExchange) -> None:
    """Give all rows of a list the same id, that of participants, sessions or stages."""
    members = exchange.members()
    for member, name, same in _IDS:
        for row in members.get(member, []):
            row[name] = same
    exchange.send(success(members))


def doubled_rows(exchange: HttpExchange) -> None:
    """Let every page after the first begin with the last rows of the page before it."""
    asked = _token(exchange)
    token, _, before = (asked or "").partition(_DOUBLED)
    members = exchange.members(_asking(exchange, token or None))
    for name, rows in members.items():
        if isinstance(rows, list):
            members[name] = [*json.loads(before or "[]"), *rows]
            if "nextToken" in members:
                members["nextToken"] += _DOUBLED + json.dumps(rows[-DOUBLED_ROWS:])
            break
    exchange.send(success(members))


def unfiltered(exchange: HttpExchange) -> None:
    """Ignore every filter."""
    parameters = exchange.request.parameters.items()
    kept = {name: value for name, value in parameters if not name.startswith("filterBy")}
    exchange.send(success(exchange.members(kept)))


def other_value(exchange: HttpExchange) -> None:
    """Answer a Get call about something else than was asked for."""
    members = exchange.members()
    for member, name, other in _OTHERS:
        if isinstance(members.get(member), dict):
            members[member][name] = other
    exchange.send(success(members))


DOUBLED_ROWS = 2
"""Rows that come on two pages: fewer than any page has."""

_DOUBLED = "+doubled:"
"""Stands in a cursor between that of the service and the rows to repeat."""

_OTHER_PARTICIPANT = "someoneElse1"

_IDS = (
    ("participants", "participantId", "12345"),
    ("stageSessions", "sessionId", "st-1234512345123"),
    ("stages", "arn", "arn:aws:ivs:us-west-2:111122223333:stage/1234512345"),
)

_OTHERS = (
    ("participant", "participantId", _OTHER_PARTICIPANT),
    ("stageSession", "sessionId", "st-someoneElse1x"),
    ("stage", "arn", "arn:aws:ivs:us-west-2:111122223333:stage/someoneElse"),
)


def _token(exchange: HttpExchange) -> str | None:
    token = exchange.request.parameters.get("nextToken")
    return token if isinstance(token, str) and token else None


def _asking(exchange: HttpExchange, token: str | None) -> Members:
    """The parameters of the request with another nextToken."""
    return {**exchange.request.parameters, "nextToken": token}


def _is_list(members: Members) -> bool:
    return any(isinstance(value, list) for value in members.values())


def _without_items(members: Members) -> Members:
    """The answer with its list emptied and its nextToken removed."""
    return {name: [] for name, value in members.items() if isinstance(value, list)}


Act = Callable[[HttpExchange], None]

HTML_TYPE = (("Content-Type", "text/html; charset=utf-8"), ("Server", "proxy/1.0"))

SKEW = 17 * 60
"""Seconds; AWS tolerates 15 minutes (Signature Version 4)."""

HUGE = 10_000_000
"""Bytes of the long text in the huge body."""

_HUGE_MEMBERS = {
    "stages": "name",
    "stage": "name",
    "participants": "userId",
    "participant": "userId",
    "events": "errorCode",
    "replicas": "replicationState",
    "ingestConfigurations": "name",
    "stageSessions": "endTime",
    "stageSession": "endTime",
}


def service_error(
    code: str, status: int, message: str, member: str = "exceptionMessage", **headers: str
) -> Act:
    """An error of the service; `{operation}` in the text becomes the name of the operation."""

    def act(exchange: HttpExchange) -> None:
        text = message.format(operation=exchange.request.operation)
        answer = failure(ServiceError(code, status, text, member))
        extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        exchange.send(HttpAnswer(answer.status, answer.body, (*answer.headers, *extra)))

    return act


def html(status: int, title: str, *headers: tuple[str, str]) -> Act:
    """A page of a proxy, with the terminal control bytes that a hostile one would add."""
    body = (
        f"<html><head><title>{title}</title></head><body>\x1b[31m<h1>{title}</h1>\x1b[0m"
        "\x1b]0;taken over\x07</body></html>\r\n"
    ).encode()

    def act(exchange: HttpExchange) -> None:
        exchange.send(HttpAnswer(status, body, (*HTML_TYPE, *headers)))

    return act


def fixed(body: bytes, content_type: str = "application/json") -> Act:
    """Status 200 with this body."""

    def act(exchange: HttpExchange) -> None:
        exchange.send(HttpAnswer(200, body, (("Content-Type", content_type),)))

    return act


def changed(change: Callable[[bytes], bytes], *headers: tuple[str, str]) -> Act:
    """The ordinary answer with its body changed, complete as far as HTTP can tell."""

    def act(exchange: HttpExchange) -> None:
        answer = exchange.ordinary()
        body = change(answer.body)
        exchange.send(HttpAnswer(answer.status, body, (*answer.headers, *headers)))

    return act


def half(body: bytes) -> bytes:
    """The first half of a body, at least one byte short of it."""
    return body[: len(body) // 2]


def with_byte_order_mark(body: bytes) -> bytes:
    """UTF-8 with the mark that JSON forbids."""
    return b"\xef\xbb\xbf" + body


def zipped(body: bytes) -> bytes:
    """Compressed, although nobody asked for it."""
    return gzip.compress(body)


def in_latin_1(body: bytes) -> bytes:
    """JSON in Latin-1, with a letter in it that is not ASCII."""
    members = {**json.loads(body), "note": "café"}
    return json.dumps(members, ensure_ascii=False).encode("latin-1", errors="replace")


def in_utf_16(body: bytes) -> bytes:
    """JSON in UTF-16 with its mark."""
    return body.decode().encode("utf-16")


def without_type(exchange: HttpExchange) -> None:
    """Answer with an error that does not name its code."""
    exchange.send(HttpAnswer(400, encode({"message": "Something is wrong"}), JSON_TYPE))


def redirect(exchange: HttpExchange) -> None:
    """Send the client to a login page."""
    exchange.send(HttpAnswer(302, b"", (("Location", "https://login.example.com/"),)))


def clock_skew(exchange: HttpExchange) -> None:
    """Refuse the signature as too old, with a Date that shows whose clock is off."""
    now = time.time() + SKEW
    text = f"Signature expired: the request is {SKEW} seconds older than the clock of the service"
    answer = failure(ServiceError("InvalidSignatureException", 403, text, "message"))
    date = ("Date", formatdate(now, usegmt=True))
    exchange.send(HttpAnswer(answer.status, answer.body, (*answer.headers, date)))


def huge_body(exchange: HttpExchange) -> None:
    """Answer as usual, except for a text of `HUGE` bytes in the first row."""
    members = exchange.members()
    for name, value in members.items():
        row = value[0] if isinstance(value, list) and value else value
        if isinstance(row, dict):
            row[_HUGE_MEMBERS[name]] = "x" * HUGE
    exchange.send(HttpAnswer(200, encode(members)))


LONGEST = 60.0
"""Seconds that a slow fault lasts at most: botocore's default read timeout."""

TRICKLE_STEP = 0.5
"""Seconds between two pieces of a trickling body: shorter than any read timeout."""

TRICKLE_PIECES = 75
"""Pieces of a trickling body; with `TRICKLE_STEP` the whole takes 37 seconds."""

LATE = 0.4
"""Seconds of the late answer: long enough to see a list in its reading state."""


def cut_short(exchange: HttpExchange) -> None:
    """End the connection in the middle of the body that Content-Length promised."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer) + half(answer.body))
    exchange.end()


def reset_before_answer(exchange: HttpExchange) -> None:
    """Reset the connection without a byte of an answer."""
    exchange.reset()


def reset_in_body(exchange: HttpExchange) -> None:
    """Reset the connection in the middle of the body."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer) + half(answer.body))
    # An immediate reset could overtake the bytes before it.
    exchange.pause(0.05)
    exchange.reset()


def close_at_once(exchange: HttpExchange) -> None:
    """End the connection without a byte of an answer."""
    exchange.end()


def bad_status_line(exchange: HttpExchange) -> None:
    """Speak another protocol."""
    exchange.write(b"SSH-2.0-OpenSSH_9.9\r\n")
    exchange.end()


def cut_chunks(exchange: HttpExchange) -> None:
    """Promise chunks, and end the connection in the first one."""
    answer = exchange.ordinary()
    chunked = (*answer.headers, ("Transfer-Encoding", "chunked"))
    size = f"{len(answer.body):x}\r\n".encode()
    head = exchange.head(HttpAnswer(answer.status, b"", chunked))
    exchange.write(head + size + half(answer.body))
    exchange.end()


def slow_head(exchange: HttpExchange) -> None:
    """Send nothing for `LONGEST` seconds, then answer."""
    if exchange.pause(LONGEST):
        exchange.send(exchange.ordinary())
    else:
        exchange.end()


def slow_body(exchange: HttpExchange) -> None:
    """Send the body in pieces, each before a read timeout, but the last one far too late."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer))
    size = -(-len(answer.body) // TRICKLE_PIECES)
    for start in range(0, len(answer.body), size):
        exchange.write(answer.body[start : start + size])
        if not exchange.pause(TRICKLE_STEP):
            exchange.end()
            return


def late(exchange: HttpExchange) -> None:
    """Answer as usual after `LATE` seconds."""
    if exchange.pause(LATE):
        exchange.send(exchange.ordinary())
    else:
        exchange.end()


PREFIX = "/~fault/"

_SPEC = re.compile(
    r"(?P<counted>(?P<name>[a-z0-9_]+)(?:\.(?P<operation>[A-Za-z]+))?)"
    r"(?::(?P<first>\d+)|@(?P<only>\d+))?"
)

_DENIED = (
    "User: arn:aws:sts::111122223333:assumed-role/OnCall/alex is not authorized to perform: "
    "ivs:{operation}"
)


@frozen
class Fault:
    """One way to fail."""

    about: str
    """One line of help: what is sent."""
    act: Act
    """Sends or spoils the answer. May raise a ServiceError, which is then sent."""


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
        "foreign_events": Fault("every third event names another participant", foreign_events),
        "one_id": Fault("all rows of a list have one id", one_id),
        "doubled_rows": Fault("pages begin with the last rows of the page before", doubled_rows),
        "unfiltered": Fault("every filter ignored", unfiltered),
        "other_value": Fault("Get calls answer about something else", other_value),
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
        """The fault of this call and its name; None for an ordinary answer.

        A spec that names no fault is answered by an error of its own, so that a typing error shows.
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
