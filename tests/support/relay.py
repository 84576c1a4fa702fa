"""Relay: stands between an endpoint and its client and may change the answers on the way."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from ivscope.endpoint.world import Members


@dataclass(frozen=True, slots=True)
class Sent:
    """One answer on its way to the client."""

    operation: str
    asked: Members
    """The members of the request."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """In their order, without Content-Length, which is made when the answer is sent."""
    body: bytes
    again: Callable[[Members], "Sent"]
    """Asks the endpoint the same with other members."""

    @property
    def members(self) -> Members:
        """The members of the body."""
        members: Members = json.loads(self.body)
        return members

    def holding(self, members: object) -> "Sent":
        """The same answer with another body, as JSON."""
        return replace(self, body=json.dumps(members, ensure_ascii=False).encode())

    def under(self, name: str, value: str | None) -> "Sent":
        """The same answer with one header changed, or without it."""
        rest = [pair for pair in self.headers if pair[0].lower() != name.lower()]
        added = [] if value is None else [(name, value)]
        return replace(self, headers=tuple(rest + added))


Change = Callable[[Sent], Sent]


def unchanged(sent: Sent) -> Sent:
    """The answer as it came."""
    return sent


class Relay:
    """Serves on loopback what an endpoint answers, changed by `change`, which may be replaced."""

    def __init__(self, url: str) -> None:
        self.change: Change = unchanged
        self._target = url.removeprefix("http://")
        relay = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name: self.headers[name] for name in ("Authorization", "X-Amz-Date")}
                sent = relay.change(relay.ask(self.path, headers, json.loads(body or b"{}")))
                length = dict(sent.headers).get("Content-Length", str(len(sent.body)))
                lines = [f"HTTP/1.1 {sent.status} Changed"]
                lines += [f"{name}: {value}" for name, value in sent.headers]
                if "Content-Length" not in dict(sent.headers):
                    lines.append(f"Content-Length: {length}")
                self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + sent.body)
                # A wrong length would spoil the next answer on the same connection.
                self.close_connection = int(length) != len(sent.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """The URL for clients."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def ask(self, path: str, headers: dict[str, str], members: Members) -> Sent:
        """What the endpoint answers."""
        connection = HTTPConnection(self._target, timeout=5)
        try:
            connection.request("POST", path, json.dumps(members).encode(), headers)
            answer = connection.getresponse()
            pairs = [pair for pair in answer.getheaders() if pair[0] != "Content-Length"]
            return Sent(
                path.removeprefix("/"),
                members,
                answer.status,
                tuple(pairs),
                answer.read(),
                lambda other: self.ask(path, headers, other),
            )
        except HTTPException as broken:
            raise OSError(str(broken)) from broken
        finally:
            connection.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
