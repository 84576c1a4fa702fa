"""How each fault goes over the wire: error answers, wrong bodies, cut connections, wrong pages."""

import gzip
import json
import time
from collections.abc import Callable
from email.utils import formatdate

from ivscope.endpoint.answers import (
    JSON_TYPE,
    HttpAnswer,
    ServiceError,
    encode,
    failure,
    success,
    validation_error,
)
from ivscope.endpoint.exchange import Exchange
from ivscope.endpoint.world import Members

_AFTER_EMPTY = "after-empty_"
"""Marks tokens of a list that had its empty page."""

_LAST = "last-page"
"""The token of an empty last page."""


def repeated_token(exchange: Exchange) -> None:
    """Once a token was handed out, hand out the same one forever."""
    asked = _token(exchange)
    members = exchange.members(_asking(exchange, None) if asked == _LAST else None)
    if _is_list(members):
        members["nextToken"] = asked or members.get("nextToken") or _LAST
    exchange.send(success(members))


def empty_token(exchange: Exchange) -> None:
    """Let the last page have an empty token instead of none."""
    members = exchange.members()
    if _is_list(members):
        members.setdefault("nextToken", "")
    exchange.send(success(members))


def empty_page_in_the_middle(exchange: Exchange) -> None:
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


def empty_last_page(exchange: Exchange) -> None:
    """Let one page without items and without a token follow the last items."""
    if _token(exchange) == _LAST:
        members = _without_items(exchange.members(_asking(exchange, None)))
    else:
        members = exchange.members()
        if _is_list(members):
            members.setdefault("nextToken", _LAST)
    exchange.send(success(members))


def stale_token(exchange: Exchange) -> None:
    """Refuse every token, as a service that forgot it."""
    if _token(exchange) is not None:
        raise validation_error("nextToken: expired")
    exchange.send(exchange.ordinary())


def _token(exchange: Exchange) -> str | None:
    token = exchange.request.parameters.get("nextToken")
    return token if isinstance(token, str) and token else None


def _asking(exchange: Exchange, token: str | None) -> Members:
    """The parameters of the request with another token."""
    return {**exchange.request.parameters, "nextToken": token}


def _is_list(members: Members) -> bool:
    return any(isinstance(value, list) for value in members.values())


def _without_items(members: Members) -> Members:
    """The answer with its list emptied and its token removed."""
    return {name: [] for name, value in members.items() if isinstance(value, list)}


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
        exchange.send(HttpAnswer(answer.status, answer.body, (*answer.headers, *extra)))

    return act


def html(status: int, title: str, *headers: tuple[str, str]) -> Act:
    """A page of a proxy, with the terminal control bytes that a hostile one would add."""
    body = (
        f"<html><head><title>{title}</title></head><body>\x1b[31m<h1>{title}</h1>\x1b[0m"
        "\x1b]0;taken over\x07</body></html>\r\n"
    ).encode()

    def act(exchange: Exchange) -> None:
        exchange.send(HttpAnswer(status, body, (*HTML_TYPE, *headers)))

    return act


def fixed(body: bytes, content_type: str = "application/json") -> Act:
    """Status 200 with this body."""

    def act(exchange: Exchange) -> None:
        exchange.send(HttpAnswer(200, body, (("Content-Type", content_type),)))

    return act


def changed(change: Callable[[bytes], bytes], *headers: tuple[str, str]) -> Act:
    """The ordinary answer with its body changed, complete as far as HTTP can tell."""

    def act(exchange: Exchange) -> None:
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


def without_type(exchange: Exchange) -> None:
    """Answer an error that does not say which one it is."""
    exchange.send(HttpAnswer(400, encode({"message": "Something is wrong"}), JSON_TYPE))


def redirect(exchange: Exchange) -> None:
    """Send the client to a login page."""
    exchange.send(HttpAnswer(302, b"", (("Location", "https://login.example.com/"),)))


def clock_skew(exchange: Exchange) -> None:
    """Refuse the signature as too old, with a Date that shows whose clock is off."""
    now = time.time() + SKEW
    text = f"Signature expired: the request is {SKEW} seconds older than the clock of the service"
    answer = failure(ServiceError("InvalidSignatureException", 403, text, "message"))
    date = ("Date", formatdate(now, usegmt=True))
    exchange.send(HttpAnswer(answer.status, answer.body, (*answer.headers, date)))


def huge_body(exchange: Exchange) -> None:
    """Answer truthfully, but for one text of `HUGE` bytes in the first row."""
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


def cut_short(exchange: Exchange) -> None:
    """End the connection in the middle of the body that Content-Length promised."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer) + half(answer.body))
    exchange.end()


def reset_before_answer(exchange: Exchange) -> None:
    """Reset the connection without a byte of an answer."""
    exchange.reset()


def reset_in_body(exchange: Exchange) -> None:
    """Reset the connection in the middle of the body."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer) + half(answer.body))
    # A reset at once could overtake the bytes before it.
    exchange.pause(0.05)
    exchange.reset()


def close_at_once(exchange: Exchange) -> None:
    """End the connection without a byte of an answer."""
    exchange.end()


def bad_status_line(exchange: Exchange) -> None:
    """Speak another protocol."""
    exchange.write(b"SSH-2.0-OpenSSH_9.9\r\n")
    exchange.end()


def cut_chunks(exchange: Exchange) -> None:
    """Promise chunks, and end the connection in the first one."""
    answer = exchange.ordinary()
    chunked = (*answer.headers, ("Transfer-Encoding", "chunked"))
    size = f"{len(answer.body):x}\r\n".encode()
    head = exchange.head(HttpAnswer(answer.status, b"", chunked))
    exchange.write(head + size + half(answer.body))
    exchange.end()


def slow_head(exchange: Exchange) -> None:
    """Say nothing for `LONGEST` seconds, then answer."""
    if exchange.pause(LONGEST):
        exchange.send(exchange.ordinary())
    else:
        exchange.end()


def slow_body(exchange: Exchange) -> None:
    """Trickle the body: every piece comes before a read timeout, the end does not."""
    answer = exchange.ordinary()
    exchange.write(exchange.head(answer))
    size = -(-len(answer.body) // TRICKLE_PIECES)
    for start in range(0, len(answer.body), size):
        exchange.write(answer.body[start : start + size])
        if not exchange.pause(TRICKLE_STEP):
            exchange.end()
            return


def late(exchange: Exchange) -> None:
    """Answer truthfully after `LATE` seconds."""
    if exchange.pause(LATE):
        exchange.send(exchange.ordinary())
    else:
        exchange.end()
