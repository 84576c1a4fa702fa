"""Answers of the endpoint: complete HTTP answers, and errors in the envelopes of the service."""

import json
from dataclasses import dataclass

from ivscope.endpoint.world import Members

Headers = tuple[tuple[str, str], ...]

JSON_TYPE: Headers = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One HTTP answer. The wire adds Date, x-amzn-RequestId and, where absent, Content-Length."""

    status: int
    body: bytes
    headers: Headers = JSON_TYPE


@dataclass(slots=True, eq=False)
class ServiceError(Exception):
    """An error that the service sends on purpose."""

    code: str
    """What X-Amzn-Errortype says."""
    status: int
    message: str
    member: str = "exceptionMessage"
    """Where the text goes. Errors of the IVS model have `exceptionMessage`, which botocore does
    not read; those of the layers before the service (throttling, signatures) have `message`."""

    def __str__(self) -> str:
        return f"{self.code} ({self.status}): {self.message}"


def validation_error(message: str) -> ServiceError:
    """The request is not one that the service accepts."""
    return ServiceError("ValidationException", 400, message)


def encode(members: Members) -> bytes:
    """UTF-8 JSON; a lone surrogate, which has no UTF-8, makes it ASCII with escapes."""
    try:
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(members, separators=(",", ":")).encode()


def success(members: Members) -> HttpAnswer:
    """A 200 answer."""
    return HttpAnswer(200, encode(members))


def failure(error: ServiceError) -> HttpAnswer:
    """The answer that carries this error."""
    headers = (("X-Amzn-Errortype", error.code), *JSON_TYPE)
    return HttpAnswer(error.status, encode({error.member: error.message}), headers)
