"""HttpExchange: one request, and its answer over the same connection, right or wrong on purpose."""

import selectors
import socket
import struct
import time
from collections.abc import Callable
from email.utils import formatdate
from http import HTTPStatus

from ivscope.endpoint.answers import HttpAnswer, ServiceError, failure, identity, success
from ivscope.endpoint.service import IDENTITY, Request, Service
from ivscope.endpoint.world import Members


class HttpExchange:
    """One request and its connection, through which a fault sends or spoils the answer."""

    def __init__(
        self,
        request: Request,
        service: Service,
        *,
        connection: socket.socket,
        request_id: str,
        hang_up: Callable[[], None],
    ) -> None:
        self.request = request
        self._service = service
        self._connection = connection
        self._request_id = request_id
        self._hang_up = hang_up

    def members(self, parameters: Members | None = None) -> Members:
        """The members of the answer of the service, to other parameters if some are given.

        Raises:
            ServiceError: The service refuses the request.
        """
        return self._service.answer(self.request, parameters)

    def ordinary(self) -> HttpAnswer:
        """The answer without a fault, an error answer included."""
        try:
            if self.request.operation == IDENTITY:
                return identity(self._service.caller(self.request))
            return success(self.members())
        except ServiceError as error:
            return failure(error)

    def head(self, answer: HttpAnswer) -> bytes:
        """Status line and header of an answer, up to and with the empty line."""
        headers = {
            "Date": formatdate(time.time(), usegmt=True),
            "x-amzn-RequestId": self._request_id,
            "Content-Length": str(len(answer.body)),
            **dict(answer.headers),
        }
        if "Transfer-Encoding" in headers:
            del headers["Content-Length"]
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def send(self, answer: HttpAnswer) -> None:
        """Send a complete answer in one piece."""
        self.write(self.head(answer) + answer.body)

    def write(self, raw: bytes) -> None:
        """Send bytes as they are."""
        self._connection.sendall(raw)

    def end(self) -> None:
        """Close the connection after this exchange."""
        self._hang_up()

    def reset(self) -> None:
        """Break the connection: the client gets a TCP reset instead of an end."""
        linger_none = struct.pack("ii", 1, 0)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
        self._hang_up()

    def pause(self, seconds: float) -> bool:
        """Wait, at most until the client closes its connection.

        Returns:
            False when the client has left or the endpoint has dropped the connection.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            # A client sends nothing while it waits, so readable means that it has left.
            return not selector.select(seconds)
