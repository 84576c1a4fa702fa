"""Faults that are complete HTTP answers: errors of the service, of proxies, and wrong bodies."""

import gzip
import json
import time
from collections.abc import Callable
from email.utils import formatdate

from ivscope.endpoint.answers import JSON_TYPE, Answer, ServiceError, encode, failure
from ivscope.endpoint.exchange import Exchange

Act = Callable[[Exchange], None]

HTML_TYPE = (("Content-Type", "text/html; charset=utf-8"), ("Server", "proxy/1.0"))

SKEW = 17 * 60
"""Seconds; AWS tolerates 15 minutes (Signature Version 4)."""

HUGE = 10_000_000
"""Bytes in the one text of the huge body."""

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

    def act(exchange: Exchange) -> None:
        text = message.format(operation=exchange.request.operation)
        answer = failure(ServiceError(code, status, text, member))
        extra = tuple((name.replace("_", "-"), value) for name, value in headers.items())
        exchange.send(Answer(answer.status, answer.body, (*answer.headers, *extra)))

    return act


def html(status: int, title: str, *headers: tuple[str, str]) -> Act:
    """A page of a proxy, with the terminal control bytes that a hostile one would add."""
    body = (
        f"<html><head><title>{title}</title></head><body>\x1b[31m<h1>{title}</h1>\x1b[0m"
        "\x1b]0;taken over\x07</body></html>\r\n"
    ).encode()

    def act(exchange: Exchange) -> None:
        exchange.send(Answer(status, body, (*HTML_TYPE, *headers)))

    return act


def fixed(body: bytes, content_type: str = "application/json") -> Act:
    """Status 200 with this body."""

    def act(exchange: Exchange) -> None:
        exchange.send(Answer(200, body, (("Content-Type", content_type),)))

    return act


def changed(change: Callable[[bytes], bytes], *headers: tuple[str, str]) -> Act:
    """The ordinary answer with its body changed, complete as far as HTTP can tell."""

    def act(exchange: Exchange) -> None:
        answer = exchange.ordinary()
        body = change(answer.body)
        exchange.send(Answer(answer.status, body, (*answer.headers, *headers)))

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


def without_type(exchange: Exchange) -> None:
    """Answer an error that does not say which one it is."""
    exchange.send(Answer(400, encode({"message": "Something is wrong"}), JSON_TYPE))


def redirect(exchange: Exchange) -> None:
    """Send the client to a login page."""
    exchange.send(Answer(302, b"", (("Location", "https://login.example.com/"),)))


def clock_skew(exchange: Exchange) -> None:
    """Refuse the signature as too old, with a Date that shows whose clock is off."""
    now = time.time() + SKEW
    text = f"Signature expired: the request is {SKEW} seconds older than the clock of the service"
    answer = failure(ServiceError("InvalidSignatureException", 403, text, "message"))
    date = ("Date", formatdate(now, usegmt=True))
    exchange.send(Answer(answer.status, answer.body, (*answer.headers, date)))


def huge_body(exchange: Exchange) -> None:
    """Answer truthfully, but for one text of `HUGE` bytes in the first row."""
    members = exchange.members()
    for name, value in members.items():
        row = value[0] if isinstance(value, list) and value else value
        if isinstance(row, dict):
            row[_HUGE_MEMBERS[name]] = "x" * HUGE
    exchange.send(Answer(200, encode(members)))
