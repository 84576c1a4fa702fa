"""Endpoint: serves a world over HTTP on loopback, and counts the calls received."""

import contextlib
import socket
import sys
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from ivscope.domain.frozen import frozen
from ivscope.endpoint.answers import ServiceError, failure
from ivscope.endpoint.faults import FaultSwitch, split_fault
from ivscope.endpoint.http_exchange import HttpExchange
from ivscope.endpoint.service import Request, Service, Throttle
from ivscope.endpoint.service_model import load_service_model
from ivscope.endpoint.world import Members, World

_REMEMBERED = 1000
"""Calls remembered one by one: enough for a test, and few enough for a long run."""


@frozen
class ReceivedCall:
    """One call received, recorded before it is answered."""

    operation: str
    parameters: Members
    """Empty when the body was unreadable."""
    fault: str | None
    """Name of the fault it met; None for an ordinary answer."""


class Journal:
    """Counts all calls and remembers the last ones. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._recent: deque[ReceivedCall] = deque(maxlen=_REMEMBERED)

    def write(self, call: ReceivedCall) -> int:
        """Add a call and return its number, from 1."""
        with self._lock:
            self._counts[call.operation] += 1
            self._recent.append(call)
            return self._counts.total()

    def counts(self) -> Counter[str]:
        """Calls by operation, as of now."""
        with self._lock:
            return self._counts.copy()

    def recent(self) -> tuple[ReceivedCall, ...]:
        """The last calls, oldest first."""
        with self._lock:
            return tuple(self._recent)


LOOPBACK = "127.0.0.1"

_LARGEST_REQUEST = 1_000_000
"""Bytes; far above any request that the model allows."""


class Listener(ThreadingHTTPServer):
    """Accepts connections, one daemon thread each."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, service: Service, journal: Journal) -> None:
        super().__init__((LOOPBACK, port), Handler)
        self.service = service
        self.journal = journal
        self.faults = FaultSwitch()
        self.bugs: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        self._connections_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Start the thread of a new connection."""
        with self._connections_lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:  # noqa: ANN401
        """Close a connection without an orderly end, which would undo a reset."""
        with self._connections_lock:
            self._connections.discard(request)
        self.close_request(request)

    def drop_connections(self) -> None:
        """Close every connection, which ends every wait for a client."""
        with self._connections_lock:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401, ARG002
        """Remember a bug instead of printing it. That a client has left is no bug."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.bugs.append(error)


class Handler(BaseHTTPRequestHandler):
    """Reads the requests of one connection and has them answered."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def _answer(self) -> None:
        request = self._read_request()
        if request is None:
            self._hang_up()
            return
        fault = None
        if request.fault is not None:
            fault = self.server.faults.pick(request.fault, request.operation)
        exchange = HttpExchange(
            request,
            self.server.service,
            connection=self.connection,
            request_id=self._write_down(request, fault[0] if fault is not None else None),
            hang_up=self._hang_up,
        )
        try:
            if fault is None:
                exchange.send(exchange.ordinary())
            else:
                fault[1].act(exchange)
        except ServiceError as error:
            exchange.send(failure(error))
        except OSError:
            self._hang_up()
        except Exception as error:  # noqa: BLE001 - kept for the owner: this thread must not print
            self.server.bugs.append(error)
            exchange.send(failure(ServiceError("InternalFailure", 500, "", "message")))

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815

    def _write_down(self, request: Request, fault: str | None) -> str:
        """Enter the call in the journal and give it its request id."""
        try:
            parameters = request.parameters
        except ServiceError:
            parameters = {}
        number = self.server.journal.write(ReceivedCall(request.operation, parameters, fault))
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"ivs-endpoint/{number}"))

    def _read_request(self) -> Request | None:
        """The request with its body; None if it was refused or came in part only."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        length = headers.get("content-length", "0")
        # A web page can reach loopback under a name of its own, but cannot forge this header.
        if urlsplit(f"//{headers.get('host', '')}").hostname not in (LOOPBACK, "localhost"):
            self.send_error(421)
        elif not length.isdecimal() or "transfer-encoding" in headers:
            self.send_error(411)
        elif int(length) > _LARGEST_REQUEST:
            self.send_error(413)
        else:
            body = self.rfile.read(int(length))
            fault, path = split_fault(unquote(urlsplit(self.path).path))
            if len(body) == int(length):
                return Request(self.command, path, headers, body, fault)
        return None

    def _hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401
        """Log nothing."""


_POLL = 0.05
"""Seconds between two looks of the accepting thread whether to close."""


class Endpoint:
    """Speaks ivs-realtime for one world. Closing ends every connection, slow answers included.

    Signatures have to be present and well formed; their value is not verified. A path prefix
    makes calls fail, see `ivscope.endpoint.faults`.
    """

    def __init__(
        self,
        world: World,
        port: int = 0,
        *,
        host: str = LOOPBACK,
        throttle: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Open the port, without serving yet.

        Args:
            world: The data to serve.
            port: 0 takes any free port.
            host: Only `LOOPBACK` is allowed, since there is no access control.
            throttle: Whether to enforce the call rate of the service.
            clock: Seconds, for the call rate.

        Raises:
            ValueError: The host is not `LOOPBACK`.
            OSError: The port is taken.
        """
        if host != LOOPBACK:
            raise ValueError(f"the endpoint serves {LOOPBACK} only, not {host}")
        self._throttle = Throttle(clock) if throttle else None
        self._journal = Journal()
        service = Service(world, load_service_model(), self._throttle)
        self._server = Listener(port, service, self._journal)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), name="ivs-endpoint", daemon=True
        )

    @property
    def url(self) -> str:
        """The endpoint URL for clients."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    @property
    def calls(self) -> Counter[str]:
        """Calls received so far by operation, failed ones included."""
        return self._journal.counts()

    @property
    def recent(self) -> tuple[ReceivedCall, ...]:
        """The last calls received, oldest first."""
        return self._journal.recent()

    @property
    def throttled(self) -> int:
        """Calls refused for their rate so far."""
        return self._throttle.refused if self._throttle is not None else 0

    @property
    def bugs(self) -> tuple[BaseException, ...]:
        """Exceptions of the endpoint itself; the client got a 500 InternalFailure."""
        return tuple(self._server.bugs)

    def start(self) -> Self:
        """Serve from a daemon thread."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving and free the port, in well under a second. May be called twice."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.drop_connections()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
