"""Service: from a request to the members of its answer, as ivs-realtime decides it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from ivscope.endpoint.answers import ServiceError
from ivscope.endpoint.cursors import Cursors
from ivscope.endpoint.operations import READ_OPERATIONS, Operations
from ivscope.endpoint.service_model import ServiceModel
from ivscope.endpoint.throttle import Throttle
from ivscope.endpoint.world import Members, World

SIGNING_NAME = "ivs"
"""Service in the credential scope (botocore model: signingName)."""

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<scope>[^,\s]+),\s*SignedHeaders=[a-z0-9;-]+,\s*"
    r"Signature=[0-9a-f]{64}"
)


def check_signature(headers: Mapping[str, str], region: str) -> None:
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
    expected = [region, SIGNING_NAME, "aws4_request"]
    if scope != expected:
        raise _refusal(
            "InvalidSignatureException",
            f"Credential is scoped to {'/'.join(scope)}, expected {'/'.join(expected)}",
        )


def _refusal(code: str, message: str) -> ServiceError:
    return ServiceError(code, 403, message, "message")


@dataclass(frozen=True, slots=True)
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
        """The operation that the path names, served or not."""
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
            parameters: Taken instead of those in the body when given.

        Raises:
            ServiceError: Everything that the service refuses.
        """
        self._check_route(request)
        check_signature(request.headers, self._region)
        if self._throttle is not None:
            self._throttle.admit(request.operation)
        return self._operations.answer(
            request.operation, request.parameters if parameters is None else parameters
        )

    def _check_route(self, request: Request) -> None:
        if request.method == "POST" and request.operation in READ_OPERATIONS:
            return
        if request.path.split("/")[1] in self._other_paths:
            served = ", ".join(READ_OPERATIONS)
            raise ServiceError(
                "AccessDeniedException", 403, f"This endpoint is read-only; it serves {served}"
            )
        raise ServiceError("UnknownOperationException", 404, "No such operation", "message")
