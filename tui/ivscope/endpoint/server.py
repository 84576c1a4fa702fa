"""Endpoint: serves a world over HTTP on loopback."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

from ivscope.endpoint.listener import LOOPBACK, Call, Journal, Listener
from ivscope.endpoint.service import Service
from ivscope.endpoint.service_model import load_service_model
from ivscope.endpoint.throttle import Throttle
from ivscope.endpoint.world import World

_POLL = 0.05
"""Seconds that closing may wait for the accepting thread to look up."""


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
            world: What to serve.
            port: 0 takes any free port.
            host: Only `LOOPBACK` is allowed, since nothing here keeps strangers out.
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
        """What to give a client as endpoint URL."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    @property
    def calls(self) -> Counter[str]:
        """Calls received so far by operation, failed ones included."""
        return self._journal.counts()

    @property
    def recent(self) -> tuple[Call, ...]:
        """The last calls received, oldest first."""
        return self._journal.recent()

    @property
    def throttled(self) -> int:
        """Calls refused for their rate so far."""
        return self._throttle.refused if self._throttle is not None else 0

    @property
    def bugs(self) -> tuple[BaseException, ...]:
        """What went wrong inside while answering; the client got a 500 InternalFailure."""
        return tuple(self._server.bugs)

    def faulty_url(self, spec: str) -> str:
        """An endpoint URL under which calls meet this fault."""
        return f"{self.url}/~fault/{spec}"

    def start(self) -> Self:
        """Serve from a daemon thread."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop serving and free the port, in well under a second. Twice does no harm."""
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
