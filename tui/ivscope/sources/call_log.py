"""CallLog: one line for each call and each answer in a file, without what may not leave."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from ivscope.domain.clock import SYSTEM_CLOCK, Clock
from ivscope.domain.failures import ProviderFailure, UnusableFileError
from ivscope.sources.call_context import CallContext

_OWNER_ONLY = 0o600
"""Mode of the file: ids of stages and participants are nobody else's business."""

_HIDDEN = frozenset({"nextToken", "filterByUserId"})
"""Request members whose values are left out: a token, and the user id of a person."""


class CallLog:
    """Appends to a file; each line is there when the next thing happens. For any thread.

    A line is a JSON object: `time` in UTC, `call` with its number, `operation`, `region`, `host`,
    and of the answer `ms`, `status`, `code` and `request_id`. Values of tokens, keys and user ids,
    and everything inside answers, are left out.
    """

    def __init__(self, path: Path, clock: Clock = SYSTEM_CLOCK) -> None:
        """Open the file, or make it for its owner alone.

        Raises:
            UnusableFileError: It cannot be written.
        """
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
        try:
            self._file = os.open(path, flags, _OWNER_ONLY)
            os.fchmod(self._file, _OWNER_ONLY)
        except OSError as error:
            raise UnusableFileError(f"cannot write {path}: {error.strerror}") from error
        self._clock = clock
        self._numbers = count(1)
        self.failure: str | None = None
        """Why lines are missing; None while none is."""

    def begin(
        self, operation: str, parameters: Mapping[str, object], context: CallContext
    ) -> Callable[[ProviderFailure | None, Mapping[str, Any]], None]:
        """Note a call; returns what notes its end, with its failure and its answer."""
        number = next(self._numbers)
        began = self._clock.monotonic()
        members = {
            name: "(left out)" if name in _HIDDEN else value for name, value in parameters.items()
        }
        self._write(
            {
                "call": number,
                "operation": operation,
                "region": context.region,
                "host": context.host,
                "members": members,
            }
        )

        def ended(failure: ProviderFailure | None, answer: Mapping[str, Any]) -> None:
            meta = answer.get("ResponseMetadata", {})
            self._write(
                {
                    "answer": number,
                    "operation": operation,
                    "ms": round((self._clock.monotonic() - began) * 1000),
                    "status": meta.get("HTTPStatusCode"),
                    "code": None if failure is None else failure.code or failure.kind.value,
                    "request_id": meta.get("RequestId"),
                }
            )

        return ended

    def _write(self, line: dict[str, object]) -> None:
        moment: datetime = self._clock.now()
        text = json.dumps({"time": moment.isoformat(timespec="milliseconds"), **line})
        try:
            # One write for a whole line: it survives a kill, and lines of threads do not mix.
            os.write(self._file, f"{text}\n".encode())
        except OSError as error:
            self.failure = error.strerror or "it cannot be written"
