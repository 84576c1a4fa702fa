"""Service: from a request to the members of its answer, as ivs-realtime decides it.

Long because an answer also depends on its cursor, on the call rate and on the signature.
"""

import base64
import hashlib
import hmac
import itertools
import json
import re
import secrets
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ivscope.domain.frozen import frozen
from ivscope.endpoint.answers import ServiceError, validation_error
from ivscope.endpoint.service_model import ServiceModel, check_request
from ivscope.endpoint.world import Members, World
from ivscope.knowledge.limits import CALLS_PER_SECOND

_PLACE = struct.Struct(">QQI")
_SIGNATURE_BYTES = 16

_MARK = "p"
"""First letter of every token, so that none looks like an option on a command line."""


@frozen
class PageStart:
    """Where the next page begins."""

    position: int
    """Items handed out or passed over so far, in the order of the list."""
    length: int
    """Items in the list when its first page was read: the order is counted from there."""


class Cursors:
    """Writes and reads tokens of one endpoint.

    A token is signed, and the signature covers the operation and all parameters of the call
    except nextToken and maxResults. No two tokens are equal, even for the same place.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key if key is not None else secrets.token_bytes(32)
        self._serials = itertools.count()

    def write(self, operation: str, parameters: Members, place: PageStart) -> str:
        """The token with which the same call goes on at `place`."""
        content = _PLACE.pack(place.position, place.length, next(self._serials) & 0xFFFFFFFF)
        signature = self._sign(operation, parameters, content)
        return _text(signature + content)

    def read(self, operation: str, parameters: Members) -> PageStart | None:
        """The place that the call's nextToken names; None for a first page.

        An empty token means a first page as well.

        Raises:
            ServiceError: ValidationException for a token that this endpoint did not write for
                this call.
        """
        token = parameters.get("nextToken")
        if not token:
            return None
        try:
            raw = base64.urlsafe_b64decode(token.removeprefix(_MARK))
        except ValueError:
            raw = b""
        signature, content = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
        signed = hmac.compare_digest(signature, self._sign(operation, parameters, content))
        # Base64 has several spellings of the same bytes; only the one written is taken back.
        if not signed or _text(raw) != token:
            raise validation_error("nextToken: not valid for this request")
        position, length, _ = _PLACE.unpack(content)
        return PageStart(position, length)

    def _sign(self, operation: str, parameters: Members, content: bytes) -> bytes:
        bound = {
            name: value
            for name, value in parameters.items()
            if name not in ("nextToken", "maxResults") and value is not None
        }
        call = json.dumps([operation, bound], sort_keys=True).encode()
        digest = hmac.digest(self._key, content + call, hashlib.sha256)
        return digest[:_SIGNATURE_BYTES]


def _text(raw: bytes) -> str:
    return _MARK + base64.urlsafe_b64encode(raw).decode()


READ_OPERATIONS = (
    "ListStages",
    "GetStage",
    "ListStageSessions",
    "GetStageSession",
    "ListParticipants",
    "GetParticipant",
    "ListParticipantEvents",
    "ListParticipantReplicas",
    "ListIngestConfigurations",
)
"""The operations that the endpoint serves."""

DEFAULT_PAGE_SIZE = 50
"""Items on a page when maxResults is absent (IVS API: maxResults of every list served here)."""

_FILTERS: dict[str, dict[str, str]] = {
    "ListParticipants": {
        "filterByUserId": "userId",
        "filterByPublished": "published",
        "filterByState": "state",
        "filterByRecordingState": "recordingState",
    },
    "ListIngestConfigurations": {"filterByStageArn": "stageArn", "filterByState": "state"},
}
"""Filters of a list, and for each the member that has to equal it."""

_SCAN = 512
"""Rows that a filter takes from a list at a time."""


class Operations:
    """Answers requests for the operations in `READ_OPERATIONS`."""

    def __init__(self, world: World, model: ServiceModel, cursors: Cursors) -> None:
        self.world = world
        self._model = model
        self._cursors = cursors
        self._results = {name: model.result(name) for name in READ_OPERATIONS}
        self._lists: dict[str, Callable[[Members], Sequence[Members] | None]] = {
            "ListStages": lambda _: world.stages(),
            "ListStageSessions": lambda p: world.sessions(p["stageArn"]),
            "ListParticipants": lambda p: world.participants(p["stageArn"], p["sessionId"]),
            "ListParticipantEvents": lambda p: world.events(
                p["stageArn"], p["sessionId"], p["participantId"]
            ),
            "ListParticipantReplicas": lambda p: world.replicas(
                p["sourceStageArn"], p["participantId"]
            ),
            "ListIngestConfigurations": lambda _: world.ingest_configurations(),
        }
        self._gets: dict[str, Callable[[Members], Members | None]] = {
            "GetStage": lambda p: _find(world.stages(), "arn", p["arn"]),
            "GetStageSession": lambda p: _find(
                world.sessions(p["stageArn"]) or (), "sessionId", p["sessionId"]
            ),
            "GetParticipant": lambda p: world.participant(
                p["stageArn"], p["sessionId"], p["participantId"]
            ),
        }

    def answer(self, operation: str, parameters: Members) -> Members:
        """The members of a successful answer.

        A list of an unknown session or participant is empty, since the model declares no
        ResourceNotFoundException for lists.

        Raises:
            ServiceError: ValidationException, or ResourceNotFoundException from a Get.
        """
        check_request(self._model, operation, parameters)
        if operation in self._lists:
            return self._page(operation, self._lists[operation](parameters) or (), parameters)
        found = self._gets[operation](parameters)
        if found is None:
            message = f"{operation.removeprefix('Get')} not found"
            raise ServiceError("ResourceNotFoundException", 404, message)
        member, kept = self._results[operation]
        return {member: _cut(found, kept)}

    def _page(self, operation: str, rows: Sequence[Members], parameters: Members) -> Members:
        place = self._cursors.read(operation, parameters) or PageStart(0, len(rows))
        order = _Order(rows, place.length, newest_first=self.world.newest_first)
        size = parameters.get("maxResults") or min(
            DEFAULT_PAGE_SIZE, self._model.bound(operation, "maxResults")
        )
        wanted = [
            (member, parameters[name])
            for name, member in _FILTERS.get(operation, {}).items()
            if parameters.get(name) is not None
        ]
        items: Sequence[Members]
        if wanted:
            items, position = _matching(order, place.position, size, *wanted[0])
        else:
            position = place.position + size
            items = order.read(place.position, position)
        member, kept = self._results[operation]
        answer: Members = {member: [_cut(item, kept) for item in items]}
        if position < len(order):
            answer["nextToken"] = self._cursors.write(
                operation, parameters, PageStart(position, place.length)
            )
        return answer


class _Order:
    """A growing list in the order in which it is handed out. Copies only the rows asked for.

    Newest first counts from the end that the list had at the first page: rows added later shift
    nothing and are not seen. Oldest first goes on into rows added later.
    """

    def __init__(self, rows: Sequence[Members], length: int, *, newest_first: bool) -> None:
        self._rows = rows
        self._newest_first = newest_first
        self._length = min(length, len(rows)) if newest_first else len(rows)

    def __len__(self) -> int:
        return self._length

    def read(self, start: int, stop: int) -> Sequence[Members]:
        """The rows from `start` up to `stop` or the end."""
        if not self._newest_first:
            return self._rows[start:stop]
        first, last = max(0, self._length - stop), max(0, self._length - start)
        return self._rows[first:last][::-1]


def _matching(
    order: _Order,
    start: int,
    size: int,
    member: str,
    value: Any,  # noqa: ANN401
) -> tuple[list[Members], int]:
    """Rows whose member has this value, and where the next one is: the length if there is none."""
    found: list[Members] = []
    for position, row in _scan(order, start):
        if row.get(member) != value:
            continue
        if len(found) == size:
            return found, position
        found.append(row)
    return found, len(order)


def _scan(order: _Order, start: int) -> Iterator[tuple[int, Members]]:
    for first in range(start, len(order), _SCAN):
        yield from enumerate(order.read(first, first + _SCAN), first)


def _find(rows: Sequence[Members], member: str, value: str) -> Members | None:
    return next((row for row in rows if row.get(member) == value), None)


def _cut(row: Members, kept: Sequence[str]) -> Members:
    """The members that the shape of the answer has, in its order."""
    return {name: row[name] for name in kept if name in row}


class Throttle:
    """One bucket of `CALLS_PER_SECOND` calls per operation, refilled evenly.

    A full bucket allows a burst. That AWS counts in buckets is general practice, not a documented
    fact of this service.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._refused = 0

    @property
    def refused(self) -> int:
        """Calls refused so far."""
        return self._refused

    def admit(self, operation: str) -> None:
        """Count one call.

        Raises:
            ServiceError: ThrottlingException when the bucket is empty.
        """
        with self._lock:
            now = self._clock()
            level, since = self._buckets.get(operation, (CALLS_PER_SECOND, now))
            level = min(CALLS_PER_SECOND, level + (now - since) * CALLS_PER_SECOND)
            if level < 1:
                self._refused += 1
                self._buckets[operation] = (level, now)
                raise ServiceError("ThrottlingException", 429, "Rate exceeded", "message")
            self._buckets[operation] = (level - 1, now)


SIGNING_NAME = "ivs"
"""Service in the credential scope (botocore model: signingName)."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<scope>[^,\s]+),\s*SignedHeaders=[a-z0-9;-]+,\s*"
    r"Signature=[0-9a-f]{64}"
)


def check_signature(headers: Mapping[str, str], region: str, service: str = SIGNING_NAME) -> None:
    """Refuse a request that is unsigned or signed for something else.

    Raises:
        ServiceError: 403 with a text in `message`, as the layer before the service answers.
    """
    authorization = headers.get("authorization")
    if authorization is None:
        raise _refusal("MissingAuthenticationTokenException", "Missing Authentication Token")
    signed = _AUTHORIZATION.fullmatch(authorization)
    if signed is None:
        raise _refusal("IncompleteSignatureException", "Authorization is not an AWS4 signature")
    scope = signed["scope"].split("/")[-3:]
    expected = [region, service, "aws4_request"]
    if scope != expected:
        raise _refusal(
            "InvalidSignatureException",
            f"Credential is scoped to {'/'.join(scope)}, expected {'/'.join(expected)}",
        )


def _refusal(code: str, message: str) -> ServiceError:
    return ServiceError(code, 403, message, "message")


IDENTITY = "GetCallerIdentity"
"""The one operation of STS that is answered, so that a client can ask whose keys it has."""


@frozen
class Request:
    """One HTTP request."""

    method: str
    path: str
    """Without the fault prefix and the query."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    fault: str | None = None
    """The fault spec before the path; None if there was none."""

    @property
    def operation(self) -> str:
        """The operation that the path names, served or not; STS has it in the body."""
        if self.path == "/" and b"Action=GetCallerIdentity" in self.body:
            return IDENTITY
        return self.path.removeprefix("/")

    @property
    def parameters(self) -> Members:
        """The members of the request; none for an empty body.

        Raises:
            ServiceError: SerializationException if the body is not a JSON object.
        """
        try:
            parameters = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            parameters = None
        if not isinstance(parameters, dict):
            raise ServiceError(
                "SerializationException", 400, "The body is not a JSON object", "message"
            )
        return parameters


class Service:
    """Decides requests in the order of the real service: route, signature, rate, parameters."""

    def __init__(self, world: World, model: ServiceModel, throttle: Throttle | None) -> None:
        self._region = world.region
        self._throttle = throttle
        self._operations = Operations(world, model, Cursors())
        self._other_paths = {
            shape["http"]["requestUri"].split("/")[1]
            for name, shape in model.operations.items()
            if name not in READ_OPERATIONS
        }

    def answer(self, request: Request, parameters: Members | None = None) -> Members:
        """The members of a successful answer.

        Args:
            request: The request as it came.
            parameters: Used instead of those in the body when given.

        Raises:
            ServiceError: The service refuses the request.
        """
        self._check_route(request)
        check_signature(request.headers, self._region)
        if self._throttle is not None:
            self._throttle.admit(request.operation)
        return self._operations.answer(
            request.operation, request.parameters if parameters is None else parameters
        )

    def caller(self, request: Request) -> str:
        """The account of the world, for who asks STS.

        Raises:
            ServiceError: The request is not signed for STS in this Region.
        """
        check_signature(request.headers, self._region, "sts")
        stages = self._operations.world.stages()
        return str(stages[0]["arn"]).split(":")[4] if stages else "000000000000"

    def _check_route(self, request: Request) -> None:
        if request.method == "POST" and request.operation in READ_OPERATIONS:
            return
        if request.path.split("/")[1] in self._other_paths:
            served = ", ".join(READ_OPERATIONS)
            raise ServiceError(
                "AccessDeniedException", 403, f"This endpoint is read-only; it serves {served}"
            )
        raise ServiceError("UnknownOperationException", 404, "No such operation", "message")
